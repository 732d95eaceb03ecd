"""How often the 95 % intervals of shares cover the truth, by simulation: an ensemble's and a sweep's.

Run with `python -m tests.benchmarks.coverage [TRIALS]`; the table stands in docs/decisions/0012-one-view-of-runs.md.
A run is yes or no; its chance has a part of its case and a part of its draw, as in a probit model.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from sim.analysis.statistics import intervals


class Design(NamedTuple):
    """How runs come about: which of what is drawn anew in each trial, and how much each part matters."""

    name: str
    cases: int
    each: int
    sampled: bool
    shared: bool
    of_case: float = 1.0
    of_draw: float = 0.7


DESIGNS = (
    Design("ensemble, at the defaults", 1, 1000, True, False, 0.0, 0.0),
    Design("ensemble, across plausible parameters", 100, 10, True, False),
    Design("ensemble of few runs, across parameters", 10, 10, True, False),
    Design("sweep, cases drawn, independent draws", 60, 6, True, False),
    Design("sweep, cases drawn, shared draws", 200, 12, True, True),
    Design("sweep, cases chosen, independent draws", 20, 10, False, False),
    Design("sweep, cases chosen, shared draws", 20, 40, False, True),
)
#: Shares that are asked for, at the middle case.
SHARES = (0.02, 0.1, 0.3, 0.5)


def coverage(design: Design, share: float, trials: int, seed: int = 0) -> float:
    """Return in what part of the trials the interval holds the true share."""
    chance = np.random.default_rng(seed)
    cases, each = design.cases, design.each
    size = np.sqrt(1 + design.of_draw**2 + (design.of_case**2 if design.sampled and cases > 1 else 0.0))
    level = -norm.ppf(share) * size
    fixed = chance.normal(0, design.of_case, cases)
    case = np.repeat(np.arange(cases), each)
    replicate = np.tile(np.arange(each), cases) if design.shared else np.arange(cases * each)
    ways = intervals.ways(case, replicate, sampled=design.sampled, shared=design.shared)
    truth = share
    if not design.sampled:
        truth = float(norm.cdf((fixed - level) / np.sqrt(1 + design.of_draw**2)).mean())
    covered = 0
    for _ in range(trials):
        of_case = chance.normal(0, design.of_case, cases) if design.sampled else fixed
        luck = chance.normal(0, design.of_draw, int(replicate.max()) + 1)
        hits = of_case[case] + luck[replicate] + chance.normal(0, 1, len(case)) > level
        found = intervals.score([intervals.tally(hits[:, None].astype(np.float64), way) for way in ways])
        covered += bool(found.low[0] <= truth <= found.high[0])
    return covered / trials


def main() -> None:
    """Print the table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("| design | " + " | ".join(f"share {share:g}" for share in SHARES) + " |")
    print("| --- |" + " ---: |" * len(SHARES))
    for design in DESIGNS:
        cells = [f"{100 * coverage(design, share, trials):.1f} %" for share in SHARES]
        print(f"| {design.name} ({design.cases} × {design.each}) | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
