"""The keys of an experiment file, their types and bounds; what stands in the loose ones is checked apart."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.schema import MOST_CITIZENS, MOST_WEEKS
from sim.scenario.strict import Strict
from sim.study.experiment.search import (
    MOST_EVALUATIONS,
    AcrossFile,
    ConstraintFile,
    GoalFile,
    PlanFile,
    Search,
)

Method = Literal["grid", "lhs", "sobol", "saltelli", "morris", "cases", "rules_off", "search"]
Draws = Literal["shared", "grouped", "independent"]

MOST_CASES = 10_000_000
MOST_REPLICATES = 1_000_000
MOST_BLOCK = 20_000
#: Candidates of a generation, and independent searches, where the file does not say.
POPULATION, SEEDS = 40, 3


class DesignFile(Strict):
    """How cases are laid out; see `sim.study.experiment.designs`."""

    method: Method
    size: int | None = Field(None, ge=1, le=MOST_CASES, description="number of points or trajectories")
    levels: int | None = Field(None, ge=2, le=10_000, description="number of values of a range")
    second_order: bool = Field(False, description="whether to lay out second-order indices as well")
    file: str | None = Field(
        None,
        max_length=500,
        description="a CSV file beside this one",
        json_schema_extra={"pattern": r"^(?!.*\.\.)[^/].*$"},
    )
    evaluations: int | None = Field(
        None, ge=1, le=MOST_EVALUATIONS, description="candidates that each seed of a search tries"
    )
    population: int | None = Field(None, ge=4, le=1000, description="candidates of a generation; default 40")
    seeds: int | None = Field(None, ge=1, le=100, description="independent searches; default 3")


class TrajectoriesFile(Strict, title="Trajectories"):
    """Which weekly values are kept: as quantiles over the replicates of a case, or in full."""

    variables: list[str] = Field(min_length=1)
    keep: Literal["quantiles", "full"] = "quantiles"
    cases: list[Annotated[int, Field(ge=0)]] | None = None


class ExperimentFile(Strict):
    """The keys of an experiment file; what stands in the loose ones is checked apart."""

    panj: Literal[1] = 1
    title: str
    question: str = Field("", max_length=2000)
    scenario: str | None = Field(None, description="the storyline it varies; default baseline")
    weeks: int | None = Field(None, ge=1, le=MOST_WEEKS, description="length, instead of the storyline's")
    citizens: int | None = Field(
        None, ge=0, le=MOST_CITIZENS, description="number of citizens, instead of the storyline's"
    )
    design: DesignFile
    replicates: int = Field(ge=1, le=MOST_REPLICATES, description="runs of each case")
    seed: int = Field(0, ge=0, le=2**63 - 1, description="which stream of chance; default 0")
    draws: Draws = Field(
        "grouped",
        description="which cases share their chance; default grouped: those of one base point",
    )
    uncertainties: dict[str, Any] = Field(
        default_factory=dict, description="what nobody controls, with its distribution"
    )
    conditions: dict[str, Any] = Field(
        default_factory=dict,
        description="what may happen to whoever chooses: named alternatives, each a piece of storyline",
    )
    levers: dict[str, Any] = Field(
        default_factory=dict,
        description="what an actor could choose: named alternatives, each a piece of storyline",
    )
    goals: list[GoalFile] = Field(
        default_factory=list,
        description="what the levers are judged by, the most important first; left out, they are not judged",
    )
    plan: PlanFile | None = Field(
        None,
        description="the plan that a search looks for; without it, the worlds that do worst by the goals",
    )
    across: AcrossFile | None = Field(None, description="on which cases a search judges, and how")
    constraints: list[ConstraintFile] = Field(default_factory=list)
    outcomes: list[str] | None = Field(None, description="columns to start from")
    trajectories: TrajectoriesFile | None = None
    block: int | None = Field(
        None, ge=1, le=MOST_BLOCK, description="runs of a block; left out, what suits the storyline"
    )

    @property
    def search(self) -> Search | None:
        """What is looked for, with what the file leaves out; None where cases are laid out."""
        if self.design.method != "search":
            return None
        return Search(
            evaluations=self.design.evaluations or 1,
            population=self.design.population or POPULATION,
            seeds=self.design.seeds or SEEDS,
            plan=self.plan,
            across=self.across or AcrossFile.model_validate({}),
            goals=tuple(self.goals),
            limits=tuple(one for one in self.constraints if one.answer is not None),
        )


KEYS: dict[str, tuple[str, ...]] = {
    "experiment": tuple(ExperimentFile.model_fields),
    "design": tuple(DesignFile.model_fields),
    "trajectories": tuple(TrajectoriesFile.model_fields),
    "constraint": tuple(ConstraintFile.model_fields),
    "goal": tuple(GoalFile.model_fields),
    "plan": tuple(PlanFile.model_fields),
    "across": tuple(AcrossFile.model_fields),
}
