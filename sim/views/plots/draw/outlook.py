"""A variable, and the classes of paths, with and without what was observed."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from sim.analysis.outlook.outlook import Course, Outlook
from sim.model.registry import load
from sim.study import tables
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
        when = tables.dates(found.spec.start, found.spec.weeks)
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


def classes(found: Outlook, ax: Axes | None = None) -> Axes:
    """Draw the share of each class, before and after; bars reach two Monte Carlo errors to either side."""
    with style.look():
        ax = style.axes(ax)
        names = [name for name, share in found.after.classes.items() if share or found.before.classes[name]]
        rows = np.arange(len(names))[::-1]
        before = [found.before.classes[name] for name in names]
        ax.plot(before, rows, "o", color=style.GREY, markersize=6, label="without")
        if found.steps:
            after = [found.after.classes[name] for name in names]
            errors = 2 * np.nan_to_num([found.errors[name] for name in names])
            ax.errorbar(
                after,
                rows,
                xerr=[np.minimum(errors, after), errors],
                fmt="o",
                color=style.BLUE,
                markersize=6,
                elinewidth=1.4,
                label="with the observations",
            )
        ax.set_yticks(rows, names)
        ax.set_xlim(left=0)
        ax.set_xlabel("share of particles by weight")
        style.percent(ax.xaxis)
        return ax
