"""How far the answer hangs on how the article is read: shares of classes under every reading."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.engine.ensemble import simulate
from sim.model.outcomes import PATHS
from sim.model.registry import Model
from sim.scenario.catalogue import reading_names
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario

#: Most runs spent on one reading: between readings the question is of points, not of tenths.
MOST = 200

COLUMNS = ("reading", "path", "runs", "share", "blood")


def shares_by_reading(
    spec: Scenario, model: Model, runs: int, seed: int, threads: int | None
) -> pd.DataFrame:
    """Run a scenario under every shipped reading on the same randomness, and keep the shares of classes.

    Everything but the reading stays as it is; where the scenario sets a strength itself, its own value
    lies over the reading's. Readings that come to the same model are run once.

    Parameters
    ----------
    runs
        Runs asked of the study; each reading gets as many, at most 200.

    Returns
    -------
    pandas.DataFrame
        One row a reading and class: `reading`, `path`, `runs` (those that did not fail), `share`, and
        `blood`, the share of runs that are of this class and had a deadly clash.
    """
    names = reading_names()
    replicates = min(runs, MOST)
    ready = plan(spec, model)
    wanted = []
    for name in names:
        one = plan(spec.replace(reading=name), model)
        wanted.append(np.concatenate([one.parameters, one.world]))
    rows, place = np.unique(np.array(wanted), axis=0, return_inverse=True)
    block = simulate(
        ready,
        seed,
        np.repeat(np.arange(replicates), len(rows)),
        rows,
        np.tile(np.arange(len(rows)), replicates),
        threads=threads,
    )
    found = block.outcomes.reshape(replicates, len(rows))
    sound = (block.failure_week == 0).reshape(replicates, len(rows))
    made: list[tuple[str, str, int, float, float]] = []
    for name, row in zip(names, place.ravel(), strict=True):
        mine = found[sound[:, row], row]
        for code, path in enumerate(PATHS):
            here = mine["path"] == code
            n = len(mine)
            share, bloody = (
                (float(here.mean()), float((here & (mine["blood"] > 0.5)).mean())) if n else (np.nan, np.nan)
            )
            made.append((name, path, n, share, bloody))
    return pd.DataFrame(made, columns=list(COLUMNS))


def none() -> pd.DataFrame:
    """Return the table of a study that asked for no readings."""
    return pd.DataFrame([], columns=list(COLUMNS)).astype(
        {"reading": str, "path": str, "runs": np.int64, "share": np.float64, "blood": np.float64}
    )
