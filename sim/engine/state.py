"""The state of runs at the end of a week: all that a later week reads, so that they can go on from there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine.events import DATE
from sim.engine.workspace import Left, Workspace
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.plan import Plan

#: Arrays with a column an event.
OF_EVENTS = ("event_until", "event_armed", "event_due")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class State:
    """Runs as they stand at the end of a week.

    plan : what they ran under, and run under from here on
    week : the last one that was simulated
    seed, branch : chance from here on; branch 0 of the seed they began with is that of the unbroken run
    replicates : (R,) index of each run's chance
    past : (R, week + 1, variables) the world by week
    chosen : (R, week + 1, instruments) number of the option taken, as options are numbered
    arrays : what else a later week reads, by kind, (R, ...); those of citizens have a citizen a column
    """

    plan: Plan
    week: int
    seed: int
    branch: int
    replicates: Ints
    past: Floats
    chosen: NDArray[np.int16]
    arrays: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.replicates)

    @property
    def date(self) -> date:
        """The last day of the week."""
        return self.plan.start + timedelta(weeks=self.week, days=-1)

    @property
    def rows(self) -> Left:
        """The same arrays as the compiled week takes and leaves them."""
        kinds = (np.ascontiguousarray(one) for one in self.arrays.values())
        flat = (one.reshape(len(self), math.prod(one.shape[1:])) for one in kinds)
        past, chosen = np.ascontiguousarray(self.past), np.ascontiguousarray(self.chosen)
        return Left(past, chosen, tuple(one.view(np.uint8) for one in flat))

    def some(self, which: Ints) -> State:
        """Return some of the runs, by number; a run may be taken more than once."""
        return replace(
            self,
            replicates=self.replicates[which],
            past=self.past[which],
            chosen=self.chosen[which],
            arrays={kind: one[which] for kind, one in self.arrays.items()},
        )

    def under(self, plan: Plan) -> State:
        """Return the runs as they go on under another plan.

        Events of the same name keep how they stand; what one that is gone had changed for a time ends.
        So do commitments that react; weeks in a row are counted anew where conditions differ.
        A parameter whose value the two plans share stays as the past left it, any other takes the new one.

        Raises
        ------
        ScenarioError
            The other plan has another past: start, citizens, initial values, an event or a commitment up to
            the week; or it is over by then.
        """
        if wrong := list(_differences(self.plan, plan, self.week)):
            raise ScenarioError(
                f"the runs stand at {self.date} and cannot go on under this scenario: {'; '.join(wrong)}"
            )
        fresh = blank(plan, len(self), self.week)
        arrays = {kind: one.copy() for kind, one in self.arrays.items()}
        for kind, mine, theirs in (
            *((kind, plan.event_names, self.plan.event_names) for kind in OF_EVENTS),
            *((kind, plan.subjects, self.plan.subjects) for kind in ("begun", "first")),
            *((kind, _bound(plan), _bound(self.plan)) for kind in ("plan_holds", "plan_ended")),
        ):
            arrays[kind] = fresh.arrays[kind]
            for place, name in enumerate(mine):
                if name in theirs:
                    arrays[kind][:, place] = self.arrays[kind][:, theirs.index(name)]
        for kind, one, other in (
            ("event_held", plan.events.conditions, self.plan.events.conditions),
            ("plan_held", plan.commitments.conditions, self.plan.commitments.conditions),
        ):
            if not all(map(np.array_equal, one, other)):
                arrays[kind] = fresh.arrays[kind]
        changed = plan.parameters != self.plan.parameters
        arrays["parameters"][:, changed] = plan.parameters[changed]
        return replace(self, plan=plan, arrays=arrays)


def _bound(plan: Plan) -> list[str]:
    """Return the names of the commitments that react, by their rows; without one, their place in the file."""
    events = len(plan.event_names)
    return [plan.subjects[one] or f"number {one - events + 1}" for one in plan.commitments.number]


def blank(plan: Plan, runs: int, week: int) -> State:
    """Return room for the states of so many runs at a week, as before anything happened."""
    model = load()
    kinds = Workspace(model, plan).carried
    arrays = {
        kind: np.zeros((runs, *(one.shape if one.flags.c_contiguous else one.T.shape)), one.dtype)
        for kind, one in kinds.items()
    }
    arrays["event_armed"][:] = 1
    past = np.zeros((runs, week + 1, len(model.world)))
    chosen = np.zeros((runs, week + 1, len(model.instruments)), np.int16)
    return State(plan, week, 0, 0, np.zeros(runs, np.int64), past, chosen, arrays)


def _differences(old: Plan, new: Plan, week: int) -> list[str]:
    """Say what of two plans' pasts differs, up to a week."""
    wrong = []
    for what, mine, theirs in (
        ("start", old.start, new.start),
        ("citizens", old.citizens, new.citizens),
    ):
        if mine != theirs:
            wrong.append(f"{what}: expected {mine}, found {theirs}")
    if new.weeks < week:
        wrong.append(f"weeks: expected at least the {week} that have passed, found {new.weeks}")
    for name, mine, theirs in zip(load().world, old.world, new.world, strict=True):
        if mine != theirs:
            wrong.append(f"{name} began at {mine:g}, not {theirs:g}")
    for place, name in enumerate(new.event_names):
        past = new.events.trigger[place] == DATE and new.events.week[place] <= week
        if name not in old.event_names and past:
            wrong.append(f"event {name!r} lies before that date and is not in the past of these runs")
    bound = min(week, new.weeks) + 1
    late = [
        name
        for name, first in zip(_bound(new), new.commitments.first, strict=True)
        if name not in _bound(old) and first <= week
    ]
    if late:
        wrong.append(f"commitment {late[0]!r} might have begun before that date; say from when on ('from')")
    if not wrong and not np.array_equal(old.allowed[1:bound], new.allowed[1:bound]):
        wrong.append("a commitment binds an actor before that date otherwise than in the past of these runs")
    return wrong
