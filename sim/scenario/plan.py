"""A scenario as arrays: what the two drivers consume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.registry import Model
from sim.scenario.checks import MEANS, OPERATIONS
from sim.scenario.conditions import Conditions, Layout
from sim.scenario.readings import reading
from sim.scenario.schema import Change, Commitment, Scenario, When
from sim.scenario.values import week_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Events(NamedTuple):
    """Events (first six fields, length E), their changes (length C, in the file's order), dated series.

    root : the node of `conditions` that is an event's own
    """

    trigger: Ints
    week: Ints
    root: Ints
    delay: Ints
    hazard: Floats
    lasts: Ints
    change_event: Ints
    is_parameter: Ints
    target: Ints
    op: Ints
    value: Floats
    change_low: Floats
    change_high: Floats
    opinion: Ints
    path_from: Ints
    path_len: Ints
    path_weeks: Ints
    path_values: Floats
    conditions: Conditions


class Commitments(NamedTuple):
    """Commitments (length K) with instruments that some react with, from the lowest priority to the highest.

    number : place among events and commitments in the file; first, last : weeks
    begins, ends : nodes of `conditions`, -1 for none; again : whether it may begin anew
    low, high : the first option of its instrument, and the first after it; insist : an option, -1 for none
    avoid : int8 (K, options); managed : int8 (options,) whether an option belongs to such an instrument
    """

    number: Ints
    first: Ints
    last: Ints
    begins: Ints
    ends: Ints
    again: Ints
    low: Ints
    high: Ints
    insist: Ints
    avoid: NDArray[np.int8]
    managed: NDArray[np.int8]
    conditions: Conditions


@dataclass(frozen=True)
class Plan:
    """One scenario, ready to run.

    `subjects` are the names of events and then of commitments.

    `world` (n_world,) and `parameters` (n_parameters,) are the start; `allowed` (weeks + 1, options)
    is 1 where an option is free, 0 where avoided, 2 where insisted upon, by commitments that nothing in a
    run begins or ends; `commitments` holds the others.
    """

    start: date
    weeks: int
    citizens: int
    world: Floats
    parameters: Floats
    event_names: tuple[str, ...]
    subjects: tuple[str, ...]
    events: Events
    allowed: NDArray[np.int8]
    commitments: Commitments

    @property
    def shape(self) -> tuple[object, ...]:
        """What two plans have in common that differ in their numbers alone: a key."""
        arrays: list[NDArray[Any]] = [self.allowed]
        for part in (self.events, self.commitments):
            arrays += [*part[:-1], *part.conditions]
        return self.start, self.weeks, self.citizens, self.event_names, *(one.tobytes() for one in arrays)


def plan(scenario: Scenario, model: Model) -> Plan:
    """Turn a checked scenario into arrays."""
    season = {"week_of_year": float((scenario.start.timetuple().tm_yday - 1) // 7)}
    return Plan(
        scenario.start,
        scenario.weeks,
        scenario.citizens,
        _values({name: q.default for name, q in model.world.items()}, {**season, **scenario.world}),
        _values({name: q.default for name, q in model.parameters.items()}, assumed(scenario, model)),
        tuple(event.name for event in scenario.events),
        subjects(scenario),
        _events(scenario, model),
        _allowed(scenario, model),
        _commitments(scenario, model),
    )


def assumed(scenario: Scenario, model: Model) -> dict[str, float]:
    """Return the parameters that a scenario takes from elsewhere than their defaults.

    Its own lie over `rules: off`, which lies over its reading, which lies over rules that it holds.
    """
    held = {rule.strength: 1.0 for rule in scenario.own_rules}
    read = reading(scenario.reading).parameters if scenario.reading is not None else {}
    off = {rule.strength: 0.0 for rule in model.rules.values()} if scenario.rules == "off" else {}
    return {**held, **read, **off, **scenario.parameters}


def _values(defaults: dict[str, float], given: dict[str, float]) -> Floats:
    return np.array([given.get(name, value) for name, value in defaults.items()], dtype=np.float64)


def _events(scenario: Scenario, model: Model) -> Events:
    world, parameters = list(model.world), list(model.parameters)
    heads: list[tuple[float, ...]] = []
    changes: list[tuple[float, ...]] = []
    path_weeks: list[int] = []
    path_values: list[float] = []
    layout = Layout(model, scenario.start, subjects(scenario))
    for number, event in enumerate(scenario.events):
        trigger, week, root, delay, hazard = 0, 0, -1, 0, 0.0
        if event.on is not None:
            week = week_of(scenario.start, event.on)
        elif event.when is not None:
            trigger, root = 1, layout.add(event.when)
            delay = 0 if event.when.after is not None else event.when.delay
        else:
            trigger, hazard = 2, float(event.hazard or 0.0)
        heads.append((trigger, week, root, delay, hazard, event.lasts))
        for target, change in event.change.items():
            is_parameter = target in model.parameters
            quantity = model.parameters[target] if is_parameter else model.world[target]
            place = parameters.index(target) if is_parameter else world.index(target)
            start = len(path_weeks)
            op, value = _operation(change)
            if change.path is not None:
                for day, level in sorted(change.path.items()):
                    path_weeks.append(week_of(scenario.start, day))
                    path_values.append(level)
            mean = MEANS.index(target) if target in MEANS else -1
            changes.append(
                (
                    number,
                    is_parameter,
                    place,
                    op,
                    value,
                    quantity.low,
                    quantity.high,
                    mean,
                    start,
                    len(path_weeks) - start,
                )
            )
    columns = [*_columns(heads, "iiiifi"), *_columns(changes, "iiiifffiii")]
    series = np.array(path_weeks, np.int64), np.array(path_values, np.float64)
    return Events._make([*columns, *series, layout.arrays()])


def subjects(scenario: Scenario) -> tuple[str, ...]:
    """Return what a condition may wait for: names of the events, then of the commitments, empty for none."""
    names = [one.name for one in scenario.events], [one.name or "" for one in scenario.commitments]
    return (*names[0], *names[1])


def _operation(change: Change) -> tuple[int, float]:
    for code, name in enumerate(OPERATIONS[:3]):
        value = getattr(change, name)
        if value is not None:
            return code, float(value)
    return 3, 0.0


def _columns(rows: list[tuple[float, ...]], kinds: str) -> list[Ints | Floats]:
    columns = [[row[k] for row in rows] for k in range(len(kinds))]
    return [
        np.array(column, np.int64) if kind == "i" else np.array(column, np.float64)
        for column, kind in zip(columns, kinds, strict=True)
    ]


def _options(model: Model) -> list[tuple[str, str, str]]:
    return [(one.actor, opt.instrument, opt.name) for one in model.instruments for opt in one.options]


def _weeks(scenario: Scenario, bound: Commitment) -> tuple[int, int]:
    """Return the first and the last week in which a commitment may hold."""
    first = 1 if bound.from_ is None else week_of(scenario.start, bound.from_)
    last = week_of(scenario.start, bound.until) if isinstance(bound.until, date) else scenario.weeks
    return first, last


def _managed(scenario: Scenario) -> set[tuple[str, str]]:
    """Return actors and instruments whose commitments are told apart week by week in a run."""
    return {(one.actor, one.instrument) for one in scenario.commitments if one.reacts or one.priority}


def _allowed(scenario: Scenario, model: Model) -> NDArray[np.int8]:
    keys, managed = _options(model), _managed(scenario)
    allowed = np.ones((scenario.weeks + 1, len(keys)), np.int8)
    for bound in scenario.commitments:
        if (bound.actor, bound.instrument) in managed:
            continue
        first, last = _weeks(scenario, bound)
        for name in bound.avoid:
            allowed[first : last + 1, keys.index((bound.actor, bound.instrument, name))] = 0
        if bound.insist is not None:
            allowed[first : last + 1, keys.index((bound.actor, bound.instrument, bound.insist))] = 2
    return allowed


def _commitments(scenario: Scenario, model: Model) -> Commitments:
    keys, managed = _options(model), _managed(scenario)
    layout = Layout(model, scenario.start, subjects(scenario))
    rows: list[tuple[float, ...]] = []
    ranked = sorted(enumerate(scenario.commitments), key=lambda one: one[1].priority)
    chosen = [(number, one) for number, one in ranked if (one.actor, one.instrument) in managed]
    avoid = np.zeros((len(chosen), len(keys)), np.int8)
    for k, (number, bound) in enumerate(chosen):
        begins = -1 if bound.when is None else layout.add(bound.when, bound.actor)
        ends = layout.add(bound.until, bound.actor) if isinstance(bound.until, When) else -1
        own = [(bound.actor, bound.instrument, name) for name in bound.avoid]
        avoid[k, [keys.index(one) for one in own]] = 1
        insist = -1 if bound.insist is None else keys.index((bound.actor, bound.instrument, bound.insist))
        options = [i for i, one in enumerate(keys) if one[:2] == (bound.actor, bound.instrument)]
        place = len(scenario.events) + number
        weeks = _weeks(scenario, bound)
        rows.append((place, *weeks, begins, ends, bound.again, options[0], options[-1] + 1, insist))
    mine = np.array([one[:2] in managed for one in keys], np.int8)
    return Commitments._make([*_columns(rows, "iiiiiiiii"), avoid, mine, layout.arrays()])
