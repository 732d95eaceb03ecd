"""The ensemble driver: many runs of the compiled week, on threads, with the same result on any number."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import compiled
from sim.engine.randomness import fill
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.population import SOCIETY_NOISE, society_shape
from sim.model.registry import Model, load
from sim.scenario.plan import Plan

Floats = NDArray[np.float64]


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
        weeks, wide, options = plan.weeks, len(model.world), self.streams.choice.width
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
        self.draws = np.zeros(weeks + 1, model.draw_dtype)
        self.utility, self.opened = np.zeros(options), np.ones(options, np.int8)
        self.chosen = np.zeros(len(model.instruments), np.int64)
        self.choices = np.zeros((weeks + 1, len(model.instruments)), np.int16)
        events = len(plan.event_names)
        self.until, self.due = np.zeros(events, np.int64), np.zeros(events, np.int64)
        self.armed = np.ones(events, np.int64)
        self.chance = np.zeros((weeks + 1, events))
        self.luck = np.zeros((weeks + 1, options))
        self.luck_seen = [np.zeros((weeks + 1, one.width)) for one in self.streams.seen]
        self.opinion, self.following, self.anchor = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros((n, 3))
        self.traits, self.weights = np.zeros((n, 5)), np.zeros(n)
        self.region, self.circles = np.zeros(n, np.int64), np.zeros((n, k), np.int32)
        self.society = np.zeros((n, SOCIETY_NOISE))
        self.out = np.zeros(1, OUTCOME_DTYPE)
        self.failure = np.zeros(2, np.int64)

    def prepare(self, seed: int, replicate: int, case: Floats | None) -> None:
        """Set the start and fill every draw of a run; `case` is parameters, then initial values."""
        parameters = len(self.p_base)
        self.p_flat[:] = self.plan.parameters if case is None else case[:parameters]
        self.p_base[:] = self.p_flat
        self.flat[0] = self.plan.world if case is None else case[parameters:]
        self.until[:], self.due[:], self.armed[:], self.active[:] = 0, 0, 1, 0
        self.failure[:] = 0
        every = self.streams
        fill(seed, every.process.hashes, every.process.laws, replicate, self.draws.view(np.float64).reshape(len(self.draws), -1))
        fill(seed, every.choice.hashes, every.choice.laws, replicate, self.luck)
        fill(seed, every.event.hashes, every.event.laws, replicate, self.chance)
        for one, into in zip(every.seen, self.luck_seen, strict=True):
            fill(seed, one.hashes, one.laws, replicate, into)
        if self.plan.citizens > 0:
            fill(seed, every.society.hashes, every.society.laws, replicate, self.society)
        compiled.week().set_up(self.traj, self.plan.citizens, self.pars, *self._people(False), self.society)

    def _people(self, scratch: bool = True) -> list[Any]:
        opinions = [self.opinion, self.following] if scratch else [self.opinion]
        return [*opinions, self.anchor, self.traits, self.weights, self.region, self.circles]

    def run(self) -> None:
        """Run what was prepared."""
        compiled.week().run(
            self.traj, self.flat, self.worlds, self.world, self.seen, self.pars, self.p_flat, self.base, self.p_base,
            self.started, self.active, self.drives, self.draws, self.utility, self.opened, self.chosen, self.choices,
            self.plan.allowed, self.plan.events, self.until, self.armed, self.due, self.chance, self.luck,
            *self.luck_seen, *self._people(), self.out, self.failure,
        )  # fmt: skip


def simulate(
    plan: Plan,
    seed: int,
    replicates: NDArray[np.int64],
    cases: Floats | None = None,
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
        (R, parameters + world) one row a run, or None: every run at the plan's own values.
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
    columns = np.array([list(model.world).index(name) for name in keep], np.int64)
    rungs = [list(model.world).index(name) for name in ("escalation", "rapprochement")]
    block = Block(
        np.zeros(runs, OUTCOME_DTYPE), np.zeros(runs, np.int64), np.zeros(runs, np.int64),
        np.zeros((runs, plan.weeks + 1, 2), np.int8), np.zeros((runs, plan.weeks + 1, len(keep))),
    )  # fmt: skip
    plan = replace(plan, allowed=np.ascontiguousarray(plan.allowed))
    stop = threading.Event()

    def part(first: int, last: int, space: Workspace) -> int:
        for run in range(first, last):
            if stop.is_set():
                return 0
            space.prepare(seed, int(replicates[run]), None if cases is None else cases[run])
            space.run()
            block.failure_week[run], block.failure_variable[run] = space.failure
            if space.failure[0]:
                space.out.view(np.float64)[:] = np.nan
            block.outcomes[run] = space.out[0]
            block.ladders[run] = np.nan_to_num(space.flat[:, rungs], nan=-1.0)
            block.kept[run] = space.flat[:, columns]
        return last - first

    workers = max(1, min(threads or os.cpu_count() or 1, runs))
    compiled.mending(lambda: Workspace(model, replace(plan)).prepare(seed, 0, None))
    size = 16
    spaces = [Workspace(model, plan) for _ in range(workers)]

    def lane(number: int) -> None:
        try:
            for first in range(number * size, runs, workers * size):
                done = part(first, min(first + size, runs), spaces[number])
                if stop.is_set():
                    return
                if progress is not None:
                    progress(done)
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
