"""The verdicts: four ways an effect can come out, and what a level or an absence demands."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.article.measures import mean
from sim.analysis.article.paired import (
    FAILS,
    HOLDS,
    SMALL,
    UNDECIDED,
    between,
    contrast,
    judge_absence,
    judge_effect,
    judge_range,
    worst,
)
from sim.analysis.statistics.pairs import Effect


def found(low: float, high: float) -> Effect:
    return Effect((low + high) / 2, low, high, 1.0, 0.0, 100)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.06, 0.10, HOLDS),
        (0.05, 0.10, HOLDS),
        (0.04, 0.10, UNDECIDED),
        (-0.01, 0.10, UNDECIDED),
        (0.01, 0.04, SMALL),
        (-0.04, 0.04, SMALL),
        (-0.04, -0.01, SMALL),
        (0.0, 0.0, SMALL),
        (-0.10, -0.06, FAILS),
        (-0.10, -0.01, FAILS),
        (-0.10, 0.01, UNDECIDED),
        (-np.inf, np.inf, UNDECIDED),
    ],
)
def test_an_effect_against_the_smallest_that_matters(low: float, high: float, verdict: str) -> None:
    assert judge_effect(found(low, high), 1, 0.05) == verdict
    assert judge_effect(found(-high, -low), -1, 0.05) == verdict


def test_where_nothing_is_too_small_a_null_effect_still_does_not_hold() -> None:
    assert judge_effect(found(0.0, 0.0), 1, 0.0) == SMALL
    assert judge_effect(found(0.01, 0.02), 1, 0.0) == HOLDS


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(-0.04, 0.04, HOLDS), (0.01, 0.06, UNDECIDED), (0.05, 0.06, FAILS), (-0.08, -0.05, FAILS)],
)
def test_an_absence(low: float, high: float, verdict: str) -> None:
    assert judge_absence(found(low, high), 0.05) == verdict


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(9, 11, HOLDS), (7, 9, UNDECIDED), (11, 13, UNDECIDED), (5, 7, FAILS), (13, 14, FAILS)],
)
def test_a_level_between_two_bounds(low: float, high: float, verdict: str) -> None:
    assert judge_range(found(low, high), 8, 12) == verdict


def test_a_claim_is_as_good_as_its_worst_part() -> None:
    assert worst([HOLDS, UNDECIDED]) == UNDECIDED
    assert worst([UNDECIDED, SMALL, HOLDS]) == SMALL
    assert worst([SMALL, FAILS]) == FAILS
    assert worst([HOLDS, HOLDS]) == HOLDS


def test_the_margin_is_one_where_a_part_just_does_what_is_asked() -> None:
    measure = mean("rhetoric", "index", 1, 2)
    up = contrast("up", "a", "b", measure, 1)
    down = contrast("down", "a", "b", measure, -1)
    assert up.margin(0.05, 0.05) == pytest.approx(1.0)
    assert up.margin(-0.05, 0.05) == pytest.approx(-1.0)
    assert down.margin(-0.1, 0.05) == pytest.approx(2.0)
    assert up.margin(float("nan"), 0.05) == -np.inf
    gone = contrast("gone", "a", "b", measure, 1, "absent")
    assert gone.margin(0.05, 0.05) == pytest.approx(1.0)
    assert gone.margin(0.1, 0.05) < 1.0
    level = between("level", "a", measure, 8, 12)
    assert level.margin(8.0, 1.0) == pytest.approx(1.0)
    assert level.margin(7.0, 1.0) < 1.0 < level.margin(10.0, 1.0)
