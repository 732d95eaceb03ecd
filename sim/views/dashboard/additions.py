"""Events and commitments that a visitor adds to a storyline: the keys and the checks of a scenario file."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import panel as pn

from sim.errors import ScenarioError
from sim.model.actors import ACTORS
from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.views import storyline
from sim.views.dashboard import knobs, state
from sim.views.dashboard.finder import Finder
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, button, html
from sim.views.dashboard.state import Settings
from sim.views.one_run.narrative import titled

WIDE = {"sizing_mode": "stretch_width", "stylesheets": [INNER], "margin": (4, 10)}

HOW = {"is multiplied by": "multiply", "is set to": "set", "changes by": "add"}
TRIGGERS = {
    "on a day": "on",
    "once a variable rises above": "above",
    "once a variable falls below": "below",
    "in any week, with a chance": "hazard",
}


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
        self.trigger: Any = pn.widgets.Select(label="When it happens", options=TRIGGERS, **WIDE)
        self.level: Any = pn.widgets.TextInput(label="Day (2022-03-07), level or chance (0 to 1)", **WIDE)
        self.condition = Finder("The variable that must rise or fall", load().world.values())
        self.condition.view.visible = False
        self.lasts: Any = pn.widgets.TextInput(
            label="Weeks that it lasts (0: it happens once)", value="0", **WIDE
        )
        self.trigger.param.watch(self._triggered, "value")
        return [
            self.name,
            self.target.view,
            self.how,
            self.size,
            self.trigger,
            self.level,
            self.condition.view,
            self.lasts,
        ]

    def _triggered(self, event: Any) -> None:
        self.condition.view.visible = event.new in ("above", "below")

    def mapping(self) -> dict[str, Any]:
        """Return the event as a scenario file would hold it."""
        trigger, level = self.trigger.value, self.level.value.strip()
        given: dict[str, Any] = {"name": self.name.value.strip()}
        if trigger == "on":
            given["on"] = level
        elif trigger == "hazard":
            given["hazard"] = _number("chance", level)
        else:
            given["when"] = {"variable": self.condition.name, trigger: _number("level", level)}
        if self.lasts.value.strip() not in ("", "0"):
            given["lasts"] = self.lasts.value.strip()
        given["change"] = {self.target.name: {self.how.value: _number("size", self.size.value)}}
        return given


class CommitmentForm(Form):
    """Who is bound, with which instrument, to what, and for how long."""

    def fields(self) -> list[Any]:
        """Return the fields."""
        acting = [one for one in ACTORS if any(x.actor == one for x in load().instruments)]
        self.actor: Any = pn.widgets.Select(
            label="Actor", options={titled(one): one for one in acting}, **WIDE
        )
        self.instrument: Any = pn.widgets.Select(label="Instrument", options=[], **WIDE)
        self.verb: Any = pn.widgets.Select(
            label="Promise", options={"insists on": "insist", "avoids": "avoid"}, **WIDE
        )
        self.option: Any = pn.widgets.Select(label="Option", options=[], **WIDE)
        self.first: Any = pn.widgets.TextInput(label="From the day (empty: from the start)", **WIDE)
        self.last: Any = pn.widgets.TextInput(label="Until the day (empty: to the end)", **WIDE)
        self.actor.param.watch(lambda _: self._instruments(), "value")
        self.instrument.param.watch(lambda _: self._options(), "value")
        self._instruments()
        return [self.actor, self.instrument, self.verb, self.option, self.first, self.last]

    def _instruments(self) -> None:
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
        ends = {"from": self.first.value.strip(), "until": self.last.value.strip()}
        return {**given, **{name: day for name, day in ends.items() if day}}


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
            for number, one in enumerate(settings.added(part)):
                name = titled(str(one[called])) if part == "commitments" else str(one[called])
                remove: Any = button(f"Remove {name}")
                remove.on_click(
                    lambda _, part=part, number=number: self._changed(self.settings.without(part, number))
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


def _number(what: str, text: str) -> float:
    """Return a number that was typed.

    Raises
    ------
    ValueError
        It is none.
    """
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{what}: expected a number like 0.5, found {text[:60]!r}") from None
