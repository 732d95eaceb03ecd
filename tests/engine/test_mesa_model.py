"""The Mesa driver as a Mesa model: agents, sets of them, collected data, citizens to look at."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest

import sim
from sim.engine.agents import Citizen, DomesticOpinion, StateActor
from sim.engine.mesa_model import PolicyModel
from sim.errors import ScenarioError
from sim.model import week as order
from sim.model.actors import ACTORS
from sim.model.population import REGION_SHARES
from sim.model.registry import Model
from sim.model.world import REGIONS
from tests.engine.pairs import bits, planned


def test_a_model_of_mesas_with_an_agent_for_every_actor() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=3, citizens=20)
    model = sim.PolicyModel(spec, seed=0, replicate=17)
    assert isinstance(model, mesa.Model)
    assert {agent.name for agent in model.agents} == {*ACTORS, "domestic opinion"}
    assert len(model.agents) == 6
    assert set(model.actors) == {*ACTORS, "domestic opinion"}
    assert len(model.agents_by_type[StateActor]) == 5
    assert len(model.agents_by_type[DomesticOpinion]) == 1
    assert model.spec is spec
    assert (model.seed, model.replicate, model.week, model.steps) == (0, 17, 0, 0)
    model.step()
    assert (model.week, model.steps) == (1, 1)
    assert model.running
    assert model.run() is model
    assert not model.running
    assert (model.week, model.steps) == (3, 3)
    with pytest.raises(ScenarioError, match="ended with week 3"):
        model.step()


def test_a_name_and_a_scenario_are_the_same() -> None:
    by_name = PolicyModel("baseline", 0, 1)
    by_scenario = PolicyModel(sim.load_scenario("baseline"), 0, 1)
    for model in (by_name, by_scenario):
        model.step()
    assert bits(by_name.trajectory.to_numpy()) == bits(by_scenario.trajectory.to_numpy())


def test_stepping_and_running_are_the_same() -> None:
    plan = planned(weeks=9, citizens=9)
    ran, stepped = PolicyModel(plan).run(), PolicyModel(plan)
    for _ in range(9):
        stepped.step()
    assert bits(ran.trajectory.to_numpy()) == bits(stepped.trajectory.to_numpy())
    assert bits(ran.outcome) == bits(stepped.outcome)


def test_the_trajectory_is_what_mesa_collected(model: Model) -> None:
    mesa_model = PolicyModel(planned(weeks=4), 0, 0)
    assert list(mesa_model.trajectory.index) == [0]
    mesa_model.run()
    table = mesa_model.trajectory
    assert isinstance(table, pd.DataFrame)
    assert table.index.name == "week"
    assert list(table.index) == list(range(5))
    assert list(table.columns) == list(model.world)
    assert (table.dtypes == np.float64).all()
    collected = mesa_model.datacollector.get_model_vars_dataframe()
    assert bits(collected.to_numpy()) == bits(table.to_numpy())
    assert table.loc[4, "rhetoric"] == mesa_model.world.rhetoric == mesa_model.past(4).rhetoric


def test_the_phases_are_those_of_the_week_and_every_actor_is_activated() -> None:
    calls: list[tuple[str, str]] = []

    def noted(phase: str) -> Any:
        def method(self: StateActor) -> None:
            calls.append((phase, self.name))
            getattr(StateActor, phase)(self)

        return method

    phases = ("perceive", "appraise", "choose", "act")
    noisy = type("Noisy", (StateActor,), {phase: noted(phase) for phase in phases})
    kind = type("NoisyModel", (PolicyModel,), {"actor_types": dict.fromkeys(ACTORS, noisy)})
    kind(planned(weeks=1)).step()
    assert calls == [(phase, actor) for phase in phases for actor in ACTORS]
    assert set(PolicyModel._PHASES) == set(order.PHASES)


def test_a_breakpoint_in_a_rule_would_stop(model: Model) -> None:
    """Rules, options and processes run as plain Python: a tracer sees their own source lines."""
    seen: set[str] = set()

    def trace(frame: Any, event: str, _: Any) -> None:
        if event == "call" and "/sim/model/" in frame.f_code.co_filename.replace("\\", "/"):
            seen.add(frame.f_code.co_name)

    mesa_model = PolicyModel(planned(weeks=30), 0, 0)
    sys.setprofile(trace)
    try:
        mesa_model.run()
    finally:
        sys.setprofile(None)
    clauses = {part.function.__name__ for rule in model.rules.values() for part in rule.clauses}
    assert clauses <= seen
    assert {one.__name__ for one in (*order.BEFORE_OPINION, *order.AFTER_OPINION)} <= seen
    assert {"denounce", "mobilise", "pay"} & seen


# Decisions


def test_every_choice_leaves_a_record(model: Model) -> None:
    mesa_model = PolicyModel(planned(weeks=6), 0, 0).run()
    expected = [
        (week, one.actor, one.name)
        for week in range(1, 7)
        for actor in ACTORS
        for one in model.instruments_of(actor)
    ]
    assert [(one.week, one.actor, one.instrument) for one in mesa_model.decisions] == expected
    numbers = [opt.purpose for one in model.instruments for opt in one.options]
    for one in mesa_model.decisions:
        slot = next(
            k for k, i in enumerate(model.instruments) if (i.actor, i.name) == (one.actor, one.instrument)
        )
        assert (
            numbers[mesa_model.space.choice.chosen[one.week, slot]]
            == f"choice/{one.actor}/{one.instrument}/{one.choice}"
        )
        options = [option.name for option in model.instruments[slot].options]
        for by_option in (one.bases, one.utilities, one.chances, one.draws, one.open, one.binding):
            assert list(by_option) == options


# Citizens


@pytest.mark.parametrize("citizens", [1, 40, 2000])
def test_citizens_are_views_on_the_population(citizens: int) -> None:
    model = PolicyModel(planned(weeks=3, citizens=citizens), 0, 0)
    people = list(model.citizens)
    assert len(people) == citizens
    assert len(model.agents) == 6  # looking at citizens adds nothing to the model
    assert next(iter(model.citizens)) is people[0]
    first = people[0]
    before = first.solidarity
    model.run()
    assert first.solidarity != before
    assert first.solidarity == model.space.people.opinion[0, 0]
    assert np.mean([one.approval for one in people]) == pytest.approx(model.world.approval, abs=1e-9)
    assert {one.region for one in people} <= set(REGIONS)
    for one in (first, people[citizens - 1]):
        shares = ("solidarity", "fear", "approval", "exposure", "trust", "kin", "stubbornness")
        assert all(0.0 <= getattr(one, name) <= 1.0 for name in shares)
        assert one.hardship >= 0.0
        assert len(one.circle) == 6
        assert all(0 <= other < citizens for other in one.circle)
        assert set(one.anchors) == {"solidarity", "fear", "approval"}
        assert one.region in repr(one)
    opinion = model.actors["domestic opinion"]
    assert isinstance(opinion, DomesticOpinion)
    assert opinion.citizen(0).fear == first.fear
    with pytest.raises(ScenarioError, match=f"0 to {citizens - 1}"):
        opinion.citizen(citizens)


def test_looking_at_citizens_changes_nothing() -> None:
    plan = planned(weeks=5, citizens=12)
    unseen, seen = PolicyModel(plan).run(), PolicyModel(plan)
    while seen.running:
        seen.step()
        _ = [one.fear for one in seen.citizens]
        seen.citizens.shuffle_do(lambda citizen: citizen.circle)
    assert bits(unseen.trajectory.to_numpy()) == bits(seen.trajectory.to_numpy())


def test_the_mean_field_stands_for_the_regions() -> None:
    model = PolicyModel(planned(weeks=2, citizens=0)).run()
    people = model.citizens
    assert [one.region for one in people] == list(REGIONS)
    assert all(isinstance(one, Citizen) and one.circle == () for one in people)
    weighed = sum(share * one.fear for share, one in zip(REGION_SHARES, people, strict=True))
    assert weighed == pytest.approx(model.world.fear, abs=1e-12)


def test_the_ensemble_does_not_import_mesa() -> None:
    code = (
        "import sys, sim.engine.ensemble, sim.study.ensemble.run\n"
        "print(sorted({'mesa', 'networkx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_of_ours_takes_a_name_of_mesas() -> None:
    """Mesa's newer models use names for themselves; none of them is overwritten."""
    reserved = {
        "scenario",
        "time",
        "observe",
        "notify",
        "batch",
        "suppress",
        "schedule_event",
        "run_for",
        "run_until",
        "rng",
        "random",
    }
    ours = set(vars(PolicyModel)) | set(vars(PolicyModel(planned(weeks=1)))) - set(vars(mesa.Model()))
    assert not ours & reserved


@pytest.mark.parametrize("given", [None, [], 3, ""])
def test_what_is_no_scenario_is_refused_in_words(given: object) -> None:
    with pytest.raises(ScenarioError, match="expected"):
        PolicyModel(given)  # type: ignore[arg-type]
