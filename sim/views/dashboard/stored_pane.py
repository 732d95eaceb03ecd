"""A stored result under brushes: what is left of the classes when inputs or outcomes are held to a range."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import SelectionGeometry
from bokeh.models import BoxSelectTool

from sim.errors import PanjError
from sim.model.outcomes import PATHS
from sim.views.dashboard import stored
from sim.views.dashboard.computing import OPENING, on
from sim.views.dashboard.figures import alike, by_class
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, Start, button, drawing, html
from sim.views.dashboard.stored import Brush, Lines, Opened
from sim.views.dashboard.tables import table
from sim.views.numbers import counted, percent, span
from sim.views.pages.run import by_name

#: Most axes side by side.
MOST = 9


class StoredPane:
    """Opens a result of the folder and brushes it, by dragging over an axis or by the sliders."""

    def __init__(self, library: Library, later: Later, start: Start) -> None:
        self.library, self._later, self._start = library, later, start
        self.found: Opened | None = None
        self.wanted = ""
        self.brushes: dict[str, Brush] = {}
        self._quiet = False
        small = {"stylesheets": [INNER], "margin": (4, 10), "sizing_mode": "stretch_width"}
        results = library.results()
        self.which: Any = pn.widgets.Select(
            label="Stored result",
            options={"": "", **{words: name for name, words in results.items()}},
            value="",
            **small,
        )
        self.axes: Any = pn.widgets.MultiChoice(
            label=f"Axes (at most {MOST})", options=[], value=[], max_items=MOST, solid=False, **small
        )
        self.clear: Any = button("Clear the brushes")
        self.said = html(self._first_words(len(results)))
        self.lines = Lines()
        box: Any = BoxSelectTool()
        self.lines.figure.add_tools(box)
        self.lines.figure.toolbar.active_drag = box
        self.lines.figure.on_event(SelectionGeometry, self._dragged)
        self.sliders: Any = pn.FlexBox(sizing_mode="stretch_width")
        self.shares = html("")
        self.body: Any = pn.Column(
            self.axes,
            drawing(self.lines.figure),
            self.sliders,
            self.clear,
            self.shares,
            sizing_mode="stretch_width",
            margin=0,
            visible=False,
        )
        self.view: Any = pn.Column(self.which, self.said, self.body, sizing_mode="stretch_width", margin=0)
        self.which.param.watch(lambda event: self._asked(str(event.new or "")), "value")
        self.axes.param.watch(self._other_axes, "value")
        self.clear.on_click(lambda _: later(self._clear))

    def _first_words(self, results: int) -> str:
        if self.library.folder is None:
            return "<p class=dim>Start the page with a folder of results to open some: panj dashboard DIR</p>"
        if not results:
            return "<p class=dim>There is no result in the folder this page was given.</p>"
        return "<p class=dim>Every line is a run, every axis what varied or what came of it.</p>"

    def _asked(self, name: str) -> None:
        """Open a result beside the page: a large study takes a while, and others are served meanwhile."""
        self.wanted = name
        if name:
            self._later(self._say_opening)
            self._start(partial(self._open, name))

    def _say_opening(self) -> None:
        self.body.visible = False
        self.said.object = "<p role=status>Opening the result…</p>"

    async def _open(self, name: str) -> None:
        found: Opened | None = None
        wrong = ""
        try:
            found = await on(OPENING, lambda: stored.opened(self.library.result(name)))
        except (PanjError, OSError) as error:
            wrong = f"<p role=alert>{escape(self.library.private(str(error)))}</p>"
        if name == self.wanted:  # another may have been asked for meanwhile
            self._later(lambda: self._take(found, wrong))

    def _take(self, found: Opened | None, wrong: str) -> None:
        self.found = found
        if self.found is None:
            self.said.object = wrong
            return
        failed = f", {self.found.failed:,} failed" if self.found.failed else ""
        sound = counted(len(self.found.runs), "valid run")
        self.said.object = (
            f"<p><b>{escape(self.found.title)}</b>: {sound}{failed}; drag over an axis, or set ranges and "
            "tick names below, to keep the runs within them. Colours are the classes.</p>"
        )
        self.brushes = {}
        self._quiet = True
        self.axes.options = list(self.found.axes)
        self.axes.value = stored.first_axes(self.found)
        self._quiet = False
        self.body.visible = True
        self._lay_out()

    def _other_axes(self, _: Any) -> None:
        if not self._quiet and self.found is not None:
            self.brushes = {name: ends for name, ends in self.brushes.items() if name in self.axes.value}
            self._later(self._lay_out)

    def _lay_out(self) -> None:
        """Put under the picture what holds each axis to a part of it."""
        self.sliders[:] = [self._part(name) for name in self._columns()]
        self._show()

    def _part(self, name: str) -> Any:
        """Return a slider over a range of numbers, or a box to tick for each of some names."""
        assert self.found is not None
        column, words = self.found.runs[name], name.replace("_", " ")
        if known := stored.names(column):
            chosen = self.brushes.get(name, frozenset(known))
            ticks: Any = pn.widgets.CheckBoxGroup(
                options={f"{words} {number}: {one}": one for number, one in enumerate(known, 1)},
                value=[one for one in known if one in chosen],
                stylesheets=[INNER],
                margin=(2, 18),
            )
            ticks.param.watch(lambda event: self._ticked(name, event.new), "value")
            return ticks
        low, high = stored.ends(column)
        slider: Any = pn.widgets.RangeSlider(
            label=words,
            start=low,
            end=high,
            step=(high - low) / 100,
            value=self.brushes.get(name, (low, high)),
            format="0,0" if high >= 1000 else "0.0[00]",
            width=270,
            stylesheets=[INNER],
            margin=(2, 18),
        )
        slider.param.watch(lambda event: self._slid(name, event.new), "value")
        return slider

    def _columns(self) -> tuple[str, ...]:
        assert self.found is not None
        return tuple(name for name in self.axes.value if name in self.found.axes)[:MOST]

    def _slid(self, name: str, value: Any) -> None:
        if self._quiet or self.found is None:
            return
        low, high = stored.ends(self.found.runs[name])
        if value[0] <= low and value[1] >= high:
            self.brushes.pop(name, None)
        else:
            self.brushes[name] = (float(value[0]), float(value[1]))
        self._later(self._show)

    def _ticked(self, name: str, kept: list[str]) -> None:
        if self.found is None:
            return
        if set(kept) == set(stored.names(self.found.runs[name])):
            self.brushes.pop(name, None)
        else:
            self.brushes[name] = frozenset(kept)
        self._later(self._show)

    def _dragged(self, event: Any) -> None:
        box = event.geometry
        if self.found is None or not event.final or box.get("type") != "rect":
            return
        columns = self._columns()
        for k in range(int(np.ceil(box["x0"] - 0.12)), int(np.floor(box["x1"] + 0.12)) + 1):
            if 0 <= k < len(columns):
                low, high = stored.ends(self.found.runs[columns[k]])
                a, b = sorted(low + (high - low) * min(max(box[end], 0.0), 1.0) for end in ("y0", "y1"))
                known = stored.names(self.found.runs[columns[k]])
                inside = frozenset(one for at, one in enumerate(known) if a <= at <= b)
                self.brushes[columns[k]] = inside if known else (a, b)
        self._later(self._lay_out)

    def _clear(self) -> None:
        if self.found is not None:
            self.brushes = {}
            self._lay_out()

    def _show(self) -> None:
        assert self.found is not None
        runs = self.found.runs
        self.lines.show(self.found, self._columns(), self.brushes)
        left = runs[stored.chosen(runs, self.brushes)]
        every, kept = (by_name(by_class(alike(one))) for one in (runs, left))
        rows = [
            [
                f'<span style="color:{colour}">■</span> {escape(name)}',
                percent(every[name]["share"]),
                percent(kept[name]["share"]) if len(left) else "–",
                span(kept[name]["low"], kept[name]["high"]),
                f"{int(kept[name]['runs']):,}",
            ]
            for name, colour in zip(PATHS, stored.COLOURS, strict=True)
        ]
        words = f"{len(left):,} of {counted(len(runs), 'run')} within the brushes"
        self.shares.object = table(["class", "all", "within", "95 % interval", "runs"], rows, caption=words)
