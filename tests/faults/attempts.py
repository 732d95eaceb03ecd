"""What was tried on the program to make it fail, and what came of it, as a table.

    python -m tests.faults.attempts [--scale 1.0]

Scale 1 is what docs/explanation/robustness.md tells. Each row counts attempts, those survived (refused with a
sentence, or without effect on what is read), tracebacks, and answers that were wrong without a word.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from sim.errors import IncompleteWarning, PanjError
from sim.scenario import catalogue
from sim.scenario.loading import check
from sim.study.files import DRAFT
from sim.study.results.study import Study
from sim.study.sweep.sweep import sweep
from sim.views.dashboard import state
from tests.faults.requests import hostile, refused, served
from tests.faults.studies import Quick, content
from tests.faults.test_disk import Failing
from tests.faults.test_killed import LONGER
from tests.study.sweeps import experiment

SURVIVED, TRACEBACK, WRONG = "survived", "traceback", "wrong without a word"
#: What is tried one after the other; each returns whether what came of it was right.
Attempts = Iterator[Callable[[], bool]]

#: What a damaged text gets in place of some of its characters.
SCRAPS = (
    *(
        "",
        "\n",
        " ",
        ":",
        "-",
        "{",
        "}",
        "[",
        "]",
        "&a",
        "*a",
        "!!python/object:os.system",
        "|",
        ">",
        "#",
        "?",
    ),
    *("0x10", "1_0", "1e999", ".inf", ".nan", "-1", "9" * 40, "null", "~", "yes", "2022-02-30", "\t", "\x00"),
    *(
        "\x1b]0;x\x07",
        "\u202e",
        "\ud7ff",
        "\u0661",
        "'",
        '"',
        "\\x",
        "<<: ",
        "%",
        "@",
        "fear",
        "add",
        "a" * 500,
    ),
)


def damaged(text: str, chance: random.Random) -> str:
    """Return a text with one to four places of it altered."""
    for _ in range(chance.randint(1, 4)):
        place, gone = chance.randrange(len(text) + 1), chance.choice((0, 0, 1, 3, 12, 80))
        text = text[:place] + chance.choice(SCRAPS) + text[place + gone :]
    return text


def files(paths: list[Path], read: Callable[[Path], Any], tries: int, folder: Path) -> Attempts:
    """Damage shipped files and read them."""
    chance = random.Random(1)
    for number in range(tries):
        source = paths[number % len(paths)]
        path = folder / source.name
        path.write_text(damaged(source.read_text(), chance), "utf-8", "surrogatepass")
        yield lambda path=path: read(path) is not path


def tables(tries: int, folder: Path) -> Attempts:
    """Damage a table of cases and read the experiment that names it."""
    plain = "fear,hardship\n" + "".join(f"0.{k}5,0.{9 - k}\n" for k in range(10))
    asked = experiment(design={"method": "cases", "file": "cases.csv"}, uncertainties={}, levers={})
    (folder / "asked.yaml").write_text(json.dumps(asked))
    chance = random.Random(2)

    def bounded() -> bool:
        table = sim.load_experiment(folder / "asked.yaml").table
        assert table is not None
        return all(isinstance(one, float) and 0 <= one <= 1 for row in table.rows for one in row)

    for _ in range(tries):
        (folder / "cases.csv").write_text(damaged(plain, chance), "utf-8", "surrogatepass")
        yield bounded


def conditions(tries: int, folder: Path) -> Attempts:
    """Ask a study under damaged conditions: its tables hold the same runs, and at least one."""
    study = Study(folder)
    plain = "first_escalation_3 < 60 and not (path = 'cold peace') or deaths > 0 and \"case\" in (1, 2)"
    more = (
        "random()",
        "read_text('/etc/passwd')",
        "; drop table runs",
        "--",
        "/*",
        "never",
        "now()",
        "getenv('A')",
    )
    chance = random.Random(3)

    def holds(text: str) -> bool:
        met = study.given(text)
        runs = met.outcomes[["case", "replicate"]]
        moved = met.changes[["case", "replicate"]].drop_duplicates()
        return len(runs) > 0 and len(moved.merge(runs)) == len(moved)

    for _ in range(tries):
        text = damaged(plain, chance)
        if chance.random() < 0.5:
            place = chance.randrange(len(text) + 1)
            text = text[:place] + chance.choice(more) + text[place:]
        yield partial(holds, text)


def addresses(tries: int) -> Attempts:
    """Open addresses of the dashboard that nobody would write."""
    chance = random.Random(4)
    keys = ("storyline", "reading", "weeks", "citizens", "runs", "seed", "set", "pin", "look", "stored", "x")
    for _ in range(tries):
        pairs = [(chance.choice(keys), damaged("fear:0.5", chance)) for _ in range(3)]
        yield lambda pairs=pairs: state.from_query(pairs) is not pairs


def requests() -> Attempts:
    """Ask the dashboard as strangers and their pages would, over a socket."""
    with served() as port:
        yield from (partial(refused, port, one) for one in hostile(port))


def bits(folder: Path, each: int, read: Callable[[Path], dict[str, Any]]) -> Attempts:
    """Flip one bit of one file of a result: it is read as it was, or something is said."""
    right, chance = read(folder), random.Random(5)

    def told() -> bool:
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            found = read(folder)
        return any(issubclass(one.category, IncompleteWarning) for one in heard) or alike(found, right)

    for path in sorted(
        one for one in folder.rglob("*") if one.is_file() and not one.name.startswith(".lock")
    ):
        whole = path.read_bytes()
        for _ in range(each):
            altered = bytearray(whole)
            altered[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
            path.write_bytes(altered)
            yield told
        path.write_bytes(whole)


def alike(found: dict[str, Any], right: dict[str, Any]) -> bool:
    """Whether two readings of a result hold the same."""
    return all(
        found[name].equals(one) if isinstance(one, pd.DataFrame) else found[name] == one
        for name, one in right.items()
    )


def of_sweep(folder: Path) -> dict[str, Any]:
    """Read all that a sweep says."""
    study = Study(folder)
    names = ("outcomes", "changes", "design")
    return {name: getattr(study, name) for name in names} | {"identity": {**study.identity, "checksum": ""}}


def of_ensemble(folder: Path) -> dict[str, Any]:
    """Read all that an ensemble says."""
    found = sim.load_results(folder)
    assert isinstance(found, sim.Result)
    return {**found.tables, "identity": found.identity}


def operations(folder: Path) -> Attempts:
    """Let each operation of the disk fail once, then carry on to the same study."""
    asked = experiment()
    sweep(asked, folder / "right", disk=Quick())
    met = True

    def carried_on(kind: str, number: int) -> bool:
        nonlocal met
        where, disk = folder / f"{kind}-{number}", Failing(kind, number)
        try:
            sweep(asked, where, threads=1, disk=disk)
        except OSError:
            drafts = list(where.rglob(f"*{DRAFT}"))
            sweep(asked, where, threads=1, disk=Quick())
            return not drafts and content(where) == content(folder / "right")
        met = False
        return disk.count < number

    for kind in ("create", "write", "flush", "rename", "folder"):
        met, number = True, 1
        while met:
            yield partial(carried_on, kind, number)
            number += 1


def kills(tries: int, folder: Path) -> Attempts:
    """Kill sweeps at random moments, each five times, then carry on to the same study."""
    chance, right = random.Random(6), folder / "right"
    begun = time.perf_counter()
    sweep(LONGER, right, threads=1, disk=Quick())
    whole = time.perf_counter() - begun

    def survived(number: int) -> bool:
        where = folder / f"study-{number // 5}"
        child = os.fork()
        if child == 0:
            sweep(LONGER, where, threads=1)
            os._exit(0)
        time.sleep(chance.random() * whole / 4)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        if (number + 1) % 5 and number + 1 < tries:
            return True
        sweep(LONGER, where, threads=1, disk=Quick())
        return content(where) == content(right)

    yield from (partial(survived, number) for number in range(tries))


def rows(scale: float, folder: Path) -> Iterator[tuple[str, Attempts]]:
    """Yield what is tried, and the attempts."""

    def many(count: int) -> int:
        return max(int(count * scale), 1)

    study, ensemble = folder / "study", folder / "ensemble"
    sweep(experiment(), study, disk=Quick())
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=0)
    sim.run(spec, runs=20).save(ensemble)
    stories = [catalogue.path_of(name) for name in catalogue.names()]
    experiments = [catalogue.experiment_folder() / f"{name}.yaml" for name in catalogue.experiment_names()]
    yield "storylines with damage", files(stories, check, many(3000), folder)
    yield "experiments with damage", files(experiments, sim.load_experiment, many(300), folder)
    yield "tables of cases with damage", tables(many(1500), folder)
    yield "conditions in SQL with damage", conditions(many(300), study)
    yield "addresses of the dashboard", addresses(many(4000))
    yield "requests to the dashboard by strangers", requests()
    yield "one flipped bit in a file of a sweep", bits(study, many(60), of_sweep)
    yield "one flipped bit in a file of an ensemble", bits(ensemble, many(60), of_ensemble)
    for name in ("operations", "kills"):
        (folder / name).mkdir()
    yield "an operation of the disk that fails", operations(folder / "operations")
    yield "kills of a sweep at random moments", kills(many(60), folder / "kills")


def counted(attempts: Attempts) -> Counter[str]:
    """Try one after the other and count: a refusal must be a sentence that gives a terminal no orders."""
    found: Counter[str] = Counter()
    for attempt in attempts:
        try:
            right = attempt()
        except PanjError as error:
            right = str(error).replace("\n", "").isprintable()
        except Exception:  # what is looked for
            found[TRACEBACK] += 1
            traceback.print_exc()
            continue
        found[SURVIVED if right else WRONG] += 1
    return found


def main() -> None:
    """Try everything and print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--scale", type=float, default=1.0)
    scale = arguments.parse_args().scale
    print(f"| tried | attempted | {SURVIVED} | {TRACEBACK} | {WRONG} |\n| --- | ---: | ---: | ---: | ---: |")
    folder = Path(tempfile.mkdtemp(prefix="attempts-"))
    try:
        for words, attempts in rows(scale, folder):
            found = counted(attempts)
            cells = (found[one] for one in (SURVIVED, TRACEBACK, WRONG))
            print(
                f"| {words} | {found.total():,} | " + " | ".join(f"{one:,}" for one in cells) + " |",
                flush=True,
            )
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
