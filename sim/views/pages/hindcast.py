"""What `panj hindcast` says: every question, the scores beside the baselines, and what did not hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rich.console import RenderableType
from rich.text import Text

from sim.analysis.past.hindcast import ARTICLE, BANDS, FORECASTERS, MODEL, SCORES, Asked, Hindcast
from sim.views import terminal

WHAT = (
    "In-sample: whoever changed the structure of the model had seen November 2021 to December 2023, so "
    "this is a retrospective consistency check and no test. Nothing that happened after 31 December 2023 was "
    "read. One pair of states is one case: nothing here shows skill in forecasting."
)

LEGEND = (
    "Chances of yes, or of the right rung; alike quarters share a row. * rests on no report of it, not on a "
    "report that it did not happen. Informative: at most 80 % of draws before calibration are right (prior)."
)

HEADS = (
    *("question", "answer", "model", "article", "defaults", "null", "base", "autumn", "prior"),
    "informative",
)
NUMBERS = ("number", "answer", "median [90 %]", *HEADS[3:6], *HEADS[7:])
#: What the page shows of each question, and what it adds where all is asked for.
FIRST = ("question", "number", "answer", "model", "median [90 %]", "informative")
OTHERS = ("question", "number", "article", "defaults", "null", "base", "autumn", "prior")
NAMES = {"brier": "Brier", "log": "log", "rps": "RPS", "crps": "CRPS", "interval": "interval"}
#: What a question of each kind is scored by, and how many of the dearest are named.
KINDS = {"yes/no": ("brier", "log"), "rung": ("rps", "interval"), "quantity": ("crps", "interval")}
DEAREST = 4
UNITS = {"USD": (1e6, "M USD"), "GWh": (1, "GWh")}


def hindcast_page(past: Hindcast, full: bool = False) -> RenderableType:
    """Return the page for a terminal; what every forecaster said where `full`."""
    parts = [
        terminal.section("What came out", *(Text(line, style=style) for line, style in _findings(past))),
        _scores(past, False, "Mean scores on all questions, lower is better"),
        _scores(past, True, "Mean scores on informative questions"),
        terminal.section("Questions", *_questions(past, FIRST), note=LEGEND),
    ]
    if full:
        parts.append(terminal.section("What others said", *_questions(past, OTHERS)))
    return terminal.page(
        "The model against what happened, November 2021 to December 2023",
        first_sentence(past),
        Text(f"\n{WHAT}"),
        *parts,
        more="" if full else "--full for what the null model, a coin and others said; --json for all.",
    )


def first_sentence(past: Hindcast) -> str:
    """Return the first sentence: how many of the checks fixed beforehand hold, and which do not."""
    failed = [f"{one.name} ({one.found}; wanted: {one.wanted})" for one in past.checks if not one.holds]
    count = f"{len(past.checks) - len(failed)} of {len(past.checks)} checks fixed beforehand hold"
    if not failed:
        return f"{count}."
    return f"{count}; {' and '.join(failed)} {'does' if len(failed) == 1 else 'do'} not."


def _questions(past: Hindcast, columns: Sequence[str]) -> Iterator[RenderableType]:
    """Yield the table of questions and that of numbers in some columns; like quarters share a row."""
    for heads in (HEADS, NUMBERS):
        shown = [one for one in heads if one in columns]
        table = terminal.table(*shown, right=set(shown[1:]) - {"answer", "informative"})
        for group in _groups(past.asked, heads is NUMBERS):
            cells = dict(zip(heads, _told(group), strict=True))
            table.add_row(*(cells[one] for one in shown))
        yield table
        yield Text("")


def _scores(past: Hindcast, only: bool, title: str) -> RenderableType:
    """Return the table of mean scores, a star where somebody has a say on fewer questions."""
    heads = [f"{NAMES[score]}\n({len(past.of(score, only))})" for score in SCORES]
    table = terminal.table("who", *heads, right=heads)
    for name in FORECASTERS:
        table.add_row(name, *(cell.split(" (")[0] + "*" * ("(" in cell) for cell in _row(past, name, only)))
    return terminal.section(title, table, note="* on fewer questions than the model.")


def markdown(past: Hindcast) -> str:
    """Return the same as tables in Markdown, for the documentation."""
    lines = [WHAT, "", *(f"- {line}" for line, _ in _findings(past)), ""]
    for label, only in (("all questions", False), ("informative questions", True)):
        names = [f"{NAMES[score]} ({len(past.of(score, only))})" for score in SCORES]
        lines += [_cells(f"mean score, {label}", *names), _cells(*["---"] * (1 + len(SCORES)))]
        lines += [_cells(name, *_row(past, name, only)) for name in FORECASTERS] + [""]
    for heads, numbers in ((HEADS, False), (NUMBERS, True)):
        lines += [_cells(*heads), _cells(*["---"] * len(heads))]
        lines += [_cells(*_told(group)) for group in _groups(past.asked, numbers)] + [""]
    lines += [LEGEND, "", *costs(past), "", "<details><summary>Scores question by question</summary>", ""]
    columns = ("question", "informative", "score", *FORECASTERS)
    lines += [_cells(*columns), _cells(*["---"] * len(columns))]
    lines += [_cells(*_scored(group)) for numbers in (False, True) for group in _groups(past.asked, numbers)]
    lines += ["", "</details>", "", "Answers come from:", ""]
    lines += [f"- {source}" for source in past.history.sources.values()]
    return "\n".join(lines) + "\n"


def costs(past: Hindcast) -> list[str]:
    """Return for each score which informative questions cost the model most, as a share of its loss."""
    lines = ["What costs the model most on informative questions, as a share of all that they cost it:", ""]
    for score in SCORES:
        asked = past.of(score, diagnostic=True)
        if not asked:
            continue
        total = sum(one.scores[MODEL][score] for one in asked)
        lost = {
            _name(group): sum(one.scores[MODEL][score] for one in group) / total
            for numbers in (False, True)
            for group in _groups(asked, numbers)
        }
        dearest = sorted(lost.items(), key=lambda one: -one[1])[:DEAREST]
        named = ", ".join(f"{name} {part:.0%}" for name, part in dearest)
        lines.append(f"- {NAMES[score]} ({len(asked)}): {named}")
    return lines


def _scored(group: list[Asked]) -> list[str]:
    """Return a row of what everybody scored on like questions, two scores each."""
    first = group[0]
    kinds = KINDS[first.question.kind]
    cells = [_name(group), "yes" if first.diagnostic else "no", " / ".join(NAMES[one] for one in kinds)]
    for who in FORECASTERS:
        means = [float(np.mean([one.scores[who].get(score, math.nan) for one in group])) for score in kinds]
        cells.append(" / ".join("–" if math.isnan(one) else f"{one:.2f}" for one in means))
    return cells


def _cells(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _groups(asked: Iterable[Asked], numbers: bool) -> list[list[Asked]]:
    """Put questions together that differ only in their quarter: same event, answer and use."""
    groups: dict[tuple[object, ...], list[Asked]] = {}
    for one in asked:
        question = one.question
        if numbers != (question.kind == "quantity"):
            continue
        own = question.id if question.kind == "quantity" else ""
        key = (question.kind, question.subject, question.answer, one.diagnostic, own)
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _name(group: list[Asked]) -> str:
    question = group[0].question
    if len(group) > 1:
        return f"{question.subject.replace('_', ' ')}, {len(group)} quarters"
    return question.id.replace("_", " ").replace("first half", "1st half")


def _told(group: list[Asked]) -> list[str]:
    first = group[0]
    number = first.question.kind == "quantity"
    forecasts = [_said(group, who) for who in FORECASTERS[:6] if not (number and who == "climatology")]
    right = float(np.mean([one.right for one in group]))
    return [_name(group), _answer(first), *forecasts, f"{right:.0%}", "yes" if first.diagnostic else "no"]


def _row(past: Hindcast, name: str, only: bool) -> list[str]:
    return [_score(past, name, score, only) for score in SCORES]


def _score(past: Hindcast, name: str, score: str, only: bool) -> str:
    mean, number = past.mean(name, score, only)
    if not number:
        return "–"
    if number == len(past.of(score, only)):
        return f"{mean:.3f}"
    return f"{mean:.3f} ({past.beside(name, score, only):.3f} of {number})"


def _findings(past: Hindcast) -> Iterable[tuple[str, str]]:
    kinds = [one.question for one in past.asked]
    yield (
        f"{len(kinds)} questions frozen on {past.history.frozen} ({past.history.hash[:8]}, freezing "
        f"{past.history.freezings}); {past.history.unanswered} more have no "
        f"published answer and are left out; {sum(one.silence for one in kinds)} answers rest on silence.",
        "",
    )
    few = sum(one.diagnostic for one in past.asked)
    yield (
        f"{len(kinds) - few} of them are uninformative: nearly all assumptions get them right. The {few} "
        "informative ones were found by their answers, so scores on them alone flatter nobody.",
        "",
    )
    bands = " and ".join(
        f"{past.coverage(band)[0]} of {past.coverage(band)[1]} in the {band:.0%} band" for band in BANDS
    )
    yield (
        f"Numbers and rungs: {bands} of the model. Mean interval score of its 90% bands (width and misses "
        f"over the questions' scales): {past.mean(MODEL, 'interval')[0]:.2f}.",
        "",
    )
    if ARTICLE in past.used:
        yield f"Article right: the same runs, their cases worth {past.effective:.0f} equal ones.", ""
    elif math.isnan(past.effective):
        yield "Article right: no scores, for nobody weighed the cases.", ""
    else:
        yield f"Article right: no scores, for the cases are worth {past.effective:.0f} equal ones only.", ""
    for label, only in (("all questions", False), ("informative questions", True)):
        lost = [f"{name} by {NAMES[score]}" for name, score in past.worse(only)]
        yield (
            f"On {label} the model does worse than {', '.join(lost) or 'no baseline'}.",
            "yellow" if lost else "",
        )
    for check in past.checks:
        verdict = "holds" if check.holds else "does not hold"
        yield (
            f"Check '{check.name}' {verdict}: {check.found}; wanted: {check.wanted}.",
            ("green" if check.holds else "bold red"),
        )


def _answer(one: Asked) -> str:
    question = one.question
    if question.kind == "yes/no":
        return ("yes" if question.answer else "no") + ("*" if question.silence else "")
    if question.kind == "rung":
        return f"rung {question.answer:.0f}"
    scale, unit = UNITS.get(question.unit, (1.0, ""))
    return f"{_brief(question.answer / scale)} {unit}".strip()


def _said(group: list[Asked], name: str) -> str:
    one = group[0]
    value = float(np.mean([each.said[name] for each in group]))
    if math.isnan(value):
        return "–"
    if one.question.kind != "quantity":
        return f"{value:.1%}" if 0 < value < 0.1 else f"{value:.0%}"
    scale, _ = UNITS.get(one.question.unit, (1.0, ""))
    if name != MODEL or one.band is None:
        return _brief(value / scale)
    low, high = (_brief(end / scale) for end in one.band)
    return f"{_brief(value / scale)} [{low}–{high}]"


def _brief(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
