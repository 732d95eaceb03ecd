"""Domestic opinion as a population: who the citizens are, and how one week moves them.

Each citizen has a region, traits and three opinions, and follows a circle of others (a small
world). Influence is Friedkin and Johnsen's (1990): circles pull the less stubborn, anchors hold
the others back. With no citizens, five representative ones, a region each, follow the same
equations with the whole country as their circle (mean field).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.maths import logarithm, pure, share
from sim.model.participation import convinced, share_taking_part, stir, takes_part, wait
from sim.model.provenance import Constant, Source, constant, judgement, literature, public, whole

if TYPE_CHECKING:
    from sim.model.parameters import Parameters

Floats = NDArray[np.float64]


def _by_region(
    values: tuple[float, float, float, float, float], unit: str, meaning: str, source: Source
) -> tuple[Constant, Constant, Constant, Constant, Constant]:
    a, b, c, d, e = (constant(value, unit, meaning, source) for value in values)
    return a, b, c, d, e


#: A constant a region: Dushanbe, Sughd, Khatlon, Districts of Republican Subordination, Gorno-Badakhshan.
REGION_SHARES = _by_region(
    (0.093, 0.287, 0.357, 0.239, 0.024),
    "share",
    "share of the population that lives in the region",
    public("Agency on Statistics of Tajikistan", "Population of the republic, rounded", "1 January 2021"),
)
REGION_EXPOSURE = _by_region(
    (1.6, 1.1, 0.8, 1.0, 0.8),
    "1",
    "exposure to social media relative to the mean",
    judgement("the capital above, mountains and the south below; use by region is not published"),
)
REGION_BORDER = _by_region(
    (0.3, 0.1, 1.0, 0.3, 1.0),
    "index",
    "nearness to the Afghan border",
    judgement("from the map: Khatlon and Gorno-Badakhshan lie on the river"),
)
REGION_HARDSHIP = _by_region(
    (0.8, 0.95, 1.1, 1.0, 1.2),
    "1",
    "hardship relative to the mean",
    judgement("the capital better off, mountains worse"),
)

SMALL_WORLD = literature("Watts and Strogatz", 1998, "a ring with a few ties made anew; the form")
REACH = whole(3, "count", "neighbours on the ring whom a citizen follows, on either side", SMALL_WORLD)
CIRCLE = whole(2 * REACH, "count", "people whom a citizen follows", SMALL_WORLD)
REWIRED = constant(0.1, "share", "ties that lead to anybody in the country instead", SMALL_WORLD)
DIFFERENT = judgement("no survey by trait is published; wide enough that few are at either end")
TRAIT_WIDTH = constant(
    0.5, "1", "width of the uniform law of trust, kin-feeling and hardship about their means", DIFFERENT
)
STUBBORN_WIDTH = constant(0.6, "1", "the same of stubbornness", DIFFERENT)

TRAITS = ("exposure", "trust", "kin", "hardship", "stubbornness", "border", "stir", "wait")
OPINIONS = ("solidarity", "fear", "approval")
STREET = ("takes part", "conviction", "circle")
AWAY = ("citizen", "neighbour", "other")

MADE_OF = judgement("how a citizen's uniform numbers are laid out")
TIE_DRAWS = whole(
    8, "count", "uniform numbers of a citizen before those of his ties: traits, then anchors", MADE_OF
)
THRESHOLD_DRAWS = whole(
    TIE_DRAWS + 2 * CIRCLE, "count", "the same before those of his two thresholds", MADE_OF
)
SOCIETY_NOISE = THRESHOLD_DRAWS + 2

LEAST = constant(1e-9, "1", "keeps a quotient finite", judgement("far below any share"))
STRANDS = whole(4, "count", "sums that run side by side", judgement("how many a processor adds at a time"))


class Society(NamedTuple):
    """The arrays of one population, a row a citizen.

    opinion, anchor : (n, 3) solidarity, fear, approval; 0 to 1
    following : (n, 3) scratch: sums of opinions over circles
    traits : (n, 8) exposure, trust, kin, hardship (relative to the mean), stubbornness, nearness to the border,
        solidarity that moves to take part, example that is waited for
    street : (n, 3) whether a citizen takes part (in the mean field: the share), the conviction that is left
        of having done so, 0 to 1, and scratch
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
    street: Floats
    weights: Floats
    region: NDArray[np.int64]
    parts: NDArray[np.uint32]
    circles: NDArray[np.int32]
    away: NDArray[np.uint32]
    ties: NDArray[np.int64]


#: What every week computes anew before it reads it.
SCRATCH = ("following",)


def blank_society(citizens: int) -> Society:
    """Return room for so many citizens (0: the mean field, a citizen a region), nothing drawn yet.

    Columns lie together in memory (`order="F"`), which lets the compiled week take several citizens
    at a time.
    """
    n, k = (citizens, CIRCLE) if citizens > 0 else (len(REGION_SHARES), 0)

    def by_citizen(columns: int) -> Floats:
        return np.zeros((n, columns), order="F")

    return Society(
        by_citizen(len(OPINIONS)),
        by_citizen(len(OPINIONS)),
        by_citizen(len(OPINIONS)),
        by_citizen(len(TRAITS)),
        by_citizen(len(STREET)),
        np.zeros(n),
        np.zeros(n, np.int64),
        np.zeros(len(REGION_SHARES) + 1, np.uint32),
        np.zeros((n, k), np.int32),
        np.zeros((n * k, len(AWAY)), np.uint32),
        np.zeros(1, np.int64),
    )


@pure
def region_of(i: int, n: int) -> int:
    """Region of citizen `i` of `n`, so that regions stand in their shares, neighbours side by side."""
    place = (i + 0.5) / n
    passed = 0.0
    for region in range(len(REGION_SHARES)):
        passed += REGION_SHARES[region]
        if place < passed:
            return region
    return len(REGION_SHARES) - 1


@pure
def draw_society(world: Any, p: Any, society: Society, noise: Any) -> None:
    """Fill the arrays of one society, in place, from addressed uniforms, and set its means in `world`.

    `noise` is (n, SOCIETY_NOISE) uniforms in [0, 1); the mean field takes none of them.
    """
    opinion, anchor, traits, street = society.opinion, society.anchor, society.traits, society.street
    weights, region, parts = society.weights, society.region, society.parts
    circles, away, ties = society.circles, society.away, society.ties
    alike = circles.shape[1] == 0
    n = opinion.shape[0]
    parts[:] = 0
    for i in range(n):
        here = i if alike else region_of(i, n)
        region[i] = here
        for after in range(here + 1, len(REGION_SHARES) + 1):
            parts[after] += 1
        weights[i] = REGION_SHARES[here] if alike else 1.0 / n
        lot = 1.0
        deviation = 0.0
        if not alike:
            heavy = -logarithm(1.0 - noise[i, 0])
            lot = 1.0 + p.exposure_tail * (heavy - 1.0)
            deviation = 1.0
        traits[i, 0] = share(p.exposure_mean * REGION_EXPOSURE[here] * max(lot, 0.0))
        traits[i, 1] = share(p.trust_mean + TRAIT_WIDTH * deviation * (noise[i, 1] - 0.5))
        traits[i, 2] = share(p.kin_mean + TRAIT_WIDTH * deviation * (noise[i, 2] - 0.5))
        traits[i, 3] = max(REGION_HARDSHIP[here] + TRAIT_WIDTH * deviation * (noise[i, 3] - 0.5), 0.0)
        traits[i, 4] = share(p.stubbornness_mean + STUBBORN_WIDTH * deviation * (noise[i, 4] - 0.5))
        traits[i, 5] = REGION_BORDER[here]
        traits[i, 6] = p.stir_mean if alike else stir(noise[i, THRESHOLD_DRAWS], p)
        traits[i, 7] = 0.5 if alike else wait(noise[i, THRESHOLD_DRAWS + 1], p)
    ties[0] = 0
    for i in range(n):
        for k in range(circles.shape[1]):
            step = k // 2 + 1
            neighbour = (i + step if k % 2 == 0 else i - step) % n
            circles[i, k] = neighbour
            if noise[i, TIE_DRAWS + 2 * k] < REWIRED and n > 1:
                other = int(noise[i, TIE_DRAWS + 1 + 2 * k] * (n - 1))
                other += 1 if other >= i else 0
                circles[i, k] = other
                away[ties[0], 0] = i
                away[ties[0], 1] = neighbour
                away[ties[0], 2] = other
                ties[0] += 1
    for j in range(opinion.shape[1]):
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
    street[:, 1] = 0.0
    for i in range(n):  # those who wait for nobody begin
        x = opinion[i, 0]
        street[i, 0] = (
            share_taking_part(x, p.opinion_diversity * min(x, 1.0 - x), 0.0, p)
            if alike
            else takes_part(x, traits[i, 6], 0.0, traits[i, 7])
        )
    means(world, society)


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
def circle_sums(society: Society) -> None:
    """Sum opinions, and who takes part, over each citizen's circle, in place.

    Over the ring first, then put right where a tie leaves it.
    """
    opinion, out, street, away = society.opinion, society.following, society.street, society.away
    for j in range(opinion.shape[1]):
        ring_sums(opinion[:, j], out[:, j])
    ring_sums(street[:, 0], street[:, 2])
    x, y, z, part = opinion[:, 0], opinion[:, 1], opinion[:, 2], street[:, 0]
    a, b, c, d = out[:, 0], out[:, 1], out[:, 2], street[:, 2]
    for tie in range(society.ties[0]):
        i, neighbour, other = away[tie, 0], away[tie, 1], away[tie, 2]
        a[i] += x[other] - x[neighbour]
        b[i] += y[other] - y[neighbour]
        c[i] += z[other] - z[neighbour]
        d[i] += part[other] - part[neighbour]


@pure
def moved(x: float, anchor: float, circle: float, pull: float, held: float, led: float) -> float:
    """Return an opinion a week later: Friedkin and Johnsen's step, and a pull that saturates at 0 and 1."""
    step = held * (anchor - x) + led * (circle - x)
    return share(x + step + max(pull, 0.0) * (1.0 - x) + min(pull, 0.0) * x)


@pure
def opinion_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move every citizen by one week, in place, and write the means to `world`."""
    if society.circles.shape[1] == 0:
        representatives_week(world, p, drive, society)
    else:
        citizens_week(world, p, drive, society)
    means(world, society)
    world.street_memory += p.weariness_pace * (world.participation - world.street_memory)


@pure
def citizens_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move citizens who follow their circles, in place.

    Pulls (1/week) saturate: up in (1 - x), down in x. With pace h, stubbornness s and weight of the
    circle w the step is h (s (anchor - x) + (1 - s) w (circle - x)). `following` is scratch.
    """
    opinion, following, anchor, traits = society.opinion, society.following, society.anchor, society.traits
    n = opinion.shape[0]
    pace = p.opinion_pace
    peers = share(drive.peers)
    part = 1.0 / CIRCLE
    circle_sums(society)
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
    mood, mark, conviction = world.mood_solidarity, world.mark, society.street[:, 1]
    for i in range(n):
        pull = mood + seen * exposure[i] + told * trust[i] + felt * kin[i]
        rest = home[i] + share(mark * kin[i] + conviction[i]) * (1.0 - home[i])
        x[i] = moved(
            x[i], rest, part * circle[i], pull, pace * stubborn[i], pace * (1.0 - stubborn[i]) * peers
        )
    street_week(world, p, drive, society)


@pure
def street_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Say who takes part this week, in place: by feeling, and by the circle's example last week.

    Having taken part moves the solidarity that a citizen returns to.
    """
    feeling, traits = society.opinion[:, 0], society.traits
    part, conviction, circle = society.street[:, 0], society.street[:, 1], society.street[:, 2]
    threshold, waited = traits[:, 6], traits[:, 7]
    each = drive.example / CIRCLE
    pull = drive.stirring - p.weariness * world.street_memory
    for i in range(len(part)):
        part[i] = takes_part(feeling[i] + pull, threshold[i], each * circle[i], waited[i])
        conviction[i] = convinced(conviction[i], part[i], p)


@pure
def representatives_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move five representative citizens, a region each, whose circle is the whole country: the mean field."""
    opinion, anchor, traits, street = society.opinion, society.anchor, society.traits, society.street
    weights = society.weights
    a = b = c = d = 0.0
    for i in range(len(REGION_SHARES)):
        a += weights[i] * opinion[i, 0]
        b += weights[i] * opinion[i, 1]
        c += weights[i] * opinion[i, 2]
        d += weights[i] * street[i, 0]
    peers = share(drive.peers)
    for i in range(len(REGION_SHARES)):
        x, y, z = opinion[i, 0], opinion[i, 1], opinion[i, 2]
        exposure, hardship, stubborn = traits[i, 0], traits[i, 3], traits[i, 4]
        held, led = p.opinion_pace * stubborn, p.opinion_pace * (1.0 - stubborn) * peers
        pull = world.mood_solidarity + drive.solidarity_by_exposure * exposure
        pull += drive.solidarity_by_trust * traits[i, 1] + drive.solidarity_by_kin * traits[i, 2]
        rest = anchor[i, 0] + share(world.mark * traits[i, 2] + street[i, 1]) * (1.0 - anchor[i, 0])
        opinion[i, 0] = moved(x, rest, a, pull, held, led)
        pull = drive.fear_by_exposure * exposure + drive.fear_by_border * traits[i, 5]
        opinion[i, 1] = moved(y, anchor[i, 1], b, pull, held, led)
        pull = drive.approval_all + world.mood_approval
        pull += drive.approval_by_solidarity * x + drive.approval_by_fear * y
        opinion[i, 2] = moved(z, anchor[i, 2], c, pull + drive.approval_by_hardship * hardship, held, led)
        spread = opinion_width(opinion[i, 0], stubborn, peers, p)
        feeling = opinion[i, 0] + drive.stirring - p.weariness * world.street_memory
        street[i, 0] = share_taking_part(feeling, spread, drive.example * d, p)
        street[i, 1] = convinced(street[i, 1], street[i, 0], p)


@pure
def opinion_width(mean: float, stubborn: float, peers: float, p: Parameters) -> float:
    """Return the half-width of opinions about their mean where anchors and circles balance (Friedkin and Johnsen)."""
    held = stubborn / max(stubborn + (1.0 - stubborn) * peers, LEAST)
    return p.opinion_diversity * min(mean, 1.0 - mean) * held


@pure
def sums(x: Any, first: int, last: int) -> tuple[float, float]:
    """Return sum and sum of squares of rows `first` to `last` (excluded), in four strands that run side by side."""
    a = b = c = d = 0.0
    e = f = g = h = 0.0
    i = first
    while i + STRANDS <= last:
        a += x[i]
        b += x[i + 1]
        c += x[i + 2]
        d += x[i + 3]
        e += x[i] * x[i]
        f += x[i + 1] * x[i + 1]
        g += x[i + 2] * x[i + 2]
        h += x[i + 3] * x[i + 3]
        i += STRANDS
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
def representative(parts: Any, n: int) -> bool:
    """Say whether there is one citizen a region, each with the region's weight."""
    alone = n == len(REGION_SHARES)
    for region in range(len(REGION_SHARES)):
        alone = alone and parts[region] == region
    return alone


@pure
def summed(x: Any, weights: Any, parts: Any) -> tuple[float, float, float, float, float, float, float]:
    """Return mean, spread and the five regional means of one opinion; citizens of a region weigh the same."""
    n = len(x)
    if representative(parts, n):
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
def means(world: Any, society: Society) -> None:
    """Write means, spreads and regional means of the population, and who takes part, to `world`."""
    opinion, weights, parts = society.opinion, society.weights, society.parts
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
    (
        world.participation,
        _,
        world.participation_dushanbe,
        world.participation_sughd,
        world.participation_khatlon,
        world.participation_republican,
        world.participation_badakhshan,
    ) = summed(society.street[:, 0], weights, parts)


@pure
def shift_opinion(opinion: Any, j: int, amount: float) -> None:
    """Move one opinion of every citizen by the same amount, limited to 0 to 1, in place."""
    for i in range(opinion.shape[0]):
        opinion[i, j] = share(opinion[i, j] + amount)
