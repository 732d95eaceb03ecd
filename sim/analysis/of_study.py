"""A sweep as the analyses take it: its answers by case, its design in the design's own order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimands import ByCase, Condition, Estimand, by_case
from sim.analysis.given_data import delta, pawn
from sim.analysis.indices import Sample, Sensitivity
from sim.analysis.sensitivity import RESAMPLES, morris, sobol
from sim.errors import ResultError, ScenarioError, nearest

if TYPE_CHECKING:
    from sim.study.study import Study

Floats = NDArray[np.float64]

#: Columns of a design that say what a case is, not what it holds.
KEYS = ("case", "base", "group")
#: Which analysis suits a design: the first that it allows is taken.
ALLOWS: dict[str, tuple[str, ...]] = {
    "saltelli": ("sobol", "pawn", "delta"), "morris": ("morris", "pawn", "delta"), "lhs": ("pawn", "delta"),
    "sobol": ("pawn", "delta"), "grid": ("pawn", "delta"), "cases": ("pawn", "delta"),
}  # fmt: skip


def runs(study: Study, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return the runs that are done, with `case`, `replicate`, `failure` and these columns alone."""
    wanted = list(dict.fromkeys(["case", "replicate", "failure", *columns]))
    if study.condition is not None:
        return study.outcomes[wanted]
    frames = list(study.batches("outcomes", wanted))
    if not frames:
        raise ResultError(f"{study.folder}: no block is done yet; run the sweep first")
    return pd.concat(frames, ignore_index=True)


def weeks(study: Study) -> int:
    """Return the longest horizon of a study."""
    return study.setup.longest[0]


def answers(study: Study, asked: Sequence[Estimand], table: pd.DataFrame | None = None) -> dict[str, ByCase]:
    """Answer questions for every case of a study, by their text; one pass over the runs."""
    if table is None:
        table = runs(study, [name for one in asked for name in one.columns])
    case, cases = table["case"].to_numpy(np.int64), len(study.design)
    return {str(one): by_case(one.of(table, weeks(study)), case, cases) for one in asked}


def meets(study: Study, condition: Condition) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (cases,) whether a case meets a condition, and whether it has a sound run to tell by."""
    found = answers(study, condition.estimands)
    known = np.all([one.runs > 0 for one in found.values()], axis=0)
    values = {key: np.where(known, one.value, 0.0) for key, one in found.items()}
    return condition.holds(values) & known, known


def inputs(study: Study) -> pd.DataFrame:
    """Return what varies, one row a case: uncertainties and levers; alternatives as categories."""
    return study.design.drop(columns=[one for one in KEYS if one in study.design])


def sample(study: Study, asked: Estimand, levers: Mapping[str, str] | None = None) -> Sample:
    """Return the runs of one setting of the levers as the sensitivity analyses take them.

    Parameters
    ----------
    levers
        The alternative of each lever; the first of each where not given.
    """
    if study.condition is not None:
        raise ResultError("sensitivity needs every case of the design; leave the condition out")
    setting = setting_of(study, levers or {})
    settings = len(study.setup.settings)
    base = study.setup.base
    shares = np.where(np.isnan(base.shares), _ranks(base.values), base.shares)
    table = runs(study, asked.columns)
    mine = table["case"].to_numpy(np.int64) % settings == setting
    table = table[mine]
    return Sample(
        base.names, shares, asked.of(table, weeks(study)), table["case"].to_numpy(np.int64) // settings,
        table["replicate"].to_numpy(np.int64),
    )  # fmt: skip


def _ranks(values: Floats) -> Floats:
    """Return values as shares of their range, where a design knows none of a law."""
    low, high = values.min(axis=0), values.max(axis=0)
    return np.asarray((values - low) / np.where(high > low, high - low, 1.0))


def setting_of(study: Study, levers: Mapping[str, str]) -> int:
    """Return the number of a setting of the levers; the first alternative of each where not given."""
    known = study.experiment.levers
    for name, alternative in levers.items():
        if name not in known:
            raise ScenarioError(f"no lever {name!r}{nearest(name, known)}")
        if alternative not in known[name]:
            raise ScenarioError(
                f"lever {name}: no alternative {alternative!r}{nearest(alternative, known[name])}"
            )
    wanted = tuple(levers.get(name, next(iter(known[name]))) for name in known)
    return study.setup.settings.index(wanted)


def sensitivity(
    study: Study,
    asked: Estimand,
    method: str | None = None,
    levers: Mapping[str, str] | None = None,
    resamples: int = RESAMPLES,
) -> Sensitivity:
    """Return what decides an answer in a study.

    Parameters
    ----------
    method
        `sobol`, `morris`, `delta` or `pawn`; default: what suits the design.

    Raises
    ------
    ScenarioError
        The design does not allow that method, or no such lever exists.
    ResultError
        Too few cases have a sound run.
    """
    allowed = ALLOWS[study.experiment.method]
    chosen = method or allowed[0]
    if chosen not in allowed:
        raise ScenarioError(
            f"a design of method {study.experiment.method} allows {', '.join(allowed)}, found {chosen!r}"
            f"{nearest(chosen, allowed)}"
        )
    told: dict[str, Any] = {"question": str(asked), "unit": asked.unit, "seed": study.experiment.seed}
    ready = sample(study, asked, levers)
    if not ready.names:
        raise ResultError("nothing is uncertain in this study, so nothing can decide its answers")
    if chosen == "sobol":
        return sobol(ready, second_order=study.experiment.second_order, resamples=resamples, **told)
    if chosen == "morris":
        return morris(ready, levels=study.experiment.levels or 4, resamples=resamples, **told)
    few = min(resamples, 100 if chosen == "pawn" else 20)
    return (delta if chosen == "delta" else pawn)(ready, resamples=few, **told)
