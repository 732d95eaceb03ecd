"""Events: a base lies under the effective values that rules see.

An event without duration is an impulse on the base, once. With a duration, the effective value is
the base with all active changes applied in the file's order, for as long as it lasts; the week's
own movement and fading go to the base, so nothing is saved and nothing has to be restored.

These functions are plain Python, compiled by the ensemble driver and called compiled by the Mesa
driver as well. Arrays are flat float64 views of records unless said otherwise.
"""

from __future__ import annotations

from typing import Any

from sim.model.maths import clip, pure
from sim.model.population import means, shift_opinion

SET, ADD, MULTIPLY, PATH = 0, 1, 2, 3
DATE, WHEN, HAZARD = 0, 1, 2


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
def is_active(c: int, week: int, plan: Any, until: Any) -> bool:
    """Say whether change `c` holds this week, and is no impulse."""
    e = plan.change_event[c]
    return bool(until[e] >= week and (plan.lasts[e] > 0 or plan.op[c] == PATH))


@pure
def fires(e: int, week: int, last: Any, chance: Any, plan: Any, armed: Any, due: Any) -> bool:
    """Say whether an event becomes due this week.

    A condition fires on its rising edge only; an edge while an earlier one still waits out its delay
    is passed over.
    """
    if plan.trigger[e] == DATE:
        return bool(week == plan.week[e])
    if plan.trigger[e] == HAZARD:
        return bool(chance[e] < plan.hazard[e])
    if plan.direction[e] * (last[plan.variable[e]] - plan.threshold[e]) > 0.0:
        if armed[e] == 1:
            if due[e] < week:
                due[e] = week + plan.delay[e]
            armed[e] = 0
    else:
        armed[e] = 1
    return bool(due[e] == week)


@pure
def begin_events(
    week: int,
    plan: Any,
    last: Any,
    chance: Any,
    record: Any,
    world: Any,
    base: Any,
    started: Any,
    active: Any,
    p: Any,
    p_base: Any,
    until: Any,
    armed: Any,
    due: Any,
    opinion: Any,
    weights: Any,
    parts: Any,
) -> None:
    """Fire what is due, move impulses into the base, and make this week's effective values, in place.

    `record` is the world record whose flat view is `world`; `last` is the row of the week before.
    """
    for c in range(len(plan.op)):
        t = plan.target[c]
        if plan.is_parameter[c] == 1:
            p[t] = p_base[t]
        else:
            world[t] = base[t]
            active[t] = 0
    for e in range(len(plan.trigger)):
        if fires(e, week, last, chance, plan, armed, due):
            if plan.lasts[e] > 0:
                until[e] = week + plan.lasts[e] - 1
            else:
                strike(e, week, plan, record, world, base, p, p_base, until, opinion, weights, parts)
    for c in range(len(plan.op)):
        if is_active(c, week, plan, until):
            t = plan.target[c]
            if plan.is_parameter[c] == 1:
                p[t] = changed(p[t], c, week, plan)
            else:
                world[t] = changed(world[t], c, week, plan)
                active[t] = 1
    for c in range(len(plan.op)):
        if plan.is_parameter[c] == 0:
            started[plan.target[c]] = world[plan.target[c]]


@pure
def strike(
    e: int,
    week: int,
    plan: Any,
    record: Any,
    world: Any,
    base: Any,
    p: Any,
    p_base: Any,
    until: Any,
    opinion: Any,
    weights: Any,
    parts: Any,
) -> None:
    """Apply an event without duration to the base; one that changes a mean moves every citizen."""
    for c in range(len(plan.op)):
        if plan.change_event[c] != e:
            continue
        t = plan.target[c]
        if plan.op[c] == PATH:
            until[e] = plan.path_weeks[plan.path_from[c] + plan.path_len[c] - 1]
        elif plan.is_parameter[c] == 1:
            p_base[t] = changed(p_base[t], c, week, plan)
            p[t] = p_base[t]
        elif plan.opinion[c] >= 0:
            shift_opinion(opinion, plan.opinion[c], changed(world[t], c, week, plan) - world[t])
            means(record, opinion, weights, parts)
            for other in range(len(plan.op)):
                if plan.opinion[other] >= 0:
                    base[plan.target[other]] = world[plan.target[other]]
        else:
            base[t] = changed(base[t], c, week, plan)
            world[t] = base[t]


@pure
def settle_events(plan: Any, world: Any, base: Any, started: Any, active: Any) -> None:
    """Give the week's own movement of what is under a change to its base, before fading, in place."""
    for c in range(len(plan.op)):
        t = plan.target[c]
        if plan.is_parameter[c] == 0 and active[t] == 1:
            world[t] = clip(base[t] + (world[t] - started[t]), plan.change_low[c], plan.change_high[c])
            active[t] = 2


@pure
def end_events(week: int, plan: Any, world: Any, base: Any, p: Any, p_base: Any, until: Any) -> None:
    """Keep the faded base and put the week's active changes on top again, in place."""
    for c in range(len(plan.op)):
        if plan.is_parameter[c] == 0:
            base[plan.target[c]] = world[plan.target[c]]
    for c in range(len(plan.op)):
        if is_active(c, week, plan, until):
            t = plan.target[c]
            if plan.is_parameter[c] == 0:
                world[t] = changed(world[t], c, week, plan)
            if plan.lasts[plan.change_event[c]] == 0 and until[plan.change_event[c]] == week:
                if plan.is_parameter[c] == 1:
                    p_base[t] = p[t]
                else:
                    base[t] = world[t]
