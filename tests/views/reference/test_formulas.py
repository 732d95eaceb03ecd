"""What the pages print as formulas is what the functions do: read back and run beside them."""

from __future__ import annotations

import inspect
import math
import re
import textwrap
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.engine import compiled
from sim.engine.codegen import estimate_span, estimates
from sim.engine.decisions import AVOIDED, FREE, INSISTED
from sim.engine.mesa_model import PolicyModel
from sim.model import constants, maths
from sim.model.actors import ACTORS
from sim.model.fields import fields_read, functions_called, parameters_read
from sim.model.provenance import Quantity
from sim.model.registry import load
from sim.model.week import AFTER_OPINION, BEFORE_OPINION
from sim.scenario.loading import load_scenario
from sim.views.reference.formula import BARE, CHANNELS, formula
from tests.views.reference.second import python

MODEL = load()
RULES = [one.function for rule in MODEL.rules.values() for one in rule.clauses]
OPTIONS = [
    function
    for instrument in MODEL.instruments
    for option in instrument.options
    for function in (option.function, option.open_when)
    if function is not None
]
WEEK = [*RULES, *OPTIONS, *BEFORE_OPINION, *AFTER_OPINION]
SERIES = (maths.exponential, maths.logarithm)  # printed as exp and ln
HELPERS = [
    one
    for one in dict.fromkeys(helper for each in WEEK for helper in functions_called(each))
    if one not in SERIES
]


def record(quantities: list[Quantity], rng: np.random.Generator) -> SimpleNamespace:
    """Return values within bounds, now and then a bound itself."""
    values = {}
    for one in quantities:
        low, high = max(one.low, one.default - 10.0), min(one.high, one.default + 10.0)
        if one.kind == "parameter":
            low, high = one.plausible
        elif one.unit in ("persons", "USD", "USD/week"):
            low, high = 0.0, 2.0 * one.default + 1000.0
        value = (low, high, rng.uniform(low, high))[min(int(rng.integers(5)), 2)]
        values[one.name] = float(math.floor(value) if one.unit in ("rung", "flag", "count") else value)
    return SimpleNamespace(**values)


def records(function: Callable[..., Any], rng: np.random.Generator) -> dict[str, SimpleNamespace]:
    """Return a record for each argument of the model that a function takes, with the fields it needs."""
    taken = inspect.signature(function).parameters
    read = fields_read(function) | {"p": parameters_read(function)}
    for helper in functions_called(function):
        for owner, fields in fields_read(helper).items():
            if owner in taken and owner != "p":
                read[owner] = read[owner] | fields
    tables = {"world": MODEL.world, "seen": MODEL.world, "p": MODEL.parameters, "drive": MODEL.drives}
    given = {
        name: record([table[field] for field in sorted(read[name])], rng)
        for name, table in tables.items()
        if name in taken
    }
    if "draw" in taken:
        given["draw"] = SimpleNamespace(**{name: float(rng.random()) for name in sorted(read["draw"])})
    return given


def read_back(function: Callable[..., Any], given: dict[str, Any], arguments: tuple[Any, ...]) -> Any:
    """Run a function's printed formula on records, which it changes, and return what it returns."""
    world = vars(given["world"]) if "world" in given else {}

    def beside(helper: Callable[..., Any]) -> Callable[..., Any]:
        """Let a helper find the world as the formula left it, and the formula what the helper did to it."""

        def call(*named: Any) -> Any:
            world.update({name: names[name] for name in world})
            result = helper(*named)
            names.update(world)
            return result

        return call

    names: dict[str, Any] = {
        **{"sqrt": math.sqrt, "floor": math.floor, "exp": maths.exponential, "ln": maths.logarithm},
        **{helper.__name__: beside(bound(helper, given)) for helper in functions_called(function)},
        **{channel: given[channel] for channel in CHANNELS if channel in given},
    }
    for name, value in constants.constants_read(function).items():
        table, _, place = name.partition("[")
        names |= {table: [*names.get(table, []), value]} if place else {name: value}
    for owner in BARE:
        names |= vars(given[owner]) if owner in given else {}
    text = python(formula(function))
    stored = sorted(set(re.findall(r"^ *(\w+) = ", text, re.MULTILINE)) & set(world))
    own = [name for name in inspect.signature(function).parameters if name not in (*BARE, *CHANNELS)]
    head = [f"def printed({', '.join(own)}):", *([f"    global {', '.join(stored)}"] if stored else [])]
    exec("\n".join([*head, textwrap.indent(text, "    ")]), names)
    result = names["printed"](*arguments)
    world.update({name: names[name] for name in stored})
    return result


def bound(helper: Callable[..., Any], given: dict[str, Any]) -> Callable[..., Any]:
    """Return a helper that finds the records by itself, since formulas leave them out."""

    def call(*named: Any) -> Any:
        rest = iter(named)
        names = inspect.signature(helper).parameters
        return helper(*(given[name] if name in given else next(rest) for name in names))

    return call


@pytest.mark.parametrize("function", [*WEEK, *HELPERS], ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_a_printed_formula_is_the_function(function: Callable[..., Any]) -> None:
    rng = np.random.default_rng(0)
    moved = False
    for _ in range(60):
        given = records(function, rng)
        own = [name for name in inspect.signature(function).parameters if name not in given]
        arguments = tuple(float(rng.uniform(0.0, 3.0)) for _ in own)
        twin = {name: SimpleNamespace(**vars(one)) for name, one in given.items()}
        before = {name: dict(vars(one)) for name, one in given.items()}
        expected = bound(function, given)(*arguments)
        assert read_back(function, twin, arguments) == expected
        after = {name: vars(one) for name, one in given.items()}
        assert {name: vars(one) for name, one in twin.items()} == after
        moved = moved or bool(expected) or before != after
    assert moved, "on no input did it do anything, so nothing was compared"


def test_a_formula_that_differs_would_be_seen() -> None:
    twin = {"x": 0.4}
    assert eval(python("−x · (1 − x)"), twin) == -0.4 * 0.6
    assert eval(python("x if not x ≥ 0.5 and x ≠ 1 else 0"), twin) == 0.4
    assert python("= ⌊√(x)⌋ mod 2") == "return floor(sqrt(x)) % 2"


@pytest.fixture(scope="module")
def run() -> PolicyModel:
    """A run with events, six weeks on."""
    model = PolicyModel(load_scenario("baseline").replace(citizens=0, weeks=6), seed=1)
    return model.run()


def test_states_perceive_by_the_printed_law(run: PolicyModel) -> None:
    recorded, p, week = run.space.records.flat, run.p, 6
    late = max(week - 1 - math.floor(p.perception_delay), 0)
    names = list(MODEL.world)
    compared = 0
    for place, (actor, state) in enumerate(zip(ACTORS, run.states, strict=True)):
        for k, one in enumerate(estimates(MODEL, actor)):
            z = run.space.choice.luck_seen[place][week][k]
            noise = p.perception_noise * estimate_span(one) * z
            expected = maths.clip(recorded[late][names.index(one.name)] + noise, one.low, one.high)
            assert state.seen[one.name] == expected
            compared += 1
    assert compared > 10


def test_a_week_is_driven_and_fades_by_the_printed_laws(run: PolicyModel) -> None:
    world, p = run.world, run.p
    sums = dict.fromkeys(MODEL.drives, 0.0)
    for rule, part in MODEL.driving():
        for push in part.pushes:
            sums[push.target] += push.sign * (p[rule.strength] * p[push.size] * part.function(world, p))
    compiled.plain("drive_all")(world, p, run.drive)
    assert {name: float(run.drive[name]) for name in sums} == sums
    expected = {}
    for one in MODEL.world.values():
        rest = p[one.rests] if one.rests else 0.0
        moved = rest + (world[one.name] - rest) * (1.0 - p[one.fades]) if one.fades else world[one.name]
        expected[one.name] = float(moved)
    compiled.plain("fade")(world, p)
    assert {name: float(world[name]) for name in MODEL.world} == expected


def test_an_option_is_taken_by_the_printed_law() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        utility, luck = rng.normal(size=4), rng.gumbel(size=4)
        opened, allowed = rng.integers(0, 2, 4), rng.integers(0, 3, 4)
        opened[0], allowed[0] = 1, max(allowed[0], FREE)
        values = [
            -math.inf if not o or a == AVOIDED else math.inf if a == INSISTED else u + g
            for u, g, o, a in zip(utility, luck, opened, allowed, strict=True)
        ]
        assert compiled.plain("pick")(0, 4, utility, opened, allowed, luck) == values.index(max(values))
