"""The ledger's commands: what they print, and at which width."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.study import ledger

Panj = Callable[..., Any]
SOON = date.today() + timedelta(days=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("ledger") / "runs"
    # Questions are asked of days to come, so the runs must reach them.
    weeks = (SOON - date(2021, 8, 16)).days // 7 + 60
    spec = sim.load_scenario("baseline").replace(weeks=weeks, citizens=0)
    sim.run(spec, runs=20).save(where)
    return where


def test_from_question_to_score(panj: Panj, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = panj(
        *("ledger", "add", folder, "Somebody is killed", "--due", SOON, "--where", "deaths > 0", "--json")
    )
    assert asked.code == 0, asked.err
    one = json.loads(asked.out)
    assert (one["number"], one["runs"], one["due"], one["answer"]) == (1, 20, str(SOON), None)
    told = panj("ledger", "list")
    assert told.out.startswith("Ledger\n\n1 question, 0 answered, 0 due")
    assert "Somebody is killed" in told.out
    assert "has an answer yet" in panj("ledger", "score").out
    early = panj("ledger", "answer", 1, "no", "--source", "a paper")
    assert early.code == 2
    assert "may still become true" in early.err
    assert panj("ledger", "answer", 1, "yes", "--source", "A paper, 2022").code == 0
    scored = json.loads(panj("ledger", "score", "--json").out)
    assert scored["questions"][0]["answer"]["source"] == "A paper, 2022"
    assert scored["scores"]["brier"] == pytest.approx((1 - one["chance"]) ** 2)
    page = panj("ledger", "score").out
    assert page.startswith("Scores of the ledger\n\n1 answer: mean Brier score")
    assert "say little" in page


def test_pages_fit(panj: Panj, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "Before the summer of next year a clash on the river kills soldiers of both sides, as both say"
    panj("ledger", "add", folder, words, "--due", SOON, "--where", "deaths > 0")
    monkeypatch.setattr("sim.views.terminal.WIDTH_OF_A_FILE", 80)
    panj("ledger", "answer", 1, "yes", "--source", "A paper")
    for command in ("list", "score"):
        page = panj("ledger", command).out
        assert max(map(len, page.splitlines())) <= 80
        assert all(word in page for word in words.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("list",), "there is no ledger"),
        (("score",), "there is no ledger"),
        (("answer", 1, "perhaps", "--source", "x"), "expected yes or no"),
        (("add", "nowhere", "x", "--due", "2030-01-01", "--where", "deaths > 0"), "nowhere"),
    ],
)
def test_what_is_wrong_is_said(panj: Panj, arguments: tuple[object, ...], message: str) -> None:
    told = panj("ledger", *arguments)
    assert told.code == 2
    assert message in told.err


def test_a_picture_from_enough_answers_on(panj: Panj, tmp_path: Path) -> None:
    day = date(2022, 1, 1)
    answered = ledger.Ledger()
    for k in range(1, 25):
        question = ledger.Question(k, day, day, "it is", "deaths > 0", k % 10, 9, {})
        ledger._write(tmp_path / "ledger.jsonl", answered, question)
        answered = ledger.read(tmp_path / "ledger.jsonl")
        if k == 15:
            refused = panj("ledger", "score", "--out", "picture.png")
            assert (refused.code, "expected 20 answered questions" in refused.err) == (2, True)
        ledger.answer(tmp_path / "ledger.jsonl", k, k % 10 > 4, "a paper", day)
        answered = ledger.read(tmp_path / "ledger.jsonl")
    assert panj("ledger", "score", "--out", "picture.png").code == 0
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    assert "Chances beside how often they came true" in panj("ledger", "score").out
