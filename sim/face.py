"""Short faces of records for notebooks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from sim.errors import visible

#: Characters of a value that a face shows, and how many of a list.
WIDTH, MOST = 160, 6


class Face:
    """A record that a notebook shows as a short table of its fields, large ones by their extent."""

    def _facts(self) -> Iterable[tuple[str, object]]:
        """Return what is shown, by name: the public fields of a dataclass or of a pydantic model."""
        names = getattr(type(self), "model_fields", None) or getattr(type(self), "__dataclass_fields__", {})
        return [(name, getattr(self, name)) for name in names if name[0] != "_"]

    def _repr_html_(self) -> str:
        name = type(self).__name__
        facts = table(("", ""), [(fact, extent(value)) for fact, value in self._facts()])
        return f'<section class="panj-{name.lower()}"><strong>{name}</strong>{facts}</section>'


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table of plain values, escaped."""
    top = "".join(f'<th style="text-align:left">{escape(one)}</th>' for one in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(str(one))}</td>' for one in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def extent(value: object) -> str:
    """Return a value in a line: a table by its size, a list or mapping by its number and first entries."""
    if hasattr(value, "shape"):
        return " × ".join(f"{size:,}" for size in value.shape) or _word(value)
    if isinstance(value, Mapping):
        words = [f"{_word(name)} {_word(one)}" if _plain(one) else _word(name) for name, one in value.items()]
    elif isinstance(value, list | tuple):
        words = [_word(one) for one in value]
    else:
        return _word(value)
    rest = f" … ({len(words):,})" if len(words) > MOST else ""
    return _short(", ".join(words[:MOST])) + rest if words else "none"


def _plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _word(value: object) -> str:
    """Return a single value as text: a number short, a record by its title, name or id."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if value is None:
        return "–"
    for name in ("title", "name", "id"):
        if not _plain(value) and isinstance(own := getattr(value, name, None), str):
            return _short(own)
    return _short(str(value))


def _short(text: str) -> str:
    return textwrap.shorten(visible(text), WIDTH, placeholder=" …")
