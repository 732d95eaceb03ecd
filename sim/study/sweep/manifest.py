"""Which blocks are done: a line each, appended after the block's parts are safe on the disk.

A line carries a checksum of itself, so that one torn, garbled or left of another study is passed
over; the block it spoke of is then run again, to the same rows. Of several lines of a block any may
hold: parts that were written twice are equal, unless failed runs were tried again in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sim.study.files import Disk

NAME = "manifest.jsonl"
TABLES = ("outcomes", "changes", "trajectories")


@dataclass(frozen=True)
class Part:
    """One file of a block: rows, length in bytes and checksum."""

    rows: int
    size: int
    blake2b: str


@dataclass(frozen=True)
class Entry:
    """A block that is done.

    block : its number
    runs, failed : how many runs it has, and how many of them failed
    seconds : how long it took
    parts : its files by table
    """

    block: int
    runs: int
    failed: int
    seconds: float
    parts: dict[str, Part]

    def line(self, study: str) -> bytes:
        """Return its line in the manifest of the study with this hash."""
        body = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))
        return f"{checksum((study + body).encode())} {body}".encode()


def checksum(content: bytes) -> str:
    """Return the checksum that parts and lines are believed by."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def part_name(block: int) -> str:
    """Return the file name of a block's parts."""
    return f"part-{block:06d}.parquet"


def read(disk: Disk, folder: Path, study: str) -> dict[int, list[Entry]]:
    """Return what the manifests of a folder say, by block, the latest last."""
    found: dict[int, list[Entry]] = {}
    for line in _lines(disk, folder):
        entry = _entry(line, study)
        if entry is not None:
            found.setdefault(entry.block, []).append(entry)
    return found


def garbled(disk: Disk, folder: Path, study: str) -> int:
    """Return how many lines are torn, damaged or of another study."""
    return sum(_entry(line, study) is None for line in _lines(disk, folder))


def _lines(disk: Disk, folder: Path) -> Iterator[bytes]:
    """Yield the lines of every file whose name starts as a manifest's: shares of a sweep keep one each."""
    for name in disk.names(folder):
        if name.startswith("manifest") and name.endswith(".jsonl"):
            yield from filter(None, (disk.read(folder / name) or b"").split(b"\n"))


def _entry(line: bytes, study: str) -> Entry | None:
    said, _, body = line.partition(b" ")
    if not body or checksum(study.encode() + body) != said.decode("ascii", "replace"):
        return None
    data: dict[str, Any] = json.loads(body)
    parts = {name: Part(**one) for name, one in data.pop("parts").items()}
    return Entry(parts=parts, **data)


def standing(disk: Disk, folder: Path, entries: Iterable[Entry], sums: bool) -> Entry | None:
    """Return the latest of a block's entries whose parts are all there, None if none is.

    `sums` compares checksums; without it lengths only.
    """
    for entry in reversed(list(entries)):
        if all(
            _holds(disk, folder / name / part_name(entry.block), one, sums)
            for name, one in entry.parts.items()
        ):
            return entry
    return None


def _holds(disk: Disk, path: Path, part: Part, sums: bool) -> bool:
    if disk.size(path) != part.size:
        return False
    return not sums or checksum(disk.read(path) or b"") == part.blake2b
