"""Running the blocks that are missing: in this process, or by workers; stopped without loss at any time."""

from __future__ import annotations

import errno
import shutil
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.study.files import DISK, Disk
from sim.study.sweep import place
from sim.study.sweep.blocks import Made, Setup
from sim.study.sweep.manifest import Entry
from sim.study.sweep.place import WHOLE, Share

Ints = NDArray[np.int64]


class Watch(Protocol):
    """What is told of a sweep while it runs."""

    def begin(self, setup: Setup, done: int, wanted: int) -> None:
        """Say how many runs are done already, and how many there will be."""

    def runs(self, count: int) -> None:
        """Say that so many runs of the present block are finished; at times from another thread."""

    def block(self, case: Ints, replicate: Ints, path: NDArray[np.int8], fresh: bool) -> None:
        """Say that a block is safe on the disk; `fresh` where it was run just now."""

    def evaluations(self, done: int, wanted: int) -> None:
        """Say how many candidates of a search are judged."""


class Silent:
    """A watch that says nothing."""

    def begin(self, setup: Setup, done: int, wanted: int) -> None:
        """Pass."""

    def runs(self, count: int) -> None:
        """Pass."""

    def block(self, case: Ints, replicate: Ints, path: NDArray[np.int8], fresh: bool) -> None:
        """Pass."""

    def evaluations(self, done: int, wanted: int) -> None:
        """Pass."""


class Interrupted(KeyboardInterrupt):
    """A sweep was asked to stop and did, with everything finished so far safe on the disk.

    code : 130 after an interrupt, 143 after a request to end
    """

    def __init__(self, number: int, done: int, wanted: int, unit: str = "blocks") -> None:
        super().__init__(
            f"stopped: {done:,} of {wanted:,} {unit} are done and safe; the same command carries on"
        )
        self.code = 128 + number


class Stop:
    """Whether somebody asked to stop: once to finish the block at hand, twice to leave at once."""

    def __init__(self) -> None:
        self.signal = 0

    def ask(self, number: int, _: FrameType | None = None) -> None:
        """Note a signal; the second one interrupts."""
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGINT and SIGTERM as requests; only the main thread may."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {one: signal.signal(one, self.ask) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


@dataclass
class Job:
    """What is to be run, where to, and whom to tell.

    blocks : in order
    retry : rows of blocks that are to be run alone and put into the parts that exist
    """

    setup: Setup
    folder: Path
    blocks: list[int]
    share: Share = WHOLE
    watch: Watch = field(default_factory=Silent)
    stop: Stop = field(default_factory=Stop)
    retry: dict[int, Ints] = field(default_factory=dict)
    disk: Disk = DISK

    def finish(self, made: Made, seconds: float) -> None:
        """Put a block on the disk, then into the manifest, then tell of it."""
        if made.block in self.retry and len(made.path) < self.setup.layout.runs(made.block):
            made = patched(self.setup, self.folder, made, self.disk)
        parts = place.encode(made)
        self.record(place.entry_of(made, parts, seconds), made, parts)

    def record(self, entry: Entry, made: Made, parts: Mapping[str, bytes] | None) -> None:
        """Put parts on the disk, unless a worker did (None), and say that the block is done."""
        try:
            if parts is not None:
                place.write_parts(self.folder, made.block, parts, self.disk)
            place.record(self.folder, self.setup.experiment.hash, entry, self.share, self.disk)
        except OSError as error:
            raise explained(error, self.setup, self.folder, entry) from None
        self.watch.block(made.case, made.replicate, made.path, True)


def here(job: Job, threads: int | None = None) -> None:
    """Run blocks in this process, one after the other, each on all threads.

    Raises
    ------
    OSError
        Writing failed; what was finished before is safe.
    KeyboardInterrupt
        A second request to stop.
    """
    for block in job.blocks:
        if job.stop.signal:
            return
        begun = time.perf_counter()
        made = job.setup.run(block, threads=threads, progress=job.watch.runs, only=job.retry.get(block))
        job.finish(made, time.perf_counter() - begun)


def explained(error: OSError, setup: Setup, folder: Path, entry: Entry) -> OSError:
    """Say of a full disk how much room the rest of the study needs."""
    if error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return error
    done = place.done(folder, setup.experiment.hash, sums=False)
    left = setup.runs - sum(one.runs for one in done.values())
    each = sum(one.size for one in entry.parts.values()) / max(entry.runs, 1)
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        free = 0
    return OSError(
        error.errno,
        f"the disk is full: the {left:,} runs that are missing need about {_bytes(left * each)}, "
        f"{_bytes(free)} are free; make room and start the same command again, nothing is lost",
        str(folder),
    )


def _bytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB"


def failed_rows(folder: Path, entries: dict[int, Entry]) -> dict[int, Ints]:
    """Return, of each block with failed runs, the rows of those."""
    found = {}
    for block, entry in entries.items():
        if entry.failed:
            failure = place.read_part(folder, "outcomes", block, ["failure"])["failure"]
            found[block] = np.flatnonzero(failure.notna())
    return found


def patched(setup: Setup, folder: Path, made: Made, disk: Disk = DISK) -> Made:
    """Put runs that were tried again among the others of their block."""
    kept = setup.experiment.trajectories
    if kept is not None and kept.keep == "quantiles":
        # Quantiles are over all replicates of a case, so its other runs are needed as well.
        return setup.run(made.block)
    old = {name: place.read_part(folder, name, made.block, disk=disk) for name in made.tables}
    whole = old["outcomes"]
    order = {key: k for k, key in enumerate(zip(whole["case"], whole["replicate"], strict=True))}
    tried = set(zip(made.case.tolist(), made.replicate.tolist(), strict=True))
    merged = {}
    for name, new in made.tables.items():
        there = pd.MultiIndex.from_frame(old[name][["case", "replicate"]])
        stay = old[name][~there.isin(tried)]
        both = pd.concat([stay, new], ignore_index=True) if len(stay) else new.copy()
        place_of = [order[key] for key in zip(both["case"], both["replicate"], strict=True)]
        both = both.iloc[np.argsort(place_of, kind="stable")].reset_index(drop=True)
        merged[name] = both.astype(new.dtypes.to_dict())
    codes = merged["outcomes"]["path"].cat.codes.to_numpy(np.int8)
    path = np.where(merged["outcomes"]["failure"].notna(), -1, codes).astype(np.int8)
    return Made(
        made.block,
        merged,
        merged["outcomes"]["case"].to_numpy(np.int64),
        merged["outcomes"]["replicate"].to_numpy(np.int64),
        path,
    )
