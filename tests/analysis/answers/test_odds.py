"""Two odds of the same runs: weights, intervals that know the effective number, refusals in plain words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.answers.digest import CORNERS
from sim.analysis.answers.odds import ARTICLE, BLOOD, FIGURES, Odds, odds
from sim.analysis.statistics.weights import difference, effective, share
from sim.model.outcomes import PATHS
from sim.views.pages import odds as page
from sim.views.pages.run import run_record


@pytest.fixture(scope="module")
def plain() -> sim.Result:
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=0)
    return sim.run(spec, runs=400, seed=2)


def weighed(result: sim.Result, weights: Any, why: str = "") -> sim.Result:
    told = {"weights": None if weights is None else list(weights), "why": why, "claims": 15, "missing": 2}
    return replace(result, identity={**result.identity, "article": told})


@pytest.fixture(scope="module")
def result(plain: sim.Result) -> sim.Result:
    return weighed(plain, 0.2 + 0.8 * np.random.default_rng(0).random(len(plain.design)))


# Weights


def test_weights_are_worth_as_many_equal_ones() -> None:
    assert effective(np.ones(50)) == pytest.approx(50)
    assert effective(np.array([1.0, 0.0, 0.0])) == 1
    assert effective(np.array([2.0, 1.0])) == pytest.approx(9 / 5)
    assert effective(np.zeros(3)) == 0


def sample(chance: np.random.Generator, cases: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cases whose share and weight hang together, ten runs each."""
    trait = chance.standard_normal(cases)
    share = 1 / (1 + np.exp(1.0 - trait))
    weights = chance.random(cases) ** 2 * (0.2 + 0.8 / (1 + np.exp(-trait)))
    return chance.binomial(10, share)[:, None].astype(float), np.full(cases, 10.0), weights


@pytest.mark.parametrize("cases", [40, 100])
def test_intervals_hold_what_they_promise(cases: int) -> None:
    hits, runs, weights = sample(np.random.default_rng(9), 400_000)
    true = float((weights * hits[:, 0]).sum() / (weights * runs).sum())
    gap = true - float(hits.sum() / runs.sum())
    chance = np.random.default_rng(1)
    inside = np.zeros(2)
    for _ in range(600):
        some = sample(chance, cases)
        one, two = share(*some), difference(*some)
        inside += (one.low[0] <= true <= one.high[0]), (two.low[0] <= gap <= two.high[0])
    assert 0.92 <= inside.min() / 600 <= inside.max() / 600 <= 0.985


def test_equal_weights_change_nothing_and_fewer_cases_mean_wider_intervals() -> None:
    hits, runs, weights = sample(np.random.default_rng(4), 60)
    same = difference(hits, runs, np.full(60, 0.3))
    assert same.value == pytest.approx([0.0])
    assert same.high - same.low == pytest.approx([0.0])
    wide, narrow = share(hits, runs, weights), share(hits, runs, np.ones(60))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_what_never_happened_is_bounded_by_the_effective_number() -> None:
    none = np.zeros((30, 1))
    found = share(none, np.full(30, 10.0), np.r_[np.ones(12), np.zeros(18)])
    assert found.value == [0.0]
    assert 0.1 < found.high[0] < 0.5, "twelve cases that never saw it rule out little"


# Odds of a result


def test_both_odds_are_of_the_same_runs(result: sim.Result) -> None:
    found = sim.odds(result)
    assert found is not None
    rows = result.part("plausible")
    weight = result.weights.loc[rows["case"].to_numpy()].to_numpy()
    for name in PATHS:
        here = (rows["path"] == name).to_numpy()
        assert found.table.loc[name, "figures"] == pytest.approx(here.mean())
        assert found.table.loc[name, "article"] == pytest.approx(np.average(here, weights=weight))
    for name, classes in CORNERS.items():
        assert found.table.loc[name, "article"] == pytest.approx(
            found.table.loc[list(classes), "article"].sum()
        )
    assert found.table.loc[list(CORNERS), "figures"].sum() == pytest.approx(1.0)
    blood = rows["blood"].to_numpy(float)
    assert found.table.loc[BLOOD, "article"] == pytest.approx(np.average(blood, weights=weight))
    gap = found.table["article"] - found.table["figures"]
    assert found.table["difference"].to_numpy() == pytest.approx(gap.to_numpy())
    assert found.cases == len(result.design)
    assert found.effective == pytest.approx(effective(result.weights.to_numpy()))
    assert found.note == ""


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        (lambda n: [1.0] * 4 + [0.0] * (n - 4), "are worth 4 where its claims hold, and 10 are the least"),
        (lambda n: None, "Not known if the article is right: a reason."),
    ],
)
def test_too_little_is_refused_in_plain_words(plain: sim.Result, weights: Any, says: str) -> None:
    found = odds(weighed(plain, weights(len(plain.design)), "a reason"))
    assert found is not None
    assert says in found.note
    assert found.table[["article", "difference"]].isna().all(axis=None)
    assert found.table["figures"].notna().all()
    assert all(len(row) == 3 for row in page.rows(found))
    assert found.note in page.words(found)
    assert shown(found) == found.note


def test_a_study_says_why_its_cases_have_no_weights() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=2, citizens=0)
    alone = sim.run(spec, runs=4, plausible=False)
    assert odds(alone) is None
    assert "no part across plausible" in alone.identity["article"]["why"]
    other = sim.run(spec.replace(reading="sincere"), runs=4)
    assert other.weights is None
    assert "under another reading" in other.identity["article"]["why"]


def test_a_result_from_before_the_weighing_is_read_all_the_same(plain: sim.Result) -> None:
    old = {key: value for key, value in plain.identity.items() if key != "article"}
    found = odds(replace(plain, identity=old))
    assert found is not None
    assert "older" in found.note


# What is shown


def shown(found: Odds) -> str:
    from io import StringIO

    from sim.views import terminal

    out = StringIO()
    terminal.console(out).print(page.section(found))
    return " ".join(out.getvalue().split())


def test_page_record_and_report_name_both_odds(result: sim.Result, tmp_path: Any) -> None:
    found = odds(result)
    assert found is not None
    assert FIGURES in shown(found)
    assert ARTICLE in shown(found)
    for name in (*CORNERS, BLOOD):
        assert name in shown(found), "nothing is cut off"
    assert "…" not in shown(found)
    told = run_record(result, tmp_path, [])["odds"]
    assert json.loads(json.dumps(told)) == found.record()
    report = sim.report(result.save(tmp_path / "kept")).read_text(encoding="utf-8")
    assert ARTICLE in report
    for row in page.rows(found):
        assert row[3] in report
