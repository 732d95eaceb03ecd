"""A region of one's own: the points that `panj calibrate` did not rule out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.face import Face
from sim.model import calibrated


@dataclass(frozen=True)
class Points(Face):
    """Points of the judgements' ranges that were not ruled out.

    names : the judgements
    cells : (points, names) as cells of each plausible range
    told : how they came about: scenario, observations, source, waves, targets, spread; of some judgements
        alone, the hash of all with scenario and observations
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
        if "hash" in self.told:
            return str(self.told["hash"])
        content = "\0".join(self.names).encode() + b"\0" + self.packed()
        return hashlib.blake2b(content, digest_size=16).hexdigest()

    @property
    def named(self) -> dict[str, Any]:
        """What a result says of the region its cases come from."""
        return {
            "hash": self.hash,
            "points": len(self.cells),
            "observations": self.told["observations"],
            "scenario": self.told["scenario"],
        }

    @property
    def plain(self) -> dict[str, Any]:
        """The points as plain data, from which `Points.of` makes them again."""
        cells = base64.b64encode(self.packed()).decode()
        return {**self.told, "names": list(self.names), "points": len(self.cells), "cells": cells}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Points:
        """Make points of plain data again.

        Raises
        ------
        ValueError
            The cells are not those of so many points and names.
        """
        names = tuple(map(str, plain["names"]))
        content = np.frombuffer(base64.b64decode(plain["cells"], validate=True), "<u2")
        told = {key: one for key, one in plain.items() if key not in ("names", "points", "cells")}
        return cls(names, content.reshape(plain["points"], len(names)).astype(np.uint16), told)

    def some(self, names: Collection[str]) -> Points:
        """Return the same points of some judgements, called by the hash of all."""
        kept = [k for k, name in enumerate(self.names) if name in names]
        told = {"hash": self.hash} | {key: self.told[key] for key in ("observations", "scenario")}
        return Points(tuple(self.names[k] for k in kept), self.cells[:, kept], told)

    def packed(self) -> bytes:
        """Return the cells as bytes, the same on every machine."""
        return np.ascontiguousarray(self.cells, "<u2").tobytes()
