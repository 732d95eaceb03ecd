"""One run of a result or of a sweep, by its name: what it was made of, so that it can be run again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model.outcomes import OUTCOMES, PATHS
from sim.scenario.schema import Scenario
from sim.study.identity import other_runs
from sim.study.results.case_values import values
from sim.study.results.loading import load_results
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.study.tables import FIRSTS

NAMES = (
    "a run is named CASE:REPLICATE, as in the columns of outcomes (3:27; 3/27 is the same); "
    "a number alone is that replicate of case 0, which in a result of panj run holds the defaults"
)


@dataclass(frozen=True)
class Which:
    """A run by its name, and what it takes to run it again.

    name : `CASE:REPLICATE`
    row : (parameters + world,) values of its case, or None for the scenario's own
    stored : its row of outcomes, None where it was not run yet
    """

    name: str
    spec: Scenario
    seed: int
    replicate: int
    row: NDArray[np.float64] | None
    stored: pd.Series[Any] | None = None

    @property
    def case(self) -> int:
        """Number of its case."""
        return int(self.name.split(":")[0])


def opened(source: str | Path | Result | Study) -> Result | Study:
    """Return a result or a sweep, read from its folder where a folder is given.

    Raises
    ------
    ResultError
        There is none, or it is damaged.
    """
    return source if isinstance(source, Result | Study) else load_results(source)


def parsed(name: str) -> tuple[int, int]:
    """Return case and replicate from a run's name.

    Raises
    ------
    ResultError
        It is no name of a run.
    """
    match = re.fullmatch(r"(?:([0-9]{1,12})[:/])?([0-9]{1,18})", name.strip(), re.ASCII)
    if match is None:
        raise ResultError(f"run {name!r}: {NAMES}")
    return int(match[1] or 0), int(match[2])


def find(source: Result | Study, name: str) -> Which:
    """Return the run of this name.

    Raises
    ------
    ResultError
        There is no such run, or the source that numbers depend on has changed since it was made.
    """
    case, replicate = parsed(name)
    _same_source(source)
    if not isinstance(source, Result):
        spec, replicate, row = source.run((case, replicate))
        stored = source.row(case, replicate)
        return Which(f"{case}:{replicate}", spec, source.experiment.seed, replicate, row, stored)
    rows = source.every_run[source.every_run["case"] == case]
    if rows.empty:
        cases = int(source.every_run["case"].max())
        raise ResultError(f"run {name}: no case {case}; this result has the cases 0 to {cases}; {NAMES}")
    if replicate not in set(rows["replicate"].tolist()):
        first, last = int(rows["replicate"].min()), int(rows["replicate"].max())
        raise ResultError(
            f"run {name}: case {case} has the replicates {first} to {last}, found {replicate}; {NAMES}"
        )
    own = None if case == 0 else values(source)[case]
    stored = rows[rows["replicate"] == replicate].iloc[0]
    return Which(f"{case}:{replicate}", source.spec, source.seed, replicate, own, stored)


def agree(run: Which, outcome: np.void) -> None:
    """Refuse a run that, run again, came to something else than what is stored of it.

    Parameters
    ----------
    outcome
        What it came to, as the engine says it.

    Raises
    ------
    ResultError
        Naming the first outcome that differs.
    """
    if run.stored is None or not pd.isna(run.stored["failure"]):
        return
    for name in OUTCOMES:
        now, then = float(outcome[name]), run.stored[name]
        then = PATHS.index(then) if name == "path" else float(then)
        now = np.inf if name in FIRSTS and np.isnan(now) else now
        if now != then:
            raise ResultError(
                f"run {run.name}: run again it is not the run that is stored ({name}: {then:g} stored, "
                f"{now:g} now); the result was altered, or made where arithmetic differs; make it anew"
            )


def _same_source(source: Result | Study) -> None:
    if why := other_runs(source.identity):
        raise ResultError(
            f"{why}, so running one of its runs again might give another run; make the result anew"
        )
