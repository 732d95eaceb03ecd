"""A claim as an experiment: its arms, what is compared between them, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.measures import Measure, Runs, Scale
from sim.analysis.statistics.pairs import Effect, effect, level

Floats = NDArray[np.float64]
Kind = Literal["fitted", "built in", "emergent"]
Verdict = Literal["holds", "too small to matter", "fails", "undecided at this n"]

HOLDS: Verdict = "holds"
SMALL: Verdict = "too small to matter"
FAILS: Verdict = "fails"
UNDECIDED: Verdict = "undecided at this n"

#: From worst to best: a claim is as good as its worst part.
VERDICTS: tuple[Verdict, ...] = (FAILS, SMALL, UNDECIDED, HOLDS)

#: The smallest effect that matters, fixed before any result was seen: five points of a share, four
#: weeks of restricted mean time, a tenth of a quantity's spread over the prior box.
SMALLEST_SHARE, SMALLEST_DATE, PART_OF_SPREAD = 0.05, 4.0, 0.1


@dataclass(frozen=True)
class Arm:
    """One side of an experiment: what differs from the baseline.

    storyline : shipped storyline whose start, events and commitments it takes
    world, parameters : values set, on top of those of the case
    times : initial values or parameters multiplied, on top of those of the case
    events, commitments : as in a scenario file, beside the storyline's own
    weeks, citizens : horizon; size of the population, 0 for the mean field
    """

    storyline: str = "baseline"
    world: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    times: Mapping[str, float] = field(default_factory=dict)
    events: tuple[Mapping[str, Any], ...] = ()
    commitments: tuple[Mapping[str, Any], ...] = ()
    weeks: int = 208
    citizens: int = 0


@dataclass(frozen=True)
class Part:
    """One comparison that a claim makes.

    role : `effect`, where treated less control must have the direction and at least the smallest size;
        `absent`, where it must stay below that size; `range`, where one arm's level must lie between
        `low` and `high`; `finding`, which is reported and decides nothing
    value : numbers of all arms to (pairs,) numbers: a difference, or the level of one arm
    yardstick : the arm and measure whose spread over the prior box scales a quantity
    smallest : given where neither share, date nor spread sets it
    """

    name: str
    unit: str
    scale: Scale
    role: Literal["effect", "absent", "range", "finding"]
    arms: tuple[str, ...]
    keep: tuple[str, ...]
    value: Callable[[Mapping[str, Runs]], Floats]
    direction: int = 1
    low: float = -np.inf
    high: float = np.inf
    yardstick: tuple[str, Measure] | None = None
    smallest: float | None = None

    def summarise(self, values: Floats) -> Effect:
        """Return the effect, or for a range the level."""
        return level(values) if self.role == "range" else effect(values, self.direction)

    def judge(self, found: Effect, smallest: float) -> Verdict:
        """Return the verdict on this part alone."""
        if self.role == "range":
            return judge_range(found, self.low, self.high)
        if self.role == "absent":
            return judge_absence(found, smallest)
        return judge_effect(found, self.direction, smallest)

    def margin(self, mean: float, smallest: float) -> float:
        """Return how far a mean clears what is asked: 1 just does, below 0 is on the wrong side."""
        if not np.isfinite(mean):
            return -np.inf
        if self.role == "range":
            inside = min(mean - self.low, self.high - mean)
            return 1.0 + inside / max(abs(mean), 1e-12) if np.isfinite(inside) else 1.0
        if self.role == "absent":
            return 2.0 - abs(mean) / smallest if smallest > 0 else 1.0
        return self.direction * mean / smallest if smallest > 0 else float(np.sign(self.direction * mean))


def judge_effect(found: Effect, direction: int, smallest: float) -> Verdict:
    """Judge an effect against the smallest that matters.

    It holds where the whole interval lies at or beyond the smallest effect; it is too small where the
    whole interval lies within plus or minus that; it fails where the whole interval lies on the wrong
    side and reaches beyond that; anything else more pairs would have to decide.
    """
    low, high = sorted((direction * found.low, direction * found.high))
    if low >= smallest and low > 0:
        return HOLDS
    if (-smallest < low and high < smallest) or low == high == 0.0:
        return SMALL
    return FAILS if high < 0 else UNDECIDED


def judge_absence(found: Effect, smallest: float) -> Verdict:
    """Judge that there is no effect that matters: it fails where there surely is one."""
    if (-smallest < found.low and found.high < smallest) or found.low == found.high == 0.0:
        return HOLDS
    return FAILS if found.low >= smallest or found.high <= -smallest else UNDECIDED


def judge_range(found: Effect, low: float, high: float) -> Verdict:
    """Judge that a level lies between two bounds, by its whole interval."""
    if found.low >= low and found.high <= high:
        return HOLDS
    return FAILS if found.high < low or found.low > high else UNDECIDED


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of the verdicts of a claim's parts."""
    return min(verdicts, key=VERDICTS.index)


def contrast(
    name: str,
    control: str,
    treated: str,
    measure: Measure,
    direction: int,
    role: Literal["effect", "absent", "finding"] = "effect",
) -> Part:
    """Compare two arms by one measure, treated less control."""
    return Part(
        name,
        measure.unit,
        measure.scale,
        role,
        (control, treated),
        measure.keep,
        lambda arms: measure(arms[treated]) - measure(arms[control]),
        direction,
        yardstick=(control, measure),
    )


def contrast_of_two(
    name: str,
    first: tuple[str, str, Measure],
    second: tuple[str, str, Measure],
    direction: int,
) -> Part:
    """Compare two effects, each (control, treated, measure) as treated less control: first less second."""

    def moved(arms: Mapping[str, Runs], one: tuple[str, str, Measure]) -> Floats:
        return one[2](arms[one[1]]) - one[2](arms[one[0]])

    names = tuple(dict.fromkeys([*first[:2], *second[:2]]))
    return Part(
        name,
        first[2].unit,
        first[2].scale,
        "effect",
        names,
        first[2].keep + second[2].keep,
        lambda arms: moved(arms, first) - moved(arms, second),
        direction,
        yardstick=(first[0], first[2]),
    )


def lead(name: str, arm: str, later: Measure, earlier: Measure, smallest: float) -> Part:
    """Compare two dates within the same run: by how much one comes before the other."""
    return Part(
        name,
        "week",
        "date",
        "effect",
        (arm,),
        later.keep + earlier.keep,
        lambda arms: later(arms[arm]) - earlier(arms[arm]),
        smallest=smallest,
    )


def between(name: str, arm: str, measure: Measure, low: float = -np.inf, high: float = np.inf) -> Part:
    """Demand that the level of one arm lies between two bounds."""
    return Part(
        name,
        measure.unit,
        measure.scale,
        "range",
        (arm,),
        measure.keep,
        lambda arms: measure(arms[arm]),
        low=low,
        high=high,
    )


@dataclass(frozen=True)
class Claim:
    """A causal claim of the article as an experiment.

    kind : `fitted`, its figure was a target of calibration; `built in`, one rule's sign implies it;
        `emergent`, several rules, opinion or feedback must work together
    rests_on : rules it could rest on, each switched off in turn
    weighs : those of them whose contribution is itself a finding
    needs : what would have to be true for it to hold, should it not
    """

    id: str
    paragraphs: tuple[int, ...]
    claim: str
    kind: Kind
    arms: Mapping[str, Arm]
    parts: tuple[Part, ...]
    rests_on: tuple[str, ...]
    needs: str
    weighs: tuple[str, ...] = ()
