"""The storylines and readings that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from sim.scenario.readings import parse as parse_reading
from sim.scenario.readings import reading
from sim.scenario.schema import Scenario
from sim.scenario.yamltext import parse

ASKED_FOR = (
    "baseline",
    "no_crisis",
    "inclusive_cabinet",
    "thin_guarantee",
    "guarantee_renewed",
    "remittances_collapse",
    "spotlight_fades",
    "panjshir_crushed",
    "massacre_north",
    "neighbours_recognise",
    "citizens_offline",
    "deals_quietly",
    "resistance_backed",
    "uzbekistan_mediates",
    "null_model",
    "hard_words_from_the_start",
    "soft_words_from_the_start",
    "peace_in_the_north",
    "wave_of_sympathy",
    "go_between_in_time",
)
NAMES = catalogue.names()


def test_all_that_should_be_there_is() -> None:
    assert set(ASKED_FOR) <= set(NAMES)
    assert NAMES[0] == "baseline"


@pytest.mark.parametrize("name", NAMES)
def test_storyline_is_right_and_runnable(name: str) -> None:
    spec = load_scenario(name)
    assert spec.question.endswith("?")
    assert all(one.because for one in spec.events), "an event says why"
    assert plan(spec, load()).weeks == spec.weeks == 208
    lines = catalogue.path_of(name).read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=./scenario.schema.json"
    assert len(lines) < 60


@pytest.mark.parametrize("name", [one for one in NAMES if one != "baseline"])
def test_storyline_says_only_what_differs_from_the_baseline(name: str) -> None:
    spec, base = load_scenario(name), load_scenario("baseline")
    assert "extends: baseline" in catalogue.path_of(name).read_text()
    assert {**spec.canonical, "title": base.title} != base.canonical
    model = load()
    for given, quantities in ((spec.world, model.world), (spec.parameters, model.parameters)):
        for key, value in given.items():
            rival = key.startswith("strength_") and quantities[key].default == 0.0
            assert value != quantities[key].default or rival, f"{key} has its default"


def test_titles_questions_and_hashes_differ() -> None:
    specs = [load_scenario(name) for name in NAMES]
    for what in ("title", "question", "hash"):
        assert len({getattr(spec, what) for spec in specs}) == len(specs)


def test_the_baseline_states_start_length_and_citizens_only() -> None:
    spec = load_scenario("baseline")
    assert spec == Scenario(title="Baseline", question=spec.question)


def test_the_null_model_switches_every_rule_off() -> None:
    spec = load_scenario("null_model")
    assert strengths(spec) == dict.fromkeys((one.strength for one in load().rules.values()), 0.0)
    assert any(rule.rival_of for rule in load().rules.values())
    assert (spec.world, spec.parameters, spec.events, spec.commitments) == ({}, {}, (), ())


def test_rules_off_lies_over_a_reading_and_under_what_the_scenario_sets() -> None:
    spec = load_scenario("null_model").replace(reading="weary")
    assert set(strengths(spec).values()) == {0.0}
    one_on = strengths(spec.replace(parameters={"strength_D5": 1.0}))
    assert {name for name, value in one_on.items() if value} == {"strength_D5"}
    assert strengths(spec.replace(rules="on")) == strengths(
        load_scenario("baseline").replace(reading="weary")
    )


def test_rules_that_are_on_name_no_scenario() -> None:
    spec, off = load_scenario("baseline"), load_scenario("baseline").replace(rules="off")
    assert "rules" not in spec.canonical
    assert off.hash != spec.hash
    assert Scenario(**off.canonical).rules == "off"


def strengths(spec: Scenario) -> dict[str, float]:
    """What a run takes for the strength of each rule."""
    values = dict(zip(load().parameters, plan(spec, load()).parameters, strict=True))
    return {rule.strength: float(values[rule.strength]) for rule in load().rules.values()}


def test_the_two_ends_differ_in_words_and_in_the_dealings_there_are_to_lose() -> None:
    hard, soft = load_scenario("hard_words_from_the_start"), load_scenario("soft_words_from_the_start")
    assert hard.world == {"rhetoric": 0.9, "words_memory": 0.9, "ties": 0.05}
    assert soft.world == {
        "rhetoric": 0.05,
        "words_memory": 0.05,
        "ties": 0.7,
        "dushanbe_ready": 2,
        "taliban_ready": 2,
    }
    assert hard.replace(title=soft.title, world=soft.world).hash == soft.hash


def test_the_list() -> None:
    rows = sim.scenarios()
    assert [row["name"] for row in rows] == NAMES
    assert set(rows[0]) == {"name", "title", "question"}
    assert all(row["title"] and row["question"] for row in rows)


def test_a_name_that_is_not_shipped() -> None:
    with pytest.raises(ScenarioError, match="nearest: baseline"):
        catalogue.path_of("baselin")
    for name in ("../README", "readings/as_read", "baseline.yaml", ""):
        with pytest.raises(ScenarioError):
            catalogue.path_of(name)


def test_storylines_are_found_inside_the_package_once_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "sim" / "_scenarios"
    inside.mkdir(parents=True)
    (inside / "baseline.yaml").write_text("panj: 1\ntitle: Inside\n")
    monkeypatch.setattr(catalogue, "files", lambda _: tmp_path / "sim")
    assert catalogue.folder() == inside
    assert load_scenario("baseline").title == "Inside"
    (inside / "baseline.yaml").unlink()
    with pytest.raises(ScenarioError, match="install again"):
        catalogue.names()


# Readings


@pytest.mark.parametrize("name", catalogue.reading_names())
def test_reading_is_right(name: str) -> None:
    found = reading(name)
    assert (found.name, bool(found.title), bool(found.claim)) == (name, True, True)
    assert name == "as_read" or found.parameters
    spec = load_scenario("baseline").replace(reading=name)
    before, after = plan(load_scenario("baseline"), load()), plan(spec, load())
    names = list(load().parameters)
    for key, value in found.parameters.items():
        assert after.parameters[names.index(key)] == value
    moved = {names[i] for i in (before.parameters != after.parameters).nonzero()[0]}
    assert moved <= set(found.parameters)


def test_as_read_is_the_model_as_it_is() -> None:
    assert dict(reading("as_read").parameters) == {}


def test_a_scenario_has_the_last_word_over_its_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "panj: 1\ntitle: R\nclaim: c\nparagraphs: [16]\nparameters: {strength_D3: 0, backstop: 0.3}\n"
    made = parse_reading("r", parse(text, "r.yaml"))
    assert (made.paragraphs, dict(made.parameters)) == ((16,), {"strength_D3": 0.0, "backstop": 0.3})
    monkeypatch.setattr("sim.scenario.plan.reading", lambda name: made)
    spec = load_scenario("baseline").replace(reading="as_read", parameters={"backstop": 0.9})
    values = dict(zip(load().parameters, plan(spec, load()).parameters, strict=True))
    assert (values["strength_D3"], values["backstop"]) == (0.0, 0.9)
    assert values["strength_D5"] == load().parameters["strength_D5"].default


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title: R\nclaim: c\n", "panj: 1"),
        ("panj: 1\nclaim: c\n", "a title and a claim"),
        ("panj: 1\ntitle: R\nclaim: c\nparagraphs: [20]\n", "from 1 to 19"),
        ("panj: 1\ntitle: R\nclaim: c\nparameters: {strength_D33: 1}\n", "'strength_D33'"),
        ("panj: 1\ntitle: R\nclaim: c\nparameters: {strength_D3: 9}\n", "from -4 to 4"),
        ("panj: 1\ntitle: R\nclaim: c\nparameters: {strength_D3: true}\n", "names with numbers"),
        ("panj: 1\ntitle: R\nclaim: c\nparameters: {strength_D3: .nan}\n", "finite number"),
        ("panj: 1\ntitle: R\nclaim: c\nparamters: {}\n", "line 4: unknown key 'paramters'"),
    ],
)
def test_wrong_reading(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=r"^r\.yaml") as caught:
        parse_reading("r", parse(text, "r.yaml"))
    assert said in str(caught.value)


def test_unknown_reading() -> None:
    with pytest.raises(ScenarioError, match="as_read"):
        reading("as_red")
