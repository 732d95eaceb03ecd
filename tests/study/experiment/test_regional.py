"""Cases that come from a region take whole points of it, but for what the experiment states."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.answers.digest import Digest
from sim.analysis.deciding.box_file import experiment_text
from sim.errors import ResultError, ScenarioError
from sim.model import calibrated
from sim.model.registry import load
from sim.study.ensemble.points import Points
from sim.study.experiment.designs import base
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import load_experiment
from sim.study.search.spaces import space
from sim.study.sweep.blocks import Setup
from sim.views.report import simulated
from tests.study.search.test_search import SMALL
from tests.study.sweeps import experiment


def region(seed: int = 0) -> Points:
    """Five points of what was calibrated, far apart."""
    names = calibrated.region()[0]
    cells = np.random.default_rng(seed).integers(0, 60_000, (5, len(names))).astype(np.uint16)
    told = {"scenario": {"title": "S", "hash": "0"}, "observations": {"title": "Two figures", "hash": "1"}}
    return Points(names, cells, told)


def linear(points: Points) -> list[int]:
    """Columns whose shares are put into their range in proportion."""
    every = {**load().parameters, **load().world}
    return [k for k, name in enumerate(points.names) if every[name].spread != "log-uniform"]


@pytest.fixture
def points() -> Points:
    return region()


@pytest.mark.parametrize("method", ["lhs", "sobol"])
def test_each_point_of_the_design_takes_a_whole_point_of_the_region(method: str, points: Points) -> None:
    drawn = base(load_experiment(experiment(method), region=points))
    columns = [k for k in linear(points) if points.names[k] not in ("russian_guarantee", "hardship_growth")]
    mine = drawn.shares[:, [drawn.names.index(points.names[k]) for k in columns]]
    known = points.shares[:, columns]
    place = [np.flatnonzero(np.isclose(known, row).all(axis=1)) for row in mine]
    assert all(len(one) == 1 for one in place)
    # Eight cases of five points: every point once before one comes twice.
    assert sorted({int(one[0]) for one in place}) == [0, 1, 2, 3, 4]
    every = {**load().parameters, **load().world}
    for k, name in enumerate(drawn.names):
        if name in points.names and name != "hardship_growth":
            low, high = every[name].plausible
            assert low <= drawn.values[:, k].min() <= drawn.values[:, k].max() <= high


def test_what_the_experiment_states_stays_and_grades_give_way(points: Points) -> None:
    name = next(name for name in points.names if load().parameters.get(name))
    other = next(one for one in points.names[::-1] if load().parameters.get(one))
    low, high = load().parameters[name].plausible
    data = experiment(
        uncertainties={name: {"uniform": [low, high]}, "from_grades": ["judgement"]},
        levers={"set": {"as it is": {}, "low": {"parameters": {other: load().parameters[other].default}}}},
    )
    found = load_experiment(data, region=points)
    assert found.region is not None
    assert {name, other}.isdisjoint(found.region.names)
    assert set(points.names) - set(found.region.names) == {name, other}
    shares = base(found).shares[:, list(found.laws).index(name)]
    assert sorted((shares * 8).astype(int)) == list(range(8))  # a Latin hypercube of its own law
    assert set(found.laws) > set(found.region.names)
    assert (
        "uncertainties" not in experiment_text(found)
        or other not in experiment_text(found).split("levers")[0]
    )
    again = load_experiment({**data, "uncertainties": {name: {"uniform": [low, high]}}}, region=points)
    assert set(again.regional) == set(found.regional)


def test_the_canonical_form_holds_the_points(points: Points) -> None:
    one = load_experiment(experiment(), region=points)
    two = Experiment.of(json.loads(one.text))
    assert two.hash == one.hash
    assert (base(two).values == base(one).values).all()
    assert two.region is not None
    assert two.region.hash == points.hash
    assert one.hash != load_experiment(experiment()).hash


def test_a_sweep_carries_on_in_its_region_and_refuses_another(points: Points, tmp_path: Path) -> None:
    one = load_experiment(experiment(), region=points)
    study = sim.sweep(one, tmp_path / "study")
    assert sim.sweep(one, tmp_path / "study").experiment.hash == study.experiment.hash
    drawn = study.design[points.names[0]].to_numpy(np.float64)
    assert len(np.unique(drawn)) == 5
    for other in (load_experiment(experiment(), region=region(1)), load_experiment(experiment())):
        with pytest.raises(ResultError, match=r"another study(.|\n)*region"):
            sim.sweep(other, tmp_path / "study")


def test_result_and_report_say_which_region(points: Points, tmp_path: Path) -> None:
    study = sim.sweep(load_experiment(experiment(), region=points), tmp_path / "study")
    told = json.loads((study.folder / "result.json").read_text())["experiment"]["canonical"]["region"]
    assert told["hash"] == points.hash
    assert told["observations"]["title"] == "Two figures"
    words = " ".join(simulated._amount(Digest(study).runs))
    assert f"{points.hash[:8]}, 5 points, calibrated on: Two figures" in words
    command = simulated.again(study, "study")[0]
    assert "--region" in getattr(command, "words", "")


def test_candidates_of_a_search_run_on_points_of_the_region(points: Points) -> None:
    setup = space(load_experiment(SMALL, region=points)).cases({})
    assert isinstance(setup, Setup)
    column = setup.design()[points.names[0]].to_numpy(np.float64)
    assert len(column) == 6
    assert len(np.unique(column)) == 5


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (experiment("grid"), "design: expected lhs, sobol or a search for a plan .*, found grid"),
        (experiment("saltelli"), "found saltelli"),
        (
            {key: one for key, one in SMALL.items() if key not in ("plan", "across")},
            "found a search for worlds",
        ),
    ],
)
def test_designs_that_cannot_take_points_are_refused(data: dict[str, Any], word: str, points: Points) -> None:
    with pytest.raises(ScenarioError, match=word):
        load_experiment(data, region=points)


def test_a_region_of_which_nothing_varies_is_refused(points: Points) -> None:
    name = points.names[0]
    alone = points.some([name])
    low, high = {**load().parameters, **load().world}[name].plausible
    data = experiment(uncertainties={name: {"uniform": [low, high]}})
    with pytest.raises(ScenarioError, match="all that the region holds is set or has a law of its own"):
        load_experiment(data, region=alone)


# Goals beside a file


def test_goals_stand_in_the_place_of_those_of_the_file() -> None:
    goals = ["minimise share(clashes, war) least 0.02", "maximise mean(approval)"]
    found = load_experiment(SMALL, goals=goals)
    assert found.search is not None
    assert [(one.question, one.better, one.least) for one in found.search.goals] == [
        ("share(clashes, war)", -1, 0.02),
        ("mean(approval)", 1, 0.01),
    ]
    assert found.hash != load_experiment(SMALL).hash


@pytest.mark.parametrize(
    ("goal", "word"),
    [
        (3, "goals: expected 'minimise QUESTION'.*found 3"),
        ("mean(approval)", "goals: expected 'minimise QUESTION' or 'maximise QUESTION'"),
        ("minimize mean(approval)", "found 'minimize mean"),
        ("maximise mean(aproval)", r"goals.*: .*no such outcome.*nearest: approval"),
        ("maximise mean(approval) least some", "goals.*least: expected a number"),
        ("maximise mean(approval) least 0", "goals.*least: expected"),
    ],
)
def test_wrong_goals_are_refused_with_what_there_is(goal: Any, word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        load_experiment(SMALL, goals=[goal])
