"""Arrays of runs as the tables of a result, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.engine.ensemble import Block
from sim.model.outcomes import LADDERS as LADDERS
from sim.model.outcomes import OUTCOMES, PATHS
from sim.model.provenance import Quantity

PARTS = ("defaults", "plausible")
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}

#: Outcomes that are first weeks on a rung.
FIRSTS = tuple(name for name, one in OUTCOMES.items() if one.kind == "week")

Ints = NDArray[np.int64]


def outcomes(part: str, case: Ints, block: Block, variables: Sequence[str]) -> pd.DataFrame:
    """Return one row a run: what it is, where it went, or why it failed.

    Counts are nullable whole numbers. A first week is a float, infinite where the rung was never reached, so
    that `<=`, `>`, their negations, means over them and medians count such a run as it is: later than any
    week. Everything but `failure` is missing in a failed run, and nothing in a sound one.
    """
    rows = block.outcomes
    failed = block.failure_week > 0
    columns: dict[str, object] = {
        "case": case,
        "replicate": np.arange(len(case)),
        "part": named(np.full(len(case), PARTS.index(part)), PARTS),
    }
    for name, one in OUTCOMES.items():
        values = rows[name]
        missing = np.isnan(values)
        if one.kind == "week":
            columns[name] = weeks(values, failed)
        elif one.kind == "class":
            codes = np.where(missing, -1, values).astype(np.int64)
            columns[name] = named(codes, PATHS)
        elif one.kind == "flag":
            columns[name] = pd.arrays.BooleanArray(np.nan_to_num(values) > 0.5, missing)
        elif one.kind == "real":
            columns[name] = values.copy()
        else:
            columns[name] = pd.arrays.IntegerArray(np.nan_to_num(values).astype(np.int64), missing)
    reasons = np.full(len(case), None, dtype=object)
    for run in np.flatnonzero(failed):
        variable = variables[int(block.failure_variable[run])]
        reasons[run] = f"week {int(block.failure_week[run])}: {variable} left its bounds or is no number"
    columns["failure"] = pd.array(reasons, dtype="string")
    return pd.DataFrame(columns)


def weeks(first: NDArray[np.float64], failed: NDArray[np.bool_]) -> pd.arrays.FloatingArray:
    """Return first weeks, NaN where there is none, as a column: infinite for never, missing for failed."""
    return pd.arrays.FloatingArray(np.where(np.isnan(first), np.inf, first), failed)


def reached(first: pd.Series[Any]) -> NDArray[np.bool_]:
    """Return (R,) whether a first week ever came."""
    week: NDArray[np.float64] = first.to_numpy(np.float64, na_value=np.nan)
    return np.isfinite(week)


def beside(design: pd.DataFrame) -> pd.DataFrame:
    """Return a design whose columns may stand beside outcomes: a start value of an outcome's name says so."""
    return design.rename(columns={name: at_start(name) for name in map(str, design)})


def at_start(name: str) -> str:
    """Return what something that varies is called beside outcomes: `approval` is one already."""
    return f"{name}_at_start" if name in OUTCOMES else name


def changes(case: Ints, first: int, ladders: NDArray[np.int8]) -> pd.DataFrame:
    """Return one row a change of rung.

    Parameters
    ----------
    case
        (R,) case of each run.
    first
        Replicate of the first of them.
    ladders
        (R, weeks + 1, 2) rungs; −1 after a failure.

    Returns
    -------
    pandas.DataFrame
        `case`, `replicate`, `week`, `ladder`, `from`, `to`, by run, week, ladder. Before week 0 every
        ladder counts as 0, so the table alone gives the ladders back; `to` −1 is where a run failed.
    """
    before = np.concatenate([np.zeros_like(ladders[:, :1]), ladders[:, :-1]], axis=1)
    run, week, which = np.nonzero(ladders != before)
    return pd.DataFrame(
        {
            "case": case[run],
            "replicate": first + run,
            "week": week.astype(np.int32),
            "ladder": named(which, LADDERS),
            "from": before[run, week, which],
            "to": ladders[run, week, which],
        }
    )


def ladders(table: pd.DataFrame, runs: int, weeks: int) -> NDArray[np.int8]:
    """Return the ladders (runs, weeks + 1, 2) that the changes of one part add up to."""
    steps = np.zeros((runs, weeks + 1, 2), np.int8)
    place = tuple(table[name].to_numpy() for name in ("replicate", "week"))
    which = pd.Categorical(table["ladder"], categories=LADDERS).codes
    steps[(*place, which)] = table["to"].to_numpy() - table["from"].to_numpy()
    return np.cumsum(steps, axis=1, dtype=np.int8)


def quantiles(part: str, kept: NDArray[np.float64], charts: Sequence[Quantity]) -> pd.DataFrame:
    """Return the quantiles of every charted variable by week, failed runs left out.

    `kept` is (runs, weeks + 1, len(charts)). Interpolates linearly between runs, as NumPy does.
    """
    good = kept[np.isfinite(kept).all(axis=(1, 2))]
    weeks = kept.shape[1]
    columns: dict[str, object] = {
        "part": named(np.full(weeks * len(charts), PARTS.index(part)), PARTS),
        "variable": named(np.repeat(np.arange(len(charts)), weeks), [one.name for one in charts]),
        "week": np.tile(np.arange(weeks, dtype=np.int32), len(charts)),
    }
    # One sort of contiguous rows is many times quicker than asking for each quantile.
    n = len(good)
    ordered = np.ascontiguousarray(good.transpose(2, 1, 0)).reshape(weeks * len(charts), n)
    ordered.sort(axis=1)
    for name, share in QUANTILES.items():
        columns[name] = _between(ordered, share * (n - 1)) if n else np.full(len(ordered), np.nan)
    columns["runs"] = np.full(len(ordered), n)
    columns["mean"] = ordered.mean(axis=1) if n else np.full(len(ordered), np.nan)
    return pd.DataFrame(columns)


def named(codes: NDArray[Any], names: Sequence[str]) -> pd.Categorical[Any]:
    """Return names by their numbers; −1 is missing."""
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(pd.Index(list(names))))


def _between(ordered: NDArray[np.float64], place: float) -> NDArray[np.float64]:
    below = int(place)
    above = min(below + 1, ordered.shape[1] - 1)
    low, high = ordered[:, below], ordered[:, above]
    return np.asarray(low + (high - low) * (place - below))


def dates(start: date, weeks: int) -> NDArray[np.datetime64]:
    """Return the day each row of a trajectory stands for: the start, then the end of each week."""
    return np.datetime64(start, "D") + 7 * np.arange(weeks + 1)
