"""What happens by when, group by group: first events, rungs of the ladders, weekly values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.groups import Group
from sim.analysis.runs import Stored
from sim.analysis.statistics import intervals
from sim.model.registry import load
from sim.study.tables import LADDERS, QUANTILES

Floats = NDArray[np.float64]


def incidence(runs: Stored, groups: Sequence[Group], column: str) -> pd.DataFrame:
    """Return by group and week the share of runs in which something has begun.

    Every sound run is watched to the horizon, so the Kaplan–Meier estimate is the plain share of runs;
    those without the event are censored there.

    Returns
    -------
    pandas.DataFrame
        `group`, `week`, `share`, `low`, `high` (pointwise 95 %), `runs`, `waiting` (runs still without it;
        at the last week, those censored).
    """
    weeks = runs.weeks
    frames = []
    for part in runs.parts(groups):
        n = len(part.rows)
        first = part.rows[column].to_numpy(dtype=np.float64, na_value=np.nan)
        begun = np.isfinite(first) & (first <= weeks)
        week = first[begun].astype(np.int64)
        tallies = []
        for unit, stratum in part.ways:
            place = unit[begun] * (weeks + 1) + week
            counted = np.bincount(place, minlength=len(stratum) * (weeks + 1)).reshape(-1, weeks + 1)
            size = np.bincount(unit, minlength=len(stratum)).astype(np.float64)
            tallies.append((np.cumsum(counted, axis=1, dtype=np.float64), size, stratum))
        share = intervals.score(tallies)
        done = np.cumsum(np.bincount(week, minlength=weeks + 1))
        frame = {"group": part.name, "week": np.arange(weeks + 1), "share": share.value}
        ends = {"low": share.low, "high": share.high, "runs": n, "waiting": n - done}
        frames.append(pd.DataFrame(frame | ends))
    return _table(frames, ("group", "week", "share", "low", "high", "runs", "waiting"))


def ladders(runs: Stored, groups: Sequence[Group]) -> pd.DataFrame:
    """Return the share of runs on each rung of each ladder at the end of each week, group by group.

    Returns
    -------
    pandas.DataFrame
        `group`, `ladder`, `week`, `rung_0` … `rung_5`, `runs`.
    """
    weeks, sound = runs.weeks, runs.sound[["case", "replicate"]]
    member = np.full(len(runs.cases), -1)
    for number, group in enumerate(groups):
        member[group.cases] = number
    steps = np.zeros((len(groups), len(LADDERS), weeks + 1, 6))
    for _, moved in runs.moves(sound):
        case, week = moved["case"].to_numpy(np.int64), moved["week"].to_numpy(np.int64)
        which = pd.Categorical(moved["ladder"], categories=LADDERS).codes
        good = member[case] >= 0
        for name, sign in (("to", 1.0), ("from", -1.0)):
            rung = moved[name].to_numpy(np.int64)
            np.add.at(steps, (member[case][good], which[good], week[good], rung[good]), sign)
    counted = np.bincount(member[sound["case"].to_numpy(np.int64)] + 1, minlength=len(groups) + 1)[1:]
    steps[:, :, 0, 0] += counted[:, None]
    on = np.cumsum(steps, axis=2)
    frames = []
    for number, one in enumerate(groups):
        for place, ladder in enumerate(LADDERS) if counted[number] else ():
            share = pd.DataFrame(on[number, place] / counted[number], columns=[f"rung_{k}" for k in range(6)])
            share = share.assign(group=one.name, ladder=ladder, week=np.arange(weeks + 1))
            frames.append(share.assign(runs=int(counted[number])))
    return _table(frames, ("group", "ladder", "week", *(f"rung_{k}" for k in range(6)), "runs"))


def occupancy(ladder: NDArray[np.int8]) -> Floats:
    """Return the share of runs on each rung in each week, (6, weeks + 1), failed runs left out.

    `ladder` is (runs, weeks + 1) with rungs 0 to 5, −1 after a failure.
    """
    good = ladder[(ladder >= 0).all(axis=1)]
    if not len(good):
        return np.full((6, ladder.shape[1]), np.nan)
    return np.array([(good == rung).mean(axis=0) for rung in range(6)])


def bands(runs: Stored, groups: Sequence[Group]) -> pd.DataFrame:
    """Return how weekly values lie, group by group: from case to case and within one, or from run to run.

    Returns
    -------
    pandas.DataFrame
        `group`, `variable`, `week`; `q05`, `q25`, `q50`, `q75`, `q95`: in a sweep, quantiles over cases of a
        case's median (parameters), in an ensemble over the runs of the group; `chance_low`, `chance_high`:
        in a sweep, the median, less and more by what 5 and 95 % of the runs of a case lie from their own
        median, in the middle case (chance); `cases`, `runs` (of a case, or of the group).

    Raises
    ------
    ResultError
        The experiment keeps no weekly values.
    """
    table = runs.weekly()
    if "group" in table:
        wide = table[table["group"].isin([one.name for one in groups]) & (table["runs"] > 0)]
    else:
        table = table[(table["runs"] > 0) & table["q50"].notna()]
        wide = _table([_band(table, one) for one in groups], ("group", "variable", "week", *QUANTILES))
    derived = [name for name, one in load().world.items() if one.derived]
    # What the model computes has its first value at the end of the first week.
    return wide[~(wide["variable"].isin(derived) & (wide["week"] == 0))].reset_index(drop=True)


def _band(table: pd.DataFrame, group: Group) -> pd.DataFrame:
    mine = table[group.cases[table["case"].to_numpy(np.int64)]]
    mine = mine.assign(below=mine["q05"] - mine["q50"], above=mine["q95"] - mine["q50"])
    each = mine.groupby(["variable", "week"], observed=True)
    wide = pd.DataFrame({key: each["q50"].quantile(share) for key, share in QUANTILES.items()})
    wide["chance_low"] = wide["q50"] + each["below"].median()
    wide["chance_high"] = wide["q50"] + each["above"].median()
    wide["cases"], wide["runs"] = each.size(), each["runs"].median().astype(int)
    return wide.reset_index().assign(group=group.name)


def _table(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    some = [one for one in frames if len(one)]
    return pd.concat(some, ignore_index=True) if some else pd.DataFrame({name: [] for name in columns})
