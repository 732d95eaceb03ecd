"""The folder of a sweep: who may write into it, whose study it holds, which blocks are done.

result.json         the experiment, its hash, versions: written first
design.parquet      one row a case
outcomes/ changes/ trajectories/      one part a block
manifest.jsonl      a line for each block that is done
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import HeldError, ResultError
from sim.study import aside
from sim.study.ensemble import store
from sim.study.files import DISK, DRAFT, Disk, append, own_files, put, tidy
from sim.study.identity import extensions, source_hash, versions
from sim.study.migrations import FORMAT
from sim.study.sweep import manifest
from sim.study.sweep.blocks import Made, Setup
from sim.study.sweep.manifest import Entry, Part, part_name

DESIGN = "design.parquet"
#: Folder of what a search tried, beside what became of it; written by `sim.study.search.record`.
SEARCH = "search"
LOCK = ".lock"


@dataclass(frozen=True)
class Share:
    """Every `of`-th block from the `number`-th on; the whole sweep is share 1 of 1."""

    number: int = 1
    of: int = 1

    @property
    def suffix(self) -> str:
        """What tells its files from those of other shares."""
        return "" if self.of == 1 else f"-{self.number}-of-{self.of}"

    @property
    def manifest(self) -> str:
        """Name of its manifest."""
        return f"manifest{self.suffix}.jsonl"

    def mine(self, order: list[int]) -> list[int]:
        """Return its blocks."""
        return order[self.number - 1 :: self.of]


WHOLE = Share()


def identity(setup: Setup) -> dict[str, Any]:
    """Describe a sweep: everything that determines its tables, and how many runs there will be."""
    experiment = setup.experiment
    return {
        "panj_result": FORMAT,
        "kind": "sweep",
        "experiment": {
            "title": experiment.title,
            "question": experiment.question,
            "hash": experiment.hash,
            "outcomes": list(experiment.outcomes),
            "goals": [one.model_dump(exclude_none=True) for one in experiment.goals],
            "canonical": experiment.canonical,
            "reasons": {name: one.reasons for name, one in experiment.scenarios.items()},
        },
        "seed": experiment.seed,
        "cases": setup.cases,
        "replicates": experiment.replicates,
        "runs": setup.runs,
        "blocks": len(setup.layout),
        "rejection": {"drawn": setup.base.drawn, "kept": setup.base.kept},
        "design": setup.base.hash,
        "versions": versions(),
        "source": source_hash(),
        **extensions(),
    }


#: What must agree for a sweep to carry on.
_SAME = ("experiment", "design", "versions", "source", "blocks")


def differences(old: Mapping[str, Any], new: Mapping[str, Any], most: int = 8) -> list[str]:
    """Say in which respects two descriptions would give other tables, a line each."""
    found: list[str] = []
    for key in _SAME:
        one, two = old.get(key), new.get(key)
        if key == "experiment":
            one, two = _canonical(one), _canonical(two)
        elif key == "versions":
            one, two = _minor(one), _minor(two)
        found += _differ(key, one, two)
    return found[:most] + ([f"and {len(found) - most} more"] if len(found) > most else [])


def _canonical(told: Any) -> Any:
    return told.get("canonical") if isinstance(told, Mapping) else None


def _minor(told: Any) -> Any:
    """Return versions with Python's to the minor: a patch changes no arithmetic, so it changes no table."""
    if not isinstance(told, Mapping):
        return told
    return {**told, "python": ".".join(str(told.get("python")).split(".")[:2])}


def _differ(place: str, old: Any, new: Any) -> Iterator[str]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys([*old, *new]):
            yield from _differ(f"{place}.{key}", old.get(key), new.get(key))
        if list(old) != list(new) and set(old) == set(new):
            yield f"{place}: the order of its keys"
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for k, (one, two) in enumerate(zip(old, new, strict=True)):
            yield from _differ(f"{place}[{k}]", one, two)
    elif old != new:
        yield f"{place}: {_short(old)} there, {_short(new)} here"


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


# Who writes


@contextlib.contextmanager
def held(folder: Path, share: Share = WHOLE) -> Iterator[Path]:
    """Hold a folder, or a share of one, while writing; what a dead process held is free.

    Shares of one division may run side by side; a whole sweep runs alone. Yields the note that says who
    holds it.

    Raises
    ------
    HeldError
        Another process holds it; says which.
    """
    from filelock import FileLock, Timeout

    if folder.exists() and not folder.is_dir():
        raise ResultError(f"{folder} is a file, not a folder; name another one")
    if not _unborn(DISK, folder) and not (folder / store.NAME).is_file():
        raise ResultError(f"{folder} exists and is no result folder, so it is left alone; name another one")
    folder.mkdir(parents=True, exist_ok=True)
    own_files(folder)
    path = folder / f"{LOCK}{share.suffix}"
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise HeldError(f"{folder} is being written by {_holder(path)}; wait, or stop that one") from None
    note = Path(f"{path}.json")
    try:
        for other in _others(folder, share):
            rival = FileLock(other)
            try:
                rival.acquire(blocking=False)
            except Timeout:
                said = f"{folder} is being written by {_holder(other)}, which divides the blocks otherwise"
                raise HeldError(f"{said}; wait, or stop that one") from None
            rival.release()
        who = {"pid": os.getpid(), "host": socket.gethostname(), "since": store.now()}
        with contextlib.suppress(OSError):  # a courtesy to the next one, not part of the study
            note.write_text(json.dumps(who))
        yield note
    finally:
        with contextlib.suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def _others(folder: Path, share: Share) -> list[Path]:
    """Return the locks whose holders would run the same blocks."""
    names = [one for one in os.listdir(folder) if one.startswith(LOCK) and not one.endswith(".json")]
    siblings = f"-of-{share.of}"
    return [
        folder / one
        for one in sorted(names)
        if one != f"{LOCK}{share.suffix}" and not (share.of > 1 and one.endswith(siblings))
    ]


def _holder(path: Path) -> str:
    try:
        who = json.loads(Path(f"{path}.json").read_text())
        return f"process {who['pid']} on {who['host']} since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"


# Whose study


def set_aside(folder: Path, disk: Disk = DISK) -> None:
    """Give what a folder holds another name beside it, in one step, so that a kill leaves it whole.

    Raises
    ------
    HeldError
        Another process, or a share, writes it.
    ResultError
        It is something else than a result.
    OSError
        Renaming failed.
    """
    if _unborn(disk, folder) and SEARCH not in disk.names(folder):
        return
    with held(folder) as note:
        note.unlink(missing_ok=True)
        if os.name != "nt":  # there a folder cannot be renamed while a file in it is open
            disk.rename(folder, aside.beside(folder))
    if os.name == "nt":
        disk.rename(folder, aside.beside(folder))
    disk.flush_folder(folder.parent)


def begin(folder: Path, setup: Setup, disk: Disk = DISK) -> None:
    """Make a folder the study's, or find that it is; the caller holds it.

    Raises
    ------
    ResultError
        It holds another study, or something else.
    OSError
        Writing failed.
    """
    told = identity(setup)
    if not _unborn(disk, folder):
        said = _told(disk, folder)
        if said is None:
            differ = [f"its {store.NAME} is damaged or of another format"]
        elif said["kind"] != "sweep":
            differ = ["it holds an ensemble, not a sweep"]
        elif said["panj_result"] != FORMAT:
            differ = [f"it is of format {said['panj_result']}, which is read but not carried on"]
        else:
            differ = differences(said, told)
        if differ:
            raise ResultError(
                f"{folder} holds another study, which this one cannot carry on:\n  "
                + "\n  ".join(differ)
                + "\nname another folder, or start anew with --force (the old one is kept beside it)"
            )
    tables = ("outcomes", "changes") + (("trajectories",) if setup.experiment.trajectories else ())
    for name in tables:
        disk.make_folder(folder / name)
    disk.flush_folder(folder)
    disk.flush_folder(folder.parent)
    stored = disk.read(folder / DESIGN)
    said = _told(disk, folder)
    # What is asked of the runs (question, outcomes, goals) may be put otherwise at any time.
    if (
        said is None
        or stored is None
        or said["experiment"] != told["experiment"]
        or store.checksum(stored) != said["tables"][DESIGN]["blake2b"]
    ):
        design = store.parquet("design", setup.design())
        sums = {DESIGN: {"rows": setup.cases, "blake2b": store.checksum(design)}}
        description = store.sealed({**told, "tables": sums, "made": store.now()})
        put(disk, {folder / DESIGN: design, folder / store.NAME: description})


def _told(disk: Disk, folder: Path) -> dict[str, Any] | None:
    """Return what a folder says of itself; None where that is not there or damaged."""
    try:
        return store.parsed(disk.read(folder / store.NAME) or b"", folder / store.NAME)
    except ResultError:
        return None


def _unborn(disk: Disk, folder: Path) -> bool:
    """Whether nothing stands there, or only a search, or what a study stopped while starting leaves."""
    own = {"outcomes", "changes", "trajectories", DESIGN}
    left = [
        one
        for one in disk.names(folder)
        if not one.startswith(LOCK) and not one.endswith(DRAFT) and one != SEARCH
    ]
    return all(one in own and not (disk.names(folder / one) if one != DESIGN else []) for one in left)


# Blocks


def done(folder: Path, study: str, *, sums: bool, disk: Disk = DISK) -> dict[int, Entry]:
    """Return the blocks that are done; `sums` compares checksums, else only lengths."""
    found = {}
    for block, entries in manifest.read(disk, folder, study).items():
        entry = manifest.standing(disk, folder, entries, sums)
        if entry is not None:
            found[block] = entry
    return found


def clean(folder: Path, setup: Setup, share: Share, disk: Disk = DISK) -> None:
    """Remove what a process that died left half-written, of this share's blocks."""
    only = None
    if share.of > 1:
        only = frozenset(part_name(one) for one in share.mine(setup.layout.order()))
    for name in manifest.TABLES:
        tidy(disk, folder / name, only)
    if share.of == 1:
        tidy(disk, folder)


def encode(made: Made) -> dict[str, bytes]:
    """Return a block's parts as bytes, by table."""
    return {name: store.parquet(name, frame) for name, frame in made.tables.items()}


def entry_of(made: Made, parts: Mapping[str, bytes], seconds: float) -> Entry:
    """Return what the manifest is to say of a block."""
    return Entry(
        made.block,
        len(made.path),
        made.failed,
        round(seconds, 3),
        {
            name: Part(len(made.tables[name]), len(content), manifest.checksum(content))
            for name, content in parts.items()
        },
    )


def write_parts(folder: Path, block: int, parts: Mapping[str, bytes], disk: Disk = DISK) -> None:
    """Write the parts of a block; they count once the manifest says so."""
    put(disk, {folder / name / part_name(block): content for name, content in parts.items()})


def read_part(
    folder: Path, table: str, block: int, columns: list[str] | None = None, disk: Disk = DISK
) -> pd.DataFrame:
    """Return a table of one block, or some of its columns, as it lies in the folder.

    Raises
    ------
    ResultError
        It is damaged or gone.
    """
    path = folder / table / part_name(block)
    return store.frame(disk.read(path) or b"", path, columns)


def record(folder: Path, study: str, entry: Entry, share: Share, disk: Disk = DISK) -> None:
    """Say in the manifest that a block is done, and return once that is safe."""
    path = folder / share.manifest
    new = disk.size(path) is None
    append(disk, path, entry.line(study))
    if new:
        disk.flush_folder(folder)
