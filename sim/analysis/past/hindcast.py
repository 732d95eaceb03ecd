"""The model against what happened: a retrospective consistency check, in-sample, and no more.

Whoever changed the structure had seen these years, and one pair of states is one case: nothing here
shows skill in forecasting. What it can show is where the model and history part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.past.history import KNOWN, NONE_BEFORE, After, History, Question, load_history
from sim.analysis.statistics.weights import LEAST, effective
from sim.engine.ensemble import simulate
from sim.errors import ScenarioError
from sim.face import Face
from sim.model.registry import Model, load
from sim.scenario import arguments
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import per_case, plausible

Floats = NDArray[np.float64]

MODEL, ARTICLE = "model", "article right"
ENSEMBLES = (MODEL, ARTICLE, "model at its defaults", "null model")
BASELINES = ("null model", "climatology", "persistence", "even coin")
FORECASTERS = (*ENSEMBLES[:3], *BASELINES)
SCORES = ("brier", "log", "rps", "crps", "interval")

#: No forecast counts as surer than this in the log score, so that nobody is infinitely wrong.
SUREST = 0.01

BANDS = (0.5, 0.9)

#: The interval score is of the wider band: its width, and twenty times what an answer lies outside.
WIDE = BANDS[-1]
RUNGS = 6


@dataclass(frozen=True)
class Asked:
    """One question with what everybody said and how they fared.

    said : by forecaster; probability of yes, the share of the right rung, or the median of a number
    scores : by forecaster, then by name of the score; lower is better; absent where it had no say
    inside : by band, whether the answer lies in the model's; empty for yes and no
    right : share of draws from the prior (before calibration) that get it right
    diagnostic : whether that share is low enough for the question to tell anything
    """

    question: Question
    said: dict[str, float]
    scores: dict[str, dict[str, float]]
    inside: dict[float, bool]
    band: tuple[float, float] | None
    right: float
    diagnostic: bool


@dataclass(frozen=True)
class Check:
    """Something fixed beforehand that should hold."""

    name: str
    holds: bool
    found: str
    wanted: str


@dataclass(frozen=True)
class Hindcast(Face):
    """Questions with scores, and what they come to.

    used : by ensemble, how many of its runs agree with the autumn (no clash, no talks by 1 November)
    effective : how many equal cases the model's are worth if the article is right; NaN if nobody weighed them
    """

    history: History
    asked: tuple[Asked, ...]
    runs: int
    seed: int
    reading: str | None
    used: dict[str, int]
    effective: float

    def of(self, score: str, diagnostic: bool = False) -> list[Asked]:
        """Return the questions that have a score, all or only those that tell something."""
        return [
            one for one in self.asked if score in one.scores[MODEL] and (one.diagnostic or not diagnostic)
        ]

    def mean(self, forecaster: str, score: str, diagnostic: bool = False) -> tuple[float, int]:
        """Return a forecaster's mean score over the questions it has a say on, and their number."""
        found = [
            one.scores[forecaster][score]
            for one in self.of(score, diagnostic)
            if score in one.scores[forecaster]
        ]
        return (float(np.mean(found)) if found else float("nan")), len(found)

    def beside(self, forecaster: str, score: str, diagnostic: bool = False) -> float:
        """Return the model's mean score on the questions that a forecaster has a say on."""
        both = [one for one in self.of(score, diagnostic) if score in one.scores[forecaster]]
        return float(np.mean([one.scores[MODEL][score] for one in both])) if both else float("nan")

    def worse(self, diagnostic: bool = False) -> list[tuple[str, str]]:
        """Return baseline and score wherever the model does worse on the same questions."""
        return [
            (forecaster, score)
            for forecaster in BASELINES
            for score in SCORES
            if self.beside(forecaster, score, diagnostic) > self.mean(forecaster, score, diagnostic)[0]
        ]

    def coverage(self, band: float) -> tuple[int, int]:
        """Return how many answers lie in the model's central band, and of how many."""
        asked = [one for one in self.asked if one.inside]
        return sum(one.inside[band] for one in asked), len(asked)

    @property
    def checks(self) -> list[Check]:
        """What was fixed beforehand, with what came out."""
        from scipy.stats import binom

        rule = self.history.checks["coverage"]
        inside, of = self.coverage(rule["band"])
        chance = float(binom.cdf(inside, of, rule["band"]))
        brier, number = self.mean(MODEL, "brier", diagnostic=True)
        most = self.history.checks["coin"]
        return [
            Check(
                "coverage",
                chance >= rule["least_likely"],
                f"{inside} of {of} answers in the {rule['band']:.0%} bands (so few by chance: {chance:.2g})",
                f"not so few that chance explains it less than {rule['least_likely']:.0%} of the time",
            ),
            Check(
                "coin",
                not brier > most,
                f"mean Brier score {brier:.3f} of {number} informative questions"
                if number
                else "no question is informative",
                f"at most {most:g}, what an even coin gets",
            ),
        ]

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return all(one.holds for one in self.checks)

    def record(self) -> dict[str, Any]:
        """Return everything as plain data: `questions` and `skill`."""
        return {
            "questions": [_record(one, self.history) for one in self.asked],
            "skill": {
                "what": "in-sample: whoever changed the structure had seen these years",
                "runs": self.runs,
                "seed": self.seed,
                "reading": self.reading,
                "runs_used": self.used,
                "unanswered": self.history.unanswered,
                "frozen": self.history.frozen.isoformat(),
                "hash": self.history.hash,
                "freezings": self.history.freezings,
                "effective_if_the_article_is_right": _plain(self.effective),
                "forecasters": {
                    name: {
                        kind: {
                            score: {
                                "mean": _plain(self.mean(name, score, only)[0]),
                                "questions": self.mean(name, score, only)[1],
                                "model_on_the_same": _plain(self.beside(name, score, only)),
                            }
                            for score in SCORES
                        }
                        for kind, only in (("all", False), ("diagnostic", True))
                    }
                    for name in FORECASTERS
                },
                "coverage": {
                    f"{band:.0%}": {"inside": self.coverage(band)[0], "of": self.coverage(band)[1]}
                    for band in BANDS
                },
                "model_worse_than": [list(pair) for pair in self.worse()],
                "checks": [vars(one) for one in self.checks],
            },
        }


def hindcast(
    runs: int = 1000,
    seed: int = 0,
    reading: str | None = None,
    *,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Hindcast:
    """Ask the model, and four baselines, what happened between November 2021 and the end of 2023.

    The model answers across the plausible region that calibration left; beside it stand the same runs
    counted by how surely the article's claims hold at their cases (where enough of them do), the model
    at its defaults and the null model (every rule off). Runs that had a clash or talks before November
    2021 are left out: that much was known.

    Parameters
    ----------
    runs
        Runs of each ensemble, from 10.
    reading
        A named reading of the article to take.

    Raises
    ------
    ScenarioError
        Too few runs, a negative seed, or no such reading.
    """
    runs, seed = arguments.runs(runs, 10), arguments.seed(seed)
    arguments.threads(threads)
    history = load_history()
    spec = load_scenario("baseline").replace(weeks=history.weeks)
    null = load_scenario("null_model").replace(weeks=history.weeks)
    if reading is not None:
        spec = spec.replace(reading=reading)

    runner = _Runner(load(), history.reads, runs, seed, threads, progress)
    across, weights = runner.after(spec, False)
    ensembles = {MODEL: across}
    # The claims were judged with the article as read: under another reading the weights mean nothing.
    worth = float("nan") if weights is None or reading is not None else effective(weights) / runner.each
    if weights is not None and worth >= LEAST:
        ensembles[ARTICLE] = across.some(resampled(weights))
    ensembles["model at its defaults"], _ = runner.after(spec, None)
    ensembles["null model"], _ = runner.after(null, None)
    prior, _ = runner.after(spec, True)
    asked = tuple(_ask(one, ensembles, prior, history) for one in history.questions)
    used = {name: len(one) for name, one in ensembles.items()}
    return Hindcast(history, asked, runs, seed, reading, used, worth)


@dataclass(frozen=True)
class _Runner:
    """What all ensembles of a hindcast have in common."""

    model: Model
    names: tuple[str, ...]
    runs: int
    seed: int
    threads: int | None
    progress: Callable[[int], None] | None

    @property
    def each(self) -> int:
        """Runs of a case."""
        return per_case(self.runs)

    def after(self, spec: Scenario, prior: bool | None) -> tuple[After, Floats | None]:
        """Run an ensemble (`prior` None: at the defaults); return what fits the autumn, and its weights."""
        ready = plan(spec, self.model)
        design = None if prior is None else plausible(spec, self.model, ready, self.runs, self.seed, prior)
        block = simulate(
            ready,
            self.seed,
            np.arange(self.runs),
            None if design is None else design.rows,
            None if design is None else design.case - 1,
            threads=self.threads,
            keep=self.names,
            progress=self.progress,
        )
        every = After(block.kept, self.names)
        known = block.failure_week == 0
        for name in NONE_BEFORE:
            known &= every[name][:, KNOWN] == 0
        if not known.any():
            raise ScenarioError(f"none of {self.runs} runs agrees with the autumn of 2021; ask for more runs")
        weights = None if design is None or design.weights is None else design.weights[design.case - 1][known]
        return every.some(known), weights


def resampled(weights: Floats) -> NDArray[np.int64]:
    """Return numbers of runs, each as often as its weight asks: systematic resampling without chance.

    As many as there are weights; one of a weight that asks for 2.6 comes two or three times.
    """
    steps = np.cumsum(weights) / weights.sum()
    places = (np.arange(len(weights)) + 0.5) / len(weights)
    return np.asarray(np.searchsorted(steps, places), np.int64)


def _ask(one: Question, ensembles: dict[str, After], prior: After, history: History) -> Asked:
    answers = {name: one.answers(run) for name, run in ensembles.items()}
    right = float(one.right(one.answers(prior)).mean())
    said, scores = scored(one, answers)
    said = {name: said.get(name, float("nan")) for name in FORECASTERS}
    scores = {name: scores.get(name, {}) for name in FORECASTERS}
    inside: dict[float, bool] = {}
    band = None
    if one.kind != "yes/no":
        for share in BANDS:
            band = central(answers[MODEL], share)
            inside[share] = band[0] <= one.answer <= band[1]
    return Asked(one, said, scores, inside, band, right, right <= history.diagnostic)


Scored = tuple[dict[str, float], dict[str, dict[str, float]]]


def scored(one: Question, answers: dict[str, Floats]) -> Scored:
    """Return what everybody says of a question, and how each fares: a score by name, lower is better.

    Parameters
    ----------
    answers
        By forecaster, (R,) the answers of its runs; the baselines come beside them.
    """
    return {"yes/no": _yes_no, "rung": _rung, "quantity": _quantity}[one.kind](one, answers)


def _yes_no(one: Question, answers: dict[str, Floats]) -> Scored:
    import scoringrules

    said = {name: float(found.mean()) for name, found in answers.items()}
    said |= {"climatology": one.climatology, "persistence": one.persistence, "even coin": 0.5}
    scores: dict[str, dict[str, float]] = {}
    for name, chance in said.items():
        if not np.isnan(chance):
            sure = min(max(chance, SUREST), 1 - SUREST)
            scores[name] = {
                "brier": float(scoringrules.brier_score(one.answer, chance, backend="numpy")),
                "log": float(-np.log(sure if one.answer else 1 - sure)),
            }
    return said, scores


def _rung(one: Question, answers: dict[str, Floats]) -> Scored:
    import scoringrules

    points = {
        **answers,
        "persistence": np.array([one.persistence]),
        "even coin": np.arange(RUNGS, dtype=np.float64),
    }
    said: dict[str, float] = {}
    scores: dict[str, dict[str, float]] = {}
    for name, found in points.items():
        chance = np.bincount(found.astype(int), minlength=RUNGS) / len(found)
        scored = scoringrules.rps_score(int(one.answer) + 1, chance, backend="numpy")
        said[name] = float(chance[int(one.answer)])
        scores[name] = {"rps": float(scored), "interval": interval_score(one, found)}
    return said, scores


def _quantity(one: Question, answers: dict[str, Floats]) -> Scored:
    import scoringrules

    said: dict[str, float] = {}
    scores: dict[str, dict[str, float]] = {}
    for name, found in {**answers, "persistence": np.array([one.persistence])}.items():
        crps = scoringrules.crps_ensemble(one.answer, found, backend="numpy")
        said[name] = float(np.median(found))
        scores[name] = {"crps": float(crps) / one.scale, "interval": interval_score(one, found)}
    return said, scores


def central(values: Floats, share: float) -> tuple[float, float]:
    """Return the central interval that holds a share of an ensemble."""
    low, high = np.quantile(values, [(1 - share) / 2, (1 + share) / 2], method="inverted_cdf")
    return float(low), float(high)


def interval_score(one: Question, values: Floats) -> float:
    """Return the interval score of the 90 % band over the question's scale (Gneiting and Raftery 2007).

    The band's width, and where the answer lies outside, 2 / (1 - .9) times how far: bands without end do
    not score well, nor do narrow ones that miss.
    """
    low, high = central(values, WIDE)
    outside = max(low - one.answer, one.answer - high, 0.0)
    return (high - low + 2 / (1 - WIDE) * outside) / one.scale


def _record(one: Asked, history: History) -> dict[str, Any]:
    question = one.question
    return {
        "id": question.id,
        "kind": question.kind,
        "question": question.text,
        "unit": question.unit,
        "answer": bool(question.answer) if question.kind == "yes/no" else question.answer,
        "silence": question.silence,
        "sources": [history.sources[key] for key in question.sources],
        "note": question.note,
        "said": {name: _plain(value) for name, value in one.said.items()},
        "scores": one.scores,
        "inside": {f"{share:.0%}": inside for share, inside in one.inside.items()},
        "right_before_calibration": one.right,
        "diagnostic": one.diagnostic,
    }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
