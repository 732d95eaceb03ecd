"""Short plans, and one run of a plan by each driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engine.ensemble import Block, run_once, simulate
from sim.engine.mesa_model import PolicyModel
from sim.engine.workspace import Workspace
from sim.model.registry import load
from sim.scenario.plan import Plan
from sim.scenario.plan import plan as make_plan
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Pair:
    """One run by both drivers: Mesa's model, the ensemble's block of one, its workspace at the end."""

    mesa: PolicyModel
    block: Block
    space: Workspace


def planned(**fields: Any) -> Plan:
    """A plan of the shipped defaults, mean field and short unless told otherwise."""
    return make_plan(Scenario(**{"title": "test", "weeks": 20, "citizens": 0, **fields}), load())


def run_both(plan: Plan, seed: int = 0, replicate: int = 0, case: Any = None) -> Pair:
    registry = load()
    mesa = PolicyModel(plan, seed, replicate, case).run()
    cases = None if case is None else np.asarray(case)[None, :]
    block = simulate(plan, seed, np.array([replicate]), cases, keep=tuple(registry.world), threads=1)
    space = Workspace(registry, plan)
    run_once(space, seed, replicate, None if case is None else np.asarray(case))
    return Pair(mesa, block, space)


def bits(array: Any) -> bytes:
    """The bytes of an array, so that equality means the same bits, NaN and minus zero too."""
    return np.ascontiguousarray(array).tobytes()
