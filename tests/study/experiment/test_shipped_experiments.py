"""Shipped experiments: each with a question, each ready to run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.experiment.loading import load_experiment
from sim.study.sweep.blocks import Setup

NAMES = catalogue.experiment_names()
WANTED = {
    "clashes",
    "dushanbe_plan",
    "guarantee_hardship",
    "mediator",
    "moscow_plan",
    "policies",
    "readings",
    "rules_off",
    "screening",
    "starting_rhetoric",
    "tashkent_plan",
}


def test_they_are_there() -> None:
    assert set(NAMES) >= WANTED


@pytest.mark.parametrize("name", NAMES)
def test_each_has_a_question_and_runs(name: str) -> None:
    one = load_experiment(name)
    setup = Setup(one)
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


def test_rules_off_starts_from_the_rules_of_its_storyline(tmp_path: Path) -> None:
    path = tmp_path / "off.yaml"
    text = "panj: 1\ntitle: Off\ndesign: {method: rules_off}\nreplicates: 2\n"
    path.write_text(text + "scenario: thin.yaml\n")
    thin = "panj: 1\ntitle: Two\nextends: null_model\nparameters: {strength_D5: 2, strength_D3r: 1}\n"
    (tmp_path / "thin.yaml").write_text(thin)
    table = load_experiment(path).table
    assert table is not None
    assert table.columns == ("strength_D3r", "strength_D5")
    assert table.rows == ((1.0, 2.0), (0.0, 2.0), (1.0, 0.0))
    path.write_text(text + "scenario: null_model\n")
    with pytest.raises(
        ScenarioError, match=r"line 3: expected a storyline in which a rule is on, found none"
    ):
        load_experiment(path)
    path.write_text(text + "uncertainties: {fear: {uniform: [0, 1]}}\n")
    with pytest.raises(
        ScenarioError, match="rules_off switches each rule off alone; leave uncertainties out"
    ):
        load_experiment(path)


def test_policies_are_eight() -> None:
    assert len(load_experiment("policies").alternatives) == 8


def test_the_grid_is_twenty_one_by_twenty_one() -> None:
    assert Setup(load_experiment("guarantee_hardship")).cases == 21 * 21
