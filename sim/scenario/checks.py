"""Whether a scenario makes sense to the model: names, bounds, dates. One function per way to be wrong.

Each takes plain data (mappings, lists, numbers, dates) and passes over what is not even of the
right type, because the types are reported elsewhere; so all faults of a file are found at once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sim.errors import visible
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import catalogue, conditions
from sim.scenario.faults import Fault, Loc, shown, unknown
from sim.scenario.values import day, number, out_of_bounds

TRIGGERS = ("on", "when", "hazard")
#: In the order of the codes the drivers know them by.
OPERATIONS = ("set", "add", "multiply", "path")
#: Means of the population: what happens to them happens to every citizen.
MEANS = ("solidarity", "fear", "approval")
DEFAULT_START = date(2021, 8, 16)
#: Dates end with the year 9999, and a storyline may last forty years.
LATEST_START = date(9900, 1, 1)


def faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the meaning of a scenario given as plain data."""
    model = load()
    yield from _title(data)
    yield from texts(data)
    yield from _reading(data)
    yield from values(data.get("world"), "variable of the world", model.world, ("world",))
    yield from values(data.get("parameters"), "parameter", model.parameters, ("parameters",))
    start = day(data.get("start", DEFAULT_START))
    if start is not None and start > LATEST_START:
        yield Fault(("start",), f"expected a start up to {LATEST_START}, found {start}")
    yield from _names(data)
    for loc, event in _mappings(data, "events"):
        yield from _triggers(loc, event)
        yield from _condition(loc, event, data, model)
        yield from _changes(loc, event, model)
        yield from _impulses(loc, event)
        yield from _paths(loc, event, start)
    for loc, bound in _mappings(data, "commitments"):
        yield from _commitment(loc, bound, model)
        yield from _plan(loc, bound, data, model)
    if start is not None:
        yield from _contradictions(data, start)
        yield from _too_early(data, start)


def too_late(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield dates after the last week.

    Only a file is asked this: a horizon may be shortened later, and what lies beyond it is then moot.
    """
    start, weeks = day(data.get("start", DEFAULT_START)), data.get("weeks", 208)
    if start is None or isinstance(weeks, bool) or not isinstance(weeks, int) or not 1 <= weeks <= 2080:
        return
    if start > LATEST_START:
        return
    last = start + timedelta(weeks=weeks, days=-1)
    for loc, when in _dates(data):
        if when > last:
            yield Fault(
                loc,
                f"expected a date up to {last}, the end of the {weeks} weeks from {start}, found {when}; "
                "move it or set 'weeks' higher",
            )


def derived(quantity: Quantity) -> str:
    """Say that a variable cannot be set."""
    return (
        f"{quantity.name!r} is computed by the model ({quantity.meaning}), so nothing can set it; "
        "change what it follows from"
    )


def values(given: Any, kind: str, quantities: Mapping[str, Quantity], loc: Loc) -> Iterator[Fault]:
    """Yield unknown names, computed variables and impossible values among values by name."""
    if not isinstance(given, Mapping):
        return
    for name, value in given.items():
        quantity = quantities.get(name) if isinstance(name, str) else None
        if quantity is None:
            yield Fault((*loc, name), _unknown_target(kind, name, quantities))
        elif quantity.derived:
            yield Fault((*loc, name), derived(quantity))
        elif (x := number(value)) is not None and (text := out_of_bounds(x, quantity)):
            yield Fault((*loc, name), text)


def _unknown_target(kind: str, name: Any, quantities: Mapping[str, Quantity]) -> str:
    model = load()
    if quantities is model.world and name in model.parameters:
        return f"{name!r} is a parameter; write it under 'parameters'"
    if quantities is model.parameters and name in model.world:
        return f"{name!r} is a variable of the world; write it under 'world'"
    return unknown(kind, name, [one for one, q in quantities.items() if not q.derived])


def _mappings(data: Mapping[str, Any], key: str) -> Iterator[tuple[Loc, Mapping[str, Any]]]:
    found = data.get(key)
    for i, one in enumerate(found if isinstance(found, list) else []):
        if isinstance(one, Mapping):
            yield (key, i), one


def _title(data: Mapping[str, Any]) -> Iterator[Fault]:
    title = data.get("title")
    if not isinstance(title, str):
        return
    if not title.strip() or len(title) > 200:
        yield Fault(("title",), f"expected a title of 1 to 200 characters, found {len(title.strip())}")
    elif not title.isprintable():
        yield Fault(("title",), "expected a title on one line without control characters, found some")
    elif set(title) & set("/\\<>") or title.strip(". ") == "":
        yield Fault(
            ("title",),
            f"expected a title in words, found {shown(title)}, which reads like a path or markup; "
            "leave out / \\ < >",
        )


def texts(value: Any, loc: Loc = ()) -> Iterator[Fault]:
    """Yield texts, anywhere in plain data, with characters that would give a terminal orders."""
    if isinstance(value, str) and visible(value) != value:
        yield Fault(loc, "expected text without control characters and marks of direction; drop them")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts(one, (*loc, key))
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            yield from texts(one, (*loc, number))


def _reading(data: Mapping[str, Any]) -> Iterator[Fault]:
    name = data.get("reading")
    if isinstance(name, str) and name not in catalogue.reading_names():
        yield Fault(("reading",), unknown("reading", name, catalogue.reading_names()))


def _names(data: Mapping[str, Any]) -> Iterator[Fault]:
    seen: Counter[str] = Counter()
    for loc, one in [*_mappings(data, "events"), *_mappings(data, "commitments")]:
        name = one.get("name")
        if not isinstance(name, str):
            continue
        if not name.strip() or len(name) > 100 or not name.isprintable():
            yield Fault((*loc, "name"), "expected a name of 1 to 100 characters on one line")
        seen[name] += 1
        if seen[name] == 2:
            yield Fault(
                (*loc, "name"),
                f"expected names of events and commitments to differ, found {shown(name)} twice",
            )


def _triggers(loc: Loc, event: Mapping[str, Any]) -> Iterator[Fault]:
    found = [name for name in TRIGGERS if event.get(name) is not None]
    if len(found) != 1:
        yield Fault(
            loc if not found else (*loc, found[1]),
            "expected exactly one of on (a date), when (a condition), hazard (a chance a week), "
            f"found {' and '.join(found) or 'none'}",
        )


def _condition(loc: Loc, event: Mapping[str, Any], data: Mapping[str, Any], model: Model) -> Iterator[Fault]:
    known = conditions.Names(list(model.world), _subjects(data, event), "the world")
    yield from conditions.faults((*loc, "when"), event.get("when"), known, model, root=True)


def _plan(loc: Loc, bound: Mapping[str, Any], data: Mapping[str, Any], model: Model) -> Iterator[Fault]:
    """Yield what is wrong with the conditions of a commitment, which see what its actor sees."""
    actor = bound.get("actor")
    when, until = bound.get("when"), bound.get("until")
    if bound.get("again") is True and not (when is not None and isinstance(until, Mapping)):
        yield Fault(
            (*loc, "again"),
            "expected 'when' and a condition as 'until' beside 'again': else nothing ends it to begin anew",
        )
    if not isinstance(actor, str) or actor not in model.actors:
        return
    known = conditions.Names(conditions.seen(model, actor), _subjects(data, bound), actor)
    for key, condition in (("when", when), ("until", until)):
        yield from conditions.faults((*loc, key), condition, known, model, root=False)


def _subjects(data: Mapping[str, Any], but: Mapping[str, Any]) -> list[str]:
    """Return the names of events and commitments that a condition of one of them may wait for."""
    named = [one for key in ("events", "commitments") for _, one in _mappings(data, key)]
    return [one["name"] for one in named if one is not but and isinstance(one.get("name"), str)]


def _changes(loc: Loc, event: Mapping[str, Any], model: Model) -> Iterator[Fault]:
    changes = event.get("change")
    if not isinstance(changes, Mapping):
        return
    if not changes:
        yield Fault((*loc, "change"), "expected at least one target, like {fear: {add: 0.2}}, found none")
    for target, change in changes.items():
        here = (*loc, "change", target)
        quantity = model.world.get(target) or model.parameters.get(target)
        if quantity is None:
            choices = [name for name, q in (model.world | model.parameters).items() if not q.derived]
            yield Fault(here, unknown("variable or parameter", target, choices))
        elif quantity.derived:
            yield Fault(here, derived(quantity))
        if not isinstance(change, Mapping):
            continue
        found = [name for name in OPERATIONS if change.get(name) is not None]
        if len(found) != 1:
            yield Fault(
                here,
                f"expected exactly one of set, add, multiply, path, found {' and '.join(found) or 'none'}",
            )
        if quantity is not None:
            yield from _sizes(here, change, quantity)


def _sizes(loc: Loc, change: Mapping[str, Any], quantity: Quantity) -> Iterator[Fault]:
    if (x := number(change.get("set"))) is not None and (text := out_of_bounds(x, quantity)):
        yield Fault((*loc, "set"), text)
    x, width = number(change.get("add")), quantity.high - quantity.low
    if x is not None and abs(x) > width:
        yield Fault(
            (*loc, "add"), f"expected at most {width:g}, the whole range of {quantity.name}, found {x:g}"
        )
    x = number(change.get("multiply"))
    if x is not None and not 0 <= x <= 1000:
        yield Fault((*loc, "multiply"), f"expected a factor from 0 to 1000, found {x:g}")
    path = change.get("path")
    for when, level in path.items() if isinstance(path, Mapping) else ():
        if (x := number(level)) is not None and (text := out_of_bounds(x, quantity)):
            yield Fault((*loc, "path", when), text)


def _impulses(loc: Loc, event: Mapping[str, Any]) -> Iterator[Fault]:
    changes = event.get("change")
    for target, change in changes.items() if isinstance(changes, Mapping) else ():
        if target not in MEANS:
            continue
        why = f"{target} is a mean over citizens, each moved once and then on their own"
        if event.get("lasts") not in (None, 0, "0", "0 weeks"):
            yield Fault((*loc, "lasts"), f"{why}; leave out 'lasts', or change what moves them week by week")
        if isinstance(change, Mapping) and change.get("path") is not None:
            yield Fault(
                (*loc, "change", target, "path"), f"{why}; expected set, add or multiply, found a path"
            )


def _paths(loc: Loc, event: Mapping[str, Any], start: date | None) -> Iterator[Fault]:
    changes = event.get("change")
    for target, change in changes.items() if isinstance(changes, Mapping) else ():
        path = change.get("path") if isinstance(change, Mapping) else None
        if not isinstance(path, Mapping):
            continue
        here = (*loc, "change", target, "path")
        days = [day(one) for one in path]
        if not days:
            yield Fault(here, "expected at least one date with a value, found none")
        if start is None or None in days or not days:
            continue
        weeks = [(one - start).days // 7 for one in days if one is not None]
        for key, week, before in zip(list(path)[1:], weeks[1:], weeks, strict=False):
            if week <= before:
                yield Fault(
                    (*here, key),
                    f"expected dates that go forward, each in another week, found {shown(key)} "
                    "no later than the week before it in the list",
                )
        on = day(event.get("on"))
        if on is not None and days[-1] is not None and on > days[-1] and event.get("lasts") in (None, 0):
            yield Fault(
                here, f"expected dates from {on} on, when the event happens, found the last on {days[-1]}"
            )


def _commitment(loc: Loc, bound: Mapping[str, Any], model: Model) -> Iterator[Fault]:
    avoid, insist = bound.get("avoid") or [], bound.get("insist")
    if isinstance(avoid, list) and bool(avoid) == (insist is not None):
        yield Fault(
            loc,
            "expected exactly one of avoid (a list of options) and insist (one option), "
            f"found {'both' if avoid else 'neither'}",
        )
    first, last = day(bound.get("from")), day(bound.get("until"))
    if first is not None and last is not None and last < first:
        yield Fault((*loc, "until"), f"expected a date from {first} on, found {last}")
    actor, instrument = bound.get("actor"), bound.get("instrument")
    if not isinstance(actor, str):
        return
    if actor not in model.actors:
        yield Fault((*loc, "actor"), unknown("actor", actor, model.actors))
        return
    instruments = {one.name: one for one in model.instruments_of(actor)}
    if not isinstance(instrument, str):
        return
    if instrument not in instruments:
        yield Fault((*loc, "instrument"), unknown(f"instrument of {actor}", instrument, instruments))
        return
    options = [one.name for one in instruments[instrument].options]
    for i, name in enumerate(avoid if isinstance(avoid, list) else []):
        if name == "hold":
            yield Fault(
                (*loc, "avoid", i),
                "'hold' cannot be avoided, for an actor can always leave things as they are",
            )
        elif name not in options:
            yield Fault((*loc, "avoid", i), unknown(f"option of {actor}'s {instrument}", name, options))
    if isinstance(insist, str) and insist not in options:
        yield Fault((*loc, "insist"), unknown(f"option of {actor}'s {instrument}", insist, options))


def _contradictions(data: Mapping[str, Any], start: date) -> Iterator[Fault]:
    """Two commitments of one actor with one instrument, in the same weeks, that cannot both be kept."""
    earlier: list[tuple[tuple[Any, Any], float, float, Mapping[str, Any]]] = []
    for loc, bound in _mappings(data, "commitments"):
        who = bound.get("actor"), bound.get("instrument")
        since, until = day(bound.get("from")), day(bound.get("until"))
        first = -math.inf if since is None else (since - start).days // 7
        last = math.inf if until is None else (until - start).days // 7
        for other_who, begin, end, other in earlier:
            ranked = (bound.get("priority") or 0) != (other.get("priority") or 0)
            if who == other_who and first <= end and begin <= last and not ranked and _clash(bound, other):
                actor, instrument = who
                yield Fault(
                    loc,
                    f"contradicts another commitment of {actor} with {instrument} in the same weeks; "
                    "drop one, or give one a higher 'priority'",
                )
        earlier.append((who, first, last, bound))


def _clash(one: Mapping[str, Any], two: Mapping[str, Any]) -> bool:
    mine, theirs = one.get("insist"), two.get("insist")
    if mine is not None and theirs is not None:
        return bool(mine != theirs)
    pairs = ((mine, two.get("avoid")), (theirs, one.get("avoid")))
    return any(isinstance(avoided, list) and insisted in avoided for insisted, avoided in pairs)


def _dates(data: Mapping[str, Any]) -> Iterator[tuple[Loc, date]]:
    for loc, one in [*_mappings(data, "events"), *_mappings(data, "commitments")]:
        for key in ("when", "until"):
            yield from conditions.dates((*loc, key), one.get(key))
    for loc, event in _mappings(data, "events"):
        if (found := day(event.get("on"))) is not None:
            yield (*loc, "on"), found
        changes = event.get("change")
        for target, change in changes.items() if isinstance(changes, Mapping) else ():
            path = change.get("path") if isinstance(change, Mapping) else None
            for key in path if isinstance(path, Mapping) else ():
                if (found := day(key)) is not None:
                    yield (*loc, "change", target, "path", key), found
    for loc, bound in _mappings(data, "commitments"):
        for name in ("from", "until"):
            if (found := day(bound.get(name))) is not None:
                yield (*loc, name), found


def _too_early(data: Mapping[str, Any], start: date) -> Iterator[Fault]:
    for loc, when in _dates(data):
        if when < start:
            yield Fault(
                loc,
                f"expected a date from {start} on, the start of the scenario, found {when}; "
                "write what holds at the start under 'world'",
            )
