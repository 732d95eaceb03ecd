"""What a study has to say, each answer computed once when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers import shares
from sim.analysis.choosing.robustness import Robustness, robustness
from sim.analysis.deciding import cases
from sim.analysis.deciding.boxes import Box, Fit
from sim.analysis.deciding.correlates import Correlate, correlates
from sim.analysis.deciding.indices import Sensitivity
from sim.analysis.runs import Stored, view
from sim.errors import PanjError
from sim.model.outcomes import PATHS
from sim.study.questions import WORSE, ByCase, Condition, Estimand, by_case, condition
from sim.study.results.result import Result
from sim.study.results.study import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Three ends that every class belongs to, as the corners of a triangle.
CORNERS: dict[str, tuple[str, ...]] = {
    "clashes or worse": WORSE,
    "standoff": ("armed standoff", "cold peace"),
    "accommodation": ("rapprochement", "quiet accommodation"),
}
RISK = cases.RISK
#: The condition that boxes are drawn for unless another is asked.
TENTH = f"{RISK} > 0.1"


class Digest:
    """The answers of a study, failed runs left out and counted.

    Parameters
    ----------
    source
        An ensemble or a sweep, complete or not.
    where
        The condition that boxes are drawn for; default: clashes or worse in more than a tenth of runs.
    conditions
        The alternative of each condition of a sweep under which policies are judged, boxes are drawn and it
        is asked what decides; the first of each where not given.
    """

    def __init__(
        self,
        source: Result | Study,
        where: str | None = None,
        conditions: Mapping[str, str] | None = None,
    ) -> None:
        self.source = source
        known = {} if isinstance(source, Result) else source.experiment.conditions
        self.conditions = cases.alternatives(known, conditions, "condition")
        self.where: Condition = condition(where or TENTH)
        self.notes: dict[str, str] = {}

    @cached_property
    def runs(self) -> Stored:
        """The runs."""
        return view(self.source)

    @cached_property
    def given(self) -> list[Digest]:
        """The same study under each condition in turn; itself where it has none."""
        if isinstance(self.source, Result) or not self.conditions:
            return [self]
        made = []
        for words in self.source.experiment.occasions:
            one = Digest(self.source, self.where.text, dict(zip(self.conditions, words, strict=True)))
            one.__dict__["runs"] = self.runs
            made.append(one)
        return made

    @property
    def condition(self) -> str:
        """What happens, in the words of the experiment; empty where it has no conditions."""
        return " / ".join(self.conditions.values())

    @cached_property
    def counts(self) -> Floats:
        """(cases, 8) sound runs by case and class."""
        rows, many = self.runs.sound[["case", "path"]], len(self.runs.cases)
        place = rows["case"].to_numpy(np.int64) * len(PATHS) + shares.codes(rows)
        return np.bincount(place, minlength=many * len(PATHS)).reshape(-1, len(PATHS)).astype(np.float64)

    @cached_property
    def corners(self) -> Floats:
        """(cases, 3) shares of the three ends; NaN where a case has no sound run."""
        ends = np.column_stack(
            [self.counts[:, [PATHS.index(one) for one in names]].sum(axis=1) for names in CORNERS.values()]
        )
        with np.errstate(invalid="ignore"):
            return np.asarray(ends / ends.sum(axis=1, keepdims=True))

    def by_case(self, asked: Estimand) -> ByCase:
        """Answer a question for every case."""
        rows = self.runs.rows[["case", "failure", *asked.columns]]
        return by_case(asked.of(rows, self.runs.weeks), rows["case"].to_numpy(np.int64), len(self.runs.cases))

    @cached_property
    def apart(self) -> Flags:
        """(cases,) the cases that were drawn apart from others; see `cases.apart`."""
        if isinstance(self.source, Result):
            return self.runs.sample
        return np.repeat(cases.apart(self.source), len(self.source.setup.settings))

    @cached_property
    def risk(self) -> ByCase:
        """The share of clashes or worse, by case."""
        return self.by_case(RISK)

    def shares(self, by: str | None = None) -> pd.DataFrame:
        """Return shares of classes by what is usual or by something that varies; see `shares.shares`."""
        return shares.shares(self.runs, self.runs.groups(by))

    @cached_property
    def drivers(self) -> Sensitivity | None:
        """What decides the share of clashes or worse; None, with a note, where that cannot be told."""
        try:
            return cases.sensitivity(self._sweep(), RISK, resamples=200, conditions=self.conditions)
        except PanjError as error:
            self.notes["drivers"] = str(error)
            return None

    @cached_property
    def correlates(self) -> list[Correlate]:
        """What goes with the share of clashes or worse across plausible parameters, strongest first."""
        return correlates(self.runs)

    @cached_property
    def discovery(self) -> cases.Discovery:
        """Under which conditions cases meet what was asked."""
        return cases.discover(self._sweep(), self.where, most=2, conditions=self.conditions)

    @cached_property
    def met(self) -> tuple[Flags, Flags]:
        """(cases,) whether a case meets the condition, and whether it has a sound run to tell by."""
        study = self._sweep()
        met, known = cases.meets(study, self.where)
        here = cases.under(study, self.conditions)
        return met & here, known & here

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
            return robustness(self._sweep(), conditions=self.conditions)
        except PanjError as error:
            self.notes["policies"] = str(error)
            return None

    def _sweep(self) -> Study:
        """Return the sweep that an answer needs."""
        return cases.opened(self.source)
