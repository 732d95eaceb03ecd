"""What `panj ledger` prints: the questions with their chances, what came of them, and the scores."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.past.foresight import ENOUGH, Foresight
from sim.study.ledger import Ledger, Question
from sim.views import terminal
from sim.views.numbers import counted, percent, span

FEW = (
    f"Scores of fewer than {ENOUGH} answers say little; from {ENOUGH} on, chances are set beside how "
    "often they came true."
)


def ledger_page(ledger: Ledger, today: date) -> RenderableType:
    """Return the questions, those that are due first said."""
    due = ledger.due(today)
    head = (
        f"{counted(len(ledger.questions), 'question')}, {len(ledger.answers)} answered, "
        f"{len(due)} due and without an answer."
    )
    table = terminal.table(
        "no.", "chance", "due", "answer", "statement", right=("no.", "chance"), wide=("statement",)
    )
    for one in ledger.questions:
        table.add_row(
            str(one.number), percent(one.chance), str(one.due), _state(ledger, one, today), one.statement
        )
    seal = Text(f"Seal {ledger.seal}: whoever notes it elsewhere can show that nothing was changed since.")
    return terminal.page("Ledger", head, Text(""), table, seal)


def question_page(path: Path, one: Question, seal: str) -> RenderableType:
    """Return what was written down of a question."""
    facts = terminal.facts()
    facts.add_row("question", f"{one.number}: {one.statement}")
    facts.add_row(
        "chance",
        f"{percent(one.chance)} ({one.hits:,} of {counted(one.runs, 'run')} across plausible parameters)",
    )
    facts.add_row("due", str(one.due))
    facts.add_row("condition", one.where)
    facts.add_row(
        "runs of", f"{one.made_of['scenario']} ({one.made_of['hash'][:8]}), seed {one.made_of['seed']}"
    )
    facts.add_row("ledger", f"{path}, seal {seal}")
    return facts


def scores_page(ledger: Ledger, found: Foresight) -> RenderableType:
    """Return the scores beside those of a coin, question by question, and how chances came true."""
    if found.answered.empty:
        return Text(f"None of {counted(len(ledger.questions), 'question')} has an answer yet.")
    better = found.brier < found.coin[0]
    head = (
        f"{counted(len(found.answered), 'answer')}: mean Brier score {found.brier:.3f}, "
        f"{'better' if better else 'no better'} than a coin's {found.coin[0]:.3f}; "
        f"log score {found.log:.3f} (coin {found.coin[1]:.3f}). Lower is better."
    )
    table = terminal.table(
        "no.",
        "chance",
        "came true",
        "Brier",
        "statement",
        right=("no.", "chance", "Brier"),
        wide=("statement",),
    )
    for row in found.answered.to_dict("records"):
        one = ledger.questions[row["number"] - 1]
        table.add_row(
            str(row["number"]),
            percent(row["chance"]),
            "yes" if row["true"] else "no",
            f"{row['brier']:.3f}",
            one.statement,
        )
    parts: list[RenderableType] = [Text(""), table]
    if found.calibration.empty:
        return terminal.page("Scores of the ledger", head, *parts, Text(FEW))
    bins = terminal.table(
        "chances",
        "mean",
        "came true",
        "95 %",
        "questions",
        right=("mean", "came true", "95 %", "questions"),
    )
    for row in found.calibration.to_dict("records"):
        bins.add_row(
            span(row["lowest"], row["highest"]),
            percent(row["chance"]),
            percent(row["share"]),
            span(row["low"], row["high"]),
            f"{row['questions']:.0f}",
        )
    calibration = terminal.section("Chances beside how often they came true", bins)
    return terminal.page("Scores of the ledger", head, *parts, calibration)


def record(ledger: Ledger, found: Foresight | None = None) -> dict[str, Any]:
    """Return questions, answers and scores as plain data."""
    told: dict[str, Any] = {
        "seal": ledger.seal,
        "questions": [
            {
                "number": one.number,
                "asked": str(one.asked),
                "due": str(one.due),
                "statement": one.statement,
                "where": one.where,
                "chance": one.chance,
                "hits": one.hits,
                "runs": one.runs,
                "made_of": dict(one.made_of),
                "answer": _answer(ledger, one),
            }
            for one in ledger.questions
        ],
    }
    if found is not None and len(found.answered):
        told["scores"] = {"brier": found.brier, "log": found.log, "answers": len(found.answered)}
        told["calibration"] = found.calibration.to_dict("records")
    return told


def _answer(ledger: Ledger, one: Question) -> dict[str, Any] | None:
    known = ledger.answers.get(one.number)
    if known is None:
        return None
    return {"true": known.true, "entered": str(known.entered), "source": known.source}


def _state(ledger: Ledger, one: Question, today: date) -> str:
    if one.number in ledger.answers:
        return "yes" if ledger.answers[one.number].true else "no"
    return "due" if one.due <= today else "open"
