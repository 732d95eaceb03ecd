"""A particle filter: it knows a simulator by four verbs (start, advance, observe, choose) and nothing else.

Cases run side by side. Each observation weighs them by how likely they make it; where few carry the
weight, the better ones have more children (systematic resampling). See Gordon, Salmond and Smith (1993).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.analysis.statistics.weights import LEAST, effective
from sim.errors import ScenarioError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
S = TypeVar("S")
O = TypeVar("O", contravariant=True)  # noqa: E741

#: Share of the particles that the effective number may fall to before they are chosen anew.
ENOUGH = 0.5


class Simulator(Protocol[S, O]):
    """What the filter knows of a simulator; `S` is how its particles stand, `O` an observation of it."""

    def start(self) -> S:
        """Return the particles at their start."""

    def advance(self, state: S, observation: O) -> S:
        """Return the particles as they stand when an observation can be judged."""

    def observe(self, state: S, observation: O) -> tuple[Floats, Floats]:
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

    def title(self, observation: O) -> str:
        """Return what to call an observation in messages."""


@dataclass(frozen=True)
class Step(Generic[O]):
    """One observation as the filter met it.

    said, weights : (N,) what each particle said of it, and what it weighed before it was seen
    log_evidence : logarithm of the chance that all particles together gave it
    effective : how many equal particles they were worth after it
    """

    observation: O
    said: Floats
    weights: Floats
    log_evidence: float
    effective: float


@dataclass(frozen=True)
class Filtered(Generic[S, O]):
    """The particles after the last observation.

    weights : (N,) normalised
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
        return len(np.unique(self.ancestors))


def assimilate(
    simulator: Simulator[S, O],
    observations: Sequence[O],
    particles: int,
    chance: np.random.Generator,
    least: float = LEAST,
) -> Filtered[S, O]:
    """Take the particles past every observation, in this order.

    Parameters
    ----------
    chance
        For choosing parents alone; nothing is drawn from it where nothing is chosen.
    least
        Fewest equal particles that an observation may leave; 1 allows one ancestor of all, too.

    Raises
    ------
    ScenarioError
        An observation leaves too few particles, none, or one ancestor of all; it is named.
    """
    state = simulator.start()
    weights = np.full(particles, 1.0 / particles)
    ancestors = np.arange(particles)
    steps: list[Step[O]] = []
    generation = 0
    for observation in observations:
        state = simulator.advance(state, observation)
        told, log_chance = simulator.observe(state, observation)
        top = float(log_chance[weights > 0].max())
        title = simulator.title(observation)
        if not np.isfinite(top):
            raise ScenarioError(
                f"'{title}': expected some of the {particles:,} particles to allow it, found none; it is "
                "impossible in this model, or after what was observed before it; check the observation, give "
                "it a wider tolerance, or leave it out"
            )
        before = weights
        weights = weights * np.exp(log_chance - top)
        total = float(weights.sum())
        weights = weights / total
        worth = effective(weights)
        steps.append(Step(observation, told, before, top + float(np.log(total)), worth))
        if worth < least:
            raise ScenarioError(
                f"'{title}' leaves {particles:,} particles worth {worth:.1f} equal ones, too few to speak of "
                f"(at least {least:g}); give it a wider tolerance, leave it out, or take more particles"
            )
        if worth < ENOUGH * particles:
            generation += 1
            parents = systematic(weights, chance)
            state = simulator.choose(state, parents, weights, generation)
            ancestors = ancestors[parents]
            weights = np.full(particles, 1.0 / particles)
            if (ancestors == ancestors[0]).all() and least > 1:
                raise ScenarioError(
                    f"after '{title}' all particles descend from one of the {particles:,} at the start, "
                    "which says nothing about the region; take more particles, or wider tolerances"
                )
    return Filtered(state, weights, ancestors, tuple(steps), generation)


def systematic(weights: Floats, chance: np.random.Generator) -> Ints:
    """Return (N,) parents: each as often as its weight says, to the next whole number (Kitagawa 1996)."""
    n = len(weights)
    places = (chance.random() + np.arange(n)) / n
    edges = np.cumsum(weights)
    edges[-1] = 1.0
    return np.searchsorted(edges, places, side="right").clip(0, n - 1)
