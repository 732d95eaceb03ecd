"""Loads and stores: fields of records, elements and views of arrays."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from sim.engine.compiler.values import BOOL, FLOAT, INT, WORD, Array, Record, Value, stored
from sim.engine.compiler.writer import Writer, constant


class Memory(Writer):
    """Reads and writes what lies in memory."""

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
        fields: Any = value.type.dtype.fields or {}
        if name not in fields:
            raise self.refusal(node, f"the record has no {name!r}")
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
            word = self.emit(
                f"select i1 {below}, i64 {self.emit(f'add i64 {word}, {lengths[axis]}')}, i64 {word}"
            )
        if axis == kind.unit and kind.dtype.names is None:
            return self.emit(f"getelementptr inbounds {stored(kind.dtype)[0]}, ptr {address}, i64 {word}")
        offset = self.emit(f"mul nsw i64 {word}, {strides[axis]}")
        return self.emit(f"getelementptr inbounds i8, ptr {address}, i64 {offset}")

    def part(self, array: Value, node: ast.Subscript) -> Value:
        """Return the element or the view that a subscript names, an element as an array of no axis."""
        kind = array.type
        assert isinstance(kind, Array)
        subscripts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if len(subscripts) > kind.ndim:
            raise self.refusal(node, f"the array has {kind.ndim} axes")
        subscripts = [*subscripts, *[ast.Slice()] * (kind.ndim - len(subscripts))]
        lengths, strides = self.axes(array)
        address, unit = array.words[0], None
        spans: list[str] = []
        steps: list[str] = []
        for axis, one in enumerate(subscripts):
            if not isinstance(one, ast.Slice):
                address = self.shifted(array, axis, self.index(one), address)
                continue
            if one.step is not None:
                raise self.refusal(node, "a slice has no step here")
            begin, end = (
                self._bound(one.lower, "0", lengths[axis]),
                self._bound(one.upper, lengths[axis], lengths[axis]),
            )
            if one.lower is not None:
                address = self.shifted(array, axis, Value(WORD, (begin,)), address)
            if axis == kind.unit:
                unit = len(spans)
            else:
                steps.append(strides[axis])
            if one.lower is not None or one.upper is not None:
                span = end if one.lower is None else self.emit(f"sub nsw i64 {end}, {begin}")
                spans.append(self.emit(f"call i64 @llvm.smax.i64(i64 {span}, i64 0)"))
            else:
                spans.append(lengths[axis])
        return Value(Array(kind.dtype, len(spans), unit), (address, *spans, *steps))

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
            raise self.refusal(node, "expected a whole number")
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
