"""The column a visitor works with: storyline, reading, size, and the numbers by actor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from typing import Any

import panel as pn

from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.scenario.loading import load_scenario
from sim.scenario.readings import reading
from sim.scenario.schema import Scenario
from sim.views.dashboard import knobs
from sim.views.dashboard.additions import Additions
from sim.views.dashboard.finder import Finder
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, at_once, html
from sim.views.dashboard.state import LIMITS, Settings

#: What the list of readings calls the storyline's own.
OWN = "the storyline's own"


class Knob:
    """A slider with what its number means above it."""

    def __init__(self, name: str, turned: Callable[[str, float], None]) -> None:
        one = knobs.quantity(name)
        assert one is not None
        self.quantity = one
        self.base = one.default
        self.dial = knobs.dial(one, one.default)
        large = one.unit in ("persons", "USD", "USD/week", "persons/week", "count")
        self.slider: Any = pn.widgets.FloatSlider(
            label=name if one.unit == "1" else f"{name} ({one.unit})",
            start=self.dial.start,
            end=self.dial.end,
            step=self.dial.step,
            value=one.default,
            format="0,0" if large else "0.0[000]",
            sizing_mode="stretch_width",
            stylesheets=[INNER],
            margin=(0, 10, 4, 10),
        )
        self.view: Any = pn.Column(html(knobs.label(one)), self.slider, sizing_mode="stretch_width", margin=0)
        self._quiet = False
        self.slider.param.watch(self._moved, "value")
        self._turned = turned

    def _moved(self, event: Any) -> None:
        if not self._quiet:
            self._turned(self.quantity.name, self.dial.snapped(event.new))

    def show(self, base: float, value: float | None) -> None:
        """Stand at a value, or at the storyline's."""
        now = base if value is None else value
        dial = knobs.dial(self.quantity, base)
        self.base = base
        self.dial = knobs.Dial(min(dial.start, now), max(dial.end, now), dial.step)
        self._quiet = True
        try:
            self.slider.param.update(start=self.dial.start, end=self.dial.end, step=self.dial.step)
            # A value that came from the slider itself is not sent back: the finger may have moved on.
            if abs(self.slider.value - now) > 1e-6 * self.dial.step:
                self.slider.value = now
            self.view.css_classes = [] if value is None else ["turned"]
            self.slider.css_classes = [] if value is None else ["turned"]
        finally:
            self._quiet = False


class Controls:
    """All widgets that set something; `changed` is called with the new settings."""

    def __init__(
        self, library: Library, changed: Callable[[Settings], object], later: Later = at_once
    ) -> None:
        self.library, self._changed, self._later = library, changed, later
        self.settings = self._shown = Settings()
        self._quiet = False
        titles = library.storylines()
        wide = {"sizing_mode": "stretch_width", "stylesheets": [INNER], "margin": (4, 10)}
        self.storyline: Any = pn.widgets.Select(
            label="Storyline",
            options={title: name for name, title in titles.items()},
            value="baseline",
            **wide,
        )
        readings = {f"{reading(name).title} ({name})": name for name in reading_names()}
        self.reading: Any = pn.widgets.Select(
            label="Reading of the article", options={OWN: "", **readings}, value="", **wide
        )
        number = {**wide, "width": 130, "sizing_mode": None, "start": 0}
        first = load_scenario(self.settings.storyline)
        # Without an end to the field: what is typed past it is refused with a sentence, not dropped.
        self.runs: Any = pn.widgets.IntInput(label="Runs", value=self.settings.runs, step=100, **number)
        self.citizens: Any = pn.widgets.IntInput(label="Citizens", value=first.citizens, step=100, **number)
        self.weeks: Any = pn.widgets.IntInput(label="Weeks", value=first.weeks, step=26, **number)
        self.seed: Any = pn.widgets.IntInput(label="Seed", value=0, step=1, **number)
        limits: Any = html(
            f"<p class=dim>At most {LIMITS.runs:,} runs, {LIMITS.citizens:,} citizens and {LIMITS.weeks} "
            "weeks; more with <code>panj run</code>.</p>"
        )
        self.additions = Additions(library, self._tell, later)
        self.turned: Any = html("")
        self.reset: Any = pn.widgets.Button(label="Back to the storyline's numbers", **wide)
        self.finder = Finder("Add a parameter", knobs.addable())
        self.knobs: dict[str, Knob] = {}
        self.base: Mapping[str, float] = {}
        self.cards = {group: self._card(group) for group in knobs.KNOBS}
        self.others: Any = pn.Column(sizing_mode="stretch_width", margin=0)
        self.view: Any = pn.Column(
            self.storyline,
            self.additions.view,
            self.reading,
            pn.FlexBox(self.runs, self.citizens, self.weeks, self.seed, sizing_mode="stretch_width"),
            limits,
            self.turned,
            self.reset,
            *self.cards.values(),
            self.finder.view,
            self.others,
            sizing_mode="stretch_width",
            margin=0,
        )
        for widget in (self.storyline, self.reading, self.runs, self.citizens, self.weeks, self.seed):
            widget.param.watch(self._set, "value")
        self.reset.on_click(lambda _: self._tell(replace(self.settings, values=())))
        self.finder.list.param.watch(self._found, "value")

    def _card(self, group: str) -> Any:
        later = self._later
        card: Any = pn.Card(
            title=group, collapsed=True, sizing_mode="stretch_width", margin=(4, 10), stylesheets=[INNER]
        )
        card.param.watch(lambda event: None if event.new else later(lambda: self._fill(group)), "collapsed")
        return card

    def _fill(self, group: str) -> None:
        """Make the sliders of a card that is opened for the first time; a page starts sooner without them."""
        if not self.cards[group].objects:
            mine = [self._knob(name) for name in knobs.KNOBS[group]]
            self.cards[group].objects = [knob.view for knob in mine]

    def _knob(self, name: str) -> Knob:
        knob = self.knobs[name] = Knob(name, self._turn)
        if self.base:
            knob.show(self.base[name], dict(self.settings.values).get(name))
        return knob

    # What a visitor does

    def _turn(self, name: str, value: float) -> None:
        self._tell(self.settings.with_value(name, value))

    def _set(self, event: Any) -> None:
        if self._quiet:
            return
        if event.obj is self.storyline:
            # Another storyline has its own length, size and numbers; what was turned stays turned.
            self._tell(replace(self.settings, storyline=event.new, weeks=None, citizens=None))
        elif event.obj is self.reading:
            self._tell(replace(self.settings, reading=event.new or None))
        elif event.new is not None:
            number: dict[str, Any] = {
                name: int(event.new)
                for name in ("runs", "citizens", "weeks", "seed")
                if getattr(self, name) is event.obj
            }
            self._tell(replace(self.settings, **number))

    def _found(self, event: Any) -> None:
        if event.new:
            self._later(lambda: self._add(event.new))

    def _add(self, name: str) -> None:
        """Have a slider for a number: by opening its card, or at the end."""
        group = next((group for group, names in knobs.KNOBS.items() if name in names), None)
        if group is not None:
            self.cards[group].collapsed = False
        elif name not in self.knobs and knobs.quantity(name) is not None:
            self.others.insert(0, self._knob(name).view)

    def _tell(self, settings: Settings) -> None:
        self._changed(settings)

    # What is shown

    def show(self, settings: Settings, spec: Scenario, base: Mapping[str, float]) -> None:
        """Stand where settings that were found right stand; `base` is every number unturned."""
        before, self._shown, self.base = self._shown, settings, base
        turned = dict(settings.values)
        self.cards["Dushanbe"].collapsed = self.cards["Dushanbe"].collapsed and bool(self.knobs)
        for name in turned:
            if name not in self.knobs:
                self._add(name)
        self._quiet = True
        try:
            for widget, value in (
                (self.storyline, settings.storyline),
                (self.reading, settings.reading or ""),
                (self.runs, settings.runs),
                (self.citizens, spec.citizens),
                (self.weeks, spec.weeks),
                (self.seed, settings.seed),
            ):
                if widget.value != value:
                    widget.value = value
        finally:
            self._quiet = False
        moved = {
            name
            for name in {**turned, **dict(before.values)}
            if turned.get(name) != dict(before.values).get(name)
        }
        for name, knob in self.knobs.items():
            if name in moved or knob.base != base[name]:
                knob.show(base[name], turned.get(name))
        self.additions.show(settings, spec)
        self.turned.object = _turned(turned, base)


def _turned(turned: Mapping[str, float], base: Mapping[str, float]) -> str:
    if not turned:
        return "<p class=dim>Every parameter has the storyline's value.</p>"
    rows = "".join(
        f"<li><b>{escape(name)}</b> {value:g} instead of {base[name]:g} {escape(_unit(name))}</li>"
        for name, value in turned.items()
    )
    return f"<ul class=turned>{rows}</ul>"


def _unit(name: str) -> str:
    model = load()
    unit = {**model.parameters, **model.world}[name].unit
    return "" if unit == "1" else unit
