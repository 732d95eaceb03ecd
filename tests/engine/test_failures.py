"""A run that leaves its bounds ends there, says where, and disturbs nobody."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.engine.ensemble import simulate
from sim.engine.mesa_model import PolicyModel
from sim.errors import ScenarioError
from sim.model.registry import Model
from sim.scenario.plan import Plan
from tests.engine.pairs import bits, planned, run_both

#: Values that no run survives, past what a scenario may set, and where it ends.
FATAL = (
    ("trade_rest", 1e12, 1, "other_trade"),
    ("guarantee_rest", -30.0, 3, "russian_guarantee"),
    ("weekly_product", 0.0, 1, "output"),
    ("since_talks", 1e6, 1, "since_talks"),
    ("tension_noise", math.nan, 1, "tension"),
)


def changed(model: Model, plan: Plan, name: str, value: float) -> NDArray[np.float64]:
    """The plan's own case with one value changed, unchecked."""
    case = np.concatenate([plan.parameters, plan.world])
    case[[*model.parameters, *model.world].index(name)] = value
    return case


@pytest.mark.parametrize(("name", "value", "week", "variable"), FATAL)
def test_both_drivers_name_the_week_and_the_variable(
    model: Model, name: str, value: float, week: int, variable: str
) -> None:
    plan = planned(weeks=12)
    pair = run_both(plan, case=changed(model, plan, name, value))
    mesa, block = pair.mesa, pair.block
    assert mesa.failure == (week, variable)
    assert (block.failure_week[0], list(model.world)[block.failure_variable[0]]) == (week, variable)
    assert not mesa.running
    assert mesa.week == week
    table = mesa.trajectory
    assert list(table.index) == list(range(13))
    assert table.loc[: week - 1].notna().all(axis=None)
    assert table.loc[week:].isna().all(axis=None)
    assert bits(table.to_numpy()) == bits(block.kept[0])
    assert all(np.isnan(mesa.outcome[name]) for name in mesa.outcome.dtype.names)
    assert bits(mesa.outcome) == bits(block.outcomes[0])
    assert (block.ladders[0, week:] == -1).all()
    assert (block.ladders[0, :week] >= 0).all()
    with pytest.raises(ScenarioError, match="ended"):
        mesa.step()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_failed_run_does_not_disturb_the_others(model: Model, threads: int) -> None:
    plan = planned(weeks=25, citizens=10)
    sound = np.concatenate([plan.parameters, plan.world])
    ill = changed(model, plan, "contract_mean", 1e5)
    nan = changed(model, plan, "tension_noise", math.nan)
    cases = np.array([sound, ill, sound, nan, sound])
    keep = tuple(model.world)
    replicates = np.arange(5)
    block = simulate(plan, 0, replicates, cases, keep=keep, threads=threads)
    alone = simulate(plan, 0, replicates, keep=keep, threads=1)
    assert (block.failure_week > 0).tolist() == [False, True, False, True, False]
    assert block.failure_week[3] == 1
    assert list(model.world)[block.failure_variable[3]] == "tension"
    for run in (0, 2, 4):
        assert bits(block.kept[run]) == bits(alone.kept[run])
        assert bits(block.outcomes[run]) == bits(alone.outcomes[run])
        assert bits(block.ladders[run]) == bits(alone.ladders[run])


def test_a_failure_leaves_nothing_behind_for_the_next_run_of_a_thread(model: Model) -> None:
    plan = planned(
        weeks=15, events=[{"name": "e", "hazard": 0.3, "lasts": 3, "change": {"rhetoric": {"set": 1.0}}}]
    )
    sound = np.concatenate([plan.parameters, plan.world])
    ill = changed(model, plan, "trade_rest", 1e12)
    both = simulate(plan, 0, np.array([1, 1]), np.array([ill, sound]), keep=("rhetoric",), threads=1)
    assert bits(both.kept[1]) == bits(simulate(plan, 0, np.array([1]), keep=("rhetoric",)).kept[0])


def test_what_a_model_refuses() -> None:
    plan = planned(weeks=2)
    for seed in (-1, 1.5, True, 2**63, "0"):
        with pytest.raises(ScenarioError, match="seed"):
            PolicyModel(plan, seed=seed)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="replicate"):
        PolicyModel(plan, replicate=-1)
    with pytest.raises(ScenarioError, match="case"):
        PolicyModel(plan, case=np.zeros(3))
    with pytest.raises(ScenarioError, match="baseline"):
        PolicyModel("baselin")
    model = PolicyModel(plan)
    with pytest.raises(ScenarioError, match="week 0 of 2"):
        _ = model.outcome
    with pytest.raises(ScenarioError, match="denounce"):
        model.actors["dushanbe"].take("words", "denounse")  # type: ignore[union-attr]
