"""The runs of an ensemble block by block, with the weekly values of the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.ensemble import Block, proceed, simulate
from sim.engine.state import State
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.study import tables
from sim.study.ensemble.cases import Design
from sim.study.ensemble.cases import plausible as plausible_design

Tick = Callable[[int], None]
Floats = NDArray[np.float64]

#: Runs handed to the engine at once: memory does not grow with their number.
BLOCK = 2000

#: Weekly values are kept of so many runs of a part, its first ones; quantiles by week are theirs.
KEPT = BLOCK


def charted(model: Model) -> list[Quantity]:
    """Return the world variables whose weekly values are kept."""
    return [one for one in model.world.values() if one.chart]


def weekly(
    spec: Scenario, *, runs: int, seed: int, part: str = "defaults", rows: Floats | None = None
) -> Floats:
    """Run the first runs of a part again, for the weekly values of charted variables.

    Parameters
    ----------
    rows
        (cases, parameters + world) what the cases hold; None: they are drawn again.

    Returns
    -------
    numpy.ndarray
        (min(runs, KEPT), weeks + 1, charts); NaN throughout where a run failed.
    """
    model = load()
    ready = plan(spec, model)
    design = plausible_design(spec, model, ready, runs, seed) if part == "plausible" else None
    if design is not None and rows is not None:
        design = replace(design, rows=rows)
    made = in_blocks(spec, model, ready, seed, min(runs, KEPT), design, None, "ensemble", None)
    return np.concatenate([sound(block) for _, block in made])


def in_blocks(
    spec: Scenario,
    model: Model,
    ready: Plan,
    seed: int,
    runs: int,
    design: Design | None,
    threads: int | None,
    driver: str,
    progress: Tick | None,
) -> Iterator[tuple[int, Block]]:
    """Yield the runs of one part in blocks, each with the number of its first run."""
    keep = tuple(one.name for one in charted(model))
    for first in range(0, runs, BLOCK):
        replicates = np.arange(first, min(first + BLOCK, runs))
        cases = None if design is None else design.rows[design.case[replicates] - 1]
        wanted = keep if first < KEPT else ()
        if driver == "mesa":
            yield first, _mesa(spec, model, seed, replicates, cases, wanted, progress)
        else:
            yield (
                first,
                simulate(ready, seed, replicates, cases, threads=threads, keep=wanted, progress=progress),
            )


def onward(
    state: State, start: int, runs: int, threads: int | None, progress: Tick | None
) -> Iterator[tuple[int, Block]]:
    """Let so many runs of a state go on from number `start` on, and yield them as `in_blocks` does."""
    keep = tuple(one.name for one in charted(load()))
    for first in range(0, runs, BLOCK):
        which = start + np.arange(first, min(first + BLOCK, runs))
        wanted = keep if first < KEPT else ()
        yield first, proceed(state.some(which), threads=threads, keep=wanted, progress=progress)


def sound(block: Block) -> Floats:
    """Return what was kept, with nothing left of the runs that failed."""
    kept = block.kept
    kept[block.failure_week > 0] = np.nan
    return kept


def _mesa(
    spec: Scenario,
    model: Model,
    seed: int,
    replicates: NDArray[np.int64],
    cases: Floats | None,
    keep: tuple[str, ...],
    progress: Tick | None,
) -> Block:
    """Turn the crank with the agents: the same block, run by run."""
    from sim.engine.mesa_model import PolicyModel

    runs, weeks = len(replicates), spec.weeks
    block = Block(
        np.zeros(runs, OUTCOME_DTYPE),
        np.zeros(runs, np.int64),
        np.zeros(runs, np.int64),
        np.zeros((runs, weeks + 1, 2), np.int8),
        np.zeros((runs, weeks + 1, len(keep))),
        np.zeros((runs, len(spec.events) + len(spec.commitments)), np.int64),
    )
    names = list(model.world)
    rungs, columns = [[names.index(name) for name in wanted] for wanted in (tables.LADDERS, keep)]
    for row, replicate in enumerate(replicates):
        one = PolicyModel(
            spec, seed=seed, replicate=int(replicate), case=None if cases is None else cases[row]
        )
        one.run()
        flat = one.space.records.flat
        if one.failure is not None:
            block.failure_week[row] = one.failure.week
            block.failure_variable[row] = names.index(one.failure.variable)
        block.outcomes[row] = one.space.records.out[0]
        block.ladders[row] = np.nan_to_num(flat[:, rungs], nan=-1.0)
        block.kept[row] = flat[:, columns]
        block.began[row] = one.space.events.first
        one.__dict__.clear()  # Mesa before 3.4.2 never lets go of a model that had agents
        if progress is not None:
            progress(1)
    return block
