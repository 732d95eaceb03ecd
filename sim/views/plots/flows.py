"""Two scenarios on the same chance: how pairs flow from class to class, and what the second changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike

from sim.model.outcomes import PATHS
from sim.views.plots import style
from sim.views.plots.groups import forest

if TYPE_CHECKING:
    from sim.analysis.choosing.compare import Comparison

#: Classes from the worst to the calmest: warm and dark to cool and light, so that a grey print keeps them.
CLASSES = dict(
    zip(
        PATHS,
        ("#4A1204", "#A63A0A", "#8A5A9E", "#E8833A", "#12609B", "#6FB3DD", "#F2C66D", "#CFCFCF"),
        strict=True,
    )
)
#: Room between two classes, as a share of all pairs.
ROOM = 0.025


def flows(found: Comparison, ax: Axes | None = None) -> Axes:
    """Draw the flows of pairs from their class in the first scenario (left) to that in the second (right).

    Bands of pairs that keep their class are pale; those that flip have the colour of where they end.
    """
    return alluvial(found.flows, found.names, ax)


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
            return style.empty(ax, "no pair in which both runs are sound")
        table = table / table.sum()
        left, right = _stacked(table.sum(axis=1)), _stacked(table.sum(axis=0))
        for sums, place, x, side in (
            (table.sum(axis=1), left, 0.0, "right"),
            (table.sum(axis=0), right, 1.0, "left"),
        ):
            for k, name in enumerate(PATHS):
                if sums[k] > 0:
                    corner = (x - 0.015, place[k] - sums[k])
                    ax.add_patch(Rectangle(corner, 0.03, sums[k], color=CLASSES[name], zorder=3))
            _labels(ax, sums, place, x + (-0.03 if side == "right" else 0.03), side, least, size)
        used_left, used_right = np.zeros(len(PATHS)), np.zeros(len(PATHS))
        for row in range(len(PATHS)):
            for column in range(len(PATHS)):
                if (share := table[row, column]) > 0:
                    a, b = left[row] - used_left[row], right[column] - used_right[column]
                    used_left[row] += share
                    used_right[column] += share
                    _band(ax, a, b, share, row == column, CLASSES[PATHS[column]])
        ax.set_xlim(-room, 1 + room)
        ax.set_ylim(min(left.min(), right.min()) - 0.12, 1.12)
        ax.set_axis_off()
        for x, words in ((0.0, names[0]), (1.0, names[1])):
            ax.text(x, 1.06, style.short(words, 28), ha="center", fontweight="bold", parse_math=False)
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


def figure(found: Comparison) -> Figure:
    """Return the picture with its heading and note."""
    made, (ax,) = style.sheet((8.6, 5.8), margins=(0.1, 0.1, 0.45, 0.75))
    with style.look():
        flows(found, ax)
        share = found.flipped
        style.caption(
            made,
            "Which paths flip",
            " → ".join(found.names),
            f"{int(found.sound.sum()):,} pairs of runs, the same chance in both; "
            f"{100 * share.mean:.1f} % end in another class "
            f"(95 % interval, chance alone: {100 * share.low:.1f} to {100 * share.high:.1f} %). "
            "Grey bands keep their class, coloured ones end in the class of their colour.",
            _identity(found),
        )
    return made


def effects(found: Comparison, unit: str = "share", ax: Axes | None = None) -> Axes:
    """Draw what the second scenario adds to the first in all outcomes of a unit, with 95 % intervals."""
    rows = [
        (one.name, one.change.mean, one.change.low, one.change.high, unit)
        for one in found.contrasts
        if one.unit == unit and np.isfinite(one.change.mean)
    ]
    table = pd.DataFrame(rows, columns=["group", "effect", "low", "high", "unit"])
    with style.look():
        ax = style.axes(ax, (6.0, 4.6))
        if table.empty:
            return style.empty(ax, "no pair in which both runs are sound")
        forest(table, ax)
        ax.set_yticks(ax.get_yticks(), [style.sentence(one) for one in table["group"]])
        ax.set_xlabel({"share": "percentage points", "week": "weeks, restricted mean"}.get(unit, unit))
        return ax


def effects_figure(found: Comparison) -> Figure:
    """Return the picture of effects with its heading and note: shares, and times until something happens."""
    n = int(found.sound.sum())
    notes = (
        f"{n:,} pairs of runs, the same chance in both; the second less the first. "
        "Bars: 95 % from the pairs, chance alone; filled where they leave out zero.",
        "Values and readings are those of the two files. Runs that never get there count the horizon.",
    )
    with style.look():
        made, axes = style.sheet((11.0, 4.4), (1, 2), margins=(1.75, 0.3, 0.85, 1.35), gaps=(2.3, 0))
        for ax, (unit, words) in zip(
            axes, (("share", "Shares of runs"), ("week", "Time until it happens")), strict=True
        ):
            effects(found, unit, ax)
            ax.set_title(words)
        style.caption(made, "What it changes", " → ".join(found.names), *notes, _identity(found))
    return made


def _identity(found: Comparison) -> str:
    return (
        f"Scenarios {found.specs[0].hash[:8]} and {found.specs[1].hash[:8]}, seed {found.seed}. "
        "Under the assumptions of these scenarios; not a forecast."
    )


def numbers(found: Comparison) -> dict[str, tuple[pd.DataFrame, str, str]]:
    """Return by picture the numbers behind it, their unit, and what the intervals are."""
    pairs = [
        (here, there, int(found.flows[row, column]))
        for row, here in enumerate(PATHS)
        for column, there in enumerate(PATHS)
    ]
    rows = [
        (
            one.name,
            one.unit,
            one.first.mean,
            one.second.mean,
            one.change.mean,
            one.change.low,
            one.change.high,
            one.change.n,
        )
        for one in found.contrasts
    ]
    names = ["outcome", "unit", "first", "second", "change", "low", "high", "pairs"]
    return {
        "flows": (pd.DataFrame(pairs, columns=["first", "second", "pairs"]), "pairs of runs", "none"),
        "effects": (
            pd.DataFrame(rows, columns=names),
            "see the column unit",
            "low, high: 95 % of the change",
        ),
    }
