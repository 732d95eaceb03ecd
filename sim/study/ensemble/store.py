"""The result folder: written whole or not at all, and never believed without its checksums."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from sim.errors import ResultError, ScenarioError
from sim.scenario.schema import Scenario, hash_of, with_reasons
from sim.study import aside, migrations
from sim.study.files import DISK, own_files
from sim.study.identity import demand
from sim.study.migrations import FORMAT
from sim.study.parquet import encoded

NAME = "result.json"

#: File of each table; weekly values are stored as quantiles. Those at the defaults lie apart where
#: there are others.
FILES = {
    "outcomes": "outcomes.parquet",
    "changes": "changes.parquet",
    "outcomes_at_defaults": "outcomes_at_defaults.parquet",
    "changes_at_defaults": "changes_at_defaults.parquet",
    "quantiles": "trajectories.parquet",
    "design": "design.parquet",
    "readings": "readings.parquet",
}

#: What results of each kind say of themselves, by place, and the type of each.
FIELDS: dict[str, dict[str, type]] = {
    "ensemble": {
        "seed": int,
        "runs": int,
        "plausible": bool,
        "scenario.hash": str,
        "scenario.question": str,
        "scenario.canonical": dict,
        "versions.panj": str,
        "source": str,
        "tables": dict,
    },
    "sweep": {
        "seed": int,
        "runs": int,
        "cases": int,
        "blocks": int,
        "experiment.hash": str,
        "experiment.question": str,
        "experiment.outcomes": list,
        "experiment.canonical": dict,
        "versions.panj": str,
        "source": str,
    },
    "search": {"experiment.hash": str, "experiment.canonical": dict, "versions.panj": str, "source": str},
}


def save(identity: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: Path, force: bool) -> Path:
    """Write a result folder under a temporary name beside its place, flush it, and put it there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside.recover(folder)
    _refuse(folder, force)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        draft.chmod(0o777 & ~_umask())
        sums = {}
        for name, table in tables.items():
            content = parquet(name, table)
            sums[FILES[name]] = {"rows": len(table), "blake2b": checksum(content)}
            _write(draft / FILES[name], content)
        _write(draft / NAME, sealed({**identity, "tables": sums, "made": now()}))
        _flush(draft)
        _refuse(folder, force)
        aside.replace(draft, folder)
        _flush(folder.parent)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def read(folder: Path) -> tuple[dict[str, Any], dict[str, pd.DataFrame]]:
    """Read a result folder: its identity and its tables.

    Raises
    ------
    ResultError
        Naming the file, what is wrong with it, and the remedy.
    """
    identity = described(folder)
    if identity["kind"] != "ensemble":
        raise ResultError(f"{folder} holds a sweep, not an ensemble")
    made, sums = identity["panj_result"], identity.pop("tables")
    for name in ("made", "checksum"):
        identity.pop(name, None)
    names = [name for name in FILES if (identity["plausible"] and made > 1) or "at_defaults" not in name]
    found = {name: table(folder / FILES[name], sums.get(FILES[name])) for name in names}
    return identity, migrations.tables(found, made)


def scenario(identity: Mapping[str, Any]) -> Scenario:
    """Return the scenario a result came from."""
    told = identity["scenario"]
    if hash_of(told["canonical"]) != told["hash"]:
        raise ResultError(f"the scenario in {NAME} is not the one its hash names; {_AGAIN}")
    try:
        canonical = with_reasons(told["canonical"], told.get("reasons", {}))
        return Scenario(**canonical, question=told["question"])
    except (AttributeError, KeyError, TypeError, ScenarioError) as error:
        raise ResultError(f"the scenario in {NAME} cannot be read: {error}; {_AGAIN}") from None


def _refuse(folder: Path, force: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ResultError(f"{folder} is a file, not a folder; name another one")
    if not any(folder.iterdir()):
        return
    if not (folder / NAME).is_file():
        raise ResultError(f"{folder} exists and is no result folder, so it is left alone; name another one")
    if not force:
        raise ResultError(f"{folder} already holds a result; replace it with force, or name another one")


def parquet(name: str, frame: pd.DataFrame) -> bytes:
    """Return a table, by its name, as Parquet whose fields say what they hold and in which unit."""
    return b"".join(encoded(name, [frame]))


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def checksum(content: bytes) -> str:
    """Return the checksum that files, lines and descriptions are believed by."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def now() -> str:
    """Return the time as a description says it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sealed(told: Mapping[str, Any]) -> bytes:
    """Return the content of a result's description, with a checksum of all it says."""
    text = json.dumps({**told, "checksum": seal(told)}, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def seal(told: Mapping[str, Any]) -> str:
    """Return the checksum of all that a description says but for its checksum."""
    rest = {key: one for key, one in told.items() if key != "checksum"}
    return checksum(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode())


def described(folder: Path) -> dict[str, Any]:
    """Return what a result folder says of itself; `kind` is `ensemble` or `sweep`.

    Raises
    ------
    ResultError
        There is no such folder, it holds links, or what it says of itself cannot be read or is damaged.
    """
    path = folder / NAME
    if not folder.exists():
        with contextlib.suppress(OSError):
            aside.recover(folder)
    if not folder.exists():
        raise ResultError(
            f"{folder}: no such folder; panj run leaves its results under results/{aside.hint(folder)}"
        )
    if not folder.is_dir():
        raise ResultError(f"{folder} is a file, not a result folder")
    own_files(folder)
    if not path.is_file():
        raise ResultError(f"{folder} is no result folder: it holds no {NAME}, which panj run writes")
    return parsed(path.read_bytes(), path)


def parsed(content: bytes, path: Path) -> dict[str, Any]:
    """Return a description from its content.

    Raises
    ------
    ResultError
        It is none, is damaged, or is of a format that this version does not know.
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{path}: expected JSON, found something else ({error}); {_AGAIN}") from None
    if not isinstance(found, dict) or "panj_result" not in found:
        raise ResultError(f"{path}: no result of panj; expected an object with the key 'panj_result'")
    made = found["panj_result"]
    if not migrations.known(made):
        raise ResultError(
            f"{path}: format {made!r}, this version of panj reads the formats 1 to {FORMAT}; "
            "read it with the version that wrote it, or make it anew"
        )
    if (made > 1 or "checksum" in found) and found.get("checksum") != seal(found):
        raise ResultError(f"{path}: what it says does not have its checksum; {_AGAIN}")
    kind = found.setdefault("kind", "ensemble")
    if kind not in FIELDS:
        raise ResultError(f"{path}: kind: expected {' or '.join(FIELDS)}, found {kind!r}; {_AGAIN}")
    for place, expected in FIELDS[kind].items():
        value: Any = found
        for key in place.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if type(value) is not expected:
            raise ResultError(f"{path}: {place}: expected {expected.__name__}, found {value!r}; {_AGAIN}")
    demand(found, path)
    return found


_AGAIN = "the file is damaged; make the result anew with the command that made it and --force"


def table(path: Path, told: Any) -> pd.DataFrame:
    """Read a table that the description names with its checksum.

    Raises
    ------
    ResultError
        It is missing, does not have its checksum, or is no table.
    """
    content = DISK.read(path)
    if content is None:
        raise ResultError(
            f"{path} is missing; make the result anew with the command that made it and --force"
        )
    if not isinstance(told, dict) or told.get("blake2b") != checksum(content):
        raise ResultError(f"{path}: its checksum is not the one in {NAME}; {_AGAIN}")
    return frame(content, path)


def frame(content: bytes, path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Return a table, or some of its columns, from the bytes of a Parquet file.

    Raises
    ------
    ResultError
        They are none.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # No threads: a process that ends while they start is aborted.
        stored = pq.ParquetFile(pa.BufferReader(content)).read(columns, use_threads=False)
        found: pd.DataFrame = stored.to_pandas(use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ResultError(f"{path}: expected a Parquet table ({error}); {_AGAIN}") from None
    return found
