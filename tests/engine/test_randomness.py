"""Draws have addresses: they are NumPy's own, and nobody's moves when somebody else's is added."""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import compiled, randomness
from sim.engine.ensemble import simulate
from sim.engine.mesa_model import PolicyModel
from sim.engine.randomness import LAWS, draws, fill, philox, purpose_hash, scratch
from sim.model.actors import ACTORS
from sim.model.declare import Clause, Instrument, Rule
from sim.model.registry import Model
from tests.engine.pairs import bits, planned

WORDS = st.integers(0, 2**63 - 1)


def numpys(seed: int, purpose: int, replicate: int, branch: int = 0) -> np.random.Philox:
    return np.random.Philox(
        key=np.array([seed, purpose], np.uint64), counter=np.array([0, replicate, branch, 0], np.uint64)
    )


@given(WORDS, st.integers(0, 2**64 - 1), WORDS, WORDS, st.integers(0, 5), st.integers(1, 9))
def test_philox_gives_numpys_words(
    seed: int, purpose: int, replicate: int, branch: int, first: int, blocks: int
) -> None:
    out = np.zeros(4 * blocks, np.uint64)
    philox(np.uint64(seed), np.uint64(purpose), np.uint64(replicate), np.uint64(branch), first, out)
    theirs = numpys(seed, purpose, replicate, branch).random_raw(4 * (first + blocks))
    assert bits(out) == bits(theirs[4 * first :])


@pytest.mark.parametrize("law", list(LAWS))
def test_draws_from_some_index_on_are_those_of_the_whole(law: str) -> None:
    whole = draws(5, ["a"], [law], 3, 40, branch=2)
    out = np.zeros((16, 1))
    fill(5, randomness.purpose_hashes(["a"]), np.array([LAWS[law]]), 3, 2, 24, *scratch(16), out)
    assert bits(out) == bits(whole[24:])
    assert bits(whole) != bits(draws(5, ["a"], [law], 3, 40))


@given(WORDS, st.text(max_size=20), st.integers(0, 10**9), st.integers(1, 23))
def test_uniforms_are_numpys(seed: int, purpose: str, replicate: int, n: int) -> None:
    theirs = np.random.Generator(numpys(seed, purpose_hash(purpose), replicate)).random(n)
    assert bits(draws(seed, [purpose], ["uniform"], replicate, n)[:, 0]) == bits(theirs)


def test_the_other_laws_are_quantiles_of_half_words() -> None:
    n = 40_000
    out = draws(7, ["a", "a"], ["normal", "gumbel"], 3, n)
    words = numpys(7, purpose_hash("a"), 3).random_raw(n // 2)
    halves = np.column_stack([words & np.uint64(2**32 - 1), words >> np.uint64(32)]).ravel()
    u = (halves.astype(float) + 0.5) / 2.0**32
    law = NormalDist()
    for i in range(0, n, 7):
        assert out[i, 0] == pytest.approx(law.inv_cdf(float(u[i])), abs=1e-9)
        assert out[i, 1] == pytest.approx(-math.log(-math.log(u[i])), abs=1e-9)
    assert np.isfinite(out).all()
    tails = np.flatnonzero(np.abs(out[:, 0]) > 3.4)
    assert len(tails) > 5  # beyond 3.30 another form takes over
    for i in tails:
        assert out[i, 0] == pytest.approx(law.inv_cdf(float(u[i])), abs=1e-9)
    assert out[:, 0].mean() == pytest.approx(0.0, abs=4 / math.sqrt(n))
    assert out[:, 1].mean() == pytest.approx(0.5772156649, abs=4 * 1.2825 / math.sqrt(n))


def test_the_two_forms_of_the_normal_law_meet() -> None:
    """Cells on either side of where one form takes over from the other, and the outermost ones."""
    edge = 2_073_811
    for half, tail in (
        (edge - 1, True),
        (edge, False),
        (0, True),
        (2**32 - 1 - edge, False),
        (2**32 - edge, True),
    ):
        assert randomness._in_tail(np.uint64(half)) == tail
        u = (half + 0.5) / 2.0**32
        form = randomness.normal_tail if tail else randomness.normal_centre
        assert form(u) == pytest.approx(NormalDist().inv_cdf(u), abs=2e-9)


@pytest.mark.parametrize("law", list(LAWS))
def test_a_draw_depends_on_its_address_alone(law: str) -> None:
    """Not on how many weeks are drawn, nor on what else is drawn beside it."""
    long = draws(0, ["x", "y", "z"], [law] * 3, 5, 209)
    short = draws(0, ["x", "y", "z"], [law] * 3, 5, 10)
    alone = draws(0, ["z"], [law], 5, 209)
    assert bits(long[:10]) == bits(short)
    assert bits(long[:, 2]) == bits(alone[:, 0])
    assert len(np.unique(long)) == long.size


def test_no_two_purposes_share_an_address(model: Model) -> None:
    every = compiled.streams(model, ("one", "two"))
    hashes = [*every.weekly.hashes, *every.society.hashes]
    assert len(set(map(int, hashes))) == len(hashes) > 100


# Adding and removing


def drawn(model: Model, event_names: tuple[str, ...] = ()) -> dict[int, bytes]:
    """Every weekly draw of a run, by the hash of its purpose."""
    streams = compiled.streams(model, event_names)
    out = np.zeros((30, streams.weekly.width))
    fill(4, streams.weekly.hashes, streams.weekly.laws, 2, 0, 0, *scratch(30), out)
    return {int(one): bits(out[:, column]) for column, one in enumerate(streams.weekly.hashes)}


def with_a_rule(model: Model) -> Model:
    """A further rule of Russia's that reads an estimate it did not look at before."""
    looked = {q.name for q in model.perceived("russia")}
    estimate = next(
        q
        for q in model.world.values()
        if q.estimated and q.name not in looked and {"russia", "everyone"} & set(q.known_to)
    )
    old = model.rules["R1"]
    clause = replace(old.clauses[0], reads=(estimate.name,))
    assert isinstance(clause, Clause)
    added = Rule("R0", "new", "russia", (1,), "a claim", old.concern, None, clauses=[clause])
    return replace(model, rules={"R0": added, **model.rules})


def with_an_option(model: Model) -> Model:
    first = model.instruments[0]
    option = replace(first.options[1], name="shout")
    longer = Instrument(first.name, first.actor, (first.options[0], option, *first.options[1:]))
    return replace(model, instruments=(longer, *model.instruments[1:]))


def with_a_process_draw(model: Model) -> Model:
    other = replace(model.draws["clash"], name="weather")
    return replace(model, draws={"weather": other, **model.draws})


def with_a_variable(model: Model) -> Model:
    other = replace(model.world["tension"], name="mood")
    return replace(model, world={"mood": other, **model.world})


@pytest.mark.parametrize("change", [with_a_rule, with_an_option, with_a_process_draw, with_a_variable])
def test_adding_to_the_model_moves_nobody_elses_draws(model: Model, change: Any) -> None:
    before, after = drawn(model), drawn(change(model))
    assert len(before) > 80
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + (change is not with_a_variable)


def test_adding_an_event_moves_nobody_elses_draws(model: Model) -> None:
    before, after = drawn(model, ("attack",)), drawn(model, ("flood", "attack"))
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 1


def test_switching_a_rule_off_moves_no_draw() -> None:
    on = PolicyModel(planned(weeks=20), 0, 1).run()
    off = PolicyModel(planned(weeks=20, parameters={"strength_D10": 0.0}), 0, 1).run()
    assert bits(on.space.chance.weekly) == bits(off.space.chance.weekly)
    assert [one.draws for one in on.decisions] == [one.draws for one in off.decisions]
    assert [one.choice for one in on.decisions] != [one.choice for one in off.decisions]


def test_a_longer_horizon_only_adds_weeks() -> None:
    short, long = (PolicyModel(planned(weeks=n), 0, 1).run().trajectory for n in (9, 30))
    assert bits(short.to_numpy()) == bits(long.to_numpy()[:10])


# Threads, runs, blocks


def test_neither_threads_nor_runs_nor_their_order_make_a_difference(model: Model) -> None:
    plan = planned(weeks=30, citizens=40)
    every = np.arange(40)
    whole = simulate(plan, 0, every, keep=("tension", "solidarity"), threads=1)
    for threads in (2, 3):
        other = simulate(plan, 0, every, keep=("tension", "solidarity"), threads=threads)
        for name in ("outcomes", "failure_week", "ladders", "kept"):
            assert bits(getattr(whole, name)) == bits(getattr(other, name))
    some = np.array([33, 5, 17])
    part = simulate(plan, 0, some, keep=("tension", "solidarity"), threads=2)
    assert bits(part.kept) == bits(whole.kept[some])
    assert bits(part.outcomes) == bits(whole.outcomes[some])
    alone = simulate(plan, 0, np.array([17]), keep=("tension", "solidarity"))
    assert bits(alone.kept[0]) == bits(whole.kept[17])


def test_cases_that_share_a_replicate_do_not_touch_each_other(model: Model) -> None:
    """A replicate's draws are made once for cases side by side; each run is what it is alone."""
    plan = planned(weeks=20, citizens=30)
    cases = np.tile(np.concatenate([plan.parameters, plan.world]), (3, 1))
    names = list(model.parameters)
    cases[1, names.index("stubbornness_mean")] = 0.3
    cases[2, names.index("strength_D5")] = 0.0
    replicates, which = np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 2, 0])
    both = simulate(plan, 9, replicates, cases, which, keep=("tension", "approval"), threads=1)
    assert len({bits(one) for one in both.kept}) == 5
    for run in range(5):
        alone = simulate(
            plan, 9, replicates[run : run + 1], cases[which[run]][None, :], keep=("tension", "approval")
        )
        assert bits(alone.kept[0]) == bits(both.kept[run])


def test_seeds_and_replicates_differ_and_seed_0_is_a_seed() -> None:
    plan = planned(weeks=30, citizens=10)
    runs = {
        (seed, replicate): bits(simulate(plan, seed, np.array([replicate]), keep=("tension",)).kept)
        for seed in (0, 1, 2**62)
        for replicate in (0, 1)
    }
    assert len(set(runs.values())) == 6
    assert runs[0, 0] == bits(simulate(plan, 0, np.array([0]), keep=("tension",)).kept)


def test_the_mesa_driver_leaves_global_randomness_alone() -> None:
    import random

    random.seed(5)
    np.random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tobytes()
    PolicyModel(planned(weeks=3, citizens=5), 0, 0).run()
    assert before == (random.getstate(), np.random.get_state()[1].tobytes())


def test_every_actor_has_draws_of_its_own(model: Model) -> None:
    streams = compiled.streams(model, ())
    assert len(streams.seen) == len(ACTORS)
    spans = [streams.process, streams.choice, *streams.seen, streams.event]
    assert [one.start for one in spans[1:]] == [one.stop for one in spans[:-1]]
