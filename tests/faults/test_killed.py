"""Real processes, really killed: the same command carries on, to the same tables."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.study.results.study import Study
from sim.study.sweep import place
from sim.study.sweep.sweep import sweep
from tests.faults.studies import EXPERIMENT, Quick, content

#: Long enough to be hit in the middle: two dozen blocks of a few hundredths of a second.
LONGER = {**EXPERIMENT, "weeks": 100, "replicates": 24, "block": 192}
LONGER["design"] = {"method": "lhs", "size": 96}


def started(where: Path, *options: str, group: bool = False) -> subprocess.Popen[str]:
    experiment = where.parent / "experiment.yaml"
    if not experiment.exists():
        experiment.write_text(json.dumps(LONGER))
    command = [sys.executable, "-m", "sim", "sweep", str(experiment), "--out", str(where), "--threads", "1"]
    return subprocess.Popen(
        [*command, "--quiet", "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=group,
    )


def lines(where: Path) -> int:
    try:
        path = where if where.suffix == ".jsonl" else where / "manifest.jsonl"
        return path.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def until_it_writes(where: Path, process: subprocess.Popen[str]) -> None:
    before = lines(where)
    while process.poll() is None and lines(where) == before:
        time.sleep(0.002)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    where = tmp_path_factory.mktemp("whole") / "study"
    sweep(LONGER, where, threads=1, disk=Quick())
    return content(where)


def killed_and_resumed(where: Path, kills: int, seed: int) -> int:
    """Kill a sweep at random moments, resuming each time; return how many kills hit it at work."""
    chance, hits = random.Random(seed), 0
    for _ in range(kills):
        process = started(where)
        if chance.random() < 0.7:
            until_it_writes(where, process)
            time.sleep(chance.random() * 0.15)
        else:
            time.sleep(chance.random() * 2.0)
        if process.poll() is None:
            hits += 1
        process.kill()
        process.communicate()
    process = started(where)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert json.loads(out)["complete"]
    return hits


def all_is_there(where: Path, whole: dict[str, bytes]) -> None:
    assert content(where) == whole
    study = Study(where)
    runs = study.outcomes[["case", "replicate"]]
    assert len(runs) == study.runs == 192 * 24
    assert not runs.duplicated().any()


def test_killed_a_few_times(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert killed_and_resumed(tmp_path / "study", kills=3, seed=1) >= 2
    all_is_there(tmp_path / "study", whole)


@pytest.mark.long
def test_killed_twenty_times(tmp_path: Path, whole: dict[str, bytes]) -> None:
    assert killed_and_resumed(tmp_path / "study", kills=20, seed=2) >= 10
    all_is_there(tmp_path / "study", whole)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_asked_once_it_finishes_the_block_and_stops(
    number: int, code: int, tmp_path: Path, whole: dict[str, bytes]
) -> None:
    where = tmp_path / "study"
    process = started(where)
    until_it_writes(where, process)
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert "the same command carries on" in err
    assert "Traceback" not in err
    before = Study(where).done
    assert 0 < before < 192 * 24
    assert not Study(where).damaged()
    sweep(LONGER, where, threads=1, disk=Quick())
    all_is_there(where, whole)


def test_asked_twice_it_stops_at_once(tmp_path: Path) -> None:
    where = tmp_path / "study"
    process = started(where)
    until_it_writes(where, process)
    for _ in range(2):
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.005)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not Study(where).damaged()


@pytest.mark.long
def test_an_interrupt_of_the_whole_group_spares_the_workers(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """As Ctrl-C in a terminal reaches every process: the blocks at hand are finished all the same."""
    pytest.importorskip("distributed", reason="workers need Dask")
    where = tmp_path / "study"
    process = started(where, "--workers", "2", group=True)
    until_it_writes(where, process)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not Study(where).damaged()
    sweep(LONGER, where, threads=1, disk=Quick())
    all_is_there(where, whole)


def a_second_writer_is_told(where: Path) -> bool:
    """Whether a process that comes second is refused, and told who holds the folder."""
    first = started(where)
    try:
        until_it_writes(where, first)
        os.kill(first.pid, signal.SIGSTOP)
        second = started(where)
        _, err = second.communicate(timeout=120)
        return second.returncode == 75 and f"process {first.pid} on" in err
    finally:
        first.kill()
        first.communicate()


def test_a_second_writer_is_told_and_a_dead_one_forgotten(tmp_path: Path, whole: dict[str, bytes]) -> None:
    where = tmp_path / "study"
    assert a_second_writer_is_told(where)
    # The first one was killed just now, holding the lock.
    sweep(LONGER, where, threads=1, disk=Quick())
    all_is_there(where, whole)


def test_the_harness_sees_the_lock_taken_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a lock that locks nothing, the second writer is let in."""
    here = tmp_path / "site"
    here.mkdir()
    (here / "sitecustomize.py").write_text(
        "import filelock\n"
        "class Open:\n"
        "    def __init__(self, *_): pass\n"
        "    def acquire(self, **_): pass\n"
        "    def release(self): pass\n"
        "filelock.FileLock = Open\n"
    )
    paths = [str(here), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(one for one in paths if one))
    assert not a_second_writer_is_told(tmp_path / "study")


def test_shares_add_up_to_the_whole(tmp_path: Path, whole: dict[str, bytes]) -> None:
    where = tmp_path / "study"
    two = started(where, "--share", "2/3")
    until_it_writes(where / "manifest-2-of-3.jsonl", two)
    sweep(LONGER, where, share="1/3", threads=1, disk=Quick())
    _, err = two.communicate(timeout=120)
    assert two.returncode == 0, err
    assert Study(where).done == 192 * 16
    three = sweep(LONGER, where, share="3/3", threads=1, disk=Quick())
    assert three.complete
    all_is_there(where, whole)


def test_a_share_and_the_whole_do_not_mix(tmp_path: Path) -> None:
    from sim.errors import HeldError

    with place.held(tmp_path / "study", place.Share(1, 4)):
        with place.held(tmp_path / "study", place.Share(2, 4)):
            pass
        for other in (place.WHOLE, place.Share(1, 4), place.Share(1, 3)):
            with pytest.raises(HeldError, match="process"), place.held(tmp_path / "study", other):
                pass
    with place.held(tmp_path / "study"):
        pass
