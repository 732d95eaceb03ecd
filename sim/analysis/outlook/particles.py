"""Cases of the plausible region as particles: how they start, go on, answer and have children."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.ensemble import advance, start
from sim.engine.state import State
from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import Design, plausible, stream, stretch
from sim.study.observed.likelihood import due, log_likelihood, said
from sim.study.observed.schema import Observation

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Discount of Liu and West (2001): children's values keep mean and variance of their parents'.
DISCOUNT = 0.98
SHRINK = (3 * DISCOUNT - 1) / (2 * DISCOUNT)


@dataclass(frozen=True)
class Particles:
    """How particles stand.

    state : the runs
    shares : (N, values) what varies, as shares of its range
    readings : (N,) number of each particle's reading; empty where they do not vary
    """

    state: State
    shares: Floats
    readings: Ints


@dataclass(frozen=True)
class Region:
    """The plausible region of a scenario as a simulator for the filter.

    Attributes
    ----------
    spec
        The scenario; its weeks reach to the last observation at least.
    particles, seed
        As runs and seed of `sim.run`: without observations the particles are its runs.
    readings
        Whether the reading of the article is among what varies.
    threads
        Number of threads (default: all cores).
    strengths
        Parameters that are set in every particle, like strengths of rules that are switched off.
    """

    spec: Scenario
    particles: int
    seed: int
    readings: bool = False
    threads: int | None = None
    strengths: dict[str, float] = field(default_factory=dict)

    @property
    def reading_names(self) -> list[str]:
        """Names of the readings that vary; none where they do not."""
        return reading_names() if self.readings else []

    @cached_property
    def design(self) -> Design:
        """The cases of the region, and which of them each particle belongs to."""
        return plausible(self.spec, load(), plan(self.spec, load()), self.particles, self.seed)

    def start(self) -> Particles:
        """Return the particles at their start, each a run of a case."""
        model, ready, design = load(), plan(self.spec, load()), self.design
        case = design.case - 1
        rows = design.rows[case]
        places = {name: k for k, name in enumerate(model.parameters)}
        number = np.zeros(0, np.int64)
        if self.readings:
            number = np.arange(self.particles) % len(self.reading_names)
            for k, name in enumerate(self.reading_names):
                under = plan(self.spec.replace(reading=name), model).parameters
                moved = [places[rule.strength] for rule in model.rules.values()]
                rows[np.ix_(np.flatnonzero(number == k), np.array(moved))] = under[moved]
        for name, value in self.strengths.items():
            rows[:, places[name]] = value
        state = start(ready, self.seed, np.arange(self.particles), rows, threads=self.threads)
        return Particles(state, design.shares[case], number)

    def advance(self, particles: Particles, observation: Observation) -> Particles:
        """Let the particles go on to the week in which an observation can be judged."""
        week = due(observation, self.spec.start)
        if week <= particles.state.week:
            return particles
        _, state = advance(particles.state, week, threads=self.threads)
        return replace(particles, state=state)

    def observe(self, particles: Particles, observation: Observation) -> tuple[Floats, Floats]:
        """Return what each particle says of an observation, and the logarithm of its chance."""
        told = said(observation, particles.state)
        return told, log_likelihood(observation, told)

    def choose(self, particles: Particles, parents: Ints, weights: Floats, generation: int) -> Particles:
        """Return children: the past of their parents, values near theirs, chance of their own from here on.

        The values move by the kernel of Liu and West (2001) within their ranges, so that the cloud keeps its
        mean and variance; a value that an event changes stays its parent's, and so does what has begun.
        """
        state = particles.state.some(parents)
        shares = _moved(particles.shares, parents, weights, self._chance(generation))
        model = load()
        columns = {name: k for k, name in enumerate(self.design.names)}
        touched = set(state.plan.events.target[state.plan.events.is_parameter == 1].tolist())
        inside = state.arrays["parameters"].copy()
        for place, (name, one) in enumerate(model.parameters.items()):
            if name in columns and place not in touched:
                inside[:, place] = stretch(one, shares[:, columns[name]])
        begun = np.array([columns[name] for name in columns if name not in model.parameters], np.int64)
        shares[:, begun] = particles.shares[np.ix_(parents, begun)]
        state = replace(
            state,
            replicates=np.arange(self.particles),
            branch=generation,
            arrays={**state.arrays, "parameters": inside},
        )
        readings = particles.readings[parents] if self.readings else particles.readings
        return Particles(state, shares, readings)

    def title(self, observation: Observation) -> str:
        """Return what an observation is called."""
        return observation.title

    def _chance(self, generation: int) -> np.random.Generator:
        return stream(self.seed, f"outlook/move/{generation}")


def _moved(shares: Floats, parents: Ints, weights: Floats, chance: np.random.Generator) -> Floats:
    """Return children's shares: drawn in to the mean, then spread by what that took of the variance."""
    mean = weights @ shares
    variance = weights @ ((shares - mean) ** 2)
    kernel = np.sqrt((1.0 - SHRINK * SHRINK) * variance)
    drawn = SHRINK * shares[parents] + (1.0 - SHRINK) * mean
    drawn = np.abs(
        drawn + kernel * chance.standard_normal(shares.shape)
    )  # mirrored at both ends of the range
    return np.asarray(1.0 - np.abs(1.0 - drawn))
