"""Exponential and logarithm of arithmetic alone, against the C library's."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.model.maths import exponential, logarithm, logistic


def units_off(found: float, true: float) -> float:
    return abs(found - true) / math.ulp(true)


def test_exponential_is_within_two_units_in_the_last_place() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate(
        [rng.uniform(-500, 500, 4000), rng.uniform(-1, 1, 4000), rng.normal(0, 1e-6, 500)]
    )
    assert max(units_off(exponential(float(x)), math.exp(float(x))) for x in points) <= 2.0
    assert exponential(0.0) == 1.0


def test_exponential_stays_finite() -> None:
    assert math.isnan(exponential(math.nan))
    assert exponential(1e300) == exponential(500.0) < math.inf
    assert exponential(-1e300) == exponential(-500.0) > 0.0


def test_logarithm_is_within_a_unit_in_the_last_place() -> None:
    rng = np.random.default_rng(1)
    points = np.concatenate(
        [rng.uniform(0, 1, 4000), np.exp(rng.uniform(-700, 700, 4000)), 1 + rng.normal(0, 1e-7, 500)]
    )
    assert max(units_off(logarithm(float(x)), math.log(float(x))) for x in points if x != 1.0) <= 1.0
    assert logarithm(1.0) == 0.0


@pytest.mark.parametrize("x", [-800.0, -3.0, 0.0, 0.25, 800.0])
def test_logistic(x: float) -> None:
    expected = 1.0 / (1.0 + math.exp(-x)) if x > -700 else 0.0
    assert logistic(x) == pytest.approx(expected, rel=1e-15, abs=1e-200)
