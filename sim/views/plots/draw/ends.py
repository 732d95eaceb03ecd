"""Where runs end, drawn from the tables of `sim.analysis.answers.shares` and `.effects`.

Each function takes the rows of a group and an Axes to draw on, or makes one, and returns it; so the same
picture stands alone or as one of small multiples.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import ScaledTranslation

from sim.analysis.answers.shares import SHOWN, grid
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.views.numbers import extent
from sim.views.plots import style

#: Most groups that one picture tells apart in rows.
MOST = 48
#: How series of the same shares are told apart: colour and marker.
SERIES = ((style.BLUE, "o"), (style.VERMILION, "s"), (style.ORANGE, "D"))
#: What makes one run end otherwise than another: column, words, colour, hatch.
SOURCES = (
    ("chance", "chance", style.PALE, ""),
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
    """Draw shares of classes with chance, parameters and readings apart, the bloody part hatched.

    Parameters
    ----------
    rows
        Those of one group of `shares.shares`.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.6))
        if rows.empty:
            return style.empty(ax, "no run is valid")
        place = _classes(ax, list(rows["path"]))
        low, high = place - 0.15, place + 0.2
        ax.barh(low, rows["share"], height=0.34, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
        ax.barh(
            low, rows["blood"], height=0.34, color="none", edgecolor=style.BLACK, hatch="/////", linewidth=0
        )
        ax.hlines(low, rows["low"], rows["high"], color=style.BLACK, linewidth=1.3)
        # As in the tables, a range that cannot be told from a point is not estimated: it has no bar.
        ranges = zip(rows["case_low"], rows["case_high"], strict=True)
        known = np.array([extent(lower, upper) != "–" for lower, upper in ranges])
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
        Patch(facecolor="white", edgecolor=style.BLACK, hatch="/////", label="of it: with a deadly clash"),
        Line2D([], [], color=style.BLACK, linewidth=1.3, label=whisker),
    ]
    if cases:
        words = "parameter uncertainty (90 % of parameter sets)"
        handles.append(Patch(facecolor=style.PALE, edgecolor=style.GREY, label=words))
    if readings:
        handles.append(
            Line2D([], [], color=style.ORANGE, linewidth=2.2, label="across readings of the article")
        )
    return handles


def stacked(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw shares of classes as stacked bars, one a group; the whisker is that of clashes or worse.

    Parameters
    ----------
    table
        Of `shares.shares`.
    """
    with style.look():
        ax = style.axes(ax, (8.0, 4.6))
        groups = list(dict.fromkeys(table["group"]))[:MOST]
        if not groups:
            return style.empty(ax, "no run is valid")
        table = table[table["group"].isin(groups)]
        place = np.arange(len(groups))[::-1].astype(float)
        wide = table.pivot(index="group", columns="path", values="share").loc[groups]
        left = np.zeros(len(groups))
        for name in PATHS:
            share = wide[name].to_numpy(np.float64)
            ax.barh(
                place,
                share,
                left=left,
                height=0.62,
                color=style.CLASSES[name],
                hatch=style.DOTTED.get(name),
                edgecolor="white",
                linewidth=0.6,
                label=style.sentence(name),
            )
            left += share
        risk = table[table["path"] == "clashes or worse"].set_index("group").loc[groups]
        ax.hlines(place, risk["low"], risk["high"], color=style.BLACK, linewidth=1.6, zorder=4)
        ax.plot(risk["low"], place, "|", risk["high"], place, "|", color=style.BLACK, markersize=7, zorder=4)
        ax.set_yticks(
            place, [f"{style.short(one, 60)}  ({n:,})" for one, n in zip(groups, risk["runs"], strict=True)]
        )
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 1)
        ax.set_ylim(-0.6, len(groups) - 0.4)
        style.percent(ax.xaxis)
        ax.set_xlabel("share of runs")
        handles, labels = ax.get_legend_handles_labels()
        handles.append(Line2D([], [], color=style.BLACK, marker="|"))
        # So far below in inches, however many bars there are.
        below = ax.transAxes + ScaledTranslation(0, -0.5, ax.figure.dpi_scale_trans)
        ax.legend(
            handles,
            [*labels, "clashes or worse (95 %)"],
            loc="upper left",
            bbox_to_anchor=(0.0, 0.0),
            bbox_transform=below,
            ncols=3,
            fontsize=7.5,
            borderaxespad=0,
        )
        return ax


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
            return style.empty(ax, "no run is valid")
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
        Those of one group and one kind of rungs of `shares.joint`.
    ranges
        Whether to write how far the share moves from case to case, chance taken out.
    """
    with style.look():
        ax = style.axes(ax, (6.4, 5.0))
        if rows.empty:
            return style.empty(ax, "no run is valid")
        table = grid(rows)
        ends = [grid(rows, name) for name in ("case_low", "case_high")]
        # The root lets a cell of one per cent show beside one of sixty; the numbers are in the cells.
        edges = np.arange(-0.5, 6)
        look: dict[str, Any] = {"cmap": style.density(), "vmin": 0, "vmax": 1}
        ax.pcolormesh(edges, edges, np.sqrt(table), edgecolors="white", linewidth=1.2, **look)
        for up, close in zip(*np.nonzero(table >= 0.0005), strict=True):
            share, low, high = table[up, close], ends[0][up, close], ends[1][up, close]
            ink = "white" if np.sqrt(share) > 0.55 else style.BLACK
            known = ranges and np.isfinite(low)
            middle: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
            size = 8 if ranges else 6.5
            ax.text(close, up + (0.14 if known else 0), style.share(share), fontsize=size, **middle)
            if known:
                ax.text(close, up - 0.22, f"{100 * low:.0f}–{100 * high:.0f}", fontsize=6, **middle)
        ax.set_xticks(range(6), [style.broken(name) for name in RAPPROCHEMENT])
        ax.set_yticks(range(6), ESCALATION)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        return ax


def sources(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw what makes one run end otherwise than another: chance, parameters, readings, levers.

    Parameters
    ----------
    rows
        Of `effects.sources`.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.6))
        if rows["chance"].isna().all():
            words = "no case has two valid runs" if len(rows) and rows["runs"].max() else "no run is valid"
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
