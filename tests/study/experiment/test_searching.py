"""What may be wrong with a search in a file is told with its place, and a right one keeps its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import ScenarioError
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import check, load_experiment

RIGHT = """panj: 1
title: Tashkent
citizens: 0
design: {method: search, evaluations: 40}
replicates: 2
uncertainties: {russian_guarantee: {uniform: [0.2, 0.9]}}
plan:
  actor: uzbekistan
  may: [go_between.mediate]
  when: [tension]
goals: [{maximise: mean(approval)}]
across: {cases: 4}
"""

WRONG = [
    ("evaluations: 40", "size: 40", "line 4: expected evaluations for search, found none"),
    ("may: [go_between.mediate]", "may: [go_between.talk]", "line 9: unknown option of its actor"),
    ("may: [go_between.mediate]", "may: go_between.mediate", "line 9: expected a list, found"),
    ("may: [go_between.mediate]", "may: [words.denounce]", "line 9: unknown option of its actor"),
    ("when: [tension]", "when: [detected]", "line 10: uzbekistan cannot know detected; it may react to"),
    ("when: [tension]", "when: {tension: [0.9, 0.1]}", "line 10: expected two numbers that rise"),
    ("when: [tension]", "when: {tension: [0, 7]}", "line 10: expected tension from 0 to 1 index .*, found 7"),
    ("actor: uzbekistan", "actor: tashkent", "line 8: unknown actor 'tashkent'"),
    ("goals: [{maximise: mean(approval)}]", "", "line 4: expected goals to search by, found none"),
    ("title: Tashkent", "title: T\nlevers: {x: {a: {}}}", "a search takes no levers: what is chosen is what"),
    ("citizens: 0", "constraints: [{answer: mean(aproval), at_most: 1}]", "line 3: .*no such outcome"),
    ("citizens: 0", "constraints: [{at_most: 1}]", "line 3: expected a sum or an answer, found neither"),
    ("cases: 4", "cases: 4, judged_by: best", "line 12: expected 'mean', 'worst tenth' or 'regret'"),
    (
        "uncertainties: {russian_guarantee: {uniform: [0.2, 0.9]}}\nplan:\n",
        "scenario: uzbekistan_mediates\nplan:\n",
        "expected an instrument that is free, and uzbekistan_mediates binds uzbekistan with go_between",
    ),
]


def test_a_search_is_read_and_made_again_from_its_name(tmp_path: Path) -> None:
    (tmp_path / "right.yaml").write_text(RIGHT)
    found = check(tmp_path / "right.yaml")
    assert isinstance(found, Experiment)
    assert Experiment.of(found.canonical).hash == found.hash
    assert found.search is not None
    assert found.search.population == 40
    assert found.search.confirmed == 16


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, right: str, wrong: str, told: str) -> None:
    assert right in RIGHT
    (tmp_path / "wrong.yaml").write_text(RIGHT.replace(right, wrong))
    with pytest.raises(ScenarioError, match=told):
        load_experiment(tmp_path / "wrong.yaml")


@pytest.mark.parametrize("key", ["plan", "across"])
def test_keys_of_a_search_belong_to_one(tmp_path: Path, key: str) -> None:
    named: dict[str, Any] = {"plan": "{actor: russia, may: [kabul.cool]}", "across": "{cases: 3}"}
    text = "panj: 1\ntitle: T\ndesign: {method: lhs, size: 4}\nreplicates: 1\n"
    (tmp_path / "wrong.yaml").write_text(f"{text}uncertainties: {{tension: [0.1]}}\n{key}: {named[key]}\n")
    with pytest.raises(ScenarioError, match=f"line 6: {key} belongs to a search; leave it out"):
        load_experiment(tmp_path / "wrong.yaml")


def test_two_actors_may_plan_together_where_each_option_is_of_one(tmp_path: Path) -> None:
    both = RIGHT.replace("actor: uzbekistan", "actor: [uzbekistan, russia]")
    (tmp_path / "both.yaml").write_text(both.replace("may: [", "may: [counsel.urge_restraint, "))
    assert sim.check(tmp_path / "both.yaml").title == "Tashkent"
    (tmp_path / "both.yaml").write_text(both.replace("may: [", "may: [kabul.cool, "))
    with pytest.raises(ScenarioError, match=r"found kabul\.cool of russia and uzbekistan"):
        load_experiment(tmp_path / "both.yaml")
