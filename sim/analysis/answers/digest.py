"""What a sweep has to say, each answer computed once when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers import by_group
from sim.analysis.answers.by_group import Group
from sim.analysis.answers.questions import WORSE, ByCase, Condition, Estimand, condition
from sim.analysis.choosing.robustness import Robustness, robustness
from sim.analysis.deciding import cases as of_study
from sim.analysis.deciding.boxes import Box, Fit
from sim.analysis.deciding.indices import Sensitivity
from sim.analysis.statistics import intervals
from sim.engine.ensemble import Block
from sim.errors import PanjError
from sim.model.outcomes import OUTCOME_DTYPE, PATHS
from sim.study import tables

if TYPE_CHECKING:
    from sim.study.results.study import Study

Floats = NDArray[np.float64]

#: Three ends that every class belongs to, as the corners of a triangle.
CORNERS: dict[str, tuple[str, ...]] = {
    "clashes or worse": WORSE,
    "standoff": ("armed standoff", "cold peace"),
    "accommodation": ("rapprochement", "quiet accommodation"),
}
RISK = of_study.RISK
#: The condition that boxes are drawn for unless another is asked.
TENTH = f"{RISK} > 0.1"
BINS = 4


class Digest:
    """The answers of a study, failed runs left out and counted.

    Parameters
    ----------
    study
        A sweep, complete or not.
    where
        The condition that boxes are drawn for; default: clashes or worse in more than a tenth of runs.
    """

    def __init__(self, study: Study, where: str | None = None) -> None:
        self.study = study
        self.where: Condition = condition(where or TENTH)
        self.notes: dict[str, str] = {}

    @cached_property
    def runs(self) -> pd.DataFrame:
        """One row a run that is done; none where no block is."""
        return self.study.outcomes if self.study.done else _none(self.study)

    @cached_property
    def sound(self) -> pd.DataFrame:
        """The runs that did not fail."""
        return self.runs[self.runs["failure"].isna()]

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """One row a case: everything that varies."""
        return of_study.inputs(self.study)

    @cached_property
    def counts(self) -> Floats:
        """(cases, 8) sound runs by case and class."""
        code = self.sound["path"].cat.set_categories(list(PATHS)).cat.codes.to_numpy(np.int64)
        case = self.sound["case"].to_numpy(np.int64)
        flat = np.bincount(case * len(PATHS) + code, minlength=len(self.inputs) * len(PATHS))
        return flat.reshape(-1, len(PATHS)).astype(np.float64)

    @cached_property
    def corners(self) -> Floats:
        """(cases, 3) shares of the three ends; NaN where a case has no sound run."""
        ends = np.column_stack(
            [self.counts[:, [PATHS.index(one) for one in names]].sum(axis=1) for names in CORNERS.values()]
        )
        total = ends.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore"):
            return np.asarray(ends / total)

    def by_case(self, asked: Estimand) -> ByCase:
        """Answer a question for every case."""
        return of_study.answers(self.study, [asked], self.runs)[str(asked)]

    @cached_property
    def risk(self) -> ByCase:
        """The share of clashes or worse, by case."""
        return self.by_case(RISK)

    def shares(self, levers: bool = False) -> pd.DataFrame:
        """Return shares of classes with their intervals, in all or for each setting of the levers."""
        return intervals.shares(self.study, list(self.study.experiment.levers) if levers else [])

    def groups(self, name: str) -> list[Group]:
        """Return the cases by one thing that varies: its alternatives, or the quarters of its range."""
        column = self.inputs[name]
        if not pd.api.types.is_numeric_dtype(column):
            text = column.astype(str)
            return [Group(one, (text == one).to_numpy()) for one in dict.fromkeys(text)]
        values = column.to_numpy(np.float64)
        distinct = np.unique(values)
        if len(distinct) <= 2 * BINS:
            return [Group(f"{one:.4g}", values == one) for one in distinct]
        edges = np.quantile(values, np.linspace(0, 1, BINS + 1))
        place = np.clip(np.searchsorted(edges[1:-1], values, side="right"), 0, BINS - 1)
        return [Group(f"{edges[k]:.3g} – {edges[k + 1]:.3g}", place == k) for k in range(BINS)]

    def settings(self) -> list[Group]:
        """Return the cases by setting of the levers; all together where there are none."""
        levers = list(self.study.experiment.levers)
        if not levers:
            return [Group("all cases", np.ones(len(self.inputs), bool))]
        settings = self.study.setup.settings
        setting = np.arange(len(self.inputs)) % len(settings)
        return [Group(" / ".join(names), setting == k) for k, names in enumerate(settings)]

    def by(self, name: str) -> list[Group]:
        """Return the cases by `levers`, by `case`, or by one thing that varies."""
        if name == "case":
            return by_group.cases(self.inputs)
        return self.settings() if name == "levers" else self.groups(name)

    def table(self, name: str) -> pd.DataFrame:
        """Return shares of classes by `levers`, `case` or what varies; see `by_group.shares`."""
        return by_group.shares(self, self.by(name))

    @cached_property
    def drivers(self) -> Sensitivity | None:
        """What decides the share of clashes or worse; None, with a note, where that cannot be told."""
        try:
            return of_study.sensitivity(self.study, RISK, resamples=200)
        except PanjError as error:
            self.notes["drivers"] = str(error)
            return None

    @cached_property
    def discovery(self) -> of_study.Discovery:
        """Under which conditions cases meet what was asked."""
        return of_study.discover(self.study, self.where, most=2)

    @property
    def overall(self) -> Fit:
        """How many cases meet the condition."""
        return self.discovery.overall

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Boxes of the condition; empty, with a note, where there are none."""
        self.notes["boxes"] = self.discovery.reason
        return self.discovery.boxes

    @cached_property
    def policies(self) -> Robustness | None:
        """The settings of the levers judged; None, with a note, where there are none."""
        try:
            return robustness(self.study)
        except PanjError as error:
            self.notes["policies"] = str(error)
            return None

    @cached_property
    def contrasts(self) -> pd.DataFrame:
        """What each alternative of a lever changes, on the same draws."""
        return intervals.contrasts(self.study)

    def incidence(self, column: str, name: str = "levers") -> pd.DataFrame:
        """Return in how many runs something has begun by each week; see `by_group.incidence`."""
        return by_group.incidence(self, self.by(name), column, of_study.weeks(self.study))


def _none(study: Study) -> pd.DataFrame:
    """Return a table of outcomes without a row."""
    nothing = np.zeros(0, np.int64)
    ladders, kept = np.zeros((0, 1, 2), np.int8), np.zeros((0, 1, 0))
    empty = Block(np.zeros(0, OUTCOME_DTYPE), nothing, nothing, ladders, kept)
    return tables.outcomes("defaults", nothing, empty, list(study.setup.model.world)).drop(columns="part")
