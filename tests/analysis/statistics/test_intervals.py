"""Intervals cover what they promise to, of an ensemble and of every kind of sweep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import sim
from sim.analysis.answers.effects import contrasts
from sim.analysis.answers.shares import shares
from sim.analysis.groups import Group
from sim.analysis.runs import view
from sim.analysis.statistics import intervals
from sim.analysis.statistics.intervals import between_cases, between_means, wilson
from sim.study.questions import Estimand
from sim.study.results.study import Study
from tests.faults.studies import Quick
from tests.study.sweeps import experiment

Floats = NDArray[np.float64]

#: Of 300 simulations at 95 %, fewer than 90 % cover with a chance below one in a thousand.
TRIALS, LOWEST = 300, 0.90


def whole(study: Study) -> Floats:
    """Shares of the classes over all cases, with their ends: (classes, 3)."""
    runs = view(study)
    table = shares(runs, [Group("all", np.ones(len(runs.cases), bool))])
    return table[["share", "low", "high"]].to_numpy()[:8]


# Wilson's interval


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [  # as published by Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_known_answers(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert wilson(n - k, n) == (pytest.approx(1 - high, abs=5e-5), pytest.approx(1 - low, abs=5e-5))


@given(n=st.integers(1, 10_000), data=st.data())
def test_wilson_holds_the_share_and_is_symmetric(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    mirrored = wilson(n - k, n)
    assert np.array([1 - high, 1 - low]) == pytest.approx(np.array(mirrored), abs=1e-12)


def test_wilson_covers_what_it_promises() -> None:
    chance = np.random.default_rng(1)
    for p in (0.02, 0.3, 0.9):
        low, high = wilson(chance.binomial(200, p, 20_000), 200)
        assert 0.93 < np.mean((low <= p) & (p <= high)) < 0.98


def test_wilson_of_nothing() -> None:
    assert np.isnan(wilson(0, 0)).all()


# From case to case


@pytest.mark.parametrize(("a", "b", "each"), [(2.0, 3.0, 10), (0.5, 4.0, 10), (2.0, 3.0, 2)])
def test_the_spread_between_cases_is_recovered(a: float, b: float, each: int) -> None:
    from scipy.special import betaincinv

    chance = np.random.default_rng(5)
    cases = 20_000
    drawn = chance.binomial(each, chance.beta(a, b, cases))
    found = between_cases(drawn, np.full(cases, each))
    assert found.deviation == pytest.approx(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))), rel=0.03)
    assert found.low == pytest.approx(betaincinv(a, b, 0.05), abs=0.015)
    assert found.high == pytest.approx(betaincinv(a, b, 0.95), abs=0.015)
    raw = np.quantile(drawn / each, [0.05, 0.95])
    assert raw[1] - raw[0] > found.high - found.low


def test_cases_that_differ_by_chance_only_have_no_spread() -> None:
    chance = np.random.default_rng(6)
    widths = []
    for _ in range(200):
        found = between_cases(chance.binomial(10, 0.3, 100), np.full(100, 10))
        widths.append(found.deviation)
    assert np.mean(np.array(widths) == 0) > 0.4
    assert np.mean(widths) < 0.04


def test_cases_of_one_kind_each_keep_their_spread() -> None:
    found = between_cases([10] * 30 + [0] * 70, [10] * 100)
    assert found.low == pytest.approx(0, abs=1e-6)
    assert found.high == pytest.approx(1, abs=1e-6)


def test_cases_may_differ_in_size_and_be_empty() -> None:
    assert between_cases([3, 7, 2, 0], [10, 10, 4, 0]) == between_cases([3, 7, 2], [10, 10, 4])


@pytest.mark.parametrize(("k", "n"), [([1], [4]), ([1, 0, 1], [1, 1, 1]), ([], [])])
def test_too_few_runs_for_a_spread(k: list[int], n: list[int]) -> None:
    assert np.isnan(between_cases(k, n)).all()


def test_the_spread_between_means_is_recovered() -> None:
    chance = np.random.default_rng(8)
    cases, each = 4000, 10
    case = np.repeat(np.arange(cases), each)
    values = chance.normal(2.0, 1.0, cases)[case] + chance.normal(0.0, 3.0, cases * each)
    spread = between_means(values, case)
    assert spread.deviation == pytest.approx(1.0, rel=0.06)
    assert (spread.low, spread.high) == pytest.approx((2 - 1.645, 2 + 1.645), abs=0.12)
    values[0] = np.nan
    assert between_means(values, case).deviation == pytest.approx(spread.deviation, rel=0.01)


@pytest.mark.parametrize(("values", "case"), [([1.0, 2.0], [0, 0]), ([1.0, 2.0], [0, 1]), ([], [])])
def test_too_few_runs_for_a_spread_of_means(values: list[float], case: list[int]) -> None:
    assert np.isnan(between_means(values, np.array(case, np.int64))).all()


# Shares of runs that hang together


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
        (True, False, 12, 1),
        (True, True, 200, 12),
        (True, False, 100, 10),
        (False, False, 1, 40),
        (True, False, 1, 40),
    ],
)
def test_coverage_is_nominal(sampled: bool, shared: bool, groups: int, replicates: int) -> None:
    chance = np.random.default_rng(8)
    # Of one case, chance is all that the interval can speak of.
    fixed = np.zeros(1) if groups == 1 else None if sampled else chance.normal(0, 1, groups)
    covered = np.zeros(2)
    for _ in range(TRIALS):
        hits, group, replicate, truth = runs(chance, groups, replicates, 1.0, 0.7, shared, fixed)
        ways = intervals.ways(group, replicate, sampled=sampled, shared=shared)
        tallies = [intervals.tally(hits, way) for way in ways]
        for k, found in enumerate((intervals.score(tallies), intervals.student(tallies))):
            assert found.value[0] == pytest.approx(hits.mean())
            covered[k] += found.low[0] <= truth <= found.high[0]
    assert (covered / TRIALS >= LOWEST).all()


def test_where_every_run_agrees_each_unit_bounds_it() -> None:
    group, replicate = np.repeat(np.arange(10), 50), np.arange(500)
    (way,) = intervals.ways(group, replicate, sampled=True, shared=False)
    found = intervals.score([intervals.tally(np.zeros((500, 1)), way)])
    assert found.low[0] == 0
    low, high = wilson(0, 10)
    assert high < found.high[0] < 0.5  # of ten groups, not of five hundred runs
    assert intervals.score([intervals.tally(np.zeros((0, 1)), way._replace(unit=way.unit[:0]))]).value[0] != 0
    assert low == 0


def test_intervals_that_take_runs_for_independent_do_not_cover() -> None:
    """Why runs are counted by what they share: on shared draws the plain interval is far too narrow."""
    chance = np.random.default_rng(8)
    covered = 0
    for _ in range(TRIALS):
        hits, *_, truth = runs(chance, 200, 12, 1.0, 0.7, True)
        low, high = wilson(hits.sum(), len(hits))
        covered += bool(low <= truth <= high)
    assert covered / TRIALS < 0.6


def test_progress_shows_nearly_the_same_interval(tmp_path: Path) -> None:
    from sim.views.pages.sweep import Board

    one = experiment(
        replicates=8, draws="shared", design={"method": "lhs", "size": 100}, levers={}, block=None, weeks=60
    )
    board = Board()
    study = sim.sweep(one, tmp_path / "study", threads=1, watch=board, disk=Quick())
    np.testing.assert_allclose(np.column_stack(board.shares()), whole(study))


def test_nothing_says_nothing_and_one_case_speaks_of_chance() -> None:
    empty, none = np.zeros((0, 2)), np.zeros(0, np.int64)
    (way,) = intervals.ways(none, none, sampled=True, shared=False)
    assert np.isnan(intervals.score([intervals.tally(empty, way)]).value).all()
    (way,) = intervals.ways(np.zeros(30, np.int64), np.arange(30), sampled=True, shared=False)
    hits = np.repeat([1.0, 0.0], [12, 18])[:, None]
    found = intervals.score([intervals.tally(hits, way)])
    assert (found.low[0], found.high[0]) == wilson(12, 30)


def test_where_each_unit_is_one_run_it_is_wilsons_interval_to_the_last_bit() -> None:
    chance = np.random.default_rng(3)
    hits = (chance.random((200, 5)) < [0, 0.01, 0.4, 0.97, 1]).astype(np.float64)
    for sampled, group in ((True, np.arange(200)), (False, np.repeat(np.arange(20), 10))):
        (way,) = intervals.ways(group, np.arange(200), sampled=sampled, shared=False)
        found = intervals.score([intervals.tally(hits, way)])
        assert np.array_equal(np.array([found.low, found.high]), np.array(wilson(hits.sum(axis=0), 200)))


def test_what_never_occurred_is_bounded_by_independent_draws(tmp_path: Path) -> None:
    study = sim.sweep(experiment(levers={}), tmp_path / "study", threads=1, disk=Quick())
    share, low, high = whole(study)[0]
    runs = view(study)
    units = len(np.unique(runs.drawn))
    assert share == low == 0
    assert high > wilson(0, units)[1]  # of as many as were drawn, and fewer for the tails of so few


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
            found = contrasts(view(study), [Estimand("mean", ("approval",))]).iloc[0]
            effects.append(found["effect"])
            said.append(found["variance_ratio"])
        spread[draws] = np.var(effects, ddof=1)
    # Where few pairs move, one small study misjudges the variance of their differences, most often as too
    # small; its mean over studies is right, hence the harmonic mean of the ratios.
    ratio = 1 / float(np.nanmean(1 / np.array(said)))
    assert ratio > 2
    assert ratio / 4 < spread["independent"] / spread["grouped"] < 4 * ratio
    assert np.isnan(said[-1])
