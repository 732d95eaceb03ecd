"""Histories that the model itself made, and what would have been observed of each."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

import sim
from sim.engine.ensemble import start
from sim.engine.state import State
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.ensemble.cases import plausible
from sim.study.observed.likelihood import said
from sim.study.observed.schema import Observation, Observations

SOURCE = {"publisher": "nobody", "title": "made up", "date": "2023"}

#: Seeds of histories begin here, so that no particle of an outlook is one of them.
FIRST = 9000


def spec(weeks: int) -> sim.Scenario:
    """Return the baseline for so many weeks, without citizens."""
    return sim.load_scenario("baseline").replace(citizens=0, weeks=weeks)


def asked(scenario: sim.Scenario, first: int, last: int, tolerance: float, **measure: str) -> Observation:
    """Return an observation of a measure from one week to another, whose number is still open."""
    days = (scenario.start + timedelta(weeks=first - 1), scenario.start + timedelta(weeks=last, days=-1))
    keys: dict[str, Any] = {"from": days[0], "until": days[1], **measure}
    return Observation(**keys, equals=0.0, tolerance=tolerance, source=SOURCE)


def history(scenario: sim.Scenario, number: int) -> State:
    """Return one run of the plausible region to its end, by its own seed."""
    model, ready = load(), plan(scenario, load())
    case = plausible(scenario, model, ready, 1, FIRST + number).rows
    return start(ready, FIRST + number, np.arange(1), case, until=scenario.weeks)


def observed(state: State, wanted: list[Observation], number: int) -> Observations:
    """Return what was observed of a run: what it says, off by the tolerance of each."""
    chance = np.random.default_rng(number)
    rows = [
        one.model_copy(update={"equals": float(said(one, state)[0]) + one.spread * chance.standard_normal()})
        for one in wanted
    ]
    return Observations(panj=1, title="A history of the model", observed=tuple(rows))
