"""How fast it runs here: one table, measured in one go.

    python -m tests.benchmarks.speed [--quick] [--before PYTHON] [--out FOLDER]

Writes speed.json and speed.md. Figures of one table belong together; these machines are noisy, so ratios
within a table say more than a figure of one and a figure of another. What is compared takes turns, and the
median of five is told. `--before` names the Python of an environment in which another version is installed.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from sim.engine import compiled
from sim.engine.compiler.kernels import Kernel, kernel
from sim.engine.ensemble import run_once, simulate
from sim.engine.workspace import Workspace
from sim.model.actors import ACTORS
from sim.model.registry import load
from sim.model.week import AFTER_OPINION, BEFORE_OPINION
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from tests.benchmarks.yardstick import Yardstick, compiler

SIZES, THREADS = (0, 100, 500, 1_000, 10_000, 100_000), (1, 2)
TURNS = 5

#: Another version, in a process of its own: citizens, seed, runs and threads come in, seconds go out.
BEFORE = """
import sys, time
import numpy as np
from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
for line in sys.stdin:
    citizens, seed, runs, threads = map(int, line.split())
    ready = plan(load_scenario("baseline").replace(citizens=citizens), load())
    simulate(ready, seed, np.arange(2), threads=threads)
    begun = time.perf_counter()
    simulate(ready, seed, np.arange(runs), threads=threads)
    print(time.perf_counter() - begun, flush=True)
"""


def best(job: Callable[[], object], least: float, tries: int = 3) -> float:
    """Seconds of the quickest of a few tries, each of at least `least` seconds' work in all."""
    found = math.inf
    spent = 0.0
    while tries > 0 or spent < least:
        begun = time.perf_counter()
        job()
        found = min(found, time.perf_counter() - begun)
        spent += found
        tries -= 1
    return found


def seconds(job: Callable[[], object]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun


def planned(citizens: int) -> Any:
    return plan(load_scenario("baseline").replace(citizens=citizens), load())


class Before:
    """Another version of the package, asked for the time that it takes."""

    def __init__(self, python: str) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [os.path.abspath(python), "-c", BEFORE],  # not resolved: an environment is known by its own link
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=tempfile.gettempdir(),
        )

    def __call__(self, citizens: int, seed: int, runs: int, threads: int) -> float:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(citizens, seed, runs, threads, file=self._process.stdin, flush=True)
        return float(self._process.stdout.readline())


def ensembles(quick: bool, before: Before | None) -> Iterator[dict[str, float]]:
    """Yield runs a second by citizens and threads, the C++ and the other version beside them."""
    with tempfile.TemporaryDirectory() as folder:
        yardstick = Yardstick(planned(0), Path(folder)) if compiler() else None
        for citizens in SIZES:
            for threads in THREADS:
                yield ensemble(citizens, threads, quick, yardstick, before)


def ensemble(
    citizens: int, threads: int, quick: bool, yardstick: Yardstick | None, before: Before | None
) -> dict[str, float]:
    ready = planned(citizens)
    runs = max(2, min(8_000, int((5e7 if quick else 5e8) / (2e5 + 1600 * citizens))) * threads)
    simulate(ready, 0, np.arange(2), threads=threads)
    spent: dict[str, list[float]] = {}
    replicates = np.arange(runs)
    for seed in range(TURNS):
        spent.setdefault("", []).append(
            seconds(lambda seed=seed: simulate(ready, seed, replicates, threads=threads))
        )
        if yardstick is not None:
            yardstick.plan = ready
            job = seconds(lambda seed=seed: yardstick.simulate(seed, replicates, threads))
            spent.setdefault("C++", []).append(job)
        if before is not None:
            spent.setdefault("before", []).append(before(citizens, seed, runs, threads))
    row: dict[str, float] = {"citizens": citizens, "threads": threads, "runs": runs}
    row["runs/s"] = runs / median(spent.pop(""))
    for name, taken in spent.items():
        row[f"{name} runs/s"] = runs / median(taken)
        row[f"times {name}"] = row["runs/s"] / row[f"{name} runs/s"]
    if citizens:
        row["ns per citizen-week"] = 1e9 * threads / row["runs/s"] / (208 * citizens)
    return row


def mesa_rate(citizens: int, runs: int) -> float:
    from sim.engine.mesa_model import PolicyModel

    spec = load_scenario("baseline").replace(citizens=citizens)
    PolicyModel(spec, seed=0, replicate=0).run()
    return runs / best(lambda: [PolicyModel(spec, seed=0, replicate=k).run() for k in range(runs)], 1.0)


def against_mesa(rows: list[dict[str, float]], quick: bool) -> Iterator[dict[str, float]]:
    """Yield how often the ensemble on two threads does what one run in Mesa does, and a plain Mesa model."""
    rates = {row["citizens"]: row["runs/s"] for row in rows if row["threads"] == THREADS[-1]}
    for citizens in (0, 500):
        row: dict[str, float] = {"citizens": citizens, "Mesa runs/s": mesa_rate(citizens, 1 if quick else 3)}
        row["times Mesa"] = rates[citizens] / row["Mesa runs/s"]
        if citizens:
            row["plain Mesa, an agent per citizen, runs/s"] = 1.0 / best(Plain(citizens).run, 1.0, 2)
            row["times plain Mesa"] = rates[citizens] / row["plain Mesa, an agent per citizen, runs/s"]
        yield row


def repeated(phase: Callable[..., Any]) -> Kernel:
    """Return a process or a phase, done a thousand times in compiled code."""

    def many(worlds: Any, pars: Any, drives: Any, draw: Any) -> None:
        for _ in range(1000):
            phase(worlds[0], pars[0], drives[0], draw[5])

    return kernel(many)


def repeated_actor(perceive: Callable[..., Any], appraise: Callable[..., Any]) -> Kernel:
    """Return an actor's look at the world and its appraisal, a thousand times."""

    def many(seen: Any, last: Any, pars: Any, z: Any, u: Any, opened: Any) -> None:
        for _ in range(1000):
            perceive(seen[0], last[0], last[0], pars[0], z)
            appraise(seen[0], pars[0], u, opened)

    return kernel(many)


def repeated_drive(phase: Callable[..., Any]) -> Kernel:
    def many(worlds: Any, pars: Any, drives: Any) -> None:
        for _ in range(1000):
            phase(worlds[0], pars[0], drives[0])

    return kernel(many)


def phases() -> list[dict[str, Any]]:
    """Nanoseconds of a week by phase, each repeated by itself."""
    week = compiled.week()
    space = Workspace(load(), planned(500))
    run_once(space, 0, 0)
    found: dict[str, float] = {}
    worlds, pars, drives = space.records.worlds, space.records.pars, space.records.drives

    def timed(name: str, function: Kernel, *arguments: Any) -> None:
        call = function.bind(*arguments)
        call()
        found[name] = best(call, 0.1, 5) / 1000 * 1e9

    for a, actor in enumerate(ACTORS):
        look = repeated_actor(getattr(week, f"perceive_{actor}"), getattr(week, f"appraise_{actor}"))
        last = space.records.traj[207:208]
        seen, luck = space.choice.seen[a : a + 1], space.choice.luck_seen[a][5]
        timed(
            f"perceive and appraise: {actor}",
            look,
            seen,
            last,
            pars,
            luck,
            space.choice.utility,
            space.choice.opened,
        )
    timed("rules that drive processes", repeated_drive(week.drive_all), worlds, pars, drives)
    timed("processes before opinion", repeated(week.before), worlds, pars, drives, space.records.draws)
    timed("processes after opinion", repeated(week.after), worlds, pars, drives, space.records.draws)
    move = week.move_citizens.bind(space.records, space.people)
    found["opinion of 500 citizens"] = best(lambda: [move() for _ in range(1000)], 0.1, 5) / 1000 * 1e9
    found["chance, a week's draws"] = best(lambda: space.prepare(0, 1, None), 0.2, 20) / 208 * 1e9
    return [{"phase": name, "ns a week": value} for name, value in found.items()]


def first_result(cold: bool) -> dict[str, float]:
    """Time from starting the command to its end, ten runs without citizens and without pictures."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **({"PANJ_CACHE": f"{folder}/cache"} if cold else {})}
        command = [
            sys.executable,
            "-m",
            "sim",
            "run",
            "baseline",
            "--runs",
            "10",
            "--citizens",
            "0",
            "--no-plots",
            "--quiet",
            "--out",
            f"{folder}/out",
        ]
        return process(command, environment)


def process(command: list[str], environment: dict[str, str] | None = None) -> dict[str, float]:
    """Seconds of a process, and those of processors; its bytecode is stored, as that of an installed package."""
    environment = {**(environment or os.environ)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    spent, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": spent, "of processors": worked}


def peak_memory(citizens: int, runs: int) -> float:
    """Megabytes at the peak of a process that does nothing but these runs on two threads."""
    code = (
        "import numpy as np, resource\n"
        "from sim.engine.ensemble import simulate\nfrom sim.model.registry import load\n"
        "from sim.scenario.loading import load_scenario\nfrom sim.scenario.plan import plan\n"
        f"simulate(plan(load_scenario('baseline').replace(citizens={citizens}), load()), 0, np.arange({runs}), threads=2)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return float(done.stdout)


def workspace(citizens: int) -> float:
    """Megabytes of the arrays that one thread works in."""
    space = Workspace(load(), planned(citizens))
    parts = (space.chance, space.records, space.choice, space.events, space.people)
    arrays = [one for part in parts for one in part if isinstance(one, np.ndarray) and one.base is None]
    return sum(one.nbytes for one in arrays) / 2**20


def parts() -> list[dict[str, Any]]:
    """Nanoseconds of each process by itself, slowest first."""
    space = Workspace(load(), planned(500))
    run_once(space, 0, 0)
    records = space.records
    found: list[tuple[str, float]] = []
    for process in (*BEFORE_OPINION, *AFTER_OPINION):
        call = repeated(process).bind(records.worlds, records.pars, records.drives, records.draws)
        call()
        found.append((process.__name__, best(call, 0.02, 5) / 1000 * 1e9))
    return [{"process": name, "ns": value} for name, value in sorted(found, key=lambda one: -one[1])]


class Plain:
    """What one would write without a compiled ensemble: a Mesa agent for each citizen, 500 of them."""

    def __init__(self, citizens: int) -> None:
        import mesa

        class Person(mesa.Agent):  # type: ignore[misc]
            def __init__(self, model: Any, place: int) -> None:
                super().__init__(model)
                draw = model.random.random
                self.place, self.opinion, self.anchor = (
                    place,
                    [draw(), draw(), draw()],
                    [draw(), draw(), draw()],
                )
                self.exposure, self.trust, self.kin, self.hardship = draw(), draw(), draw(), draw()
                self.stubborn, self.following = draw(), [0.0, 0.0, 0.0]

            def look(self) -> None:
                circle = [self.model.people[(self.place + step) % citizens] for step in (1, -1, 2, -2, 3, -3)]
                pulls = (
                    0.01 * self.exposure + 0.01 * self.trust + 0.01 * self.kin,
                    0.01 * self.exposure,
                    -0.01 * self.hardship,
                )
                for j in range(3):
                    x = self.opinion[j]
                    mean = sum(other.opinion[j] for other in circle) / 6
                    x += 0.1 * self.stubborn * (self.anchor[j] - x) + 0.06 * (1 - self.stubborn) * (mean - x)
                    self.following[j] = min(
                        max(x + max(pulls[j], 0) * (1 - x) + min(pulls[j], 0) * x, 0.0), 1.0
                    )

            def move(self) -> None:
                self.opinion[:] = self.following

        class Country(mesa.Model):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__(rng=0)
                self.people = [Person(self, place) for place in range(citizens)]

            def step(self) -> None:
                self.agents.do("look")
                self.agents.do("move")

        self.country = Country

    def run(self) -> None:
        country = self.country()
        for _ in range(208):
            country.step()


def saltelli(citizens: int, groups: int, replicates: int) -> dict[str, float]:
    """Time a Saltelli design over thirty parameters in a process of its own, outcomes reduced as they come."""
    code = f"""
import resource, time
import numpy as np
from SALib.sample import sobol
from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan

model = load()
ready = plan(load_scenario("baseline").replace(citizens={citizens}), model)
names = [one for one in model.parameters if one.startswith("strength_")][:30]
columns = [list(model.parameters).index(one) for one in names]
simulate(ready, 0, np.arange(2))
begun = time.perf_counter()
problem = {{"num_vars": 30, "names": names, "bounds": [[0.5, 1.5]] * 30}}
points = sobol.sample(problem, {groups}, calc_second_order=True, seed=0)
paths, block = np.zeros(8, np.int64), 16 * 62
for first in range(0, len(points), block):
    some = points[first : first + block]
    cases = np.tile(np.concatenate([ready.parameters, ready.world]), (len(some), 1))
    cases[:, columns] = some
    which, chance = np.tile(np.arange(len(some)), {replicates}), np.repeat(np.arange({replicates}), len(some))
    found = simulate(ready, 0, chance, cases, which, threads=2).outcomes["path"]
    paths += np.bincount(found[~np.isnan(found)].astype(int), minlength=8)
print(paths.sum(), time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    runs, seconds, peak = map(float, done.stdout.split())
    return {
        "citizens": citizens,
        "runs": int(runs),
        "seconds": seconds,
        "runs/s": runs / seconds,
        "peak MB": peak,
    }


def table(rows: list[dict[str, Any]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = ["| " + " | ".join(names) + " |", "|" + " ---: |" * len(names)]
    for row in rows:
        lines.append("| " + " | ".join(written(row.get(name, "")) for name in names) + " |")
    return "\n".join(lines)


def written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def starts() -> Iterator[dict[str, Any]]:
    """Yield what a first result takes: once with an empty cache, later ones as medians taken in turns."""
    yield {"start": "the command, empty cache", **first_result(True)}
    codes = ("import sim; sim.run('baseline', runs=10)", "import sim; sim.PolicyModel('baseline')")
    jobs = {"the command, later": partial(first_result, False)}
    jobs |= {f"`{code}`": partial(process, [sys.executable, "-c", code]) for code in codes}
    for job in jobs.values():
        job()
    turns = [{name: job() for name, job in jobs.items()} for _ in range(TURNS)]
    for name in jobs:
        yield {"start": name} | {unit: median(turn[name][unit] for turn in turns) for unit in turns[0][name]}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a tenth of the work")
    asked.add_argument("--before", help="the Python of an environment with another version")
    asked.add_argument("--out", type=Path, default=Path("results/bench"))
    given = asked.parse_args()
    rows = list(ensembles(given.quick, Before(given.before) if given.before else None))
    memory = [
        {
            "citizens": c,
            "runs": r,
            "peak MB of the process": peak_memory(c, r),
            "MB of a thread's arrays": workspace(c),
        }
        for c, r in ((0, 100), (0, 10_000), (500, 400), (500, 2_000), (10_000, 8), (100_000, 4))
    ]
    found = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "ensemble, 208 weeks": rows,
        "against Mesa": list(against_mesa(rows, given.quick)),
        "a Saltelli design of thirty parameters, two threads": [
            saltelli(0, 128 if given.quick else 1024, 16),
            saltelli(500, 32 if given.quick else 128, 13),
        ],
        "peak memory": memory,
        "first result": list(starts()),
        "a week by phase": phases(),
        "by process": parts(),
    }
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "speed.json").write_text(json.dumps(found, indent=2))
    text = "\n\n".join(
        f"**{name}**\n\n{table(rows)}" if isinstance(rows, list) else f"{name}: {rows}"
        for name, rows in found.items()
    )
    (given.out / "speed.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
