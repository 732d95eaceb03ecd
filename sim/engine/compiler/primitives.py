"""The functions that compiled code takes from Python, `math` and NumPy, and three that look at bits."""

from __future__ import annotations

import math
import struct
from functools import reduce
from types import FunctionType
from typing import cast

import numpy as np

from sim.engine.compiler.expressions import PRIMITIVES, Emitter, Expressions, primitive
from sim.engine.compiler.values import BOOL, FLOAT, INT, WORD, Array, Group, Number, Value
from sim.engine.compiler.writer import constant, group

_MASK = 2**64 - 1


def product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """Return both halves of a product, the upper one first."""
    whole = int(a) * int(b)
    return np.uint64(whole >> 64), np.uint64(whole & _MASK)


def bits(x: float) -> np.uint64:
    """Return the bits of a float."""
    return np.uint64(struct.unpack("<Q", struct.pack("<d", x))[0])


def from_bits(word: np.uint64) -> float:
    """Return the float of these bits."""
    return float(struct.unpack("<d", struct.pack("<Q", int(word)))[0])


@primitive(product)
def _product(body: Expressions, values: list[Value]) -> Value:
    a, b = (body.emit(f"zext i64 {one.words[0]} to i128") for one in values)
    whole = body.emit(f"mul i128 {a}, {b}")
    high = body.emit(f"trunc i128 {body.emit(f'lshr i128 {whole}, 64')} to i64")
    return group([Value(WORD, (high,)), Value(WORD, (body.emit(f"trunc i128 {whole} to i64"),))])


@primitive(bits)
def _bits(body: Expressions, values: list[Value]) -> Value:
    return Value(WORD, (body.emit(f"bitcast double {body.cast(values[0], FLOAT).words[0]} to i64"),))


@primitive(from_bits)
def _from_bits(body: Expressions, values: list[Value]) -> Value:
    return Value(FLOAT, (body.emit(f"bitcast i64 {values[0].words[0]} to double"),))


def _converting(kind: Number) -> Emitter:
    return lambda body, values: body.cast(values[0], kind)


for _function, _kind in (
    (float, FLOAT),
    (np.float64, FLOAT),
    (int, INT),
    (np.int8, INT),
    (np.int64, INT),
    (np.uint64, WORD),
    (bool, BOOL),
):
    PRIMITIVES[_function] = _converting(_kind)


def _of_float(name: str) -> Emitter:
    def emit(body: Expressions, values: list[Value]) -> Value:
        word = body.cast(values[0], FLOAT).words[0]
        return Value(FLOAT, (body.emit(f"call double @llvm.{name}.f64(double {word})"),))

    return emit


PRIMITIVES[math.sqrt] = PRIMITIVES[np.sqrt] = _of_float("sqrt")


@primitive(math.floor)
def _floor(body: Expressions, values: list[Value]) -> Value:
    return body.cast(_of_float("floor")(body, values), INT)


@primitive(abs)
def _abs(body: Expressions, values: list[Value]) -> Value:
    if values[0].type is FLOAT:
        return _of_float("fabs")(body, values)
    (word,) = body.cast(values[0], INT).words
    less = body.emit(f"sub nsw i64 0, {word}")
    return Value(INT, (body.emit(f"call i64 @llvm.smax.i64(i64 {word}, i64 {less})"),))


@primitive(len)
def _len(body: Expressions, values: list[Value]) -> Value:
    kind = values[0].type
    if isinstance(kind, Group):
        return constant(len(kind.items), INT)
    assert isinstance(kind, Array)
    return Value(INT, (values[0].words[1],))


def _extreme(sign: str) -> Emitter:
    """Return the first of the largest or of the smallest, as Python does, to which a NaN is neither."""

    def emit(body: Expressions, values: list[Value]) -> Value:
        kind = body.common(values)
        compare = (
            f"fcmp o{sign} double" if kind is FLOAT else f"icmp {'u' if kind is WORD else 's'}{sign} i64"
        )

        def of_two(a: str, b: str) -> str:
            part = kind.parts[0]
            return body.emit(f"select i1 {body.emit(f'{compare} {b}, {a}')}, {part} {b}, {part} {a}")

        return Value(kind, (reduce(of_two, (body.cast(one, kind).words[0] for one in values)),))

    return emit


PRIMITIVES[max], PRIMITIVES[min] = _extreme("gt"), _extreme("lt")

_52, _EXPONENT, _HALF = np.uint64(52), np.uint64(0x7FF), np.uint64(0x3FE0000000000000)
_FRACTION = np.uint64(0x800FFFFFFFFFFFFF)


def frexp(x: float) -> tuple[float, int]:
    """Return `math.frexp` of a number."""
    word = bits(x)
    exponent = (word >> _52) & _EXPONENT
    if x == 0.0 or exponent == _EXPONENT:  # nothing to take apart in 0, infinity and NaN
        return x, 0
    low = 0
    if exponent == np.uint64(0):
        word = bits(x * 18014398509481984.0)  # 2^54: numbers too small for a leading bit of their own
        exponent = (word >> _52) & _EXPONENT
        low = 54
    return from_bits((word & _FRACTION) | _HALF), int(exponent) - 1022 - low


@primitive(math.frexp)
def _frexp(body: Expressions, values: list[Value]) -> Value:
    function = body.program.compile(cast(FunctionType, frexp), (FLOAT,))
    return body.call(function, [body.cast(values[0], FLOAT)])
