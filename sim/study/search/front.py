"""What is not beaten: fronts of points, with or without a smallest difference that counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.study.search.generator import library

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


def pareto(means: Floats, better: Sequence[int]) -> Flags:
    """Return (points,) whether none other is at least as good in everything and better in something.

    `means` is (points, goals); `better` is +1 for a goal of which more is better, -1 where less is.
    """
    gain = np.asarray(means, np.float64) * np.asarray(better, np.float64)
    found = np.ones(len(gain), bool)
    for k, mine in enumerate(gain):
        others = (gain >= mine).all(axis=1) & (gain > mine).any(axis=1)
        found[k] = not others.any()
    return found


def archive(gain: Floats, least: Floats, parts: Ints | None = None) -> Ints:
    """Return the points of an epsilon archive (Laumanns et al. 2002), the best in the first goal first.

    Points are put into boxes with sides of the smallest difference that counts. Of the boxes that none
    other beats, each keeps one point: of the fewest parts, then nearest to the best corner, then earliest.

    Parameters
    ----------
    gain
        (points, goals), more is better; points with NaN are left out.
    least
        (goals,) above 0.
    parts
        (points,) of how many parts each is made; default: all of as many.
    """
    known = np.flatnonzero(np.isfinite(gain).all(axis=1))
    # A hair of rounding must not put 0.3 into the box below 0.3.
    box = np.floor(gain[known] / least + 1e-9)
    short = ((box + 1 - gain[known] / least) ** 2).sum(axis=1).round(9)
    size = np.zeros(len(known)) if parts is None else parts[known]
    order = np.lexsort((known, short, size))
    _, first = np.unique(box[order], axis=0, return_index=True)
    chosen = order[first]
    found = known[chosen[pareto(box[chosen], [1] * gain.shape[1])]]
    return found[np.lexsort((found, -gain[found, 0]))]


def thinned(gain: Floats, least: Floats, parts: Ints, most: int) -> Ints:
    """Return an archive of at most so many points; where it has more, twice as much must count until not."""
    found = archive(gain, least, parts)
    while len(found) > most:
        least = 2 * least
        found = archive(gain, least, parts)
    return found


def hypervolume(gain: Floats, low: Floats, high: Floats) -> float:
    """Return which share of the box between two corners is beaten by some point.

    Parameters
    ----------
    gain
        (points, goals), more is better.
    low, high
        (goals,) the worst and the best corner.
    """
    library()
    from pymoo.indicators.hv import HV

    # A goal in which nothing differs tells no two points apart.
    apart = high > low
    if not len(gain) or not apart.any():
        return 0.0
    scaled = np.clip(((gain - low)[:, apart]) / (high - low)[apart], 0.0, 1.0)
    return float(HV(ref_point=np.ones(int(apart.sum())))(1.0 - scaled))
