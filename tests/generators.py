"""Hypothesis strategies for scenarios, worlds and parameters, shared by all tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.model.actors import ACTORS
from sim.model.provenance import Quantity, dtype_of
from sim.model.registry import Model, load
from sim.scenario import catalogue
from sim.scenario.checks import MEANS
from sim.scenario.conditions import seen
from sim.scenario.schema import Scenario

#: Where a hard bound says little (a billion persons), values are drawn up to here, by unit.
CAPS = {
    "persons": 60_000.0,
    "persons/week": 10_000.0,
    "USD": 1e9,
    "USD/week": 5e6,
    "USD/GWh": 1e5,
    "GWh/week": 60.0,
    "count": 200.0,
    "week": 1040.0,
    "1/week": 1.0,
    "1": 10.0,
    "utility": 10.0,
    "logit": 10.0,
}


def reach(quantity: Quantity) -> tuple[float, float]:
    """Return finite bounds within which values of a quantity make some sense."""
    cap = max(CAPS.get(quantity.unit, 1.0), quantity.plausible[1])
    low = quantity.low if np.isfinite(quantity.low) else -cap
    return max(low, -cap), min(quantity.high, cap if quantity.unit in CAPS else quantity.high)


def between(low: float, high: float) -> st.SearchStrategy[float]:
    """Return numbers from a range, both ends among them."""
    if low == high:
        return st.just(float(low))
    inner = st.floats(low, high, allow_nan=False, allow_subnormal=False)
    return st.one_of(inner, st.sampled_from((float(low), float(high))))


def plausible(quantity: Quantity) -> st.SearchStrategy[float]:
    """Return values from a quantity's plausible range; a strength may also be off, doubled or reversed."""
    if quantity.name.startswith("strength_"):
        return st.one_of(st.sampled_from((0.0, 0.0, 1.0, 2.0, -1.0)), between(0.0, 1.0))
    return between(*quantity.plausible)


def _filled(
    quantities: Mapping[str, Quantity], ranges: Any, seed: int, corners: bool, off: bool
) -> dict[str, float]:
    # Hundreds of values come from one drawn seed: drawing each by itself takes most of a test's time.
    random = np.random.Generator(np.random.PCG64(seed))
    parts = random.integers(0, 2, len(quantities)) if corners else random.random(len(quantities))
    values = {}
    for part, (name, quantity) in zip(parts, quantities.items(), strict=True):
        low, high = ranges(quantity)
        value = low + float(part) * (high - low)
        values[name] = 0.0 if off and name.startswith("strength_") else float(min(max(value, low), high))
    return values


def parameter_boxes() -> st.SearchStrategy[dict[str, float]]:
    """Return a value for every parameter within its plausible range: inside the box or at its corners."""
    return st.builds(
        lambda seed, corners, off: _filled(
            load().parameters, lambda quantity: quantity.plausible, seed, corners, off
        ),
        st.integers(0, 2**32 - 1),
        st.booleans(),
        st.sampled_from((False, False, False, True)),
    )


def world_values() -> st.SearchStrategy[dict[str, float]]:
    """Return a value for every variable of the world, derived ones too, within bounds and reach."""
    return st.builds(
        lambda seed, corners: _filled(load().world, reach, seed, corners, False),
        st.integers(0, 2**32 - 1),
        st.sampled_from((False, False, True)),
    )


def worlds() -> st.SearchStrategy[Any]:
    """Return random world records (`world.rhetoric`), as rules read them."""
    return world_values().map(lambda values: record(load().world, values))


def record(quantities: Mapping[str, Quantity], values: Mapping[str, float]) -> Any:
    """Return a record of these quantities; what is not given has its default."""
    made = np.zeros(1, dtype_of(dict(quantities))).view(np.recarray)
    for name, quantity in quantities.items():
        made[name] = values.get(name, quantity.default)
    return made[0]


@st.composite
def scenarios(
    draw: st.DrawFn,
    max_weeks: int = 26,
    citizens: st.SearchStrategy[int] | int = 0,
    min_weeks: int = 1,
    max_events: int = 5,
) -> Scenario:
    """Return valid scenarios with overlapping events of all kinds, commitments, values, readings.

    Parameters
    ----------
    max_weeks, min_weeks
        Range of the horizon, weeks.
    citizens
        How many, or a strategy for it.
    max_events
        Most events; their targets come from a small pool, so that they overlap.
    """
    model = load()
    weeks = draw(st.integers(min_weeks, max_weeks))
    start = draw(st.sampled_from((date(2021, 8, 16), date(2020, 2, 24), date(2024, 12, 30))))
    pool = draw(st.lists(st.sampled_from(targets(model)), min_size=1, max_size=4, unique=True))
    count = draw(st.integers(1, max_events))
    bound = draw(_commitments(model, start, weeks))
    # What conditions wait for is there: the first event, and a commitment of this name.
    plan: dict[str, Any] = {"name": "plan 0", "actor": "china", "instrument": "border", "avoid": ["fund"]}
    if draw(st.booleans()):  # most events happen, and few other conditions hold: so that plans begin and end
        plan["when"] = {"after": "event 0"}
        plan["until"] = {"after": "event 0", "delay": draw(st.integers(1, 4))}
    bound = [one for one in bound if (one["actor"], one["instrument"]) != ("china", "border")]
    return Scenario(
        title="generated",
        start=start,
        weeks=weeks,
        citizens=citizens if isinstance(citizens, int) else draw(citizens),
        reading=draw(st.sampled_from((None, *catalogue.reading_names()))),
        world=draw(_some({name: q for name, q in model.world.items() if not q.derived})),
        parameters=draw(_some(model.parameters)),
        events=[draw(_event(model, f"event {i}", start, weeks, pool)) for i in range(count)],
        commitments=[plan, *bound],
    )


def targets(model: Model) -> list[str]:
    """Return what events may change: the means of opinion first, so that they are often drawn."""
    free = [name for name, q in model.world.items() if not q.derived]
    return [*MEANS, *free, *model.parameters]


def _some(quantities: Mapping[str, Quantity]) -> st.SearchStrategy[dict[str, float]]:
    names = st.lists(st.sampled_from(list(quantities)), max_size=5, unique=True)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries({name: plausible(quantities[name]) for name in chosen})
    )


def _days(start: date, weeks: int) -> st.SearchStrategy[date]:
    return st.dates(start, start + timedelta(weeks=weeks, days=-1))


@st.composite
def _event(draw: st.DrawFn, model: Model, name: str, start: date, weeks: int, pool: list[str]) -> Any:
    event: dict[str, Any] = {"name": name}
    chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=3, unique=True))
    trigger = draw(st.sampled_from(("on", "when", "hazard")))
    if trigger == "on":
        event["on"] = draw(_days(start, weeks))
    elif trigger == "when":
        subjects = [one for one in ("event 0", "plan 0") if one != name]
        event["when"] = draw(conditions(model, list(model.world), subjects, start, weeks))
        if "after" not in event["when"]:
            event["when"]["delay"] = draw(st.integers(0, 4))
    else:
        event["hazard"] = draw(between(0.0, 1.0))
    steady = not set(chosen) & set(MEANS)
    if steady and draw(st.booleans()):
        event["lasts"] = draw(st.integers(1, 12))
    event["change"] = {
        target: draw(_change(model, target, start, weeks, event.get("on"))) for target in chosen
    }
    return event


@st.composite
def conditions(
    draw: st.DrawFn,
    model: Model,
    variables: list[str],
    subjects: list[str],
    start: date,
    weeks: int,
    depth: int = 0,
) -> dict[str, Any]:
    """Return conditions on these variables and on what may be waited for, one in another up to three deep."""
    forms = ("variable", "variable", "variable", "after") + (("all", "any", "not") if depth < 3 else ())
    form = draw(st.sampled_from(forms))
    made: dict[str, Any]
    if form == "variable":
        watched = draw(st.sampled_from(variables))
        side = draw(st.sampled_from(("above", "below", "between")))
        level = between(*reach(model.world[watched]))
        low, high = sorted((draw(level), draw(level)))
        side = side if low < high else "above"
        made = {"variable": watched, side: [low, high] if side == "between" else low}
    elif form == "after":
        made = {"after": draw(st.one_of(st.sampled_from(subjects), _days(start, weeks).map(str)))}
        made["delay"] = draw(st.integers(0, 4))
    else:
        inner = conditions(model, variables, subjects, start, weeks, depth + 1)
        made = {form: draw(inner if form == "not" else st.lists(inner, min_size=1, max_size=3))}
    if draw(st.booleans()):
        made["for"] = draw(st.integers(0, 4))
    return made


@st.composite
def _change(
    draw: st.DrawFn, model: Model, target: str, start: date, weeks: int, on: date | None
) -> dict[str, Any]:
    quantity = model.world.get(target) or model.parameters[target]
    low, high = quantity.plausible
    if low == high:
        low, high = reach(quantity)
    operations = ("set", "add", "multiply") if target in MEANS else ("set", "add", "multiply", "path")
    operation = draw(st.sampled_from(operations))
    if operation == "set":
        return {"set": draw(between(low, high))}
    if operation == "add":
        return {"add": draw(between(low - high, high - low))}
    if operation == "multiply":
        return {"multiply": draw(between(0.0, 2.0))}
    first = 0 if on is None else (on - start).days // 7
    last = draw(st.integers(first, weeks - 1))
    before = draw(st.sets(st.integers(0, weeks - 1), max_size=3))
    # The end of the last week, so that the path is never over before its event happens.
    days = [start + timedelta(weeks=week, days=6) for week in sorted({*before, last})]
    return {"path": {one: draw(between(low, high)) for one in days}}


@st.composite
def _commitments(draw: st.DrawFn, model: Model, start: date, weeks: int) -> list[dict[str, Any]]:
    instruments = {(one.actor, one.name): one for one in model.instruments if one.actor in ACTORS}
    found = []
    for actor, name in draw(st.lists(st.sampled_from(list(instruments)), max_size=3, unique=True)):
        options = [one.name for one in instruments[actor, name].options]
        bound: dict[str, Any] = {"actor": actor, "instrument": name}
        if draw(st.booleans()):
            bound["insist"] = draw(st.sampled_from(options))
        else:
            bound["avoid"] = draw(st.lists(st.sampled_from(options[1:]), min_size=1, unique=True))
        first, last = sorted((draw(_days(start, weeks)), draw(_days(start, weeks))))
        if draw(st.booleans()):
            bound["from"] = first
        if draw(st.booleans()):
            bound["until"] = last
        if draw(st.booleans()):
            watched = seen(model, actor)
            bound["when"] = draw(conditions(model, watched, ["event 0"], start, weeks))
            if draw(st.booleans()):
                bound["until"] = draw(conditions(model, watched, ["event 0"], start, weeks))
                bound["again"] = draw(st.booleans())
        found.append(bound)
    return found
