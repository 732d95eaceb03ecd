"""In what share of runs the events with a condition and the plans that react began, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sim.analysis.runs import DEFAULTS, PLAUSIBLE
from sim.analysis.statistics.intervals import wilson
from sim.errors import ResultError
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.ensemble.blocks import in_blocks
from sim.study.ensemble.cases import Design, plausible
from sim.study.identity import other_runs
from sim.study.results.case_values import values
from sim.study.results.result import Result

#: What stands in the table.
COLUMNS = ("group", "name", "share", "low", "high", "first", "early", "late", "runs")


def begun(result: Result) -> pd.DataFrame:
    """Return when what waits for a condition began, a row each and group; the runs are made again for it.

    Returns
    -------
    pandas.DataFrame
        `group`, `name` (of the event or commitment, else its actor and instrument), `share` of runs in
        which it began with `low` and `high` (95 %, chance), `first` week (median over the runs in which it
        began; NaN for none) with `early` and `late` (90 % of them), `runs`.

    Raises
    ------
    ResultError
        The result was made by another source, or holds only some of its runs.
    """
    spec = result.spec
    waiting = [one.when is not None for one in spec.events] + [one.reacts for one in spec.commitments]
    names = [one.name for one in spec.events]
    names += [one.name or f"{one.actor}: {one.instrument}" for one in spec.commitments]
    if not any(waiting):
        return pd.DataFrame(columns=list(COLUMNS))
    if why := other_runs(result.identity):
        raise ResultError(f"when plans began is found by running again, and {why}; make the result anew")
    model, ready = load(), plan(spec, load())
    designs: dict[str, Design | None] = {DEFAULTS: None}
    if result.identity["plausible"]:
        drawn = plausible(spec, model, ready, result.runs, result.seed)
        # The values as stored: the result's region may be one of its own.
        designs[PLAUSIBLE] = replace(drawn, rows=values(result)[1:])
    rows = []
    for group, design in designs.items():
        blocks = in_blocks(spec, model, ready, result.seed, result.runs, design, None, "ensemble", None)
        began = np.concatenate([block.began for _, block in blocks])
        for k in np.flatnonzero(waiting):
            weeks = began[:, k][began[:, k] > 0]
            low, high = wilson(len(weeks), len(began))
            ends = np.quantile(weeks, [0.5, 0.05, 0.95]) if len(weeks) else [np.nan] * 3
            share = len(weeks) / len(began)
            rows.append((group, names[k], share, float(low), float(high), *ends, len(began)))
    return pd.DataFrame(rows, columns=list(COLUMNS))
