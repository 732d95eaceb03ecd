"""Whether clauses push the way they say, tried over the ranges of what they read.

The model's own are tried in its tests, those that are added from outside as they come into force.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from math import floor, isfinite
from types import SimpleNamespace

import numpy as np

from sim.errors import ModelError
from sim.model.declare import Clause, Rule
from sim.model.extension import run
from sim.model.provenance import Quantity

#: Points at which each clause is tried, and their seed.
POINTS, SEED = 240, 20210816
#: Part of the places at either end of a range, where trouble lives.
EDGE = 0.17
#: Bounds beyond this are far from anything that occurs; a variable is tried up to so many times what it is usually.
WIDE, OFTEN = 1e3, 4.0
#: Units of what is kept whole.
WHOLE = ("rung", "flag", "count")
#: Differences up to this are rounding.
ROUNDING = 1e-12


def check(
    clauses: Iterable[tuple[Rule, Clause]],
    world: Mapping[str, Quantity],
    parameters: Mapping[str, Quantity],
) -> None:
    """Try clauses at points of the ranges of all that they read.

    Parameters are drawn from their plausible ranges, variables of the world from their bounds.

    Raises
    ------
    ModelError
        A clause is negative, is no number, or moves against what it is declared to rise or fall with: which
        rule, where it stands, at which values.
    """
    for rule, clause in clauses:
        if (fault := next(_faults(clause, world, parameters), None)) is not None:
            code = clause.function.__code__
            raise ModelError(
                f"{code.co_filename}, line {code.co_firstlineno}: rule {rule.id}, {code.co_name}: {fault}"
            )


def _faults(
    clause: Clause, world: Mapping[str, Quantity], parameters: Mapping[str, Quantity]
) -> Iterator[str]:
    chance = np.random.default_rng(SEED)
    for _ in range(POINTS):
        sizes = {name: _place(chance, *parameters[name].plausible) for name in clause.parameters}
        seen = {name: _value(chance, world[name]) for name in clause.reads}
        for name in clause.reads:
            low, high = sorted((seen[name], _value(chance, world[name])))
            before, after = (_answer(clause, {**seen, name: value}, sizes) for value in (low, high))
            for value, answer in ((low, before), (high, after)):
                if not isfinite(answer) or answer < 0.0:
                    yield (
                        f"expected a number from 0 on, found {answer:g} at "
                        f"{_told({**seen, name: value, **sizes})}; bound it, as ramp and logistic do"
                    )
            rises = name in clause.rises_with
            if (after - before if rises else before - after) < -ROUNDING:
                word, other = ("rises", "falls") if rises else ("falls", "rises")
                rest = {key: value for key, value in {**seen, **sizes}.items() if key != name}
                yield (
                    f"declared as what {word} with {name}, but {other} from {before:.4g} to {after:.4g} as "
                    f"{name} goes from {low:.4g} to {high:.4g}"
                    + (f" (at {_told(rest)})" if rest else "")
                    + f"; put {name} under {other}_with, or turn the formula round"
                )


def _answer(clause: Clause, seen: Mapping[str, float], sizes: Mapping[str, float]) -> float:
    call = partial(clause.function, SimpleNamespace(**seen), SimpleNamespace(**sizes))
    return float(run(call, clause.function.__module__))


def _value(chance: np.random.Generator, quantity: Quantity) -> float:
    """Draw a value of a variable, whole where the model keeps it whole."""
    high = quantity.high
    if high > WIDE:
        high = max(OFTEN * max(quantity.default, quantity.plausible[1]), WIDE)
    value = _place(chance, quantity.low, high)
    return float(floor(value + 0.5)) if quantity.unit in WHOLE else value


def _place(chance: np.random.Generator, low: float, high: float) -> float:
    share = float(np.clip((chance.random() - EDGE) / (1 - 2 * EDGE), 0.0, 1.0))
    return low + share * (high - low)


def _told(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in values.items())
