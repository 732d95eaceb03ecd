"""The command `panj` in the invented world, in a process of its own; `agree` compares the two drivers."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from sim.cli import main
from sim.engine.ensemble import simulate
from sim.engine.mesa_model import PolicyModel
from sim.model import registry
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan


def agree(scenario: str, citizens: int) -> bool:
    """Say whether two replicates come out the same in both drivers, to the bit in every variable and week."""
    spec, model = load_scenario(scenario).replace(citizens=citizens), registry.load()
    block = simulate(plan(spec, model), 3, np.arange(2), keep=tuple(model.world))
    return all(
        np.array_equal(
            PolicyModel(spec, 3, replicate).run().trajectory.to_numpy(), block.kept[replicate], equal_nan=True
        )
        for replicate in range(2)
    )


if __name__ == "__main__":
    registry.PACKAGE = "tests.toy"
    shipped = Path(__file__).parent / "scenarios"
    catalogue.folder = lambda: shipped
    if sys.argv[1:2] == ["agree"]:
        cases = [(name, citizens) for name in ("baseline", "loud") for citizens in (0, 20)]
        sys.exit(not all(agree(*case) for case in cases))
    main(sys.argv[1:])
