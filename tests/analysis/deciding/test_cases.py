"""A sweep as the analyses take it: which of its cases count as evidence, and for what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.deciding import cases as of_study
from sim.errors import ResultError, ScenarioError
from sim.study.results.study import Study
from tests.conftest import SWEEP

UNCERTAIN = {"russian_guarantee": {"uniform": [0, 1]}, "clash_base": {"uniform": [-4, -1]}}


@pytest.fixture(scope="module")
def morris(tmp_path_factory: pytest.TempPathFactory) -> Study:
    design = {"method": "morris", "size": 12}
    told: dict[str, Any] = {
        **SWEEP,
        "weeks": 20,
        "design": design,
        "replicates": 2,
        "uncertainties": UNCERTAIN,
    }
    return sim.sweep(told, tmp_path_factory.mktemp("morris") / "small", threads=1)


def test_of_a_group_only_points_drawn_apart_count(
    small_saltelli: Path, small_sweep: Path, morris: Study
) -> None:
    # Six points a block of two inputs with second order: two were drawn, four put together from them.
    saltelli = of_study.apart(Study(small_saltelli))
    assert saltelli.reshape(16, 6).tolist() == [[True, False, False, False, False, True]] * 16
    assert of_study.apart(morris).reshape(12, 3).tolist() == [[True, False, False]] * 12
    assert of_study.apart(Study(small_sweep)).all()


def test_neighbours_are_left_out_of_discovery_and_counted(small_saltelli: Path, morris: Study) -> None:
    found = of_study.discover(small_saltelli, "share(blood) >= 0")
    assert (found.overall.inside, found.neighbours) == (32, 64)
    assert "32 of 32 cases" in found.reason
    assert of_study.discover(morris, "share(blood) > 0.4").neighbours == 48


def test_indices_of_whole_distributions_rest_on_points_drawn_apart(small_saltelli: Path) -> None:
    study = Study(small_saltelli)
    whole, few = (of_study.sample(study, of_study.RISK, (), whole=one) for one in (True, False))
    assert (len(whole.shares), len(few.shares)) == (96, 32)
    ends = whole.shares.reshape(16, 6, 2)[:, [0, 5]].reshape(32, 2)
    assert np.array_equal(few.shares, ends)
    rows = whole.cases.value.reshape(16, 6)[:, [0, 5]].ravel()
    assert np.array_equal(few.cases.value, rows)
    assert of_study.sensitivity(study, method="pawn", resamples=5).groups == 32


def test_a_folder_is_as_good_as_a_study(small_sweep: Path) -> None:
    by_folder = sim.discover(small_sweep, "share(blood) > 0.3").record()
    assert by_folder == sim.discover(Study(small_sweep), "share(blood) > 0.3").record()
    assert sim.robustness(small_sweep).record() == sim.robustness(Study(small_sweep)).record()


def test_an_ensemble_is_refused_by_name(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=5, citizens=0)
    folder = sim.run(spec, runs=2, plausible=False).save(tmp_path / "one")
    with pytest.raises(ResultError, match="holds an ensemble"):
        sim.sensitivity(folder)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"method": "sobol"}, "allows pawn, delta"),
        ({"asked": "share(wat)"}, "no such class"),
        ({"levers": {"talk": "free"}}, "no lever 'talk'.*talks"),
        ({"levers": {"talks": "wram"}}, "no alternative 'wram'.*warm"),
    ],
)
def test_what_cannot_be_asked_says_what_can(small_sweep: Path, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        sim.sensitivity(small_sweep, **options)


def test_the_question_of_a_lever_is_of_its_runs_alone(small_sweep: Path) -> None:
    study = Study(small_sweep)
    warm = of_study.sample(study, of_study.RISK, ("warm",))
    mine = study.outcomes[study.outcomes["case"] % 2 == 1]
    risk = mine["path"].isin(of_study.WORSE).groupby(mine["case"]).mean()
    assert np.allclose(warm.cases.value, risk.to_numpy(float))
