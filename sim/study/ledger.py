"""A ledger of dated questions: what the model held likely before a date, and what came of it.

A file of lines that is only ever added to. Each line carries a checksum of itself and of the one before, so
that nothing in it can be changed, moved or taken out later without a sign; whoever publishes the last
checksum has published all of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sim.errors import HeldError, ResultError, ScenarioError
from sim.scenario import arguments
from sim.scenario.faults import shown
from sim.study.files import DISK, Disk, put
from sim.study.results.given import share
from sim.study.results.result import Result
from sim.study.sweep.manifest import checksum

#: The format of the lines.
FORMAT = 1
#: What is told of the runs that a chance was counted on, from the identity of their result.
MADE_OF = ("seed", "versions", "source", "observed")


@dataclass(frozen=True)
class Question:
    """A statement that will be true or false on a day.

    number : its place among the questions, from 1
    asked : the day it was written down; due : the day on which it is settled
    statement : in words; where : as a condition on runs
    hits, runs : how many runs meet it, of how many
    made_of : scenario, seed, versions, source and observations of these runs
    """

    number: int
    asked: date
    due: date
    statement: str
    where: str
    hits: int
    runs: int
    made_of: Mapping[str, Any] = field(hash=False)

    @property
    def chance(self) -> float:
        """The chance of yes: the share of runs, with half a run more on each side.

        No event in so many runs does not make it impossible (Krichevsky and Trofimov 1981).
        """
        return (self.hits + 0.5) / (self.runs + 1)


@dataclass(frozen=True)
class Answer:
    """What came of a question.

    number : of the question; entered : the day it was written down
    true : whether the statement was true; source : who says so
    """

    number: int
    entered: date
    true: bool
    source: str


@dataclass(frozen=True)
class Ledger:
    """Questions in order, the answers to them by number, and the checksum of the last line."""

    questions: tuple[Question, ...] = ()
    answers: Mapping[int, Answer] = field(default_factory=dict)
    seal: str = ""

    def due(self, today: date) -> list[Question]:
        """Return the questions that are due and have no answer."""
        return [one for one in self.questions if one.due <= today and one.number not in self.answers]


def read(path: str | Path, disk: Disk = DISK) -> Ledger:
    """Read a ledger.

    Raises
    ------
    ResultError
        There is none, or a line is not as it was written; says which.
    """
    content = disk.read(Path(path))
    if content is None:
        raise ResultError(f"{path}: there is no ledger; 'panj ledger add' begins one")
    questions: list[Question] = []
    answers: dict[int, Answer] = {}
    seal = ""
    for number, line in enumerate(content.splitlines(), 1):
        said, _, body = line.partition(b" ")
        seal = _seal(seal, body)
        if said.decode("ascii", "replace") != seal:
            raise ResultError(
                f"{path}, line {number}: it is not as it was written, or one before it was taken out; "
                "go back to a copy that reads"
            )
        entry = _entry(body)
        if isinstance(entry, Question):
            questions.append(entry)
        elif entry is not None:
            answers[entry.number] = entry
        else:
            raise ResultError(
                f"{path}, line {number}: no entry as this version writes them; read it with the one that did"
            )
    return Ledger(tuple(questions), answers, seal)


def _entry(body: bytes) -> Question | Answer | None:
    """Return what a line says, None where it is of another format."""
    try:
        told = json.loads(body)
        if told.pop("panj_ledger") != FORMAT:
            return None
        for key in told.keys() & {"asked", "due", "entered"}:
            told[key] = date.fromisoformat(told[key])
        return Question(**told) if "statement" in told else Answer(**told)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def add(
    path: str | Path, statement: str, due: date, where: str, result: Result, today: date | None = None
) -> Question:
    """Write down a question with the chance that a result gives it, before the day on which it is settled.

    Parameters
    ----------
    path
        The ledger; begun where there is none.
    where
        The statement as a condition on runs, as for `result.given`.
    result
        Runs of a scenario; those across plausible parameters are counted.
    today
        The day it is (default: by the clock).

    Raises
    ------
    ScenarioError
        The statement is empty, the day is past, or the runs end before it.
    ResultError
        The condition is not understood, or the ledger does not read.
    HeldError
        Another process added to it meanwhile; nothing is written.
    """
    today = today or date.today()
    last = result.spec.start + timedelta(weeks=result.spec.weeks)
    if not isinstance(statement, str) or not statement.strip():
        raise ScenarioError("question: expected a statement that will be true or false, found nothing")
    if type(due) is not date:
        raise ScenarioError(f"--due: expected a date, found {shown(due)}")
    if due <= today:
        raise ScenarioError(
            f"--due: expected a day after today ({today}), found {due}: its answer may be known"
        )
    if due > last:
        raise ScenarioError(f"--due: the runs end on {last}, before {due}; run more weeks with --weeks")
    hits, runs = share(result, where)
    ledger = read(path) if Path(path).exists() else Ledger()
    told = result.identity
    made_of = {"scenario": told["scenario"]["title"], "hash": told["scenario"]["hash"]}
    made_of |= {key: told[key] for key in MADE_OF if key in told}
    if result.condition is not None:
        made_of["given"] = result.condition
    number = len(ledger.questions) + 1
    question = Question(number, today, due, statement.strip(), where, hits, runs, made_of)
    _write(Path(path), ledger, question)
    return question


def answer(path: str | Path, number: int, true: bool, source: str, today: date | None = None) -> Answer:
    """Enter what came of a question.

    Raises
    ------
    ScenarioError
        There is no such question, it has an answer, it is not due and not yet true, or no source is given.
    ResultError
        The ledger does not read.
    HeldError
        Another process added to it meanwhile; nothing is written.
    """
    today = today or date.today()
    ledger = read(path)
    if not 1 <= arguments.whole("question", number) <= len(ledger.questions):
        raise ScenarioError(f"question: expected one of 1 to {len(ledger.questions)}, found {number}")
    if not isinstance(true, bool):
        raise ScenarioError(f"question {number}: expected True or False, found {shown(true)}")
    if not source.strip():
        raise ScenarioError("--source: expected who says so, with a title and a date, found nothing")
    if number in ledger.answers:
        raise ScenarioError(f"question {number} was answered on {ledger.answers[number].entered}; that stays")
    question = ledger.questions[number - 1]
    if today < question.due and not true:
        raise ScenarioError(
            f"question {number} is due on {question.due}; until then it may still become true"
        )
    entered = Answer(number, today, true, source.strip())
    _write(Path(path), ledger, entered)
    return entered


def _write(path: Path, ledger: Ledger, entry: Question | Answer) -> None:
    """Add an entry to a ledger as it was read; another process may have added one since."""
    from filelock import FileLock

    body = json.dumps({"panj_ledger": FORMAT, **asdict(entry)}, ensure_ascii=False, default=str).encode()
    line = _seal(ledger.seal, body).encode() + b" " + body + b"\n"
    with FileLock(path.with_name(f".{path.name}.lock")):
        before = DISK.read(path) or b""
        if before and read(path).seal != ledger.seal:
            raise HeldError(f"{path}: another process has just added to it; give the same command again")
        # An editor may have taken the last line break away; two entries on a line would not be read again.
        put(DISK, {path: before + (b"\n" if before and not before.endswith(b"\n") else b"") + line})


def _seal(before: str, body: bytes) -> str:
    return checksum(before.encode() + body)
