"""Experiment files: what they may say, what names them, and every way to be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.study.experiment import laws
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import is_experiment, load_experiment
from tests.study.sweeps import experiment

HEAD = """panj: 1
title: T
weeks: 20
citizens: 0
design: {method: lhs, size: 8}
replicates: 2
"""
UNCERTAIN = HEAD + "uncertainties:\n  russian_guarantee: {uniform: [0, 1]}\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(text: str, *files: tuple[str, str]) -> list[str]:
    for name, content in (("mine.yaml", text), *files):
        Path(name).write_text(content)
    with pytest.raises(ScenarioError) as caught:
        load_experiment("mine.yaml")
    message = str(caught.value)
    for foreign in ("pydantic", "Traceback", "Value error", "type="):
        assert foreign not in message
    return message.splitlines()


@pytest.mark.parametrize("method", ["lhs", "sobol", "saltelli", "morris", "grid"])
def test_the_canonical_form_gives_the_experiment_back(method: str) -> None:
    one = load_experiment(experiment(method))
    two = Experiment.of(json.loads(one.text))
    assert two.hash == one.hash
    assert two.laws == one.laws
    assert two.variant(("", "sincere", ""), ("thinned",)) == one.variant(("", "sincere", ""), ("thinned",))


def test_what_changes_numbers_changes_the_hash() -> None:
    base = load_experiment(experiment()).hash
    changes: list[dict[str, Any]] = [
        {"replicates": 4},
        {"seed": 1},
        {"draws": "shared"},
        {"weeks": 21},
        {"scenario": "no_crisis"},
        {"levers": {"guarantee": {"kept": {}}}},
        {"design": {"method": "lhs", "size": 9}},
    ]
    found = {load_experiment(experiment(**one)).hash for one in changes}
    assert len(found | {base}) == len(changes) + 1
    told = {load_experiment(experiment(**one)).hash for one in ({"question": "Why?"}, {"outcomes": ["path"]})}
    assert told == {base}


def test_a_file_and_the_same_as_data(here: Path) -> None:
    Path("mine.yaml").write_text(UNCERTAIN)
    data = {
        "panj": 1,
        "title": "T",
        "weeks": 20,
        "citizens": 0,
        "design": {"method": "lhs", "size": 8},
        "replicates": 2,
        "uncertainties": {"russian_guarantee": {"uniform": [0, 1]}},
    }
    assert load_experiment("mine.yaml").hash == load_experiment(data).hash
    assert is_experiment(Path("mine.yaml"))


def test_whole_grades_over_their_declared_ranges() -> None:
    found = load_experiment(
        experiment(uncertainties={"from_grades": ["literature"], "audience_cost": {"uniform": [0, 0.5]}})
    )
    model = load()
    for name, law in found.laws.items():
        if name != "audience_cost":
            assert model.parameters[name].source.grade == "literature"
            assert law.span == model.parameters[name].plausible
    assert len(found.laws) > 8
    assert found.laws["audience_cost"].span == (0, 0.5)


def test_what_a_scenario_or_lever_sets_is_not_taken_from_its_grade() -> None:
    every = load_experiment(experiment(uncertainties={"from_grades": ["judgement"]})).laws
    name = next(iter(every))
    value = load().parameters[name].default
    levers = {"guarantee": {"kept": {}, "other": {"parameters": {name: value}}}}
    fewer = load_experiment(experiment(uncertainties={"from_grades": ["judgement"]}, levers=levers)).laws
    assert set(every) - set(fewer) == {name}
    assert not any(one.startswith("strength_") for one in every)


def test_scenarios_readings_and_starts_as_uncertainties() -> None:
    found = load_experiment(
        experiment(
            uncertainties={
                "scenario": ["baseline", "no_crisis"],
                "reading": {"categorical": ["as_read", "sincere"], "weights": [3, 1]},
                "start": ["2021-08-16", "2021-08-30"],
            }
        )
    )
    assert len(found.choices()) == 8
    assert found.laws["reading"].weights == (0.75, 0.25)
    variant = found.variant(("no_crisis", "sincere", "2021-08-30"), ("kept",))
    assert (variant.reading, str(variant.start), variant.weeks) == ("sincere", "2021-08-30", 20)


def test_a_scenario_beside_the_experiment(here: Path) -> None:
    Path("own.yaml").write_text("panj: 1\ntitle: Own\nextends: baseline\nparameters: {audience_cost: 0.2}\n")
    Path("mine.yaml").write_text(UNCERTAIN + "scenario: own.yaml\n")
    found = load_experiment("mine.yaml")
    assert found.variant(("", "", ""), ()).parameters["audience_cost"] == 0.2


# Wrong files, with their lines


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD, None, "at least one uncertainty"),
        (UNCERTAIN.replace("russian_guarantee", "russian_guarante"), 8, "nearest: russian_guarantee"),
        (UNCERTAIN.replace("[0, 1]", "[1, 0]"), 8, "low below high"),
        (UNCERTAIN.replace("[0, 1]", "[0, 1.5]"), 8, "from 0 to 1"),
        (UNCERTAIN.replace("[0, 1]", "[0]"), 8, "[low, high]"),
        (UNCERTAIN.replace("[0, 1]", "[0, yes]"), 8, "expected uniform"),
        (UNCERTAIN.replace("uniform", "unifrm"), 8, "nearest: uniform"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{}"), 8, "expected one distribution"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "0.5"), 8, "expected a distribution"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{log-uniform: [0, 1]}"), 8, "above 0"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{triangular: [0, 2, 1]}"), 8, "from 0 to 1"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{normal: [0.5, 0, 0, 1]}"), 8, "deviation above 0"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{uniform: [0, 1], levels: 4}"), 8, "for a grid"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "[0.5, 0.5]"), 8, "differ"),
        (UNCERTAIN.replace("{uniform: [0, 1]}", "{discrete: [0, 1], weights: [1]}"), 8, "2 weights"),
        (UNCERTAIN + "  escalation: {uniform: [0, 1]}\n", 9, "computed by the model"),
        (UNCERTAIN + "  reading: [as_red]\n", 9, "nearest: as_read"),
        (UNCERTAIN + "  start: [2021-13-01]\n", 9, "dates like"),
        (UNCERTAIN + "  scenario: [basline]\n", 9, "baseline"),
        (UNCERTAIN + "  scenario: [baseline]\nscenario: baseline\n", 10, "drop one"),
        (UNCERTAIN + "  from_grades: [judgment]\n", 9, "nearest: judgement"),
        (UNCERTAIN + "levers: {guarantee: {}}\n", 9, "named alternatives"),
        (UNCERTAIN + "levers: {guarantee: {kept: }}\n", 9, "{} for none"),
        (UNCERTAIN + "levers: {case: {kept: {}}}\n", 9, "already used"),
        (UNCERTAIN + "levers: {fear: {kept: {}}}\n", 9, "already used"),
        (UNCERTAIN + "levers: {guarantee: {kept: {wrld: {}}}}\n", 9, "nearest: world"),
        (UNCERTAIN + "levers: {guarantee: {kept: {world: {fear: 3}}}}\n", 9, "from 0 to 1"),
        (UNCERTAIN + "levers: {g: {kept: {world: {russian_guarantee: 1}}}}\n", 9, "uncertain"),
        (
            UNCERTAIN
            + "levers: {g: {a: {commitments: [{actor: dushanbe, instrument: force, insist: x}]}}}\n",
            9,
            "unknown option",
        ),
        (UNCERTAIN + "conditions: {shock: {}}\n", 9, "named alternatives"),
        (UNCERTAIN + "conditions: {shock: {none: }}\n", 9, "{} for none"),
        (UNCERTAIN + "conditions: {mediation: {none: {}}}\n", 9, "already used"),
        (UNCERTAIN + "levers: {a: {b: {}}}\nconditions: {a: {b: {}}}\n", 9, "is given already"),
        (UNCERTAIN + "conditions: {shock: {none: {evnts: []}}}\n", 9, "in a condition; nearest: events"),
        (UNCERTAIN + "conditions: {g: {a: {world: {russian_guarantee: 1}}}}\n", 9, "by a condition as well"),
        (UNCERTAIN + "condition: {g: {a: {}}}\n", 9, "nearest: conditions"),
        (UNCERTAIN + "goals: [{minimise: share(wat)}]\n", 9, "no such class or flag"),
        (
            UNCERTAIN + "goals: [{minimise: blood}, {maximise: blood}]\n",
            9,
            "found 'blood' twice",
        ),
        (UNCERTAIN + "goals: [{enough: 0.1}]\n", 9, "minimise or maximise, found neither"),
        (UNCERTAIN + "goals: [{minimise: blood, maximise: blood}]\n", 9, "found minimise and maximise"),
        (UNCERTAIN + "goals: [{minimize: blood}]\n", 9, "nearest: minimise"),
        (UNCERTAIN + "constraints: [{sum: {fear: 1}, at_most: 1}]\n", 9, "unknown uncertain number"),
        (UNCERTAIN + "constraints: [{sum: {russian_guarantee: 1}}]\n", 9, "at_most, at_least"),
        (UNCERTAIN + "constraints: [{sum: {russian_guarantee: 1}, at_mots: 1}]\n", 9, "nearest: at_most"),
        (UNCERTAIN + "outcomes: [paths]\n", 9, "nearest: path"),
        (UNCERTAIN + "trajectories: {variables: [tensoin]}\n", 9, "nearest: tension"),
        (UNCERTAIN + "draws: paired\n", 9, "'shared', 'grouped' or 'independent'"),
        (UNCERTAIN + "replicate: 3\n", 9, "nearest: replicates"),
        (UNCERTAIN.replace("replicates: 2", "replicates: 0"), 6, "at least 1"),
        (UNCERTAIN.replace("size: 8", "size: 2.5"), 5, "whole number"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: lhs}"), 5, "expected a size"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: lsh, size: 8}"), 5, "'lhs'"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: grid, size: 8}"), 5, "grid takes no size"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: grid}"), 8, "levels"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: saltelli, size: 100}"), 5, "64 or 128"),
        (UNCERTAIN.replace("{method: lhs, size: 8}", "{method: morris, size: 8}"), 7, "at least two"),
        (
            UNCERTAIN.replace("lhs", "saltelli")
            + "constraints: [{sum: {russian_guarantee: 1}, at_most: 1}]\n",
            9,
            "independently",
        ),
        (UNCERTAIN.replace("panj: 1", "panj: 2"), 1, "panj: 1"),
        (UNCERTAIN.replace("title: T", "title: ../T"), 2, "title in words"),
        (UNCERTAIN + "  russian_guarantee: {uniform: [0, 0.5]}\n", 9, "second time"),
    ],
)
def test_a_wrong_file(here: Path, text: str, line: int | None, words: str) -> None:
    rows = refused(text)
    where = "mine.yaml" if line is None else f"mine.yaml, line {line}"
    assert any(row.startswith(where) and words in row for row in rows), rows


def test_all_faults_at_once(here: Path) -> None:
    rows = refused(UNCERTAIN.replace("[0, 1]", "[1, 0]") + "outcomes: [paths]\nlevers: {g: {}}\n")
    assert len(rows) == 3


def test_an_empty_file_and_a_storyline(here: Path) -> None:
    assert "expected an experiment" in refused("")[0]
    with pytest.raises(ScenarioError, match="storyline"):
        load_experiment("baseline")
    with pytest.raises(ScenarioError, match="nearest"):
        load_experiment("mine.yml")


CASES = HEAD.replace("{method: lhs, size: 8}", "{method: cases, file: cases.csv}")


def test_cases_from_a_file(here: Path) -> None:
    Path("mine.yaml").write_text(CASES)
    Path("cases.csv").write_text(
        "group,russian_guarantee,reading\na,0.5,sincere\na,0.7,as_read\nb,0.1,sincere\n\n"
    )
    found = load_experiment("mine.yaml")
    assert found.table is not None
    assert found.table.groups == (0, 0, 1)
    assert found.table.rows == ((0.5, "sincere"), (0.7, "as_read"), (0.1, "sincere"))
    assert Experiment.of(json.loads(found.text)).hash == found.hash


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "found 0 lines"),
        ("russian_guarantee\n", "at least one case"),
        ("russian_guarante\n1\n", "nearest: russian_guarantee"),
        ("fear,fear\n1,1\n", "twice"),
        ("fear\n1,2\n", "line 2: expected 1 cells, found 2"),
        ("fear\n0.5\nx\n", "line 3: expected a number for fear"),
        *(
            (f"fear\n{text}\n", "line 2: expected a number for fear")
            for text in (
                "0_1",
                "0x0",
                "nan",
                "inf",
                "1e-400_0",
                "\u0661",
                "9e999",
                "0.5\u00a0m",
                "0." + "1" * 60,
            )
        ),
        ("fear\nnan\n", "expected a number"),
        ("fear\n2\n", "from 0 to 1"),
        ("reading\nas_red\n", "nearest: as_read"),
        ('reading\n""\n', "at least one case"),
        ("scenario\nbasline\n", "baseline"),
        ('fear\n"0.5\n', "not a CSV file"),
    ],
)
def test_a_wrong_table_of_cases(here: Path, content: str, words: str) -> None:
    assert any(words in row for row in refused(CASES, ("cases.csv", content)))


def test_a_table_elsewhere(here: Path) -> None:
    assert "does not exist" in refused(CASES)[0]
    assert "beside this one" in refused(CASES.replace("cases.csv", "../cases.csv"))[0]
    assert (
        "leave uncertainties out"
        in refused(CASES + "uncertainties: {fear: {uniform: [0, 1]}}\n", ("cases.csv", "fear\n1\n"))[0]
    )


# Distributions


LAWS = [
    laws.Law("uniform", (2, 4)),
    laws.Law("log-uniform", (0.1, 10)),
    laws.Law("triangular", (0, 1, 4)),
    laws.Law("triangular", (0, 0, 4)),
    laws.Law("normal", (1, 2, 0, 3)),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.kind)
def test_quantiles_are_those_of_scipy(law: laws.Law) -> None:
    from scipy import stats

    known = {
        "uniform": lambda a, b: stats.uniform(a, b - a),
        "log-uniform": stats.loguniform,
        "triangular": lambda a, c, b: stats.triang((c - a) / (b - a), a, b - a),
        "normal": lambda m, s, a, b: stats.truncnorm((a - m) / s, (b - m) / s, m, s),
    }[law.kind](*law.numbers)
    u = np.linspace(0.001, 0.999, 101)
    np.testing.assert_allclose(law.quantile(u), known.ppf(u), rtol=1e-9)
    assert law.quantile(np.array([0.0, 1.0])).tolist() == list(law.span)


def test_discrete_values_come_as_often_as_their_weights_say() -> None:
    law = laws.law({"discrete": [5, 7], "weights": [1, 3]}, False)
    found = law.quantile(np.linspace(0, 1, 4001))
    assert set(found) == {5.0, 7.0}
    assert np.isclose((found == 7).mean(), 0.75, atol=0.001)


def test_the_schema_of_the_package_knows_experiments() -> None:
    assert sim.load_experiment is load_experiment
