"""The filter on worlds whose answer is known: Kalman's, and histories that the world itself made."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.outlook.filter import Filtered, assimilate, systematic

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: x' = DRIFT x + N(0, MOVE²), seen with N(0, ERROR²), x_0 from N(0, 1).
DRIFT, MOVE, ERROR = 0.9, 0.5, 0.7


@dataclass(frozen=True)
class Linear:
    """A linear world of one number, behind the four verbs."""

    particles: int
    chance: np.random.Generator

    def start(self) -> Floats:
        return self.chance.standard_normal(self.particles)

    def advance(self, state: Floats, observation: float) -> Floats:
        return DRIFT * state + MOVE * self.chance.standard_normal(self.particles)

    def observe(self, state: Floats, observation: float) -> tuple[Floats, Floats]:
        z = (observation - state) / ERROR
        return state, -0.5 * z * z - math.log(ERROR * math.sqrt(2 * math.pi))

    def choose(self, state: Floats, parents: Ints, weights: Floats, generation: int) -> Floats:
        return state[parents]


def kalman(seen: Floats) -> tuple[float, float, float]:
    """Mean, variance and log evidence in closed form."""
    mean, variance, log_evidence = 0.0, 1.0, 0.0
    for y in seen:
        mean, variance = DRIFT * mean, DRIFT**2 * variance + MOVE**2
        spread = variance + ERROR**2
        log_evidence += -0.5 * ((y - mean) ** 2 / spread + math.log(2 * math.pi * spread))
        gain = variance / spread
        mean, variance = mean + gain * (y - mean), (1 - gain) * variance
    return mean, variance, log_evidence


def history(steps: int, chance: np.random.Generator) -> tuple[Floats, float]:
    """What was seen of one course of the world, and where it ended."""
    x, seen = chance.standard_normal(), []
    for _ in range(steps):
        x = DRIFT * x + MOVE * chance.standard_normal()
        seen.append(x + ERROR * chance.standard_normal())
    return np.array(seen), x


def filtered(seen: Floats, particles: int, seed: int) -> Filtered[Floats, float]:
    chance = np.random.default_rng(seed)
    return assimilate(Linear(particles, chance), [[one] for one in seen], particles, chance)


def test_it_is_kalmans_filter_on_a_linear_world() -> None:
    """Mean, variance and evidence within four Monte Carlo errors, from twenty seeds."""
    seen, _ = history(30, np.random.default_rng(11))
    rows = []
    for seed in range(20):
        found = filtered(seen, 1000, seed)
        assert found.generations > 5
        mean = float(found.weights @ found.state)
        rows.append((mean, float(found.weights @ (found.state - mean) ** 2), found.log_evidence))
    table = np.array(rows)
    error = table.std(axis=0, ddof=1) / math.sqrt(len(table))
    exact = kalman(seen)
    assert (error < (0.01, 0.01, 0.2)).all()
    assert (np.abs(table.mean(axis=0) - exact) < 4 * error).all()


def test_ranks_of_the_truth_are_uniform() -> None:
    """Simulation-based calibration: 200 histories, ranks in ten classes, chi-squared below its 99.9 %."""
    counts = np.zeros(10)
    for seed in range(200):
        seen, truth = history(12, np.random.default_rng(1000 + seed))
        found = filtered(seen, 300, seed)
        below = float(found.weights[found.state < truth].sum())
        counts[min(int(below * 10), 9)] += 1
    assert ((counts - 20) ** 2 / 20).sum() < 27.88


def test_what_is_certain_changes_nothing() -> None:
    class Sure(Linear):
        def observe(self, state: Floats, observation: float) -> tuple[Floats, Floats]:
            return state, np.zeros(len(state))

    found = assimilate(Sure(50, np.random.default_rng(0)), [[1.0], [2.0]], 50, np.random.default_rng(0))
    assert (found.weights == 1 / 50).all()
    assert (found.log_evidence, found.generations, found.unique) == (0.0, 0, 50)


def test_what_is_seen_on_one_day_is_judged_together() -> None:
    """Children are chosen once the last of a day was seen: two sightings are one of half the variance."""
    two = assimilate(Linear(500, np.random.default_rng(1)), [[0.4, 0.4]], 500, np.random.default_rng(2))
    state = Linear(500, np.random.default_rng(1)).advance(np.zeros(500), 0.0)
    assert two.generations <= 1
    assert [len(one.said) for one in two.steps] == [500, 500]
    assert (two.steps[0].said == two.steps[1].said).all()
    assert len(state) == 500


def test_parents_have_as_many_children_as_they_weigh() -> None:
    weights = np.array([0.5, 0.25, 0.125, 0.125, 0.0, 0.0, 0.0, 0.0])
    for seed in range(20):
        parents = systematic(weights, np.random.default_rng(seed))
        assert np.bincount(parents, minlength=8).tolist() == [4, 2, 1, 1, 0, 0, 0, 0]
