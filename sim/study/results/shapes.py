"""A study in the shapes that other tools take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError, nearest
from sim.model.outcomes import OUTCOMES, PATHS
from sim.study import tables
from sim.study.experiment.designs import problem

if TYPE_CHECKING:
    from sim.study.results.study import Study

Floats = NDArray[np.float64]

#: What the name of a path class follows where columns stand beside it: `clashes` is a column too.
CLASS = "path: "


@dataclass(frozen=True)
class ForSalib:
    """One outcome in the shape that SALib's analyses take.

    problem : names of the inputs, and as bounds the smallest and largest value that each can take
    X : (cases, inputs) values in the units of the model, numbers of the alternatives where they have
        names, in the design's order
    Y : (cases,) means over the sound replicates; NaN where a case has none
    failed : runs that failed and are not in the means
    """

    problem: dict[str, object]
    X: Floats
    Y: Floats
    failed: int


def to_ema(study: Study) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return the runs in EMA Workbench's shape.

    Returns
    -------
    DataFrame, dict
        Experiments, one row a run: every uncertainty, condition and lever, then as categories `scenario` (the
        number of one base point under one condition on one draw of chance), `policy` (the levers together)
        and `model`; what varies
        under one of these three names is called `..._varied`. Outcomes by name, as many finite numbers:
        each class as `path: war`, 1 where a run is of it; a first week that never came as the last week
        plus one. Failed runs are left out.
    """
    runs = study.outcomes[study.outcomes["failure"].isna()].reset_index(drop=True)
    design = study.design.set_index("case").loc[runs["case"]].reset_index(drop=True)
    levers = list(study.experiment.levers)
    together = [" ".join(map(str, row)) for row in design[levers].itertuples(index=False)]
    happens = [design[one].cat.codes for one in study.experiment.conditions]
    point = pd.MultiIndex.from_arrays([design["base"], runs["replicate"], *happens])
    index = {
        "scenario": pd.factorize(point, sort=True)[0],
        "policy": together if levers else "None",
        "model": "panj",
    }
    experiments = design.drop(columns=["base", "group"])
    experiments = experiments.rename(columns={name: f"{name}_varied" for name in index})
    experiments = experiments.assign(**index).astype(dict.fromkeys(index, "category"))
    names = study.experiment.outcomes or tuple(one for one in OUTCOMES if one != "fits")
    found = {name: _finite(study, runs, name) for name in names if name != "path"}
    if "path" in names:
        found |= {f"{CLASS}{one}": _of_class(runs, one) for one in PATHS}
    return experiments, found


def _of_class(runs: pd.DataFrame, name: str) -> Floats:
    """Return 1 for the runs of a class, else 0."""
    return number(runs["path"] == name)


def _finite(study: Study, runs: pd.DataFrame, name: str) -> Floats:
    """Return an outcome as numbers; a first week that never came as the last week plus one."""
    values = number(runs[name])
    return np.minimum(values, study.setup.longest[0] + 1) if name in tables.FIRSTS else values


def to_salib(study: Study, outcome: str, given: Mapping[str, str]) -> ForSalib:
    """Return one outcome of every case in the design's order, as SALib's analyses take it.

    Parameters
    ----------
    outcome
        A column of outcomes, or a path class for its share: `armed standoff`, or `path: clashes` where a
        column has the name too. A first week that never came counts as the last week plus one, so that
        more means later.
    given
        The alternative of each condition and lever; needed where there are any.

    Raises
    ------
    ResultError
        The outcome or an alternative does not exist, or some case was not run yet.
    """
    if study.condition is not None:
        raise ResultError("SALib needs every case of the design; leave the condition out")
    classes = {one: one for one in PATHS if one not in OUTCOMES} | {f"{CLASS}{one}": one for one in PATHS}
    if outcome not in {*OUTCOMES, *classes} - {"path"}:
        choices = [one for one in (*OUTCOMES, *classes) if one != "path"]
        raise ResultError(f"no number {outcome!r} among the outcomes{nearest(outcome, choices)}")
    setup, setting = study.setup, _setting(study, given)
    runs = study.outcomes
    good = runs["failure"].isna().to_numpy()
    if outcome in classes:
        values = _of_class(runs, classes[outcome])
    else:
        values = _finite(study, runs, outcome)
    case = runs["case"].to_numpy(np.int64)
    tried = np.bincount(case, minlength=setup.cases)
    count = np.bincount(case[good], minlength=setup.cases)
    total = np.bincount(case[good], values[good], minlength=setup.cases)
    chosen = np.arange(setting, setup.cases, len(setup.settings))
    if (tried[chosen] == 0).any():
        missing = int((tried[chosen] == 0).sum())
        raise ResultError(f"{missing:,} of {len(chosen):,} cases were not run yet; run the sweep first")
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
    failed = int((~good & np.isin(case, chosen)).sum())
    spans = [list(one.span) for one in study.experiment.laws.values()]
    inputs = problem(setup.base.names) | {"bounds": spans}
    return ForSalib(inputs, setup.base.values, mean[chosen], failed)


def _setting(study: Study, given: Mapping[str, str]) -> int:
    known = study.experiment.pieces
    for name, alternative in given.items():
        if name not in known or alternative not in known[name]:
            choices = ", ".join(known.get(name, known)) or "none"
            raise ResultError(f"no lever or condition {name}={alternative!r}; one of: {choices}")
    if set(given) != set(known):
        missing = ", ".join(one for one in known if one not in given)
        raise ResultError(f"the cases differ by levers or conditions; say which alternative of {missing}")
    return study.setup.settings.index(tuple(given[one] for one in known))


def number(values: pd.Series[Any]) -> Floats:
    """Return a column as floats, NaN where it is missing."""
    found: Floats = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return found
