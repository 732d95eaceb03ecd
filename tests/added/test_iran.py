"""The example package: an actor with instruments, rules, variables and a process, and no edit of `sim`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import sim
from sim.engine.ensemble import simulate
from sim.engine.mesa_model import PolicyModel
from sim.model import extension
from sim.model.registry import load
from sim.scenario.plan import plan
from tests.conftest import Outcome

IRAN = Path(__file__).parents[2] / "examples" / "panj_iran"
BASE = sim.load_scenario("baseline").replace(weeks=40, citizens=20)
SHIPPED = list(load().world)


def test_both_drivers_agree_and_nothing_of_iran_moves_what_was_there_but_by_its_rules() -> None:
    before = simulate(plan(BASE, load()), 5, np.arange(2), keep=tuple(SHIPPED)).kept
    sim.add_rules(IRAN)
    model = load()
    assert model.actors[-1] == "iran"
    assert [one.name for one in model.instruments_of("iran")] == ["kabul", "resistance", "counsel", "road"]
    world = list(model.world)
    assert world[: len(SHIPPED)] == SHIPPED
    block = simulate(plan(BASE, model), 5, np.arange(2), keep=tuple(world))
    mesa = PolicyModel(BASE, 5, 1).run()
    np.testing.assert_array_equal(mesa.trajectory[world].to_numpy(), block.kept[1])
    assert {one.choice for one in mesa.decisions if one.actor == "iran"} > {"hold"}
    silent = BASE.replace(parameters={f"strength_I{k}": 0.0 for k in range(1, 5)})
    after = simulate(plan(silent, model), 5, np.arange(2), keep=tuple(world)).kept
    np.testing.assert_array_equal(after[:, :, : len(SHIPPED)], before)
    assert (after[:, :, len(SHIPPED) :] != after[:, :1, len(SHIPPED) :]).any()  # Iran acts all the same
    assert (block.kept[:, :, : len(SHIPPED)] != before).any()


def test_its_case_files_pass_and_need_it(panj: Callable[..., Outcome]) -> None:
    for case in sorted((IRAN / "cases").glob("*.yaml")):
        assert panj("check", case, "--rules", IRAN).code == 0
    for one in extension.in_force():
        extension.leave(one)
    without = panj("check", IRAN / "cases" / "tehran_counsels.yaml")
    assert without.code == 2
    assert "unknown actor 'iran'" in without.err


def test_two_packages_of_the_same_ids_are_refused(panj: Callable[..., Outcome], tmp_path: Path) -> None:
    twin = tmp_path / "panj_twin"
    (twin / "actors").mkdir(parents=True)
    (twin / "__init__.py").write_text('"""A twin."""\n')
    (twin / "actors" / "__init__.py").write_text('"""A twin."""\n\nACTORS = ("iran",)\n')
    refused = panj("rules", "--rules", IRAN, "--rules", twin)
    assert refused.code == 2
    assert "declared twice" in refused.err
    assert [one.name for one in extension.in_force()] == ["panj_iran"]
