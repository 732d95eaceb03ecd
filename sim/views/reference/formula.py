"""Functions of the model as formulas: their own syntax trees, set in plain characters that show everywhere."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from sim.errors import ModelError
from sim.model.fields import fields_read, syntax, text
from sim.model.registry import load
from sim.views.reference.markdown import exact

#: Arguments whose fields stand by their bare names, and those that are handed on without being named.
BARE = ("world", "seen", "p")
CHANNELS = ("drive", "draw")

#: Functions with a sign of their own: what stands before and after their argument.
SIGNS = {"sqrt": ("√(", ")"), "floor": ("⌊", "⌋"), "exponential": ("exp(", ")"), "logarithm": ("ln(", ")")}

#: How strongly an operator binds, loosest first, with its sign.
BINARY: dict[type[ast.operator], tuple[int, str]] = {
    ast.Add: (5, "+"),
    ast.Sub: (5, "−"),
    ast.Mult: (6, "·"),
    ast.Div: (6, "/"),
    ast.FloorDiv: (6, "div"),
    ast.Mod: (6, "mod"),
}
COMPARED: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "≤",
    ast.Gt: ">",
    ast.GtE: "≥",
    ast.Eq: "=",
    ast.NotEq: "≠",
}
ROW, CONDITION, OR, AND, NOT, COMPARE, SIGN, ATOM = -1, 0, 1, 2, 3, 4, 7, 9


def formula(function: Callable[..., Any]) -> str:
    """Return a function's body as lines of a formula.

    A local name gets a prime where the model has a field of that name, an argument where the function reads it.
    """
    node = syntax(function)
    model = load()
    local = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    read = fields_read(function)
    own = local & (model.world.keys() | model.parameters.keys())
    own |= read.keys() & set().union(*(read.get(owner, ()) for owner in BARE))
    return "\n".join(_Setter({name: f"{name}′" for name in own}).block(node.body))


def signature(function: Callable[..., Any]) -> str:
    """Return name and arguments, without those that formulas do not name."""
    names = [name for name in inspect.signature(function).parameters if name not in (*BARE, *CHANNELS)]
    return f"{function.__name__}({', '.join(names)})" if names else function.__name__


def code(function: Callable[..., Any]) -> str:
    """Return a function's source without decorators and docstring."""
    node = syntax(function)
    lines, first = text(function).splitlines(), node.body[0]
    held = range(first.lineno, (first.end_lineno or first.lineno) + 1) if _is_docstring(first) else range(0)
    own = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return textwrap.dedent("\n".join(lines[n - 1] for n in own if n not in held))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


class _Setter:
    """Set statements and expressions."""

    def __init__(self, renamed: dict[str, str]) -> None:
        self.renamed = renamed

    def block(self, body: list[ast.stmt]) -> list[str]:
        return [line for node in body if not _is_docstring(node) for line in self.statement(node)]

    def inner(self, body: list[ast.stmt]) -> list[str]:
        return ["    " + line for line in self.block(body)]

    def statement(self, node: ast.stmt) -> list[str]:
        match node:
            case ast.Return(value=value):
                return ["stop" if value is None else f"= {self.set(value, ROW)}"]
            case ast.Assign(targets=targets, value=value):
                return [" ← ".join(self.set(one, ROW) for one in (*targets, value))]
            case ast.AnnAssign(target=target, value=value) if value is not None:
                return [f"{self.set(target)} ← {self.set(value)}"]
            case ast.AugAssign(target=target, op=op, value=value):
                return [f"{self.set(target)} ← {self.set(ast.BinOp(target, op, value))}"]
            case ast.If():
                return self.branches(node, "if")
            case ast.For(target=target, iter=ast.Call(func=ast.Name(id="range"), args=ends)):
                first, last = (ast.Constant(0), ends[0]) if len(ends) == 1 else (ends[0], ends[1])
                head = f"for {self.set(target)} from {self.set(first)} to below {self.set(last)}:"
                return [head, *self.inner(node.body)]
            case ast.While(test=test):
                return [f"while {self.set(test)}:", *self.inner(node.body)]
            case ast.Expr(value=value):
                return [self.set(value)]
            case ast.Continue():
                return ["next"]
        raise ModelError(f"no formula for: {ast.unparse(node)}")

    def branches(self, node: ast.If, word: str) -> list[str]:
        lines = [f"{word} {self.set(node.test)}:", *self.inner(node.body)]
        match node.orelse:
            case []:
                return lines
            case [ast.If() as other]:
                return lines + self.branches(other, "else if")
        return [*lines, "else:", *self.inner(node.orelse)]

    def set(self, node: ast.expr, around: int = CONDITION) -> str:
        """Return an expression, in brackets where it binds less strongly than what stands `around` it."""
        binds, text = self.expression(node)
        return f"({text})" if binds < around else text

    def expression(self, node: ast.expr) -> tuple[int, str]:
        match node:
            case ast.Constant(value=bool() as value):
                return ATOM, "true" if value else "false"
            case ast.Constant(value=int() | float() as value):
                return ATOM, exact(value)
            case ast.Name(id=name):
                return ATOM, self.renamed.get(name, name)
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in BARE:
                return ATOM, name
            case ast.Attribute(value=ast.Name(id="math"), attr="nan"):
                return ATOM, "missing"
            case ast.Attribute(value=value, attr=name):
                return ATOM, f"{self.set(value, ATOM)}.{name}"
            case ast.Subscript(value=value, slice=place):
                return ATOM, f"{self.set(value, ATOM)}[{self.set(place, ROW)}]"
            case ast.Slice(lower=lower, upper=upper):
                return ATOM, f"{self.set(lower) if lower else ''}:{self.set(upper) if upper else ''}"
            case ast.Tuple(elts=items):
                return ROW, ", ".join(self.set(one) for one in items)
            case ast.BinOp(left=left, op=op, right=right):
                binds, sign = BINARY[type(op)]
                return binds, f"{self.set(left, binds)} {sign} {self.set(right, binds + 1)}"
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return SIGN, f"−{self.set(operand, SIGN)}"
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return NOT, f"not {self.set(operand, NOT)}"
            case ast.BoolOp(op=op, values=values):
                binds, word = (AND, "and") if isinstance(op, ast.And) else (OR, "or")
                return binds, f" {word} ".join(self.set(one, binds + 1) for one in values)
            case ast.Compare(left=left, ops=ops, comparators=rights):
                pairs = zip(ops, rights, strict=True)
                tail = "".join(f" {COMPARED[type(op)]} {self.set(right, COMPARE + 1)}" for op, right in pairs)
                return COMPARE, self.set(left, COMPARE + 1) + tail
            case ast.IfExp(test=test, body=body, orelse=other):
                return CONDITION, f"{self.set(body, OR)} if {self.set(test, OR)} else {self.set(other)}"
            case ast.Call(func=called, args=given):
                return ATOM, self.call(called, given)
        raise ModelError(f"no formula for: {ast.unparse(node)}")

    def call(self, called: ast.expr, given: list[ast.expr]) -> str:
        name = called.attr if isinstance(called, ast.Attribute) else self.set(called)
        named = [one for one in given if not (isinstance(one, ast.Name) and one.id in (*BARE, *CHANNELS))]
        if name == "float":
            return self.set(named[0], ATOM)
        before, after = SIGNS.get(name, (f"{name}(", ")"))
        return before + ", ".join(self.set(one, OR) for one in named) + after
