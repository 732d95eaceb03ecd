"""A result as one file that others can open: an RO-Crate, with checksums, licence, environment, command."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import stat
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path, PurePosixPath
from typing import Any

from sim.errors import IncompleteWarning, ResultError, ScenarioError
from sim.face import Face
from sim.scenario import arguments
from sim.study.ensemble import store
from sim.study.files import DISK
from sim.study.identity import source_hash, versions
from sim.study.results.study import Study

METADATA = "ro-crate-metadata.json"
LICENCE = "https://spdx.org/licenses/MIT"
#: Folder of the result within the crate.
DATA = "result"
#: Most bytes that a crate may unpack to.
MOST = 1 << 40
_READ = 1 << 20


@dataclass(frozen=True)
class Unpacked(Face):
    """A result out of its crate.

    folder : where it lies; command : what made it
    differences : in which respects the code here is not the code that made it, a sentence each
    """

    folder: Path
    command: str
    differences: tuple[str, ...]


def pack(folder: str | Path, out: str | Path | None = None) -> Path:
    """Write a result folder as an RO-Crate in a zip file and return its path.

    Parameters
    ----------
    out
        Default: a file named as the folder, beside it.

    Raises
    ------
    ResultError
        The folder is no result, or damaged.
    ScenarioError
        The library that writes crates is not installed.
    OSError
        Writing failed; no file, or the old one, has the name.
    """
    try:
        from rocrate.model.contextentity import ContextEntity
        from rocrate.rocrate import ROCrate
    except ImportError:
        raise ScenarioError("panj pack needs rocrate; install it with: pip install 'panj[pack]'") from None
    folder = Path(arguments.path(folder, "the path of a result folder"))
    identity = _checked(folder)
    about = identity["scenario" if identity["kind"] == "ensemble" else "experiment"]
    crate = ROCrate()
    crate.name = about["title"]
    crate.description = about["question"] or about["title"]
    crate.license = crate.add(ContextEntity(crate, LICENCE, {"@type": "CreativeWork", "name": "MIT"}))
    crate.root_dataset["identifier"] = about["hash"]
    program = crate.add(
        ContextEntity(
            crate,
            "#panj",
            {
                "@type": "SoftwareApplication",
                "name": "panj",
                "author": "the Panj authors",
                "license": LICENCE,
                "softwareVersion": identity["versions"]["panj"],
                "identifier": identity["source"],
                "softwareRequirements": environment(),
            },
        )
    )
    crate.root_dataset["citation"] = program
    files = [
        crate.add_file(
            path,
            f"{DATA}/{path.relative_to(folder).as_posix()}",
            properties={"contentSize": str(path.stat().st_size), "sha256": _sum(path)},
        )
        for path in _files(folder)
    ]
    crate.add_action(program, "#run", result=files, properties={"description": command(identity)})
    place = Path(out) if out is not None else folder.with_name(f"{folder.name}.zip")
    DISK.make_folder(place.parent)
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", suffix=".tmp", dir=place.parent)
    os.close(handle)
    draft = Path(name)
    try:
        crate.write_zip(draft)
        DISK.rename(draft, place)
    finally:
        draft.unlink(missing_ok=True)
    DISK.flush_folder(place.parent)
    return place


def unpack(file: str | Path, out: str | Path | None = None) -> Unpacked:
    """Open a crate that `pack` wrote, believe nothing without its checksum, and say what differs here.

    Parameters
    ----------
    out
        Folder for the result; default: one named as the file, beside it. It must not exist.

    Raises
    ------
    ResultError
        It is no such crate, a file in it is damaged or would lie elsewhere, or the folder exists.
    OSError
        Reading or writing failed; nothing has the folder's name.
    """
    file = Path(arguments.path(file, "the path of a packed result"))
    place = Path(out) if out is not None else file.with_suffix("")
    if os.path.lexists(place):
        raise ResultError(f"{place} exists; name another folder with --out")
    try:
        with zipfile.ZipFile(file) as crate:
            told = _entities(crate, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=place.parent) as draft:
                _extract(crate, told, Path(draft), file)
                identity = _checked(Path(draft) / DATA)
                (Path(draft) / DATA).rename(place)
    except zipfile.BadZipFile as error:
        raise ResultError(f"{file}: expected a zip file that panj pack wrote ({error})") from None
    return Unpacked(place, command(identity), tuple(differences(identity)))


def command(identity: dict[str, Any]) -> str:
    """Return what makes a result anew from what its folder says, to be run where the folder is `result`."""
    if identity["kind"] == "sweep":
        again = "sim.sweep(sim.load_results('result').experiment, 'again')"
    else:
        again = (
            f"sim.run(sim.load_results('result').spec, runs={identity['runs']}, seed={identity['seed']}, "
            f"plausible={identity['plausible']}).save('again')"
        )
    return f'python -c "import sim; {again}"'


def environment() -> list[str]:
    """Return what is installed of what the package needs, as `name==version`, and Python and the machine."""
    found = [f"python=={platform.python_version()}", f"machine=={platform.machine()}"]
    try:
        needed = requires("panj") or []
    except PackageNotFoundError:
        needed = list(versions())
    for one in needed:
        name = re.split(r"[ ;<>=!~\[]", one, maxsplit=1)[0]
        try:
            found.append(f"{name}=={version(name)}")
        except PackageNotFoundError:
            continue
    return sorted(set(found))


def differences(identity: dict[str, Any]) -> list[str]:
    """Say in which respects the code here is not the code that made a result, a sentence each."""
    here = versions()
    found = [
        f"{name} {made} made it, {here.get(name, 'none')} is here"
        for name, made in identity["versions"].items()
        if here.get(name) != made
    ]
    if identity["source"] != source_hash():
        found.append(
            "other source made it, so its tables are read here, and none of its runs is run again as it was"
        )
    return found


def _checked(folder: Path) -> dict[str, Any]:
    """Return what a folder says of itself, after a look at every checksum in it."""
    identity = store.described(folder)
    if identity["kind"] == "ensemble":
        store.read(folder)
        return identity
    study = Study(folder)
    if wrong := [*study.faults(), *(f"block {one} is damaged" for one in study.damaged())]:
        raise ResultError(f"{folder}: {'; '.join(wrong)}")
    if not study.complete:
        warnings.warn(
            f"{folder}: {study.done:,} of {study.runs:,} runs are done, and it is packed as it is",
            IncompleteWarning,
            stacklevel=3,
        )
    return identity


def _files(folder: Path) -> list[Path]:
    """Return the files of a result; locks and drafts begin with a dot."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entities(crate: zipfile.ZipFile, file: Path) -> dict[str, dict[str, Any]]:
    """Return what the crate says of each of its files, by name."""
    try:
        graph = json.loads(crate.read(METADATA))["@graph"]
        return {
            one["@id"]: {"sha256": str(one["sha256"]), "size": int(one["contentSize"])}
            for one in graph
            if "sha256" in one
        }
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ResultError(f"{file}: expected a crate that panj pack wrote; {METADATA}: {error}") from None


def _extract(crate: zipfile.ZipFile, told: dict[str, dict[str, Any]], folder: Path, file: Path) -> None:
    held = {one.filename: one for one in crate.infolist() if not one.is_dir()}
    if missing := sorted(set(told) - set(held)):
        raise ResultError(f"{file}: {missing[0]} is named in {METADATA} and not there; pack the result again")
    if sum(one["size"] for one in told.values()) > MOST:
        raise ResultError(f"{file}: expected at most {MOST:,} bytes, found more")
    for name, what in told.items():
        entry, parts = held[name], PurePosixPath(name).parts
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if parts[:1] != (DATA,) or ".." in parts or "\\" in name or kind not in (0, stat.S_IFREG):
            raise ResultError(f"{file}: {name}: expected a file under {DATA}/, found another place or a link")
        path = folder.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, size = hashlib.sha256(), 0
        with crate.open(entry) as source, path.open("wb") as target:
            while piece := source.read(_READ):
                size += len(piece)
                if size > what["size"]:
                    break
                digest.update(piece)
                target.write(piece)
        if size != what["size"] or digest.hexdigest() != what["sha256"]:
            raise ResultError(f"{file}: {name} does not have its checksum; it is damaged")
