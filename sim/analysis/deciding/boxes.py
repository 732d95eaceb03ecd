"""Under which conditions something happens: boxes of what varies, asked of cases, not of runs.

A case meets a condition or does not: "the share of clashes or worse exceeds a tenth". PRIM peels the
space of what varies until the cases left over mostly meet it (Friedman and Fisher 1999; Bryant and
Lempert 2010).
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.deciding.screening import FEWEST, FEWEST_MET, Flags, Ints, kept_aside, leading
from sim.analysis.statistics.intervals import wilson
from sim.errors import LibraryError, ResultError

#: Most cases that boxes are drawn on.
MOST_CASES = 3000
INSTALL = "discovery needs more libraries: pip install 'panj[discovery]'"
#: The smallest share of all cases that a box may hold.
SMALLEST = 0.05
#: A limit of a box that as few cases as these might show by chance is dropped.
QUASI_P = 0.05


@dataclass(frozen=True)
class Limit:
    """What a box asks of one thing that varies: a range of numbers, or some of its alternatives.

    low, high : None where it does not bind on that side; both None for alternatives
    names : the alternatives that are in
    chance : how likely so much more density would be without this limit's help (quasi p-value)
    """

    name: str
    low: float | None = None
    high: float | None = None
    names: tuple[str, ...] = ()
    chance: float = 0.0

    def holds(self, table: pd.DataFrame) -> Flags:
        """Return (cases,) whether a case keeps to it."""
        if self.names:
            return np.asarray(table[self.name].astype(str).isin(self.names))
        values = table[self.name].to_numpy(np.float64)
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.asarray((values >= low) & (values <= high))

    def __str__(self) -> str:
        if self.names:
            return f"{self.name} is {' or '.join(self.names)}"
        low = "" if self.low is None else f"{self.low:.4g} ≤ "
        high = "" if self.high is None else f" ≤ {self.high:.4g}"
        return f"{low}{self.name}{high}"


@dataclass(frozen=True)
class Fit:
    """How well a set of cases stands for those that meet a condition.

    inside, met : cases in it, and those of them that meet the condition
    all_cases, all_met : the same of all cases
    """

    inside: int
    met: int
    all_cases: int
    all_met: int

    @property
    def density(self) -> float:
        """Share of the cases inside that meet the condition."""
        return self.met / self.inside if self.inside else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the cases that meet the condition which lie inside."""
        return self.met / self.all_met if self.all_met else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson 95 % interval of the density."""
        low, high = wilson(self.met, self.inside)
        return float(low), float(high)

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        low, high = self.interval
        numbers = {"density": self.density, "low": low, "high": high, "coverage": self.coverage}
        return {
            "cases": self.inside,
            "met": self.met,
            "all_cases": self.all_cases,
            "all_met": self.all_met,
            **{key: value if np.isfinite(value) else None for key, value in numbers.items()},
        }


@dataclass(frozen=True)
class Box:
    """Conditions under which something happens.

    limits : what the box asks, the strongest first
    fit : of the cases it was drawn from
    fresh : of cases that were held back while it was drawn, None where there were too few to hold back
    trajectory : the peeling: by step `coverage`, `density`, `mass`, `limits`, and `chosen`
    """

    limits: tuple[Limit, ...]
    fit: Fit
    fresh: Fit | None
    trajectory: pd.DataFrame

    def holds(self, table: pd.DataFrame) -> Flags:
        """Return (cases,) whether a case lies inside."""
        found = np.ones(len(table), bool)
        for one in self.limits:
            found &= one.holds(table)
        return found

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "limits": [{**vars(one), "names": list(one.names), "text": str(one)} for one in self.limits],
            "fit": self.fit.record(),
            "fresh": None if self.fresh is None else self.fresh.record(),
            "trajectory": self.trajectory.astype(float).to_dict("records"),
        }


def fit(inside: Flags, met: Flags) -> Fit:
    """Count cases inside a box, and those that meet the condition."""
    return Fit(int(inside.sum()), int((inside & met).sum()), len(met), int(met.sum()))


def boxes(
    table: pd.DataFrame,
    met: Flags,
    *,
    most: int = 3,
    hold_back: bool = True,
    seed: int = 0,
    group: Ints | None = None,
) -> list[Box]:
    """Find boxes by PRIM, the second among the cases that the first leaves, and so on.

    Of each peeling trajectory the box is taken in which coverage and the gain in density over all cases
    together are best (their harmonic mean); limits that chance explains as well are then dropped, one by one.

    Parameters
    ----------
    table
        (cases, inputs): numbers, or categories for alternatives.
    met
        (cases,) whether a case meets the condition.
    most
        Most boxes.
    hold_back
        Keep a third of the cases aside, where there are enough, and say how the box does on them.
    group
        (cases,) cases that share values or chance, which are kept aside together; default: none do.

    Returns
    -------
    list of Box
        Empty where no box is denser than all cases together, or none is on cases kept aside.

    Raises
    ------
    ResultError
        Too few cases, or too few that meet the condition or do not.
    LibraryError
        The library is not installed.
    """
    n, hits = len(met), int(met.sum())
    if n < FEWEST or hits < FEWEST_MET or n - hits < FEWEST_MET:
        raise ResultError(
            f"{hits:,} of {n:,} cases meet the condition; boxes need {FEWEST} cases, and {FEWEST_MET} of "
            "either kind: take another threshold or a larger design"
        )
    aside = kept_aside(met, group, seed) if hold_back else np.zeros(n, bool)
    known = leading(table.loc[:, table.nunique() > 1], met & ~aside, ~met & ~aside, group)
    if known.empty:
        return []
    # Which cases are drawn on where there are many: another stream than that of those kept aside.
    lot = np.random.Generator(np.random.Philox(key=[seed, 0x706F6F6C])).permutation(np.flatnonzero(~aside))
    pool = np.sort(lot[:MOST_CASES])
    drawn, target = known.iloc[pool].reset_index(drop=True), met[pool]
    taken = np.zeros(len(drawn), bool)
    found: list[Box] = []
    overall = float(target.mean())
    for _ in range(most):
        left = ~taken
        if int(target[left].sum()) < FEWEST_MET or int(left.sum()) < FEWEST:
            break
        limits, trajectory = _peeled(drawn[left].reset_index(drop=True), target[left])
        if not limits:
            break
        box = Box(limits, Fit(0, 0, 0, 0), None, trajectory)
        inside = box.holds(drawn)
        measured = fit(inside & left, target)
        fresh = fit(box.holds(known[aside]), met[aside]) if aside.any() else None
        if measured.density <= overall or (fresh is not None and not _holds_up(fresh)):
            break
        found.append(Box(limits, measured, fresh, trajectory))
        taken |= inside
    return found


def _holds_up(fresh: Fit) -> bool:
    """Say whether cases kept aside are denser inside a box than chance would make them."""
    from scipy.stats import binom

    return bool(binom.sf(fresh.met - 1, fresh.inside, fresh.all_met / fresh.all_cases) <= QUASI_P)


def _peeled(table: pd.DataFrame, met: Flags) -> tuple[tuple[Limit, ...], pd.DataFrame]:
    """Peel, drop what chance explains as well, and peel again until every limit is needed."""
    ready = pd.DataFrame(
        {
            str(one): table[one].astype(float)
            if pd.api.types.is_numeric_dtype(table[one])
            else table[one].astype(str).astype(object)
            for one in table
        }
    )
    while True:
        limits, trajectory = _once(ready, met)
        needed = _needed(limits, ready, met)
        if len(needed) == len(limits):
            break
        ready = ready[[one.name for one in needed]]
    return tuple(sorted(limits, key=lambda one: (one.chance, one.name))), trajectory


def _once(ready: pd.DataFrame, met: Flags) -> tuple[list[Limit], pd.DataFrame]:
    with _quiet():
        try:
            from ema_workbench.analysis import prim
        except ImportError:
            raise LibraryError(INSTALL) from None
        # The workbench before its third version wants a density to stop at and calls quasi p-values `qp`.
        older = {"threshold": 1e-9} if hasattr(prim, "ABOVE") else {}
        box = prim.Prim(ready, met.astype(int), mass_min=SMALLEST, **older).find_box()
        steps = box.peeling_trajectory.astype(float)
    # Density counts from that of all cases: half of them is little where half do anyway.
    base = float(met.mean())
    gain = ((steps["density"] - base) / (1 - base)).clip(lower=0)
    both = steps["coverage"] + gain
    score = (2 * steps["coverage"] * gain / both.where(both > 0, 1)).to_numpy(np.float64)
    step = int(np.nanargmax(score))
    start, lims = box.box_lims[0], box.box_lims[step]
    chances = (box.qp if older else box.p_values)[step]
    limits = [one for name in ready if (one := _limit(str(name), start, lims, chances)) is not None]
    trajectory = pd.DataFrame(
        {
            "coverage": steps["coverage"],
            "density": steps["density"],
            "mass": steps["mass"],
            "limits": steps["res_dim"],
            "chosen": np.arange(len(steps)) == step,
        }
    )
    return limits, trajectory.reset_index(drop=True)


def _limit(name: str, start: pd.DataFrame, lims: pd.DataFrame, chances: Mapping[str, Any]) -> Limit | None:
    if name not in lims:
        return None
    before, now = start[name], lims[name]
    likely = [one for one in np.ravel(chances.get(name, [0.0])) if one >= 0]
    p = float(min(likely, default=0.0))
    if isinstance(now.iloc[0], set):
        names = tuple(sorted(map(str, now.iloc[0])))
        return None if len(names) == len(before.iloc[0]) else Limit(name, names=names, chance=p)
    low = float(now.iloc[0]) if now.iloc[0] > before.iloc[0] else None
    high = float(now.iloc[1]) if now.iloc[1] < before.iloc[1] else None
    return None if low is None and high is None else Limit(name, low, high, chance=p)


def _needed(limits: list[Limit], table: pd.DataFrame, met: Flags) -> list[Limit]:
    """Return the limits without which chance would hardly give the box its density, at least the surest."""
    from scipy.stats import binom

    chances = []
    for one in limits:
        others = np.ones(len(met), bool)
        for other in limits:
            if other is not one:
                others &= other.holds(table)
        inside = others & one.holds(table)
        base = float(met[others].mean())
        chances.append(float(binom.sf(int((inside & met).sum()) - 1, int(inside.sum()), base)))
    kept = [one for one, p in zip(limits, chances, strict=True) if p <= QUASI_P]
    return kept or [one for one, p in zip(limits, chances, strict=True) if p == min(chances)][:1]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the workbench from telling of libraries it does not find and of every step it takes."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
