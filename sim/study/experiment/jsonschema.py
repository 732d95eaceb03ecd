"""JSON Schemas of all kinds of file, for editors; two of them are in `sim.scenario.jsonschema`."""

from __future__ import annotations

from sim.errors import ScenarioError, nearest
from sim.model.outcomes import OUTCOMES
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import catalogue
from sim.scenario.jsonschema import Schema, mapping, meant, of_model, requiring
from sim.scenario.jsonschema import reading as reading_schema
from sim.scenario.jsonschema import scenario as scenario_schema
from sim.scenario.schema import DATE
from sim.study.experiment.experiment import FROM_GRADES, SETTINGS
from sim.study.experiment.faults import NEEDS, PIECE_KEYS, TAKEN, TAKES
from sim.study.experiment.keys import DesignFile, ExperimentFile
from sim.study.experiment.laws import MOST_VALUES
from sim.study.experiment.loading import GRADES
from sim.study.observed.jsonschema import observations as observations_schema

#: What a design is for, as an editor shows it.
DESIGNS = {
    "grid": "every combination of values; ranges take 'levels'",
    "lhs": "a Latin hypercube of 'size' points",
    "sobol": "Sobol's sequence of 'size' points, a power of two",
    "saltelli": "for Sobol indices; 'size' a power of two",
    "morris": "elementary effects along 'size' trajectories",
    "cases": "a CSV file beside this one",
    "rules_off": "the storyline as it is, then each of its rules switched off alone",
    "search": "looks for the plan, or without one for the world, that does best or worst by the goals",
}


def schema(kind: str = "scenario") -> Schema:
    """Return the JSON Schema (draft 2020-12) of one kind of file.

    Parameters
    ----------
    kind
        `scenario`, `experiment`, `reading` or `observations`.

    Raises
    ------
    ScenarioError
        If there is no schema of that kind.
    """
    schemas = {
        "scenario": scenario_schema,
        "experiment": _experiment,
        "reading": reading_schema,
        "observations": observations_schema,
    }
    if kind not in schemas:
        raise ScenarioError(f"no schema for {kind!r}{nearest(kind, schemas)}")
    return schemas[kind]()


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
    levels = {
        **of_model(DesignFile)["properties"]["levels"],
        "description": "number of values where the design is a grid",
    }
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
            *(mapping({name: one, "levels": levels}, (name,)) for name, one in ranges.items()),
            mapping({"discrete": values, "weights": weights}, ("discrete",)),
        ]
    }


def _names(one: Schema, meaning: str) -> Schema:
    listed = {"type": "array", "items": one, "minItems": 1, "uniqueItems": True}
    weights = {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1}
    return {
        "description": meaning,
        "anyOf": [listed, mapping({"categorical": listed, "weights": weights}, ("categorical",))],
    }


def _design() -> Schema:
    keys = of_model(DesignFile)["properties"]
    # Every method stands in front, where an editor finds it before it knows which the keys beside it are of.
    return {
        "title": "Design",
        "description": "how cases are laid out",
        "type": "object",
        "properties": {"method": {"title": "method", **meant(DESIGNS)}},
        "oneOf": [
            mapping(
                {"method": {"const": name, "description": meaning}, **{k: keys[k] for k in TAKES[name]}},
                ("method", *NEEDS.get(name, ())),
                title=name,
            )
            for name, meaning in DESIGNS.items()
        ],
    }


def _plan(keys: Schema, model: Model) -> None:
    """Put the names that a plan may say into its keys."""
    actor = {"enum": list(model.actors)}
    keys["actor"]["anyOf"] = [actor, {"type": "array", "items": actor, "minItems": 1, "uniqueItems": True}]
    options = {f"{o.instrument}.{o.name}": o.meaning for one in model.instruments for o in one.options}
    keys["may"]["items"] = {"enum": list(options)}
    sights = {"enum": list(model.world)}
    listed, between = keys["when"]["anyOf"]
    keys["when"]["anyOf"] = [{**listed, "items": sights}, {**between, "propertyNames": sights}]


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
    piece = mapping(
        {key: scenario["properties"][key] for key in PIECE_KEYS},
        description="a piece of storyline; {} for none",
    )
    taken = sorted({*TAKEN, *free, FROM_GRADES})
    named = {
        "type": "object",
        "propertyNames": {"pattern": r"^[A-Za-z_]\w{0,59}$", "not": {"enum": taken}},
        "additionalProperties": {"type": "object", "minProperties": 1, "additionalProperties": piece},
    }
    found = of_model(ExperimentFile)
    keys = found["properties"]
    keys |= {key: scenario["properties"][key] for key in ("panj", "title", "question")}
    keys["scenario"] = {**storyline, "title": "Scenario", "description": keys["scenario"]["description"]}
    keys["design"] = _design()
    keys["uncertainties"] |= mapping(uncertainties)
    for key in SETTINGS:
        keys[key] |= named
    _plan(keys["plan"]["properties"], model)
    keys["goals"]["items"]["oneOf"] = requiring("minimise", "maximise")
    constraint = keys["constraints"]["items"]
    constraint["oneOf"] = requiring("sum", "answer")
    constraint["properties"]["sum"] |= mapping({name: {"type": "number"} for name in free}, minProperties=1)
    constraint["anyOf"] = requiring("at_most", "at_least")
    keys["outcomes"]["items"] = {"enum": list(OUTCOMES)}
    keys["trajectories"]["properties"]["variables"]["items"] = {"enum": list(model.world)}
    return {
        "$schema": scenario["$schema"],
        **found,
        "title": "An experiment of panj",
        "required": ["panj", "title", "design", "replicates"],
        "$defs": {**scenario["$defs"], **{_band(one): _law(one) for one in free.values()}},
    }
