"""The JSON Schema: right files pass, wrong ones do not, and every name has its description."""

from __future__ import annotations

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


def test_another_kind() -> None:
    with pytest.raises(ScenarioError, match="scenario"):
        sim.schema("scenaro")
