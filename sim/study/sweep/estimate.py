"""What a sweep would take, before it is started: measured on a few of its runs."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from sim.study.ensemble import store
from sim.study.experiment.designs import text
from sim.study.experiment.experiment import CHOICES, Experiment
from sim.study.search.spaces import MOST, space
from sim.study.sweep import place
from sim.study.sweep.blocks import Setup

#: A sample grows until it takes so many seconds, or is a block.
LONG = 1.0
#: Bytes in memory of a run of the study while its page or report is made, and of a cell of its design.
PER_RUN, PER_CELL = 200, 40
#: Bytes on disk of a candidate that was judged.
PER_EVALUATION = 600


@dataclass(frozen=True)
class Estimate:
    """What an experiment comes to.

    seconds : expected on this machine, from a timed sample of `sampled` runs
    size : expected bytes on disk
    memory : expected bytes of memory at most, its page and its report included
    rejected : share of the points drawn that a constraint turned down
    example : one case, by name, with the alternatives of conditions and levers
    points, varied : cases that differ by what is uncertain, and how many values that are
    """

    cases: int
    replicates: int
    runs: int
    blocks: int
    seconds: float
    size: int
    memory: int
    sampled: int
    rejected: float
    example: dict[str, Any]
    points: int
    varied: int


def expected(experiment: Experiment, threads: int | None = None) -> Estimate:
    """Time a few runs of an experiment, or one candidate of a search, and say what all will take."""
    search = experiment.search
    if search is None:
        return estimate(Setup(experiment), threads)
    tried = space(experiment)
    one = estimate(tried.cases(tried.candidate(tried.plain()[0])), threads)
    evaluations = search.evaluations * search.seeds
    confirmed = MOST * (1 if search.plan is None else search.confirmed)
    part = one.size // one.cases * confirmed
    cases = one.cases * evaluations + confirmed
    return replace(
        one,
        cases=cases,
        runs=cases * experiment.replicates,
        blocks=evaluations,
        seconds=one.seconds / one.cases * cases,
        size=part + PER_EVALUATION * evaluations,
        memory=one.memory + PER_RUN * confirmed * experiment.replicates,
    )


def estimate(setup: Setup, threads: int | None = None) -> Estimate:
    """Time a few runs and say what all of them will take."""
    rows, block = 16, setup.layout.runs(0)
    _sample(setup, min(rows, block), threads)  # what compiles does so now
    fewer = None
    while True:
        rows = min(rows, block)
        one = _sample(setup, rows, threads)
        if rows == block or one.seconds > LONG:
            break
        fewer, rows = one, 4 * rows
    # What a file takes with few runs in it is not what a run takes.
    each = one.size / one.runs
    if fewer is not None:
        each = max(one.size - fewer.size, 0) / (one.runs - fewer.runs)
    blocks = len(setup.layout)
    head = one.size - each * one.runs
    design = setup.design()
    some = design.iloc[:MOST_ROWS]
    table = len(store.parquet("design", some)) / len(some) * len(design)
    return Estimate(
        setup.cases,
        setup.experiment.replicates,
        setup.runs,
        blocks,
        one.seconds / one.runs * setup.runs,
        int(each * setup.runs + head * blocks + table),
        _used() + PER_RUN * setup.runs + PER_CELL * design.size,
        one.runs,
        1 - setup.base.kept / max(setup.base.drawn, 1),
        example(setup),
        setup.cases // len(setup.settings),
        len(setup.experiment.laws),
    )


#: Rows of a design by which the size of all of it is told.
MOST_ROWS = 10_000


class _Sample(NamedTuple):
    """Some runs of a block: how many, the seconds they took, and their bytes on disk."""

    runs: int
    seconds: float
    size: int


def _sample(setup: Setup, rows: int, threads: int | None) -> _Sample:
    """Run some rows of the first block, spread so that every alternative of the levers is among them."""
    begun = time.perf_counter()
    only = np.unique(np.linspace(0, setup.layout.runs(0) - 1, rows).astype(np.int64))
    made = setup.run(0, threads=threads, only=only)
    parts = place.encode(made)
    spent = time.perf_counter() - begun
    line = place.entry_of(made, parts, spent).line(setup.experiment.hash)
    return _Sample(rows, spent, len(line) + sum(map(len, parts.values())))


def _used() -> int:
    """Return the most bytes of memory that this process took so far; 0 where that cannot be told."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


def example(setup: Setup, case: int = 0) -> dict[str, Any]:
    """Return the values of one case by name."""
    point, setting = divmod(case, len(setup.settings))
    laws = setup.experiment.laws
    values = {name: text(law, setup.base.values[point, k]) for k, (name, law) in enumerate(laws.items())}
    ordered = {name: values[name] for name in sorted(values, key=lambda one: one not in CHOICES)}
    return ordered | dict(zip(setup.experiment.pieces, setup.settings[setting], strict=True))
