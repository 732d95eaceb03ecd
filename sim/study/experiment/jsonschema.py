"""JSON Schemas of both kinds of file, for editors; that of a storyline is in `sim.scenario.jsonschema`."""

from __future__ import annotations

from typing import Any

from sim.errors import ScenarioError, nearest
from sim.model.outcomes import OUTCOMES
from sim.model.provenance import Quantity
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.jsonschema import schema as scenario_schema
from sim.scenario.schema import MOST_CITIZENS, MOST_WEEKS
from sim.study.experiment.experiment import FROM_GRADES, MOST_BLOCK, MOST_CASES, MOST_REPLICATES
from sim.study.experiment.faults import LEVER_KEYS, NEEDS, TAKEN, TAKES
from sim.study.experiment.laws import MOST_VALUES
from sim.study.experiment.loading import GRADES

KINDS = ("scenario", "experiment")
Schema = dict[str, Any]

DATE = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"

#: What a design is for, as an editor shows it.
DESIGNS = {
    "grid": "every combination of values; ranges take 'levels'",
    "lhs": "a Latin hypercube of 'size' points",
    "sobol": "Sobol's sequence of 'size' points, a power of two",
    "saltelli": "for Sobol indices; 'size' a power of two",
    "morris": "elementary effects along 'size' trajectories",
    "cases": "a CSV file beside this one",
    "rules_off": "the storyline as it is, then each of its rules switched off alone",
}

MEANINGS = {
    "size": "number of points or trajectories",
    "levels": "number of values of a range",
    "second_order": "whether to lay out second-order indices as well",
    "file": "a CSV file beside this one",
}


def schema(kind: str = "scenario") -> Schema:
    """Return the JSON Schema (draft 2020-12) of one kind of file.

    Parameters
    ----------
    kind
        `scenario` or `experiment`.

    Raises
    ------
    ScenarioError
        If there is no schema of that kind.
    """
    if kind not in KINDS:
        raise ScenarioError(f"no schema for {kind!r}{nearest(kind, KINDS)}")
    return scenario_schema() if kind == "scenario" else _experiment()


def _object(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    found = {"type": "object", "properties": properties, "additionalProperties": False, **more}
    return {**found, "required": list(required)} if required else found


def _whole(low: int, high: int, meaning: str) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "description": meaning}


def _band(one: Quantity) -> str:
    return f"law_{one.low:g}_{one.high:g}"


def _law(one: Quantity) -> Schema:
    """Return what a number within these bounds may be distributed like."""
    value: Schema = {"type": "number"}
    if one.low > -1e300:
        value["minimum"] = one.low
    if one.high < 1e300:
        value["maximum"] = one.high
    free = {"type": "number"}
    levels = _whole(2, 10_000, "number of values where the design is a grid")
    values = {"type": "array", "items": value, "minItems": 1, "maxItems": MOST_VALUES, "uniqueItems": True}
    weights = {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1}

    def row(*items: Schema) -> Schema:
        return {"type": "array", "prefixItems": list(items), "minItems": len(items), "maxItems": len(items)}

    ranges = {
        "uniform": row(value, value),
        "log-uniform": row({**value, "exclusiveMinimum": 0}, value),
        "triangular": row(value, value, value),
        "normal": row(free, {"type": "number", "exclusiveMinimum": 0}, value, value),
    }
    return {
        "anyOf": [
            {**values, "description": "each of these values alike"},
            *(_object({name: one, "levels": levels}, (name,)) for name, one in ranges.items()),
            _object({"discrete": values, "weights": weights}, ("discrete",)),
        ]
    }


def _names(one: Schema, meaning: str) -> Schema:
    listed = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    weights = {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1}
    return {
        "description": meaning,
        "anyOf": [listed, _object({"categorical": listed, "weights": weights}, ("categorical",))],
    }


def _design() -> Schema:
    keys = {
        "size": _whole(1, MOST_CASES, MEANINGS["size"]),
        "levels": _whole(2, 10_000, MEANINGS["levels"]),
        "second_order": {"type": "boolean", "description": MEANINGS["second_order"]},
        "file": {"type": "string", "pattern": r"^(?!.*\.\.)[^/].*$", "description": MEANINGS["file"]},
    }
    return {
        "description": "how cases are laid out",
        "oneOf": [
            _object(
                {"method": {"const": name, "description": meaning}, **{k: keys[k] for k in TAKES[name]}},
                ("method", *NEEDS.get(name, ())),
            )
            for name, meaning in DESIGNS.items()
        ],
    }


def _experiment() -> Schema:
    model = load()
    scenario = scenario_schema()
    free = {name: one for name, one in (model.parameters | model.world).items() if not one.derived}
    told = {
        **scenario["properties"]["world"]["properties"],
        **scenario["properties"]["parameters"]["properties"],
    }
    storyline = {"anyOf": scenario["properties"]["extends"]["anyOf"]}
    uncertainties: Schema = {
        "scenario": _names(storyline, "storylines to choose among"),
        "reading": _names({"enum": catalogue.reading_names()}, "readings of the article to choose among"),
        "start": _names({"type": "string", "format": "date", "pattern": DATE}, "first days to choose among"),
        FROM_GRADES: {
            "type": "array",
            "items": {"enum": list(GRADES)},
            "minItems": 1,
            "description": "every parameter of these grades over its plausible range",
        },
        **{
            name: {"$ref": f"#/$defs/{_band(one)}", "description": told[name]["description"]}
            for name, one in free.items()
        },
    }
    piece = _object(
        {key: scenario["properties"][key] for key in LEVER_KEYS},
        description="a piece of storyline; {} for none",
    )
    taken = [*TAKEN, *free, "scenario", "reading", "start", FROM_GRADES]
    levers = {
        "type": "object",
        "propertyNames": {"pattern": r"^[A-Za-z_]\w{0,59}$", "not": {"enum": taken}},
        "additionalProperties": {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": piece,
            "description": "named alternatives, like {thinned: {events: […]}, kept: {}}",
        },
        "description": "what an actor could choose: named alternatives, each a piece of storyline",
    }
    numbers = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: {"type": "number"} for name in free},
    }
    constraint = _object(
        {"sum": numbers, "at_most": {"type": "number"}, "at_least": {"type": "number"}},
        ("sum",),
        anyOf=[{"required": ["at_most"]}, {"required": ["at_least"]}],
        description="the weighted sum of uncertain numbers is at most, or at least, this",
    )
    variables = {"type": "array", "items": {"enum": list(model.world)}, "minItems": 1}
    properties = {
        **{key: scenario["properties"][key] for key in ("panj", "title", "question")},
        "scenario": {**storyline, "description": "the storyline it varies; default baseline"},
        "weeks": _whole(1, MOST_WEEKS, "length, instead of the storyline's"),
        "citizens": _whole(0, MOST_CITIZENS, "number of citizens, instead of the storyline's"),
        "design": _design(),
        "replicates": _whole(1, MOST_REPLICATES, "runs of each case"),
        "seed": {"type": "integer", "minimum": 0, "description": "which stream of chance; default 0"},
        "draws": {
            "enum": ["shared", "grouped", "independent"],
            "description": "which cases share their chance; default grouped: those of one base point",
        },
        "uncertainties": _object(uncertainties, description="what nobody controls, with its distribution"),
        "levers": levers,
        "constraints": {"type": "array", "items": constraint},
        "outcomes": {
            "type": "array",
            "items": {"enum": list(OUTCOMES)},
            "description": "columns to start from",
        },
        "trajectories": _object(
            {
                "variables": variables,
                "keep": {"enum": ["quantiles", "full"]},
                "cases": {"type": "array", "items": {"type": "integer", "minimum": 0}},
            },
            ("variables",),
            description="weekly values that are kept",
        ),
        "block": _whole(1, MOST_BLOCK, "runs of a block; left out, what suits the storyline"),
    }
    return {
        "$schema": scenario["$schema"],
        "title": "An experiment of panj",
        **_object(properties, ("panj", "title", "design", "replicates")),
        "$defs": {**scenario["$defs"], **{_band(one): _law(one) for one in free.values()}},
    }
