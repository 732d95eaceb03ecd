"""The arrays that one run touches, in narrow records that the compiled week takes as they are."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine import compiled
from sim.engine.compiler.kernels import Call
from sim.engine.conditions import CommitmentState
from sim.engine.events import EventState
from sim.engine.randomness import scratch
from sim.errors import ScenarioError
from sim.model.outcomes import OUTCOME_DTYPE
from sim.model.population import SCRATCH, SOCIETY_NOISE, blank_society
from sim.model.registry import Model
from sim.scenario.plan import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Record = NDArray[np.void]


class Chance(NamedTuple):
    """Every draw of a run, and its address.

    drawn : (1,) the replicate whose draws these are, -1 for none
    hashes, laws : purpose and law of each column of `weekly`; `society_hashes`, `society_laws` of `society`
    weekly : (weeks + 1, purposes)
    society : (citizens, SOCIETY_NOISE)
    words, line : scratch
    """

    drawn: Ints
    hashes: Words
    laws: Ints
    weekly: Floats
    society_hashes: Words
    society_laws: Ints
    society: Floats
    words: Words
    line: Floats


class Records(NamedTuple):
    """The records of a run, and flat views of the same memory.

    traj, flat : (weeks + 1,) the world by week; its view (weeks + 1, variables)
    worlds, world : (2,) the world as it stands, and a spare one; the first one's view (variables,)
    pars, p_flat : (1,) the parameters in force; their view (parameters,)
    drives : (1,) what rules push this week
    draws : (weeks + 1,) chance in the processes
    out, out_flat : (1,) the run's outcomes; their view
    failure : (2,) week and variable where the run left its bounds, 0 where it did not
    """

    traj: Record
    flat: Floats
    worlds: Record
    world: Floats
    pars: Record
    p_flat: Floats
    drives: Record
    draws: Record
    out: Record
    out_flat: Floats
    failure: Ints


class Choice(NamedTuple):
    """What actors look at and choose from.

    seen : (actors,) the world as each perceives it
    luck_seen : an actor each, (weeks + 1, estimates) errors of perception
    utility, opened : (options,) this week's; opened is 1 where an option can be taken
    chosen : int16 (weeks + 1, instruments) number of the option taken
    allowed : int8 (weeks + 1, options) 0 avoided, 1 free, 2 insisted upon
    luck : (weeks + 1, options) what chance adds to utility
    """

    seen: Record
    luck_seen: tuple[Floats, ...]
    utility: Floats
    opened: NDArray[np.int8]
    chosen: NDArray[np.int16]
    allowed: NDArray[np.int8]
    luck: Floats


class Left(NamedTuple):
    """The states of runs as a workspace takes and leaves them; no rows where none are wanted.

    past : (R, weeks so far + 1, variables) the world by week
    chosen : int16 (R, weeks so far + 1, instruments) what was chosen
    rows : bytes, an array (R, bytes) for each of `Workspace.carried`
    """

    past: Floats
    chosen: NDArray[np.int16]
    rows: tuple[NDArray[np.uint8], ...]


class Request(NamedTuple):
    """Which runs are wanted, and the rows that take what is asked of each.

    replicates, which : (R,) randomness of each run, and its row of `cases`
    cases : (C, parameters + variables)
    branch : of the chance with which runs go on
    begun, until : week in which they were left, -1 for new ones, and the last to be simulated
    since, left : their states at `begun`, and rows for those at `until`
    columns, rungs : numbers of the variables that are kept, and of the two ladders
    outcomes : (R, outcomes); NaN throughout where the run failed
    failures : (R, 2) week and variable
    ladders : int8 (R, weeks + 1, 2)
    kept : (R, weeks + 1, columns)
    began : (R, events + commitments) week in which each began first, 0 for never
    """

    replicates: Ints
    which: Ints
    cases: Floats
    branch: int
    begun: int
    until: int
    since: Left
    left: Left
    columns: Ints
    rungs: Ints
    outcomes: Floats
    failures: Ints
    ladders: NDArray[np.int8]
    kept: Floats
    began: Ints


class Workspace:
    """Everything one run touches; a thread owns one and uses it again for every run."""

    def __init__(self, model: Model, plan: Plan) -> None:
        if (len(plan.parameters), len(plan.world)) != (len(model.parameters), len(model.world)):
            raise ScenarioError(
                "this was prepared before other rules were added to the model, so its values belong to other "
                "names; load the storyline and prepare it anew"
            )
        self.plan = plan
        streams = compiled.streams(model, plan.event_names)
        weeks, wide = plan.weeks, len(model.world)
        self.people = blank_society(plan.citizens)
        n = len(self.people.opinion)
        # Every weekly draw in one array, and views of its columns by what they are for.
        weekly = np.zeros((weeks + 1, streams.weekly.width))
        self.chance = Chance(
            np.full(1, -1, np.int64),
            streams.weekly.hashes,
            streams.weekly.laws,
            weekly,
            streams.society.hashes,
            streams.society.laws,
            np.zeros((n, SOCIETY_NOISE)),
            *scratch(max(weeks + 1, n)),
        )
        traj, worlds = np.zeros(weeks + 1, model.world_dtype), np.zeros(2, model.world_dtype)
        world, spare = worlds.view(np.float64).reshape(2, wide)
        pars, out = np.zeros(1, model.parameter_dtype), np.zeros(1, OUTCOME_DTYPE)
        self.records = Records(
            traj,
            traj.view(np.float64).reshape(weeks + 1, wide),
            worlds,
            world,
            pars,
            pars.view(np.float64),
            np.zeros(1, model.drive_dtype),
            np.ndarray(weeks + 1, model.draw_dtype, weekly, strides=weekly.strides[:1]),
            out,
            out.view(np.float64),
            np.zeros(2, np.int64),
        )
        options = streams.choice.stop - streams.choice.start
        self.choice = Choice(
            np.full((len(streams.seen), wide), np.nan).view(model.world_dtype)[:, 0],
            tuple(weekly[:, one] for one in streams.seen),
            np.zeros(options),
            np.ones(options, np.int8),
            np.zeros((weeks + 1, len(model.instruments)), np.int16),
            plan.allowed.copy(),
            weekly[:, streams.choice],
        )
        events = len(plan.event_names)
        begun, first = np.zeros((2, len(plan.subjects)), np.int64)
        seen = self.choice.seen.view(np.float64).reshape(len(streams.seen), wide)
        self.events = EventState(
            plan.events,
            np.zeros(wide),
            spare,
            np.zeros(wide, np.int8),
            np.zeros(len(model.parameters)),
            np.zeros(events, np.int64),
            np.ones(events, np.int64),
            np.zeros(events, np.int64),
            np.zeros(len(plan.events.conditions.kind), np.int64),
            begun,
            first,
            seen,
            weekly[:, streams.event],
        )
        bound = len(plan.commitments.number)
        self.commitments = CommitmentState(
            plan.commitments,
            np.zeros(len(plan.commitments.conditions.kind), np.int64),
            np.zeros(bound, np.int8),
            np.zeros(bound, np.int8),
            begun,
            first,
            seen,
        )
        #: What a later week reads beside the past, by kind: a state is a row of each.
        self.carried: dict[str, NDArray[Any]] = {
            "failure": self.records.failure,
            "base": self.events.base,
            "parameters": self.events.p_base,
            "event_until": self.events.until,
            "event_armed": self.events.armed,
            "event_due": self.events.due,
            "event_held": self.events.held,
            "begun": self.events.begun,
            "first": self.events.first,
            "plan_held": self.commitments.held,
            "plan_holds": self.commitments.holds,
            "plan_ended": self.commitments.ended,
            **{f"citizen_{kind}": one for kind, one in self.people._asdict().items() if kind not in SCRATCH},
        }
        self._bytes = tuple(flat_bytes(one) for one in self.carried.values())

    @property
    def default(self) -> Floats:
        """The plan's own case: parameters, then initial values."""
        return np.concatenate([self.plan.parameters, self.plan.world])

    def prepare(self, seed: int, replicate: int, case: Floats | None) -> None:
        """Set the start and fill every draw of a run; `case` is parameters, then initial values."""
        self.chance.drawn[0] = -1
        start = self.default if case is None else np.ascontiguousarray(case)
        compiled.week().prepare(
            seed, replicate, start, self.chance, self.records, self.events, self.commitments, self.people
        )

    def resume(self, row: int, seed: int, replicate: int, branch: int, left: Left) -> None:
        """Put one run back into the state in which it was left, and draw what is to come."""
        self.chance.drawn[0] = -1
        compiled.week().resume(
            row,
            seed,
            replicate,
            branch,
            self.plan.weeks,
            left,
            self.chance,
            self.records,
            self.choice,
            self.events,
            self._bytes,
        )

    def leave(self, row: int, left: Left) -> None:
        """Keep the state of the run in a row of `left`."""
        compiled.week().leave(row, left, self.records, self.choice, self.events, self._bytes)

    @cached_property
    def move_citizens(self) -> Call:
        """The call that moves every citizen by one week."""
        call: Call = compiled.week().move_citizens.bind(self.records, self.people)
        return call

    def runs(self, seed: int, request: Request) -> Call:
        """Return a call that runs numbers `first` to `last` (excluded) of what is asked; see `run_many`."""
        call: Call = compiled.week().run_many.bind(
            0,
            0,
            seed,
            request,
            self.chance,
            self.records,
            self.choice,
            self.events,
            self.commitments,
            self.people,
            self._bytes,
        )
        return call


def flat_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a view of an array's memory, whichever of its axes runs fastest."""
    return (array if array.flags.c_contiguous else array.T).reshape(-1).view(np.uint8)
