"""A region of one's own: what is ruled out, its file, and the runs that draw from it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.answers.begun import begun
from sim.analysis.past.regions import implausibility
from sim.engine.mesa_model import PolicyModel
from sim.errors import ModelError, ResultError, ScenarioError
from sim.model.registry import load
from sim.study.ensemble import store
from sim.study.ensemble.points import Points
from sim.study.ensemble.region_file import load_points, save_points
from sim.study.observed.schema import Observation, Observations
from sim.study.results import names
from sim.study.results.case_values import values
from sim.study.results.given import given

SOURCE = {"publisher": "a test", "title": "a test", "date": "2021-11"}


def observation(**said: Any) -> Observation:
    return Observation(**{"on": "2021-10-30", "source": SOURCE, **said})


def seen(**said: Any) -> Observations:
    return Observations(title="Seen", observed=[observation(**said)])


SPEC = sim.load_scenario("baseline").replace(citizens=0, weeks=30)
HARD = seen(value="rhetoric", equals=0.75, tolerance=0.02, discrepancy=0.02)


@pytest.fixture(scope="module")
def points() -> Points:
    return sim.calibrate(SPEC, HARD, points=200)


# What is ruled out


def test_a_number_is_missed_by_tolerance_discrepancy_and_the_spread_between_runs() -> None:
    one = observation(value="rhetoric", equals=1.0, tolerance=3.0, discrepancy=4.0)
    assert implausibility(one, np.array([[11.0], [11.0]])) == pytest.approx([2.0])
    told = np.array([[10.0], [12.0]])  # variance 2, and 1 more of the mean
    assert implausibility(one, told) == pytest.approx([10 / math.sqrt(25 + 3)])


def test_a_bound_that_no_run_meets_rules_out_from_64_runs_on_and_never_where_the_model_may_be_wrong() -> None:
    one = observation(value="rhetoric", above=2.0)
    assert implausibility(one, np.ones((16, 1)))[0] < 3 < implausibility(one, np.ones((64, 1)))[0]
    doubted = observation(value="rhetoric", above=2.0, discrepancy=0.05)
    assert implausibility(doubted, np.ones((640, 1)))[0] < 3


def test_a_point_whose_run_failed_is_known_as_such() -> None:
    told = np.array([[1.0, np.nan], [1.0, 1.0]])
    for said in ({"equals": 1.0, "tolerance": 1.0}, {"above": 0.5}):
        assert np.isnan(implausibility(observation(value="rhetoric", **said), told)).tolist() == [False, True]


def test_points_that_are_left_meet_what_was_seen_better_than_the_prior(points: Points) -> None:
    (told,) = points.told["targets"]
    assert told["missed_by"] < 3
    assert 0 < told["ruled_out"] < 1
    first, *_, last = points.told["waves"]
    assert 20 <= last["retained"] == len(points.cells) < last["points"]
    assert first["prior"] == first["retained"] / first["points"]


def test_the_same_seed_gives_the_same_region_and_another_another(points: Points) -> None:
    assert sim.calibrate(SPEC, HARD, points=200).hash == points.hash
    assert sim.calibrate(SPEC, HARD, points=200, seed=1).hash != points.hash


def test_what_cannot_be_met_is_named() -> None:
    beyond = seen(name="out of reach", value="rhetoric", equals=50.0, tolerance=0.1)
    with pytest.raises(ModelError, match=r"wave 1 ruled out all but 0 of 100 .*'out of reach' alone"):
        sim.calibrate(SPEC, beyond, points=100)


@pytest.mark.parametrize(
    ("targets", "options", "word"),
    [
        (HARD, {"points": 99}, "points: expected a whole number from 100 to 1,000,000, found 99"),
        (HARD, {"points": 100, "seed": -1}, "seed: expected"),
        (Observations(title="None", observed=[]), {"points": 100}, "at least one observation"),
        (seen(value="rhetoric", on="2023-10-30", above=0.1), {"points": 100}, "the weeks of the scenario"),
    ],
)
def test_wrong_arguments_are_refused(targets: Observations, options: dict[str, int], word: str) -> None:
    with pytest.raises(ScenarioError, match=word):
        sim.calibrate(SPEC, targets, **options)  # type: ignore[arg-type]


# Its file


def test_a_region_is_read_as_it_was_written(points: Points, tmp_path: Path) -> None:
    save_points(points, tmp_path / "region.json")
    again = load_points(tmp_path / "region.json")
    assert again.names == points.names
    assert (again.cells == points.cells).all()
    assert again.told == points.told
    assert again.hash == points.hash


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda told: told | {"points": told["points"] - 1}, "expected .* points of .* values"),
        (lambda told: told | {"points": 0, "cells": ""}, "expected a point at least, .* found 0 points"),
        (lambda told: told | {"names": ["tenson", *told["names"][1:]]}, "points of tenson"),
        (
            lambda told: told | {"names": told["names"][:1] * len(told["names"])},
            "values of the model, each once",
        ),
        (lambda told: told | {"source": "0" * 20}, "made with other source"),
        (lambda told: told | {"panj_region": 2}, "format 2, this version of panj reads format 1"),
        (lambda told: told | {"names": "all"}, "names: expected list, found 'all'"),
        (lambda told: told | {"extensions": {"strange": "1"}}, "made with strange"),
        (lambda told: told | {"cells": "?"}, "cells: expected"),
        (lambda told: {"seed": 1}, "no region of panj"),
    ],
)
def test_a_file_that_is_no_sound_region_is_refused(
    points: Points, tmp_path: Path, change: Callable[[dict[str, Any]], dict[str, Any]], word: str
) -> None:
    path = tmp_path / "region.json"
    save_points(points, path)
    path.write_bytes(store.sealed(change(json.loads(path.read_text()))))
    with pytest.raises(ResultError, match=word):
        load_points(path)


def test_an_altered_file_and_none_are_refused(points: Points, tmp_path: Path) -> None:
    path = tmp_path / "region.json"
    save_points(points, path)
    path.write_text(path.read_text().replace('"cutoff": 3.0', '"cutoff": 4.0'))
    with pytest.raises(ResultError, match="checksum"):
        load_points(path)
    path.write_text("region")
    with pytest.raises(ResultError, match="expected JSON"):
        load_points(path)
    with pytest.raises(ResultError, match="expected the file of a region, found a folder"):
        load_points(tmp_path)
    with pytest.raises(ResultError, match="no such file; panj calibrate"):
        load_points(tmp_path / "none.json")


# Runs that draw from it


def test_a_run_draws_whole_points_of_the_region_and_says_so(points: Points, tmp_path: Path) -> None:
    found = sim.run(SPEC, runs=60, region=points)
    own = sim.run(SPEC, runs=60)
    assert found.identity["region"]["hash"] == points.hash
    assert "region" not in own.identity
    every = {**load().parameters, **load().world}
    linear = [k for k, name in enumerate(points.names) if every[name].spread != "log-uniform"]
    low = np.array([every[points.names[k]].plausible[0] for k in linear])
    high = np.array([every[points.names[k]].plausible[1] for k in linear])
    drawn = found.design[[points.names[k] for k in linear]].to_numpy()
    allowed = low + points.shares[:, linear] * (high - low)
    assert all((np.isclose(row, allowed).all(axis=1)).any() for row in drawn)
    assert found.identity["article"]["weights"] is None
    assert (found.part("defaults")["deaths"] == own.part("defaults")["deaths"]).all()
    stored = sim.load_results(found.save(tmp_path / "result"))
    run = names.find(stored, "2:7")
    story = sim.trace(run.spec, run.replicate, run.seed, run.row)
    names.agree(run, story.model.outcome)


def test_what_is_run_again_is_run_at_the_points_of_the_region(points: Points) -> None:
    event = {
        "name": "aid",
        "when": {"variable": "tension", "above": 0.6},
        "change": {"assistance": {"set": 0}},
    }
    spec = SPEC.replace(events=[event])
    found = sim.run(spec, runs=20, region=points)
    rows = values(found)[found.part("plausible")["case"]]
    fired = [PolicyModel(spec, 0, k, case=row).run().fired for k, row in enumerate(rows)]
    table = begun(found).set_index("group")
    assert table.loc["across plausible parameters", "share"] == np.mean([bool(one) for one in fired])
    assert 0 < table.loc["across plausible parameters", "share"] < 1
    pd.testing.assert_frame_equal(given(found, "deaths >= 0").quantiles, found.quantiles)


def test_particles_come_from_the_region(points: Points) -> None:
    found = sim.outlook(SPEC, particles=100, region=points)
    assert found.record()["region"]["hash"] == points.hash
    own = sim.outlook(SPEC, particles=100)
    assert "region" not in own.record()
    assert found.record()["classes"] != own.record()["classes"]


def test_the_command_refuses_what_it_would_overwrite_and_options_that_do_not_go_together(
    panj: Callable[..., Any],
) -> None:
    Path("seen.yaml").write_text("panj: 1\n")
    told = panj("calibrate", "baseline", "--targets", "seen.yaml", "-o", "seen.yaml")
    assert told.code == 2
    assert "seen.yaml exists; replace it with --force" in told.err
    told = panj("calibrate", "baseline", "--targets", "record", "-o", "none/region.json")
    assert told.code == 2
    assert "in a folder that exists" in told.err
    told = panj("run", "baseline", "--region", "r.json", "--until", "2022-01-01", "--save-state", "s.panj")
    assert told.code == 2
    assert "--region does not go with it" in told.err
