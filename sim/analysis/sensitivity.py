"""What decides an answer: Sobol' indices, Morris' screening, indices that look at whole distributions.

Everything is asked of cases: the number of a case is a mean over its runs (the share of a class, the
mean of a quantity, a restricted mean time), and what chance adds within a case is told apart. A group
of a Saltelli or Morris design in which a case has no sound run is dropped whole and counted, since
the estimators pair its points. A dummy that does nothing is always among the parameters: what its
indices show is the noise below which no index means anything.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimands import ByCase, by_case
from sim.errors import ResultError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Name of the parameter that does nothing.
DUMMY = "dummy"
RESAMPLES = 500
#: So many of the strongest get intervals where indices are taken of any design.
STRONGEST = 20
#: Columns of random numbers that show what nothing looks like.
IDLE = 40
#: An index of half the sample may stray so far from that of all before the study is called unsettled.
SETTLED = 0.05


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Indices with their 95 % intervals.

    method : `sobol`, `morris`, `delta` or `pawn`
    indices : one row a parameter, the strongest first, `dummy` among them; columns by method, each
        with `_low` and `_high` where it has an interval, and `_half`, the same from half the sample
    pairs : second order, `first`, `second`, `S2`, `S2_low`, `S2_high`; empty where not asked for
    groups, dropped : groups that count, and groups left out because a case of theirs has no sound run
    failed : runs that failed
    seed_share : share of a single run's variance that chance makes within a case
    settled : whether half the sample says the same, None where there is too little to halve
    weaker : how many weaker parameters are left out of `indices`
    """

    method: str
    question: str
    unit: str
    indices: pd.DataFrame
    pairs: pd.DataFrame
    groups: int
    dropped: int
    failed: int
    seed_share: float
    settled: bool | None
    weaker: int = 0

    @property
    def main(self) -> str:
        """The column by which parameters are ordered."""
        return {"sobol": "ST", "morris": "mu_star", "delta": "delta", "pawn": "pawn"}[self.method]

    def record(self) -> dict[str, Any]:
        """Return it as plain data; what is no number is None."""
        return {
            "method": self.method, "question": self.question, "unit": self.unit, "groups": self.groups,
            "dropped": self.dropped, "failed": self.failed, "seed_share": _plain(self.seed_share),
            "settled": self.settled, "weaker": self.weaker,
            "indices": _rows(self.indices), "pairs": _rows(self.pairs),
        }  # fmt: skip


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class Sample:
    """Runs of a design, ready to be analysed.

    names : (k,) inputs
    shares : (cases, k) inputs as shares in [0, 1], in the design's order
    values : (R,) one number a run, NaN where it failed
    case, replicate : (R,) of each run; equal `replicate` within a group means equal draws
    """

    names: tuple[str, ...]
    shares: Floats
    values: Floats
    case: Ints
    replicate: Ints

    @property
    def cases(self) -> ByCase:
        """The answer by case."""
        return by_case(self.values, self.case, len(self.shares))

    def paired(self, width: int) -> bool:
        """Say whether all `width` cases of a group are run on the same draws."""
        first = np.full(len(self.shares), -1, np.int64)
        first[self.case[::-1]] = self.replicate[::-1]
        groups = first.reshape(-1, width)
        return bool((groups == groups[:, :1]).all())

    def table(self) -> Floats:
        """Return (cases, most runs of a case) numbers, the same draws in a column; NaN where none."""
        turn = pd.Series(self.replicate).groupby(self.case).rank(method="first").to_numpy(np.int64) - 1
        made = np.full((len(self.shares), int(turn.max(initial=0)) + 1), np.nan)
        made[self.case, turn] = self.values
        return made


def sobol(
    sample: Sample, *, second_order: bool = False, question: str = "", unit: str = "",
    resamples: int = RESAMPLES, seed: int = 0,
) -> Sensitivity:  # fmt: skip
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
            f"{groups} groups of {len(kept)} have a sound run in every case; indices need two at least"
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
        "sobol", question, unit, indices, _pairs(sample.names, point, drawn) if second_order else _no_pairs(),
        groups, int((~kept).sum()), int(answer.failed.sum()), answer.seed_share,
        _settled(indices, "ST", 1.0) if half is not None else None,
    )  # fmt: skip


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
        for i in range(len(names)) for j in range(i + 1, len(names))
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=["first", "second", "S2", "S2_low", "S2_high"])
    return made.sort_values("S2", ascending=False, kind="stable", ignore_index=True)


def _no_pairs() -> pd.DataFrame:
    return pd.DataFrame({"first": [], "second": [], "S2": [], "S2_low": [], "S2_high": []})


def _settled(indices: pd.DataFrame, name: str, scale: float) -> bool:
    """Say whether every index of half the sample lies near that of all, or within its interval."""
    rows = indices[indices["name"] != DUMMY]
    near = (rows[f"{name}_half"] - rows[name]).abs() <= SETTLED * scale
    within = (rows[f"{name}_half"] >= rows[f"{name}_low"]) & (rows[f"{name}_half"] <= rows[f"{name}_high"])
    return bool((near | within).all())


def morris(
    sample: Sample, *, levels: int = 4, question: str = "", unit: str = "",
    resamples: int = RESAMPLES, seed: int = 0,
) -> Sensitivity:  # fmt: skip
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
        raise ResultError(f"{groups} trajectories of {len(kept)} have a sound run in every case; need two")
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
        "morris", question, unit, indices, _no_pairs(), groups, int((~kept).sum()),
        int(answer.failed.sum()), answer.seed_share,
        _settled(indices, "mu_star", scale) if groups >= 4 else None,
    )  # fmt: skip


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


def delta(
    sample: Sample, *, question: str = "", unit: str = "", resamples: int = 100, seed: int = 0
) -> Sensitivity:
    """Return Borgonovo's delta of any design: how far knowing a parameter shifts the whole distribution.

    The dummy is columns of random numbers; its upper end is what the strongest of as many idle
    parameters as there are would show once in twenty studies.
    """
    return _given_data("delta", sample, question, unit, resamples, seed)


def pawn(
    sample: Sample, *, question: str = "", unit: str = "", resamples: int = 100, seed: int = 0
) -> Sensitivity:
    """Return PAWN indices (median Kolmogorov–Smirnov distance over slices) of any design."""
    return _given_data("pawn", sample, question, unit, resamples, seed)


def _given_data(
    method: str, sample: Sample, question: str, unit: str, resamples: int, seed: int
) -> Sensitivity:
    from scipy.special import ndtri

    answer = sample.cases
    good = answer.runs > 0
    if int(good.sum()) < 20:
        raise ResultError(f"{int(good.sum())} cases have a sound run; {method} needs twenty at least")
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x676976]))
    y = answer.value[good]
    n = len(y)
    # All are looked at once; intervals are for the strongest, since each costs as much as all the rest.
    first = _one(method, list(sample.names), sample.shares[good], y, 2)[method]
    chosen = np.sort(np.argsort(-first, kind="stable")[:STRONGEST])
    names = [sample.names[k] for k in chosen]
    x = sample.shares[good][:, chosen]
    point = _one(method, names, x, y, resamples)
    half = _one(method, names, x[: n // 2], y[: n // 2], 2) if n >= 40 else None
    if method == "delta":
        low, high = point["delta"] - point["delta_conf"], point["delta"] + point["delta_conf"]
    else:
        drawn = []
        for _ in range(resamples):
            rows = chance.integers(n, size=n)
            drawn.append(_one(method, names, x[rows], y[rows], 0)[method])
        ends = np.quantile(drawn, [0.025, 0.975], axis=0)
        # A resample holds points twice, which draws distributions apart: that much is taken off again.
        low, high = np.clip(ends - (np.mean(drawn, axis=0) - point[method]), 0, 1)
    idle = _one(method, [f"idle {k}" for k in range(IDLE)], chance.random((n, IDLE)), y, 2)[method]
    # Of many that do nothing the strongest looks strong: the dummy's upper end allows for their number.
    reach = float(ndtri(1 - 0.05 / len(sample.names))) * float(idle.std(ddof=1))
    middle = float(idle.mean())
    none = np.full(len(names), np.nan)
    indices = pd.DataFrame(
        {
            "name": [*names, DUMMY], method: [*point[method], middle],
            f"{method}_low": [*low, max(middle - reach, 0.0)], f"{method}_high": [*high, middle + reach],
            f"{method}_half": [*(half[method] if half is not None else none), np.nan],
        }
    ).sort_values(method, ascending=False, kind="stable", ignore_index=True)  # fmt: skip
    return Sensitivity(
        method, question, unit, indices, _no_pairs(), n, int((~good).sum()), int(answer.failed.sum()),
        answer.seed_share, _settled(indices, method, 1.0) if half is not None else None,
        weaker=len(sample.names) - len(names),
    )  # fmt: skip


def _one(method: str, names: list[str], x: Floats, y: Floats, resamples: int) -> dict[str, Floats]:
    from SALib.analyze import delta as by_density
    from SALib.analyze import pawn as by_slices

    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    if np.ptp(y) <= 1e-12:
        nothing = np.zeros(len(names))
        return {method: nothing, f"{method}_conf": nothing}
    if method == "pawn":
        found = by_slices.analyze(problem, x, y, S=10, seed=1)
        return {"pawn": np.asarray(found["median"], np.float64)}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of every bin that it merges
        found = by_density.analyze(problem, x, y, num_resamples=max(resamples, 2), seed=1, method="delta")
    plain = "delta_raw" if "delta_raw" in found else "delta"  # the name before SALib 1.6
    keys = {"delta": plain, "delta_conf": f"{plain}_conf"}
    return {key: np.asarray(found[old], np.float64) for key, old in keys.items()}
