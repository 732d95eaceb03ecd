"""The told story: what it says is what happened, and it stays readable."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import sim
from sim.errors import ScenarioError
from sim.model.glossary import CLASSES
from sim.model.outcomes import PATHS
from sim.views.one_run import narrative
from sim.views.one_run.trace import Story, trace

EVENTS = [
    {
        "name": "base closed",
        "on": "2021-11-15",
        "because": "troops are needed elsewhere",
        "change": {"russian_guarantee": {"multiply": 0.3}},
    },
    {"name": "raid", "hazard": 0.2, "lasts": 2, "change": {"militant_threat": {"add": 0.2}}},
]
BOUND = [{"actor": "dushanbe", "instrument": "words", "insist": "denounce"}]


@pytest.fixture(scope="module")
def story() -> Story:
    """A year with events, a commitment and clashes."""
    spec = sim.load_scenario("baseline").replace(
        weeks=52,
        citizens=20,
        events=EVENTS,
        commitments=BOUND,
        parameters={"hard_border": 0.6, "clash_base": -2.0},
        world={"tension": 0.6},
    )
    return trace(spec, replicate=2, seed=1)


def shown(story: Story, capsys: pytest.CaptureFixture[str], week: int | None = None) -> str:
    capsys.readouterr()
    story.show(week, full=True)
    return capsys.readouterr().out


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_every_turn_of_the_ladders_is_told_once(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    table = story.model.trajectory
    told = flat(shown(story, capsys))
    turns = 0
    for ladder, rungs in narrative.LADDERS.items():
        steps = table[ladder].astype(int)
        for week in range(1, 53):
            if steps[week] != steps[week - 1]:
                assert f"{ladder}: {rungs[steps[week - 1]]} → {rungs[steps[week]]}" in told
                turns += 1
    assert turns == len(re.findall(r"(?:escalation|rapprochement): [\w -]+ → ", told)) > 0


def test_incidents_clashes_deaths_and_events_are_counted_right(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    told, last = flat(shown(story, capsys)), story.model.past(52)
    assert told.count("Forces of the two sides clash.") == last.clashes > 0
    infiltrators = re.findall(r"A deadly incident with smugglers or infiltrators: (\d+) deaths?\.", told)
    assert len(infiltrators) == last.infiltrations == last.incidents - last.clashes > 0
    assert sum(map(int, infiltrators)) == last.infiltration_deaths
    assert sum(int(n) for n in re.findall(r"(\d+) dead between", told)) == last.deaths > 0
    assert told.count("Event: raid") == sum(one.name == "raid" for one in story.model.fired) > 1
    assert "Event: base closed: troops are needed elsewhere" in told
    assert f"{int(last.infiltrations)} deadly incidents with infiltrators" in told
    assert f"{int(last.clashes)} clashes between the two sides, {int(last.deaths)} deaths" in told


def test_a_decision_names_the_rules_that_carried_it(story: Story) -> None:
    checked = 0
    for week in story.weeks:
        for decision in week.decisions:
            if decision.choice == "hold" or decision.bound:
                continue
            line = narrative.because(story.model, decision)
            gain = {pull.rule.id: pull.push for pull in narrative.pulls(story.model, decision)}
            advantage = decision.utilities[decision.choice] - decision.utilities["hold"]
            bases = decision.bases[decision.choice] - decision.bases["hold"]
            assert sum(gain.values()) + bases == pytest.approx(advantage, abs=1e-9)
            for rule, push in gain.items():
                if push == max(gain.values()) > 0.05 and push > 0.2 * max(map(abs, gain.values())):
                    assert f"({rule}, " in line.split("; against")[0]
            assert f"chance {narrative.percent(decision.chance)}" in line
            checked += 1
    assert checked > 50


def test_what_is_bound_is_called_bound(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Dushanbe, words: denounce – bound by a commitment." in flat(shown(story, capsys))


def test_every_option_is_told_when_it_is_new_and_counted_always(story: Story) -> None:
    first = {}
    for decision in story.model.decisions:
        if decision.choice != "hold":
            first.setdefault((decision.actor, decision.instrument, decision.choice), decision.week)
    told = {
        (d.actor, d.instrument, d.choice): week.number for week in reversed(story.weeks) for d in week.news
    }
    assert told == first
    counted = narrative.counted(story.model.decisions)
    often = sum(one.choice != "hold" for one in story.model.decisions)
    assert sum(int(n) for n in re.findall(r" (\d+)", counted)) == often


def test_the_story_ends_with_the_path_and_why(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    ending = flat(shown(story, capsys))
    path = PATHS[int(story.model.outcome.path)]
    assert f"Path: {path}. {CLASSES[path]}" in ending


def test_every_rule_that_is_named_is_explained(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    body, rules = shown(story, capsys).split("Rules named above")
    named = set(re.findall(r"\(([A-Z]\d+r?), ", flat(body)))
    explained = set(re.findall(r"^([A-Z]\d+r?) ", rules, flags=re.MULTILINE))
    assert named == explained
    assert named


@pytest.mark.parametrize("replicate", [0, 3])
def test_four_years_are_a_few_pages(replicate: int, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(trace("baseline", replicate=replicate), capsys).splitlines()
    assert 120 < len(lines) < 330
    assert max(map(len, lines)) <= 110


# One week


def test_a_week_in_full_shows_every_number(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(story, capsys, 14)
    assert page.splitlines()[0] == "Week 14, from 2021-11-15"
    assert "base closed" in page
    words = page.split("Taliban perceives")[0]
    for decision in story.weeks[13].decisions:
        if decision.actor != "dushanbe":
            continue
        for option, utility in decision.utilities.items():
            assert narrative.minus(utility) in words
            assert option in words
        for cell in decision.cells:
            pushed = narrative.signed(decision.push(cell.option)[cell.rule])
            assert cell.strength == 0.0 or pushed in words
    assert "→ denounce" in words
    assert "insisted upon" in words
    assert max(map(len, page.splitlines())) <= 110


def test_switched_off_rules_have_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=2, citizens=0, parameters={"strength_D1": 0.0})
    page = shown(trace(spec), capsys, 2)
    assert "D1 nationalist card" not in page
    assert "D1r" not in page
    assert "D2 cost" in page


@pytest.mark.parametrize("week", [0, -1, 53, 1000])
def test_a_week_beyond_the_run_names_the_last(story: Story, week: int) -> None:
    for ask in (story.show, story.record):
        with pytest.raises(ScenarioError, match="week 52"):
            ask(week)


# As data


def test_the_record_is_plain_data_of_the_same_run(story: Story) -> None:
    data = json.loads(json.dumps(story.record(), allow_nan=False))
    assert (data["seed"], data["replicate"], data["citizens"]) == (1, 2, 20)
    assert data["hash"] == story.model.spec.hash
    assert [one["week"] for one in data["weeks"]] == list(range(1, 53))
    for one in data["weeks"]:
        now = story.model.past(one["week"])
        assert one["escalation"] == now.escalation
        assert one["state"]["tension"] == now.tension
    taken = [
        (one["week"], d["actor"], d["instrument"], d["choice"])
        for one in data["weeks"]
        for d in one["decisions"]
    ]
    assert taken == [
        (d.week, d.actor, d.instrument, d.choice) for d in story.model.decisions if d.choice != "hold"
    ]
    assert data["outcome"]["path"] == PATHS[int(story.model.outcome.path)]
    assert data["outcome"]["failure"] is None


def test_a_week_as_data_holds_options_and_cells(story: Story) -> None:
    data: dict[str, Any] = json.loads(json.dumps(story.record(9), allow_nan=False))
    (week,) = data["weeks"]
    assert week["week"] == 9
    for said, decision in zip(week["decisions"], story.weeks[8].decisions, strict=True):
        assert said["perceived"] == pytest.approx(dict(decision.perceived))
        for name, option in said["options"].items():
            cells = [cell["product"] for cell in said["cells"] if cell["option"] == name]
            assert option["base"] + sum(cells) == pytest.approx(option["utility"])
        assert sum(option["chance"] for option in said["options"].values()) == pytest.approx(1.0)


def test_a_failed_run_is_told_to_where_it_got(failing: Any, capsys: pytest.CaptureFixture[str]) -> None:
    story, week = trace(failing.spec, replicate=failing.replicate, case=failing.row), failing.week
    told = flat(shown(story, capsys))
    assert f"The run failed: in week {week} 'power_contract' left its bounds" in told
    data = json.loads(json.dumps(story.record(), allow_nan=False))
    assert data["outcome"]["failure"] == {"week": week, "variable": "power_contract"}
    assert data["outcome"]["path"] is None
    assert len(data["weeks"]) == week
    assert "–" in shown(story, capsys, week)
    with pytest.raises(ScenarioError, match=f"failed in week {week}"):
        story.show(week + 1)
