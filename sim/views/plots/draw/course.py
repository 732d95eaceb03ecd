"""What happens by when, drawn from the tables of `sim.analysis.answers.over_time`.

Each function takes the rows of a group and an Axes to draw on, or makes one, and returns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.patheffects import withStroke

from sim.model.outcomes import ESCALATION, RAPPROCHEMENT
from sim.model.registry import load
from sim.study import tables
from sim.views.plots import style


class Mark(NamedTuple):
    """A figure of the article: when, how much, and in which paragraph."""

    day: date
    value: float
    paragraph: int


#: The article's figures, by variable; a day stands for "early" or "mid" of a month. That of ¶10 is of bills
#: since August 2021, and what is owed counts older ones too, so it has no mark.
MARKS = {
    "troops": (Mark(date(2021, 11, 1), 20_000, 6),),
    "refugees_reported": (Mark(date(2021, 9, 5), 10_000, 9), Mark(date(2021, 10, 15), 15_000, 9)),
}

#: The colour of the baseline beside a storyline.
BESIDE = "#8A3B00"

#: Units in which large quantities are read.
SCALED = {"USD": (1e6, "million USD"), "persons": (1e3, "thousand persons")}


#: Events whose first time is drawn: column of outcomes, words, colour, line.
FIRSTS = (
    ("first_escalation_3", "first armed clash", style.VERMILION, "-"),
    ("first_rapprochement_3", "first official talks", style.BLUE, "--"),
)


def rungs(rows: pd.DataFrame, ladder: str, start: date, ax: Axes | None = None) -> Axes:
    """Draw shares of runs on each rung of a ladder over dates.

    Parameters
    ----------
    rows
        Those of one group and ladder of `over_time.ladders`.
    """
    with style.look():
        ax = style.axes(ax)
        if rows.empty:
            return style.empty(ax, "no run is valid")
        when = tables.dates(start, int(rows["week"].max()))
        share = rows[[f"rung_{k}" for k in range(6)]].to_numpy(np.float64).T
        drawn = ax.stackplot(when, np.clip(share, 0, 1), colors=style.RUNGS[ladder])
        for area in drawn:
            area.set(edgecolor="#9A9A9A", linewidth=0.4)
        style.calendar(ax, when)
        ax.set_ylim(0, 1)
        style.percent(ax.yaxis)
        return ax


def rungs_key(ladder: str) -> list[Artist]:
    """Return what stands in the legend of `rungs`, the highest rung first."""
    names = ESCALATION if ladder == "escalation" else RAPPROCHEMENT
    colours = style.RUNGS[ladder]
    return [
        Patch(facecolor=colours[k], edgecolor="#9A9A9A", linewidth=0.4, label=f"{k}  {names[k]}")
        for k in range(5, -1, -1)
    ]


def band(
    rows: pd.DataFrame,
    variable: str,
    start: date,
    ax: Axes | None = None,
    beside: pd.DataFrame | None = None,
    baseline: pd.DataFrame | None = None,
) -> Axes:
    """Draw how a weekly value lies from case to case or from run to run, with the article's figures.

    Parameters
    ----------
    rows
        Those of one group and variable of `over_time.bands`.
    beside
        The same of another group of runs, of which 90 % are dashed; of cases, the chance within the middle
        one is.
    baseline
        The same of `sim.analysis.answers.baseline`, in the same weeks: median and 90 % as lines.
    """
    one = load().world[variable]
    scale, unit = SCALED.get(one.unit, (1.0, one.unit))
    with style.look():
        ax = style.axes(ax)
        if rows.empty or rows["q50"].isna().all():
            return style.empty(ax, "no run is valid")
        when = np.datetime64(start, "D") + 7 * rows["week"].to_numpy(np.int64)
        level = {name: rows[name].to_numpy(np.float64) / scale for name in rows if str(name)[0] in "qc"}
        of = "cases" if "chance_low" in level else "runs"
        ax.fill_between(when, level["q05"], level["q95"], color="#CFE3F1", linewidth=0, label=f"90 % of {of}")
        ax.fill_between(when, level["q25"], level["q75"], color="#7FB5DA", linewidth=0, label=f"50 % of {of}")
        ax.plot(when, level["q50"], color="#04365C", label="median")
        if of == "cases":
            words = "90 % of the runs of the middle case: chance"
            dashed(ax, when, (level["chance_low"], level["chance_high"]), style.VERMILION, words)
        elif beside is not None and len(beside):
            ends = [beside[name].to_numpy(np.float64) / scale for name in ("q05", "q95")]
            dashed(ax, when, ends, style.GREY, f"90 % of runs {beside['group'].iloc[0]}")
        if baseline is not None and len(baseline):
            lines = {name: baseline[name].to_numpy(np.float64) / scale for name in ("q05", "q50", "q95")}
            ax.plot(when, lines["q50"], "-.", color=BESIDE, linewidth=1.4, label="median of the baseline")
            for label, end in (("90 % of the baseline", "q05"), (None, "q95")):
                ax.plot(when, lines[end], ":", color=BESIDE, linewidth=1.0, label=label)
        style.calendar(ax, when)
        _marks(ax, variable, when, scale)
        ax.grid(axis="y")
        if one.unit in ("index", "share"):
            ax.set_ylim(0, 1)
        elif level["q05"].min() >= 0:
            ax.set_ylim(bottom=0)
        ax.set_ylabel("" if unit == "1" else unit)
        return ax


def events(ax: Axes, marks: Sequence[tuple[date, str]]) -> None:
    """Mark the days of events within the axes by numbers, moved apart where days lie close together."""
    low, high = ax.get_xlim()
    # The axis of dates counts in days since 1970.
    days = np.array([np.datetime64(day, "D").astype(np.int64) for day, _ in marks], np.float64)
    inside = (days >= low) & (days <= high)
    names = [words for (_, words), here in zip(marks, inside, strict=True) if here]
    places = style.apart(days[inside], 0.12 * (high - low) / style.wide(ax))
    for day, place, words in zip(days[inside], places, names, strict=True):
        ax.axvline(day, color=style.BLACK, linewidth=0.7, linestyle=(0, (2, 2)), zorder=3)
        ax.text(
            place,
            0.97,
            words,
            transform=ax.get_xaxis_transform(),
            ha="center",
            va="top",
            fontsize=7,
            zorder=6,
            bbox={
                "boxstyle": "round,pad=0.15",
                "facecolor": "white",
                "edgecolor": style.GREY,
                "linewidth": 0.5,
            },
        )


def dashed(ax: Axes, when: np.ndarray, ends: Sequence[np.ndarray], colour: str, words: str) -> None:
    """Draw two dashed lines that bound something."""
    for label, level in zip((words, None), ends, strict=True):
        ax.plot(when, level, color=colour, linestyle=(0, (4, 2)), linewidth=0.9, label=label)


def _marks(ax: Axes, variable: str, when: np.ndarray, scale: float) -> None:
    label: str | None = "figure in the article, with its paragraph"
    for mark in MARKS.get(variable, ()):
        day = np.datetime64(mark.day, "D")
        if not when[0] <= day <= when[-1]:
            continue
        ax.plot(
            [day],
            [mark.value / scale],
            "D",
            color=style.VERMILION,
            markeredgecolor="white",
            markersize=6,
            zorder=5,
            label=label,
            clip_on=False,
        )
        ax.annotate(
            f"¶{mark.paragraph}",
            (day, mark.value / scale),
            (7, -2),
            textcoords="offset points",
            fontsize=8,
            color="#8A3B00",
            va="top",
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        label = None


def curves(
    rows: dict[str, pd.DataFrame],
    start: date,
    ax: Axes | None = None,
    against: dict[str, pd.DataFrame] | None = None,
) -> Axes:
    """Draw cumulative incidence of first clash and first talks with pointwise intervals.

    Parameters
    ----------
    rows
        By column of outcomes, those of one group of `over_time.incidence`.
    against
        The same of the group that this one is compared with: thin grey lines.
    """
    with style.look():
        ax = style.axes(ax)
        first = next(iter(rows.values()))
        if first.empty or first["runs"].sum() == 0:
            return style.empty(ax, "no run is valid")
        when = tables.dates(start, int(first["week"].max()))
        for column, words, colour, line in FIRSTS:
            table = rows[column]
            if against is not None:
                ax.step(
                    when,
                    against[column]["share"],
                    where="post",
                    color=style.GREY,
                    linestyle=line,
                    linewidth=0.9,
                )
            ax.fill_between(
                when, table["low"], table["high"], step="post", color=colour, alpha=0.22, linewidth=0
            )
            ax.step(when, table["share"], where="post", color=colour, linestyle=line, label=words)
            share = float(table["share"].iloc[-1])
            ax.plot(
                [when[-1]],
                [share],
                "o",
                markerfacecolor="white",
                markeredgecolor=colour,
                markersize=4,
                clip_on=False,
                zorder=5,
            )
        style.calendar(ax, when)
        ax.set_ylim(0, 1)
        style.percent(ax.yaxis)
        ax.grid(axis="y")
        return ax
