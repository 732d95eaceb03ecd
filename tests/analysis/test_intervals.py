"""Intervals of a sweep cover what they promise to; contrasts on shared draws are as sharp as they say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from sim.analysis.answers import distributions
from sim.analysis.statistics import intervals
from tests.faults.studies import Quick
from tests.study.sweeps import experiment

Floats = NDArray[np.float64]

#: Of 300 simulations at 95 %, fewer than 90 % or more than 99 % cover with a chance below one in a thousand.
TRIALS, LOWEST, HIGHEST = 300, 0.90, 0.995


def runs(
    chance: np.random.Generator,
    groups: int,
    replicates: int,
    of_group: float,
    of_draw: float,
    shared: bool,
    fixed: Floats | None = None,
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], float]:
    """Yes-or-no runs whose chance has a part of the group and a part of the draw, and the true share."""
    group = np.repeat(np.arange(groups), replicates)
    level = fixed if fixed is not None else chance.normal(0, of_group, groups)
    draws = replicates if shared else groups * replicates
    luck = chance.normal(0, of_draw, draws)
    replicate = np.tile(np.arange(replicates), groups) if shared else np.arange(groups * replicates)
    noise = chance.normal(0, 1, groups * replicates)
    hits = (level[group] + luck[replicate] + noise > 0.5).astype(np.float64)
    from scipy.stats import norm

    spread = np.sqrt(1 + of_draw**2 + (0 if fixed is not None else of_group**2))
    truth = float(np.mean(norm.cdf(((level if fixed is not None else np.zeros(1)) - 0.5) / spread)))
    return hits[:, None], group, replicate, truth


@pytest.mark.parametrize(
    ("sampled", "shared", "groups", "replicates"),
    [
        (True, True, 60, 24),
        (True, False, 60, 6),
        (False, True, 20, 40),
        (False, False, 20, 10),
        (True, True, 200, 12),
    ],
)
def test_coverage_is_nominal(
    sampled: bool, shared: bool, groups: int, replicates: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intervals, "RESAMPLES", 300)
    chance = np.random.default_rng(7)
    fixed = None if sampled else chance.normal(0, 1, groups)
    covered = 0
    for trial in range(TRIALS):
        hits, group, replicate, truth = runs(chance, groups, replicates, 1.0, 0.7, shared, fixed)
        found = intervals.interval(hits, group, replicate, sampled=sampled, shared=shared, seed=trial)
        covered += bool(found.low[0] <= truth <= found.high[0])
    assert LOWEST <= covered / TRIALS <= HIGHEST


@pytest.mark.parametrize(
    ("sampled", "shared", "groups", "replicates"),
    [
        (True, True, 60, 24),
        (True, False, 60, 6),
        (False, True, 20, 40),
        (False, False, 20, 10),
        (True, False, 12, 1),
    ],
)
def test_intervals_without_resampling_cover_too(
    sampled: bool, shared: bool, groups: int, replicates: int
) -> None:
    chance = np.random.default_rng(8)
    fixed = None if sampled else chance.normal(0, 1, groups)
    covered = np.zeros(2)
    for _ in range(TRIALS):
        hits, group, replicate, truth = runs(chance, groups, replicates, 1.0, 0.7, shared, fixed)
        ways = intervals.ways(group, replicate, sampled=sampled, shared=shared)
        tallies = [intervals.tally(hits, way) for way in ways]
        for k, found in enumerate((intervals.score(tallies), intervals.student(tallies))):
            assert found.value[0] == pytest.approx(hits.mean())
            covered[k] += found.low[0] <= truth <= found.high[0]
    assert (covered / TRIALS >= LOWEST).all()
    assert (covered / TRIALS <= 1.0).all()


def test_where_every_run_agrees_each_unit_bounds_it() -> None:
    group, replicate = np.repeat(np.arange(10), 50), np.arange(500)
    (way,) = intervals.ways(group, replicate, sampled=True, shared=False)
    found = intervals.score([intervals.tally(np.zeros((500, 1)), way)])
    assert found.low[0] == 0
    low, high = distributions.wilson(0, 10)
    assert high < found.high[0] < 0.5  # of ten groups, not of five hundred runs
    assert intervals.score([intervals.tally(np.zeros((0, 1)), way._replace(unit=way.unit[:0]))]).value[0] != 0
    assert low == 0


def test_intervals_that_take_runs_for_independent_do_not_cover() -> None:
    """What the bootstrap is for: on shared draws the plain interval is far too narrow."""
    chance = np.random.default_rng(8)
    covered = 0
    for _ in range(TRIALS):
        hits, *_, truth = runs(chance, 200, 12, 1.0, 0.7, True)
        low, high = distributions.wilson(hits.sum(), len(hits))
        covered += bool(low <= truth <= high)
    assert covered / TRIALS < 0.6


def test_progress_shows_nearly_the_same_interval(tmp_path: Path) -> None:
    from sim.views.pages.sweep import Board

    one = experiment(
        replicates=8, draws="shared", design={"method": "lhs", "size": 100}, levers={}, block=None, weeks=60
    )
    board = Board()
    study = sim.sweep(one, tmp_path / "study", threads=1, watch=board, disk=Quick())
    found = intervals.shares(study)
    share, half = board.shares()
    np.testing.assert_allclose(share, found["share"])
    wide = found["share"] > 0.05
    ratio = (found["high"] - found["low"])[wide] / (2 * half[wide])
    assert ((ratio > 0.7) & (ratio < 1.5)).all()


def test_nothing_and_one_unit_say_nothing() -> None:
    empty = np.zeros((0, 2))
    none = np.zeros(0, np.int64)
    assert np.isnan(intervals.interval(empty, none, none, sampled=True, shared=False).value).all()
    one = intervals.interval(np.ones((3, 1)), np.zeros(3, np.int64), np.arange(3), sampled=True, shared=False)
    assert one.value[0] == 1
    assert np.isnan(one.low[0])


def test_what_never_occurred_is_bounded_by_independent_draws(tmp_path: Path) -> None:
    study = sim.sweep(experiment(levers={}), tmp_path / "study", threads=1, disk=Quick())
    found = intervals.shares(study).set_index("path").loc["war"]
    assert found["share"] == found["low"] == 0
    assert np.isclose(found["high"], 3.8415 / (8 + 3.8415), atol=1e-3)


# Contrasts


def test_the_gain_is_the_ratio_of_variances() -> None:
    chance = np.random.default_rng(9)
    common = chance.normal(0, 3, 40_000)
    a, b = common + chance.normal(0, 1, 40_000), common + chance.normal(0, 1, 40_000)
    cell = np.repeat(np.arange(4000), 10)
    assert np.isclose(intervals.gain(a, b, cell), 10, rtol=0.05)
    assert np.isclose(intervals.gain(a, chance.permutation(b), cell), 1, rtol=0.05)


def test_shared_draws_sharpen_a_contrast_by_about_what_is_said(tmp_path: Path) -> None:
    """The spread of effects over seeds, on the same draws and on others, against the ratio reported."""
    spread, said = {}, []
    for draws in ("grouped", "independent"):
        effects = []
        for seed in range(12):
            one = experiment(
                "grid",
                seed=seed,
                draws=draws,
                replicates=40,
                weeks=60,
                block=None,
                uncertainties={},
                design={"method": "grid"},
            )
            study = sim.sweep(one, tmp_path / f"{draws}{seed}", threads=1, disk=Quick())
            found = intervals.contrasts(study, ["approval"]).iloc[0]
            effects.append(found["effect"])
            said.append(found["variance_ratio"])
        spread[draws] = np.var(effects, ddof=1)
    # Where few pairs move, one small study misjudges the variance of their differences, most often as too
    # small; its mean over studies is right, hence the harmonic mean of the ratios.
    ratio = 1 / float(np.nanmean(1 / np.array(said)))
    assert ratio > 2
    assert ratio / 4 < spread["independent"] / spread["grouped"] < 4 * ratio
    assert np.isnan(said[-1])
