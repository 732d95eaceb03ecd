"""A planted ordering of policies comes out of every criterion, each by its own lights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.choosing.robustness import judge, undone_by
from sim.errors import ResultError
from sim.study.search.front import pareto

# Worlds:         A     B    C
STEADY = [0.30, 0.30, 0.30]  # never best, never bad
BOLD = [0.00, 0.10, 0.90]  # best twice, a disaster once
TIMID = [0.50, 0.50, 0.50]  # worse than STEADY everywhere
PAYOFF = np.array([STEADY, BOLD, TIMID])


def test_a_planted_ordering_of_regret_comes_out() -> None:
    made = judge(PAYOFF, -1, 0.35)
    assert made["regret"].tolist() == pytest.approx([0.30, 0.60, 0.50])
    assert made["rank_regret"].tolist() == [1, 3, 2]
    assert made["satisficing"].tolist() == pytest.approx([1, 2 / 3, 0])
    assert made["rank_satisficing"].tolist() == [1, 2, 3]
    assert made["hurwicz"].tolist() == pytest.approx([0.30, 0.45, 0.50])
    assert made["worst"].tolist() == pytest.approx([0.30, 0.90, 0.50])
    spread = np.std(BOLD, ddof=1)
    assert made["mean_variance"].tolist() == pytest.approx([0.30, np.mean(BOLD) + spread, 0.50])
    assert made["rank_mean_variance"].tolist() == [1, 3, 2]


def test_more_is_better_turns_everything_round() -> None:
    made = judge(PAYOFF, +1, 0.35)
    assert made["regret"].tolist() == pytest.approx([0.60, 0.50, 0.40])
    assert made["rank_regret"].tolist() == [3, 2, 1]
    assert made["satisficing"].tolist() == pytest.approx([0, 1 / 3, 1])
    assert made["worst"].tolist() == pytest.approx([0.30, 0.00, 0.50])


def test_worlds_without_an_answer_of_every_policy_are_left_out() -> None:
    holes = np.column_stack([PAYOFF, [np.nan, 0.0, 9.0]])
    pd.testing.assert_frame_equal(judge(holes, -1, 0.35), judge(PAYOFF, -1, 0.35))
    with pytest.raises(ResultError, match="nothing to compare"):
        judge(np.full((2, 3), np.nan), -1, 0.5)


def test_one_world_is_enough() -> None:
    made = judge(PAYOFF[:, :1], -1, 0.35)
    assert made["mean_variance"].tolist() == STEADY[:1] + BOLD[:1] + TIMID[:1]


def test_the_front_holds_what_nothing_beats() -> None:
    means = np.array([[0.1, 5.0], [0.2, 9.0], [0.2, 8.0], [0.1, 5.0]])
    assert pareto(means, [-1, +1]).tolist() == [True, True, False, True]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_a_front_is_never_empty_and_nothing_on_it_is_beaten(points: list[tuple[int, int]]) -> None:
    means = np.array(points, float)
    front = pareto(means, [1, 1])
    assert front.any()
    for k in np.flatnonzero(front):
        assert not ((means >= means[k]).all(axis=1) & (means > means[k]).any(axis=1)).any()


def test_what_undoes_a_policy_is_found() -> None:
    chance = np.random.default_rng(0)
    worlds = pd.DataFrame(
        {
            "idle": chance.random(400),
            "guarantee": chance.random(400),
            "reading": pd.Categorical(chance.choice(["a", "b"], 400)),
        }
    )
    loses = (worlds["guarantee"] < 0.3).to_numpy()
    first, *rest = undone_by(worlds, loses)
    assert first.name == "guarantee"
    assert first.distance == 1.0
    assert first.chance < 1e-6
    assert float(first.losing) < 0.3 < float(first.winning)
    assert all(one.distance < 0.3 for one in rest)
    by_name = undone_by(worlds, (worlds["reading"] == "b").to_numpy())[0]
    assert (by_name.name, by_name.losing, by_name.winning) == ("reading", "b", "a")
    assert undone_by(worlds, np.ones(400, bool)) == []
