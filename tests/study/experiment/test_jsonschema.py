"""The JSON Schema of experiments: right files pass, wrong ones do not, and names have descriptions."""

from __future__ import annotations

from typing import Any, get_args

import jsonschema
import pytest

import sim
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.yamltext import parse, read_file
from sim.study.experiment.keys import KEYS, Method
from tests.scenario.test_jsonschema import as_json
from tests.study.experiment import test_experiment
from tests.study.experiment.test_experiment import UNCERTAIN

SCHEMA = sim.schema("experiment")
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

#: Faults that lie between keys, or in other files, which only `panj check` can see.
LEFT_TO_CHECK = (
    "at least one uncertainty",
    "low below high",
    "for a grid",
    "2 weights",
    "drop one",
    "already uncertain",
    "uncertain",
    "unknown uncertain number",
    "levels",
    "64 or 128",
    "at least two",
    "independently",
    "second time",
    "by a condition as well",
    "is given already",
    "no such class or flag",
    "found 'blood' twice",
)

WRONG: list[tuple[str, int | None, str]] = test_experiment.test_a_wrong_file.pytestmark[0].args[1]


def faults(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_json(parse(text, "mine.yaml")))]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(KEYS["experiment"])


def test_shipped_experiments_pass() -> None:
    for name in catalogue.experiment_names():
        node = read_file(catalogue.experiment_folder() / f"{name}.yaml", name)
        assert [error.message for error in VALIDATOR.iter_errors(as_json(node))] == [], name


RIGHT = [
    UNCERTAIN,
    UNCERTAIN.replace("{uniform: [0, 1]}", "[0.2, 0.8]"),
    UNCERTAIN.replace("{uniform: [0, 1]}", "{triangular: [0, 0.2, 1]}"),
    UNCERTAIN.replace("{uniform: [0, 1]}", "{normal: [0.5, 0.1, 0, 1]}"),
    UNCERTAIN.replace("{uniform: [0, 1]}", "{discrete: [0, 1], weights: [1, 2]}"),
    UNCERTAIN + "  reading: [as_read, sincere]\n  start: [2021-08-16]\n  scenario: [baseline, null_model]\n",
    UNCERTAIN + "  from_grades: [judgement]\n",
    UNCERTAIN + "levers: {guarantee: {kept: {}, thinned: {world: {tension: 0.4}}}}\n",
    UNCERTAIN + "constraints: [{sum: {russian_guarantee: 1}, at_most: 1}]\n",
    UNCERTAIN + "trajectories: {variables: [tension], keep: full}\noutcomes: [path, blood]\ndraws: shared\n",
    UNCERTAIN.replace("{method: lhs, size: 8}", "{method: saltelli, size: 8, second_order: true}"),
    UNCERTAIN.replace("{method: lhs, size: 8}", "{method: grid, levels: 3}"),
]


@pytest.mark.parametrize("text", RIGHT)
def test_every_part_of_the_format_passes(text: str) -> None:
    assert faults(text) == []
    sim.load_experiment(as_json(parse(text, "mine.yaml")))


@pytest.mark.parametrize(("text", "line", "words"), WRONG)
def test_all_wrong_files_are_marked_but_for_what_lies_between_keys(
    text: str, line: int | None, words: str
) -> None:
    node = parse(text, "mine.yaml")
    try:
        seen = bool(faults(text))
    except TypeError:  # the text itself is broken, which every editor marks
        seen = True
    assert node is not None
    assert seen or words in LEFT_TO_CHECK


def test_every_uncertain_name_is_there_with_unit_and_range() -> None:
    model = load()
    told: dict[str, Any] = SCHEMA["properties"]["uncertainties"]["properties"]
    free = {name: one for name, one in (model.parameters | model.world).items() if not one.derived}
    assert set(free) < set(told)
    for name, one in free.items():
        assert one.meaning in told[name]["description"]
        assert f"default {one.default:g}" in told[name]["description"]
        assert told[name]["$ref"].removeprefix("#/$defs/") in SCHEMA["$defs"]


def test_an_editor_completes_every_method() -> None:
    """A server takes the first alternative that fits, so all methods stand in front of them."""
    design = SCHEMA["properties"]["design"]
    methods = {one["const"]: one["description"] for one in design["properties"]["method"]["anyOf"]}
    assert list(methods) == [one["title"] for one in design["oneOf"]] == list(get_args(Method))
    assert all(methods.values())
