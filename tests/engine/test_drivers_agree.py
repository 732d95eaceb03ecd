"""The Mesa driver and the compiled ensemble give the same bits, whatever the scenario."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.mesa_model import PolicyModel
from sim.model.actors import ACTORS
from sim.model.registry import Model
from sim.scenario.plan import plan as make_plan
from sim.scenario.schema import Scenario
from tests.engine.pairs import Pair, bits, planned, run_both
from tests.generators import parameter_boxes, scenarios

CITIZENS = st.sampled_from((0, 0, 0, 0, 1, 7, 30, 30, 300))


def assert_same(pair: Pair, registry: Model) -> None:
    mesa, block, space = pair.mesa, pair.block, pair.space
    assert list(mesa.trajectory.columns) == list(registry.world)
    assert bits(mesa.trajectory.to_numpy()) == bits(block.kept[0])
    assert bits(mesa.outcome) == bits(block.outcomes[0])
    failed = (
        (mesa.failure.week, list(registry.world).index(mesa.failure.variable)) if mesa.failure else (0, 0)
    )
    assert failed == (block.failure_week[0], block.failure_variable[0])
    # The last week simulated is the one whose appraisals still stand in the workspaces.
    one, other = mesa.space.choice, space.choice
    assert bits(one.chosen) == bits(other.chosen)
    assert bits(one.utility) == bits(other.utility)
    assert bits(one.opened) == bits(other.opened)
    assert bits(one.seen) == bits(other.seen)
    assert bits(mesa.space.events.begun) == bits(space.events.begun)
    assert bits(mesa.space.events.first) == bits(block.began[0])
    for mine, theirs in zip(mesa.space.people, space.people, strict=True):
        assert bits(mine) == bits(theirs)


def overlaps(spec: Scenario) -> bool:
    """Some target is changed by two events, one of them for a time."""
    changed = [(target, event) for event in spec.events for target in event.change]
    twice = {target for target, _ in changed if [other for other, _ in changed].count(target) > 1}
    return any(target in twice and event.lasts > 0 for target, event in changed)


def test_the_same_bits_over_random_scenarios(model: Model) -> None:
    seen: Counter[str] = Counter()

    def check(spec: Scenario, off: list[str], seed: int, replicate: int) -> None:
        spec = spec.replace(parameters={model.rules[one].strength: 0.0 for one in off})
        pair = run_both(make_plan(spec, model), seed, replicate)
        assert_same(pair, model)
        seen["scenarios"] += 1
        seen["overlapping events"] += overlaps(spec)
        seen["commitments"] += len(spec.commitments) > 1
        seen["plans that react"] += any(one.reacts for one in spec.commitments)
        seen["plans begun"] += bool((pair.space.commitments.holds | pair.space.commitments.ended).any())
        seen["plans ended"] += bool(pair.space.commitments.ended.any())
        seen["conditions of conditions"] += len(pair.space.plan.events.conditions.parts) > 0
        seen["readings"] += spec.reading is not None
        seen["rules switched off"] += bool(off)
        seen["mean field"] += spec.citizens == 0
        seen["2,000 citizens"] += spec.citizens == 2000
        seen["events fired"] += bool(pair.mesa.fired)
        seen["sound"] += pair.mesa.failure is None

    for examples, citizens in ((74, CITIZENS), (6, st.just(2000))):
        drawn = given(
            scenarios(min_weeks=8, max_weeks=40, citizens=citizens),
            st.lists(st.sampled_from(list(model.rules)), max_size=6),
            st.integers(0, 2**63 - 1),
            st.integers(0, 10**6),
        )
        settings(max_examples=examples)(drawn(check))()
    assert seen["scenarios"] >= 50
    assert min(seen.values()) >= 3, dict(seen)
    assert len(seen) == 13


def test_the_same_bits_over_the_whole_box_of_parameters(model: Model) -> None:
    plan = planned(weeks=10, citizens=5)
    ran = 0

    @settings(max_examples=40)
    @given(parameter_boxes(), st.integers(0, 100))
    def check(values: dict[str, float], replicate: int) -> None:
        nonlocal ran
        case = np.concatenate([[values[name] for name in model.parameters], plan.world])
        assert_same(run_both(plan, 1, replicate, case), model)
        ran += 1

    check()
    assert ran >= 40


@pytest.mark.parametrize("name", ["clash_facing", "contract_spread", "attempts_noise", "clash_tension"])
@pytest.mark.parametrize("value", [-1e6, 1e6])
def test_the_same_bits_where_exponentials_would_overflow(model: Model, name: str, value: float) -> None:
    plan = planned(weeks=10)
    case = np.concatenate([plan.parameters, plan.world])
    case[list(model.parameters).index(name)] = value
    pair = run_both(plan, replicate=4, case=case)
    assert_same(pair, model)


def test_whole_runs_of_the_default_population(model: Model) -> None:
    for replicate in range(2):
        assert_same(run_both(planned(weeks=208, citizens=500), 0, replicate), model)


# Mesa really drives


class Shuffled(PolicyModel):
    """Actors in another order in every phase of every week."""

    def each(self, method: str) -> None:
        self.orders.append([actor.name for actor in self.states.shuffle(inplace=False)])
        self.states.shuffle_do(method)

    def run(self) -> PolicyModel:
        self.orders: list[list[str]] = []
        return super().run()


def test_the_order_of_actors_makes_no_difference() -> None:
    plan = planned(weeks=30, citizens=20)
    plainly, shuffled = PolicyModel(plan, 3, 1).run(), Shuffled(plan, 3, 1)
    shuffled.run()
    assert len({tuple(one) for one in shuffled.orders}) > 10
    assert bits(plainly.trajectory.to_numpy()) == bits(shuffled.trajectory.to_numpy())
    assert bits(plainly.outcome) == bits(shuffled.outcome)
    key = {(one.week, one.actor, one.instrument): one for one in plainly.decisions}
    assert len(key) == len(shuffled.decisions)
    assert [one.actor for one in plainly.decisions] != [one.actor for one in shuffled.decisions]
    for one in shuffled.decisions:
        assert one == key[one.week, one.actor, one.instrument]


@pytest.mark.parametrize("actor", ACTORS)
def test_an_actor_that_always_holds_equals_a_commitment_to_hold(model: Model, actor: str) -> None:
    from sim.engine.agents import StateActor

    class Still(StateActor):
        def choose(self) -> None:
            for instrument in self.instruments:
                self.take(instrument.name, "hold")

    class OneHolds(PolicyModel):
        actor_types: ClassVar = {**PolicyModel.actor_types, actor: Still}

    bound = [
        {"actor": actor, "instrument": one.name, "insist": "hold"} for one in model.instruments_of(actor)
    ]
    free, committed = planned(weeks=30), planned(weeks=30, commitments=bound)
    held = OneHolds(free, 0, 2).run()
    pair = run_both(committed, 0, 2)
    assert bits(held.trajectory.to_numpy()) == bits(pair.block.kept[0])
    assert bits(held.outcome) == bits(pair.block.outcomes[0])
    # It is that actor's holding that does it: left free, it would have done otherwise.
    assert bits(PolicyModel(free, 0, 2).run().trajectory.to_numpy()) != bits(pair.block.kept[0])


def test_options_read_and_write_only_what_is_their_actors(model: Model) -> None:
    """Why the order of actors cannot matter: no option reads what another actor's option writes."""
    from sim.model.fields import fields_read

    written = {
        name: one.actor for one in model.instruments for option in one.options for name in option.moves
    }
    checked = 0
    for one in model.instruments:
        for option in one.options:
            if option.function is not None:
                touched = fields_read(option.function)["world"]
                assert {written.get(name, one.actor) for name in touched} == {one.actor}, option.key
                checked += 1
    assert checked > 30
