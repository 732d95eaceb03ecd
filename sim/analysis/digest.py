"""What a sweep has to say, each answer computed once when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import intervals, of_study
from sim.analysis.discovery import Box, Fit, boxes, fit
from sim.analysis.estimands import WORSE, ByCase, Condition, Estimand, condition, estimand
from sim.analysis.indices import Sensitivity
from sim.analysis.robustness import Robustness, robustness
from sim.errors import PanjError
from sim.model.outcomes import PATHS

if TYPE_CHECKING:
    from sim.study.study import Study

Floats = NDArray[np.float64]

#: Three ends that every class belongs to, as the corners of a triangle.
CORNERS: dict[str, tuple[str, ...]] = {
    "clashes or worse": WORSE,
    "standoff": ("armed standoff", "cold peace"),
    "accommodation": ("rapprochement", "quiet accommodation"),
}
RISK = estimand(f"share({', '.join(CORNERS['clashes or worse'])})")
#: The condition that boxes are drawn for unless another is asked.
TENTH = f"{RISK} > 0.1"
BINS = 4


@dataclass(frozen=True)
class Group:
    """Some of the cases of a study, by what they have in common.

    name : what that is; cases : (cases,) whether a case belongs
    """

    name: str
    cases: NDArray[np.bool_]


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
        """One row a run that is done."""
        return self.study.outcomes

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
        together = self.inputs[levers].astype(str).agg(" / ".join, axis=1)
        return [Group(one, (together == one).to_numpy()) for one in dict.fromkeys(together)]

    def table(self, name: str) -> pd.DataFrame:
        """Return shares of classes by one thing that varies, with intervals over cases.

        Returns
        -------
        pandas.DataFrame
            `group`, `path`, `share`, `low`, `high` (bootstrap over cases), `cases`, `runs`; and rows of
            the path `clashes or worse`.
        """
        groups = self.settings() if name == "levers" else self.groups(name)
        chance = np.random.Generator(np.random.Philox(key=[self.study.experiment.seed, 0x74626C]))
        bad = [PATHS.index(one) for one in CORNERS["clashes or worse"]]
        rows = []
        for one in groups:
            counts = self.counts[one.cases]
            counts = counts[counts.sum(axis=1) > 0]
            full = np.column_stack([counts, counts[:, bad].sum(axis=1)])
            total = counts.sum()
            if total == 0:
                continue
            weights = chance.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=400)
            drawn = (weights @ full) / (weights @ counts.sum(axis=1))[:, None]
            low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
            for k, path in enumerate((*PATHS, "clashes or worse")):
                rows.append(
                    (one.name, path, full[:, k].sum() / total, low[k], high[k], len(counts), int(total))
                )
        return pd.DataFrame(rows, columns=["group", "path", "share", "low", "high", "cases", "runs"])

    @cached_property
    def drivers(self) -> Sensitivity | None:
        """What decides the share of clashes or worse; None, with a note, where that cannot be told."""
        try:
            return of_study.sensitivity(self.study, RISK, resamples=200)
        except PanjError as error:
            self.notes["drivers"] = str(error)
            return None

    @cached_property
    def overall(self) -> Fit:
        """How many cases meet the condition."""
        met, known = of_study.meets(self.study, self.where)
        return fit(known[known], met[known])

    @cached_property
    def boxes(self) -> list[Box]:
        """Boxes of the condition; empty, with a note, where there are none."""
        met, known = of_study.meets(self.study, self.where)
        try:
            found = boxes(self.inputs[known].reset_index(drop=True), met[known],
                          seed=self.study.experiment.seed, most=2)  # fmt: skip
        except PanjError as error:
            self.notes["boxes"] = str(error)
            return []
        if not found:
            self.notes["boxes"] = "No box is denser than all cases together."
        return found

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

    def incidence(self, column: str) -> pd.DataFrame:
        """Return by setting of the levers and week the share of runs in which something has begun.

        Returns
        -------
        pandas.DataFrame
            `setting`, `week`, `share`, `runs`.
        """
        weeks = of_study.weeks(self.study)
        case = self.sound["case"].to_numpy(np.int64)
        first = self.sound[column].to_numpy(dtype=np.float64, na_value=np.nan)
        frames = []
        for one in self.settings():
            mine = one.cases[case]
            begun = first[mine & np.isfinite(first)].astype(np.int64)
            done = np.cumsum(np.bincount(begun, minlength=weeks + 1)[: weeks + 1])
            n = int(mine.sum())
            frames.append(
                pd.DataFrame(
                    {"setting": one.name, "week": np.arange(weeks + 1),
                     "share": done / n if n else np.full(weeks + 1, np.nan), "runs": n}
                )
            )  # fmt: skip
        return pd.concat(frames, ignore_index=True)
