"""How answers differ from case to case, what decides them and under which conditions.

Each function takes an Axes to draw on, or makes one, and returns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from sim.analysis.answers.digest import CORNERS, RISK
from sim.analysis.groups import Group, by_value
from sim.analysis.statistics import intervals
from sim.model.registry import load
from sim.views.plots import style
from sim.views.plots.draw.ends import MOST

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest
    from sim.analysis.choosing.robustness import Robustness
    from sim.analysis.deciding.boxes import Box, Limit
    from sim.analysis.deciding.indices import Sensitivity

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Inputs drawn of a sensitivity analysis.
MOST_DRIVERS = 12

#: How the mean over cases is marked.
_MEAN: dict[str, Any] = {"s": 70, "marker": "X", "edgecolor": "white", "zorder": 5}


def smooth(digest: Digest) -> bool:
    """Return whether chance within a case lies between cases, and can be told from the rest."""
    return bool((digest.risk.runs > 1).any()) and not digest.runs.shared


def ridges(digest: Digest, groups: Sequence[Group], ax: Axes | None = None) -> Axes:
    """Draw how the share of clashes or worse lies over cases, one ridge a group; the tick is the mean.

    Monte Carlo noise is removed where cases have several runs: the ridge is the beta distribution of
    `intervals.between_cases`. Else it is a smoothed histogram of cases.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.4))
        risk = digest.risk
        groups = [one for one in groups if np.isfinite(risk.value[one.cases]).sum() > 1][:MOST]
        if not groups:
            return style.empty(ax, "no group has two cases with a valid run")
        fitted = smooth(digest)
        drawn = [_ridge(risk.value[one.cases], risk.runs[one.cases], fitted) for one in groups]
        for k, (at, height, mean) in enumerate(drawn):
            base = len(groups) - 1 - k
            high = base + 0.85 * height / max(height.max(), 1e-12)
            ax.fill_between(at, base, high, color=style.SKY, alpha=0.8, linewidth=0)
            ax.plot(at, high, color=style.BLUE, linewidth=1)
            ax.plot([mean] * 2, [base, base + 0.4], color=style.BLACK, linewidth=1.6)
        low = min(at[height >= 0.004 * height.max()][0] for at, height, _ in drawn)
        top = max(at[height >= 0.004 * height.max()][-1] for at, height, _ in drawn)
        room = 0.04 * (top - low) or 0.05
        ax.set_xlim(max(low - room, 0), top + room)
        ax.set_yticks(range(len(groups))[::-1], [style.short(one.name, 48) for one in groups])
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(f"{RISK.label}, from case to case")
        style.percent(ax.xaxis)
        return ax


def mean(digest: Digest, group: Group) -> float:
    """Return the share of a group's runs in clashes or worse."""
    value, runs = digest.risk.value[group.cases], digest.risk.runs[group.cases]
    known = np.isfinite(value)
    return float((value * runs)[known].sum() / runs[known].sum())


def _ridge(value: Floats, runs: NDArray[np.int64], fitted: bool) -> tuple[Floats, Floats, float]:
    """Return where a ridge stands, how high, and the mean."""
    known = np.isfinite(value)
    value, runs = value[known], runs[known]
    mean = float((value * runs).sum() / runs.sum())
    spread = intervals.between_cases(value * runs, runs) if fitted else None
    if spread is not None and spread.deviation > 0:
        from scipy.special import betainc

        edges = np.linspace(0, 1, 401)
        strength = mean * (1 - mean) / spread.deviation**2 - 1
        height = np.diff(betainc(mean * strength, (1 - mean) * strength, edges))
        return np.asarray((edges[1:] + edges[:-1]) / 2, np.float64), height, mean
    if spread is not None and spread.deviation == 0:
        return np.array([mean, mean]), np.zeros(2), mean
    low, high = float(value.min()), float(value.max())
    edges = np.linspace(low, high if high > low else low + 1, 41)
    kernel = np.exp(-0.5 * (np.arange(-4, 5) / 1.5) ** 2)
    padded = np.pad(np.histogram(value, edges)[0].astype(float), 4, mode="reflect")
    height = np.asarray(np.convolve(padded, kernel / kernel.sum(), mode="valid"), np.float64)
    return np.asarray((edges[1:] + edges[:-1]) / 2, np.float64), height, mean


def ternary(digest: Digest, group: Group, ax: Axes | None = None) -> Axes:
    """Draw each case of a group in the triangle of its three ends; `ax` must be a ternary one (mpltern)."""
    import mpltern  # noqa: F401 - registers the projection

    with style.look():
        if ax is None:
            ax = Figure(figsize=(6.0, 5.4)).add_subplot(projection="ternary")
        mine = digest.corners[group.cases & np.isfinite(digest.corners).all(axis=1)]
        if not len(mine):
            return style.empty(ax, "no run is valid")
        # Cases of few runs lie on top of each other: size tells how many.
        points, count = np.unique(mine.round(3), axis=0, return_counts=True)
        size = 6 + 90 * count / max(len(mine) / 20, count.max())
        dots: dict[str, Any] = {"s": size, "alpha": 0.35, "linewidth": 0, "clip_on": False}
        ax.scatter(*points.T, color=style.BLUE, **dots)
        ax.scatter(*(np.array([x]) for x in mine.mean(axis=0)), **_MEAN, color=style.BLUE)
        corners = (0.5, 1.06, "center"), (-0.14, -0.17, "left"), (1.14, -0.17, "right")
        for words, (x, y, side) in zip(CORNERS, corners, strict=True):
            ax.annotate(words, (x, y), xycoords="axes fraction", ha=side, fontsize=8, annotation_clip=False)
        for label in "tlr":
            axis = getattr(ax, f"{label}axis")
            axis.set_ticks([0.25, 0.5, 0.75], ["25", "50", "75"])
            axis.set_tick_params(labelsize=6.5)
        ax.grid(True, linewidth=0.4)
        return ax


def drivers(ranking: Sensitivity, ax: Axes | None = None, most: int = MOST_DRIVERS) -> Axes:
    """Draw the indices of a sensitivity analysis with their intervals; the dummy's marks the noise."""
    with style.look():
        ax = style.axes(ax, (7.0, 4.4))
        rows = _strongest(ranking, most)
        place = np.arange(len(rows))[::-1].astype(float)
        both = ranking.method == "sobol"
        columns = [
            ("ST", style.BLUE, "total (with interactions)"),
            ("S1", style.ORANGE, "alone (first order)"),
        ]
        if not both:
            names = {
                "morris": "mean absolute effect over the whole range",
                "delta": "delta",
                "pawn": "PAWN index",
            }
            columns = [(ranking.main, style.BLUE, names[ranking.method])]
        for k, (name, colour, words) in enumerate(columns):
            y = place + (0.16 if both and k == 0 else -0.16 if both else 0)
            value = rows[name].to_numpy(np.float64)
            ax.barh(
                y, np.maximum(value, 0), height=0.3 if both else 0.5, color=colour, alpha=0.85, label=words
            )
            ax.hlines(y, rows[f"{name}_low"], rows[f"{name}_high"], color=style.BLACK, linewidth=1.2)
        ax.set_yticks(place, driver_names(ranking, most), fontsize=7.5)
        ax.tick_params(axis="y", length=0)
        ax.axvline(0, color=style.GREY, linewidth=0.8)
        ax.set_xlabel(
            "index, with 95 % interval" if ranking.method != "morris" else f"effect ({ranking.unit})"
        )
        return ax


def driver_names(ranking: Sensitivity, most: int = MOST_DRIVERS) -> list[str]:
    """Return what stands beside the bars of `drivers`: what an input means, and below that its name."""
    model = load()
    known = {**model.world, **model.parameters}
    names = []
    for name in map(str, _strongest(ranking, most)["name"]):
        meaning = style.sentence(known[name].meaning) if name in known else ""
        words = "does nothing: shows the noise" if name == "dummy" else meaning
        names.append("\n".join(filter(None, (style.short(words, 52), name))))
    return names


def _strongest(ranking: Sensitivity, most: int) -> pd.DataFrame:
    """Return the rows of the strongest inputs, and the dummy's."""
    rows = ranking.indices.head(most)
    if "dummy" in set(rows["name"]):
        return rows
    return pd.concat([rows, ranking.indices[ranking.indices["name"] == "dummy"]])


def box(digest: Digest, limits: Box, ax: Axes | None = None) -> Axes:
    """Draw what a box asks for: cases over its two strongest ranges, or shares by its one range or choice."""
    with style.look():
        ax = style.axes(ax, (6.0, 4.6))
        met, known = digest.met
        ranges = [one for one in limits.limits if not one.names]
        if len(ranges) >= 2:
            return _dots(digest.runs.cases, ranges[0], ranges[1], met, known, ax)
        return _bars(digest, (ranges or list(limits.limits))[0], met, known, ax)


def _dots(inputs: pd.DataFrame, first: Limit, second: Limit, met: Flags, known: Flags, ax: Axes) -> Axes:
    """Draw cases by two things, filled where they meet the condition, and the box."""
    x, y = (inputs[one.name].to_numpy(np.float64) for one in (first, second))
    shown = np.flatnonzero(known)
    shown = shown[:: max(len(shown) // 3000, 1)]
    for flag, look in (
        (False, {"facecolor": "none", "edgecolor": style.GREY, "linewidth": 0.6}),
        (True, {"facecolor": style.VERMILION, "edgecolor": "none"}),
    ):
        mine = shown[met[shown] == flag]
        ax.scatter(x[mine], y[mine], s=14, alpha=0.75, **look)
    (a, b), (c, d) = (
        (values.min() if one.low is None else one.low, values.max() if one.high is None else one.high)
        for one, values in ((first, x), (second, y))
    )
    ax.add_patch(Rectangle((a, c), b - a, d - c, facecolor=style.ORANGE, alpha=0.15, zorder=0))
    ax.add_patch(Rectangle((a, c), b - a, d - c, fill=False, edgecolor=style.BLACK, linewidth=1.8))
    ax.set_xlabel(first.name)
    ax.set_ylabel(second.name)
    dot: dict[str, Any] = {"marker": "o", "linestyle": ""}
    handles: list[Artist] = [
        Line2D([], [], color=style.VERMILION, label="case meets it", **dot),
        Line2D([], [], markerfacecolor="none", color=style.GREY, label="case does not", **dot),
        Patch(facecolor="#FBE7C4", edgecolor=style.BLACK, label="box"),
    ]
    ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1.12), ncols=3, fontsize=8)
    return ax


def _bars(digest: Digest, limit: Limit, met: Flags, known: Flags, ax: Axes) -> Axes:
    """Draw the share of cases that meet the condition by the one thing a box asks for."""
    groups = [one for one in by_value(digest.runs.cases[limit.name]) if (one.cases & known).any()][:MOST]
    hit = np.array([(one.cases & met & known).sum() for one in groups], np.float64)
    many = np.array([(one.cases & known).sum() for one in groups], np.float64)
    low, high = intervals.wilson(hit, many)
    place = np.arange(len(groups))[::-1].astype(float)
    inside = np.array([bool(limit.names) and one.name in limit.names for one in groups])
    colours = [style.VERMILION if one else style.PALE for one in inside]
    ax.barh(place, hit / many, height=0.6, color=colours, edgecolor=style.GREY, linewidth=0.8)
    ax.hlines(place, low, high, color=style.BLACK, linewidth=1.2)
    ax.set_yticks(
        place, [style.short(f"{one.name}  ({n:,.0f})", 30) for one, n in zip(groups, many, strict=True)]
    )
    ax.tick_params(axis="y", length=0)
    ax.set_xlim(0, 1)
    style.percent(ax.xaxis)
    ax.set_xlabel("share of cases that meet it, with its Monte Carlo error (95 %)")
    ax.set_ylabel(limit.name)
    if limit.names:
        handles = [
            Patch(facecolor=style.VERMILION, edgecolor=style.GREY, label="in the box"),
            Patch(facecolor=style.PALE, edgecolor=style.GREY, label="outside"),
        ]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1.12), ncols=2, fontsize=8)
    else:
        ax.set_title(f"the box: {limit}", fontsize=9)
    return ax


def peeling(limits: Box, ax: Axes | None = None) -> Axes:
    """Draw the peeling trajectory of a box: what density costs in coverage."""
    with style.look():
        ax = style.axes(ax, (4.6, 4.6))
        steps = limits.trajectory
        ax.plot(steps["coverage"], steps["density"], color=style.GREY, linewidth=1, zorder=1)
        dots = ax.scatter(steps["coverage"], steps["density"], c=steps["limits"], cmap=style.density(), s=26)
        dots.set_edgecolor(style.GREY)
        one = steps[steps["chosen"]].iloc[0]
        ax.plot(
            one["coverage"],
            one["density"],
            "o",
            markersize=13,
            fillstyle="none",
            color=style.VERMILION,
            markeredgewidth=2,
        )
        ax.annotate(
            "chosen", (one["coverage"], one["density"]), (9, 7), textcoords="offset points", fontsize=8
        )
        ax.set_xlim(-0.02, 1.04)
        ax.set_ylim(-0.02, 1.04)
        for axis in (ax.xaxis, ax.yaxis):
            style.percent(axis)
        ax.set_xlabel("coverage: of all cases that meet it")
        ax.set_ylabel("density: of the cases inside")
        return ax


def tradeoff(policies: Robustness, ax: Axes | None = None) -> Axes:
    """Draw policies by the first two goals, numbered; the key names them, with the third goal as a number.

    Those that nothing beats are filled.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 4.8))
        means = policies.means()
        first, second, *third = policies.goals
        x, y, *rest = (means[str(goal.asked)].to_numpy(np.float64) for goal in policies.goals)
        for front in (False, True):
            mine = policies.pareto == front
            face = style.BLUE if front else "none"
            ax.scatter(x[mine], y[mine], s=60, facecolor=face, edgecolor=style.BLUE, linewidth=1.4)
        wanted = [
            f"{goal.asked.label} ({'less' if goal.better < 0 else 'more'} is better)"
            for goal in policies.goals
        ]
        ax.set_xlabel(wanted[0])
        ax.set_ylabel(wanted[1])
        for goal, axis in ((first, ax.xaxis), (second, ax.yaxis)):
            if goal.asked.unit == "share":
                style.percent(axis)
        ax.margins(0.12)
        numbers = [str(k) for k in range(1, len(x) + 1)]
        style.name_points(ax, x, y, numbers)
        ends = [f"  {_brief(value)}" for value in rest[0]] if third else [""] * len(x)
        heading = f"with {wanted[2]}" if third else ""
        lines = [
            heading,
            *(f"{k}  {one}{end}" for k, one, end in zip(numbers, policies.policies, ends, strict=True)),
        ]
        ax.annotate(
            "\n".join(lines),
            (1, 1),
            (10, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="top",
            fontsize=7.5,
            linespacing=1.6,
            parse_math=False,
            annotation_clip=False,
        )
        ax.set_title("filled: no other is better in every goal", fontsize=8.5, loc="left")
        return ax


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
