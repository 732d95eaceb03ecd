"""After a crash at any operation, in any state it may legally leave, the study resumes to the oracle."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.study.files import DRAFT, Disk
from sim.study.sweep import manifest, place
from sim.study.sweep.blocks import Setup
from sim.study.sweep.execute import Silent
from sim.study.sweep.sweep import ready, sweep
from tests.faults.crash import Operation, Recorder, State, states
from tests.faults.studies import BLOCKS, EXPERIMENT, Cached, Quick, content


class Reporting(Silent):
    """Tells the log that a block was reported done."""

    def __init__(self, disk: Recorder, cached: Cached) -> None:
        self.disk, self.cached = disk, cached

    def block(self, case: Any, replicate: Any, path: NDArray[np.int8], fresh: bool) -> None:
        if fresh:
            self.disk.report(self.cached.ran[-1])


def recorded(folder: Path, cached: Cached, disk: Recorder) -> list[Operation]:
    folder.mkdir(parents=True)
    sweep(EXPERIMENT, folder, disk=disk, watch=Reporting(disk, cached))
    return disk.log


def violations(state: State, root: Path, where: Path, right: dict[str, bytes], cached: Cached) -> list[str]:
    """What is wrong with a resumption from a state; nothing, it is hoped."""
    state.put(root, where)
    found = []
    study = ready(EXPERIMENT).experiment.hash
    done = place.done(where, study, sums=True) if (where / "result.json").is_file() else {}
    if not state.reported <= set(done):
        found.append(f"after {state.after}: reported done and lost: {sorted(state.reported - set(done))}")
    cached.ran.clear()
    try:
        sweep(EXPERIMENT, where, disk=Quick())
    except ValueError as error:
        return [*found, f"after {state.after}: cannot be resumed: {error}"]
    if sorted(cached.ran) != sorted(set(range(BLOCKS)) - set(done)):
        found.append(f"after {state.after}: ran {sorted(cached.ran)} where {sorted(done)} were done")
    if content(where) != right:
        found.append(f"after {state.after}: the tables differ from the uninterrupted study")
    shutil.rmtree(where)
    return found


def tried(tmp_path: Path, cached: Cached, right: dict[str, bytes], disk: Recorder) -> tuple[int, list[str]]:
    root = tmp_path / "recorded"
    log = recorded(root, cached, disk)
    found: list[str] = []
    count = 0
    for number, state in enumerate(states(log, root)):
        count += 1
        found += violations(state, root, tmp_path / f"state{number}", right, cached)
    return count, found


def test_every_state(tmp_path: Path, cached: Cached, right: dict[str, bytes]) -> None:
    count, found = tried(tmp_path, cached, right, Recorder())
    assert count > 100
    assert not found, found


def test_the_states_cover_what_a_crash_does(tmp_path: Path, cached: Cached, right: dict[str, bytes]) -> None:
    """Unflushed parts kept, dropped and garbled; names there and not; with and without reports."""
    root = tmp_path / "recorded"
    log = recorded(root, cached, Recorder())
    kinds = {one.kind for one in log}
    assert {"create", "write", "flush", "rename", "folder", "report", "make"} <= kinds
    found = list(states(log, root))
    parts = [content for state in found for path, content in state.files.items() if DRAFT in path.name]
    assert any(one == b"" for one in parts)
    assert any(one and not any(one) for one in parts)
    assert any(state.reported == frozenset(range(BLOCKS)) for state in found)
    assert any(not state.files for state in found)


# The harness itself: with a flush or the checksum taken out, it must see what breaks.


class NoFlush(Recorder):
    """No content is ever flushed."""

    def flush(self, handle: int) -> None:
        pass


class NoPartFlush(Recorder):
    """Parts are not flushed; all else is."""

    def flush(self, handle: int) -> None:
        if not self.files[handle][1].name.startswith("part-"):
            super().flush(handle)


class NoManifestFlush(Recorder):
    """The manifest is not flushed; parts are."""

    def flush(self, handle: int) -> None:
        if self.files[handle][1].name.endswith(DRAFT):
            super().flush(handle)


class NoFolderFlush(Recorder):
    """The folder of outcomes is not flushed; all else is."""

    def flush_folder(self, folder: Path) -> None:
        if folder.name != "outcomes":
            super().flush_folder(folder)


@pytest.mark.parametrize("mutant", [NoFlush, NoPartFlush, NoManifestFlush, NoFolderFlush])
def test_the_harness_sees_a_flush_taken_out(
    mutant: type[Recorder], tmp_path: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    assert violated(tmp_path, cached, right, mutant(), "lost")


def violated(tmp_path: Path, cached: Cached, right: dict[str, bytes], disk: Recorder, word: str) -> bool:
    """Whether some state leads to a violation of this kind."""
    root = tmp_path / "recorded"
    log = recorded(root, cached, disk)
    # Late states say most: something was reported by then. A third of them is plenty for a mutant.
    for number, state in enumerate(list(states(log, root))[::-3]):
        found = violations(state, root, tmp_path / f"state{number}", right, cached)
        if any(word in one for one in found):
            return True
    return False


@contextlib.contextmanager
def without_checksums() -> Iterator[None]:
    real = manifest.standing

    def trusting(disk: Disk, folder: Path, entries: Any, sums: bool) -> Any:
        return real(disk, folder, entries, False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest, "standing", trusting)
        yield


def test_the_harness_sees_the_checksum_taken_out(
    tmp_path: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    """A part that kept its length and lost its content is believed, and the tables come out wrong."""
    assert not violated(tmp_path / "with", cached, right, NoPartFlush(), "differ")
    with without_checksums():
        assert violated(tmp_path / "without", cached, right, NoPartFlush(), "differ")


def test_a_setup_is_what_the_blocks_say() -> None:
    setup: Setup = ready(EXPERIMENT)
    assert len(setup.layout) == BLOCKS
