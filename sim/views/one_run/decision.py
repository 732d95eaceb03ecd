"""One decision explained: how likely it was, rules for and against it with their parameters, the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.one_run import reasons
from sim.analysis.one_run.reasons import Reason
from sim.views.numbers import FAINT, percent
from sim.views.one_run import narrative
from sim.views.one_run.lines import Line, chance, pull, value

if TYPE_CHECKING:
    from sim.analysis.one_run.replay import Replay
    from sim.engine.decisions import Decision

#: Rules named for a choice, and against it.
NAMED = 3


def head(decision: Decision, at: int | None = None) -> str:
    """Say who chose what, and when where that was not in week `at`."""
    when = "" if at is None or decision.week == at else f" (week {decision.week})"
    return f"{narrative.titled(decision.actor)}, {decision.instrument}: {decision.choice}{when}"


def weighed(decision: Decision) -> str:
    """Say of one decision how likely it was, and the strongest rule for it and against it."""
    if decision.bound:
        return "bound by a commitment"
    chance_of = f"chance {percent(decision.chance)}"
    other = reasons.compared(decision)
    if other is None:
        return chance_of
    carried, spoke = _sides(decision, other)
    words = f"{chance_of}; for it {pull(*carried[0])}" if carried else f"{chance_of}; no rule for it"
    return words + (f", against it {pull(*spoke[0])}" if spoke else "")


def lines(model: Replay, decision: Decision, indent: int = 1, at: int | None = None) -> list[Line]:
    """Say of one decision who chose what, how likely it was, what carried it, and what was nearest."""
    who = head(decision, at)
    if decision.bound:
        return [Line(indent, f"{who} – bound by a commitment")]
    other = reasons.compared(decision)
    if other is None:
        return [Line(indent, f"{who} – nothing else was open")]
    rows = [Line(indent, f"{who}, chance {chance(decision.chance)}; over {other}:")]
    carried, spoke = _sides(decision, other)
    for word, side in (("for", carried), ("against", spoke)):
        if not side:
            rows.append(Line(indent + 1, f"{word}: no rule"))
        for reason in side:
            rows += _reason(model, decision, other, reason, indent + 1, word)
    return [*rows, Line(indent + 1, _nearest(model, decision))]


def _sides(decision: Decision, other: str) -> tuple[list[Reason], list[Reason]]:
    rows = [one for one in reasons.reasons(decision, decision.choice, other) if abs(one.push) >= FAINT]
    carried, spoke = ([one for one in rows if sign * one.push > 0.0] for sign in (1.0, -1.0))
    return carried[:NAMED], spoke[:NAMED]


def _reason(
    model: Replay, decision: Decision, other: str, reason: Reason, indent: int, word: str
) -> list[Line]:
    changes = reasons.without(decision, reason.rule).changes
    behind = reasons.settings(
        decision, reason.rule, (decision.choice, other), model.parameters_of(decision.week)
    )
    causes = ", ".join(
        f"{one.name} {value(one.quantity, one.value)} ({one.quantity.source.grade})"
        for one in behind
        if one.value != 1.0 or not one.name.startswith(("strength_", "weight_"))
    )
    off = f"; without it another choice in {percent(changes)}" if changes >= 0.0005 else ""
    return [Line(indent, f"{word}: {pull(*reason)}{off}"), Line(indent + 1, causes)]


def _nearest(model: Replay, decision: Decision) -> str:
    near = reasons.rival(decision)
    if near is None:
        return "Nearest: nothing else was open."
    nearest = f"Nearest: {near.option}, {_gap(near.behind)} behind with that week's luck."
    tip = reasons.tip(decision)
    if tip is None:
        return f"{nearest} No rule between nothing and four times its strength turns the choice by itself."
    rule = model.registry.rules[tip.rule]
    return (
        f"{nearest} The least that turns it: {rule.name} ({rule.id}) at {tip.times:.2f} times its strength, "
        f"to {tip.option}."
    )


def _gap(behind: float) -> str:
    return f"{behind:.2f}" if behind >= 0.005 else "under 0.01"


def record(model: Replay, decision: Decision) -> dict[str, Any]:
    """Return what `lines` says as plain data."""
    other = None if decision.bound else reasons.compared(decision)
    near, tip = reasons.rival(decision), reasons.tip(decision)
    entry: dict[str, Any] = {
        "week": decision.week,
        "actor": decision.actor,
        "instrument": decision.instrument,
        "choice": decision.choice,
        "chance": decision.chance,
        "bound": decision.bound,
        "over": other,
        "nearest": None if near is None else near._asdict(),
        "tip": None if tip is None else tip._asdict(),
    }
    for word, side in zip(("for", "against"), _sides(decision, other) if other else ([], []), strict=True):
        entry[word] = [_reason_record(model, decision, str(other), one) for one in side]
    return entry


def _reason_record(model: Replay, decision: Decision, other: str, reason: Reason) -> dict[str, Any]:
    rule = model.registry.rules[reason.rule]
    off = reasons.without(decision, reason.rule)
    behind = reasons.settings(
        decision, reason.rule, (decision.choice, other), model.parameters_of(decision.week)
    )
    return {
        "rule": rule.id,
        "name": rule.name,
        "paragraphs": list(rule.paragraphs),
        "push": reason.push,
        "without": {"choice": off.choice, "changes": off.changes},
        "parameters": [
            {
                "name": one.name,
                "value": one.value,
                "unit": one.quantity.unit,
                "grade": one.quantity.source.grade,
                "reference": str(one.quantity.source),
            }
            for one in behind
        ],
    }
