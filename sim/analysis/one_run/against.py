"""When and why two worlds part: a pair of runs replayed with the agents, choice by choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.engine.decisions import Decision

Ints = NDArray[np.int64]

#: Pushes smaller than this are rounding, not reasons.
LEAST = 1e-9


@dataclass(frozen=True)
class Turn:
    """A choice that fell differently in two worlds on the same draws.

    first, second : what was chosen in each
    rules : by rule, how much more it favours `second` over `first` in the second world than in the
        first, in units of utility, the largest first; together with `base` this is what turned the choice
    base : the same of the options' own inertia and ease
    bound : how a commitment or what is open bears on it, empty where the choice was free in both
    """

    week: int
    actor: str
    instrument: str
    first: str
    second: str
    rules: Mapping[str, float]
    base: float
    bound: str

    @property
    def leading(self) -> str | None:
        """The rule that did most to turn it, None where a commitment did or no rule pulled that way."""
        if self.bound:
            return None
        return next((name for name, push in self.rules.items() if push > LEAST), None)

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**vars(self), "rules": dict(self.rules)}


@dataclass(frozen=True)
class Parting:
    """How the median pair parts.

    replicate : which pair; `rungs_week` : first week on different rungs
    median : median first week over all pairs, None where fewer than half part at all
    turns : by actor and instrument the first choice that differs until then; empty where none does
    tally : in how many of the replayed pairs each rule did most to turn such a choice
    replayed : number of pairs that were replayed
    """

    replicate: int
    rungs_week: int
    median: int | None
    turns: tuple[Turn, ...]
    tally: Mapping[str, int]
    replayed: int

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            **vars(self),
            "turns": [one.record() for one in self.turns],
            "tally": dict(self.tally),
        }


def parting(specs: tuple[Scenario, Scenario], seed: int, parted: Ints, replays: int) -> Parting | None:
    """Replay the median pair and others around it.

    Parameters
    ----------
    parted
        (pairs,) first week on different rungs, 0 where never, -1 where a run failed.
    replays
        Number of pairs to replay, from 1.

    Returns
    -------
    Parting or None
        None where no pair parts.
    """
    apart = np.flatnonzero(parted > 0)
    if not len(apart):
        return None
    good = parted[parted >= 0]
    ordered = apart[np.argsort(parted[apart], kind="stable")]
    # Pairs that never part lie beyond every week, so the median of all may be one of them.
    middle = (len(good) - 1) // 2
    reached = middle < len(ordered)
    place = middle if reached else (len(ordered) - 1) // 2
    chosen = ordered[_around(place, len(ordered), replays)]
    found = {int(one): turns(specs, seed, int(one), int(parted[one])) for one in chosen}
    tally = Counter(
        name
        for made in found.values()
        for name in {one.leading or ("a commitment" if one.bound else "") for one in made}
        if name
    )
    run = int(ordered[place])
    return Parting(
        run,
        int(parted[run]),
        int(parted[run]) if reached else None,
        found[run],
        dict(tally.most_common()),
        len(found),
    )


def _around(place: int, total: int, wanted: int) -> list[int]:
    """Return places from `place` outwards, itself first."""
    order = sorted(range(total), key=lambda k: (abs(k - place), k))
    return order[:wanted]


def turns(specs: tuple[Scenario, Scenario], seed: int, replicate: int, until: int) -> tuple[Turn, ...]:
    """Run a pair with the agents, and return by actor and instrument the first choice that differs.

    A choice that a commitment turned is told, and so is the first one after it that was free.

    Parameters
    ----------
    until
        Last week that counts: the one in which the two first stand on different rungs.
    """
    from sim.engine.mesa_model import PolicyModel

    first, second = (PolicyModel(spec, seed=seed, replicate=replicate) for spec in specs)
    found: dict[tuple[str, str, bool], Turn] = {}
    try:
        done = 0
        while first.running and second.running and first.week < until:
            first.step()
            second.step()
            pairs = list(zip(first.decisions[done:], second.decisions[done:], strict=True))
            done = len(first.decisions)
            for a, b in pairs:
                if a.choice != b.choice:
                    one = _turn(a, b)
                    found.setdefault((one.actor, one.instrument, bool(one.bound)), one)
        return tuple(found.values())
    finally:
        for model in (first, second):
            model.__dict__.clear()  # Mesa before 3.4.2 never lets go of a model that had agents


def _turn(a: Decision, b: Decision) -> Turn:
    here, there = a.over(b.choice, a.choice), b.over(b.choice, a.choice)
    moved = {rule: there.get(rule, 0.0) - here.get(rule, 0.0) for rule in dict.fromkeys([*here, *there])}
    ordered = sorted(
        ((rule, push) for rule, push in moved.items() if abs(push) > LEAST),
        key=lambda one: (-abs(one[1]), one[0]),
    )
    base = (b.bases[b.choice] - b.bases[a.choice]) - (a.bases[b.choice] - a.bases[a.choice])
    return Turn(a.week, a.actor, a.instrument, a.choice, b.choice, dict(ordered), float(base), _bound(a, b))


def _bound(a: Decision, b: Decision) -> str:
    said = []
    for where, one, other in (("first", a, b), ("second", b, a)):
        if one.bound:
            said.append(f"insisted upon in the {where}")
        elif one.open[other.choice] and one.binding[other.choice] == 0:
            said.append(f"{other.choice} avoided in the {where}")
        elif not one.open[other.choice]:
            said.append(f"{other.choice} not open in the {where}")
    return "; ".join(said)
