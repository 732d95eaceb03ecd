"""A run week by week: moves of the ladders, events, decisions and which of them are news."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sim.model.outcomes import ESCALATION, RAPPROCHEMENT

if TYPE_CHECKING:
    from sim.engine.decisions import Decision
    from sim.engine.mesa_model import PolicyModel

#: Weeks after which taking an option again is news.
NEWS = 52

LADDERS = {"escalation": ESCALATION, "rapprochement": RAPPROCHEMENT}


@dataclass(frozen=True)
class Change:
    """A move of a ladder from one rung to another."""

    week: int
    ladder: str
    before: int
    after: int


@dataclass(frozen=True)
class Week:
    """What a week brought.

    events : names of those that fired; news : the decisions worth telling, all of them in `decisions`
    """

    number: int
    day: date
    changes: tuple[Change, ...]
    events: tuple[str, ...]
    decisions: tuple[Decision, ...]
    news: tuple[Decision, ...]


def weeks(model: PolicyModel) -> list[Week]:
    """Return every week that was simulated, from 1."""
    taken: dict[tuple[str, str, str], int] = {}
    by_week: dict[int, list[Decision]] = {}
    for decision in model.decisions:
        by_week.setdefault(decision.week, []).append(decision)
    told = []
    for number in range(1, model.week + 1):
        decisions = by_week.get(number, [])
        news = []
        for decision in decisions:
            key = (decision.actor, decision.instrument, decision.choice)
            if decision.choice != "hold":
                if number - taken.get(key, -NEWS) >= NEWS:
                    news.append(decision)
                taken[key] = number
        sound = model.failure is None or number < model.failure.week
        told.append(
            Week(
                number,
                day_of(model, number),
                changes(model, number) if sound else (),
                tuple(one.name for one in model.fired if one.week == number),
                tuple(decisions),
                tuple(news),
            )
        )
    return told


def day_of(model: PolicyModel, week: int) -> date:
    """Return the first day of a week."""
    return model.plan.start + timedelta(days=7 * (week - 1))


def changes(model: PolicyModel, week: int) -> tuple[Change, ...]:
    """Return the changes of rung in a week."""
    before, after = model.past(week - 1), model.past(week)
    return tuple(
        Change(week, ladder, int(before[ladder]), int(after[ladder]))
        for ladder in LADDERS
        if before[ladder] != after[ladder]
    )
