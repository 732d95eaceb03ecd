"""Blocks run by workers: those of a Dask scheduler, or processes started here.

A task is the text of the experiment and the number of a block; the scheduler never holds more than a
few of them, and never a result: a worker that sees the study's folder writes the parts itself, any
other sends them back. The manifest is written here, so nothing that a worker does counts twice.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections import deque
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ResultError, ScenarioError
from sim.study.identity import source_hash, versions
from sim.study.sweep import place
from sim.study.sweep.blocks import Made, lost, setup_of
from sim.study.sweep.execute import Job, patched
from sim.study.sweep.manifest import Entry
from sim.study.sweep.pool import Pool

#: Tasks at the scheduler for each thread of a worker: one that runs, one that waits.
AHEAD = 2
#: Seconds without a scheduler or worker after which a sweep gives up, with everything safe.
PATIENCE = 30.0
#: Seconds between two looks at what has come back.
GLANCE = 0.02
TOKEN = ".token"


@dataclass(frozen=True)
class Reply:
    """What a worker says of a block; `parts` only where it could not write them itself."""

    entry: Entry
    path: NDArray[np.int8]
    parts: dict[str, bytes] | None


def code() -> dict[str, str]:
    """Return what must be the same here and at every worker."""
    return {**versions(), "source": source_hash()}


def work(
    text: str, expected: dict[str, str], design: str, block: int, rows: Any, folder: str, token: str
) -> Reply:
    """Run one block at a worker.

    Raises
    ------
    ResultError
        The worker has other code, or draws another design.
    """
    found = code()
    if found != expected:
        differ = ", ".join(
            f"{key} {found[key]} instead of {expected[key]}" for key in found if found[key] != expected[key]
        )
        raise ResultError(f"a worker has other code: {differ}; install the same version there")
    setup = setup_of(text)
    if setup.base.hash != design:
        raise ResultError("a worker draws another design; install the same versions of scipy and SALib there")
    begun = time.perf_counter()
    made = setup.run(block, threads=1, only=rows)
    here = Path(folder)
    shared = _reads(here / TOKEN) == token
    if rows is not None:
        if not shared:
            raise ResultError("failed runs are tried again only by workers that share the study's folder")
        made = patched(setup, here, made)
    parts = place.encode(made)
    entry = place.entry_of(made, parts, time.perf_counter() - begun)
    if shared:
        place.write_parts(here, block, parts)
    return Reply(entry, made.path, None if shared else parts)


def _reads(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def run(job: Job, scheduler: str | None, workers: int | None) -> None:
    """Run the blocks of a job on the workers of a scheduler, or on so many started here.

    Workers may come and go. A block whose worker dies again and again, also when it is the only one at
    work, is stored as failed runs.

    Raises
    ------
    ScenarioError
        Dask is not installed, the address is none, or workers cannot start.
    ResultError
        A worker has other code.
    OSError
        The scheduler cannot be reached, or is gone, or has no workers.
    """
    token = uuid.uuid4().hex
    note = job.folder / TOKEN
    note.write_text(token)
    try:
        with _client(scheduler) if scheduler is not None else Pool(_count(workers)) as client:
            _Sweep(job, client, token).run()
    finally:
        note.unlink(missing_ok=True)
        # A worker that died while it wrote left a draft.
        place.clean(job.folder, job.setup, job.share, job.disk)


def _count(workers: int | None) -> int:
    if workers is None or workers < 1:
        raise ScenarioError(f"workers: expected a number from 1, found {workers}")
    return workers


@contextlib.contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise ScenarioError(
            "a scheduler needs Dask; install it with: pip install 'panj[cluster]', or take --workers"
        ) from None
    try:
        # An address that nothing is known of fails before there is a client to be closed.
        distributed.comm.core.get_address_host(scheduler)
    except ValueError as error:
        raise ScenarioError(
            f"scheduler: expected an address like tcp://10.0.0.1:8786, found {scheduler!r} ({error})"
        ) from None
    with contextlib.ExitStack() as stack:
        try:
            client = stack.enter_context(
                distributed.Client(scheduler, timeout=PATIENCE, set_as_default=False)
            )
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise ConnectionError(f"no workers at {scheduler} after {PATIENCE:.0f} s; start some") from None
        yield client


def _losses(client: Any) -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """Return what is raised of a task whose worker died, and of one that is to be asked for again."""
    if isinstance(client, Pool):
        return (BrokenProcessPool,), (TimeoutError,)
    from distributed import KilledWorker
    from distributed.client import FutureCancelledError

    return (KilledWorker,), (FutureCancelledError, TimeoutError)


class _Sweep:
    """The blocks of a job on their way through a cluster."""

    def __init__(self, job: Job, client: Any, token: str) -> None:
        self.job, self.client = job, client
        self.folder = str(job.folder.resolve())
        self.token = token
        self.code = code()
        self.flying: dict[Any, int] = {}
        self.suspects: list[int] = []
        self.lonely_since: float | None = None
        self.looked, self.threads = 0.0, 0
        self.losses = _losses(client)
        text = job.setup.experiment.text
        self.text = client.scatter(text, broadcast=False) if len(text) > 100_000 else text

    def run(self) -> None:
        waiting = deque(self.job.blocks)
        while (waiting and not self.job.stop.signal) or self.flying:
            while waiting and not self.job.stop.signal and len(self.flying) < self._room() and self.threads:
                self._submit(waiting.popleft())
            self._collect(waiting)
        # A block that was at a worker as it died may be innocent: each is tried again with nobody beside it.
        for block in self.suspects if not self.job.stop.signal else []:
            self._submit(block)
            while self.flying:
                self._collect(waiting, alone=True)

    def _room(self) -> int:
        """Return how many tasks may be under way, after a look at who is there, once a second."""
        if time.monotonic() - self.looked > 1.0:
            self._look()
        return AHEAD * max(self.threads, 1)

    def _submit(self, block: int) -> None:
        job = self.job
        design, rows = job.setup.base.hash, job.retry.get(block)
        future = self.client.submit(
            work,
            self.text,
            self.code,
            design,
            block,
            rows,
            self.folder,
            self.token,
            key=f"panj-{job.setup.experiment.hash[:8]}-{block}-{uuid.uuid4().hex[:8]}",
            pure=False,
        )
        self.flying[future] = block

    def _collect(self, waiting: deque[int], alone: bool = False) -> None:
        ready = [one for one in self.flying if one.done()] if self.threads else []
        if not ready:
            self._room()
            time.sleep(GLANCE)
        for future in ready:
            block = self.flying.pop(future)
            self._take(future, block, waiting, alone)

    def _look(self) -> None:
        """Count the workers' threads; give up where there have been none for too long."""
        self.looked = time.monotonic()
        self.threads = 0
        if self.client.status == "running":
            with contextlib.suppress(OSError, TimeoutError):
                self.threads = sum(int(one) for one in self.client.nthreads().values())
        if self.threads:
            self.lonely_since = None
            return
        self.lonely_since = self.lonely_since or time.monotonic()
        if self.client.status == "closed" or time.monotonic() - self.lonely_since > PATIENCE:
            raise ConnectionError(
                "the scheduler or all of its workers are gone; what is done is safe, "
                "and the same command carries on"
            )

    def _take(self, future: Any, block: int, waiting: deque[int], alone: bool) -> None:
        died, cancelled = self.losses
        try:
            reply: Reply = future.result(timeout=PATIENCE)
        except died:
            if not alone:
                self.suspects.append(block)
                return
            made = lost(self.job.setup, block, "its worker died each time it ran this block")
            self.job.finish(made, 0.0)
            return
        except cancelled:
            waiting.append(block)
            time.sleep(GLANCE)
            return
        job = self.job
        cases, replicates = job.setup.layout.ranges(block)
        case = np.tile(np.array(cases, np.int64), len(replicates))
        address = job.setup.address(case, np.repeat(np.array(replicates, np.int64), len(cases)))
        job.record(reply.entry, Made(block, {}, case, address, reply.path), reply.parts)
        job.watch.runs(reply.entry.runs)
