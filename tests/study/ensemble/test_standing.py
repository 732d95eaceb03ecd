"""Runs of an ensemble are stopped, kept in a file, and go on."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import ResultError, ScenarioError
from sim.study.ensemble import standing
from sim.study.ensemble.standing import Standing, advance, proceed
from tests.engine.pairs import bits

DAY = "2021-11-15"


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    attack = {"name": "attack", "hazard": 0.1, "lasts": 20, "change": {"media_salience": {"add": 0.3}}}
    return sim.load_scenario("baseline").replace(weeks=40, citizens=6, events=[attack])


@pytest.fixture(scope="module")
def whole(spec: sim.Scenario) -> sim.Result:
    return sim.run(spec, runs=20, seed=4)


@pytest.fixture(scope="module")
def state(spec: sim.Scenario) -> Standing:
    return advance(spec, to=DAY, runs=20, seed=4)


def same(one: sim.Result, other: sim.Result) -> None:
    assert one.identity == other.identity
    for name, table in one.tables.items():
        if name != "readings":
            pd.testing.assert_frame_equal(table, other.tables[name], check_exact=True)


def test_what_goes_on_is_the_result_of_the_unbroken_runs(state: Standing, whole: sim.Result) -> None:
    assert (state.week, state.date, len(state), state.runs) == (14, date(2021, 11, 21), 40, 20)
    same(proceed(state), whole)


def test_a_file_keeps_the_bits(state: Standing, whole: sim.Result, tmp_path: Path) -> None:
    path = state.save(tmp_path / "state.parquet")
    back = Standing.read(path)
    assert back.identity == state.identity
    assert bits(back.past) == bits(state.past)
    assert list(back.arrays) == list(state.arrays)
    assert all(bits(back.arrays[kind]) == bits(one) for kind, one in state.arrays.items())
    same(proceed(back), whole)
    model = sim.PolicyModel.restore(back, 3).run()
    assert float(model.outcome["approval"]) == whole.part("defaults")["approval"].iloc[3]


def test_without_events_and_without_a_second_part(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=20, citizens=0)
    state = advance(spec, to=DAY, runs=5, plausible=False)
    back = Standing.read(state.save(tmp_path / "state.parquet"))
    same(proceed(back), sim.run(spec, runs=5, plausible=False))


def test_another_plan_and_another_chance(state: Standing, spec: sim.Scenario, whole: sim.Result) -> None:
    bound = {"actor": "dushanbe", "instrument": "contact", "insist": "warm", "from": date(2022, 1, 3)}
    other = proceed(state, spec.replace(commitments=[bound]), branch=1)
    mine = proceed(state, branch=1)
    assert other.identity["continued"] == {
        "week": 14,
        "scenario": spec.hash,
        "seed": 4,
        "branch": 1,
    }
    until = {"week": slice(0, 19)}  # both drew the same until the commitment binds
    assert other.trajectories.isel(until).equals(mine.trajectories.isel(until))
    assert not other.trajectories.equals(mine.trajectories)
    before, after = {"week": slice(0, 15)}, {"week": 15}
    assert mine.trajectories.isel(before).equals(whole.trajectories.isel(before))
    assert not mine.trajectories.isel(after).equals(whole.trajectories.isel(after))


def test_such_runs_are_never_run_again_as_if_they_were_the_scenarios(state: Standing, tmp_path: Path) -> None:
    proceed(state, branch=2).save(tmp_path / "result")
    back = sim.load_results(tmp_path / "result")
    with pytest.raises(ResultError, match="went on from a state"):
        _ = back.trajectories
    with pytest.raises(ResultError, match="went on from a state"):
        sim.explain(back, "0:3")
    assert back.given("case > 0").quantiles["runs"].max() == 0


def damaged(path: Path, change: Any) -> None:
    table = pq.read_table(path)
    pq.write_table(change(table), path)


def test_what_is_wrong_with_a_file_is_said(
    state: Standing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = state.save(tmp_path / "state.parquet")
    with pytest.raises(ResultError, match="no such file"):
        Standing.read(tmp_path / "none.parquet")
    content = path.read_bytes()
    for wrong, said in (
        (content[:100], "expected a state of panj"),
        (b"", "expected a state of panj"),
        (content[:3000] + bytes(64) + content[3064:], "expected a state of panj|does not have its checksum"),
    ):
        path.write_bytes(wrong)
        with pytest.raises(ResultError, match=said):
            Standing.read(path)
    path.write_bytes(content)
    damaged(
        path, lambda table: table.set_column(0, "replicate", table["replicate"].take(list(range(39, -1, -1))))
    )
    with pytest.raises(ResultError, match="does not have its checksum"):
        Standing.read(path)
    damaged(path, lambda table: table.replace_schema_metadata({}))
    with pytest.raises(ResultError, match="expected a state of panj"):
        Standing.read(path)
    path.write_bytes(content)
    monkeypatch.setattr(standing, "source_hash", lambda: "0" * 20)
    with pytest.raises(ResultError, match="made by other source"):
        Standing.read(path)


def test_wrong_arguments_are_refused(state: Standing, spec: sim.Scenario) -> None:
    for to in ("2021-08-15", "2022-05-23", "someday", 3):
        with pytest.raises(ScenarioError, match="expected a da"):
            advance(spec, to=to, runs=2)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match=r"runs: expected at most [\d,]+, since the states of each take"):
        advance(spec, to=DAY, runs=900_000)
    with pytest.raises(ScenarioError, match="branch: expected a whole number"):
        proceed(state, branch=-1)
    with pytest.raises(ScenarioError, match="cannot go on under this scenario: citizens"):
        proceed(state, spec.replace(citizens=0))


def test_a_state_is_not_changed_by_going_on(state: Standing) -> None:
    before = copy.deepcopy(dict(state.arrays))
    proceed(state, branch=3)
    assert all(bits(before[kind]) == bits(one) for kind, one in state.arrays.items())
