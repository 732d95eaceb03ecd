"""The ensemble driver: many runs of the compiled week, on threads, with the same result on any number."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from sim.engine.processors import processors
from sim.engine.state import State, blank
from sim.engine.workspace import Request, Workspace
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.registry import load
from sim.scenario.plan import Plan

Floats = NDArray[np.float64]

#: Runs between two looks at whether to stop, at most; threads take so many in turn, fewer where runs are few.
BATCH = 16


@dataclass(frozen=True)
class Block:
    """What a set of runs left, one row a run.

    outcomes : structured (R,) of `OUTCOME_DTYPE`; NaN throughout where the run failed
    failure_week, failure_variable : (R,); week 0 where the run is sound
    ladders : int8 (R, weeks + 1, 2), rungs of escalation and rapprochement; -1 after a failure
    kept : float64 (R, weeks + 1, len(keep))
    began : (R, events + commitments) week in which each began first, 0 for never
    """

    outcomes: NDArray[np.void]
    failure_week: NDArray[np.int64]
    failure_variable: NDArray[np.int64]
    ladders: NDArray[np.int8]
    kept: Floats
    began: NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 0), np.int64))


def request(
    plan: Plan,
    replicates: NDArray[np.int64],
    cases: Floats,
    which: NDArray[np.int64],
    keep: tuple[str, ...],
    since: State | None = None,
    left: State | None = None,
) -> tuple[Request, Block]:
    """Return what `run_many` is told about the runs wanted, and the block that it fills."""
    runs, names = len(replicates), list(load().world)
    nothing = blank(plan, 0, 0).rows
    failure = np.zeros((runs, 2), np.int64)
    block = Block(
        np.zeros(runs, OUTCOME_DTYPE),
        failure[:, 0],
        failure[:, 1],
        np.zeros((runs, plan.weeks + 1, 2), np.int8),
        np.zeros((runs, plan.weeks + 1, len(keep))),
        np.zeros((runs, len(plan.subjects)), np.int64),
    )
    wanted = Request(
        np.ascontiguousarray(replicates, np.int64),
        which.astype(np.int64),
        np.ascontiguousarray(cases),
        0 if since is None else since.branch,
        -1 if since is None else since.week,
        plan.weeks if left is None else left.week,
        nothing if since is None else since.rows,
        nothing if left is None else left.rows,
        np.array([names.index(name) for name in keep], np.int64),
        np.array([names.index(name) for name in ("escalation", "rapprochement")], np.int64),
        block.outcomes.view(np.float64).reshape(runs, -1),
        failure,
        block.ladders,
        block.kept,
        block.began,
    )
    return wanted, block


def run_once(space: Workspace, seed: int, replicate: int, case: Floats | None = None) -> Block:
    """Run once in a workspace; what the run touched stands in its arrays afterwards."""
    cases = (space.default if case is None else case)[None, :]
    wanted, block = request(space.plan, np.array([replicate]), cases, np.zeros(1, np.int64), ())
    space.chance.drawn[0] = -1
    space.runs(seed, wanted)(0, 1)
    return block


def simulate(
    plan: Plan,
    seed: int,
    replicates: NDArray[np.int64],
    cases: Floats | None = None,
    which: NDArray[np.int64] | None = None,
    *,
    threads: int | None = None,
    keep: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
) -> Block:
    """Run the plan once for each replicate.

    Parameters
    ----------
    replicates
        (R,) indices of randomness.
    cases
        (C, parameters + world), a point of a design each; None: every run at the plan's own values.
    which
        (R,) row of `cases` of each run; None: run i takes row i. Runs that share a replicate cost
        less side by side, since their chance is drawn once.
    threads
        Number of threads (default: one for each processor this process may use). The result does not
        depend on it.
    keep
        World variables whose weekly values are kept.
    progress
        Called with the number of runs just finished.

    An exception in any thread, or an interrupt of this one, ends every lane after its present run.
    """
    wanted, block = request(plan, replicates, *_filled(plan, replicates, cases, which), keep)
    _in_lanes(plan, seed, wanted, threads, progress)
    return block


def start(
    plan: Plan,
    seed: int,
    replicates: NDArray[np.int64],
    cases: Floats | None = None,
    which: NDArray[np.int64] | None = None,
    *,
    until: int = 0,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> State:
    """Run the plan up to the end of a week, 0 for its start, and return the runs as they stand.

    The other arguments are those of `simulate`.
    """
    left = replace(blank(plan, len(replicates), until), seed=seed, replicates=replicates)
    wanted, _ = request(plan, replicates, *_filled(plan, replicates, cases, which), (), left=left)
    _in_lanes(plan, seed, wanted, threads, progress)
    return left


def advance(
    state: State, until: int, *, threads: int | None = None, keep: tuple[str, ...] = ()
) -> tuple[Block, State]:
    """Let runs go on up to the end of a week, and return what came of them so far and how they stand.

    Weeks to come are NaN in the block, their rungs -1, and so are the outcomes of runs without an end.
    """
    left = replace(
        blank(state.plan, len(state), until),
        seed=state.seed,
        branch=state.branch,
        replicates=state.replicates,
    )
    return _onward(state, left, threads, keep, None), left


def proceed(
    state: State,
    *,
    threads: int | None = None,
    keep: tuple[str, ...] = (),
    progress: Callable[[int], None] | None = None,
) -> Block:
    """Let runs go on to the end from where they stand, under their plan and with their chance.

    What is returned is about the whole runs, the weeks before among them; see `simulate`.
    """
    return _onward(state, None, threads, keep, progress)


def _onward(
    state: State,
    left: State | None,
    threads: int | None,
    keep: tuple[str, ...],
    progress: Callable[[int], None] | None,
) -> Block:
    nowhere = np.zeros((1, len(state.plan.parameters) + len(state.plan.world)))
    which = np.zeros(len(state), np.int64)
    wanted, block = request(state.plan, state.replicates, nowhere, which, keep, state, left)
    _in_lanes(state.plan, state.seed, wanted, threads, progress)
    return block


def _filled(
    plan: Plan, replicates: NDArray[np.int64], cases: Floats | None, which: NDArray[np.int64] | None
) -> tuple[Floats, NDArray[np.int64]]:
    """Return cases and the row of each run, where they are left out."""
    if cases is None:
        return np.concatenate([plan.parameters, plan.world])[None, :], np.zeros(len(replicates), np.int64)
    return cases, np.arange(len(replicates)) if which is None else which


def _in_lanes(
    plan: Plan, seed: int, wanted: Request, threads: int | None, progress: Callable[[int], None] | None
) -> None:
    """Run what is wanted, on threads."""
    model, runs = load(), len(wanted.replicates)
    workers = max(1, min(threads or processors(), runs))
    lanes = [Workspace(model, plan).runs(seed, wanted) for _ in range(workers)]
    stop = threading.Event()
    batch = max(1, min(BATCH, runs // (4 * workers)))

    def lane(number: int) -> None:
        try:
            for first in range(number * batch, runs, workers * batch):
                last = min(first + batch, runs)
                lanes[number](first, last)
                if stop.is_set():
                    return
                if progress is not None:
                    progress(last - first)
        except BaseException:
            stop.set()
            raise

    if workers == 1:
        lane(0)
    else:
        with ThreadPoolExecutor(workers) as pool:
            try:
                list(pool.map(lane, range(workers)))
            except BaseException:
                stop.set()
                raise
