"""What screening left: which uncertain values move an outcome, and which are fixed since none does.

The file beside this module is written by `python -m sim.analysis.past.screening` and by nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import ModelError

FILE = Path(__file__).with_name("screened.json")

#: Version of the file's format.
FORMAT = 1


@lru_cache(maxsize=1)
def record() -> Mapping[str, Any]:
    """Return what is recorded of the screening; empty where none was made yet.

    Raises
    ------
    ModelError
        The file is of another format.
    """
    if not FILE.is_file():
        return {}
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    if found.get("panj_screening") != FORMAT:
        raise ModelError(
            f"{FILE}: expected 'panj_screening' to be {FORMAT}, found {found.get('panj_screening')!r}; "
            "make it anew with 'python -m sim.analysis.past.screening'"
        )
    return found


def moving() -> Mapping[str, str]:
    """Return the outcome that each value moves most, by the names of those that stay uncertain."""
    outcomes: Mapping[str, str] = record().get("moving", {})
    return outcomes


def fixed() -> frozenset[str]:
    """Return the names of values that no outcome answers to: they stay at their defaults."""
    return frozenset(record().get("fixed", ()))
