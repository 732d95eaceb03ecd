"""A folder put in the place of another: at any moment the old one or the new one has the name, whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from pathlib import Path

#: Flags by which systems swap two names in one step, and the value for a path relative to nothing.
_EXCHANGE, _SWAP, _HERE = 2, 2, -100
#: Seconds after which a draft that a killed process left is nobody's any more.
STALE = 86_400.0


def replace(draft: Path, folder: Path) -> None:
    """Give a folder its name; what had it before is removed, or left under the draft's name for that.

    Where the system cannot swap two names in one step, the old folder waits under another name for an
    instant; `recover` brings it back after a kill in between.

    Raises
    ------
    OSError
        Renaming failed; the old folder has its name.
    """
    if not folder.exists():
        draft.rename(folder)
        return
    if exchange(draft, folder):
        return
    old = _waiting(folder)
    folder.rename(old)
    try:
        draft.rename(folder)
    except BaseException:
        old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def exchange(one: Path, other: Path) -> bool:
    """Swap two names in one step; say False where this system or file system cannot."""
    paths = os.fsencode(one), os.fsencode(other)
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        return bool(library.renameat2(_HERE, paths[0], _HERE, paths[1], _EXCHANGE) == 0)
    if sys.platform == "darwin" and hasattr(library, "renamex_np"):
        return bool(library.renamex_np(*paths, _SWAP) == 0)
    return False


def recover(folder: Path) -> None:
    """Put right what a kill in the middle of `replace` left, and clear drafts that nobody finishes.

    Raises
    ------
    OSError
        Renaming failed.
    """
    old = _waiting(folder)
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    start, now = f".{folder.name}.", time.time()
    for one in folder.parent.iterdir() if folder.parent.is_dir() else ():
        draft = one.name.startswith(start) and one.name.endswith(".tmp") and not one.is_symlink()
        if draft and one.is_dir() and now - one.stat().st_mtime > STALE:
            shutil.rmtree(one, ignore_errors=True)


def beside(folder: Path) -> Path:
    """Return a free name beside a folder, for what it held."""
    number = 1
    while os.path.lexists(place := folder.with_name(f"{folder.name}.old{number}")):
        number += 1
    return place


def hint(folder: Path) -> str:
    """Say what lies beside the place of a folder that is not there, as the tail of a message."""
    kept = sorted(one.name for one in folder.parent.glob(f"{folder.name}.old*") if one.is_dir())
    return f"; what --force put aside lies beside it in {', '.join(kept)}" if kept else ""


def _waiting(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
