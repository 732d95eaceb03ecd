"""Files of observations: what they hold, what is wrong with one and where, what runs say of them."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from ruamel.yaml import YAML

import sim
from sim.analysis.past.history import LAST, load_history
from sim.analysis.past.record import AGAIN, record
from sim.engine.ensemble import start
from sim.engine.state import State
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.observed.likelihood import due, log_likelihood, said
from sim.study.observed.loading import load_observations
from sim.study.observed.schema import Observation, Observations
from tests.engine.pairs import planned

SOURCE = {"publisher": "UNHCR", "title": "a count", "date": "2023"}


def written(folder: Path, *rows: str) -> Path:
    path = folder / "seen.yaml"
    listed = "".join(f"  - {{{row}, source: {json.dumps(SOURCE)}}}\n" for row in rows)
    path.write_text(f"panj: 1\ntitle: Seen\nobserved:\n{listed}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "line", "said"),
    [
        ("on: 2021-12-31, value: tenson, above: 0.5", 5, "unknown variable 'tenson'; nearest: tension"),
        ("on: 2021-12-31, value: tension, mean: tension, above: 0.5", 5, "found value and mean"),
        ("on: 2021-12-31, above: 0.5", 5, "expected one of value, mean"),
        ("on: 2021-12-31, value: tension", 5, "expected one of equals, count"),
        ("on: 2021-12-31, value: tension, equals: 0.5", 5, "'equals' and 'tolerance' go together"),
        ("on: 2021-12-31, value: tension, equals: 0.5, tolerance: 0", 5, "found 0"),
        ("until: 2021-12-31, mean: tension, above: 0.5", 5, "expected a day ('on'), or a time"),
        (
            "from: 2022-02-01, until: 2021-12-31, mean: tension, above: 0.5",
            5,
            "expected a day from 2022-02-01",
        ),
        ("from: 2021-10-01, until: 2021-12-31, value: tension, above: 0.5", 5, "'value' is of a day"),
        ("on: 2021-12-31, reached: {ladder: escalation, rung: 6}", 5, "expected at most 5, found 6"),
        ("on: 2021-12-31, reached: {ladder: up, rung: 3}", 5, "found 'up'"),
        ("on: 2021-12-31, reached: {ladder: escalation, rung: 3}, above: 1", 5, "no number beside 'reached'"),
        ("on: 2021-12-31, reached: {ladder: escalation, rung: 3}, less: 1", 5, "'less' is for measures"),
        ("on: 2021-12-31, value: tension, above: 0.5, unreported: 0.1", 5, "leave it out"),
        ("on: 2021-12-31, value: tension, above: 0.5, discrepancy: 0.5", 5, "a chance below 0.5"),
        ("on: 2021-12-31, value: tension, count: 1, discrepancy: 0.1", 5, "not for a 'count'"),
        ("on: 2021-12-31, value: tension, above: 0.5, tone: 1", 5, "unknown key 'tone' in observation"),
        ("on: 2021-12-31, value: [], above: 0.5", 5, "or a list of names, found an empty list"),
        (f"on: 2021-12-31, value: clashes, count: {10**30}", 5, "expected at most 1000000000000, found"),
        ("on: 2021-12-31, value: 3, above: 0.5", 5, "expected the name of a variable, or a list"),
        ("on: 2021-12-31, value: [tension, tension], above: 0.5", 5, "found 'tension' twice; drop one"),
        ("on: 2021-12-31, value: clashes, count: 1, unreported: 1", 5, "expected less than 1.0, found 1"),
        (
            "on: 2021-12-31, value: tension, above: 1, relative_to: {from: 2021-12-01, until: 2022-01-01}",
            5,
            "expected a day up to 2021-12-31, when the observation is judged, found 2022-01-01",
        ),
        ("name: calm, on: 2021-12-31, value: tension, above: 0.5", 5, "found 'calm' twice"),
        (r'name: "\e[2J", on: 2021-12-31, value: tension, above: 0.5', 5, "without control characters"),
        (
            "on: 2021-12-31, chose: {actor: iran, instrument: contact, option: warm}",
            5,
            "unknown actor 'iran'",
        ),
        (
            "on: 2021-12-31, chose: {actor: dushanbe, instrument: contacts, option: warm}",
            5,
            "unknown instrument 'contacts'",
        ),
        (
            "on: 2021-12-31, chose: {actor: dushanbe, instrument: contact, option: hot}",
            5,
            "unknown option 'hot'",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, row: str, line: int, said: str) -> None:
    good = "name: calm, on: 2021-12-31, value: tension, above: 0.5"
    path = written(tmp_path, good, row)
    with pytest.raises(ScenarioError) as caught:
        sim.check(path)
    assert f"line {line}: " in str(caught.value)
    assert said in str(caught.value)


def test_observations_made_in_python_are_checked_as_files_are() -> None:
    row = {"on": "2021-12-31", "value": "tension", "source": SOURCE}
    with pytest.raises(ScenarioError, match=r"observed\[0\]: expected one of equals, count"):
        Observations(title="Seen", observed=[row])
    with pytest.raises(ScenarioError, match="expected a key 'title' in file of observations"):
        Observations(observed=[Observation(**row, above=0.5)])


def test_a_source_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "seen.yaml"
    path.write_text(
        "panj: 1\ntitle: t\nobserved:\n  - {on: 2021-12-31, value: tension, above: 0.5}\n", "utf-8"
    )
    with pytest.raises(ScenarioError, match="expected a key 'source' in observation"):
        load_observations(path)
    with pytest.raises(ScenarioError, match="neither a file of observations nor shipped ones"):
        load_observations("recrd")


@pytest.fixture(scope="module")
def state() -> State:
    """Four runs whose world is set by hand: week w of run r holds w + r, but for the ladders."""
    found = start(planned(weeks=12), 0, np.arange(4), until=12)
    found.past[:] = np.arange(13)[None, :, None] + np.arange(4)[:, None, None]
    names = list(load().world)
    found.past[:, :, names.index("escalation")] = [[0], [1], [2], [3]] * np.ones(13)
    found.past[3, 10:] = np.nan  # a failed run
    found.chosen[:] = 0
    found.chosen[1, 5, 0] = 1
    return found


def asked(**keys: Any) -> Observation:
    return Observation(**{"source": SOURCE, **keys})


WEEK = {1: "2021-08-16", 3: "2021-08-30", 5: "2021-09-15", 12: "2021-11-07"}
SPAN = {"from": WEEK[3], "until": WEEK[5]}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"on": WEEK[5], "value": "tension", "above": 1.0}, [5, 6, 7, 8]),
        ({"on": WEEK[5], "value": ["tension", "fear"], "above": 1.0}, [10, 12, 14, 16]),
        ({**SPAN, "mean": "tension", "above": 1.0}, [4, 5, 6, 7]),
        ({**SPAN, "total": "tension", "above": 1.0}, [12, 15, 18, 21]),
        ({**SPAN, "rise": "tension", "above": 1.0}, [3, 3, 3, 3]),
        ({**SPAN, "least": "tension", "above": 1.0}, [3, 4, 5, 6]),
        ({**SPAN, "most": "tension", "above": 1.0}, [5, 6, 7, 8]),
        ({**SPAN, "mean": "tension", "less": 1.0, "above": 1.0}, [3, 4, 5, 6]),
        (
            {
                **SPAN,
                "mean": "tension",
                "less": 1.0,
                "relative_to": {"from": WEEK[1], "until": WEEK[1]},
                "above": 1.0,
            },
            [math.nan, 4 / 1, 5 / 2, 6 / 3],
        ),
        ({**SPAN, "reached": {"ladder": "escalation", "rung": 2}}, [0, 0, 1, 1]),
        ({**SPAN, "not": {"ladder": "escalation", "rung": 2}}, [0, 0, 1, 1]),
        ({**SPAN, "chose": {"actor": "dushanbe", "instrument": "I", "option": "O"}}, [0, 1, 0, 0]),
        ({"on": WEEK[12], "value": "tension", "above": 1.0}, [12, 13, 14, math.nan]),
    ],
)
def test_what_runs_say(state: State, keys: dict[str, Any], expected: list[float]) -> None:
    if "chose" in keys:
        first = load().instruments[0]
        names = {"actor": first.actor, "instrument": first.name, "option": first.options[1].name}
        keys = {**keys, "chose": names}
    assert said(asked(**keys), state).tolist() == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("keys", "chances"),
    [
        ({"value": "tension", "equals": 1.0, "tolerance": 2.0}, [0.199471, 0.199471 * math.exp(-0.125), 0.0]),
        ({"value": "tension", "above": 1.5}, [0.0, 1.0, 0.0]),
        ({"value": "tension", "at_least": 2.0}, [0.0, 1.0, 0.0]),
        ({"value": "tension", "below": 2.0}, [1.0, 0.0, 0.0]),
        ({"value": "tension", "below": 2.0, "unreported": 0.3}, [1.0, 0.3, 0.0]),
        ({"value": "tension", "count": 1}, [1.0, 0.0, 0.0]),
        ({"value": "tension", "below": 2.0, "discrepancy": 0.1}, [0.9, 0.1, 0.0]),
        ({"value": "tension", "below": 2.0, "discrepancy": 0.1, "unreported": 0.5}, [0.95, 0.55, 0.0]),
        ({"value": "tension", "count": 1, "unreported": 0.25}, [0.75, 2 * 0.75 * 0.25, 0.0]),
    ],
)
def test_the_chance_of_what_was_seen(keys: dict[str, Any], chances: list[float]) -> None:
    """Where a run says 1, where it says 2, and where it says nothing."""
    found = np.exp(log_likelihood(asked(on=WEEK[5], **keys), np.array([1.0, 2.0, math.nan])))
    assert found == pytest.approx(chances, abs=1e-6)


def test_the_chance_of_a_rung() -> None:
    rung = {"ladder": "escalation", "rung": 3}
    told = np.array([0.0, 1.0])
    assert np.exp(log_likelihood(asked(on=WEEK[5], reached=rung), told)).tolist() == [0.0, 1.0]
    quiet = asked(on=WEEK[5], unreported=0.2, **{"not": rung})
    assert np.exp(log_likelihood(quiet, told)) == pytest.approx([1.0, 0.2])


# One record of what happened


def test_the_record_is_what_the_hindcast_is_asked() -> None:
    path = catalogue.folder() / "observed" / "record.yaml"
    assert path.read_text("utf-8") == record(), "write it anew: python -m sim.analysis.past.record"
    seen, grid = load_observations("record"), load_history()
    names = {one.id.replace("_", " ") for one in grid.questions if one.subject not in AGAIN}
    assert {one.title.removeprefix("rung of ") for one in seen.observed} == names
    assert max(one.last for one in seen.observed) <= LAST


def test_the_record_says_yes_where_history_does() -> None:
    """A run that answers as history did makes each observation about a yes or no certain, or as silent."""
    seen = {one.title: one for one in load_observations("record").observed}
    checked = 0
    for question in load_history().questions:
        one = seen.get(question.id.replace("_", " "))
        if question.kind == "yes/no" and one is not None:
            assert due(one, planned().start) in (question.last, question.last + 1)
            assert one.kind in ("rise", "value", "least", "most")
            checked += 1
    assert checked > 40


def test_the_schema_knows_the_shipped_file_and_refuses_wrong_ones() -> None:
    schema = sim.schema("observations")
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    text = (catalogue.folder() / "observed" / "record.yaml").read_text("utf-8")
    data = json.loads(json.dumps(YAML(typ="safe").load(text), default=str))
    check.validate(data)
    for change in (
        {"value": "tenson"},
        {"reached": {"ladder": "escalation", "rung": 3}},
        {"source": {}},
        {"tone": 1},
        {"above": 1.0},
    ):
        wrong = {**data, "observed": [{**data["observed"][1], **change}]}
        assert not check.is_valid(wrong), change


def test_a_number_beyond_all_bounds_is_impossible_without_a_warning() -> None:
    told = np.array([0.0, 1.0])
    far = asked(on="2021-12-31", value="tension", equals=1e308, tolerance=1.0)
    sharp = asked(on="2021-12-31", value="tension", equals=1.0, tolerance=5e-324)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isneginf(log_likelihood(far, told)).all()
        assert np.isneginf(log_likelihood(sharp, told)).tolist() == [True, False]
