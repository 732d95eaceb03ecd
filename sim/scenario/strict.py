"""What all parts of a file share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """What all parts of a scenario share: frozen, no unknown keys, no conversions, only finite numbers."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )


def as_python(value: Any) -> Any:
    """Take numbers and days of numpy, in whatever holds them, as Python's own."""
    if isinstance(value, Mapping):
        return {key: as_python(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_python(one) for one in value]
    numpys = type(value).__module__ == "numpy" and value.ndim == 0
    return value.item() if numpys else value


def as_tuple(value: Any) -> Any:
    """Take a list of a file as a tuple."""
    return tuple(value) if isinstance(value, list) else value


def text_date(value: Any) -> Any:
    """Take a year or a day as text."""
    return str(value) if isinstance(value, int | date) and not isinstance(value, bool) else value
