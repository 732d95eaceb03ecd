"""Reasons are causes: switching a rule off in a week changes choices as the table says."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

import sim
from sim.analysis.one_run import reasons
from sim.engine.decisions import Decision, chances
from sim.engine.ensemble import run_once
from sim.engine.workspace import Workspace
from sim.model.registry import load
from sim.scenario.plan import plan

WEEKS, RUNS = 30, 40
#: Weeks in which rules are switched off: early, and once readiness and forces have moved.
OFF = (2, 9, 17, 26)
RULES = ("D1", "D2", "D5", "D10", "D13", "D14", "D17", "T1", "T2", "T4", "R3")


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    bound = [{"actor": "dushanbe", "instrument": "trade", "avoid": ["expand"], "from": "2021-10-01"}]
    return sim.load_scenario("baseline").replace(weeks=WEEKS, citizens=0, commitments=bound)


@pytest.fixture(scope="module")
def decisions(spec: sim.Scenario) -> list[list[Decision]]:
    """Every decision of many runs, by replicate."""
    return [sim.PolicyModel(spec, seed=5, replicate=k).run().decisions for k in range(RUNS)]


def choices(spec: sim.Scenario, replicate: int, week: int) -> list[str]:
    """Run the compiled week and return what was chosen with each instrument in a week."""
    model = load()
    space = Workspace(model, plan(spec, model))
    run_once(space, 5, replicate)
    names = [option.name for one in model.instruments for option in one.options]
    return [names[number] for number in space.choice.chosen[week]]


def switched(spec: sim.Scenario, rule: str, week: int, times: float = 0.0) -> sim.Scenario:
    """Return the scenario with a rule's strength changed in one week alone."""
    event = {
        "name": "counterfactual",
        "on": spec.start + timedelta(days=7 * (week - 1)),
        "lasts": "1 week",
        "change": {f"strength_{rule}": {"multiply": times}},
    }
    return spec.replace(events=[event])


@pytest.mark.parametrize("week", OFF)
def test_switching_a_rule_off_changes_choices_as_often_as_the_table_says(
    spec: sim.Scenario, decisions: list[list[Decision]], week: int
) -> None:
    model = load()
    slots = [(one.actor, one.name) for one in model.instruments]
    expected, observed, chance, touched = 0.0, 0, 0.0, 0
    for rule in RULES:
        other = switched(spec, rule, week)
        for replicate in range(RUNS):
            found = dict(zip(slots, choices(other, replicate, week), strict=True))
            for decision in (one for one in decisions[replicate] if one.week == week):
                said = reasons.without(decision, rule)
                now = found[decision.actor, decision.instrument]
                assert now == said.choice  # run by run, on the same luck
                expected += said.changes
                chance += said.changes * (1.0 - said.changes)
                observed += now != decision.choice
                touched += any(cell.rule == rule for cell in decision.cells)
    assert touched > 900
    assert observed > 20
    assert abs(observed - expected) < 4.0 * chance**0.5  # and over all luck, as often as said


def test_the_least_change_that_turns_a_choice_turns_it_and_less_does_not(
    spec: sim.Scenario, decisions: list[list[Decision]]
) -> None:
    slots = [(one.actor, one.name) for one in load().instruments]
    checked = 0
    for replicate in range(0, RUNS, 4):
        for decision in (one for one in decisions[replicate] if one.week in OFF):
            tip = reasons.tip(decision)
            if tip is None or decision.actor not in ("dushanbe", "taliban"):
                continue
            slot = slots.index((decision.actor, decision.instrument))
            step = 1e-6 if tip.times > 1.0 else -1e-6
            past, short = (
                choices(switched(spec, tip.rule, decision.week, times), replicate, decision.week)[slot]
                for times in (max(tip.times + step, 0.0), tip.times - step)
            )
            assert (past, short) == (tip.option, decision.choice)
            checked += 1
    assert checked > 100


def made(utilities: dict[str, float], draws: dict[str, float], pushes: dict[str, float]) -> Decision:
    """Return a decision of three options in which rule D1 pushes as given."""
    from sim.engine.decisions import Cell

    opened, binding = dict.fromkeys(utilities, True), dict.fromkeys(utilities, 1)
    cells = tuple(Cell("D1", o, "f", 1.0, 1.0, 1.0, abs(x), 1 if x > 0 else -1, x) for o, x in pushes.items())
    choice = max(utilities, key=lambda name: utilities[name] + draws[name])
    return Decision(
        1,
        "dushanbe",
        "words",
        {},
        cells,
        utilities,
        utilities,
        chances(utilities, opened, binding),
        draws,
        opened,
        binding,
        choice,
    )


def test_the_share_of_luck_that_changes_is_that_of_many_draws() -> None:
    utilities = {"hold": 0.8, "denounce": 0.9, "veil": 0.2}
    pushes = {"denounce": 1.1, "veil": -0.7}
    luck = np.random.default_rng(0).gumbel(size=(200_000, 3))
    on = np.array(list(utilities.values()))
    off = on - np.array([0.0, 1.1, -0.7])
    first, second = (on + luck).argmax(axis=1), (off + luck).argmax(axis=1)
    for number, name in enumerate(utilities):
        here = first == number
        share = (second[here] != number).mean()
        draws = {o: 10.0 * (o == name) for o in utilities}
        said = reasons.without(made(utilities, draws, pushes), "D1").changes
        assert said == pytest.approx(share, abs=4 * (0.25 / here.sum()) ** 0.5)


def test_reasons_add_up_to_the_difference_of_utilities(decisions: list[list[Decision]]) -> None:
    checked = 0
    for decision in decisions[0]:
        for option in decision.utilities:
            rows = reasons.reasons(decision, option, decision.choice)
            base = decision.bases[option] - decision.bases[decision.choice]
            gap = decision.utilities[option] - decision.utilities[decision.choice]
            assert sum(one.push for one in rows) + base == pytest.approx(gap, abs=1e-9)
            assert all(abs(a.push) >= abs(b.push) for a, b in pairwise(rows))
            checked += 1
    assert checked > 500


def test_without_choice_nothing_turns(spec: sim.Scenario) -> None:
    bound = spec.replace(
        weeks=2, commitments=[{"actor": "dushanbe", "instrument": "words", "insist": "veil"}]
    )
    found = sim.PolicyModel(bound).run().decisions
    words = next(one for one in found if (one.actor, one.instrument) == ("dushanbe", "words"))
    assert words.bound
    assert reasons.rival(words) is None
    assert reasons.tip(words) is None
    assert reasons.without(words, "D1") == ("veil", 0.0)


def test_what_is_avoided_is_neither_rival_nor_turn(decisions: list[list[Decision]]) -> None:
    trade = [d for run in decisions for d in run if d.instrument == "trade" and d.week > 8]
    assert any(one.binding["expand"] == 0 for one in trade)
    for one in trade:
        assert "expand" not in reasons.free(one)
        assert reasons.rival(one).option != "expand"  # type: ignore[union-attr]
        tip = reasons.tip(one)
        assert tip is None or tip.option != "expand"
