"""The numbers behind a picture as CSV, with a header that says what they are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sim.study.results import export

#: Digits of a number beside a picture.
DIGITS = 10


def text(frame: pd.DataFrame, about: Sequence[tuple[str, str]]) -> str:
    """Return a table as CSV under lines of `# key: value`; see `sim.study.results.export.text`."""
    head = "".join(f"# {key}: {' '.join(value.split())}\n" for key, value in about)
    return head + export.text(frame, DIGITS)
