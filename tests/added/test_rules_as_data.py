"""A rule written as data is a rule like any other, and wrong ones are refused with place and remedy."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import sim
from sim.engine.ensemble import simulate
from sim.engine.mesa_model import PolicyModel
from sim.errors import PanjError, ResultError, ScenarioError
from sim.model import extension
from sim.model.registry import load
from sim.scenario import readings
from sim.scenario.loading import flattened
from sim.scenario.plan import plan
from sim.scenario.rules import enter
from sim.scenario.schema import Scenario
from sim.scenario.yamltext import parse, read_file
from sim.study.ensemble.cases import candidates
from sim.study.results.loading import load_results
from tests.conftest import Outcome

HERE = Path(__file__).parent
RULE = HERE / "rule.yaml"
BASE = sim.load_scenario("baseline").replace(weeks=60, citizens=0)
WORLD = list(load().world)
DATA: dict[str, Any] = flattened(read_file(RULE, "rule.yaml"), (), {})["rules"][0]


def paths(spec: Scenario, replicates: int = 3) -> NDArray[np.float64]:
    return simulate(plan(spec, load()), 3, np.arange(replicates), keep=tuple(WORLD)).kept


def by_mesa(spec: Scenario, replicates: int = 2) -> NDArray[np.float64]:
    return np.array([PolicyModel(spec, 3, r).run().trajectory[WORLD].to_numpy() for r in range(replicates)])


def test_a_rule_as_data_is_the_rule_as_code_bit_for_bit_and_off_it_is_not_there() -> None:
    shipped = paths(BASE)
    held = BASE.replace(rules=[DATA])
    moved = paths(held)
    assert (moved != shipped).any()
    np.testing.assert_array_equal(by_mesa(held), moved[:2])
    np.testing.assert_array_equal(paths(held.replace(parameters={"strength_X1": 0.0})), shipped)
    np.testing.assert_array_equal(paths(BASE), shipped)  # a storyline that does not hold it
    for one in extension.in_force():
        extension.leave(one)
    sim.add_rules(HERE / "panj_code")
    assert load().parameters["strength_X1"].default == 1.0
    np.testing.assert_array_equal(by_mesa(BASE), moved[:2])


def test_one_run_of_a_file_that_holds_rules_has_them() -> None:
    assert PolicyModel(str(RULE), 3, 0).p["strength_X1"] == 1.0


def test_its_sizes_are_drawn_over_where_a_storyline_holds_it_and_nowhere_else() -> None:
    held = BASE.replace(rules=[DATA])
    added = candidates(held, load()).keys() - candidates(BASE, load()).keys()
    assert added == {"X1_contact_warm", "X1_words_denounce"}
    assert load().parameters["X1_words_denounce"].plausible == (0.0, 1.5)


def test_a_storyline_with_rules_is_another_and_comes_back_from_its_canonical_form() -> None:
    held = BASE.replace(rules=[DATA])
    assert held.hash != BASE.hash
    assert Scenario(**held.canonical) == held.replace(question="")
    stronger = {**DATA, "id": "X2", "pushes": {"contact.warm": {"size": 2.0, "low": 1.0, "high": 3.0}}}
    assert BASE.replace(rules=[DATA, stronger]).hash == BASE.replace(rules=[stronger, DATA]).hash


def test_the_same_id_with_other_content_is_refused() -> None:
    BASE.replace(rules=[DATA])
    with pytest.raises(ScenarioError, match="X1: already in force here with other content"):
        BASE.replace(rules=[{**DATA, "claim": "Another one."}])


def test_a_rule_of_the_world_pushes_drives() -> None:
    spec = BASE.replace(
        rules=[
            {
                **{key: one for key, one in DATA.items() if key != "actor"},
                "pushes": {"clash": {"size": -0.5, "low": -1.0, "high": -0.1}},
            }
        ]
    )
    (clause,) = load().rules["X1"].clauses
    assert clause.takes == "world"
    assert [(push.target, push.sign) for push in clause.pushes] == [("clash", -1)]
    assert (load().rules["X1"], clause) in load().driving()
    assert spec.own_rules[0].actor is None


def nested(levels: int) -> dict[str, Any]:
    leaf = {"ramp": "tension", "from": 0.0, "to": 1.0}
    for _ in range(levels):
        leaf = {"not": leaf}
    return leaf


TENSION = {"ramp": "tension", "from": 0.3, "to": 0.7}
SIZE = {"size": 1.0, "low": 0.5, "high": 2.0}


@pytest.mark.parametrize(
    ("changes", "place", "text"),
    [
        ({"id": "D5"}, "rules[0].id", "D5 is a rule of the model"),
        ({"id": "x 1"}, "rules[0].id", "expected letters and a number"),
        ({"actor": "dushanbee"}, "rules[0].actor", "nearest: dushanbe"),
        ({"concern": "Patrons!"}, "rules[0].concern", "words in small letters"),
        ({"rival_of": "D99"}, "rules[0].rival_of", "unknown rule 'D99'"),
        ({"claim": ""}, "rules[0].claim", "expected some text"),
        ({"claim": "a \x1b[2J"}, "rules[0].claim", "without control characters"),
        ({"colour": "red"}, "rules[0].colour", "unknown key 'colour' in rule"),
        ({"source": {"grade": "judgement"}}, "rules[0].source", "needs 'because'"),
        ({"source": {"grade": "article", "because": "so"}}, "rules[0].source.because", "has no 'because'"),
        ({"source": {"grade": "article", "paragraphs": [20]}}, "rules[0].source.paragraphs[0]", "at most 19"),
        (
            {"intensity": {"ramp": "tensio", "from": 0.3, "to": 0.7}},
            "rules[0].intensity.ramp",
            "nearest: tension",
        ),
        (
            {"intensity": {"ramp": "pragmatists", "from": 0.3, "to": 0.7}},
            "rules[0].intensity.ramp",
            "is hidden from dushanbe",
        ),
        (
            {"intensity": {"ramp": "tension", "from": 0.7, "to": 0.3}},
            "rules[0].intensity",
            "'from' below 'to'",
        ),
        (
            {"intensity": {"ramp": "tension", "from": 0.3, "to": 7.0}},
            "rules[0].intensity.to",
            "the bounds of tension",
        ),
        ({"intensity": {"ramp": "tension", "from": 0.3}}, "rules[0].intensity", "'ramp' needs 'to'"),
        ({"intensity": {**TENSION, "width": 0.1}}, "rules[0].intensity.width", "it belongs to logistic"),
        (
            {"intensity": {"logistic": "tension", "middle": 0.5, "width": -1.0}},
            "rules[0].intensity.width",
            "more than 0",
        ),
        ({"intensity": {**TENSION, "not": TENSION}}, "rules[0].intensity", "exactly one of"),
        ({"intensity": {"product": [TENSION]}}, "rules[0].intensity.product", "2 to 40 parts"),
        ({"intensity": {"product": [TENSION, {"not": TENSION}]}}, "rules[0].intensity", "contradicts itself"),
        ({"intensity": {"not": {"sum": [TENSION, TENSION]}}}, "rules[0].intensity.not", "use 'largest'"),
        ({"intensity": nested(7)}, "rules[0].intensity", "at most 6 levels"),
        ({"pushes": {}}, "rules[0].pushes", "pushes nothing"),
        ({"pushes": {"contact.wram": SIZE}}, "rules[0].pushes.contact.wram", "nearest: contact.warm"),
        ({"actor": None}, "rules[0].pushes.contact.warm", "to push an option, add 'actor'"),
        (
            {"pushes": {"contact.warm": {**SIZE, "low": -1.0}}},
            "rules[0].pushes.contact.warm",
            "for or against",
        ),
        (
            {"pushes": {"contact.warm": {**SIZE, "high": 0.7}}},
            "rules[0].pushes.contact.warm",
            "low <= size <= high",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place(changes: dict[str, Any], place: str, text: str) -> None:
    rule = {key: one for key, one in {**DATA, **changes}.items() if one is not None}
    with pytest.raises(ScenarioError) as caught:
        BASE.replace(rules=[rule])
    assert any(line.startswith(place) and text in line for line in str(caught.value).splitlines()), (
        caught.value
    )
    assert not extension.in_force()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("panj: 1\ntitle: None\nrules: []\n", "line 3: expected at least one rule, found an empty list"),
        ('panj: 1\ntitle: "\\e[2J"\nrules: []\n', "line 2: expected text without control characters"),
    ],
)
def test_a_file_of_rules_that_says_nothing_or_gives_orders_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError, match=re.escape(said)):
        sim.add_rules(file)


def test_one_of_two_rules_is_wrong_and_neither_comes_into_force() -> None:
    wrong = {**DATA, "id": "X2", "intensity": {"product": [TENSION, {"not": TENSION}]}}
    assert [one.loc for one in enter([DATA, wrong])] == [("rules", 1, "intensity")]
    assert "X1" not in load().rules


def test_a_file_of_rules_is_on_everywhere_and_part_of_what_a_result_is(
    tmp_path: Path, panj: Callable[..., Outcome]
) -> None:
    told = panj("rules", "X1", "--rules", RULE, "--json")
    assert told.code == 0
    assert '"contact.warm": 1' in told.out
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RULE.read_text().replace("ramp: tension", "ramp: tensio") + "events: []\n")
    for one in extension.in_force():
        extension.leave(one)
    refused = panj("rules", "--rules", wrong)
    assert refused.code == 2
    assert f"{wrong}, line 12: unknown variable of the world 'tensio'" in refused.err
    assert "unknown key 'events' in file of rules" in refused.err
    assert panj("rules", "--rules", tmp_path / "none").code == 2


def test_a_result_opened_without_its_rules_says_which_are_missing(tmp_path: Path) -> None:
    sim.add_rules(RULE)
    result = sim.run(BASE, runs=2, plausible=False)
    assert list(result.identity["extensions"]) == ["X1"]
    result.save(tmp_path / "with")
    for one in extension.in_force():
        extension.leave(one)
    with pytest.raises(ResultError, match="made with X1, which the model here does not have; add --rules"):
        load_results(tmp_path / "with")
    sim.add_rules(RULE)
    assert load_results(tmp_path / "with").runs == 2


def test_a_study_varies_rules_that_its_storyline_or_a_condition_holds(tmp_path: Path) -> None:
    (tmp_path / "held.yaml").write_text(RULE.read_text())
    study = tmp_path / "study.yaml"
    study.write_text(
        "panj: 1\ntitle: Counsel\nscenario: held.yaml\nweeks: 20\ncitizens: 0\n"
        "design: {method: lhs, size: 4}\nreplicates: 2\n"
        "uncertainties: {from_grades: [judgement], strength_X1: {uniform: [0, 1]}}\n"
    )
    experiment = sim.load_experiment(study)
    assert {"X1_contact_warm", "X1_words_denounce", "strength_X1"} <= experiment.laws.keys()
    bare = tmp_path / "bare.yaml"
    bare.write_text(
        "panj: 1\ntitle: Counsel or not\nweeks: 60\ncitizens: 0\n"
        "design: {method: lhs, size: 4}\nreplicates: 4\nuncertainties: {clash_base: {uniform: [0.0, 0.01]}}\n"
        "conditions:\n  counsel:\n    without: {}\n    with:\n"
        + textwrap.indent(RULE.read_text().partition("calm\n")[2], 6 * " ")
    )
    result = sim.sweep(bare, tmp_path / "bare")
    runs = result.outcomes.merge(result.design, on="case")
    closeness = runs.groupby("counsel", observed=True)["peak_rapprochement"].mean()
    assert closeness["with"] > closeness["without"]


def test_code_that_fails_is_told_with_its_line(tmp_path: Path) -> None:
    package = tmp_path / "panj_broken"
    (package / "actors").mkdir(parents=True)
    (package / "__init__.py").write_text('"""Broken."""\n')
    (package / "actors" / "__init__.py").write_text('"""Broken."""\n\nraise RuntimeError("of its own")\n')
    with pytest.raises(PanjError, match=r"RuntimeError: of its own \(.*__init__\.py, line 3\)"):
        sim.add_rules(package)
    assert not extension.in_force()


def package(folder: Path, name: str, formula: str) -> Path:
    """The package of this folder under another name, with another formula in its rule."""
    shutil.copytree(HERE / "panj_code", folder / name)
    file = folder / name / "actors" / "dushanbe.py"
    head, _, _ = file.read_text().rpartition("    return ")
    file.write_text(f"{head}    return {formula}\n")
    return folder / name


TENSE, TALKING = "ramp(seen.tension, TENSE, VERY_TENSE)", "ramp(seen.rapprochement, 0.0, TALKING)"


@pytest.mark.parametrize(
    ("name", "formula", "text"),
    [
        (
            "panj_rises",
            f"(1.0 - {TENSE}) * (1.0 - {TALKING})",
            "declared as what rises with tension, but falls from .* as tension goes from .* to .*"
            "; put tension under falls_with, or turn the formula round",
        ),
        (
            "panj_falls",
            f"{TENSE} * {TALKING}",
            "declared as what falls with rapprochement, but rises from .*rapprochement goes from .*tension",
        ),
        (
            "panj_negative",
            f"{TENSE} - {TALKING}",
            "expected a number from 0 on, found -.* at rapprochement .*, tension .*; bound it",
        ),
    ],
)
def test_a_clause_that_moves_against_its_declaration_is_refused_with_its_place(
    tmp_path: Path, name: str, formula: str, text: str
) -> None:
    with pytest.raises(PanjError, match=rf"dushanbe\.py, line \d+: rule X1, counsel: {text}"):
        sim.add_rules(package(tmp_path, name, formula))
    assert not extension.in_force()


def test_a_clause_that_fails_somewhere_in_the_ranges_is_told_with_its_line(tmp_path: Path) -> None:
    folder = package(tmp_path, "panj_divides", f"{TENSE} / {TALKING}")
    with pytest.raises(PanjError, match=r"ZeroDivisionError.*dushanbe\.py, line \d+"):
        sim.add_rules(folder)


def test_what_was_prepared_before_a_rule_came_is_not_run_with_it() -> None:
    before = plan(BASE, load())
    BASE.replace(rules=[DATA])
    with pytest.raises(ScenarioError, match="prepared before other rules were added"):
        simulate(before, 0, np.arange(1))


def test_rules_of_a_reading_are_on_under_it() -> None:
    text = RULE.read_text().replace("title:", "claim: Tehran is heard.\ntitle:")
    found = readings.parse("tehran", parse(text, "tehran.yaml"))
    assert found.rules == ("X1",)
    assert dict(found.parameters) == {"strength_X1": 1.0}
    wrong = text.replace("ramp: tension", "ramp: tensio")
    with pytest.raises(ScenarioError, match=r"rules\[0\].intensity.product\[0\].ramp: unknown variable"):
        readings.parse("tehran", parse(wrong, "tehran.yaml"))
