"""What comes before a search for conditions: which cases are kept aside, and which inputs it is about."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: Fewest cases, and fewest of either kind, that conditions are looked for in.
FEWEST, FEWEST_MET = 30, 5
#: Most columns that are searched.
MOST_COLUMNS = 20


def kept_aside(met: Flags, group: Ints | None, seed: int) -> Flags:
    """Return a third of the cases: of either kind where each stands alone, else of the groups.

    None where there are too few to spare.
    """
    n, hits = len(met), int(met.sum())
    found = np.zeros(n, bool)
    if min(hits, n - hits) < 6 * FEWEST_MET or n < 3 * FEWEST:
        return found
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x7072696D]))
    known = np.arange(n) if group is None else np.unique(group)
    if group is not None and len(known) < n:
        return np.isin(group, chance.permutation(known)[: len(known) // 3])
    for kind in (np.flatnonzero(met), np.flatnonzero(~met)):
        found[chance.permutation(kind)[: len(kind) // 3]] = True
    return found


def leading(table: pd.DataFrame, met: Flags, others: Flags, group: Ints | None = None) -> pd.DataFrame:
    """Return the columns in which the cases that meet a condition differ most from the others.

    With a few columns, all of them. Of hundreds only those, at most twenty, whose two distributions
    differ by more than the strongest of as many idle ones would once in twenty studies: else chance
    picks among them, and the search is slow.
    """
    columns = table.shape[1]
    if columns <= MOST_COLUMNS:
        return table
    place = np.arange(len(met)) if group is None else np.unique(group, return_inverse=True)[1]
    first = np.zeros(place.max() + 1, np.int64)
    first[place[::-1]] = np.arange(len(met))[::-1]
    odds = {name: _log_chance(table[name], met, others, first[place]) for name in table}
    limit = float(np.log(0.05 / columns))
    strongest = sorted((name for name in odds if odds[name] < limit), key=odds.__getitem__)[:MOST_COLUMNS]
    return table[[name for name in table if name in strongest]]


def _log_chance(column: pd.Series[Any], met: Flags, others: Flags, first: Ints) -> float:
    """Return the logarithm of how likely so large a difference is where there is none.

    `first` is (cases,) the first case of each one's group: where all of a group have the same value,
    they count as one.
    """
    from scipy.stats import chi2, chi2_contingency

    codes = column if pd.api.types.is_numeric_dtype(column) else column.astype("category").cat.codes
    values = codes.to_numpy(np.float64)
    alike = bool((values == values[first]).all())
    worth = len(np.unique(first)) / len(first) if alike else 1.0
    if codes is not column:
        counts = np.array(
            [
                np.bincount(values[one].astype(np.int64), minlength=int(values.max()) + 1)
                for one in (met, others)
            ],
            np.float64,
        )
        counts = counts[:, counts.sum(axis=0) > 0] * worth
        if counts.shape[1] < 2:
            return 0.0
        found = chi2_contingency(counts, correction=False)
        return float(chi2.logsf(found.statistic, found.dof))
    ordered = np.sort(values)
    shares = [
        np.searchsorted(np.sort(values[one]), ordered, side="right") / one.sum() for one in (met, others)
    ]
    size = worth * met.sum() * others.sum() / (met.sum() + others.sum())
    return float(np.log(2) - 2 * size * np.abs(shares[0] - shares[1]).max() ** 2)
