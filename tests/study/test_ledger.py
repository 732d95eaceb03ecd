"""The ledger: written before the day, never changed after, and its chances are those of the runs."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import HeldError, ResultError, ScenarioError
from sim.study import ledger

TODAY = date(2022, 1, 10)
DUE = date(2022, 6, 30)
NEVER = "first_escalation_3 <= 40"


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(sim.load_scenario("baseline").replace(weeks=60, citizens=0), runs=50)


def test_the_chance_is_that_of_the_runs(result: sim.Result, tmp_path: Path) -> None:
    one = ledger.add(tmp_path / "ledger", "A clash by June", DUE, NEVER, result, TODAY)
    hits = int((result.outcomes["first_escalation_3"] <= 40).sum())
    assert (one.number, one.hits, one.runs) == (1, hits, 50)
    assert one.chance == (hits + 0.5) / 51
    assert one.made_of["hash"] == result.spec.hash
    assert ledger.read(tmp_path / "ledger").questions == (one,)


def test_a_question_that_no_run_answers_with_yes_is_not_impossible(
    result: sim.Result, tmp_path: Path
) -> None:
    one = ledger.add(tmp_path / "ledger", "Deaths below none", DUE, "deaths < 0", result, TODAY)
    assert one.hits == 0
    assert one.chance == 0.5 / 51


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"due": TODAY}, "a day after today"),
        ({"due": date(2023, 6, 1)}, "the runs end on 2022-10-10"),
        ({"due": "2022-06-30"}, "--due: expected a date, found '2022-06-30'"),
        ({"statement": " "}, "expected a statement"),
        ({"statement": None}, "expected a statement"),
        ({"where": "first_escalation_33 < 3"}, "--where .* nearest: first_escalation_3"),
        ({"where": "deaths"}, "neither true nor false"),
    ],
)
def test_a_wrong_question_leaves_no_file(
    result: sim.Result, tmp_path: Path, changed: dict[str, object], message: str
) -> None:
    given = {"statement": "A clash", "due": DUE, "where": NEVER} | changed
    with pytest.raises((ScenarioError, ResultError), match=message):
        ledger.add(tmp_path / "ledger", result=result, today=TODAY, **given)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_two_that_add_at_once_lose_no_entry(
    result: sim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger"
    ledger.add(path, "A clash by June", DUE, NEVER, result, TODAY)
    write = ledger._write

    def late(*entry: Any) -> None:
        monkeypatch.setattr(ledger, "_write", write)
        ledger.add(path, "Another's", DUE, NEVER, result, TODAY)
        write(*entry)

    monkeypatch.setattr(ledger, "_write", late)
    with pytest.raises(HeldError, match="another process has just added to it"):
        ledger.add(path, "Talks by June", DUE, NEVER, result, TODAY)
    assert [one.statement for one in ledger.read(path).questions] == ["A clash by June", "Another's"]


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=f"expected a file, found something else: '{tmp_path}'"):
        ledger.read(tmp_path)


def test_answers_come_when_they_are_due_and_stay(result: sim.Result, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    ledger.add(path, "A clash by June", DUE, NEVER, result, TODAY)
    ledger.add(path, "Talks by June", DUE, "first_rapprochement_3 <= 40", result, TODAY)
    assert not ledger.read(path).due(TODAY)
    with pytest.raises(ScenarioError, match="may still become true"):
        ledger.answer(path, 1, False, "a paper", TODAY)
    with pytest.raises(ScenarioError, match="--source"):
        ledger.answer(path, 1, True, "", DUE)
    with pytest.raises(ScenarioError, match="expected one of 1 to 2, found 3"):
        ledger.answer(path, 3, True, "a paper", DUE)
    with pytest.raises(ScenarioError, match="question 2: expected True or False, found 'no'"):
        ledger.answer(path, 2, "no", "a paper", TODAY)  # type: ignore[arg-type]
    with pytest.raises(ScenarioError, match="question: expected a whole number"):
        ledger.answer(path, "2", True, "a paper", TODAY)  # type: ignore[arg-type]
    path.write_bytes(path.read_bytes().rstrip())  # as an editor leaves it
    ledger.answer(path, 2, True, "a paper", TODAY)
    assert [one.number for one in ledger.read(path).due(DUE)] == [1]
    ledger.answer(path, 1, False, "a paper", DUE)
    with pytest.raises(ScenarioError, match="that stays"):
        ledger.answer(path, 1, True, "another paper", DUE)
    answers = ledger.read(path).answers
    assert {number: one.true for number, one in answers.items()} == {1: False, 2: True}


def test_any_change_of_what_was_written_is_seen(result: sim.Result, tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    for statement in ("One", "Two", "Three"):
        ledger.add(path, statement, DUE, NEVER, result, TODAY)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    changes = {
        "a byte": (whole.replace(b'"Two"', b'"Twx"'), 2),
        "a line gone": (lines[0] + lines[2], 2),
        "two swapped": (lines[1] + lines[0] + lines[2], 1),
        "a torn end": (whole[:-9], 3),
        "no lines": (b"nonsense\n", 1),
    }
    for content, line in changes.values():
        path.write_bytes(content)
        with pytest.raises(ResultError, match=f"line {line}: it is not as it was written"):
            ledger.read(path)
        with pytest.raises(ResultError, match="line"):
            ledger.add(path, "Four", DUE, NEVER, result, TODAY)
        assert path.read_bytes() == content
    path.write_bytes(whole)
    assert len(ledger.read(path).questions) == 3


@pytest.mark.parametrize(
    "body", [b"nonsense", b"[]", b"{}", b'{"panj_ledger": 2}', b'{"panj_ledger": 1, "a": 2}']
)
def test_a_sealed_line_that_is_no_entry_is_told(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "ledger"
    path.write_bytes(ledger._seal("", body).encode() + b" " + body + b"\n")
    with pytest.raises(ResultError, match="line 1: no entry as this version writes them"):
        ledger.read(path)


def test_there_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="panj ledger add"):
        ledger.read(tmp_path / "none")
