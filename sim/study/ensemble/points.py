"""A region of one's own: the points that `panj calibrate` did not rule out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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

    def packed(self) -> bytes:
        """Return the cells as bytes, the same on every machine."""
        return np.ascontiguousarray(self.cells, "<u2").tobytes()
