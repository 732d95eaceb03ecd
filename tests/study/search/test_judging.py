"""What of the answers over cases counts, and which points are kept of many."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.search.front import archive, hypervolume, thinned
from sim.study.search.judging import judged

VALUES = np.arange(20.0)


@pytest.mark.parametrize(
    ("by", "better", "expected"),
    [("mean", 1, 9.5), ("worst tenth", 1, 0.5), ("worst tenth", -1, 18.5)],
)
def test_the_worst_is_the_low_end_where_more_is_better(by: str, better: int, expected: float) -> None:
    assert judged(VALUES, better, by) == expected  # type: ignore[arg-type]


def test_regret_is_how_far_off_the_best_plain_plan_the_worst_tenth_is() -> None:
    best = VALUES + np.where(VALUES < 2, 7.0, 1.0)
    assert judged(VALUES, 1, "regret", best) == -7.0
    assert judged(VALUES, -1, "regret", VALUES - 3.0) == 3.0


def test_cases_without_an_answer_do_not_count() -> None:
    assert judged(np.array([1.0, np.nan, 3.0]), 1, "mean") == 2.0
    assert np.isnan(judged(np.array([np.nan]), 1, "mean"))


def test_an_archive_keeps_one_point_a_box_and_the_simplest_of_equals() -> None:
    gain = np.array([[0.91, 0.11], [0.92, 0.12], [0.5, 0.5], [0.1, 0.9], [0.4, 0.4], [np.nan, 9.0]])
    assert archive(gain, np.full(2, 0.1)).tolist() == [1, 2, 3]
    assert archive(gain, np.full(2, 0.1), np.array([1, 2, 1, 1, 1, 1])).tolist() == [0, 2, 3]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30), st.integers(1, 5))
def test_every_point_is_within_a_box_of_one_that_is_kept(
    points: list[tuple[float, float]], most: int
) -> None:
    gain = np.array(points)
    kept = gain[archive(gain, np.full(2, 0.1))]
    for one in gain:
        assert (kept >= one - 0.1 - 1e-9).all(axis=1).any()
    assert 1 <= len(thinned(gain, np.full(2, 0.1), np.zeros(len(gain), np.int64), most)) <= most


def test_a_hypervolume_is_the_share_that_is_beaten() -> None:
    low, high = np.zeros(2), np.array([2.0, 1.0])
    assert hypervolume(np.array([[1.0, 0.5]]), low, high) == pytest.approx(0.25)
    assert hypervolume(np.array([[1.0, 0.0]]), low, np.array([2.0, 0.0])) == pytest.approx(0.5)
    assert hypervolume(np.zeros((0, 2)), low, high) == 0.0
