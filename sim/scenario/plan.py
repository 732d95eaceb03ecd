"""A scenario as arrays: what the two drivers consume."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.registry import Model
from sim.scenario.checks import MEANS, OPERATIONS
from sim.scenario.readings import reading
from sim.scenario.schema import Change, Scenario

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Events(NamedTuple):
    """Events (first nine fields, length E), their changes (length C, in the file's order), dated series."""

    trigger: Ints
    week: Ints
    variable: Ints
    direction: Ints
    threshold: Floats
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


@dataclass(frozen=True)
class Plan:
    """One scenario, ready to run.

    `world` (n_world,) and `parameters` (n_parameters,) are the start; `allowed` (weeks + 1, options)
    is 1 where an option is free, 0 where avoided, 2 where insisted upon.
    """

    start: date
    weeks: int
    citizens: int
    world: Floats
    parameters: Floats
    event_names: tuple[str, ...]
    events: Events
    allowed: NDArray[np.int8]


def week_of(start: date, day: date) -> int:
    """Return the number (from 1) of the week that contains a day; earlier days fall in week 1."""
    return max((day - start).days // 7 + 1, 1)


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
        _events(scenario, model),
        _allowed(scenario, model),
    )


def assumed(scenario: Scenario, model: Model) -> dict[str, float]:
    """Return the parameters that a scenario takes from elsewhere than their defaults.

    Its own lie over `rules: off`, which lies over its reading.
    """
    read = reading(scenario.reading).parameters if scenario.reading is not None else {}
    off = {rule.strength: 0.0 for rule in model.rules.values()} if scenario.rules == "off" else {}
    return {**read, **off, **scenario.parameters}


def _values(defaults: dict[str, float], given: dict[str, float]) -> Floats:
    return np.array([given.get(name, value) for name, value in defaults.items()], dtype=np.float64)


def _events(scenario: Scenario, model: Model) -> Events:
    world, parameters = list(model.world), list(model.parameters)
    heads: list[tuple[float, ...]] = []
    changes: list[tuple[float, ...]] = []
    path_weeks: list[int] = []
    path_values: list[float] = []
    for number, event in enumerate(scenario.events):
        trigger, week, variable, direction, threshold, delay, hazard = 0, 0, 0, 1, 0.0, 0, 0.0
        if event.on is not None:
            week = week_of(scenario.start, event.on)
        elif event.when is not None:
            trigger, variable, delay = 1, world.index(event.when.variable), event.when.delay
            above = event.when.above
            direction = 1 if above is not None else -1
            threshold = float(above if above is not None else event.when.below or 0.0)
        else:
            trigger, hazard = 2, float(event.hazard or 0.0)
        heads.append((trigger, week, variable, direction, threshold, delay, hazard, event.lasts))
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
    columns = [*_columns(heads, "iiiififi"), *_columns(changes, "iiiifffiii")]
    columns += [np.array(path_weeks, np.int64), np.array(path_values, np.float64)]
    return Events._make(columns)


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


def _allowed(scenario: Scenario, model: Model) -> NDArray[np.int8]:
    keys = [(one.actor, opt.instrument, opt.name) for one in model.instruments for opt in one.options]
    allowed = np.ones((scenario.weeks + 1, len(keys)), np.int8)
    for bound in scenario.commitments:
        first = 1 if bound.from_ is None else week_of(scenario.start, bound.from_)
        last = scenario.weeks if bound.until is None else week_of(scenario.start, bound.until)
        for name in bound.avoid:
            allowed[first : last + 1, keys.index((bound.actor, bound.instrument, name))] = 0
        if bound.insist is not None:
            allowed[first : last + 1, keys.index((bound.actor, bound.instrument, bound.insist))] = 2
    return allowed
