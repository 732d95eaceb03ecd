"""The pictures of an ensemble, each with heading and note."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.figure import Figure

from sim.analysis.answers import distributions, null
from sim.views.plots import data, groups, shares, style, time
from sim.views.plots.sheet import Sheet
from sim.views.text import counted

if TYPE_CHECKING:
    from sim.study.results.result import Result

#: What a picture of the defaults shows.
CHANCE = "so chance alone: neither parameters nor readings"

#: What the sheet of fans shows, row by row.
FANS = (
    "rhetoric",
    "tension",
    "approval",
    "solidarity",
    "refugees_reported",
    "refugees_hosted",
    "power_owed",
    "troops",
)


def _runs(result: Result) -> str:
    text = f"At the defaults: {_counted(result, 'defaults')}, alike but for chance."
    if len(result.design):
        cases, varied = len(result.design), len(result.design.columns) - 1
        text += f" Across plausible parameters: {_counted(result, 'plausible')} of "
        text += f"{counted(cases, 'case')}, {varied} values drawn anew for each."
    return text


def _counted(result: Result, part: str) -> str:
    runs = result.part(part)
    sound = len(distributions.sound(runs))
    failed = len(runs) - sound
    return counted(sound, "run") + (f" ({failed:,} more failed)" if failed else "")


def _paths(result: Result) -> Figure:
    figure, (ax,) = style.sheet((8.0, 6.6), margins=(1.45, 0.5, 0.65, 1.85))
    shares.paths(result, ax)
    more = (
        "Grey bars: 5–95 % of cases, chance within a case taken out (beta-binomial). "
        "More runs shrink the whiskers, not the grey bars."
    )
    style.inscribe(figure, result, "Where runs end", _runs(result), *([more] if len(result.design) else []))
    return figure


def _joint(result: Result) -> Figure:
    figure, (left, right) = style.sheet((11.0, 5.2), (1, 2), margins=(1.45, 0.2, 0.65, 1.1), gaps=(1.45, 0))
    shares.joint(result, "peak", left)
    shares.joint(result, "final", right)
    words = f"Shares of {_counted(result, 'defaults')} at the defaults, {CHANCE}; empty cells: no run."
    style.inscribe(
        figure, result, "The two ladders together", f"{words} Colour follows the root of the share."
    )
    return figure


def _ladders(result: Result) -> Figure:
    figure, (upper, lower) = style.sheet((8.4, 6.2), (2, 1), margins=(0.75, 1.8, 0.65, 0.75), gaps=(0, 0.7))
    time.ladder(result, "escalation", upper)
    time.ladder(result, "rapprochement", lower)
    words = f"Shares of {_counted(result, 'defaults')} at the defaults by the end of each week, {CHANCE}."
    style.inscribe(figure, result, "The two ladders over time", words)
    return figure


def _fan(result: Result) -> Figure:
    figure, panels = style.sheet((10.5, 11.2), (4, 2), margins=(0.7, 0.2, 1.0, 0.85), gaps=(0.75, 0.65))
    for variable, ax in zip(FANS, panels, strict=True):
        time.fan(result, variable, ax)
    named: dict[str, Artist] = {}
    for ax in panels:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    if named:
        figure.legend(
            list(named.values()), list(named), loc="upper left", bbox_to_anchor=(0.0, 0.972), ncols=5
        )
    most = int(result.quantiles["runs"].max())
    kinds = "Blue: chance alone. Dashed: chance and parameters together. One reading throughout."
    words = [f"Bands rest on the first {most:,} runs of each part."] if result.runs > most > 0 else []
    style.inscribe(figure, result, "The course of things", _runs(result), kinds, *words)
    return figure


def _incidence(result: Result) -> Figure:
    figure, (ax,) = style.sheet((8.4, 4.8), margins=(0.75, 1.35, 0.65, 1.0))
    time.incidence(result, ax)
    more = (
        "Bands: pointwise 95 % Wilson intervals at the defaults, chance alone. "
        "Open circles: runs that end without the event are censored at the horizon."
    )
    style.inscribe(figure, result, "By when", _runs(result), more)
    return figure


def _orders(result: Result) -> Figure:
    note = "A run may fit several classes; the first that fits, in each order, names it."
    return _dotted(result, data.orders(result), "order", "Classes tried in another order", note)


def _null(result: Result) -> Figure:
    note = "The same values and chance again with every rule off. What both show is not the rules' work."
    return _dotted(result, null.of_result(result), "model", "The model and the null model", note)


def _dotted(result: Result, table: pd.DataFrame, series: str, title: str, note: str) -> Figure:
    parts = [name for name in dict.fromkeys(table["group"]) if table["runs"][table["group"] == name].max()]
    count = max(len(parts), 1)
    figure, panels = style.sheet(
        (1.65 + 3.6 * count + 0.4, 5.0), (1, count), margins=(1.65, 0.35, 1.1, 1.25), gaps=(0.3, 0)
    )
    if not parts:
        style.empty(panels[0], "every run failed")
    for number, (name, ax) in enumerate(zip(parts, panels, strict=False)):
        rows = table[table["group"] == name]
        groups.dots(rows, series, ax)
        ax.set_title(f"{style.sentence(name)}  (n = {int(rows['runs'].max()):,})", fontsize=9)
        ax.set_xlabel("share of runs")
        ax.tick_params(labelleft=number == 0)
    if parts:
        top = max(ax.get_xlim()[1] for ax in panels)
        for ax in panels:
            ax.set_xlim(0, top)
        width, height = figure.get_size_inches()
        figure.legend(
            handles=panels[0].get_legend_handles_labels()[0],
            loc="upper left",
            borderaxespad=0,
            bbox_to_anchor=(0.12 / width, 1 - 0.5 / height),
            ncols=3,
        )
    whiskers = "Whiskers, 95 %: chance at the defaults; chance and which cases were drawn across parameters."
    style.inscribe(figure, result, title, note, whiskers)
    return figure


def sheet(result: Result, kind: str) -> Sheet:
    """Return a picture of an ensemble with the numbers behind it."""
    return Sheet(EVERY[kind](result), *data.of_ensemble(result, kind))


#: Kinds of pictures, each a function that makes the figure.
KINDS: dict[str, Callable[[Result], Figure]] = {
    "paths": _paths,
    "joint": _joint,
    "ladders": _ladders,
    "fan": _fan,
    "incidence": _incidence,
}

#: Those, and what is drawn only when asked for: the null model runs the model again.
EVERY = {**KINDS, "orders": _orders, "null": _null}
