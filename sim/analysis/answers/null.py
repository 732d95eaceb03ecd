"""The null model beside the model: the same runs again with every rule off, all else as it was.

What the null model shows as well is the work of the border's processes, not of the article's claims.
Only some of the runs are made again, spread over the cases; the model's shares are those of the same
runs, so that both stand on the same values and the same chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.shares import SHOWN, codes, flags
from sim.analysis.groups import Group
from sim.analysis.runs import Stored
from sim.analysis.statistics import intervals
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.results.parts import Table
from sim.study.sweep.blocks import guarded

Ints = NDArray[np.int64]

#: Most runs made again, without citizens and with them.
MOST, MOST_WITH_CITIZENS = 4000, 800
COLUMNS = ("group", "model", "path", "share", "low", "high", "change", "change_low", "change_high", "runs")


def null(runs: Stored, groups: Sequence[Group] | None = None) -> pd.DataFrame:
    """Return shares of classes of the model and of the null model, group by group.

    In each group cases are taken evenly, with some runs of each, at most `MOST` runs in all.

    Returns
    -------
    pandas.DataFrame
        `group`, `model` (`model`, `null model`), `path`, `share`, `low`, `high` (95 %), `change` (null model
        less model, pair by pair) with `change_low`, `change_high`, `runs` (pairs in which neither failed).
    """
    wanted = runs.groups() if groups is None else groups
    most = (MOST_WITH_CITIZENS if runs.citizens else MOST) // max(len(wanted), 1)
    frames = []
    for part in runs.parts(wanted):
        n = len(part.rows)
        some = np.unique(np.linspace(0, n - 1, min(most, n)).astype(int))
        frames.append(_beside(runs, part.name, part.rows.take(some)))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def _beside(runs: Stored, name: str, rows: Table) -> pd.DataFrame:
    """Return shares of some sound runs, and of the same with every rule off."""
    case, replicate = (rows[key].to_numpy(np.int64) for key in ("case", "replicate"))
    there = _again(runs, case, replicate)
    good = there >= 0
    ways = runs.ways(case[good], replicate[good])
    hits = [flags(code[good]) for code in (codes(rows), there)]
    change = intervals.student([intervals.tally(hits[1].astype(np.float64) - hits[0], way) for way in ways])
    frames = []
    for words, mine in zip(("model", "null model"), hits, strict=True):
        share = intervals.score([intervals.tally(mine, way) for way in ways])
        columns: dict[str, Any] = {"group": name, "model": words, "path": SHOWN}
        columns |= {"share": share.value, "low": share.low, "high": share.high}
        columns |= {"change": change.value, "change_low": change.low, "change_high": change.high}
        frames.append(pd.DataFrame(columns).assign(runs=int(good.sum())))
    return pd.concat(frames, ignore_index=True)


def _again(runs: Stored, case: Ints, replicate: Ints) -> Ints:
    """Run with every rule off; return the class of each run, -1 where it failed."""
    model = load()
    strengths = {rule.strength for rule in model.rules.values()}
    off = [k for k, name in enumerate(model.parameters) if name in strengths]
    known, place = np.unique(case, return_inverse=True)
    ready = list(runs.made(known.tolist()))
    path = np.full(len(case), -1, np.int64)
    for key in dict.fromkeys(one[0] for one in ready):
        mine = np.array([one[0] == key for one in ready])
        values = np.array([one[2] for one in ready])[mine]
        values[:, off] = 0.0
        spec = next(one[1] for one in ready if one[0] == key)
        some = mine[place]
        block, _ = guarded(
            plan(spec, model), runs.seed, replicate[some], values, (np.cumsum(mine) - 1)[place[some]]
        )
        code = np.nan_to_num(block.outcomes["path"], nan=-1.0).astype(np.int64)
        path[some] = np.where(block.failure_week > 0, -1, code)
    return path
