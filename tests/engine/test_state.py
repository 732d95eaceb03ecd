"""A run that is stopped and goes on is the unbroken one, bit for bit, in both drivers and across them."""

from __future__ import annotations

import copy
import pickle
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.ensemble import Block, advance, proceed, simulate, start
from sim.engine.mesa_model import PolicyModel
from sim.engine.state import State
from sim.errors import ScenarioError
from sim.model.registry import Model
from sim.scenario.plan import plan as make_plan
from sim.scenario.schema import Scenario
from tests.engine.pairs import bits, planned
from tests.generators import scenarios

EVERYBODY = st.sampled_from((0, 0, 0, 7, 500))


def same(block: Block, other: Block) -> None:
    for kind in ("kept", "ladders", "outcomes", "failure_week", "failure_variable"):
        assert bits(getattr(block, kind)) == bits(getattr(other, kind)), kind


def same_run(model: PolicyModel, block: Block) -> None:
    assert bits(model.trajectory.to_numpy()) == bits(block.kept[0])
    assert bits(model.outcome) == bits(block.outcomes[0])


def same_state(one: State, other: State) -> None:
    """To the bit, but for the weeks after a failure, which one driver does not simulate."""
    assert bits(one.past) == bits(other.past)
    assert bits(one.chosen[:, 1:]) == bits(other.chosen[:, 1:])
    assert list(one.arrays) == list(other.arrays)
    for kind, array in one.arrays.items():
        assert bits(array) == bits(other.arrays[kind]), kind


def test_continued_equals_unbroken_in_both_drivers_and_across_them(model: Model) -> None:
    seen: Counter[str] = Counter()
    every = tuple(model.world)

    @settings(max_examples=20)
    @given(scenarios(min_weeks=2, max_weeks=30, citizens=EVERYBODY), st.integers(0, 2**63 - 1), st.data())
    def check(spec: Scenario, seed: int, data: st.DataObject) -> None:
        plan, replicate = make_plan(spec, model), np.array([data.draw(st.integers(0, 10**6))])
        first, second = sorted(data.draw(st.tuples(*[st.integers(1, spec.weeks)] * 2)))
        whole = simulate(plan, seed, replicate, keep=every, threads=1)
        left = start(plan, seed, replicate, until=first, threads=1)
        same(proceed(left, keep=every, threads=1), whole)
        block, twice = advance(left, second, threads=1, keep=every)
        assert bits(block.kept[:, : second + 1]) == bits(whole.kept[:, : second + 1])
        assert np.isnan(block.kept[:, second + 1 :]).all()
        same(proceed(twice, keep=every, threads=1), whole)

        mesa = PolicyModel(plan, seed, int(replicate[0]))
        while mesa.running and mesa.week < first:
            mesa.step()
        if mesa.failure is None:
            same_state(mesa.save(), left)
        same(proceed(mesa.save(), keep=every, threads=1), whole)
        same_run(PolicyModel.restore(left).run(), whole)
        same_run(PolicyModel.restore(mesa.save()).run(), whole)
        seen["citizens"] += spec.citizens > 0
        seen["events under way"] += bool((left.arrays["event_until"] > first).any())
        seen["commitments"] += bool(spec.commitments)
        seen["sound"] += mesa.failure is None

    check()
    assert min(seen.values()) >= 1, dict(seen)
    assert len(seen) == 4


@pytest.fixture(scope="module")
def busy(model: Model) -> Any:
    """Sixty weeks in which changes overlap, a path ends, a mean is moved and a commitment binds."""
    spec = Scenario(
        title="busy",
        weeks=60,
        citizens=12,
        parameters={"perception_delay": 3.0},
        events=[
            {"name": "a", "on": date(2021, 9, 6), "lasts": 30, "change": {"media_salience": {"add": 0.3}}},
            {"name": "b", "hazard": 0.2, "lasts": 6, "change": {"media_salience": {"multiply": 0.5}}},
            {
                "name": "c",
                "when": {"variable": "tension", "above": 0.2, "delay": 4},
                "change": {"fear": {"add": 0.1}, "audience_cost": {"multiply": 1.5}},
            },
            {
                "name": "d",
                "on": date(2021, 10, 4),
                "change": {
                    "audience_cost": {"path": {date(2021, 10, 4): 0.2, date(2022, 3, 7): 0.6}},
                    "media_salience": {"path": {date(2021, 10, 4): 0.2, date(2022, 1, 3): 0.6}},
                },
            },
        ],
        commitments=[
            {"actor": "dushanbe", "instrument": "contact", "insist": "warm", "from": date(2022, 2, 7)}
        ],
    )
    return make_plan(spec, model)


def test_in_every_week(model: Model, busy: Any) -> None:
    every, runs = tuple(model.world), np.arange(3)
    whole = simulate(busy, 8, runs, keep=every)
    mesa = PolicyModel(busy, 8, 2)
    alone = simulate(busy, 8, np.array([2]), keep=every)
    waiting = 0
    for week in range(1, busy.weeks + 1):
        left = start(busy, 8, runs, until=week)
        same(proceed(left, keep=every), whole)
        waiting += int((left.arrays["event_due"] > week).sum())
        mesa.step()
        same_state(mesa.save(), left.some(np.array([2])))
        same(proceed(mesa.save(), keep=every), alone)
        if week % 20 == 0:
            same_run(PolicyModel.restore(left, 2).run(), alone)
    assert waiting > 3


@pytest.mark.parametrize("way", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("week", [0, 7, 60])
def test_a_copy_is_right_and_apart(busy: Any, way: Any, week: int) -> None:
    model, whole = PolicyModel(busy, 8, 2), PolicyModel(busy, 8, 2).run()
    while model.week < week:
        model.step()
    other = way(model)
    assert (other.week, other.steps, other.running) == (week, week, week < 60)
    assert other.decisions == model.decisions
    assert other.fired == model.fired
    assert bits(other.world) == bits(model.world)
    assert bits(other.p) == bits(model.p)
    assert bits(other.actors["russia"].seen) == bits(model.actors["russia"].seen)
    assert other.random.random() == model.random.random()
    other.run()
    assert model.week == week  # what the copy does is its own
    assert bits(other.trajectory.to_numpy()) == bits(whole.trajectory.to_numpy())
    assert bits(other.outcome) == bits(whole.outcome)
    assert other.decisions == whole.decisions
    assert other.fired == whole.fired


def test_a_copy_of_a_subclass_keeps_what_it_added(busy: Any) -> None:
    class Counting(PolicyModel):
        def __init__(self, label: str) -> None:
            super().__init__(busy, 1)
            self.label = [label]

    model = Counting("one")
    model.step()
    other = copy.deepcopy(model)
    assert type(other) is Counting
    assert other.label == ["one"]
    assert other.label is not model.label


def test_a_failed_run_stays_failed(model: Model) -> None:
    plan = planned(weeks=10)
    case = np.concatenate([plan.parameters, plan.world])
    ill = case.copy()
    ill[list(model.parameters).index("guarantee_rest")] = -30.0
    cases = np.array([case, ill])
    every = tuple(model.world)
    whole = simulate(plan, 0, np.arange(2), cases, keep=every)
    assert (whole.failure_week > 0).tolist() == [False, True]
    left = start(plan, 0, np.arange(2), cases, until=8)
    same(proceed(left, keep=every), whole)
    restored = PolicyModel.restore(left, 1)
    assert restored.failure is not None
    assert restored.failure.week == whole.failure_week[1]
    assert not restored.running


def test_another_branch_moves_what_comes_and_nothing_before(model: Model) -> None:
    plan, every = planned(weeks=40), tuple(model.world)
    whole = simulate(plan, 0, np.arange(20), keep=every)
    left = start(plan, 0, np.arange(20), until=19)
    other = proceed(replace(left, branch=1), keep=every)
    assert bits(other.kept[:, :20]) == bits(whole.kept[:, :20])
    assert all(bits(mine) != bits(theirs) for mine, theirs in zip(other.kept, whole.kept, strict=True))
    # Pairs stay pairs: the same branch under another plan draws the same.
    again = proceed(replace(left.under(plan), branch=1), keep=every)
    same(again, other)


def test_another_plan_from_there_on(model: Model) -> None:
    """What both share goes on as it is; what is gone ends; a new parameter holds at once."""
    every = tuple(model.world)
    lasting = {"name": "a", "on": date(2021, 9, 6), "lasts": 30, "change": {"pledged": {"add": 5e4}}}
    old, bare = planned(weeks=40, events=[lasting]), planned(weeks=50)
    left = start(old, 0, np.arange(2), until=10)
    pledged = every.index("pledged")
    gone = proceed(left.under(bare), keep=every).kept
    assert gone.shape[1] == 51
    going = proceed(left, keep=every).kept
    free = simulate(bare, 0, np.arange(2), keep=every).kept
    assert (going[:, 11, pledged] - gone[:, 11, pledged] > 4e4).all()
    assert gone[:, 11, pledged] == pytest.approx(free[:, 11, pledged])
    later = planned(
        weeks=40, events=[lasting, {"name": "z", "on": date(2022, 1, 3), "change": {"fear": {"add": 0.1}}}]
    )
    more = proceed(left.under(later), keep=every).kept
    week = (date(2022, 1, 3) - date(2021, 8, 16)).days // 7 + 1
    assert bits(more[:, :week]) == bits(going[:, :week])
    assert bits(more[:, week]) != bits(going[:, week])
    dear = planned(weeks=40, events=[lasting], parameters={"audience_cost": 0.9})
    assert (
        left.under(dear).arrays["parameters"][:, list(model.parameters).index("audience_cost")] == 0.9
    ).all()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"citizens": 3}, "citizens: expected 0, found 3"),
        ({"start": date(2021, 8, 23)}, "start: expected 2021-08-16, found 2021-08-23"),
        ({"weeks": 9}, "expected at least the 10 that have passed, found 9"),
        ({"world": {"tension": 0.9}}, "tension began at"),
        (
            {"events": [{"name": "z", "on": date(2021, 9, 6), "change": {"fear": {"add": 0.1}}}]},
            "event 'z' lies before that date",
        ),
        (
            {"commitments": [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]},
            "a commitment binds an actor before that date",
        ),
    ],
)
def test_a_plan_with_another_past_is_refused(fields: Any, said: str) -> None:
    left = start(planned(weeks=20), 0, np.arange(2), until=10)
    with pytest.raises(ScenarioError, match=said):
        left.under(planned(**{"weeks": 20, **fields}))


@pytest.mark.parametrize("run", [-1, 2, True, 0.5])
def test_a_run_that_is_not_there_is_refused(run: Any) -> None:
    left = start(planned(weeks=20), 0, np.arange(2), until=10)
    with pytest.raises(ScenarioError, match="from 0 to 1"):
        PolicyModel.restore(left, run)
