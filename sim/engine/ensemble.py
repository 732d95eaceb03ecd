"""The ensemble driver: many runs of the compiled week, on threads, with the same result on any number."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import compiled
from sim.engine.randomness import scratch
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.population import SOCIETY_NOISE, TRAITS, society_shape
from sim.model.registry import Model, load
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
    """

    outcomes: NDArray[np.void]
    failure_week: NDArray[np.int64]
    failure_variable: NDArray[np.int64]
    ladders: NDArray[np.int8]
    kept: Floats


class Workspace:
    """Everything one run touches; a thread owns one and uses it again for every run."""

    def __init__(self, model: Model, plan: Plan) -> None:
        self.model, self.plan = model, plan
        self.streams = compiled.streams(model, plan.event_names)
        n, k = society_shape(plan.citizens)
        weeks, wide = plan.weeks, len(model.world)
        self.traj = np.zeros(weeks + 1, model.world_dtype)
        self.flat = self.traj.view(np.float64).reshape(weeks + 1, wide)
        self.worlds = np.zeros(1, model.world_dtype)
        self.world = self.worlds.view(np.float64)
        self.seen = np.full((len(self.streams.seen), wide), np.nan).view(model.world_dtype)[:, 0]
        self.pars = np.zeros(1, model.parameter_dtype)
        self.p_flat = self.pars.view(np.float64)
        self.p_base = np.zeros(len(model.parameters))
        self.base, self.started = np.zeros(wide), np.zeros(wide)
        self.active = np.zeros(wide, np.int8)
        self.drives = np.zeros(1, model.drive_dtype)
        options = self.streams.choice.stop - self.streams.choice.start
        self.utility, self.opened = np.zeros(options), np.ones(options, np.int8)
        self.choices = np.zeros((weeks + 1, len(model.instruments)), np.int16)
        events = len(plan.event_names)
        self.until, self.due = np.zeros(events, np.int64), np.zeros(events, np.int64)
        self.armed = np.ones(events, np.int64)
        # Every weekly draw in one array, and views of its columns by what they are for.
        self.weekly = np.zeros((weeks + 1, self.streams.weekly.width))
        self.draws = np.ndarray(weeks + 1, model.draw_dtype, self.weekly, strides=self.weekly.strides[:1])
        self.luck = self.weekly[:, self.streams.choice]
        self.luck_seen = [self.weekly[:, one] for one in self.streams.seen]
        self.chance = self.weekly[:, self.streams.event]
        self.drawn = np.full(1, -1, np.int64)
        self.opinion, self.following, self.anchor = (np.zeros((n, 3), order="F") for _ in range(3))
        self.traits, self.weights = np.zeros((n, len(TRAITS)), order="F"), np.zeros(n)
        self.region, self.parts = np.zeros(n, np.int64), np.zeros(6, np.int64)
        self.circles = np.zeros((n, k), np.int32)
        self.away, self.ties = np.zeros((n * k, 3), np.uint32), np.zeros(1, np.int64)
        self.society = np.zeros((n, SOCIETY_NOISE))
        self.out = np.zeros(1, OUTCOME_DTYPE)
        self.failure = np.zeros(2, np.int64)
        self.scratch = scratch(max(weeks + 1, n))
        self.allowed = np.ascontiguousarray(plan.allowed)

    @property
    def default(self) -> Floats:
        """The plan's own case: parameters, then initial values."""
        return np.concatenate([self.plan.parameters, self.plan.world])

    def prepare(self, seed: int, replicate: int, case: Floats | None) -> None:
        """Set the start and fill every draw of a run; `case` is parameters, then initial values."""
        self.drawn[0] = -1
        compiled.week().prepare(
            seed,
            replicate,
            self.default if case is None else np.ascontiguousarray(case),
            *self._chance(),
            self.traj,
            self.flat,
            self.pars,
            self.p_flat,
            self.p_base,
            self.active,
            self.until,
            self.armed,
            self.due,
            self.opinion,
            self.anchor,
            self.traits,
            self.weights,
            self.region,
            self.parts,
            self.circles,
            self.away,
            self.ties,
            self.failure,
            *self.scratch,
        )

    def run_many(self, first: int, last: int, seed: int, asked: tuple[Any, ...]) -> None:
        """Run those numbers of what is asked for; see `run_many` of the generated week."""
        compiled.week().run_many(
            first,
            last,
            *asked,
            seed,
            *self._chance(),
            *self._week(),
            self.out,
            self.out.view(np.float64),
            self.failure,
            *self.scratch,
        )

    def run(self, seed: int, replicate: int, case: Floats | None = None) -> Block:
        """Run once; what the run touched stands in the arrays afterwards."""
        cases = (self.default if case is None else case)[None, :]
        asked, block = request(self.plan, np.array([replicate]), cases, np.zeros(1, np.int64), ())
        self.drawn[0] = -1
        self.run_many(0, 1, seed, asked)
        return block

    def _chance(self) -> list[Any]:
        weekly, society = self.streams.weekly, self.streams.society
        return [
            self.drawn,
            weekly.hashes,
            weekly.laws,
            self.weekly,
            society.hashes,
            society.laws,
            self.society,
            self.plan.citizens,
        ]

    def _week(self) -> list[Any]:
        return [
            self.traj,
            self.flat,
            self.worlds,
            self.world,
            self.seen,
            self.pars,
            self.p_flat,
            self.base,
            self.p_base,
            self.started,
            self.active,
            self.drives,
            self.draws,
            self.utility,
            self.opened,
            self.choices,
            self.allowed,
            self.plan.events,
            self.until,
            self.armed,
            self.due,
            self.chance,
            self.luck,
            *self.luck_seen,
            self.opinion,
            self.following,
            self.anchor,
            self.traits,
            self.weights,
            self.region,
            self.parts,
            self.circles,
            self.away,
            self.ties,
        ]


def request(
    plan: Plan, replicates: NDArray[np.int64], cases: Floats, which: NDArray[np.int64], keep: tuple[str, ...]
) -> tuple[tuple[Any, ...], Block]:
    """Return what `run_many` is told about the runs wanted, and the block that it fills."""
    runs, names = len(replicates), list(load().world)
    columns = np.array([names.index(name) for name in keep], np.int64)
    rungs = np.array([names.index(name) for name in ("escalation", "rapprochement")], np.int64)
    failure = np.zeros((runs, 2), np.int64)
    block = Block(
        np.zeros(runs, OUTCOME_DTYPE),
        failure[:, 0],
        failure[:, 1],
        np.zeros((runs, plan.weeks + 1, 2), np.int8),
        np.zeros((runs, plan.weeks + 1, len(keep))),
    )
    asked = (
        np.ascontiguousarray(replicates, np.int64),
        np.ascontiguousarray(cases),
        which.astype(np.int64),
        columns,
        rungs,
        block.outcomes.view(np.float64).reshape(runs, -1),
        failure,
        block.ladders,
        block.kept,
    )
    return asked, block


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
        Number of threads (default: all cores). The result does not depend on it.
    keep
        World variables whose weekly values are kept.
    progress
        Called with the number of runs just finished.

    An exception in any thread, or an interrupt of this one, ends every lane after its present run.
    """
    model = load()
    runs = len(replicates)
    workers = max(1, min(threads or os.cpu_count() or 1, runs))
    spaces = [Workspace(model, plan) for _ in range(workers)]
    if cases is None:
        cases, which = spaces[0].default[None, :], np.zeros(runs, np.int64)
    elif which is None:
        which = np.arange(runs)
    asked, block = request(plan, replicates, cases, which, keep)
    compiled.mending(lambda: spaces[0].run_many(0, 0, seed, asked))
    stop = threading.Event()
    batch = max(1, min(BATCH, runs // (4 * workers)))

    def lane(number: int) -> None:
        try:
            for first in range(number * batch, runs, workers * batch):
                last = min(first + batch, runs)
                spaces[number].run_many(first, last, seed, asked)
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
    return block
