"""The numbers behind a picture as CSV, with a header that says what they are."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pandas as pd


def text(frame: pd.DataFrame, about: Sequence[tuple[str, str]]) -> str:
    """Return a table as CSV under lines of `# key: value`.

    A cell that a spreadsheet would take for a formula is led by an apostrophe.
    """
    sink = io.StringIO()
    for key, value in about:
        sink.write(f"# {key}: {' '.join(value.split())}\n")
    plain = frame.copy()
    for name in plain:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].astype(object).where(plain[name].notna(), "").map(str).map(_tame)
    plain.to_csv(sink, index=False, lineterminator="\n", float_format="%.10g")
    return sink.getvalue()


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
