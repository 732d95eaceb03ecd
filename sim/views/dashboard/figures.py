"""What a question's answer holds, and how two of them differ on the same randomness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.over_time import occupancy
from sim.analysis.answers.shares import shares
from sim.analysis.groups import Group
from sim.analysis.one_run.typical import COMPARED, MOST, medoid
from sim.analysis.runs import PLAUSIBLE, Runs
from sim.analysis.statistics import pairs
from sim.engine.ensemble import Block, simulate
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.study import tables
from sim.study.ensemble.blocks import charted
from sim.study.ensemble.cases import Design, plausible

#: What is shown of the share of a class.
SHOWN = ["share", "low", "high", "case_low", "case_high", "blood", "blood_low", "blood_high", "runs"]
#: Fans are those of so many runs at most: weekly values take the memory.
FANNED = 600


@dataclass(frozen=True, eq=False)
class Figures:
    """An ensemble at a storyline's values, as far as it has been run.

    outcomes : one row a run, replicates 0, 1, …, as in a result folder
    rungs : int8 (runs, weeks + 1, 2), of escalation and rapprochement
    occupancy : share of runs on each rung by week, by ladder, (6, weeks + 1)
    quantiles : by charted variable and week, over the first runs
    """

    spec: Scenario
    seed: int
    outcomes: pd.DataFrame
    rungs: NDArray[np.int8]
    occupancy: dict[str, NDArray[np.float64]]
    quantiles: pd.DataFrame

    @property
    def runs(self) -> int:
        """Number of runs so far."""
        return len(self.outcomes)

    @property
    def failed(self) -> int:
        """Number of them that failed."""
        return int(self.outcomes["failure"].notna().sum())

    @property
    def shares(self) -> pd.DataFrame:
        """Share of each class with its interval, by class."""
        return by_class(self.view)

    @property
    def view(self) -> Runs:
        """Its runs, alike but for chance."""
        return alike(self.outcomes)


def prepared(spec: Scenario) -> Plan:
    """Turn a scenario into arrays."""
    return plan(spec, load())


def batch(ready: Plan, seed: int, first: int, last: int, threads: int | None = None) -> Block:
    """Run replicates `first` to `last` - 1; weekly values are kept of the first runs alone."""
    keep = tuple(one.name for one in charted(load())) if first < FANNED else ()
    return simulate(ready, seed, np.arange(first, last), threads=threads, keep=keep)


def summed(spec: Scenario, seed: int, blocks: Sequence[Block]) -> Figures:
    """Put batches together."""
    model = load()
    joined = replace(
        blocks[0],
        **{
            name: np.concatenate([getattr(one, name) for one in blocks])
            for name in ("outcomes", "failure_week", "failure_variable", "ladders")
        },
    )
    kept = np.concatenate([one.kept for one in blocks if one.kept.shape[2]])
    kept[joined.failure_week[: len(kept)] > 0] = np.nan
    runs = len(joined.outcomes)
    return Figures(
        spec,
        seed,
        tables.outcomes("defaults", np.zeros(runs, np.int64), joined, list(model.world)),
        joined.ladders,
        {name: occupancy(joined.ladders[:, :, k]) for k, name in enumerate(tables.LADDERS)},
        tables.quantiles("defaults", kept, charted(model)),
    )


def answer(spec: Scenario, seed: int, runs: int) -> Figures:
    """Run an ensemble in one go."""
    return summed(spec, seed, [batch(prepared(spec), seed, 0, runs)])


def typical(now: Figures, path: str) -> int:
    """Return the replicate of the run that lies nearest to all others of a class that occurs."""
    mine = np.flatnonzero((now.outcomes["path"] == path).to_numpy(bool))[:MOST]
    return int(mine[medoid(now.rungs[mine], now.outcomes.iloc[mine][list(COMPARED)])])


def across(spec: Scenario, seed: int, runs: int) -> tuple[Plan, Design]:
    """Return the cases of the range across plausible parameters, as `panj run` draws them."""
    model, ready = load(), prepared(spec)
    return ready, plausible(spec, model, ready, runs, seed)


def across_batch(ready: Plan, design: Design, seed: int, first: int, last: int) -> Block:
    """Run some of them."""
    return simulate(ready, seed, np.arange(first, last), design.rows, design.case[first:last] - 1)


class Across(Runs):
    """Runs across plausible parameters, without those at the defaults."""

    def _whole(self) -> list[Group]:
        return [Group(PLAUSIBLE, np.ones(len(self.cases), bool))]

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Share of each class with its range over the cases, by class."""
        return by_class(self)


def spread(design: Design, blocks: Sequence[Block]) -> Across:
    """Return runs across plausible parameters."""
    names = [one.name for one in fields(Block)]
    joined = Block(*(np.concatenate([getattr(one, name) for one in blocks]) for name in names))
    rows = tables.outcomes("plausible", design.case, joined, list(load().world))
    cases = int(design.case.max()) + 1
    return Across(rows, pd.DataFrame(index=range(cases)), np.arange(cases))


def alike(outcomes: pd.DataFrame) -> Runs:
    """Return runs that differ by chance alone."""
    return Runs(outcomes.assign(case=0), pd.DataFrame(index=[0]), np.zeros(1, np.int64))


def by_class(runs: Runs) -> pd.DataFrame:
    """Return the shares of the classes by class, of no number where no run is sound."""
    table = shares(runs)
    return (
        table.set_index("path").loc[list(PATHS)] if len(table) else pd.DataFrame(np.nan, list(PATHS), SHOWN)
    )


def differences(now: Figures, pin: Figures) -> pd.DataFrame:
    """Compare two answers run by run on the same randomness.

    Returns
    -------
    pandas.DataFrame
        Index: the classes. Columns: `now`, `pin` (shares over the runs both have), `change` (now less
        pin), `low`, `high` (95 % interval from the pairs).
    """
    runs = min(now.runs, pin.runs)
    here, there = (one.outcomes["path"].cat.codes.to_numpy()[:runs] for one in (now, pin))
    both = (here >= 0) & (there >= 0)
    here, there = here[both], there[both]
    rows = []
    for code in range(len(PATHS)):
        one, two = (here == code).astype(float), (there == code).astype(float)
        found = pairs.effect(one - two)
        rows.append((one.mean(), two.mean(), found.mean, found.low, found.high))
    return pd.DataFrame(
        rows, columns=["now", "pin", "change", "low", "high"], index=pd.Index(PATHS, name="path")
    )


def elsewhere(now: Figures, pin: Figures) -> tuple[int, int]:
    """Return how many runs end in another class on the same randomness, and of how many."""
    runs = min(now.runs, pin.runs)
    here, there = (one.outcomes["path"].cat.codes.to_numpy()[:runs] for one in (now, pin))
    both = (here >= 0) & (there >= 0)
    return int((here != there)[both].sum()), int(both.sum())
