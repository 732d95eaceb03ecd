"""What one group adds to another on the same chance: differences with intervals, and flows of pairs."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from sim.model.outcomes import PATHS
from sim.views.plots import style

#: Room between two classes, as a share of all pairs.
ROOM = 0.025


def forest(rows: pd.DataFrame, ax: Axes | None = None, colour: str = style.BLUE) -> Axes:
    """Draw what each group adds to the first, pair by pair, with 95 % intervals.

    Parameters
    ----------
    rows
        Those of one question of `effects.effects`.
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
        ax.set_yticks(place, [style.short(one, 48) for one in rows["group"]])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.6, len(rows) - 0.4)
        if rows["unit"].iloc[0] == "share":
            style.points(ax.xaxis)
        ax.xaxis.set_major_locator(MaxNLocator(4))
        ax.grid(axis="x")
        return ax


def alluvial(
    pairs: ArrayLike,
    names: tuple[str, str],
    ax: Axes | None = None,
    room: float = 0.55,
    least: float = 0.0,
    size: float = 8.5,
) -> Axes:
    """Draw (8, 8) pairs of runs by class as flows, from the first (rows, left) to the second (columns).

    Parameters
    ----------
    room
        For the names at each side, in widths of the flows.
    least
        Share of pairs from which a class is named.
    size
        Of their type, in points.
    """
    with style.look():
        ax = style.axes(ax, (8.0, 5.4))
        table = np.asarray(pairs, np.float64)
        if table.sum() == 0:
            return style.empty(ax, "no pair in which both runs are valid")
        table = table / table.sum()
        left, right = _stacked(table.sum(axis=1)), _stacked(table.sum(axis=0))
        for sums, place, x, side in (
            (table.sum(axis=1), left, 0.0, "right"),
            (table.sum(axis=0), right, 1.0, "left"),
        ):
            for k, name in enumerate(PATHS):
                if sums[k] > 0:
                    corner = (x - 0.015, place[k] - sums[k])
                    ax.add_patch(Rectangle(corner, 0.03, sums[k], color=style.CLASSES[name], zorder=3))
            _labels(ax, sums, place, x + (-0.03 if side == "right" else 0.03), side, least, size)
        used_left, used_right = np.zeros(len(PATHS)), np.zeros(len(PATHS))
        for row in range(len(PATHS)):
            for column in range(len(PATHS)):
                if (share := table[row, column]) > 0:
                    a, b = left[row] - used_left[row], right[column] - used_right[column]
                    used_left[row] += share
                    used_right[column] += share
                    _band(ax, a, b, share, row == column, style.CLASSES[PATHS[column]])
        ax.set_xlim(-room, 1 + room)
        foot = min((left - table.sum(axis=1)).min(), (right - table.sum(axis=0)).min())
        ax.set_ylim(foot - 0.02, 1.25)
        ax.set_axis_off()
        for x, words in ((0.0, names[0]), (1.0, names[1])):
            lines = "\n".join(textwrap.wrap(style.short(words, 60), 22))
            heading: dict[str, Any] = {"fontsize": size, "fontweight": "bold", "parse_math": False}
            ax.text(x, 1.04, lines, ha="center", va="bottom", **heading)
        return ax


def _stacked(sums: np.ndarray) -> np.ndarray:
    """Return the top of each class, from 1 downwards, with room between those that occur."""
    tops, at = np.zeros(len(sums)), 1.0
    for k, share in enumerate(sums):
        tops[k] = at
        if share > 0:
            at -= share + ROOM
    return tops


def _labels(
    ax: Axes, sums: np.ndarray, place: np.ndarray, x: float, side: str, least: float, size: float
) -> None:
    """Write the classes beside their bars, moved apart where bars are too thin for it."""
    below = 2.0
    for k, name in enumerate(PATHS):
        if sums[k] <= least:
            continue
        y = min(place[k] - sums[k] / 2, below - 0.052)
        below = y
        ax.text(x, y, f"{style.sentence(name)}  {style.share(sums[k])}", ha=side, va="center", fontsize=size)


def _band(ax: Axes, a: float, b: float, share: float, same: bool, colour: str) -> None:
    x = np.linspace(0.015, 0.985, 40)
    bend = (1 - np.cos(np.pi * (x - x[0]) / (x[-1] - x[0]))) / 2
    top = a + (b - a) * bend
    outline = np.column_stack([np.concatenate([x, x[::-1]]), np.concatenate([top, (top - share)[::-1]])])
    ax.add_patch(
        Polygon(
            outline,
            closed=True,
            facecolor=style.PALE if same else colour,
            alpha=0.55 if same else 0.85,
            edgecolor="none",
            zorder=1 if same else 2,
        )
    )
