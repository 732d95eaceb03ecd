"""What may be wrong with observations beyond types: keys that go together, names, dates in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.model.registry import load
from sim.scenario import values
from sim.scenario.checks import texts
from sim.scenario.faults import Fault, Loc, shown, unknown

#: What is made of the weekly values from the first to the last day.
MEASURES = ("value", "mean", "total", "rise", "least", "most")
#: What an observation may be about: a measure of variables, a ladder, a choice.
KINDS = (*MEASURES, "reached", "not", "chose")
#: What may be said of a measure.
TARGETS = ("equals", "count", "above", "at_least", "below")


def faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with observations given as plain data."""
    yield from texts(data)
    rows = data.get("observed")
    names: set[str] = set()
    for number, one in enumerate(rows if isinstance(rows, list | tuple) else ()):
        if not isinstance(one, Mapping):
            continue
        loc = ("observed", number)
        name = one.get("name")
        if isinstance(name, str) and name:
            if name in names:
                yield Fault((*loc, "name"), f"expected names that differ, found {shown(name)} twice")
            names.add(name)
        yield from _faults(one, loc)


def _faults(one: Mapping[str, Any], loc: Loc) -> Iterator[Fault]:
    kinds, targets = ([key for key in keys if one.get(key) is not None] for keys in (KINDS, TARGETS))
    if len(kinds) != 1:
        said = " and ".join(kinds) or "none"
        yield Fault(loc, f"expected one of {', '.join(KINDS)}, found {said}")
        return
    (kind,) = kinds
    measured = kind in MEASURES
    if len(targets) != measured:
        said = " and ".join(targets) or "none"
        wanted = f"one of {', '.join(TARGETS)}" if measured else f"no number beside '{kind}'"
        yield Fault(loc, f"expected {wanted}, found {said}")
    if (one.get("tolerance") is None) != (one.get("equals") is None):
        yield Fault(loc, "'equals' and 'tolerance' go together; add the other one")
    for key in ("relative_to", "less"):
        if one.get(key) and not measured:
            yield Fault((*loc, key), f"'{key}' is for measures, not for '{kind}'; leave it out")
    if one.get("unreported") and not (kind == "not" or {"count", "below"} & set(targets)):
        yield Fault(
            (*loc, "unreported"),
            "a thing goes unreported where it is not seen: beside 'not', 'count' or 'below'; leave it out",
        )
    wrong = one.get("discrepancy")
    if wrong and "count" in targets:
        yield Fault(
            (*loc, "discrepancy"),
            "'discrepancy' is not for a 'count', of which 'unreported' says how sure it is; leave it out",
        )
    elif isinstance(wrong, int | float) and "equals" not in targets and wrong >= 0.5:
        yield Fault(
            (*loc, "discrepancy"), f"expected a chance below 0.5 that the model is wrong, found {wrong:g}"
        )
    yield from _times(one, loc, kind)
    if measured:
        yield from _known(one[kind], (*loc, kind))
    elif kind == "chose" and isinstance(one[kind], Mapping):
        yield from _choice(one[kind], (*loc, kind))


def _times(one: Mapping[str, Any], loc: Loc, kind: str) -> Iterator[Fault]:
    day, first, last = (one.get(key) is not None for key in ("on", "from", "until"))
    if day == (first or last) or first != last:
        yield Fault(loc, "expected a day ('on'), or a time ('from' and 'until')")
        return
    if kind == "value" and not day:
        yield Fault(loc, "'value' is of a day; give 'on', or ask for 'mean' over the time")
    base = one.get("relative_to")
    for span, where in ((one, loc), (base, (*loc, "relative_to"))):
        if isinstance(span, Mapping):
            since, until = values.day(span.get("from")), values.day(span.get("until"))
            if since is not None and until is not None and since > until:
                yield Fault((*where, "until"), f"expected a day from {since} on, found {until}")
    end, until = values.day(one.get("on" if day else "until")), None
    if isinstance(base, Mapping):
        until = values.day(base.get("until"))
    if end is not None and until is not None and until > end:
        yield Fault(
            (*loc, "relative_to", "until"),
            f"expected a day up to {end}, when the observation is judged, found {until}",
        )


def _known(given: Any, loc: Loc) -> Iterator[Fault]:
    world = load().world
    names = [given] if isinstance(given, str) else given
    for place, name in enumerate(names if isinstance(names, list | tuple) else ()):
        if not isinstance(name, str) or name not in world:
            yield Fault(loc, unknown("variable", name, world))
        elif name in names[:place]:
            yield Fault(loc, f"expected each variable once, found {shown(name)} twice; drop one")


def _choice(given: Mapping[str, Any], loc: Loc) -> Iterator[Fault]:
    instruments = load().instruments
    of_actor = [one for one in instruments if one.actor == given.get("actor")]
    if "actor" in given and not of_actor:
        yield Fault((*loc, "actor"), unknown("actor", given["actor"], {one.actor for one in instruments}))
    named = [one for one in of_actor if one.name == given.get("instrument")]
    if of_actor and "instrument" in given and not named:
        known = [one.name for one in of_actor]
        yield Fault((*loc, "instrument"), unknown("instrument", given["instrument"], known))
    options = [option.name for one in named for option in one.options]
    if named and "option" in given and given["option"] not in options:
        yield Fault((*loc, "option"), unknown("option", given["option"], options))
