"""The one way in which shares and means get their intervals, whatever the runs hang together by.

A study is no heap of independent runs: runs of one case share their values, and runs of one replicate
may share their chance. The variance of a share therefore is that of sums over what was drawn
independently (linearised; where values and chance were both drawn, the two add up), and the share gets
the Wilson interval of as many independent runs as would leave it as uncertain. Where each unit is one
run that is Wilson's interval itself. docs/decisions/0012-one-view-of-runs.md shows the coverage.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Standard normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054


class Interval(NamedTuple):
    """Estimates with their 95 % intervals; NaN where nothing can be said."""

    value: Floats
    low: Floats
    high: Floats


def wilson(successes: ArrayLike, runs: ArrayLike) -> tuple[Floats, Floats]:
    """Return the Wilson 95 % score interval of a share (Wilson 1927), NaN where there are no runs.

    Keeps its coverage near 0 and 1, where the textbook interval collapses to a point: no event in n
    runs gives an upper limit of about 3.84 / (n + 3.84). Numbers need not be whole.
    """
    k, n = np.asarray(successes, np.float64), np.asarray(runs, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, zz = k / n, Z95 * Z95
        centre = (p + zz / (2 * n)) / (1 + zz / n)
        half = Z95 / (1 + zz / n) * np.sqrt(p * (1 - p) / n + zz / (4 * n * n))
        # At the two ends the exact limit is 0 or 1; rounding must not step over it.
        low = np.where(k <= 0, 0.0, np.maximum(centre - half, 0.0))
        high = np.where(k >= n, 1.0, np.minimum(centre + half, 1.0))
    empty = ~(n > 0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


class Spread(NamedTuple):
    """How a share varies over cases once the noise within each case is taken out.

    low, high : 5 % and 95 % quantile of the share over cases; deviation : its standard deviation
    """

    low: float
    high: float
    deviation: float


UNKNOWN = Spread(np.nan, np.nan, np.nan)


def between_cases(successes: ArrayLike, runs: ArrayLike) -> Spread:
    """Estimate how a share varies from case to case from a few runs of each.

    A case of ten runs shows a share that chance has blurred, so the raw spread over cases is too
    wide. The variance between cases is taken by moments (one-way analysis of variance for shares,
    cases may differ in size) and the quantiles from the beta distribution of that mean and variance.

    Parameters
    ----------
    successes, runs
        (C,) by case; cases without a run are left out.

    Returns
    -------
    Spread
        NaN where no case has two runs or only one case is.
    """
    from scipy.special import betaincinv

    k, n = np.asarray(successes, np.float64), np.asarray(runs, np.float64)
    k, n = k[n > 0], n[n > 0]
    total, cases = float(n.sum()), len(n)
    if cases < 2 or total <= cases:
        return UNKNOWN
    mean, p = float(k.sum()) / total, k / n
    within = float((n * p * (1 - p)).sum()) / (total - cases)
    among = float((n * (p - mean) ** 2).sum()) / (cases - 1)
    size = (total - float((n * n).sum()) / total) / (cases - 1)
    variance = min(max((among - within) / size, 0.0), 0.999 * mean * (1 - mean))
    if variance <= 0:
        return Spread(mean, mean, 0.0)
    strength = mean * (1 - mean) / variance - 1
    ends = betaincinv(mean * strength, (1 - mean) * strength, np.array([0.05, 0.95]))
    return Spread(float(ends[0]), float(ends[1]), float(np.sqrt(variance)))


def between_means(values: ArrayLike, case: Ints) -> Spread:
    """Estimate how a mean varies from case to case from a few runs of each.

    As `between_cases`, for numbers that are no shares: the means of cases are drawn in towards that of all
    runs until they vary as much as the analysis of variance leaves between cases.

    Parameters
    ----------
    values, case
        (runs,) numbers, NaN where a run does not count, and which case each belongs to.

    Returns
    -------
    Spread
        In the unit of the values; NaN where no case has two runs or only one case is.
    """
    v = np.asarray(values, np.float64)
    counts = np.isfinite(v)
    place, cases = dense(np.asarray(case)[counts])
    v = v[counts]
    if cases < 2 or len(v) <= cases:
        return UNKNOWN
    n = np.bincount(place).astype(np.float64)
    means = np.bincount(place, v) / n
    mean, total = float(v.mean()), float(len(v))
    within = float(((v - means[place]) ** 2).sum()) / (total - cases)
    among = float((n * (means - mean) ** 2).sum()) / (cases - 1)
    size = (total - float((n * n).sum()) / total) / (cases - 1)
    variance, raw = max((among - within) / size, 0.0), float(means.var(ddof=1))
    if variance <= 0 or raw <= 0:
        return Spread(mean, mean, 0.0)
    low, high = np.quantile(mean + np.sqrt(min(variance / raw, 1.0)) * (means - mean), [0.05, 0.95])
    return Spread(float(low), float(high), float(np.sqrt(variance)))


class Way(NamedTuple):
    """A way in which runs hang together.

    unit : (runs,) which of the things drawn independently a run belongs to
    stratum : (units,) within what they were drawn; one number throughout where everything was
    """

    unit: Ints
    stratum: Ints


def ways(group: Ints, replicate: Ints, *, sampled: bool, shared: bool) -> list[Way]:
    """Return the ways in which runs hang together.

    Parameters
    ----------
    group
        (runs,) which independent draw of values each run belongs to.
    replicate
        (runs,) which draws of chance it was on.
    sampled
        Whether groups are a random sample of the ranges; else they are fixed, and so is one group
        alone: the interval is about chance then.
    shared
        Whether every group was run on the same draws.
    """
    g, groups = dense(group)
    r, replicates = dense(replicate)
    by_group, by_draw = Way(g, np.zeros(groups, np.int64)), Way(r, np.zeros(replicates, np.int64))
    if sampled and groups > 1:
        return [by_group, by_draw] if shared else [by_group]
    if shared:
        return [by_draw]
    draw, draws = dense(g * max(replicates, 1) + r)
    owner = np.zeros(draws, np.int64)
    owner[draw] = g
    alone = groups > 1 and bool((np.bincount(owner, minlength=groups) < 2).any())
    return [by_group if alone else Way(draw, owner)]


Tally = tuple[Floats, Floats, Ints]


def tally(hits: NDArray[Any], way: Way) -> Tally:
    """Add up (runs, quantities) of what is averaged by the units of a way.

    Returns
    -------
    tuple
        (units, quantities) sums, (units,) runs, (units,) stratum of each unit; units with runs alone.
    """
    units = len(way.stratum)
    sums: Floats = np.column_stack([np.bincount(way.unit, one, minlength=units) for one in hits.T])
    size = np.bincount(way.unit, minlength=units).astype(np.float64)
    return sums[size > 0], size[size > 0], way.stratum[size > 0]


def score(tallies: Sequence[Tally]) -> Interval:
    """Return shares with Wilson intervals of as many runs as the runs are worth that hang together.

    The runs that independent ones would need for a share's variance are put into Wilson's interval,
    fewer by what few units leave open in the tails (after Korn and Graubard 1998). Where every run
    agrees there is no variance, and each unit counts as one run. Where each unit is one run, it is
    Wilson's interval as it stands.

    Parameters
    ----------
    tallies
        One for each way in which runs hang together; their variances add up.

    Returns
    -------
    Interval
        Of (quantities,); ends are NaN where there are fewer than two units of several runs.
    """
    sums, size, _ = tallies[0]
    if len(tallies) == 1 and len(size) and (size == 1).all():
        return Interval(sums.mean(axis=0), *wilson(sums.sum(axis=0), size.sum()))
    share, variance, freedom = _linearised(tallies)
    nothing = np.full(len(share), np.nan)
    if freedom < 1:
        return Interval(share, nothing, nothing)
    units = min(len(size) for _, size, _ in tallies)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where(variance > 0, share * (1 - share) / variance, units)
    worth = np.minimum(worth, size.sum()) * (Z95 / tail(freedom)) ** 2
    return Interval(share, *wilson(share * worth, worth))


def student(tallies: Sequence[Tally]) -> Interval:
    """Return means with Student's intervals; arguments as of `score`."""
    mean, variance, freedom = _linearised(tallies)
    half = tail(freedom) * np.sqrt(variance) if freedom >= 1 else np.full(len(mean), np.nan)
    return Interval(mean, mean - half, mean + half)


def gain(a: Floats, b: Floats, cell: Ints) -> float:
    """Return the variance of a difference on independent draws, over that of the paired difference.

    Variances are those within a cell (one case against its neighbour), pooled over cells.
    """
    apart = _within(a, cell) + _within(b, cell)
    together = _within(a - b, cell)
    return float(apart / together) if together > 0 else np.nan


def _within(values: Floats, cell: Ints) -> float:
    count = np.bincount(cell)
    mean = np.bincount(cell, values) / np.maximum(count, 1)
    freedom = int((count[count > 0] - 1).sum())
    return float(np.sum((values - mean[cell]) ** 2) / freedom) if freedom > 0 else np.nan


def dense(numbers: Ints) -> tuple[Ints, int]:
    """Return each whole number's place among those that occur, and how many do."""
    if len(numbers) == 0 or numbers.min() < 0 or numbers.max() > 4 * len(numbers):
        known, place = np.unique(numbers, return_inverse=True)
        return place.astype(np.int64), len(known)
    # Many times quicker than sorting them, in a fraction of its memory.
    rank = np.cumsum(np.bincount(numbers) > 0) - 1
    return rank[numbers], int(rank[-1]) + 1


def tail(freedom: float) -> float:
    """Return the quantile of Student's t for a two-sided 95 % interval."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _linearised(tallies: Sequence[Tally]) -> tuple[Floats, Floats, float]:
    """Return means, their variances by how far units lie apart within strata, degrees of freedom."""
    sums, runs, _ = tallies[0]
    total, width = float(runs.sum()), sums.shape[1]
    if total == 0:
        return np.full(width, np.nan), np.full(width, np.nan), 0.0
    mean = sums.sum(axis=0) / total
    variance, freedom = np.zeros(width), np.inf
    for mine, size, stratum in tallies:
        number, strata = dense(stratum)
        apart = mine - mean * size[:, None]
        many = np.bincount(number, minlength=strata).astype(np.float64)
        middle = np.column_stack([np.bincount(number, apart[:, k], strata) for k in range(width)])
        apart = apart - (middle / many[:, None])[number]
        factor = np.where(many > 1, many / np.maximum(many - 1, 1), 0.0)[number, None]
        variance += (factor * apart * apart).sum(axis=0) / (total * total)
        freedom = min(freedom, len(size) - strata)
    return mean, variance, freedom
