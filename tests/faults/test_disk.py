"""A disk on which things fail: each operation in turn, a full disk, parts that were damaged afterwards."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ResultError
from sim.study.files import DRAFT
from sim.study.results.study import Study
from sim.study.sweep.sweep import sweep
from tests.faults.studies import BLOCKS, EXPERIMENT, Cached, Quick, content


class Failing(Quick):
    """The N-th operation of one kind fails; writes leave half of what they were given."""

    def __init__(self, kind: str, number: int, error: int = errno.EIO) -> None:
        self.kind, self.number, self.error, self.count = kind, number, error, 0

    def _fail(self, kind: str) -> bool:
        if kind != self.kind:
            return False
        self.count += 1
        return self.count == self.number

    def create(self, path: Path) -> int:
        if self._fail("create"):
            raise OSError(self.error, "create failed")
        return super().create(path)

    def write(self, handle: int, content: bytes) -> None:
        if self._fail("write"):
            super().write(handle, content[: len(content) // 2])
            raise OSError(self.error, "write failed")
        super().write(handle, content)

    def flush(self, handle: int) -> None:
        if self._fail("flush"):
            raise OSError(self.error, "flush failed")

    def rename(self, source: Path, target: Path) -> None:
        if self._fail("rename"):
            raise OSError(self.error, "rename failed")
        super().rename(source, target)

    def flush_folder(self, folder: Path) -> None:
        if self._fail("folder"):
            raise OSError(self.error, "flush of folder failed")


@pytest.mark.parametrize("kind", ["create", "write", "flush", "rename", "folder"])
def test_any_operation_may_fail(kind: str, tmp_path: Path, cached: Cached, right: dict[str, bytes]) -> None:
    """The N-th one, for every N until a study completes without meeting it."""
    for number in range(1, 200):
        where = tmp_path / str(number)
        disk = Failing(kind, number)
        try:
            sweep(EXPERIMENT, where, disk=disk)
        except OSError:
            assert disk.count == number
        else:
            assert disk.count < number
            break
        assert not list(where.rglob(f"*{DRAFT}")), "a draft was left"
        sweep(EXPERIMENT, where, disk=Quick())
        assert content(where) == right
    assert number > BLOCKS


def test_a_failed_flush_is_not_tried_again_on_the_same_file(tmp_path: Path, cached: Cached) -> None:
    class Noting(Failing):
        flushed: list[int]

        def flush(self, handle: int) -> None:
            self.flushed.append(os.fstat(handle).st_ino)
            super().flush(handle)

    disk = Noting("flush", 4)
    disk.flushed = []
    with pytest.raises(OSError, match="flush failed"):
        sweep(EXPERIMENT, tmp_path / "study", disk=disk)
    failed = disk.flushed[-1]
    assert failed not in disk.flushed[:-1]


def test_a_full_disk_says_how_much_is_missing(tmp_path: Path, cached: Cached) -> None:
    with pytest.raises(OSError, match="runs that are missing need about") as caught:
        sweep(EXPERIMENT, tmp_path / "study", disk=Failing("write", 6, errno.ENOSPC))
    assert caught.value.errno == errno.ENOSPC
    assert "nothing is lost" in str(caught.value)
    assert 0 < Study(tmp_path / "study").done < 48


def _namespaces() -> bool:
    if shutil.which("unshare") is None:
        return False
    made = subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "true"], capture_output=True)
    return made.returncode == 0


@pytest.mark.skipif(not _namespaces(), reason="no user namespaces here, so no small disk of one's own")
def test_a_disk_that_is_really_full(tmp_path: Path, right: dict[str, bytes]) -> None:
    """A small one is mounted, filled by the sweep, made larger, and the sweep carries on."""
    (tmp_path / "experiment.yaml").write_text(json.dumps(EXPERIMENT))
    place = tmp_path / "disk"
    place.mkdir()
    panj = f"{sys.executable} -m sim sweep {tmp_path}/experiment.yaml --out {place}/study --quiet --json"
    script = f"""
        mount -t tmpfs -o size=72k tmpfs {place}
        {panj} > {tmp_path}/first.json 2> {tmp_path}/said; echo $? > {tmp_path}/full
        mount -o remount,size=4m {place}
        {panj} > {tmp_path}/second.json; echo $? > {tmp_path}/larger
        cp -r {place}/study {tmp_path}/copy
    """
    subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script], check=True, timeout=120
    )
    assert (tmp_path / "full").read_text().strip() == "74"
    assert "the disk is full" in (tmp_path / "said").read_text()
    assert "Traceback" not in (tmp_path / "said").read_text()
    assert (tmp_path / "larger").read_text().strip() == "0"
    assert content(tmp_path / "copy") == right


# What happens to parts afterwards


def shortened(path: Path, _: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def zeroed(path: Path, _: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def flipped(path: Path, _: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def missing(path: Path, _: Path) -> None:
    path.unlink()


def foreign(path: Path, other: Path) -> None:
    path.write_bytes((other / path.parent.name / path.name).read_bytes())


DAMAGE = [shortened, zeroed, flipped, missing, foreign]


@pytest.fixture
def study(tmp_path: Path, cached: Cached) -> Path:
    sweep(EXPERIMENT, tmp_path / "study", disk=Quick())
    sweep({**EXPERIMENT, "seed": 1}, tmp_path / "other", disk=Quick())
    return tmp_path / "study"


def damage_is_found(study: Path, path: Path, cached: Cached, right: dict[str, bytes]) -> bool:
    """Whether a damaged part is reported, not read, and run again alone, to the oracle."""
    found = Study(study).damaged() == [2]
    try:
        _ = Study(study).outcomes
        found = False
    except ResultError:
        pass
    cached.ran.clear()
    sweep(EXPERIMENT, study, disk=Quick())
    return found and cached.ran == [2] and content(study) == right


@pytest.mark.parametrize("table", ["outcomes", "changes"])
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_part_is_found_and_run_again(
    damage: Callable[[Path, Path], None], table: str, study: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    path = study / table / "part-000002.parquet"
    damage(path, study.with_name("other"))
    assert damage_is_found(study, path, cached, right)


def test_the_harness_sees_the_checksum_taken_out(
    study: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    from tests.faults.test_crash_states import without_checksums

    path = study / "outcomes" / "part-000002.parquet"
    flipped(path, study)
    with without_checksums():
        assert not damage_is_found(study, path, cached, right)


@pytest.mark.parametrize(
    "tear",
    [
        lambda text: text[:-20],
        lambda text: text + b'0123abcd {"block": 9',
        lambda text: text + bytes(50),
        lambda text: text.replace(b'"failed":0', b'"failed":7', 1),
        lambda text: b"",
        lambda text: text + text,
    ],
    ids=["cut", "half a line", "zeros", "changed", "empty", "twice"],
)
def test_a_torn_manifest(
    tear: Callable[[bytes], bytes], study: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    path = study / "manifest.jsonl"
    path.write_bytes(tear(path.read_bytes()))
    before = len(Study(study).entries)
    cached.ran.clear()
    sweep(EXPERIMENT, study, disk=Quick())
    assert len(cached.ran) == BLOCKS - before
    assert content(study) == right
    assert Study(study).complete


def test_a_manifest_of_another_study_counts_for_nothing(
    study: Path, cached: Cached, right: dict[str, bytes]
) -> None:
    other = study.with_name("other")
    (study / "manifest.jsonl").write_bytes((other / "manifest.jsonl").read_bytes())
    assert not Study(study).entries
    sweep(EXPERIMENT, study, disk=Quick())
    assert content(study) == right


def test_verify_ends_with_one(study: Path, panj: Any) -> None:
    assert panj("status", study, "--verify").code == 0
    flipped(study / "outcomes" / "part-000001.parquet", study)
    told = panj("status", study, "--verify", "--json")
    assert told.code == 1
    assert json.loads(told.out)["damaged"] == [1]
