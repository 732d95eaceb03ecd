"""A storyline told back in words, and what its writer should be warned of before it is run."""

from __future__ import annotations

import math
import os
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace

from sim.model import written
from sim.model.declare import Option
from sim.model.fields import fields_read
from sim.model.outcomes import ladders
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import conditions, rules
from sim.scenario.loading import inherited_question
from sim.scenario.plan import assumed
from sim.scenario.rules import WrittenRule
from sim.scenario.schema import Change, Commitment, Event, Scenario, When


def page(spec: Scenario, width: int, file: str | os.PathLike[str] | None = None) -> str:
    """Return the storyline as `panj check` prints it: what it is, what happens, who is bound, notes.

    `file` is what the storyline was read from, if it was.
    """
    blocks = [spec.title]
    if spec.question:
        blocks.append(textwrap.fill(spec.question, width))
    blocks.append(textwrap.fill(extent(spec), width))
    parts = (
        ("Settings", settings(spec)),
        ("Rules of its own", [own_rule(one) for one in spec.own_rules]),
        ("What happens", [event(one) for one in spec.events]),
        ("Who is bound", [commitment(one) for one in spec.commitments]),
        ("Notes", list(notes(spec, file))),
    )
    for heading, sentences in parts:
        if sentences:
            lines = [
                textwrap.fill(one, width, initial_indent="  - ", subsequent_indent="    ")
                for one in sentences
            ]
            blocks.append("\n".join([heading, *lines]))
    return "\n\n".join(blocks)


def extent(spec: Scenario) -> str:
    """Return how long the storyline runs, for how many citizens, and how the article is read."""
    last = spec.start + timedelta(weeks=spec.weeks, days=-1)
    citizens = f"{spec.citizens:,} citizens" if spec.citizens else "an average citizen (no individuals)"
    read = "every rule is off" if spec.rules == "off" else f"the reading is {spec.reading or 'as_read'}"
    return f"From {spec.start} to {last} ({_weeks(spec.weeks)}), with {citizens}; {read}."


def settings(spec: Scenario) -> list[str]:
    """Return each value that the storyline sets for the whole run, beside its default."""
    known = _known(load())
    return [
        f"{name} is {_amount(value, known[name])} instead of {_amount(known[name].default, known[name])}: "
        f"{known[name].meaning}."
        for name, value in {**spec.world, **spec.parameters}.items()
    ]


def own_rule(one: WrittenRule) -> str:
    """Return what a rule of the storyline claims, what it pushes, and how far that is in doubt."""
    pushes = "; ".join(
        f"{'for' if push.size > 0 else 'against'} {target} by {abs(push.size):g} "
        f"({min(abs(push.low), abs(push.high)):g} to {max(abs(push.low), abs(push.high)):g})"
        for target, push in one.pushes.items()
    )
    rival = f", a rival of {one.rival_of}" if one.rival_of else ""
    return (
        f"{one.id}, {one.name}{rival}: {one.claim.rstrip('.')}. Pushes {one.actor or 'the world'} {pushes}. "
        f"Source: {written.source(rules.plain(one)['source'])}."
    )


def event(one: Event) -> str:
    """Return what an event does, when, and until when."""
    if one.on is not None:
        when = f"On {one.on}"
    elif one.when is not None:
        when = f"Once {conditions.text(one.when)}"
        when += f", {_weeks(one.when.delay)} later" if one.when.delay and not one.when.after else ""
    else:
        when = f"In any week, with a chance of {one.hazard or 0.0:.3g}"
    if one.lasts and one.on is not None:
        end = f"until {one.on + timedelta(weeks=one.lasts)}, {_weeks(one.lasts)}"
    elif one.lasts:
        end = f"for {_weeks(one.lasts)}"
    else:
        end = "once, and the model goes on from there"
    model = load()
    known = _known(model)
    changes = "; ".join(_change(known[target], change) for target, change in one.change.items())
    because = f" Because: {one.because.rstrip('.')}." if one.because else ""
    return f"{when}: {one.name}. {changes} ({end}).{because}"


def commitment(one: Commitment) -> str:
    """Return what an actor binds itself to, and for how long."""
    names = [one.insist] if one.insist else list(one.avoid)
    verb = "insists on" if one.insist else "avoids"
    acts = " and ".join(
        f"{one.instrument}.{name} ({deed(one.actor, one.instrument, name)})" for name in names
    )
    first = f"from {one.from_}" if one.from_ else "from the start"
    if one.when is not None:
        first = (f"{first}, " if one.from_ else "") + f"once it sees that {conditions.text(one.when)},"
    last = f"until {one.until}" if one.until else "to the end"
    if isinstance(one.until, When):
        last = f"until it sees that {conditions.text(one.until)}" + (", time and again" if one.again else "")
    name = f"{one.name}: " if one.name else ""
    because = f" Because: {one.because.rstrip('.')}." if one.because else ""
    return f"{name}{one.actor.capitalize()} {verb} {acts}, {first} {last}.{because}"


def deed(actor: str, instrument: str, option: str) -> str:
    """Return what an actor does by an option, as it stands after *to*."""
    options = (one for each in load().instruments for one in each.options)
    meaning = next(
        one.meaning for one in options if (one.actor, one.instrument, one.name) == (actor, instrument, option)
    )
    return _lower(meaning or option.replace("_", " "))


def notes(spec: Scenario, file: str | os.PathLike[str] | None = None) -> Iterator[str]:
    """Yield what is possible and may yet not be meant, a sentence each with its remedy.

    `file` is what the storyline was read from, if it was: only there stands whose question it asks.
    """
    model = load()
    if file is not None and (parent := inherited_question(file)) is not None:
        yield (
            f"The question is the one of {parent}, and pages and reports open with it, though this file "
            "changes what happens; write a 'question' of its own."
        )
    yield from _implausible(spec, model)
    for bound in spec.commitments:
        if bound.when is not None and (why := _impossible(bound.when, model)):
            yield f"The commitment {bound.name or bound.instrument!r} can never begin: {why}."
    for one in spec.events:
        yield from _never(one, spec, model)
        yield from _outlasting(one, spec)
        for target, change in one.change.items():
            yield from _cut_off(one, target, change, model)
            yield from _implausible_change(one, target, change, model)
            if not one.lasts and change.path is None and target in model.world:
                yield from _drifting(one, target, spec, model)
                yield from _undone(one, target, change, spec, model)
    yield from _by_definition(spec, model)


def _implausible(spec: Scenario, model: Model) -> Iterator[str]:
    known = _known(model)
    for name, value in {**spec.world, **spec.parameters}.items():
        if away := outside(known[name], value):
            yield f"{name} is {_amount(value, known[name])}, {away}."


def _implausible_change(one: Event, target: str, change: Change, model: Model) -> Iterator[str]:
    """Warn of a parameter that an event takes beyond its range; of a shock to the world that is the point."""
    quantity = model.parameters.get(target)
    result = None if quantity is None else _result(quantity.default, change)
    if quantity is None or result is None:
        return
    if away := outside(quantity, result):
        yield f"{one.name!r} takes {target} to {_amount(result, quantity)}, {away}."


def outside(quantity: Quantity, *values: float) -> str:
    """Return which plausible range some of the values leave; empty where none does, or of a strength."""
    low, high = quantity.plausible
    if quantity.name.startswith("strength_") or all(low <= one <= high for one in values):
        return ""
    return f"outside its plausible range of {low:g} to {_amount(high, quantity)} ({quantity.source.grade})"


def _outlasting(one: Event, spec: Scenario) -> Iterator[str]:
    if one.on is None or not one.lasts:
        return
    over, last = one.on + timedelta(weeks=one.lasts), spec.start + timedelta(weeks=spec.weeks)
    if over > last:
        end = last - timedelta(days=1)
        yield f"{one.name!r} lasts {_weeks(one.lasts)}, past the end of the run on {end}."


def _never(one: Event, spec: Scenario, model: Model) -> Iterator[str]:
    if one.hazard == 0.0:
        yield f"{one.name!r} can never happen: its chance is 0 a week."
    if one.when is not None and one.when.delay >= spec.weeks:
        yield f"{one.name!r} can never happen: it waits {_weeks(one.when.delay)} of {spec.weeks}."
    if one.when is not None and (why := _impossible(one.when, model)):
        yield f"{one.name!r} can never happen: {why}."


def _impossible(when: When, model: Model) -> str:
    """Return why a condition can never be true, empty where that cannot be told from its bounds."""
    parts = when.all_ or when.any_
    if parts is not None:
        faults = [_impossible(one, model) for one in parts]
        return next((one for one in faults if one and (when.all_ is not None or all(faults))), "")
    name = when.variable or when.rung
    if name is None:
        return ""
    quantity = model.world[name]
    if when.above is not None and when.above >= quantity.high:
        return f"{name} is {quantity.high:g} at most"
    if when.below is not None and when.below <= quantity.low:
        return f"{name} is {quantity.low:g} at least"
    return ""


def _cut_off(one: Event, target: str, change: Change, model: Model) -> Iterator[str]:
    quantity = _known(model)[target]
    result = _result(quantity.default, change)
    if result is not None and not quantity.low <= result <= quantity.high:
        bound = quantity.low if result < quantity.low else quantity.high
        yield (
            f"{one.name!r} would take {target} from its default of {quantity.default:g} to {result:g}; "
            f"it is cut off at {bound:g}."
        )


def _drifting(one: Event, target: str, spec: Scenario, model: Model) -> Iterator[str]:
    """Warn of a change that happens once and fades, while what it returns to stays as it was."""
    quantity = model.world[target]
    if quantity.fades is None or quantity.rests in one.change:
        return
    values = {name: q.default for name, q in model.parameters.items()} | assumed(spec, model)
    pace = values[quantity.fades]
    if not 0.0 < pace < 1.0:
        return
    weeks = math.log(0.5) / math.log1p(-pace)
    rest = f"its rest ({quantity.rests}, {values[quantity.rests]:g})" if quantity.rests is not None else "0"
    also = f"change {quantity.rests} as well, or " if quantity.rests is not None else ""
    yield (
        f"{target} drifts back towards {rest} after {one.name!r}: half of the change is gone within "
        f"{_weeks(max(round(weeks), 1))}. If it is meant to stay, {also}say how long it 'lasts'."
    )


def _undone(one: Event, target: str, change: Change, spec: Scenario, model: Model) -> Iterator[str]:
    """Warn of options that would move the variable the other way, and that nobody is kept from."""
    quantity = model.world[target]
    default, result = quantity.default, _result(quantity.default, change)
    if result is None or result == default:
        return
    result = min(max(result, quantity.low), quantity.high)
    names = [
        f"{option.actor.capitalize()} ({option.key})"
        for option in _free(spec, model)
        if target in option.moves and _moves(option, target, result, model) * (result - default) < 0.0
    ]
    if names:
        verb = "may" if len(names) == 1 else "may each"
        yield (
            f"{' and '.join(names)} {verb} undo {one.name!r}; a commitment that avoids the option keeps "
            "the change in force."
        )


def _by_definition(spec: Scenario, model: Model) -> Iterator[str]:
    """Warn of variables of which rungs are made and that no actor is left to raise."""
    free = {option.purpose for option in _free(spec, model)}
    for variable in sorted(fields_read(ladders)["world"] & set(model.world)):
        raising = [
            option
            for instrument in model.instruments
            for option in instrument.options
            if variable in option.moves
            and _moves(option, variable, 0.5 * model.world[variable].default, model) > 0.0
        ]
        if raising and not any(option.purpose in free for option in raising):
            yield (
                f"Nobody is left to raise {variable}, of which rungs and classes are made: what this does to "
                "their shares follows from how they are defined, and is no finding."
            )


def _free(spec: Scenario, model: Model) -> list[Option]:
    """Return every option that no commitment keeps its actor from taking to the end."""
    barred = {
        (one.actor, one.instrument, name)
        for one in spec.commitments
        if one.until is None and not one.reacts
        for name in one.avoid
    }
    return [
        option
        for instrument in model.instruments
        for option in instrument.options
        if option.function is not None and (option.actor, option.instrument, option.name) not in barred
    ]


def _moves(option: Option, variable: str, value: float, model: Model) -> float:
    """Return by how much an option moves a variable that stands at `value`, all else at its default."""
    world = SimpleNamespace(**{name: quantity.default for name, quantity in model.world.items()})
    p = SimpleNamespace(**{name: quantity.default for name, quantity in model.parameters.items()})
    setattr(world, variable, value)
    assert option.function is not None
    option.function(world, p)
    return float(getattr(world, variable)) - value


def _known(model: Model) -> dict[str, Quantity]:
    return {**model.world, **model.parameters}


def _result(value: float, change: Change) -> float | None:
    """Return what a change makes of a value; None for a dated series."""
    if change.set is not None:
        return change.set
    if change.add is not None:
        return value + change.add
    return None if change.multiply is None else value * change.multiply


def _change(quantity: Quantity, change: Change) -> str:
    name = f"{quantity.meaning[:1].upper()}{quantity.meaning[1:]} ({quantity.name})"
    if change.set is not None:
        return f"{name} is set to {_amount(change.set, quantity)}"
    if change.add is not None:
        verb = "rises" if change.add >= 0 else "falls"
        return f"{name} {verb} by {_amount(abs(change.add), quantity)}"
    if change.multiply is not None:
        return f"{name} is multiplied by {change.multiply:g}"
    path = sorted((change.path or {}).items())
    steps = ", ".join(f"{_amount(value, quantity)} on {on}" for on, value in path)
    return f"{name} follows a path: {steps}"


def _amount(value: float, quantity: Quantity) -> str:
    plain = f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
    return (
        plain
        if quantity.unit in ("1", "index", "share", "flag", "utility", "rung")
        else f"{plain} {quantity.unit}"
    )


def _weeks(count: int) -> str:
    return "1 week" if count == 1 else f"{count} weeks"


def _lower(text: str) -> str:
    first = text.splitlines()[0].rstrip(".")
    return first[:1].lower() + first[1:]
