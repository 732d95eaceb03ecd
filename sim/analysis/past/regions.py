"""A region of one's own: which judgements of a scenario a file of observations does not rule out.

History matching as on the autumn of 2021 (`sim.analysis.past.waves`), but every observation is of one
past, which chance had a part in: a point is judged by how far what was observed lies from what its runs say.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outlook.outlook import in_order
from sim.analysis.past.waves import Judgements, Note, Settings, moved, rule_out
from sim.engine.ensemble import start
from sim.errors import ScenarioError
from sim.model import calibrated
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario, hash_of
from sim.study.ensemble.points import Points
from sim.study.identity import extensions, source_hash
from sim.study.observed.likelihood import due, log_likelihood, said
from sim.study.observed.loading import load_observations
from sim.study.observed.schema import Observation, Observations

Floats = NDArray[np.float64]

#: Implausibility above which a point is ruled out: three standard deviations.
CUTOFF = 3.0

#: Runs of each wave at every point. What never happens in 64 runs counts as ruled out, in 16 not yet.
REPLICATES = (8, 16, 64)

#: Runs handed to the engine at once; their weekly values are kept.
CHUNK = 4096

#: Points that a wave has to leave: a study of 400 runs has as many cases.
LEAST = 20

#: Fewest points of a wave.
FEWEST = 100


class Observed(Judgements):
    """The judgements of a scenario, and what was observed."""

    def __init__(self, spec: Scenario, rows: list[Observation], seed: int) -> None:
        titles = [one.title for one in rows]
        super().__init__(spec, load(), seed, CUTOFF, titles, CHUNK)
        self.observations, self.until = rows, due(rows[-1], spec.start)

    def part(self, rows: Floats, replicates: int) -> tuple[Floats, Floats]:
        """Judge points by what their runs say of each observation."""
        many = len(rows)
        # Runs of one replicate stand side by side: their chance is drawn once.
        state = start(
            self.plan,
            self.seed,
            np.repeat(np.arange(replicates), many),
            rows,
            np.tile(np.arange(many), replicates),
            until=self.until,
        )
        told = [said(one, state).reshape(replicates, many) for one in self.observations]
        away = [implausibility(*both) for both in zip(self.observations, told, strict=True)]
        return np.column_stack([one.mean(axis=0) for one in told]), np.column_stack(away)


def implausibility(observation: Observation, told: Floats) -> Floats:
    """Return by how many standard deviations what was observed lies from what runs say, (points,).

    Of a number I² = (mean - number)² / (tolerance² + discrepancy² + variance between runs and of their mean).
    Of anything else the deviation at which a normal law's density has fallen as far as the chance of it is
    below 1, with half a run added to those that make it and another to those that do not.

    Parameters
    ----------
    told
        (replicates, points) what each run says of it; NaN where a run failed, and so is the point.
    """
    if observation.equals is not None:
        between = told.var(axis=0, ddof=1) * (1 + 1 / len(told))
        spread = observation.spread * observation.spread + between
        return np.asarray(np.abs(told.mean(axis=0) - observation.equals) / np.sqrt(spread))
    chances = np.exp(log_likelihood(observation, told))
    chance = (chances.sum(axis=0) + 0.5) / (len(told) + 1)
    return np.where(np.isnan(told).any(axis=0), np.nan, np.sqrt(-2 * np.log(chance)))


def calibrate(
    scenario: Scenario | str | Path,
    targets: Observations | str | Path,
    *,
    points: int = 2048,
    seed: int = 0,
    note: Note = lambda text: None,
) -> Points:
    """Rule out what does not fit observations, and return the points that are left.

    Parameters
    ----------
    scenario
        A scenario, the name of a shipped one, or a path. What it sets stays as set.
    targets
        Observations, the name of shipped ones, or a path. The autumn of 2021 counts only if it is among them.
    points
        Points of each of three waves, at least 100.
    seed
        Which stream of chance, from 0.
    note
        Told about each wave, for people.

    Raises
    ------
    ScenarioError
        An argument is wrong, or an observation lies outside the scenario.
    ModelError
        Fewer than 20 points of a wave are left; the observation that rules out most is named.
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    seen = targets if isinstance(targets, Observations) else load_observations(targets)
    points, seed = arguments.runs(points, FEWEST, "points"), arguments.seed(seed)
    rows = in_order(spec, seen)
    if not rows:
        raise ScenarioError("targets: expected at least one observation, found none")
    field = Observed(spec, rows, seed)
    settings = Settings(points, REPLICATES, points, seed)
    left = rule_out(field, settings, note, LEAST)
    shares = calibrated.midpoints(left.cells)
    ratio, shift = moved(shares)
    judged = zip(field.observations, left.means.T, left.away.T, left.alone, strict=True)
    told = {
        "scenario": {"title": spec.title, "hash": spec.hash},
        "observations": {"title": seen.title, "hash": hash_of(seen.model_dump(mode="json"))},
        "source": source_hash(),
        **extensions(),
        "seed": seed,
        "cutoff": CUTOFF,
        "waves": [asdict(wave) for wave in left.waves],
        "targets": [
            {
                "observation": one.title,
                "wanted": one.words,
                "mean": float(mean.mean()),
                "missed_by": float(np.median(missed)),
                "ruled_out": float(alone),
            }
            for one, mean, missed, alone in judged
        ],
        "spread": {
            name: {"ratio": round(float(ratio[k]), 4), "shift": round(float(shift[k]), 4)}
            for k, name in enumerate(field.names)
        },
    }
    return Points(field.names, left.cells, told)
