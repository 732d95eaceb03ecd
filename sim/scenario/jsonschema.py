"""JSON Schemas of storylines and readings, for editors that complete and check while one writes.

They say what can be said of one file by itself: keys, types, names with unit, meaning and range.
Dates in order, names of events and what `extends` leads to are left to `panj check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.model import written
from sim.model.outcomes import LADDERS
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import catalogue
from sim.scenario.checks import MEANS, TRIGGERS
from sim.scenario.conditions import FORMS, SIDES
from sim.scenario.rules import Intensity
from sim.scenario.schema import Scenario, When

Schema = dict[str, Any]

NULL = {"type": "null"}
#: Parameters of rules of one's own, where these go by X and a number.
OF_RULES = "^(strength_)?X[0-9]+[a-z]*(_[A-Za-z0-9_]+)?$"
#: Conditions are made of conditions and intensities of intensities, so their schemas are referred to.
RECURSIVE = {"When": {"$ref": "#/$defs/condition"}, "Intensity": {"$ref": "#/$defs/intensity"}}


def mapping(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """Return the schema of a mapping with these keys, titled by their names, and no others."""
    titled = {name: {"title": name, **one} for name, one in properties.items()}
    found = {"type": "object", "properties": titled, "additionalProperties": False, **more}
    return {**found, "required": list(required)} if required else found


def inlined(node: Any, parts: Schema) -> Any:
    """Return what pydantic says with its references written out, and without its nulls."""
    if isinstance(node, list):
        return [inlined(one, parts) for one in node]
    if not isinstance(node, dict):
        return node
    name = node.get("$ref", "").rpartition("/")[2]
    if {"$ref": node.get("$ref")} in RECURSIVE.values():
        return node
    if name in RECURSIVE:
        return {"title": name, **node, **RECURSIVE[name]}
    if name:
        node = {**parts[name], **{k: v for k, v in node.items() if k != "$ref"}}
    if NULL in node.get("anyOf", ()):
        given = [one for one in node["anyOf"] if one != NULL]
        rest = {key: one for key, one in node.items() if key not in ("anyOf", "default")}
        return inlined({**(given[0] if len(given) == 1 else {"anyOf": given}), **rest}, parts)
    return {
        key: inlined(one, parts)
        for key, one in node.items()
        if not (key == "default" and not one) and not (key == "type" and ("enum" in node or "const" in node))
    }


def of_model(kind: type[BaseModel]) -> Schema:
    """Return keys, types, bounds and descriptions of a pydantic model."""
    found = kind.model_json_schema()
    return of_parts({key: one for key, one in found.items() if key != "$defs"}, found.get("$defs", {}))


def of_parts(found: Schema, parts: Schema) -> Schema:
    """Return a schema with its parts in their places."""
    made: Schema = inlined(found, parts)
    return made


def choice(name: Schema, names: list[str]) -> Schema:
    """Return the schema of a name that is one of these."""
    return {**{key: one for key, one in name.items() if key != "type"}, "enum": names}


def meant(meanings: Mapping[str, str]) -> Schema:
    """Return the schema of a name that is one of these, each with its meaning."""
    return {"anyOf": [{"const": name, "title": name, "description": one} for name, one in meanings.items()]}


def requiring(*names: str) -> list[Schema]:
    """Return one alternative a key: it is there."""
    return [{"properties": {name: True}, "required": [name]} for name in names]


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


def _change(quantity: Quantity, change: Schema) -> Schema:
    level = {key: value for key, value in _number(quantity).items() if key in ("minimum", "maximum")}
    operations = dict(change["properties"])
    operations["set"] = {**operations["set"], **level}
    operations["multiply"] = {**operations["multiply"], "minimum": 0, "maximum": 1000}
    by_date = {key: {"type": "number", **level} for key in operations["path"]["patternProperties"]}
    operations["path"] = {**operations["path"], "patternProperties": by_date, "additionalProperties": False}
    if quantity.name in MEANS:
        del operations["path"]
    # Apart from the keys: an editor offers none of them to an empty mapping where one at most is allowed.
    return mapping(operations, title="Change", minProperties=1, allOf=[{"maxProperties": 1}])


def _commitments(model: Model, bound: Schema) -> Schema:
    one_of = []
    for one in model.instruments:
        options = {option.name: option.meaning for option in one.options}
        keys = dict(bound["properties"])
        keys["actor"] = {**keys["actor"], "const": one.actor}
        listed = "; ".join(f"{name}: {meaning}" for name, meaning in options.items())
        told = f"{keys['instrument']['description']}. {listed}"
        keys["instrument"] = {**keys["instrument"], "const": one.name, "description": told}
        avoidable = [name for name in options if name != "hold"]
        keys["avoid"] = {**keys["avoid"], "items": {"enum": avoidable}, "minItems": 1}
        keys["insist"] = {**keys["insist"], **meant(options)}
        title = f"{one.actor}: {one.name}"
        either = requiring("avoid", "insist")
        one_of.append({**bound, "title": title, "properties": keys, "oneOf": either})
    return {"oneOf": one_of, "description": "what an actor binds itself to with one instrument"}


def _condition(model: Model) -> Schema:
    """Return the schema of a condition: exactly one form, and one comparison beside a variable or a rung."""
    found = When.model_json_schema()
    found = of_parts(found["$defs"]["When"], found["$defs"])
    keys = found["properties"]
    keys["variable"] = choice(keys["variable"], list(model.world))
    keys["rung"] = choice(keys["rung"], list(LADDERS))
    for form in ("all", "any"):
        keys[form]["minItems"] = 1
    one_of = requiring(*FORMS)
    for one in one_of[:2]:
        one["oneOf"] = requiring(*SIDES)
    return {**found, "oneOf": one_of}


def _intensity(model: Model) -> Schema:
    """Return the schema of an intensity: exactly one form, with the numbers of that form."""
    found = Intensity.model_json_schema()
    found = of_parts(found["$defs"]["Intensity"], found["$defs"])
    for leaf in written.LEAVES:
        found["properties"][leaf] = choice(found["properties"][leaf], list(model.world))
    for join in written.JOINS:
        found["properties"][join]["minItems"] = 2
    one_of = [
        {"properties": dict.fromkeys((kind, *numbers), True), "required": [kind, *numbers]}
        for kind in written.FORMS
        for numbers in [written.NUMBERS.get(kind, ())]
    ]
    return {**found, "oneOf": one_of}


def _rules(model: Model, rules: Schema) -> Schema:
    """Return the schema of `rules`: a switch, or rules of one's own."""
    rule = next(one["items"] for one in rules["oneOf"] if "items" in one)
    rule["properties"]["actor"] = choice(rule["properties"]["actor"], list(model.actors))
    return rules


def scenario() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a storyline."""
    model = load()
    free = {name: q for name, q in model.world.items() if not q.derived}
    claims, names = _claims(model), catalogue.names()
    found = of_model(Scenario)
    keys = found["properties"]
    del keys["panj"]["default"]
    keys["extends"] = {
        "title": "Extends",
        "type": "string",
        "description": "a shipped name, or a .yaml file in the same folder; this file says only what "
        f"differs. Shipped: {', '.join(names)}",
        "anyOf": [{"enum": names}, {"type": "string", "pattern": r"^(?!.*\.\.)[^/\\][^\\]*\.ya?ml$"}],
    }
    keys["reading"] = choice(keys["reading"], catalogue.reading_names())
    keys["world"] |= mapping({name: _number(one) for name, one in free.items()})
    keys["parameters"] |= mapping(
        {name: _number(one, claims.get(name, "")) for name, one in model.parameters.items()}
    )
    keys["parameters"]["patternProperties"] = {OF_RULES: {"type": "number"}}
    keys["rules"] = _rules(model, keys["rules"])
    event = keys["events"]["items"]
    event["oneOf"] = requiring(*TRIGGERS)
    change = event["properties"]["change"]
    parts = {"condition": _condition(model), "intensity": _intensity(model)} | {
        _band(q): _change(q, change["additionalProperties"])
        for q in (*free.values(), *model.parameters.values())
    }
    targets = {
        name: {"$ref": f"#/$defs/{_band(q)}", "description": _describe(q)}
        for name, q in (free | model.parameters).items()
    }
    change |= mapping(targets, minProperties=1)
    keys["commitments"]["items"] = _commitments(model, keys["commitments"]["items"])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: one for key, one in found.items() if key not in ("description", "required")},
        "title": "A storyline of panj",
        "required": ["panj"],
        "anyOf": requiring("title", "extends"),
        "$defs": parts,
    }


def reading() -> Schema:
    """Return the JSON Schema (draft 2020-12) of a reading: a named set of rival rules."""
    storyline = scenario()
    keys = {key: storyline["properties"][key] for key in ("panj", "title", "parameters")}
    keys["paragraphs"] = {
        "description": "paragraphs of the article that it turns on",
        "type": "array",
        "items": {"type": "integer", "minimum": 1, "maximum": 19},
    }
    keys["claim"] = {"description": "what it says", "type": "string"}
    required = ("panj", "title", "claim")
    return {"$schema": storyline["$schema"], **mapping(keys, required, title="A reading of panj")}
