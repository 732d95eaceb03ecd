"""A disk that logs what is done to it, and every state that a crash at any moment may leave.

The rules are those of POSIX: what was written to a file is sure only after its flush, and until then
may be there, gone, cut short or garbled; a name is sure only after its folder's flush, and until then
any part of what was done to the folder's names may be missing. A rename is all or nothing.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sim.study.files import Disk

#: Names of a folder that were not flushed yet: beyond so many, only prefixes of what was done are tried.
MOST_SUBSETS = 4


@dataclass
class Operation:
    """One thing done: `create`, `write`, `flush`, `rename`, `remove`, `make`, `folder` or `report`."""

    kind: str
    path: Path
    file: int = 0
    content: bytes = b""
    target: Path | None = None
    block: int = 0


class Recorder(Disk):
    """The disk, logging; what a mutant forgets to flush is simply not logged as flushed."""

    def __init__(self) -> None:
        self.log: list[Operation] = []
        self.files: dict[int, tuple[int, Path]] = {}
        self.known: dict[Path, int] = {}
        self.numbers = itertools.count(1)

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self._opened(handle, path, new=True)
        return handle

    def extend(self, path: Path) -> int:
        new = path not in self.known
        handle = super().extend(path)
        self._opened(handle, path, new)
        return handle

    def _opened(self, handle: int, path: Path, new: bool) -> None:
        if new:
            self.known[path] = next(self.numbers)
            self.log.append(Operation("create", path, self.known[path]))
        self.files[handle] = self.known[path], path

    def write(self, handle: int, content: bytes) -> None:
        super().write(handle, content)
        file, path = self.files[handle]
        self.log.append(Operation("write", path, file, bytes(content)))

    def flush(self, handle: int) -> None:
        file, path = self.files[handle]
        self.log.append(Operation("flush", path, file))

    def rename(self, source: Path, target: Path) -> None:
        super().rename(source, target)
        self.known[target] = self.known.pop(source)
        self.log.append(Operation("rename", source, target=target))

    def flush_folder(self, folder: Path) -> None:
        self.log.append(Operation("folder", folder))

    def make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self.log.append(Operation("make", folder))
        super().make_folder(folder)

    def remove(self, path: Path) -> None:
        if path in self.known:
            del self.known[path]
            self.log.append(Operation("remove", path))
        super().remove(path)

    def report(self, block: int) -> None:
        self.log.append(Operation("report", Path(), block=block))


@dataclass
class State:
    """What a crash left: files by path, folders, and the blocks that had been reported done."""

    files: dict[Path, bytes]
    folders: set[Path]
    reported: frozenset[int]
    after: int = 0

    @property
    def key(self) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for path, content in sorted(self.files.items()):
            digest.update(str(path).encode() + b"\0" + content + b"\0")
        digest.update(repr((sorted(map(str, self.folders)), sorted(self.reported))).encode())
        return digest.hexdigest()

    def put(self, root: Path, where: Path) -> None:
        """Lay the state, recorded under `root`, out in a new folder."""
        where.mkdir(parents=True)
        for folder in sorted(self.folders):
            (where / folder.relative_to(root)).mkdir(parents=True, exist_ok=True)
        for path, content in self.files.items():
            (where / path.relative_to(root)).write_bytes(content)


@dataclass
class _Model:
    """The disk as the log tells it: files by number, names by folder, both sure and pending."""

    now: dict[int, bytes] = field(default_factory=dict)
    sure: dict[int, bytes] = field(default_factory=dict)
    names: dict[Path, int | None] = field(default_factory=dict)  # None is a folder
    pending: dict[Path, list[Operation]] = field(default_factory=dict)
    reported: set[int] = field(default_factory=set)

    def apply(self, one: Operation) -> None:
        if one.kind == "write":
            self.now[one.file] = self.now.get(one.file, b"") + one.content
        elif one.kind == "flush":
            self.sure[one.file] = self.now.get(one.file, b"")
        elif one.kind == "report":
            self.reported.add(one.block)
        elif one.kind == "folder":
            for done in self.pending.pop(one.path, []):
                _rename(self.names, done)
        else:
            if one.kind == "create":
                self.now.setdefault(one.file, b"")
                self.sure.setdefault(one.file, b"")
            self.pending.setdefault(one.path.parent, []).append(one)

    def states(self, root: Path, after: int) -> Iterator[State]:
        for chosen in itertools.product(*(list(_subsets(done)) for done in self.pending.values())):
            names = dict(self.names)
            for done in chosen:
                for one in done:
                    _rename(names, one)
            for mode in ("kept", "dropped", "garbled", "torn"):
                folders = {path for path, file in names.items() if file is None}
                files = {
                    path: self._content(file, mode)
                    for path, file in names.items()
                    if file is not None and (path.parent == root or path.parent in folders)
                }
                yield State(files, folders, frozenset(self.reported), after)

    def _content(self, file: int, mode: str) -> bytes:
        now, sure = self.now[file], self.sure[file]
        if mode == "kept" or now == sure:
            return now
        rest = len(now) - len(sure)
        return sure + {"dropped": b"", "garbled": bytes(rest), "torn": now[len(sure) :][: rest // 2]}[mode]


def _rename(names: dict[Path, int | None], one: Operation) -> None:
    if one.kind == "create":
        names[one.path] = one.file
    elif one.kind == "make":
        names[one.path] = None
    elif one.kind == "remove":
        names.pop(one.path, None)
    elif one.kind == "rename" and one.path in names:
        assert one.target is not None
        names[one.target] = names.pop(one.path)


def _subsets(done: list[Operation]) -> Iterator[list[Operation]]:
    if len(done) <= MOST_SUBSETS:
        for size in range(len(done) + 1):
            yield from (list(one) for one in itertools.combinations(done, size))
    else:
        yield from (done[:size] for size in range(len(done) + 1))


def states(log: list[Operation], root: Path) -> Iterator[State]:
    """Every different state that a crash after any operation may leave."""
    model, seen = _Model(), set()
    for after, one in enumerate([None, *log]):
        if one is not None:
            model.apply(one)
        for state in model.states(root, after):
            if state.key not in seen:
                seen.add(state.key)
                yield state
