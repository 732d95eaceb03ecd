"""Compiled code does what Python does, and what it cannot do it refuses with its place."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.compiler import primitives
from sim.engine.compiler.kernels import kernel
from sim.engine.compiler.values import array_type
from sim.errors import ModelError

WORDS = st.integers(0, 2**64 - 1)
WHOLE = st.integers(-(2**31), 2**31)
ODDS = (0.25, 0.5, 0.75)
POINT = np.dtype([("x", np.float64), ("y", np.float64)])


class Pair(NamedTuple):
    points: Any
    counts: Any


def same(a: float, b: float) -> bool:
    """Say whether two numbers have the same bits, or are both no number."""
    return struct.pack("<d", a) == struct.pack("<d", b) or (a != a and b != b)


@kernel
def divided(a: int, b: int) -> int:
    return 1000 * (a // b) + a % b


@given(WHOLE, WHOLE.filter(bool))
def test_whole_numbers_are_divided_towards_minus_infinity(a: int, b: int) -> None:
    assert divided(a, b) == divided.plain(a, b)


@kernel
def taken_apart(x: float) -> float:
    m, e = math.frexp(x)
    return m + 8.0 * e


@given(st.floats())
def test_floats_are_taken_apart_as_by_the_library(x: float) -> None:
    assert same(taken_apart(x), taken_apart.plain(x))
    assert primitives.frexp(x)[0] == math.frexp(x)[0] or x != x


@kernel
def extremes(a: float, b: float, c: float) -> float:
    return 4.0 * max(a, b, c) + min(a, b, c)


@given(st.floats(), st.floats(), st.floats())
def test_the_largest_is_the_first_of_the_largest(a: float, b: float, c: float) -> None:
    assert same(extremes(a, b, c), extremes.plain(a, b, c))


@kernel
def multiplied(a: np.uint64, b: np.uint64, out: Any) -> None:
    out[0], out[1] = primitives.product(a, b)


@given(WORDS, WORDS)
def test_a_product_has_both_its_halves(a: int, b: int) -> None:
    out, plain = np.zeros((2, 2), np.uint64)
    multiplied(np.uint64(a), np.uint64(b), out)
    multiplied.plain(np.uint64(a), np.uint64(b), plain)
    assert out.tolist() == plain.tolist() == [(a * b) >> 64, (a * b) & (2**64 - 1)]


@kernel
def walked(first: int, values: Any) -> float:
    """Loops, branches, a variable that begins as a whole number, a condition that must not look further."""
    total = 0
    for i in range(first, len(values), 2):
        if values[i] < 0.0:
            continue
        if values[i] > 8.0:
            break
        total += values[i] if i % 3 == 0 else -i
    k = first
    while k < len(values) and values[k] < 4.0:
        k += 1
    for j in range(3):
        total += ODDS[j] * ODDS[k % 3]
    return total + k


@given(st.integers(0, 9), st.lists(st.floats(-2.0, 10.0), max_size=12))
def test_loops_and_branches_go_pythons_way(first: int, values: list[float]) -> None:
    array = np.array(values, float)
    assert same(walked(first, array), float(walked.plain(first, array)))


@kernel
def moved(pair: Pair, rows: Any, out: Any) -> None:
    """Records, tuples of arrays, views, slices that reach over the end, places counted from the end."""
    for i in range(len(pair.points)):
        point = pair.points[i]
        point.x += pair.counts[i - 1]
        out[i] = point.x - point.y
    column = rows[:, 1]
    part = column[2:9]
    part[:] = 7
    rows[-1, :] = len(part)
    out[len(out) - 1] = rows.shape[0]


def test_functions_of_one_text_differ_by_what_they_enclose() -> None:
    def times(weight: float) -> Any:
        def product(x: float) -> float:
            return weight * x

        return kernel(product)

    assert [times(weight)(2.0) for weight in (3.0, 4.0, 3.0)] == [6.0, 8.0, 6.0]


def weighed(x: float, weight: float = 2.0, *more: float) -> float:
    return x * weight + len(more)


def twice(function: Any, *given: Any) -> float:
    return function(*given) + function(*given)


@kernel
def handed_on(x: float) -> float:
    return twice(weighed, x) + 8.0 * twice(weighed, x, 3.0, 0.5) + 64.0 * weighed(weight=x, x=0.125)


@given(st.floats(-1e6, 1e6))
def test_arguments_are_handed_over_as_in_python(x: float) -> None:
    assert same(handed_on(x), handed_on.plain(x))


@pytest.mark.parametrize("order", ["C", "F"])
def test_memory_is_read_and_written_as_by_numpy(order: Any) -> None:
    found = []
    for function in (moved, moved.plain):
        points = np.zeros(4, POINT).view(np.recarray)
        points["x"], points["y"] = range(4), 0.5
        rows, out = np.zeros((5, 3), order=order), np.zeros(6)
        function(Pair(points, np.array([1, -2, 3, 5], np.int16)), rows, out)
        found.append((points.tolist(), rows.tolist(), out.tolist()))
    assert found[0] == found[1]


def test_a_matrix_of_one_row_has_the_type_of_a_longer_one() -> None:
    """Else a scenario of one citizen would be compiled anew."""
    for shape, order in (
        ((1, 3), "F"),
        ((1, 3), "C"),
        ((5, 1), "C"),
        ((5, 0), "C"),
        ((0, 3), "C"),
        ((1, 1), "C"),
    ):
        longer = np.zeros((7, 4), order=order)
        assert array_type(np.zeros(shape, order=order)) == array_type(longer)  # type: ignore[call-overload]


def powered(x: float) -> float:
    return x**0.5


def folded(x: float) -> float:
    return x * 2**3


def undecided(x: float) -> float:
    return weighed if x > 0.0 else 1.0


def rebound(x: float) -> float:
    function = weighed
    if x > 0.0:
        function = folded
    return function(x)


def listed(x: float) -> float:
    return [x][0]


def turned(x: float) -> float:
    for one in (x, x):
        x += one
    return x


def unnamed(x: float) -> float:
    return x + nowhere  # type: ignore[name-defined] # noqa: F821


def foreign(x: float) -> float:
    return math.gamma(x)


def without(x: float) -> float:
    return weighed()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (without, r"`weighed\(\)` cannot be compiled: missing a required argument: 'x'"),
        (powered, r"`x \*\* 0\.5` cannot be compiled: no such operation"),
        (folded, r"`2 \*\* 3` cannot be compiled: no such operation"),
        (undecided, "`weighed` cannot be compiled: expected a number"),
        (listed, r"`\[x\]` cannot be compiled: it is outside the subset"),
        (turned, r"`\(x, x\)` cannot be compiled: a loop goes over a range"),
        (unnamed, "`nowhere` cannot be compiled: it has no value here"),
        (foreign, r"`math\.gamma\(x\)` cannot be compiled: expected a function of the model"),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_its_place(
    function: Callable[[float], float], message: str
) -> None:
    line = function.__code__.co_firstlineno
    with pytest.raises(ModelError, match=rf"test_compiler\.py:\d+: {function.__name__}: {message}") as caught:
        kernel(function)(1.0)
    assert line < int(str(caught.value).split("test_compiler.py:")[1].split(":")[0]) < line + 3


def test_a_name_that_stands_for_two_functions_is_refused() -> None:
    with pytest.raises(ModelError, match="'function' stands for more than one thing"):
        kernel(rebound)(1.0)


def test_a_function_without_a_file_is_refused() -> None:
    space: dict[str, Any] = {}
    exec("def written(x):\n    return x", space)
    with pytest.raises(ModelError, match="written: expected a function written with `def` in a file"):
        kernel(space["written"])(1.0)
