"""One run for each path class: the medoid, the run that lies nearest to all others of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.shares import codes
from sim.analysis.groups import Group
from sim.analysis.runs import Stored, view
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
    runs = view(source)
    part = runs.part(runs.groups(runs.whole)[0] if isinstance(source, Result) else Group("", runs.sample))
    if not len(part.rows):
        raise ResultError("every run failed, so none is typical of anything")
    code = codes(part.rows)
    first = np.sort(np.concatenate([np.flatnonzero(code == number)[:MOST] for number in range(len(PATHS))]))
    rows = part.rows.take(first)[["case", "replicate", *COMPARED]].reset_index(drop=True)
    rungs = ladders(rows, runs)
    found = []
    for number, path in enumerate(PATHS):
        mine = np.flatnonzero(code[first] == number)
        if len(mine):
            chosen = rows.iloc[mine[medoid(rungs[mine], rows.loc[mine, list(COMPARED)])]]
            name = f"{int(chosen['case'])}:{int(chosen['replicate'])}"
            found.append(Typical(path, name, int((code == number).sum()), len(code)))
    return found


def ladders(rows: pd.DataFrame, runs: Stored) -> NDArray[np.int8]:
    """Return the rungs (rows, weeks + 1, 2) of some runs, by their `case` and `replicate`."""
    rungs = np.zeros((len(rows), runs.weeks + 1, len(LADDERS)), np.int8)
    for row, moved in runs.moves(rows):
        which = pd.Categorical(moved["ladder"], categories=list(LADDERS)).codes
        rungs[row, moved["week"], which] = moved["to"].to_numpy() - moved["from"].to_numpy()
    np.cumsum(rungs, axis=1, out=rungs)
    return rungs


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
    apart = np.abs(places[:, None] - places[None, :])
    found: NDArray[np.float64] = np.zeros(len(rungs))
    for column in rungs.T:
        found += (np.bincount(column, minlength=RUNGS) @ apart)[column]
    found /= rungs.shape[1]
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
