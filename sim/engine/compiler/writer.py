"""The text of one function, instruction by instruction: labels, names, numbers."""

from __future__ import annotations

import ast
import struct
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Protocol

import numpy as np

from sim.engine.compiler.values import BOOL, FLOAT, INT, WORD, Array, Group, Known, Number, Type, Value
from sim.errors import ModelError

OPERATIONS: dict[type[ast.operator], tuple[str | None, str | None]] = {
    ast.Add: ("fadd", "add"),
    ast.Sub: ("fsub", "sub"),
    ast.Mult: ("fmul", "mul"),
    ast.BitAnd: (None, "and"),
    ast.BitOr: (None, "or"),
    ast.BitXor: (None, "xor"),
    ast.LShift: (None, "shl"),
    ast.RShift: (None, "ashr"),
}
COMPARISONS = {
    ast.Lt: ("olt", "lt"),
    ast.LtE: ("ole", "le"),
    ast.Gt: ("ogt", "gt"),
    ast.GtE: ("oge", "ge"),
    ast.Eq: ("oeq", "eq"),
    ast.NotEq: ("une", "ne"),
}


class WiderError(Exception):
    """A variable that began as a whole number and turns out to hold a float."""


@dataclass(frozen=True)
class Compiled:
    """A function of the module: its symbol and what it returns."""

    symbol: str
    returns: Type


class Module(Protocol):
    """What a function being translated asks of the module that it will be part of."""

    def compile(self, function: FunctionType, types: tuple[Type, ...]) -> Compiled:
        """Return the compiled form of a function for these types of arguments."""

    def table(self, values: np.ndarray[Any, Any]) -> str:
        """Return the symbol of a constant array."""


def returns(parts: tuple[str, ...]) -> str:
    """Return the machine type of a result of these words."""
    return parts[0] if len(parts) == 1 else f"{{ {', '.join(parts)} }}" if parts else "void"


def literal(value: Any, number: Number) -> str:
    """Write a number as an operand."""
    if number is FLOAT:
        return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"
    return str(int(value)) if number is not BOOL else str(bool(value)).lower()


def constant(value: Any, number: Number) -> Value:
    """Return a number known beforehand."""
    value = float(value) if number is FLOAT else bool(value) if number is BOOL else int(value)
    return Value(number, (literal(value, number),), value)


def group(values: list[Value], names: tuple[str, ...] | None = None) -> Value:
    """Return a tuple of values."""
    kind = Group(tuple(one.type for one in values), names)
    known = tuple(one.known for one in values)
    return Value(kind, tuple(word for one in values for word in one.words), known)


def item(value: Value, number: int) -> Value:
    """Return one part of a tuple."""
    assert isinstance(value.type, Group)
    items = value.type.items
    number = range(len(items))[number]
    before = sum(len(one.parts) for one in items[:number])
    words = value.words[before : before + len(items[number].parts)]
    return Value(items[number], words, value.known[number] if value.known else None)


class Writer(ABC):
    """A function being written: instructions, names, arithmetic.

    wide : names that are known to hold a float though they begin with a whole number
    """

    def __init__(
        self, program: Module, function: FunctionType, node: ast.FunctionDef, wide: set[str]
    ) -> None:
        self.program, self.function, self.node, self.wide = program, function, node, wide
        names, cells = function.__code__.co_freevars, function.__closure__ or ()
        self.outer = {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}
        self.slots: dict[str, tuple[Type, list[str]]] = {}
        self.fixed: dict[str, Value] = {}
        self.rooms: list[str] = []
        self.lines: list[str] = []
        self.number = 0
        self.ended = False

    def emit(self, text: str) -> str:
        """Add an instruction and return the name of its result."""
        self.number += 1
        self.lines.append(f"  %t{self.number} = {text}")
        return f"%t{self.number}"

    def say(self, text: str) -> None:
        """Add an instruction without a result."""
        self.lines.append("  " + text)

    def room(self, kind: str) -> str:
        """Return the address of room for a word in the function's frame."""
        self.rooms.append(f"  %r{len(self.rooms)} = alloca {kind}")
        return f"%r{len(self.rooms) - 1}"

    def label(self) -> str:
        """Return a new label."""
        self.number += 1
        return f"L{self.number}"

    def jump(self, label: str) -> None:
        """Go on at a label, unless nothing goes on here."""
        if not self.ended:
            self.say(f"br label %{label}")
        self.ended = True

    def split(self, condition: str, yes: str, no: str) -> None:
        """Go on at one of two labels."""
        self.say(f"br i1 {condition}, label %{yes}, label %{no}")
        self.ended = True

    def place(self, label: str) -> None:
        """Put a label here."""
        self.lines.append(f"{label}:")
        self.ended = False

    def refusal(self, node: ast.AST, problem: str) -> ModelError:
        """Return the error that says where and what cannot be compiled."""
        code = self.function.__code__
        return ModelError(
            f"{code.co_filename}:{getattr(node, 'lineno', code.co_firstlineno)}: {self.function.__name__}: "
            f"`{ast.unparse(node)}` cannot be compiled: {problem}"
        )

    @abstractmethod
    def value(self, node: ast.expr) -> Value:
        """Return the value of an expression."""

    def bind(self, name: str, value: Value) -> None:
        """Give a name a value."""
        if isinstance(value.type, Known):
            if name in self.slots or self.fixed.get(name, value).type != value.type:
                raise self.refusal(self.node, f"{name!r} stands for more than one thing")
            self.fixed[name] = value
            return
        self.fixed.pop(name, None)
        if name not in self.slots:
            kind: Type = FLOAT if name in self.wide and isinstance(value.type, Number) else value.type
            self.slots[name] = kind, [self.room(part) for part in kind.parts]
        kind, rooms = self.slots[name]
        if kind in (INT, BOOL) and value.type is FLOAT:
            raise WiderError(name)
        value = self.cast(value, kind)
        for part, room, word in zip(kind.parts, rooms, value.words, strict=True):
            self.say(f"store {part} {word}, ptr {room}")

    def read(self, name: str) -> Value:
        """Return what a name stands for."""
        if name in self.fixed:
            return self.fixed[name]
        kind, rooms = self.slots[name]
        words = (self.emit(f"load {part}, ptr {room}") for part, room in zip(kind.parts, rooms, strict=True))
        return Value(kind, tuple(words))

    def embed(self, value: Any) -> Value:
        """Return a value of Python's as it is known beforehand."""
        if isinstance(value, bool | np.bool_):
            return constant(value, BOOL)
        if isinstance(value, np.uint64):
            return constant(value, WORD)
        if isinstance(value, int | np.integer):
            return constant(value, INT)
        if isinstance(value, float):
            return constant(value, FLOAT)
        if isinstance(value, np.ndarray) and value.ndim == 1:
            kind = Array(value.dtype, 1, 0)
            return Value(kind, (self.program.table(value), str(len(value))))
        if isinstance(value, tuple):
            return group([self.embed(one) for one in value], getattr(value, "_fields", None))
        return Value(Known(value), ())

    # Numbers

    def cast(self, value: Value, kind: Type) -> Value:
        """Return a value as one of another type of number."""
        if value.type == kind:
            return value
        if not isinstance(kind, Number) or not isinstance(value.type, Number):
            raise self.refusal(self.node, f"expected {kind}, found {value.type}")
        if value.known is not None and kind is not BOOL and (kind is FLOAT or value.type is not FLOAT):
            return constant(value.known, kind)
        (word,) = value.words
        if kind is BOOL:
            zero = literal(0, value.type)  # a NaN is true, as in Python
            same = "fcmp une double" if value.type is FLOAT else "icmp ne i64"
            return Value(BOOL, (self.emit(f"{same} {word}, {zero}"),))
        if value.type is BOOL:
            how = "uitofp i1" if kind is FLOAT else "zext i1"
        elif kind is FLOAT:
            how = "uitofp i64" if value.type is WORD else "sitofp i64"
        elif value.type is FLOAT:
            how = "fptosi double" if kind is INT else "fptoui double"
        else:
            return Value(kind, value.words)
        return Value(kind, (self.emit(f"{how} {word} to {kind.parts[0]}"),))

    def common(self, values: Iterable[Value]) -> Number:
        """Return the type of number to which several are brought before they meet."""
        kinds = {one.type for one in values}
        for kind in (FLOAT, WORD, INT):
            if kind in kinds:
                return kind
        return BOOL

    def number_of(self, node: ast.expr) -> Value:
        """Return the value of an expression that is to be a number."""
        value = self.value(node)
        if not isinstance(value.type, Number):
            raise self.refusal(node, "expected a number")
        return value

    def arithmetic(self, node: ast.AST, operator: ast.operator, left: Value, right: Value) -> Value:
        """Combine two numbers."""
        kind = self.common((left, right))
        kind = INT if kind is BOOL else kind
        if isinstance(operator, ast.Div):
            kind = FLOAT
        a, b = self.cast(left, kind), self.cast(right, kind)
        if a.known is not None and b.known is not None and kind is INT:
            if type(operator) not in _FOLDED or (
                b.known == 0 and isinstance(operator, ast.FloorDiv | ast.Mod)
            ):
                raise self.refusal(node, "no such operation on these numbers")
            return constant(_FOLDED[type(operator)](a.known, b.known), INT)
        if isinstance(operator, ast.Div):
            return Value(FLOAT, (self.emit(f"fdiv double {a.words[0]}, {b.words[0]}"),))
        if isinstance(operator, ast.FloorDiv | ast.Mod) and kind is INT:
            return self._whole_division(isinstance(operator, ast.Mod), a.words[0], b.words[0])
        floating, whole = OPERATIONS.get(type(operator), (None, None))
        name = floating if kind is FLOAT else whole
        if name is None:
            raise self.refusal(node, "no such operation on these numbers")
        if kind is WORD and name == "ashr":
            name = "lshr"
        if kind is INT and name in ("add", "sub", "mul"):
            name += " nsw"
        return Value(kind, (self.emit(f"{name} {kind.parts[0]} {a.words[0]}, {b.words[0]}"),))

    def _whole_division(self, rest: bool, a: str, b: str) -> Value:
        """Divide towards minus infinity, as Python does."""
        quotient, remainder = self.emit(f"sdiv i64 {a}, {b}"), self.emit(f"srem i64 {a}, {b}")
        apart = self.emit(f"icmp slt i64 {self.emit(f'xor i64 {remainder}, {b}')}, 0")
        off = self.emit(f"and i1 {apart}, {self.emit(f'icmp ne i64 {remainder}, 0')}")
        if rest:
            return Value(
                INT, (self.emit(f"add i64 {remainder}, {self.emit(f'select i1 {off}, i64 {b}, i64 0')}"),)
            )
        return Value(INT, (self.emit(f"sub i64 {quotient}, {self.emit(f'zext i1 {off} to i64')}"),))

    def compare(self, operator: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
        """Compare two numbers."""
        if type(operator) not in COMPARISONS:
            raise self.refusal(node, "no such comparison")
        kind = self.common((left, right))
        a, b = self.cast(left, kind).words[0], self.cast(right, kind).words[0]
        floating, whole = COMPARISONS[type(operator)]
        if kind is FLOAT:
            return Value(BOOL, (self.emit(f"fcmp {floating} double {a}, {b}"),))
        sign = "" if whole in ("eq", "ne") else "s" if kind is INT else "u"
        return Value(BOOL, (self.emit(f"icmp {sign}{whole} {kind.parts[0]} {a}, {b}"),))

    def count(self, first: Value, last: Value, step: Value, turn: Callable[[Value], None]) -> None:
        """Take turns from `first` to `last` (excluded)."""
        room, test, inside, end = self.room("i64"), self.label(), self.label(), self.label()
        self.say(f"store i64 {first.words[0]}, ptr {room}")
        self.jump(test)
        self.place(test)
        index = self.emit(f"load i64, ptr {room}")
        self.split(self.emit(f"icmp slt i64 {index}, {last.words[0]}"), inside, end)
        self.place(inside)
        turn(Value(INT, (index,)))
        self.say(f"store i64 {self.emit(f'add nsw i64 {index}, {step.words[0]}')}, ptr {room}")
        self.jump(test)
        self.place(end)


_FOLDED: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.BitAnd: lambda a, b: a & b,
    ast.BitOr: lambda a, b: a | b,
    ast.BitXor: lambda a, b: a ^ b,
    ast.LShift: lambda a, b: a << b,
    ast.RShift: lambda a, b: a >> b,
}
