"""The pictures of an outlook: a fan for each variable observed, and the classes, before and after."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from sim.analysis.outlook.outlook import Outlook
from sim.model.registry import load
from sim.views.numbers import counted
from sim.views.plots import style
from sim.views.plots.draw import outlook as draw
from sim.views.plots.files import write_figure

#: What the picture of classes is called among those of variables.
CLASSES = "classes"


def save(found: Outlook, folder: Path) -> list[Path]:
    """Write pictures of the variables measured on a day, of tension and of classes; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        write_figure(
            classes(found) if name == CLASSES else sheet(found, name), folder / f"outlook_{name}.{form}"
        )
        for name in (*found.after.variables, CLASSES)
        for form in ("png", "svg")
    ]


def classes(found: Outlook) -> Figure:
    """Return the picture of classes under a heading that says what it shows."""
    with style.look():
        figure, (ax,) = style.sheet((7.0, 4.0), margins=(1.6, 0.3, 0.6, 0.9))
        draw.classes(found, ax)
        ax.legend(loc="best", frameon=False)
        style.caption(
            figure,
            "Where runs end, with and without what was observed",
            counted(found.particles, "particle"),
            "Bars: two Monte Carlo errors to either side.",
        )
        return figure


def sheet(found: Outlook, variable: str) -> Figure:
    """Return one variable's picture under a heading that says what it shows."""
    with style.look():
        figure, (ax,) = style.sheet((7.0, 4.0), margins=(0.85, 0.3, 0.45, 0.9))
        draw.fan(found, variable, ax)
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
