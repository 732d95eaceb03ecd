"""One view of runs: an ensemble is a sweep of two groups, at the defaults and across plausible parameters.

Three kinds of uncertainty stay apart in every answer. *Chance*: runs of one case differ by their draws.
*Parameters*: cases differ by values that nobody knows. *Readings*: cases differ by how the article is
understood. Columns `low` and `high` bound the first, and the second as far as cases are a sample;
`case_low` and `case_high` are the second alone; `reading_low` and `reading_high` the third.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.groups import Group, by_value, one_by_one, within
from sim.analysis.statistics import intervals
from sim.engine.ensemble import Block
from sim.errors import ResultError, ScenarioError, nearest
from sim.model.outcomes import OUTCOME_DTYPE
from sim.scenario.schema import Scenario
from sim.study import tables
from sim.study.questions import Estimand
from sim.study.results import case_values
from sim.study.results.parts import Rows, Table
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.study.sweep.place import SEARCH

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: The two groups of an ensemble.
DEFAULTS, PLAUSIBLE = "at the defaults", "across plausible parameters"
#: Designs whose base points are a sample of the ranges, rather than points somebody chose.
SAMPLED = ("lhs", "sobol", "saltelli", "morris")
#: Columns of a design that say what a case is, not what it holds.
KEYS = ("case", "base", "group")
#: The most cases that are compared one by one.
MOST_CASES = 200
#: The most cases of a table that are told apart by themselves unless something else is asked for.
MOST_LISTED = 60


#: What is said of each quantity in a group.
COLUMNS = (
    *("group", "share", "low", "high", "case_low", "case_high", "reading_low", "reading_high"),
    *("cases", "runs"),
)


class Part(NamedTuple):
    """The sound runs of a group.

    case : (runs,) the case of each; ways : how they hang together
    reading : (runs,) how the article is read in each; None where that does not vary
    shared : whether all cases are run on the same draws of chance
    """

    name: str
    rows: Table
    case: Ints
    ways: list[intervals.Way]
    reading: NDArray[Any] | None
    shared: bool

    def answers(self, asked: Estimand, weeks: int) -> Floats:
        """Return (runs,) the numbers whose mean is the answer to a question."""
        return asked.of(self.rows[["failure", *asked.columns]], weeks)

    def interval(self, hits: NDArray[Any]) -> intervals.Interval:
        """Return shares of (runs, quantities) hits with their intervals."""
        return intervals.score([intervals.tally(hits, way) for way in self.ways])

    def shares(self, hits: NDArray[Any]) -> pd.DataFrame:
        """Return shares of (runs, quantities) hits, a row each, with the three kinds of uncertainty.

        Returns
        -------
        pandas.DataFrame
            `group`, `share`, `low`, `high` (95 %: chance, and which cases were drawn), `case_low`,
            `case_high` (90 % of cases, chance taken out), `reading_low`, `reading_high` (lowest and highest
            mean under one reading; NaN where readings are not among what is uncertain), `cases`, `runs`.
        """
        share = self.interval(hits)
        place, many = intervals.dense(self.case)
        total = np.bincount(place).astype(np.float64)
        cases = [
            between(np.asarray(np.bincount(place, hit), np.float64), total, self.shared) for hit in hits.T
        ]
        low = high = np.full(hits.shape[1], np.nan)
        names = () if self.reading is None else pd.unique(self.reading)
        if len(names) > 1:
            means = np.array([hits[self.reading == name].mean(axis=0) for name in names])
            low, high = means.min(axis=0), means.max(axis=0)
        return pd.DataFrame(
            {
                "group": self.name,
                "share": share.value,
                "low": share.low,
                "high": share.high,
                "case_low": [one.low for one in cases],
                "case_high": [one.high for one in cases],
                "reading_low": low,
                "reading_high": high,
                "cases": many,
                "runs": len(self.rows),
            }
        )


def between(hits: Floats, runs: Floats, shared: bool) -> intervals.Spread:
    """Return how a share lies from case to case, chance taken out, from (cases,) hits and runs.

    Where all cases share their draws, chance moves all of them alike and is not between them.
    """
    if not shared:
        return intervals.between_cases(hits, runs)
    share = hits[runs > 0] / runs[runs > 0]
    if len(share) < 2:
        return intervals.UNKNOWN
    low, high = np.quantile(share, [0.05, 0.95])
    return intervals.Spread(float(low), float(high), float(share.std(ddof=1)))


class Runs:
    """The runs of an ensemble or a sweep, as every answer and every picture takes them.

    rows : one row a run that is done; cases : one row a case, everything that varies
    drawn : (cases,) which independent draw of values each case belongs to
    sampled : whether these draws are a sample of the ranges, rather than points somebody chose
    shared : whether all cases are run on the same draws of chance
    """

    #: What kind of thing determines the runs.
    kind = "scenario"
    #: What tells groups of many cases apart, and what is taken unless something else is asked for.
    whole: str = "parts"
    usual: str = "parts"
    #: What weekly values are kept over: the `runs` of a group, the `cases`, or nothing.
    bands = "runs"
    #: Whether the cases were listed one by one.
    listed = False
    #: Shares under each reading of the article, where readings were run by themselves.
    readings = pd.DataFrame({"reading": [], "path": [], "share": []})
    #: The first two numbers that a grid varies.
    axes: Sequence[str] = ()
    #: Whether the alternatives were found by a search.
    searched = False
    #: What is chosen rather than uncertain: alternatives by lever.
    levers: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    #: What happens to whoever chooses: alternatives by condition.
    conditions: Mapping[str, Mapping[str, Any]] = MappingProxyType({})

    def __init__(
        self,
        rows: Table,
        cases: pd.DataFrame,
        drawn: Ints,
        *,
        sampled: bool = True,
        shared: bool = False,
    ) -> None:
        self.rows, self.cases, self.drawn = rows, cases, drawn
        self.sampled, self.shared = sampled, shared

    @cached_property
    def sound(self) -> Table:
        """The runs that did not fail."""
        sound = self.rows["failure"].isna().to_numpy()
        return self.rows if sound.all() else self.rows.take(np.flatnonzero(sound))

    @cached_property
    def _sound_case(self) -> Ints:
        return self.sound["case"].to_numpy(np.int64)

    @property
    def sample(self) -> Flags:
        """(cases,) the cases that differ by what is uncertain or chosen: not the defaults of an ensemble."""
        return np.ones(len(self.cases), bool)

    @property
    def failed(self) -> int:
        """Number of runs that failed."""
        return len(self.rows) - len(self.sound)

    def part(self, group: Group) -> Part:
        """Return the sound runs of a group."""
        rows, case = self.sound, self._sound_case
        if not group.cases.all():
            mine = np.flatnonzero(group.cases[case])
            rows, case = rows.take(mine), case[mine]
        ways = self.ways(case, rows["replicate"].to_numpy(np.int64))
        reading = self.cases["reading"].astype(str).to_numpy()[case] if "reading" in self.cases else None
        return Part(group.name, rows, case, ways, reading, self.shared)

    def parts(self, groups: Sequence[Group] | None = None) -> Iterator[Part]:
        """Yield the sound runs of each group that has any; of the usual groups unless others are given."""
        for one in self.groups() if groups is None else groups:
            part = self.part(one)
            if len(part.rows):
                yield part

    def ways(self, case: Ints, replicate: Ints) -> list[intervals.Way]:
        """Return how runs of these cases and replicates hang together."""
        return intervals.ways(self.drawn[case], replicate, sampled=self.sampled, shared=self.shared)

    def between(self, hits: Floats, runs: Floats) -> intervals.Spread:
        """Return how a share lies from case to case, from (cases,) hits and runs; see `between`."""
        return between(hits, runs, self.shared)

    def groups(self, by: str | None = None) -> list[Group]:
        """Return the cases by what is usual, by `case`, or by one thing that varies, under each condition.

        By `conditions` those of the first policy alone, or what a condition does would be mixed with choices.
        """
        name = by or self.usual
        if name == "case":
            return one_by_one(self.cases)
        if name == "conditions":
            first = self.policies()[0]
            return [Group(one.name, one.cases & first.cases) for one in self.given()]
        if name not in self.cases:
            return self._whole()
        groups = by_value(self.cases[name])
        return groups if name in self.conditions else within(self.given(), groups)

    def given(self) -> list[Group]:
        """Return the cases by what happens in them; all, without a name, where nothing is asked of that."""
        return [Group("", np.ones(len(self.cases), bool))]

    def policies(self) -> list[Group]:
        """Return the cases by what is chosen in them; all, without a name, where nothing is."""
        return [Group("", np.ones(len(self.cases), bool))]

    def _whole(self) -> list[Group]:
        return [Group(DEFAULTS, np.ones(len(self.cases), bool))]

    def named(self, by: str | None) -> str:
        """Return what cases are told apart by: what was asked, or what is usual.

        Raises
        ------
        ScenarioError
            Nothing of that name varies.
        """
        own = ["conditions"] if self.conditions else []
        known = list(dict.fromkeys([self.whole, *own, "case", *map(str, self.cases)]))
        if by is not None and by not in known:
            raise ScenarioError(f"--by: nothing named {by!r} varies{nearest(by, known)}")
        if by == "case" and len(self.cases) > MOST_CASES:
            raise ScenarioError(
                f"--by case: expected at most {MOST_CASES} cases to tell apart, found {len(self.cases):,}; "
                "name what varies instead"
            )
        return by or self.usual

    @property
    def compared(self) -> bool:
        """Whether the usual groups are alternatives on the same chance: levers, conditions, listed cases."""
        return self.usual == "case" or bool(self.levers or self.conditions)

    @property
    def designed(self) -> bool:
        """Whether a design says what decides its answers: values vary, and not as a list of variants."""
        return False

    @cached_property
    def reads(self) -> tuple[list[str], list[str]]:
        """What varies the reading of the article, as uncertainty or as lever, and the other levers."""
        readings = [name for name, one in self.levers.items() if _readings(one.values())]
        choices = [name for name in self.levers if name not in readings]
        return [*readings, *(["reading"] if "reading" in self.cases else [])], choices


class Stored(Runs, ABC):
    """Runs of a stored result.

    source : the result; what : its scenario or experiment; total : how many runs there are once all are done
    """

    source: Any
    what: Any
    seed: int
    total: int
    weeks: int
    citizens: int
    start: date

    @property
    def version(self) -> str:
        """The version of this program that made the runs."""
        return str(self.source.identity["versions"]["panj"])

    @property
    def condition(self) -> str | None:
        """What the runs have in common where they are not all."""
        found: str | None = self.source.condition
        return found

    @abstractmethod
    def changes(self) -> Iterable[pd.DataFrame]:
        """Return the changes of rung, part by part."""

    def moves(self, rows: pd.DataFrame) -> Iterator[tuple[Ints, pd.DataFrame]]:
        """Yield the changes of rung of some runs, part by part, each beside the place of its run in `rows`.

        Parameters
        ----------
        rows
            `case` and `replicate` of each run.
        """
        case, replicate = (rows[name].to_numpy(np.int64) for name in ("case", "replicate"))
        width = replicate.max(initial=0) + 1
        known = case * width + replicate
        order = np.argsort(known, kind="stable")
        known = known[order]
        for moved in self.changes() if len(rows) else ():
            its_case, its_replicate = (moved[name].to_numpy(np.int64) for name in ("case", "replicate"))
            wanted = its_case * width + its_replicate
            place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
            mine = (known[place] == wanted) & (its_replicate < width)
            yield order[place[mine]], moved[mine]

    @abstractmethod
    def weekly(self) -> pd.DataFrame:
        """Return the quantiles by week over the runs of each `group`, or of each `case`.

        Raises
        ------
        ResultError
            None are kept.
        """

    @abstractmethod
    def made(self, cases: Sequence[int]) -> Iterator[tuple[object, Scenario, Floats]]:
        """Yield of each case what runs it: a key of its plan, a scenario with that plan, its values."""


class Ensemble(Stored):
    """An ensemble: case 0 holds the defaults, each other case one draw of everything uncertain."""

    def __init__(self, result: Result) -> None:
        # What the scenario itself holds is told apart by nothing, so case 0 has no value here.
        cases = result.design.set_index("case").reindex(range(len(result.design) + 1))
        super().__init__(result.every_run, cases, np.arange(len(cases)))
        self.source, self.total, self.seed = result, len(result.every_run), result.seed
        self.what, self.readings = result.spec, result.readings
        self.weeks, self.citizens, self.start = result.spec.weeks, result.spec.citizens, result.spec.start

    @property
    def sample(self) -> Flags:
        """(cases,) all but the defaults, where there are others."""
        return np.arange(len(self.cases)) > min(len(self.cases) - 2, 0)

    def _whole(self) -> list[Group]:
        first = np.arange(len(self.cases)) == 0
        groups = [Group(DEFAULTS, first)]
        return [*groups, Group(PLAUSIBLE, ~first)] if len(self.cases) > 1 else groups

    def changes(self) -> Iterable[pd.DataFrame]:
        """Return the changes of rung."""
        return [self.source.every_change]

    def weekly(self) -> pd.DataFrame:
        """Return the quantiles over the runs of each group by week."""
        names_of = dict(zip(tables.PARTS, (DEFAULTS, PLAUSIBLE), strict=True))
        table: pd.DataFrame = self.source.quantiles
        return table.assign(group=table["part"].astype(str).map(names_of)).drop(columns="part")

    def made(self, cases: Sequence[int]) -> Iterator[tuple[object, Scenario, Floats]]:
        """Yield of each case what runs it: a key of its plan, a scenario with that plan, its values."""
        values = case_values.values(self.source)
        yield from ((None, self.source.spec, values[case]) for case in cases)


class Sweep(Stored):
    """A sweep, complete or not."""

    kind = "experiment"

    def __init__(self, study: Study) -> None:
        experiment = study.experiment
        design = study.design
        super().__init__(
            Rows(study) if study.done else _none(study),
            design.drop(columns=[one for one in KEYS if one in design]),
            design["group"].to_numpy(np.int64),
            sampled=experiment.method in SAMPLED,
            shared=experiment.draws == "shared",
        )
        self.source, self.total, self.seed = study, study.runs, experiment.seed
        self.what, self.levers, self.conditions = experiment, experiment.levers, experiment.conditions
        self.weeks, self.citizens = study.setup.longest
        # Where scenarios start on different days, dates are those of the first.
        self.start = experiment.variant(study.setup.choices[0], study.setup.settings[0]).start
        # Where nobody chooses anything, what happens is compared instead.
        self.whole = "conditions" if experiment.conditions and not experiment.levers else "levers"
        self.listed = experiment.method == "cases"
        self.searched = (study.folder / SEARCH).is_dir()
        few = self.listed and not experiment.pieces and 1 < len(design) <= MOST_LISTED
        self.usual = "case" if few else self.whole
        self.bands = "" if experiment.trajectories is None else "cases"
        if experiment.method == "grid":
            self.axes = [name for name, law in experiment.laws.items() if not law.names][:2]

    @property
    def designed(self) -> bool:
        """Whether values vary, and not as a list of variants."""
        return bool(self.source.experiment.laws) and self.usual != "case"

    def _whole(self) -> list[Group]:
        if not self.source.experiment.pieces:
            return [Group("all cases", np.ones(len(self.cases), bool))]
        return within(self.given(), self.policies())

    def given(self) -> list[Group]:
        """Return the cases by what happens in them."""
        experiment = self.source.experiment
        number = np.arange(len(self.cases)) // len(experiment.policies) % len(experiment.occasions)
        return [Group(" / ".join(words), number == k) for k, words in enumerate(experiment.occasions)]

    def policies(self) -> list[Group]:
        """Return the cases by what is chosen in them."""
        policies = self.source.experiment.policies
        number = np.arange(len(self.cases)) % len(policies)
        return [Group(" / ".join(words), number == k) for k, words in enumerate(policies)]

    def changes(self) -> Iterable[pd.DataFrame]:
        """Return the changes of rung, part by part."""
        changes: Iterator[pd.DataFrame] = self.source.pieces("changes")
        return changes

    def weekly(self) -> pd.DataFrame:
        """Return the quantiles of weekly values by case.

        Raises
        ------
        ResultError
            The experiment keeps none.
        """
        kept = self.source.experiment.trajectories
        if kept is None:
            raise ResultError(
                "the experiment keeps no weekly values; 'trajectories: {variables: [rhetoric, tension]}' in "
                "its file would, as quantiles by case"
            )
        table: pd.DataFrame = self.source.trajectories
        if kept.keep == "quantiles":
            return table
        each = table.dropna(subset=list(kept.variables)).groupby(["case", "week"])
        frames = []
        for name in kept.variables:
            wide = pd.DataFrame({key: each[name].quantile(share) for key, share in tables.QUANTILES.items()})
            frames.append(wide.assign(runs=each.size(), variable=name).reset_index())
        return pd.concat(frames, ignore_index=True)

    def made(self, cases: Sequence[int]) -> Iterator[tuple[object, Scenario, Floats]]:
        """Yield of each case what runs it: a key of its plan, a scenario with that plan, its values."""
        setup = self.source.setup
        for case in cases:
            point, setting = divmod(case, len(setup.settings))
            key, row = setup.ready(case)
            yield (
                key,
                setup.experiment.variant(setup.choices[setup.choice(point)], setup.settings[setting]),
                row,
            )


def view(source: Result | Study) -> Stored:
    """Return the runs of an ensemble or a sweep."""
    return Ensemble(source) if isinstance(source, Result) else Sweep(source)


def _readings(pieces: Iterable[Mapping[str, Any]]) -> bool:
    keys = [set(one) for one in pieces]
    return any(keys) and all(one <= {"reading"} for one in keys)


def _none(study: Study) -> pd.DataFrame:
    """Return a table of outcomes without a row."""
    nothing = np.zeros(0, np.int64)
    ladders, kept = np.zeros((0, 1, 2), np.int8), np.zeros((0, 1, 0))
    empty = Block(np.zeros(0, OUTCOME_DTYPE), nothing, nothing, ladders, kept)
    return tables.outcomes("defaults", nothing, empty, list(study.setup.model.world)).drop(columns="part")
