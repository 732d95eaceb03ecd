"""Workers that die, come late, are poisoned or have other code; a scheduler that goes away."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ResultError, ScenarioError
from sim.study.results.study import Study
from sim.study.sweep import cluster
from sim.study.sweep.execute import Silent
from sim.study.sweep.sweep import sweep
from tests.faults.studies import BLOCKS, EXPERIMENT, Quick, content

distributed = pytest.importorskip("distributed", reason="clusters need Dask")

LONGER = {**EXPERIMENT, "weeks": 100, "replicates": 40, "design": {"method": "lhs", "size": 48}, "block": 96}


class Acting(Silent):
    """Does something once so many blocks are done."""

    def __init__(self, after: int, action: Any) -> None:
        self.left, self.action = after, action

    def block(self, case: Any, replicate: Any, path: Any, fresh: bool) -> None:
        self.left -= 1
        if self.left == 0:
            self.action()


@pytest.fixture
def two() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    ) as made:
        yield made


def test_a_worker_killed_and_one_joined(two: Any, tmp_path: Path) -> None:
    sweep(LONGER, tmp_path / "here", disk=Quick())

    def kill_and_join() -> None:
        os.kill(two.workers[0].pid, signal.SIGKILL)
        threading.Thread(target=two.scale, args=(3,)).start()

    study = sweep(LONGER, tmp_path / "there", scheduler=two.scheduler_address, watch=Acting(6, kill_and_join))
    assert study.complete
    assert study.failed == 0
    assert content(tmp_path / "there") == content(tmp_path / "here")
    assert not study.outcomes[["case", "replicate"]].duplicated().any()


def test_no_folder_in_common(two: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts come back with the answer where a worker does not see the study's folder."""
    sweep(EXPERIMENT, tmp_path / "here", disk=Quick())
    monkeypatch.setattr(cluster, "TOKEN", ".token-of-this-machine")
    study = sweep(EXPERIMENT, tmp_path / "there", scheduler=two.scheduler_address)
    assert study.complete
    assert content(tmp_path / "there") == content(tmp_path / "here")


def test_a_worker_with_other_code(two: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = cluster.code()
    monkeypatch.setattr(cluster, "code", lambda: {**real, "source": "of tomorrow"})
    with pytest.raises(ResultError, match="other code: source"):
        sweep(EXPERIMENT, tmp_path / "study", scheduler=two.scheduler_address)
    assert not list((tmp_path / "study" / "outcomes").iterdir())


def test_wrong_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1.0)
    with pytest.raises(OSError, match=r"scheduler|connect"):
        sweep(EXPERIMENT, tmp_path / "study", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ScenarioError, match="address"):
        sweep(EXPERIMENT, tmp_path / "study", scheduler="nonsense://x")
    with pytest.raises(ScenarioError, match="either"):
        sweep(EXPERIMENT, tmp_path / "study", scheduler="tcp://127.0.0.1:9", workers=2)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks at sockets as Linux lists them")
def test_workers_of_this_machine_listen_to_nobody(tmp_path: Path) -> None:
    sweep(EXPERIMENT, tmp_path / "here", disk=Quick())
    open_to: list[str] = []

    def look() -> None:
        listening = {
            f"socket:[{line.split()[9]}]"
            for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in Path(table).read_text().splitlines()[1:]
            if line.split()[3] == "0A"
        }
        for pid in (os.getpid(), *(one.pid for one in multiprocessing.active_children())):
            held = {os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir() if one.is_symlink()}
            open_to.extend(held & listening)

    before = distributed_sockets()
    study = sweep(EXPERIMENT, tmp_path / "there", workers=2, watch=Acting(1, look))
    assert study.complete
    assert content(tmp_path / "there") == content(tmp_path / "here")
    assert set(open_to) <= before


def distributed_sockets() -> set[str]:
    """Sockets that this process holds already, from tests with clusters."""
    return {os.readlink(one) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()}


def test_a_worker_of_this_machine_is_killed(tmp_path: Path) -> None:
    sweep(LONGER, tmp_path / "here", disk=Quick())

    def kill() -> None:
        os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)

    study = sweep(LONGER, tmp_path / "there", workers=2, watch=Acting(3, kill))
    assert study.complete
    assert study.failed == 0
    assert content(tmp_path / "there") == content(tmp_path / "here")


DIES_WRITING = """
import os
from sim.study.files import Disk
real = Disk.rename
def rename(disk, source, target):
    if target.name.startswith("part-000002") and not os.path.exists({once!r}):
        open({once!r}, "w").close()
        os._exit(9)
    real(disk, source, target)
Disk.rename = rename
"""


def test_a_worker_that_dies_while_it_writes_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep(EXPERIMENT, tmp_path / "here", disk=Quick())
    (tmp_path / "sitecustomize.py").write_text(DIES_WRITING.format(once=str(tmp_path / "once")))
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), root]))
    study = sweep(EXPERIMENT, tmp_path / "there", workers=1)
    assert (tmp_path / "once").exists()
    assert study.complete
    assert study.failed == 0
    assert content(tmp_path / "there") == content(tmp_path / "here")


@pytest.mark.parametrize("way", ["a file", "standard input"])
def test_a_script_without_a_guard_is_told_so(tmp_path: Path, way: str) -> None:
    script = f"import sim; sim.sweep({EXPERIMENT!r}, {str(tmp_path / 'study')!r}, workers=2)"
    (tmp_path / "script.py").write_text(script)
    command = [sys.executable, *(["script.py"] if way == "a file" else ["-"])]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    given = None if way == "a file" else script
    ran = subprocess.run(command, input=given, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert ran.returncode == 1
    assert "if __name__ == '__main__'" in ran.stderr.splitlines()[-1]
    if way == "a file":
        assert ran.stderr.count("Traceback") == 1


POISON = """
import os
from sim.study.sweep.blocks import Setup
real = Setup.run
def run(self, block, **options):
    if block == 2:
        os._exit(9)
    return real(self, block, **options)
def dask_setup(worker):
    Setup.run = run
"""


@pytest.mark.long
def test_a_block_that_kills_its_process_becomes_failed_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(POISON + "dask_setup(None)")
    root = str(Path(__file__).resolve().parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), root]))
    study = sweep(EXPERIMENT, tmp_path / "study", workers=2)
    assert study.complete
    assert study.failed == study.runs // BLOCKS
    failed = study.outcomes[study.outcomes["failure"].notna()]
    assert failed["failure"].str.contains("worker died").all()


@pytest.mark.long
def test_a_block_that_kills_its_worker_becomes_failed_runs(tmp_path: Path) -> None:
    import dask

    (tmp_path / "poison.py").write_text(POISON)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
            preload_nanny=[],
            preload=[str(tmp_path / "poison.py")],
        ) as made,
    ):
        study = sweep(EXPERIMENT, tmp_path / "study", scheduler=made.scheduler_address)
    assert study.complete
    assert study.failed == study.runs // BLOCKS
    failed = study.outcomes[study.outcomes["failure"].notna()]
    assert failed["failure"].str.contains("worker died").all()
    # In this process nothing kills it: trying again mends exactly those, and all is as it should be.
    mended = sweep(EXPERIMENT, tmp_path / "study", retry_failed=True, disk=Quick())
    assert mended.failed == 0
    sweep(EXPERIMENT, tmp_path / "whole", disk=Quick())
    assert content(tmp_path / "study") == content(tmp_path / "whole")


@pytest.mark.long
def test_the_scheduler_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 15.0)
    address = tmp_path / "scheduler.json"
    options: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = subprocess.Popen(
        [
            *_dask("scheduler"),
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(address),
        ],
        **options,
    )
    worker = subprocess.Popen(
        [
            *_dask("worker"),
            "--scheduler-file",
            str(address),
            "--nthreads",
            "1",
            "--no-dashboard",
            "--host",
            "127.0.0.1",
        ],
        **options,
    )
    try:
        until = time.monotonic() + 60
        while not address.exists() and time.monotonic() < until:
            time.sleep(0.1)
        where = json.loads(address.read_text())["address"]
        with pytest.raises(OSError, match="the same command carries on"):
            sweep(LONGER, tmp_path / "study", scheduler=where, watch=Acting(4, scheduler.kill))
    finally:
        for one in (worker, scheduler):
            one.kill()
            one.wait()
    assert 0 < Study(tmp_path / "study").done < 96 * 40
    assert not Study(tmp_path / "study").damaged()
    assert sweep(LONGER, tmp_path / "study", disk=Quick()).complete
    sweep(LONGER, tmp_path / "whole", disk=Quick())
    assert content(tmp_path / "study") == content(tmp_path / "whole")


def _dask(what: str) -> list[str]:
    return [sys.executable, "-c", f"from distributed.cli.dask_{what} import main; main()"]
