"""From a table of runs to shares with the two kinds of uncertainty, never mixed.

*Across plausible parameters*: how far the share of a class moves from case to case, where a case is
one draw of every uncertain value. More runs do not shrink it; better knowledge would.
*At the defaults*: how far chance alone may have moved a share that was estimated from n runs (the
Wilson interval). More runs shrink it; it says nothing about the assumptions.

Every function takes a table of outcomes (one row a run) and leaves failed runs out, counting them
where it matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.model.outcomes import PATHS, reported

Floats = NDArray[np.float64]

#: Standard normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054

#: Other orders in which the classes may be tried; the last fits always, so it stays last.
ORDERS: dict[str, tuple[str, ...]] = {
    "worst first": PATHS,
    "best first": (*reversed(PATHS[:-1]), PATHS[-1]),
    "talk first": (
        "fight and talk",
        "rapprochement",
        "quiet accommodation",
        "war",
        "fighting",
        "clashes",
        "armed standoff",
        "cold peace",
    ),
}


def sound(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that did not fail."""
    return outcomes[outcomes["failure"].isna()]


def wilson(successes: ArrayLike, runs: ArrayLike) -> tuple[Floats, Floats]:
    """Return the Wilson 95 % score interval of a share (Wilson 1927), NaN where there are no runs.

    Keeps its coverage near 0 and 1, where the textbook interval collapses to a point: no event in n
    runs gives an upper limit of about 3.84 / (n + 3.84). Numbers need not be whole.
    """
    k, n = np.asarray(successes, np.float64), np.asarray(runs, np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p, zz = k / n, Z95 * Z95
        centre = (p + zz / (2 * n)) / (1 + zz / n)
        half = Z95 / (1 + zz / n) * np.sqrt(p * (1 - p) / n + zz / (4 * n * n))
        # At the two ends the exact limit is 0 or 1; rounding must not step over it.
        low = np.where(k <= 0, 0.0, np.maximum(centre - half, 0.0))
        high = np.where(k >= n, 1.0, np.minimum(centre + half, 1.0))
    empty = ~(n > 0)
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def shares(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return each class's share of the runs with its Wilson interval, and how much of it saw blood.

    Returns
    -------
    pandas.DataFrame
        Index: the eight classes. Columns: `runs`, `share`, `low`, `high`, `blood` (share of all runs
        that are of this class and had a deadly clash), `blood_low`, `blood_high`.
    """
    rows = sound(outcomes)
    n = len(rows)
    codes = _codes(rows)
    count = np.bincount(codes, minlength=len(PATHS))
    bloody = np.bincount(codes[rows["blood"].to_numpy(dtype=bool)], minlength=len(PATHS))
    low, high = wilson(count, n)
    blood_low, blood_high = wilson(bloody, n)
    return pd.DataFrame(
        {
            "runs": count,
            "share": _ratio(count, n),
            "low": low,
            "high": high,
            "blood": _ratio(bloody, n),
            "blood_low": blood_low,
            "blood_high": blood_high,
        },
        index=pd.Index(PATHS, name="path"),
    )


class Spread(NamedTuple):
    """How a share varies over cases once the noise within each case is taken out.

    share : pooled over all runs; low, high : its 95 % interval, runs of a case counted as alike
    case_low, case_high : 5 % and 95 % quantile of the share over cases; deviation : its standard deviation
    """

    share: float
    low: float
    high: float
    case_low: float
    case_high: float
    deviation: float


def between_cases(successes: ArrayLike, runs: ArrayLike) -> Spread:
    """Estimate how a share varies from case to case from a few runs of each.

    A case of ten runs shows a share that chance has blurred, so the raw spread over cases is too
    wide. The variance between cases is taken by moments (one-way analysis of variance for shares,
    cases may differ in size) and the quantiles from the beta distribution of that mean and variance.
    The pooled share is given an interval that counts runs of one case as alike: a Wilson interval of
    n / (1 + (m − 1) ρ) runs, with m runs a case and ρ their intraclass correlation.

    Parameters
    ----------
    successes, runs
        (C,) by case; cases without a run are left out.

    Returns
    -------
    Spread
        NaN throughout without a run; the quantiles NaN where no case has two runs or only one case is.
    """
    from scipy.special import betaincinv

    k, n = np.asarray(successes, np.float64), np.asarray(runs, np.float64)
    k, n = k[n > 0], n[n > 0]
    total, cases = float(n.sum()), len(n)
    if cases == 0:
        return Spread(*[np.nan] * 6)
    mean = float(k.sum()) / total
    if cases < 2 or total <= cases:
        low, high = wilson(mean * total, total)
        return Spread(mean, float(low), float(high), np.nan, np.nan, np.nan)
    p = k / n
    within = float((n * p * (1 - p)).sum()) / (total - cases)
    among = float((n * (p - mean) ** 2).sum()) / (cases - 1)
    size = (total - float((n * n).sum()) / total) / (cases - 1)
    variance = min(max((among - within) / size, 0.0), 0.999 * mean * (1 - mean))
    alike = variance / (variance + within) if variance > 0 else 0.0
    effective = total / (1 + (float((n * n).sum()) / total - 1) * alike)
    low, high = wilson(mean * effective, effective)
    if variance <= 0:
        return Spread(mean, float(low), float(high), mean, mean, 0.0)
    strength = mean * (1 - mean) / variance - 1
    ends = betaincinv(mean * strength, (1 - mean) * strength, [0.05, 0.95])
    return Spread(mean, float(low), float(high), float(ends[0]), float(ends[1]), float(np.sqrt(variance)))


def spread(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return, for each class, how its share varies across plausible parameters.

    Returns
    -------
    pandas.DataFrame
        Index: the eight classes. Columns: the fields of `Spread`, `runs`, and `blood`, the share of
        all runs that are of this class and had a deadly clash.
    """
    rows = sound(outcomes)
    codes = _codes(rows)
    case, where = np.unique(rows["case"].to_numpy(), return_inverse=True)
    table = np.zeros((len(case), len(PATHS)))
    np.add.at(table, (where, codes), 1.0)
    made = pd.DataFrame(
        [between_cases(table[:, k], table.sum(axis=1)) for k in range(len(PATHS))],
        index=pd.Index(PATHS, name="path"),
    )
    made["runs"] = table.sum(axis=0).astype(int)
    made["blood"] = shares(outcomes)["blood"]
    return made


def between_readings(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest and the highest share of each class under the readings of the article.

    Returns
    -------
    pandas.DataFrame
        Index: the eight classes. Columns: `low`, `high`, and `low_reading`, `high_reading`, which
        readings these are. Empty where the study has no readings.
    """
    wide = readings.pivot(index="reading", columns="path", values="share").dropna()
    if wide.empty:
        return pd.DataFrame({"low": [], "high": [], "low_reading": [], "high_reading": []})
    wide = wide[list(PATHS)]
    return pd.DataFrame(
        {"low": wide.min(), "high": wide.max(), "low_reading": wide.idxmin(), "high_reading": wide.idxmax()},
        index=pd.Index(PATHS, name="path"),
    )


def reorder(fits: ArrayLike, order: Sequence[str]) -> NDArray[np.int64]:
    """Return the class (its index in `PATHS`) that fits first when classes are tried in another order.

    Parameters
    ----------
    fits
        (R,) bitmask over `PATHS`: bit k is set where the condition of class k holds.
    order
        All eight classes, each once; whichever always fits (`cold peace`) hides those behind it.
    """
    if sorted(order) != sorted(PATHS):
        raise ValueError(f"an order names each of {', '.join(PATHS)} once, found {', '.join(order)}")
    mask = np.asarray(fits, np.int64)
    found = np.full(mask.shape, -1, np.int64)
    for name in order:
        bit = PATHS.index(name)
        found = np.where((found < 0) & ((mask >> bit) & 1 == 1), bit, found)
    return found


def orders(outcomes: pd.DataFrame, which: Mapping[str, Sequence[str]] = ORDERS) -> pd.DataFrame:
    """Return the share of each class (rows) under each order in which classes are tried (columns)."""
    fits = sound(outcomes)["fits"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            name: _ratio(np.bincount(reorder(fits, order), minlength=len(PATHS)), len(fits))
            for name, order in which.items()
        },
        index=pd.Index(PATHS, name="path"),
    )


def joint(outcomes: pd.DataFrame, when: str = "peak") -> Floats:
    """Return the joint table of the two ladders: (6, 6) shares of runs, escalation by rapprochement.

    `when` is `peak` (the highest rung of each, whenever) or `final` (the last week).
    """
    if when not in ("peak", "final"):
        raise ValueError(f"the joint table is of the peak or the final rungs, found {when!r}")
    rows = sound(outcomes)
    table = np.zeros((6, 6))
    up = rows[f"{when}_escalation"].to_numpy(np.int64)
    close = rows[f"{when}_rapprochement"].to_numpy(np.int64)
    np.add.at(table, (up, close), 1.0)
    return _ratio(table, len(rows))


def measures(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return median and 90 % range of the main outcomes over the runs that have them.

    Returns
    -------
    pandas.DataFrame
        Index: names of the outcomes that a page reports. Columns: `label`, `unit`, `reached` (share of
        runs in which it happened at all; 1 for what every run has), `median`, `low`, `high` (5 % and 95 %).
    """
    rows = sound(outcomes)
    made: dict[str, dict[str, Any]] = {}
    for one in reported("page"):
        values = rows[one.name].dropna().to_numpy(np.float64) / one.scale
        low, mid, high = np.quantile(values, [0.05, 0.5, 0.95]) if len(values) else [np.nan] * 3
        made[one.name] = {
            "label": one.label,
            "unit": one.shown or one.unit,
            "reached": len(values) / len(rows) if len(rows) else np.nan,
            "median": mid,
            "low": low,
            "high": high,
        }
    return pd.DataFrame.from_dict(made, orient="index")


def incidence(outcomes: pd.DataFrame, column: str, weeks: int) -> pd.DataFrame:
    """Return the share of runs in which something has happened by each week.

    Every sound run is watched to the horizon, so the Kaplan–Meier estimate is the plain share of
    runs; those without the event are censored there, at week `weeks`.

    Returns
    -------
    pandas.DataFrame
        Index: week 0 to `weeks`. Columns: `share`, `low`, `high` (pointwise Wilson 95 %), `waiting`
        (runs still without it).
    """
    rows = sound(outcomes)
    first = rows[column].dropna().to_numpy(np.int64)
    done = np.cumsum(np.bincount(first, minlength=weeks + 1)[: weeks + 1])
    low, high = wilson(done, len(rows))
    return pd.DataFrame(
        {"share": _ratio(done, len(rows)), "low": low, "high": high, "waiting": len(rows) - done},
        index=pd.RangeIndex(weeks + 1, name="week"),
    )


def occupancy(ladder: NDArray[np.int8]) -> Floats:
    """Return the share of runs on each rung in each week, (6, weeks + 1), failed runs left out.

    `ladder` is (runs, weeks + 1) with rungs 0 to 5, −1 after a failure.
    """
    good = ladder[(ladder >= 0).all(axis=1)]
    return np.array([_ratio((good == rung).sum(axis=0), len(good)) for rung in range(6)])


def _codes(rows: pd.DataFrame) -> NDArray[np.int64]:
    return np.asarray(pd.Categorical(rows["path"], categories=PATHS).codes, np.int64)


def _ratio(count: ArrayLike, total: int) -> Floats:
    counted = np.asarray(count, np.float64)
    return counted / total if total else np.full(counted.shape, np.nan)
