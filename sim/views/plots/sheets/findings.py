"""What a picture shows, in a sentence computed from the numbers behind it: its title.

Each function takes the table of a sheet, whose first group is what the others are compared with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.shares import SHOWN
from sim.analysis.runs import PLAUSIBLE
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.study.questions import Estimand
from sim.views.numbers import counted, number, percent, points, signed, span
from sim.views.plots import style

if TYPE_CHECKING:
    from sim.analysis.choosing.robustness import Robustness
    from sim.analysis.deciding.boxes import Box, Fit
    from sim.analysis.deciding.indices import Sensitivity
    from sim.model.provenance import Quantity

#: Most letters of the name of a group.
NAME = 34


def ends(table: pd.DataFrame) -> str:
    """Say where most runs end: of one group with its range, of several from the least to the most."""
    rows = table[table["path"].isin(PATHS)]
    groups = list(dict.fromkeys(rows["group"]))
    group = PLAUSIBLE if PLAUSIBLE in groups else groups[0]
    mine = rows[rows["group"] == group].set_index("path")
    path = str(_most(mine.reset_index())["path"])
    if len(groups) > 1 and group != PLAUSIBLE:
        return f"{style.sentence(path)}: {_between(rows[rows['path'] == path])}"
    row: Any = mine.loc[path]
    if row["case_low"] < row["case_high"]:
        sure = f"{span(row['case_low'], row['case_high'])} for 90 % of parameter sets"
    else:
        sure = f"Monte Carlo error {span(row['low'], row['high'])}"
    return f"Most often runs end in {path}: {percent(row['share'])}{_of(group)} ({sure})"


def worse(table: pd.DataFrame) -> str:
    """Say how clashes or worse differ between groups, and whether their intervals leave each other out."""
    rows = table[table["path"] == SHOWN[-1]]
    if len(rows) == 1:
        row = rows.iloc[0]
        return f"Clashes or worse in {percent(row['share'])} of runs ({span(row['low'], row['high'])})"
    least, most = _least(rows), _most(rows)
    same = percent(least["share"]) == percent(most["share"]) or least["high"] < most["low"]
    overlap = "" if same else ", which Monte Carlo error alone may explain"
    return f"Clashes or worse: {_between(rows)}{overlap}"


def sources(table: pd.DataFrame) -> str:
    """Say of which class the assumptions decide most."""
    rows = table[table["path"].isin(PATHS)]
    known = rows[rows["chance"].notna()]
    row = _least(known, "chance")
    return (
        f"Assumptions explain {percent(max(1 - row['chance'], 0.0))} of whether a run ends in {row['path']}, "
        f"and of no other class more{_of(row['condition'])}; the rest is chance"
    )


def moved(table: pd.DataFrame, series: str) -> str:
    """Say which share differs most between two ways to look at the same runs."""
    wide = table.pivot_table(
        index=["group", "path"], columns=series, values="share", sort=False
    ).reset_index()
    names = list(dict.fromkeys(table[series]))
    row = _most(wide.assign(moved=wide[names].max(axis=1) - wide[names].min(axis=1)), "moved")
    shares = ", ".join(f"{percent(row[name])} ({name})" for name in names)
    group = row["group"] if wide["group"].nunique() > 1 else ""
    return f"{style.sentence(row['path'])} moves most: {shares}{_of(group)}"


def joint(table: pd.DataFrame) -> str:
    """Say which pair of highest rungs is reached most."""
    rows = table[(table["rungs"] == "peak") & (table["group"] == table["group"].iloc[0])]
    row = _most(rows)
    up, close = ESCALATION[int(row["escalation"])], RAPPROCHEMENT[int(row["rapprochement"])]
    return f"Most often the highest rungs are {up} and {close}: {percent(row['share'])}{_of(row['group'])}"


def rungs(table: pd.DataFrame) -> str:
    """Say on which rungs most runs stand in the last week."""
    words = []
    group = table["group"].iloc[0]
    for ladder, names in (("escalation", ESCALATION), ("rapprochement", RAPPROCHEMENT)):
        rows = table[(table["group"] == group) & (table["ladder"] == ladder)]
        last = np.array([_most(rows, "week")[f"rung_{k}"] for k in range(6)])
        words.append(f"{names[int(last.argmax())]} ({percent(float(last.max()))})")
    return f"In the last week most runs stand at {words[0]} and at {words[1]}{_of(group)}"


def course(rows: pd.DataFrame, quantity: Quantity, of: str, scale: float, unit: str) -> str:
    """Say from where to where the median of a variable goes."""
    first, last = _least(rows, "week"), _most(rows, "week")
    low, middle, high = (number(float(f"{last[name] / scale:.3g}")) for name in ("q05", "q50", "q95"))
    begin = number(float(f"{first['q50'] / scale:.3g}"))
    what = style.sentence(quantity.meaning.split(",")[0])
    units = "" if unit in ("index", "share", "1") else f" {unit}"
    return f"{what}: median {begin} at first, {middle}{units} at the end (90 % of {of}: {low} to {high})"


def by_when(tables: Sequence[tuple[str, pd.DataFrame]]) -> str:
    """Say in how many runs each event has come by the end."""
    words = []
    for name, table in tables:
        last = table.groupby("group", sort=False)[["share", "low", "high"]].last()
        low, high = float(last["share"].min()), float(last["share"].max())
        if len(last) == 1 or percent(low) == percent(high):
            words.append(f"{name} in {percent(high)}")
        else:
            words.append(f"{name} in {percent(low)} to {percent(high)}")
    return f"By the end: {' of runs, '.join(words)}"


def effects(table: pd.DataFrame, asked: Sequence[Estimand]) -> str:
    """Say what the clearest difference is, and of how many alternatives deadly clashes differ clearly."""
    clear = table[(table["low"] > 0) | (table["high"] < 0)]
    if clear.empty:
        return "Nothing differs beyond Monte Carlo error"
    row = _most(clear.assign(size=clear["effect"].abs() / (clear["high"] - clear["low"]).clip(1e-12)), "size")
    question = next(one for one in asked if str(one) == row["question"])
    share = row["unit"] == "share"
    digits = 1 if row["unit"] == "week" else 2
    size, low, high = (
        points(row[end]) if share else signed(row[end], digits) for end in ("effect", "low", "high")
    )
    unit = "points" if share else {"week": "weeks"}.get(row["unit"], row["unit"])
    what = style.sentence(question.label.removeprefix("share of ").removeprefix("mean "))
    return f"{what}: {size} {unit} ({low} to {high}) with {_short(row['group'])}, the clearest difference"


def flows(tables: Sequence[tuple[str, str, NDArray[np.int64]]]) -> str:
    """Say under which alternative most runs end in another class, and where they go most often."""
    flipped = [pairs.sum() - np.trace(pairs) for *_, pairs in tables]
    k = int(np.argmax([count / pairs.sum() for count, (*_, pairs) in zip(flipped, tables, strict=True)]))
    _, name, pairs = tables[k]
    if not flipped[k]:
        return "No run ends in another class"
    apart = pairs - np.diag(np.diag(pairs))
    here, there = np.unravel_index(int(apart.argmax()), apart.shape)
    return (
        f"{percent(flipped[k] / pairs.sum())} end in another class with {_short(name)}, most often in "
        f"{PATHS[there]} instead of {PATHS[here]} ({percent(apart.max() / pairs.sum())})"
    )


def means(names: Sequence[str], values: Sequence[float]) -> str:
    """Say between which means groups lie."""
    return f"Clashes or worse: {_between(pd.DataFrame({'group': names, 'share': values}))}"


def corners(name: str, mean: NDArray[np.float64], words: Iterable[str]) -> str:
    """Say where the cases of a group lie on average."""
    parts = ", ".join(f"{percent(float(one))} {word}" for one, word in zip(mean, words, strict=True))
    return f"On average {parts}{_of(name)}"


def over_grid(data: pd.DataFrame, axes: Sequence[str]) -> str:
    """Say where on a grid the share is least and most."""
    low, high = _least(data), _most(data)
    least, most = (", ".join(f"{axis} {row[axis]:.3g}" for axis in axes) for row in (low, high))
    return f"Clashes or worse: from {percent(low['share'])} ({least}) to {percent(high['share'])} ({most})"


def drivers(ranking: Sensitivity) -> str:
    """Say what stands out from an input that does nothing, if anything does."""
    if not ranking.clear:
        return "Nothing stands out from an input that does nothing"
    more = len(ranking.clear) - 1
    others = f"; {counted(more, 'other')} {'stands' if more == 1 else 'stand'} out" if more else ""
    return f"{ranking.clear[0]} decides most{others}"


def box(limits: Box, overall: Fit) -> str:
    """Say how much more often the condition is met within a box."""
    where = " and ".join(map(str, limits.limits))
    often = f"{percent(limits.fit.density)} of cases meet it where {where}"
    return f"{often}; of all cases {percent(overall.density)}"


def policies(judgement: Robustness) -> str:
    """Say which choice loses least, and how many others nothing beats."""
    best = style.sentence(_short(judgement.favourite))
    unbeaten = f"{int(judgement.pareto.sum())} of {len(judgement.policies)}"
    return f"{best} has the least regret; {unbeaten} are beaten by no other"


def _least(rows: pd.DataFrame, column: str = "share") -> Any:
    """Return the first row with the least value of a column."""
    return rows.iloc[int(np.argmin(rows[column].to_numpy(np.float64)))]


def _most(rows: pd.DataFrame, column: str = "share") -> Any:
    """Return the first row with the largest value of a column."""
    return rows.iloc[int(np.argmax(rows[column].to_numpy(np.float64)))]


def _between(rows: pd.DataFrame) -> str:
    """Write the least and the most of shares of groups, with whose they are."""
    least, most = _least(rows), _most(rows)
    if len(rows) == 1:
        return f"{percent(least['share'])}{_of(least['group'])}"
    if percent(least["share"]) == percent(most["share"]):
        return f"{percent(most['share'])} in each group"
    ends = (f"{percent(row['share'])} ({_short(row['group'])})" for row in (least, most))
    return " to ".join(ends)


def _of(group: str) -> str:
    """Write of which group something is said; nothing where there is but one without a name."""
    words = _short(group)
    return f" {words}" if words.startswith(("at ", "across ")) else f" with {words}" if words else ""


def _short(name: object) -> str:
    return style.short(str(name), NAME)
