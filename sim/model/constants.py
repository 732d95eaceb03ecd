"""No nameless numbers: what a function of the model may hold, and every constant that is declared.

A number in a body is a judgement without a source. Beyond 0, 1, 2 and 1/2, which make forms, each is
a parameter where it is in doubt and a constant where it is not.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sim.errors import ModelError
from sim.model.fields import syntax
from sim.model.provenance import Constant, Whole

FORM = (0, 1, 2, 0.5)

#: Where the functions of a model stand.
PARTS = ("actors", "processes", "outcomes", "population")

#: Modules that still hold nameless numbers; the list only grows shorter.
OPEN = frozenset(
    {
        "sim.model.actors.dushanbe.menu",
        "sim.model.actors.dushanbe.rules",
        "sim.model.actors.taliban",
        "sim.model.outcomes",
        "sim.model.population",
        "sim.model.processes.border",
        "sim.model.processes.contact",
        "sim.model.processes.economy",
        "sim.model.processes.refugees",
    }
)


def functions(package: str) -> list[Callable[..., Any]]:
    """Return every function that a loaded module of a model defines: rules, options, processes and helpers."""
    table = []
    for name in sorted(sys.modules):
        if name.startswith(f"{package}.") and name.removeprefix(f"{package}.").split(".")[0] in PARTS:
            table += [
                one for one in vars(sys.modules[name]).values() if getattr(one, "__module__", "") == name
            ]
    return [one for one in table if inspect.isfunction(one)]


def bodies(function: Callable[..., Any]) -> Iterator[ast.AST]:
    """Yield every node of a function's body; signature and decorators are left out."""
    for statement in syntax(function).body[0].body:  # type: ignore[attr-defined]
        yield from ast.walk(statement)


def nameless(function: Callable[..., Any]) -> list[str]:
    """Return the numbers of a function's body that nobody declared, as written, with their lines.

    Rows and columns (what stands in square brackets) are places, no numbers.
    """
    places = {
        id(inner)
        for node in bodies(function)
        if isinstance(node, ast.Subscript)
        for inner in ast.walk(node.slice)
    }
    first = function.__code__.co_firstlineno
    numbers = []
    for node in bodies(function):
        if id(node) in places:
            continue
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in FORM:
            numbers.append(f"{node.value!r} (line {first + node.lineno - 1})")
        elif isinstance(node, ast.Name) and undeclared(function.__globals__.get(node.id)):
            numbers.append(f"{node.id} (line {first + node.lineno - 1})")
    return numbers


def undeclared(value: Any) -> bool:
    """Say whether a global is a number, or holds numbers, without a declaration."""
    if isinstance(value, tuple):
        return any(undeclared(one) for one in value)
    return isinstance(value, int | float) and not isinstance(value, Constant | Whole | bool)


def check(functions: Iterable[Callable[..., Any]]) -> None:
    """Refuse a function with a nameless number.

    Raises
    ------
    ModelError
        Naming function, file, line and number.
    """
    for function in functions:
        module = function.__module__
        if module not in OPEN and (numbers := nameless(function)):
            raise ModelError(
                f"{module}.{function.__qualname__} ({function.__code__.co_filename}): nameless numbers "
                f"{', '.join(numbers)}; declare each with parameter(...) where it is in doubt, "
                "else with constant(...), with unit, meaning and source"
            )


def declared(package: str) -> dict[str, Constant | Whole]:
    """Return every constant that a loaded module of a model declares, by name.

    Raises
    ------
    ModelError
        Two constants of the same name.
    """
    table: dict[str, Constant | Whole] = {}
    for module in sorted(name for name in sys.modules if name.startswith(f"{package}.")):
        for name, value in vars(sys.modules[module]).items():
            numbers = (
                {f"{name}[{k}]": one for k, one in enumerate(value)}
                if isinstance(value, tuple)
                else {name: value}
            )
            for key, one in numbers.items():
                if not isinstance(one, Constant | Whole):
                    continue
                if table.setdefault(key, one) is not one:
                    raise ModelError(f"constant {key}: declared twice, the second time in {module}")
    return table
