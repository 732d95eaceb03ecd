"""Domestic opinion as a population: who the citizens are, and how one week moves them.

Each citizen has a region, traits and three opinions, and follows a circle of others (a small
world). Influence is Friedkin and Johnsen's (1990): circles pull the less stubborn, anchors hold
the others back. With no citizens, five representative ones, a region each, follow the same
equations with the whole country as their circle (mean field).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.maths import logarithm, pure, share

Floats = NDArray[np.float64]

#: Published shares of regions in the population (Agency on Statistics of Tajikistan, 1 January 2021, rounded).
REGION_SHARES = (0.093, 0.287, 0.357, 0.239, 0.024)
#: Exposure to social media relative to the mean: the capital above, mountains below (judgement).
REGION_EXPOSURE = (1.6, 1.1, 0.8, 1.0, 0.8)
#: Nearness to the Afghan border, 0 to 1 (from the map: Khatlon and Gorno-Badakhshan lie on the river).
REGION_BORDER = (0.3, 0.1, 1.0, 0.3, 1.0)
#: Hardship relative to the mean (judgement: the capital better off, mountains worse).
REGION_HARDSHIP = (0.8, 0.95, 1.1, 1.0, 1.2)

#: Neighbours on the ring whom a citizen follows, on either side; all of them make a circle.
REACH = 3
CIRCLE = 2 * REACH
#: Share of ties that lead to anybody in the country instead (Watts and Strogatz 1998).
REWIRED = 0.1
TRAITS = ("exposure", "trust", "kin", "hardship", "stubbornness", "border")
OPINIONS = ("solidarity", "fear", "approval")

#: Uniform numbers a citizen is made of: five traits, three anchors, one chance and one target a tie.
SOCIETY_NOISE = 8 + 2 * CIRCLE


class Society(NamedTuple):
    """The arrays of one population, a row a citizen.

    opinion, anchor : (n, 3) solidarity, fear, approval; 0 to 1
    following : (n, 3) scratch: sums of opinions over circles
    traits : (n, 6) exposure, trust, kin, hardship (relative to the mean), stubbornness, nearness to the border
    weights : (n,) shares of the population, summing to 1
    region : (n,) index into `REGION_SHARES`, never falling
    parts : (6,) row of each region's first citizen, and n
    circles : (n, k) rows of those a citizen follows: ring neighbours, one in ten replaced by anybody;
        k is 0 in the mean field
    away : (n k, 3) citizen, ring neighbour and whom it follows instead, of each tie that leaves the ring
    ties : (1,) number of such ties
    """

    opinion: Floats
    following: Floats
    anchor: Floats
    traits: Floats
    weights: Floats
    region: NDArray[np.int64]
    parts: NDArray[np.int64]
    circles: NDArray[np.int32]
    away: NDArray[np.uint32]
    ties: NDArray[np.int64]


def blank_society(citizens: int) -> Society:
    """Return room for so many citizens (0: the mean field, a citizen a region), nothing drawn yet.

    Columns lie together in memory (`order="F"`), which lets the compiled week take several citizens
    at a time.
    """
    n, k = (citizens, CIRCLE) if citizens > 0 else (len(REGION_SHARES), 0)
    opinion, following, anchor = (np.zeros((n, len(OPINIONS)), order="F") for _ in range(3))
    return Society(
        opinion,
        following,
        anchor,
        np.zeros((n, len(TRAITS)), order="F"),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros(len(REGION_SHARES) + 1, np.int64),
        np.zeros((n, k), np.int32),
        np.zeros((n * k, 3), np.uint32),
        np.zeros(1, np.int64),
    )


@pure
def region_of(i: int, n: int) -> int:
    """Region of citizen `i` of `n`, so that regions stand in their shares, neighbours side by side."""
    place = (i + 0.5) / n
    passed = 0.0
    for region in range(5):
        passed += REGION_SHARES[region]
        if place < passed:
            return region
    return 4


@pure
def draw_society(world: Any, p: Any, society: Society, noise: Any) -> None:
    """Fill the arrays of one society, in place, from addressed uniforms, and set its means in `world`.

    `noise` is (n, SOCIETY_NOISE) uniforms in [0, 1); the mean field takes none of them.
    """
    opinion, _, anchor, traits, weights, region, parts, circles, away, ties = society
    alike = circles.shape[1] == 0
    n = opinion.shape[0]
    parts[:] = 0
    for i in range(n):
        here = i if alike else region_of(i, n)
        region[i] = here
        for after in range(here + 1, 6):
            parts[after] += 1
        weights[i] = REGION_SHARES[here] if alike else 1.0 / n
        lot = 1.0
        deviation = 0.0
        if not alike:
            heavy = -logarithm(1.0 - noise[i, 0])
            lot = 1.0 + p.exposure_tail * (heavy - 1.0)
            deviation = 1.0
        traits[i, 0] = share(p.exposure_mean * REGION_EXPOSURE[here] * max(lot, 0.0))
        traits[i, 1] = share(p.trust_mean + 0.5 * deviation * (noise[i, 1] - 0.5))
        traits[i, 2] = share(p.kin_mean + 0.5 * deviation * (noise[i, 2] - 0.5))
        traits[i, 3] = max(REGION_HARDSHIP[here] + 0.5 * deviation * (noise[i, 3] - 0.5), 0.0)
        traits[i, 4] = share(p.stubbornness_mean + 0.6 * deviation * (noise[i, 4] - 0.5))
        traits[i, 5] = REGION_BORDER[here]
    ties[0] = 0
    for i in range(n):
        for k in range(circles.shape[1]):
            step = k // 2 + 1
            neighbour = (i + step if k % 2 == 0 else i - step) % n
            circles[i, k] = neighbour
            if noise[i, 8 + 2 * k] < REWIRED and n > 1:
                other = int(noise[i, 9 + 2 * k] * (n - 1))
                other += 1 if other >= i else 0
                circles[i, k] = other
                away[ties[0], 0] = i
                away[ties[0], 1] = neighbour
                away[ties[0], 2] = other
                ties[0] += 1
    for j in range(3):
        mean = world.solidarity if j == 0 else (world.fear if j == 1 else world.approval)
        rest = p.solidarity_rest if j == 0 else (p.fear_rest if j == 1 else mean)
        passing = (1.0 - p.crisis_anchor) * max(mean - rest, 0.0)
        room = min(mean, 1.0 - mean)
        centre = 0.0
        if not alike:
            for i in range(n):
                centre += noise[i, 5 + j] / n
        widest = max(centre, 1.0 - centre)
        for i in range(n):
            apart = 0.0 if alike else (noise[i, 5 + j] - centre) / widest
            anchor[i, j] = share(mean + p.opinion_diversity * room * apart)
            opinion[i, j] = anchor[i, j]
            anchor[i, j] = share(anchor[i, j] - passing)
    means(world, opinion, weights, parts)


@pure
def ring_sums(x: Any, out: Any) -> None:
    """Sum an opinion over each citizen's neighbours on the ring, in place."""
    n = len(x)
    if n <= CIRCLE:
        for i in range(n):
            out[i] = (
                x[(i + 1) % n]
                + x[(i - 1) % n]
                + x[(i + 2) % n]
                + x[(i - 2) % n]
                + x[(i + 3) % n]
                + x[(i - 3) % n]
            )
        return
    a, b, c, d, e, f = x[: n - 6], x[1 : n - 5], x[2 : n - 4], x[4 : n - 2], x[5 : n - 1], x[6:]
    inner = out[REACH : n - REACH]
    for i in range(n - CIRCLE):
        inner[i] = d[i] + c[i] + e[i] + b[i] + f[i] + a[i]
    for i in range(REACH):  # indices below 0 count from the end, which closes the ring
        out[i] = x[i + 1] + x[i - 1] + x[i + 2] + x[i - 2] + x[i + 3] + x[i - 3]
    for i in range(n - REACH, n):
        out[i] = x[i + 1 - n] + x[i - 1] + x[i + 2 - n] + x[i - 2] + x[i + 3 - n] + x[i - 3]


@pure
def circle_sums(opinion: Any, away: Any, ties: Any, out: Any) -> None:
    """Sum opinions over each citizen's circle, in place: over the ring, then put right where a tie leaves it."""
    for j in range(3):
        ring_sums(opinion[:, j], out[:, j])
    x, y, z = opinion[:, 0], opinion[:, 1], opinion[:, 2]
    a, b, c = out[:, 0], out[:, 1], out[:, 2]
    for tie in range(ties[0]):
        i, neighbour, other = away[tie, 0], away[tie, 1], away[tie, 2]
        a[i] += x[other] - x[neighbour]
        b[i] += y[other] - y[neighbour]
        c[i] += z[other] - z[neighbour]


@pure
def moved(x: float, anchor: float, circle: float, pull: float, held: float, led: float) -> float:
    """Return an opinion a week later: Friedkin and Johnsen's step, and a pull that saturates at 0 and 1."""
    step = held * (anchor - x) + led * (circle - x)
    return share(x + step + max(pull, 0.0) * (1.0 - x) + min(pull, 0.0) * x)


@pure
def opinion_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move every citizen by one week, in place, and write the means to `world`.

    Pulls (1/week) saturate: up in (1 - x), down in x. With pace h, stubbornness s and weight of the
    circle w the step is h (s (anchor - x) + (1 - s) w (circle - x)). `following` is scratch.
    """
    opinion, following, anchor, traits, weights, _, parts, circles, away, ties = society
    if circles.shape[1] == 0:
        representatives_week(world, p, drive, society)
        return
    n = opinion.shape[0]
    pace = p.opinion_pace
    peers = share(drive.peers)
    part = 1.0 / CIRCLE
    circle_sums(opinion, away, ties, following)
    stubborn = traits[:, 4]
    x, y, z = opinion[:, 0], opinion[:, 1], opinion[:, 2]
    circle, home, hardship = following[:, 2], anchor[:, 2], traits[:, 3]
    common, proud, afraid, worn = (
        drive.approval_all + world.mood_approval,
        drive.approval_by_solidarity,
        drive.approval_by_fear,
        drive.approval_by_hardship,
    )
    for i in range(n):  # approval first, since it looks at the other two as they were
        pull = common + proud * x[i] + afraid * y[i] + worn * hardship[i]
        z[i] = moved(
            z[i], home[i], part * circle[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers
        )
    circle, home, exposure, near = following[:, 1], anchor[:, 1], traits[:, 0], traits[:, 5]
    seen, felt = drive.fear_by_exposure, drive.fear_by_border
    for i in range(n):
        pull = seen * exposure[i] + felt * near[i]
        y[i] = moved(
            y[i], home[i], part * circle[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers
        )
    circle, home, trust, kin = following[:, 0], anchor[:, 0], traits[:, 1], traits[:, 2]
    seen, told, felt = drive.solidarity_by_exposure, drive.solidarity_by_trust, drive.solidarity_by_kin
    mood, mark = world.mood_solidarity, world.mark
    for i in range(n):
        pull = mood + seen * exposure[i] + told * trust[i] + felt * kin[i]
        rest = home[i] + mark * kin[i] * (1.0 - home[i])
        x[i] = moved(
            x[i], rest, part * circle[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers
        )
    means(world, opinion, weights, parts)


@pure
def representatives_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move five representative citizens, a region each, whose circle is the whole country: the mean field."""
    opinion, _, anchor, traits, weights, _, parts, _, _, _ = society
    a = b = c = 0.0
    for i in range(5):
        a += weights[i] * opinion[i, 0]
        b += weights[i] * opinion[i, 1]
        c += weights[i] * opinion[i, 2]
    peers = share(drive.peers)
    for i in range(5):
        x, y, z = opinion[i, 0], opinion[i, 1], opinion[i, 2]
        exposure, hardship, stubborn = traits[i, 0], traits[i, 3], traits[i, 4]
        held, led = p.opinion_pace * stubborn, p.opinion_pace * (1.0 - stubborn) * peers
        pull = world.mood_solidarity + drive.solidarity_by_exposure * exposure
        pull += drive.solidarity_by_trust * traits[i, 1] + drive.solidarity_by_kin * traits[i, 2]
        rest = anchor[i, 0] + world.mark * traits[i, 2] * (1.0 - anchor[i, 0])
        opinion[i, 0] = moved(x, rest, a, pull, held, led)
        pull = drive.fear_by_exposure * exposure + drive.fear_by_border * traits[i, 5]
        opinion[i, 1] = moved(y, anchor[i, 1], b, pull, held, led)
        pull = drive.approval_all + world.mood_approval
        pull += drive.approval_by_solidarity * x + drive.approval_by_fear * y
        opinion[i, 2] = moved(z, anchor[i, 2], c, pull + drive.approval_by_hardship * hardship, held, led)
    means(world, opinion, weights, parts)


@pure
def sums(x: Any, first: int, last: int) -> tuple[float, float]:
    """Return sum and sum of squares of rows `first` to `last` (excluded), in four strands that run side by side."""
    a = b = c = d = 0.0
    e = f = g = h = 0.0
    i = first
    while i + 4 <= last:
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
        e += x[i] * x[i]
        f += x[i + 1] * x[i + 1]
        g += x[i + 2] * x[i + 2]
        h += x[i + 3] * x[i + 3]
        i += 4
    while i < last:
        a += x[i]
        e += x[i] * x[i]
        i += 1
    return (a + b) + (c + d), (e + f) + (g + h)


@pure
def spread(squares: float, mean: float) -> float:
    """Return a standard deviation from the mean of squares, limited to 0 to 1."""
    return math.sqrt(max(squares - mean * mean, 0.0))


@pure
def regional(total: float, citizens: int, mean: float) -> float:
    """Return a region's mean, the country's where no citizen lives there."""
    return share(total / citizens) if citizens > 0 else mean


@pure
def summed(x: Any, weights: Any, parts: Any) -> tuple[float, float, float, float, float, float, float]:
    """Return mean, spread and the five regional means of one opinion; citizens of a region weigh the same."""
    n = len(x)
    if n == 5 and parts[1] == 1 and parts[2] == 2 and parts[3] == 3 and parts[4] == 4:
        mean = (
            weights[0] * x[0] + weights[1] * x[1] + weights[2] * x[2] + weights[3] * x[3] + weights[4] * x[4]
        )
        squares = weights[0] * (x[0] * x[0]) + weights[1] * (x[1] * x[1]) + weights[2] * (x[2] * x[2])
        squares += weights[3] * (x[3] * x[3]) + weights[4] * (x[4] * x[4])
        return share(mean), spread(squares, mean), x[0], x[1], x[2], x[3], x[4]
    a, f = sums(x, 0, parts[1])
    b, g = sums(x, parts[1], parts[2])
    c, h = sums(x, parts[2], parts[3])
    d, k = sums(x, parts[3], parts[4])
    e, m = sums(x, parts[4], n)
    mean = (a + b + c + d + e) / n
    return (
        share(mean),
        spread((f + g + h + k + m) / n, mean),
        regional(a, parts[1], mean),
        regional(b, parts[2] - parts[1], mean),
        regional(c, parts[3] - parts[2], mean),
        regional(d, parts[4] - parts[3], mean),
        regional(e, n - parts[4], mean),
    )


@pure
def means(world: Any, opinion: Any, weights: Any, parts: Any) -> None:
    """Write means, spreads and regional means of the population to `world`."""
    (
        world.solidarity,
        world.solidarity_spread,
        world.solidarity_dushanbe,
        world.solidarity_sughd,
        world.solidarity_khatlon,
        world.solidarity_republican,
        world.solidarity_badakhshan,
    ) = summed(opinion[:, 0], weights, parts)
    (
        world.fear,
        world.fear_spread,
        world.fear_dushanbe,
        world.fear_sughd,
        world.fear_khatlon,
        world.fear_republican,
        world.fear_badakhshan,
    ) = summed(opinion[:, 1], weights, parts)
    (
        world.approval,
        world.approval_spread,
        world.approval_dushanbe,
        world.approval_sughd,
        world.approval_khatlon,
        world.approval_republican,
        world.approval_badakhshan,
    ) = summed(opinion[:, 2], weights, parts)


@pure
def shift_opinion(opinion: Any, j: int, amount: float) -> None:
    """Move one opinion of every citizen by the same amount, limited to 0 to 1, in place."""
    for i in range(opinion.shape[0]):
        opinion[i, j] = share(opinion[i, j] + amount)
