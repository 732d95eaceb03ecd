"""The baseline beside a storyline: the same weeks, citizens, reading and draws, and nothing that it sets."""

from __future__ import annotations

import pandas as pd

from sim.analysis.runs import Stored
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.study import tables
from sim.study.ensemble.blocks import charted, weekly
from sim.study.identity import other_runs
from sim.study.results.result import Result

#: What its rows say in the column `group`.
BASELINE = "of the baseline"
#: Runs that it is shown with.
RUNS = 300


def baseline(runs: Stored) -> pd.DataFrame:
    """Return quantiles by week over runs of the baseline at the defaults; the runs are made for it.

    Returns
    -------
    pandas.DataFrame
        As `over_time.bands` has of an ensemble. Empty for a sweep, for the baseline itself, and for a result
        of other source, whose runs could not be set beside it.
    """
    source, spec = runs.source, runs.what
    if not isinstance(source, Result) or other_runs(source.identity):
        return pd.DataFrame()
    frame = ("title", "start", "weeks", "citizens", "reading", "rules")
    base = load_scenario("baseline").replace(**{name: getattr(spec, name) for name in frame})
    if base.hash == spec.hash:
        return pd.DataFrame()
    kept = weekly(base, runs=min(RUNS, source.runs), seed=runs.seed)
    return tables.quantiles("defaults", kept, charted(load())).drop(columns="part").assign(group=BASELINE)
