"""How fast it runs here: one table, measured in one go.

    python -m tests.benchmarks.speed [--quick] [--out FOLDER]

Writes speed.json and speed.md. Figures of one table belong together; these machines are noisy, so ratios
within a table say more than a figure of one and a figure of another.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from sim.engine import compiled
from sim.engine.ensemble import run_once, simulate
from sim.engine.randomness import natural_log
from sim.engine.workspace import Workspace
from sim.model.actors import ACTORS
from sim.model.registry import load
from sim.model.week import AFTER_OPINION, BEFORE_OPINION
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan

SIZES = (0, 100, 500, 1_000, 10_000, 100_000)


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


def planned(citizens: int) -> Any:
    return plan(load_scenario("baseline").replace(citizens=citizens), load())


def ensembles(quick: bool) -> list[dict[str, float]]:
    return [ensemble(citizens, quick) for citizens in SIZES]


def ensemble(citizens: int, quick: bool) -> dict[str, float]:
    ready = planned(citizens)
    runs = max(2, min(8_000, int((2e8 if quick else 1e9) / (2e5 + 208 * citizens * 10))))

    def rate(replicates: Any, threads: int) -> float:
        return runs / best(lambda: simulate(ready, 0, replicates, threads=threads), 1.0)

    row: dict[str, float] = {
        "citizens": citizens,
        "runs": runs,
        "runs/s, 1 thread": rate(np.arange(runs), 1),
        "runs/s, 2 threads": rate(np.arange(runs), 2),
        "runs/s, 2 threads, one replicate": rate(np.zeros(runs, np.int64), 2),
        "bound runs/s, 1 thread": 1.0 / bound(citizens),
    }
    row["threads' ratio"] = row["runs/s, 2 threads"] / row["runs/s, 1 thread"]
    row["share of the bound"] = row["runs/s, 1 thread"] / row["bound runs/s, 1 thread"]
    if citizens:
        row["ns per citizen-week"] = 1e9 / row["runs/s, 1 thread"] / (208 * citizens)
    return row


def mesa_rate(citizens: int, runs: int) -> float:
    from sim.engine.mesa_model import PolicyModel

    spec = load_scenario("baseline").replace(citizens=citizens)
    PolicyModel(spec, seed=0, replicate=0).run()
    return runs / best(lambda: [PolicyModel(spec, seed=0, replicate=k).run() for k in range(runs)], 1.0)


@njit(error_model="numpy")
def traffic(
    state: Any, places: Any, weeks: int, exponentials: int, logarithms: Any
) -> float:  # pragma: no cover
    """Touch what a run touches and take as many exponentials and logarithms, with no model around them."""
    total = 0.0
    n = state.shape[1]
    for _ in range(weeks):
        for j in range(3):
            source, target = state[j], state[3 + j]
            for i in range(n):
                target[i] = source[i] + state[6 + j, i]
            for tie in range(len(places)):
                target[places[tie, 0]] += source[places[tie, 2]] - source[places[tie, 1]]
            for i in range(n):
                source[i] = target[i] * state[9 + j, i] + state[12 + j, i]
        for j in range(3):
            for i in range(n):
                total += state[j, i]
        for k in range(exponentials):
            total += math.exp(-1e-3 * k)
    for i in range(len(logarithms)):
        logarithms[i] = natural_log(logarithms[i])
    return total


def bound(citizens: int) -> float:
    """Seconds a run takes if it is nothing but its memory traffic, exponentials and logarithms."""
    model = load()
    n = max(citizens, 5)
    options = sum(len(one.options) for one in model.instruments)
    normal = sum(one.spread == "normal" for one in model.draws.values())
    logs = 209 * (2 * options + normal)
    state, line = np.random.default_rng(0).random((15, n)) * 0.05, np.full(logs, 0.5)
    away = max(int(0.6 * citizens), 0)
    places = np.random.default_rng(1).integers(0, n, (away, 3)).astype(np.uint32)
    traffic(state, places, 1, 1, line.copy())
    repeat = 1 if citizens > 5_000 else 20
    return best(lambda: [traffic(state, places, 208, 24, line.copy()) for _ in range(repeat)], 0.5) / repeat


@njit(error_model="numpy")
def repeated_actor(
    perceive: Any, appraise: Any, seen: Any, last: Any, p: Any, z: Any, u: Any, opened: Any
) -> None:
    for _ in range(1000):
        perceive(seen, last, last, p, z)
        appraise(seen, p, u, opened)


@njit(error_model="numpy")
def repeated(phase: Any, worlds: Any, pars: Any, drives: Any, draw: Any) -> None:
    for _ in range(1000):
        phase(worlds[0], pars[0], drives[0], draw)


@njit(error_model="numpy")
def repeated_drive(phase: Any, worlds: Any, pars: Any, drives: Any) -> None:
    for _ in range(1000):
        phase(worlds[0], pars[0], drives[0])


def phases() -> list[dict[str, Any]]:
    """Nanoseconds of a week by phase, each repeated by itself."""
    week = compiled.week()
    space = Workspace(load(), planned(500))
    run_once(space, 0, 0)
    found: dict[str, float] = {}

    def timed(name: str, job: Callable[[], object]) -> None:
        job()
        found[name] = best(job, 0.1, 5) / 1000 * 1e9

    for a, actor in enumerate(ACTORS):
        timed(
            f"perceive and appraise: {actor}",
            lambda a=a, actor=actor: repeated_actor(
                getattr(week, f"perceive_{actor}"),
                getattr(week, f"appraise_{actor}"),
                space.choice.seen[a],
                space.records.traj[207],
                space.records.pars[0],
                space.choice.luck_seen[a][5],
                space.choice.utility,
                space.choice.opened,
            ),
        )
    timed(
        "rules that drive processes",
        lambda: repeated_drive(
            week.drive_all, space.records.worlds, space.records.pars, space.records.drives
        ),
    )
    for name, label in (
        ("before", "processes before opinion"),
        ("after", "processes after opinion, ladders"),
    ):
        timed(
            label,
            lambda name=name: repeated(
                getattr(week, name),
                space.records.worlds,
                space.records.pars,
                space.records.drives,
                space.records.draws[5],
            ),
        )

    def citizens() -> None:
        for _ in range(1000):
            week.move_citizens(space.records, space.people)

    timed("opinion of 500 citizens", citizens)
    found["chance, a week's draws"] = best(lambda: space.prepare(0, 1, None), 0.2, 20) / 208 * 1e9
    return [{"phase": name, "ns a week": value} for name, value in found.items()]


def first_result(cold: bool) -> float:
    """Seconds from starting the command to its end, ten runs without citizens and without pictures."""
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
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=environment)
        return time.perf_counter() - begun


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
    """Nanoseconds of each rule (less an empty one) and each process by itself, slowest first."""
    compiled.week()
    model = load()
    space = Workspace(model, planned(500))
    run_once(space, 0, 0)
    found: list[tuple[str, float]] = []
    nothing = timed_rule(njit(lambda record, p: 1.0), space.records.traj[207], space.records.pars[0])
    for rule in model.rules.values():
        for part in rule.clauses:
            function = njit(error_model="numpy")(part.function)
            taken = timed_rule(function, space.records.traj[207], space.records.pars[0]) - nothing
            found.append((f"{rule.id} {part.function.__name__}", max(taken, 0.0)))
    for process in (*BEFORE_OPINION, *AFTER_OPINION):
        function = njit(error_model="numpy")(process)
        found.append((process.__name__, timed_process(function, space)))
    return [{"rule or process": name, "ns": value} for name, value in sorted(found, key=lambda one: -one[1])]


@njit(error_model="numpy")
def repeated_rule(rule: Any, record: Any, p: Any) -> float:
    total = 0.0
    for _ in range(1000):
        total += rule(record, p)
        record.week_mark = total
    return total


def timed_rule(function: Any, record: Any, p: Any) -> float:
    marked = np.zeros(1, [*record.dtype.descr, ("week_mark", np.float64)])
    for name in record.dtype.names:
        marked[name] = record[name]
    repeated_rule(function, marked[0], p)
    return best(lambda: repeated_rule(function, marked[0], p), 0.01, 5) / 1000 * 1e9


def timed_process(function: Any, space: Workspace) -> float:
    arguments = (
        function,
        space.records.worlds,
        space.records.pars,
        space.records.drives,
        space.records.draws[5],
    )
    repeated(*arguments)
    return best(lambda: repeated(*arguments), 0.02, 5) / 1000 * 1e9


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


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a tenth of the work")
    asked.add_argument("--out", type=Path, default=Path("results/bench"))
    given = asked.parse_args()
    simulate(planned(0), 0, np.arange(2))
    rows = ensembles(given.quick)
    for row in rows:
        if row["citizens"] in (0, 500):
            row["Mesa runs/s"] = mesa_rate(int(row["citizens"]), 1 if given.quick else 3)
            row["times Mesa"] = row["runs/s, 2 threads"] / row["Mesa runs/s"]
        if row["citizens"] == 500:
            row["plain Mesa, an agent per citizen, runs/s"] = 1.0 / best(Plain(500).run, 1.0, 2)
            row["times plain Mesa"] = (
                row["runs/s, 2 threads"] / row["plain Mesa, an agent per citizen, runs/s"]
            )
    memory = [
        {
            "citizens": c,
            "runs": r,
            "peak MB of the process": peak_memory(c, r),
            "MB of a thread's arrays": workspace(c),
        }
        for c, r in ((0, 100), (0, 10_000), (500, 400), (500, 2_000), (10_000, 8), (100_000, 4))
    ]
    start = [
        {"start": "cold, empty compile cache", "seconds": first_result(True)},
        {"start": "warm", "seconds": min(first_result(False) for _ in range(3))},
    ]
    found = {
        "machine": f"{os.cpu_count()} cores, Python {platform.python_version()}",
        "ensemble, 208 weeks": rows,
        "a Saltelli design of thirty parameters, two threads": [
            saltelli(0, 128 if given.quick else 1024, 16),
            saltelli(500, 32 if given.quick else 128, 13),
        ],
        "peak memory": memory,
        "first result of the command": start,
        "a week by phase": phases(),
        "by rule and process": parts(),
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
