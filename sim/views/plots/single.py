"""The pictures of an ensemble on one Axes each: what `result.plot` draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from sim.analysis.answers import over_time, shares
from sim.analysis.groups import Group
from sim.analysis.runs import Stored, view
from sim.errors import ScenarioError, nearest
from sim.model.registry import load
from sim.study.tables import LADDERS
from sim.views.plots import style
from sim.views.plots.draw import course, ends
from sim.views.plots.sheets.sheet import sure

if TYPE_CHECKING:
    from sim.study.results.result import Result


def plot_paths(result: Result, ax: Axes | None = None) -> Axes:
    """Draw shares of the classes with chance, parameters and readings apart, over all that is uncertain."""
    runs, group = view(result), view(result).groups()[-1]
    rows = shares.shares(runs, [group])
    with style.look():
        ax = ends.uncertainty(rows, ax)
        if len(rows):
            wide, read = (bool(rows[name].notna().any()) for name in ("case_low", "reading_low"))
            handles = ends.uncertainty_key(sure(runs), wide, read)
            ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.02, -0.08), ncols=2)
        ax.set_title(f"Path classes {group.name}")
        return ax


def plot_joint(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the joint table of the highest rungs of the two ladders at the defaults."""
    table = shares.joint(*_defaults(result))
    with style.look():
        ax = ends.joint(table[table["rungs"] == "peak"] if len(table) else table, ax)
        ax.set_title("Highest rungs, at any time")
        return ax


def plot_ladder(result: Result, which: str = "escalation", ax: Axes | None = None) -> Axes:
    """Draw the shares of runs on each rung of a ladder over calendar dates, at the defaults."""
    if which not in LADDERS:
        raise ScenarioError(f"no ladder {which!r}{nearest(which, LADDERS)}")
    table = over_time.ladders(*_defaults(result))
    with style.look():
        ax = course.rungs(table[table["ladder"] == which], which, result.spec.start, ax)
        ax.set_ylabel("share of runs")
        ax.set_title(f"Ladder of {which}")
        ax.legend(
            handles=course.rungs_key(which), title="rung", loc="center left", bbox_to_anchor=(1.01, 0.5)
        )
        return ax


def plot_fan(result: Result, variable: str, ax: Axes | None = None) -> Axes:
    """Draw median, 50 % and 90 % of runs of a charted variable, at the defaults and beside them."""
    runs = view(result)
    known = [str(name) for name in runs.weekly()["variable"].unique()]
    if variable not in known:
        raise ScenarioError(
            f"no weekly values of {variable!r}{nearest(variable, known)}; kept are: {', '.join(known)}"
        )
    table = over_time.bands(runs, runs.groups())
    table = table[table["variable"] == variable]
    first, *others = (table[table["group"] == one.name] for one in runs.groups())
    with style.look():
        ax = course.band(first, variable, result.spec.start, ax, others[0] if others else None)
        ax.set_title(style.sentence(load().world[variable].meaning.split(",")[0]))
        return ax


def plot_incidence(result: Result, ax: Axes | None = None) -> Axes:
    """Draw the cumulative incidence of a first clash and of first talks, at the defaults."""
    runs, groups = _defaults(result)
    rows = {column: over_time.incidence(runs, groups, column) for column, *_ in course.FIRSTS}
    with style.look():
        ax = course.curves(rows, result.spec.start, ax)
        ax.set_ylabel("share of runs in which it has happened")
        ax.set_title("Time to the first clash and to the first talks")
        ax.legend(loc="upper left")
        return ax


def _defaults(result: Result) -> tuple[Stored, list[Group]]:
    runs = view(result)
    return runs, runs.groups()[:1]
