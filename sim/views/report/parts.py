"""What a page is made of: sections of paragraphs, tables and pictures, each plain data."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

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


Part = Grid | Picture | Text | Points


@dataclass
class Section:
    """A heading with what stands under it."""

    id: str
    title: str
    parts: list[Part] = field(default_factory=list)


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


def percent(value: float) -> str:
    """Write a share so that a rare thing does not look like none."""
    if value != value:
        return "–"
    if value == 0:
        return "0 %"
    return f"{100 * value:.1f} %" if 100 * value < 9.95 else f"{100 * value:.0f} %"


def span(first: Any, last: Any, write: Callable[[float], str] = percent) -> Cell:
    """Return an interval as a cell, sorted by its lower end."""
    low, high = float(first), float(last)
    if low != low or high != high:
        return Cell("–")
    return Cell(f"{write(low).removesuffix(' %')} – {write(high)}", low)


def figure(value: float) -> str:
    """Write a number with about three figures."""
    size = abs(value)
    if size >= 1000 or (value == int(value) and size < 1e15):
        return f"{value:,.0f}".replace("-", "−")
    return (f"{value:.1f}" if size >= 100 else f"{value:.3g}").replace("-", "−")


def grid(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Grid:
    """Return a table of whatever cells can be made of."""
    return Grid(caption, tuple(head), tuple(tuple(cell(one) for one in row) for row in rows))


def drawn(draw: Callable[[], Axes | Figure], alt: str, caption: str) -> Picture:
    """Draw a picture into the page."""
    with style.look():
        made = draw()
        sheet = made.figure if isinstance(made, Axes) else made
        assert isinstance(sheet, Figure)
        if isinstance(made, Axes):
            sheet.set_layout_engine("constrained")
        # Where something has loaded pyplot, it keeps every figure it makes until told to let go.
        if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
            pyplot.close(sheet)
        content = base64.b64encode(picture(sheet, "png", DOTS)).decode()
    return Picture(f"data:image/png;base64,{content}", alt, caption)
