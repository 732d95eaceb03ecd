"""No nameless numbers in the functions of the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim.model.processes.power
import sim.model.week
import sim.model.world
from sim.engine.compiler.kernels import kernel
from sim.errors import ModelError
from sim.model import constants, registry
from sim.model.provenance import constant, judgement, whole
from sim.model.registry import load

WHY = judgement("for a test")
USUAL = constant(0.3, "index", "level that slopes refer to", WHY)
WEIGHTS = (constant(0.25, "share", "weight of one", WHY), constant(0.75, "share", "weight of the other", WHY))
WINDOW = whole(26, "week", "weeks at the end", WHY)
UNDECLARED = 0.3


def declared(world: Any, p: Any) -> float:
    """Hold declared numbers and those that make forms only, and 7 in a docstring."""
    share = WEIGHTS[1] * (world.tension - USUAL) / 2.0 + 0.5 * WINDOW
    return float(max(share, 0.0) - 1.0 + world.table[7])


def literal(world: Any, p: Any) -> float:
    """Hold a number."""
    return float(world.tension - 0.3)


def whole_literal(world: Any, p: Any) -> float:
    """Hold a whole one, beyond what makes forms."""
    return float(world.tension * 3)


def through_a_global(world: Any, p: Any) -> float:
    """Hold a number that has a name but neither unit nor source."""
    return float(world.tension - UNDECLARED)


def test_declared_numbers_places_and_forms_are_allowed() -> None:
    assert constants.nameless(declared) == []
    constants.check([declared])


@pytest.mark.parametrize(
    ("function", "number"), [(literal, "0.3"), (whole_literal, "3"), (through_a_global, "UNDECLARED")]
)
def test_a_nameless_number_is_refused_with_its_place(function: Any, number: str) -> None:
    line = function.__code__.co_firstlineno + 2
    message = rf"{function.__name__} \(.*test_constants.py\): nameless numbers {number} \(line {line}\)"
    with pytest.raises(ModelError, match=message):
        constants.check([function])


def test_every_function_of_the_model_is_looked_at() -> None:
    model = load()
    assert model.constants == constants.declared("sim.model")
    names = {one.__name__ for one in constants.functions("sim.model")}
    assert {one.function.__name__ for rule in model.rules.values() for one in rule.clauses} <= names
    assert {
        "ladders",
        "summarise",
        "opinion_week",
        "draw_society",
        "tension",
        "denounce",
        "may_warm",
    } <= names


def test_a_model_with_a_nameless_number_does_not_load(monkeypatch: pytest.MonkeyPatch) -> None:
    def worn(world: Any, p: Any) -> float:
        """Hold a number."""
        return float(0.3 * world.tension)

    worn.__module__ = "sim.model.processes.power"
    monkeypatch.setattr(sim.model.processes.power, "worn", worn, raising=False)
    with pytest.raises(ModelError, match=r"sim\.model\.processes\.power\..*worn .*: nameless numbers 0\.3"):
        registry._load.__wrapped__(registry.PACKAGE)


def test_a_constant_is_a_number_like_any_other_in_both_drivers() -> None:
    def form(x: float) -> float:
        return (x - USUAL) * WINDOW / WEIGHTS[1]

    for x in np.random.default_rng(0).random(20):
        assert kernel(form)(x) == form(x) == (x - 0.3) * 26 / 0.75


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((0.3, "furlong", "a length", WHY), "unknown unit 'furlong'"),
        ((1.3, "index", "an index", WHY), "expected 0.0 to 1.0"),
        ((0.3, "index", " ", WHY), "needs a meaning and a source"),
        ((0.3, "index", "an index", None), "needs a meaning and a source"),
    ],
)
def test_a_constant_without_unit_range_meaning_or_source_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        constant(*given)


def test_constants_are_listed_by_name_and_never_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.model.week, "USUAL", USUAL, raising=False)
    monkeypatch.setattr(sim.model.week, "WEIGHTS", WEIGHTS, raising=False)
    listed = constants.declared("sim.model")
    assert listed["USUAL"] is USUAL
    assert listed["WEIGHTS[1]"] is WEIGHTS[1]
    other = constant(0.4, "index", "another of that name", WHY)
    monkeypatch.setattr(sim.model.world, "USUAL", other, raising=False)
    with pytest.raises(ModelError, match="constant USUAL: declared twice"):
        constants.declared("sim.model")
