"""Scores of a ledger against numbers worked out by hand."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from sim.analysis.past.foresight import ENOUGH, calibration, foresight
from sim.analysis.statistics.intervals import wilson
from sim.study.ledger import Answer, Ledger, Question

DAY = date(2022, 6, 30)


def book(hits: list[int], true: list[bool]) -> Ledger:
    """A ledger of questions on nine runs each, so that chances are hits and a half of ten."""
    questions = tuple(
        Question(k, DAY, DAY, "it is", "deaths > 0", one, 9, {}) for k, one in enumerate(hits, 1)
    )
    return Ledger(questions, {k: Answer(k, DAY, one, "a paper") for k, one in enumerate(true, 1)})


def test_scores_by_hand() -> None:
    found = foresight(book([9, 0, 4], [True, True]))
    assert list(found.answered["number"]) == [1, 2]
    assert found.brier == pytest.approx((0.05**2 + 0.95**2) / 2)
    assert found.log == pytest.approx(-(math.log(0.95) + math.log(0.05)) / 2)
    assert found.coin == (0.25, pytest.approx(math.log(2)))
    assert found.calibration.empty


def test_calibration_from_enough_answers_on() -> None:
    few, enough = ([0] * n for n in (ENOUGH - 1, ENOUGH))
    assert foresight(book(few, [False] * len(few))).calibration.empty
    (row,) = foresight(book(enough, [True] * 5 + [False] * 15)).calibration.to_dict("records")
    assert row["chance"] == pytest.approx(0.05)
    assert (row["share"], row["questions"]) == (0.25, ENOUGH)
    assert (row["low"], row["high"]) == tuple(float(end) for end in wilson(5, ENOUGH))


def test_ends_belong_to_the_outer_ranges() -> None:
    table = calibration(np.array([0.0, 0.2, 1.0]), np.array([False, True, True]))
    assert list(table["lowest"]) == [0.0, 0.2, 0.8]
    assert list(table["share"]) == [0.0, 1.0, 1.0]
