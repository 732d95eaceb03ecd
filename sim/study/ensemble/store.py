"""The result folder: written whole or not at all, and never believed without its checksums."""

from __future__ import annotations

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
from sim.scenario.schema import Scenario, with_reasons
from sim.study.identity import FORMAT

NAME = "result.json"

#: File of each table; weekly values are stored as quantiles.
FILES = {
    "outcomes": "outcomes.parquet",
    "changes": "changes.parquet",
    "quantiles": "trajectories.parquet",
    "design": "design.parquet",
    "readings": "readings.parquet",
}

#: What a result says of itself, and the type of each.
FIELDS = {"seed": int, "runs": int, "plausible": bool, "scenario": dict, "versions": dict, "source": str}


def save(identity: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: Path, force: bool) -> Path:
    """Write a result folder under a temporary name beside its place, flush it, and put it there."""
    _refuse(folder, force)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        draft.chmod(0o777 & ~_umask())
        sums = {}
        for name, file in FILES.items():
            content = parquet(tables[name])
            sums[file] = {"rows": len(tables[name]), "blake2b": _sum(content)}
            _write(draft / file, content)
        told = {**identity, "tables": sums, "made": datetime.now(UTC).isoformat(timespec="seconds")}
        text = json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n"
        _write(draft / NAME, text.encode())
        _flush(draft)
        _refuse(folder, force)
        _put(draft, folder)
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
    _check(identity, {**FIELDS, "tables": dict}, folder / NAME)
    sums = identity.pop("tables")
    identity.pop("made", None)
    return identity, {name: _table(folder / file, sums.get(file)) for name, file in FILES.items()}


def scenario(identity: Mapping[str, Any]) -> Scenario:
    """Return the scenario a result came from."""
    told = identity["scenario"]
    try:
        canonical = with_reasons(told["canonical"], told.get("reasons", {}))
        found = Scenario(**canonical, question=told["question"])
    except (AttributeError, KeyError, TypeError, ScenarioError) as error:
        raise ResultError(f"the scenario in {NAME} cannot be read: {error}; {_AGAIN}") from None
    if found.hash != told["hash"]:
        raise ResultError(f"the scenario in {NAME} is not the one its hash names; {_AGAIN}")
    return found


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


def _put(draft: Path, folder: Path) -> None:
    """Rename the draft into place; what stood there is set aside first and comes back if that fails."""
    if not folder.exists():
        draft.rename(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".old", dir=folder.parent))
    folder.rename(aside / "old")
    try:
        draft.rename(folder)
    except BaseException:
        (aside / "old").rename(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def parquet(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, compression="zstd")
    return bytes(sink.getvalue())


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


def _sum(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def described(folder: Path) -> dict[str, Any]:
    """Return what a result folder says of itself; `kind` is `ensemble` or `sweep`.

    Raises
    ------
    ResultError
        There is no such folder, or what it says cannot be read.
    """
    path = folder / NAME
    if not folder.exists():
        raise ResultError(f"{folder}: no such folder; panj run leaves its results under results/")
    if not path.is_file():
        raise ResultError(f"{folder} is no result folder: it holds no {NAME}, which panj run writes")
    try:
        found = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{path}: expected JSON, found something else ({error}); {_AGAIN}") from None
    if not isinstance(found, dict) or "panj_result" not in found:
        raise ResultError(f"{path}: no result of panj; expected an object with the key 'panj_result'")
    if found["panj_result"] != FORMAT:
        raise ResultError(
            f"{path}: format {found['panj_result']!r}, this version of panj reads format {FORMAT}; "
            "read it with the version that wrote it, or make it anew with panj run"
        )
    return found


def _check(found: Mapping[str, Any], fields: Mapping[str, type], path: Path) -> None:
    for name, kind in fields.items():
        if type(found.get(name)) is not kind:
            raise ResultError(
                f"{path}: {name}: expected {kind.__name__}, found {found.get(name)!r}; {_AGAIN}"
            )


_AGAIN = "the file is damaged; make the result anew with panj run and --force"


def _table(path: Path, told: Any) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise ResultError(f"{path} is missing; make the result anew with panj run and --force")
    content = path.read_bytes()
    if not isinstance(told, dict) or told.get("blake2b") != _sum(content):
        raise ResultError(f"{path}: its checksum is not the one in {NAME}; {_AGAIN}")
    try:
        frame: pd.DataFrame = pq.read_table(pa.BufferReader(content)).to_pandas()
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ResultError(f"{path}: expected a Parquet table ({error}); {_AGAIN}") from None
    return frame
