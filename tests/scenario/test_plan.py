"""A scenario as arrays."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings

from sim.model.registry import load
from sim.scenario.conditions import BELOW
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.scenario.values import week_of
from tests.generators import scenarios

START = date(2021, 8, 16)
MODEL = load()


def made(**fields: object) -> Scenario:
    return Scenario(title="T", **fields)


@pytest.mark.parametrize(
    ("days", "week"), [(0, 1), (6, 1), (7, 2), (13, 2), (14, 3), (7 * 207, 208), (-1, 1)]
)
def test_week_of_a_day(days: int, week: int) -> None:
    assert week_of(START, START + timedelta(days=days)) == week


def test_values_lie_over_the_defaults() -> None:
    found = plan(made(world={"rhetoric": 0.9}, parameters={"backstop": 0.2}), MODEL)
    world = dict(zip(MODEL.world, found.world, strict=True))
    parameters = dict(zip(MODEL.parameters, found.parameters, strict=True))
    assert (world["rhetoric"], world["fear"]) == (0.9, MODEL.world["fear"].default)
    assert (parameters["backstop"], parameters["inertia"]) == (0.2, MODEL.parameters["inertia"].default)


def test_events_of_all_triggers_and_operations() -> None:
    found = plan(
        made(
            events=[
                {
                    "name": "a",
                    "on": "2021-08-30",
                    "lasts": 3,
                    "change": {"rhetoric": {"set": 0.9}, "backstop": {"add": -0.1}},
                },
                {
                    "name": "b",
                    "when": {"variable": "tension", "below": 0.2, "delay": 4},
                    "change": {"fear": {"multiply": 0.5}},
                },
                {
                    "name": "c",
                    "hazard": 0.25,
                    "change": {"troops": {"path": {"2021-08-16": 9000, "2021-09-20": 12000}}},
                },
            ]
        ),
        MODEL,
    )
    events = found.events
    world, parameters = list(MODEL.world), list(MODEL.parameters)
    assert found.event_names == ("a", "b", "c")
    assert events.trigger.tolist() == [0, 1, 2]
    assert events.week.tolist() == [3, 0, 0]
    assert events.lasts.tolist() == [3, 0, 0]
    nodes = events.conditions
    assert (events.root.tolist(), events.delay.tolist()) == ([-1, 0, -1], [0, 4, 0])
    assert (nodes.kind.tolist(), nodes.column.tolist()) == ([BELOW], [world.index("tension")])
    assert (nodes.high[0], nodes.span[0], nodes.look[0]) == (0.2, 1, -1)
    assert events.hazard[2] == 0.25
    assert events.change_event.tolist() == [0, 0, 1, 2]
    assert events.is_parameter.tolist() == [0, 1, 0, 0]
    assert events.target.tolist() == [
        world.index("rhetoric"),
        parameters.index("backstop"),
        world.index("fear"),
        world.index("troops"),
    ]
    assert events.op.tolist() == [0, 1, 2, 3]
    assert events.value.tolist() == [0.9, -0.1, 0.5, 0.0]
    assert events.opinion.tolist() == [-1, -1, 1, -1]
    assert (events.path_from[3], events.path_len[3]) == (0, 2)
    assert events.path_weeks.tolist() == [1, 6]
    assert events.path_values.tolist() == [9000.0, 12000.0]


def test_a_change_of_nothing_is_a_change() -> None:
    events = [{"name": "a", "hazard": 0.0, "change": {"tension": {"set": 0.0}, "fear": {"add": 0}}}]
    found = plan(made(events=events), MODEL).events
    assert found.op.tolist() == [0, 1]
    assert found.value.tolist() == [0.0, 0.0]


def test_commitments_bind_from_week_to_week_and_no_other_option() -> None:
    found = plan(
        made(
            weeks=10,
            commitments=[
                {
                    "actor": "dushanbe",
                    "instrument": "words",
                    "avoid": ["denounce", "veil"],
                    "until": "2021-08-29",
                },
                {"actor": "russia", "instrument": "kabul", "insist": "hold", "from": "2021-10-18"},
            ],
        ),
        MODEL,
    )
    keys = [(one.actor, opt.instrument, opt.name) for one in MODEL.instruments for opt in one.options]
    expected = np.ones((11, len(keys)), np.int8)
    for name in ("denounce", "veil"):
        expected[1:3, keys.index(("dushanbe", "words", name))] = 0
    expected[10:, keys.index(("russia", "kabul", "hold"))] = 2
    weeks = slice(1, None)  # week 0 is the start, nobody chooses in it
    assert np.array_equal(found.allowed[weeks], expected[weeks])


def test_without_dates_a_commitment_binds_always() -> None:
    found = plan(
        made(weeks=5, commitments=[{"actor": "china", "instrument": "border", "insist": "fund"}]), MODEL
    )
    assert (found.allowed[1:] == 2).sum() == 5


@settings(max_examples=100)
@given(scenarios(max_weeks=30))
def test_arrays_fit_together(spec: Scenario) -> None:
    found = plan(spec, MODEL)
    events = found.events
    assert found.world.shape == (len(MODEL.world),)
    assert found.parameters.shape == (len(MODEL.parameters),)
    assert np.isfinite(found.world).all()
    assert np.isfinite(found.parameters).all()
    assert {len(column) for column in events[:6]} == {len(spec.events)}
    assert {len(column) for column in events[6:16]} == {sum(len(one.change) for one in spec.events)}
    assert events.path_len.sum() == len(events.path_weeks) == len(events.path_values)
    assert found.allowed.shape[0] == spec.weeks + 1
    for first, length in zip(events.path_from, events.path_len, strict=True):
        assert (np.diff(events.path_weeks[first : first + length]) > 0).all()
