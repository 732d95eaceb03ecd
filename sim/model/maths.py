"""Small functions that rules share; each gives the same bits in plain Python and compiled.

`**`, `pow`, `gamma` and `hypot` are kept out of the model: their last bit differs between the two.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])

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
def logistic(x: float) -> float:
    """Return 1 / (1 + exp(-x)), safe for every finite `x`."""
    return 1.0 / (1.0 + math.exp(-clip(x, -500.0, 500.0)))


@pure
def exponential(x: float) -> float:
    """Return exp(x), for every finite `x`: beyond 500 either way it changes no more."""
    return math.exp(clip(x, -500.0, 500.0))


@pure
def ramp(x: float, start: float, full: float) -> float:
    """Rise from 0 at `start` to 1 at `full` in a straight line."""
    return share((x - start) / max(full - start, 1e-9))


@pure
def toward(x: float, target: float, rate: float) -> float:
    """Move `x` by a share `rate` (0 to 1) of its distance to `target`."""
    return x + share(rate) * (target - x)
