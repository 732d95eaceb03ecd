"""What the pictures share: colours, axes, notes.

Colours are those of Okabe and Ito, told apart by readers with any colour vision; ordered things run
from light to dark, so that a grey print keeps their order, and hatches mark what colour alone would.
"""

from __future__ import annotations

import sys
import textwrap
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.study.result import Result

SHEET = Path(__file__).with_name("panj.mplstyle")

BLACK, GREY, PALE = "#1A1A1A", "#7F7F7F", "#D9D9D9"
BLUE, SKY, ORANGE, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Rungs from light to dark: warm for escalation, cool for rapprochement.
RUNGS = {
    "escalation": ("#FFF3D6", "#FDD78A", "#F9A84B", "#E06C1F", "#A63A0A", "#4A1204"),
    "rapprochement": ("#EEF6FB", "#BFDFF0", "#7CBCE0", "#3B8FC4", "#12609B", "#052F5C"),
}


def look() -> AbstractContextManager[None]:
    """Return the context in which a picture is made and saved: the style sheet."""
    context: AbstractContextManager[None] = mpl.rc_context(fname=SHEET)
    return context


def axes(ax: Axes | None, size: tuple[float, float] = (7.0, 4.2)) -> Axes:
    """Return `ax`, or the axes of a new figure: pyplot's where the caller works with pyplot."""
    if ax is not None:
        return ax
    pyplot = sys.modules.get("matplotlib.pyplot")
    made = pyplot.figure(figsize=size) if pyplot is not None else Figure(figsize=size)
    drawn: Axes = made.add_subplot()
    return drawn


def percent(axis: Any) -> None:
    """Write an axis of shares in per cent."""
    axis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")


def days(start: date, weeks: int) -> NDArray[np.datetime64]:
    """Return the day that each row of weekly values stands for."""
    return np.datetime64(start, "D") + 7 * np.arange(weeks + 1)


def calendar(ax: Axes, when: NDArray[np.datetime64]) -> None:
    """Put calendar dates on the horizontal axis, from first to last, at whole months or years."""
    first, last = when[0], max(when[-1], when[0] + 1)
    months = np.arange(first.astype("M8[M]"), last.astype("M8[M]") + 1)
    months = months[months.astype("M8[D]") >= first]
    number = months.astype(int)
    step = next((n for n in (1, 2, 3, 6, 12, 24, 60, 120) if np.sum(number % n == 0) <= 7), 240)
    ticks = months[number % step == 0]
    if not len(ticks):
        ax.set_xticks([first, last], [str(first), str(last)])
    else:
        names = [_month(one, whole_years=step >= 12, alone=k == 0) for k, one in enumerate(ticks)]
        ax.set_xticks(ticks.astype("M8[D]"), names)
    ax.set_xlim(first, last)


def _month(month: np.datetime64, whole_years: bool, alone: bool) -> str:
    """Write a month; the year stands where it begins, and beside the first."""
    year, number = str(month).split("-")
    if whole_years:
        return year
    name = MONTHS[int(number) - 1]
    return f"{name}\n{year}" if alone or number == "01" else name


def density() -> Any:
    """Return the colours of a heat map, from near white to a dark blue: its lightness falls throughout."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("panj", ["#F4F6F8", "#9CC7E0", "#2F7FB8", "#08306B"])


def empty(ax: Axes, why: str) -> Axes:
    """Say on the picture why there is nothing to see."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.text(0.5, 0.5, why, transform=ax.transAxes, ha="center", va="center", color=GREY, wrap=True)
    return ax


def sheet(
    size: tuple[float, float],
    shape: tuple[int, int] = (1, 1),
    *,
    margins: tuple[float, float, float, float],
    gaps: tuple[float, float] = (0.0, 0.0),
) -> tuple[Figure, list[Axes]]:
    """Return a figure with its axes, row by row, laid out in inches.

    What stands around the axes is known beforehand, and asking every text for its size takes longer
    than drawing. `margins` are left, right, top, bottom; `gaps` between columns and between rows.
    """
    (width, height), (rows, columns) = size, shape
    left, right, top, bottom = margins
    wide = (width - left - right - gaps[0] * (columns - 1)) / columns
    high = (height - top - bottom - gaps[1] * (rows - 1)) / rows
    figure = Figure(figsize=size)
    figure.set_layout_engine("none")
    panels = [
        figure.add_axes((
            (left + column * (wide + gaps[0])) / width,
            (bottom + (rows - 1 - row) * (high + gaps[1])) / height,
            wide / width,
            high / height,
        ))
        for row in range(rows)
        for column in range(columns)
    ]  # fmt: skip
    return figure, panels


def inscribe(figure: Figure, result: Result, title: str, *notes: str) -> None:
    """Write above a picture what it shows of which storyline, below it what it rests on."""
    spec = result.spec
    identity = (
        f"Scenario {spec.hash[:8]}, seed {result.seed}, panj {result.identity['versions']['panj']}. "
        "Under the assumptions of this scenario; not a forecast."
    )
    caption(figure, title, spec.title, *notes, identity)


def caption(figure: Figure, title: str, of: str, *notes: str) -> None:
    """Write a heading above a picture, of what it is, and notes below it."""
    width, height = figure.get_size_inches()
    side = 0.12 / width
    room = int(9.5 * width) - len(title)
    named = of if len(of) <= room else of[: room - 1].rstrip() + "…"
    figure.text(
        side,
        1 - 0.12 / height,
        f"{title} – {named}",
        va="top",
        fontsize=11,
        fontweight="bold",
        parse_math=False,
    )
    words = "\n".join(textwrap.fill(line, int(17.5 * width)) for line in notes)
    figure.text(
        side,
        0.1 / height,
        words,
        va="bottom",
        fontsize=7.5,
        color="#555555",
        linespacing=1.3,
        parse_math=False,
    )


def counted(n: int, what: str = "run") -> str:
    """Write a number of things: 1 run, 1,000 runs."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def sentence(text: str) -> str:
    """Start with a capital."""
    return text[:1].upper() + text[1:]
