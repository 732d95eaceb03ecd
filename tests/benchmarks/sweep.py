"""How a large sweep fares: time, memory and disk of about a million runs.

    python -m tests.benchmarks.sweep [--replicates 60] [--size 1024] [--out FOLDER]

Saltelli's design over fourteen parameters, 16,384 cases by 60 replicates, no citizens. Prints one row of the
benchmark table; the study is kept where `--out` names a folder.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import sim
from sim.model.registry import load
from sim.study.sweep.execute import Silent


class Memory(Silent):
    """Notes how much memory is in use after each block."""

    def __init__(self) -> None:
        self.seen: list[int] = []

    def block(self, case: object, replicate: object, path: object, fresh: bool) -> None:
        self.seen.append(int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize())


def experiment(size: int, replicates: int) -> dict[str, object]:
    """A Saltelli design over the first fourteen parameters of grade judgement."""
    uncertain = {
        name: {one.spread: list(one.plausible)}
        for name, one in load().parameters.items()
        if one.source.grade == "judgement"
        and not name.startswith("strength_")
        and one.plausible[0] < one.plausible[1]
    }
    return {
        "panj": 1,
        "title": "A million runs",
        "citizens": 0,
        "replicates": replicates,
        "design": {"method": "saltelli", "size": size},
        "uncertainties": dict(list(uncertain.items())[:14]),
    }


def measure(size: int, replicates: int, out: Path) -> str:
    """Run it and return a row of the table."""
    memory = Memory()
    begun = time.perf_counter()
    study = sim.sweep(experiment(size, replicates), out, watch=memory)
    spent = time.perf_counter() - begun
    disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    tenth = memory.seen[len(memory.seen) // 10]
    return (
        f"| {study.runs:,} runs ({study.setup.cases:,} cases × {replicates}) | {spent:.0f} s | "
        f"{study.runs / spent:,.0f} runs/s | peak {peak / 1e6:.0f} MB, "
        f"{(memory.seen[-1] - tenth) / 1e6:+.0f} MB from a tenth of the way to the end | {disk / 1e6:.0f} MB |"
    )


def main() -> None:
    """Measure as the command line says."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--size", type=int, default=1024)
    arguments.add_argument("--replicates", type=int, default=60)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(measure(asked.size, asked.replicates, asked.out or Path(folder) / "study"))


if __name__ == "__main__":
    main()
