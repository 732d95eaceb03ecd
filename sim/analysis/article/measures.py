"""What is read off a run: one number for each, from its outcomes and kept weeks.

A measure is a function of `Runs` that returns (R,) numbers, NaN where a run does not count: it
failed, or the question does not arise in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.engine.ensemble import Block
from sim.model.outcomes import PATHS

Floats = NDArray[np.float64]

#: What decides how large an effect must be to matter: a share, a date, or the unit of a quantity.
Scale = Literal["share", "date", "quantity"]


class Runs:
    """A block of runs with its kept weeks by name."""

    def __init__(self, block: Block, keep: tuple[str, ...], start: date) -> None:
        self.block, self.keep, self.start = block, keep, start

    def __len__(self) -> int:
        return len(self.block.outcomes)

    def __getitem__(self, variable: str) -> Floats:
        """Weekly values of a kept variable, (R, weeks + 1); row 0 is the start."""
        return self.block.kept[:, :, self.keep.index(variable)]

    @property
    def weeks(self) -> int:
        """Length of the runs."""
        return int(self.block.ladders.shape[1]) - 1

    @property
    def sound(self) -> NDArray[np.bool_]:
        """(R,) whether a run did not fail."""
        return np.asarray(self.block.failure_week == 0)

    def outcome(self, name: str) -> Floats:
        """Return a column of the outcomes, (R,)."""
        return np.asarray(self.block.outcomes[name], np.float64)

    def only(self, values: Floats) -> Floats:
        """Return values with those of failed runs taken out."""
        return np.where(self.sound, values, np.nan)


@dataclass(frozen=True)
class Measure:
    """One number a run: what it is called, its unit, the weekly variables it needs, how it is read off."""

    name: str
    unit: str
    scale: Scale
    of: Callable[[Runs], Floats]
    keep: tuple[str, ...] = ()

    def __call__(self, runs: Runs) -> Floats:
        """Return (R,) numbers, NaN where a run does not count."""
        return runs.only(np.asarray(self.of(runs), np.float64))


def flag(name: str, of: Callable[[Runs], NDArray[Any]], keep: tuple[str, ...] = ()) -> Measure:
    """Return a measure that is 1 where something is so and 0 elsewhere."""
    return Measure(name, "share", "share", lambda runs: np.asarray(of(runs), np.float64), keep)


def path_is(name: str, paths: Iterable[str]) -> Measure:
    """Return whether the class is one of `paths`."""
    codes = [PATHS.index(one) for one in paths]
    return flag(name, lambda runs: np.isin(runs.outcome("path"), codes))


def happened(name: str, column: str) -> Measure:
    """Return whether an outcome is more than nothing, or a first week exists."""
    return flag(name, lambda runs: np.nan_to_num(runs.outcome(column)) > 0)


def mean(variable: str, unit: str, first: int, last: int, name: str = "", factor: float = 1.0) -> Measure:
    """Return the mean of a variable over the ends of weeks `first` to `last`, times `factor`."""
    words = name or f"{variable}, mean of weeks {first}–{last}"
    return Measure(
        words, unit, "quantity", lambda r: factor * r[variable][:, first : last + 1].mean(axis=1), (variable,)
    )


def most(variable: str, unit: str, first: int, last: int, name: str = "") -> Measure:
    """Return the largest value of a variable at the ends of weeks `first` to `last`."""
    words = name or f"{variable}, most in weeks {first}–{last}"
    return Measure(
        words, unit, "quantity", lambda r: r[variable][:, first : last + 1].max(axis=1), (variable,)
    )


def on(variable: str, unit: str, day: date, name: str = "", factor: float = 1.0) -> Measure:
    """Return a variable on a day: a straight line between the ends of the weeks around it."""

    def read(runs: Runs) -> Floats:
        place = (day - runs.start).days / 7
        before = int(place)
        values = runs[variable]
        after = min(before + 1, values.shape[1] - 1)
        here, there = values[:, before], values[:, after]
        return np.asarray(factor * (here + (there - here) * (place - before)))

    return Measure(name or f"{variable} on {day}", unit, "quantity", read, (variable,))


def until(name: str, column: str) -> Measure:
    """Return the first week of a rung, or the horizon where it is never reached: its restricted mean time."""

    def read(runs: Runs) -> Floats:
        first = runs.outcome(column)
        return np.where(np.isnan(first), float(runs.weeks), np.minimum(first, runs.weeks))

    return Measure(name, "week", "date", read)


def until_above(name: str, variable: str, level: float) -> Measure:
    """Return the first week at whose end a variable has reached `level`, or the horizon."""

    def read(runs: Runs) -> Floats:
        reached = runs[variable][:, 1:] >= level
        return np.where(reached.any(axis=1), 1.0 + reached.argmax(axis=1), float(runs.weeks))

    return Measure(name, "week", "date", read, (variable,))


def weeks_above(name: str, variable: str, level: float) -> Measure:
    """Return how many weeks end with a variable above `level`."""
    return Measure(name, "week", "date", lambda r: (r[variable][:, 1:] > level).sum(axis=1), (variable,))
