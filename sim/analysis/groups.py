"""Groups of cases: by the alternatives of what varies, by quarters of a range, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.model.registry import load

Flags = NDArray[np.bool_]

#: Into how many parts of its range a value is cut.
BINS = 4


@dataclass(frozen=True)
class Group:
    """Some of the cases, by what they have in common.

    name : what that is; cases : (cases,) whether a case belongs
    condition : what happens in all of them; only groups of the same are compared with each other
    """

    name: str
    cases: Flags
    condition: str = ""

    @property
    def short(self) -> str:
        """Its name where what happens is said already."""
        return self.name.removeprefix(f"{self.condition}: ") if self.condition else self.name


def within(conditions: Sequence[Group], groups: Sequence[Group]) -> list[Group]:
    """Return each group's cases under each condition, named by both."""
    return [
        Group(": ".join(filter(None, (one.name, each.name))), one.cases & each.cases, one.name)
        for one in conditions
        for each in groups
    ]


def by_value(column: pd.Series[Any]) -> list[Group]:
    """Return the cases by the alternatives of what varies, or by the quarters of its range.

    A case without a value of its own, such as the defaults of an ensemble, is in none.
    """
    if not pd.api.types.is_numeric_dtype(column):
        text = column.astype(str)
        return [Group(one, (text == one).to_numpy()) for one in dict.fromkeys(text[column.notna()])]
    values = column.to_numpy(np.float64)
    known = values[np.isfinite(values)]
    distinct = np.unique(known)
    if len(distinct) <= 2 * BINS:
        return [Group(f"{one:.4g}", values == one) for one in distinct]
    edges = np.quantile(known, np.linspace(0, 1, BINS + 1))
    place = np.clip(np.searchsorted(edges[1:-1], values, side="right"), 0, BINS - 1)
    place[np.isnan(values)] = -1
    return [Group(f"{edges[k]:.3g} – {edges[k + 1]:.3g}", place == k) for k in range(BINS)]


def one_by_one(cases: pd.DataFrame) -> list[Group]:
    """Return every case as a group of its own, named by what it has that the first has not."""
    groups = []
    for number in range(len(cases)):
        row, first = cases.iloc[number], cases.iloc[0]
        other = [_words(name, row[name]) for name in map(str, cases) if row[name] != first[name]]
        words = ", ".join(other) if other else "as it is" if number == 0 else f"case {number}, as the first"
        groups.append(Group(words, np.arange(len(cases)) == number))
    return groups


def _words(name: str, value: object) -> str:
    rule = load().rules.get(name.removeprefix("strength_"))
    if rule is not None and name == rule.strength and value == 0:
        return f"without {rule.name} ({rule.id})"
    return f"{name} = {value:.4g}" if isinstance(value, float) else f"{name}: {value}"
