"""Cases across plausible parameters: points that calibration did not rule out, a hypercube of the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from sim.model import calibrated, screened
from sim.model.provenance import Quantity
from sim.model.registry import Model
from sim.scenario.plan import Plan
from sim.scenario.readings import reading
from sim.scenario.schema import Scenario
from sim.study.ensemble.points import Points

Floats = NDArray[np.float64]

#: Most runs spent on one case.
MOST_PER_CASE = 10


@dataclass(frozen=True)
class Design:
    """Cases and which of them each run belongs to.

    names : the values that vary, parameters first
    values : (cases, len(names)), in the units of the quantities
    shares : the same as shares of the plausible ranges, 0 to 1
    rows : (cases, parameters + world), what `simulate` takes
    case : (runs,) number of each run's case, from 1
    weights : (cases,) what each case weighs if the article is right; None where nobody judged its claims
    """

    names: tuple[str, ...]
    values: Floats
    shares: Floats
    rows: Floats
    case: NDArray[np.int64]
    weights: Floats | None = None


def per_case(runs: int) -> int:
    """Return how many runs a case gets: about the root of all runs, at most ten.

    Many cases cover the ranges; a few runs of each are what it takes to tell the spread between
    cases from chance within one. A thousand runs make a hundred cases of ten.
    """
    return min(max(isqrt(runs), 1), MOST_PER_CASE)


def uncertain(scenario: Scenario, model: Model) -> dict[str, Quantity]:
    """Return what varies: the candidates but for those that screening found to move no outcome."""
    still = screened.fixed()
    return {name: one for name, one in candidates(scenario, model).items() if name not in still}


def candidates(scenario: Scenario, model: Model) -> dict[str, Quantity]:
    """Return what could vary: parameters and initial values with a plausible range.

    Left as they are: what the scenario or its reading sets, strengths of rules (which claims hold is
    a question of structure), weights of concerns (levers, which only rescale their rules), rules that other
    storylines hold, and what the model computes.
    """
    rules = model.rules.values()
    held = {rule.id for rule in scenario.own_rules}
    if scenario.reading is not None:
        held.update(reading(scenario.reading).rules)
    foreign = [model.rules[one.name] for one in model.extensions if one.carried and one.name not in held]
    fixed = {rule.strength for rule in rules} | {*scenario.parameters, *scenario.world}
    fixed |= {model.weight(rule, part) for rule in rules for part in rule.clauses}
    fixed |= {name for rule in foreign for name in rule.parameters}
    if scenario.reading is not None:
        fixed.update(reading(scenario.reading).parameters)
    return {
        name: one
        for name, one in {**model.parameters, **model.world}.items()
        if name not in fixed and not one.derived and one.plausible[0] < one.plausible[1]
    }


def plausible(
    scenario: Scenario,
    model: Model,
    plan: Plan,
    runs: int,
    seed: int,
    prior: bool = False,
    each: int | None = None,
    points: Points | None = None,
) -> Design:
    """Draw the cases of a study of `runs` runs.

    Judgements that were calibrated are drawn together, a whole point of the region not ruled out for
    each case, so that what the data bind stays bound; a value the scenario sets stays as set. The
    rest is a Latin hypercube: each value takes every one of `cases` equally likely slices of its
    range once. Each value's slices come from a stream addressed by its name, so that a new parameter,
    or one the scenario comes to set, leaves the draws of all others where they were.

    Parameters
    ----------
    prior
        Draw everything from its declared range, as before calibration.
    each
        Runs of a case; None: as many as `per_case` says.
    points
        A region to draw from; None: the one that was calibrated on the autumn of 2021.
    """
    each = each or per_case(runs)
    cases = -(-runs // each)
    varied = uncertain(scenario, model)
    joint, weights = ({}, None) if prior else region(cases, seed, points)
    places = {name: k for k, name in enumerate([*model.parameters, *model.world])}
    rows = np.tile(np.concatenate([plan.parameters, plan.world]), (cases, 1))
    values = np.empty((cases, len(varied)))
    shares = np.empty_like(values)
    for column, (name, one) in enumerate(varied.items()):
        shares[:, column] = joint[name] if name in joint else slices(cases, seed, name)
        values[:, column] = stretch(one, shares[:, column])
        rows[:, places[name]] = values[:, column]
    return Design(tuple(varied), values, shares, rows, 1 + np.arange(runs) // each, weights)


def region(cases: int, seed: int, points: Points | None = None) -> tuple[dict[str, Floats], Floats | None]:
    """Draw points of a region (None: the calibrated one), none twice before all once.

    Returns
    -------
    tuple
        By name, (cases,) shares of the range, none where nothing was calibrated; and (cases,) what each
        point weighs if the article is right, None where nobody judged its claims.
    """
    names, every = calibrated.region() if points is None else (points.names, points.shares)
    if not names:
        return {}, None
    chance = stream(seed, "design/region")
    rounds = [chance.permutation(len(every)) for _ in range(-(-cases // len(every)))]
    chosen = np.concatenate(rounds)[:cases]
    weights = calibrated.weights() if points is None else None
    shares = every[chosen]
    return dict(zip(names, shares.T, strict=True)), None if weights is None else weights[chosen]


def slices(cases: int, seed: int, name: str) -> Floats:
    """Return (cases,) numbers in [0, 1), one in each of as many equal slices, in random order."""
    chance = stream(seed, f"design/{name}")
    drawn: Floats = (chance.permutation(cases) + chance.random(cases)) / cases
    return drawn


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return NumPy's chance for a purpose, addressed by its name."""
    address = hashlib.blake2b(purpose.encode(), digest_size=8).digest()
    key = np.array([seed, int.from_bytes(address, "little")], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def stretch(one: Quantity, share: Floats) -> Floats:
    """Put shares in [0, 1) into a quantity's plausible range, by its distribution there."""
    low, high = one.plausible
    if one.spread == "log-uniform":
        return np.asarray(low * np.exp(share * np.log(high / low)))
    return low + share * (high - low)
