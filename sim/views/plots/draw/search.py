"""What a search found: goals against each other, how far each seed came, when plans switch and where it ends.

Each function takes an Axes to draw on, or makes one, and returns it; the map makes its own figure.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.analysis.choosing.plans import COMMITMENT, HALF_YEAR
from sim.model.outcomes import PATHS
from sim.study.questions import Estimand, estimand
from sim.views.plots import style
from sim.views.storyline import deed

if TYPE_CHECKING:
    from sim.analysis.choosing.plans import Confirmation

#: Panels of a map of pathways at most.
MOST_PANELS = 8


def tradeoff(found: Confirmation, tried: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the first two goals against each other: what was tried, and the front on fresh cases.

    Parameters
    ----------
    tried
        The evaluations of the search, as `Record.table`.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.8))
        goals = found.search.goals[:2]
        here, there = (tried[one.question] for one in goals)
        ax.scatter(here, there, 7, color=style.PALE, label="tried in the search", zorder=1)
        rows = [found.table[found.table["goal"] == one.question] for one in goals]
        errors = [
            np.abs(one[["low", "high"]].to_numpy(np.float64).T - one["value"].to_numpy(np.float64))
            for one in rows
        ]
        x, y = (one["value"].to_numpy(np.float64) for one in rows)
        held = ~rows[0]["name"].isin(list(found.failed)).to_numpy()
        ax.errorbar(x, y, errors[1], errors[0], fmt="none", ecolor=style.SKY, elinewidth=0.8, zorder=2)
        for mine, face, label in (
            (held, style.BLUE, "on the front, on fresh cases"),
            (~held, "white", "on the front in the search, not on fresh cases"),
        ):
            if mine.any():
                ax.scatter(
                    x[mine], y[mine], s=55, facecolor=face, edgecolor=style.BLUE, label=label, zorder=3
                )
        before = tried[tried["candidate"] == "{}"]
        if len(before):
            here, there = (before[one.question].iloc[:1] for one in goals)
            ax.scatter(
                here, there, 55, marker="x", color=style.GREY, label="no plan, in the search", zorder=2
            )
        bare = [(one["value"] - one["added"]).to_numpy(np.float64)[:1] for one in rows]
        if np.isfinite(bare).all():
            ax.scatter(bare[0], bare[1], 70, marker="X", color=style.BLACK, label="no plan, on fresh cases")
        style.name_points(ax, x, y, [one.split()[-1] for one in rows[0]["name"]])
        for one, axis in zip(goals, (ax.xaxis, ax.yaxis), strict=True):
            asked = estimand(one.question)
            words = f"{_label(asked)} ({'more' if one.better > 0 else 'less'} is better)"
            axis.set_label_text("\n".join(textwrap.wrap(words, 44)))
            if asked.unit == "share":
                style.percent(axis)
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=2, frameon=False, fontsize=8)
        return ax


def progress(course: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw which share of the space of goals each seed has beaten by how many evaluations."""
    with style.look():
        ax = style.axes(ax, (7.0, 3.4))
        colours = (style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.VERMILION, style.SKY)
        for number, mine in course.groupby("seed"):
            colour = colours[int(str(number)) % len(colours)]
            ax.plot(mine["evaluations"], mine["hypervolume"], color=colour, label=f"search {number}")
        ax.set_xlabel("candidates judged")
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        ax.set_ylabel("hypervolume")
        ax.set_ylim(0, 1.03)
        style.percent(ax.yaxis)
        ax.legend(loc="lower right", frameon=False)
        return ax


def branches(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield of a table of pathways each plan, what a commitment of it that waits is to, and its rows."""
    for (plan, *commitment), mine in table.groupby(["plan", *COMMITMENT], sort=False):
        yield str(plan), deed(*map(str, commitment)), mine


def begun(rows: pd.DataFrame) -> float:
    """Return in what share of runs a commitment began at all, of its rows."""
    return 1 - float(rows.loc[rows["from_week"] == 0, "share"].sum())


def pathways(table: pd.DataFrame, start: date) -> Figure:
    """Draw for each commitment that reacts in which half-year it began, and where those runs ended."""
    with style.look():
        shown = list(branches(table))[:MOST_PANELS]
        across = 2 if len(shown) > 1 else 1
        down = -(-len(shown) // across)
        figure = Figure(figsize=(7.2, 0.9 + 2.1 * down), layout="constrained")
        panels = np.atleast_1d(figure.subplots(down, across, sharey=True, squeeze=False)).ravel()
        for ax, (plan, words, mine) in zip(panels, shown, strict=False):
            pathway(mine, int(table["from_week"].max()), start, ax)
            ax.set_title(textwrap.fill(f"{plan}: {words}", 54), fontsize=8.5, loc="left")
        for ax in panels[len(shown) :]:
            ax.set_visible(False)
        figure.legend(handles=ends(table), loc="outside lower center", ncols=4, frameon=False, fontsize=8)
        return figure


def pathway(rows: pd.DataFrame, last: int, start: date, ax: Axes) -> Axes:
    """Draw in which half-year one commitment began, up to that of week `last`, and where its runs ended."""
    weeks = [0, *range(1, last + 1, HALF_YEAR)]
    bottom = np.zeros(len(weeks))
    for path in PATHS:
        ending = rows[rows["path"] == path].set_index("from_week")["share"]
        share = ending.reindex(weeks).fillna(0.0).to_numpy(np.float64)
        ax.bar(range(len(weeks)), share, 0.8, bottom, color=style.CLASSES[path])
        bottom += share
    ax.set_xticks(range(len(weeks)), [_half(start, week) for week in weeks], fontsize=7)
    style.percent(ax.yaxis)
    return ax


def ends(table: pd.DataFrame) -> list[Patch]:
    """Return the entries of a legend for the classes in which runs ended."""
    return [Patch(color=style.CLASSES[path], label=path) for path in PATHS if (table["path"] == path).any()]


def _half(start: date, week: int) -> str:
    """Write when a half-year from this week on begins; 0 stands for never."""
    if not week:
        return "never"
    day = start + timedelta(weeks=week - 1)
    return f"{style.MONTHS[day.month - 1]}\n{day.year}"


def _label(asked: Estimand) -> str:
    return style.sentence(asked.label)
