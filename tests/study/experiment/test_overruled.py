"""What is varied without effect is told by a check, and refused by a sweep unless it is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import ScenarioError
from sim.study.experiment.overruled import overruled
from tests.study.sweeps import experiment

VARIED = {"russian_guarantee": {"uniform": [0, 1]}, "audience_cost": {"uniform": [0.5, 3]}}


def event(**changes: Any) -> dict[str, Any]:
    plain = {"name": "fix", "on": "2021-08-16", "change": {"audience_cost": {"set": 1}}}
    return {**plain, **changes}


def one(*events: dict[str, Any], **changes: Any) -> sim.study.experiment.experiment.Experiment:  # type: ignore[name-defined]
    levers = {"line": {"open": {}, "held": {"events": list(events)}}}
    return sim.load_experiment(experiment(uncertainties=VARIED, levers=levers, **changes))


@pytest.mark.parametrize(
    "fixing",
    [
        event(),
        event(lasts="520 weeks"),
        event(on="2021-08-20"),
        event(change={"audience_cost": {"path": {"2021-08-16": 1, "2021-10-04": 2}}}),
    ],
)
def test_an_event_that_sets_it_at_once(fixing: dict[str, Any], tmp_path: Path) -> None:
    made = one(fixing)
    (said,) = overruled(made)
    assert said.startswith("audience_cost is varied, but the event 'fix' sets it in the first week (held)")
    with pytest.raises(ScenarioError, match="--yes"):
        sim.sweep(made, tmp_path / "no")
    assert not (tmp_path / "no").exists()


def test_what_is_told_has_no_effect_and_is_run_where_it_is_meant(tmp_path: Path) -> None:
    levers = {"line": {"held": {"events": [event()]}}}
    varied = {"audience_cost": {"discrete": [0.5, 3]}}
    made = experiment("grid", uncertainties=varied, levers=levers, draws="shared", design={"method": "grid"})
    study = sim.sweep(made, tmp_path / "yes", yes=True, threads=1)
    first, second = (study.outcomes[study.outcomes["case"] == case] for case in (0, 1))
    assert (
        first.drop(columns="case")
        .reset_index(drop=True)
        .equals(second.drop(columns="case").reset_index(drop=True))
    )


@pytest.mark.parametrize(
    "harmless",
    [
        event(on="2021-10-04"),
        event(lasts="3 weeks"),
        event(change={"audience_cost": {"multiply": 2}}),
        event(change={"audience_cost": {"path": {"2021-10-04": 2}}}),
        event(change={"media_salience": {"set": 0.4}}),
    ],
)
def test_an_event_that_leaves_it_some_effect(harmless: dict[str, Any]) -> None:
    assert overruled(one(harmless)) == []


def test_a_reading_that_is_compared_and_sets_it() -> None:
    from sim.scenario.readings import reading

    name = next(iter(reading("sincere").parameters))
    varied = {"reading": ["as_read", "sincere"], name: {"uniform": [0, 1]}}
    (said,) = overruled(sim.load_experiment(experiment(uncertainties=varied)))
    assert said.startswith(f"{name} is varied, and the reading 'sincere' sets it")


def test_the_check_tells_it_and_what_is_never_used(tmp_path: Path, panj: Any) -> None:
    base = {
        "panj": 1,
        "title": "base",
        "extends": "baseline",
        "world": {"russian_guarantee": 0.6},
        "events": [event()],
    }
    made = experiment(scenario="base.yaml", uncertainties=VARIED)
    for name, data in (("base", base), ("over", made)):
        (tmp_path / f"{name}.yaml").write_text(json.dumps(data))
    told = panj("check", "over.yaml")
    assert told.code == 0
    assert "  - audience_cost is varied, but the event 'fix'" in told.out
    assert "  - russian_guarantee is varied, so the 0.6 of base.yaml is never used" in told.out
    notes = json.loads(panj("check", "over.yaml", "--json").out)["notes"]
    assert sum("is varied" in one for one in notes) == 2
    assert panj("sweep", "over.yaml").code == 2


def test_shipped_experiments_vary_nothing_in_vain() -> None:
    from sim.scenario.catalogue import experiment_names

    for name in experiment_names():
        assert overruled(sim.load_experiment(name)) == [], name
