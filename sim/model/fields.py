"""What a function of the model reads and writes, taken from its source: nothing has to be declared twice."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any

from sim.errors import ModelError


@lru_cache(maxsize=256)
def definitions(text: str) -> dict[int, ast.FunctionDef]:
    """Return the syntax trees of all functions of a source, by the line in which each begins."""
    nodes = (node for node in _statements(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    return {min([node.lineno, *(one.lineno for one in node.decorator_list)]): node for node in nodes}


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements below a node; expressions, most of a tree, hold none and are passed over."""
    for block in vars(node).values():
        if isinstance(block, list) and block and isinstance(block[0], _HOLDERS):
            for one in block:
                yield one
                yield from _statements(one)


#: What stands in the lists of a tree and can hold a statement.
_HOLDERS = (ast.stmt, ast.excepthandler, ast.match_case)


def text(function: Callable[..., Any]) -> str:
    """Return the source that a function stands in, as it is now."""
    filename = function.__code__.co_filename
    linecache.checkcache(filename)
    return "".join(linecache.getlines(filename))


@cache
def syntax(function: Callable[..., Any]) -> ast.FunctionDef:
    """Return the syntax tree of a function, its lines those of its file.

    Raises
    ------
    ModelError
        It is not written with `def`, or its source is gone.
    """
    code = function.__code__
    node = definitions(text(function)).get(code.co_firstlineno)
    if node is None:
        raise ModelError(
            f"{code.co_filename}:{code.co_firstlineno}: {function.__qualname__}: expected a function written "
            "with `def` in a file, found none there"
        )
    return node


@cache
def body(function: Callable[..., Any]) -> tuple[ast.AST, ...]:
    """Return every node of a function's body; signature and decorators are left out."""
    return tuple(node for statement in syntax(function).body for node in ast.walk(statement))


def fields_read(function: Callable[..., Any]) -> dict[str, set[str]]:
    """Take from the source which fields of each argument a function reads or writes."""
    names = inspect.signature(function).parameters
    found: dict[str, set[str]] = {name: set() for name in names}
    for node in body(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in found:
                found[node.value.id].add(node.attr)
    return found


def parameters_read(function: Callable[..., Any]) -> set[str]:
    """Take from the source which parameters a function reads, itself or through helpers it hands `p` to."""
    found = set(fields_read(function).get("p", ()))
    for node in body(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if any(isinstance(given, ast.Name) and given.id == "p" for given in node.args):
                helper = function.__globals__.get(node.func.id)
                if inspect.isfunction(helper) and helper is not function:
                    found |= parameters_read(helper)
    return found


def fields_written(function: Callable[..., Any]) -> set[str]:
    """Take from the source which fields of `world` a function writes."""
    found: set[str] = set()
    for node in body(function):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                if target.value.id == "world":
                    found.add(target.attr)
    return found


def functions_called(function: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Take from the source which functions of the package a function calls, itself or through others, in order."""
    found: dict[Callable[..., Any], None] = {}
    for node in body(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            helper = function.__globals__.get(node.func.id)
            if inspect.isfunction(helper) and helper is not function and _in_model(helper, function):
                found |= dict.fromkeys([helper, *functions_called(helper)])
    return list(found)


def _in_model(helper: Callable[..., Any], caller: Callable[..., Any]) -> bool:
    """Say whether a function is the model's own, or of the same extension as the one that calls it."""
    home = helper.__module__.partition(".")[0]
    return home in ("sim", caller.__module__.partition(".")[0])
