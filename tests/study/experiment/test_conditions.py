"""Conditions beside levers: crossed, stored, named, sent on to other tools, told back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import ResultError
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import load_experiment
from sim.study.results.study import Study
from sim.study.sweep.blocks import Setup
from sim.views import experiment as words
from tests.faults.studies import Quick
from tests.study.sweeps import THINNED, experiment

SHOCK = {"shock": {"none": {}, "base thinned": THINNED}}
TALKS = {
    "talks": {
        "free": {},
        "early": {"commitments": [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]},
    }
}
GOALS = [{"minimise": "share(blood)", "enough": 0.1}]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = experiment(conditions=SHOCK, levers=TALKS, goals=GOALS)
    return sim.sweep(made, tmp_path_factory.mktemp("conditions") / "study", threads=1, disk=Quick())


def test_every_policy_is_run_under_every_condition(study: Study) -> None:
    first = study.design[study.design["base"] == 0]
    assert first[["shock", "talks"]].astype(str).to_numpy().tolist() == [
        ["none", "free"],
        ["none", "early"],
        ["base thinned", "free"],
        ["base thinned", "early"],
    ]
    assert first["group"].nunique() == 1  # on the same chance
    spec, _, _ = study.run((3, int(study.outcomes.query("case == 3")["replicate"].iloc[0])))
    assert [one.name for one in spec.events] == ["base thinned out"]
    assert [one.instrument for one in spec.commitments] == ["contact"]


def test_what_is_chosen_lies_on_top_of_what_happens() -> None:
    level = {name: {"a": {"parameters": {"audience_cost": value}}} for name, value in (("x", 2), ("y", 3))}
    one = load_experiment(experiment(conditions={"x": level["x"]}, levers={"y": level["y"]}))
    assert one.variant(("", "as_read", ""), ("a", "a")).parameters["audience_cost"] == 3


def test_a_study_reads_back_with_conditions_and_goals(study: Study) -> None:
    again = sim.load_results(study.folder)
    assert again.experiment.conditions.keys() == {"shock"}
    assert again.experiment.goals == study.experiment.goals
    assert again.experiment.hash == study.experiment.hash


def test_goals_may_change_without_running_anything_again(study: Study) -> None:
    made = experiment(conditions=SHOCK, levers=TALKS, goals=[{"maximise": "mean(approval)"}])
    again = sim.sweep(made, study.folder, threads=1, disk=Quick())
    assert again.experiment.goals[0].maximise == "mean(approval)"
    assert [one.seconds for one in again.entries.values()] == [one.seconds for one in study.entries.values()]


def test_an_experiment_without_conditions_keeps_the_name_it_had() -> None:
    one = load_experiment(experiment())
    assert "conditions" not in one.canonical
    assert Experiment.of(json.loads(one.text)).conditions == {}
    animal = Path(__file__).parents[1] / "zoo" / "format_1_sweep"
    assert sim.load_results(animal).experiment.conditions == {}


def test_other_tools_take_a_condition_for_a_part_of_the_world(study: Study) -> None:
    experiments, _ = study.to_ema()
    assert experiments.groupby("scenario", observed=True)["shock"].nunique().max() == 1
    assert not experiments.duplicated(["scenario", "policy"]).any()
    assert set(experiments["policy"]) == {"free", "early"}
    made = study.to_salib("approval", shock="base thinned", talks="early")
    assert len(made.Y) == len(study.design) / 4
    with pytest.raises(ResultError, match="say which alternative of shock"):
        study.to_salib("approval", talks="early")


def test_a_condition_that_no_run_meets_is_refused_with_what_was_meant(study: Study) -> None:
    with pytest.raises(ResultError, match="none of 96 runs meets it; nearest: base thinned"):
        study.given("shock = 'base thined'")


def test_check_tells_back_what_happens_and_what_may_be_chosen(panj: Callable[..., Any]) -> None:
    one = load_experiment(experiment(conditions=SHOCK, levers=TALKS, goals=GOALS))
    page = words.page(one, 200)
    assert "Conditions: shock\n  - none: nothing beyond the storyline." in page
    assert "On 2021-09-06: base thinned out." in page
    assert "Levers: talks" in page
    assert "early: Dushanbe insists on contact.warm" in page
    assert "Less is better: share of a deadly clash; good enough: 0.1." in page
    assert "shock, base thinned: russian_guarantee drifts back" in page
    told = panj("check", "policies")
    assert told.code == 0
    assert "Levers: policy" in told.out
    assert max(map(len, told.out.splitlines())) <= 110


def test_cases_are_counted_over_conditions_too() -> None:
    setup = Setup(load_experiment(experiment(conditions=SHOCK, levers=TALKS)))
    assert setup.cases == 8 * 4
