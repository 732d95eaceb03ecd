"""Results of older formats, read as if this version had made them: one small file a step.

A step stands for what changed between two formats and is never edited afterwards: it knows names as they
were, and takes nothing from modules that may change. What a table did not hold then is missing in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from sim.model.outcomes import OUTCOMES
from sim.study.migrations import from_1

Tables = dict[str, pd.DataFrame]

#: Version of the result folder's format.
FORMAT = 2

#: What reads the tables of a format as those of the next one.
STEPS: dict[int, Callable[[Tables], Tables]] = {1: from_1.tables}


def known(made: Any) -> bool:
    """Say whether a format can be read here."""
    return type(made) is int and 1 <= made <= FORMAT


def tables(found: Tables, made: int) -> Tables:
    """Return the tables of a format as those of the present one; those of one block likewise.

    Outcomes and changes are needed together.
    """
    for number in range(made, FORMAT):
        found = STEPS[number](found)
    if made < FORMAT:
        found = {name: _whole(one) if name.startswith("outcomes") else one for name, one in found.items()}
    return found


def _whole(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return outcomes with every column of today, missing where it was not kept then."""
    missing = {name: pd.array([None] * len(outcomes), dtype="Float64") for name in OUTCOMES}
    new = {name: values for name, values in missing.items() if name not in outcomes}
    return outcomes.assign(**new)
