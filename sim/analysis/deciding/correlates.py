"""A first look at what moves an ensemble's answer: rank correlations over its cases, chance allowed for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.runs import PLAUSIBLE, Runs
from sim.study.questions import WORSE

Floats = NDArray[np.float64]

#: Fewest cases that a correlation is taken of.
FEWEST = 20
SHUFFLES = 200


@dataclass(frozen=True)
class Correlate:
    """How an uncertain value goes with the share of clashes or worse over cases.

    correlation : Spearman's rank correlation, with its 95 % interval (Fisher)
    clear : whether it exceeds what the strongest of as many idle values shows in one study of twenty
    """

    name: str
    correlation: float
    low: float
    high: float
    clear: bool
    cases: int


def correlates(runs: Runs) -> list[Correlate]:
    """Return what goes with the share of clashes or worse across plausible parameters, strongest first.

    Empty where nothing was varied or fewer than twenty cases have a sound run.
    """
    rows = next((part.rows[["case", "path"]] for part in runs.parts() if part.name == PLAUSIBLE), None)
    if rows is None:
        return []
    by_case = rows["path"].isin(WORSE).astype(float).groupby(rows["case"]).mean()
    values = runs.cases.loc[by_case.index]
    return ranked(values.to_numpy(np.float64), tuple(map(str, values)), np.asarray(by_case, np.float64))


def ranked(x: Floats, names: tuple[str, ...], y: Floats) -> list[Correlate]:
    """Return the rank correlations of the columns of `x`, (cases, values), with `y`, (cases,)."""
    from scipy.stats import rankdata

    n = len(y)
    if n < FEWEST or np.ptp(y) == 0:
        return []
    inputs = rankdata(x, axis=0)
    inputs = (inputs - inputs.mean(axis=0)) / np.maximum(inputs.std(axis=0), 1e-12)
    answer = rankdata(y)
    answer = (answer - answer.mean()) / answer.std()
    found = inputs.T @ answer / n
    chance = np.random.Generator(np.random.Philox(key=[0, 0x636F7272]))
    strongest = [np.abs(inputs.T @ chance.permutation(answer) / n).max() for _ in range(SHUFFLES)]
    level = float(np.quantile(strongest, 0.95))
    order = np.argsort(-np.abs(found), kind="stable")
    half = 1.96 / np.sqrt(n - 3)
    return [
        Correlate(
            names[k],
            float(found[k]),
            float(np.tanh(np.arctanh(np.clip(found[k], -0.999, 0.999)) - half)),
            float(np.tanh(np.arctanh(np.clip(found[k], -0.999, 0.999)) + half)),
            bool(abs(found[k]) > level),
            n,
        )
        for k in order
    ]
