"""A fault in a scenario: where it lies and what to do about it, in words for the writer of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from sim.errors import ScenarioError, nearest

Loc = tuple[Any, ...]


class Fault(NamedTuple):
    """Something wrong: the path to it through keys and list positions, and what to say."""

    loc: Loc
    text: str


class WrongScenarioError(ScenarioError):
    """A scenario with faults; `faults` lists them, so that a file's reader can add their lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("\n".join(f"{path_text(one.loc)}: {one.text}" for one in faults))


def path_text(loc: Loc) -> str:
    """Write a path as in Python: `events[0].on`."""
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "scenario"


def shown(value: Any) -> str:
    """Show a value that was found, on one line and not too long."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if isinstance(value, str):
        # Quoted, so that no control character reaches a terminal.
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    if isinstance(value, float):
        # A float where a whole number is expected must not look like one.
        return repr(value) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    return value.isoformat() if isinstance(value, date) else str(value)[:60]


def unknown(kind: str, name: Any, choices: Iterable[str]) -> str:
    """Say that a name is not known, and which come near."""
    known = sorted(set(choices))
    if not isinstance(name, str):
        return f"expected the name of a {kind}, found {shown(name)}"
    near = nearest(name, known) or f"; one of: {', '.join(known[:12])} …"
    return f"unknown {kind} {shown(name)}{near}"


#: pydantic's types of errors, by what was expected instead; `{...}` is filled from the error's context.
_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a whole number of reasonable size",
    "bool_type": "true or false",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text (put it in quotes if it looks like a number)",
    "date_type": "a date like 2022-03-07",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "list_type": "a list",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "some text",
    "too_short": "a list of at least {min_length}",
    "literal_error": "{expected}",
}


def from_pydantic(
    errors: Iterable[Mapping[str, Any]],
    fields: Mapping[str, Iterable[str]],
    place_of: Callable[[Loc], str] | None = None,
) -> list[Fault]:
    """Say in words what pydantic found.

    Parameters
    ----------
    errors
        As `ValidationError.errors()` lists them.
    fields
        The keys that may stand in each kind of mapping: scenario, event, when, change, commitment, source.
    place_of
        Names the kind of mapping at a path; without it, as in a scenario.
    """
    place_of = place_of or _place
    found = []
    for error in errors:
        loc = _place_in_file(error["loc"])
        kind, context = error["type"], error.get("ctx", {})
        if kind == "extra_forbidden":
            place = place_of(loc[:-1])
            text = f"unknown key {shown(loc[-1])} in {place}{nearest(str(loc[-1]), fields[place])}"
        elif kind == "missing":
            text = f"expected a key '{loc[-1]}' in {place_of(loc[:-1])}, found none; add it"
        elif kind == "value_error":
            text = str(context["error"])
        else:
            expected = _EXPECTED.get(kind, "another kind of value").format(**context)
            text = f"expected {expected}, found {shown(error['input'])}"
        found.append(Fault(loc, text))
    return found


#: Keys under which a condition stands.
CONDITIONS = ("when", "until", "all", "any", "not")


def _place_in_file(loc: Loc) -> Loc:
    """Return a path without what pydantic adds: marks of keys, which kind of `until` or `rules` was meant."""
    steps = [step for step in loc if step != "[key]"]
    return tuple(
        step
        for before, step in zip([None, *steps], steps, strict=False)
        if not (before == "until" and step in ("day", "when"))
        and not (before == "rules" and step in ("switch", "list"))
    )


def in_rule(names: Iterable[Any]) -> str:
    """Name the kind of mapping at a path within rules."""
    inner = {"source": "rule's source", "pushes": "push", "intensity": "intensity"}
    return next((inner[one] for one in names if one in inner), "rule")


def _place(loc: Loc) -> str:
    """Name the kind of mapping at a path."""
    names = [step for step in loc if isinstance(step, str)]
    if not names:
        return "scenario"
    if names[0] == "rules":
        return in_rule(names)
    if names[-1] == "source":
        return "source"
    if names[-1] in CONDITIONS:
        return "when"
    if names[0] == "commitments":
        return "commitment"
    return "change" if "change" in names else "event"
