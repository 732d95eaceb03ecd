"""What the pictures share: colours, axes, notes.

Colours are those of Okabe and Ito, told apart by readers with any colour vision; ordered things run
from light to dark, so that a grey print keeps their order, and hatches mark what colour alone would.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.model.outcomes import PATHS

SHEET = Path(__file__).with_name("panj.mplstyle")

BLACK, GREY, PALE = "#1A1A1A", "#7F7F7F", "#D9D9D9"
BLUE, SKY, ORANGE, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#D55E00"
GREEN, PURPLE = "#009E73", "#CC79A7"

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

#: Rungs from light to dark: warm for escalation, cool for rapprochement.
RUNGS = {
    "escalation": ("#FFF3D6", "#FDD78A", "#F9A84B", "#E06C1F", "#A63A0A", "#4A1204"),
    "rapprochement": ("#EEF6FB", "#BFDFF0", "#7CBCE0", "#3B8FC4", "#12609B", "#052F5C"),
}

#: Classes from the worst to the calmest: warm and dark to cool and light, so that a grey print keeps them.
CLASSES = dict(
    zip(
        PATHS,
        ("#4A1204", "#A63A0A", "#8A5A9E", "#E8833A", "#12609B", "#6FB3DD", "#F2C66D", "#E9E9E9"),
        strict=True,
    )
)

#: Dots on the two calm classes of colour, which a grey print would show as it shows two of the worse ones.
DOTTED = {"rapprochement": "....", "quiet accommodation": "...."}


def look() -> AbstractContextManager[None]:
    """Return the context in which a picture is made and saved: the style sheet."""
    context: AbstractContextManager[None] = mpl.rc_context(fname=SHEET)
    return context


def axes(ax: Axes | None, size: tuple[float, float] = (7.0, 4.2)) -> Axes:
    """Return `ax`, or the axes of a new figure: pyplot's where the caller works with pyplot."""
    if ax is not None:
        return ax
    pyplot = sys.modules.get("matplotlib.pyplot")
    canvas = pyplot.figure(figsize=size) if pyplot is not None else Figure(figsize=size)
    drawn: Axes = canvas.add_subplot()
    return drawn


def percent(axis: Any) -> None:
    """Write an axis of shares in per cent, each tick as it is."""
    axis.set_major_formatter(lambda value, _: f"{round(100 * value, 6):g} %")


def points(axis: Any) -> None:
    """Write an axis of differences of shares in percentage points, each tick as it is."""
    axis.set_major_formatter(
        lambda value, _: "0" if abs(value) < 1e-9 else f"{round(100 * value, 6):+g}".replace("-", "−")
    )


def share(value: float) -> str:
    """Write a share so that a rare thing does not look like none."""
    if value == 0:
        return "0 %"
    return f"{100 * value:.1f} %" if value < 0.095 else f"{100 * value:.0f} %"


def apart(places: NDArray[np.float64], least: float) -> NDArray[np.float64]:
    """Return places near those given, at least so far from each other, in the same order."""
    order = np.argsort(places, kind="stable")
    ordered = np.asarray(places, np.float64)[order]
    for _ in range(100):
        gap = np.diff(ordered)
        close = np.flatnonzero(gap < least * 0.999)
        if not len(close):
            break
        for k in close:
            push = max(least - (ordered[k + 1] - ordered[k]), 0.0) / 2
            ordered[k], ordered[k + 1] = ordered[k] - push, ordered[k + 1] + push
    back = np.empty_like(ordered)
    back[order] = ordered
    return back


def name_points(ax: Axes, x: NDArray[np.float64], y: NDArray[np.float64], names: Sequence[str]) -> None:
    """Write names beside points, each at the first place around it where it covers no point and no name."""
    scale = ax.get_figure(root=True).dpi / 72  # type: ignore[union-attr]
    ax.autoscale_view()  # limits are else set when drawing, after this
    points = ax.transData.transform(np.column_stack([x, y])) / scale
    taken: list[tuple[float, float, float, float]] = [(a - 7, b - 7, a + 7, b + 7) for a, b in points]
    for number, ((a, b), name) in enumerate(zip(points, names, strict=True)):
        wide, high = 4.6 * len(name) + 2, 10.0
        for side, rise in _AROUND:
            left = a + 10 if side > 0 else a - 10 - wide if side < 0 else a - wide / 2
            box = (left, b + rise - high / 2, left + wide, b + rise + high / 2)
            if not any(_meet(box, other) for other in taken):
                break
        taken.append(box)
        far = abs(rise) > 14
        arrow = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5, "shrinkB": 5} if far else None
        ax.annotate(
            name,
            (x[number], y[number]),
            (left - a, rise),
            textcoords="offset points",
            fontsize=8,
            va="center",
            arrowprops=arrow,
            annotation_clip=False,
        )


#: Where a name may stand around its point: left or right, and how far up, in points.
_AROUND = [
    (side, rise)
    for rise in (0, 11, -11, 22, -22, 33, -33, 44, -44)
    for side in (1, -1, 0)
    if side or abs(rise) > 0
]


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def short(words: str, most: int = 34) -> str:
    """Cut words to a length that fits."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def broken(name: str) -> str:
    """Break a name into lines short enough for a narrow column."""
    return (
        name.replace(" ", "\n")
        .replace("-", "-\n")
        .replace("normalisation", "normal-\nisation")
        .replace("recognition", "recog-\nnition")
    )


def calendar(ax: Axes, when: NDArray[np.datetime64]) -> None:
    """Put calendar dates on the horizontal axis, from first to last, at whole months or years."""
    first, last = when[0], max(when[-1], when[0] + np.timedelta64(1, "D"))
    months = np.arange(first.astype("M8[M]"), last.astype("M8[M]") + np.timedelta64(1, "M"))
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


def wide(ax: Axes) -> float:
    """Return the width of axes in inches, as placed."""
    return float(ax.get_position().width * ax.get_figure(root=True).get_size_inches()[0])  # type: ignore[union-attr]


def empty(ax: Axes, why: str) -> Axes:
    """Say on the picture why there is nothing to see."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)
    room = max(int(11 * wide(ax)), 20)
    ax.text(
        0.5,
        0.5,
        textwrap.fill(why, room),
        transform=ax.transAxes,
        ha="center",
        va="center",
        color=GREY,
        parse_math=False,
    )
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
        figure.add_axes(
            (
                (left + column * (wide + gaps[0])) / width,
                (bottom + (rows - 1 - row) * (high + gaps[1])) / height,
                wide / width,
                high / height,
            )
        )
        for row in range(rows)
        for column in range(columns)
    ]
    return figure, panels


def caption(figure: Figure, finding: str, what: str, *notes: str) -> None:
    """Write above a picture what it shows and, smaller, of what; below it what it rests on."""
    width, height = figure.get_size_inches()
    side = 0.12 / width
    lines = textwrap.wrap(finding.replace(" %", "\N{NO-BREAK SPACE}%"), int(10.2 * width))
    small: dict[str, Any] = {"color": "#555555", "parse_math": False}
    figure.text(
        side,
        1 - 0.12 / height,
        "\n".join(lines),
        va="top",
        fontsize=11,
        fontweight="bold",
        linespacing=1.15,
        parse_math=False,
    )
    below = 0.16 + 0.185 * len(lines)
    words = textwrap.fill(what, int(16.5 * width))
    figure.text(side, 1 - below / height, words, va="top", fontsize=8, linespacing=1.2, **small)
    words = "\n".join(textwrap.fill(line, int(17 * width)) for line in notes if line)
    figure.text(side, 0.1 / height, words, va="bottom", fontsize=7.5, linespacing=1.3, **small)


def names_room(names: Sequence[str], size: float = 8.5) -> float:
    """Return how wide the widest of some names is, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=size)
    widths = [text_to_path.get_text_width_height_descent(one, font, ismath=False)[0] for one in names]
    return max(widths, default=0.0) / 72


def sentence(text: str) -> str:
    """Start with a capital."""
    return text[:1].upper() + text[1:]
