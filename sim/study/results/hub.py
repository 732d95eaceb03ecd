"""A result in the shape in which forecast hubs (hubverse) take model output: one prediction a row.

Two files, since the runs at the defaults and those across plausible parameters are two models to a hub.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.errors import ResultError
from sim.model.outcomes import ESCALATION, OUTCOMES, PATHS
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.study.tables import PARTS, QUANTILES, dates

COLUMNS = ("origin_date", "target", "horizon", "target_end_date", "output_type", "output_type_id", "value")

#: Quantiles of what a run ends with: those that forecast hubs ask for.
LEVELS = (0.01, 0.025, *(k / 20 for k in range(1, 20)), 0.975, 0.99)

#: Weeks between the points at which the distribution of a first week is given.
QUARTER = 13

#: One prediction: target, horizon, output_type, output_type_id, value.
Prediction = tuple[str, int, str, str, float]


def predictions(source: Result | Study) -> dict[str, pd.DataFrame]:
    """Return the shares and quantiles of a result by the name of a hub's file, without its ending.

    Returns
    -------
    dict
        `2021-08-16-panj-plausible` and `2021-08-16-panj-defaults`, failed runs left out. `pmf`: the class
        of path, rungs, and what happened or not (`yes`, `no`). `cdf`: by which week a rung was first
        reached; what is short of 1 at the end never came. `quantile`: numbers at the end, and as
        `weekly ...` the charted variables after each week.

    Raises
    ------
    ResultError
        It is a sweep.
    """
    if isinstance(source, Study):
        raise ResultError(
            "a hub takes predictions, and the cases of a sweep are a design without odds of their own; "
            "export the result of a panj run"
        )
    found = {}
    for part in PARTS:
        runs = source.part(part)
        runs = runs[runs["failure"].isna()]
        if len(runs):
            weekly = source.quantiles[source.quantiles["part"] == part]
            rows = [*_at_the_end(runs, source.spec.weeks), *_weekly(weekly)]
            found[f"{source.spec.start}-panj-{part}"] = _table(source, rows)
    return found


def _table(source: Result, rows: list[Prediction]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["target", "horizon", "output_type", "output_type_id", "value"])
    made["origin_date"] = str(source.spec.start)
    made["target_end_date"] = dates(source.spec.start, source.spec.weeks).astype(str)[made["horizon"]]
    return made[list(COLUMNS)]


def _at_the_end(runs: pd.DataFrame, weeks: int) -> Iterator[Prediction]:
    for name, one in OUTCOMES.items():
        values = runs[name]
        if one.kind == "class":
            form, told = "pmf", {path: (values == path).mean() for path in PATHS}
        elif one.kind == "flag":
            form, told = "pmf", {"no": (~values).mean(), "yes": values.mean()}
        elif one.unit == "rung":
            form, told = "pmf", {str(rung): (values == rung).mean() for rung in range(len(ESCALATION))}
        elif one.kind == "week":
            points = [*range(QUARTER, weeks, QUARTER), weeks]
            form, told = "cdf", {str(week): (values <= week).mean() for week in points}
        elif one.kind in ("whole", "real"):
            levels = np.quantile(values.to_numpy(np.float64), LEVELS)
            form, told = "quantile", dict(zip(map(str, LEVELS), levels, strict=True))
        else:
            continue
        yield from ((name, weeks, form, at, float(value)) for at, value in told.items())


def _weekly(table: pd.DataFrame) -> Iterator[Prediction]:
    for row in table[table["week"] > 0].to_dict("records"):
        for name, level in QUANTILES.items():
            yield f"weekly {row['variable']}", row["week"], "quantile", str(level), row[name]
