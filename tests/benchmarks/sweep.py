"""How a large sweep fares from its first run to its report: time, memory and disk.

    python -m tests.benchmarks.sweep [--size 1024] [--replicates 60] [--out FOLDER]

Saltelli's design over fourteen parameters, 16,384 cases by 60 replicates, no citizens. Each command is a process
of its own, started twice, on a study of a twentieth of the runs and on the whole one: what memory grows by is
what a run costs. The studies are kept where `--out` names a folder. Beside them, a quarter of the design on
two Dask workers of one thread against one, in turns, after each of them has compiled.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from distributed import LocalCluster

from sim.model.registry import load
from sim.study.sweep.sweep import sweep

TURNS = 3


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


def spent(*arguments: str) -> tuple[float, float, int]:
    """Run a command; return the seconds it took, those of processors, and its most bytes of memory."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "sim", *arguments]
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    child = os.posix_spawn(sys.executable, command, os.environ, file_actions=silent)
    _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)}: ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, 1024 * used.ru_maxrss


def measure(size: int, replicates: int, place: Path) -> Iterator[str]:
    """Yield a row of the table for each command."""
    folders, sizes = (place / "part", place / "whole"), (max(size // 16, 1), size)
    runs = [16 * one * replicates for one in sizes]
    for folder, one in zip(folders, sizes, strict=True):
        folder.with_suffix(".json").write_text(json.dumps(experiment(one, replicates)))
    for words, arguments in {
        "sweep and its page": ("sweep", "{folder}.json", "--out", "{folder}"),
        "report": ("report", "{folder}", "-o", "{folder}.html"),
        "export, Parquet": ("export", "{folder}", "--format", "parquet", "--out", "{folder}.parquet"),
        "export, CSV": ("export", "{folder}", "--format", "csv", "--out", "{folder}.csv"),
        "export, NetCDF": ("export", "{folder}", "--format", "netcdf", "--out", "{folder}.netcdf"),
    }.items():
        less, more = (spent(*(one.format(folder=folder) for one in arguments)) for folder in folders)
        slope = (more[2] - less[2]) / (runs[1] - runs[0])
        yield (
            f"| {words} | {more[0]:.0f} s | {more[1]:.0f} s | {less[2] / 1e6:.0f} MB | {more[2] / 1e6:.0f} MB | "
            f"{slope:.0f} B |"
        )
    disk = sum(path.stat().st_size for path in folders[1].rglob("*") if path.is_file())
    yield f"\n{runs[0]:,} and {runs[1]:,} runs; the larger study is {disk / 1e6:.0f} MB on disk."


def by_workers(size: int, replicates: int, place: Path) -> str:
    """Say how long one Dask worker and two take for the same sweep, medians of some turns."""

    def cluster(workers: int) -> LocalCluster:
        return LocalCluster(
            n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0", silence_logs=50
        )

    asked, few = experiment(size, replicates), experiment(2, 8) | {"block": 16}
    times: dict[int, list[float]] = {1: [], 2: []}
    with cluster(1) as one, cluster(2) as two:
        for turn in range(TURNS + 1):
            for workers, made in {1: one, 2: two}.items():
                folder = place / f"turn-{turn}-by-{workers}"
                begun = time.perf_counter()
                sweep((asked if turn else few) | {"seed": turn}, folder, scheduler=made.scheduler_address)
                times[workers].append(time.perf_counter() - begun)
    alone, both = (median(one[1:]) for one in times.values())
    return f"{16 * size * replicates:,} runs: one worker {alone:.1f} s, two {both:.1f} s, {alone / both:.2f} times."


def main() -> None:
    """Measure as the command line says."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--size", type=int, default=1024)
    arguments.add_argument("--replicates", type=int, default=60)
    arguments.add_argument("--out", type=Path)
    asked = arguments.parse_args()
    print("| command | time | of processors | memory, part | memory, whole | a run |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        place = asked.out or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        for row in measure(asked.size, asked.replicates, place):
            print(row, flush=True)
        print(f"\n{by_workers(max(asked.size // 4, 1), asked.replicates, place)}")


if __name__ == "__main__":
    main()
