"""From the syntax trees of plain functions to the text of an LLVM module.

The subset is the one in which rules are written: numbers, records, arrays, tuples; `if`, `for` over a range, `while`;
calls of other such functions. Whatever lies outside it is refused with its place. Arithmetic is Python's own, operation by
operation and in its order, so both drivers agree bit for bit.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import math
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import FunctionType
from typing import Any, NoReturn

import numpy as np

from sim.engine.compiler.values import (
    BOOL,
    FLOAT,
    INT,
    NOTHING,
    WORD,
    Array,
    Group,
    Known,
    Number,
    Record,
    Type,
    Value,
    stored,
)
from sim.errors import ModelError

#: Loops of so many turns, known beforehand, are written out.
TURNS = 32

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

#: Writes what a call of a primitive function stands for.
Emitter = Callable[["Body", "list[Value]"], Value]
PRIMITIVES: dict[Any, Emitter] = {}


def primitive(function: Any) -> Callable[[Emitter], Emitter]:
    """Name what a call of `function` is translated to."""

    def register(emitter: Emitter) -> Emitter:
        PRIMITIVES[function] = emitter
        return emitter

    return register


class Wider(Exception):
    """A variable that began as a whole number and turns out to hold a float."""


@dataclass(frozen=True)
class Compiled:
    """A function of the module: its symbol and what it returns."""

    symbol: str
    returns: Type


class Program:
    """The text of one module, function by function, each once for the types that it is called with."""

    def __init__(self) -> None:
        self.functions: dict[tuple[FunctionType, tuple[Type, ...]], Compiled] = {}
        self.text: list[str] = []
        self.tables: dict[bytes, str] = {}

    def compile(self, function: FunctionType, types: tuple[Type, ...]) -> Compiled:
        """Return the compiled form of a function for these types of arguments."""
        key = (function, types)
        if key not in self.functions:
            wide: set[str] = set()
            while True:
                body = Body(self, function, types, wide)
                try:
                    body.translate()
                    break
                except Wider as one:
                    wide.add(one.args[0])
            symbol = f"@f{len(self.functions)}.{function.__name__}"
            self.functions[key] = Compiled(symbol, body.returns)
            self.text.append(body.definition(symbol))
        return self.functions[key]

    def entry(self, function: FunctionType, types: tuple[Type, ...], symbol: str) -> Type:
        """Add the way in from Python: a function of one address, where the words of all arguments lie.

        What it returns takes the place of the first of them.
        """
        inner = self.compile(function, types)
        lines, operands = [], []
        for number, part in enumerate(part for one in types for part in one.parts):
            lines.append(f"  %a{number} = getelementptr inbounds i64, ptr %words, i64 {number}")
            lines.append(f"  %w{number} = load {part}, ptr %a{number}")
            operands.append(f"{part} %w{number}")
        returned = inner.returns.parts
        call = f"call {returns(returned)} {inner.symbol}({', '.join(operands)})"
        if returned:
            lines += [f"  %out = {call}", f"  store {returned[0]} %out, ptr %words"]
        else:
            lines.append(f"  {call}")
        self.text.append("\n".join([f"define void @{symbol}(ptr %words) {{", *lines, "  ret void", "}"]))
        return inner.returns

    def table(self, values: np.ndarray[Any, Any]) -> str:
        """Return the symbol of a constant array."""
        key = values.dtype.str.encode() + values.tobytes()
        return self.tables.setdefault(key, f"@table{len(self.tables)}")

    def __str__(self) -> str:
        tables = []
        for key, symbol in self.tables.items():
            values = np.frombuffer(key[3:], key[:3].decode())
            kind, number = stored(values.dtype)
            cells = ", ".join(f"{kind} {literal(one.item(), number)}" for one in values)
            tables.append(f"{symbol} = internal constant [{len(values)} x {kind}] [{cells}]")
        return "\n\n".join(["\n".join(tables), DECLARED, *self.text]) + "\n"


DECLARED = "\n".join(
    [
        *(f"declare double @llvm.{name}.f64(double)" for name in ("sqrt", "floor", "fabs")),
        *(f"declare i64 @llvm.{name}.i64(i64, i64)" for name in ("smin", "smax")),
    ]
)


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


@lru_cache(maxsize=None)
def _definitions(filename: str) -> dict[int, ast.FunctionDef]:
    linecache.checkcache(filename)
    found = {}
    for node in ast.walk(ast.parse("".join(linecache.getlines(filename)), filename)):
        if isinstance(node, ast.FunctionDef):
            found[min([node.lineno, *(one.lineno for one in node.decorator_list)])] = node
    return found


def definition(function: FunctionType) -> ast.FunctionDef:
    """Return the syntax tree of a function."""
    code = function.__code__
    node = _definitions(code.co_filename).get(code.co_firstlineno)
    if node is None:
        raise ModelError(
            f"{code.co_filename}:{code.co_firstlineno}: {function.__qualname__}: expected a function written with `def` in "
            "a file, found none there"
        )
    return node


class Body:
    """One function being translated."""

    def __init__(
        self, program: Program, function: FunctionType, types: tuple[Type, ...], wide: set[str]
    ) -> None:
        self.program, self.function, self.types, self.wide = program, function, types, wide
        self.node = definition(function)
        names, cells = function.__code__.co_freevars, function.__closure__ or ()
        self.outer = {name: cell.cell_contents for name, cell in zip(names, cells, strict=True)}
        self.slots: dict[str, tuple[Type, list[str]]] = {}
        self.fixed: dict[str, Value] = {}
        self.rooms: list[str] = []
        self.lines: list[str] = []
        self.number = 0
        self.ended = False
        self.loops: list[tuple[str, str]] = []

    # The text

    def translate(self) -> None:
        """Translate the whole function."""
        words = iter(self._arguments())
        for parameter, kind in zip(self.node.args.args, self.types, strict=True):
            self.bind(parameter.arg, Value(kind, tuple(next(words) for _ in kind.parts)))
        self.block(self.node.body)
        self.jump("exit")

    @property
    def returns(self) -> Type:
        """What the function returns."""
        return self.slots["return"][0] if "return" in self.slots else NOTHING

    def _arguments(self) -> list[str]:
        return [f"%a{number}" for number in range(sum(len(one.parts) for one in self.types))]

    def definition(self, symbol: str) -> str:
        """Return the text of the function."""
        parts = (part for one in self.types for part in one.parts)
        arguments = ", ".join(f"{part} {name}" for part, name in zip(parts, self._arguments(), strict=True))
        body, self.lines = self.lines, []
        out = self.read("return").words if "return" in self.slots else ()
        kind = returns(self.returns.parts)
        if len(out) > 1:
            whole = "poison"
            for number, (part, word) in enumerate(zip(self.returns.parts, out, strict=True)):
                whole = self.emit(f"insertvalue {kind} {whole}, {part} {word}, {number}")
            out = (whole,)
        end = [*self.lines, f"  ret {kind} {out[0]}" if out else "  ret void"]
        head = f"define internal {kind} {symbol}({arguments}) {{"
        return "\n".join([head, "entry:", *self.rooms, *body, "exit:", *end, "}"])

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

    def refuse(self, node: ast.AST, problem: str) -> NoReturn:
        """Raise an error that says where and what cannot be compiled."""
        code = self.function.__code__
        raise ModelError(
            f"{code.co_filename}:{getattr(node, 'lineno', code.co_firstlineno)}: {self.function.__name__}: "
            f"`{ast.unparse(node)}` cannot be compiled: {problem}"
        )

    # Names

    def bind(self, name: str, value: Value) -> None:
        """Give a name a value."""
        if isinstance(value.type, Known):
            self.fixed[name] = value
            return
        self.fixed.pop(name, None)
        if name not in self.slots:
            kind = FLOAT if name in self.wide and isinstance(value.type, Number) else value.type
            self.slots[name] = kind, [self.room(part) for part in kind.parts]
        kind, rooms = self.slots[name]
        if kind in (INT, BOOL) and value.type is FLOAT:
            raise Wider(name)
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
            self.refuse(self.node, f"expected {kind}, found {value.type}")
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
            self.refuse(node, "expected a number")
        return value

    def arithmetic(self, node: ast.AST, operator: ast.operator, left: Value, right: Value) -> Value:
        """Combine two numbers."""
        kind = self.common((left, right))
        kind = INT if kind is BOOL else kind
        if isinstance(operator, ast.Div):
            kind = FLOAT
        a, b = self.cast(left, kind), self.cast(right, kind)
        if a.known is not None and b.known is not None and kind is INT:
            return constant(_FOLDED[type(operator)](a.known, b.known), INT)
        if isinstance(operator, ast.Div):
            return Value(FLOAT, (self.emit(f"fdiv double {a.words[0]}, {b.words[0]}"),))
        if isinstance(operator, ast.FloorDiv | ast.Mod) and kind is INT:
            return self._whole_division(isinstance(operator, ast.Mod), a.words[0], b.words[0])
        floating, whole = OPERATIONS.get(type(operator), (None, None))
        name = floating if kind is FLOAT else whole
        if name is None:
            self.refuse(node, "no such operation on these numbers")
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
            return Value(INT, (self.emit(f"add i64 {remainder}, {self.emit(f'select i1 {off}, i64 {b}, i64 0')}"),))
        return Value(INT, (self.emit(f"sub i64 {quotient}, {self.emit(f'zext i1 {off} to i64')}"),))

    def compare(self, operator: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
        """Compare two numbers."""
        if type(operator) not in COMPARISONS:
            self.refuse(node, "no such comparison")
        kind = self.common((left, right))
        a, b = self.cast(left, kind).words[0], self.cast(right, kind).words[0]
        floating, whole = COMPARISONS[type(operator)]
        if kind is FLOAT:
            return Value(BOOL, (self.emit(f"fcmp {floating} double {a}, {b}"),))
        sign = "" if whole in ("eq", "ne") else "s" if kind is INT else "u"
        return Value(BOOL, (self.emit(f"icmp {sign}{whole} {kind.parts[0]} {a}, {b}"),))

    # Memory

    def load(self, dtype: np.dtype[Any], address: str) -> Value:
        """Return the element at an address."""
        if dtype.names is not None:
            return Value(Record(dtype), (address,))
        kind, number = stored(dtype)
        word = self.emit(f"load {kind}, ptr {address}")
        if kind != number.parts[0]:
            word = self.emit(f"{'zext' if dtype.kind == 'u' else 'sext'} {kind} {word} to {number.parts[0]}")
        return Value(number, (word,))

    def store(self, dtype: np.dtype[Any], address: str, value: Value) -> None:
        """Store a number at an address."""
        kind, number = stored(dtype)
        (word,) = self.cast(value, number).words
        if kind != number.parts[0]:
            word = self.emit(f"trunc {number.parts[0]} {word} to {kind}")
        self.say(f"store {kind} {word}, ptr {address}")

    def field(self, value: Value, name: str, node: ast.AST) -> tuple[np.dtype[Any], str]:
        """Return type and address of a record's field."""
        assert isinstance(value.type, Record)
        fields = value.type.dtype.fields or {}
        if name not in fields:
            self.refuse(node, f"the record has no {name!r}")
        dtype, offset = fields[name][:2]
        return dtype, self.emit(f"getelementptr inbounds i8, ptr {value.words[0]}, i64 {offset}")

    def axes(self, array: Value) -> tuple[list[str], list[str]]:
        """Return lengths and strides (bytes) of an array."""
        kind = array.type
        assert isinstance(kind, Array)
        lengths, rest = list(array.words[1 : 1 + kind.ndim]), iter(array.words[1 + kind.ndim :])
        size = str(kind.dtype.itemsize)
        return lengths, [size if axis == kind.unit else next(rest) for axis in range(kind.ndim)]

    def shifted(self, array: Value, axis: int, index: Value, address: str) -> str:
        """Return the address so many elements along an axis; an index below 0 counts from the end."""
        kind = array.type
        assert isinstance(kind, Array)
        lengths, strides = self.axes(array)
        (word,) = index.words
        if index.type is INT and (index.known is None or index.known < 0):
            below = self.emit(f"icmp slt i64 {word}, 0")
            word = self.emit(f"select i1 {below}, i64 {self.emit(f'add i64 {word}, {lengths[axis]}')}, i64 {word}")
        if axis == kind.unit and kind.dtype.names is None:
            return self.emit(f"getelementptr inbounds {stored(kind.dtype)[0]}, ptr {address}, i64 {word}")
        return self.emit(
            f"getelementptr inbounds i8, ptr {address}, i64 {self.emit(f'mul nsw i64 {word}, {strides[axis]}')}"
        )

    def part(self, array: Value, node: ast.Subscript) -> Value:
        """Return the element or the view that a subscript names, an element as an array of no axis."""
        kind = array.type
        assert isinstance(kind, Array)
        subscripts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(subscripts) > kind.ndim:
            self.refuse(node, f"the array has {kind.ndim} axes")
        subscripts = [*subscripts, *[ast.Slice()] * (kind.ndim - len(subscripts))]
        lengths, strides = self.axes(array)
        address, left, steps, unit = array.words[0], [], [], None
        for axis, one in enumerate(subscripts):
            if not isinstance(one, ast.Slice):
                address = self.shifted(array, axis, self.index(one), address)
                continue
            if one.step is not None:
                self.refuse(node, "a slice has no step here")
            begin, end = self._bound(one.lower, "0", lengths[axis]), self._bound(one.upper, lengths[axis], lengths[axis])
            if one.lower is not None:
                address = self.shifted(array, axis, Value(WORD, (begin,)), address)
            if axis == kind.unit:
                unit = len(left)
            else:
                steps.append(strides[axis])
            if one.lower is not None or one.upper is not None:
                span = end if one.lower is None else self.emit(f"sub nsw i64 {end}, {begin}")
                left.append(self.emit(f"call i64 @llvm.smax.i64(i64 {span}, i64 0)"))
            else:
                left.append(lengths[axis])
        return Value(Array(kind.dtype, len(left), unit), (address, *left, *steps))

    def _bound(self, node: ast.expr | None, default: str, length: str) -> str:
        """Return an end of a slice, within the array."""
        if node is None:
            return default
        (word,) = self.index(node).words
        below = self.emit(f"icmp slt i64 {word}, 0")
        word = self.emit(f"select i1 {below}, i64 {self.emit(f'add i64 {word}, {length}')}, i64 {word}")
        word = self.emit(f"call i64 @llvm.smax.i64(i64 {word}, i64 0)")
        return self.emit(f"call i64 @llvm.smin.i64(i64 {word}, i64 {length})")

    def index(self, node: ast.expr) -> Value:
        """Return a whole number."""
        value = self.number_of(node)
        if value.type is FLOAT:
            self.refuse(node, "expected a whole number")
        return value if value.type is not BOOL else self.cast(value, INT)

    def spread(self, array: Value, value: Value) -> None:
        """Set every element of an array."""
        kind = array.type
        assert isinstance(kind, Array)
        if kind.ndim == 0:
            self.store(kind.dtype, array.words[0], value)
            return

        def turn(index: Value) -> None:
            address = self.shifted(array, 0, Value(WORD, index.words), array.words[0])
            lengths, strides = self.axes(array)
            steps = [step for axis, step in enumerate(strides) if axis > 0 and axis != kind.unit]
            unit = kind.unit - 1 if kind.unit else None
            self.spread(Value(Array(kind.dtype, kind.ndim - 1, unit), (address, *lengths[1:], *steps)), value)

        self.count(constant(0, INT), Value(INT, (self.axes(array)[0][0],)), constant(1, INT), turn)

    # Expressions

    def value(self, node: ast.expr) -> Value:
        """Return the value of an expression."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            self.refuse(node, "it is outside the subset in which rules are written")
        found: Value = method(node)
        return found

    def _constant(self, node: ast.Constant) -> Value:
        return self.embed(node.value)

    def _name(self, node: ast.Name) -> Value:
        if node.id in self.slots or node.id in self.fixed:
            return self.read(node.id)
        for scope in (self.outer, self.function.__globals__, _BUILTINS):
            if node.id in scope:
                return self.embed(scope[node.id])
        self.refuse(node, "it has no value here")

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
        self.refuse(node, f"there is no {node.attr!r}")

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.value(node.value)
        if isinstance(base.type, Array):
            view = self.part(base, node)
            assert isinstance(view.type, Array)
            return self.load(view.type.dtype, view.words[0]) if view.type.ndim == 0 else view
        if not isinstance(base.type, Group):
            self.refuse(node, "only arrays and tuples have parts")
        index = self.index(node.slice)
        if index.known is not None:
            return item(base, index.known)
        numbers = [item(base, k).known for k in range(len(base.type.items))]
        if any(one is None for one in numbers):
            self.refuse(node, "the place in a tuple has to be known beforehand")
        return self.load(np.dtype(float), self.shifted(self.embed(np.array(numbers, float)), 0, index, self.program.table(np.array(numbers, float))))

    def _tuple(self, node: ast.Tuple) -> Value:
        return group([self.value(one) for one in node.elts])

    def _binop(self, node: ast.BinOp) -> Value:
        return self.arithmetic(node, node.op, self.number_of(node.left), self.number_of(node.right))

    def _unaryop(self, node: ast.UnaryOp) -> Value:
        value = self.number_of(node.operand)
        if isinstance(node.op, ast.Not):
            return Value(BOOL, (self.emit(f"xor i1 {self.cast(value, BOOL).words[0]}, true"),))
        if not isinstance(node.op, ast.USub):
            self.refuse(node, "no such sign")
        if value.known is not None:
            return constant(-value.known, FLOAT if value.type is FLOAT else INT)
        if value.type is FLOAT:
            return Value(FLOAT, (self.emit(f"fneg double {value.words[0]}"),))
        return Value(INT, (self.emit(f"sub nsw i64 0, {self.cast(value, INT).words[0]}"),))

    def _compare(self, node: ast.Compare) -> Value:
        values = [self.number_of(one) for one in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], strict=False)
        found, *others = [self.compare(one, left, right, node) for one, left, right in pairs]
        for one in others:
            found = Value(BOOL, (self.emit(f"and i1 {found.words[0]}, {one.words[0]}"),))
        return found

    def _boolop(self, node: ast.BoolOp) -> Value:
        """Look at one operand after the other, and at none after the one that decides."""
        room, end = self.room("i1"), self.label()
        for number, one in enumerate(node.values):
            value = self.number_of(one)
            if value.type is not BOOL:
                self.refuse(one, "expected a comparison")
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
        found: list[Value] = []
        ends: list[tuple[str, list[str]]] = []
        for label, branch in ((yes, node.body), (no, node.orelse)):
            before, self.lines = self.lines, []
            self.place(label)
            found.append(self.number_of(branch))
            ends.append((label, self.lines))
            self.lines = before
        kind = self.common(found)
        room = self.room(kind.parts[0])
        for value, (_, lines) in zip(found, ends, strict=True):
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
            self.refuse(node, "expected a function")
        function = called.type.value
        if function in PRIMITIVES:
            if node.keywords:
                self.refuse(node, "arguments have no names here")
            return PRIMITIVES[function](self, [self.value(one) for one in node.args])
        function = getattr(function, "plain", function)
        if not isinstance(function, FunctionType):
            self.refuse(node, "expected a function of the model")
        given = {one.arg: self.value(one.value) for one in node.keywords}
        bound = inspect.signature(function).bind(*map(self.value, node.args), **given)
        bound.apply_defaults()
        arguments = [one if isinstance(one, Value) else self.embed(one) for one in bound.arguments.values()]
        return self.call(self.program.compile(function, tuple(one.type for one in arguments)), arguments)

    def call(self, function: Compiled, arguments: list[Value]) -> Value:
        """Call a function of the module."""
        pairs = ((part, word) for one in arguments for part, word in zip(one.type.parts, one.words, strict=True))
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

    # Statements

    def block(self, statements: list[ast.stmt]) -> None:
        """Translate statements up to the first after which nothing goes on."""
        for node in statements:
            if self.ended:
                return
            method = getattr(self, f"_{type(node).__name__.lower()}", None)
            if method is None:
                self.refuse(node, "it is outside the subset in which rules are written")
            method(node)

    def _expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _pass(self, node: ast.Pass) -> None:
        pass

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.bind("return", self.value(node.value))
        self.jump("exit")

    def _assign(self, node: ast.Assign) -> None:
        value = self.value(node.value)
        for target in node.targets:
            self.assign(target, value)

    def _annassign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value))

    def _augassign(self, node: ast.AugAssign) -> None:
        """Read the target, combine, and store where it was read."""
        right = self.number_of(node.value)
        if isinstance(node.target, ast.Name):
            self.bind(node.target.id, self.arithmetic(node, node.op, self.read(node.target.id), right))
            return
        dtype, address = self.target(node.target)
        self.store(dtype, address, self.arithmetic(node, node.op, self.load(dtype, address), right))

    def target(self, node: ast.expr) -> tuple[np.dtype[Any], str]:
        """Return type and address of what is assigned to."""
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            if isinstance(base.type, Record):
                return self.field(base, node.attr, node)
        if isinstance(node, ast.Subscript):
            base = self.value(node.value)
            if isinstance(base.type, Array):
                view = self.part(base, node)
                assert isinstance(view.type, Array)
                if view.type.ndim == 0 and view.type.dtype.names is None:
                    return view.type.dtype, view.words[0]
        self.refuse(node, "expected a field of a record or an element of an array")

    def assign(self, target: ast.expr, value: Value) -> None:
        """Give a target a value."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
        elif isinstance(target, ast.Tuple):
            if not isinstance(value.type, Group) or len(value.type.items) != len(target.elts):
                self.refuse(target, f"expected a tuple of {len(target.elts)}")
            for number, one in enumerate(target.elts):
                self.assign(one, item(value, number))
        elif isinstance(target, ast.Subscript) and isinstance((base := self.value(target.value)).type, Array):
            self.spread(self.part(base, target), value)
        else:
            self.store(*self.target(target), value)

    def _if(self, node: ast.If) -> None:
        yes, no, end = self.label(), self.label(), self.label()
        self.split(self.test(node.test), yes, no)
        for label, branch in ((yes, node.body), (no, node.orelse)):
            self.place(label)
            self.block(branch)
            self.jump(end)
        self.place(end)

    def _while(self, node: ast.While) -> None:
        test, turn, end = self.label(), self.label(), self.label()
        self.jump(test)
        self.place(test)
        self.split(self.test(node.test), turn, end)
        self.place(turn)
        self.loop(node, test, end)
        self.jump(test)
        self.place(end)

    def loop(self, node: ast.While | ast.For, further: str, end: str) -> None:
        """Translate one turn of a loop."""
        if node.orelse:
            self.refuse(node, "a loop has no `else` here")
        self.loops.append((further, end))
        self.block(node.body)
        self.loops.pop()

    def _break(self, node: ast.Break) -> None:
        self.jump(self.loops[-1][1])

    def _continue(self, node: ast.Continue) -> None:
        self.jump(self.loops[-1][0])

    def _for(self, node: ast.For) -> None:
        call, target = node.iter, node.target
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "range"):
            self.refuse(node.iter, "a loop goes over a range")
        if not isinstance(target, ast.Name):
            self.refuse(target, "expected a name")
        ends = [self.cast(self.index(one), INT) for one in call.args]
        first, last = (constant(0, INT), ends[0]) if len(ends) == 1 else ends[:2]
        step = ends[2] if len(ends) > 2 else constant(1, INT)
        if step.known is None or step.known < 1:
            self.refuse(node.iter, "expected a step known beforehand, above 0")
        if first.known is not None and last.known is not None:
            turns = range(first.known, last.known, step.known)
            if len(turns) <= TURNS:
                self._unrolled(node, target.id, turns)
                return
        end = self.label()

        def turn(index: Value) -> None:
            further = self.label()
            self.bind(target.id, index)
            self.loop(node, further, end)
            self.jump(further)
            self.place(further)

        self.count(first, last, step, turn)
        self.jump(end)
        self.place(end)

    def _unrolled(self, node: ast.For, name: str, turns: range) -> None:
        """Write every turn out, the loop's variable known in each."""
        end = self.label()
        for number in turns:
            further = self.label()
            self.fixed[name] = constant(number, INT)
            self.loop(node, further, end)
            self.jump(further)
            self.place(further)
        self.fixed.pop(name, None)
        self.jump(end)
        self.place(end)

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


_BUILTINS = {one.__name__: one for one in (abs, bool, float, int, len, max, min)}
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
