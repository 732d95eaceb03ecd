"""What a sensitivity analysis takes and what it gives: runs of a design, indices with their intervals.

Everything is asked of cases: the number of a case is a mean over its runs (the share of a class, the
mean of a quantity, a restricted mean time), and what chance adds within a case is told apart. A dummy
that does nothing is always among the parameters: what its indices show is the noise below which no
index means anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.face import Face
from sim.study.questions import ByCase, by_case

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Name of the parameter that does nothing.
DUMMY = "dummy"
#: Methods, and the index that parameters are ordered by in each.
MAIN = {"sobol": "ST", "morris": "mu_star", "delta": "delta", "pawn": "pawn"}
#: An index of half the sample may stray so far from that of all before the study is called unsettled.
SETTLED = 0.05


@dataclass(frozen=True, eq=False)
class Sensitivity(Face):
    """Indices with their 95 % intervals.

    method : `sobol`, `morris`, `delta` or `pawn`
    indices : one row a parameter, the strongest first, `dummy` among them; columns by method, each
        with `_low` and `_high` where it has an interval, and `_half`, the same from half the sample
    pairs : second order, `first`, `second`, `S2`, `S2_low`, `S2_high`; empty where not asked for
    groups, dropped : groups that count, and groups left out because a case of theirs has no sound run
    failed : runs that failed
    seed_share : share of a single run's variance that chance makes within a case
    settled : whether half the sample says the same, None where there is too little to halve
    weaker : how many weaker parameters are left out of `indices`
    setting : the alternative of each condition and lever under which it was asked
    """

    method: str
    question: str
    unit: str
    indices: pd.DataFrame
    pairs: pd.DataFrame
    groups: int
    dropped: int
    failed: int
    seed_share: float
    settled: bool | None
    weaker: int = 0
    setting: Mapping[str, str] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """The column by which parameters are ordered."""
        return MAIN[self.method]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of indices, the main one first."""
        return ("ST", "S1") if self.method == "sobol" else (self.main,)

    @property
    def clear(self) -> tuple[str, ...]:
        """Names whose index rises above what the dummy shows, the strongest first."""
        rows, main = self.indices, self.main
        floor = max(float(rows.loc[rows["name"] == DUMMY, f"{main}_high"].iloc[0]), 0.0)
        return tuple(rows.loc[(rows["name"] != DUMMY) & (rows[f"{main}_low"] > floor), "name"])

    def record(self) -> dict[str, Any]:
        """Return it as plain data; what is no number is None."""
        return {
            "method": self.method,
            "question": self.question,
            "unit": self.unit,
            "setting": dict(self.setting),
            "groups": self.groups,
            "dropped": self.dropped,
            "failed": self.failed,
            "seed_share": _plain(self.seed_share),
            "settled": self.settled,
            "weaker": self.weaker,
            "indices": _rows(self.indices),
            "pairs": _rows(self.pairs),
        }


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): _plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class Sample:
    """Runs of a design, ready to be analysed.

    names : (k,) inputs
    shares : (cases, k) inputs as shares in [0, 1], in the design's order
    values : (R,) one number a run, NaN where it failed
    case, replicate : (R,) of each run; equal `replicate` within a group means equal draws
    """

    names: tuple[str, ...]
    shares: Floats
    values: Floats
    case: Ints
    replicate: Ints

    @property
    def cases(self) -> ByCase:
        """The answer by case."""
        return by_case(self.values, self.case, len(self.shares))

    def paired(self, width: int) -> bool:
        """Say whether all `width` cases of a group are run on the same draws."""
        first = np.full(len(self.shares), -1, np.int64)
        first[self.case[::-1]] = self.replicate[::-1]
        groups = first.reshape(-1, width)
        return bool((groups == groups[:, :1]).all())

    def table(self) -> Floats:
        """Return (cases, most runs of a case) numbers, the same draws in a column; NaN where none."""
        turn = pd.Series(self.replicate).groupby(self.case).rank(method="first").to_numpy(np.int64) - 1
        made = np.full((len(self.shares), int(turn.max(initial=0)) + 1), np.nan)
        made[self.case, turn] = self.values
        return made


def no_pairs() -> pd.DataFrame:
    """Return the table of pairs where none was asked for."""
    return pd.DataFrame({"first": [], "second": [], "S2": [], "S2_low": [], "S2_high": []})


def settled(indices: pd.DataFrame, name: str, scale: float, drift: float = 0.0) -> bool:
    """Say whether every index of half the sample lies near that of all, or within its interval.

    By `drift` an index of half the sample lies higher where it measures nothing.
    """
    rows = indices[indices["name"] != DUMMY]
    half, off = rows[f"{name}_half"], rows[f"{name}_half"] - rows[name]
    near = (off >= -SETTLED * scale) & (off <= SETTLED * scale + drift)
    within = (half >= rows[f"{name}_low"]) & (half <= rows[f"{name}_high"])
    return bool((near | within).all())
