"""Means, spreads and regional means of the population, and who takes part: what of it the world sees."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.model.maths import pure, share
from sim.model.provenance import judgement, whole

if TYPE_CHECKING:
    from sim.model.population import Society

STRANDS = whole(4, "count", "sums that run side by side", judgement("how many a processor adds at a time"))


@pure
def added(strand: Any, mood: Any) -> Any:
    """Return a strand, four sums and four sums of squares, with a mood added to it."""
    x, y, z, part = mood.solidarity, mood.fear, mood.approval, mood.part
    return (
        strand[0] + x,
        strand[1] + y,
        strand[2] + z,
        strand[3] + part,
        strand[4] + x * x,
        strand[5] + y * y,
        strand[6] + z * z,
        strand[7] + part * part,
    )


@pure
def region_sums(mood: Any, first: int, last: int) -> Any:
    """Return sum and sum of squares of each number of the moods `first` to `last` (excluded).

    Four strands run side by side: an addition waits for the one before it in its strand alone.
    """
    a = b = c = d = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    i = first
    while i + STRANDS <= last:
        a, b, c, d = added(a, mood[i]), added(b, mood[i + 1]), added(c, mood[i + 2]), added(d, mood[i + 3])
        i += STRANDS
    while i < last:
        a = added(a, mood[i])
        i += 1
    return (
        ((a[0] + b[0]) + (c[0] + d[0]), (a[4] + b[4]) + (c[4] + d[4])),
        ((a[1] + b[1]) + (c[1] + d[1]), (a[5] + b[5]) + (c[5] + d[5])),
        ((a[2] + b[2]) + (c[2] + d[2]), (a[6] + b[6]) + (c[6] + d[6])),
        ((a[3] + b[3]) + (c[3] + d[3]), (a[7] + b[7]) + (c[7] + d[7])),
    )


@pure
def spread(squares: float, mean: float) -> float:
    """Return a standard deviation from the mean of squares, limited to 0 to 1."""
    return math.sqrt(max(squares - mean * mean, 0.0))


@pure
def regional(total: float, citizens: int, mean: float) -> float:
    """Return a region's mean, the country's where no citizen lives there."""
    return share(total / citizens) if citizens > 0 else mean


@pure
def representative(parts: Any, n: int) -> bool:
    """Say whether there is one citizen a region, each with the region's weight."""
    regions = len(parts) - 1
    alone = n == regions
    for region in range(regions):
        alone = alone and parts[region] == region
    return alone


@pure
def represented(
    a: float, b: float, c: float, d: float, e: float, weights: Any
) -> tuple[float, float, float, float, float, float, float]:
    """Return mean, spread and the five regional means of one number of the moods, a citizen a region."""
    mean = weights[0] * a + weights[1] * b + weights[2] * c + weights[3] * d + weights[4] * e
    squares = weights[0] * (a * a) + weights[1] * (b * b) + weights[2] * (c * c)
    squares += weights[3] * (d * d) + weights[4] * (e * e)
    return share(mean), spread(squares, mean), a, b, c, d, e


@pure
def averaged(
    a: Any, b: Any, c: Any, d: Any, e: Any, parts: Any, n: int
) -> tuple[float, float, float, float, float, float, float]:
    """Return the same of one number of the moods from its sums by region; all citizens weigh the same."""
    mean = (a[0] + b[0] + c[0] + d[0] + e[0]) / n
    return (
        share(mean),
        spread((a[1] + b[1] + c[1] + d[1] + e[1]) / n, mean),
        regional(a[0], parts[1], mean),
        regional(b[0], parts[2] - parts[1], mean),
        regional(c[0], parts[3] - parts[2], mean),
        regional(d[0], parts[4] - parts[3], mean),
        regional(e[0], n - parts[4], mean),
    )


@pure
def summaries(society: Society) -> Any:
    """Return mean, spread and regional means of solidarity, fear, approval and of who takes part."""
    mood, weights, parts = society.mood, society.weights, society.parts
    n = len(mood)
    if representative(parts, n):
        v, w, x, y, z = mood[0], mood[1], mood[2], mood[3], mood[4]
        return (
            represented(v.solidarity, w.solidarity, x.solidarity, y.solidarity, z.solidarity, weights),
            represented(v.fear, w.fear, x.fear, y.fear, z.fear, weights),
            represented(v.approval, w.approval, x.approval, y.approval, z.approval, weights),
            represented(v.part, w.part, x.part, y.part, z.part, weights),
        )
    a = region_sums(mood, 0, parts[1])
    b = region_sums(mood, parts[1], parts[2])
    c = region_sums(mood, parts[2], parts[3])
    d = region_sums(mood, parts[3], parts[4])
    e = region_sums(mood, parts[4], n)
    return (
        averaged(a[0], b[0], c[0], d[0], e[0], parts, n),
        averaged(a[1], b[1], c[1], d[1], e[1], parts, n),
        averaged(a[2], b[2], c[2], d[2], e[2], parts, n),
        averaged(a[3], b[3], c[3], d[3], e[3], parts, n),
    )


@pure
def means(world: Any, society: Society) -> None:
    """Write means, spreads and regional means of the population, and who takes part, to `world`."""
    solidarity, fear, approval, participation = summaries(society)
    (
        world.solidarity,
        world.solidarity_spread,
        world.solidarity_dushanbe,
        world.solidarity_sughd,
        world.solidarity_khatlon,
        world.solidarity_republican,
        world.solidarity_badakhshan,
    ) = solidarity
    (
        world.fear,
        world.fear_spread,
        world.fear_dushanbe,
        world.fear_sughd,
        world.fear_khatlon,
        world.fear_republican,
        world.fear_badakhshan,
    ) = fear
    (
        world.approval,
        world.approval_spread,
        world.approval_dushanbe,
        world.approval_sughd,
        world.approval_khatlon,
        world.approval_republican,
        world.approval_badakhshan,
    ) = approval
    (
        world.participation,
        _,
        world.participation_dushanbe,
        world.participation_sughd,
        world.participation_khatlon,
        world.participation_republican,
        world.participation_badakhshan,
    ) = participation
