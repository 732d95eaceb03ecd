"""What is looked for, by which goals, and how long: the keys of a search in an experiment file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.errors import ScenarioError
from sim.model.outcomes import LADDERS
from sim.model.registry import Model
from sim.scenario.conditions import seen
from sim.scenario.faults import Fault, shown, unknown
from sim.scenario.schema import Scenario
from sim.scenario.strict import Strict
from sim.scenario.values import out_of_bounds, typed
from sim.study.questions import estimand

Judgement = Literal["mean", "worst tenth", "regret"]

#: Cases on which a front is confirmed, in cases that it was searched on, unless the file says how many.
CONFIRMED = 4
MOST_EVALUATIONS = 1_000_000


class ConstraintFile(Strict, title="Constraint"):
    """A bound on a weighted sum of uncertainties or, in a search, on the answer to a question."""

    sum: dict[str, float] | None = Field(None, min_length=1, description="uncertainties with their weights")
    answer: str | None = Field(None, description="a question, like mean(approval); in a search alone")
    at_most: float | None = None
    at_least: float | None = None


class GoalFile(Strict):
    """Of what less, or more, is wanted: a question to a case, like `share(clashes, war)`."""

    minimise: str | None = Field(None, description="a question of whose answer less is better")
    maximise: str | None = Field(None, description="a question of whose answer more is better")
    enough: float | None = Field(
        None, description="the answer that is good enough; left out, the median over all cases"
    )
    least: float = Field(
        0.01, gt=0, description="the smallest difference that counts in a search; default 0.01"
    )

    @property
    def question(self) -> str:
        """What is asked."""
        return self.minimise or self.maximise or ""

    @property
    def better(self) -> int:
        """+1 where more is better, -1 where less is."""
        return -1 if self.minimise else 1


def goal_of(text: str) -> dict[str, Any]:
    """Read a goal in one line, like `minimise share(clashes, war) least 0.02`, as a file would say it.

    Raises
    ------
    ScenarioError
        It says neither of what less nor of what more is wanted.
    """
    form = r"\s*(minimise|maximise)\s+(.+?)(?:\s+least\s+(\S+))?\s*"
    match = re.fullmatch(form, text) if isinstance(text, str) else None
    if match is None:
        raise ScenarioError(
            "goals: expected 'minimise QUESTION' or 'maximise QUESTION', with 'least NUMBER' behind it for "
            "the smallest difference that counts, like 'minimise share(clashes, war) least 0.02', found "
            f"{shown(text)}"
        )
    sense, question, least = match.groups()
    return {sense: question} | ({} if least is None else {"least": typed(least)})


class PlanFile(Strict, title="Plan"):
    """Whose plan is looked for: what it may do, and what it may react to."""

    actor: str | list[str] = Field(description="whose plan; a list for a plan of several")
    may: list[str] = Field(
        min_length=1, max_length=20, description="options that it may insist upon, like go_between.mediate"
    )
    when: list[str] | dict[str, Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        default_factory=list,
        description="variables that it may react to, each over its whole range or between two numbers",
    )

    @property
    def actors(self) -> list[str]:
        """Whose plan it is."""
        return [self.actor] if isinstance(self.actor, str) else self.actor


class AcrossFile(Strict, title="Across"):
    """On which cases candidates are judged, and how."""

    cases: int = Field(64, ge=1, le=100_000, description="cases on which every candidate runs; default 64")
    judged_by: Judgement = Field(
        "mean",
        description="what of the answers over cases counts: their mean, the mean of the worst tenth, or "
        "regret, how far off the best plain plan the worst tenth is",
    )
    confirm: int | None = Field(
        None,
        ge=1,
        le=100_000,
        description="fresh cases on which what was found is run again; default 4 × cases",
    )


class Search(Strict):
    """A search, as it is part of what names an experiment.

    `plan` is None where worlds are looked for that do worst by the goals.
    """

    evaluations: int
    population: int
    seeds: int
    plan: PlanFile | None
    across: AcrossFile
    goals: tuple[GoalFile, ...]
    limits: tuple[ConstraintFile, ...]

    @property
    def plain(self) -> dict[str, Any]:
        """The search as plain data, from which it is made again."""
        return self.model_dump(mode="json", exclude_none=True)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Search:
        """Make it of plain data again."""
        lists = {key: tuple(plain[key]) for key in ("goals", "limits")}
        return cls(**{"plan": None, **plain, **lists})

    @property
    def confirmed(self) -> int:
        """Number of fresh cases on which what was found is run again."""
        return self.across.confirm or CONFIRMED * self.across.cases

    @property
    def sign(self) -> int:
        """+1 where the best by the goals is looked for, -1 where the worst is."""
        return -1 if self.plan is None else 1


def options(plan: PlanFile, model: Model) -> dict[tuple[str, str], list[str]]:
    """Return what a plan may insist upon, by actor and instrument, in the file's order."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in plan.may:
        instrument, _, option = one.partition(".")
        for actor in plan.actors:
            if (actor, instrument, option) in _known(model):
                found.setdefault((actor, instrument), []).append(option)
    return found


def ranges(plan: PlanFile, model: Model) -> dict[str, tuple[float, float]]:
    """Return the range of each variable over which a plan may react to it."""
    if isinstance(plan.when, dict):
        return {name: (low, high) for name, (low, high) in plan.when.items()}
    return {name: (model.world[name].low, model.world[name].high) for name in plan.when}


def _known(model: Model) -> list[tuple[str, str, str]]:
    return [
        (one.actor, option.instrument, option.name) for one in model.instruments for option in one.options
    ]


def plan_faults(plan: PlanFile, scenarios: Mapping[str, Scenario], model: Model) -> Iterator[Fault]:
    """Yield what is wrong with a plan: names that do not exist, what its actor cannot know, what is bound."""
    for actor in plan.actors:
        if actor not in model.actors:
            yield Fault(("plan", "actor"), unknown("actor", actor, model.actors))
            return
    theirs = [f"{instrument}.{name}" for actor, instrument, name in _known(model) if actor in plan.actors]
    for i, one in enumerate(plan.may):
        whose = [actor for actor, *rest in _known(model) if actor in plan.actors and ".".join(rest) == one]
        if not whose:
            yield Fault(("plan", "may", i), unknown("option of its actor", one, theirs))
        elif len(whose) > 1:
            yield Fault(
                ("plan", "may", i),
                f"expected an option of one of its actors, found {one} of {' and '.join(whose)}; "
                "look for the plan of one of them",
            )
        elif plan.may.count(one) > 1:
            yield Fault(("plan", "may", i), f"expected each option once, found {shown(one)} twice; drop one")
        for name, spec in scenarios.items():
            for bound in spec.commitments:
                if (bound.actor, bound.instrument) == (*whose[:1], one.partition(".")[0]):
                    yield Fault(
                        ("plan", "may", i),
                        f"expected an instrument that is free, and {name} binds {bound.actor} with "
                        f"{bound.instrument} already; take another storyline",
                    )
    for k, name in enumerate(plan.when):
        loc = ("plan", "when", name if isinstance(plan.when, dict) else k)
        blind = [actor for actor in plan.actors if name not in seen(model, actor)]
        if name not in model.world:
            yield Fault(loc, unknown("variable of the world", name, model.world))
        elif blind:
            yield Fault(
                loc, f"{blind[0]} cannot know {name}; it may react to {', '.join(seen(model, blind[0]))}"
            )
        elif isinstance(plan.when, dict):
            low, high = plan.when[name]
            for i, x in enumerate((low, high)):
                if text := out_of_bounds(x, model.world[name]):
                    yield Fault((*loc, i), text)
            if not low < high:
                yield Fault(loc, f"expected two numbers that rise, found {low:g} and {high:g}")
        elif model.world[name].high > 1e6 and name not in LADDERS:
            yield Fault(
                loc, f"{name} has no upper end; say between which two numbers, like {{{name}: [0, 1]}}"
            )


def limit_faults(constraints: list[ConstraintFile], searching: bool) -> Iterator[Fault]:
    """Yield what is wrong with bounds on answers."""
    for i, one in enumerate(constraints):
        if (one.sum is None) == (one.answer is None):
            yield Fault(
                ("constraints", i),
                f"expected a sum or an answer, found {'neither' if one.sum is None else 'both'}",
            )
        elif one.answer is not None and not searching:
            yield Fault(
                ("constraints", i, "answer"),
                "a bound on an answer guides a search; take design: {method: search}",
            )
        elif one.answer is not None:
            try:
                estimand(one.answer)
            except ScenarioError as error:
                yield Fault(("constraints", i, "answer"), str(error))
