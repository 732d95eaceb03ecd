"""What the pages say of a function of the model: its formula, the values in it, its code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sim.model import averages, maths, outcomes, participation, population
from sim.model.constants import constants_read
from sim.model.fields import functions_called, parameters_read
from sim.model.registry import load
from sim.views.reference import uses
from sim.views.reference.formula import code, formula, signature
from sim.views.reference.markdown import exact, fence, folded, page, said

#: How to read what stands in the boxes.
NOTATION = (
    "Formulas are set from the functions themselves. A variable, a parameter or a constant stands by its name (constants "
    "in capitals), a drive is `drive.name`, a draw of chance `draw.name`; other names are local. `←` gives a value; a line "
    "that begins with `=` ends the function and is what it returns. √ is the square root, ⌊x⌋ the largest whole number up to x, exp and "
    "ln have base e. Operations stand in the order in which they are carried out."
)

#: Functions that stand as signs in formulas.
SERIES = (maths.exponential, maths.logarithm)


def law(function: Callable[..., Any]) -> str:
    """Return a function's formula, the values in it, and its code to unfold."""
    return "\n\n".join(
        part
        for part in (
            fence(formula(function)),
            values(function),
            folded("code", fence(code(function), "python")),
        )
        if part
    )


def values(function: Callable[..., Any]) -> str:
    """Return every parameter and constant in a function, with its value at the defaults to the last digit."""
    table = load().parameters
    numbers = [(name, table[name].default) for name in sorted(parameters_read(function)) if name in table]
    numbers += [(name, float(value)) for name, value in constants_read(function).items()]
    text = formula(function)
    helpers = [one for one in functions_called(function) if f"{one.__name__}(" in text]
    parts = [f"With {', '.join(f'`{name}` {exact(value)}' for name, value in numbers)}."] if numbers else []
    if helpers:
        parts.append(
            "Uses " + ", ".join(f"[{one.__name__}]({where(one)}#{one.__name__})" for one in helpers) + "."
        )
    return " ".join(parts)


def where(function: Callable[..., Any]) -> str:
    """Return the page on which a function stands."""
    modules = (participation, population, averages)
    society = dict.fromkeys((one.__name__ for one in modules), "citizens.md")
    return {**society, outcomes.__name__: "classes.md"}.get(function.__module__, "functions.md")


def formulas(functions: Iterable[tuple[str, Callable[..., Any]]]) -> str:
    """Return the formulas of several functions in one box, each under its name."""
    return fence(
        "\n\n".join(
            f"{name}\n" + "\n".join("    " + line for line in formula(function).splitlines())
            for name, function in functions
        )
    )


def helpers() -> list[Callable[..., Any]]:
    """Return the functions that formulas use and that stand on no other page, in alphabetical order."""
    model = load()
    users: list[Callable[..., Any]] = [one.function for rule in model.rules.values() for one in rule.clauses]
    for instrument in model.instruments:
        users += [
            one
            for option in instrument.options
            for one in (option.function, option.open_when)
            if one is not None
        ]
    users += [*uses.processes(), population.draw_society, population.opinion_week]
    table = dict.fromkeys(helper for user in users for helper in functions_called(user))
    own = (one for one in table if one not in SERIES and where(one) == "functions.md")
    return sorted(own, key=lambda one: one.__name__)


def functions() -> str:
    """Return the page of functions that formulas use."""
    parts = []
    for one in helpers():
        parts += [f"## {one.__name__}", f"`{signature(one)}`: {said(one)}", law(one)]
    series = [
        f"`{sign}` in formulas is `{one.__name__}`: {said(one)}"
        for sign, one in zip(("exp", "ln"), SERIES, strict=True)
    ]
    return page(
        "Functions in formulas",
        NOTATION,
        "Exponential and logarithm are series, so that every machine gives the same bits; any good library agrees with "
        "them to the last two digits. " + " ".join(series),
        *parts,
    )
