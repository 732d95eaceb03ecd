"""Shares and their two kinds of uncertainty against known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.answers import distributions as d
from sim.model.outcomes import PATHS


def runs(**columns: Any) -> pd.DataFrame:
    """A table of outcomes with these columns; others as in a quiet run."""
    n = max(len(values) for values in columns.values())
    table = {
        "case": [0] * n,
        "path": ["cold peace"] * n,
        "fits": [128] * n,
        "blood": [False] * n,
        "peak_escalation": [1] * n,
        "final_escalation": [1] * n,
        "peak_rapprochement": [0] * n,
        "final_rapprochement": [0] * n,
        "first_escalation_3": [None] * n,
        "first_rapprochement_3": [None] * n,
        "incidents": [0] * n,
        "clashes": [0] * n,
        "deaths": [0] * n,
        "refugees_hosted": [0.0] * n,
        "approval": [0.5] * n,
        "power_debt": [0.0] * n,
        "failure": [None] * n,
    }
    made = pd.DataFrame({**table, **columns})
    weeks = ["first_escalation_3", "first_rapprochement_3"]
    return made.astype(dict.fromkeys(weeks, "Int64") | {"blood": "boolean", "failure": "string"})


# Chance alone: the Wilson interval


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [  # as published by Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_known_answers(k: int, n: int, low: float, high: float) -> None:
    assert d.wilson(k, n) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert d.wilson(n - k, n) == (pytest.approx(1 - high, abs=5e-5), pytest.approx(1 - low, abs=5e-5))


@given(n=st.integers(1, 10_000), data=st.data())
def test_wilson_holds_the_share_and_is_symmetric(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = d.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    mirrored = d.wilson(n - k, n)
    assert np.array([1 - high, 1 - low]) == pytest.approx(np.array(mirrored), abs=1e-12)


def test_wilson_covers_what_it_promises() -> None:
    chance = np.random.default_rng(1)
    for p in (0.02, 0.3, 0.9):
        low, high = d.wilson(chance.binomial(200, p, 20_000), 200)
        assert 0.93 < np.mean((low <= p) & (p <= high)) < 0.98


def test_wilson_of_nothing() -> None:
    assert np.isnan(d.wilson(0, 0)).all()


# Shares


def test_shares_by_class_and_blood() -> None:
    table = d.shares(
        runs(
            path=["war", "war", "clashes", "cold peace", "cold peace"], blood=[True, True, True, False, True]
        )
    )
    assert list(table.index) == list(PATHS)
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["war", ["share", "blood"]].tolist() == [0.4, 0.4]
    assert table.loc["cold peace", ["share", "blood"]].tolist() == [0.4, 0.2]
    assert table.loc["rapprochement", "runs"] == 0
    assert tuple(table.loc["war", ["low", "high"]]) == tuple(map(float, d.wilson(2, 5)))


def test_failed_runs_are_left_out() -> None:
    table = d.shares(runs(path=["war", None, "cold peace"], failure=[None, "week 3: tension", None]))
    assert table.loc["war", "share"] == 0.5
    assert table["runs"].sum() == 2


def test_nothing_but_failures_gives_no_numbers() -> None:
    failed = runs(path=[None, None], failure=["week 1: x", "week 2: y"])
    assert d.shares(failed)["share"].isna().all()
    assert d.spread(failed)["share"].isna().all()
    assert d.orders(failed).isna().all(axis=None)
    assert d.measures(failed)["median"].isna().all()
    assert np.isnan(d.joint(failed)).all()
    assert d.incidence(failed, "first_escalation_3", 4)["share"].isna().all()


# Across plausible parameters


@pytest.mark.parametrize(("a", "b", "each"), [(2.0, 3.0, 10), (0.5, 4.0, 10), (2.0, 3.0, 2)])
def test_the_spread_between_cases_is_recovered(a: float, b: float, each: int) -> None:
    from scipy.special import betaincinv

    chance = np.random.default_rng(5)
    cases = 20_000
    drawn = chance.binomial(each, chance.beta(a, b, cases))
    found = d.between_cases(drawn, np.full(cases, each))
    assert found.share == pytest.approx(a / (a + b), abs=0.01)
    assert found.deviation == pytest.approx(np.sqrt(a * b / ((a + b) ** 2 * (a + b + 1))), rel=0.03)
    assert found.case_low == pytest.approx(betaincinv(a, b, 0.05), abs=0.015)
    assert found.case_high == pytest.approx(betaincinv(a, b, 0.95), abs=0.015)
    raw = np.quantile(drawn / each, [0.05, 0.95])
    assert raw[1] - raw[0] > found.case_high - found.case_low


def test_cases_that_differ_by_chance_only_have_no_spread() -> None:
    chance = np.random.default_rng(6)
    widths = []
    for _ in range(200):
        found = d.between_cases(chance.binomial(10, 0.3, 100), np.full(100, 10))
        widths.append(found.deviation)
    assert np.mean(np.array(widths) == 0) > 0.4
    assert np.mean(widths) < 0.04


def test_cases_of_one_kind_each_keep_their_spread() -> None:
    found = d.between_cases([10] * 30 + [0] * 70, [10] * 100)
    assert found.case_low == pytest.approx(0, abs=1e-6)
    assert found.case_high == pytest.approx(1, abs=1e-6)
    low, high = d.wilson(30, 100)  # a hundred cases, not a thousand runs
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-3), pytest.approx(high, abs=2e-3))


def test_the_pooled_interval_covers_what_it_promises() -> None:
    chance = np.random.default_rng(8)
    hits = 0
    for _ in range(2000):
        drawn = chance.binomial(10, chance.beta(1, 2, 100))
        found = d.between_cases(drawn, np.full(100, 10))
        hits += found.low <= 1 / 3 <= found.high
    assert 0.93 < hits / 2000 < 0.97


def test_cases_may_differ_in_size_and_be_empty() -> None:
    whole = d.between_cases([3, 7, 2, 0], [10, 10, 4, 0])
    assert whole == d.between_cases([3, 7, 2], [10, 10, 4])
    assert whole.share == 0.5


@pytest.mark.parametrize(("k", "n"), [([1], [4]), ([1, 0, 1], [1, 1, 1])])
def test_too_few_runs_for_a_spread(k: list[int], n: list[int]) -> None:
    found = d.between_cases(k, n)
    assert found.share == pytest.approx(sum(k) / sum(n))
    assert np.isnan([found.case_low, found.case_high, found.deviation]).all()
    assert found.low < found.share < found.high


def test_spread_by_class() -> None:
    table = d.spread(
        runs(case=[1] * 5 + [2] * 5, path=["war"] * 5 + ["cold peace"] * 5, blood=[True] * 5 + [False] * 5)
    )
    assert table.loc["war", "share"] == 0.5
    assert table.loc["war", "case_high"] - table.loc["war", "case_low"] > 0.95
    assert table.loc["war", "blood"] == 0.5
    assert table.loc["clashes", ["share", "case_low", "case_high"]].tolist() == [0, 0, 0]


# Other orders


def bits(*names: str) -> int:
    return sum(1 << PATHS.index(name) for name in (*names, "cold peace"))


def test_orders_name_every_class_and_end_with_what_always_fits() -> None:
    for order in d.ORDERS.values():
        assert sorted(order) == sorted(PATHS)
        assert order[-1] == "cold peace"
    assert d.ORDERS["worst first"] == PATHS


def test_the_first_that_fits_names_the_class() -> None:
    fits = [
        bits("war", "rapprochement"),
        bits("clashes", "armed standoff"),
        bits("fight and talk", "fighting"),
        bits(),
    ]
    named = {name: [PATHS[k] for k in d.reorder(fits, order)] for name, order in d.ORDERS.items()}
    assert named["worst first"] == ["war", "clashes", "fighting", "cold peace"]
    assert named["best first"] == ["rapprochement", "armed standoff", "fight and talk", "cold peace"]
    assert named["talk first"] == ["rapprochement", "clashes", "fight and talk", "cold peace"]


def test_shares_under_other_orders() -> None:
    table = d.orders(runs(fits=[bits("war", "rapprochement")] * 3 + [bits()]))
    assert table.loc["war", "worst first"] == 0.75
    assert table.loc["rapprochement", "best first"] == 0.75
    assert (table.sum() == 1).all()


def test_an_order_that_forgets_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="names each"):
        d.reorder([128], PATHS[1:])


# Ladders, measures, first times


def test_the_joint_table() -> None:
    table = runs(peak_escalation=[3, 3, 5], peak_rapprochement=[2, 2, 0], final_escalation=[1, 1, 0])
    peak, final = d.joint(table), d.joint(table, "final")
    assert peak.shape == (6, 6)
    assert peak[3, 2] == pytest.approx(2 / 3)
    assert peak[5, 0] == pytest.approx(1 / 3)
    assert final[1, 0] == pytest.approx(2 / 3)
    assert peak.sum() == final.sum() == pytest.approx(1)
    with pytest.raises(ValueError, match="peak or the final"):
        d.joint(table, "best")


def test_measures_speak_of_the_runs_that_have_them() -> None:
    table = d.measures(runs(first_escalation_3=[10, 20, 30, None], power_debt=[1e6, 2e6, 3e6, 4e6]))
    assert table.loc["first_escalation_3", ["reached", "median"]].tolist() == [0.75, 20]
    assert table.loc["power_debt", ["reached", "median", "unit"]].tolist() == [1, 2.5, "million USD"]
    assert table.loc["first_rapprochement_3", "reached"] == 0
    assert np.isnan(table.loc["first_rapprochement_3", "median"])


def test_incidence_with_runs_censored_at_the_horizon() -> None:
    table = d.incidence(runs(first_escalation_3=[2, 2, 4, None]), "first_escalation_3", 5)
    assert table["share"].tolist() == [0, 0, 0.5, 0.5, 0.75, 0.75]
    assert table["waiting"].tolist() == [4, 4, 2, 2, 1, 1]
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()


def test_occupancy_leaves_failed_runs_out() -> None:
    share = d.occupancy(np.array([[0, 1, 2], [0, 1, 1], [0, -1, -1]], np.int8))
    assert share[0].tolist() == [1, 0, 0]
    assert share[1].tolist() == [0, 1, 0.5]
    assert share.sum(axis=0).tolist() == [1, 1, 1]
