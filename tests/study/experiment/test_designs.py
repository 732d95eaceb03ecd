"""Base points: the known properties of each design, constraints, groups."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.study.experiment.designs import base, points
from sim.study.experiment.loading import load_experiment
from tests.study.sweeps import experiment

METHODS = ["lhs", "sobol", "saltelli", "morris", "grid"]


@pytest.mark.parametrize("method", METHODS)
def test_the_number_of_points_is_known_beforehand(method: str) -> None:
    one = load_experiment(experiment(method))
    found = base(one)
    assert len(found.values) == points(one)
    assert found.drawn == found.kept == points(one)


@pytest.mark.parametrize("method", METHODS)
def test_a_design_is_the_same_each_time_and_another_with_another_seed(method: str) -> None:
    one, two = (base(load_experiment(experiment(method))) for _ in range(2))
    assert one.hash == two.hash
    other = base(load_experiment(experiment(method, seed=1)))
    assert (other.hash == one.hash) == (method == "grid")


def test_a_hypercube_has_one_point_in_each_slice() -> None:
    found = base(load_experiment(experiment()))
    for column in range(3):
        assert sorted((found.shares[:, column] * 8).astype(int)) == list(range(8))
    assert found.group.tolist() == list(range(8))


def test_saltelli_differs_by_one_input_within_a_group() -> None:
    found = base(load_experiment(experiment("saltelli")))
    k = 3
    assert found.group.tolist() == [n // (k + 2) for n in range(4 * (k + 2))]
    for group in range(4):
        rows = found.shares[found.group == group]
        for column in range(k):
            assert np.flatnonzero(rows[column + 1] != rows[0]).tolist() in ([column], [])
        assert (rows[column + 1] == rows[0]).sum() >= k - 1


def test_morris_moves_one_input_at_a_time() -> None:
    found = base(load_experiment(experiment("morris")))
    for group in range(3):
        rows = found.shares[found.group == group]
        assert (np.count_nonzero(np.diff(rows, axis=0), axis=1) == 1).all()


def test_a_grid_has_both_ends_and_every_value() -> None:
    found = base(load_experiment(experiment("grid")))
    assert len(found.values) == 3 * 3 * 2
    assert set(found.values[:, 0]) == {0.0, 0.5, 1.0}
    assert set(found.values[:, 1]) == {0.0, 0.005, 0.01}


def test_levels_of_their_own() -> None:
    uncertainties = {"russian_guarantee": {"uniform": [0, 1], "levels": 5}, "fear": [0.1, 0.4]}
    found = base(load_experiment(experiment("grid", uncertainties=uncertainties, design={"method": "grid"})))
    assert len(found.values) == 10


def test_a_grid_of_levers_alone() -> None:
    one = experiment("grid", uncertainties={}, design={"method": "grid"})
    assert base(load_experiment(one)).values.shape == (1, 0)


@pytest.mark.parametrize(
    ("method", "low", "high"),
    [("lhs", 0.1, 0.8), ("sobol", 0.1, 0.8), ("morris", 0, 1.2), ("grid", 0.1, 0.8)],
)
def test_constraints_reject_and_the_size_is_kept(method: str, low: float, high: float) -> None:
    wanted = {"sum": {"russian_guarantee": 1, "hardship_growth": 50}, "at_most": high, "at_least": low}
    one = load_experiment(experiment(method, constraints=[wanted]))
    found = base(one)
    total = found.values[:, 0] + 50 * found.values[:, 1]
    assert ((total <= high + 1e-9) & (total >= low - 1e-9)).all()
    assert found.kept < found.drawn
    if method != "grid":
        assert len(found.values) == points(one)


def test_constraints_that_leave_nothing() -> None:
    none = [{"sum": {"russian_guarantee": 1}, "at_least": 2}]
    for method in ("lhs", "grid"):
        with pytest.raises(ScenarioError, match="loosen"):
            base(load_experiment(experiment(method, constraints=none)))


def test_a_case_of_a_file_that_breaks_a_constraint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cases.csv").write_text("russian_guarantee\n0.5\n0.9\n")
    one = {
        "panj": 1,
        "title": "T",
        "design": {"method": "cases", "file": "cases.csv"},
        "replicates": 1,
        "constraints": [{"sum": {"russian_guarantee": 1}, "at_most": 0.6}],
    }
    with pytest.raises(ScenarioError, match="case 2"):
        base(load_experiment(one))


def test_too_many_cases() -> None:
    with pytest.raises(ScenarioError, match="10,000,000 cases"):
        base(load_experiment(experiment("grid", design={"method": "grid", "levels": 5000})))


@pytest.mark.parametrize(
    "design",
    [
        {"method": "saltelli", "size": 2**20},
        {"method": "saltelli", "size": 4096, "second_order": True},
        {"method": "lhs", "size": 10_000_000},
        {"method": "morris", "size": 1_000_000},
        {"method": "grid", "levels": 10_000},
    ],
)
def test_a_design_beyond_all_bounds_is_refused_before_it_is_made(design: dict[str, Any]) -> None:
    wide = {name: {"uniform": [0.2, 0.8]} for name in ("hardship", "fear", "solidarity", "approval")}
    uncertainties = wide if design["method"] == "grid" else {"from_grades": ["judgement"]}
    huge = load_experiment(experiment(design=design, uncertainties=uncertainties, levers={}))
    tracemalloc.start()
    try:
        with pytest.raises(ScenarioError, match=r"expected .*at most .*; take a smaller size"):
            base(huge)
        assert tracemalloc.get_traced_memory()[1] < 10e6
    finally:
        tracemalloc.stop()
