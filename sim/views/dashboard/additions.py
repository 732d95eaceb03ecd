"""Events and commitments that a visitor adds to a storyline: the keys and the checks of a scenario file."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import panel as pn

from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.conditions import seen
from sim.scenario.schema import Scenario
from sim.views import storyline
from sim.views.dashboard import knobs, state
from sim.views.dashboard.finder import Finder
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, button, html
from sim.views.dashboard.moments import WIDE, Moment, number
from sim.views.dashboard.state import Settings
from sim.views.one_run.narrative import titled

HOW = {"is multiplied by": "multiply", "is set to": "set", "changes by": "add"}
TRIGGERS = {"on a day": "on", "in any week, with a chance": "hazard"}
STARTS = {"without a condition": ""}
ENDS = {"on a day": "day"}

#: Adds an event or a commitment to that part of the storyline; returns what is wrong with it.
Add = Callable[[str, Mapping[str, Any]], str]


class Form(ABC):
    """Fields under a heading and a button that adds what they say; what is wrong is said under them."""

    def __init__(self, title: str, action: str, part: str, add: Add) -> None:
        self.part, self._add = part, add
        self.alert = html("")
        self.button: Any = button(action, color="primary")
        self.button.on_click(lambda _: self._pressed())
        self.view: Any = pn.Card(
            title=title, collapsed=True, sizing_mode="stretch_width", margin=(4, 10), stylesheets=[INNER]
        )

    def fill(self) -> None:
        """Make the fields, as the card is opened for the first time."""
        if not self.view.objects:
            self.view.objects = [*self.fields(), self.button, self.alert]

    @abstractmethod
    def fields(self) -> list[Any]:
        """Return the fields."""

    @abstractmethod
    def mapping(self) -> dict[str, Any]:
        """Return what the fields say, as a scenario file would hold it."""

    def _pressed(self) -> None:
        try:
            wrong = self._add(self.part, self.mapping())
        except ValueError as error:
            wrong = str(error)
        self.alert.object = f"<p role=alert>{escape(wrong)}</p>" if wrong else ""


class EventForm(Form):
    """What happens, when, and for how long."""

    def fields(self) -> list[Any]:
        """Return the fields."""
        self.name: Any = pn.widgets.TextInput(label="Name of the event", **WIDE)
        self.target = Finder("What changes", knobs.settable())
        self.how: Any = pn.widgets.Select(label="How it changes", options=HOW, **WIDE)
        self.size: Any = pn.widgets.TextInput(label="Size of the change", value="0.5", **WIDE)
        self.moment = Moment(
            "When it happens", TRIGGERS, "Day (2022-03-07), level, chance or name", load().world.values()
        )
        self.lasts: Any = pn.widgets.TextInput(
            label="Weeks that it lasts (0: it happens once)", value="0", **WIDE
        )
        return [self.name, self.target.view, self.how, self.size, *self.moment.views, self.lasts]

    def mapping(self) -> dict[str, Any]:
        """Return the event as a scenario file would hold it."""
        given: dict[str, Any] = {"name": self.name.value.strip()}
        if self.moment.kind == "on":
            given["on"] = self.moment.text
        elif self.moment.kind == "hazard":
            given["hazard"] = number("chance", self.moment.text)
        else:
            given["when"] = self.moment.condition()
        if self.lasts.value.strip() not in ("", "0"):
            given["lasts"] = self.lasts.value.strip()
        given["change"] = {self.target.name: {self.how.value: number("size", self.size.value)}}
        return given


class CommitmentForm(Form):
    """Who is bound, with which instrument, to what, and for how long."""

    def fields(self) -> list[Any]:
        """Return the fields."""
        acting = [one for one in load().actors if any(x.actor == one for x in load().instruments)]
        self.actor: Any = pn.widgets.Select(
            label="Actor", options={titled(one): one for one in acting}, **WIDE
        )
        self.instrument: Any = pn.widgets.Select(label="Instrument", options=[], **WIDE)
        self.verb: Any = pn.widgets.Select(
            label="Promise", options={"insists on": "insist", "avoids": "avoid"}, **WIDE
        )
        self.option: Any = pn.widgets.Select(label="Option", options=[], **WIDE)
        self.first: Any = pn.widgets.TextInput(label="From the day (empty: from the start)", **WIDE)
        self.start = Moment("It begins", STARTS, "Level, day or name that begins it", [])
        self.end = Moment("It ends", ENDS, "Day (empty: to the end), level or name that ends it", [])
        self.again: Any = pn.widgets.Select(
            label="Once a condition has ended it",
            options={"it stays ended": False, "it may begin again": True},
            **WIDE,
        )
        self.name: Any = pn.widgets.TextInput(label="Name (for what waits for it)", **WIDE)
        self.actor.param.watch(lambda _: self._instruments(), "value")
        self.instrument.param.watch(lambda _: self._options(), "value")
        self._instruments()
        return [
            *(self.actor, self.instrument, self.verb, self.option, self.first),
            *(*self.start.views, *self.end.views, self.again, self.name),
        ]

    def _instruments(self) -> None:
        for moment in (self.start, self.end):
            moment.variable.offer(load().world[name] for name in seen(load(), self.actor.value))
        names = [one.name for one in load().instruments if one.actor == self.actor.value]
        self.instrument.param.update(
            options={name.replace("_", " ").capitalize(): name for name in names}, value=names[0]
        )
        self._options()

    def _options(self) -> None:
        options = {
            f"{option.name}: {option.meaning.splitlines()[0].rstrip('.')}"
            if option.meaning
            else option.name: option.name
            for one in load().instruments
            if (one.actor, one.name) == (self.actor.value, self.instrument.value)
            for option in one.options
        }
        self.option.param.update(options=options, value=next(iter(options.values())))

    def mapping(self) -> dict[str, Any]:
        """Return the commitment as a scenario file would hold it."""
        option = self.option.value
        given = {
            "actor": self.actor.value,
            "instrument": self.instrument.value,
            self.verb.value: [option] if self.verb.value == "avoid" else option,
        }
        rest = {
            "name": self.name.value.strip(),
            "from": self.first.value.strip(),
            "when": self.start.condition(),
            "until": self.end.text if self.end.kind == "day" else self.end.condition(),
            "again": self.again.value,
        }
        return {**given, **{name: value for name, value in rest.items() if value}}


class Additions:
    """The storyline in words, what was added to it, and the forms that add to it."""

    def __init__(self, library: Library, changed: Callable[[Settings], object], later: Later) -> None:
        self.library, self._changed, self._later = library, changed, later
        self.settings = Settings()
        self.about: Any = html("")
        self.listed: Any = pn.Column(sizing_mode="stretch_width", margin=0)
        self.forms = (
            EventForm("Add an event", "Add the event", "events", self._add),
            CommitmentForm("Bind an actor", "Bind the actor", "commitments", self._add),
        )
        for form in self.forms:
            form.view.param.watch(
                lambda event, form=form: None if event.new else later(form.fill), "collapsed"
            )
        self.view: Any = pn.Column(
            self.about,
            self.listed,
            *(form.view for form in self.forms),
            sizing_mode="stretch_width",
            margin=0,
        )

    def _add(self, part: str, one: Mapping[str, Any]) -> str:
        """Add an event or a commitment; return what is wrong with it, if anything is."""
        wanted = self.settings.with_added(part, one)
        try:
            state.scenario(wanted, self.library)
        except ScenarioError as error:
            # Which number it would have in a list is nothing a visitor has seen.
            return re.sub(rf"(?m)^{part}\[\d+\]\.?", "", str(error))
        self._changed(wanted)
        return ""

    def show(self, settings: Settings, spec: Scenario) -> None:
        """Tell the storyline that holds, and list what was added to it."""
        self.settings = settings
        self.about.object = about(spec)
        rows = []
        for part, called in (("events", "name"), ("commitments", "actor")):
            for place, one in enumerate(settings.added(part)):
                name = titled(str(one[called])) if part == "commitments" else str(one[called])
                remove: Any = button(f"Remove {name}")
                remove.on_click(
                    lambda _, part=part, place=place: self._changed(self.settings.without(part, place))
                )
                rows.append(remove)
        self.listed.objects = rows


def about(spec: Scenario) -> str:
    """Return what a storyline asks, what happens in it, who is bound, and what to beware of, as HTML."""
    parts = (
        ("What happens", [storyline.event(one) for one in spec.events]),
        ("Who is bound", [storyline.commitment(one) for one in spec.commitments]),
        ("Beware", list(storyline.notes(spec))),
    )
    told = "".join(
        f"<p><b>{heading}</b></p><ul>{''.join(f'<li>{escape(one)}</li>' for one in lines)}</ul>"
        for heading, lines in parts
        if lines
    )
    return f"<p class=question>{escape(spec.question)}</p>{told}"
