"""The pictures of an outlook: a fan for each variable that was observed, before and after."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from sim.analysis.outlook.outlook import Outlook
from sim.model.registry import load
from sim.views.numbers import counted
from sim.views.plots import style
from sim.views.plots.draw.outlook import fan
from sim.views.plots.files import write_figure


def save(found: Outlook, folder: Path) -> list[Path]:
    """Write a picture of each variable that was measured on a day, and of tension; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_figure(sheet(found, variable), folder / f"outlook_{variable}.{form}")
        for variable in found.after.variables
        for form in ("png", "svg")
    ]


def sheet(found: Outlook, variable: str) -> Figure:
    """Return one variable's picture under a heading that says what it shows."""
    with style.look():
        figure, (ax,) = style.sheet((7.0, 4.0), margins=(0.85, 0.3, 0.45, 0.9))
        fan(found, variable, ax)
        ax.legend(loc="best", frameon=False)
        style.caption(
            figure,
            style.sentence(load().world[variable].meaning),
            f"{counted(found.particles, 'particle')}",
            "Line: median. Area: 90 % of particles by weight. Points: observations with two tolerances to "
            "either side; what lies right of the dotted line is ahead. Of the past only that of "
            f"{counted(found.islands.ancestors, 'ancestor')} is left.",
        )
        return figure
