"""Small functions that rules share; each gives the same bits in plain Python, compiled, and on every processor.

Exponential and logarithm are series of our own, made of additions, multiplications and divisions,
because the C library's differ in the last bit from one platform to another. `**`, `pow`, `gamma` and
`hypot` are kept out of the model: their last bit differs between plain and compiled code.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import numpy as np

F = TypeVar("F", bound=Callable[..., object])

#: log 2 in two parts: multiples of the first by a whole number are exact.
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
#: The same of log 2 / 64.
_STEP_HIGH, _STEP_LOW = _LN2_HIGH / 64.0, _LN2_LOW / 64.0
#: 2^-722 to 2^722.
_POWERS = np.ldexp(1.0, np.arange(-722, 723))


def _root_of_two(j: int) -> float:
    """Return 2^(j / 64) by six square roots of whole numbers, on any machine the same."""
    n = 1 << (j + 64 * 80)
    for _ in range(6):
        n = math.isqrt(n)
    return n / (1 << 80)


#: 2^(j / 64) for j from 0 to 63.
_PARTS = np.array([_root_of_two(j) for j in range(64)])

#: Every pure function that the ensemble driver has to compile, by qualified name.
PURE: dict[str, Callable[..., object]] = {}


def pure(function: F) -> F:
    """Mark a function as part of the model, so that the ensemble driver compiles it."""
    PURE[f"{function.__module__}.{function.__qualname__}"] = function
    return function


@pure
def clip(x: float, low: float, high: float) -> float:
    """Limit `x` to the range from `low` to `high`."""
    if x < low:
        return low
    if x > high:
        return high
    return x


@pure
def share(x: float) -> float:
    """Limit `x` to the range from 0 to 1."""
    return clip(x, 0.0, 1.0)


@pure
def exponential(x: float) -> float:
    """Return exp(x) within two units in the last place, NaN of NaN; beyond 500 either way it changes no more.

    x = (64 k + j) log 2 / 64 + r with |r| at most log 2 / 128; 2^k and 2^(j/64) stand in tables
    (Tang 1989), and exp r is its Taylor series.
    """
    if x != x:
        return x
    x = clip(x, -500.0, 500.0)
    n = math.floor(x * 92.33248261893567 + 0.5)
    r = (x - n * _STEP_HIGH) - n * _STEP_LOW
    z = r * r
    y = r + z * ((0.5 + r * (1 / 6)) + z * (1 / 24 + r * (1 / 120)))
    part = _PARTS[n & 63]
    return float((part + part * y) * _POWERS[(n >> 6) + 722])


@pure
def logarithm(x: float) -> float:
    """Return log(x) of a positive `x` within one unit in the last place.

    x = 2^e m with m from sqrt(1/2) to sqrt(2), and log m = 2 artanh(s), s = (m - 1) / (m + 1), by its series.
    """
    m, e = math.frexp(x)
    if m < 0.7071067811865476:
        m = 2.0 * m
        e = e - 1
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    r = z * (2 / 13 + z * (2 / 15 + z * (2 / 17 + z * (2 / 19 + z * (2 / 21)))))
    r = z * (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + r)))))
    return e * _LN2_HIGH + (f - (s * (f - r) - e * _LN2_LOW))


@pure
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), safe for every finite `x`."""
    return 1.0 / (1.0 + exponential(-x))


@pure
def ramp(x: float, start: float, full: float) -> float:
    """Rise from 0 at `start` to 1 at `full` in a straight line."""
    return share((x - start) / max(full - start, 1e-9))


@pure
def toward(x: float, target: float, rate: float) -> float:
    """Move `x` by a share `rate` (0 to 1) of its distance to `target`."""
    return x + share(rate) * (target - x)
