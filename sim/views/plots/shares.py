"""Where runs end: the distribution over classes, and the joint table of the two ladders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.analysis.answers import distributions
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.views.plots import style

if TYPE_CHECKING:
    from sim.study.results.result import Result


def paths(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the distribution over path classes with both kinds of uncertainty, the bloody part hatched.

    The upper bar of a class is the range of its share across plausible parameters, the lower one its
    share at the defaults with the Wilson interval.
    """
    with style.look():
        ax = style.axes(ax, (8.0, 5.4))
        table = distributions.shares(result.part("defaults"))
        if table["runs"].sum() == 0:
            return style.empty(ax, "every run at the defaults failed")
        place = np.arange(len(PATHS))[::-1].astype(float)
        handles: list[Artist] = _range(result, ax, place) if len(result.design) else []
        handles += _readings(result, ax, place)
        low = place - 0.17
        ax.barh(low, table["share"], height=0.34, color=style.SKY, edgecolor=style.BLUE, linewidth=0.8)
        ax.barh(
            low, table["blood"], height=0.34, color="none", edgecolor=style.BLACK, hatch="/////", linewidth=0
        )
        ax.hlines(low, table["low"], table["high"], color=style.BLACK, linewidth=1.3)
        ax.plot(table["low"], low, "|", table["high"], low, "|", color=style.BLACK, markersize=6)
        for y, share, high in zip(low, table["share"], table["high"], strict=True):
            ax.annotate(
                style.share(share), (high, y), (5, 0), textcoords="offset points", va="center", fontsize=8
            )
        ax.set_yticks(place, [style.sentence(name) for name in PATHS])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.6, len(PATHS) - 0.4)
        ax.set_xlim(0, min(1.0, 1.12 * max(ax.get_xlim()[1], 0.05)))
        style.percent(ax.xaxis)
        ax.grid(axis="x")
        ax.set_xlabel("share of runs")
        ax.set_title("Path classes")
        bloody = Patch(facecolor="white", edgecolor=style.BLACK, hatch="/////")
        bloody.set_label("of it: a deadly clash on the way")
        handles += [
            Patch(facecolor=style.SKY, edgecolor=style.BLUE, label="share at the defaults"),
            bloody,
            Line2D([], [], color=style.BLACK, marker="|", label="95 % Wilson interval (chance only)"),
        ]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.02, -0.12), ncols=2)
        return ax


def _range(result: Result, ax: Axes, place: np.ndarray) -> list[Artist]:
    table = distributions.spread(result.part("plausible"))
    high = place + 0.2
    ranged = table["case_low"].notna().to_numpy()
    width = (table["case_high"] - table["case_low"])[ranged]
    ax.barh(
        high[ranged],
        width,
        left=table["case_low"][ranged],
        height=0.22,
        color=style.PALE,
        edgecolor=style.GREY,
        linewidth=0.8,
    )
    ax.plot(table["share"], high, "D", color=style.BLACK, markersize=3.6, clip_on=False, zorder=4)
    return [
        Patch(facecolor=style.PALE, edgecolor=style.GREY, label="90 % of cases across plausible parameters"),
        Line2D([], [], color=style.BLACK, marker="D", linestyle="", markersize=3.6, label="mean over cases"),
    ]


def _readings(result: Result, ax: Axes, place: np.ndarray) -> list[Artist]:
    table = distributions.between_readings(result.readings)
    if table.empty:
        return []
    high = place + 0.38
    ax.hlines(high, table["low"], table["high"], color=style.ORANGE, linewidth=2.2)
    ax.plot(table["low"], high, "|", table["high"], high, "|", color=style.ORANGE, markersize=5)
    words = f"between {result.readings['reading'].nunique()} readings of the article"
    return [Line2D([], [], color=style.ORANGE, marker="|", linewidth=2.2, label=words)]


def joint(result: Result, when: str = "peak", ax: Axes | None = None) -> Axes:
    """Draw the joint table of the two ladders at the defaults: shares of runs, written in the cells.

    `when` is `peak` (the highest rung of each) or `final` (the last week).
    """
    with style.look():
        ax = style.axes(ax, (6.4, 5.0))
        table = distributions.joint(result.part("defaults"), when)
        if np.isnan(table).any():
            return style.empty(ax, "every run at the defaults failed")
        # The root lets a cell of one per cent show beside one of sixty; the numbers are in the cells.
        edges = np.arange(-0.5, 6)
        ax.pcolormesh(
            edges,
            edges,
            np.sqrt(table),
            cmap=style.density(),
            vmin=0,
            vmax=1,
            edgecolors="white",
            linewidth=1.5,
        )
        for up in range(6):
            for close in range(6):
                share = table[up, close]
                if share > 0:
                    ink = "white" if np.sqrt(share) > 0.55 else style.BLACK
                    ax.text(close, up, style.share(share), ha="center", va="center", color=ink, fontsize=8.5)
        ax.set_xticks(range(6), [style.broken(name) for name in RAPPROCHEMENT])
        ax.set_yticks(range(6), ESCALATION)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.set_xlabel("rung of rapprochement")
        ax.set_ylabel("rung of escalation")
        words = {"peak": "Highest rungs, at any time", "final": "Rungs in the last week"}
        ax.set_title(words[when])
        return ax
