"""Days, weeks and numbers as files give them."""

from __future__ import annotations

import math
import re
from datetime import date
from typing import Any

from sim.model.provenance import Quantity

#: A number as text; Python takes more for one, like 1_0 and digits of other scripts.
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def day(value: Any) -> date | None:
    """Return a date given as such or as text (2022-03-07), None for anything else."""
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return None


def number(value: Any) -> float | None:
    """Return a finite number as float, None for anything else; true is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def typed(text: str) -> float | None:
    """Return the finite number that a text writes in plain digits, None for any other text."""
    return number(float(text)) if len(text) <= 60 and _NUMBER.fullmatch(text) else None


def out_of_bounds(value: float, quantity: Quantity) -> str:
    """Say that a value lies outside what its quantity can be; empty if it does not."""
    if quantity.low <= value <= quantity.high:
        return ""
    unit = "" if quantity.unit == "1" else f" {quantity.unit}"
    return (
        f"expected {quantity.name} from {quantity.low:g} to {quantity.high:g}{unit} "
        f"({quantity.meaning}), found {value:g}"
    )


def week_of(start: date, day: date) -> int:
    """Return the number (from 1) of the week that contains a day; earlier days fall in week 1."""
    return max((day - start).days // 7 + 1, 1)
