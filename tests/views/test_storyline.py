"""A storyline told back, and the notes on what may not be meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.model.registry import load
from sim.scenario import catalogue
from sim.views import experiment, storyline

HALVED = {"russian_guarantee": {"multiply": 0.5}}


def spec(**given: Any) -> sim.Scenario:
    return sim.load_scenario("baseline").replace(**given)


def event(**given: Any) -> dict[str, Any]:
    return {"name": "base thinned out", "on": "2022-03-07", "change": HALVED, **given}


def notes(**given: Any) -> list[str]:
    return list(storyline.notes(spec(**given)))


@pytest.mark.parametrize("name", catalogue.names())
def test_every_shipped_storyline_is_told_within_its_width(name: str) -> None:
    for width in (60, 80):
        page = storyline.page(sim.load_scenario(name), width)
        assert max(map(len, page.splitlines())) <= width


def test_an_event_is_told_with_date_size_and_end() -> None:
    told = storyline.event(spec(events=[event(lasts=8, because="a war elsewhere.")]).events[0])
    assert "On 2022-03-07: base thinned out." in told
    assert "(russian_guarantee) is multiplied by 0.5 (until 2022-05-02, 8 weeks)" in told
    assert told.endswith("Because: a war elsewhere.")


def test_a_commitment_is_told_with_what_the_option_is() -> None:
    bound = {"actor": "uzbekistan", "instrument": "go_between", "insist": "mediate", "from": "2021-10-04"}
    (told,) = map(storyline.commitment, spec(commitments=[bound]).commitments)
    assert told.startswith("Uzbekistan insists on go_between.mediate (")
    assert told.endswith("from 2021-10-04 to the end.")


def test_a_value_outside_its_plausible_range_is_noted() -> None:
    (note,) = notes(parameters={"audience_cost": 40})
    assert "audience_cost is 40, outside its plausible range" in note


def test_a_draw_from_beyond_a_plausible_range_is_noted() -> None:
    def drawn(**laws: Any) -> list[str]:
        tale: dict[str, Any] = {"panj": 1, "title": "Clashes", "replicates": 2, "uncertainties": laws}
        tale["design"] = {"method": "lhs", "size": 8}
        return [one for one in experiment.notes(sim.load_experiment(tale)) if "is drawn from" in one]

    low, high = load().parameters["clash_base"].plausible
    (note,) = drawn(clash_base={"uniform": [low, high + 1]})
    assert note.startswith(f"clash_base is drawn from {low:g} to {high + 1:g}, outside its plausible range")
    assert not drawn(clash_base={"uniform": [low, high]})


def test_a_change_that_drifts_back_is_noted_until_its_rest_moves_too() -> None:
    drifting = [one for one in notes(events=[event()]) if "drifts back" in one]
    assert len(drifting) == 1
    assert "guarantee_rest" in drifting[0]
    both = {**HALVED, "guarantee_rest": {"multiply": 0.5}}
    assert not [one for one in notes(events=[event(change=both)]) if "drifts back" in one]
    assert not [one for one in notes(events=[event(lasts=20)]) if "drifts back" in one]


def test_an_actor_who_can_undo_a_change_is_named_until_it_is_bound() -> None:
    undone = [one for one in notes(events=[event()]) if "undo" in one]
    assert undone == [one for one in undone if one.startswith("Russia (guarantee.reinforce)")] != []
    bound = {"actor": "russia", "instrument": "guarantee", "avoid": ["reinforce"]}
    assert not [one for one in notes(events=[event()], commitments=[bound]) if "undo" in one]


def test_what_cannot_happen_is_noted() -> None:
    never = {"name": "never", "when": {"variable": "tension", "above": 1.0}, "change": {"fear": {"add": 0.1}}}
    assert any("'never' can never happen" in one for one in notes(events=[never]))
    fivefold = event(change={"russian_guarantee": {"multiply": 5}})
    assert any("cut off at 1" in one for one in notes(events=[fivefold]))


def test_an_event_that_waits_longer_than_the_run_is_noted() -> None:
    waits = {"name": "a", "when": {"variable": "tension", "above": 0.1, "delay": 600}, "change": HALVED}
    assert any(
        "'a' can never happen: it waits 600 weeks of 20" in one for one in notes(weeks=20, events=[waits])
    )
    waits["when"] = {"variable": "tension", "above": 0.1, "delay": 2}
    assert not [one for one in notes(weeks=20, events=[waits]) if "never" in one]


def test_an_event_that_lasts_past_the_end_is_noted() -> None:
    assert any(
        "lasts 52 weeks, past the end of the run" in one for one in notes(weeks=40, events=[event(lasts=52)])
    )
    assert not [one for one in notes(events=[event(lasts=52)]) if "past the end" in one]


@pytest.mark.parametrize(("value", "noted"), [(40, True), (-3, True), (2, False)])
def test_a_parameter_that_an_event_takes_beyond_its_range_is_noted(value: float, noted: bool) -> None:
    found = notes(events=[event(change={"audience_cost": {"set": value}})])
    assert any("'base thinned out' takes audience_cost to" in one for one in found) == noted


def test_a_class_left_out_by_definition_is_noted() -> None:
    bound = {"actor": "taliban", "instrument": "force", "avoid": ["mass"]}
    assert any("Nobody is left to raise fighters" in one for one in notes(commitments=[bound]))
    assert not notes()


@pytest.mark.parametrize(
    ("own", "noted"),
    [
        ("parameters: {audience_cost: 2}", True),
        ("commitments: [{actor: dushanbe, instrument: words, avoid: [denounce]}]", True),
        ("parameters: {audience_cost: 2}\nquestion: Does it matter?", False),
        ("weeks: 60", False),
    ],
)
def test_a_question_taken_over_for_other_content_is_noted(tmp_path: Path, own: str, noted: bool) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(f"panj: 1\ntitle: Mine\nextends: thin_guarantee\n{own}\n")
    written = list(storyline.notes(sim.load_scenario(file), file))
    assert any("The question is the one of thin_guarantee.yaml" in one for one in written) == noted
    if noted:
        assert "write a 'question'" in " ".join(storyline.page(sim.load_scenario(file), 80, file).split())


@pytest.mark.parametrize("name", catalogue.names())
def test_every_shipped_storyline_asks_a_question_of_its_own(name: str) -> None:
    assert not [one for one in storyline.notes(sim.load_scenario(name), name) if "The question is" in one]
