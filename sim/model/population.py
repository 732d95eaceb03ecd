"""Domestic opinion as a population: who the citizens are, and how one week moves them.

Each citizen has a region, traits and three opinions, and follows a circle of others (a small
world). Influence is Friedkin and Johnsen's (1990): circles pull the less stubborn, anchors hold
the others back. With no citizens, five representative ones, a region each, follow the same
equations with the whole country as their circle (mean field).
"""

from __future__ import annotations

import math
from typing import Any

from sim.model.maths import logarithm, pure, share

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


def society_shape(citizens: int) -> tuple[int, int]:
    """Return how many citizens are held and how many each follows (0: mean field).

    Arrays of a society run over citizens first. Columns that lie together in memory
    (`order="F"`) let the compiled week take several citizens at a time.
    """
    return (citizens, CIRCLE) if citizens > 0 else (5, 0)


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
def draw_society(
    world: Any, p: Any, citizens: int, opinion: Any, anchor: Any, traits: Any, weights: Any, region: Any, circles: Any,
    away: Any, ties: Any, noise: Any,
) -> None:  # fmt: skip
    """Fill the arrays of one society, in place, from addressed uniforms, and set its means in `world`.

    Parameters
    ----------
    opinion, anchor : (n, 3) solidarity, fear, approval; 0 to 1
    traits : (n, 6) exposure, trust, kin, hardship (relative to the mean), stubbornness, nearness to the border
    weights : (n,) shares of the population, summing to 1
    region : (n,) index into `REGION_SHARES`
    circles : (n, k) rows of those a citizen follows: ring neighbours, one in ten replaced by anybody
    away : (n k, 3) citizen, ring neighbour and whom it follows instead, of each tie that leaves the ring
    ties : (1,) number of such ties
    noise : (n, SOCIETY_NOISE) uniforms in [0, 1)
    """
    n = opinion.shape[0]
    for i in range(n):
        here = region_of(i, n) if citizens > 0 else i
        region[i] = here
        weights[i] = 1.0 / n if citizens > 0 else REGION_SHARES[here]
        lot = 1.0
        deviation = 0.0
        if citizens > 0:
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
        room = min(mean, 1.0 - mean)
        centre = 0.0
        if citizens > 0:
            for i in range(n):
                centre += noise[i, 5 + j] / n
        widest = max(centre, 1.0 - centre)
        for i in range(n):
            apart = (noise[i, 5 + j] - centre) / widest if citizens > 0 else 0.0
            anchor[i, j] = share(mean + p.opinion_diversity * room * apart)
            opinion[i, j] = anchor[i, j]
    means(world, opinion, weights, region)


@pure
def circle_sums(x: Any, away: Any, ties: Any, out: Any) -> None:
    """Sum an opinion over each citizen's circle, in place: over the ring, then put right where a tie leaves it."""
    n = len(x)
    if n > CIRCLE:
        a, b, c, d, e, f = x[: n - 6], x[1 : n - 5], x[2 : n - 4], x[4 : n - 2], x[5 : n - 1], x[6:]
        inner = out[REACH : n - REACH]
        for i in range(n - CIRCLE):
            inner[i] = d[i] + c[i] + e[i] + b[i] + f[i] + a[i]
    for i in range(n):
        if i == REACH and n > CIRCLE:
            break
        out[i] = x[(i + 1) % n] + x[(i - 1) % n] + x[(i + 2) % n] + x[(i - 2) % n] + x[(i + 3) % n] + x[(i - 3) % n]
    for i in range(max(n - REACH, 0), n):
        out[i] = x[(i + 1) % n] + x[(i - 1) % n] + x[(i + 2) % n] + x[(i - 2) % n] + x[(i + 3) % n] + x[(i - 3) % n]
    for tie in range(ties[0]):
        out[away[tie, 0]] += x[away[tie, 2]] - x[away[tie, 1]]


@pure
def moved(x: float, anchor: float, circle: float, pull: float, held: float, led: float) -> float:
    """Return an opinion a week later: Friedkin and Johnsen's step, and a pull that saturates at 0 and 1."""
    step = held * (anchor - x) + led * (circle - x)
    return share(x + step + max(pull, 0.0) * (1.0 - x) + min(pull, 0.0) * x)


@pure
def opinion_week(
    world: Any, p: Any, drive: Any, opinion: Any, following: Any, anchor: Any, traits: Any, weights: Any, region: Any,
    circles: Any, away: Any, ties: Any,
) -> None:  # fmt: skip
    """Move every citizen by one week, in place, and write the means to `world`.

    Pulls (1/week) saturate: up in (1 - x), down in x. With pace h, stubbornness s and weight of the
    circle w the step is h (s (anchor - x) + (1 - s) w (circle - x)). `following` is scratch.
    """
    n = opinion.shape[0]
    pace = p.opinion_pace
    peers = share(drive.peers)
    part = 1.0
    if circles.shape[1] > 0:
        part = 1.0 / CIRCLE
        for j in range(3):
            circle_sums(opinion[:, j], away, ties, following[:, j])
    else:
        for j in range(3):
            mean = 0.0
            for i in range(n):
                mean += weights[i] * opinion[i, j]
            for i in range(n):
                following[i, j] = mean
    stubborn = traits[:, 4]
    x, y, z = opinion[:, 0], opinion[:, 1], opinion[:, 2]
    to, home, exposure, trust, kin = following[:, 0], anchor[:, 0], traits[:, 0], traits[:, 1], traits[:, 2]
    seen, told, felt = drive.solidarity_by_exposure, drive.solidarity_by_trust, drive.solidarity_by_kin
    for i in range(n):
        pull = seen * exposure[i] + told * trust[i] + felt * kin[i]
        to[i] = moved(x[i], home[i], part * to[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers)
    to, home, near = following[:, 1], anchor[:, 1], traits[:, 5]
    seen, felt = drive.fear_by_exposure, drive.fear_by_border
    for i in range(n):
        pull = seen * exposure[i] + felt * near[i]
        to[i] = moved(y[i], home[i], part * to[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers)
    to, home, hardship = following[:, 2], anchor[:, 2], traits[:, 3]
    common, proud, afraid, worn = (
        drive.approval_all, drive.approval_by_solidarity, drive.approval_by_fear, drive.approval_by_hardship,
    )  # fmt: skip
    for i in range(n):
        pull = common + proud * x[i] + afraid * y[i] + worn * hardship[i]
        to[i] = moved(z[i], home[i], part * to[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers)
    for j in range(3):
        for i in range(n):
            opinion[i, j] = following[i, j]
    means(world, opinion, weights, region)


@pure
def spread(squares: float, mean: float) -> float:
    """Return a standard deviation from the mean of squares, limited to 0 to 1."""
    return math.sqrt(max(squares - mean * mean, 0.0))


@pure
def regional(total: float, weight: float, mean: float) -> float:
    """Return a region's mean, the country's where no citizen lives there."""
    return share(total / weight) if weight > 0.0 else mean


@pure
def means(world: Any, opinion: Any, weights: Any, region: Any) -> None:
    """Write means, spreads and regional means of the population to `world`."""
    m0 = m1 = m2 = q0 = q1 = q2 = 0.0
    w0 = w1 = w2 = w3 = w4 = 0.0
    a0 = a1 = a2 = a3 = a4 = 0.0
    b0 = b1 = b2 = b3 = b4 = 0.0
    c0 = c1 = c2 = c3 = c4 = 0.0
    for i in range(opinion.shape[0]):
        w = weights[i]
        x = w * opinion[i, 0]
        y = w * opinion[i, 1]
        z = w * opinion[i, 2]
        m0 += x
        m1 += y
        m2 += z
        q0 += x * opinion[i, 0]
        q1 += y * opinion[i, 1]
        q2 += z * opinion[i, 2]
        here = region[i]
        if here == 0:
            w0 += w
            a0 += x
            b0 += y
            c0 += z
        elif here == 1:
            w1 += w
            a1 += x
            b1 += y
            c1 += z
        elif here == 2:
            w2 += w
            a2 += x
            b2 += y
            c2 += z
        elif here == 3:
            w3 += w
            a3 += x
            b3 += y
            c3 += z
        else:
            w4 += w
            a4 += x
            b4 += y
            c4 += z
    world.solidarity = share(m0)
    world.fear = share(m1)
    world.approval = share(m2)
    world.solidarity_spread = spread(q0, m0)
    world.fear_spread = spread(q1, m1)
    world.approval_spread = spread(q2, m2)
    world.solidarity_dushanbe = regional(a0, w0, m0)
    world.solidarity_sughd = regional(a1, w1, m0)
    world.solidarity_khatlon = regional(a2, w2, m0)
    world.solidarity_republican = regional(a3, w3, m0)
    world.solidarity_badakhshan = regional(a4, w4, m0)
    world.fear_dushanbe = regional(b0, w0, m1)
    world.fear_sughd = regional(b1, w1, m1)
    world.fear_khatlon = regional(b2, w2, m1)
    world.fear_republican = regional(b3, w3, m1)
    world.fear_badakhshan = regional(b4, w4, m1)
    world.approval_dushanbe = regional(c0, w0, m2)
    world.approval_sughd = regional(c1, w1, m2)
    world.approval_khatlon = regional(c2, w2, m2)
    world.approval_republican = regional(c3, w3, m2)
    world.approval_badakhshan = regional(c4, w4, m2)


@pure
def shift_opinion(opinion: Any, j: int, amount: float) -> None:
    """Move one opinion of every citizen by the same amount, limited to 0 to 1, in place."""
    for i in range(opinion.shape[0]):
        opinion[i, j] = share(opinion[i, j] + amount)
