"""The only place where a study touches the disk: few operations, so that each can be made to fail.

What is written becomes visible whole or not at all: under a temporary name, flushed, renamed, the
folder flushed. A flush that failed is never tried again on the same file, because the system may
then claim a success that it did not have; whoever wants the content writes it anew.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from sim.errors import ResultError

#: What temporary names end in.
DRAFT = ".tmp"


class Disk:
    """The operations themselves. Tests put others in their place that fail, or forget, on purpose."""

    def create(self, path: Path) -> int:
        """Open a new file for writing; it must not exist."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)

    def feed(self, path: Path) -> int:
        """Open what takes writing and is no file, like a pipe or a device."""
        return os.open(path, os.O_WRONLY | _BINARY)

    def extend(self, path: Path) -> int:
        """Open a file for writing at its end."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY | _PLAIN, 0o666)

    def write(self, handle: int, content: bytes) -> None:
        """Write all of it."""
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]

    def flush(self, handle: int) -> None:
        """Return once the content is on the disk."""
        os.fsync(handle)

    def close(self, handle: int) -> None:
        """Close a file."""
        os.close(handle)

    def rename(self, source: Path, target: Path) -> None:
        """Give a file its name, in place of whatever had it."""
        os.replace(source, target)

    def flush_folder(self, folder: Path) -> None:
        """Return once the names in a folder are on the disk."""
        if os.name == "nt":  # folders cannot be opened there
            return
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def make_folder(self, folder: Path) -> None:
        """Make a folder, and those above it; it may exist."""
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, path: Path) -> bytes | None:
        """Return the content of a file, None if there is none; a link or a pipe is no file."""
        try:
            handle = os.open(path, os.O_RDONLY | _BINARY | _PLAIN)
        except FileNotFoundError:
            return None
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "expected a file, found something else", str(path))
        with open(handle, "rb") as file:
            return file.read()

    def size(self, path: Path) -> int | None:
        """Return the length of a file in bytes, None if there is none; a link is none."""
        try:
            found = path.lstat()
        except FileNotFoundError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def names(self, folder: Path) -> list[str]:
        """List a folder, in order; nothing if there is none."""
        try:
            return sorted(os.listdir(folder))
        except FileNotFoundError:
            return []

    def remove(self, path: Path) -> None:
        """Remove a file; it may be gone."""
        path.unlink(missing_ok=True)


_BINARY = getattr(os, "O_BINARY", 0)
#: Links are not followed, and nobody waits for the other end of a pipe.
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
DISK = Disk()


def own_files(folder: Path) -> None:
    """Refuse a folder with anything but files and folders in it: a link would be written through.

    Raises
    ------
    ResultError
        Naming the first one.
    """
    with os.scandir(folder) as entries:
        for one in entries:
            if one.is_symlink() or not (one.is_file() or one.is_dir()):
                kind = "link" if one.is_symlink() else "pipe or device"
                raise ResultError(
                    f"{folder / one.name} is a {kind}; a result folder holds files and folders of its own, "
                    "so put there what it stands for, or remove it"
                )


def put(disk: Disk, contents: Mapping[Path, bytes | Iterable[bytes]]) -> None:
    """Write files whole or not at all, each in place of an older one.

    All are written and flushed before the first gets its name. What is a pipe or a device (`-o /dev/stdout`)
    is written to and stays what it is. A content in pieces is in memory one piece at a time.

    Raises
    ------
    OSError
        Something failed; no draft is left, and no file has half a content.
    """
    ways = [path for path in contents if path.exists() and not (path.is_file() or path.is_dir())]
    drafts = {
        path: path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}{DRAFT}")
        for path in contents
        if path not in ways
    }
    try:
        for path, draft in drafts.items():
            handle = disk.create(draft)
            try:
                _feed(disk, handle, contents[path])
                disk.flush(handle)
            finally:
                disk.close(handle)
        for path in ways:
            handle = disk.feed(path)
            try:
                _feed(disk, handle, contents[path])
            finally:
                disk.close(handle)
        for path, draft in drafts.items():
            disk.rename(draft, path)
    except BaseException:
        for draft in drafts.values():
            with contextlib.suppress(OSError):
                disk.remove(draft)
        raise
    for folder in dict.fromkeys(path.parent for path in drafts):
        disk.flush_folder(folder)


def _feed(disk: Disk, handle: int, content: bytes | Iterable[bytes]) -> None:
    for piece in [content] if isinstance(content, bytes) else content:
        disk.write(handle, piece)


def append(disk: Disk, path: Path, line: bytes) -> None:
    """Add a line to a file and flush it; a torn line at its end stays, closed by a line break.

    Raises
    ------
    OSError
        Something failed; part of the line may stand there, which a reader passes over.
    """
    handle = disk.extend(path)
    try:
        # The break stands in front, so that whatever a crash tore off before cannot swallow this line.
        disk.write(handle, b"\n" + line + b"\n")
        disk.flush(handle)
    finally:
        disk.close(handle)


def tidy(disk: Disk, folder: Path, only: frozenset[str] | None = None) -> None:
    """Remove drafts that a crash left; with `only`, those of these files."""
    for name in disk.names(folder):
        if name.endswith(DRAFT) and (only is None or name.rsplit(".", 2)[0] in only):
            disk.remove(folder / name)
