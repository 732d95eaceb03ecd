"""Domestic opinion as a population: who the citizens are, and how one week moves them.

Each citizen has a region, traits and three opinions, and follows a circle of others (a small
world). Influence is Friedkin and Johnsen's (1990): circles pull the less stubborn, anchors hold
the others back. With no citizens, five representative ones, a region each, follow the same
equations with the whole country as their circle (mean field).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.averages import means
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
MOOD = np.dtype((np.record, [(name, float) for name in (*OPINIONS, "part")]))
AWAY = ("citizen", "neighbour", "other")

MADE_OF = judgement("how a citizen's uniform numbers are laid out")
ROW = whole(4, "count", "numbers of a mood: three opinions, and whether the citizen takes part", MADE_OF)
TIE_DRAWS = whole(
    8, "count", "uniform numbers of a citizen before those of his ties: traits, then anchors", MADE_OF
)
THRESHOLD_DRAWS = whole(
    TIE_DRAWS + 2 * CIRCLE, "count", "the same before those of his two thresholds", MADE_OF
)
SOCIETY_NOISE = THRESHOLD_DRAWS + 2

LEAST = constant(1e-9, "1", "keeps a quotient finite", judgement("far below any share"))


class Society(NamedTuple):
    """The arrays of one population, a row a citizen.

    mood : (n,) records `MOOD`: solidarity, fear and approval, 0 to 1, and whether the citizen takes part (in the
        mean field: the share)
    flat : (4 n,) the numbers of `mood` in a row, in the same memory
    following : (n,) records `MOOD`, scratch: sums of moods over circles
    sums : (4 n,) the numbers of `following` in a row, in the same memory
    anchor : (n, 3) where solidarity, fear and approval return to, 0 to 1
    conviction : (n,) what is left of having taken part, 0 to 1
    traits : (n, 8) exposure, trust, kin, hardship (relative to the mean), stubbornness, nearness to the border,
        solidarity that moves to take part, example that is waited for
    weights : (n,) shares of the population, summing to 1
    region : (n,) index into `REGION_SHARES`, never falling
    parts : (6,) row of each region's first citizen, and n
    circles : (n, k) rows of those a citizen follows: ring neighbours, one in ten replaced by anybody;
        k is 0 in the mean field
    away : (n k, 3) citizen, ring neighbour and whom it follows instead, of each tie that leaves the ring
    ties : (1,) number of such ties
    """

    mood: NDArray[np.void]
    flat: Floats
    following: NDArray[np.void]
    sums: Floats
    anchor: Floats
    conviction: Floats
    traits: Floats
    weights: Floats
    region: NDArray[np.int64]
    parts: NDArray[np.uint32]
    circles: NDArray[np.int32]
    away: NDArray[np.uint32]
    ties: NDArray[np.int64]

    @property
    def opinion(self) -> Floats:
        """A view (n, 3) of solidarity, fear and approval."""
        return self.flat.reshape(-1, ROW)[:, : len(OPINIONS)]


#: What every week computes anew before it reads it, and second views of the same memory.
SCRATCH = ("following", "sums", "flat")


def blank_society(citizens: int) -> Society:
    """Return room for so many citizens (0: the mean field, a citizen a region), nothing drawn yet.

    Columns of what stays lie together in memory (`order="F"`), which lets the compiled week take several citizens at a
    time; a mood's numbers lie side by side, since circles sum whole moods.
    """
    n, k = (citizens, CIRCLE) if citizens > 0 else (len(REGION_SHARES), 0)

    def by_citizen(columns: int) -> Floats:
        return np.zeros((n, columns), order="F")

    flat, sums = np.zeros((2, ROW * n))
    return Society(
        flat.view(MOOD).view(np.recarray),
        flat,
        sums.view(MOOD).view(np.recarray),
        sums,
        by_citizen(len(OPINIONS)),
        np.zeros(n),
        by_citizen(len(TRAITS)),
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
    mood, flat, anchor, traits = society.mood, society.flat, society.anchor, society.traits
    weights, region, parts = society.weights, society.region, society.parts
    circles, away, ties = society.circles, society.away, society.ties
    alike = circles.shape[1] == 0
    n = len(mood)
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
    for j in range(anchor.shape[1]):
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
            flat[ROW * i + j] = anchor[i, j]
            anchor[i, j] = share(anchor[i, j] - passing)
    society.conviction[:] = 0.0
    for i in range(n):  # those who wait for nobody begin
        x = mood[i].solidarity
        mood[i].part = (
            share_taking_part(x, p.opinion_diversity * min(x, 1.0 - x), 0.0, p)
            if alike
            else takes_part(x, traits[i, 6], 0.0, traits[i, 7])
        )
    means(world, society)


@pure
def ring_sums(x: Any, out: Any) -> None:
    """Sum moods over each citizen's neighbours on the ring, in place; both are moods in a row."""
    n = len(x)
    near, further, far = ROW, 2 * ROW, REACH * ROW
    if n <= CIRCLE * ROW:
        for i in range(n):
            out[i] = (
                x[(i + near) % n]
                + x[(i - near) % n]
                + x[(i + further) % n]
                + x[(i - further) % n]
                + x[(i + far) % n]
                + x[(i - far) % n]
            )
        return
    for i in range(far, n - far):
        out[i] = x[i + near] + x[i - near] + x[i + further] + x[i - further] + x[i + far] + x[i - far]
    for i in range(far):  # indices below 0 count from the end, which closes the ring
        out[i] = x[i + near] + x[i - near] + x[i + further] + x[i - further] + x[i + far] + x[i - far]
    for i in range(n - far, n):
        out[i] = (
            x[i + near - n] + x[i - near] + x[i + further - n] + x[i - further] + x[i + far - n] + x[i - far]
        )


@pure
def circle_sums(society: Society) -> None:
    """Sum moods over each citizen's circle, in place: over the ring first, then put right where a tie leaves it."""
    mood, following, away = society.mood, society.following, society.away
    ring_sums(society.flat, society.sums)
    for tie in range(society.ties[0]):
        out, gone, other = following[away[tie, 0]], mood[away[tie, 1]], mood[away[tie, 2]]
        a, b, c, d = (
            other.solidarity - gone.solidarity,
            other.fear - gone.fear,
            other.approval - gone.approval,
            other.part - gone.part,
        )
        out.solidarity, out.fear, out.approval, out.part = (
            out.solidarity + a,
            out.fear + b,
            out.approval + c,
            out.part + d,
        )


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
    mood, following, anchor, traits = society.mood, society.following, society.anchor, society.traits
    conviction = society.conviction
    pace = p.opinion_pace
    peers = share(drive.peers)
    part = 1.0 / CIRCLE
    circle_sums(society)
    home_solidarity, home_fear, home_approval = anchor[:, 0], anchor[:, 1], anchor[:, 2]
    exposure, trust, kin, hardship = traits[:, 0], traits[:, 1], traits[:, 2], traits[:, 3]
    stubborn, near, threshold, waited = traits[:, 4], traits[:, 5], traits[:, 6], traits[:, 7]
    mood_solidarity, mark = (
        world.mood_solidarity,
        world.mark,
    )  # read once, since what is stored might be what is read
    seen, told, felt = drive.solidarity_by_exposure, drive.solidarity_by_trust, drive.solidarity_by_kin
    alarm, border = drive.fear_by_exposure, drive.fear_by_border
    common, proud, afraid, worn = (
        drive.approval_all + world.mood_approval,
        drive.approval_by_solidarity,
        drive.approval_by_fear,
        drive.approval_by_hardship,
    )
    stirring, example = drive.stirring - p.weariness * world.street_memory, drive.example / CIRCLE
    for i in range(len(mood)):
        now, circle = mood[i], following[i]
        x, y, z = now.solidarity, now.fear, now.approval
        held = pace * stubborn[i]
        led = pace * (1.0 - stubborn[i]) * peers
        rest = home_solidarity[i] + share(mark * kin[i] + conviction[i]) * (1.0 - home_solidarity[i])
        pull = mood_solidarity + seen * exposure[i] + told * trust[i] + felt * kin[i]
        solidarity = moved(x, rest, part * circle.solidarity, pull, held, led)
        pull = alarm * exposure[i] + border * near[i]
        fear = moved(y, home_fear[i], part * circle.fear, pull, held, led)
        pull = common + proud * x + afraid * y + worn * hardship[i]
        approval = moved(z, home_approval[i], part * circle.approval, pull, held, led)
        taking = takes_part(solidarity + stirring, threshold[i], example * circle.part, waited[i])
        conviction[i] = convinced(conviction[i], taking, p)
        now.solidarity, now.fear, now.approval, now.part = solidarity, fear, approval, taking


@pure
def representatives_week(world: Any, p: Any, drive: Any, society: Society) -> None:
    """Move five representative citizens, a region each, whose circle is the whole country: the mean field."""
    mood, anchor, traits, conviction = society.mood, society.anchor, society.traits, society.conviction
    weights = society.weights
    a = b = c = d = 0.0
    for i in range(len(REGION_SHARES)):
        a += weights[i] * mood[i].solidarity
        b += weights[i] * mood[i].fear
        c += weights[i] * mood[i].approval
        d += weights[i] * mood[i].part
    peers = share(drive.peers)
    for i in range(len(REGION_SHARES)):
        now = mood[i]
        x, y, z = now.solidarity, now.fear, now.approval
        exposure, hardship, stubborn = traits[i, 0], traits[i, 3], traits[i, 4]
        held, led = p.opinion_pace * stubborn, p.opinion_pace * (1.0 - stubborn) * peers
        pull = world.mood_solidarity + drive.solidarity_by_exposure * exposure
        pull += drive.solidarity_by_trust * traits[i, 1] + drive.solidarity_by_kin * traits[i, 2]
        rest = anchor[i, 0] + share(world.mark * traits[i, 2] + conviction[i]) * (1.0 - anchor[i, 0])
        now.solidarity = moved(x, rest, a, pull, held, led)
        pull = drive.fear_by_exposure * exposure + drive.fear_by_border * traits[i, 5]
        now.fear = moved(y, anchor[i, 1], b, pull, held, led)
        pull = drive.approval_all + world.mood_approval
        pull += drive.approval_by_solidarity * x + drive.approval_by_fear * y
        now.approval = moved(z, anchor[i, 2], c, pull + drive.approval_by_hardship * hardship, held, led)
        spread = opinion_width(now.solidarity, stubborn, peers, p)
        feeling = now.solidarity + drive.stirring - p.weariness * world.street_memory
        now.part = share_taking_part(feeling, spread, drive.example * d, p)
        conviction[i] = convinced(conviction[i], now.part, p)


@pure
def opinion_width(mean: float, stubborn: float, peers: float, p: Parameters) -> float:
    """Return the half-width of opinions about their mean where anchors and circles balance (Friedkin and Johnsen)."""
    held = stubborn / max(stubborn + (1.0 - stubborn) * peers, LEAST)
    return p.opinion_diversity * min(mean, 1.0 - mean) * held


@pure
def shift_opinion(society: Society, j: int, amount: float) -> None:
    """Move one opinion of every citizen by the same amount, limited to 0 to 1, in place."""
    flat = society.flat
    for i in range(j, len(flat), ROW):
        flat[i] = share(flat[i] + amount)
