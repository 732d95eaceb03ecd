"""No nameless numbers: what a function of the model may hold, and every constant that is declared.

A number in a body is a judgement without a source. Beyond 0, 1, 2 and 1/2, which make forms, each is
a parameter where it is in doubt and a constant where it is not.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable
from typing import Any

from sim.errors import ModelError
from sim.model.fields import body, functions_called
from sim.model.maths import PURE
from sim.model.provenance import Constant, Whole

FORM = (0, 1, 2, 0.5)

#: Where the functions of a model stand.
PARTS = ("actors", "processes", "outcomes", "participation", "population")


def functions(package: str) -> list[Callable[..., Any]]:
    """Return every function that a loaded module of a model defines: rules, options, processes and helpers."""
    table = []
    for name in sorted(sys.modules):
        if name.startswith(f"{package}.") and name.removeprefix(f"{package}.").split(".")[0] in PARTS:
            table += [one for one in vars(sys.modules[name]).values() if _counts(one, name)]
    return table


def _counts(one: Any, module: str) -> bool:
    """Say whether a name of a module is a function that the week or the end of a run calls."""
    if not inspect.isfunction(one) or one.__module__ != module:
        return False
    return (
        f"{module}.{one.__qualname__}" in PURE
        or {"world", "seen"} & inspect.signature(one).parameters.keys() != set()
    )


def nameless(function: Callable[..., Any]) -> list[str]:
    """Return the numbers of a function's body that nobody declared, as written, with their lines.

    Rows and columns (what stands in square brackets) are places, no numbers.
    """
    places = {
        id(inner)
        for node in body(function)
        if isinstance(node, ast.Subscript)
        for inner in ast.walk(node.slice)
    }
    numbers = []
    for node in body(function):
        if id(node) in places:
            continue
        if isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value not in FORM:
            numbers.append(f"{node.value!r} (line {node.lineno})")
        elif isinstance(node, ast.Name) and undeclared(function.__globals__.get(node.id)):
            numbers.append(f"{node.id} (line {node.lineno})")
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
        if numbers := nameless(function):
            raise ModelError(
                f"{function.__module__}.{function.__qualname__} ({function.__code__.co_filename}): nameless numbers "
                f"{', '.join(numbers)}; declare each with parameter(...) where it is in doubt, "
                "else with constant(...), with unit, meaning and source"
            )


def declared(package: str) -> dict[str, Constant | Whole]:
    """Return every constant that a loaded module of a model declares, by name and in the order of names.

    Raises
    ------
    ModelError
        Two constants of the same name.
    """
    table: dict[str, Constant | Whole] = {}
    for module in sorted(name for name in sys.modules if name.startswith(f"{package}.")):
        for name, value in vars(sys.modules[module]).items():
            for key, one in _numbers(name, value).items():
                if table.setdefault(key, one) is not one:
                    raise ModelError(f"constant {key}: declared twice, the second time in {module}")
    return dict(sorted(table.items()))  # whichever modules happen to be loaded


def constants_held(function: Callable[..., Any]) -> dict[str, Constant | Whole]:
    """Return the constants in a function's own body, by name."""
    table: dict[str, Constant | Whole] = {}
    for node in body(function):
        if isinstance(node, ast.Name):
            table |= _numbers(node.id, function.__globals__.get(node.id))
    return table


def constants_read(function: Callable[..., Any]) -> dict[str, Constant | Whole]:
    """Return the constants that a function uses, itself or through those it calls, by name."""
    table = constants_held(function)
    for one in functions_called(function):
        table |= constants_held(one)
    return table


def _numbers(name: str, value: Any) -> dict[str, Constant | Whole]:
    """Return the constants that a global is or holds, by name."""
    if isinstance(value, tuple):
        return {f"{name}[{k}]": one for k, one in enumerate(value) if isinstance(one, Constant | Whole)}
    return {name: value} if isinstance(value, Constant | Whole) else {}
