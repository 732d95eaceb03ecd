"""The JSON Schema: right files pass, wrong ones do not, and every name has its description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

import sim
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.schema import Scenario
from sim.scenario.yamltext import Node, parse, read_file
from tests.generators import scenarios
from tests.scenario.test_loading import FULL

SCHEMA = sim.schema("scenario")
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def as_json(node: Node) -> Any:
    """As an editor sees it: dates are text."""
    if isinstance(node.value, dict):
        return {key: as_json(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [as_json(one) for one in node.value]
    return node.value.isoformat() if isinstance(node.value, date) else node.value


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_json(parse(text, "mine.yaml")))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


@pytest.mark.parametrize("name", catalogue.names())
def test_shipped_storylines_pass(name: str) -> None:
    node = read_file(catalogue.path_of(name), name)
    assert [error.message for error in VALIDATOR.iter_errors(as_json(node))] == []


def test_every_part_of_the_format_passes() -> None:
    assert faults(FULL) == []


@settings(max_examples=50)
@given(scenarios(max_weeks=20))
def test_what_a_scenario_writes_passes(spec: Scenario) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(spec.canonical)] == []


HEAD = "panj: 1\ntitle: T\n"


@pytest.mark.parametrize(
    "text",
    [
        "title: T\n",
        "panj: 1\n",
        "panj: 2\ntitle: T\n",
        HEAD + "weks: 20\n",
        HEAD + "weeks: 0\n",
        HEAD + "weeks: long\n",
        HEAD + "citizens: 100001\n",
        HEAD + "start: soon\n",
        HEAD + "reading: as_red\n",
        HEAD + "rules: none\n",
        HEAD + "extends: baselin\n",
        HEAD + "extends: /etc/x.yaml\n",
        "panj: 1\ntitle: <b>\n",
        HEAD + "world: {rhetorik: 0.5}\n",
        HEAD + "world: {rhetoric: 2}\n",
        HEAD + "world: {clashes: 2}\n",
        HEAD + "parameters: {strength_D5: loud}\n",
        HEAD + "events: [{name: a, change: {fear: {add: 0.1}}}]\n",
        HEAD + "events: [{name: a, hazard: 2, change: {fear: {add: 0.1}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, on: 2022-01-03, change: {fear: {add: 0.1}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, change: {}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, change: {feer: {add: 0.1}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, change: {fear: {add: 0.1, set: 1}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, change: {fear: {path: {2022-01-03: 1}}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, change: {tension: {set: 1.5}}}]\n",
        HEAD + "events: [{name: a, hazard: 0.1, lasts: 8 months, change: {tension: {set: 1}}}]\n",
        HEAD + "events: [{name: a, when: {variable: tension}, change: {tension: {set: 1}}}]\n",
        HEAD + "commitments: [{actor: dushanbe, instrument: words, insist: warm}]\n",
        HEAD + "commitments: [{actor: dushanbe, instrument: words, avoid: [hold]}]\n",
        HEAD + "commitments: [{actor: dushanbe, instrument: words}]\n",
        HEAD + "commitments: [{actor: dushanbee, instrument: words, insist: veil}]\n",
    ],
)
def test_wrong_files_do_not_pass(text: str) -> None:
    assert faults(text)


def test_every_name_is_there_with_unit_meaning_default_and_range() -> None:
    model = load()
    properties = SCHEMA["properties"]
    assert set(properties["parameters"]["properties"]) == set(model.parameters)
    assert set(properties["world"]["properties"]) == {n for n, q in model.world.items() if not q.derived}
    for part, quantities in (("parameters", model.parameters), ("world", model.world)):
        for name, entry in properties[part]["properties"].items():
            quantity = quantities[name]
            assert quantity.meaning in entry["description"]
            assert quantity.unit in entry["description"] or quantity.unit == "1"
            assert f"default {quantity.default:g}" in entry["description"]
            assert entry["default"] == quantity.default
    changed = SCHEMA["properties"]["events"]["items"]["properties"]["change"]["properties"]
    assert set(changed) == set(model.parameters) | set(properties["world"]["properties"])
    assert all(one["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"] for one in changed.values())


def test_a_parameter_shows_the_claims_it_serves() -> None:
    told = SCHEMA["properties"]["parameters"]["properties"]
    for rule in load().rules.values():
        for name in rule.parameters:
            assert f"{rule.id} (" in told[name]["description"]
            assert rule.claim in told[name]["description"]


def test_another_kind_names_all() -> None:
    with pytest.raises(ScenarioError, match="nearest: scenario"):
        sim.schema("scenaro")
    with pytest.raises(ScenarioError, match="one of: experiment, observations, reading, scenario"):
        sim.schema("x")


@pytest.mark.parametrize("name", catalogue.reading_names())
def test_shipped_readings_pass(name: str) -> None:
    node = read_file(catalogue.folder() / "readings" / f"{name}.yaml", name)
    data = as_json(node)
    validator = jsonschema.Draft202012Validator(sim.schema("reading"))
    assert [error.message for error in validator.iter_errors(data)] == []
    wrong = ({"paragraphs": [20]}, {"claim": 1}, {"parameters": {"strength_D1": "on"}}, {"weeks": 8})
    assert all(list(validator.iter_errors(data | one)) for one in wrong)


# What editors and strict validators need of a schema


def subschemas(node: Any, kind: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each schema inside a schema, with the type that it or the schema around it names."""
    if not isinstance(node, dict):
        return
    kind = node.get("type", kind)
    yield node, kind
    for key in ("properties", "patternProperties", "$defs"):
        for one in node.get(key, {}).values():
            yield from subschemas(one)
    for key in ("items", "additionalProperties"):
        yield from subschemas(node.get(key))
    yield from subschemas(node.get("propertyNames"), "string")
    for key in ("anyOf", "oneOf", "allOf", "not"):
        inner = node.get(key, [])
        for one in inner if isinstance(inner, list) else [inner]:
            yield from subschemas(one, kind)
    for one in node.get("prefixItems", ()):
        yield from subschemas(one)


#: The type that keywords speak of.
OF_TYPE = {
    "object": {"properties", "required", "additionalProperties", "minProperties", "maxProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
    "string": {"pattern", "minLength", "maxLength", "format"},
}


@pytest.mark.parametrize("kind", ["scenario", "experiment", "reading"])
def test_a_strict_validator_takes_it(kind: str) -> None:
    """As ajv's strict mode has it: keywords beside their type, one type, no required key unheard of."""
    made = sim.schema(kind)
    jsonschema.Draft202012Validator.check_schema(made)
    for one, of_type in subschemas(made):
        assert isinstance(of_type, str), one
        assert set(one.get("required", ())) <= set(one.get("properties", ())), one
        for name, keywords in OF_TYPE.items():
            assert of_type == name or not keywords & set(one), one
        if {"minimum", "maximum"} & set(one):
            assert of_type in ("number", "integer"), one


@pytest.mark.parametrize("kind", ["scenario", "experiment", "reading"])
def test_every_key_has_a_title_to_be_shown_by(kind: str) -> None:
    for one, _ in subschemas(sim.schema(kind)):
        for name, value in one.get("properties", {}).items():
            assert value is True or value.get("title"), (name, value)


def test_an_editor_completes_an_empty_change() -> None:
    """A server offers no key of an empty mapping beside `maxProperties: 1`."""
    for one, _ in subschemas(SCHEMA):
        assert not ("properties" in one and "maxProperties" in one)
    assert faults(HEAD + "events: [{name: a, hazard: 0.1, change: {fear: {}}}]\n")


def test_targets_options_and_choices_show_what_they_are() -> None:
    model = load()
    changes = SCHEMA["properties"]["events"]["items"]["properties"]["change"]["properties"]
    for name, quantity in (model.world | model.parameters).items():
        if not quantity.derived:
            told = changes[name]["description"]
            assert f"default {quantity.default:g}, plausible " in told
            assert f"{quantity.source.grade}: " in told
    bound = SCHEMA["properties"]["commitments"]["items"]["oneOf"]
    assert [one["title"] for one in bound] == [f"{one.actor}: {one.name}" for one in model.instruments]
    for one, instrument in zip(bound, model.instruments, strict=True):
        keys = one["properties"]
        assert keys["actor"]["description"]
        assert all(option.meaning in keys["instrument"]["description"] for option in instrument.options)
        meanings = {each["const"]: each["description"] for each in keys["insist"]["anyOf"]}
        assert meanings == {option.name: option.meaning for option in instrument.options}
