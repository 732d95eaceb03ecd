"""Expressions: what each stands for, operation by operation in Python's order."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from sim.engine.compiler.memory import Memory
from sim.engine.compiler.values import BOOL, FLOAT, INT, Array, Group, Known, Record, Value
from sim.engine.compiler.writer import Compiled, constant, group, item, returns

#: Writes what a call of a primitive function stands for.
Emitter = Callable[["Expressions", "list[Value]"], Value]
PRIMITIVES: dict[Any, Emitter] = {}


def primitive(function: Any) -> Callable[[Emitter], Emitter]:
    """Name what a call of `function` is translated to."""

    def register(emitter: Emitter) -> Emitter:
        PRIMITIVES[function] = emitter
        return emitter

    return register


_BUILTINS = {one.__name__: one for one in (abs, bool, float, int, len, max, min)}


class Expressions(Memory):
    """Translates expressions."""

    def value(self, node: ast.expr) -> Value:
        """Return the value of an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refusal(node, "it is outside the subset in which rules are written")
        value: Value = method(node)
        return value

    def _constant(self, node: ast.Constant) -> Value:
        return self.embed(node.value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.slots or node.id in self.fixed:
            return self.read(node.id)
        for scope in (self.outer, self.function.__globals__, _BUILTINS):
            if node.id in scope:
                return self.embed(scope[node.id])
        raise self.refusal(node, "it has no value here")

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self.value(node.value)
        kind = base.type
        if isinstance(kind, Record):
            return self.load(*self.field(base, node.attr, node))
        if isinstance(kind, Group) and kind.names is not None and node.attr in kind.names:
            return item(base, kind.names.index(node.attr))
        if isinstance(kind, Array) and node.attr == "shape":
            return group([Value(INT, (one,)) for one in self.axes(base)[0]])
        if isinstance(kind, Known) and hasattr(kind.value, node.attr):
            return self.embed(getattr(kind.value, node.attr))
        raise self.refusal(node, f"there is no {node.attr!r}")

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        if isinstance(base.type, Array):
            view = self.part(base, node)
            assert isinstance(view.type, Array)
            return self.load(view.type.dtype, view.words[0]) if view.type.ndim == 0 else view
        if not isinstance(base.type, Group):
            raise self.refusal(node, "only arrays and tuples have parts")
        index = self.index(node.slice)
        if index.known is not None:
            if not -len(base.type.items) <= index.known < len(base.type.items):
                raise self.refusal(node, f"the tuple has {len(base.type.items)} parts")
            return item(base, index.known)
        numbers = [item(base, k).known for k in range(len(base.type.items))]
        if any(one is None for one in numbers):
            raise self.refusal(node, "the place in a tuple has to be known beforehand")
        table = self.embed(np.array(numbers, float))
        return self.load(np.dtype(float), self.shifted(table, 0, index, table.words[0]))

    def _tuple(self, node: ast.Tuple) -> Value:
        return group([self.value(one) for one in node.elts])

    def _binop(self, node: ast.BinOp) -> Value:
        return self.arithmetic(node, node.op, self.number_of(node.left), self.number_of(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.number_of(node.operand)
        if isinstance(node.op, ast.Not):
            return Value(BOOL, (self.emit(f"xor i1 {self.cast(value, BOOL).words[0]}, true"),))
        if not isinstance(node.op, ast.USub):
            raise self.refusal(node, "no such sign")
        if value.known is not None:
            return constant(-value.known, FLOAT if value.type is FLOAT else INT)
        if value.type is FLOAT:
            return Value(FLOAT, (self.emit(f"fneg double {value.words[0]}"),))
        return Value(INT, (self.emit(f"sub nsw i64 0, {self.cast(value, INT).words[0]}"),))

    def _compare(self, node: ast.Compare) -> Value:
        values = [self.number_of(one) for one in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        truth, *others = [self.compare(one, left, right, node) for one, left, right in pairs]
        for one in others:
            truth = Value(BOOL, (self.emit(f"and i1 {truth.words[0]}, {one.words[0]}"),))
        return truth

    def _boolop(self, node: ast.BoolOp) -> Value:
        """Look at one operand after the other, and at none after the one that decides."""
        room, end = self.room("i1"), self.label()
        for number, one in enumerate(node.values):
            value = self.number_of(one)
            if value.type is not BOOL:
                raise self.refusal(one, "expected a comparison")
            self.say(f"store i1 {value.words[0]}, ptr {room}")
            if number + 1 < len(node.values):
                further = self.label()
                targets = (further, end) if isinstance(node.op, ast.And) else (end, further)
                self.split(value.words[0], *targets)
                self.place(further)
        self.jump(end)
        self.place(end)
        return Value(BOOL, (self.emit(f"load i1, ptr {room}"),))

    def _ifexp(self, node: ast.IfExp) -> Value:
        yes, no, end = self.label(), self.label(), self.label()
        self.split(self.test(node.test), yes, no)
        values: list[Value] = []
        ends: list[tuple[str, list[str]]] = []
        for label, branch in ((yes, node.body), (no, node.orelse)):
            before, self.lines = self.lines, []
            self.place(label)
            values.append(self.number_of(branch))
            ends.append((label, self.lines))
            self.lines = before
        kind = self.common(values)
        room = self.room(kind.parts[0])
        for value, (_, lines) in zip(values, ends, strict=True):
            self.lines += lines
            self.say(f"store {kind.parts[0]} {self.cast(value, kind).words[0]}, ptr {room}")
            self.say(f"br label %{end}")
        self.place(end)
        return Value(kind, (self.emit(f"load {kind.parts[0]}, ptr {room}"),))

    def test(self, node: ast.expr) -> str:
        """Return whether an expression is true."""
        return self.cast(self.number_of(node), BOOL).words[0]

    def _call(self, node: ast.Call) -> Value:
        called = self.value(node.func)
        if not isinstance(called.type, Known):
            raise self.refusal(node, "expected a function")
        function = called.type.value
        if function in PRIMITIVES:
            if node.keywords:
                raise self.refusal(node, "arguments have no names here")
            return PRIMITIVES[function](self, [self.value(one) for one in node.args])
        function = getattr(function, "plain", function)
        if not isinstance(function, FunctionType):
            raise self.refusal(node, "expected a function of the model")
        arguments = self.arguments(function, node)
        return self.call(self.program.compile(function, tuple(one.type for one in arguments)), arguments)

    def arguments(self, function: FunctionType, node: ast.Call) -> list[Value]:
        """Return what a call hands over, a value for each parameter; those of `*rest` are a tuple."""
        places: list[Value] = []
        for one in node.args:
            value = self.value(one.value if isinstance(one, ast.Starred) else one)
            if isinstance(one, ast.Starred):
                if not isinstance(value.type, Group):
                    raise self.refusal(one, "expected a tuple")
                places += [item(value, number) for number in range(len(value.type.items))]
            else:
                places.append(value)
        names = {str(one.arg): self.value(one.value) for one in node.keywords}
        signature = inspect.signature(function)
        try:
            bound = signature.bind(*places, **names)
        except TypeError as error:
            raise self.refusal(node, str(error)) from None
        bound.apply_defaults()
        values = []
        for name, one in bound.arguments.items():
            rest = signature.parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            values.append(group(list(one)) if rest else one if isinstance(one, Value) else self.embed(one))
        return values

    def call(self, function: Compiled, arguments: list[Value]) -> Value:
        """Call a function of the module."""
        pairs = (
            (part, word) for one in arguments for part, word in zip(one.type.parts, one.words, strict=True)
        )
        kind = returns(function.returns.parts)
        text = f"call {kind} {function.symbol}({', '.join(f'{part} {word}' for part, word in pairs)})"
        count = len(function.returns.parts)
        if count == 0:
            self.say(text)
            return Value(function.returns, ())
        out = self.emit(text)
        if count == 1:
            return Value(function.returns, (out,))
        words = (self.emit(f"extractvalue {kind} {out}, {number}") for number in range(count))
        return Value(function.returns, tuple(words))
