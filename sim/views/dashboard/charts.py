"""The pictures that redraw: classes, ladders and fans, each a Bokeh figure with its sources."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from bokeh.models import (
    ColumnDataSource,
    HoverTool,
    Legend,
    LegendItem,
    NumeralTickFormatter,
    Range1d,
    Whisker,
)
from bokeh.plotting import figure
from numpy.typing import NDArray

from sim.model.glossary import CLASSES
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.model.registry import load
from sim.study import tables
from sim.study.tables import LADDERS
from sim.views.dashboard.figures import Figures
from sim.views.numbers import percent
from sim.views.plots import style
from sim.views.plots.draw.course import MARKS, SCALED

RUNGS = {"escalation": ESCALATION, "rapprochement": RAPPROCHEMENT}

INK, GRID, PINNED = "#1a1a1a", "#e4e4e4", "#6b6b6b"


def plain(**given: Any) -> Any:
    """Return an empty figure in the page's style: no toolbar, no zoom that would catch a scrolling finger."""
    made = figure(toolbar_location=None, tools="", sizing_mode="stretch_width", min_width=200, **given)
    made.outline_line_color = None
    made.grid.grid_line_color = GRID
    for axis in made.axis:
        axis.axis_line_color = axis.major_tick_line_color = "#9a9a9a"
        axis.minor_tick_line_color = None
        axis.major_label_text_color = INK
        axis.major_label_text_font_size = "12px"
        axis.axis_label_text_font_style = "normal"
        axis.axis_label_text_font_size = "12px"
    made.title.text_font_size = "14px"
    made.title.text_color = INK
    return made


def describe(made: Any, words: str) -> None:
    """Say what a figure shows to those who do not see it."""
    made.html_attributes = {"role": "img", "aria-label": words}


def milliseconds(spec_start: Any, weeks: int) -> NDArray[np.float64]:
    """Return the weeks as what Bokeh's axes of dates count in."""
    return np.asarray(tables.dates(spec_start, weeks).astype("datetime64[ms]").astype(np.float64))


def legend_below(made: Any, items: list[tuple[str, list[Any]]], columns: int) -> list[LegendItem]:
    """Put a legend under the axes, where it hides nothing; return its items, to be shown or not."""
    entries = [LegendItem(label=words, renderers=drawn) for words, drawn in items]
    legend = Legend(
        items=entries,
        ncols=columns,
        border_line_color=None,
        label_text_font_size="12px",
        spacing=2,
        margin=4,
        padding=2,
        glyph_width=16,
        glyph_height=14,
        location="center",
    )
    made.add_layout(legend, "below")
    return entries


class Classes:
    """Shares of the classes with their intervals, the bloody part hatched.

    Above a bar stands what is pinned, in grey and dashed, and the range across plausible parameters.
    """

    ROWS = ("path", "y", "height", "share", "low", "high", "blood", "said", "means")

    def __init__(self) -> None:
        self.now, self.pin = (ColumnDataSource({name: [] for name in self.ROWS}) for _ in range(2))
        self.range = ColumnDataSource({"y": [], "low": [], "high": []})
        # Places rather than names on the axis, so that bars of two answers stand side by side.
        self.figure = plain(height=400, y_range=Range1d(-0.6, 7.6), x_range=Range1d(0, 1))
        self.figure.yaxis.ticker = list(range(8))
        self.figure.yaxis.major_label_overrides = {
            7 - k: style.sentence(name) for k, name in enumerate(PATHS)
        }
        self.figure.xaxis.formatter = NumeralTickFormatter(format="0 %")
        self.figure.xaxis.ticker.desired_num_ticks = 3
        self.figure.xaxis.axis_label = "share of runs"
        self.figure.ygrid.grid_line_color = None
        bars = {"y": "y", "right": "share", "height": "height"}
        wide = self.figure.hbar(
            source=self.range,
            y="y",
            left="low",
            right="high",
            height=0.13,
            fill_color=style.PALE,
            line_color=style.GREY,
        )
        old = self.figure.hbar(
            source=self.pin, fill_color="#f0f0f0", line_color=PINNED, line_dash="dashed", **bars
        )
        new = self.figure.hbar(source=self.now, fill_color=style.SKY, line_color=style.BLUE, **bars)
        bloody = self.figure.hbar(
            source=self.now,
            y="y",
            right="blood",
            height="height",
            fill_alpha=0,
            line_alpha=0,
            hatch_pattern="right_diagonal_line",
            hatch_color=INK,
            hatch_alpha=0.55,
            hatch_scale=7,
        )
        for source, colour in ((self.now, INK), (self.pin, PINNED)):
            self._whiskers(source, colour)
        self.figure.text(
            source=self.now,
            x="high",
            y="y",
            text="said",
            x_offset=6,
            text_baseline="middle",
            text_font_size="12px",
            text_color=INK,
        )
        items = [
            ("now, 95 %", [new]),
            ("deadly clash", [bloody]),
            ("pinned", [old]),
            ("plausible range", [wide]),
        ]
        *_, self._pin_item, self._range_item = legend_below(self.figure, items, 2)
        shown = [
            ("class", "@path"),
            ("means", "@means"),
            ("share", "@share{0.0 %}"),
            ("95 %", "@low{0.0 %} to @high{0.0 %}"),
        ]
        self.figure.add_tools(
            HoverTool(renderers=[new, old], tooltips=[*shown, ("with a deadly clash", "@blood{0.0 %}")])
        )
        ranged = [("90 % of cases", "@low{0.0 %} to @high{0.0 %}")]
        self.figure.add_tools(HoverTool(renderers=[wide], tooltips=ranged))

    def _whiskers(self, source: ColumnDataSource, colour: str) -> None:
        whisker = Whisker(
            source=source, base="y", lower="low", upper="high", dimension="width", line_color=colour
        )
        for head in (whisker.upper_head, whisker.lower_head):
            head.size, head.line_color = 7, colour
        self.figure.add_layout(whisker)

    def _columns(self, found: Figures | None, shift: float, height: float) -> dict[str, Any]:
        if found is None:
            return {name: [] for name in self.ROWS}
        table = found.shares.fillna(0.0)
        return {
            "path": list(PATHS),
            "y": np.arange(len(PATHS))[::-1] + shift,
            "height": np.full(len(PATHS), height),
            **{name: table[name].to_numpy() for name in ("share", "low", "high", "blood")},
            "said": [percent(share) for share in table["share"]],
            "means": list(CLASSES.values()),
        }

    def show(self, now: Figures, pin: Figures | None, spread: pd.DataFrame | None) -> None:
        """Redraw."""
        beside = pin is not None
        self.now.data = self._columns(now, -0.2 if beside else -0.07, 0.34 if beside else 0.54)
        self.pin.data = self._columns(pin, 0.13, 0.28)
        self.range.data = {"y": [], "low": [], "high": []}
        if spread is not None and spread["case_low"].notna().all():
            ends = {name: spread[f"case_{name}"].to_numpy() for name in ("low", "high")}
            self.range.data = {"y": np.arange(len(PATHS))[::-1] + 0.37, **ends}
        self._pin_item.visible, self._range_item.visible = beside, bool(len(self.range.data["y"]))
        highs = [
            float(np.max(one.data["high"]))
            for one in (self.now, self.pin, self.range)
            if len(one.data["high"])
        ]
        self.figure.x_range.end = min(1.2, max(0.1, 1.2 * max(highs)))
        most = now.shares["share"].fillna(0.0).sort_values(ascending=False, kind="stable").head(3)
        shares = ", ".join(f"{name} {percent(share)}" for name, share in most.items())
        describe(self.figure, f"Where runs end, bars with intervals. Most often: {shares}. All in the table.")


class Ladder:
    """Shares of runs on each rung over time; what is pinned as dashed lines between its rungs."""

    def __init__(self, which: str) -> None:
        self.which = which
        stacks = [f"rung{k}" for k in range(6)]
        self.source = ColumnDataSource({"date": [], **{name: [] for name in stacks}})
        self.pin = ColumnDataSource({"xs": [], "ys": []})
        self.figure = plain(
            height=330,
            x_axis_type="datetime",
            x_range=Range1d(0, 1),
            y_range=Range1d(0, 1),
            title=f"Ladder of {which}",
        )
        self.figure.yaxis.formatter = NumeralTickFormatter(format="0 %")
        self.figure.yaxis.axis_label = "share of runs"
        self.figure.xaxis.ticker.desired_num_ticks = 4
        areas = self.figure.varea_stack(stacks, x="date", color=list(style.RUNGS[which]), source=self.source)
        self.figure.multi_line("xs", "ys", source=self.pin, color=INK, line_dash="dashed", line_width=1.2)
        names = RUNGS[which]
        legend_below(self.figure, [(f"{k} {names[k]}", [areas[k]]) for k in range(6)], 2)

    def show(self, now: Figures, pin: Figures | None) -> None:
        """Redraw."""
        share = np.nan_to_num(now.occupancy[self.which])
        when = milliseconds(now.spec.start, now.spec.weeks)
        self.source.data = {"date": when, **{f"rung{k}": share[k] for k in range(6)}}
        self.figure.x_range.start, self.figure.x_range.end = float(when[0]), float(when[-1])
        top = int(share[:, -1].argmax())
        describe(
            self.figure,
            f"Ladder of {self.which}, share of runs on each rung by date. In the last week most runs, "
            f"{percent(float(share[top, -1]))}, stand on {RUNGS[self.which][top]}.",
        )
        if pin is None:
            self.pin.data = {"xs": [], "ys": []}
            return
        edges = np.cumsum(np.nan_to_num(pin.occupancy[self.which]), axis=0)[:5]
        self.pin.data = {"xs": [milliseconds(pin.spec.start, pin.spec.weeks)] * 5, "ys": list(edges)}


#: Variables whose fans are shown at first.
FANS = ("rhetoric", "tension", "ties", "approval")


class Fan:
    """Median, 50 % and 90 % of a variable over time; what is pinned as its median and 90 % in dashes."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        levels = ("q05", "q25", "q50", "q75", "q95")
        self.source, self.pin = (ColumnDataSource({"date": [], **{q: [] for q in levels}}) for _ in range(2))
        self.marks = ColumnDataSource({"date": [], "value": [], "said": []})
        self.figure = plain(height=250, x_axis_type="datetime", x_range=Range1d(0, 1), y_range=Range1d(0, 1))
        self.figure.xaxis.ticker.desired_num_ticks = 4
        bands = [
            self.figure.varea("date", low, high, source=self.source, fill_color=colour)
            for low, high, colour in (("q05", "q95", "#CFE3F1"), ("q25", "q75", "#7FB5DA"))
        ]
        middle = self.figure.line("date", "q50", source=self.source, color="#04365C", line_width=2)
        old = [
            self.figure.line("date", level, source=self.pin, color=INK, line_dash="dashed", line_width=width)
            for level, width in (("q50", 1.6), ("q05", 0.8), ("q95", 0.8))
        ]
        mark = self.figure.scatter(
            "date",
            "value",
            source=self.marks,
            marker="diamond",
            size=11,
            color=style.VERMILION,
            line_color="white",
        )
        self.figure.add_tools(HoverTool(renderers=[mark], tooltips=[("in the article", "@said")]))
        *_, self._pin_item = legend_below(
            self.figure,
            [("median", [middle]), ("50 %", [bands[1]]), ("90 % of runs", [bands[0]]), ("pinned", old[:1])],
            4,
        )

    def show(self, now: Figures, pin: Figures | None) -> None:
        """Redraw."""
        one = load().world[self.variable]
        scale, unit = SCALED.get(one.unit, (1.0, one.unit))
        self.source.data = self._columns(now, scale)
        self.pin.data = self._columns(pin, scale)
        self._pin_item.visible = pin is not None
        self.figure.yaxis.axis_label = unit
        if one.unit in ("index", "share"):
            self.figure.y_range.start, self.figure.y_range.end = 0, 1
        elif one.unit == "rung":
            self.figure.y_range.start, self.figure.y_range.end = 0, 5
        else:
            tops = [np.nanmax(x.data["q95"]) for x in (self.source, self.pin) if len(x.data["q95"])]
            self.figure.y_range.start, self.figure.y_range.end = (
                0,
                1.06 * max(*tops, 0.0, 1e-9) if tops else 1,
            )
        first, last = (float(self.source.data["date"][k]) for k in (0, -1))
        self.figure.x_range.start, self.figure.x_range.end = first, last
        marks = [
            (
                float(np.datetime64(m.day, "ms").astype(np.int64)),
                m.value / scale,
                f"¶{m.paragraph}: {m.value:,.0f}",
            )
            for m in MARKS.get(self.variable, ())
        ]
        marks = [m for m in marks if first <= m[0] <= last]
        self.marks.data = {name: [m[k] for m in marks] for k, name in enumerate(("date", "value", "said"))}
        low, middle, high = (f"{self.source.data[q][-1]:,.3g}" for q in ("q05", "q50", "q95"))
        describe(
            self.figure,
            f"{style.sentence(one.meaning)}, median and ranges of runs by date. In the last week the median "
            f"is {middle}, 90 % of runs lie from {low} to {high}, in {unit}.",
        )

    def _columns(self, found: Figures | None, scale: float) -> dict[str, Any]:
        levels = ("q05", "q25", "q50", "q75", "q95")
        if found is None:
            return {name: [] for name in ("date", *levels)}
        table = found.quantiles
        first = int(load().world[self.variable].derived)
        rows = table[(table["variable"] == self.variable) & (table["week"] >= first)]
        when = milliseconds(found.spec.start, found.spec.weeks)[rows["week"].to_numpy()]
        return {"date": when, **{name: rows[name].to_numpy() / scale for name in levels}}


class Pictures:
    """All that redraws with the answer."""

    def __init__(self) -> None:
        self.classes = Classes()
        self.ladders = {which: Ladder(which) for which in LADDERS}
        self.fans = [Fan(variable) for variable in FANS]

    def over_time(self, now: Figures, pin: Figures | None) -> None:
        """Redraw ladders and fans."""
        for ladder in self.ladders.values():
            ladder.show(now, pin)
        for fan in self.fans:
            fan.show(now, pin)
