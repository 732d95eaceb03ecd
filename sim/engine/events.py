"""Events: a base lies under the effective values that rules see.

An event without duration is an impulse on the base, once. With a duration, the effective value is
the base with all active changes applied in the file's order, for as long as it lasts; the base takes
the week as it would without a change on it, so nothing is saved and nothing has to be restored.

These functions are plain Python, compiled by the ensemble driver and called compiled by the Mesa
driver as well. Arrays are flat float64 views of records unless said otherwise.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.engine.conditions import is_true, look, note
from sim.model.averages import means
from sim.model.maths import clip, pure
from sim.model.population import Society, shift_opinion
from sim.scenario.plan import Events

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SET, ADD, MULTIPLY, PATH = 0, 1, 2, 3
DATE, WHEN, HAZARD = 0, 1, 2


class EventState(NamedTuple):
    """The events of a run, and how they stand.

    plan : what the scenario says of them
    base, spare : (variables,) the world under the changes; a world beside it, on which bases take their week
    active : int8 (variables,) 1 under a change, else 0
    p_base : (parameters,) the parameters under the changes
    until, armed, due : (events,) last week it holds; whether its condition may fire; week it falls due
    held : (nodes,) weeks in a row for which each node of the conditions has been so
    begun, first, seen : as of `CommitmentState`
    chance : (weeks + 1, events) uniforms
    """

    plan: Events
    base: Floats
    spare: Floats
    active: NDArray[np.int8]
    p_base: Floats
    until: Ints
    armed: Ints
    due: Ints
    held: Ints
    begun: Ints
    first: Ints
    seen: Floats
    chance: Floats


@pure
def path_value(week: int, weeks: Any, values: Any, start: int, length: int) -> float:
    """Return a dated series at a week: straight lines between points, held outside them."""
    if week <= weeks[start]:
        return float(values[start])
    for i in range(start + 1, start + length):
        if week <= weeks[i]:
            part = (week - weeks[i - 1]) / (weeks[i] - weeks[i - 1])
            return float(values[i - 1] + part * (values[i] - values[i - 1]))
    return float(values[start + length - 1])


@pure
def changed(x: float, c: int, week: int, plan: Any) -> float:
    """Return `x` after change `c`, within the target's bounds."""
    op = plan.op[c]
    if op == SET:
        x = plan.value[c]
    elif op == ADD:
        x = x + plan.value[c]
    elif op == MULTIPLY:
        x = x * plan.value[c]
    else:
        x = path_value(week, plan.path_weeks, plan.path_values, plan.path_from[c], plan.path_len[c])
    return clip(x, plan.change_low[c], plan.change_high[c])


@pure
def is_active(c: int, week: int, events: EventState) -> bool:
    """Say whether change `c` holds this week, and is no impulse."""
    plan = events.plan
    e = plan.change_event[c]
    return bool(events.until[e] >= week and (plan.lasts[e] > 0 or plan.op[c] == PATH))


@pure
def fires(e: int, week: int, events: EventState) -> bool:
    """Say whether an event becomes due this week.

    A condition fires on its rising edge only; an edge while an earlier one still waits out its delay
    is passed over.
    """
    plan, armed, due = events.plan, events.armed, events.due
    if plan.trigger[e] == DATE:
        return bool(week == plan.week[e])
    if plan.trigger[e] == HAZARD:
        return bool(events.chance[week, e] < plan.hazard[e])
    if is_true(plan.root[e], plan.conditions, events.held):
        if armed[e] == 1:
            if due[e] < week:
                due[e] = week + plan.delay[e]
            armed[e] = 0
    else:
        armed[e] = 1
    return bool(due[e] == week)


@pure
def begin_events(
    week: int, events: EventState, last: Any, record: Any, world: Any, p: Any, society: Society
) -> None:
    """Fire what is due, move impulses into the base, and make this week's effective values, in place.

    `record` is the world record whose flat view is `world`; `last` is the row of the week before.
    """
    plan, base, active = events.plan, events.base, events.active
    for c in range(len(plan.op)):
        t = plan.target[c]
        if plan.is_parameter[c] == 1:
            p[t] = events.p_base[t]
        else:
            world[t] = base[t]
            active[t] = 0
    look(week, plan.conditions, events.held, last, events.seen, events.begun)
    for e in range(len(plan.trigger)):
        if fires(e, week, events):
            note(e, week, events.begun, events.first)
            if plan.lasts[e] > 0:
                events.until[e] = week + plan.lasts[e] - 1
            else:
                strike(e, week, events, record, world, p, society)
    lay_changes(week, events, world, p)


@pure
def lay_changes(week: int, events: EventState, world: Any, p: Any) -> None:
    """Put the changes of a week on the base, in the file's order, in place."""
    plan = events.plan
    for c in range(len(plan.op)):
        if is_active(c, week, events):
            t = plan.target[c]
            if plan.is_parameter[c] == 1:
                p[t] = changed(p[t], c, week, plan)
            else:
                world[t] = changed(world[t], c, week, plan)
                events.active[t] = 1


@pure
def fill_base(events: EventState, world: Any) -> None:
    """Make the base whole, in place: what no event changes is as it stands."""
    plan, base, whole = events.plan, events.base, events.spare
    for v in range(len(world)):
        whole[v] = world[v]
    for c in range(len(plan.op)):
        if plan.is_parameter[c] == 0:
            whole[plan.target[c]] = base[plan.target[c]]
    for v in range(len(world)):
        base[v] = whole[v]


@pure
def strike(e: int, week: int, events: EventState, record: Any, world: Any, p: Any, society: Society) -> None:
    """Apply an event without duration to the base; one that changes a mean moves every citizen."""
    plan, base, p_base = events.plan, events.base, events.p_base
    for c in range(len(plan.op)):
        if plan.change_event[c] != e:
            continue
        t = plan.target[c]
        if plan.op[c] == PATH:
            events.until[e] = plan.path_weeks[plan.path_from[c] + plan.path_len[c] - 1]
        elif plan.is_parameter[c] == 1:
            p_base[t] = changed(p_base[t], c, week, plan)
            p[t] = p_base[t]
        elif plan.opinion[c] >= 0:
            shift_opinion(society, plan.opinion[c], changed(world[t], c, week, plan) - world[t])
            means(record, society)
            for other in range(len(plan.op)):
                if plan.opinion[other] >= 0:
                    base[plan.target[other]] = world[plan.target[other]]
        else:
            base[t] = changed(base[t], c, week, plan)
            world[t] = base[t]


@pure
def move_bases(move: Any, events: EventState, world: Any, spare: Any, *given: Any) -> None:
    """Let each base under a change take a part of the week as it would without that change, in place.

    What pulls a variable back pulls at its base: a rise that lasts is not paid for afterwards. All else is as
    it shows. `spare` is the record whose flat view the events hold; `move` changes it, `given` the rest.
    """
    base, beside = events.base, events.spare
    for v in range(len(world)):
        if events.active[v] == 1:
            for other in range(len(world)):
                beside[other] = world[other]
            beside[v] = base[v]
            move(spare, *given)
            base[v] = beside[v]


@pure
def settle_events(events: EventState, world: Any) -> None:
    """Put the bases in place of what lay on them, before fading, in place."""
    plan, base, active = events.plan, events.base, events.active
    for c in range(len(plan.op)):
        t = plan.target[c]
        if plan.is_parameter[c] == 0 and active[t] == 1:
            world[t] = base[t]


@pure
def end_events(week: int, events: EventState, world: Any, p: Any) -> None:
    """Keep the faded base and put the week's active changes on top again, in place."""
    plan, base = events.plan, events.base
    for c in range(len(plan.op)):
        if plan.is_parameter[c] == 0:
            base[plan.target[c]] = world[plan.target[c]]
    for c in range(len(plan.op)):
        if is_active(c, week, events):
            t = plan.target[c]
            if plan.is_parameter[c] == 0:
                world[t] = changed(world[t], c, week, plan)
            if plan.lasts[plan.change_event[c]] == 0 and events.until[plan.change_event[c]] == week:
                if plan.is_parameter[c] == 1:
                    events.p_base[t] = p[t]
                else:
                    base[t] = world[t]
