"""History matching: waves of points of the judgements' ranges; those that miss a target are ruled out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ModelError
from sim.model import calibrated
from sim.model.provenance import Quantity
from sim.model.registry import Model
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import slices, stretch, uncertain

Floats = NDArray[np.float64]
Cells = NDArray[np.uint16]
Note = Callable[[str], None]

#: Standard deviation of a share drawn uniformly.
PRIOR_SD = float(np.sqrt(1 / 12))

#: A range is narrowed for the next wave only where more than this share of it is empty at an end.
EMPTY = 0.02

#: By chance alone n points leave more than this over n empty at an end once in some twenty thousand times.
UNLUCKY = 10.0


class Settings(NamedTuple):
    """Size of a calibration: points of a wave, replicates of each wave, points stored, seed."""

    points: int = 8192
    replicates: tuple[int, ...] = (8, 16, 64)
    keep: int = 2000
    seed: int = 0


@dataclass(frozen=True)
class Wave:
    """One wave: how many points, on how many runs each, how many were not ruled out.

    share : of this wave's points
    prior : of the whole prior (the box of this wave's points times `share`)
    """

    points: int
    replicates: int
    retained: int
    share: float
    prior: float


class Judgements(ABC):
    """The judgements of a model in a scenario, and how its runs at points of their ranges are judged.

    cutoff : implausibility above which a point is ruled out
    titles : what the targets are called
    chunk : runs handed to the engine at once
    """

    def __init__(
        self, spec: Scenario, model: Model, seed: int, cutoff: float, titles: Sequence[str], chunk: int
    ) -> None:
        self.seed, self.cutoff, self.titles, self.chunk = seed, cutoff, tuple(titles), chunk
        self.varied: dict[str, Quantity] = {
            name: one for name, one in uncertain(spec, model).items() if one.source.grade == "judgement"
        }
        self.names = tuple(self.varied)
        self.plan: Plan = plan(spec, model)
        every = {**model.parameters, **model.world}
        places = list(every)
        self.places = np.array([places.index(name) for name in self.names])
        self.base: Floats = np.concatenate([self.plan.parameters, self.plan.world])

    def values(self, shares: Floats) -> Floats:
        """Put shares of the plausible ranges into units, (points, names)."""
        columns = [stretch(one, shares[:, k]) for k, one in enumerate(self.varied.values())]
        return np.column_stack(columns)

    def rows(self, values: Floats) -> Floats:
        """Return what the engine takes: the base, but for the judgements."""
        made = np.tile(self.base, (len(values), 1))
        made[:, self.places] = values
        return made

    def judge(self, rows: Floats, replicates: int) -> tuple[Floats, Floats]:
        """Run points on the same chance and return means and implausibilities, each (points, targets)."""
        step = max(self.chunk // replicates, 1)
        parts = [self.part(rows[first : first + step], replicates) for first in range(0, len(rows), step)]
        means, away = (np.concatenate(one) for one in zip(*parts, strict=True))
        # A point at which a run fails is no model of what happened.
        return means, np.where(np.isnan(away), np.inf, away)

    @abstractmethod
    def part(self, rows: Floats, replicates: int) -> tuple[Floats, Floats]:
        """Judge as many points as are run at once; an implausibility is NaN where a run failed."""


class Remainder(NamedTuple):
    """What waves leave.

    cells : (points, names) not ruled out
    low, high : (names,) ends of the box they span
    means, away : (points, targets) at them
    alone : (targets,) share of the last wave's points that each target rules out by itself
    """

    waves: tuple[Wave, ...]
    cells: Cells
    low: Floats
    high: Floats
    means: Floats
    away: Floats
    alone: Floats


def rule_out(field: Judgements, settings: Settings, note: Note, least: int = 2) -> Remainder:
    """Rule out points wave by wave.

    The first wave draws its points from the whole prior, the next from the box that the points not
    ruled out span, on more runs each. Maximum implausibility over the targets decides.

    Parameters
    ----------
    least
        Points that every wave has to leave.

    Raises
    ------
    ModelError
        A wave left fewer; the target that rules out most is named.
    """
    low, high = np.zeros(len(field.names)), np.ones(len(field.names))
    waves: list[Wave] = []
    for number, replicates in enumerate(settings.replicates, start=1):
        cells = drawn(field.names, settings.points, settings.seed, number, low, high)
        means, away = field.judge(field.rows(field.values(calibrated.midpoints(cells))), replicates)
        passed = away.max(axis=1) <= field.cutoff
        kept, alone = cells[passed], (away > field.cutoff).mean(axis=0)
        share = len(kept) / settings.points
        waves.append(Wave(settings.points, replicates, len(kept), share, share * float(np.prod(high - low))))
        note(f"wave {number}: {len(kept)} of {settings.points} points not ruled out ({replicates} runs each)")
        if len(kept) < least:
            raise ModelError(
                f"calibration: wave {number} ruled out all but {len(kept)} of {settings.points} points, "
                f"expected {least} at least; '{field.titles[alone.argmax()]}' alone rules out "
                f"{alone.max():.0%}; give more points, or a wider tolerance or discrepancy"
            )
        low, high = _box(calibrated.midpoints(kept), low, high)
    return Remainder(tuple(waves), kept, low, high, means[passed], away[passed], alone)


def moved(shares: Floats) -> tuple[Floats, Floats]:
    """Return standard deviations of shares over those of the prior, and how far their means have moved."""
    return shares.std(axis=0, ddof=1) / PRIOR_SD, shares.mean(axis=0) - 0.5


def drawn(names: Sequence[str], points: int, seed: int, wave: int, low: Floats, high: Floats) -> Cells:
    """Draw a Latin hypercube in a box of shares, on the grid of cells."""
    drawn = [slices(points, seed, f"calibration/{wave}/{name}") for name in names]
    shares = low + (high - low) * np.column_stack(drawn)
    return np.minimum(np.floor(shares * calibrated.CELLS), calibrated.CELLS - 1).astype(np.uint16)


def _box(shares: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the box the points span, left as it was where hardly anything of it is empty."""
    least, most, slack = (
        shares.min(axis=0),
        shares.max(axis=0),
        max(EMPTY, UNLUCKY / len(shares)) * (high - low),
    )
    return np.where(least - low > slack, least, low), np.where(high - most > slack, most, high)
