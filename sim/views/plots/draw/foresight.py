"""Chances beside how often they came true."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.past.foresight import Foresight
from sim.views.numbers import counted
from sim.views.plots import style


def sheet(foresight: Foresight) -> Figure:
    """Return the picture of a ledger's calibration, under a heading that says what it shows."""
    with style.look():
        figure, (ax,) = style.sheet((5.4, 5.6), margins=(0.6, 0.2, 0.45, 0.95))
        calibration(foresight.calibration, ax)
        table = foresight.calibration
        off = int((~table["chance"].between(table["low"], table["high"])).sum())
        title = (
            f"{off} of {counted(len(table), 'range')} of chances off" if off else "Nothing off beyond chance"
        )
        style.caption(
            figure,
            title,
            counted(len(foresight.answered), "answer"),
            "Points: mean chance in a fifth of the scale, with the number of questions. Lines: 95 % of the "
            "share that came true (Wilson 1927). On the grey line both are equal.",
        )
        return figure


def calibration(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share that came true over the chance that was given, with 95 % intervals.

    Parameters
    ----------
    table
        As of `sim.analysis.past.foresight.calibration`.
    """
    with style.look():
        ax = style.axes(ax, (4.6, 4.6))
        ax.plot([0, 1], [0, 1], color=style.GREY, linewidth=0.9, zorder=1)
        ax.vlines(table["chance"], table["low"], table["high"], color=style.BLUE, linewidth=1.3)
        ax.plot(table["chance"], table["share"], "o", color=style.BLUE, markersize=6, clip_on=False, zorder=3)
        for _, row in table.iterrows():
            ax.annotate(
                f"{row['questions']:.0f}",
                (row["chance"], row["share"]),
                xytext=(7, -3),
                textcoords="offset points",
                fontsize=8,
            )
        for axis in (ax.xaxis, ax.yaxis):
            style.percent(axis)
        ax.set(
            xlim=(-0.02, 1.02),
            ylim=(-0.02, 1.02),
            xlabel="chance that was given",
            ylabel="share that came true",
        )
        ax.set_aspect("equal")
        return ax
