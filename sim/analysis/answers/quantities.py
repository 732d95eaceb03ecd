"""Median and 90 % range of the main outcomes, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.groups import Group
from sim.analysis.runs import Runs
from sim.model.outcomes import reported


def quantities(runs: Runs, groups: Sequence[Group] | None = None) -> pd.DataFrame:
    """Return median and 90 % range of the main outcomes over the runs of a group that have them.

    Returns
    -------
    pandas.DataFrame
        `group`, `name` (of an outcome that a page reports), `label`, `unit`, `reached` (share of runs in
        which it happened at all; 1 for what every run has), `median`, `low`, `high`
        (5 % and 95 %), `runs`. Every group has its rows.
    """
    rows: list[dict[str, Any]] = []
    for part in map(runs.part, runs.groups() if groups is None else groups):
        n = len(part.rows)
        for one in reported("page"):
            values = part.rows[one.name].to_numpy(np.float64, na_value=np.nan)
            values = values[np.isfinite(values)] / one.scale
            low, middle, high = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else [np.nan] * 3
            told = {"group": part.name, "name": one.name, "label": one.label, "unit": one.shown or one.unit}
            ends = {"median": middle, "low": low, "high": high, "runs": n}
            rows.append(told | {"reached": len(values) / n if n else np.nan} | ends)
    return pd.DataFrame(rows)
