"""A variable with and without what was observed, and the observations on it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.outlook.outlook import Course, Outlook
from sim.model.registry import load
from sim.views.plots import style
from sim.views.plots.draw.course import SCALED


def fan(found: Outlook, variable: str, ax: Axes | None = None) -> Axes:
    """Draw median and 90 % of a variable over dates, without the observations and with them.

    Points are the observations of a day; their bars reach two tolerances to either side.
    """
    with style.look():
        ax = style.axes(ax)
        quantity = load().world[variable]
        scale, unit = SCALED.get(quantity.unit, (1.0, quantity.unit))
        when = style.days(found.spec.start, found.spec.weeks)
        courses: list[tuple[Course, str, str]] = [(found.before, style.GREY, "without")]
        courses += [(found.after, style.BLUE, "with the observations")] if found.steps else []
        for course, colour, label in courses:
            low, middle, high = course.band(variable) / scale
            ax.fill_between(when, low, high, color=colour, alpha=0.22, linewidth=0)
            ax.plot(when, middle, color=colour, label=label)
        for step in found.steps:
            one = step.observation
            if one.on is not None and one.variables == (variable,) and one.equals is not None:
                error = None if one.tolerance is None else 2 * one.tolerance / scale
                ax.errorbar(
                    np.datetime64(one.on, "D"),
                    one.equals / scale,
                    yerr=error,
                    fmt="o",
                    markersize=4,
                    color=style.VERMILION,
                    elinewidth=1.1,
                )
        if found.steps:
            ax.axvline(when[found.week], color=style.BLACK, linewidth=0.8, linestyle=":")
        style.calendar(ax, when)
        ax.set_ylabel(unit if unit != "index" else "index, 0 to 1")
        return ax
