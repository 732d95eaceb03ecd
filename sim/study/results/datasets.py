"""Outcomes as datasets of xarray that say what they hold, as the conventions of CF have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import sim
from sim.model.outcomes import OUTCOMES, PATHS
from sim.study import tables
from sim.study.columns import columns

if TYPE_CHECKING:
    import xarray as xr

    from sim.study.results.result import Result
    from sim.study.results.study import Study

#: What stands in a file for a missing whole number, flag or class; none of them is negative.
MISSING = -1
FAILED = "failed"
#: The variables of a dataset.
NAMES = (*OUTCOMES, FAILED)


def of_study(study: Study, names: Sequence[str] = NAMES) -> xr.Dataset:
    """Return the outcomes as a dataset by case and repetition, the design as coordinates.

    Classes are numbers with their names in `flag_meanings`; what was not run or failed is NaN, a first
    week that never came infinite. `replicate` says which draws a run was on.

    Parameters
    ----------
    names
        The outcomes that are wanted, of `NAMES`.
    """
    import xarray as xr

    setup = study.setup
    shape = (setup.cases, study.experiment.replicates)
    every = setup.address(
        np.repeat(np.arange(shape[0]), shape[1]), np.tile(np.arange(shape[1]), shape[0])
    ).reshape(shape)
    step = every[0, 1] - every[0, 0] if shape[1] > 1 else 1
    grids = {name: np.full(shape, 0.0 if name == FAILED else np.nan) for name in names}
    for runs in study.pieces("outcomes", ["failure" if name == FAILED else name for name in names]):
        case = runs["case"].to_numpy(np.int64)
        place = case, (runs["replicate"].to_numpy(np.int64) - every[case, 0]) // step
        for name, grid in grids.items():
            grid[place] = _numbers(runs, name)
    dims = ("case", "repetition")
    data = {name: (dims, grid) for name, grid in grids.items()}
    coords = _design(study.design, "case")
    coords |= {"replicate": (dims, every), "repetition": np.arange(shape[1])}
    experiment = study.experiment
    return _described(xr.Dataset(data, coords), experiment.title, experiment.hash, experiment.seed)


def of_result(result: Result) -> xr.Dataset:
    """Return the outcomes as a dataset by run, what varies as coordinates.

    The runs at the defaults, where there are others, stand along `run_at_defaults` in variables of the
    same names with `_at_defaults`. Classes, missing values and first weeks are as in a study's.
    """
    import xarray as xr

    data: dict[str, Any] = {}
    coords: dict[str, Any] = {}
    for end in ("", "_at_defaults"):
        frame = result.tables.get(f"outcomes{end}")
        if frame is not None and len(frame):
            dim = f"run{end}"
            data |= {f"{name}{end}": (dim, _numbers(frame, name)) for name in NAMES}
            coords |= {f"{name}{end}": (dim, frame[name].to_numpy()) for name in ("case", "replicate")}
    if result.main == "plausible":
        design = result.design.set_index("case").loc[result.outcomes["case"]]
        coords |= _design(design, "run")
    return _described(xr.Dataset(data, coords), result.spec.title, result.spec.hash, result.seed)


def _numbers(runs: pd.DataFrame, name: str) -> NDArray[np.float64]:
    """Return (runs,) an outcome as numbers, or whether the run failed."""
    if name == FAILED:
        return np.asarray(runs["failure"].notna(), np.float64)
    if OUTCOMES[name].kind == "class":
        codes = runs[name].cat.codes.to_numpy(np.float64)
        return np.where(codes < 0, np.nan, codes)
    return runs[name].to_numpy(np.float64, na_value=np.nan)


def _design(design: pd.DataFrame, dim: str) -> dict[str, Any]:
    found = {}
    for name in map(str, design.columns):
        values = design[name]
        text = isinstance(values.dtype, pd.CategoricalDtype)
        plain = values.astype(str).to_numpy(str) if text else values.to_numpy()
        found[tables.at_start(name)] = (dim, plain)
    return found


def _described(made: xr.Dataset, title: str, identity: str, seed: int) -> xr.Dataset:
    """Add to a dataset, and to each variable, what it holds and how a file stores it."""
    own = {name: str(name).removesuffix("_at_defaults") for name in made.variables}
    meanings = columns("outcomes", list(own.values()))
    for name, plain in own.items():
        one = made[name]
        one.attrs = dict(meanings[plain].attributes)
        kind = "flag" if plain == FAILED else OUTCOMES[plain].kind if plain in OUTCOMES else ""
        names = {"class": PATHS, "flag": ("no", "yes")}.get(kind)
        if names is not None:
            one.attrs["flag_values"] = np.arange(len(names), dtype=np.int8)
            one.attrs["flag_meanings"] = " ".join(each.replace(" ", "_") for each in names)
            one.attrs.pop("units", None)
        if kind in ("class", "flag", "whole", "classes"):
            one.encoding = {"dtype": "int32" if names is None else "int8", "_FillValue": MISSING}
        elif name in made.coords and one.dtype.kind == "f":
            one.encoding = {"_FillValue": None}
    made.attrs = {
        "Conventions": "CF-1.8",
        "title": title,
        "source": f"panj {sim.__version__}, an agent-based simulation",
        "hash": identity,
        "seed": seed,
    }
    return made
