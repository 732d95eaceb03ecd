"""The page on citizens: regions, traits, anchors, circles, and how one week moves them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.model import averages, participation, population
from sim.model.maths import PURE
from sim.model.world import REGIONS
from sim.scenario.schema import Scenario
from sim.views.reference.formula import signature
from sim.views.reference.laws import NOTATION, law
from sim.views.reference.markdown import code, exact, fence, page, prose, said, table


def regions() -> str:
    """Return the table of regions: one row each, one column for each number that differs between them."""
    numbers = {
        name: value
        for name, value in vars(population).items()
        if isinstance(value, tuple) and len(value) == len(REGIONS) and not isinstance(value[0], str)
    }
    rows = [
        (region, k, *(exact(float(values[k])) for values in numbers.values()))
        for k, region in enumerate(REGIONS)
    ]
    return table(
        ("region", "number", *(f"`{name}`" for name in numbers)),
        rows,
        ("number", *(f"`{n}`" for n in numbers)),
    )


def columns() -> str:
    """Return what formulas call columns by: lists of their names, and numbers of the first of several."""
    rows = []
    for name, one in vars(population).items():
        if name.isupper() and isinstance(one, tuple) and isinstance(one[0], str):
            rows.append((f"`{name}`", ", ".join(one)))
        elif name.isupper() and isinstance(one, np.dtype):
            rows.append((f"`{name}`", ", ".join(one.names or ())))
        elif name.isupper() and type(one) in (int, float):
            rows.append((f"`{name}`", exact(one)))
    return table(("name", "stands for"), rows)


def laws_of_society() -> list[tuple[str, Callable[..., Any]]]:
    """Return the functions of taking part and of the population, by name, in the order of the modules."""
    return [
        (name, one)
        for module in (participation, population, averages)
        for name, one in vars(module).items()
        if f"{module.__name__}.{name}" in PURE
    ]


def citizens() -> str:
    """Return the page of the population."""
    parts = []
    for name, function in laws_of_society():
        parts += [f"### {name}", f"`{signature(function)}`: {said(function)}", law(function)]
    return page(
        "Citizens",
        prose(population),
        prose(participation),
        f"A scenario has {Scenario.model_fields['citizens'].default} of them unless it says otherwise; 0 is the average citizen of each region, without individuals. "
        f"Their arrays, in formulas that unpack `society` in the order {code(population.Society._fields)}:",
        fence(inspect.cleandoc(population.Society.__doc__ or "")),
        "`noise[i, j]` is the uniform draw `society/j` of citizen i.",
        "## Columns",
        columns(),
        "## Regions",
        regions(),
        "## Laws",
        NOTATION,
        *parts,
    )
