"""What the record says of claims: how likely it is with a rule, without it, under its rival."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outlook.islands import together
from sim.analysis.outlook.outlook import by_date, follow, in_order
from sim.analysis.outlook.particles import Region
from sim.errors import ScenarioError, nearest
from sim.face import Face
from sim.model.registry import load
from sim.scenario import arguments
from sim.scenario.catalogue import reading_names
from sim.scenario.loading import load_scenario
from sim.scenario.plan import assumed
from sim.scenario.readings import reading
from sim.scenario.schema import Scenario
from sim.study.observed.loading import load_observations
from sim.study.observed.schema import Observation, Observations

Floats = NDArray[np.float64]

#: Natural logarithm of the factor from which the record is said to speak: 3, where Jeffreys begins.
SPEAKS = float(np.log(3.0))

#: Part of each range from which the particles come where it is asked how far a factor hangs on the ranges.
HALF = 0.5
#: Seeds, at most.
MOST_REPEATS = 1000

#: What is called the article as read, beside its other readings.
AS_READ = "as_read"


class Factor(NamedTuple):
    """Natural logarithm of a Bayes factor: mean over seeds, and Monte Carlo standard error of it."""

    mean: float
    error: float

    @classmethod
    def of(cls, by_seed: Floats) -> Factor:
        """Return that of (seeds,) logarithms; the error is infinite where only some of them are."""
        without = np.isinf(by_seed)
        if without.any():
            return cls(float(by_seed.mean()), 0.0 if without.all() else float("inf"))
        return cls(float(by_seed.mean()), float(by_seed.std(ddof=1) / np.sqrt(len(by_seed))))

    @property
    def verdict(self) -> str:
        """`for`, `against`, or `not at all` where the factor is small, or within twice its error."""
        if np.isnan(self.mean) or abs(self.mean) <= 2 * self.error or abs(self.mean) < SPEAKS:
            return "not at all"
        return "for" if self.mean > 0 else "against"

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "log_factor": self.mean if np.isfinite(self.mean) else None,
            "error": self.error if np.isfinite(self.error) else None,
            "verdict": self.verdict,
        }


class Question(NamedTuple):
    """What is weighed: a rule, or the article as read; against what, and the scenario that takes its place.

    name : id of the rule, or `as_read`
    against : `off`, the rival rule that takes its place, or another reading
    spec, strengths : the other one: a scenario, and strengths of rules that are set
    """

    name: str
    paragraphs: tuple[int, ...]
    claim: str
    against: str
    spec: Scenario
    strengths: Mapping[str, float]


@dataclass(frozen=True)
class Weighed:
    """A claim against an alternative to it, on the same chance.

    shares : (seeds, observations) what each observation adds to the logarithm of the Bayes factor; -inf
        where only the other can make the record
    titles : of the observations
    halved : the factor where every range is half as wide; None where the record says nothing
    """

    question: Question
    shares: Floats
    titles: tuple[str, ...]
    halved: Factor | None = None

    @property
    def factor(self) -> Factor:
        """The Bayes factor for the claim."""
        return Factor.of(self.shares.sum(axis=1))

    @property
    def rests_on(self) -> str:
        """The observation that adds most, either way."""
        return self.titles[self._most]

    @property
    def without_it(self) -> Factor:
        """The factor without what that observation adds."""
        return Factor.of(np.delete(self.shares, self._most, axis=1).sum(axis=1))

    @property
    def _most(self) -> int:
        return int(np.abs(self.shares.mean(axis=0)).argmax())

    @property
    def verdict(self) -> str:
        """What the record says; `hangs on the ranges` where it says something else with half of each."""
        own = self.factor.verdict
        return own if self.halved is None or self.halved.verdict == own else "hangs on the ranges"

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        asked = self.question
        return {
            "claim": asked.name,
            "paragraphs": list(asked.paragraphs),
            "words": asked.claim,
            "against": asked.against,
            **self.factor.record(),
            "verdict": self.verdict,
            "ranges_halved": None if self.halved is None else self.halved.record(),
            "rests_on": self.rests_on,
            "without_it": self.without_it.record(),
        }


@dataclass(frozen=True)
class Evidence(Face):
    """What a record says of claims.

    log_evidence : (seeds,) logarithm of its chance with the scenario as it is
    """

    spec: Scenario
    observations: Observations
    particles: int
    seeds: tuple[int, ...]
    log_evidence: Floats
    weighed: tuple[Weighed, ...]

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "scenario": {"title": self.spec.title, "hash": self.spec.hash},
            "observations": self.observations.title,
            "particles": self.particles,
            "seeds": list(self.seeds),
            "log_evidence": [float(one) for one in self.log_evidence],
            "claims": [one.record() for one in self.weighed],
        }


def evidence(
    scenario: Scenario | str | Path,
    observed: Observations | str | Path,
    *,
    rules: Sequence[str] | None = None,
    readings: Sequence[str] | None = None,
    particles: int = 500,
    seed: int = 0,
    repeats: int = 4,
    threads: int | None = None,
) -> Evidence:
    """Weigh claims by a record: a rule against none and its rival, the article as read against other ways.

    All on the same cases and draws for each of `repeats` seeds, so that a factor is a difference of pairs.

    Parameters
    ----------
    rules
        Which; None: every rule that is on in the scenario, or none where readings are named.
    readings
        Which; None: all others, or none where rules are named or the scenario has a reading of its own.
    particles, seed, threads
        As for `outlook`.
    repeats
        Number of seeds, from 2, for the Monte Carlo error.

    Raises
    ------
    ScenarioError
        An argument is wrong, or the record is impossible as the scenario stands (names the observation).
    """
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    seen = observed if isinstance(observed, Observations) else load_observations(observed)
    particles = arguments.runs(particles, 100, "particles")
    repeats = arguments.whole("repeats", repeats, 2, MOST_REPEATS)
    arguments.threads(threads)
    rules = None if rules is None else arguments.names("rules", rules)
    readings = None if readings is None else arguments.names("readings", readings)
    questions = [*_rules(spec, rules, readings), *_readings(spec, rules, readings)]
    rows = in_order(spec, seen)
    titles = tuple(one.title for one in rows)
    seed = arguments.seed(seed)
    seeds = tuple(arguments.seed(one) for one in range(seed, seed + repeats))

    def parts(under: Scenario, strengths: Mapping[str, float] = _NOTHING, width: float = 1.0) -> Floats:
        regions = [
            Region(under, particles, one, threads=threads, strengths=strengths, width=width) for one in seeds
        ]
        alternative = bool(strengths) or under is not spec or width < 1
        return np.array([_shares(region, rows, alternative) for region in regions])

    whole = parts(spec)
    narrow: Floats | None = None
    weighed = []
    for one in questions:
        found = Weighed(one, whole - parts(one.spec, one.strengths), titles)
        if found.factor.verdict != "not at all":
            narrow = parts(spec, width=HALF) if narrow is None else narrow
            other = parts(one.spec, one.strengths, HALF)
            with np.errstate(invalid="ignore"):
                halved = Factor.of((narrow - other).sum(axis=1))
            found = replace(found, halved=halved)
        weighed.append(found)
    return Evidence(spec, seen, particles, seeds, whole.sum(axis=1), tuple(weighed))


_NOTHING: Mapping[str, float] = {}


def _shares(region: Region, rows: Sequence[Observation], alternative: bool) -> Floats:
    """Return the logarithm of each observation's chance; -inf throughout where the record is impossible.

    Only an alternative may make it impossible.
    """
    found = follow(region, by_date(rows, region.spec))
    if not alternative:
        together([found], lambda one: one.title, least=1.0)
    if not np.isfinite(found.log_evidence):
        return np.full(len(rows), -np.inf)
    return np.array([step.log_evidence for step in found.steps])


def _rules(
    spec: Scenario, wanted: Sequence[str] | None, readings: Sequence[str] | None
) -> Iterator[Question]:
    """Yield each rule against none, and against its rival."""
    model = load()
    here = {rule.strength: model.parameters[rule.strength].default for rule in model.rules.values()}
    here |= assumed(spec, model)
    on = {name: rule for name, rule in model.rules.items() if here[rule.strength] != 0.0}
    for name in wanted or ():
        if name not in on:
            known = "is off in this scenario" if name in model.rules else "does not exist"
            raise ScenarioError(f"rule {name!r} {known}{nearest(name, on)}")
    rivals = {rule.rival_of: rule for rule in model.rules.values() if rule.rival_of is not None}
    for name in wanted or (on if readings is None else ()):
        rule = on[name]
        own = (rule.id, rule.paragraphs, rule.claim)
        yield Question(*own, "off", spec, {rule.strength: 0.0})
        if name in rivals:
            rival = rivals[name]
            yield Question(*own, rival.id, spec, {rule.strength: 0.0, rival.strength: 1.0})


def _readings(
    spec: Scenario, rules: Sequence[str] | None, wanted: Sequence[str] | None
) -> Iterator[Question]:
    """Yield the article as read against its other readings."""
    if wanted and spec.reading is not None:
        raise ScenarioError("the scenario has a reading of its own, so it is not weighed against others")
    if wanted is None:
        wanted = [] if rules is not None or spec.reading is not None else reading_names()
    for name in wanted:
        if name != AS_READ:
            one = reading(name)
            yield Question(AS_READ, one.paragraphs, one.claim, name, spec.replace(reading=name), _NOTHING)
