"""An ensemble of the runs that meet a condition, with the weekly values of those."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.study import tables
from sim.study.results import conditions
from sim.study.results.case_values import values as drawn

if TYPE_CHECKING:
    from sim.study.results.result import Result


def given(result: Result, condition: str) -> Result:
    """Return an ensemble of the runs that meet a condition, with the weekly values of those.

    Values that vary across plausible parameters may be named; at the defaults they are the scenario's.
    The runs under other readings are none of these, so that table is empty.

    Raises
    ------
    ResultError
        The condition is not understood, or no run meets it.
    """
    from sim.study.ensemble.readings import none

    with conditions.opened({**result.tables, "runs": _with_values(result)}) as connection:
        keys = conditions.met(connection, condition)
    runs, moved = (conditions.only(one, keys) for one in (result.every_run, result.every_change))
    quantiles, kept = _weekly(result, runs)
    return replace(
        result,
        every_run=runs,
        every_change=moved,
        quantiles=quantiles,
        readings=none(),
        condition=conditions.both(result.condition, condition),
        _spec=result.spec,
        _kept=kept,
    )


def share(result: Result, condition: str) -> tuple[int, int]:
    """Return how many runs across plausible parameters meet a condition, and of how many sound ones.

    Raises
    ------
    ResultError
        The condition is not understood, or every run failed.
    """
    sound = result.outcomes[result.outcomes["failure"].isna()]
    if sound.empty:
        raise ResultError("every run failed, so nothing can be said of them")
    with conditions.opened({**result.tables, "runs": _with_values(result)}) as connection:
        keys = conditions.meeting(connection, condition, "--where")
    return len(conditions.only(sound, keys)), len(sound)


def _weekly(result: Result, runs: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64] | None]:
    """Return the quantiles of these runs by week, and the weekly values of those at the defaults.

    They are run again; where that might give other runs, there are none.
    """
    from sim.model.registry import load
    from sim.study.ensemble.blocks import KEPT, charted, weekly
    from sim.study.identity import other_runs

    same = not other_runs(result.identity)
    charts, rows = charted(load()), drawn(result)[1:] if same else None
    values: dict[str, NDArray[np.float64]] = {}
    for part in dict.fromkeys(["defaults", result.main]):
        mine = runs.loc[runs["part"] == part, "replicate"].to_numpy()
        values[part] = (
            weekly(result.spec, runs=result.runs, seed=result.seed, part=part, rows=rows)[mine[mine < KEPT]]
            if same
            else np.zeros((0, result.spec.weeks + 1, len(charts)))
        )
    frames = [tables.quantiles(part, kept, charts) for part, kept in values.items()]
    return pd.concat(frames, ignore_index=True), values["defaults"] if same else None


def _with_values(result: Result) -> pd.DataFrame:
    """Return the runs with what varies from case to case beside them.

    What an older model varied and this one does not know is missing at the defaults.
    """
    from sim.model.registry import load
    from sim.scenario.plan import plan

    names = [one for one in result.design.columns if one != "case"]
    model = load()
    ready = plan(result.spec, model)
    own = dict(zip([*model.parameters, *model.world], [*ready.parameters, *ready.world], strict=True))
    design = pd.concat(
        [
            pd.DataFrame({"case": [0], **{name: [float(own.get(name, np.nan))] for name in names}}),
            result.design,
        ],
        ignore_index=True,
    )
    runs = result.every_run.astype({"path": "string", "part": "string"})
    return runs.merge(tables.beside(design), on="case", how="left")
