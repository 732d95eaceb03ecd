"""What happens by when: shares on each rung, fans of the main variables, first events."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from sim.analysis.answers import distributions
from sim.errors import ScenarioError, nearest
from sim.model.outcomes import ESCALATION, RAPPROCHEMENT
from sim.model.registry import load
from sim.views.plots import style

if TYPE_CHECKING:
    from sim.study.results.result import Result

NAMES = {"escalation": ESCALATION, "rapprochement": RAPPROCHEMENT}


class Mark(NamedTuple):
    """A figure of the article: when, how much, and in which paragraph."""

    day: date
    value: float
    paragraph: int


#: The article's figures, by variable; a day stands for "early" or "mid" of a month.
MARKS = {
    "troops": (Mark(date(2021, 11, 1), 20_000, 6),),
    "refugees_reported": (Mark(date(2021, 9, 5), 10_000, 9), Mark(date(2021, 10, 15), 15_000, 9)),
    "power_owed": (Mark(date(2021, 11, 1), 11e6, 10),),
}

#: Units in which large quantities are read.
SCALED = {"USD": (1e6, "million USD"), "persons": (1e3, "thousand persons")}


def ladder(result: Result, which: str = "escalation", ax: Axes | None = None) -> Axes:
    """Draw the shares of runs on each rung of a ladder over calendar dates, at the defaults.

    `which` is `escalation` or `rapprochement`; rungs run from light (0) to dark (5).
    """
    if which not in NAMES:
        raise ScenarioError(f"no ladder {which!r}{nearest(which, NAMES)}")
    with style.look():
        ax = style.axes(ax)
        rungs = result.ladders["defaults"][:, :, list(NAMES).index(which)]
        share = distributions.occupancy(rungs)
        if np.isnan(share).any():
            return style.empty(ax, "every run at the defaults failed")
        when = style.days(result.spec.start, rungs.shape[1] - 1)
        names = [f"{k}  {name}" for k, name in enumerate(NAMES[which])]
        drawn = ax.stackplot(when, share, colors=style.RUNGS[which], labels=names)
        for area in drawn:
            area.set(edgecolor="#9A9A9A", linewidth=0.5)
        style.calendar(ax, when)
        ax.set_ylim(0, 1)
        style.percent(ax.yaxis)
        ax.set_ylabel("share of runs")
        ax.set_title(f"Ladder of {which}")
        ax.legend(
            drawn[::-1],
            names[::-1],
            title="rung",
            alignment="left",
            loc="center left",
            bbox_to_anchor=(1.01, 0.5),
        )
        return ax


def fan(result: Result, variable: str, ax: Axes | None = None) -> Axes:
    """Draw median, 50 % and 90 % of runs of a charted variable, with the article's figures.

    Bands are chance at the defaults; dashed lines bound 90 % of runs across plausible parameters.
    """
    table = result.quantiles
    known = [str(name) for name in table["variable"].unique()]
    if variable not in known:
        kept = ", ".join(known)
        raise ScenarioError(f"no weekly values of {variable!r}{nearest(variable, known)}; kept are: {kept}")
    one = load().world[variable]
    scale, unit = SCALED.get(one.unit, (1.0, one.unit))
    with style.look():
        ax = style.axes(ax)
        # What the model computes has its first value at the end of the first week.
        rows = table[(table["variable"] == variable) & (table["week"] >= int(one.derived))]
        here, there = (rows[rows["part"] == part] for part in ("defaults", "plausible"))
        when = style.days(result.spec.start, result.spec.weeks)[here["week"].to_numpy()]
        level = {name: here[name].to_numpy() / scale for name in ("q05", "q25", "q50", "q75", "q95")}
        if not np.isfinite(level["q50"]).any():
            return style.empty(ax, "every run at the defaults failed")
        ax.fill_between(when, level["q05"], level["q95"], color="#CFE3F1", linewidth=0, label="90 % of runs")
        ax.fill_between(when, level["q25"], level["q75"], color="#7FB5DA", linewidth=0, label="50 % of runs")
        ax.plot(when, level["q50"], color="#04365C", label="median")
        for k, name in enumerate(("q05", "q95") if len(there) else ()):
            ax.plot(
                when,
                there[name].to_numpy() / scale,
                color=style.GREY,
                linestyle=(0, (4, 2)),
                linewidth=0.9,
                label=None if k else "90 % of runs across plausible parameters",
            )
        style.calendar(ax, when)
        _marks(ax, variable, when, scale)
        ax.grid(axis="y")
        if one.unit in ("index", "share"):
            ax.set_ylim(0, 1)
        elif level["q05"].min() >= 0:
            ax.set_ylim(bottom=0)
        ax.set_ylabel(unit)
        ax.set_title(style.sentence(one.meaning.split(",")[0]))
        return ax


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


#: Events whose first time is drawn: column of outcomes, words, colour, line.
FIRSTS = (
    ("first_escalation_3", "first armed clash", style.VERMILION, "-"),
    ("first_rapprochement_3", "first official talks", style.BLUE, "--"),
)


def incidence(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the cumulative incidence of a first clash and of first talks, at the defaults.

    Bands are pointwise 95 % Wilson intervals; runs without the event are censored at the horizon, where
    an open circle says how many. The thin line is the same share across plausible parameters.
    """
    with style.look():
        ax = style.axes(ax)
        weeks = result.spec.weeks
        when = style.days(result.spec.start, weeks)
        runs = len(distributions.sound(result.part("defaults")))
        if runs == 0:
            return style.empty(ax, "every run at the defaults failed")
        ends: list[tuple[float, str, str]] = []
        for column, words, colour, line in FIRSTS:
            table = distributions.incidence(result.part("defaults"), column, weeks)
            ax.fill_between(
                when, table["low"], table["high"], step="post", color=colour, alpha=0.2, linewidth=0
            )
            ax.step(when, table["share"], where="post", color=colour, linestyle=line, label=words)
            if len(result.design):
                wide = distributions.incidence(result.part("plausible"), column, weeks)
                ax.step(
                    when,
                    wide["share"],
                    where="post",
                    color=colour,
                    linestyle=line,
                    linewidth=0.7,
                    label=f"{words}, across plausible parameters",
                )
            share, waiting = float(table["share"].iloc[-1]), int(table["waiting"].iloc[-1])
            ends.append((share, f"{100 * share:.0f} %; {waiting:,} of {runs:,}\nruns censored", colour))
        _ends(ax, when[-1], ends)
        style.calendar(ax, when)
        ax.set_ylim(0, 1)
        style.percent(ax.yaxis)
        ax.grid(axis="y")
        ax.set_ylabel("share of runs in which it has happened")
        ax.set_title("Time to the first clash and to the first talks")
        ax.legend(loc="upper left")
        return ax


def _ends(ax: Axes, last: np.datetime64, ends: list[tuple[float, str, str]]) -> None:
    """Write at the horizon how many are censored, apart from each other where curves end close by."""
    below = -1.0
    for share, words, colour in sorted(ends):
        ax.plot(
            [last], [share], "o", markerfacecolor="white", markeredgecolor=colour, clip_on=False, zorder=5
        )
        place = max(share, below + 0.12)
        ax.annotate(
            words,
            (last, place),
            (9, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=colour,
            annotation_clip=False,
        )
        below = place
