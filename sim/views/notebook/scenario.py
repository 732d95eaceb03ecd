"""Scenarios and rules as pieces of an HTML page, for notebooks."""

from __future__ import annotations

from html import escape

from sim.face import table
from sim.model.declare import Rule
from sim.model.registry import load
from sim.scenario import conditions
from sim.scenario.schema import Commitment, Event, Scenario, When
from sim.views.numbers import marks


class Rules(dict[str, Rule]):
    """The rules by id, with a face for notebooks."""

    def _repr_html_(self) -> str:
        rows = [(one.id, marks(one.paragraphs), one.actor, one.name, one.claim) for one in self.values()]
        return f'<section class="panj-rules">{table(("rule", "¶", "actor", "", "claim"), rows)}</section>'


def scenario_html(spec: Scenario) -> str:
    """Return title, question, extent, and what differs from the defaults, with units and meanings."""
    facts = [
        f"{spec.weeks} weeks from {spec.start}",
        f"{spec.citizens:,} citizens" if spec.citizens else "an average citizen (no individuals)",
        f"hash {spec.hash[:8]}",
    ]
    if spec.reading is not None:
        facts.insert(2, f"reading {escape(spec.reading)}")
    if spec.rules == "off":
        facts.insert(2, "every rule off")
    own = [(one.id, one.name, one.actor or "the world", one.claim) for one in spec.own_rules]
    model = load()
    known = {**model.world, **model.parameters}
    rows = [
        (name, f"{value:g}", f"{known[name].default:g}", known[name].unit, known[name].meaning)
        for name, value in {**spec.world, **spec.parameters}.items()
    ]
    parts = [
        f"<strong>{escape(spec.title)}</strong>",
        f"<p>{escape(spec.question)}</p>" if spec.question else "",
        f"<p>{' · '.join(facts)}</p>",
        table(("set here", "value", "default", "unit", "meaning"), rows) if rows else "",
        table(("own rule", "name", "actor", "claim"), own) if own else "",
        table(("event", "when", "lasts", "change"), map(_event, spec.events)) if spec.events else "",
        table(("bound", "instrument", "to", "from", "until"), map(_bound, spec.commitments))
        if spec.commitments
        else "",
    ]
    return f'<section class="panj-scenario">{"".join(parts)}</section>'


def _event(one: Event) -> tuple[str, str, str, str]:
    if one.on is not None:
        when = str(one.on)
    elif one.when is not None:
        when = f"once {conditions.text(one.when)}"
        when += f", {one.when.delay} weeks later" if one.when.delay and not one.when.after else ""
    else:
        when = f"{one.hazard:g} a week"
    changes = []
    for target, change in one.change.items():
        ((how, value),) = change.model_dump(exclude_none=True).items()
        changes.append(f"{target}: {how} {value:g}" if how != "path" else f"{target}: a path of {len(value)}")
    return one.name, when, f"{one.lasts} weeks" if one.lasts else "once", "; ".join(changes)


def _bound(one: Commitment) -> tuple[str, str, str, str, str]:
    to = f"insist: {one.insist}" if one.insist else "avoid: " + ", ".join(one.avoid)
    begins, ends = str(one.from_ or "the start"), str(one.until or "the end")
    if one.when is not None:
        begins = f"once {conditions.text(one.when)}"
    if isinstance(one.until, When):
        ends = f"once {conditions.text(one.until)}"
    return one.actor, one.instrument, to, begins, ends
