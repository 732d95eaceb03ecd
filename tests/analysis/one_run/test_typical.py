"""The medoid: nearest to all others, found in linear time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.one_run import typical as module
from sim.analysis.one_run.typical import COMPARED, ladders, medoid, typical
from sim.analysis.runs import view
from sim.errors import ResultError
from sim.study.results.study import Study


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(sim.load_scenario("baseline").replace(weeks=60, citizens=0), runs=120, seed=3)


def distance(a: int, b: int, rungs: np.ndarray, ranks: np.ndarray) -> float:
    return float(np.abs(rungs[a].astype(int) - rungs[b]).mean() / 5 + np.abs(ranks[a] - ranks[b]).mean())


def test_the_medoid_is_the_one_with_the_least_sum_of_distances(result: sim.Result) -> None:
    for chosen in typical(result):
        mine = result.part("defaults")
        mine = mine[mine["path"] == chosen.path].reset_index(drop=True)
        rungs = ladders(mine, view(result))
        ranks = mine[list(COMPARED)].astype(float).rank(pct=True).to_numpy()
        sums = [sum(distance(a, b, rungs, ranks) for b in range(len(mine))) for a in range(len(mine))]
        at = mine.index[mine["replicate"] == int(chosen.run.split(":")[1])][0]
        assert sums[at] == pytest.approx(min(sums))
        assert chosen.runs == len(mine)


def test_ladders_are_those_of_the_result(result: sim.Result) -> None:
    rows = result.part("plausible").iloc[::7].reset_index(drop=True)
    found = ladders(rows, view(result))
    assert (found == result.ladders["plausible"][rows["replicate"]]).all()


def test_classes_come_in_order_and_add_up(result: sim.Result) -> None:
    found = typical(result)
    assert [one.path for one in found] == [p for p in module.PATHS if p in {one.path for one in found}]
    assert sum(one.runs for one in found) == found[0].of == 120


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sim.sweep(
        {
            "panj": 1,
            "title": "two guarantees",
            "scenario": "baseline",
            "weeks": 20,
            "citizens": 0,
            "replicates": 5,
            "draws": "shared",
            "design": {"method": "grid"},
            "uncertainties": {"russian_guarantee": {"discrete": [0.2, 0.8]}},
        },
        tmp_path_factory.mktemp("typical") / "s",
    )


def test_a_sweep_has_typical_runs_as_well(study: Study) -> None:
    found = typical(study)
    assert sum(one.runs for one in found) == 10
    rows = study.outcomes.set_index(["case", "replicate"])
    for one in found:
        assert rows.loc[tuple(map(int, one.run.split(":"))), "path"] == one.path


def test_runs_are_told_apart_by_case_and_replicate(study: Study) -> None:
    """Also where some of the draws are asked for alone, in whatever order."""
    every = ladders(study.outcomes, view(study))
    chosen = np.flatnonzero(study.outcomes["replicate"] < 2)[::-1]
    assert (ladders(study.outcomes.iloc[chosen].reset_index(drop=True), view(study)) == every[chosen]).all()
    steps = study.changes.groupby(["case", "replicate"]).size()
    counted = np.count_nonzero(np.diff(every, axis=1, prepend=0), axis=(1, 2))
    assert counted.tolist() == [
        steps.get(one, 0) for one in study.outcomes[["case", "replicate"]].itertuples(index=False)
    ]


def test_one_run_is_its_own_medoid() -> None:
    assert medoid(np.zeros((1, 5, 2), np.int8), pd.DataFrame({"a": [1.0]})) == 0


def test_where_every_run_failed_none_is_typical(result: sim.Result) -> None:
    from dataclasses import replace

    failed = replace(result, every_run=result.every_run.assign(failure="week 1"))
    with pytest.raises(ResultError, match="every run failed"):
        typical(failed)
