"""What rules are worth: computed from pairs, beside the null model, by rule, paragraph and pair."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.article.ablation import OUTCOMES, STRONGEST, Ablation, ablation, odds
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.views.plots.sheets import tornado

RUNS, WEEKS = 24, 60


@pytest.fixture(scope="module")
def found() -> Ablation:
    return ablation(RUNS, weeks=WEEKS)


def test_every_rule_that_is_on_is_switched_off_in_turn(found: Ablation) -> None:
    on = {one.id for one in load().rules.values() if one.rival_of is None}
    assert {one.name for one in found.rules} == on
    assert all(one.rules == (one.name,) for one in found.rules)
    assert set(found.null.rules) == on


def test_paragraphs_switch_off_all_that_cites_them(found: Ablation) -> None:
    rules = load().rules
    for one in found.paragraphs:
        (number,) = one.paragraphs
        assert set(one.rules) == {
            rule.id for rule in rules.values() if number in rule.paragraphs and rule.rival_of is None
        }
    cited = {n for rule in rules.values() if rule.rival_of is None for n in rule.paragraphs}
    assert {one.paragraphs[0] for one in found.paragraphs} == cited


def test_pairs_of_the_strongest(found: Ablation) -> None:
    strongest = {one.name for one in sorted(found.rules, key=lambda one: -one.strength)[:STRONGEST]}
    weakest = min(one.strength for one in found.rules if one.name in strongest)
    assert len(found.pairs) == STRONGEST * (STRONGEST - 1) // 2
    assert {rule for one in found.pairs for rule in one.rules} <= {
        one.name for one in found.rules if one.strength >= weakest
    }
    worth = {one.name: one.worth for one in found.rules}
    for one in found.pairs:
        assert one.beyond is not None
        for key in OUTCOMES:
            apart = sum(worth[rule][key].mean for rule in one.rules)
            assert one.beyond[key].mean == pytest.approx(one.worth[key].mean - apart, abs=1e-9)


def test_worth_and_level_add_up(found: Ablation) -> None:
    for one in (found.null, *found.rules, *found.paragraphs, *found.pairs):
        for key in OUTCOMES:
            assert one.share[key].mean + one.worth[key].mean == pytest.approx(found.base[key].mean)
            assert one.worth[key].low <= one.worth[key].mean <= one.worth[key].high
            assert one.worth[key].n == RUNS


def test_the_order_is_by_worth_for_clashes(found: Ablation) -> None:
    sizes = [abs(one.worth["clashes"].mean) for one in found.rules]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 0


def test_it_is_the_same_on_one_thread(found: Ablation) -> None:
    again = ablation(RUNS, weeks=WEEKS, threads=1)
    assert json.dumps(again.record()) == json.dumps(found.record(), allow_nan=False)


def test_a_rule_the_reading_switches_on_is_switched_off_too() -> None:
    sincere = ablation(2, weeks=2, reading="sincere")
    names = {one.name for one in sincere.rules}
    assert "D1r" in names
    assert not {"D1", "D4"} & names


def test_odds_are_never_infinite() -> None:
    assert odds(np.array([1.0, 1.0, np.nan])) == 5.0
    assert odds(np.array([0.0, 1.0])) == 1.0


def test_too_few_runs_are_refused() -> None:
    with pytest.raises(ScenarioError, match="from 2"):
        ablation(1)


def test_the_tornado_shows_levels_base_and_null_model(found: Ablation) -> None:
    for what in ("rules", "paragraphs"):
        ax = tornado.tornado(found, "clashes", what)
        shown = tornado.chosen(found.rules if what == "rules" else found.paragraphs, "clashes")
        bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
        assert len(bars) == len(shown)
        for (start, end), one in zip(bars, shown, strict=True):
            assert start == pytest.approx(found.base["clashes"].mean)
            assert end == pytest.approx(one.share["clashes"].mean)
        upright = {float(line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 2}
        assert {found.base["clashes"].mean, found.null.share["clashes"].mean} <= upright


def test_pictures_are_written_the_same_each_time(found: Ablation, tmp_path: Path) -> None:
    first = tornado.save(found, tmp_path / "one")
    second = tornado.save(found, tmp_path / "two")
    assert [path.name for path in first] == [
        "tornado_rules.png",
        "tornado_rules.svg",
        "tornado_paragraphs.png",
        "tornado_paragraphs.svg",
    ]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(path.name for path in first)
