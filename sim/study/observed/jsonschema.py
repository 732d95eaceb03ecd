"""JSON Schema of a file of observations, for editors that complete and check while one writes."""

from __future__ import annotations

from sim.model.registry import load
from sim.scenario.jsonschema import Schema, of_model
from sim.study.observed.checks import KINDS, MEASURES, TARGETS
from sim.study.observed.schema import Observations


def observations() -> Schema:
    """Return the schema: keys that go together, and names with unit and meaning."""
    model = load()
    found = of_model(Observations)
    row = found["properties"]["observed"]["items"]
    names: Schema = {
        "oneOf": [
            {"const": one.name, "description": f"{one.meaning} ({one.unit})"} for one in model.world.values()
        ]
    }
    for kind in MEASURES:
        told = row["properties"][kind]
        several = {"type": "array", "items": {"$ref": "#/$defs/variable"}, "minItems": 1}
        row["properties"][kind] = {
            "description": told["description"],
            "anyOf": [{"$ref": "#/$defs/variable"}, several],
        }
    row["properties"]["chose"]["oneOf"] = [
        {
            "properties": {
                "actor": {"const": one.actor},
                "instrument": {"const": one.name},
                "option": {"enum": [option.name for option in one.options]},
            }
        }
        for one in model.instruments
    ]
    measured = [{"required": [kind, target]} for kind in MEASURES for target in TARGETS]
    row["oneOf"] = [*measured, *({"required": [kind]} for kind in KINDS if kind not in MEASURES)]
    row["anyOf"] = [{"required": ["on"]}, {"required": ["from", "until"]}]
    row["dependentRequired"] = {"equals": ["tolerance"], "tolerance": ["equals"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **{key: one for key, one in found.items() if key != "description"},
        "title": "Observations for panj",
        "required": ["panj", "title", "observed"],
        "$defs": {"variable": names},
    }
