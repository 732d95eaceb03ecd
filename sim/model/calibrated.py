"""What calibration left: defaults for the parameters that autumn 2021 speaks about, and the region not ruled out.

The files beside this module are written by `python -m sim.analysis.past.calibration` and by nothing else:
the first two by itself, the third, what the points of the region weigh if the article is right, with
`--claims`. The third is of one region and counts for nothing where the region was made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ModelError

FOLDER = Path(__file__).parent
RECORD = "calibrated.json"
REGION = "calibrated.npy"
CLAIMS = "calibrated_claims.json"

#: Version of the files' format.
FORMAT = 1

#: Points lie at the midpoints of so many equal cells of each plausible range.
CELLS = 65536

#: Weights are whole numbers up to this one.
FULL = 65535


_ignored = False


def ignore() -> None:
    """Let this process run at the declared defaults, as if none had been calibrated; before `load()`."""
    global _ignored
    _ignored = True


@lru_cache(maxsize=1)
def record() -> Mapping[str, Any]:
    """Return what is recorded of the calibration; empty where none was made yet.

    Raises
    ------
    ModelError
        The file is of another format.
    """
    path = FOLDER / RECORD
    if _ignored or not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("panj_calibration") != FORMAT:
        raise ModelError(
            f"{path}: expected 'panj_calibration' to be {FORMAT}, found {found.get('panj_calibration')!r}; "
            "make it anew with 'make calibrate'"
        )
    return found


def defaults() -> Mapping[str, float]:
    """Return the calibrated defaults by name, of parameters and of initial values."""
    found: Mapping[str, float] = record().get("defaults", {})
    return found


@lru_cache(maxsize=1)
def region() -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return names and points of the region not ruled out, read when first asked for.

    Returns
    -------
    tuple
        Names (n,), and shares (points, n) of each quantity's plausible range, strictly between 0 and 1.
    """
    if not record():
        return (), np.empty((0, 0))
    cells = np.load(FOLDER / REGION, allow_pickle=False)
    return tuple(record()["names"]), midpoints(cells)


def newer(judgements: Iterable[str]) -> list[str]:
    """Return the judgements that the stored calibration does not know yet; drawn from their declared ranges."""
    known = set(record().get("names", ()))
    return [name for name in judgements if name not in known]


@lru_cache(maxsize=1)
def claims() -> Mapping[str, Any]:
    """Return what is recorded of the article's claims in the region; empty where none is of this region.

    Raises
    ------
    ModelError
        The file is of another format.
    """
    path = FOLDER / CLAIMS
    if not record() or not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if found.get("panj_claims") != FORMAT:
        raise ModelError(
            f"{path}: expected 'panj_claims' to be {FORMAT}, found {found.get('panj_claims')!r}; "
            "make it anew with 'make calibrate'"
        )
    return found if found["region"] == record()["region"] else {}


def weights() -> NDArray[np.float64] | None:
    """Return what each point of the region weighs if the article is right, (points,), at most 1; None if unknown."""
    return np.array(claims()["weights"]) / FULL if claims() else None


def midpoints(cells: NDArray[np.uint16]) -> NDArray[np.float64]:
    """Turn numbers of cells into shares of a range; exact, since `CELLS` is a power of two."""
    return (cells.astype(np.float64) + 0.5) / CELLS
