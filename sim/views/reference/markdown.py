"""Markdown in small pieces."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sim.model import screened
from sim.model.provenance import Quantity, Source

#: First line of every page written by a command.
WRITTEN = "<!-- written by `make reference` from the code; change the code, not this page -->"

PLAIN = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "\n": " "})


def page(title: str, *parts: str) -> str:
    """Return a whole page."""
    return "\n\n".join([f"# {title}", WRITTEN, *(part for part in parts if part)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], right: Iterable[str] = ()) -> str:
    """Return a table; columns in `right` hold numbers."""
    numbers = set(right)
    lines = [
        "| " + " | ".join(head) + " |",
        "| " + " | ".join("---:" if name in numbers else "---" for name in head) + " |",
    ]
    lines += ["| " + " | ".join(cell(one) for one in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(value: object) -> str:
    """Return a value as it may stand in a table; code stays as it is."""
    text = str(value)
    parts = re.split(r"(`[^`]*`|\[[^\]]*\]\([^)]*\))", text)
    return "".join(
        part.replace("|", "\\|") if k % 2 else part.translate(PLAIN) for k, part in enumerate(parts)
    )


def code(names: Iterable[str]) -> str:
    """Return names as code, or a dash where there are none."""
    return ", ".join(f"`{name}`" for name in names) or "–"


def number(value: float) -> str:
    """Return a number briefly."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
    return text.replace("-", "−")


def exact(value: float) -> str:
    """Return a number to its last digit."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return repr(float(value))


def fence(text: str, language: str = "text") -> str:
    """Return text in a box, as it stands."""
    return f"```{language}\n{text}\n```"


def folded(summary: str, text: str) -> str:
    """Return a part that opens when asked for."""
    return f'<details markdown="1"><summary>{summary}</summary>\n\n{text}\n\n</details>'


def source(one: Source) -> str:
    """Return grade and reference."""
    return f"{one.grade}: {one}"


def default(quantity: Quantity) -> str:
    """Return a default to its last digit; where calibration moved it, what was declared beside it."""
    if quantity.declared is None:
        return exact(quantity.default)
    return f"{exact(quantity.default)} (calibrated; declared {exact(quantity.declared)})"


def moves(quantity: Quantity) -> str:
    """Return the outcome that a value moves most, or say that none answers to it and it is fixed."""
    if quantity.name in screened.fixed():
        return "nothing: fixed"
    return screened.moving().get(quantity.name, "–")


def said(thing: Callable[..., Any] | Any) -> str:
    """Return the first paragraph of a docstring in one line."""
    text = inspect.cleandoc(getattr(thing, "__doc__", None) or "")
    return " ".join(text.split("\n\n")[0].split())


def prose(thing: Any) -> str:
    """Return a docstring up to its first section of parameters or raised errors."""
    text = inspect.cleandoc(getattr(thing, "__doc__", None) or "")
    paragraphs = []
    lines = text.splitlines()
    for k, line in enumerate(lines):
        if k + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[k + 1].strip()):
            break
        paragraphs.append(line)
    return "\n".join(paragraphs).strip()
