"""Small studies shared by the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.ensemble import Block, simulate
from sim.study.ensemble import blocks

RUNS, WEEKS = 40, 30


@pytest.fixture(scope="session")
def spec() -> sim.Scenario:
    return sim.load_scenario("baseline").replace(weeks=WEEKS, citizens=0)


@pytest.fixture(scope="session")
def result(spec: sim.Scenario) -> sim.Result:
    return sim.run(spec, runs=RUNS, seed=7, threads=1)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Iterable[int]], None]:
    """Let the engine report that these replicates failed in week 5, whatever they did."""

    def install(replicates: Iterable[int]) -> None:
        chosen = list(replicates)

        def broken(plan: Any, seed: int, which: Any, *arguments: Any, **options: Any) -> Block:
            block = simulate(plan, seed, which, *arguments, **options)
            bad = np.isin(which, chosen)
            block.outcomes.view(np.float64).reshape(len(which), -1)[bad] = np.nan
            block.failure_week[bad] = 5
            block.failure_variable[bad] = 2
            block.ladders[bad, 5:] = -1
            block.kept[bad, 5:] = np.nan
            return block

        monkeypatch.setattr(blocks, "simulate", broken)

    return install
