"""Some of the runs of a result: those that meet a condition, and every table of those alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import ResultError
from sim.model.registry import load


@pytest.fixture(scope="module")
def some(result: sim.Result) -> sim.Result:
    return result.given("incidents >= 3")


def test_every_table_holds_the_runs_that_meet_it(result: sim.Result, some: sim.Result) -> None:
    wanted = result.every_run[result.every_run["incidents"] >= 3]
    assert 0 < len(wanted) < len(result.every_run)
    pd.testing.assert_frame_equal(some.every_run, wanted.reset_index(drop=True))
    assert len(some.outcomes) + len(some.part("defaults")) == len(some.every_run)
    keys = pd.MultiIndex.from_frame(wanted[["case", "replicate"]])
    assert pd.MultiIndex.from_frame(some.every_change[["case", "replicate"]]).isin(keys).all()
    assert some.readings.empty
    assert some.condition == "incidents >= 3"


def test_weekly_values_are_those_of_the_runs_that_meet_it(result: sim.Result, some: sim.Result) -> None:
    mine = some.part("defaults")["replicate"].to_numpy()
    whole, part = result.trajectories, some.trajectories
    assert part["run"].to_numpy().tolist() == mine.tolist()
    assert np.array_equal(part["rhetoric"], whole["rhetoric"].sel(run=mine))
    rows = some.quantiles[(some.quantiles["part"] == "defaults") & (some.quantiles["variable"] == "tension")]
    assert np.allclose(rows["q50"], np.median(whole["tension"].sel(run=mine), axis=0))
    assert np.array_equal(some.ladders["defaults"], result.ladders["defaults"][mine])
    # What is drawn across plausible parameters is run again at the values of its own cases.
    again = result.given("case >= 0")
    pd.testing.assert_frame_equal(again.quantiles, result.quantiles)


def test_what_varies_may_be_named_and_is_the_scenario_s_own_at_the_defaults(result: sim.Result) -> None:
    name = next(one for one in result.design.columns if one != "case")
    middle = float(result.design[name].median())
    above = result.given(f"{name} > {middle}")
    cases = set(above.part("plausible")["case"])
    assert cases == set(result.design.loc[result.design[name] > middle, "case"])
    known = {**load().parameters, **load().world}
    own = known[name].default
    assert len(above.part("defaults")) == (result.runs if own > middle else 0)


@pytest.mark.parametrize(
    "condition", ["path < 'clashes'", "'war' >= path", "path between 'talks' and 'war'", "not (path > 'war')"]
)
def test_classes_stand_in_no_order(result: sim.Result, condition: str) -> None:
    with pytest.raises(ResultError, match="classes stand in no order"):
        result.given(condition)
    assert len(result.given("path = 'war' or incidents between 0 and 9").every_run)


def test_conditions_add_up(result: sim.Result, some: sim.Result) -> None:
    both = some.given("not blood")
    assert both.condition == "(incidents >= 3) and (not blood)"
    same = result.given("incidents >= 3 and not blood")
    pd.testing.assert_frame_equal(both.outcomes, same.outcomes)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("incidnets > 3", "nearest: incidents"),
        ("incidents > 3) or (true", "expected a condition"),
        ("incidents >", "expected a condition"),
        ("incidents > 1e9", "none of 80 runs meets it"),
        ("(select 1 from read_csv('/etc/passwd')) = 1", "expected a condition"),
    ],
)
def test_what_is_no_condition_is_refused(result: sim.Result, condition: str, said: str) -> None:
    with pytest.raises(ResultError, match=said):
        result.given(condition)


def test_a_part_of_the_runs_is_not_saved_as_the_whole(some: sim.Result, tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="only some of the runs"):
        some.save(tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_runs_of_other_source_have_no_weekly_values(result: sim.Result) -> None:
    strange = replace(result, identity={**result.identity, "source": "0" * 64}, _kept=None)
    some = strange.given("incidents >= 3")
    assert some.quantiles["runs"].eq(0).all()
    with pytest.raises(ResultError, match="other source"):
        _ = some.trajectories


def test_commands_take_a_condition(panj: Callable[..., Any], result: sim.Result, tmp_path: Path) -> None:
    result.save(tmp_path / "whole")
    told = panj("export", "whole", "--given", "incidents >= 3", "--out", "some")
    assert told.code == 0, told.err
    assert pd.read_csv("some/outcomes.csv")["incidents"].min() >= 3
    assert panj("export", "whole", "--given", "incidents >").code == 2
