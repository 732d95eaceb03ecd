"""Results to look at: an ordinary one, and the odd ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import sim
from sim.analysis.one_run.replay import replay
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.results import names


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    """Let go of the figures of a test: where pyplot is about, it keeps them all."""
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


def small(runs: int, plausible: bool = True, **changes: object) -> sim.Result:
    spec = sim.load_scenario("baseline").replace(**{"weeks": 60, "citizens": 0, **changes})
    return sim.run(spec, runs=runs, seed=2, plausible=plausible)


@pytest.fixture(scope="session")
def result() -> sim.Result:
    return small(60)


def all_failed(result: sim.Result) -> sim.Result:
    outcomes = result.every_run.copy()
    for name in outcomes.columns[3:-1]:
        outcomes[name] = pd.Series([None] * len(outcomes), dtype=outcomes[name].dtype)
    outcomes["failure"] = pd.Series(["week 1: rhetoric left its bounds"] * len(outcomes), dtype="string")
    quantiles = result.quantiles.assign(runs=0)
    quantiles[["q05", "q25", "q50", "q75", "q95", "mean"]] = float("nan")
    first = {"week": 1, "ladder": "escalation", "from": 0, "to": -1}
    rows = [
        {"case": case, "replicate": replicate, **first, "ladder": ladder}
        for case, replicate in zip(outcomes["case"], outcomes["replicate"], strict=True)
        for ladder in ("escalation", "rapprochement")
    ]
    changes = pd.DataFrame(rows).astype({"from": "int8", "to": "int8", "week": "int32"})
    return replace(result, every_run=outcomes, quantiles=quantiles, every_change=changes)


def one_class(result: sim.Result) -> sim.Result:
    outcomes = result.every_run.copy()
    outcomes["path"] = pd.Categorical(
        ["cold peace"] * len(outcomes), categories=outcomes["path"].cat.categories
    )
    return replace(result, every_run=outcomes)


ODD = (
    "one run",
    "one run, one part",
    "two runs",
    "one week",
    "one class",
    "all failed",
    "later",
    "twenty years",
)


@pytest.fixture(scope="session", params=ODD)
def odd(request: pytest.FixtureRequest, result: sim.Result) -> sim.Result:
    """Results at the edges: few runs, one week, one class, nothing but failures."""
    from datetime import date

    made = {
        "one run": lambda: small(1),
        "one run, one part": lambda: small(1, plausible=False),
        "two runs": lambda: small(2),
        "one week": lambda: small(3, weeks=1),
        "one class": lambda: one_class(result),
        "all failed": lambda: all_failed(result),
        "later": lambda: small(3, start=date(2024, 2, 28), title="$}^_$ [bold] 边境 & " + "long " * 30),
        "twenty years": lambda: small(3, weeks=1040),
    }
    found: sim.Result = made[request.param]()
    return found


@dataclass(frozen=True)
class Failing:
    """A run that fails in the middle: its scenario, the values of its case, its replicate, when it fails."""

    spec: sim.Scenario
    row: NDArray[np.float64]
    replicate: int
    week: int


@pytest.fixture(scope="session")
def failing() -> Failing:
    """A contract past what a scenario may set: it fails as the new year brings it."""
    model = load()
    spec = sim.load_scenario("baseline").replace(weeks=30, citizens=0)
    own = plan(spec, model)
    row = np.concatenate([own.parameters, own.world])
    row[list(model.parameters).index("contract_mean")] = 1e5
    for replicate in range(20):
        run = replay(names.Which(f"1:{replicate}", spec, 0, replicate, row))
        if run.failure is not None and 1 < run.failure.week < 30:
            return Failing(spec, row, replicate, run.failure.week)
    raise AssertionError("none of twenty runs fails in the middle")
