"""Filters side by side on the linear world: together they are Kalman's, and know how far chance goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.analysis.outlook.filter import Filtered, assimilate
from sim.analysis.outlook.islands import Islands, together
from sim.errors import ScenarioError
from tests.analysis.outlook.test_filter import Linear, filtered, history, kalman

Floats = NDArray[np.float64]


def title(observation: float) -> str:
    return f"seen {observation:g}"


def joined(seen: Floats, seed: int, number: int = 8, particles: int = 100) -> Islands[Floats, float]:
    each = [filtered(seen, particles, 1000 * seed + k) for k in range(number)]
    return together(each, title, least=1.0)


def test_the_evidence_of_islands_is_the_mean_of_theirs_and_kalmans() -> None:
    seen, _ = history(30, np.random.default_rng(11))
    found = joined(seen, 1)
    mean = np.log(np.mean(np.exp([one.log_evidence for one in found.each])))
    assert found.log_evidence == pytest.approx(mean)
    assert found.particles.sum() == pytest.approx(1.0)
    assert abs(found.log_evidence - kalman(seen)[2]) < 1


def test_the_error_is_how_far_chance_moves_the_mean() -> None:
    """Over a hundred seeds the mean's own spread is the error that was told, within a quarter of it."""
    seen, _ = history(20, np.random.default_rng(3))
    means, errors = [], []
    for seed in range(100):
        found = joined(seen, seed)
        mean, error = found.mean(np.concatenate([one.state for one in found.each]))
        means.append(mean)
        errors.append(error)
    assert float(np.std(means)) == pytest.approx(float(np.linalg.norm(errors)) / 10, rel=1 / 4)


def test_a_single_island_knows_no_error_and_may_not_be_quoted() -> None:
    seen, _ = history(5, np.random.default_rng(3))
    found = joined(seen, 0, number=1)
    assert np.isnan(found.mean(found.each[0].state)[1])
    assert not found.speaks


def test_an_island_that_makes_the_record_alone_may_not_be_quoted() -> None:
    seen, _ = history(5, np.random.default_rng(3))
    found = joined(seen, 0)
    assert found.speaks
    alone = replace(found, weights=np.array([1.0, *7 * [0.0]]))
    assert (alone.worth, alone.speaks) == (1.0, False)


class Never(Linear):
    """No sighting above 90 is possible."""

    def observe(self, state: Floats, observation: float) -> tuple[Floats, Floats]:
        told, log_chance = super().observe(state, observation)
        return told, np.full(len(state), -np.inf) if observation > 90 else log_chance


def never(*seen: float) -> Filtered[Floats, float]:
    world = Never(50, np.random.default_rng(0))
    return assimilate(world, [[one] for one in seen], 50, np.random.default_rng(0))


def test_an_island_that_cannot_make_the_record_counts_nothing() -> None:
    found = together([never(0.0, 0.1), never(0.0, 99.0, 0.1)], title, least=1.0)
    assert found.weights.tolist() == [1.0, 0.0]
    assert found.particles[50:].sum() == 0
    assert (len(found.steps), found.each[1].unique) == (2, 0)


def test_an_impossible_observation_is_named() -> None:
    with pytest.raises(ScenarioError, match="'seen 99': expected some of the 100 particles to allow it"):
        together([never(0.0, 99.0), never(0.0, 99.0)], title)


def test_too_few_left_are_refused_and_the_observation_named() -> None:
    with pytest.raises(ScenarioError, match=r"'seen 5' leaves 50 particles worth \d\.\d equal ones"):
        together([filtered(np.array([0.0, 5.0]), 50, 0)], title)
