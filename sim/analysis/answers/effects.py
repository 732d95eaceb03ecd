"""What one group of cases adds to another on the same chance, and which kind of uncertainty moves a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.shares import SHOWN, codes, flags
from sim.analysis.groups import Group
from sim.analysis.runs import Part, Runs, Stored
from sim.analysis.statistics import intervals
from sim.model.outcomes import PATHS, reported
from sim.study.questions import WORSE, Estimand

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What is compared, in the order in which it is shown.
ASKED = (
    Estimand("share", WORSE),
    Estimand("share", ("blood",)),
    Estimand("weeks", ("first_escalation_3",)),
    Estimand("weeks", ("first_rapprochement_3",)),
    Estimand("mean", ("approval",)),
)
#: What the alternatives of a lever are compared by.
CONTRASTED = tuple(
    Estimand("share" if one.kind == "flag" else "mean", (one.name,)) for one in reported("levers")
)
COLUMNS = (
    *("condition", "group", "against", "question", "unit"),
    *("effect", "low", "high", "pairs", "variance_ratio"),
)


def effects(
    runs: Stored, by: str, groups: Sequence[Group], asked: Sequence[Estimand] = ASKED
) -> pd.DataFrame:
    """Compare each group with the first of its condition, run by run, all else and the draws being equal.

    Two runs are a pair where everything but what tells the groups apart is the same, and both are the
    same repetition of their case. The difference of restricted mean times is that of `weeks(…)`.

    Parameters
    ----------
    by
        What tells the groups apart: `levers`, `conditions`, `case`, or something that varies.

    Returns
    -------
    pandas.DataFrame
        A row a group and question: `condition`, `group`, `against`, `question`, `unit`, `effect` with its
        95 % interval `low`, `high`, `pairs`, and `variance_ratio`: how many times as many runs independent
        draws would have needed for the same precision at each case (NaN where a case has one pair).
        Empty where no two runs are a pair.
    """
    pairs = list(_pairs(runs, by, groups))
    replicate = runs.rows["replicate"].to_numpy(np.int64)
    rows: list[list[tuple[object, ...]]] = [[] for _ in pairs]
    for question in asked if pairs else ():
        values = question.of(runs.rows[["failure", *question.columns]], runs.weeks)
        for (first, one, case, here, there), told in zip(pairs, rows, strict=True):
            a, b = values[here], values[there]
            ways = runs.ways(case, replicate[here])
            mean = intervals.student([intervals.tally((a - b)[:, None], way) for way in ways])
            # On other draws nothing is gained by pairs.
            ratio = intervals.gain(a, b, case) if (replicate[here] == replicate[there]).all() else np.nan
            ends = (mean.value[0], mean.low[0], mean.high[0], len(case), ratio)
            told.append((one.condition, one.name, first.name, str(question), question.unit, *ends))
    return pd.DataFrame([row for told in rows for row in told], columns=list(COLUMNS))


def contrasts(runs: Stored, asked: Sequence[Estimand] = CONTRASTED) -> pd.DataFrame:
    """Compare each alternative of each `lever` with the first under each condition; as `effects`."""
    tables = [effects(runs, lever, runs.groups(lever), asked).assign(lever=lever) for lever in runs.levers]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["lever", *COLUMNS])


def flips(runs: Stored, by: str, groups: Sequence[Group]) -> list[tuple[str, str, NDArray[np.int64]]]:
    """Return the first group of a condition, another, and their (8, 8) pairs of runs by class in both.

    A pair is as in `effects`; groups without one are left out.
    """
    code = codes(runs.rows)
    found = []
    for first, one, _, here, there in _pairs(runs, by, groups):
        flat = np.bincount(code[there] * len(PATHS) + code[here], minlength=len(PATHS) ** 2)
        found.append((first.name, one.name, flat.reshape(len(PATHS), len(PATHS))))
    return found


class _Pairs(NamedTuple):
    """The pairs of a group with the first of its condition.

    case : (pairs,) the case of the group's run; here, there : the places of that run and of the first's
    """

    first: Group
    group: Group
    case: Ints
    here: Ints
    there: Ints


def _pairs(runs: Stored, by: str, groups: Sequence[Group]) -> Iterator[_Pairs]:
    """Yield the pairs of each group but the first of its condition."""
    if len(groups) < 2:
        return
    rows = runs.rows[["case", "replicate", "failure"]]
    case = rows["case"].to_numpy(np.int64)
    # Counted before failed runs are left out, or what follows a gap would meet another draw.
    turn = rows.groupby("case")["replicate"].rank(method="first").to_numpy(np.int64)
    key = _alike(runs, by)[case] * (turn.max(initial=0) + 1) + turn
    sound = rows["failure"].isna().to_numpy()
    firsts: dict[str, tuple[Group, Ints]] = {}
    for one in groups:
        mine = np.flatnonzero(sound & one.cases[case])
        first, other = firsts.setdefault(one.condition, (one, mine[np.argsort(key[mine])]))
        known = key[other]
        if first is one or len(known) == 0 or (np.diff(known) == 0).any():
            continue
        if len(np.unique(key[mine])) < len(mine):
            continue
        place = np.minimum(np.searchsorted(known, key[mine]), len(known) - 1)
        both = known[place] == key[mine]
        if both.any():
            yield _Pairs(first, one, case[mine[both]], mine[both], other[place[both]])


def _alike(runs: Stored, by: str) -> NDArray[np.int64]:
    """Return (cases,) a number that cases share which differ in nothing but `by`."""
    inputs = runs.cases
    several = {
        "levers": list(runs.levers),
        "conditions": list(runs.conditions),
        "case": list(inputs),
        "parts": [],
    }
    apart = several.get(by, [by])
    rest = inputs.drop(columns=apart)
    if rest.shape[1] == 0:
        return np.zeros(len(inputs), np.int64)
    return np.asarray(rest.groupby(list(rest), observed=True, sort=False, dropna=False).ngroup(), np.int64)


def sources(runs: Runs) -> pd.DataFrame:
    """Return what makes one run end otherwise than another under a condition.

    The variance of "this run is of that class" is cut by moments: *chance* is that within cases;
    *levers* and *readings* are those of their means, less what chance and the sample of cases put
    there; *parameters* is the rest of what lies between cases, joint effects included.

    Returns
    -------
    pandas.DataFrame
        `condition`, `path` (the classes, then `clashes or worse`), `chance`, `parameters`, `readings`,
        `levers` (shares of the variance, together 1; NaN where the class never or always comes, or no case
        has two runs), `cases`, `runs`.
    """
    return pd.concat([_sources(runs, one) for one in runs.given()], ignore_index=True)


def _sources(runs: Runs, group: Group) -> pd.DataFrame:
    part = runs.part(Group("", runs.sample & group.cases))
    case, hits = part.case, flags(codes(part.rows))
    width, n = hits.shape[1], np.bincount(case, minlength=len(runs.cases)).astype(np.float64)
    here = np.flatnonzero(n)
    parts = np.full((4, width), np.nan)
    freedom = float(np.maximum(n - 1, 0).sum())
    if freedom > 0 and len(here) > 1:
        sums = np.column_stack([np.bincount(case, hits[:, k], len(n)) for k in range(width)])[here]
        mean: Floats = sums / n[here, None]
        inside = (hits.sum(axis=0) - (n[here, None] * mean * mean).sum(axis=0)) / freedom
        noise: Floats = _interaction(part, hits, mean, here, inside) * float(np.mean(1 / n[here]))
        among = np.maximum(mean.var(axis=0, ddof=1) - noise, 0.0)
        read, chosen = runs.reads
        levers = np.minimum(_between(mean, _codes(runs, chosen, here), noise), among)
        apart = noise if all(one in runs.levers for one in read) else noise + among
        readings = np.minimum(_between(mean, _codes(runs, read, here), apart), among - levers)
        parts = np.array([inside, among - levers - readings, readings, levers])
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = parts / parts.sum(axis=0)
    names = ("chance", "parameters", "readings", "levers")
    table = pd.DataFrame(dict(zip(names, parts, strict=True)))
    table.insert(0, "path", SHOWN)
    table.insert(0, "condition", group.name)
    return table.assign(cases=len(here), runs=len(case))


def _interaction(part: Part, hits: Flags, mean: Floats, here: Ints, inside: Floats) -> Floats:
    """Return the variance of one run about its case that moves cases against each other.

    Draws that all cases share move all of them alike: that part lies not between cases.
    """
    if not part.shared:
        return inside
    case = np.searchsorted(here, part.case)
    _, turn = np.unique(part.rows["replicate"].to_numpy(np.int64), return_inverse=True)
    many = np.bincount(turn).astype(np.float64)
    freedom = max((len(here) - 1) * (len(many) - 1), 1)
    found = np.zeros(hits.shape[1])
    for k in range(hits.shape[1]):
        rest = hits[:, k] - mean[case, k]
        common = np.bincount(turn, rest) / many
        found[k] = ((rest - common[turn]) ** 2).sum() / freedom
    return found


def _codes(runs: Runs, names: Sequence[str], here: Ints) -> Ints:
    """Return for each of some cases a number of what it has of these names."""
    if not names:
        return np.zeros(len(here), np.int64)
    table = runs.cases[list(names)].iloc[here]
    return np.asarray(table.groupby(list(names), observed=True, sort=False, dropna=False).ngroup(), np.int64)


def _between(mean: Floats, code: Ints, apart: Floats) -> Floats:
    """Return the variance of group means, less what (quantities,) `apart` a case makes by itself."""
    size = np.bincount(code).astype(np.float64)
    if len(size) < 2:
        return np.zeros(mean.shape[1])
    middle = np.column_stack([np.bincount(code, mean[:, k]) for k in range(mean.shape[1])]) / size[:, None]
    weight = size / size.sum()
    variance = (weight[:, None] * (middle - mean.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.maximum(variance - apart * float((weight / size).sum()), 0.0))
