"""Conditions of events and commitments: one grammar, checked as plain data and laid out as arrays.

condition = leaf | {all: [condition, …]} | {any: [condition, …]} | {not: condition},  each with  for: N weeks
leaf      = {variable: NAME, above | below | between: …}
          | {rung: escalation | rapprochement, above | below | between: …}
          | {after: a date, or the name of an event or commitment, delay: N weeks}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.outcomes import LADDERS
from sim.model.provenance import Quantity
from sim.model.registry import Model, knows
from sim.scenario.faults import Fault, Loc, shown, unknown
from sim.scenario.values import day, number, out_of_bounds, week_of

if TYPE_CHECKING:
    from sim.scenario.schema import When

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: What a node says, by the number the drivers know it by.
ABOVE, BELOW, BETWEEN, SINCE, AFTER, ALL, ANY, NOT = range(8)
#: What a condition may be, and what its leaf compares with.
FORMS = ("variable", "rung", "after", "all", "any", "not")
SIDES = ("above", "below", "between")
#: Most nodes of one condition, and how deep they may lie.
MOST_NODES, DEEPEST = 60, 8


class Conditions(NamedTuple):
    """Nodes of conditions, each after those it is made of.

    kind : one of the numbers above; column : of the variable, or of what `begun` counts
    look : number of the actor in whose record the variable is looked up, -1 for the world as recorded
    low, high : what a variable is compared with
    wait : weeks from what is waited for; span : weeks that a node must hold in a row
    first, size : where its parts stand in `parts`; parts : numbers of nodes
    """

    kind: Ints
    column: Ints
    look: Ints
    low: Floats
    high: Floats
    wait: Ints
    span: Ints
    first: Ints
    size: Ints
    parts: Ints


class Layout:
    """Nodes on their way into arrays.

    subjects : names of the events and then the commitments that a condition may wait for
    """

    def __init__(self, model: Model, start: date, subjects: Sequence[str]) -> None:
        self.model, self.start, self.subjects = model, start, list(subjects)
        self.world = list(model.world)
        self.rows: list[tuple[float, ...]] = []
        self.parts: list[int] = []

    def add(self, when: When, actor: str | None = None) -> int:
        """Lay out a condition as one actor sees it (None: as it is) and return the number of its root."""
        inner = when.all_ or when.any_ or ((when.not_,) if when.not_ is not None else ())
        numbers = [self.add(one, actor) for one in inner]
        kind, column, look, low, high, wait = ALL, 0, -1, 0.0, 0.0, 0
        if when.any_ is not None:
            kind = ANY
        elif when.not_ is not None:
            kind = NOT
        elif when.after is not None:
            kind, column, wait = self._after(when)
        elif when.all_ is None:
            name = str(when.variable or when.rung)
            column = self.world.index(name)
            if actor is not None and _estimates(self.model, actor, self.model.world[name]):
                look = self.model.actors.index(actor)
            kind, low, high = _side(when)
        first = len(self.parts)
        self.parts += numbers
        span = max(when.for_ or 1, 1)
        self.rows.append((kind, column, look, low, high, wait, span, first, len(numbers)))
        return len(self.rows) - 1

    def _after(self, when: When) -> tuple[int, int, int]:

        on = day(when.after)
        if on is not None:
            return SINCE, week_of(self.start, on), when.delay
        return AFTER, self.subjects.index(str(when.after)), when.delay

    def arrays(self) -> Conditions:
        """Return all that was added."""
        columns = [[row[k] for row in self.rows] for k in range(9)]
        kinds = [np.float64 if k in (3, 4) else np.int64 for k in range(9)]
        made = [np.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
        return Conditions._make([*made, np.array(self.parts, np.int64)])


def _side(when: When) -> tuple[int, float, float]:
    if when.above is not None:
        return ABOVE, when.above, 0.0
    if when.below is not None:
        return BELOW, 0.0, when.below
    assert when.between is not None
    return BETWEEN, *when.between


def _estimates(model: Model, actor: str, quantity: Quantity) -> bool:
    """Say whether an actor has only a late and noisy record of a quantity."""
    return quantity.estimated and quantity.owner != actor


def seen(model: Model, actor: str) -> list[str]:
    """Return the variables that a plan of an actor may look at: what it knows, or estimates for its rules."""
    looked = {q.name for q in model.perceived(actor)}
    return [
        name
        for name, q in model.world.items()
        if knows(actor, q) and (name in looked or not _estimates(model, actor, q))
    ]


class Names(NamedTuple):
    """What a condition may speak of: variables by name, and events and commitments to wait for."""

    variables: Sequence[str]
    subjects: Sequence[str]
    whose: str


def faults(loc: Loc, when: Any, names: Names, model: Model, root: bool, depth: int = 0) -> Iterator[Fault]:
    """Yield what is wrong with the meaning of a condition given as plain data.

    Parameters
    ----------
    root
        Whether it is the whole condition of an event, where `delay` stands for the event's own.
    """
    if not isinstance(when, Mapping):
        return
    if depth > DEEPEST or (depth == 0 and _size(when) > MOST_NODES):
        yield Fault(
            loc, f"expected a condition of at most {MOST_NODES} parts, {DEEPEST} deep, found a larger one"
        )
        return
    found = [name for name in FORMS if when.get(name) is not None]
    if len(found) != 1:
        yield Fault(
            loc if not found else (*loc, found[1]),
            f"expected exactly one of {', '.join(FORMS)}, found {' and '.join(found) or 'none'}",
        )
        return
    form = found[0]
    sides = [name for name in SIDES if when.get(name) is not None]
    if form in ("variable", "rung"):
        yield from _leaf(loc, when, form, sides, names, model)
    elif sides:
        yield Fault(
            (*loc, sides[0]), f"expected {sides[0]} beside a variable or a rung, found it beside {form}"
        )
    if form == "after":
        yield from _subject(loc, when["after"], names)
    elif when.get("delay") not in (None, 0, "0", "0 weeks") and not root:
        yield Fault((*loc, "delay"), "expected a delay beside 'after'; how long something must hold is 'for'")
    if form == "not":
        yield from faults((*loc, "not"), when["not"], names, model, False, depth + 1)
    elif form in ("all", "any") and isinstance(when[form], list):
        if not when[form]:
            yield Fault((*loc, form), "expected at least one condition, found none")
        for i, one in enumerate(when[form]):
            yield from faults((*loc, form, i), one, names, model, False, depth + 1)


def dates(loc: Loc, when: Any) -> Iterator[tuple[Loc, date]]:
    """Yield the dates in a condition."""
    if not isinstance(when, Mapping):
        return
    if (found := day(when.get("after"))) is not None:
        yield (*loc, "after"), found
    yield from dates((*loc, "not"), when.get("not"))
    for form in ("all", "any"):
        for i, one in enumerate(when[form] if isinstance(when.get(form), list) else []):
            yield from dates((*loc, form, i), one)


def _size(when: Any) -> int:
    """Count the mappings in a condition."""
    if isinstance(when, Mapping):
        return 1 + sum(_size(one) for one in when.values())
    return sum(_size(one) for one in when) if isinstance(when, list) else 0


def _leaf(
    loc: Loc, when: Mapping[str, Any], form: str, sides: list[str], names: Names, model: Model
) -> Iterator[Fault]:

    if len(sides) != 1:
        yield Fault(loc, f"expected exactly one of {', '.join(SIDES)}, found {' and '.join(sides) or 'none'}")
    name = when[form]
    known = list(LADDERS) if form == "rung" else list(model.world)
    if not isinstance(name, str):
        return
    if name not in known:
        yield Fault(
            (*loc, form), unknown("ladder" if form == "rung" else "variable of the world", name, known)
        )
        return
    if name not in names.variables:
        yield Fault(
            (*loc, form),
            f"{names.whose} cannot know {name} ({model.world[name].meaning}); a plan may look at "
            f"{', '.join(names.variables)}",
        )
    for side in sides:
        ends = when[side] if isinstance(when[side], list) else [when[side]]
        for x in map(number, ends):
            if x is not None and (text := out_of_bounds(x, model.world[name])):
                yield Fault((*loc, side), text)
        if side == "between" and len(ends) == 2 and None not in map(number, ends) and not ends[0] < ends[1]:
            yield Fault((*loc, side), f"expected two numbers that rise, found {ends[0]} and {ends[1]}")


def _subject(loc: Loc, subject: Any, names: Names) -> Iterator[Fault]:

    if isinstance(subject, str) and day(subject) is None and subject not in names.subjects:
        known = names.subjects
        text = (
            unknown("event or commitment", subject, known)
            if known
            else (f"expected a date, for nothing else has a name to wait for, found {shown(subject)}")
        )
        yield Fault((*loc, "after"), text)


def text(when: When) -> str:
    """Write a condition in words, as it stands after *once* or *while*."""
    words = _joined(when)
    if when.for_ and when.for_ > 1:
        words += f" for {when.for_} weeks"
    return words


def _joined(when: When) -> str:
    for parts, word in ((when.all_, " and "), (when.any_, " or ")):
        if parts is not None:
            return word.join(text(one) if _leafy(one) else f"({text(one)})" for one in parts)
    if when.not_ is not None:
        return f"not ({text(when.not_)})"
    if when.after is not None:
        wait = f"{when.delay} weeks after" if when.delay > 1 else "after"
        return f"it is {wait} {when.after if _is_date(when.after) else repr(when.after)}"
    name = str(when.rung or when.variable)
    name = f"the rung of {name}" if name in LADDERS else name.replace("_", " ")
    if when.between is not None:
        return f"{name} lies between {when.between[0]:g} and {when.between[1]:g}"
    if when.above is not None:
        return f"{name} is above {when.above:g}"
    return f"{name} is below {when.below:g}"


def _is_date(subject: str) -> bool:

    return day(subject) is not None


def _leafy(when: When) -> bool:
    return when.all_ is None and when.any_ is None
