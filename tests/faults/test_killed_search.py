"""A search that is really killed: the same command carries on, to the same front and the same tables."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest

from sim.study.sweep.sweep import sweep
from tests.faults.studies import Quick, content
from tests.faults.test_killed import started, until_it_writes
from tests.study.search.test_search import SMALL

#: Long enough to be hit in the middle.
LONGER = {**SMALL, "design": {**SMALL["design"], "evaluations": 150, "seeds": 3}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    where = tmp_path_factory.mktemp("whole") / "study"
    sweep(LONGER, where, threads=1, disk=Quick())
    return parts(where)


def parts(where: Path) -> dict[str, bytes]:
    """Return what a folder holds, but for lines that a kill tore and when the search began."""
    found = {name: one for name, one in content(where).items() if not name.startswith("search/.lock")}
    told = json.loads(found.pop("search/result.json"))
    name = "search/evaluations.jsonl"
    lines = [one for one in found[name].split(b"\n") if one.endswith(b"}")]
    return found | {name: b"\n".join(lines), "search": json.dumps(told["experiment"]).encode()}


def killed(where: Path, kills: int, seed: int) -> int:
    """Kill a search at random moments, resuming each time; return how many kills hit it at work."""
    chance, hits = random.Random(seed), 0
    (where.parent / "experiment.yaml").write_text(json.dumps(LONGER))
    for _ in range(kills):
        process = started(where)
        until_it_writes(where / "search" / "evaluations.jsonl", process)
        time.sleep(chance.random() * 0.4)
        hits += process.poll() is None
        process.kill()
        process.communicate()
    out, err = started(where).communicate(timeout=300)
    assert json.loads(out)["complete"], err
    return hits


def test_killed_twice(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert killed(tmp_path / "study", kills=2, seed=1) >= 1
    assert parts(tmp_path / "study") == whole


@pytest.mark.long
def test_killed_twenty_times(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert killed(tmp_path / "study", kills=20, seed=2) >= 10
    assert parts(tmp_path / "study") == whole
