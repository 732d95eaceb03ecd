"""How good a candidate is: answers over its cases, and what of them counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.study.experiment.search import Judgement
from sim.study.questions import Estimand, by_case
from sim.study.sweep.blocks import Setup

Floats = NDArray[np.float64]

#: The part of the cases that is looked at where the worst counts.
WORST = 0.1


def answers(setup: Setup, asked: list[Estimand], threads: int | None = None) -> Floats:
    """Run cases of one setting and return (questions, cases) answers, NaN where no run is sound."""
    found = np.full((len(asked), setup.cases), np.nan)
    sums, runs = np.zeros_like(found), np.zeros_like(found)
    for block in range(len(setup.layout)):
        table = setup.run(block, threads=threads).tables["outcomes"]
        case = table["case"].to_numpy(np.int64)
        for k, one in enumerate(asked):
            part = by_case(one.of(table, setup.longest[0]), case, setup.cases)
            sums[k] += np.nan_to_num(part.value) * part.runs
            runs[k] += part.runs
    np.divide(sums, runs, out=found, where=runs > 0)
    return found


def judged(values: Floats, better: int, by: Judgement, best: Floats | None = None) -> float:
    """Return what of the answers over cases counts; NaN where no case has one.

    Parameters
    ----------
    values
        (cases,) answers, NaN where a case has none.
    better
        +1 where more is better, -1 where less is.
    best
        (cases,) the best answer of a plain plan, which regret is the distance from.
    """
    if by == "regret":
        assert best is not None
        values = values - best
    known = np.sort(better * values[np.isfinite(values)])
    if not len(known):
        return float("nan")
    some = known if by == "mean" else known[: int(np.ceil(WORST * len(known)))]
    return float(better * some.mean())
