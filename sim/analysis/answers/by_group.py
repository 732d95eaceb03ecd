"""A sweep's answers group by group, a group being the cases that share a choice, a reading, a range.

Three kinds of uncertainty stay apart. *Chance*: runs of one case differ by their draws. *Parameters*:
cases differ by values that nobody knows. *Readings*: cases differ by how the article is understood.
Columns `low` and `high` bound the first, and the second as far as cases are a sample; `case_low` and
`case_high` are the second alone; `reading_low` and `reading_high` the third.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.analysis.answers import distributions
from sim.analysis.answers.questions import WORSE
from sim.analysis.statistics import intervals
from sim.errors import ResultError
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.study.tables import LADDERS, QUANTILES

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest
    from sim.study.results.study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The classes, and the sum that is asked for most.
SHOWN = (*PATHS, "clashes or worse")
_WORSE = [PATHS.index(one) for one in WORSE]


@dataclass(frozen=True)
class Group:
    """Some of the cases of a study, by what they have in common.

    name : what that is; cases : (cases,) whether a case belongs
    """

    name: str
    cases: NDArray[np.bool_]


class Runs(NamedTuple):
    """The sound runs of a group: the rows, and which of what was drawn independently each belongs to."""

    rows: pd.DataFrame
    case: Ints
    ways: list[intervals.Way]

    def interval(self, hits: Floats) -> intervals.Interval:
        """Return shares of (runs, quantities) hits with their intervals."""
        return intervals.score([intervals.tally(hits, way) for way in self.ways])


def of(digest: Digest, group: Group) -> Runs:
    """Return the sound runs of a group."""
    case = digest.sound["case"].to_numpy(np.int64)
    mine = group.cases[case]
    rows, case = digest.sound[mine], case[mine]
    drawn = digest.study.design["group"].to_numpy(np.int64)[case]
    replicate = rows["replicate"].to_numpy(np.int64)
    return Runs(rows, case, intervals.ways(drawn, replicate, **intervals.how(digest.study)))


def codes(rows: pd.DataFrame) -> Ints:
    """Return the class of each run by its place in `PATHS`."""
    return np.asarray(pd.Categorical(rows["path"], categories=PATHS).codes, np.int64)


def flags(code: Ints) -> Floats:
    """Return (runs, 9) whether a run is of each class, and of clashes or worse."""
    hits = (code[:, None] == np.arange(len(PATHS))).astype(np.float64)
    return np.column_stack([hits, hits[:, _WORSE].sum(axis=1)])


def between(digest: Digest, hits: ArrayLike, runs: ArrayLike) -> tuple[float, float]:
    """Return between what 90 % of cases lie, chance taken out, from (cases,) hits and runs.

    Where all cases share their draws, chance moves all of them alike and is not between them; else it
    is taken out as in `distributions.between_cases`.
    """
    if not intervals.how(digest.study)["shared"]:
        found = distributions.between_cases(hits, runs)
        return found.case_low, found.case_high
    some, many = np.asarray(hits, np.float64), np.asarray(runs, np.float64)
    share = some[many > 0] / many[many > 0]
    if len(share) < 2:
        return float("nan"), float("nan")
    low, high = np.quantile(share, [0.05, 0.95])
    return float(low), float(high)


def shares(digest: Digest, groups: Sequence[Group]) -> pd.DataFrame:
    """Return the share of each class, group by group, with the three kinds of uncertainty.

    Returns
    -------
    pandas.DataFrame
        `group`, `path` (the classes, then `clashes or worse`), `share`, `low`, `high` (95 %: chance,
        and which cases were drawn), `case_low`, `case_high` (90 % of cases, chance taken out),
        `reading_low`, `reading_high` (lowest and highest mean under one reading; NaN where readings
        are not among what is uncertain), `cases`, `runs`. Groups without a sound run are left out.
    """
    reading = digest.inputs["reading"].astype(str).to_numpy() if "reading" in digest.inputs else None
    frames = []
    for one in groups:
        runs = of(digest, one)
        if not len(runs.rows):
            continue
        hits = flags(codes(runs.rows))
        found = runs.interval(hits)
        total = np.bincount(runs.case, minlength=len(digest.inputs)).astype(np.float64)
        by_case = [np.bincount(runs.case, hits[:, k], len(total)) for k in range(len(SHOWN))]
        spread = [between(digest, hit, total) for hit in by_case]
        low = high = np.full(len(SHOWN), np.nan)
        if reading is not None:
            mine = reading[runs.case]
            means = np.array([hits[mine == name].mean(axis=0) for name in dict.fromkeys(mine)])
            if len(means) > 1:
                low, high = means.min(axis=0), means.max(axis=0)
        frames.append(
            pd.DataFrame(
                {
                    "group": one.name,
                    "path": SHOWN,
                    "share": found.value,
                    "low": found.low,
                    "high": found.high,
                    "case_low": [low for low, _ in spread],
                    "case_high": [high for _, high in spread],
                    "reading_low": low,
                    "reading_high": high,
                    "cases": int((total > 0).sum()),
                    "runs": len(runs.rows),
                }
            )
        )
    return _joined(
        frames,
        (
            "group",
            "path",
            "share",
            "low",
            "high",
            "case_low",
            "case_high",
            "reading_low",
            "reading_high",
            "cases",
            "runs",
        ),
    )


def orders(digest: Digest, groups: Sequence[Group]) -> pd.DataFrame:
    """Return the share of each class when classes are tried in another order, group by group.

    Returns
    -------
    pandas.DataFrame
        `group`, `order`, `path`, `share`, `low`, `high`, `runs`.
    """
    frames = []
    for one in groups:
        runs = of(digest, one)
        for name, order in distributions.ORDERS.items() if len(runs.rows) else ():
            code = distributions.reorder(runs.rows["fits"].to_numpy(np.int64), order)
            found = runs.interval(flags(code))
            frames.append(
                pd.DataFrame(
                    {
                        "group": one.name,
                        "order": name,
                        "path": SHOWN,
                        "share": found.value,
                        "low": found.low,
                        "high": found.high,
                        "runs": len(runs.rows),
                    }
                )
            )
    return _joined(frames, ("group", "order", "path", "share", "low", "high", "runs"))


def incidence(digest: Digest, groups: Sequence[Group], column: str, weeks: int) -> pd.DataFrame:
    """Return by group and week the share of runs in which something has begun.

    Returns
    -------
    pandas.DataFrame
        `setting` (the group), `week`, `share`, `low`, `high` (pointwise 95 %), `runs`, `waiting`
        (runs still without it; at the last week, those censored).
    """
    frames = []
    for one in groups:
        runs = of(digest, one)
        n = len(runs.rows)
        first = runs.rows[column].to_numpy(dtype=np.float64, na_value=np.nan)
        begun = np.isfinite(first) & (first <= weeks)
        week = first[begun].astype(np.int64)
        tallies = []
        for unit, stratum in runs.ways:
            place = unit[begun] * (weeks + 1) + week
            counted = np.bincount(place, minlength=len(stratum) * (weeks + 1)).reshape(-1, weeks + 1)
            size = np.bincount(unit, minlength=len(stratum)).astype(np.float64)
            tallies.append((np.cumsum(counted, axis=1, dtype=np.float64), size, stratum))
        found = intervals.score(tallies)
        done = np.cumsum(np.bincount(week, minlength=weeks + 1))
        frames.append(
            pd.DataFrame(
                {
                    "setting": one.name,
                    "week": np.arange(weeks + 1),
                    "share": found.value,
                    "low": found.low,
                    "high": found.high,
                    "runs": n,
                    "waiting": n - done,
                }
            )
        )
    return _joined(frames, ("setting", "week", "share", "low", "high", "runs", "waiting"))


def joint(digest: Digest, groups: Sequence[Group]) -> pd.DataFrame:
    """Return the joint tables of the two ladders, group by group.

    Returns
    -------
    pandas.DataFrame
        `group`, `rungs` (`peak`: the highest ever; `final`: in the last week), `escalation`,
        `rapprochement` (rungs), `share`, `low`, `high`, `case_low`, `case_high` (as in `shares`), `runs`.
    """
    cells = np.arange(36)
    frames = []
    for one in groups:
        runs = of(digest, one)
        total = np.bincount(runs.case, minlength=len(digest.inputs)).astype(np.float64)
        for when in ("peak", "final") if len(runs.rows) else ():
            up, close = (runs.rows[f"{when}_{ladder}"].to_numpy(np.int64) for ladder in LADDERS)
            cell = up * 6 + close
            found = runs.interval((cell[:, None] == cells).astype(np.float64))
            counted = np.bincount(runs.case * 36 + cell, minlength=36 * len(total)).reshape(-1, 36)
            spread = [between(digest, counted[:, k], total) for k in cells]
            frames.append(
                pd.DataFrame(
                    {
                        "group": one.name,
                        "rungs": when,
                        "escalation": cells // 6,
                        "rapprochement": cells % 6,
                        "share": found.value,
                        "low": found.low,
                        "high": found.high,
                        "case_low": [low for low, _ in spread],
                        "case_high": [high for _, high in spread],
                        "runs": len(runs.rows),
                    }
                )
            )
    return _joined(
        frames,
        (
            "group",
            "rungs",
            "escalation",
            "rapprochement",
            "share",
            "low",
            "high",
            "case_low",
            "case_high",
            "runs",
        ),
    )


def ladders(digest: Digest, groups: Sequence[Group], weeks: int) -> pd.DataFrame:
    """Return the share of runs on each rung of each ladder at the end of each week, group by group.

    Returns
    -------
    pandas.DataFrame
        `group`, `ladder`, `week`, `rung_0` … `rung_5`, `runs`.
    """
    sound = digest.sound[["case", "replicate"]]
    width = int(sound["replicate"].max()) + 1 if len(sound) else 1
    keys = np.sort(sound["case"].to_numpy(np.int64) * width + sound["replicate"].to_numpy(np.int64))
    member = np.full(len(digest.inputs), -1)
    for number, group in enumerate(groups):
        member[group.cases] = number
    steps = np.zeros((len(groups), len(LADDERS), weeks + 1, 6))
    for moved in _changes(digest.study):
        case, week = moved["case"].to_numpy(np.int64), moved["week"].to_numpy(np.int64)
        which = pd.Categorical(moved["ladder"], categories=LADDERS).codes
        key = case * width + moved["replicate"].to_numpy(np.int64)
        place = np.minimum(np.searchsorted(keys, key), max(len(keys) - 1, 0))
        good = (keys[place] == key if len(keys) else np.zeros(len(key), bool)) & (member[case] >= 0)
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
            share.insert(0, "week", np.arange(weeks + 1))
            share.insert(0, "ladder", ladder)
            share.insert(0, "group", one.name)
            frames.append(share.assign(runs=int(counted[number])))
    return _joined(frames, ("group", "ladder", "week", *(f"rung_{k}" for k in range(6)), "runs"))


def _changes(study: Study) -> Sequence[pd.DataFrame]:
    return [study.changes] if study.condition is not None else list(study.batches("changes"))


def bands(digest: Digest, groups: Sequence[Group]) -> pd.DataFrame:
    """Return how weekly values lie from case to case, and within one, group by group.

    Returns
    -------
    pandas.DataFrame
        `group`, `variable`, `week`; `q05`, `q25`, `q50`, `q75`, `q95`: quantiles over cases of a case's
        median (parameters); `chance_low`, `chance_high`: the median, less and more by what 5 and 95 % of
        the runs of a case lie from their own median, in the middle case (chance); `cases`, `runs`
        (of a case).

    Raises
    ------
    ResultError
        The experiment keeps no weekly values.
    """
    kept = digest.study.experiment.trajectories
    if kept is None:
        raise ResultError(
            "the experiment keeps no weekly values; 'trajectories: {variables: [rhetoric, tension]}' in its "
            "file would, as quantiles by case"
        )
    table = digest.study.trajectories
    if kept.keep == "full":
        table = _by_case(table, kept.variables)
    table = table[(table["runs"] > 0) & table["q50"].notna()]
    frames = []
    for one in groups:
        mine = table[one.cases[table["case"].to_numpy(np.int64)]]
        mine = mine.assign(below=mine["q05"] - mine["q50"], above=mine["q95"] - mine["q50"])
        each = mine.groupby(["variable", "week"], observed=True)
        wide = pd.DataFrame({key: each["q50"].quantile(share) for key, share in QUANTILES.items()})
        wide["chance_low"] = wide["q50"] + each["below"].median()
        wide["chance_high"] = wide["q50"] + each["above"].median()
        wide["cases"], wide["runs"] = each.size(), each["runs"].median().astype(int)
        frames.append(wide.reset_index().assign(group=one.name))
    columns = ("group", "variable", "week", *QUANTILES, "chance_low", "chance_high", "cases", "runs")
    found = _joined([one for one in frames if len(one)], columns)
    derived = [name for name in kept.variables if load().world[name].derived]
    # What the model computes has its first value at the end of the first week.
    return found[~(found["variable"].isin(derived) & (found["week"] == 0))].reset_index(drop=True)


def _by_case(table: pd.DataFrame, variables: Sequence[str]) -> pd.DataFrame:
    """Return quantiles by case of weekly values that were kept in full."""
    each = table.dropna(subset=list(variables)).groupby(["case", "week"])
    frames = []
    for name in variables:
        wide = pd.DataFrame({key: each[name].quantile(share) for key, share in QUANTILES.items()})
        frames.append(wide.assign(runs=each.size(), variable=name).reset_index())
    return pd.concat(frames, ignore_index=True)


def _joined(frames: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame({name: [] for name in columns})
    return pd.concat(frames, ignore_index=True)[list(columns)]


def cases(inputs: pd.DataFrame) -> list[Group]:
    """Return every case as a group of its own, named by what it has that the first has not."""
    made = []
    for number in range(len(inputs)):
        row, first = inputs.iloc[number], inputs.iloc[0]
        other = [_told(name, row[name]) for name in map(str, inputs) if row[name] != first[name]]
        words = ", ".join(other) if other else "as it is" if number == 0 else f"case {number}, as the first"
        made.append(Group(words, np.arange(len(inputs)) == number))
    return made


def _told(name: str, value: object) -> str:
    rule = load().rules.get(name.removeprefix("strength_"))
    if rule is not None and name == rule.strength and value == 0:
        return f"without {rule.name} ({rule.id})"
    return f"{name} = {value:.4g}" if isinstance(value, float) else f"{name}: {value}"
