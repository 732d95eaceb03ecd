"""Told stories: every sentence rests on records, and says what they say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.one_run.weeks import LADDERS, day_of
from sim.model.outcomes import PATHS
from sim.views.numbers import signed
from sim.views.one_run.lines import percent
from sim.views.one_run.typical import Sentence, Stories, Told, spoken


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    events = [{"name": "base closed", "on": "2021-11-15", "change": {"russian_guarantee": {"multiply": 0.3}}}]
    spec = sim.load_scenario("baseline").replace(
        weeks=90, citizens=0, events=events, parameters={"hard_border": 0.2, "clash_base": -3.5}
    )
    place = tmp_path_factory.mktemp("stories") / "r"
    sim.run(spec, runs=60, seed=4, plausible=False).save(place)
    return place


@pytest.fixture(scope="module")
def told(folder: Path) -> Stories:
    return sim.stories(folder)


def sentences(story: Told) -> list[Sentence]:
    return [one for chapter in story.chapters for one in chapter.sentences]


def test_one_story_a_class_and_of_that_class(told: Stories, folder: Path) -> None:
    paths = set(sim.load_results(folder).part("defaults")["path"])
    assert {one.of.path for one in told} == paths
    assert len(paths) >= 3
    for one in told:
        assert PATHS[int(one.model.outcome.path)] == one.of.path


def test_every_sentence_rests_on_records_that_exist(told: Stories) -> None:
    decisions = 0
    for story in told:
        made = {(d.week, d.actor, d.instrument) for d in story.model.decisions}
        for sentence in sentences(story):
            assert sentence.refs
            for ref in sentence.refs:
                assert 0 <= ref.week <= story.model.week
                if ref.actor:
                    assert tuple(ref) in made
                    decisions += 1
    assert decisions > 20


def test_chances_and_pushes_are_those_of_the_records(told: Stories) -> None:
    """Each chance in a sentence is that of a decision it refers to, each push that of one of its rules."""
    checked = 0
    for story in told:
        records = {(d.week, d.actor, d.instrument): d for d in story.model.decisions}
        for sentence in sentences(story):
            mine = [records[tuple(ref)] for ref in sentence.refs if ref.actor]
            shares = {percent(d.chance) for d in mine}
            for said in re.findall(r"\(chance ([\d.]+ %)", sentence.text):
                assert said in shares
                checked += 1
            pushes = {
                (rule, signed(push - d.push(other).get(rule, 0.0)))
                for d in mine
                for other in d.utilities
                for rule, push in {r: d.push(d.choice).get(r, 0.0) for r in sim.rules}.items()
            }
            for push, rule in re.findall(r"([+−][\d.]+) \(([A-Z]\d+r?), ", sentence.text):
                assert (rule, push) in pushes
                checked += 1
    assert checked > 40


def test_moves_of_ladders_happened_in_the_week_named(told: Stories) -> None:
    checked = 0
    for story in told:
        for sentence in sentences(story):
            head = sentence.text.split(":")[0].split(" (")[0].rstrip(".").removesuffix(" for the first time")
            match = re.match(r"In the week of (.*?) (contact|escalation) (rises|falls back) to (.*)", head)
            if match is None:
                continue
            week = sentence.refs[0].week
            assert spoken(day_of(story.model, week)) == match[1]
            ladder = {"contact": "rapprochement"}.get(match[2], match[2])
            before, after = (int(story.model.past(w)[ladder]) for w in (week - 1, week))
            assert LADDERS[ladder][after] == match[4].strip()
            assert (after > before) == (match[3] == "rises")
            if f"{match[4]} for the first time" in sentence.text:
                assert all(story.model.past(w)[ladder] != after for w in range(1, week))
            checked += 1
    assert checked > 8


def test_counts_are_counted(told: Stories) -> None:
    for story in told:
        last = story.model.past(story.model.week)
        said = [
            re.search(r"at the border ([\d,]+) incidents?, (\d+) clash(?:es)?, ([\d,]+) death", one.text)
            for one in sentences(story)
        ]
        sums = [sum(int(match[k].replace(",", "")) for match in said if match) for k in (1, 2, 3)]
        assert sums == [last.incidents, last.clashes, last.deaths]


def test_events_and_ends_are_told(told: Stories) -> None:
    for story in told:
        text = " ".join(str(one) for one in sentences(story))
        assert "an event of the storyline comes due: base closed." in text
        assert f"Path: {story.of.path}." in text
        assert len(text) < 9000  # about a page or two


def test_the_command_tells_the_same(told: Stories, folder: Path, panj: Callable[..., Any]) -> None:
    data = json.loads(panj("explain", folder, "--json").out)
    assert data == json.loads(json.dumps(told.record()))
    page = panj("explain", folder).out
    assert page.startswith("Baseline: typical stories")
    assert max(map(len, page.splitlines())) <= 110
    assert panj("explain", folder, "--week", 3).code == 2
