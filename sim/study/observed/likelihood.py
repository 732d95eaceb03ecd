"""How likely runs make an observation: what a run says of it, and the chance of what was published."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from sim.engine.state import State
from sim.model.registry import load
from sim.scenario.values import week_of
from sim.study.observed.schema import Observation

Floats = NDArray[np.float64]

#: What is made of weekly values, (R, weeks + 1), from a first to a last week.
_MADE: dict[str, Callable[[Floats, int, int], Floats]] = {
    "value": lambda weekly, first, last: weekly[:, last],
    "mean": lambda weekly, first, last: weekly[:, first : last + 1].mean(axis=1),
    "total": lambda weekly, first, last: weekly[:, first : last + 1].sum(axis=1),
    "rise": lambda weekly, first, last: weekly[:, last] - weekly[:, first - 1],
    "least": lambda weekly, first, last: weekly[:, first : last + 1].min(axis=1),
    "most": lambda weekly, first, last: weekly[:, first : last + 1].max(axis=1),
}


def due(observation: Observation, start: date) -> int:
    """Return the week at whose end an observation can be judged."""
    return week_of(start, observation.last)


def said(observation: Observation, state: State) -> Floats:
    """Return what each run says, (R,): a number for a measure, 1 or 0 for a rung and a choice.

    Measures that divide by nothing, and runs that failed, say NaN.
    """
    start = state.plan.start
    first, last = week_of(start, observation.first), due(observation, start)
    kind = observation.kind
    if observation.chose is not None:
        return _took(observation, state, first, last)
    names = list(load().world)
    columns = [names.index(name) for name in observation.variables]
    weekly = state.past[:, :, columns].sum(axis=2)
    rung = observation.reached or observation.not_
    if rung is not None:
        top = _MADE["most"](weekly, first, last)
        return np.where(np.isnan(top), np.nan, top >= rung.rung)
    value = _MADE[kind](weekly, first, last) - observation.less
    if observation.relative_to is not None:
        span = observation.relative_to
        whole = _MADE[kind](weekly, week_of(start, span.from_), week_of(start, span.until)) - observation.less
        value = np.divide(value, whole, out=np.full(len(value), np.nan), where=whole > 0)
    return value


def log_likelihood(observation: Observation, told: Floats) -> Floats:
    """Return the logarithm of the chance (for a number: of its density) of what was observed.

    Parameters
    ----------
    told
        (R,) what each run says of it, by `said`.
    """
    with np.errstate(divide="ignore", over="ignore"):
        found = _log(observation, told)
    return np.where(np.isnan(told), -np.inf, found)


def _log(observation: Observation, told: Floats) -> Floats:
    if observation.equals is not None:
        z = (told - observation.equals) / observation.spread
        return -0.5 * z * z - math.log(observation.spread * math.sqrt(2 * math.pi))
    if observation.count is not None:
        happened = np.nan_to_num(np.round(told), nan=0.0)
        chance: Floats = binom.logpmf(observation.count, happened, 1.0 - observation.unreported)
        return chance
    if observation.not_ is not None:
        holds = told < 0.5
    elif observation.above is not None:
        holds = told > observation.above
    elif observation.at_least is not None:
        holds = told >= observation.at_least
    elif observation.below is not None:
        holds = told < observation.below
    else:
        holds = told > 0.5
    wrong = observation.discrepancy
    right = np.where(holds, 1.0 - wrong, wrong)
    return np.log(right + (1.0 - right) * observation.unreported)


def _took(observation: Observation, state: State, first: int, last: int) -> Floats:
    wanted = observation.chose
    assert wanted is not None
    number = 0
    for slot, one in enumerate(load().instruments):
        for option in one.options:
            if (one.actor, one.name, option.name) == (wanted.actor, wanted.instrument, wanted.option):
                taken = (state.chosen[:, first : last + 1, slot] == number).any(axis=1)
                return np.where(np.isnan(state.past[:, last, 0]), np.nan, taken)
            number += 1
    raise AssertionError(f"{wanted} was checked when the file was read")
