"""Domestic opinion as a population: who the citizens are, and how one week moves them.

Each citizen has a region, traits and three opinions, and follows a circle of others (a small
world). Influence is Friedkin and Johnsen's (1990): circles pull the less stubborn, anchors hold
the others back. With no citizens, five representative ones, a region each, follow the same
equations with the whole country as their circle (mean field).
"""

from __future__ import annotations

import math
from typing import Any

from sim.model.maths import pure, share

#: Published shares of regions in the population (Agency on Statistics of Tajikistan, 1 January 2021, rounded).
REGION_SHARES = (0.093, 0.287, 0.357, 0.239, 0.024)
#: Exposure to social media relative to the mean: the capital above, mountains below (judgement).
REGION_EXPOSURE = (1.6, 1.1, 0.8, 1.0, 0.8)
#: Nearness to the Afghan border, 0 to 1 (from the map: Khatlon and Gorno-Badakhshan lie on the river).
REGION_BORDER = (0.3, 0.1, 1.0, 0.3, 1.0)
#: Hardship relative to the mean (judgement: the capital better off, mountains worse).
REGION_HARDSHIP = (0.8, 0.95, 1.1, 1.0, 1.2)

CIRCLE = 6
REWIRED = 0.1
TRAITS = ("exposure", "trust", "kin", "hardship", "stubbornness")
OPINIONS = ("solidarity", "fear", "approval")

#: Uniform numbers a citizen is made of: five traits, three anchors, one chance and one target a tie.
SOCIETY_NOISE = 8 + 2 * CIRCLE


def society_shape(citizens: int) -> tuple[int, int]:
    """Return how many citizens are held and how many each follows (0: mean field)."""
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
    world: Any, p: Any, citizens: int, opinion: Any, anchor: Any, traits: Any, weights: Any, region: Any, circles: Any, noise: Any,
) -> None:  # fmt: skip
    """Fill the arrays of one society, in place, from addressed uniforms, and set its means in `world`.

    Parameters
    ----------
    opinion, anchor : (n, 3) solidarity, fear, approval; 0 to 1
    traits : (n, 5) exposure, trust, kin, hardship (relative to the mean), stubbornness
    weights : (n,) shares of the population, summing to 1
    region : (n,) index into `REGION_SHARES`
    circles : (n, k) rows of those a citizen follows
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
            heavy = -math.log(1.0 - noise[i, 0])
            lot = 1.0 + p.exposure_tail * (heavy - 1.0)
            deviation = 1.0
        traits[i, 0] = share(p.exposure_mean * REGION_EXPOSURE[here] * max(lot, 0.0))
        traits[i, 1] = share(p.trust_mean + 0.5 * deviation * (noise[i, 1] - 0.5))
        traits[i, 2] = share(p.kin_mean + 0.5 * deviation * (noise[i, 2] - 0.5))
        traits[i, 3] = max(REGION_HARDSHIP[here] + 0.5 * deviation * (noise[i, 3] - 0.5), 0.0)
        traits[i, 4] = share(p.stubbornness_mean + 0.6 * deviation * (noise[i, 4] - 0.5))
        for k in range(circles.shape[1]):
            step = k // 2 + 1
            other = i + step if k % 2 == 0 else i - step
            if noise[i, 8 + 2 * k] < REWIRED:
                other = int(noise[i, 9 + 2 * k] * n)
            circles[i, k] = other % n
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
def opinion_week(
    world: Any, p: Any, drive: Any, opinion: Any, following: Any, anchor: Any, traits: Any, weights: Any, region: Any, circles: Any,
) -> None:  # fmt: skip
    """Move every citizen by one week, in place, and write the means to `world`.

    Inputs are pulls per week that saturate: up in (1 - x), down in x. Pace and circle weight form
    the Friedkin-Johnsen step h (s (anchor - x) + (1 - s) w (circle - x)). `following` is scratch.
    """
    n = opinion.shape[0]
    k = circles.shape[1]
    peers = share(drive.peers)
    pace = p.opinion_pace
    mean0 = mean1 = mean2 = 0.0
    if k == 0:
        for i in range(n):
            mean0 += weights[i] * opinion[i, 0]
            mean1 += weights[i] * opinion[i, 1]
            mean2 += weights[i] * opinion[i, 2]
    for i in range(n):
        x0 = opinion[i, 0]
        x1 = opinion[i, 1]
        x2 = opinion[i, 2]
        if k > 0:
            mean0 = mean1 = mean2 = 0.0
            for j in range(k):
                other = circles[i, j]
                mean0 += opinion[other, 0]
                mean1 += opinion[other, 1]
                mean2 += opinion[other, 2]
            mean0 /= k
            mean1 /= k
            mean2 /= k
        s = traits[i, 4]
        held = pace * s
        moved = pace * (1.0 - s) * peers
        in0 = drive.solidarity_all + drive.solidarity_by_exposure * traits[i, 0]
        in0 += drive.solidarity_by_trust * traits[i, 1] + drive.solidarity_by_kin * traits[i, 2]
        in1 = drive.fear_all + drive.fear_by_exposure * traits[i, 0]
        in1 += drive.fear_by_border * REGION_BORDER[region[i]]
        in2 = drive.approval_all + drive.approval_by_solidarity * x0 + drive.approval_by_fear * x1
        in2 += drive.approval_by_hardship * traits[i, 3]
        n0 = x0 + held * (anchor[i, 0] - x0) + moved * (mean0 - x0)
        n1 = x1 + held * (anchor[i, 1] - x1) + moved * (mean1 - x1)
        n2 = x2 + held * (anchor[i, 2] - x2) + moved * (mean2 - x2)
        following[i, 0] = share(n0 + max(in0, 0.0) * (1.0 - x0) + min(in0, 0.0) * x0)
        following[i, 1] = share(n1 + max(in1, 0.0) * (1.0 - x1) + min(in1, 0.0) * x1)
        following[i, 2] = share(n2 + max(in2, 0.0) * (1.0 - x2) + min(in2, 0.0) * x2)
    for i in range(n):
        opinion[i, 0] = following[i, 0]
        opinion[i, 1] = following[i, 1]
        opinion[i, 2] = following[i, 2]
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
