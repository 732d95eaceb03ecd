"""Outlooks made in the past: what each knew, what it is scored on, and beside whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

import sim
from sim.analysis.outlook import rolling as subject
from sim.analysis.outlook.outlook import Outlook, outlook
from sim.analysis.outlook.rolling import RIVALS, WITH, Rolling, rolling
from sim.analysis.past.history import load_history
from sim.scenario.values import week_of
from sim.views import terminal
from sim.views.pages.evidence import rolling_page

MADE, UNTIL = subject.HALVES[0]


@pytest.fixture(scope="module")
def known() -> list[Outlook]:
    return []


@pytest.fixture(scope="module")
def past(known: list[Outlook]) -> Rolling:
    def watched(*arguments: Any, **options: Any) -> Outlook:
        known.append(outlook(*arguments, **options))
        return known[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subject, "HALVES", subject.HALVES[:1])
        patch.setattr(subject, "outlook", watched)
        return rolling(sim.load_scenario("baseline").replace(citizens=0), particles=300, seed=1)


def test_an_outlook_knows_what_was_observed_by_its_day_and_is_scored_on_what_came_after(
    past: Rolling, known: list[Outlook]
) -> None:
    (made,) = known
    assert made.observations is not None
    assert max(one.last for one in made.observations.observed) == MADE
    questions = {one.id: one for one in load_history().questions}
    start = sim.load_scenario("baseline").start
    asked = [questions[name] for name in past.table["question"].unique()]
    assert len(asked) > 15
    assert all(week_of(start, MADE) < one.last <= week_of(start, UNTIL) for one in asked)


def test_everybody_is_scored_on_the_same_questions(past: Rolling) -> None:
    skill = past.skill
    assert set(skill["rival"]) == set(RIVALS)
    assert ((skill["better"] >= 0) & (skill["better"] <= skill["questions"])).all()
    brier = skill[skill["score"] == "brier"].set_index("rival")
    assert brier.loc["even coin", "of_rival"] == pytest.approx(0.25)
    assert brier.loc["climatology", "questions"] < brier.loc["persistence", "questions"]
    assert brier.loc["persistence", "outlook"] < 0.25
    assert set(past.table["forecaster"]) == {WITH, *RIVALS}
    assert 1 <= past.worth[MADE] <= 3


@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("refugees_2022", date(2022, 6, 30), "refugees_2021"),  # the last count that was known
        ("refugees_2023", date(2023, 6, 30), "refugees_2022"),
        ("fire 2022Q4", date(2022, 6, 30), "fire 2022Q2"),
        ("refugees_2021", date(2021, 11, 1), None),  # none yet: what the autumn would say
        ("trade_2022", date(2022, 6, 30), None),  # half a year is no year
    ],
)
def test_persistence_is_the_last_known_answer(name: str, day: date, expected: str | None) -> None:
    questions = {one.id: one for one in load_history().questions}
    asked = questions[name]
    said = subject._persistence(asked, load_history().questions, week_of(date(2021, 8, 16), day))
    assert said == (asked.persistence if expected is None else questions[expected].answer)


def test_the_page_begins_with_what_came_out(past: Rolling, capsys: pytest.CaptureFixture[str]) -> None:
    console = terminal.console()
    console.width = 80
    console.print(rolling_page(past))
    page = capsys.readouterr().out
    assert max(map(len, page.rstrip().split("\n"))) <= 80
    assert "Outlooks from the end of each half-year do better than" in page
    assert json.loads(json.dumps(past.record()))["skill"]


def test_the_command(panj: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "HALVES", subject.HALVES[:1])
    shown = panj("hindcast", "--rolling", "--runs", 200, "--json", "--seed", 1)
    assert shown.code == 0, shown.err
    assert set(json.loads(shown.out)) == {"particles", "seed", "islands_worth", "skill", "scores"}
