"""What a page is made of: sections of paragraphs, tables and pictures, each plain data."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.views.numbers import percent
from sim.views.plots import style
from sim.views.plots.files import picture

#: Dots per inch of a picture on the page: sharp on a telephone, and small.
DOTS = 110


@dataclass(frozen=True)
class Cell:
    """A cell of a table: what is read, and the number it is sorted by where it is one."""

    text: str
    number: float | None = None


@dataclass(frozen=True)
class Grid:
    """A table: its caption says what it shows and how many runs are behind it."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str = "table"


@dataclass(frozen=True)
class Picture:
    """A picture: `alt` states the finding, `caption` how to read it."""

    data: str
    alt: str
    caption: str
    kind: str = "picture"


@dataclass(frozen=True)
class Text:
    """A paragraph; `role` is plain, note, answer or code."""

    words: str
    role: str = "plain"
    kind: str = "text"


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]
    kind: str = "points"


@dataclass(frozen=True)
class Heading:
    """A heading within a section; `level` 3 stands right under it, 4 under a 3."""

    words: str
    level: int = 3
    kind: str = "heading"


@dataclass(frozen=True)
class Fold:
    """What is shown when its line is pressed, and on paper always; with `level`, the line is a heading."""

    words: str
    parts: tuple[Part, ...]
    level: int = 0
    kind: str = "fold"


Part = Grid | Picture | Text | Points | Heading | Fold


@dataclass
class Section:
    """A heading with what stands under it; an appendix is folded, on paper too unless it was opened."""

    id: str
    title: str
    parts: list[Part] = field(default_factory=list)
    appendix: bool = False


def cell(value: object) -> Cell:
    """Return a number or a text as a cell."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, bool):
        return Cell("yes" if value else "no", float(value))
    if isinstance(value, int | float):
        number = float(value)
        return Cell(figure(number), number) if number == number else Cell("–")
    return Cell(str(value))


def share(given: Any) -> Cell:
    """Return a share as a cell in per cent."""
    value = float(given)
    return Cell(percent(value), value) if value == value else Cell("–")


def span(first: Any, last: Any, write: Callable[[float], str] | None = None) -> Cell:
    """Return an interval as a cell, sorted by its lower end; of shares unless something writes it."""
    low, high = float(first), float(last)
    if low != low or high != high:
        return Cell("–")
    return Cell(between(low, high, write or percent), low)


def between(low: float, high: float, write: Callable[[float], str]) -> str:
    """Write two ends; a dash between them would be lost beside a minus."""
    one, two = write(low).removesuffix(" %"), write(high)
    return f"{one} to {two}" if low < 0 else f"{one} – {two}"


def alike(low: float, high: float) -> Callable[[float], str]:
    """Return how to write the numbers of an interval, so that all have the digits that its width bears."""
    width = high - low
    if not np.isfinite(width) or width <= 0:
        return figure
    digits = min(max(1 - int(np.floor(np.log10(width))), 0), 5)
    return lambda value: f"{value:,.{digits}f}".replace("-", "−")


def estimate(value: Any, low: Any, high: Any) -> tuple[Cell, Cell]:
    """Return a number and its interval as two cells, written with the same digits."""
    middle, ends = float(value), (float(low), float(high))
    write = alike(*ends)
    return Cell(write(middle), middle) if middle == middle else Cell("–"), span(*ends, write)


def figure(value: float) -> str:
    """Write a number with about three figures."""
    size = abs(value)
    if size >= 1000 or (value == int(value) and size < 1e15):
        return f"{value:,.0f}".replace("-", "−")
    return (f"{value:.1f}" if size >= 100 else f"{value:.3g}").replace("-", "−")


def grid(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Grid:
    """Return a table of whatever cells can be made of."""
    return Grid(caption, tuple(head), tuple(tuple(cell(one) for one in row) for row in rows))


def folded(table: Grid, most: int = 12) -> Part:
    """Return a table, folded where it has more rows than a reader wants to pass by."""
    if len(table.rows) <= most:
        return table
    return Fold(f"{table.caption}: {len(table.rows):,} rows", (table,))


def drawn(draw: Callable[[], Axes | Figure], alt: str, caption: str) -> Picture:
    """Draw a picture into the page."""
    with style.look():
        drawing = draw()
        sheet = drawing.figure if isinstance(drawing, Axes) else drawing
        assert isinstance(sheet, Figure)
        if isinstance(drawing, Axes):
            sheet.set_layout_engine("constrained")
        # Where something has loaded pyplot, it keeps every figure it makes until told to let go.
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
            pyplot.close(sheet)
        content = base64.b64encode(picture(sheet, "png", DOTS)).decode()
    return Picture(f"data:image/png;base64,{content}", alt, caption)
