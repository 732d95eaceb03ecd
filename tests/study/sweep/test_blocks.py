"""Blocks: every run once, the same however the study is cut; draws shared as the experiment says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.engine.ensemble import Block, simulate
from sim.model.outcomes import PATHS
from sim.study.experiment.loading import load_experiment
from sim.study.sweep import blocks
from sim.study.sweep.blocks import Layout, Setup
from tests.study.sweeps import experiment


def setup_of(method: str = "lhs", **changes: Any) -> Setup:
    return Setup(load_experiment(experiment(method, **changes)))


def whole(one: Setup, threads: int = 1) -> dict[str, pd.DataFrame]:
    made = [one.run(block, threads=threads) for block in one.layout.order()]
    found = {}
    for name in made[0].tables:
        joined = pd.concat([part.tables[name] for part in made])
        keys = [key for key in ("case", "replicate") if key in joined]
        found[name] = joined.sort_values(keys, kind="stable", ignore_index=True)
    return found


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 70), st.integers(1, 40))
def test_every_run_is_in_one_block(cases: int, replicates: int, across: int, down: int) -> None:
    one = Layout(cases, replicates, min(across, cases), min(down, replicates))
    assert sorted(one.order()) == list(range(len(one)))
    seen = [(c, r) for block in one.order() for c in one.ranges(block)[0] for r in one.ranges(block)[1]]
    assert len(seen) == len(set(seen)) == cases * replicates
    assert sum(one.runs(block) for block in range(len(one))) == cases * replicates


@pytest.mark.parametrize("draws", ["shared", "grouped", "independent"])
def test_tables_do_not_depend_on_blocks_and_threads(draws: str) -> None:
    first = whole(setup_of("saltelli", draws=draws))
    for other in (setup_of("saltelli", draws=draws, block=7), setup_of("saltelli", draws=draws, block=1000)):
        found = whole(other, threads=2)
        for name, table in first.items():
            pd.testing.assert_frame_equal(table, found[name])


def test_the_first_replicate_of_all_cases_comes_before_the_second() -> None:
    one = setup_of()
    rounds = [one.layout.ranges(block)[1].start for block in one.layout.order()]
    assert rounds == sorted(rounds)
    assert len(set(rounds)) == 3


def test_levers_of_a_case_stay_side_by_side() -> None:
    one = setup_of(block=5)
    for block in one.layout.order():
        cases = one.layout.ranges(block)[0]
        assert cases.start % 2 == 0
        assert len(cases) % 2 == 0


def test_quantiles_need_whole_cases_in_scattered_order() -> None:
    one = setup_of(trajectories={"variables": ["tension"]}, block=6)
    assert all(len(one.layout.ranges(block)[1]) == 3 for block in one.layout.order())
    assert one.layout.order() != sorted(one.layout.order())


def test_the_default_size_of_a_block_suits_the_work() -> None:
    """Some seconds each: less, and writing would be much of it; more, and a kill would lose much."""
    design = {"method": "lhs", "size": 4000}
    sizes = [
        Setup(
            load_experiment(experiment(block=None, weeks=100, citizens=citizens, design=design))
        ).layout.runs(0)
        for citizens in (0, 500, 10_000, 100_000)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] <= 4096
    assert sizes[1] > 2000
    assert 200 < sizes[2] < 500
    assert sizes[3] == 32


# Draws


@pytest.mark.parametrize(("draws", "different"), [("shared", 3), ("grouped", 3 * 4), ("independent", 3 * 40)])
def test_how_many_different_draws_there_are(draws: str, different: int) -> None:
    one = setup_of("saltelli", draws=draws)
    assert one.cases == 4 * 5 * 2
    case = np.repeat(np.arange(one.cases), 3)
    address = one.address(case, np.tile(np.arange(3), one.cases))
    assert len(np.unique(address)) == different
    # A case is never run twice on the same draws.
    assert len(set(zip(case.tolist(), address.tolist(), strict=True))) == len(case)


def test_a_saltelli_group_and_its_levers_share_their_draws() -> None:
    one = setup_of("saltelli")
    first = one.address(np.arange(10), np.zeros(10, np.int64))
    assert len(set(first.tolist())) == 1
    assert one.address(np.array([10]), np.array([0]))[0] != first[0]


def test_cases_that_do_not_differ_give_equal_runs_on_shared_draws() -> None:
    levers = {"nothing": {"here": {}, "there": {}}}
    found = whole(setup_of(levers=levers))["outcomes"]
    here, there = (found[found["case"] % 2 == k].drop(columns="case").reset_index(drop=True) for k in (0, 1))
    pd.testing.assert_frame_equal(here, there)


# One run, by another way


def test_a_run_is_that_of_the_mesa_driver() -> None:
    one = setup_of()
    found = whole(one)["outcomes"].set_index(["case", "replicate"])
    for case in (0, 5):
        spec = one.experiment.variant(one.choices[one.choice(case // 2)], one.settings[case % 2])
        replicate = int(one.address(np.array([case]), np.array([1]))[0])
        model = sim.PolicyModel(spec, seed=0, replicate=replicate, case=one.ready(case)[1])
        model.run()
        row = found.loc[(case, replicate)]
        told = model.space.records.out[0]
        assert PATHS[int(told["path"])] == row["path"]
        assert told["approval"] == row["approval"]
        assert told["incidents"] == row["incidents"]


# Weekly values


def test_quantiles_are_those_of_the_runs_in_full() -> None:
    quantiles = whole(setup_of(trajectories={"variables": ["tension", "fear"]}))["trajectories"]
    full = whole(setup_of(trajectories={"variables": ["tension", "fear"], "keep": "full"}))["trajectories"]
    assert len(full) == 16 * 3 * 21
    assert len(quantiles) == 16 * 2 * 21
    for case, week in ((0, 3), (7, 20)):
        values = full[(full["case"] == case) & (full["week"] == week)]["tension"]
        row = quantiles[
            (quantiles["case"] == case) & (quantiles["week"] == week) & (quantiles["variable"] == "tension")
        ].iloc[0]
        assert row["q50"] == np.quantile(values, 0.5)
        assert row["runs"] == 3
        assert np.isclose(row["mean"], values.mean())


def test_chosen_cases_only() -> None:
    found = whole(setup_of(trajectories={"variables": ["tension"], "keep": "full", "cases": [2, 9]}))[
        "trajectories"
    ]
    assert set(found["case"]) == {2, 9}


# Failures


def test_a_rule_that_raises_costs_one_run(monkeypatch: pytest.MonkeyPatch) -> None:
    one = setup_of(trajectories={"variables": ["tension"], "keep": "full"})

    def raising(plan: Any, seed: int, which: Any, *arguments: Any, **options: Any) -> Block:
        if 3 in which:
            raise ZeroDivisionError("in a rule")
        return simulate(plan, seed, which, *arguments, **options)

    sound = one.run(0)
    monkeypatch.setattr(blocks, "simulate", raising)
    made = one.run(0)
    failed = made.tables["outcomes"]["failure"]
    assert failed.notna().sum() == (made.replicate == 3).sum() > 0
    assert set(failed.dropna()) == {"ZeroDivisionError: in a rule"}
    good = failed.isna()
    pd.testing.assert_frame_equal(made.tables["outcomes"][good], sound.tables["outcomes"][good])
    assert made.tables["outcomes"].loc[~good, "path"].isna().all()
    assert made.failed == int((~good).sum())


def test_what_is_lost_has_the_same_rows_and_columns() -> None:
    one = setup_of()
    made, gone = one.run(1), blocks.lost(one, 1, "gone")
    assert gone.tables["outcomes"].dtypes.equals(made.tables["outcomes"].dtypes)
    keys = ["case", "replicate"]
    pd.testing.assert_frame_equal(gone.tables["outcomes"][keys], made.tables["outcomes"][keys])
    assert gone.failed == len(made.path)
    assert gone.tables["changes"].dtypes.equals(made.tables["changes"].dtypes)
