"""A region of one's own: the points that `panj calibrate` did not rule out, and the file they are kept in."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ResultError
from sim.model import calibrated
from sim.study.ensemble.store import checksum, seal, sealed
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


@dataclass(frozen=True)
class Points:
    """Points of the judgements' ranges that were not ruled out.

    names : the judgements
    cells : (points, names) as cells of each plausible range
    told : how they came about: scenario, observations, source, waves, targets, spread
    """

    names: tuple[str, ...]
    cells: NDArray[np.uint16]
    told: Mapping[str, Any]

    @property
    def shares(self) -> NDArray[np.float64]:
        """(points, names) shares of each plausible range, strictly between 0 and 1."""
        return calibrated.midpoints(self.cells)

    @property
    def hash(self) -> str:
        """Hash of the names and the points: regions of the same hash give the same cases."""
        return checksum("\0".join(self.names).encode() + b"\0" + self._packed())

    @property
    def named(self) -> dict[str, Any]:
        """What a result says of the region its cases come from."""
        return {
            "hash": self.hash,
            "points": len(self.cells),
            "observations": self.told["observations"],
            "scenario": self.told["scenario"],
        }

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        content = {
            "panj_region": FORMAT,
            **self.told,
            "names": list(self.names),
            "points": len(self.cells),
            "cells": base64.b64encode(self._packed()).decode(),
        }
        put(DISK, {path: sealed(content)})

    def _packed(self) -> bytes:
        return np.ascontiguousarray(self.cells, "<u2").tobytes()


def load_points(path: Path | str) -> Points:
    """Read a region that `panj calibrate` wrote.

    Raises
    ------
    ResultError
        There is no such file, it is no region, is damaged, or was made with other source, under which its
        points might be ruled out.
    """
    path = Path(path)
    content = None if path.is_dir() else DISK.read(path)
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
    try:
        cells = np.frombuffer(base64.b64decode(found["cells"], validate=True), "<u2").reshape(
            points, len(names)
        )
    except (binascii.Error, ValueError) as error:
        raise ResultError(
            f"{path}: cells: expected {points} points of {len(names)} values ({error}); {_AGAIN}"
        ) from None
    told = {
        key: one
        for key, one in found.items()
        if key not in ("panj_region", "names", "points", "cells", "checksum")
    }
    return Points(names, cells.astype(np.uint16), told)


_AGAIN = "make it anew with panj calibrate"
