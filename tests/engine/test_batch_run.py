"""Mesa's own `batch_run` over the model: one run a seed, in this process and in others."""

from __future__ import annotations

import inspect
from typing import Any

import mesa
import pytest

import sim
from sim.engine.mesa_model import PolicyModel

WEEKS = 6
SPEC = sim.load_scenario("baseline").replace(weeks=WEEKS, citizens=0)

#: Mesa 3.4 and later name the seeds of a batch; before, they are parameters like any other.
NAMED = "rng" in inspect.signature(mesa.batch_run).parameters


def batch(seeds: list[int], processes: int = 1, **parameters: Any) -> list[dict[str, Any]]:
    given: dict[str, Any] = {"spec": [SPEC], **parameters}
    chance: dict[str, Any] = {"rng": seeds} if NAMED else {}
    rows: list[dict[str, Any]] = mesa.batch_run(
        PolicyModel,
        given if NAMED else {**given, "seed": seeds},
        number_processes=processes,
        display_progress=False,
        **chance,
    )
    return sorted(rows, key=lambda row: row["seed"])


@pytest.mark.parametrize("processes", [1, 2])
def test_a_batch_is_the_runs_of_its_seeds(processes: int) -> None:
    for row in batch([0, 1, 2], processes):
        # Mesa 3.3 reads a batch one step before its end, and says so in its column `Step`.
        week = row["Step"]
        assert week >= WEEKS - 1
        assert row["tension"] == PolicyModel(SPEC, row["seed"]).run().trajectory["tension"][week]


def test_replicates_are_a_parameter() -> None:
    rows = batch([5], replicate=[0, 1, 2])
    assert len({row["tension"] for row in rows}) == 3


def test_without_a_seed_each_run_has_chance_of_its_own_and_says_which() -> None:
    one, two = (PolicyModel(SPEC, seed=None) for _ in range(2))
    assert one.seed != two.seed
    again = PolicyModel(SPEC, seed=one.seed).run()
    assert one.run().trajectory.equals(again.trajectory)
