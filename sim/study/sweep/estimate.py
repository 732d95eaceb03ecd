"""What a sweep would take, before it is started: measured on a few of its runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.study.experiment.designs import text
from sim.study.experiment.experiment import CHOICES
from sim.study.sweep import place
from sim.study.sweep.blocks import Setup

#: Runs of a sample, at most, and seconds after which it ends.
SAMPLE, LONGEST = 512, 2.0


@dataclass(frozen=True)
class Estimate:
    """What an experiment comes to.

    seconds : expected on this machine, from a timed sample of `sampled` runs
    size : expected bytes on disk
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
    sampled: int
    rejected: float
    example: dict[str, Any]
    points: int
    varied: int


def estimate(setup: Setup, threads: int | None = None) -> Estimate:
    """Time a few runs and say what all of them will take."""
    rows, spent, tried = 16, 0.0, 0
    first = setup.layout.runs(0)
    setup.run(0, threads=threads, only=np.arange(1))  # what compiles does so now
    while True:
        rows = min(rows, first)
        begun = time.perf_counter()
        # Spread over the block, so that every alternative of the levers is in it.
        made = setup.run(0, threads=threads, only=np.unique(np.linspace(0, first - 1, rows).astype(np.int64)))
        spent, tried = time.perf_counter() - begun, len(made.path)
        if rows >= min(first, SAMPLE) or spent > LONGEST / 4:
            break
        rows *= 4
    size = sum(len(one) for one in place.encode(made).values())
    rejection = setup.base
    return Estimate(
        setup.cases,
        setup.experiment.replicates,
        setup.runs,
        len(setup.layout),
        spent / tried * setup.runs,
        int(size / tried * setup.runs),
        tried,
        1 - rejection.kept / max(rejection.drawn, 1),
        example(setup),
        setup.cases // len(setup.settings),
        len(setup.experiment.laws),
    )


def example(setup: Setup, case: int = 0) -> dict[str, Any]:
    """Return the values of one case by name."""
    point, setting = divmod(case, len(setup.settings))
    laws = setup.experiment.laws
    values = {name: text(law, setup.base.values[point, k]) for k, (name, law) in enumerate(laws.items())}
    ordered = {name: values[name] for name in sorted(values, key=lambda one: one not in CHOICES)}
    return ordered | dict(zip(setup.experiment.pieces, setup.settings[setting], strict=True))
