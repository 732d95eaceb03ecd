"""Conditions week by week, and the commitments that they begin and end.

A node holds once what it says has been so for as many weeks in a row as it asks. Events look at the world
as it was recorded at the end of the week before; a commitment looks at what its actor perceives this week,
so a plan never sees what its actor cannot know.

These functions are plain Python, compiled by the ensemble driver and called as they are by the Mesa driver.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.decisions import AVOIDED, FREE, INSISTED
from sim.model.maths import pure
from sim.scenario.conditions import ABOVE, AFTER, ALL, ANY, BELOW, BETWEEN, SINCE, Conditions
from sim.scenario.plan import Commitments

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class CommitmentState(NamedTuple):
    """The commitments of a run that react, and how they stand.

    plan : what the scenario says of them
    held : (nodes,) weeks in a row for which each node has been so
    holds, ended : int8 (commitments,) whether it is kept this week; whether its condition has ended it
    begun, first : (events + commitments,) week in which each began last, and first; 0 for never, in the
        file's order
    seen : (actors, variables) what each actor perceives
    """

    plan: Commitments
    held: Ints
    holds: NDArray[np.int8]
    ended: NDArray[np.int8]
    begun: Ints
    first: Ints
    seen: Floats


@pure
def is_so(n: int, week: int, conditions: Conditions, held: Any, last: Any, seen: Any, begun: Any) -> bool:
    """Say whether a node is so this week, whatever it was before.

    `last` is the recorded world, `seen` (actors, variables) what each perceives.
    """
    kind, column = conditions.kind[n], conditions.column[n]
    if kind <= BETWEEN:
        look = conditions.look[n]
        x = last[column] if look < 0 else seen[look, column]
        if kind == ABOVE:
            return bool(x > conditions.low[n])
        if kind == BELOW:
            return bool(x < conditions.high[n])
        return bool(conditions.low[n] <= x <= conditions.high[n])
    if kind == SINCE:
        return bool(week >= column + conditions.wait[n])
    if kind == AFTER:
        return bool(begun[column] > 0 and week - begun[column] >= max(conditions.wait[n], 1))
    true = 0
    for k in range(conditions.first[n], conditions.first[n] + conditions.size[n]):
        part = conditions.parts[k]
        if held[part] >= conditions.span[part]:
            true += 1
    if kind == ALL:
        return bool(true == conditions.size[n])
    return bool(true > 0) if kind == ANY else bool(true == 0)


@pure
def look(week: int, conditions: Conditions, held: Any, last: Any, seen: Any, begun: Any) -> None:
    """Count for each node the weeks in a row for which it has been so, this week included, in place."""
    for n in range(len(conditions.kind)):
        if is_so(n, week, conditions, held, last, seen, begun):
            held[n] += 1
        else:
            held[n] = 0


@pure
def is_true(n: int, conditions: Conditions, held: Any) -> bool:
    """Say whether a node has been so for as long as it asks; no node (-1) never is."""
    return bool(n >= 0 and held[n] >= conditions.span[n])


@pure
def note(subject: int, week: int, begun: Any, first: Any) -> None:
    """Note that an event or a commitment begins this week, in place."""
    begun[subject] = week
    if first[subject] == 0:
        first[subject] = week


@pure
def commit(week: int, state: CommitmentState, last: Any, allowed: Any) -> None:
    """Begin and end what reacts, and set what each option of its instruments is this week, in place.

    `allowed` (options,) is 0 avoided, 1 free, 2 insisted upon; a higher priority comes later and stands.
    """
    plan, held, holds = state.plan, state.held, state.holds
    look(week, plan.conditions, held, last, state.seen, state.begun)
    for o in range(len(plan.managed)):
        if plan.managed[o] == 1:
            allowed[o] = FREE
    for k in range(len(plan.number)):
        over = week > plan.last[k] or is_true(plan.ends[k], plan.conditions, held)
        if holds[k] == 1 and over:
            holds[k] = 0
            state.ended[k] = 1
        elif holds[k] == 0 and not over and week >= plan.first[k]:
            free = state.ended[k] == 0 or plan.again[k] == 1
            if free and (plan.begins[k] < 0 or is_true(plan.begins[k], plan.conditions, held)):
                holds[k] = 1
                note(plan.number[k], week, state.begun, state.first)
        if holds[k] == 1:
            keep(k, plan, allowed)


@pure
def keep(k: int, plan: Commitments, allowed: Any) -> None:
    """Set what a commitment makes of the options of its instrument, over what was set before, in place."""
    for o in range(plan.low[k], plan.high[k]):
        if plan.avoid[k, o] == 1:
            allowed[o] = AVOIDED
        elif o == plan.insist[k]:
            allowed[o] = INSISTED
        elif plan.insist[k] >= 0 and allowed[o] == INSISTED:
            allowed[o] = FREE
