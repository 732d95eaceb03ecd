"""Two scenarios on the same chance: how pairs flow from class to class, and what the second changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.model.outcomes import PATHS
from sim.views.plots import style
from sim.views.plots.draw.pairs import alluvial, forest

if TYPE_CHECKING:
    from sim.analysis.choosing.compare import Comparison


def flows(found: Comparison, ax: Axes | None = None) -> Axes:
    """Draw the flows of pairs from their class in the first scenario (left) to that in the second (right).

    Bands of pairs that keep their class are pale; those that flip have the colour of where they end.
    """
    return alluvial(found.flows, found.names, ax)


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
