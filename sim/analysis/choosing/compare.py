"""Two scenarios side by side on the same chance: which paths flip, by how much, when and why they part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.measures import Measure, Runs, happened, path_is, until
from sim.analysis.choosing.differences import Difference, differences
from sim.analysis.one_run.against import Parting, parting
from sim.analysis.statistics.intervals import between_means
from sim.analysis.statistics.pairs import Effect, effect, level
from sim.engine.ensemble import simulate
from sim.face import Face
from sim.model.outcomes import PATHS, Outcome, reported
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.loading import load_scenario
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.study.ensemble import cases

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Runs handed to the engine at once.
BLOCK = 2000

#: No week: the two runs never stand on different rungs.
NEVER = 0


def _quantity(one: Outcome) -> Measure:
    return Measure(
        one.label, one.shown or one.unit, "quantity", lambda runs: runs.outcome(one.name) / one.scale
    )


_TOLD = reported("pairs")

#: What is compared beside the classes, in the order in which it is told.
MEASURES: tuple[Measure, ...] = (
    *(happened(f"{one.event}, ever", one.name) for one in _TOLD if one.event),
    *(until(f"weeks without {one.event}", one.name) for one in _TOLD if one.kind == "week"),
    *(_quantity(one) for one in _TOLD if not one.event),
)

#: Everything that is measured of both: classes, then the rest.
SHARED: tuple[Measure, ...] = (*(path_is(name, [name]) for name in PATHS), *MEASURES)


@dataclass(frozen=True)
class Across:
    """What the second scenario adds to the first across plausible parameters.

    change : mean over the cases, with its 95 % interval
    low, high : between which the effect lies in 90 % of cases, Monte Carlo noise removed; NaN where cases
        are too few to tell
    """

    change: Effect
    low: float
    high: float

    def record(self) -> dict[str, Any]:
        """Return it as plain data; what is no number is None."""
        return _ends(self.change) | {"case_low": _plain(self.low), "case_high": _plain(self.high)}


@dataclass(frozen=True)
class Contrast:
    """One outcome in both scenarios, and what the second adds to the first, pair by pair.

    first, second, change : at the defaults
    across : the change across plausible parameters, None where these were not run
    """

    name: str
    unit: str
    first: Effect
    second: Effect
    change: Effect
    across: Across | None = None

    def record(self) -> dict[str, Any]:
        """Return it as plain data; an end that is infinite is None."""
        return {
            "name": self.name,
            "unit": self.unit,
            "pairs": self.change.n,
            **{key: _ends(getattr(self, key)) for key in ("first", "second", "change")},
            "across": None if self.across is None else self.across.record(),
        }


@dataclass(frozen=True, eq=False)
class Comparison(Face):
    """What came of two scenarios on the same randomness.

    specs : the two scenarios
    differences : in what they differ, resolved
    paths : (pairs, 2) class of each run, -1 where it failed
    parted : (pairs,) first week in which the two stand on different rungs, `NEVER` where in none
    contrasts : shares of classes, then the other outcomes
    part : how and why the median pair parts, None where no pair does
    """

    specs: tuple[Scenario, Scenario]
    names: tuple[str, str]
    differences: tuple[Difference, ...]
    paths: NDArray[np.int8]
    parted: Ints
    contrasts: tuple[Contrast, ...]
    part: Parting | None
    runs: int
    seed: int

    @property
    def sound(self) -> NDArray[np.bool_]:
        """(pairs,) whether neither run failed."""
        return np.asarray((self.paths >= 0).all(axis=1))

    @property
    def failed(self) -> int:
        """Pairs of which a run failed; they count nowhere."""
        return int((~self.sound).sum())

    @property
    def flows(self) -> Ints:
        """(8, 8) pairs by class in the first (rows) and in the second scenario (columns)."""
        found = np.zeros((len(PATHS), len(PATHS)), np.int64)
        good = self.paths[self.sound].astype(np.int64)
        np.add.at(found, (good[:, 0], good[:, 1]), 1)
        return found

    @property
    def flipped(self) -> Effect:
        """Share of pairs that end in different classes, with its Wilson interval."""
        good = self.paths[self.sound]
        return level((good[:, 0] != good[:, 1]).astype(np.float64))

    def flips(self) -> list[dict[str, Any]]:
        """Return which class turned into which, the most frequent first, each with a run to look at."""
        flows = self.flows
        rows = []
        for one, two in sorted(zip(*np.nonzero(flows), strict=True), key=lambda k: (-flows[k], k)):
            if one != two:
                example = int(np.flatnonzero((self.paths == (one, two)).all(axis=1))[0])
                rows.append(
                    {"from": PATHS[one], "to": PATHS[two], "pairs": int(flows[one, two]), "example": example}
                )
        return rows

    def record(self) -> dict[str, Any]:
        """Return everything as plain data."""
        sound = self.parted[self.sound]
        return {
            "scenarios": [
                {"name": name, "title": spec.title, "hash": spec.hash}
                for name, spec in zip(self.names, self.specs, strict=True)
            ],
            "runs": self.runs,
            "seed": self.seed,
            "failed": self.failed,
            "differences": [one.record() for one in self.differences],
            "paths": list(PATHS),
            "flows": self.flows.tolist(),
            "flips": self.flips(),
            "flipped": _ends(self.flipped),
            "effects": [one.record() for one in self.contrasts],
            "parted": {"pairs": int((sound != NEVER).sum()), "of": len(sound)},
            "median_run": None if self.part is None else self.part.record(),
        }


def compare(
    first: Scenario | str | Path,
    second: Scenario | str | Path,
    *,
    runs: int = 1000,
    seed: int = 0,
    threads: int | None = None,
    replays: int = 5,
    plausible: bool = True,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Run two scenarios on the same randomness and say in what they differ and what comes of it.

    Run k of the one and run k of the other meet the same draws, so that what differs between them is
    the scenarios' doing.

    Parameters
    ----------
    first, second
        Scenarios, names of shipped ones, or paths.
    runs
        Number of pairs, at least 2.
    seed
        Which stream of chance, from 0.
    replays
        Pairs around the median one that are run again with the agents, to see which choices and rules
        parted them; 0 for none.
    plausible
        Whether as many pairs are run across plausible parameters, both scenarios under the same values but
        for those that a scenario sets itself.
    progress
        Called with the number of runs just finished.

    Raises
    ------
    ScenarioError
        A scenario or an argument is wrong.
    """
    runs, seed = arguments.runs(runs, 2), arguments.seed(seed)
    arguments.threads(threads)
    arguments.whole("replays", replays)
    specs = tuple(one if isinstance(one, Scenario) else load_scenario(one) for one in (first, second))
    one, two = specs
    model = load()
    plans = [plan(spec, model) for spec in specs]
    paths, parted, columns = _pairs(plans, [None, None], runs, seed, threads, progress)
    across: list[Across | None] = [None] * len(SHARED)
    if plausible:
        designs = [cases.plausible(*both, runs, seed) for both in zip(specs, [model] * 2, plans, strict=True)]
        _, _, drawn = _pairs(plans, designs, runs, seed, threads, progress)
        across = [_across(after - before, designs[0].case) for before, after in drawn]
    contrasts = tuple(
        _contrast(measure, *values, wide)
        for measure, values, wide in zip(SHARED, columns, across, strict=True)
    )
    good = (paths >= 0).all(axis=1)
    part = parting((one, two), seed, np.where(good, parted, -1), replays) if replays else None
    names = tuple(
        spec.title if isinstance(given, Scenario) else str(given)
        for given, spec in zip((first, second), specs, strict=True)
    )
    return Comparison(
        (one, two), (names[0], names[1]), differences(one, two), paths, parted, contrasts, part, runs, seed
    )


def _pairs(
    plans: Sequence[Plan],
    designs: Sequence[cases.Design | None],
    runs: int,
    seed: int,
    threads: int | None,
    progress: Callable[[int], None] | None,
) -> tuple[NDArray[np.int8], Ints, list[tuple[Floats, Floats]]]:
    """Run pairs in blocks: (runs, 2) classes, (runs,) weeks of parting, (runs,) numbers of both a measure."""
    paths, parted = np.zeros((runs, 2), np.int8), np.zeros(runs, np.int64)
    measured = np.zeros((len(SHARED), 2, runs))
    for start in range(0, runs, BLOCK):
        which = np.arange(start, min(start + BLOCK, runs))
        ladders = []
        for side, (ready, design) in enumerate(zip(plans, designs, strict=True)):
            rows = None if design is None else design.rows[design.case[which] - 1]
            block = simulate(ready, seed, which, rows, threads=threads, progress=progress)
            ran = Runs(block, (), ready.start)
            paths[which, side] = np.where(ran.sound, np.nan_to_num(ran.outcome("path"), nan=-1.0), -1)
            measured[:, side, which] = [measure(ran) for measure in SHARED]
            ladders.append(block.ladders)
        parted[which] = _first_apart(*ladders)
    return paths, parted, [(before, after) for before, after in measured]


def _first_apart(first: NDArray[np.int8], second: NDArray[np.int8]) -> Ints:
    """Return (R,) the first week in which either ladder differs; `NEVER` where none does."""
    weeks = min(first.shape[1], second.shape[1])
    apart = (first[:, 1:weeks] != second[:, 1:weeks]).any(axis=2)
    return np.where(apart.any(axis=1), 1 + apart.argmax(axis=1), NEVER)


def _contrast(measure: Measure, first: Floats, second: Floats, across: Across | None) -> Contrast:
    both = np.isfinite(first) & np.isfinite(second)
    one, two = first[both], second[both]
    return Contrast(measure.name, measure.unit, level(one), level(two), effect(two - one), across)


def _across(differences: Floats, case: Ints) -> Across:
    """Summarise the differences of pairs by their cases."""
    good = np.isfinite(differences)
    _, place = np.unique(case[good], return_inverse=True)
    means = np.bincount(place, differences[good]) / np.bincount(place)
    spread = between_means(differences, case)
    return Across(effect(means), spread.low, spread.high)


def _ends(one: Effect) -> dict[str, float | None]:
    return {"mean": _plain(one.mean), "low": _plain(one.low), "high": _plain(one.high)}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
