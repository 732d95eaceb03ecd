"""Runs that count unequally: how many equal ones they are worth, quantiles, and intervals that know it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics.intervals import Z95, Interval, tail, wilson

Floats = NDArray[np.float64]

#: With cases worth fewer than so many equal ones nothing is said.
LEAST = 10


def effective(weights: Floats) -> float:
    """Return how many equally weighted things weights are worth (Kish 1965): (sum of w)² / sum of w²."""
    squares = float((weights * weights).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def share(hits: Floats, runs: Floats, weights: Floats) -> Interval:
    """Return weighted shares over cases, with intervals that allow for how few cases carry the weight.

    The variance is that of a ratio between cases; as many independent runs as would have it go into
    Wilson's interval, fewer by what few cases leave open in the tails (Korn and Graubard 1998).

    Parameters
    ----------
    hits
        (cases, quantities) runs of each case in which something happened.
    runs
        (cases,) runs of each case.
    weights
        (cases,) what each case weighs.
    """
    value, influence = _influence(hits, runs, weights)
    freedom = effective(weights * runs) - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where(
            influence.any(axis=0), value * (1 - value) / _variance(influence, freedom), freedom + 1
        )
    worth = np.minimum(worth, runs.sum()) * (Z95 / tail(freedom)) ** 2
    return Interval(value, *wilson(value * worth, worth))


def quantiles(values: Floats, weights: Floats, shares: Sequence[float]) -> Floats:
    """Return weighted quantiles of the values that are numbers; NaN where none is."""
    known = ~np.isnan(values) & (weights > 0)
    if not known.any():
        return np.full(len(shares), np.nan)
    order = np.argsort(values[known], kind="stable")
    ordered, mass = values[known][order], np.cumsum(weights[known][order])
    places = np.searchsorted(mass, np.asarray(shares) * mass[-1]).clip(0, len(ordered) - 1)
    found: Floats = ordered[places]
    return found


def difference(hits: Floats, runs: Floats, weights: Floats) -> Interval:
    """Return by how much weighted shares differ from plain ones, with Student's intervals; see `share`."""
    value, influence = _influence(hits, runs, weights)
    plain, other = _influence(hits, runs, np.ones(len(runs)))
    freedom = effective(weights * runs) - 1
    half = tail(freedom) * np.sqrt(_variance(influence - other, freedom))
    return Interval(value - plain, value - plain - half, value - plain + half)


def _influence(hits: Floats, runs: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return ratios of weighted sums, and how far each case moves them, (cases, quantities)."""
    total = float((weights * runs).sum())
    value = (weights[:, None] * hits).sum(axis=0) / total
    return value, weights[:, None] * (hits - value * runs[:, None]) / total


def _variance(influence: Floats, freedom: float) -> Floats:
    return np.asarray((influence * influence).sum(axis=0) * (freedom + 1) / freedom)
