"""The page with one week of one run: every draw, every intermediate number, every result."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any, NamedTuple

import numpy as np

from sim.engine.codegen import estimates
from sim.engine.mesa_model import PolicyModel
from sim.model.constants import functions
from sim.model.population import OPINIONS, TRAITS
from sim.model.registry import load
from sim.model.week import AFTER_OPINION, BEFORE_OPINION
from sim.model.world import REGIONS
from sim.scenario.loading import load_scenario
from sim.views.reference.markdown import exact, page, table

STORYLINE, SEED, REPLICATE, WEEK = "baseline", 0, 0, 2


class Call(NamedTuple):
    """One call of a function of the model: its local numbers, what it returned, the world before and after."""

    function: Callable[..., Any]
    local: dict[str, float]
    value: Any
    before: np.ndarray
    after: np.ndarray


def watched(model: PolicyModel) -> list[Call]:
    """Simulate a week and return the calls of rules, options and processes in it, in their order."""
    known: dict[CodeType, Callable[..., Any]] = {one.__code__: one for one in functions("sim.model")}
    began: dict[int, np.ndarray] = {}
    calls: list[Call] = []

    def watch(frame: FrameType, happening: str, value: Any) -> None:
        function = known.get(frame.f_code)
        if function is None:
            return
        if happening == "call":
            began[id(frame)] = model.space.records.world.copy()
        elif happening == "return":
            local = {
                name: float(number)
                for name, number in frame.f_locals.items()
                if isinstance(number, int | float | np.floating)
            }
            calls.append(Call(function, local, value, began.pop(id(frame)), model.space.records.world.copy()))

    sys.setprofile(watch)
    try:
        model.step()
    finally:
        sys.setprofile(None)
    return calls


def example() -> str:
    """Return the page of the worked week."""
    registry = load()
    model = PolicyModel(load_scenario(STORYLINE).replace(citizens=0, weeks=WEEK), SEED, REPLICATE)
    for _ in range(WEEK - 1):
        model.step()
    calls = watched(model)
    recorded, names = model.space.records.flat, list(registry.world)
    options = {one.function: one for each in registry.instruments for one in each.options}
    done = [
        (f"{options[one.function].actor} {options[one.function].key}", one)
        for one in calls
        if one.function in options
    ]
    processes = [(one.function.__name__, one) for one in calls]
    return page(
        "One week, worked through",
        f"Week {WEEK} of the storyline `{STORYLINE}` with `citizens: 0`, seed {SEED}, replicate {REPLICATE}, at the default "
        "parameters; what the model did, number by number, to the last digit. The laws are on [the page of the "
        "week](processes.md).",
        "## The world before",
        f"Recorded at the end of week {WEEK - 1}; week 0 is the start.",
        _numbers("variable", zip(names, recorded[WEEK - 1], strict=True)),
        "## Draws of processes",
        _numbers("draw", ((f"process/{name}", model.luck[WEEK][name]) for name in registry.draws)),
        *(part for actor in registry.actors for part in _decisions(model, actor)),
        "## Acting",
        _changes(done, names),
        "## Driving",
        _driving(model, calls),
        _numbers("drive", ((name, model.drive[name]) for name in registry.drives)),
        "## Processes",
        _changes([one for one in processes if one[1].function in BEFORE_OPINION], names),
        "## Opinion",
        _opinion(model),
        "## Processes after opinion",
        _changes([one for one in processes if one[1].function in AFTER_OPINION], names),
        "## The world after",
        "Faded and recorded.",
        _numbers("variable", zip(names, recorded[WEEK], strict=True)),
    )


def _decisions(model: PolicyModel, actor: str) -> list[str]:
    """Return what a state perceived, how it appraised its options and what it took."""
    place = model.registry.actors.index(actor)
    state = list(model.states)[place]
    estimated = [one.name for one in estimates(model.registry, actor)]
    noise = dict(zip(estimated, model.space.choice.luck_seen[place][WEEK], strict=True))
    decided = [one for one in model.decisions if one.week == WEEK and one.actor == actor]
    perceived = [
        (f"`{name}`", exact(float(noise[name])) if name in noise else "exact", exact(float(state.seen[name])))
        for name in state.perceived
    ]
    products = [
        (
            f"{cell.rule} `{cell.clause}`",
            f"`{one.instrument}.{cell.option}`",
            exact(cell.intensity),
            "+" if cell.sign > 0 else "−",
            *(exact(value) for value in (cell.strength, cell.weight, cell.size, cell.product)),
        )
        for one in decided
        for cell in one.cells
    ]
    taken = [
        (
            f"`{one.instrument}.{name}`",
            *(exact(values[name]) for values in (one.bases, one.utilities, one.draws, one.chances)),
            "yes" if one.open[name] else "no",
            "taken" if one.choice == name else "",
        )
        for one in decided
        for name in one.utilities
    ]
    factors, sums = ("strength", "weight", "size", "product"), ("base", "utility", "luck", "chance")
    return [
        f"## {actor.capitalize()}",
        "### What it perceives",
        table(("variable", "draw", "perceived"), perceived, ("draw", "perceived")),
        "### How it appraises",
        table(("clause", "pushes", "intensity", "sign", *factors), products, ("intensity", *factors)),
        "### What it takes",
        table(("option", *sums, "open", "taken"), taken, sums),
    ]


def _driving(model: PolicyModel, calls: list[Call]) -> str:
    """Return the clauses that pushed drives, with their intensities."""
    driving = {part.function: (rule, part) for rule, part in model.registry.driving()}
    rows = [
        (
            f"{rule.id} `{call.function.__name__}`",
            exact(float(call.value)),
            f"`{push.target}`",
            "+" if push.sign > 0 else "−",
            exact(float(model.p[rule.strength])),
            exact(float(model.p[push.size])),
        )
        for call in calls
        if call.function in driving
        for rule, part in [driving[call.function]]
        for push in part.pushes
    ]
    heads = ("clause", "intensity", "drive", "sign", "strength", "size")
    return table(heads, rows, ("intensity", "strength", "size"))


def _numbers(head: str, values: Iterable[tuple[str, Any]]) -> str:
    return table((head, "value"), [(f"`{name}`", exact(float(value))) for name, value in values], ("value",))


def _changes(calls: list[tuple[str, Call]], names: list[str]) -> str:
    """Return what calls did: their local numbers, and the variables they changed."""
    rows = []
    for title, call in calls:
        rows += [(f"`{title}`", f"{name}", "", exact(value)) for name, value in call.local.items()]
        rows += [
            (f"`{title}`", f"`{name}`", exact(float(was)), exact(float(now)))
            for name, was, now in zip(names, call.before, call.after, strict=True)
            if was != now
        ]
    return table(("what", "number", "before", "after"), rows, ("before", "after"))


def _opinion(model: PolicyModel) -> str:
    """Return the five representatives after the week."""
    people = model.space.people
    columns = [
        *((f"`{name}`", people.traits[:, k]) for k, name in enumerate(TRAITS)),
        *((f"anchor `{name}`", people.anchor[:, k]) for k, name in enumerate(OPINIONS)),
        *((f"`{name}`", people.opinion[:, k]) for k, name in enumerate(OPINIONS)),
    ]
    heads = [name for name, _ in columns]
    return "Traits and anchors of the five representatives, and their opinions after the week:\n\n" + table(
        ("region", *heads),
        [(region, *(exact(float(values[k])) for _, values in columns)) for k, region in enumerate(REGIONS)],
        heads,
    )
