"""Intervals of paired effects cover a planted effect as often as they say; pairs are on one randomness."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

import sim
from sim.analysis.article.measures import happened, mean, until
from sim.analysis.statistics.pairs import effect, level, paired
from sim.model.registry import load
from sim.scenario.plan import Plan, plan

TRIALS = 2000


def coverage(found: list[tuple[float, float]], truth: float) -> int:
    return sum(low <= truth <= high for low, high in found)


def nominal(trials: int) -> tuple[int, int]:
    """How many of so many trials a true 95 % interval covers, in all but one suite of 10,000."""
    return int(binom.ppf(5e-5, trials, 0.95)), int(binom.ppf(1 - 5e-5, trials, 0.95))


def test_the_interval_of_a_quantity_covers_a_planted_effect_at_its_nominal_rate() -> None:
    chance = np.random.default_rng(1)
    found = []
    for _ in range(TRIALS):
        shared = chance.normal(0, 5, 30)  # common to both runs of a pair
        control = shared + chance.normal(0, 1, 30)
        treated = shared + 0.7 + chance.normal(0, 2, 30)
        one = effect(treated - control)
        found.append((one.low, one.high))
    low, high = nominal(TRIALS)
    assert low <= coverage(found, 0.7) <= high


@pytest.mark.parametrize(("up", "down"), [(0.25, 0.1), (0.08, 0.0), (0.4, 0.4)])
def test_the_interval_of_a_share_covers_a_planted_effect_at_its_nominal_rate(up: float, down: float) -> None:
    chance = np.random.default_rng(2)
    found = []
    for _ in range(TRIALS):
        u = chance.random(200)
        one = effect(np.where(u < up, 1.0, np.where(u < up + down, -1.0, 0.0)))
        found.append((one.low, one.high))
    # The score-like interval of discrete data errs to the safe side, by two points at most here.
    low, _ = nominal(TRIALS)
    assert low - 0.005 * TRIALS <= coverage(found, up - down) <= 0.98 * TRIALS


def test_common_randomness_narrows_the_interval() -> None:
    chance = np.random.default_rng(3)
    shared = chance.normal(0, 5, 200)
    paired_up = effect(shared + 1 + chance.normal(0, 1, 200) - shared)
    apart = effect(chance.normal(1, 5, 200) - chance.normal(0, 5, 200))
    assert paired_up.high - paired_up.low < 0.4 * (apart.high - apart.low)


def test_the_share_that_moved_right_leaves_ties_apart() -> None:
    one = effect(np.array([-2.0, -1.0, 0.0, 0.0, 3.0]), direction=-1)
    assert one.right == pytest.approx(2 / 3)
    assert one.ties == pytest.approx(2 / 5)
    assert one.mean == 0.0
    assert one.n == 5


def test_pairs_that_do_not_count_are_left_out() -> None:
    assert effect(np.array([1.0, np.nan, 3.0])).mean == 2.0
    assert effect(np.array([np.nan, 1.0])).high == np.inf
    assert np.isnan(effect(np.array([np.nan])).mean)


def test_no_pair_that_moves_still_leaves_an_interval_for_shares() -> None:
    one = effect(np.zeros(100))
    assert one.mean == 0.0
    assert one.low < 0.0 < one.high < 0.05


def test_a_level_of_flags_has_wilsons_interval_and_any_other_students() -> None:
    flags = level(np.array([0.0] * 97 + [1.0] * 3))
    assert (flags.low, flags.high) == pytest.approx((0.010254, 0.084518), abs=1e-5)
    values = level(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert (values.low, values.high) == pytest.approx((1.036757, 4.963243), abs=1e-5)


@pytest.fixture(scope="module")
def short() -> Plan:
    return plan(sim.load_scenario("baseline").replace(weeks=20, citizens=0), load())


def test_a_plan_against_itself_differs_nowhere(short: Plan) -> None:
    found, differences = paired(short, short, mean("rhetoric", "index", 1, 20), runs=12)
    assert not differences.any()
    assert (found.mean, found.ties) == (0.0, 1.0)


def test_two_plans_and_two_cases_of_one_plan_are_the_same_experiment(short: Plan) -> None:
    model = load()
    off = plan(
        sim.load_scenario("baseline").replace(weeks=20, citizens=0, parameters={"strength_D1": 0}), model
    )
    rows = np.array([np.concatenate([one.parameters, one.world]) for one in (short, off)])
    measure = mean("rhetoric", "index", 1, 20)
    by_plan = paired(short, off, measure, runs=12, seed=3, direction=-1)
    by_case = paired(short, short, measure, runs=12, seed=3, direction=-1, cases=rows)
    assert (by_plan[1] == by_case[1]).all()
    assert by_plan[0] == by_case[0]
    assert by_plan[0].mean < 0


def test_a_date_never_reached_counts_as_the_horizon(short: Plan) -> None:
    _, never = paired(short, short, until("war", "first_escalation_5"), runs=4)
    assert not never.any()
    found, gained = paired(
        short,
        plan(sim.load_scenario("baseline").replace(weeks=30, citizens=0), load()),
        until("war", "first_escalation_5"),
        runs=4,
    )
    assert (gained == 10).all()
    assert found.mean == 10


def test_a_failed_run_counts_for_nothing(short: Plan) -> None:
    broken = plan(
        sim.load_scenario("baseline").replace(weeks=20, citizens=0, parameters={"words_rest": 1.0}), load()
    )
    found, differences = paired(short, broken, happened("clash", "clashes"), runs=6)
    assert found.n == np.isfinite(differences).sum()
