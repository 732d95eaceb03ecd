"""Shares of runs, group by group: of the classes, in any order, under any reading; of the ladders together.

Every table has a row a group and quantity, with the columns of `sim.analysis.runs.Part.shares`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.analysis.groups import Group
from sim.analysis.runs import COLUMNS, DEFAULTS, Part, Runs
from sim.model.outcomes import PATHS
from sim.study.questions import WORSE
from sim.study.results.parts import Table
from sim.study.tables import LADDERS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: The classes, and the sum that is asked for most.
SHOWN = (*PATHS, "clashes or worse")
#: Of each, how often there was a deadly clash as well.
BLOOD = ("blood", "blood_low", "blood_high")
_WORSE = [PATHS.index(one) for one in WORSE]

#: Other orders in which the classes may be tried; the last fits always, so it stays last.
ORDERS: dict[str, tuple[str, ...]] = {
    "worst first": PATHS,
    "best first": (*reversed(PATHS[:-1]), PATHS[-1]),
    "talk first": (
        "fight and talk",
        "rapprochement",
        "quiet accommodation",
        "war",
        "fighting",
        "clashes",
        "armed standoff",
        "cold peace",
    ),
}


def codes(rows: Table) -> NDArray[np.int8]:
    """Return the class of each run by its place in `PATHS`."""
    return np.asarray(pd.Categorical(rows["path"], categories=PATHS).codes, np.int8)


def flags(code: NDArray[Any]) -> Flags:
    """Return (runs, 9) whether a run is of each class, and of clashes or worse."""
    hits = code[:, None] == np.arange(len(PATHS))
    return np.column_stack([hits, hits[:, _WORSE].any(axis=1)])


def shares(runs: Runs, groups: Sequence[Group] | None = None) -> pd.DataFrame:
    """Return the share of each class, group by group, and how much of it saw blood.

    Returns
    -------
    pandas.DataFrame
        `path` (the classes, then `clashes or worse`); `blood`, `blood_low`, `blood_high`: the share of all
        runs that are of this class and had a deadly clash. Groups without a sound run are left out.
    """
    return _table((_shares(runs, part) for part in runs.parts(groups)), "path", *BLOOD)


def _shares(runs: Runs, part: Part) -> pd.DataFrame:
    hits = flags(codes(part.rows))
    blood = part.interval(hits & part.rows["blood"].to_numpy(dtype=bool)[:, None])
    table = part.shares(hits)
    if part.name == DEFAULTS and len(readings := between_readings(runs.readings)):
        table["reading_low"], table["reading_high"] = readings["low"], readings["high"]
    table.insert(1, "path", SHOWN)
    return table.assign(blood=blood.value, blood_low=blood.low, blood_high=blood.high)


def under_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the (readings, 9) shares of the classes and of clashes or worse under each reading."""
    wide = readings.pivot(index="reading", columns="path", values="share").reindex(columns=list(PATHS))
    return wide.dropna().assign(**{SHOWN[-1]: wide[list(WORSE)].sum(axis=1)})


def between_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest and the highest share under the readings: `low`, `high`, and which they are.

    Empty where no readings were run.
    """
    wide = under_readings(readings)
    if wide.empty:
        return pd.DataFrame({"path": [], "low": [], "high": [], "low_reading": [], "high_reading": []})
    ends = {"low": wide.min(), "high": wide.max()}
    which = {"low_reading": wide.idxmin(), "high_reading": wide.idxmax()}
    return pd.DataFrame(ends | which).rename_axis("path").reset_index()


def reorder(fits: ArrayLike, order: Sequence[str]) -> Ints:
    """Return the class (its index in `PATHS`) that fits first when classes are tried in another order.

    Parameters
    ----------
    fits
        (R,) bitmask over `PATHS`: bit k is set where the condition of class k holds.
    order
        All eight classes, each once; whichever always fits (`cold peace`) hides those behind it.
    """
    if sorted(order) != sorted(PATHS):
        raise ValueError(f"an order names each of {', '.join(PATHS)} once, found {', '.join(order)}")
    mask = np.asarray(fits, np.int64)
    first = np.full(mask.shape, -1, np.int64)
    for name in order:
        bit = PATHS.index(name)
        first = np.where((first < 0) & ((mask >> bit) & 1 == 1), bit, first)
    return first


def orders(runs: Runs, groups: Sequence[Group] | None = None) -> pd.DataFrame:
    """Return the share of each class when classes are tried in another order: `order`, `path`."""
    frames = []
    for part in runs.parts(groups):
        fits = part.rows["fits"].to_numpy(np.int64)
        for name, order in ORDERS.items():
            hits = flags(reorder(fits, order))
            frames.append(part.shares(hits).assign(order=name, path=SHOWN))
    return _table(frames, "order", "path")


def joint(runs: Runs, groups: Sequence[Group] | None = None) -> pd.DataFrame:
    """Return the joint tables of the two ladders.

    Returns
    -------
    pandas.DataFrame
        `rungs` (`peak`: the highest ever; `final`: in the last week), `escalation`, `rapprochement`.
    """
    frames = (_joint(part, when) for part, when in product(runs.parts(groups), ("peak", "final")))
    return _table(frames, "rungs", "escalation", "rapprochement")


def _joint(part: Part, when: str) -> pd.DataFrame:
    up, close = (part.rows[f"{when}_{ladder}"].to_numpy(np.int8) for ladder in LADDERS)
    rungs = np.arange(6)
    # Rung by rung, for flags of all cells at once would be the largest thing in memory.
    frames = [
        part.shares((up == rung)[:, None] & (close[:, None] == rungs)).assign(escalation=rung)
        for rung in rungs
    ]
    return pd.concat(frames).assign(rungs=when, rapprochement=np.tile(rungs, 6))


def grid(table: pd.DataFrame, column: str = "share") -> Floats:
    """Return a column of one joint table as (6, 6), escalation by rapprochement."""
    return table[column].to_numpy(np.float64).reshape(6, 6)


def _table(frames: Iterable[pd.DataFrame], *labels: str) -> pd.DataFrame:
    made = list(frames)
    return pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=[*labels, *COLUMNS])
