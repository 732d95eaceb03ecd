"""Arguments of public functions: numbers within bounds, by one rule and in the same words everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterable
from numbers import Integral

from sim.errors import ScenarioError
from sim.scenario.faults import shown

#: Runs, particles or points that one call keeps in memory, at most; a sweep keeps its runs on disk.
MOST_RUNS = 1_000_000
#: Seeds are whole numbers below this.
SEEDS = 2**63


def whole(name: str, value: int, least: int = 0, most: int | None = None) -> int:
    """Return a whole number, of Python or of numpy, as Python's own.

    Raises
    ------
    ScenarioError
        It is none (true is none either), or lies outside `least` to `most`; names the argument.
    """
    bounds = f"from {least}" if most is None else f"from {least} to {_written(most)}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise ScenarioError(f"{name}: expected a whole number {bounds}, found {shown(value)}")
    if value < least or (most is not None and value > most):
        raise ScenarioError(f"{name}: expected a whole number {bounds}, found {int(value)}")
    return int(value)


def runs(value: int, least: int = 1, name: str = "runs") -> int:
    """Return how many runs are asked for, or what is like them; raises as `whole` does."""
    return whole(name, value, least, MOST_RUNS)


def seed(value: int, name: str = "seed") -> int:
    """Return part of a draw's address; raises as `whole` does."""
    return whole(name, value, 0, SEEDS - 1)


def threads(value: int | None) -> int | None:
    """Return a number of threads, None for all; raises as `whole` does."""
    return None if value is None else whole("threads", value, 1)


def _written(most: int) -> str:
    return "2^63 - 1" if most == SEEDS - 1 else f"{most:,}"


def names(name: str, value: Iterable[str]) -> tuple[str, ...]:
    """Return a list of names, each once.

    Raises
    ------
    ScenarioError
        It is no list, or a text alone, whose letters are no names; names the argument.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise ScenarioError(f"{name}: expected a list of names, found {shown(value)}")
    return tuple(dict.fromkeys(value))


def path(value: str | os.PathLike[str], expected: str) -> str:
    """Return a path, or a name in its place, as text.

    Raises
    ------
    ScenarioError
        It is neither text nor a path, or no file can be called so; says what was expected.
    """
    text = os.fspath(value) if isinstance(value, str | os.PathLike) else value
    if not isinstance(text, str) or not text or "\0" in text:
        raise ScenarioError(f"expected {expected}, found {shown(text)}")
    return text
