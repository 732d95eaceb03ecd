"""One sweep over every rule: finite, never negative, moved the declared way by what it declares."""

from __future__ import annotations

import ast
import inspect
import math
import re
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim.model
from sim.engine import codegen
from sim.model.declare import Clause, Rule
from sim.model.fields import fields_read
from sim.model.registry import Model, load

POINTS = 240

#: Which paragraphs each rule comes from, and which rules there must be at least.
PARAGRAPHS: dict[str, tuple[int, ...]] = {
    "D1": (11, 12, 15, 16),
    "D2": (11, 19),
    "D3": (16, 19),
    "D4": (17,),
    "D5": (7, 18, 19),
    "D6": (18, 19),
    "D7": (8, 9),
    "D8": (10,),
    "D9": (5,),
    "D10": (1, 6),
    "D11": (3, 4, 15),
    "D12": (3, 7, 14),
    "D13": (7,),
    "D14": (10, 11),
    "D16": (7, 10, 19),
    "D17": (13, 18),
    "T1": (6,),
    "T2": (11,),
    "T3": (5,),
    "T4": (10,),
    "T5": (1, 6),
    "R1": (18,),
    "R2": (2,),
    "R3": (),
    "R4": (1,),
    "C1": (18,),
    "C2": (2,),
    "U1": (2, 13),
    "U2": (14,),
    "U3": (13,),
    "O1": (12,),
    "O2": (13, 19),
    "O3": (11,),
    "O4": (15,),
    "O5": (12,),
    "O7": (12,),
    "W1": (1,),
    "W2": (1,),
    "W3": (8, 9),
    "W4": (19,),
}

#: Variables that nothing in the model reads back: ledgers and pictures of the state, each for people.
FOR_READERS = re.compile(
    r"(assistance|power_billed|power_paid|trade)_total|pledged|terror_attacks"
    r"|refugees_(attempted|admitted|turned_back|left|reported)"
    r"|(solidarity|fear|approval)(_spread|_dushanbe|_sughd|_khatlon|_republican|_badakhshan)"
    r"|participation_(sughd|khatlon|republican|badakhshan)"
)
#: Options for or against which no claim of the article speaks.
BY_CHANCE_ALONE: set[tuple[str, str]] = set()

MODEL = load()
CLAUSES = [(rule, part) for rule in MODEL.rules.values() for part in rule.clauses]
every_clause = pytest.mark.parametrize(
    ("rule", "part"), CLAUSES, ids=[f"{rule.id}-{part.function.__name__}" for rule, part in CLAUSES]
)


@pytest.fixture(scope="module")
def points(box: Any) -> list[tuple[SimpleNamespace, SimpleNamespace]]:
    rng = np.random.default_rng(20210816)
    return [(box.world(rng), box.parameters(rng)) for _ in range(POINTS)]


def moved(world: SimpleNamespace, name: str, value: float) -> SimpleNamespace:
    return SimpleNamespace(**vars(world) | {name: value})


def faults(part: Clause, points: list[tuple[SimpleNamespace, SimpleNamespace]], box: Any) -> list[str]:
    """Move each driver of a clause at each point; say where it goes the wrong way or does nothing."""
    rng = np.random.default_rng(7)
    found = []
    for name in part.reads:
        low, high = box.extent(name)
        sign = 1.0 if name in part.rises_with else -1.0
        changed = 0
        for world, p in points:
            a, b = sorted(low + rng.random(2) * (high - low))
            before = part.function(moved(world, name, a), p)
            after = part.function(moved(world, name, b), p)
            if sign * (after - before) < -1e-12:
                found.append(f"{name}: {a} -> {b} moves {before} -> {after}")
            changed += after != before
        if not changed:
            found.append(f"{name} changes it nowhere")
    return found


def test_there_is_something_to_sweep() -> None:
    assert len(CLAUSES) >= 60
    assert len(MODEL.parameters) > 200


@pytest.mark.parametrize("rule_id", PARAGRAPHS)
def test_the_rule_is_there_with_its_paragraphs(rule_id: str) -> None:
    assert rule_id in MODEL.rules
    assert MODEL.rules[rule_id].paragraphs == PARAGRAPHS[rule_id]


def test_a_rule_without_paragraphs_says_that_it_is_a_judgement() -> None:
    for rule in MODEL.rules.values():
        if not rule.paragraphs or rule.source is not None:
            assert rule.source is not None, rule.id
            assert rule.source.grade != "article", rule.id


@every_clause
def test_a_clause_is_finite_and_never_negative(
    rule: Rule, part: Clause, points: list[tuple[SimpleNamespace, SimpleNamespace]]
) -> None:
    values = [part.function(world, p) for world, p in points]
    assert all(math.isfinite(value) for value in values)
    assert min(values) >= 0.0


@every_clause
def test_each_driver_moves_a_clause_the_declared_way_and_somewhere(
    rule: Rule, part: Clause, points: list[tuple[SimpleNamespace, SimpleNamespace]], box: Any
) -> None:
    assert set(part.rises_with).isdisjoint(part.falls_with)
    assert not faults(part, points, box)


def test_the_sweep_sees_a_wrong_direction_and_an_idle_driver(
    points: list[tuple[SimpleNamespace, SimpleNamespace]], box: Any
) -> None:
    part = Clause(lambda world, p: 1.0 - world.fear, "world", (), ("fear",), (), ("fear",), (), "")
    assert any("moves" in one for one in faults(part, points, box))
    part = Clause(lambda world, p: 0.0 * world.fear, "world", (), ("fear",), (), ("fear",), (), "")
    assert faults(part, points, box) == ["fear changes it nowhere"]


@settings(max_examples=150)
@given(data=st.data())
def test_no_corner_breaks_a_rule(box: Any, data: st.DataObject) -> None:
    """Hypothesis looks for a point where a clause is negative, not finite, or moves the wrong way."""
    rule, part = data.draw(st.sampled_from(CLAUSES))
    unit = st.floats(0.0, 1.0)
    p = SimpleNamespace(
        **{name: _between(MODEL.parameters[name].plausible, data.draw(unit)) for name in needed(part, box)}
    )
    world = SimpleNamespace(**{name: _between(box.extent(name), data.draw(unit)) for name in part.reads})
    value = part.function(world, p)
    assert math.isfinite(value), rule.id
    assert value >= 0.0, rule.id
    for name in part.reads:
        other = _between(box.extent(name), data.draw(unit))
        step = part.function(moved(world, name, other), p) - value
        way = (1.0 if other >= getattr(world, name) else -1.0) * (1.0 if name in part.rises_with else -1.0)
        assert way * step >= -1e-12, (rule.id, name)


def _between(ends: tuple[float, float], u: float) -> float:
    return ends[0] + u * (ends[1] - ends[0])


class _Listening(SimpleNamespace):
    """Parameters at their middle that remember which of them were asked for."""

    def __getattr__(self, name: str) -> float:
        q = MODEL.parameters[name]
        self.asked.add(name)
        return 0.5 * (q.plausible[0] + q.plausible[1])


def needed(part: Clause, box: Any) -> set[str]:
    """Find every parameter that a clause uses, in its own body or in a helper's."""
    p = _Listening(asked=set())
    part.function(SimpleNamespace(**{name: _between(box.extent(name), 0.5) for name in part.reads}), p)
    return set(p.asked)


@every_clause
def test_a_clause_hands_nobody_its_whole_record(rule: Rule, part: Clause) -> None:
    """What a rule reads is taken from its source, so a helper must be given values."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(part.function)))
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            bare = {arg.id for arg in call.args if isinstance(arg, ast.Name)}
            assert not bare & {"seen", "world"}, rule.id


def sources() -> list[ast.Module]:
    found = sorted(Path(sim.model.__file__).parent.rglob("*.py"))
    assert len(found) > 15
    return [ast.parse(path.read_text(encoding="utf-8")) for path in found]


def test_every_parameter_is_used() -> None:
    used = {
        node.attr
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "p"
    }
    used |= set(re.findall(r"\bp\.(\w+)", codegen.source(MODEL)))
    assert not set(MODEL.parameters) - used


def test_every_variable_is_read_or_there_for_readers() -> None:
    read = {name for _, part in CLAUSES for name in part.reads}
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                read.add(node.attr)
    idle = {name for name in MODEL.world if name not in read}
    assert not {name for name in idle if not FOR_READERS.fullmatch(name)}


def test_every_drive_is_pushed_by_a_rule_and_read_by_a_process() -> None:
    pushed = {push.target for _, part in MODEL.driving() for push in part.pushes}
    assert set(MODEL.drives) <= pushed
    read = {
        node.attr
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "drive"
    }
    assert set(MODEL.drives) <= read


def test_every_draw_is_used() -> None:
    read = {
        node.attr
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "draw"
    }
    assert read == set(MODEL.draws)


# options --------------------------------------------------------------------------------------


OPTIONS = [opt for one in MODEL.instruments for opt in one.options if opt.function is not None]
every_option = pytest.mark.parametrize("opt", OPTIONS, ids=[f"{o.actor}-{o.key}" for o in OPTIONS])


def middle() -> tuple[SimpleNamespace, SimpleNamespace]:
    """A state away from every bound, with room for each option to move what it moves."""
    p = SimpleNamespace(**{n: 0.5 * (q.plausible[0] + q.plausible[1]) for n, q in MODEL.parameters.items()})
    values = {n: 0.5 if q.high <= 1.0 else q.default for n, q in MODEL.world.items()}
    values |= {"dushanbe_ready": 2.0, "taliban_ready": 2.0}
    values |= {"troops": 1.5 * p.troops_rest, "fighters": 1.5 * p.fighters_rest}
    values |= {"power_supply": 0.6, "other_trade": 0.8 * p.trade_rest}
    return SimpleNamespace(**values), p


def effect(opt: Any) -> dict[str, float]:
    """Change an option makes, by variable."""
    world, p = middle()
    before = dict(vars(world))
    opt.function(world, p)
    return {name: vars(world)[name] - before[name] for name in before if vars(world)[name] != before[name]}


@every_option
def test_an_option_moves_what_it_declares_and_nothing_else(opt: Any) -> None:
    assert set(effect(opt)) == set(opt.moves)
    assert all(MODEL.world[name].owner == opt.actor for name in opt.moves)


@every_option
def test_what_an_option_does_is_undone_by_its_inverse_or_fades(opt: Any) -> None:
    back: dict[str, float] = {}
    if opt.inverse != "fading":
        twin = next(o for o in OPTIONS if (o.actor, o.key) == (opt.actor, f"{opt.instrument}.{opt.inverse}"))
        back = effect(twin)
    undone = [name for name, step in effect(opt).items() if back.get(name, 0.0) * step < 0.0]
    if opt.inverse == "fading":
        assert all(MODEL.world[name].fades for name in opt.moves)
    else:
        assert undone, f"{opt.inverse} moves nothing back"
    for name in set(opt.moves) - set(undone):
        assert MODEL.world[name].fades, f"{opt.key}: {name} neither fades nor is moved back"


@every_option
def test_an_option_keeps_within_bounds_wherever_it_is_taken(opt: Any, box: Any) -> None:
    rng = np.random.default_rng(11)
    taken = 0
    for _ in range(200):
        world, p = box.world(rng), box.parameters(rng)
        if opt.open_when is not None and not opt.open_when(world, p):
            continue
        taken += 1
        opt.function(world, p)
        for name in opt.moves:
            assert MODEL.world[name].low <= getattr(world, name) <= MODEL.world[name].high, name
    assert taken > 0


@pytest.mark.parametrize(("before", "after"), [(0.2, 0.25), (0.6, 0.6), (1.0, 0.95)])
def test_veiled_words_pull_towards_their_own_level(before: float, after: float) -> None:
    world = SimpleNamespace(rhetoric=before, veiled=0.5)
    p = SimpleNamespace(word_step=0.25, veil_words=0.5, veil_level=0.6, veil_step=0.3)
    next(opt for opt in OPTIONS if opt.key == "words.veil").function(world, p)
    assert world.rhetoric == pytest.approx(after)


def test_nobody_is_without_an_option_and_hold_comes_first() -> None:
    assert len(OPTIONS) >= 35
    for one in MODEL.instruments:
        assert one.options[0].name == "hold"
        assert one.options[0].open_when is None
        assert len(one.options) >= 2


def test_every_option_is_pushed_by_a_rule() -> None:
    pushed = {
        (part.actor, push.target) for _, part in CLAUSES if part.takes == "seen" for push in part.pushes
    }
    assert {(o.actor, o.key) for o in OPTIONS} - pushed <= BY_CHANCE_ALONE


def test_conditions_of_options_read_only_what_their_actor_knows() -> None:
    looked = 0
    for opt in OPTIONS:
        if opt.open_when is not None:
            for name in fields_read(opt.open_when)["seen"]:
                looked += 1
                known = MODEL.world[name].known_to
                assert "everyone" in known or opt.actor in known, (opt.key, name)
    assert looked > 0


def test_what_fades_returns_to_its_rest(model: Model) -> None:
    fading = [q for q in model.world.values() if q.fades]
    assert len(fading) > 20
    for q in fading:
        assert q.fades is not None
        speed = model.parameters[q.fades]
        assert speed.unit == "1/week", q.name
        assert 0.0 <= speed.low <= speed.high <= 1.0, q.name
        if q.rests is not None:
            rest = model.parameters[q.rests]
            assert rest.unit == q.unit, q.name
            assert q.low <= rest.plausible[0] <= rest.plausible[1] <= q.high, q.name


def hard_faults(part: Clause, box: Any) -> list[str]:
    """Set each parameter of a clause to what a scenario may set it to at most and at least."""
    rng = np.random.default_rng(13)
    found = []
    for name in sorted(needed(part, box)):
        q = MODEL.parameters[name]
        for value in (max(q.low, -1e9), min(q.high, 1e9)):
            for _ in range(40):
                try:
                    intensity = part.function(box.world(rng), box.parameters(rng, **{name: value}))
                except ArithmeticError as error:
                    intensity = math.nan
                    found.append(f"{name} = {value}: {error}")
                if not (math.isfinite(intensity) and intensity >= 0.0):
                    found.append(f"{name} = {value}: {intensity}")
                    break
    return found


def test_no_parameter_that_a_scenario_may_set_breaks_a_rule(box: Any) -> None:
    found = {f"{rule.id} {one}" for rule, part in CLAUSES for one in hard_faults(part, box)}
    assert not found
