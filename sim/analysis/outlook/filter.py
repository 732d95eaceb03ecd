"""A particle filter: it knows a simulator by four verbs (start, advance, observe, choose) and nothing else.

Cases run side by side. What is observed at a date weighs them by how likely they make it; where few carry the
weight, the better ones have more children (systematic resampling; Gordon, Salmond and Smith 1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics.weights import effective

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
S = TypeVar("S")
O = TypeVar("O")  # noqa: E741
O_in = TypeVar("O_in", contravariant=True)

#: Share of the particles that the effective number may fall to before they are chosen anew.
ENOUGH = 0.5


class Simulator(Protocol[S, O_in]):
    """What the filter knows of a simulator; `S` is how its particles stand, `O` an observation of it."""

    def start(self) -> S:
        """Return the particles at their start."""

    def advance(self, state: S, observation: O_in) -> S:
        """Return the particles as they stand when an observation can be judged."""

    def observe(self, state: S, observation: O_in) -> tuple[Floats, Floats]:
        """Return what each particle says of an observation, (N,), and the logarithm of its chance, (N,)."""

    def choose(self, state: S, parents: Ints, weights: Floats, generation: int) -> S:
        """Return the children of these parents, with chance of their own.

        Parameters
        ----------
        parents
            (N,) number of each child's parent.
        weights
            (N,) normalised weights of the parents before they were chosen.
        generation
            How often children were chosen, this time among them.
        """


@dataclass(frozen=True)
class Step(Generic[O]):
    """One observation as the filter met it.

    said, weights : (N,) what each particle said of it, and what it weighed before it was seen
    log_evidence : logarithm of the chance that all particles together gave it, -inf where none allows it
    effective : how many equal particles they were worth after it
    """

    observation: O
    said: Floats
    weights: Floats
    log_evidence: float
    effective: float


@dataclass(frozen=True)
class Filtered(Generic[S, O]):
    """The particles after the last observation, or at the one that none of them allows.

    weights : (N,) normalised; 0 throughout where none is left
    ancestors : (N,) the particle of the start that each descends from
    generations : how often children were chosen
    """

    state: S
    weights: Floats
    ancestors: Ints
    steps: tuple[Step[O], ...]
    generations: int

    @property
    def log_evidence(self) -> float:
        """Logarithm of the chance of all observations."""
        return float(sum(one.log_evidence for one in self.steps))

    @property
    def unique(self) -> int:
        """How many particles of the start have descendants."""
        return len(np.unique(self.ancestors[self.weights > 0]))


def assimilate(
    simulator: Simulator[S, O], dates: Sequence[Sequence[O]], particles: int, chance: np.random.Generator
) -> Filtered[S, O]:
    """Take the particles past every observation, date by date, until none allows one.

    Parameters
    ----------
    dates
        The observations of each date in turn; children are chosen once they all were seen.
    chance
        For choosing parents alone; nothing is drawn from it where nothing is chosen.
    """
    state = simulator.start()
    weights = np.full(particles, 1.0 / particles)
    ancestors = np.arange(particles)
    steps: list[Step[O]] = []
    generation = 0
    for date in dates:
        state = simulator.advance(state, date[0])
        for observation in date:
            told, log_chance = simulator.observe(state, observation)
            top = float(log_chance[weights > 0].max())
            if not np.isfinite(top):
                steps.append(Step(observation, told, weights, -np.inf, 0.0))
                return Filtered(state, np.zeros(particles), ancestors, tuple(steps), generation)
            before = weights
            weights = weights * np.exp(log_chance - top)
            total = float(weights.sum())
            weights = weights / total
            steps.append(Step(observation, told, before, top + float(np.log(total)), effective(weights)))
        if steps[-1].effective < ENOUGH * particles:
            generation += 1
            parents = systematic(weights, chance)
            state = simulator.choose(state, parents, weights, generation)
            ancestors = ancestors[parents]
            weights = np.full(particles, 1.0 / particles)
    return Filtered(state, weights, ancestors, tuple(steps), generation)


def systematic(weights: Floats, chance: np.random.Generator) -> Ints:
    """Return (N,) parents: each as often as its weight says, to the next whole number (Kitagawa 1996)."""
    n = len(weights)
    places = (chance.random() + np.arange(n)) / n
    edges = np.cumsum(weights)
    edges[-1] = 1.0
    return np.searchsorted(edges, places, side="right").clip(0, n - 1)
