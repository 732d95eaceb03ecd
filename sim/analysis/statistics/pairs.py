"""Paired experiments on common random numbers: the same chance with and without a change.

Runs that share seed and replicate meet the same draws, so that the difference of a pair is the
change's doing, and the pairs differ far less than runs do. Intervals are taken from the pairs: of
Student's t for quantities and dates; of Bonett and Price (2012) where every difference is of two
flags, since t fails where few pairs move; of Wilson and of t for what is no difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.measures import Measure, Runs
from sim.analysis.statistics.intervals import Z95, wilson
from sim.engine.ensemble import simulate
from sim.scenario.plan import Plan

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """A mean with its 95 % interval.

    mean, low, high : in the unit of what was measured
    right : share of the pairs that moved at all which moved in the expected direction; NaN if none did
    ties : share of the pairs that did not move
    n : pairs (or runs) that count
    """

    mean: float
    low: float
    high: float
    right: float
    ties: float
    n: int


def effect(differences: Floats, direction: int = 1) -> Effect:
    """Summarise the differences of pairs.

    Parameters
    ----------
    differences
        (n,), treated less control; NaN where a pair does not count.
    direction
        +1 where a rise is expected, -1 where a fall is.

    Returns
    -------
    Effect
        With an interval without end where fewer than two pairs count.
    """
    d = np.asarray(differences, np.float64)
    d = d[np.isfinite(d)]
    n = len(d)
    moved = int(np.count_nonzero(d))
    right = float(np.count_nonzero(direction * d > 0) / moved) if moved else float("nan")
    ties = float(1 - moved / n) if n else float("nan")
    if n < 2:
        return Effect(float(d.mean()) if n else float("nan"), -np.inf, np.inf, right, ties, n)
    low, high = _of_flags(d) if np.isin(d, (-1.0, 0.0, 1.0)).all() else _student(d)
    return Effect(float(d.mean()), low, high, right, ties, n)


def level(values: Floats) -> Effect:
    """Summarise one number a run: a share with its Wilson interval, or a mean with Student's."""
    v = np.asarray(values, np.float64)
    v = v[np.isfinite(v)]
    n = len(v)
    nan = float("nan")
    if n < 2:
        return Effect(float(v.mean()) if n else nan, -np.inf, np.inf, nan, nan, n)
    if np.isin(v, (0.0, 1.0)).all():
        low, high = wilson(v.sum(), n)
        return Effect(float(v.mean()), float(low), float(high), nan, nan, n)
    return Effect(float(v.mean()), *_student(v), nan, nan, n)


def _student(d: Floats) -> tuple[float, float]:
    from scipy.special import stdtrit

    half = float(stdtrit(len(d) - 1, 0.975) * d.std(ddof=1) / np.sqrt(len(d)))
    return float(d.mean()) - half, float(d.mean()) + half


def _of_flags(d: Floats) -> tuple[float, float]:
    """Bonett and Price's interval of a difference of paired shares: a pair is added on each side."""
    n = len(d) + 2
    up, down = (np.count_nonzero(d > 0) + 1) / n, (np.count_nonzero(d < 0) + 1) / n
    half = Z95 * float(np.sqrt((up + down - (up - down) * (up - down)) / n))
    return max(up - down - half, -1.0), min(up - down + half, 1.0)


def paired(
    control: Plan,
    treated: Plan,
    measure: Measure,
    *,
    runs: int = 400,
    seed: int = 0,
    direction: int = 1,
    cases: Floats | None = None,
    threads: int | None = None,
) -> tuple[Effect, Floats]:
    """Run two plans on the same randomness and compare an outcome pair by pair.

    Parameters
    ----------
    control, treated
        The two plans; their horizons may differ.
    cases
        (2, parameters + world) rows under which control and treated run; None: the plans' own values.
        With the same plan twice this compares two cases.
    runs
        Number of pairs: replicates 0 to `runs` - 1.

    Returns
    -------
    tuple
        The effect, and the (runs,) differences, treated less control.
    """
    found = []
    for number, plan in enumerate((control, treated)):
        rows = None if cases is None else cases[number : number + 1]
        which = None if cases is None else np.zeros(runs, np.int64)
        block = simulate(plan, seed, np.arange(runs), rows, which, threads=threads, keep=measure.keep)
        found.append(measure(Runs(block, measure.keep, plan.start)))
    differences = found[1] - found[0]
    return effect(differences, direction), differences
