"""Many runs: two parts, the same tables whatever the threads, failures kept and named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

import sim
from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study import tables
from sim.study.ensemble import blocks

TABLES = ("outcomes", "changes", "quantiles", "design")
PROMISED = (
    "case",
    "replicate",
    "path",
    "blood",
    "peak_escalation",
    "final_escalation",
    "peak_rapprochement",
    "final_rapprochement",
    *(f"first_escalation_{n}" for n in range(1, 6)),
    *(f"first_rapprochement_{n}" for n in range(1, 6)),
    "incidents",
    "clashes",
    "deaths",
    "refugees_hosted",
    "approval",
    "power_debt",
    "failure",
)


def assert_same(one: sim.Result, other: sim.Result) -> None:
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_columns_are_those_promised(result: sim.Result) -> None:
    assert set(PROMISED) <= set(result.outcomes.columns)
    assert list(result.outcomes.columns[:3]) == ["case", "replicate", "part"]
    assert set(result.outcomes["path"].dropna()) <= set(PATHS)


def test_two_parts_never_mixed(result: sim.Result) -> None:
    defaults, plausible = result.part("defaults"), result.part("plausible")
    assert len(defaults) == len(plausible) == result.runs
    assert (defaults["case"] == 0).all()
    assert (plausible["case"] > 0).all()
    assert list(defaults["replicate"]) == list(plausible["replicate"]) == list(range(result.runs))
    assert set(plausible["case"]) == set(result.design["case"])


def test_the_same_tables_whatever_the_threads(spec: sim.Scenario, result: sim.Result) -> None:
    assert_same(result, sim.run(spec, runs=result.runs, seed=7, threads=2))


def test_seeds_differ(spec: sim.Scenario, result: sim.Result) -> None:
    zero, one = (sim.run(spec, runs=10, seed=seed) for seed in (0, 1))
    assert not zero.quantiles.equals(one.quantiles)
    assert not zero.design.equals(one.design)


def test_more_runs_leave_the_first_ones_where_they_were(spec: sim.Scenario, result: sim.Result) -> None:
    fewer = sim.run(spec, runs=15, seed=7, plausible=False)
    assert_frame_equal(fewer.part("defaults"), result.part("defaults").iloc[:15])


def test_blocks_do_not_show(spec: sim.Scenario, result: sim.Result, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "BLOCK", 16)
    monkeypatch.setattr(blocks, "KEPT", 16)
    blocked = sim.run(spec, runs=result.runs, seed=7)
    for name in ("outcomes", "changes", "design"):
        assert_frame_equal(getattr(blocked, name), getattr(result, name), check_exact=True)
    assert set(blocked.quantiles["runs"]) == {16}
    assert blocked.trajectories.sizes["run"] == 16


def test_a_case_of_the_plausible_part_is_the_design_row(spec: sim.Scenario, result: sim.Result) -> None:
    row = result.part("plausible").iloc[17]
    values = result.design.set_index("case").loc[row["case"]]
    model = load()
    worlds = {name: value for name, value in values.items() if name in model.world}
    parameters = {name: value for name, value in values.items() if name in model.parameters}
    by_hand = sim.run(
        spec.replace(world=worlds, parameters=parameters), runs=row["replicate"] + 1, seed=7, plausible=False
    ).outcomes.iloc[-1]
    for name in ("path", "fits", "incidents", "approval", "power_debt"):
        assert by_hand[name] == row[name]


def test_trajectories_have_units_and_dates(result: sim.Result) -> None:
    data = result.trajectories
    assert data.sizes == {"run": result.runs, "week": result.spec.weeks + 1}
    assert data["troops"].attrs["units"] == "persons"
    assert str(data["date"].values[0])[:10] == str(result.spec.start)
    assert str(data["date"].values[1])[:10] == "2021-08-23"
    last = data["approval"].isel(week=-1).to_numpy()
    assert (last == result.part("defaults")["approval"].to_numpy()).all()


def test_quantiles_are_those_of_numpy(result: sim.Result) -> None:
    rows = result.quantiles[
        (result.quantiles["part"] == "defaults") & (result.quantiles["variable"] == "tension")
    ]
    values = result.trajectories["tension"].to_numpy()
    for name, share in tables.QUANTILES.items():
        assert rows[name].to_numpy() == pytest.approx(np.quantile(values, share, axis=0), rel=1e-12)
    assert rows["mean"].to_numpy() == pytest.approx(values.mean(axis=0), rel=1e-12)


def test_ladders_come_back_from_the_changes(spec: sim.Scenario, result: sim.Result) -> None:
    model = load()
    block = blocks.simulate(plan(spec, model), 7, np.arange(result.runs))
    assert (result.ladders["defaults"] == block.ladders).all()
    assert result.ladders["plausible"].shape == block.ladders.shape
    peaks = result.ladders["plausible"][:, 1:].max(axis=1)
    found = result.part("plausible")[["peak_escalation", "peak_rapprochement"]].to_numpy(dtype=np.int64)
    assert (peaks == found).all()


def test_changes_are_changes(result: sim.Result) -> None:
    assert len(result.changes) > 50
    assert (result.changes["from"] != result.changes["to"]).all()
    assert set(result.changes["ladder"]) <= {"escalation", "rapprochement"}


def test_changes_and_ladders_are_inverse() -> None:
    chance = np.random.default_rng(3)
    rungs = chance.integers(0, 6, (30, 50, 2)).astype(np.int8)
    rungs[4, 20:] = -1
    made = tables.changes(np.zeros(30, np.int64), 0, rungs)
    assert (tables.ladders(made, 30, 49) == rungs).all()


def test_one_part_only(spec: sim.Scenario) -> None:
    alone = sim.run(spec, runs=3, plausible=False)
    assert set(alone.outcomes["part"]) == {"defaults"}
    assert len(alone.design) == 0
    assert set(alone.ladders) == {"defaults"}


def test_the_mesa_driver_gives_the_same_tables(spec: sim.Scenario) -> None:
    short = spec.replace(weeks=12)
    assert_same(sim.run(short, runs=4, driver="mesa"), sim.run(short, runs=4))


def test_failed_runs_are_kept_and_named(
    spec: sim.Scenario, result: sim.Result, failing: Callable[[Iterable[int]], None]
) -> None:
    failing([3, 8])
    found = sim.run(spec, runs=12, seed=7, plausible=False)
    rows = found.outcomes.set_index("replicate")
    variable = list(load().world)[2]
    for replicate in (3, 8):
        assert rows.loc[replicate, "failure"].startswith(f"week 5: {variable} ")
        assert rows.loc[replicate, "path":"power_debt"].isna().all()
    sound = rows.drop(index=[3, 8])
    assert sound["failure"].isna().all()
    assert (sound["path"] == result.part("defaults")["path"].iloc[sound.index].to_numpy()).all()
    assert set(found.quantiles["runs"]) == {10}
    assert found.quantiles.notna().all(axis=None)
    assert (found.ladders["defaults"][3, 5:] == -1).all()


def test_every_run_may_fail(spec: sim.Scenario, failing: Callable[[Iterable[int]], None]) -> None:
    failing(range(5))
    found = sim.run(spec, runs=5, seed=7)
    assert found.failed == len(found.every_run) == 10
    assert found.quantiles["q50"].isna().all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"runs": 0}, "runs"),
        ({"runs": -1}, "runs"),
        ({"runs": True}, "runs"),
        ({"runs": 2.5}, "runs"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"threads": 0}, "threads"),
        ({"driver": "horse"}, "mesa"),
    ],
)
def test_wrong_arguments(spec: sim.Scenario, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        sim.run(spec, **arguments)


def test_the_largest_seed_is_a_seed(spec: sim.Scenario) -> None:
    assert len(sim.run(spec, runs=2, seed=2**63 - 1).every_run) == 4


@pytest.mark.parametrize("threads", [1, 2])
def test_progress_counts_every_run(spec: sim.Scenario, threads: int) -> None:
    seen: list[int] = []
    sim.run(spec, runs=50, threads=threads, progress=seen.append)
    assert sum(seen) == 100


@pytest.mark.parametrize("threads", [1, 2])
def test_an_interrupt_ends_it_at_once(spec: sim.Scenario, threads: int) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def stop(count: int) -> None:
        with lock:
            done.append(count)
            if len(done) == 3:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.run(spec, runs=2000, threads=threads, progress=stop)
    assert len(done) <= 5


def test_a_week_that_never_came_is_later_than_any(result: sim.Result) -> None:
    column = result.outcomes["first_escalation_5"]
    reached = result.outcomes["peak_escalation"] >= 5
    assert (np.isfinite(column) == reached).all()
    assert ((column > result.spec.weeks) == ~reached).all()
    assert column.notna().all()
