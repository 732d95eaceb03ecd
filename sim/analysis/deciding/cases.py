"""A sweep as the analyses take it: its answers by case, its design in the design's own order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.deciding.boxes import Box, Fit, boxes, fit
from sim.analysis.deciding.given_data import delta, pawn
from sim.analysis.deciding.indices import Sample, Sensitivity
from sim.analysis.deciding.sensitivity import RESAMPLES, morris, sobol
from sim.analysis.deciding.trees import Leaf, tree
from sim.analysis.runs import KEYS
from sim.errors import ResultError, ScenarioError, nearest
from sim.face import Face
from sim.study.questions import WORSE, ByCase, Condition, Estimand, by_case, condition, estimand
from sim.study.results.loading import load_results
from sim.study.results.parts import Rows
from sim.study.results.result import Result
from sim.study.results.study import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: What is asked of a case unless another question is.
RISK = Estimand("share", WORSE)
#: Which analysis suits a design: the first that it allows is taken.
ALLOWS: dict[str, tuple[str, ...]] = {
    "saltelli": ("sobol", "pawn", "delta"),
    "morris": ("morris", "pawn", "delta"),
    "lhs": ("pawn", "delta"),
    "sobol": ("pawn", "delta"),
    "grid": ("pawn", "delta"),
    "cases": ("pawn", "delta"),
}


def opened(source: Result | Study | str | Path, given: str | None = None) -> Study:
    """Return a sweep, read from its folder where a folder is given, under a condition on its runs.

    Raises
    ------
    ResultError
        The folder holds an ensemble, or nothing; or the condition is wrong.
    """
    study = source if isinstance(source, Result | Study) else load_results(source, given)
    if isinstance(study, Result):
        which = "this result" if source is study else source
        raise ResultError(
            f"{which} holds an ensemble; this asks how an answer differs from case to case: panj sweep"
        )
    return study if given is None or study is not source else study.given(given)


def runs(study: Study, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Return the runs that are done, with `case`, `replicate`, `failure` and these columns alone."""
    wanted = list(dict.fromkeys(["case", "replicate", "failure", *columns]))
    return Rows(study)[wanted]


def weeks(study: Study) -> int:
    """Return the longest horizon of a study."""
    return study.setup.longest[0]


def answers(study: Study, asked: Sequence[Estimand], table: pd.DataFrame | None = None) -> dict[str, ByCase]:
    """Answer questions for every case of a study, by their text; one pass over the runs."""
    if table is None:
        table = runs(study, [name for one in asked for name in one.columns])
    case, cases = table["case"].to_numpy(np.int64), len(study.design)
    return {str(one): by_case(one.of(table, weeks(study)), case, cases) for one in asked}


def meets(study: Study, condition: Condition) -> tuple[Flags, Flags]:
    """Return (cases,) whether a case meets a condition, and whether it has a sound run to tell by."""
    found = answers(study, condition.estimands)
    known = np.all([one.runs > 0 for one in found.values()], axis=0)
    values = {key: np.where(known, one.value, 0.0) for key, one in found.items()}
    return condition.holds(values) & known, known


def inputs(study: Study) -> pd.DataFrame:
    """Return what varies, one row a case: uncertainties, conditions, levers; alternatives as categories."""
    return study.design.drop(columns=[one for one in KEYS if one in study.design])


def apart(study: Study) -> Flags:
    """Return (base points,) whether a point was drawn apart from the others.

    Of a Saltelli group those are its two ends, of a Morris trajectory its start: every other point
    differs from one of them in a single value, and many neighbours are no more evidence than one.
    """
    group = study.setup.base.group
    found = np.ones(len(group), bool)
    if study.experiment.method in ("saltelli", "morris"):
        found[1:] = group[1:] != group[:-1]
    if study.experiment.method == "saltelli":
        found[:-1] |= group[1:] != group[:-1]
        found[-1] = True
    return found


def sample(study: Study, asked: Estimand, setting: Sequence[str], whole: bool = True) -> Sample:
    """Return the runs of one setting as the sensitivity analyses take them.

    Parameters
    ----------
    setting
        The alternative of each condition, then of each lever.
    whole
        Every base point, or only those that were drawn apart from the others.
    """
    if study.condition is not None:
        raise ResultError("sensitivity needs every case of the design; leave the condition out")
    number = study.setup.settings.index(tuple(setting))
    settings = len(study.setup.settings)
    base = study.setup.base
    shares = np.where(np.isnan(base.shares), _ranks(base.values), base.shares)
    table = runs(study, asked.columns)
    case = table["case"].to_numpy(np.int64)
    kept = np.ones(len(shares), bool) if whole else apart(study)
    place = np.cumsum(kept) - 1
    mine = (case % settings == number) & kept[case // settings]
    table = table[mine]
    return Sample(
        base.names,
        shares[kept],
        asked.of(table, weeks(study)),
        place[case[mine] // settings],
        table["replicate"].to_numpy(np.int64),
    )


def _ranks(values: Floats) -> Floats:
    """Return values as shares of their range, where a design knows none of a law."""
    low, high = values.min(axis=0), values.max(axis=0)
    return np.asarray((values - low) / np.where(high > low, high - low, 1.0))


def alternatives(
    known: Mapping[str, Mapping[str, Any]], chosen: Mapping[str, str] | None, word: str
) -> dict[str, str]:
    """Return an alternative of each condition or lever (the `word`), the first of each where not chosen.

    Raises
    ------
    ScenarioError
        There is no such condition or lever, or it has no such alternative.
    """
    for name, alternative in (chosen or {}).items():
        if name not in known:
            raise ScenarioError(f"no {word} {name!r}{nearest(name, known)}")
        if alternative not in known[name]:
            raise ScenarioError(
                f"{word} {name}: no alternative {alternative!r}{nearest(alternative, known[name])}"
            )
    return {name: (chosen or {}).get(name, next(iter(one))) for name, one in known.items()}


def under(study: Study, conditions: Mapping[str, str]) -> Flags:
    """Return (cases,) whether a case is one under these alternatives of the conditions."""
    experiment = study.experiment
    number = np.arange(len(study.design)) // len(experiment.policies) % len(experiment.occasions)
    return np.asarray(number == experiment.occasions.index(tuple(conditions.values())))


def sensitivity(
    study: Study | str | Path,
    asked: Estimand | str = RISK,
    method: str | None = None,
    levers: Mapping[str, str] | None = None,
    resamples: int = RESAMPLES,
    conditions: Mapping[str, str] | None = None,
) -> Sensitivity:
    """Return what decides an answer in a study, under one setting of its conditions and levers.

    Parameters
    ----------
    study
        A sweep or its folder.
    asked
        The question to a case, like `share(clashes, war)`, `mean(deaths)` or
        `weeks(first_escalation_3)`; default: the share of clashes or worse.
    method
        `sobol`, `morris`, `delta` or `pawn`; default: what suits the design.
    levers, conditions
        The alternative of each lever and condition; the first of each where not given.

    Raises
    ------
    ScenarioError
        The question is not understood, the design does not allow that method, or no such lever or condition
        exists.
    ResultError
        Too few cases have a sound run.
    """
    question = estimand(asked) if isinstance(asked, str) else asked
    source = opened(study)
    allowed = ALLOWS[source.experiment.method]
    chosen = method or allowed[0]
    if chosen not in allowed:
        raise ScenarioError(
            f"a design of method {source.experiment.method} allows {', '.join(allowed)}, found {chosen!r}"
            f"{nearest(chosen, allowed)}"
        )
    experiment = source.experiment
    setting = {
        **alternatives(experiment.conditions, conditions, "condition"),
        **alternatives(experiment.levers, levers, "lever"),
    }
    told: dict[str, Any] = {"question": str(question), "unit": question.unit, "seed": experiment.seed}
    ready = sample(source, question, tuple(setting.values()), whole=chosen in ("sobol", "morris"))
    if not ready.names:
        raise ResultError("nothing is uncertain in this study, so nothing can decide its answers")
    if chosen == "sobol":
        found = sobol(ready, second_order=experiment.second_order, resamples=resamples, **told)
    elif chosen == "morris":
        found = morris(ready, levels=experiment.levels or 4, resamples=resamples, **told)
    else:
        few = min(resamples, 100 if chosen == "pawn" else 20)
        found = (delta if chosen == "delta" else pawn)(ready, resamples=few, **told)
    return replace(found, setting=setting)


@dataclass(frozen=True, eq=False)
class Discovery(Face):
    """Under which conditions something happens in a study.

    asked : the condition on cases
    conditions : the alternative of each condition of the experiment under which they stand
    overall : how many cases with a sound run meet it; unknown : cases without one
    neighbours : cases that count nowhere, since they hardly differ from one that does (see `apart`)
    boxes, tree : what sets them apart; both empty, with a reason, where that cannot be told
    """

    asked: Condition
    conditions: Mapping[str, str]
    overall: Fit
    boxes: tuple[Box, ...]
    tree: tuple[Leaf, ...]
    reason: str
    unknown: int
    neighbours: int

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "condition": self.asked.text,
            "conditions": dict(self.conditions),
            "overall": self.overall.record(),
            "boxes": [one.record() for one in self.boxes],
            "tree": [{"limits": str(one), **one.fit.record()} for one in self.tree],
            "reason": self.reason or None,
            "unknown": self.unknown,
            "neighbours": self.neighbours,
        }


def discover(
    study: Study | str | Path,
    where: str | Condition,
    *,
    most: int = 3,
    conditions: Mapping[str, str] | None = None,
) -> Discovery:
    """Find where something happens: boxes by PRIM, a tree by CART, under one alternative of each condition.

    Parameters
    ----------
    study
        A sweep or its folder.
    where
        A condition on cases, like `share(clashes, fighting, war) > 0.1`.
    most
        Most boxes.
    conditions
        The alternative of each condition of the experiment; the first of each where not given.

    Raises
    ------
    ScenarioError
        The condition is not understood, the experiment has no such alternative, or the libraries
        for it are not installed.
    ResultError
        The folder holds no sweep, or no block of it is done.
    """
    asked = where if isinstance(where, Condition) else condition(where)
    source = opened(study)
    happens = alternatives(source.experiment.conditions, conditions, "condition")
    here = under(source, happens)
    met, known = meets(source, asked)
    drawn = here & np.repeat(apart(source), len(source.setup.settings))
    counted = known & drawn
    table = inputs(source)[counted].drop(columns=list(happens)).reset_index(drop=True)
    met = met[counted]
    told: dict[str, Any] = {
        "asked": asked,
        "conditions": happens,
        "overall": fit(met | True, met),
        "unknown": int((drawn & ~known).sum()),
        "neighbours": int((here & ~drawn).sum()),
    }
    how: dict[str, Any] = {
        "seed": source.experiment.seed,
        "group": source.design["group"].to_numpy(np.int64)[counted],
    }
    try:
        found, leaves = boxes(table, met, most=most, **how), tree(table, met, **how)
    except ResultError as error:
        return Discovery(**told, boxes=(), tree=(), reason=str(error))
    reason = "" if found else "no box of conditions sets these cases apart beyond chance"
    return Discovery(**told, boxes=tuple(found), tree=tuple(leaves), reason=reason)
