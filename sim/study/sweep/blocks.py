"""An experiment cut into blocks, each a pure function of the experiment and its number.

A block is a range of cases by a range of replicates. Blocks are numbered replicate by replicate, so
that a sweep stopped half-way is a smaller study of the same cases; within a replicate neighbours,
such as the settings of a base point, stay side by side. Where weekly quantiles of a case are asked
for, a block holds all replicates of its cases, and blocks are visited in scattered order instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ensemble import Block, simulate
from sim.errors import PanjError
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.registry import load
from sim.scenario.plan import Plan, plan
from sim.study import tables
from sim.study.experiment.designs import Base, base
from sim.study.experiment.experiment import CHOICES, Experiment

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Weeks of one run that a block is sized by, and how many citizens cost as much as a run without any.
WORK, ALIKE = 2_000_000, 150
SMALLEST, LARGEST = 32, 4096
#: Most blocks of a study, but for the largest.
MOST_BLOCKS = 20_000
#: Most numbers of weekly values that a block may hold.
MOST_KEPT = 8_000_000


@dataclass(frozen=True)
class Layout:
    """How runs fall into blocks.

    cases, replicates : of the whole study
    case_step, replicate_step : of a block
    """

    cases: int
    replicates: int
    case_step: int
    replicate_step: int

    @property
    def across(self) -> int:
        """Number of ranges of cases."""
        return -(-self.cases // self.case_step)

    def __len__(self) -> int:
        return self.across * -(-self.replicates // self.replicate_step)

    def ranges(self, block: int) -> tuple[range, range]:
        """Return the cases and the replicates of a block."""
        row, column = divmod(block, self.across)
        first, start = column * self.case_step, row * self.replicate_step
        return (
            range(first, min(first + self.case_step, self.cases)),
            range(start, min(start + self.replicate_step, self.replicates)),
        )

    def runs(self, block: int) -> int:
        """Return the number of runs of a block."""
        cases, replicates = self.ranges(block)
        return len(cases) * len(replicates)

    def order(self) -> list[int]:
        """Return the numbers of all blocks in the order in which they are run."""
        if self.replicate_step < self.replicates or self.across < 3:
            return list(range(len(self)))
        # Whole cases: every prefix of the order is spread over the design.
        width = (len(self) - 1).bit_length()
        mirrored = (int(f"{one:0{width}b}"[::-1], 2) for one in range(1 << width))
        return [one for one in mirrored if one < len(self)]


@dataclass(frozen=True)
class Made:
    """What a block left: tables by name, and what is told of its runs at once.

    path : (runs,) class of each run in the order of its table, -1 where it failed
    """

    block: int
    tables: dict[str, pd.DataFrame]
    case: Ints
    replicate: Ints
    path: NDArray[np.int8]

    @property
    def failed(self) -> int:
        """Number of failed runs."""
        return int((self.path < 0).sum())


class Setup:
    """An experiment made ready: its cases, its plans, its blocks.

    Parameters
    ----------
    points
        Its base points, where they are drawn already.
    """

    def __init__(self, experiment: Experiment, points: Base | None = None) -> None:
        self.experiment = experiment
        self.model = load()
        self.base = base(experiment) if points is None else points
        self.settings = experiment.alternatives
        self.cases = len(self.base.values) * len(self.settings)
        self.groups = int(self.base.group.max()) + 1 if len(self.base.group) else 0
        self.choices = experiment.choices()
        self._plans: dict[tuple[object, ...], Plan] = {}
        self._made: dict[tuple[int, int], tuple[tuple[object, ...], Floats]] = {}

    @cached_property
    def longest(self) -> tuple[int, int]:
        """Most weeks and most citizens of any scenario of the experiment."""
        specs = [self.experiment.variant(one, each) for one in self.choices for each in self.settings]
        return max(one.weeks for one in specs), max(one.citizens for one in specs)

    @cached_property
    def layout(self) -> Layout:
        """How runs fall into blocks: of the experiment alone, so that every machine cuts alike."""
        weeks, citizens = self.longest
        replicates = self.experiment.replicates
        wanted = self.experiment.block or int(
            np.clip(WORK / (weeks * (1 + citizens / ALIKE)), SMALLEST, LARGEST)
        )
        kept = self.experiment.trajectories
        if self.experiment.block is None:
            wanted = max(wanted, -(-self.cases * replicates // MOST_BLOCKS))
            if kept is not None:
                wanted = max(1, min(wanted, MOST_KEPT // ((weeks + 1) * len(kept.variables))))
        if kept is not None and kept.keep == "quantiles":
            return Layout(self.cases, replicates, max(1, wanted // replicates), replicates)
        step = min(self._rounded(wanted), self.cases)
        return Layout(self.cases, replicates, step, max(1, min(wanted // self.cases, replicates)))

    def _rounded(self, wanted: int) -> int:
        """Cut between groups where blocks hold several, else between base points."""
        settings = len(self.settings)
        group = settings * max(len(self.base.values) // max(self.groups, 1), 1)
        unit = group if group <= wanted else settings
        return max(wanted // unit, 1) * unit

    @property
    def runs(self) -> int:
        """Number of runs of the study."""
        return self.cases * self.experiment.replicates

    def address(self, case: Ints, replicate: Ints) -> Ints:
        """Return which randomness a run is on; runs with the same number share their draws.

        `replicate` counts within a case, from 0. Numbers are dense, so that as many different ones
        are used as the way of drawing needs: one a replicate (shared), a group, or a case.
        """
        draws = self.experiment.draws
        if draws == "shared":
            return replicate.astype(np.int64)
        if draws == "independent":
            return replicate * self.cases + case
        return replicate * self.groups + self.base.group[case // len(self.settings)]

    def block_of(self, case: int, replicate: int) -> int:
        """Return the number of the block that a run, by case and address, is in."""
        every = np.arange(self.experiment.replicates)
        place = int(np.flatnonzero(self.address(np.full(len(every), case), every) == replicate)[0])
        layout = self.layout
        return place // layout.replicate_step * layout.across + case // layout.case_step

    def design(self) -> pd.DataFrame:
        """Return one row a case: `case`, `base`, `group`, every uncertain value, condition and lever."""
        settings = len(self.settings)
        point = np.repeat(np.arange(len(self.base.values)), settings)
        columns: dict[str, object] = {
            "case": np.arange(self.cases),
            "base": point,
            "group": self.base.group[point],
        }
        for k, (name, law) in enumerate(self.experiment.laws.items()):
            values = self.base.values[point, k]
            columns[name] = tables.named(values.astype(np.int64), law.names) if law.names else values
        for k, (name, alternatives) in enumerate(self.experiment.pieces.items()):
            names = list(alternatives)
            codes = np.array([names.index(one[k]) for one in self.settings], np.int64)
            columns[name] = tables.named(np.tile(codes, len(self.base.values)), names)
        return pd.DataFrame(columns)

    # From a case to what the engine takes

    def choice(self, point: int) -> int:
        """Return the number of the (scenario, reading, start) of a base point."""
        number = 0
        for one in CHOICES:
            law = self.experiment.laws.get(one)
            if law is not None:
                number *= len(law.names)
                number += int(self.base.values[point, self.base.names.index(one)])
        return number

    @cached_property
    def _places(self) -> tuple[Ints, Ints]:
        """Columns of the base points that are numbers, and where they go in a row of the engine."""
        names = [*self.model.parameters, *self.model.world]
        columns = [k for k, one in enumerate(self.base.names) if one not in CHOICES]
        return (
            np.array(columns, np.int64),
            np.array([names.index(self.base.names[k]) for k in columns], np.int64),
        )

    def ready(self, case: int) -> tuple[tuple[object, ...], Floats]:
        """Return the key of a case's plan, and its row: parameters, then initial values."""
        point, setting = divmod(int(case), len(self.settings))
        which = (self.choice(point), setting)
        if which not in self._made:
            made = plan(self.experiment.variant(self.choices[which[0]], self.settings[setting]), self.model)
            key = made.shape
            self._plans.setdefault(key, made)
            self._made[which] = key, np.concatenate([made.parameters, made.world])
        key, row = self._made[which]
        row = row.copy()
        columns, places = self._places
        row[places] = self.base.values[point, columns]
        return key, row

    # Running

    def run(
        self,
        block: int,
        *,
        threads: int | None = None,
        progress: Callable[[int], None] | None = None,
        only: Ints | None = None,
    ) -> Made:
        """Run a block; with `only`, just those rows of its table."""
        cases, replicates = self.layout.ranges(block)
        case = np.tile(np.array(cases, np.int64), len(replicates))
        replicate = np.repeat(np.array(replicates, np.int64), len(cases))
        if only is not None:
            case, replicate = case[only], replicate[only]
        address = self.address(case, replicate)
        found = {int(one): self.ready(int(one)) for one in dict.fromkeys(case.tolist())}
        keys = {key: k for k, key in enumerate(dict.fromkeys(one[0] for one in found.values()))}
        of_plan = np.array([keys[found[one][0]] for one in case.tolist()], np.int64)
        kept = self.experiment.trajectories
        keep = tuple(kept.variables) if kept is not None else ()
        outcomes = np.zeros(len(case), OUTCOME_DTYPE)
        failure = np.zeros((2, len(case)), np.int64)
        reasons: dict[int, str] = {}
        changes, weekly = [], []
        for key, number in keys.items():
            rows = np.flatnonzero(of_plan == number)
            mine = {one: k for k, one in enumerate(dict.fromkeys(case[rows].tolist()))}
            points = np.array([found[one][1] for one in mine])
            which = np.array([mine[one] for one in case[rows].tolist()], np.int64)
            made, said = guarded(
                self._plans[key],
                self.experiment.seed,
                address[rows],
                points,
                which,
                threads=threads,
                keep=keep,
                progress=progress,
            )
            outcomes[rows], failure[0, rows], failure[1, rows] = (
                made.outcomes,
                made.failure_week,
                made.failure_variable,
            )
            reasons |= {int(rows[k]): text for k, text in said.items()}
            moved = tables.changes(case[rows], 0, made.ladders)
            moved["replicate"] = rows[moved["replicate"].to_numpy()]
            changes.append(moved)
            if kept is not None:
                weekly.append(self._weekly(case[rows], address[rows], made))
        whole = Block(outcomes, failure[0], failure[1], np.zeros((0, 1, 2), np.int8), np.zeros((0, 1, 0)))
        table = tables.outcomes("defaults", case, whole, list(self.model.world)).drop(columns="part")
        table["replicate"] = address
        for row, text in reasons.items():
            table.loc[row, "failure"] = text
        moved = pd.concat(changes, ignore_index=True).sort_values(
            ["replicate", "week", "ladder"], kind="stable", ignore_index=True
        )
        moved["replicate"] = address[moved["replicate"].to_numpy()]
        left = {"outcomes": table, "changes": moved}
        if weekly:
            left["trajectories"] = pd.concat(weekly, ignore_index=True)
        path = np.where(failure[0] > 0, -1, np.nan_to_num(outcomes["path"], nan=-1.0)).astype(np.int8)
        return Made(block, left, case, address, path)

    def _weekly(self, case: Ints, address: Ints, made: Block) -> pd.DataFrame:
        kept = self.experiment.trajectories
        assert kept is not None
        values = made.kept.copy()
        values[made.failure_week > 0] = np.nan
        wanted = np.isin(case, kept.cases) if kept.cases is not None else np.ones(len(case), bool)
        weeks = np.arange(values.shape[1], dtype=np.int32)
        if kept.keep == "full":
            rows = np.flatnonzero(wanted)
            return pd.DataFrame(
                {
                    "case": np.repeat(case[rows], len(weeks)),
                    "replicate": np.repeat(address[rows], len(weeks)),
                    "week": np.tile(weeks, len(rows)),
                    **{name: values[rows, :, k].ravel() for k, name in enumerate(kept.variables)},
                }
            )
        frames = [
            _quantiles(one, values[case == one], kept.variables)
            for one in dict.fromkeys(case[wanted].tolist())
        ]
        return (
            pd.concat(frames, ignore_index=True) if frames else _quantiles(0, values[:0], kept.variables)[:0]
        )


def _quantiles(case: int, values: Floats, variables: list[str]) -> pd.DataFrame:
    """Return quantiles over the sound replicates of a case, by variable and week."""
    good = values[np.isfinite(values).all(axis=(1, 2))]
    weeks = values.shape[1]
    columns: dict[str, object] = {
        "case": np.full(weeks * len(variables), case),
        "variable": tables.named(np.repeat(np.arange(len(variables)), weeks), variables),
        "week": np.tile(np.arange(weeks, dtype=np.int32), len(variables)),
    }
    shares = list(tables.QUANTILES.values())
    found = np.quantile(good, shares, axis=0) if len(good) else np.full((5, weeks, len(variables)), np.nan)
    for k, name in enumerate(tables.QUANTILES):
        columns[name] = found[k].T.ravel()
    columns["runs"] = np.full(weeks * len(variables), len(good))
    mean = good.mean(axis=0) if len(good) else np.full((weeks, len(variables)), np.nan)
    columns["mean"] = mean.T.ravel()
    return pd.DataFrame(columns)


def guarded(
    ready: Plan, seed: int, replicates: Ints, points: Floats, which: Ints, **options: Any
) -> tuple[Block, dict[int, str]]:
    """Run, and where a rule raises, run one by one, so that only the run at fault is lost.

    Returns
    -------
    Block, dict
        What came of the runs; reasons of those that raised, by their place.
    """
    try:
        return simulate(ready, seed, replicates, points, which, **options), {}
    except (PanjError, MemoryError, OSError):
        raise
    except Exception:
        pass  # not swallowed: each run is tried by itself below, and its reason becomes its row
    options = {**options, "threads": 1, "progress": None}
    runs, wide = len(replicates), len(options["keep"])
    whole = Block(
        np.zeros(runs, OUTCOME_DTYPE),
        np.zeros(runs, np.int64),
        np.zeros(runs, np.int64),
        np.full((runs, ready.weeks + 1, 2), -1, np.int8),
        np.full((runs, ready.weeks + 1, wide), np.nan),
    )
    reasons: dict[int, str] = {}
    for k in range(runs):
        place = slice(k, k + 1)
        try:
            one = simulate(ready, seed, replicates[place], points, which[place], **options)
        except (PanjError, MemoryError, OSError):
            raise
        except Exception as error:
            reasons[k] = f"{type(error).__name__}: {error}"[:500]
            whole.outcomes.view(np.float64).reshape(runs, -1)[k] = np.nan
            whole.failure_week[k] = 1
            continue
        for name in ("outcomes", "failure_week", "failure_variable", "ladders", "kept"):
            getattr(whole, name)[k] = getattr(one, name)[0]
    return whole, reasons


def lost(setup: Setup, block: int, reason: str) -> Made:
    """Return the rows of a block that could not be run at all: every run failed, for this reason."""
    cases, replicates = setup.layout.ranges(block)
    case = np.tile(np.array(cases, np.int64), len(replicates))
    address = setup.address(case, np.repeat(np.array(replicates, np.int64), len(cases)))
    runs = len(case)
    outcomes = np.zeros(runs, OUTCOME_DTYPE)
    outcomes.view(np.float64)[:] = np.nan
    gone = Block(
        outcomes,
        np.ones(runs, np.int64),
        np.zeros(runs, np.int64),
        np.full((runs, 1, 2), -1, np.int8),
        np.zeros((runs, 1, 0)),
    )
    table = tables.outcomes("defaults", case, gone, list(setup.model.world)).drop(columns="part")
    table["replicate"] = address
    table["failure"] = pd.array([reason] * runs, dtype="string")
    moved = tables.changes(case, 0, gone.ladders[:, :0])
    left = {"outcomes": table, "changes": moved}
    kept = setup.experiment.trajectories
    if kept is not None:
        nothing = Block(
            outcomes,
            gone.failure_week,
            gone.failure_variable,
            gone.ladders,
            np.full((runs, 1, len(kept.variables)), np.nan),
        )
        left["trajectories"] = setup._weekly(case, address, nothing)[:0]
    return Made(block, left, case, address, np.full(runs, -1, np.int8))


@lru_cache(maxsize=2)
def setup_of(text: str) -> Setup:
    """Return the setup of an experiment given by its canonical text; a worker keeps the last two."""
    return Setup(Experiment.of(json.loads(text)))
