"""In what two scenarios differ once each is resolved: what is assumed apart from what somebody chooses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sim.model.provenance import Quantity
from sim.model.registry import load
from sim.scenario import conditions
from sim.scenario.plan import assumed
from sim.scenario.readings import reading
from sim.scenario.schema import Change, Commitment, Event, Scenario, When

Kind = Literal["frame", "assumption", "event", "choice"]

#: Kinds in the order in which they are told.
KINDS: dict[Kind, str] = {
    "frame": "Frame",
    "assumption": "Assumptions",
    "event": "Events",
    "choice": "Choices",
}


@dataclass(frozen=True)
class Difference:
    """One thing in which two scenarios differ.

    kind : `frame` (start, length, citizens), `assumption` (parameters, initial values, the reading),
        `event` (what happens to everybody), `choice` (what an actor binds itself to)
    first, second : what stands in each, as text; empty where nothing does
    unit, grade, source : of a quantity; for an event, its source or its reason
    """

    kind: Kind
    name: str
    first: str
    second: str
    unit: str = ""
    grade: str = ""
    source: str = ""

    def record(self) -> dict[str, str]:
        """Return it as plain data."""
        return dict(vars(self))


def differences(first: Scenario, second: Scenario) -> tuple[Difference, ...]:
    """Return everything in which two scenarios differ, resolved: defaults, reading and own values together.

    What both come to is no difference, whoever says it; titles, questions and reasons are none either.
    """
    return (
        *_frame(first, second),
        *_assumptions(first, second),
        *_events(first, second),
        *_choices(first, second),
    )


def resolved(spec: Scenario) -> dict[str, float]:
    """Return every parameter and initial value of a scenario, what it assumes over the defaults."""
    model = load()
    defaults = {name: one.default for name, one in {**model.parameters, **model.world}.items()}
    return {**defaults, **assumed(spec, model), **spec.world}


def _frame(first: Scenario, second: Scenario) -> Iterator[Difference]:
    for name, unit in (("start", "date"), ("weeks", "week"), ("citizens", "persons")):
        one, two = getattr(first, name), getattr(second, name)
        if one != two:
            yield Difference("frame", name, str(one), str(two), unit)


def _assumptions(first: Scenario, second: Scenario) -> Iterator[Difference]:
    if first.reading != second.reading:
        names = [spec.reading or "as_read" for spec in (first, second)]
        yield Difference("assumption", "reading", names[0], names[1], source=_claims(names))
    model = load()
    known: Mapping[str, Quantity] = {**model.parameters, **model.world}
    one, two = resolved(first), resolved(second)
    for name, quantity in known.items():
        if one[name] != two[name]:
            yield Difference(
                "assumption",
                name,
                f"{one[name]:.6g}",
                f"{two[name]:.6g}",
                quantity.unit,
                quantity.source.grade,
                str(quantity.source),
            )


def _claims(names: list[str]) -> str:
    from sim.scenario.catalogue import reading_names

    return "; ".join(f"{name}: {reading(name).claim}" for name in names if name in reading_names())


def _events(first: Scenario, second: Scenario) -> Iterator[Difference]:
    mine = {one.name: one for one in first.events}
    other = {one.name: one for one in second.events}
    for name in dict.fromkeys([*mine, *other]):
        texts = [event_text(found[name]) if name in found else "" for found in (mine, other)]
        if texts[0] != texts[1]:
            told = other.get(name) or mine[name]
            grade = "public" if told.source else "judgement"
            yield Difference("event", name, texts[0], texts[1], grade=grade, source=_why(told))


def _why(event: Event) -> str:
    if event.source is not None:
        return f"{event.source.publisher}, {event.source.title}, {event.source.date}"
    return event.because


def event_text(event: Event) -> str:
    """Write what an event does, briefly and in full."""
    if event.on is not None:
        when = f"on {event.on}"
    elif event.when is not None:
        when = f"once {conditions.text(event.when)}"
        when += f", {event.when.delay} weeks later" if event.when.delay and not event.when.after else ""
    else:
        when = f"with a chance of {event.hazard:g} a week"
    lasts = f" for {event.lasts} weeks" if event.lasts else ""
    changes = ", ".join(f"{target} {_change(one)}" for target, one in sorted(event.change.items()))
    return f"{when}{lasts}: {changes}"


def _change(one: Change) -> str:
    if one.path is not None:
        return "along " + ", ".join(f"{day}: {level:g}" for day, level in sorted(one.path.items()))
    words: dict[str, Any] = {"=": one.set, "+": one.add, "×": one.multiply}
    return next(f"{sign} {value:g}" for sign, value in words.items() if value is not None)


def _choices(first: Scenario, second: Scenario) -> Iterator[Difference]:
    mine, other = ([commitment_text(one) for one in spec.commitments] for spec in (first, second))
    for actor_and_instrument, text in dict.fromkeys([*mine, *other]):
        here = [text if (actor_and_instrument, text) in found else "" for found in (mine, other)]
        if here[0] != here[1]:
            yield Difference("choice", actor_and_instrument, *here)


def commitment_text(one: Commitment) -> tuple[str, str]:
    """Return whose instrument a commitment binds, and to what and when."""
    what = f"insists on {one.insist}" if one.insist is not None else ""
    if one.avoid:
        what += (", " if what else "") + f"avoids {', '.join(one.avoid)}"
    since = f" from {one.from_}" if one.from_ is not None else ""
    since += f" once {conditions.text(one.when)}" if one.when is not None else ""
    until = f" until {one.until}" if one.until is not None else ""
    if isinstance(one.until, When):
        until = f" until {conditions.text(one.until)}" + (", time and again" if one.again else "")
    return f"{one.actor}, {one.instrument}", f"{what}{since}{until}"
