"""Conditions as a tree: cases cut in two again and again (CART, Breiman et al. 1984)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.deciding.boxes import INSTALL, SMALLEST, Fit, Limit, fit
from sim.analysis.deciding.screening import FEWEST, FEWEST_MET, Flags, Ints, kept_aside, leading
from sim.errors import LibraryError, ResultError


@dataclass(frozen=True)
class Leaf:
    """One end of a tree: what leads there, and the cases that end there.

    fresh : whether those are cases kept aside while the tree was grown
    """

    limits: tuple[Limit, ...]
    fit: Fit
    fresh: bool

    def __str__(self) -> str:
        return " and ".join(map(str, self.limits)) or "every case"


def tree(
    table: pd.DataFrame,
    met: Flags,
    *,
    depth: int = 3,
    seed: int = 0,
    group: Ints | None = None,
) -> list[Leaf]:
    """Cut the cases in two again and again (CART), and return the ends, the densest first.

    It is grown on two thirds of the cases and counted on the third that was kept aside, where there
    are enough; the same third as for `boxes`. Empty where nothing sets the cases apart.

    Raises
    ------
    ResultError, LibraryError
        As `boxes`.
    """
    n, hits = len(met), int(met.sum())
    if n < FEWEST or hits < FEWEST_MET or n - hits < FEWEST_MET:
        raise ResultError(f"{hits:,} of {n:,} cases meet the condition: too few of one kind for a tree")
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise LibraryError(INSTALL) from None
    aside = kept_aside(met, group, seed)
    known = leading(table.loc[:, table.nunique() > 1], met & ~aside, ~met & ~aside, group)
    if known.empty:
        return []
    columns: dict[str, NDArray[np.float64]] = {}
    of: list[tuple[str, str | None]] = []
    for name in known:
        if pd.api.types.is_numeric_dtype(known[name]):
            columns[str(name)] = known[name].to_numpy(np.float64)
            of.append((str(name), None))
        else:
            for alternative in dict.fromkeys(known[name].astype(str)):
                key = f"{name}={alternative}"
                columns[key] = (known[name].astype(str) == alternative).to_numpy().astype(np.float64)
                of.append((str(name), alternative))
    x = np.column_stack(list(columns.values()))
    smallest = max(int(SMALLEST * (~aside).sum()), 5)
    grower = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=smallest, random_state=0)
    made = grower.fit(x[~aside], met[~aside])
    counted = aside if aside.any() else ~aside
    found = []
    for limits in _leaves(made.tree_, of, known, 0, {}):
        inside = np.ones(n, bool)
        for one in limits:
            inside &= one.holds(known)
        found.append(Leaf(limits, fit(inside[counted], met[counted]), bool(aside.any())))
    found = [leaf for leaf in found if leaf.fit.inside]
    return sorted(found, key=lambda leaf: (-leaf.fit.density, -leaf.fit.inside))


def _leaves(
    made: Any, of: Sequence[tuple[str, str | None]], table: pd.DataFrame, at: int, path: dict[str, Limit]
) -> Iterator[tuple[Limit, ...]]:
    left, right = int(made.children_left[at]), int(made.children_right[at])
    if left < 0:
        yield tuple(path.values())
        return
    name, alternative = of[int(made.feature[at])]
    cut = float(made.threshold[at])
    for side, child in ((-1, left), (1, right)):
        old = path.get(name, Limit(name))
        if alternative is None:
            low, high = (old.low, cut) if side < 0 else (np.nextafter(cut, np.inf), old.high)
            new = Limit(name, low, high)
        else:
            names = old.names or tuple(dict.fromkeys(table[name].astype(str)))
            chosen = (alternative,) if side > 0 else tuple(one for one in names if one != alternative)
            new = Limit(name, names=chosen)
        yield from _leaves(made, of, table, child, {**path, name: new})
