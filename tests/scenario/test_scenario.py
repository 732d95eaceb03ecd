"""The scenario object: frozen, checked when made from Python, replaced, named by its hash."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from tests.generators import scenarios


def event(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "on": date(2022, 3, 7), "change": {"tension": {"add": 0.1}}} | changes


def test_defaults() -> None:
    spec = Scenario(title="T")
    assert (spec.panj, spec.start, spec.weeks, spec.citizens) == (1, date(2021, 8, 16), 208, 500)
    assert (spec.reading, spec.world, spec.parameters) == (None, {}, {})
    assert (spec.events, spec.commitments) == ((), ())


def test_values_are_what_a_run_needs() -> None:
    spec = Scenario(
        title="T",
        events=[
            event(lasts="8 weeks", source={"publisher": "p", "title": "t", "date": 2021}),
            event(name="b", on=None, when={"variable": "tension", "below": 0, "delay": "2 weeks"}),
            event(name="c", on=None, hazard=1, lasts="1 week"),
            event(name="d", change={"tension": {"path": {"2022-03-07": 0, date(2022, 4, 4): 1}}}),
        ],
        commitments=[{"actor": "russia", "instrument": "kabul", "avoid": ["cool"], "from": "2022-01-03"}],
    )
    a, b, c, d = spec.events
    assert (a.on, a.lasts, a.change["tension"].add) == (date(2022, 3, 7), 8, 0.1)
    assert b.when is not None
    assert (b.when.variable, b.when.above, b.when.below, b.when.delay) == ("tension", None, 0.0, 2)
    assert (c.hazard, c.lasts) == (1.0, 1)
    assert d.change["tension"].path == {date(2022, 3, 7): 0.0, date(2022, 4, 4): 1.0}
    bound = spec.commitments[0]
    assert (bound.actor, bound.avoid, bound.insist) == ("russia", ("cool",), None)
    assert (bound.from_, bound.until) == (date(2022, 1, 3), None)


def test_a_scenario_is_frozen_through_and_through() -> None:
    spec = Scenario(title="T", world={"rhetoric": 0.5})
    with pytest.raises(ValueError, match="frozen"):
        spec.weeks = 5  # type: ignore[misc]
    for change in (
        lambda: spec.world.update(rhetoric=2.0),
        lambda: spec.world.__setitem__("rhetoric", 2.0),
        lambda: spec.parameters.setdefault("audience_cost", 2.0),
        lambda: spec.world.pop("rhetoric"),
        lambda: spec.world.clear(),
    ):
        with pytest.raises(TypeError, match=r"\.replace"):
            change()
    assert spec.world == {"rhetoric": 0.5}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"weeks": True}, "weeks: expected a whole number, found true"),
        ({"weeks": 10.0}, "weeks: expected a whole number, found 10.0"),
        ({"weeks": np.float64(10)}, "weeks: expected a whole number, found 10.0"),
        ({"world": {"rhetoric": np.bool_(True)}}, "world.rhetoric: expected a number, found true"),
        ({"world": {"rhetoric": np.float32("nan")}}, "world.rhetoric: expected a finite number"),
        ({"citizens": "500"}, "citizens: expected a whole number"),
        ({"panj": 2}, "panj: expected 1, found 2"),
        ({"world": {"rhetoric": True}}, "world.rhetoric: expected a number, found true"),
        ({"world": {"rhetoric": float("nan")}}, "world.rhetoric: expected a finite number, found nan"),
        ({"world": {"rhetoric": float("inf")}}, "world.rhetoric: expected a finite number, found inf"),
        ({"world": {"rhetoric": 10**400}}, "world.rhetoric: expected"),
        ({"world": {"rhetoric": "0.5"}}, "world.rhetoric: expected a number, found '0.5'"),
        ({"world": {3: 0.5}}, "world[3]: expected text"),
        ({"world": 5}, "world: expected a mapping"),
        ({"parameters": {"backstop": float("-inf")}}, "parameters.backstop: expected a finite number"),
        ({"start": "no"}, "start: expected a date like 2022-03-07, found 'no'"),
        ({"start": 20220307}, "start: expected a date"),
        ({"wekks": 5}, "unknown key 'wekks' in scenario; nearest: weeks"),
        ({"extends": "baseline"}, "unknown key 'extends'"),
        ({"events": [event(hazard=0.1)]}, "events[0].hazard: expected exactly one of on"),
        ({"events": [event(on=None)]}, "events[0]: expected exactly one of on"),
        ({"events": 5}, "events: expected a list"),
        (
            {"events": [event(), event()]},
            "events[1].name: expected names of events and",
        ),
        ({"title": "a/b"}, "title: expected a title in words"),
    ],
)
def test_wrong_values_from_python(fields: dict[str, Any], said: str) -> None:
    for make in (
        lambda: Scenario(**({"title": "T"} | fields)),
        lambda: Scenario(title="T").replace(**fields),
    ):
        with pytest.raises(ScenarioError) as caught:
            make()
        assert said in str(caught.value)
        assert isinstance(caught.value, ValueError)


# Replacing


def test_replace_merges_values_and_replaces_the_rest() -> None:
    spec = Scenario(
        title="T", world={"rhetoric": 0.1, "fear": 0.2}, parameters={"backstop": 0.1}, events=[event()]
    )
    other = spec.replace(weeks=10, world={"fear": 0.3}, parameters={"audience_cost": 1}, events=[])
    assert other.world == {"rhetoric": 0.1, "fear": 0.3}
    assert other.parameters == {"backstop": 0.1, "audience_cost": 1.0}
    assert (other.weeks, other.events) == (10, ())
    assert spec.world == {"rhetoric": 0.1, "fear": 0.2}
    assert spec.weeks == 208


def test_numbers_and_days_of_numpy_are_those_of_python() -> None:
    spec = Scenario(title="T", weeks=10, start="2022-01-03", parameters={"audience_cost": 2.5})
    same = spec.replace(
        weeks=np.int64(10), start=np.datetime64("2022-01-03"), parameters={"audience_cost": np.float64(2.5)}
    )
    assert same == spec
    assert same.hash == spec.hash


def test_replace_takes_parts_of_other_scenarios() -> None:
    spec = load_scenario("thin_guarantee")
    assert load_scenario("baseline").replace(events=spec.events).events == spec.events


def test_a_shorter_horizon_may_leave_events_beyond_its_end() -> None:
    short = load_scenario("thin_guarantee").replace(weeks=4)
    assert short.weeks == 4
    assert len(short.replace(citizens=0).events) == 1


def test_a_later_start_may_not_leave_events_before_it() -> None:
    with pytest.raises(ScenarioError, match=r"events\[0\]\.on: expected a date from 2023-01-02 on"):
        load_scenario("thin_guarantee").replace(start=date(2023, 1, 2))


# The hash


def test_hash_is_the_same_in_every_process() -> None:
    code = "import sim; print(sim.load_scenario('massacre_north').hash)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {load_scenario("massacre_north").hash}


def test_hash_does_not_depend_on_the_order_of_keys_or_on_how_a_number_is_written() -> None:
    one = Scenario(title="T", world={"rhetoric": 0.0, "fear": 1}, events=[event(lasts=8)])
    two = Scenario(
        events=[dict(reversed(event(lasts="8 weeks", on="2022-03-07").items()))],
        world={"fear": 1.0, "rhetoric": -0.0},
        title="T",
    )
    assert one.hash == two.hash


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "U"},
        {"weeks": 207},
        {"start": date(2021, 8, 23)},
        {"citizens": 0},
        {"reading": "as_read"},
        {"world": {"rhetoric": 0.11}},
        {"parameters": {"backstop": 0.11}},
        {"events": [event(lasts=1)]},
        {"events": [event(name="b")]},
        {"events": [event(), event(name="b")]},
        {"commitments": []},
    ],
)
def test_hash_depends_on_what_a_run_needs(fields: dict[str, Any]) -> None:
    bound = {"actor": "russia", "instrument": "kabul", "insist": "hold"}
    spec = Scenario(title="T", events=[event()], commitments=[bound])
    assert spec.replace(**fields).hash != spec.hash


def test_hash_does_not_depend_on_what_only_tells() -> None:
    source = {"publisher": "p", "title": "t", "date": "2021"}
    spec = Scenario(title="T", events=[event()])
    told = spec.replace(question="Why?", events=[event(because="so", source=source)])
    assert told.hash == spec.hash
    assert told != spec


def test_canonical_is_plain_and_complete() -> None:
    spec = load_scenario("thin_guarantee")
    text = json.dumps(spec.canonical, allow_nan=False)
    again = Scenario(**json.loads(text))
    assert again.hash == spec.hash
    assert again.events[0].change == spec.events[0].change
    assert "question" not in spec.canonical
    assert "because" not in text


@settings(max_examples=200)
@given(scenarios(max_weeks=30, citizens=st.integers(0, 100_000)))
def test_canonical_gives_the_scenario_back(spec: Scenario) -> None:
    again = Scenario(**json.loads(json.dumps(spec.canonical, allow_nan=False)))
    assert again == spec
    assert (
        again.hash == spec.hash == hash_of(copy.deepcopy(spec)) == hash_of(pickle.loads(pickle.dumps(spec)))
    )


def hash_of(spec: Scenario) -> str:
    assert isinstance(spec, Scenario)
    return spec.hash


def test_equal_scenarios_are_one_key() -> None:
    one, two = load_scenario("baseline"), load_scenario("baseline")
    assert len({one, two, one.replace(weeks=5)}) == 2
