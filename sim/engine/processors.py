"""How many processors there are for this process: not those of the machine, but those it may use."""

from __future__ import annotations

import os
from pathlib import Path

#: Where Linux says how much of its processors a group of processes may use: quota and period, or `max`.
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def processors() -> int:
    """Return the number of processors this process may keep busy, at least 1.

    What `taskset`, a job scheduler or a container leaves it counts, and so does a quota of processor time.
    """
    try:
        count = len(os.sched_getaffinity(0))
    except AttributeError:  # no such thing on macOS and Windows
        count = os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text().split()
        count = min(count, -(-int(quota) // int(period)))
    except (OSError, ValueError):  # no quota, or none that is told
        pass
    return max(count, 1)
