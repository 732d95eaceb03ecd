"""What the pictures share: colours, axes, notes.

Colours are those of Okabe and Ito, told apart by readers with any colour vision; ordered things run
from light to dark, so that a grey print keeps their order, and hatches mark what colour alone would.
"""

from __future__ import annotations

import sys
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
    """Put calendar dates on the horizontal axis, from first to last."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    ax.set_xlim(when[0], when[-1])


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


def note(figure: Figure, result: Result, *more: str) -> None:
    """Write under a picture what it rests on: what is drawn, scenario, seed, version."""
    spec = result.spec
    identity = (
        f"Scenario {spec.hash[:8]}, seed {result.seed}, panj {result.identity['versions']['panj']}. "
        "Under the assumptions of this scenario; not a forecast."
    )
    figure.supxlabel("\n".join([*more, identity]), x=0.01, ha="left", fontsize=7.5, color="#555555")


def counted(n: int, what: str = "run") -> str:
    """Write a number of things: 1 run, 1,000 runs."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def entitle(figure: Figure, result: Result, title: str) -> None:
    """Head a picture with what it shows and of which storyline."""
    figure.suptitle(f"{title} – {result.spec.title}", x=0.01, ha="left", fontsize=11, fontweight="bold")


def sentence(text: str) -> str:
    """Start with a capital."""
    return text[:1].upper() + text[1:]
