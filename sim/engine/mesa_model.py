"""The Mesa driver: one run, step by step, with a record of every decision.

It calls the very functions the compiled ensemble calls, in the order written once in
`sim.model.week`, and gives the same trajectory bit for bit. Rules, options and processes are plain
Python here, so that a breakpoint in one of them stops; only the population is compiled.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.engine import compiled
from sim.engine.agents import Citizen, DomesticOpinion, StateActor
from sim.engine.conditions import commit
from sim.engine.decisions import Decision
from sim.engine.events import begin_events, end_events, move_bases, settle_events
from sim.engine.state import State, blank
from sim.engine.workspace import Workspace
from sim.errors import ScenarioError
from sim.face import Face
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.plan import Plan
from sim.scenario.plan import plan as make_plan

if TYPE_CHECKING:
    import pandas as pd
    from mesa.agent import AgentSet

    from sim.scenario.schema import Scenario

OPINION = DomesticOpinion.name


class Fired(NamedTuple):
    """An event that became due in a week."""

    week: int
    name: str


class Kept(NamedTuple):
    """A commitment that reacts began, or ended, in a week; without a name, it goes by its instrument."""

    week: int
    name: str
    begins: bool


class Failure(NamedTuple):
    """Where a run left its bounds: the week, and the first variable that did."""

    week: int
    variable: str


class PolicyModel(mesa.Model, Face):  # type: ignore[misc]
    """One run of a scenario.

    Parameters
    ----------
    spec
        A scenario, the name or path of one, or a plan made from one.
    seed, replicate
        Which randomness; the run equals the ensemble's run of the same seed and replicate. A seed of None,
        as Mesa's `batch_run` gives, is a fresh one; `model.seed` says which.
    case
        (parameters + world,) values of a design's point, parameters first; None for the scenario's own.

    Attributes
    ----------
    branch : of its chance; 0 but for a run that was restored with other chance
    week : the week that was simulated last, 0 at the start
    world, p : records of the world as it stands and of the parameters in force
    actors : agents by name: the states and `domestic opinion`
    decisions : one `Decision` for every actor, instrument and week so far
    fired : events that became due so far, as (week, name)
    kept : commitments that began or ended by what happened so far, as (week, name, begins)
    failure : week and variable where the run left its bounds, else None
    datacollector : Mesa's, with every variable of the world

    Raises
    ------
    ScenarioError
        The scenario is wrong, or seed, replicate or case is.
    """

    #: The class of an actor that is none of the usual; a subclass of the model may put one in its place.
    actor_types: ClassVar[dict[str, type[StateActor]]] = {}

    def __init__(
        self,
        spec: Scenario | Plan | str,
        seed: int | None = 0,
        replicate: int = 0,
        case: NDArray[np.float64] | None = None,
    ) -> None:
        seed = secrets.randbits(63) if seed is None else seed
        seed, replicate = arguments.seed(seed), arguments.seed(replicate, "replicate")
        super().__init__(rng=seed)
        given = self._read(spec)
        self.registry = load()  # now, since a storyline adds the rules that it holds
        self.spec = None if isinstance(given, Plan) else given
        self.plan = given if isinstance(given, Plan) else make_plan(given, self.registry)
        self.seed, self.replicate = seed, replicate
        wide = len(self.registry.parameters) + len(self.registry.world)
        if case is not None and np.shape(case) != (wide,):
            raise ScenarioError(
                f"case: expected {wide} numbers, parameters and then initial values, "
                f"found the shape {np.shape(case)}"
            )
        self.space: Workspace = self._prepared(case)
        records = self.space.records
        self._rows = records.traj.view(np.recarray)
        self.world, self._spare = records.worlds.view(np.recarray)
        self.p = records.pars.view(np.recarray)[0]
        self.drive = records.drives.view(np.recarray)[0]
        self.luck = records.draws.view(np.recarray)
        self.branch = 0
        self.week = 0
        self.decisions: list[Decision] = []
        self.fired: list[Fired] = []
        self.kept: list[Kept] = []
        self.failure: Failure | None = None
        self.actors: dict[str, StateActor | DomesticOpinion] = {
            **{name: self.actor_types.get(name, StateActor)(self, name) for name in self.registry.actors},
            OPINION: DomesticOpinion(self),
        }
        self.pick = compiled.plain("pick")
        self._plain = {
            name: compiled.plain(name) for name in ("act", "drive_all", "before", "after", "fade", "broken")
        }
        self._citizens: list[Citizen] = []
        self.datacollector = self._collector()
        self.datacollector.collect(self)
        self._own = frozenset(vars(self))

    def save(self) -> State:
        """Return the run as it stands: all that later weeks read.

        What is kept for readers alone (`decisions`, `fired`) is not in it; a copy or a pickle of the model
        has both.
        """
        left = blank(self.plan, 1, self.week)
        self.space.leave(0, left.rows)
        return replace(left, seed=self.seed, branch=self.branch, replicates=np.array([self.replicate]))

    @classmethod
    def restore(cls, state: State, run: int = 0) -> Self:
        """Return the model of a run that was left by either driver, to go on from there.

        Parameters
        ----------
        state
            From `save`, `sim.advance` or a file of it.
        run
            Which of its runs: a row, from 0.

        Raises
        ------
        ScenarioError
            The state has no such run.
        """
        row = arguments.whole("run", run, 0, len(state) - 1)
        model = cls.__new__(cls)
        PolicyModel.__init__(model, state.plan, state.seed, int(state.replicates[row]))
        model._resume(state, row)
        return model

    def _resume(self, state: State, run: int) -> None:
        self.branch = state.branch
        self.space.resume(run, self.seed, self.replicate, self.branch, state.rows)
        broken, variable = self.space.records.failure
        self.datacollector = self._collector()
        for week in range(1 + int(broken or state.week)):
            self.week = week
            self.datacollector.collect(self)
        self.steps = self.week
        if broken:
            self._fail(int(variable))
        elif self.week == self.plan.weeks:
            self._finish()

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by way of the state; records for readers and what a subclass added come along."""
        choice, records = self.space.choice, self.space.records
        standing = (choice.seen, choice.utility, choice.opened, records.drives)
        added = {name: one for name, one in vars(self).items() if name not in self._own}
        kept = {name: getattr(self, name) for name in ("spec", "decisions", "fired", "random", "rng")}
        return type(self).restore, (self.save(),), (standing, {**added, **kept})

    def __setstate__(self, kept: tuple[tuple[NDArray[Any], ...], dict[str, Any]]) -> None:
        choice, records = self.space.choice, self.space.records
        here: tuple[NDArray[Any], ...] = (
            choice.seen,
            choice.utility,
            choice.opened,
            records.drives,
        )
        for mine, theirs in zip(here, kept[0], strict=True):
            mine[...] = theirs
        self.__dict__.update(kept[1])

    @staticmethod
    def _read(spec: Scenario | Plan | str) -> Scenario | Plan:
        from sim.scenario.loading import load_scenario
        from sim.scenario.schema import Scenario

        return spec if isinstance(spec, Scenario | Plan) else load_scenario(spec)

    def _collector(self) -> mesa.DataCollector:
        return mesa.DataCollector(
            model_reporters={name: _reporter(column) for column, name in enumerate(self.registry.world)}
        )

    def _prepared(self, case: NDArray[np.float64] | None) -> Workspace:
        space = Workspace(self.registry, self.plan)
        space.prepare(self.seed, self.replicate, case)
        return space

    def past(self, week: int) -> Any:
        """Return the recorded world of a week (0 to `week`) as a record."""
        return self._rows[week]

    def step(self) -> None:
        """Simulate one week, phase by phase.

        Raises
        ------
        ScenarioError
            The run has ended.
        """
        if not self.running:
            raise ScenarioError(
                f"the run has ended with week {self.week}; give the scenario more weeks to go on, "
                "or make a new model to begin again"
            )
        self.week += 1
        with np.errstate(all="ignore"):  # as in compiled code; what leaves its bounds is caught at the end
            for phase in self.registry.week.PHASES:
                self._PHASES[phase](self)
        self.datacollector.collect(self)

    def run(self) -> PolicyModel:
        """Simulate all weeks that are left, and return the model."""
        while self.running:
            self.step()
        return self

    def each(self, method: str) -> None:
        """Let every state do one thing; their order makes no difference."""
        self.states.do(method)

    def _facts(self) -> list[tuple[str, object]]:
        """Return what a notebook shows of it."""
        return [
            ("scenario", self.spec),
            ("week", f"{self.week} of {self.plan.weeks}"),
            ("seed", self.seed),
            ("replicate", self.replicate),
            ("actors", list(self.actors)),
            ("decisions", len(self.decisions)),
            ("fired", [f"week {one.week}: {one.name}" for one in self.fired]),
            ("failure", self.failure and f"week {self.failure.week}: {self.failure.variable}"),
        ]

    @property
    def states(self) -> AgentSet:
        """The states, as a set of Mesa's."""
        return self.agents.select(agent_type=StateActor)

    @property
    def citizens(self) -> AgentSet:
        """Every citizen, as a set of Mesa's apart from `agents`; made when first asked for."""
        from mesa.agent import AgentSet

        if not self._citizens:  # kept, because Mesa's sets hold weak references
            self._citizens = [Citizen(self, row) for row in range(len(self.space.people.opinion))]
        return AgentSet(self._citizens, random=self.random)

    @property
    def trajectory(self) -> pd.DataFrame:
        """The world, one row a week from 0; NaN from the week of a failure on."""
        frame: pd.DataFrame = self.datacollector.get_model_vars_dataframe().rename_axis("week")
        if self.failure is not None:
            frame = frame.reindex(range(self.plan.weeks + 1)).rename_axis("week")
        return frame

    @property
    def outcome(self) -> Any:
        """The run as one record of outcomes, the same as the ensemble's; NaN throughout after a failure.

        Raises
        ------
        ScenarioError
            The run has not ended yet.
        """
        if self.running:
            raise ScenarioError(
                f"the run stands in week {self.week} of {self.plan.weeks} and has no outcome yet; "
                "model.run() takes it to its end"
            )
        return self.space.records.out.view(np.recarray)[0]

    # The phases of a week, by their names in `sim.model.week`.

    def _begin(self) -> None:
        plan, week, events, records = self.plan, self.week, self.space.events, self.space.records
        if not plan.event_names:
            return
        past = records.flat[week - 1]
        begin_events(week, events, past, self.world, records.world, records.p_flat, self.space.people)
        begun = zip(plan.event_names, events.begun, strict=False)
        self.fired += [Fired(week, name) for name, when in begun if when == week]

    def _perceive(self) -> None:
        self.each("perceive")

    def _appraise(self) -> None:
        self.each("appraise")

    def _choose(self) -> None:
        space, week = self.space, self.week
        if len(space.commitments.plan.number):
            before = space.commitments.holds.copy()
            commit(week, space.commitments, space.records.flat[week - 1], space.choice.allowed[week])
            self._note(before)
        self.each("choose")

    def _note(self, before: NDArray[np.int8]) -> None:
        """Note which commitments that react began and ended this week."""
        state = self.space.commitments
        options = [opt for one in self.registry.instruments for opt in one.options]
        plan = state.plan
        for k in np.flatnonzero(before != state.holds):
            if plan.begins[k] >= 0 or plan.ends[k] >= 0:
                name = self.plan.subjects[plan.number[k]] or options[plan.low[k]].instrument
                self.kept.append(Kept(self.week, name, bool(state.holds[k])))

    def _move_bases(self, phase: str, *given: Any) -> None:
        if self.plan.event_names:
            events, world = self.space.events, self.space.records.world
            move_bases(self._plain[phase], events, world, self._spare, self.p, *given)

    def _act(self) -> None:
        self._move_bases("act", self.space.choice.chosen[self.week])
        self.each("act")

    def _drive(self) -> None:
        self._plain["drive_all"](self.world, self.p, self.drive)

    def _processes(self) -> None:
        self._move_bases("before", self.drive, self.luck[self.week])
        self._plain["before"](self.world, self.p, self.drive, self.luck[self.week])

    def _opinion(self) -> None:
        self.agents.select(agent_type=DomesticOpinion).do("move")

    def _ladders(self) -> None:
        self._move_bases("after", self.drive, self.luck[self.week])
        self._plain["after"](self.world, self.p, self.drive, self.luck[self.week])

    def _fade(self) -> None:
        if self.plan.event_names:
            settle_events(self.space.events, self.space.records.world)
        self._plain["fade"](self.world, self.p)

    def _end(self) -> None:
        records, week = self.space.records, self.week
        if self.plan.event_names:
            end_events(week, self.space.events, records.world, records.p_flat)
        records.flat[week] = records.world
        bad = self._plain["broken"](records.world)
        if bad >= 0:
            records.failure[:] = week, bad
            records.flat[week:] = np.nan
            self._fail(bad)
        elif week == self.plan.weeks:
            self._finish()

    def _fail(self, variable: int) -> None:
        self.space.records.out.view(np.float64)[:] = np.nan
        self.failure = Failure(self.week, list(self.registry.world)[variable])
        self.running = False

    def _finish(self) -> None:
        self.registry.week.SUMMARY(self._rows, self.space.records.out.view(np.recarray)[0])
        self.running = False

    _PHASES: ClassVar[dict[str, Callable[[PolicyModel], None]]] = {
        "begin": _begin,
        "perceive": _perceive,
        "appraise": _appraise,
        "choose": _choose,
        "act": _act,
        "drive": _drive,
        "processes": _processes,
        "opinion": _opinion,
        "ladders": _ladders,
        "fade": _fade,
        "end": _end,
    }


def _reporter(column: int) -> Callable[[PolicyModel], float]:
    return lambda model: float(model.space.records.flat[model.week, column])
