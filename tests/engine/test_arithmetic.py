"""The same arithmetic, plain and compiled: every rule, every cell, every chance."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.engine import compiled
from sim.engine.cache import import_source
from sim.engine.codegen import source
from sim.engine.compiler.kernels import kernel
from sim.engine.decisions import AVOIDED, FREE, INSISTED, chances
from sim.engine.mesa_model import PolicyModel
from sim.engine.randomness import draws
from sim.errors import ModelError
from sim.model.actors import ACTORS
from sim.model.averages import means
from sim.model.declare import Clause, Rule
from sim.model.population import blank_society, draw_society, opinion_week, shift_opinion
from sim.model.registry import Model
from tests.engine.pairs import bits, planned
from tests.generators import parameter_boxes, record, world_values


def every_clause(model: Model) -> list[tuple[Rule, Clause]]:
    found = [pair for actor in ACTORS for pair in model.appraising(actor)] + model.driving()
    assert sum(len(rule.clauses) for rule in model.rules.values()) == len(found)
    return found


@pytest.fixture(scope="module")
def all_at_once(model: Model) -> Callable[..., None]:
    """One compiled function that writes the intensity of every clause, as the ensemble calls them."""
    head = ["from sim.engine.compiler.kernels import kernel"]
    lines = ["@kernel", "def intensities(worlds, pars, out):"]
    for number, (_, clause) in enumerate(every_clause(model)):
        head.append(f"from {clause.function.__module__} import {clause.function.__name__} as f{number}")
        lines.append(f"    out[{number}] = f{number}(worlds[0], pars[0])")
    function: Callable[..., None] = import_source(
        "panj_test_intensities", "\n".join([*head, *lines])
    ).intensities
    return function


def test_every_rule_gives_the_same_bits_plain_and_compiled(
    model: Model, all_at_once: Callable[..., None]
) -> None:
    clauses = every_clause(model)
    assert len(clauses) > 60
    moved = np.zeros(len(clauses), bool)
    first: list[np.ndarray[Any, Any]] = []

    @settings(max_examples=250)
    @given(world_values(), parameter_boxes())
    def check(values: dict[str, float], parameters: dict[str, float]) -> None:
        world, p = record(model.world, values), record(model.parameters, parameters)
        with np.errstate(all="ignore"):
            plain = np.array([float(clause.function(world, p)) for _, clause in clauses])
        got = np.full(len(clauses), np.nan)
        all_at_once(np.array([world]), np.array([p]), got)
        different = [clauses[i][1].function.__name__ for i in np.flatnonzero(plain != got)]
        assert not different
        assert bits(plain) == bits(got)
        first.append(plain)
        moved[:] |= plain != first[0]

    check()
    assert len(first) >= 250
    # Had every world been alike, equality would show nothing: all but the constants moved.
    still = [rule.id for (rule, clause), one in zip(clauses, moved, strict=True) if not one and clause.reads]
    assert not still


def test_a_rule_of_another_last_bit_is_refused_with_its_place() -> None:
    """`x**3` is such a rule: its last bit is the C library's."""

    def cubed(x: float) -> float:
        return x**3

    with pytest.raises(ModelError, match=r"test_arithmetic\.py:\d+: cubed: `x \*\* 3` cannot be compiled"):
        kernel(cubed)(2.0)


def test_the_generated_week_calls_every_clause_and_option(model: Model) -> None:
    text = source(model)
    for _, clause in every_clause(model):
        assert f"__{clause.function.__name__}(" in text
    for one in model.instruments:
        for option in one.options:
            if option.function is not None:
                assert f"__{option.function.__name__}(" in text


@pytest.mark.parametrize("citizens", [0, 1, 200])
def test_the_population_gives_the_same_bits_plain_and_compiled(model: Model, citizens: int) -> None:
    """The Mesa driver uses the compiled population; its plain form is the same."""
    plan = planned(weeks=6, citizens=citizens)
    mesa = PolicyModel(plan, 5, 0)
    space = mesa.space
    world = record(model.world, dict(zip(model.world, plan.world, strict=True)))
    society = blank_society(citizens)
    draw_society(world, mesa.p, society, space.chance.society)
    for plain, other in zip(society, space.people, strict=True):
        assert bits(plain) == bits(other)
    for _ in range(6):
        mesa.step()
        world.mood_approval, world.mood_solidarity = mesa.world.mood_approval, mesa.world.mood_solidarity
        opinion_week(world, mesa.p, mesa.drive, society)
        assert bits(society.flat) == bits(space.people.flat)
        assert bits(society.conviction) == bits(space.people.conviction)
        moved = [
            name
            for name in model.world
            if any(part in name for part in ("solidarity", "fear", "street", "part"))
        ]
        assert [world[name] for name in moved] == [mesa.world[name] for name in moved]
    shift_opinion(society, 1, 0.1)
    means(world, society)
    assert mesa.world.fear < world.fear <= mesa.world.fear + 0.1 + 1e-12


# Cells


def test_a_utility_is_its_base_and_its_cells_and_nothing_else(model: Model) -> None:
    mesa = PolicyModel(planned(weeks=12, citizens=0, parameters={"strength_D5": 0.5}), 0, 0).run()
    assert len(mesa.decisions) == 12 * len(model.instruments)
    ids = set()
    for decision in mesa.decisions:
        total = dict(decision.bases)
        for cell in decision.cells:
            rule = model.rules[cell.rule]
            clause = next(one for one in rule.clauses if one.function.__name__ == cell.clause)
            push = next(one for one in clause.pushes if one.target == f"{decision.instrument}.{cell.option}")
            assert cell.sign == push.sign
            assert cell.size == mesa.p[push.size]
            assert (
                cell.strength
                == mesa.p[rule.strength]
                == (0.5 if cell.rule == "D5" else mesa.p[rule.strength])
            )
            assert cell.weight == mesa.p[model.weight(rule, clause)]
            assert cell.intensity >= 0.0
            assert cell.product == cell.sign * (cell.strength * cell.weight * cell.size * cell.intensity)
            total[cell.option] += cell.product
            ids.add(cell.rule)
        assert total == dict(decision.utilities)
    assert ids == {rule.id for actor in ACTORS for rule, _ in model.appraising(actor)}


def test_cells_follow_from_what_was_perceived(model: Model) -> None:
    mesa = PolicyModel(planned(weeks=5), 0, 0).run()
    rows = [one for one in mesa.decisions if one.week == 5]
    checked = 0
    for decision in rows:
        seen = record(model.world, decision.perceived)
        for cell in decision.cells:
            clause = next(c for c in model.rules[cell.rule].clauses if c.function.__name__ == cell.clause)
            assert float(clause.function(seen, mesa.p)) == cell.intensity
            checked += 1
    assert checked > 50


def test_an_actor_perceives_nothing_it_cannot_know(model: Model) -> None:
    mesa = PolicyModel(planned(weeks=3), 0, 0).run()
    for decision in mesa.decisions:
        for name in decision.perceived:
            known = model.world[name].known_to
            assert decision.actor in known or "everyone" in known
        assert all(math.isfinite(value) for value in decision.perceived.values())
    for name, actor in mesa.actors.items():
        if name in ACTORS:
            hidden = [
                q for q in model.world if q not in mesa.decisions[0].perceived and q not in actor.perceived
            ]
            assert all(math.isnan(actor.seen[one]) for one in hidden)


# Chances


@pytest.mark.parametrize(
    ("utilities", "opened", "binding"),
    [
        ((0.8, -0.3, 0.9, -1.8), (1, 1, 1, 1), (FREE,) * 4),
        ((0.8, 3.0, -2.5), (1, 1, 1), (FREE,) * 3),
        ((0.8, 2.0, 0.1), (1, 0, 1), (FREE,) * 3),
        ((0.8, 2.0, 0.1, 0.4), (1, 1, 1, 1), (FREE, AVOIDED, FREE, FREE)),
        ((0.8, -4.0, 0.1), (1, 1, 1), (FREE, INSISTED, FREE)),
        ((0.8, -4.0, 0.1), (1, 0, 1), (FREE, INSISTED, FREE)),
        ((0.8, 0.0, 0.1), (1, 1, 1), (FREE, INSISTED, INSISTED)),
        ((40.0, -40.0), (1, 1), (FREE, FREE)),
    ],
)
def test_chances_are_the_frequencies_of_choices(
    model: Model, utilities: tuple[float, ...], opened: tuple[int, ...], binding: tuple[int, ...]
) -> None:
    """The largest of utility plus Gumbel noise is taken as often as quantal response says."""
    names = [f"option {i}" for i in range(len(utilities))]
    expected = chances(
        dict(zip(names, utilities, strict=True)),
        dict(zip(names, map(bool, opened), strict=True)),
        dict(zip(names, binding, strict=True)),
    )
    assert sum(expected.values()) == pytest.approx(1.0)
    slot = next(k for k, one in enumerate(model.instruments) if len(one.options) >= len(names))
    edge = sum(len(one.options) for one in model.instruments[:slot])
    options = sum(len(one.options) for one in model.instruments)
    width, n = len(model.instruments[slot].options), 20_000
    u, is_open, allowed = np.zeros(options), np.zeros(options, np.int8), np.ones(options, np.int8)
    u[edge : edge + len(names)] = utilities
    is_open[edge : edge + len(names)] = opened
    allowed[edge : edge + len(names)] = binding
    luck = np.zeros((n, options))
    drawn = draws(0, [f"test/{i}" for i in range(width)], ["gumbel"] * width, 0, n)
    luck[:, edge : edge + width] = drawn
    pick = compiled.plain("pick")
    taken = np.bincount(
        [pick(edge, edge + width, u, is_open, allowed, luck[i]) - edge for i in range(n)], minlength=width
    )
    assert taken[len(names) :].sum() == 0
    for i, name in enumerate(names):
        p = expected[name]
        assert abs(taken[i] / n - p) <= 4.5 * math.sqrt(p * (1 - p) / n) + 1e-9


def test_recorded_chances_draws_and_choices_belong_together() -> None:
    mesa = PolicyModel(planned(weeks=25), 0, 0).run()
    for one in mesa.decisions:
        assert one.chances == chances(one.utilities, one.open, one.binding)
        open_options = [name for name in one.utilities if one.open[name]]
        assert one.choice == max(open_options, key=lambda name: one.utilities[name] + one.draws[name])
        assert one.chance > 0.0


def test_a_commitment_shows_in_the_record(model: Model) -> None:
    bound = [
        {"actor": "dushanbe", "instrument": "contact", "insist": "cool"},
        {"actor": "dushanbe", "instrument": "words", "insist": "soften"},
        {"actor": "taliban", "instrument": "words", "avoid": ["threaten"]},
    ]
    mesa = PolicyModel(planned(weeks=30, commitments=bound), 0, 0).run()
    of = {
        (a, i): [d for d in mesa.decisions if (d.actor, d.instrument) == (a, i)]
        for a, i in (("dushanbe", "contact"), ("dushanbe", "words"), ("taliban", "words"))
    }
    assert all(one.choice == "soften" and one.bound and one.chance == 1.0 for one in of["dushanbe", "words"])
    assert all(one.choice != "threaten" and one.chances["threaten"] == 0.0 for one in of["taliban", "words"])
    # What is insisted upon is taken only while it is open: there is no rung below the lowest.
    closed = [one for one in of["dushanbe", "contact"] if not one.open["cool"]]
    assert closed
    assert all(one.choice != "cool" and not one.bound for one in closed)
