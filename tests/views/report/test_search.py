"""What a report says of a search: plans in plain words, intervals in one line, pictures of what was found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.answers.digest import Digest
from sim.views.plots import saving
from sim.views.report import search
from sim.views.report.parts import Grid, Points
from tests.analysis.choosing.test_plans import WAITING


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> sim.Study:
    return sim.sweep(WAITING, tmp_path_factory.mktemp("search") / "study")


def commitment(actor: str, instrument: str, option: str, **more: Any) -> dict[str, Any]:
    return {"name": option, "actor": actor, "instrument": instrument, "insist": option, **more}


def test_a_plan_is_told_in_plain_words() -> None:
    plan = [
        commitment("dushanbe", "words", "veil"),
        commitment(
            "dushanbe",
            "contact",
            "warm",
            when={"variable": "media_salience", "above": 0.4},
            until={"variable": "media_salience", "below": 0.2, "for": 4},
            again=True,
        ),
    ]
    assert search.spoken({"commitments": plan}) == (
        "from the start, criticise in terms of inclusiveness, naming nobody; once media salience is "
        "above 0.4, become ready for one more step of political contact, until media salience is below 0.2 "
        "for 4 weeks, time and again"
    )


def test_of_a_plan_of_several_each_actor_is_named() -> None:
    plan = [
        commitment("russia", "counsel", "urge_restraint"),
        commitment("china", "border", "fund", when={"variable": "escalation", "above": 1}),
    ]
    assert search.spoken({"commitments": plan}, several=True) == (
        "from the start, Russia is to urge Dushanbe to show restraint; once the rung of escalation is "
        "above 1, China is to fund posts and train units on the Tajik side"
    )


def test_a_world_is_told_by_its_values() -> None:
    assert search.spoken({"russian_guarantee": 0.3, "hardship": 0.7}) == "russian guarantee 0.3, hardship 0.7"


def test_intervals_are_numbers_that_keep_to_one_line(study: sim.Study) -> None:
    parts = search.search(Digest(study))
    columns = [
        [row[k] for row in part.rows]
        for part in parts
        if isinstance(part, Grid)
        for k, name in enumerate(part.head)
        if name.startswith("95 %")
    ]
    assert len(columns) == 3  # of two goals, and of the rules
    assert all(one.number is not None for column in columns for one in column)


def test_the_section_has_no_name_of_a_file(study: sim.Study) -> None:
    items = [item for part in search.search(Digest(study)) if isinstance(part, Points) for item in part.items]
    assert any("name and condemn Kabul's rulers" in item for item in items)
    assert not any("words.denounce" in item for item in items)


def test_the_pictures_of_a_search_are_drawn_without_being_asked_for(study: sim.Study, tmp_path: Path) -> None:
    drawn = {path.stem for path in saving.save(study, tmp_path, forms=["png"])}
    assert {"front", "pathways", "progress"} <= drawn
