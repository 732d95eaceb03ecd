"""Cases of the plausible region as particles: how they start, go on, answer and have children."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.engine.ensemble import advance, start
from sim.engine.state import State
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import Design, plausible, stream, stretch
from sim.study.ensemble.points import Points
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
    """

    state: State
    shares: Floats


@dataclass(frozen=True)
class Region:
    """Some particles of the plausible region of a scenario as a simulator for the filter.

    Attributes
    ----------
    spec
        The scenario; its weeks reach to the last observation at least.
    runs, seed
        As of `sim.run`, in whose cases and with whose chance the particles begin.
    each
        Particles of a case; None: as many as `sim.run` takes, whose runs the particles then are.
    numbers
        (N,) which of those runs are particles here; None: all.
    threads
        Number of threads (default: all cores).
    strengths
        Strengths of rules that are set in every particle.
    width
        Part of each range, around the middle of all cases, from which the particles come.
    points
        A region of one's own from which they come; None: the calibrated one.
    """

    spec: Scenario
    runs: int
    seed: int
    each: int | None = 1
    numbers: Ints | None = None
    threads: int | None = None
    strengths: Mapping[str, float] = field(default_factory=dict)
    width: float = 1.0
    points: Points | None = None

    @cached_property
    def design(self) -> Design:
        """The cases of the region, and which of them each run belongs to."""
        model, ready = load(), plan(self.spec, load())
        return plausible(self.spec, model, ready, self.runs, self.seed, each=self.each, points=self.points)

    @cached_property
    def replicates(self) -> Ints:
        """Number of each particle's run, (N,): the address of its chance."""
        return np.arange(self.runs) if self.numbers is None else self.numbers

    def islands(self, number: int) -> Iterator[Region]:
        """Yield the particles in so many parts, all of a case in one of them."""
        case = self.design.case
        part = (case - 1) * number // case[-1]
        for k in range(number):
            yield replace(self, numbers=np.flatnonzero(part == k))

    def start(self) -> Particles:
        """Return the particles at their start, each a run of a case."""
        model, design = load(), self.design
        case = design.case[self.replicates] - 1
        rows, shares = design.rows[case], design.shares[case]
        quantities = {**model.parameters, **model.world}
        places = {name: k for k, name in enumerate(quantities)}
        if self.width < 1:
            middle = design.shares.mean(axis=0)
            shares = middle + self.width * (shares - middle)
            for column, name in enumerate(design.names):
                rows[:, places[name]] = stretch(quantities[name], shares[:, column])
        for name, value in self.strengths.items():
            rows[:, places[name]] = value
        state = start(plan(self.spec, model), self.seed, self.replicates, rows, threads=self.threads)
        return Particles(state, shares)

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
            replicates=self.replicates,
            branch=generation,
            arrays={**state.arrays, "parameters": inside},
        )
        return Particles(state, shares)

    def _chance(self, generation: int) -> np.random.Generator:
        return stream(self.seed, f"outlook/move/{self.replicates[0]}/{generation}")

    @property
    def chance(self) -> np.random.Generator:
        """Chance for choosing parents."""
        return stream(self.seed, f"outlook/choose/{self.replicates[0]}")


def _moved(shares: Floats, parents: Ints, weights: Floats, chance: np.random.Generator) -> Floats:
    """Return children's shares: drawn in to the mean, then spread by what that took of the variance."""
    mean = weights @ shares
    variance = weights @ ((shares - mean) ** 2)
    kernel = np.sqrt((1.0 - SHRINK * SHRINK) * variance)
    drawn = SHRINK * shares[parents] + (1.0 - SHRINK) * mean
    moved = drawn + kernel * chance.standard_normal(shares.shape)
    return np.asarray(1.0 - np.abs(1.0 - np.abs(moved)))  # mirrored at both ends of the range
