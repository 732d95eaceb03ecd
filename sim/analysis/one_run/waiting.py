"""What waited for a condition in a replayed run and never began, or was overruled, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.analysis.one_run.replay import Replay
from sim.scenario.schema import Commitment, Event

#: Why something did not begin, or did not count in every week in which it held.
NEVER, EARLY, LATE, ENDED, OVERRULED = (
    "its condition was never true",
    "its condition was true only before its first day",
    "its condition was true too late",
    "the condition that ends it was true as well",
    "another commitment of higher priority held",
)


class Waiting(NamedTuple):
    """An event or commitment that never began, or that another commitment overruled.

    weeks : in which its condition was true, or in which it was overruled
    """

    what: Event | Commitment
    reason: str
    weeks: list[int]

    @property
    def name(self) -> str:
        """What it goes by."""
        if isinstance(self.what, Event):
            return self.what.name
        return self.what.name or f"{self.what.actor}: {self.what.instrument}"

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"name": self.name, "reason": self.reason, "weeks": self.weeks}


def waiting(model: Replay) -> list[Waiting]:
    """Return what never began or was overruled, in the order of the file."""
    assert model.spec is not None
    first = model.space.commitments.first
    subjects: tuple[Event | Commitment, ...] = (*model.spec.events, *model.spec.commitments)
    every = []
    for number, what in enumerate(subjects):
        if what.when is not None and first[number] == 0:
            weeks = model.so.get(number, [])
            every.append(Waiting(what, _reason(model, number, weeks), weeks))
        elif number in model.overruled:
            every.append(Waiting(what, OVERRULED, model.overruled[number]))
    return every


def _reason(model: Replay, number: int, weeks: list[int]) -> str:
    """Return why what has a condition never began, from the weeks in which that was true."""
    if not weeks:
        return NEVER
    plan = model.space.commitments.plan
    for k in (plan.number == number).nonzero()[0]:
        if weeks[-1] < plan.first[k]:
            return EARLY
        return LATE if weeks[0] > plan.last[k] else ENDED
    return LATE
