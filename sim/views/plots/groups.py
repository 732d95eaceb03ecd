"""Pictures of one group of a sweep's cases, or of a few side by side, drawn from the tables behind them.

Each function takes the rows of its group and an Axes to draw on, or makes one, and returns it; so the
same picture stands alone or as one of small multiples.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.answers.by_group import SHOWN
from sim.model.outcomes import ESCALATION, RAPPROCHEMENT
from sim.model.registry import load
from sim.views.plots import style
from sim.views.plots.time import FIRSTS, SCALED

#: How series of the same shares are told apart: colour and marker.
SERIES = ((style.BLUE, "o"), (style.VERMILION, "s"), (style.ORANGE, "D"))
#: What makes one run end otherwise than another: column, words, colour, hatch.
SOURCES = (
    ("chance", "chance (seed noise)", style.PALE, ""),
    ("parameters", "parameters, from case to case", style.SKY, ""),
    ("readings", "readings of the article", style.ORANGE, "////"),
    ("levers", "levers", style.BLUE, "...."),
)


def _classes(ax: Axes, names: Sequence[str]) -> np.ndarray:
    """Lay out one row a class, the sum apart from them, and return their places from the top."""
    place = np.arange(len(names))[::-1].astype(float)
    if names[-1] == SHOWN[-1]:
        place[-1] -= 0.35
    ax.set_yticks(place, [style.sentence(name) for name in names])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(place[-1] - 0.6, place[0] + 0.6)
    return place


def uncertainty(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw shares of classes with chance, parameters and readings apart, as for an ensemble.

    Parameters
    ----------
    rows
        Those of one group of `by_group.shares`.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.6))
        if rows.empty:
            return style.empty(ax, "no sound run")
        place = _classes(ax, list(rows["path"]))
        low, high = place - 0.15, place + 0.2
        ax.barh(low, rows["share"], height=0.34, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
        ax.hlines(low, rows["low"], rows["high"], color=style.BLACK, linewidth=1.3)
        known = rows["case_low"].notna().to_numpy()
        wide = (rows["case_high"] - rows["case_low"])[known]
        ax.barh(
            high[known],
            wide,
            left=rows["case_low"][known],
            height=0.2,
            color=style.PALE,
            edgecolor=style.GREY,
            linewidth=0.8,
        )
        if rows["reading_low"].notna().any():
            ax.hlines(
                place + 0.38, rows["reading_low"], rows["reading_high"], color=style.ORANGE, linewidth=2.2
            )
        style.percent(ax.xaxis)
        ax.grid(axis="x")
        return ax


def uncertainty_key(whisker: str, cases: bool, readings: bool) -> list[Artist]:
    """Return what stands in the legend of `uncertainty`."""
    handles: list[Artist] = [
        Patch(facecolor=style.SKY, edgecolor=style.BLUE, label="share of runs"),
        Line2D([], [], color=style.BLACK, linewidth=1.3, label=whisker),
    ]
    if cases:
        words = "90 % of cases, chance taken out: parameters"
        handles.append(Patch(facecolor=style.PALE, edgecolor=style.GREY, label=words))
    if readings:
        handles.append(Line2D([], [], color=style.ORANGE, linewidth=2.2, label="from reading to reading"))
    return handles


def dots(rows: pd.DataFrame, series: str, ax: Axes | None = None) -> Axes:
    """Draw the same shares several times over, under other orders or models, with their intervals.

    Parameters
    ----------
    rows
        `path`, `share`, `low`, `high`, and the column `series` that tells them apart.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.6))
        names = list(dict.fromkeys(rows[series]))
        if not names:
            return style.empty(ax, "no sound run")
        place = _classes(ax, list(dict.fromkeys(rows["path"])))
        for k, name in enumerate(names):
            mine = rows[rows[series] == name]
            y = place + 0.22 * ((len(names) - 1) / 2 - k)
            colour, marker = SERIES[k % len(SERIES)]
            ax.hlines(y, mine["low"], mine["high"], color=colour, linewidth=1.3)
            ax.plot(
                mine["share"],
                y,
                marker,
                color=colour,
                markersize=4.5,
                markeredgecolor="white",
                markeredgewidth=0.5,
                label=name,
                clip_on=False,
                zorder=4,
            )
        for y in (place[:-1] + place[1:]) / 2:
            ax.axhline(y, color="#EEEEEE", linewidth=0.6, zorder=0)
        style.percent(ax.xaxis)
        ax.grid(axis="x")
        return ax


def joint(rows: pd.DataFrame, ax: Axes | None = None, ranges: bool = True) -> Axes:
    """Draw a joint table of the two ladders; in each cell the share and, below it, 90 % of cases.

    Parameters
    ----------
    rows
        Those of one group and one kind of rungs of `by_group.joint`.
    ranges
        Whether to write how far the share moves from case to case, chance taken out.
    """
    with style.look():
        ax = style.axes(ax, (6.4, 5.0))
        if rows.empty:
            return style.empty(ax, "no sound run")
        table = rows["share"].to_numpy(np.float64).reshape(6, 6)
        ends = [rows[name].to_numpy(np.float64).reshape(6, 6) for name in ("case_low", "case_high")]
        # The root lets a cell of one per cent show beside one of sixty; the numbers are in the cells.
        edges = np.arange(-0.5, 6)
        look: dict[str, Any] = {"cmap": style.density(), "vmin": 0, "vmax": 1}
        ax.pcolormesh(edges, edges, np.sqrt(table), edgecolors="white", linewidth=1.2, **look)
        for up, close in zip(*np.nonzero(table >= 0.0005), strict=True):
            share, low, high = table[up, close], ends[0][up, close], ends[1][up, close]
            ink = "white" if np.sqrt(share) > 0.55 else style.BLACK
            told = ranges and np.isfinite(low)
            middle: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            size = 8 if ranges else 6.5
            ax.text(close, up + (0.14 if told else 0), style.share(share), fontsize=size, **middle)
            if told:
                ax.text(close, up - 0.22, f"{100 * low:.0f}–{100 * high:.0f}", fontsize=6, **middle)
        ax.set_xticks(range(6), [style.broken(name) for name in RAPPROCHEMENT])
        ax.set_yticks(range(6), ESCALATION)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        return ax


def rungs(rows: pd.DataFrame, ladder: str, start: date, ax: Axes | None = None) -> Axes:
    """Draw shares of runs on each rung of a ladder over dates.

    Parameters
    ----------
    rows
        Those of one group and ladder of `by_group.ladders`.
    """
    with style.look():
        ax = style.axes(ax)
        if rows.empty:
            return style.empty(ax, "no sound run")
        when = style.days(start, int(rows["week"].max()))
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


def band(rows: pd.DataFrame, variable: str, start: date, ax: Axes | None = None) -> Axes:
    """Draw how a weekly value lies from case to case, and dashed what chance adds within the middle case.

    Parameters
    ----------
    rows
        Those of one group and variable of `by_group.bands`.
    """
    one = load().world[variable]
    scale, unit = SCALED.get(one.unit, (1.0, one.unit))
    with style.look():
        ax = style.axes(ax)
        if rows.empty:
            return style.empty(ax, "no sound run")
        when = np.datetime64(start, "D") + 7 * rows["week"].to_numpy(np.int64)
        level = {name: rows[name].to_numpy(np.float64) / scale for name in rows if str(name)[0] in "qc"}
        ax.fill_between(when, level["q05"], level["q95"], color="#CFE3F1", linewidth=0, label="90 % of cases")
        ax.fill_between(when, level["q25"], level["q75"], color="#7FB5DA", linewidth=0, label="50 % of cases")
        ax.plot(when, level["q50"], color="#04365C", label="median case")
        for k, name in enumerate(("chance_low", "chance_high")):
            words = None if k else "90 % of the runs of the middle case: chance"
            ax.plot(
                when, level[name], color=style.VERMILION, linestyle=(0, (4, 2)), linewidth=0.9, label=words
            )
        style.calendar(ax, when)
        ax.grid(axis="y")
        if one.unit in ("index", "share"):
            ax.set_ylim(0, 1)
        ax.set_ylabel(unit)
        return ax


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
        By column of outcomes, those of one group of `by_group.incidence`.
    against
        The same of the group that this one is compared with: thin grey lines.
    """
    with style.look():
        ax = style.axes(ax)
        first = next(iter(rows.values()))
        if first.empty or first["runs"].sum() == 0:
            return style.empty(ax, "no sound run")
        when = style.days(start, int(first["week"].max()))
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


def forest(rows: pd.DataFrame, ax: Axes | None = None, colour: str = style.BLUE) -> Axes:
    """Draw what each group adds to the first, pair by pair, with 95 % intervals.

    Parameters
    ----------
    rows
        Those of one question of `group_effects.effects`.
    """
    with style.look():
        ax = style.axes(ax)
        if rows.empty:
            return style.empty(ax, "no two runs differ in this alone")
        place = np.arange(len(rows))[::-1].astype(float)
        ax.axvline(0, color=style.GREY, linewidth=0.9)
        ax.hlines(place, rows["low"], rows["high"], color=style.BLACK, linewidth=1.3)
        clear = ((rows["low"] > 0) | (rows["high"] < 0)).to_numpy()
        for flag in (True, False):
            ax.plot(
                rows["effect"][clear == flag],
                place[clear == flag],
                "o",
                color=colour,
                markersize=5,
                markerfacecolor=colour if flag else "white",
            )
        ax.set_yticks(place, [style.short(one, 34) for one in rows["group"]])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        if rows["unit"].iloc[0] == "share":
            style.points(ax.xaxis)
        ax.grid(axis="x")
        return ax


def sources(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what makes one run end otherwise than another: chance, parameters, readings, levers.

    Parameters
    ----------
    rows
        Of `group_effects.sources`.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.6))
        if rows["chance"].isna().all():
            words = "no case has two sound runs" if len(rows) and rows["runs"].max() else "no sound run"
            return style.empty(ax, f"{words}, so chance cannot be told from the rest")
        place = _classes(ax, list(rows["path"]))
        left = np.zeros(len(rows))
        for column, words, colour, hatch in SOURCES:
            part = rows[column].fillna(0).to_numpy(np.float64)
            if part.max() > 0 or column in ("chance", "parameters"):
                ax.barh(
                    place,
                    part,
                    left=left,
                    height=0.66,
                    color=colour,
                    hatch=hatch,
                    edgecolor="white",
                    linewidth=0.6,
                    label=words,
                )
            left += part
        for y, known, rest in zip(place, rows["chance"].notna(), 1 - rows["chance"], strict=True):
            words = f"{style.share(max(rest, 0))} not chance" if known else "never or always"
            ax.annotate(
                words,
                (1, y),
                (4, 0),
                textcoords="offset points",
                va="center",
                fontsize=7.5,
                color="#555555",
                annotation_clip=False,
            )
        ax.set_xlim(0, 1)
        style.percent(ax.xaxis)
        ax.set_xlabel("share of the variance of one run")
        return ax
