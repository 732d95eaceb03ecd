"""What decides an answer, from any design: indices that compare whole distributions."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.deciding.indices import DUMMY, Floats, Sample, Sensitivity, no_pairs, settled
from sim.errors import ResultError

#: So many of the strongest get intervals, since each costs as much as all the rest.
STRONGEST = 20
#: Slices of an input's range that PAWN compares.
SLICES = 10
#: Columns of random numbers that show what nothing looks like.
IDLE = 40


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
        raise ResultError(f"{int(good.sum())} cases have a valid run; {method} needs twenty at least")
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x676976]))
    y = answer.value[good]
    n = len(y)
    # All are looked at once; intervals are for the strongest, since each costs as much as all the rest.
    first = _one(method, list(sample.names), sample.shares[good], y, 2)[method]
    chosen = np.sort(np.argsort(-first, kind="stable")[:STRONGEST])
    names = [sample.names[k] for k in chosen]
    x = sample.shares[good][:, chosen]
    point = _one(method, names, x, y, resamples)
    # Cases may stand in order, as on a grid: half of them is half taken by lot.
    lot = np.random.Generator(np.random.Philox(key=[seed, 0x68616C66])).permutation(n)[: n // 2]
    half = _one(method, names, x[lot], y[lot], 2)[method] if n >= 40 else np.full(len(names), np.nan)
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
    nothing = chance.random((n, IDLE))
    idle = _one(method, [f"idle {k}" for k in range(IDLE)], nothing, y, 2)[method]
    # Of many that do nothing the strongest looks strong: the dummy's upper end allows for their number.
    reach = float(ndtri(1 - 0.05 / len(sample.names))) * float(idle.std(ddof=1))
    middle = float(idle.mean())
    # Fewer cases raise what nothing shows, so that half the sample is held against its own dummy.
    less = np.nan
    if n >= 40:
        less = float(_one(method, [f"idle {k}" for k in range(IDLE)], nothing[lot], y[lot], 2)[method].mean())
    indices = pd.DataFrame(
        {
            "name": [*names, DUMMY],
            method: [*point[method], middle],
            f"{method}_low": [*low, max(middle - reach, 0.0)],
            f"{method}_high": [*high, middle + reach],
            f"{method}_half": [*half, less],
        }
    ).sort_values(method, ascending=False, kind="stable", ignore_index=True)
    # What lies below the dummy's end is noise, and noise differs from half to half.
    above = indices[indices[method] > middle + reach]
    return Sensitivity(
        method,
        question,
        unit,
        indices,
        no_pairs(),
        n,
        int((~good).sum()),
        int(answer.failed.sum()),
        answer.seed_share,
        settled(above, method, 1.0, less - middle) if n >= 40 else None,
        weaker=len(sample.names) - len(names),
    )


def _one(method: str, names: list[str], x: Floats, y: Floats, resamples: int) -> dict[str, Floats]:
    if np.ptp(y) <= 1e-12:
        nothing = np.zeros(len(names))
        return {method: nothing, f"{method}_conf": nothing}
    if method == "pawn":
        return {"pawn": slices_apart(x, y)}
    from SALib.analyze import delta as by_density

    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    with _silent():
        found = by_density.analyze(problem, x, y, num_resamples=max(resamples, 2), seed=1, method="delta")
    plain = "delta_raw" if "delta_raw" in found else "delta"  # the name before SALib 1.6
    keys = {"delta": plain, "delta_conf": f"{plain}_conf"}
    return {key: np.asarray(found[old], np.float64) for key, old in keys.items()}


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Keep SALib from telling of every bin that it merges, and from changing how all warnings look.

    It sets filters of its own, so that warnings are caught here instead of switched off.
    """
    look = warnings.formatwarning
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings(record=True):
            yield
    finally:
        warnings.formatwarning = look


def slices_apart(x: Floats, y: Floats) -> Floats:
    """Return (k,) PAWN indices: over slices of an input, how far the answer is from that of all cases.

    The median over ten slices of the Kolmogorov–Smirnov distance, as SALib has it; its own takes a
    hundred times as long, and intervals ask for it over and over.
    """
    # Counted by distinct answer: a share of a few runs has few of them.
    values, code = np.unique(y, return_inverse=True)
    of_all = np.cumsum(np.bincount(code, minlength=len(values))) / len(y)
    found = np.empty(x.shape[1])
    for k, column in enumerate(x.T):
        edges = np.quantile(column, np.linspace(0, 1, SLICES + 1))
        place = np.searchsorted(edges, column, side="right") - 1
        counts = np.bincount(place * len(values) + code, minlength=(SLICES + 1) * len(values))
        below = counts.reshape(-1, len(values))[:SLICES].cumsum(axis=1)
        below = below[below[:, -1] > 0]
        apart = np.abs(below / below[:, -1:] - of_all).max(axis=1)
        found[k] = np.median(apart) if len(apart) else 0.0  # hardly a case differs: nothing to compare
    return found
