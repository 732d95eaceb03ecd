"""What decides an answer, by designs made for it: Sobol' indices and Morris' screening.

A group of a Saltelli or Morris design in which a case has no sound run is dropped whole and counted,
since the estimators pair its points.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.deciding.indices import DUMMY, Floats, Sample, Sensitivity, no_pairs, settled
from sim.errors import ResultError

RESAMPLES = 500


def sobol(
    sample: Sample,
    *,
    second_order: bool = False,
    question: str = "",
    unit: str = "",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Sensitivity:
    """Return first and total order, and second order if the design has it, of a Saltelli design.

    Intervals come from a bootstrap over groups and, within each group, over replicates. The dummy is
    a point of the base sample beside itself. Where all cases of a group are run on the same draws,
    a parameter that does nothing changes no run, and its indices are zero; where each case has draws
    of its own, they show what chance alone makes of nothing, by two halves of the runs of a point.

    Raises
    ------
    ResultError
        The number of cases is not that of such a design, or no group is left.
    """
    k = len(sample.names)
    width = 2 * k + 2 if second_order else k + 2
    runs = _grouped(sample, width)
    kept = _whole(runs)
    runs, groups = runs[kept], int(kept.sum())
    if groups < 2:
        raise ResultError(
            f"{groups} groups of {len(kept)} have a valid run in every case; indices need two at least"
        )
    point = _sobol_indices(_means(runs), k, second_order)
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x736F626F]))
    drawn = [_sobol_indices(_means(_resampled(runs, chance)), k, second_order) for _ in range(resamples)]
    alone = not sample.paired(width)
    noise = _dummy(runs, chance) if alone else (0.0, 0.0)
    dummies = np.array(
        [_dummy(_resampled(runs, chance), chance) if alone else noise for _ in range(resamples)]
    )
    half = _sobol_indices(_means(runs[: groups // 2]), k, second_order) if groups >= 4 else None
    table: dict[str, Any] = {"name": [*sample.names, DUMMY]}
    for row, name in enumerate(("S1", "ST")):
        ends = np.quantile([one[name] for one in drawn], [0.025, 0.975], axis=0)
        table[name] = [*point[name], noise[row]]
        for end, side in zip(ends, ("low", "high"), strict=True):
            edge = np.quantile(dummies[:, row], 0.025 if side == "low" else 0.975)
            # The dummy's total is a sum of squares: its true value, none, lies at its lower end.
            table[f"{name}_{side}"] = [*end, min(edge, 0.0) if side == "low" else max(edge, 0.0)]
        table[f"{name}_half"] = [*(half[name] if half is not None else np.full(k, np.nan)), np.nan]
    indices = pd.DataFrame(table).sort_values("ST", ascending=False, kind="stable", ignore_index=True)
    answer = sample.cases
    return Sensitivity(
        "sobol",
        question,
        unit,
        indices,
        _pairs(sample.names, point, drawn) if second_order else no_pairs(),
        groups,
        int((~kept).sum()),
        int(answer.failed.sum()),
        answer.seed_share,
        settled(indices, "ST", 1.0) if half is not None else None,
    )


def _grouped(sample: Sample, width: int) -> Floats:
    cases = len(sample.shares)
    if cases == 0 or cases % width:
        raise ResultError(
            f"expected groups of {width} cases for {len(sample.names)} parameters, found {cases} cases; "
            "indices of this kind need their own design"
        )
    table = sample.table()
    return table.reshape(cases // width, width, table.shape[1])


def _whole(runs: Floats) -> NDArray[np.bool_]:
    """Return (groups,) whether every case of a group has a sound run."""
    return np.asarray(np.isfinite(runs).any(axis=2).min(axis=1), bool)


def _means(runs: Floats) -> Floats:
    """Return (groups, width) means over the runs of each case."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nansum(runs, axis=2) / np.isfinite(runs).sum(axis=2))


def _resampled(runs: Floats, chance: np.random.Generator) -> Floats:
    """Draw groups anew, and within each group replicates, the same for all its cases."""
    groups, _, turns = runs.shape
    chosen = runs[chance.integers(groups, size=groups)]
    which = chance.integers(turns, size=(groups, 1, turns))
    drawn = np.take_along_axis(chosen, np.broadcast_to(which, chosen.shape), axis=2)
    empty = ~np.isfinite(drawn).any(axis=2)
    drawn[empty] = chosen[empty]  # only failed runs were drawn: take the case as it is
    return np.asarray(drawn)


def _sobol_indices(means: Floats, k: int, second_order: bool) -> dict[str, Floats]:
    from SALib.analyze.sobol import first_order, total_order
    from SALib.analyze.sobol import second_order as of_pairs

    spread = means[:, [0, -1]].std()
    if spread <= 1e-12:
        nothing = {"S1": np.zeros(k), "ST": np.zeros(k)}
        return nothing | ({"S2": np.zeros((k, k))} if means.shape[1] == 2 * k + 2 else {})
    y = (means - means[:, [0, -1]].mean()) / spread
    a, b, ab = y[:, 0], y[:, -1], y[:, 1 : k + 1]
    found = {
        "S1": np.array([first_order(a, ab[:, j], b) for j in range(k)]),
        "ST": np.array([total_order(a, ab[:, j], b) for j in range(k)]),
    }
    if means.shape[1] == 2 * k + 2:
        ba = y[:, k + 1 : 2 * k + 1]
        found["S2"] = np.full((k, k), np.nan)
        for i in range(k):
            for j in range(i + 1, k):
                found["S2"][i, j] = of_pairs(a, ab[:, i], ab[:, j], ba[:, i], b)
    return found


def _dummy(runs: Floats, chance: np.random.Generator) -> tuple[float, float]:
    """Return first and total index of a parameter that does nothing, from two halves of the runs of A."""
    from SALib.analyze.sobol import first_order, total_order

    turns = runs.shape[2]
    if turns < 2:
        return 0.0, 0.0
    order = chance.permutation(turns)
    halves = order[: turns // 2], order[turns // 2 :]
    first, second = (_means(runs[:, :1, half])[:, 0] for half in halves)
    b = _means(runs)[:, -1]
    good = np.isfinite(first) & np.isfinite(second)
    y = np.stack([first, second, b])[:, good]
    if not good.any() or y[[0, 2]].std() <= 1e-12:
        return 0.0, 0.0
    y = (y - y[[0, 2]].mean()) / y[[0, 2]].std()
    # Two halves differ by more chance than two whole means of as many runs.
    few, rest = turns // 2, turns - turns // 2
    whole = (2 / turns) / (1 / few + 1 / rest)
    return float(first_order(y[0], y[1], y[2])), whole * float(total_order(y[0], y[1], y[2]))


def _pairs(names: tuple[str, ...], point: dict[str, Floats], drawn: list[dict[str, Floats]]) -> pd.DataFrame:
    low, high = np.quantile([one["S2"] for one in drawn], [0.025, 0.975], axis=0)
    rows = [
        (names[i], names[j], point["S2"][i, j], low[i, j], high[i, j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    made = pd.DataFrame(rows, columns=["first", "second", "S2", "S2_low", "S2_high"])
    return made.sort_values("S2", ascending=False, kind="stable", ignore_index=True)


def morris(
    sample: Sample,
    *,
    levels: int = 4,
    question: str = "",
    unit: str = "",
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Sensitivity:
    """Return Morris' screening: mean absolute elementary effect, its interval, and its spread.

    Effects are in the unit of the answer for a move across a parameter's whole range. The dummy moves
    nothing but the runs by which a point is seen.

    Raises
    ------
    ResultError
        As `sobol`.
    """
    from SALib.analyze import morris as salib

    k = len(sample.names)
    runs = _grouped(sample, k + 1)
    kept = _whole(runs)
    runs, groups = runs[kept], int(kept.sum())
    if groups < 2:
        raise ResultError(f"{groups} trajectories of {len(kept)} have a valid run in every case; need two")
    x = sample.shares.reshape(-1, k + 1, k)[kept]
    problem = {"num_vars": k, "names": list(sample.names), "bounds": [[0.0, 1.0]] * k}

    def screened(means: Floats, inputs: Floats) -> tuple[Floats, Floats]:
        found = salib.analyze(
            problem, inputs.reshape(-1, k), means.ravel(), num_levels=levels, num_resamples=2, seed=1
        )
        return np.asarray(found["mu_star"], np.float64), np.asarray(found["sigma"], np.float64)

    mu_star, sigma = screened(_means(runs), x)
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x6D6F7272]))
    effects = _elementary(_means(runs), x)
    drawn = np.array(
        [np.abs(effects[chance.integers(groups, size=groups)]).mean(axis=0) for _ in range(resamples)]
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    half = (
        np.abs(_elementary(_means(runs[: groups // 2]), x[: groups // 2])).mean(axis=0)
        if groups >= 4
        else np.full(k, np.nan)
    )
    noise = 0.0 if sample.paired(k + 1) else _morris_dummy(runs, chance, levels)
    indices = pd.DataFrame(
        {
            "name": [*sample.names, DUMMY],
            "mu_star": [*mu_star, noise],
            "mu_star_low": [*low, 0.0],
            "mu_star_high": [*high, noise],
            "mu_star_half": [*half, np.nan],
            "sigma": [*sigma, np.nan],
        }
    ).sort_values("mu_star", ascending=False, kind="stable", ignore_index=True)
    answer = sample.cases
    scale = float(np.max(mu_star, initial=0.0)) or 1.0
    return Sensitivity(
        "morris",
        question,
        unit,
        indices,
        no_pairs(),
        groups,
        int((~kept).sum()),
        int(answer.failed.sum()),
        answer.seed_share,
        settled(indices, "mu_star", scale) if groups >= 4 else None,
    )


def _elementary(means: Floats, x: Floats) -> Floats:
    """Return (groups, k) elementary effects, per whole range of each parameter."""
    step = np.diff(x, axis=1)
    which = np.abs(step).argmax(axis=2)
    size = np.take_along_axis(step, which[:, :, None], axis=2)[:, :, 0]
    found = np.zeros((len(x), x.shape[2]))
    np.put_along_axis(found, which, np.diff(means, axis=1) / size, axis=1)
    return found


def _morris_dummy(runs: Floats, chance: np.random.Generator, levels: int) -> float:
    turns = runs.shape[2]
    if turns < 2:
        return 0.0
    order = chance.permutation(turns)
    first, second = (_means(runs[:, :1, half])[:, 0] for half in (order[: turns // 2], order[turns // 2 :]))
    step = levels / (2 * (levels - 1))
    apart = np.abs(first - second)
    return float(np.nanmean(apart)) / step if np.isfinite(apart).any() else 0.0
