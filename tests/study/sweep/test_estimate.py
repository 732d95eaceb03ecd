"""What is said of a sweep before it is run is so within a factor of two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.study.sweep.blocks import Setup
from sim.study.sweep.estimate import estimate
from tests.study.sweeps import experiment

WIDE = {name: {"uniform": [0.2, 0.8]} for name in ("hardship", "fear", "solidarity")}


@pytest.mark.parametrize(
    "changes",
    [
        {"design": {"method": "lhs", "size": 300}, "uncertainties": WIDE},
        {"design": {"method": "lhs", "size": 300}, "uncertainties": WIDE, "replicates": 1, "block": 40},
        {"block": 1},
    ],
)
def test_the_disk(tmp_path: Path, changes: dict[str, Any]) -> None:
    study = sim.sweep(experiment(**changes), tmp_path / "study")
    found = sum(path.stat().st_size for path in study.folder.rglob("*") if path.is_file())
    assert found / 2 < estimate(Setup(study.experiment)).size < 2 * found


def test_memory_grows_with_the_runs_alone() -> None:
    few, many = (
        estimate(Setup(sim.load_experiment(experiment(replicates=some)))) for some in (10, 1_000_000)
    )
    assert many.runs == 100_000 * few.runs
    assert 100e6 < few.memory < many.memory
