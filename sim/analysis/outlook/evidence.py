"""What the record says of each rule: how likely it is with the rule, without it, under its rival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outlook.outlook import follow, in_order
from sim.analysis.outlook.particles import Region
from sim.errors import ScenarioError, nearest
from sim.face import Face
from sim.model.declare import Rule
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import assumed
from sim.scenario.schema import Scenario
from sim.study.observed.loading import load_observations
from sim.study.observed.schema import Observations

Floats = NDArray[np.float64]

#: Natural logarithm of the factor from which the record is said to speak: 3, where Jeffreys begins.
SPEAKS = float(np.log(3.0))


@dataclass(frozen=True)
class Weighed:
    """A rule against an alternative to it, on the same chance.

    against : `off`, or the rival rule that takes its place
    log_factor : (seeds,) logarithm of the Bayes factor for the rule as read; -inf where only the other can
        make the record
    shares : (seeds, observations) what each observation adds to it
    titles : of the observations
    """

    rule: Rule
    against: str
    log_factor: Floats
    shares: Floats
    titles: tuple[str, ...]

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        return float(self.log_factor.mean())

    @property
    def error(self) -> float:
        """Standard error of the mean over seeds: Monte Carlo error alone."""
        return float(self.log_factor.std(ddof=1) / np.sqrt(len(self.log_factor)))

    @property
    def verdict(self) -> str:
        """`for`, `against`, or `not at all` where the error is larger than the factor, or that is small."""
        return _verdict(self.mean, self.error)

    @property
    def rests_on(self) -> str:
        """The observation that adds most, either way."""
        return self.titles[int(np.abs(self.shares.mean(axis=0)).argmax())]

    @property
    def without_it(self) -> str:
        """The verdict without what that observation adds."""
        place = self.titles.index(self.rests_on)
        rest = self.log_factor - self.shares[:, place]
        return _verdict(float(rest.mean()), float(rest.std(ddof=1) / np.sqrt(len(rest))))

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "rule": self.rule.id,
            "paragraphs": list(self.rule.paragraphs),
            "claim": self.rule.claim,
            "against": self.against,
            "log_factor": self.mean if np.isfinite(self.mean) else None,
            "error": self.error if np.isfinite(self.error) else None,
            "verdict": self.verdict,
            "rests_on": self.rests_on,
            "without_it": self.without_it,
        }


@dataclass(frozen=True)
class Evidence(Face):
    """What a record says of rules.

    log_evidence : (seeds,) logarithm of its chance with every rule as the scenario has it
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
            "rules": [one.record() for one in self.weighed],
        }


def evidence(
    scenario: Scenario | str | Path,
    observed: Observations | str | Path,
    *,
    rules: Sequence[str] | None = None,
    particles: int = 1000,
    seed: int = 0,
    repeats: int = 4,
    threads: int | None = None,
) -> Evidence:
    """Weigh rules by a record: each as the scenario has it, switched off, and with its rival in its place.

    All on the same cases and draws for each of `repeats` seeds, so that a factor is a difference of pairs.

    Parameters
    ----------
    rules
        Which; None: every rule of the article that is on in the scenario.
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
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 2:
        raise ScenarioError(f"repeats: expected a whole number from 2, found {repeats!r}")
    rows = in_order(spec, seen)
    titles = tuple(one.title for one in rows)
    seeds = tuple(range(seed, seed + repeats))

    def parts(strengths: dict[str, float]) -> Floats:
        """Return (seeds, observations) logarithms; -inf throughout where the record is impossible."""
        found = []
        for one in seeds:
            region = Region(spec, particles, one, threads=threads, strengths=strengths)
            try:
                steps = follow(region, rows, least=1.0).steps
            except ScenarioError:
                if not strengths:
                    raise
                found.append(np.full(len(rows), -np.inf))
                continue
            found.append(np.array([step.log_evidence for step in steps]))
        return np.array(found)

    chosen = _chosen(spec, rules)
    whole = parts({})
    weighed = []
    for rule, arms in chosen:
        for against, strengths in arms.items():
            shares = whole - parts(strengths)
            weighed.append(Weighed(rule, against, shares.sum(axis=1), shares, titles))
    return Evidence(spec, seen, particles, seeds, whole.sum(axis=1), tuple(weighed))


def _verdict(mean: float, error: float) -> str:
    if np.isposinf(mean):
        return "for"
    if not np.isfinite(mean) or abs(mean) <= 2 * error or abs(mean) < SPEAKS:
        return "not at all"
    return "for" if mean > 0 else "against"


def _chosen(spec: Scenario, wanted: Sequence[str] | None) -> list[tuple[Rule, dict[str, dict[str, float]]]]:
    """Return rules with the strengths of each alternative to them."""
    model = load()
    here = {rule.strength: model.parameters[rule.strength].default for rule in model.rules.values()}
    here |= assumed(spec, model)
    on = {name: rule for name, rule in model.rules.items() if here[rule.strength] != 0.0}
    for name in wanted or ():
        if name not in on:
            known = "is off in this scenario" if name in model.rules else "does not exist"
            raise ScenarioError(f"rule {name!r} {known}{nearest(name, on)}")
    rivals = {rule.rival_of: rule for rule in model.rules.values() if rule.rival_of is not None}
    found = []
    for name in wanted or on:
        rule = on[name]
        arms = {"off": {rule.strength: 0.0}}
        if name in rivals:
            arms[rivals[name].id] = {rule.strength: 0.0, rivals[name].strength: 1.0}
        found.append((rule, arms))
    return found
