"""The file that a region of one's own is kept in: written whole or not at all, believed by its checksum."""

from __future__ import annotations

import json
from pathlib import Path

from sim.errors import ResultError
from sim.model.registry import load
from sim.scenario import arguments
from sim.study.ensemble.points import Points
from sim.study.ensemble.store import seal, sealed
from sim.study.files import DISK, put
from sim.study.identity import demand, source_hash

#: Version of the file's format.
FORMAT = 1

#: What a file says of itself, and the type of each.
FIELDS: dict[str, type] = {
    "scenario": dict,
    "observations": dict,
    "source": str,
    "names": list,
    "points": int,
    "waves": list,
    "targets": list,
    "spread": dict,
    "cells": str,
}


def save_points(points: Points, path: Path) -> None:
    """Write the file."""
    put(DISK, {path: sealed({"panj_region": FORMAT, **points.plain})})


def load_points(path: Path | str) -> Points:
    """Read a region that `panj calibrate` wrote.

    Raises
    ------
    ResultError
        There is no such file, it is no region, is damaged, or was made with other source, under which its
        points might be ruled out.
    """
    path = Path(arguments.path(path, "the path of a region"))
    if path.is_dir():
        raise ResultError(f"{path}: expected the file of a region, found a folder")
    content = DISK.read(path)
    if content is None:
        raise ResultError(f"{path}: no such file; panj calibrate SCENARIO --targets FILE -o {path} makes one")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{path}: expected JSON, found something else ({error}); {_AGAIN}") from None
    if not isinstance(found, dict) or "panj_region" not in found:
        raise ResultError(f"{path}: no region of panj; expected an object with the key 'panj_region'")
    if found["panj_region"] != FORMAT:
        raise ResultError(
            f"{path}: format {found['panj_region']!r}, this version of panj reads format {FORMAT}; {_AGAIN}"
        )
    if found.get("checksum") != seal(found):
        raise ResultError(f"{path}: what it says does not have its checksum; {_AGAIN}")
    for key, expected in FIELDS.items():
        if type(found.get(key)) is not expected:
            raise ResultError(
                f"{path}: {key}: expected {expected.__name__}, found {found.get(key)!r}; {_AGAIN}"
            )
    demand(found, path)
    if found["source"] != source_hash():
        raise ResultError(
            f"{path}: made with other source (source {found['source'][:8]}; here {source_hash()[:8]}), under "
            "which other points are ruled out; make it anew with panj calibrate"
        )
    names, points = tuple(map(str, found["names"])), found["points"]
    strange = sorted(set(names) - set(load().parameters) - set(load().world))
    if points < 1 or not names or strange or len(set(names)) < len(names):
        raise ResultError(
            f"{path}: expected a point at least, of values of the model, each once, found {points} points of "
            f"{', '.join(strange) or f'{len(names)} values'}; {_AGAIN}"
        )
    try:
        return Points.of({key: one for key, one in found.items() if key not in ("panj_region", "checksum")})
    except ValueError as error:
        raise ResultError(
            f"{path}: cells: expected {found['points']} points of {len(found['names'])} values ({error}); "
            f"{_AGAIN}"
        ) from None


_AGAIN = "make it anew with panj calibrate"
