"""Worker processes of this machine, handed work through pipes of their own: nobody else can reach them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from types import TracebackType
from typing import Any

from sim.errors import ScenarioError


def only_once() -> None:
    """End a worker that, reading the script it was started by, comes upon the call that started it."""
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)


class Pool:
    """So many processes of one thread each, started anew when one of them dies.

    It answers as a client of a cluster does, so that a sweep need not know which of the two it has.

    Raises
    ------
    ScenarioError
        A worker cannot start, as in a script that starts workers whenever it is read.
    """

    status = "running"

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._executor = self._started()
        try:
            self._executor.submit(os.getpid).result()
        except BrokenProcessPool:
            raise ScenarioError(
                "the workers could not start: each reads the script that starts them, so that must be a "
                "file, and there the call must stand under  if __name__ == '__main__':"
            ) from None

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._executor.shutdown(cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=_begin)

    def submit(self, function: Callable[..., Any], *arguments: Any, **_: Any) -> Future[Any]:
        """Hand a call to a worker."""
        try:
            return self._executor.submit(function, *arguments)
        except BrokenProcessPool:
            self._executor.shutdown(wait=False)
            self._executor = self._started()
            return self._executor.submit(function, *arguments)

    def scatter(self, text: str, **_: Any) -> str:
        """Return what every task is given; a pipe needs no other copy of it."""
        return text

    def nthreads(self) -> dict[int, int]:
        """Return the threads of each worker."""
        return dict.fromkeys(range(self.workers), 1)


def _begin() -> None:
    """Begin a worker: requests to stop are for the sweep, and without the sweep there is nothing to do."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
