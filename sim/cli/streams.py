"""What the command writes to: any console, any pipe, and never an order to a terminal from a text."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, TextIO

from sim.errors import visible

#: Colours and weights, which help pages and tables are written with.
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Shielded:
    """A stream for text of anybody: control characters and marks of direction are shown, not sent.

    Colours pass where the stream is a terminal, because tables and help pages have them; the texts in these
    are made visible before they are coloured.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write a text."""
        if not self.stream.isatty():
            return self.stream.write(visible(text))
        styles = _STYLE.findall(text)
        parts = [visible(one) for one in _STYLE.split(text)]
        return self.stream.write("".join(a + b for a, b in zip(parts, [*styles, ""], strict=True)))


def prepare() -> None:
    """Make standard output and error fit for any text; a closed one takes everything and keeps nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it lives as long as the process)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
        setattr(sys, name, stream if isinstance(stream, Shielded) else Shielded(stream))
