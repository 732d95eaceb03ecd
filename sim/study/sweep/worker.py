"""Loaded by workers that a sweep starts: requests to stop are for the sweep, which finishes its blocks."""

from __future__ import annotations

import signal
from typing import Any


def dask_setup(worker: Any) -> None:
    """Let signals that reach the whole group of processes, like Ctrl-C, pass this one by."""
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)
