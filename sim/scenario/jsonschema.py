"""JSON Schema of the files, for editors that complete and check while one writes.

It says what can be said of one file by itself: keys, types, names with unit, meaning and range.
Dates in order, names of events and what `extends` leads to are left to `panj check`.
"""

from __future__ import annotations

from typing import Any

from sim.errors import ScenarioError, nearest
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import catalogue
from sim.scenario.checks import MEANS
from sim.scenario.schema import MOST_CITIZENS, MOST_WEEKS

KINDS = ("scenario",)
Schema = dict[str, Any]


def schema(kind: str = "scenario") -> Schema:
    """Return the JSON Schema (draft 2020-12) of one kind of file.

    Parameters
    ----------
    kind
        `scenario`.

    Raises
    ------
    ScenarioError
        If there is no schema of that kind.
    """
    if kind not in KINDS:
        raise ScenarioError(f"no schema for {kind!r}{nearest(kind, KINDS)}")
    return _scenario(load())


def _object(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    found = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**found, "required": list(required)} if required else found


def _text(meaning: str, most: int = 2000) -> Schema:
    return {"type": "string", "maxLength": most, "description": meaning}


def _date(meaning: str) -> Schema:
    return {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$", "description": meaning}


def _duration(meaning: str) -> Schema:
    return {
        "description": meaning,
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": MOST_WEEKS},
            {"type": "string", "pattern": r"^0*(\d{1,3}|1\d{3}|20[0-7]\d|2080)( weeks?)?$"},
        ],
    }


def _describe(quantity: Quantity) -> str:
    low, high = quantity.plausible
    unit = "no unit" if quantity.unit == "1" else quantity.unit
    return (
        f"{quantity.meaning} ({unit}); default {quantity.default:g}, plausible {low:g} to {high:g}; "
        f"{quantity.source.grade}: {quantity.source}"
    )


def _claims(model: Model) -> dict[str, str]:
    """Return for each parameter the rules it belongs to, with their claims, as an editor shows them."""
    found: dict[str, list[str]] = {}
    for rule in model.rules.values():
        marks = " ".join(f"¶{n}" for n in rule.paragraphs) or "judgement"
        for name in rule.parameters:
            found.setdefault(name, []).append(f"{rule.id} ({marks}): {rule.claim}")
    return {name: " ".join(told) for name, told in found.items()}


def _number(quantity: Quantity, claim: str = "") -> Schema:
    told = f"{_describe(quantity)}. {claim}" if claim else _describe(quantity)
    found: Schema = {"type": "number", "description": told, "default": quantity.default}
    if quantity.low > -1e300:
        found["minimum"] = quantity.low
    if quantity.high < 1e300:
        found["maximum"] = quantity.high
    return found


def _band(quantity: Quantity) -> str:
    """Name the definition that all quantities share whose changes have the same form."""
    return "impulse" if quantity.name in MEANS else f"change_{quantity.low:g}_{quantity.high:g}"


def _change(quantity: Quantity) -> Schema:
    level = {key: value for key, value in _number(quantity).items() if key not in ("description", "default")}
    operations: Schema = {
        "set": {**level, "description": "the new value"},
        "add": {"type": "number", "description": "what is added to it"},
        "multiply": {"type": "number", "minimum": 0, "maximum": 1000, "description": "the factor"},
    }
    if quantity.name not in MEANS:
        operations["path"] = {
            "type": "object",
            "description": "values by date, straight lines between them",
            "propertyNames": {"pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "additionalProperties": level,
            "minProperties": 1,
        }
    return _object(operations, minProperties=1, maxProperties=1)


def _event(model: Model) -> Schema:
    free = {name: q for name, q in (model.world | model.parameters).items() if not q.derived}
    when = _object(
        {
            "variable": {"enum": list(model.world), "description": "a variable of the world"},
            "above": {"type": "number", "description": "fires when it rises past this"},
            "below": {"type": "number", "description": "fires when it falls past this"},
            "delay": _duration("weeks between the crossing and the event"),
        },
        ("variable",),
        oneOf=[{"required": ["above"]}, {"required": ["below"]}],
        description="a condition on the world; it fires on crossing, and arms again on the way back",
    )
    source = _object(
        {name: {"type": ["string", "integer"]} for name in ("publisher", "title", "date")},
        ("publisher", "title", "date"),
        description="where the event is taken from",
    )
    return _object(
        {
            "name": {
                **_text("what it is called; unique in the file", 100),
                "pattern": r"^[^\u0000-\u001f]+$",
            },
            "on": _date("the day on which it happens"),
            "when": when,
            "hazard": {"type": "number", "minimum": 0, "maximum": 1, "description": "chance a week"},
            "lasts": _duration("how long the change holds, like 8 weeks; without it, the change stays"),
            "change": _object(
                {
                    name: {"$ref": f"#/$defs/{_band(q)}", "description": f"{q.meaning} ({q.unit})"}
                    for name, q in free.items()
                },
                minProperties=1,
                description="what changes, by name of a variable or parameter",
            ),
            "because": _text("why, in a sentence"),
            "source": source,
        },
        ("name", "change"),
        oneOf=[{"required": [one]} for one in ("on", "when", "hazard")],
    )


def _commitment(model: Model) -> Schema:
    one_of = []
    for one in model.instruments:
        options = [option.name for option in one.options]
        meanings = "; ".join(f"{option.name}: {option.meaning}" for option in one.options)
        avoided = {"type": "array", "items": {"enum": options[1:]}, "minItems": 1, "description": meanings}
        properties = {
            "actor": {"const": one.actor},
            "instrument": {"const": one.name},
            "avoid": avoided,
            "insist": {
                "enum": options,
                "description": f"taken in every week in which it is open. {meanings}",
            },
            "from": _date("first day; without it, from the start"),
            "until": _date("last day; without it, to the end"),
        }
        either = [{"required": ["avoid"]}, {"required": ["insist"]}]
        one_of.append(_object(properties, ("actor", "instrument"), oneOf=either))
    return {"oneOf": one_of, "description": "what an actor binds itself to with one instrument"}


def _scenario(model: Model) -> Schema:
    free = {name: q for name, q in model.world.items() if not q.derived}
    claims = _claims(model)
    names = catalogue.names()
    extends = {
        "type": "string",
        "description": "a shipped name, or a .yaml file in the same folder; this file says only what "
        f"differs. Shipped: {', '.join(names)}",
        "anyOf": [{"enum": names}, {"pattern": r"^(?!.*\.\.)[^/\\][^\\]*\.ya?ml$"}],
    }
    properties = {
        "panj": {"const": 1, "description": "version of the format"},
        "title": {
            **_text("one line", 200),
            "minLength": 1,
            "pattern": r"^(?!\.{1,2}$)(?=.*\S)[^/\\<>\u0000-\u001f\u2028\u2029\u202a-\u202e]*$",
        },
        "question": _text("the question this storyline answers"),
        "extends": extends,
        "start": _date("first day of the first week; default 2021-08-16"),
        "weeks": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST_WEEKS,
            "description": "horizon; default 208",
        },
        "citizens": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST_CITIZENS,
            "description": "size of the population; 0 is the mean field; default 500",
        },
        "reading": {"enum": catalogue.reading_names(), "description": "a named set of rival rules"},
        "rules": {"enum": ["on", "off"], "description": "off: every rule off, but for strengths set here"},
        "world": _object(
            {name: _number(quantity) for name, quantity in free.items()},
            description="initial values; what is left out has its default",
        ),
        "parameters": _object(
            {name: _number(quantity, claims.get(name, "")) for name, quantity in model.parameters.items()},
            description="values of parameters; what is left out has its default",
        ),
        "events": {"type": "array", "items": _event(model)},
        "commitments": {"type": "array", "items": _commitment(model)},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A storyline of panj",
        **_object(properties, ("panj",), anyOf=[{"required": ["title"]}, {"required": ["extends"]}]),
        "$defs": {_band(q): _change(q) for q in (*free.values(), *model.parameters.values())},
    }
