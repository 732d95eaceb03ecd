"""How an uncertain value is distributed: from what the file says to a quantile function."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import nearest
from sim.model.provenance import Quantity
from sim.scenario.faults import Fault, Loc, shown
from sim.scenario.values import day, number, out_of_bounds

Floats = NDArray[np.float64]

#: Laws of numbers with what each takes.
TAKES = {
    "uniform": "[low, high]",
    "log-uniform": "[low, high]",
    "triangular": "[low, peak, high]",
    "normal": "[mean, deviation, low, high], truncated to low and high",
    "discrete": "a list of numbers",
}
CATEGORICAL = "categorical"
#: What may stand beside the law itself.
BESIDE = ("weights", "levels")
MOST_VALUES = 1000


@dataclass(frozen=True)
class Law:
    """A distribution.

    kind : a key of `TAKES`, or `categorical`
    numbers : its numbers, as `TAKES` lists them; empty where categorical
    names : the alternatives of a categorical law
    weights : chances of the values or alternatives, summing to 1; empty for continuous laws
    levels : points on a grid; 0 where the design says
    """

    kind: str
    numbers: tuple[float, ...] = ()
    names: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()
    levels: int = 0

    @property
    def continuous(self) -> bool:
        """Whether it has a density."""
        return self.kind not in ("discrete", CATEGORICAL)

    @property
    def span(self) -> tuple[float, float]:
        """Smallest and largest value; numbers of the alternatives where categorical."""
        if self.kind == CATEGORICAL:
            return 0.0, len(self.names) - 1.0
        if self.kind == "normal":
            return self.numbers[2], self.numbers[3]
        return min(self.numbers), max(self.numbers)

    def quantile(self, share: Floats) -> Floats:
        """Return the values below which these shares, in [0, 1], lie; alternatives by their numbers."""
        u = np.asarray(share, np.float64)
        if not self.continuous:
            place = np.searchsorted(np.cumsum(self.weights)[:-1], u, side="right")
            return place.astype(np.float64) if self.names else np.asarray(self.numbers)[place]
        low, high = self.span
        if self.kind == "uniform":
            found = low + u * (high - low)
        elif self.kind == "log-uniform":
            found = low * np.exp(u * math.log(high / low))
        elif self.kind == "triangular":
            found = _triangular(u, *self.numbers)
        else:
            from scipy.stats import truncnorm

            mean, deviation = self.numbers[:2]
            found = truncnorm.ppf(u, (low - mean) / deviation, (high - mean) / deviation, mean, deviation)
        return np.asarray(np.clip(found, low, high))

    def grid(self, levels: int) -> Floats:
        """Return its points on a grid: every value, or so many from end to end (logarithmic if so)."""
        if not self.continuous:
            return np.arange(len(self.names), dtype=np.float64) if self.names else np.asarray(self.numbers)
        low, high = self.span
        n = self.levels or levels
        return np.geomspace(low, high, n) if self.kind == "log-uniform" else np.linspace(low, high, n)

    def plain(self) -> dict[str, Any]:
        """Return it as data, as a file would say it."""
        made: dict[str, Any] = {self.kind: list(self.names or self.numbers)}
        if self.weights:
            made["weights"] = list(self.weights)
        if self.levels:
            made["levels"] = self.levels
        return made


def _triangular(u: Floats, low: float, peak: float, high: float) -> Floats:
    split = (peak - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (peak - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - peak))
    return np.where(u < split, rising, falling)


def of_quantity(one: Quantity) -> Law:
    """Return the law of a quantity over its declared plausible range."""
    return Law(one.spread, tuple(float(x) for x in one.plausible))


def faults(given: Any, loc: Loc, quantity: Quantity | None) -> Iterator[Fault]:
    """Yield what is wrong with a distribution given as plain data.

    `quantity` is what it is of; None where it chooses among names, whose existence is checked elsewhere.
    """
    if isinstance(given, list):
        yield from _listed(given, loc, quantity)
        return
    kinds = (CATEGORICAL,) if quantity is None else tuple(TAKES)
    if not isinstance(given, Mapping):
        wanted = "a list of names" if quantity is None else "a distribution like {uniform: [0, 1]}"
        yield Fault(loc, f"expected {wanted}, found {shown(given)}")
        return
    found = [key for key in given if key not in BESIDE]
    for key in found:
        if key not in kinds:
            choices = [*kinds, *BESIDE]
            yield Fault((*loc, key), f"unknown distribution {shown(key)}{nearest(str(key), choices)}")
    if len(found) != 1:
        yield Fault(
            loc,
            f"expected one distribution of {', '.join(kinds)}, "
            f"found {' and '.join(map(str, found)) or 'none'}",
        )
        return
    (kind,) = found
    if kind not in kinds:
        return
    values = given[kind]
    if kind in ("discrete", CATEGORICAL):
        yield from _listed(values, (*loc, kind), quantity)
        yield from _weights(given.get("weights"), values, (*loc, "weights"))
    else:
        yield from _numbers(str(kind), values, (*loc, kind), quantity)
        if given.get("weights") is not None:
            yield Fault(
                (*loc, "weights"), "expected weights only beside discrete or categorical; leave it out"
            )
    levels = given.get("levels")
    if levels is not None and (kind in ("discrete", CATEGORICAL) or type(levels) is not int or levels < 2):
        yield Fault(
            (*loc, "levels"), f"expected a number of levels from 2, of a range, found {shown(levels)}"
        )


def _listed(values: Any, loc: Loc, quantity: Quantity | None) -> Iterator[Fault]:
    what = "names" if quantity is None else "numbers"
    if not isinstance(values, list) or not values:
        yield Fault(loc, f"expected a list of {what}, found {shown(values)}")
        return
    if len(values) > MOST_VALUES:
        yield Fault(loc, f"expected at most {MOST_VALUES} values, found {len(values)}")
    if quantity is None:
        for i, value in enumerate(values):
            if not isinstance(value, str) and day(value) is None:
                yield Fault((*loc, i), f"expected a name, found {shown(value)}")
    else:
        yield from _each(values, loc, quantity)
    plain = [str(value) for value in values]
    for value in plain:
        if plain.count(value) > 1:
            yield Fault(loc, f"expected values that differ, found {value} twice")
            return


def _each(values: list[Any], loc: Loc, quantity: Quantity) -> Iterator[Fault]:
    for i, value in enumerate(values):
        x = number(value)
        if x is None:
            yield Fault((*loc, i), f"expected a number, found {shown(value)}")
        elif text := out_of_bounds(x, quantity):
            yield Fault((*loc, i), text)


def _numbers(kind: str, values: Any, loc: Loc, quantity: Quantity | None) -> Iterator[Fault]:
    count = {"uniform": 2, "log-uniform": 2, "triangular": 3, "normal": 4}[kind]
    numbers = [number(x) for x in values] if isinstance(values, list) else []
    if len(numbers) != count or None in numbers:
        yield Fault(loc, f"expected {kind}: {TAKES[kind]}, found {_listed_text(values)}")
        return
    assert quantity is not None
    ends = values if kind != "normal" else values[2:]
    yield from _each(ends, loc, quantity)
    low, high = float(ends[0]), float(ends[-1])
    if not low < high:
        yield Fault(
            loc, f"expected low below high, found {low:g} and {high:g}; turn them round or set the value"
        )
    elif kind == "log-uniform" and low <= 0:
        yield Fault(loc, f"expected a range above 0 for log-uniform, found low {low:g}; take uniform")
    elif kind == "triangular" and not low <= values[1] <= high:
        yield Fault(loc, f"expected the peak between {low:g} and {high:g}, found {values[1]:g}")
    elif kind == "normal" and values[1] <= 0:
        yield Fault(loc, f"expected a deviation above 0, found {values[1]:g}")
    elif kind == "normal" and not low - 8 * values[1] <= values[0] <= high + 8 * values[1]:
        yield Fault(loc, f"expected a mean within 8 deviations of the range, found {values[0]:g}")


def _listed_text(values: Any) -> str:
    if isinstance(values, list) and values:
        return "[" + ", ".join(shown(x) for x in values[:8]) + ("]" if len(values) <= 8 else ", …]")
    return shown(values)


def _weights(weights: Any, values: Any, loc: Loc) -> Iterator[Fault]:
    if weights is None or not isinstance(values, list):
        return
    numbers = [number(x) for x in weights] if isinstance(weights, list) else []
    if len(numbers) != len(values) or any(x is None or x <= 0 for x in numbers):
        yield Fault(
            loc, f"expected {len(values)} weights above 0, one a value, found {_listed_text(weights)}"
        )


def law(given: Any, names: bool) -> Law:
    """Make a law of plain data in which `faults` found nothing."""
    if isinstance(given, list):
        given = {CATEGORICAL if names else "discrete": given}
    (kind,) = (key for key in given if key not in BESIDE)
    values = given[kind]
    weights: tuple[float, ...] = ()
    if kind in ("discrete", CATEGORICAL):
        raw = [float(x) for x in given.get("weights") or [1.0] * len(values)]
        total = math.fsum(raw)
        # Weights that already sum to one stay as they are, so that reading twice changes no bit.
        weights = tuple(raw) if math.isclose(total, 1.0, abs_tol=1e-12) else tuple(x / total for x in raw)
    levels = given.get("levels") or 0
    if kind == CATEGORICAL:
        return Law(kind, (), tuple(str(x) for x in values), weights)
    return Law(kind, tuple(float(x) for x in values), (), weights, levels)
