"""Indices of functions whose indices are known, through the code that studies go through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from sim.analysis.deciding.given_data import delta, pawn, slices_apart
from sim.analysis.deciding.indices import DUMMY, Sample, Sensitivity
from sim.analysis.deciding.sensitivity import morris, sobol
from sim.errors import ResultError

Floats = NDArray[np.float64]

ISHIGAMI = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437), "S2": 0.2437}
G = np.array([0.0, 1.0, 4.5, 9.0])


def ishigami(u: Floats) -> Floats:
    x = -np.pi + 2 * np.pi * u
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(u: Floats) -> Floats:
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


def g_indices() -> tuple[Floats, Floats]:
    part = 1 / (3 * (1 + G) ** 2)
    total = np.prod(1 + part) - 1
    others = np.array([np.prod(np.delete(1 + part, k)) for k in range(len(G))])
    return part / total, part * others / total


def runs(
    of: Callable[[Floats], Floats],
    shares: Floats,
    replicates: int,
    noise: float,
    seed: int = 1,
    shared: bool = False,
) -> Sample:
    """Runs of a case differ by noise about a known mean, of their own or the same for all cases."""
    chance = np.random.default_rng(seed)
    case = np.tile(np.arange(len(shares)), replicates)
    turn = np.repeat(np.arange(replicates), len(shares))
    luck = chance.normal(0, noise, replicates)[turn] if shared else chance.normal(0, noise, len(case))
    names = tuple(f"x{k}" for k in range(shares.shape[1]))
    replicate = turn if shared else turn * len(shares) + case
    return Sample(names, shares, of(shares)[case] + luck, case, replicate)


def saltelli(k: int, size: int, second: bool = False) -> Floats:
    problem = {"num_vars": k, "names": [f"x{i}" for i in range(k)], "bounds": [[0.0, 1.0]] * k}
    return np.asarray(sobol_sample.sample(problem, size, calc_second_order=second, seed=3))


def within(found: Sensitivity, column: str, truth: dict[str, float], slack: float = 0.0) -> None:
    rows = found.indices.set_index("name")
    for name, value in truth.items():
        low, high = rows.loc[name, f"{column}_low"], rows.loc[name, f"{column}_high"]
        assert low - slack <= value <= high + slack, (name, column, value, low, high)
        assert high - low < 0.35


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return sobol(runs(ishigami, saltelli(3, 1024, True), 4, 0.5), second_order=True, question="q", unit="1")


def test_ishigami_agrees_with_its_analytic_indices(found: Sensitivity) -> None:
    for column in ("S1", "ST"):
        within(found, column, dict(zip(("x0", "x1", "x2"), ISHIGAMI[column], strict=True)), 0.01)
    assert list(found.indices["name"][:3]) == ["x0", "x1", "x2"]


def test_second_order_finds_the_one_pair_there_is(found: Sensitivity) -> None:
    pairs = found.pairs.set_index(["first", "second"])
    assert tuple(found.pairs.iloc[0][["first", "second"]]) == ("x0", "x2")
    assert pairs.loc[("x0", "x2"), "S2_low"] <= ISHIGAMI["S2"] <= pairs.loc[("x0", "x2"), "S2_high"]
    for other in (("x0", "x1"), ("x1", "x2")):
        assert pairs.loc[other, "S2_low"] - 0.01 <= 0 <= pairs.loc[other, "S2_high"] + 0.01


def test_sobol_g_agrees_with_its_analytic_indices() -> None:
    one = sobol(runs(sobol_g, saltelli(4, 1024), 2, 0.05))
    first, total = g_indices()
    for column, truth in (("S1", first), ("ST", total)):
        within(one, column, {f"x{k}": float(value) for k, value in enumerate(truth)}, 0.01)


def test_the_intervals_cover_as_often_as_they_say() -> None:
    first, total = g_indices()
    hits = tries = 0
    for trial in range(20):
        problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
        shares = np.asarray(sobol_sample.sample(problem, 128, calc_second_order=False, seed=trial))
        one = sobol(runs(sobol_g, shares, 2, 0.05, trial), resamples=200, seed=trial)
        rows = one.indices.set_index("name")
        for column, truth in (("S1", first), ("ST", total)):
            for k, value in enumerate(truth):
                tries += 1
                row = rows.loc[f"x{k}"]
                hits += row[f"{column}_low"] - 0.005 <= value <= row[f"{column}_high"] + 0.005
    assert hits / tries >= 0.9


def test_a_dummy_shows_the_noise_and_no_more() -> None:
    shares = saltelli(3, 512)
    few, many = (sobol(runs(ishigami, shares, n, 3.0)).indices.set_index("name") for n in (2, 32))
    for rows in (few, many):
        assert rows.loc[DUMMY, "S1_low"] <= 0 <= rows.loc[DUMMY, "S1_high"]
        assert rows.loc[DUMMY, "ST_low"] <= 0 <= rows.loc[DUMMY, "ST_high"]
    assert few.loc[DUMMY, "ST"] > 5 * many.loc[DUMMY, "ST"] > 0
    variance = 13.84  # of the function; each mean of two runs adds 9 / 2
    assert few.loc[DUMMY, "ST"] == pytest.approx(4.5 / (variance + 4.5), rel=0.35)


def test_on_shared_draws_nothing_does_nothing_exactly() -> None:
    one = sobol(runs(ishigami, saltelli(3, 1024), 2, 2.0, shared=True), resamples=50)
    rows = one.indices.set_index("name")
    assert (rows.loc[DUMMY, ["S1", "ST", "S1_low", "ST_high"]] == 0).all()
    within(one, "ST", dict(zip(("x0", "x1", "x2"), ISHIGAMI["ST"], strict=True)), 0.05)


def test_chance_within_a_case_is_told_apart() -> None:
    variance = 13.84
    one = sobol(runs(ishigami, saltelli(3, 512), 8, np.sqrt(variance)), resamples=50)
    assert one.seed_share == pytest.approx(0.5, abs=0.03)


def test_a_group_with_a_case_that_has_no_sound_run_is_dropped_whole() -> None:
    shares = saltelli(3, 256)
    whole = runs(ishigami, shares, 2, 0.1)
    values = whole.values.copy()
    values[whole.case == 7] = np.nan  # the third case of the second group of five
    values[np.flatnonzero(whole.case == 20)[0]] = np.nan  # one of two runs
    broken = sobol(Sample(whole.names, shares, values, whole.case, whole.replicate), resamples=20)
    assert (broken.groups, broken.dropped, broken.failed) == (255, 1, 3)
    without = np.r_[0:5, 10 : len(shares)]
    keep = np.isin(whole.case, without)
    again = Sample(
        whole.names,
        shares[without],
        values[keep],
        np.searchsorted(without, whole.case[keep]),
        whole.replicate[keep],
    )
    same = sobol(again, resamples=20).indices.set_index("name")
    for name in whole.names:
        assert broken.indices.set_index("name").loc[name, "ST"] == pytest.approx(same.loc[name, "ST"])


def test_half_the_sample_says_whether_it_is_settled() -> None:
    assert sobol(runs(ishigami, saltelli(3, 1024), 2, 0.1)).settled
    rough = sobol(runs(ishigami, saltelli(3, 4), 1, 8.0), resamples=5)
    assert rough.settled is False
    assert np.isfinite(rough.indices.set_index("name").loc["x0", "ST_half"])


def test_nothing_that_varies_has_no_indices() -> None:
    one = sobol(runs(lambda u: np.zeros(len(u)), saltelli(3, 8), 2, 0.0), resamples=5)
    assert (one.indices["ST"] == 0).all()
    assert np.isnan(one.seed_share)


@pytest.mark.parametrize("bad", [7, 0])
def test_another_design_is_refused(bad: int) -> None:
    with pytest.raises(ResultError, match="groups of 5"):
        sobol(runs(ishigami, np.random.default_rng(0).random((bad, 3)), 1, 0.0))


def test_morris_tells_what_moves_from_what_does_not() -> None:
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
    shares = np.asarray(morris_sample.sample(problem, 40, 4, seed=1))
    one = morris(runs(lambda u: 5 * u[:, 0] + 2 * u[:, 1] + 3 * u[:, 2] * u[:, 1], shares, 4, 0.01))
    rows = one.indices.set_index("name")
    assert rows.loc["x0", "mu_star"] == pytest.approx(5, abs=0.1)
    assert rows.loc["x0", "sigma"] < 0.1 < 0.5 < rows.loc["x2", "sigma"]
    assert rows.loc["x3", "mu_star"] < 0.05
    assert rows.loc[DUMMY, "mu_star"] < 0.05
    assert rows.loc["x1", "mu_star_low"] <= rows.loc["x1", "mu_star"] <= rows.loc["x1", "mu_star_high"]
    assert one.settled


@pytest.mark.parametrize("method", [delta, pawn])
def test_indices_of_whole_distributions_rank_and_leave_the_dummy_last(
    method: Callable[..., Sensitivity],
) -> None:
    shares = np.random.default_rng(5).random((600, 3))
    one = method(runs(lambda u: 4 * u[:, 0] + 3 * u[:, 1], shares, 2, 0.1), resamples=20)
    names = list(one.indices["name"])
    assert names[:2] == ["x0", "x1"]
    rows = one.indices.set_index("name")
    floor = rows.loc[DUMMY, f"{one.main}_high"]
    assert rows.loc["x2", one.main] <= floor + 0.05
    assert rows.loc["x0", f"{one.main}_low"] > floor
    with pytest.raises(ResultError, match="twenty"):
        method(runs(lambda u: u[:, 0], shares[:5], 1, 0.0))


def test_a_record_is_plain() -> None:
    import json

    one = sobol(runs(ishigami, saltelli(3, 8), 1, 0.0), resamples=5)
    assert json.loads(json.dumps(one.record(), allow_nan=False))["method"] == "sobol"


def test_of_many_idle_parameters_none_rises_above_the_dummy() -> None:
    shares = np.random.default_rng(6).random((400, 120))
    one = pawn(runs(lambda u: 3 * u[:, 7], shares, 2, 0.1), resamples=20)
    assert one.weaker == 100
    rows = one.indices.set_index("name")
    floor = rows.loc[DUMMY, "pawn_high"]
    above = rows[(rows["pawn"] > floor) & (rows.index != DUMMY)]
    assert list(above.index) == ["x7"]


def test_half_of_an_ordered_design_is_taken_by_lot() -> None:
    # A grid stands in order: its first half holds half of one parameter's range alone.
    u = np.linspace(0, 1, 20)
    shares = np.array([(a, b) for a in u for b in u])
    found = pawn(runs(lambda x: x[:, 0], shares, 1, 0.0), resamples=20)
    rows = found.indices.set_index("name")
    assert rows.loc["x0", "pawn_half"] == pytest.approx(rows.loc["x0", "pawn"], abs=0.1)
    assert found.settled


def test_pawn_is_what_salib_says() -> None:
    from SALib.analyze import pawn as salib

    chance = np.random.default_rng(3)
    x = np.column_stack([chance.random(300), chance.integers(4, size=300) / 3, chance.random(300)])
    for y in (x[:, 0] + chance.normal(0, 0.1, 300), np.round(3 * x[:, 1] + x[:, 2])):
        problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0.0, 1.0]] * 3}
        assert slices_apart(x, y) == pytest.approx(salib.analyze(problem, x, y, S=10, seed=1)["median"])
