"""The cases across plausible parameters: what varies, how, and what stays."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.model import calibrated, screened
from sim.model.provenance import Quantity, judgement
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.ensemble import cases as design


def drawn(spec: sim.Scenario, runs: int = 100, seed: int = 0, prior: bool = False) -> design.Design:
    model = load()
    return design.plausible(spec, model, plan(spec, model), runs, seed, prior)


def test_every_value_takes_each_slice_of_its_range_once(spec: sim.Scenario) -> None:
    made = drawn(spec, 400, prior=True)
    model = load()
    cases = len(made.values)
    assert cases == 40
    for name, column in zip(made.names, made.values.T, strict=True):
        one = {**model.parameters, **model.world}[name]
        low, high = one.plausible
        assert ((column >= low) & (column <= high)).all()
        share = (column - low) / (high - low)
        if one.spread == "log-uniform":
            share = np.log(column / low) / np.log(high / low)
        assert sorted(np.floor(share * cases + 1e-9).astype(int)) == list(range(cases)), name


def test_what_varies_and_what_stays(spec: sim.Scenario) -> None:
    model = load()
    names = set(drawn(spec).names)
    assert not {rule.strength for rule in model.rules.values()} & names
    assert not {one.name for one in model.world.values() if one.derived} & names
    assert not {name for name in model.parameters if name.startswith("weight_")} & names
    assert {"rhetoric", "denounce_base", "clash_base"} <= names
    assert screened.fixed()
    assert not screened.fixed() & names
    for name in names:
        one = {**model.parameters, **model.world}[name]
        assert one.plausible[0] < one.plausible[1]


def test_what_the_scenario_sets_stays_as_set(spec: sim.Scenario) -> None:
    model = load()
    set_by_hand = spec.replace(world={"russian_guarantee": 0.6}, parameters={"audience_cost": 0.3})
    made = drawn(set_by_hand)
    assert not {"russian_guarantee", "audience_cost"} & set(made.names)
    columns = [*model.parameters, *model.world]
    assert (made.rows[:, columns.index("russian_guarantee")] == 0.6).all()
    assert (made.rows[:, columns.index("audience_cost")] == 0.3).all()


def test_a_value_set_by_hand_leaves_every_other_draw_where_it_was(spec: sim.Scenario) -> None:
    before, after = drawn(spec), drawn(spec.replace(world={"russian_guarantee": 0.6}))
    for name in after.names:
        assert (
            before.values[:, before.names.index(name)] == after.values[:, after.names.index(name)]
        ).all(), name


def shares(made: design.Design, names: tuple[str, ...]) -> np.ndarray:
    every = {**load().parameters, **load().world}
    columns = [made.values[:, made.names.index(name)] for name in names]
    ranges = np.array([every[name].plausible for name in names])
    return (np.column_stack(columns) - ranges[:, 0]) / (ranges[:, 1] - ranges[:, 0])


def test_calibrated_values_are_drawn_together_as_points_of_the_region(spec: sim.Scenario) -> None:
    names, points = calibrated.region()
    assert {load().parameters.get(name, load().world.get(name)).source.grade for name in names} == {
        "judgement"
    }
    found = shares(drawn(spec, 3000), names)
    which = [int(np.abs(points - row).max(axis=1).argmin()) for row in found]
    assert found == pytest.approx(points[which], abs=1e-9)
    assert len(set(which)) == len(found) == 300


def test_no_point_of_the_region_is_drawn_twice_before_all_were_once() -> None:
    names, points = calibrated.region()
    many, _ = design.region(2 * len(points) + 7, 0)
    _, count = np.unique(np.column_stack(list(many.values())), axis=0, return_counts=True)
    assert set(many) == set(names)
    assert sorted(set(count)) == [2, 3]
    assert (count == 3).sum() == 7


def test_a_case_weighs_what_its_point_weighs(spec: sim.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    names, points = calibrated.region()
    assert drawn(spec, 3000, prior=True).weights is None
    weights = np.arange(len(points)) / len(points)
    monkeypatch.setattr(calibrated, "weights", lambda: weights)
    made = drawn(spec, 3000)
    found = shares(made, names)
    which = [int(np.abs(points - row).max(axis=1).argmin()) for row in found]
    assert (made.weights == weights[which]).all()
    monkeypatch.setattr(calibrated, "weights", lambda: None)
    assert drawn(spec, 3000).weights is None


def test_what_was_not_calibrated_is_a_hypercube_all_the_same(spec: sim.Scenario) -> None:
    made, before = drawn(spec, 400), drawn(spec, 400, prior=True)
    rest = [k for k, name in enumerate(made.names) if name not in calibrated.region()[0]]
    assert rest
    assert (made.values[:, rest] == before.values[:, rest]).all()


def test_another_seed_draws_other_cases_and_zero_is_a_seed(spec: sim.Scenario) -> None:
    first, second = drawn(spec, seed=0), drawn(spec, seed=1)
    assert not (first.values == second.values).any(axis=0).all()
    assert (first.values == drawn(spec, seed=0).values).all()


def test_values_are_drawn_apart_from_each_other(spec: sim.Scenario) -> None:
    values = drawn(spec, 2000, prior=True).values
    cases = len(values)
    among = np.corrcoef(values, rowvar=False)
    off = np.abs(among[np.triu_indices_from(among, 1)])
    assert np.median(off) < 1.0 / np.sqrt(cases)
    assert off.max() < 5.5 / np.sqrt(cases)


@pytest.mark.parametrize(
    ("runs", "cases", "each"), [(1, 1, 1), (2, 2, 1), (5, 3, 2), (100, 10, 10), (1000, 100, 10)]
)
def test_runs_are_shared_out_over_cases(spec: sim.Scenario, runs: int, cases: int, each: int) -> None:
    made = drawn(spec, runs)
    assert len(made.values) == cases
    assert len(made.case) == runs
    assert set(made.case) == set(range(1, cases + 1))
    assert np.bincount(made.case)[1:].max() == each


def test_log_uniform_is_uniform_in_the_logarithm() -> None:
    one = Quantity(
        "rate", "parameter", "1/week", 0.1, 0, 50, "a rate", judgement("a test"), (0.01, 1.0), "log-uniform"
    )
    assert design.stretch(one, np.array([0.0, 0.5, 1.0])) == pytest.approx([0.01, 0.1, 1.0])
