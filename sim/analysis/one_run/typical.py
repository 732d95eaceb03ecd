"""One run for each path class: the medoid, the run that lies nearest to all others of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model.outcomes import OUTCOMES, PATHS
from sim.study.results.result import Result
from sim.study.tables import LADDERS

if TYPE_CHECKING:
    from sim.study.results.study import Study

#: Counts and stocks by which runs are compared, beside their ladders week by week.
COMPARED = tuple(name for name, one in OUTCOMES.items() if one.counted)

#: Of a class with more runs than this, the first so many are compared.
MOST = 20_000

RUNGS = 6


class Typical(NamedTuple):
    """The run that stands for a class: its name, how many runs are of that class, of how many in all."""

    path: str
    run: str
    runs: int
    of: int


def typical(source: Result | Study) -> list[Typical]:
    """Return the medoid of every class that occurs, in the order of the classes.

    Of a result, the runs at the defaults are looked at; of a sweep, all that are done. Two runs differ
    by the mean difference of their rungs over both ladders and all weeks, as a share of the ladder, and
    by the mean difference of their ranks within the class in counts and stocks at the end; the two halves
    weigh the same.

    Raises
    ------
    ResultError
        Every run failed.
    """
    if isinstance(source, Result):
        rows, changes = source.part("defaults"), source.changes_of("defaults")
    else:
        rows, changes = source.outcomes, source.changes
    sound = rows[rows["failure"].isna()]
    if sound.empty:
        raise ResultError("every run failed, so none is typical of anything")
    found = []
    for path in PATHS:
        mine = sound[sound["path"] == path]
        if not mine.empty:
            some = mine.head(MOST).reset_index(drop=True)
            chosen = some.iloc[medoid(ladders(some, changes), some[list(COMPARED)])]
            name = f"{int(chosen['case'])}:{int(chosen['replicate'])}"
            found.append(Typical(path, name, len(mine), len(sound)))
    return found


def ladders(runs: pd.DataFrame, changes: pd.DataFrame) -> NDArray[np.int8]:
    """Return the rungs (runs, weeks, 2) that the table of changes adds up to for these runs."""
    keys = pd.MultiIndex.from_frame(runs[["case", "replicate"]])
    row = keys.get_indexer(pd.MultiIndex.from_frame(changes[["case", "replicate"]]))
    mine = changes[row >= 0]
    weeks = int(changes["week"].max()) + 1
    steps = np.zeros((len(runs), weeks, len(LADDERS)), np.int8)
    which = pd.Categorical(mine["ladder"], categories=list(LADDERS)).codes
    steps[row[row >= 0], mine["week"], which] = mine["to"].to_numpy() - mine["from"].to_numpy()
    return np.cumsum(steps, axis=1, dtype=np.int8)


def medoid(rungs: NDArray[np.int8], outcomes: pd.DataFrame) -> int:
    """Return the row with the least sum of distances to all others; the first of several.

    Parameters
    ----------
    rungs
        (runs, weeks, 2).
    outcomes
        (runs, columns) numbers.
    """
    total = _rung_sums(rungs.reshape(len(rungs), -1)) / (RUNGS - 1)
    ranks = outcomes.astype(float).rank(pct=True).to_numpy()
    total += np.mean([_sums(ranks[:, k]) for k in range(ranks.shape[1])], axis=0)
    return int(np.argmin(total))


def _rung_sums(rungs: NDArray[np.int8]) -> NDArray[np.float64]:
    """Return for each run the sum over all runs of the mean difference, from counts of rungs by week."""
    places = np.arange(RUNGS)
    counts = (rungs[:, :, None] == places).sum(axis=0)  # (columns, rungs)
    cost = counts @ np.abs(places[:, None] - places[None, :])  # from standing on a rung, to all others
    found: NDArray[np.float64] = cost[np.arange(rungs.shape[1]), rungs].mean(axis=1)
    return found


def _sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return for each value the sum of its differences from all values, by one sort."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    before = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
    after = ordered.sum() - before - ordered
    place = np.arange(len(values))
    sums = np.empty(len(values))
    sums[order] = place * ordered - before + after - (len(values) - 1 - place) * ordered
    return sums
