"""Shipped experiments: each with a question and its running time, each ready to run."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.experiment.loading import load_experiment
from sim.study.sweep.blocks import Setup

NAMES = catalogue.experiment_names()
WANTED = {
    "clashes",
    "guarantee_hardship",
    "policies",
    "readings",
    "rules_off",
    "screening",
    "starting_rhetoric",
}


def test_they_are_there() -> None:
    assert set(NAMES) >= WANTED


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_question_and_runs(name: str) -> None:
    text = (catalogue.experiment_folder() / f"{name}.yaml").read_text()
    one = load_experiment(name)
    setup = Setup(one)
    said = re.search(r"^# ([\d,]+) runs.*: about \d+ (?:s|min) on two cores\.$", text, re.MULTILINE)
    assert said is not None
    assert int(said[1].replace(",", "")) == setup.runs
    assert one.question.endswith("?")
    assert one.outcomes
    block = setup.layout.order()[-1]
    made = setup.run(block, threads=1, only=np.arange(2))
    assert made.failed == 0


def test_rules_off_has_a_case_for_every_rule_that_is_on() -> None:
    model = load()
    on = [one.strength for one in model.rules.values() if model.parameters[one.strength].default == 1]
    table = load_experiment("rules_off").table
    assert table is not None
    assert set(table.columns) == set(on)
    assert set(table.rows[0]) == {1.0}
    assert sorted(row.index(0.0) for row in table.rows[1:]) == list(range(len(on)))
    assert all(row.count(0.0) == 1 for row in table.rows[1:])


def test_policies_are_eight() -> None:
    assert len(load_experiment("policies").alternatives) == 8


def test_the_grid_is_twenty_one_by_twenty_one() -> None:
    assert Setup(load_experiment("guarantee_hardship")).cases == 21 * 21
