"""The outlook of the model: nothing observed, the certain, the impossible, histories of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.outlook.outlook import Outlook, in_order, outlook
from sim.analysis.outlook.particles import Region
from sim.errors import ScenarioError
from sim.model.outcomes import OUTCOMES
from sim.study.observed.schema import Observation, Observations
from sim.views import terminal
from sim.views.pages.outlook import finding, outlook_page
from tests.engine.pairs import bits

SOURCE = {"publisher": "nobody", "title": "made up", "date": "2023"}


def seen(*rows: dict[str, Any]) -> Observations:
    return Observations(title="Seen", observed=[Observation(**row, source=SOURCE) for row in rows])


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    return sim.load_scenario("baseline").replace(weeks=60, citizens=0)


HOSTED = {"on": date(2021, 12, 31), "value": "refugees_hosted", "equals": 12000.0, "tolerance": 1500.0}


@pytest.fixture(scope="module")
def one(spec: sim.Scenario) -> Outlook:
    return outlook(spec, seen(HOSTED), particles=300, seed=2)


def test_without_observations_it_is_the_run_of_the_region(spec: sim.Scenario) -> None:
    found = outlook(spec, particles=200, seed=3)
    whole = sim.run(spec, runs=200, seed=3).part("plausible")
    for name in ("approval", "refugees_hosted", "incidents"):
        assert bits(found.after.block.outcomes[name]) == bits(whole[name].to_numpy(np.float64))
    assert found.after is found.before
    assert finding(found).startswith("Nothing observed: most likely ")


def test_what_is_certain_changes_nothing(spec: sim.Scenario) -> None:
    row = {"on": date(2021, 12, 31), "value": "tension", "at_least": 0.0}
    found = outlook(spec, seen(row), particles=200, seed=3)
    assert found.islands.generations == 0
    assert found.islands.log_evidence == pytest.approx(0.0, abs=1e-9)
    for name in OUTCOMES:
        assert bits(found.after.block.outcomes[name]) == bits(found.before.block.outcomes[name])


def test_what_is_impossible_or_leaves_too_few_is_refused_by_name(spec: sim.Scenario) -> None:
    never = {"name": "a miracle", "on": date(2021, 12, 31), "value": "tension", "above": 1.0}
    with pytest.raises(ScenarioError, match="'a miracle': expected some of the 200 particles to allow it"):
        outlook(spec, seen(HOSTED, never), particles=200)
    sharp = {**HOSTED, "name": "a sharp count", "tolerance": 0.5}
    with pytest.raises(ScenarioError, match="'a sharp count' leaves 200 particles worth"):
        outlook(spec, seen(sharp), particles=200)


def test_it_leans_toward_what_was_seen_and_says_how_far_it_was_foreseen(one: Outlook) -> None:
    week = one.week
    assert week == 20
    before, after = one.before.band("refugees_hosted")[:, week], one.after.band("refugees_hosted")[:, week]
    assert abs(after[1] - 12000) < abs(before[1] - 12000)
    assert after[2] - after[0] < before[2] - before[0]
    (met,) = one.foreseen
    assert met["low"] < met["median"] < met["high"]
    assert 0 < met["chance"] < 1
    assert sum(one.after.classes.values()) == pytest.approx(1.0)
    assert 1 < one.islands.ancestors < 300


def test_values_stay_in_their_ranges_and_those_that_matter_move(spec: sim.Scenario, one: Outlook) -> None:
    table = one.learned.set_index("value")
    assert table["mean"].between(0, 1).all()
    assert list(table.index) != list(Region(spec, 300, 2).design.names)  # in order of how far they moved
    assert "flight_people" in table.index[:8]  # flight decides how many are hosted


def test_the_same_on_any_number_of_threads(spec: sim.Scenario, one: Outlook) -> None:
    other = outlook(spec, seen(HOSTED), particles=300, seed=2, threads=1)
    assert bits(other.after.block.outcomes) == bits(one.after.block.outcomes)
    assert json.dumps(other.record()) == json.dumps(one.record())


def test_ahead_sets_the_end(spec: sim.Scenario) -> None:
    found = outlook(spec, seen(HOSTED), ahead=5, particles=200)
    assert (found.week, found.spec.weeks) == (20, 25)
    assert found.quarters == [(21, 25)]


@pytest.mark.parametrize(
    ("row", "options", "said"),
    [
        ({**HOSTED, "on": date(2023, 12, 31)}, {}, "the weeks of the scenario, found 2023-12-31"),
        ({**HOSTED, "on": date(2020, 12, 31)}, {}, "expected days from 2021-08-16"),
        (HOSTED, {"particles": 99}, "particles: expected a whole number from 100 to 1,000,000, found 99"),
        (HOSTED, {"ahead": -1}, "ahead: expected a whole number from 0, found -1"),
    ],
)
def test_wrong_arguments(spec: sim.Scenario, row: dict[str, Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        outlook(spec, seen(row), **{"particles": 100, **options})


def test_observations_are_met_in_the_order_of_time(spec: sim.Scenario) -> None:
    late = {**HOSTED, "on": date(2022, 3, 1), "name": "late"}
    assert [row.title for row in in_order(spec, seen(late, {**HOSTED, "name": "early"}))] == ["early", "late"]


def test_the_page_fits_eighty_columns(one: Outlook, capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal.console()
    console.width = 80
    console.print(outlook_page(one))
    page = capsys.readouterr().out
    assert max(map(len, page.rstrip().split("\n"))) <= 80
    for part in ("From 2022-01-02 on: most likely ", "What was learned", "worth", "How well it was foreseen"):
        assert part in page


def test_where_one_filter_makes_the_record_alone_it_is_not_to_be_quoted(one: Outlook) -> None:
    assert one.speaks
    assert "Not to be quoted" not in finding(one)
    alone = replace(one, islands=replace(one.islands, weights=np.array([1.0, 0.0, 0.0])))
    assert "Not to be quoted: the 3 independent filters are worth 1.0 equal ones" in finding(alone)
    assert alone.record()["learned"] is None


def test_on_the_whole_record_two_seeds_say_the_same_within_their_errors() -> None:
    """Ninety-eight observations leave particles enough: what two seeds say of classes differs by chance."""
    spec = sim.load_scenario("baseline").replace(citizens=0)
    first, second = (outlook(spec, "record", ahead=26, particles=1600, seed=seed) for seed in (0, 1))
    for found in (first, second):
        assert found.speaks
        assert found.islands.ancestors >= 30
    for name, share in first.after.classes.items():
        error = np.hypot(first.errors[name], second.errors[name])
        assert abs(share - second.after.classes[name]) <= max(4 * error, 0.02)


def test_the_command(panj: Callable[..., Any]) -> None:
    short = ("--citizens", 0, "--weeks", 130, "--particles", 400, "--ahead", 4)
    shown = panj("outlook", "baseline", "--observed", "record", *short, "--json", "--seed", 1)
    assert shown.code == 0, shown.err
    assert json.loads(shown.out)["islands"] == 4
    small = panj("outlook", "baseline", *short[:4], "--particles", 100, "--out", "pictures")
    assert small.code == 0, small.err
    assert "outlook_tension.png" in small.out
    assert "outlook_classes.svg" in small.out
