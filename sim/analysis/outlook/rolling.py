"""Outlooks made at the end of each half-year on what was observed until then, and scored on the next.

Persistence and climatology stand beside them, and the same particles without what was observed. The structure
of the model was changed by people who had seen these years, so even this is no test; but no answer that is
scored was among what an outlook was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from sim.analysis.outlook.outlook import Course, outlook
from sim.analysis.past.hindcast import resampled, scored
from sim.analysis.past.history import After, Question, load_history
from sim.analysis.past.record import AGAIN
from sim.face import Face
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.values import week_of
from sim.study.observed.loading import load_observations

#: The last day that an outlook knows, and the last day of the half-year that it is scored on.
HALVES = (
    (date(2021, 12, 31), date(2022, 6, 30)),
    (date(2022, 6, 30), date(2022, 12, 31)),
    (date(2022, 12, 31), date(2023, 6, 30)),
    (date(2023, 6, 30), date(2023, 12, 31)),
)

WITH, WITHOUT = "outlook", "without what was observed"
RIVALS = (WITHOUT, "persistence", "climatology", "even coin")


@dataclass(frozen=True)
class Rolling(Face):
    """Scores of outlooks on the half-year after each.

    table : a row a question, forecaster and score: `made` (the day), `question`, `forecaster`, `score` (its
        name), `value` (lower is better)
    worth : by the day it was made, how many equal islands each outlook is worth
    """

    table: pd.DataFrame
    worth: dict[date, float]
    particles: int
    seed: int

    @property
    def skill(self) -> pd.DataFrame:
        """A row a score and rival: means of both on the same questions, their number, where it is better."""
        wide = self.table.pivot(index=["made", "question", "score"], columns="forecaster", values="value")
        rows = []
        for score, block in wide.groupby(level="score"):
            for rival in RIVALS:
                both = block[[WITH, rival]].dropna() if rival in block else block[:0]
                if len(both):
                    better = int((both[WITH] < both[rival]).sum())
                    rows.append((score, rival, *both.mean(), better, len(both)))
        return pd.DataFrame(rows, columns=["score", "rival", "outlook", "of_rival", "better", "questions"])

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "particles": self.particles,
            "seed": self.seed,
            "islands_worth": {day.isoformat(): worth for day, worth in self.worth.items()},
            "skill": self.skill.to_dict("records"),
            "scores": self.table.assign(made=self.table["made"].astype(str)).to_dict("records"),
        }


def rolling(
    scenario: Scenario | str = "baseline", *, particles: int = 4000, seed: int = 0, threads: int | None = None
) -> Rolling:
    """Make an outlook at the end of each half-year from 2021 to 2023, and score it on the next.

    Parameters
    ----------
    particles, seed, threads
        As for `outlook`.

    Raises
    ------
    ScenarioError
        As for `outlook`; or the scenario does not begin when the record does.
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    grid, seen = load_history(), load_observations("record")
    rows: list[tuple[date, str, str, str, float]] = []
    worth = {}
    for made, until in HALVES:
        last, end = (week_of(spec.start, day) for day in (made, until))
        until_then = tuple(one for one in seen.observed if one.last <= made)
        known = seen.model_copy(update={"observed": until_then})
        found = outlook(
            spec.replace(weeks=end), known, particles=particles, seed=seed, keep=grid.reads, threads=threads
        )
        worth[made] = found.islands.worth
        ensembles = {WITH: _runs(found.after), WITHOUT: _runs(found.before)}
        for one in grid.questions:
            if last < one.last <= end and one.subject not in AGAIN:
                asked = replace(one, persistence=_persistence(one, grid.questions, last))
                _, scores = scored(asked, {name: asked.answers(runs) for name, runs in ensembles.items()})
                for forecaster, values in scores.items():
                    rows += [(made, one.id, forecaster, name, value) for name, value in values.items()]
    table = pd.DataFrame(rows, columns=["made", "question", "forecaster", "score", "value"])
    return Rolling(table, worth, particles, seed)


def _runs(course: Course) -> After:
    """Return runs that count alike: each particle as often as its weight asks."""
    return After(course.block.kept, course.variables).some(resampled(course.weights))


def _persistence(one: Question, questions: tuple[Question, ...], week: int) -> float:
    """Return the last answer to the same question by a week; before the first, that of the autumn."""
    same = [
        other
        for other in questions
        if other.last <= week
        and (other.read, other.kind, _length(other)) == (one.read, one.kind, _length(one))
    ]
    return max(same, key=lambda other: other.last).answer if same else one.persistence


def _length(one: Question) -> int:
    """Return over how many quarters a question asks, about."""
    return round((one.last - one.first) / 13)
