"""Turning points of a run: weeks in which a ladder moved, an event fired, an unlikely choice was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.one_run.weeks import Change, weeks
from sim.model.declare import Option
from sim.model.processes.contact import CHANNEL_OPEN, ENVOYS, RECOGNISED, TALKING

if TYPE_CHECKING:
    from sim.analysis.one_run.replay import Force, Replay
    from sim.engine.decisions import Decision
    from sim.engine.mesa_model import PolicyModel

#: A choice less likely than this counts as rare: about one in fifty.
RARE = 0.02
#: Weeks within which a decision counts as having moved a ladder: forces fade, readiness stays.
BACK = {"escalation": 13, "rapprochement": 104}

#: The step of political contact behind a rung of rapprochement; the second rung is of practical dealings.
STEP_OF = {1: CHANNEL_OPEN, 3: TALKING, 4: ENVOYS, 5: RECOGNISED}

#: What the rungs of each ladder hang on, by the higher of the two rungs between which it moved.
HANGS_ON = {
    ("escalation", 1): ("rhetoric", "threat"),
    ("escalation", 2): ("troops", "fighters"),
    ("rapprochement", 2): ("other_trade", "power_supply"),
    **{("rapprochement", rung): ("dushanbe_ready", "taliban_ready") for rung in STEP_OF},
}

#: What decides the higher rungs of escalation: drives that rules push, and the variable that shows it.
CHANCES = (("infiltration", "infiltrations"), ("clash", "clashes"), ("combat", "fighting"), ("war", "war"))


@dataclass(frozen=True)
class Fired:
    """An event that fired, and its targets at the end of the week before and of this."""

    name: str
    moved: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True)
class TurningPoint:
    """A turning point.

    changes : moves of the ladders this week
    movers : for each move, the last decisions with what moves its rung, where they moved it that way
    forces : for a clash, fighting or war, what rules added to the odds
    fired : events
    rare : unlikely choices of this week
    """

    week: int
    day: date
    changes: tuple[Change, ...]
    movers: tuple[tuple[Decision, ...], ...]
    forces: tuple[tuple[str, tuple[Force, ...]], ...]
    fired: tuple[Fired, ...]
    rare: tuple[Decision, ...]

    @property
    def decisions(self) -> list[Decision]:
        """Every decision it names, each once."""
        found = [one for group in self.movers for one in group] + list(self.rare)
        return list({(one.week, one.actor, one.instrument): one for one in found}.values())


def turning_points(model: Replay) -> list[TurningPoint]:
    """Return the turning points of a run that has ended, in order."""
    by_week: dict[int, list[Decision]] = {}
    for decision in model.decisions:
        by_week.setdefault(decision.week, []).append(decision)
    told = []
    for week in weeks(model):
        rare = tuple(one for one in week.decisions if one.chance < RARE and not one.bound)
        fired = tuple(_fired(model, one.week, one.name) for one in model.fired if one.week == week.number)
        forces = _forces(model, week.number)
        plans = any(one.week == week.number for one in model.kept)
        if not (week.changes or rare or fired or plans):
            continue
        movers = tuple(_movers(model, by_week, week.number, change) for change in week.changes)
        told.append(TurningPoint(week.number, week.day, week.changes, movers, forces, fired, rare))
    return told


def _movers(
    model: Replay, by_week: dict[int, list[Decision]], week: int, change: Change
) -> tuple[Decision, ...]:
    """Return of each instrument the last decision that moved what a rung hangs on, if it was that way.

    Political contact goes by steps, so there it is the last step over that rung; a fall is laid only at the
    door of a side that is no longer ready for it.
    """
    rung = max(change.before, change.after)
    variables: tuple[str, ...] = HANGS_ON.get((change.ladder, rung), ())
    steps = change.ladder == "rapprochement" and rung in STEP_OF
    upward, level = change.after > change.before, STEP_OF[rung] if steps else float(rung)
    if steps and not upward:
        variables = tuple(name for name in variables if model.past(week)[name] < level)
    found: dict[tuple[str, str], tuple[Decision, float]] = {}
    for number in range(week, max(week - BACK[change.ladder], 0), -1):
        for decision in by_week.get(number, []):
            key = decision.actor, decision.instrument
            if key in found or decision.choice == "hold":
                continue
            before, after = ends(model, decision, variables)
            if (min(before, after) < level <= max(before, after)) if steps else before != after:
                found[key] = decision, after - before
    right = [one for one, step in found.values() if (step > 0.0) == upward]
    return tuple(sorted(right, key=lambda one: (-one.week, one.actor)))


def ends(model: Replay, decision: Decision, variables: tuple[str, ...]) -> tuple[float, float]:
    """Return the first of these variables that a decision's option moves, before and after; 0 if none."""
    option = option_of(model, decision, decision.choice)
    mine = [name for name in variables if name in option.moves]
    if option.function is None or not mine:
        return 0.0, 0.0
    before = model.past(decision.week - 1)
    world = np.array([before], dtype=model.registry.world_dtype).view(np.recarray)[0]
    option.function(world, model.parameters_of(decision.week))
    return float(before[mine[0]]), float(world[mine[0]])


def option_of(model: PolicyModel, decision: Decision, name: str) -> Option:
    """Return an option of the instrument that a decision was made with."""
    return next(
        option
        for one in model.registry.instruments_of(decision.actor)
        if one.name == decision.instrument
        for option in one.options
        if option.name == name
    )


def _fired(model: Replay, week: int, name: str) -> Fired:
    before, after = model.past(week - 1), model.past(week)
    moved = []
    for one in model.spec.events if model.spec is not None else ():
        if one.name != name:
            continue
        for target in one.change:
            if target in model.registry.world:
                pair = float(before[target]), float(after[target])
            else:
                now = model.parameters_of(week)[target], model.parameters_of(week - 1)[target]
                pair = float(now[1]), float(now[0])
            moved.append((target, *pair))
    return Fired(name, tuple(moved))


def _forces(model: Replay, week: int) -> tuple[tuple[str, tuple[Force, ...]], ...]:
    if model.failure is not None and week >= model.failure.week:
        return ()
    before, after = model.past(week - 1), model.past(week)
    return tuple(
        (drive, tuple(model.forces(week, drive))) for drive, shows in CHANCES if after[shows] > before[shows]
    )
