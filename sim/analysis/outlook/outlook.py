"""Given all that was observed: what may come from here, what was foreseen, what was learned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.outlook.filter import Filtered, Step, assimilate
from sim.analysis.outlook.islands import Islands, together
from sim.analysis.outlook.particles import Particles, Region
from sim.analysis.statistics.weights import effective, quantiles
from sim.engine.ensemble import Block, proceed
from sim.errors import ScenarioError
from sim.face import Face
from sim.model.outcomes import CLASHES, PATHS, TALKS
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.catalogue import reading_names
from sim.scenario.faults import unknown
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import uncertain
from sim.study.ensemble.points import Points
from sim.study.ensemble.region_file import load_points
from sim.study.observed.likelihood import due
from sim.study.observed.loading import load_observations
from sim.study.observed.schema import Observation, Observations
from sim.study.tables import LADDERS

Floats = NDArray[np.float64]

#: What may come first, by the words for it: a ladder and its rung.
FIRSTS = {"a clash": ("escalation", CLASHES), "official talks": ("rapprochement", TALKS)}

#: Weeks of a quarter, the step in which it is told when things come.
QUARTER = 13

#: Islands of particles (of each reading) where there are enough of these; fewest and most particles of one,
#: since memory is that of one island.
ISLANDS, SMALLEST, LARGEST = 8, 100, 500

BAND = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Course:
    """Particles to the end: what came of them, and what each weighs.

    block : the runs; `kept` holds `variables`
    weights : (N,) normalised, 0 for a run that failed
    """

    block: Block
    weights: Floats
    variables: tuple[str, ...]

    @classmethod
    def of(cls, blocks: Sequence[Block], weights: Floats | None, variables: tuple[str, ...]) -> Course:
        """Return the particles of all islands, one after another; `weights` None: all alike."""
        block = Block(*(np.concatenate([getattr(one, it.name) for one in blocks]) for it in fields(Block)))
        sound = (block.failure_week == 0) * (1.0 if weights is None else weights)
        return cls(block, sound / sound.sum(), variables)

    @property
    def classes(self) -> dict[str, float]:
        """Share of each class of paths."""
        path = self.block.outcomes["path"]
        return {name: float(self.weights[path == code].sum()) for code, name in enumerate(PATHS)}

    def come(self, ladder: str, rung: float, first: int, last: int) -> float:
        """Return the chance that a rung is reached between two weeks by a run that was below it before."""
        rungs = self.block.ladders[:, :, LADDERS.index(ladder)]
        below = rungs[:, first - 1] < rung
        return float(self.weights[below & (rungs[:, first : last + 1] >= rung).any(axis=1)].sum())

    def band(self, variable: str) -> Floats:
        """Return 5, 50 and 95 % of a variable by week, (3, weeks + 1)."""
        weekly = self.block.kept[:, :, self.variables.index(variable)]
        return np.array([quantiles(week, self.weights, BAND) for week in weekly.T]).T


@dataclass(frozen=True)
class Outlook(Face):
    """What may come, given what was observed.

    before, after : the particles without the observations and with them
    today : the last day that was observed; `week` is its number
    islands : the filters that it rests on; how each stands is left out, its course is in `after`
    learned : a row a value that varies: mean and standard deviation before and after, in shares of its range,
        and the Monte Carlo standard error of the mean after
    readings : by name, the share before and after, and its Monte Carlo standard error; empty where they did
        not vary
    region : the region of one's own that the particles come from; None: the calibrated one
    """

    spec: Scenario
    observations: Observations | None
    seed: int
    particles: int
    before: Course
    after: Course
    week: int
    islands: Islands[None, Observation]
    learned: pd.DataFrame
    readings: dict[str, tuple[float, float, float]]
    region: Mapping[str, Any] | None = None

    @property
    def steps(self) -> tuple[Step[Observation], ...]:
        """The observations as they were met."""
        return self.islands.steps

    @property
    def effective(self) -> float:
        """How many equal particles it rests on."""
        return effective(self.after.weights)

    @property
    def speaks(self) -> bool:
        """Whether it may be quoted: enough islands count to know how far chance moves what they say."""
        return self.islands.speaks

    @property
    def errors(self) -> dict[str, float]:
        """Monte Carlo standard error of the share of each class."""
        path = self.after.block.outcomes["path"]
        return {
            name: self.islands.mean(np.asarray(path == code, float))[1] for code, name in enumerate(PATHS)
        }

    @property
    def today(self) -> date:
        """The last day of the last week that was observed; the day before the start where nothing was."""
        return self.spec.start + timedelta(weeks=self.week, days=-1)

    @property
    def quarters(self) -> list[tuple[int, int]]:
        """First and last week of each quarter of a year from here on."""
        edges = range(self.week + 1, self.spec.weeks + 1, QUARTER)
        return [(first, min(first + QUARTER - 1, self.spec.weeks)) for first in edges]

    @property
    def foreseen(self) -> list[dict[str, Any]]:
        """How well each observation was foreseen: what was expected before it was seen, and its chance.

        For a number it is the chance of something as far out; for the rest, of what was seen.
        """
        return [_foreseen(one) for one in self.steps]

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        ahead = (self.week + 1, self.spec.weeks)
        errors = self.errors
        return {
            "scenario": {"title": self.spec.title, "hash": self.spec.hash},
            "observations": None if self.observations is None else self.observations.title,
            "seed": self.seed,
            **({} if self.region is None else {"region": self.region}),
            "particles": self.particles,
            "from": self.today.isoformat(),
            "until": (self.spec.start + timedelta(weeks=self.spec.weeks, days=-1)).isoformat(),
            "classes": {
                name: {"with": share, "error": _plain(errors[name]), "without": self.before.classes[name]}
                for name, share in self.after.classes.items()
            },
            "first": {
                name: {"with": self.after.come(*rung, *ahead), "without": self.before.come(*rung, *ahead)}
                if ahead[0] <= ahead[1]
                else None
                for name, rung in FIRSTS.items()
            },
            "quarters": [
                {
                    "from": (self.spec.start + timedelta(weeks=first - 1)).isoformat(),
                    **{name: self.after.come(*rung, first, last) for name, rung in FIRSTS.items()},
                }
                for first, last in self.quarters
            ],
            "foreseen": self.foreseen,
            "learned": self.learned.to_dict("records") if self.speaks else None,
            "readings": {
                name: {"before": before, "after": after, "error": _plain(error)}
                for name, (before, after, error) in self.readings.items()
            }
            if self.speaks
            else None,
            "log_evidence": self.islands.log_evidence,
            "effective": self.effective,
            "islands": len(self.islands.each),
            "islands_worth": self.islands.worth,
            "ancestors": self.islands.ancestors,
            "generations": self.islands.generations,
        }


def outlook(
    scenario: Scenario | str | Path,
    observed: Observations | str | Path | None = None,
    *,
    ahead: int | None = None,
    particles: int = 4000,
    seed: int = 0,
    readings: bool = False,
    keep: Sequence[str] = (),
    threads: int | None = None,
    region: Points | str | Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Outlook:
    """Weigh cases of the plausible region by what was observed, and let them go on from there.

    Without observations the particles are the runs of `sim.run` across plausible parameters, bit for bit.

    Parameters
    ----------
    scenario
        A scenario, the name of a shipped one, or a path.
    observed
        Observations, the name of shipped ones, or a path; None: nothing was observed.
    ahead
        Weeks from the last observation to the end; None: to the end of the scenario.
    particles
        Number of particles, from 100.
    seed
        Which stream of chance.
    readings
        Whether the reading of the article is among what varies.
    keep
        Variables whose course is kept beside those that were observed.
    threads
        Number of threads (default: all cores). The result does not depend on it.
    region
        Where particles come from, a region that `panj calibrate` left or its file; None: the calibrated one.
    progress
        Called with the number of particles that are done, filter by filter.

    Raises
    ------
    ResultError
        The region cannot be read, or is of another source.
    ScenarioError
        An argument is wrong, an observation lies outside the scenario, is impossible, or leaves too few
        particles to speak of; it is named.
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    seen = observed if isinstance(observed, Observations | None) else load_observations(observed)
    particles = arguments.runs(particles, 100, "particles")
    seed = arguments.seed(seed)
    arguments.threads(threads)
    if readings and spec.reading is not None:
        raise ScenarioError(
            "the scenario has a reading of its own, so readings cannot vary; drop one of both"
        )
    points = region if isinstance(region, Points | None) else load_points(region)
    rows = in_order(spec, seen)
    week = due(rows[-1], spec.start) if rows else 0
    if ahead is not None:
        spec = spec.replace(weeks=week + arguments.whole("ahead", ahead, 0 if week else 1))
    names = reading_names() if readings else []
    keep = tuple(dict.fromkeys([*_charted(rows), *arguments.names("keep", keep)]))
    for name in keep:
        if name not in load().world:
            raise ScenarioError(f"keep: {unknown('variable', name, load().world)}")
    specs = [spec.replace(reading=name) for name in names] or [spec]
    vary = [uncertain(one, load()) for one in specs]
    varied = [name for name in vary[0] if all(name in one for one in vary)]
    runs = particles // len(specs)
    number = max(1, min(ISLANDS, runs // SMALLEST), -(-runs // LARGEST))
    each = 1 if rows else None
    regions = [Region(one, runs, seed, each, threads=threads, points=points) for one in specs]
    dates = by_date(rows, spec)
    before, after, filters, fresh, shares = [], [], [], [], []
    for island in (part for one in regions for part in one.islands(number)):
        start = island.start()
        before.append(proceed(start.state, threads=threads, keep=keep))
        found = follow(island, dates)
        after.append(proceed(found.state.state, threads=threads, keep=keep) if rows else before[-1])
        filters.append(Filtered(None, found.weights, found.ancestors, found.steps, found.generations))
        common = [island.design.names.index(name) for name in varied]
        fresh.append(start.shares[:, common])
        shares.append(found.state.shares[:, common])
        if progress is not None:
            progress(len(island.replicates))
    islands = together(filters, lambda one: one.title)
    without = Course.of(before, None, keep)
    return Outlook(
        spec,
        seen,
        seed,
        particles,
        without,
        Course.of(after, islands.particles, keep) if rows else without,
        week,
        islands,
        _learned(varied, np.concatenate(fresh), np.concatenate(shares), islands),
        _readings(names, islands),
        None if points is None else points.named,
    )


def follow(region: Region, dates: Sequence[Sequence[Observation]]) -> Filtered[Particles, Observation]:
    """Take the particles of a region past observations, with the chance of its seed."""
    return assimilate(region, dates, len(region.replicates), region.chance)


def by_date(rows: Sequence[Observation], spec: Scenario) -> list[list[Observation]]:
    """Return observations that can be judged at the end of the same week together, in order."""
    return [list(one) for _, one in groupby(rows, lambda row: due(row, spec.start))]


def in_order(spec: Scenario, seen: Observations | None) -> list[Observation]:
    """Return observations by the week in which each can be judged.

    Raises
    ------
    ScenarioError
        One lies outside the scenario's weeks.
    """
    rows = [] if seen is None else sorted(seen.observed, key=lambda one: due(one, spec.start))
    for one in rows:
        early = [one.first] if one.relative_to is None else [one.first, one.relative_to.from_]
        if min(early) < spec.start or due(one, spec.start) > spec.weeks:
            end = spec.start + timedelta(weeks=spec.weeks, days=-1)
            raise ScenarioError(
                f"'{one.title}': expected days from {spec.start} to {end}, the weeks of the scenario, found "
                f"{min(early)} to {one.last}; leave it out, or give the scenario other weeks"
            )
    return rows


def _charted(rows: Sequence[Observation]) -> tuple[str, ...]:
    """Return the variables whose course is kept: single ones that were measured on a day."""
    single = [one.variables[0] for one in rows if one.kind == "value" and len(one.variables) == 1]
    numbers = [name for name in dict.fromkeys(single) if load().world[name].chart]
    return tuple(dict.fromkeys([*numbers, "tension"]))


def _foreseen(step: Step[Observation]) -> dict[str, Any]:
    one = step.observation
    low, middle, high = map(float, quantiles(step.said, step.weights, BAND))
    found: dict[str, Any] = {
        "observation": one.title,
        "low": low,
        "median": middle,
        "high": high,
        "seen": one.equals if one.equals is not None else one.count,
        "chance": float(np.exp(step.log_evidence)),
        "log_evidence": step.log_evidence,
        "effective": step.effective,
    }
    if one.equals is not None:
        from scipy.special import ndtr

        below = float(step.weights @ np.nan_to_num(ndtr((one.equals - step.said) / one.spread)))
        found["chance"] = 2 * min(below, 1 - below)
    return found


def _learned(
    names: Sequence[str], fresh: Floats, now: Floats, islands: Islands[None, Observation]
) -> pd.DataFrame:
    """Return what moved, the largest shift of a mean first."""
    means = np.array([islands.mean(column) for column in now.T])
    table = pd.DataFrame(
        {
            "value": names,
            "mean_before": fresh.mean(axis=0),
            "sd_before": fresh.std(axis=0),
            "mean": means[:, 0],
            "sd": np.sqrt(islands.particles @ (now - means[:, 0]) ** 2),
            "error": means[:, 1],
        }
    )
    shift = ((table["mean"] - table["mean_before"]) / table["sd_before"]).abs()
    return table.iloc[np.argsort(-shift.to_numpy(), kind="stable")].reset_index(drop=True)


def _readings(
    names: Sequence[str], islands: Islands[None, Observation]
) -> dict[str, tuple[float, float, float]]:
    """Return the shares of readings, before and after, with their error."""
    sizes = [len(one.weights) for one in islands.each]
    number = np.repeat(np.arange(len(sizes)) * len(names) // len(sizes), sizes)
    return {
        name: (float((number == k).mean()), *islands.mean(np.asarray(number == k, float)))
        for k, name in enumerate(names)
    }


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
