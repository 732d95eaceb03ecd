"""Filters side by side, each with particles of its own: what they say together, and how far they differ.

Each island counts by how likely it makes the record (Vergé, Dubarry, Del Moral and Moulines 2015). Since no
island chooses children among another's particles, how far they differ is the Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outlook.filter import Filtered, Step
from sim.analysis.statistics.weights import LEAST, effective
from sim.errors import ScenarioError

Floats = NDArray[np.float64]
S = TypeVar("S")
O = TypeVar("O")  # noqa: E741

#: Fewest equal islands on which anything may be said: below, one of them makes the record nearly alone, and
#: how far they differ is not known.
FEWEST = 2


@dataclass(frozen=True)
class Islands(Generic[S, O]):
    """Filters as islands.

    weights : (K,) what each counts: its particles times its chance of all observations, normalised
    steps : the observations as all particles together met them
    """

    each: tuple[Filtered[S, O], ...]
    weights: Floats
    steps: tuple[Step[O], ...]

    @property
    def log_evidence(self) -> float:
        """Logarithm of the chance of all observations."""
        return float(sum(one.log_evidence for one in self.steps))

    @property
    def particles(self) -> Floats:
        """What each particle weighs, island after island; together 1."""
        return _flat(self.weights, [one.weights for one in self.each])

    @property
    def worth(self) -> float:
        """How many equal islands they are worth."""
        return effective(self.weights)

    @property
    def speaks(self) -> bool:
        """Whether enough islands count to say anything."""
        return self.worth >= FEWEST

    @property
    def ancestors(self) -> int:
        """How many particles of the start have descendants that count."""
        return sum(one.unique for one in self.each)

    @property
    def generations(self) -> int:
        """How often children were chosen, at most."""
        return max(one.generations for one in self.each)

    def mean(self, by_particle: Floats) -> tuple[float, float]:
        """Return a mean over particles, and its Monte Carlo standard error by the jackknife over islands.

        The error is NaN where a single island counts.

        Parameters
        ----------
        by_particle
            (particles,) island after island.
        """
        number = len(self.each)
        parts = np.split(by_particle, np.cumsum([len(one.weights) for one in self.each])[:-1])
        means = np.array([one.weights @ part for one, part in zip(self.each, parts, strict=True)])
        mean = float(self.weights @ means)
        with np.errstate(invalid="ignore"):
            without = self.weights * (means - mean) / (1 - self.weights)
        return mean, float(np.sqrt((number - 1) / number * (without @ without)))


def together(
    each: Sequence[Filtered[S, O]], title: Callable[[O], str], least: float = LEAST
) -> Islands[S, O]:
    """Return filters as islands.

    Parameters
    ----------
    title
        What to call an observation in messages.
    least
        Fewest equal particles that an observation may leave.

    Raises
    ------
    ScenarioError
        An observation leaves too few particles, or none; it is named.
    """
    sizes = np.array([len(one.weights) for one in each])
    number = int(sizes.sum())
    weights = sizes / number
    steps: list[Step[O]] = []
    for place in range(max(len(one.steps) for one in each)):
        met = [one.steps[min(place, len(one.steps) - 1)] for one in each]
        gone = np.array([len(one.steps) <= place for one in each])
        log_chance = np.where(gone, -np.inf, [one.log_evidence for one in met])
        name = title(met[int(gone.argmin())].observation)
        top = float(log_chance[weights > 0].max())
        if not np.isfinite(top):
            raise ScenarioError(
                f"'{name}': expected some of the {number:,} particles to allow it, found none; it is "
                "impossible in this model, or after what was observed before it; check the observation, give "
                "it a wider tolerance, or leave it out"
            )
        before = weights
        weights = weights * np.exp(log_chance - top)
        total = float(weights.sum())
        weights = weights / total
        known = np.flatnonzero(weights)
        worth = 1 / sum(float(weights[k]) ** 2 / met[k].effective for k in known)
        if worth < least:
            raise ScenarioError(
                f"'{name}' leaves {number:,} particles worth {worth:.1f} equal ones, too few to speak of "
                f"(at least {least:g}); give it a wider tolerance, leave it out, or take more particles"
            )
        steps.append(
            Step(
                met[int(gone.argmin())].observation,
                np.concatenate([one.said for one in met]),
                _flat(before, [one.weights for one in met]),
                top + float(np.log(total)),
                worth,
            )
        )
    return Islands(tuple(each), weights, tuple(steps))


def _flat(islands: Floats, particles: Sequence[Floats]) -> Floats:
    return np.concatenate([weight * one for weight, one in zip(islands, particles, strict=True)])
