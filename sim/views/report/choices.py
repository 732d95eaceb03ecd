"""What each choice does given each condition, and which holds up by the goals of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.analysis.answers.digest import Digest
from sim.analysis.answers.effects import effects
from sim.analysis.answers.headline import answer
from sim.analysis.choosing.robustness import Goal, Robustness
from sim.analysis.groups import Group
from sim.study.questions import Estimand
from sim.views.finding import ENDS, level, questions
from sim.views.numbers import counted, percent
from sim.views.plots import style
from sim.views.plots.draw.cases import tradeoff
from sim.views.report.parts import (
    Cell,
    Grid,
    Part,
    Points,
    Text,
    alike,
    between,
    cell,
    drawn,
    folded,
    grid,
    share,
)

#: Rows of alternatives that are shown unfolded.
ROWS = 16


def choices(digest: Digest) -> list[Part]:
    """Return what each alternative comes to, and adds to the first, given each condition."""
    runs = digest.runs
    if not runs.compared:
        return []
    asked = questions(runs)
    by_condition: dict[str, list[Group]] = {}
    for one in runs.groups():
        by_condition.setdefault(one.condition, []).append(one)
    parts: list[Part] = []
    if runs.conditions and runs.levers:
        parts.append(
            _table(
                digest, "What happens, nothing being chosen", "conditions", runs.groups("conditions"), asked
            )
        )
    for condition, groups in by_condition.items():
        title = f"Given {condition}" if condition else "What each alternative comes to"
        parts.append(_table(digest, title, runs.usual, groups, asked))
    words = (
        "In brackets: the change against the first row on the same parameter sets and the same chance, with "
        "its 95 % interval; one that holds 0 may be chance."
    )
    return [*parts, Text(f"{words} {ENDS}", "note"), *_least_regret(digest)]


def _table(digest: Digest, title: str, by: str, groups: list[Group], asked: list[Estimand]) -> Part:
    runs = digest.runs
    table = effects(runs, by, groups, asked)
    by_alternative = {(row["group"], row["question"]): row for row in table.to_dict("records")}
    rows: list[list[object]] = []
    for one in groups:
        cells: list[object] = [one.short]
        for question in asked:
            value = answer(runs, one, question)
            row = by_alternative.get((one.name, str(question)))
            words = level(value, question) if np.isfinite(value) else "–"
            cells.append(Cell(words if row is None else f"{words} ({_change(row, question)})", value))
        rows.append(cells)
    pairs = f", {counted(table['pairs'].min(), 'pair')} of runs" if len(table) else ""
    listing = grid(f"{title}{pairs}", ("alternative", *(one.label for one in asked)), rows)
    return folded(listing, ROWS)


def _change(row: Mapping[Any, Any], question: Estimand) -> str:
    scale = 100.0 if question.unit == "share" else 1.0
    middle, low, high = (scale * float(row[name]) for name in ("effect", "low", "high"))
    write = alike(low, high)
    sign = "+" if middle > 0 else ""
    return f"{sign}{write(middle)}; {between(low, high, write)}"


def _least_regret(digest: Digest) -> list[Part]:
    """Return given each condition which policy has the least regret, where the file says what is better."""
    if not digest.runs.levers:
        return []
    judged = [one.policies for one in digest.given]
    if None in judged:
        return [Text(f"Which policy holds up is not said: {digest.given[0].notes['policies']}.", "note")]
    return [Points(tuple(_regret(one) for one in judged if one is not None))]


def _regret(judgement: Robustness) -> str:
    row = judgement.tables[0].iloc[judgement.policies.index(judgement.favourite)]
    given, asked = " / ".join(judgement.conditions.values()), judgement.goals[0].asked
    regret = f"{100 * row['regret']:.0f} points" if asked.unit == "share" else cell(float(row["regret"])).text
    words = (
        f"{f'Given {given}, ' if given else ''}“{judgement.favourite}” has the least regret in the "
        f"{asked.label}: "
        f"in the worst of {judgement.worlds:,} parameter sets it is {regret} off the best, and in "
        f"{percent(judgement.loses)} of them another is better"
    )
    if judgement.clear:
        one = judgement.clear[0]
        words += f", rather where {one.name} is about {one.losing} than {one.winning}"
    return f"{words}."


def robustness(digest: Digest) -> list[Part]:
    """Return the policies judged by every criterion and goal given each condition, for the appendix."""
    parts: list[Part] = []
    for one in digest.given if digest.runs.levers else []:
        if (judgement := one.policies) is None:
            continue
        parts += [_criteria(judgement, number) for number in range(len(judgement.goals))]
        if len(judgement.goals) > 1:
            parts.append(_front(judgement))
        if judgement.dropped:
            parts.append(
                Text(f"{judgement.dropped:,} worlds left out: a policy has no valid run there.", "note")
            )
    few = digest.risk.runs[digest.risk.runs > 0]
    if parts and len(few):
        parts.append(
            Text(
                f"What a policy comes to in a world is a mean over {counted(np.median(few), 'run')}, so "
                "worst "
                "cases and regrets hold chance too; more replicates make them smaller.",
                "note",
            )
        )
    return parts


def _front(judgement: Robustness) -> Part:
    given = "".join(f", given {one}" for one in judgement.conditions.values())
    best = [name for name, front in zip(judgement.policies, judgement.pareto, strict=True) if front]
    return drawn(
        lambda: tradeoff(judgement),
        f"Policies by the first two goals, {judgement.worlds:,} worlds; nothing beats {', '.join(best[:4])}.",
        f"Trade-off between the goals{given}: means over worlds.",
    )


def _criteria(judgement: Robustness, number: int) -> Grid:
    goal, table = judgement.goals[number], judgement.tables[number]
    names = ("mean", "worst", "regret", "regret_90", "hurwicz", "mean_variance")
    rows = [
        [
            name,
            *(Cell(_written(goal, float(row[key])), float(row[key])) for key in names),
            share(row["satisficing"]),
            bool(front),
        ]
        for name, front, row in zip(
            judgement.policies, judgement.pareto, table.to_dict("records"), strict=True
        )
    ]
    head = ("mean", "worst", "largest regret", "90 % regret", "Hurwicz", "mean less deviation")
    better = "more" if goal.better > 0 else "less"
    given = " / ".join(judgement.conditions.values())
    label = f"Given {given}: {goal.asked.label}" if given else style.sentence(goal.asked.label)
    return grid(
        f"{label} ({goal.asked.unit}; {better} is better, as the file says), {judgement.worlds:,} worlds",
        ("policy", *head, "good enough in", "on the front"),
        rows,
    )


def _written(goal: Goal, value: float) -> str:
    return (share(value) if goal.asked.unit == "share" else cell(value)).text
