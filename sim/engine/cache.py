"""Where compiled code is kept, and how an old or broken cache is never believed.

The folder is named by a hash of the package's source, so edited rules get one of their own. A file of
machine code begins with the sum of what it holds, and one that is not as it was written is made anew, by
one process for all of those that need it at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import platformdirs

from sim.model import extension

PACKAGE = Path(__file__).resolve().parent.parent

#: Length of the sum that stands before the machine code in a file.
SUM = 16
#: Seconds to wait for machine code that another process is making.
PATIENCE = 120.0

#: Files of the engine that never reach the compiler.
PLAIN = frozenset({"mesa_model.py", "agents.py", "decisions.py", "processors.py"})


def source_key(package: Path = PACKAGE) -> str:
    """Hash the source of all that is compiled, with the versions that compile it."""
    digest = hashlib.blake2b(digest_size=10)
    parts = [platform.python_version(), platform.machine(), version("llvmlite"), version("numpy")]
    parts += filter(None, [extension.key()])
    digest.update("|".join(parts).encode())
    for folder in ("model", "engine"):
        for path in sorted((package / folder).rglob("*.py")):
            if path.name not in PLAIN:
                digest.update(str(path.relative_to(package)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@extension.cached_in_force
def cache_folder() -> Path:
    """Return a writable folder for this source, per user, else a temporary one, else one of this process.

    What lies there is executed, so a folder that belongs to somebody else is not used.
    """
    key = source_key()
    base = os.environ.get("PANJ_CACHE")
    wanted = [Path(base)] if base else []
    if not base:
        with contextlib.suppress(RuntimeError, OSError):  # a user without a home
            wanted.append(Path(platformdirs.user_cache_dir("panj")))
    wanted.append(Path(tempfile.gettempdir()) / f"panj-{os.getuid() if hasattr(os, 'getuid') else 'user'}")
    for place in wanted:
        folder = place / key
        try:
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(exist_ok=True, mode=0o700)
            if not (ours(place) and ours(folder)):
                continue
            probe = folder / f".probe-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError:
            continue
        return folder
    return Path(tempfile.mkdtemp(prefix="panj-"))


def ours(folder: Path) -> bool:
    """Say whether a folder belongs to this user and nobody else may write to it."""
    if not hasattr(os, "getuid"):
        return True
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


def stored(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return what a file of machine code holds; made anew where it is missing or not as it was written.

    Of the processes that miss it one makes it and the others wait, `PATIENCE` seconds at most.
    """
    if (image := _sound(path)) is not None:
        return image
    with _first(path):
        if (image := _sound(path)) is not None:
            return image
        image = make()
        with contextlib.suppress(OSError):  # a full disk costs the next process its time, this one nothing
            handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".draft")
            with os.fdopen(handle, "wb") as file:
                file.write(_sum(image) + image)
            os.replace(draft, path)
        return image


def _sound(path: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        whole = path.read_bytes()
        if whole[:SUM] == _sum(whole[SUM:]):
            return whole[SUM:]
    return None


def _sum(image: bytes) -> bytes:
    return hashlib.blake2b(image, digest_size=SUM).digest()


@contextlib.contextmanager
def _first(path: Path) -> Iterator[None]:
    """Let one process at a time make a file; the system frees what a dead one held."""
    from filelock import FileLock, Timeout

    lock = FileLock(f"{path}.lock", timeout=PATIENCE)
    # Where the other one hangs, or the disk knows no locks, making it twice is all that happens.
    with contextlib.suppress(Timeout, OSError, NotImplementedError):
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def import_source(name: str, text: str) -> ModuleType:
    """Import generated source from a file beside the cache, written under a temporary name and renamed."""
    folder = cache_folder()
    path = folder / f"{name}.py"
    if not path.exists() or path.read_text() != text:
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".draft")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.replace(draft, path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
