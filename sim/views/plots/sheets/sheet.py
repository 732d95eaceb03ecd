"""A sheet: one picture or small multiples, with heading, notes and the numbers behind them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.analysis.groups import Group
from sim.analysis.runs import Runs, Stored
from sim.errors import ScenarioError
from sim.study.questions import WORSE
from sim.views.numbers import counted
from sim.views.plots import style

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest

#: Most panels of small multiples, and columns of them.
MOST, COLUMNS = 12, 4

#: Height of what a heading takes beyond its first line, and the least width of a sheet, in inches.
HEAD, LEAST = 0.5, 8.0

#: Most letters of the name of a study in a heading.
NAME = 100

Margins = tuple[float, float, float, float]


class Sheet(NamedTuple):
    """A picture, the numbers behind it, their unit, what the intervals are, what it shows in a sentence."""

    figure: Figure
    data: pd.DataFrame
    unit: str
    interval: str
    finding: str


class InapplicableError(ScenarioError):
    """A picture has nothing to show of this result; says why."""


class View(NamedTuple):
    """What a sheet is told apart by.

    title : the heading; by : the name of what tells groups apart; groups : those drawn
    more : a sentence that says which, where they are not all
    """

    title: str
    by: str
    groups: list[Group]
    more: str


#: What draws a sheet: of a digest, told apart by something or by what is usual.
Draw = Callable[["Digest", str | None], Sheet]


def sure(runs: Runs) -> str:
    """Return what the intervals of shares are about."""
    return "Monte Carlo error (95 %)" + (", with which cases were drawn" if runs.sampled else "")


def by_groups(title: str, most: int) -> Callable[[Callable[[Digest, View], Sheet]], Draw]:
    """Make what draws a sheet from what draws groups: at most so many, and at least one."""

    def wrap(draw: Callable[[Digest, View], Sheet]) -> Draw:
        @wraps(draw)
        def drawn(digest: Digest, by: str | None) -> Sheet:
            name = digest.runs.named(by)
            groups, more = chosen(digest, name, most)
            if not groups:
                raise InapplicableError("no run is valid")
            return draw(digest, View(title, name, groups, f"{pooled(digest.runs, name)} {more}".strip()))

        return drawn

    return wrap


def pooled(runs: Runs, name: str) -> str:
    """Return which choices are mixed in each group of cases told apart by `name`; nothing where none is."""
    others = [one for one in runs.levers if one != name] if name in runs.cases else []
    return f"Each group mixes every choice of {' and '.join(others)}." if others else ""


def blank(
    size: tuple[float, float],
    margins: Margins,
    panels: int = 1,
    *,
    gap: float = 1.0,
) -> tuple[Figure, list[Axes]]:
    """Return a figure with a row of axes, a heading's height beside the size given.

    Margins are left, right, top, bottom, in inches.
    """
    width, height = size
    left, right, top, bottom = margins
    margins = (left, right, top + HEAD, bottom)
    return style.sheet((width, height + HEAD), (1, panels), margins=margins, gaps=(gap, 0))


def multiples(
    count: int,
    panel: tuple[float, float],
    margins: Margins,
    *,
    columns: int = COLUMNS,
    parts: int = 1,
    gaps: tuple[float, float] = (0.3, 0.75),
    inner: float = 0.25,
    projection: str | None = None,
) -> tuple[Figure, list[list[Axes]]]:
    """Return a figure with so many panels of a size in inches; a panel may be a column of several parts.

    A single panel is drawn larger, since it has the sheet for itself; few fill its width.

    Parameters
    ----------
    parts, inner
        Axes of a panel, one above the other, and the gap between them in inches.
    """
    columns = min(columns, count)
    if count == 1:
        panel = (max(panel[0], 5.6), max(panel[1], 4.0 / parts))
    left, right, top, bottom = margins
    top += HEAD
    free = LEAST - (left + right + columns * panel[0] + (columns - 1) * gaps[0])
    panel = (panel[0] + max(free, 0.0) / columns, panel[1])
    lines = -(-count // columns)
    high = parts * panel[1] + (parts - 1) * inner
    width = left + right + columns * panel[0] + (columns - 1) * gaps[0]
    height = top + bottom + lines * high + (lines - 1) * gaps[1]
    figure = Figure(figsize=(width, height))
    figure.set_layout_engine("none")
    panels: list[list[Axes]] = []
    for number in range(count):
        line, column = divmod(number, columns)
        x = left + column * (panel[0] + gaps[0])
        foot = height - top - line * (high + gaps[1]) - panel[1]
        places = [foot - part * (panel[1] + inner) for part in range(parts)]
        shape = (panel[0] / width, panel[1] / height)
        panels.append(
            [figure.add_axes((x / width, y / height, *shape), projection=projection) for y in places]
        )
    return figure, panels


def share_axes(
    panels: Sequence[Axes], *, x: bool = True, y: bool = True, columns: int = COLUMNS, whole: bool = False
) -> None:
    """Give small multiples the same limits, and names of ticks at the left and at the foot alone.

    Parameters
    ----------
    whole
        End the horizontal axis at a tick.
    """
    columns = min(columns, len(panels))
    drawn = [ax for ax in panels if ax.has_data()]
    for wanted, get, put in ((x, "get_xlim", "set_xlim"), (y, "get_ylim", "set_ylim")):
        if wanted and drawn:
            ends = np.array([getattr(ax, get)() for ax in drawn])
            for ax in drawn:
                getattr(ax, put)(ends[:, 0].min(), ends[:, 1].max())
    for number, ax in enumerate(panels):
        if x and whole and drawn:
            ticks = MaxNLocator(4).tick_values(*drawn[0].get_xlim())
            ax.set_xticks(ticks)
            ax.set_xlim(ticks[0], ticks[-1])
        elif x and columns > 1:
            # The last tick of a panel would run into the first of its neighbour.
            ax.xaxis.set_major_locator(MaxNLocator(4, prune="upper"))
        if y and number % columns:
            ax.tick_params(labelleft=False)
            ax.set_ylabel("")
        if x and number + columns < len(panels):
            ax.tick_params(labelbottom=False)
            ax.set_xlabel("")


def titled(ax: Axes, words: str, small: str = "") -> None:
    """Write the name of a panel above it, in two lines where it is long, and in small what is said of it."""
    lines = textwrap.wrap(words, max(int(14.5 * style.wide(ax)), 12), break_long_words=True)
    if len(lines) > 2:
        lines = [lines[0], style.short(" ".join(lines[1:]), max(len(lines[1]), 12))]
    size = 9 if len(lines) < 2 else 8
    ax.set_title("\n".join(lines), fontsize=size, parse_math=False, pad=15 if small else 6)
    if small:
        ax.annotate(
            small,
            (0, 1),
            (0, 4),
            xycoords="axes fraction",
            textcoords="offset points",
            fontsize=7,
            color="#555555",
            parse_math=False,
        )


def legend(figure: Figure, handles: Iterable[Any], columns: int = 4, top: float = 0.5) -> None:
    """Put a legend under the heading, `top` inches below the upper edge."""
    width, height = figure.get_size_inches()
    figure.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(0.12 / width, 1 - (top + HEAD - 0.1) / height),
        ncols=columns,
        borderaxespad=0,
        fontsize=8,
    )


def inscribe(figure: Figure, runs: Stored, title: str, *notes: str, finding: str) -> None:
    """Write above a picture what it shows, and of which scenario or experiment; below it what it rests on."""
    style.caption(
        figure,
        finding,
        f"{title} – {style.short(runs.what.title, NAME)}. {extent(runs)}.",
        " ".join(filter(None, notes)),
        f"{runs.kind.capitalize()} {runs.what.hash[:8]}, seed {runs.seed}, panj {runs.version}. "
        f"Under the assumptions of this {runs.kind}; not a forecast.",
    )


def extent(runs: Stored) -> str:
    """Return how many runs of how many cases there are, how many failed, and which these are."""
    groups = runs.groups() if runs.whole == "parts" else [Group("", np.ones(len(runs.cases), bool))]
    parts = []
    for one in groups:
        many = len(runs.part(one).rows)
        of = f" of {counted(one.cases.sum(), 'case')}" if one.cases.sum() > 1 or not one.name else ""
        parts.append(f"{counted(many, 'run')}{of} {one.name}".rstrip())
    words = ", ".join(parts)
    if runs.failed:
        words += f" ({runs.failed:,} more failed)"
    if len(runs.rows) < runs.total and runs.condition is None:
        words += f"; not complete, {len(runs.rows):,} of {runs.total:,} done"
    return words if runs.condition is None else f"{words}. Only runs where {runs.condition}"


def chosen(digest: Digest, name: str, most: int) -> tuple[list[Group], str]:
    """Return the groups that are drawn, and a sentence that says so where they are not all.

    The first stays, since others are compared with it; then those furthest from it in clashes or worse.
    """
    groups = [one for one in digest.runs.groups(name) if digest.counts[one.cases].sum() > 0]
    if len(groups) <= most:
        return groups, ""
    bad = digest.counts[:, : len(WORSE)].sum(axis=1)
    total = digest.counts.sum(axis=1)
    risk = np.array([bad[one.cases].sum() / total[one.cases].sum() for one in groups])
    far = np.argsort(-np.abs(risk[1:] - risk[0]), kind="stable")[: most - 1] + 1
    few = [groups[0], *(groups[k] for k in sorted(far))]
    words = f"Shown: the first and the {most - 1} of {len(groups)} furthest from it in clashes or worse."
    return few, words
