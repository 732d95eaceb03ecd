"""Two scenarios on the same chance: how pairs flow from class to class, and what the second changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.statistics.pairs import Effect
from sim.model.outcomes import PATHS
from sim.views.numbers import counted, percent, points, signed, span
from sim.views.plots import style
from sim.views.plots.draw.pairs import alluvial, forest
from sim.views.plots.sheets import findings
from sim.views.plots.sheets.sheet import blank

if TYPE_CHECKING:
    from sim.analysis.choosing.compare import Comparison


def flows(pairing: Comparison, ax: Axes | None = None) -> Axes:
    """Draw the flows of pairs from their class in the first scenario (left) to that in the second (right).

    Bands of pairs that keep their class are pale; those that flip have the colour of where they end.
    """
    return alluvial(pairing.flows, pairing.names, ax)


def figure(pairing: Comparison) -> Figure:
    """Return the picture with its heading and note."""
    sheet, (ax,) = blank((8.6, 5.8), (0.1, 0.1, 0.45, 0.75))
    with style.look():
        flows(pairing, ax)
        share = pairing.flipped
        finding = "No pair of runs is valid"
        if pairing.sound.any():
            finding = findings.flows([(*pairing.names, pairing.flows)])
        style.caption(
            sheet,
            finding,
            f"Where runs end in one and in the other – {' → '.join(pairing.names)}. {_pairs(pairing)}; "
            f"{percent(share.mean)} end in another class (Monte Carlo error: {span(share.low, share.high)}).",
            "Grey bands keep their class, coloured ones end in the class of their colour.",
            _identity(pairing),
        )
    return sheet


def _pairs(pairing: Comparison) -> str:
    return f"{counted(pairing.sound.sum(), 'pair')} of runs, the same chance in both"


def effects(pairing: Comparison, unit: str = "share", ax: Axes | None = None) -> Axes:
    """Draw what the second scenario adds to the first in all outcomes of a unit, with 95 % intervals."""
    rows = [
        (one.name, one.change.mean, one.change.low, one.change.high, unit)
        for one in pairing.contrasts
        if one.unit == unit and np.isfinite(one.change.mean)
    ]
    table = pd.DataFrame(rows, columns=["group", "effect", "low", "high", "unit"])
    with style.look():
        ax = style.axes(ax, (6.0, 4.6))
        if table.empty:
            return style.empty(ax, "no pair in which both runs are valid")
        forest(table, ax)
        ax.set_yticks(ax.get_yticks(), [style.sentence(one) for one in table["group"]])
        ax.set_xlabel({"share": "percentage points", "week": "weeks"}.get(unit, unit))
        return ax


def effects_figure(pairing: Comparison) -> Figure:
    """Return the picture of effects with its heading and note: shares, and times until something happens."""
    notes = (
        "Bars: Monte Carlo error (95 %) of the pairs; filled where they leave out zero.",
        "Values and readings are those of the two files. Average weeks: a run in which it never happens "
        "counts its whole length.",
    )
    with style.look():
        sheet, axes = blank((11.0, 4.4), (1.75, 0.3, 0.85, 1.35), 2, gap=2.3)
        for ax, (unit, words) in zip(
            axes, (("share", "Shares of runs"), ("week", "Average weeks until it happens")), strict=True
        ):
            effects(pairing, unit, ax)
            ax.set_title(words)
        names = " → ".join(pairing.names)
        what = f"What the second changes – {names}. {_pairs(pairing)}; the second compared with the first."
        style.caption(sheet, _clearest(pairing), what, *notes, _identity(pairing))
    return sheet


def _clearest(pairing: Comparison) -> str:
    """Say which outcome the second scenario changes most clearly, in units of its interval."""
    clear = [one for one in pairing.contrasts if one.unit in ("share", "week") and _apart(one.change)]
    if not clear:
        return "Nothing changes beyond Monte Carlo error"
    one = max(clear, key=lambda one: abs(one.change.mean) / max(one.change.high - one.change.low, 1e-12))
    share = one.unit == "share"
    size, low, high = (
        points(value) if share else signed(value, 1)
        for value in (one.change.mean, one.change.low, one.change.high)
    )
    unit = "points" if share else "weeks"
    return f"{style.sentence(one.name)}: {size} {unit} ({low} to {high}), the clearest change"


def _apart(change: Effect) -> bool:
    return change.low > 0 or change.high < 0


def _identity(pairing: Comparison) -> str:
    return (
        f"Scenarios {pairing.specs[0].hash[:8]} and {pairing.specs[1].hash[:8]}, seed {pairing.seed}. "
        "Under the assumptions of these scenarios; not a forecast."
    )


def numbers(pairing: Comparison) -> dict[str, tuple[pd.DataFrame, str, str]]:
    """Return by picture the numbers behind it, their unit, and what the intervals are."""
    pairs = [
        (here, there, int(pairing.flows[row, column]))
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
        for one in pairing.contrasts
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
