"""Pictures of a sweep. Each function takes an Axes to draw on, or makes one, and returns it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from sim.model.outcomes import PATHS
from sim.views.plots import style
from sim.views.plots.flows import CLASSES

if TYPE_CHECKING:
    from sim.analysis.digest import Digest
    from sim.analysis.discovery import Box
    from sim.analysis.estimands import Estimand
    from sim.analysis.indices import Sensitivity
    from sim.analysis.robustness import Robustness

LINES = ("-", "--", ":", "-.")
COLOURS = (style.BLUE, style.VERMILION, style.ORANGE, style.SKY, style.BLACK, style.GREY)
#: How the mean over cases is marked.
_MEAN: dict[str, Any] = {"s": 70, "marker": "X", "edgecolor": "white", "zorder": 5}
#: Most groups that one picture tells apart.
MOST = 12


def stacked(digest: Digest, by: str = "levers", ax: Axes | None = None) -> Axes:
    """Draw shares of classes as stacked bars, one a group; the whisker is that of clashes or worse."""
    with style.look():
        ax = style.axes(ax, (8.0, 4.6))
        table = digest.table(by)
        groups = list(dict.fromkeys(table["group"]))[:MOST]
        if not groups:
            return style.empty(ax, "no sound run")
        place = np.arange(len(groups))[::-1].astype(float)
        wide = table.pivot(index="group", columns="path", values="share").loc[groups]
        left = np.zeros(len(groups))
        for name in PATHS:
            share = wide[name].to_numpy(np.float64)
            ax.barh(place, share, left=left, height=0.62, color=CLASSES[name], edgecolor="white",
                    linewidth=0.6, label=style.sentence(name))  # fmt: skip
            left += share
        risk = table[table["path"] == "clashes or worse"].set_index("group").loc[groups]
        ax.hlines(place, risk["low"], risk["high"], color=style.BLACK, linewidth=1.6, zorder=4)
        ax.plot(risk["low"], place, "|", risk["high"], place, "|", color=style.BLACK, markersize=7, zorder=4)
        ax.set_yticks(place, [_short(f"{one}  ({n:,})") for one, n in zip(groups, risk["runs"], strict=True)])
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 1)
        ax.set_ylim(-0.6, len(groups) - 0.4)
        style.percent(ax.xaxis)
        ax.set_xlabel("share of runs")
        handles, labels = ax.get_legend_handles_labels()
        handles.append(Line2D([], [], color=style.BLACK, marker="|"))
        ax.legend(
            handles, [*labels, "clashes or worse, 95 % over cases"], loc="upper left",
            bbox_to_anchor=(0.0, -0.11 - 0.25 / max(len(groups), 1)), ncols=3, fontsize=7.5,
        )  # fmt: skip
        return ax


def _short(words: str, most: int = 34) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"


def ridges(digest: Digest, asked: Estimand, by: str = "levers", ax: Axes | None = None) -> Axes:
    """Draw the distribution over cases of an answer, one ridge a group; the tick is the mean."""
    with style.look():
        ax = style.axes(ax, (7.0, 4.4))
        values = digest.by_case(asked).value
        groups = (digest.settings() if by == "levers" else digest.groups(by))[:MOST]
        groups = [one for one in groups if np.isfinite(values[one.cases]).any()]
        if not groups:
            return style.empty(ax, "no sound run")
        known = values[np.isfinite(values)]
        low, high = float(known.min()), float(known.max())
        edges = np.linspace(low, high if high > low else low + 1, 41)
        middle = (edges[1:] + edges[:-1]) / 2
        kernel = np.exp(-0.5 * (np.arange(-4, 5) / 1.5) ** 2)
        for k, one in enumerate(groups):
            mine = values[one.cases]
            mine = mine[np.isfinite(mine)]
            height = np.histogram(mine, edges)[0].astype(float)
            padded = np.pad(height, 4, mode="reflect")
            height = np.convolve(padded, kernel / kernel.sum(), mode="valid")
            height /= max(height.max(), 1e-12)
            base = len(groups) - 1 - k
            ax.fill_between(middle, base, base + 0.85 * height, color=style.SKY, alpha=0.8, linewidth=0)
            ax.plot(middle, base + 0.85 * height, color=style.BLUE, linewidth=1)
            ax.plot([mine.mean()] * 2, [base, base + 0.3], color=style.BLACK, linewidth=1.6)
        ax.set_yticks(range(len(groups))[::-1], [_short(one.name) for one in groups])
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel(f"{asked.label} ({asked.unit})")
        if asked.unit == "share":
            style.percent(ax.xaxis)
        return ax


def ternary(digest: Digest, ax: Axes | None = None) -> Axes:
    """Draw each case in the triangle of its three ends; `ax` must be a ternary one (mpltern)."""
    import mpltern  # noqa: F401 - registers the projection

    with style.look():
        if ax is None:
            ax = Figure(figsize=(6.0, 5.4)).add_subplot(projection="ternary")
        ends = digest.corners
        known = np.isfinite(ends).all(axis=1)
        if not known.any():
            return style.empty(ax, "no sound run")
        for k, one in enumerate(digest.settings()[: len(COLOURS)]):
            mine = ends[one.cases & known]
            # Cases of few runs lie on top of each other: size tells how many.
            points, count = np.unique(mine.round(3), axis=0, return_counts=True)
            size = 6 + 90 * count / max(int(known.sum()) / 20, count.max())
            dots: dict[str, Any] = {"s": size, "color": COLOURS[k], "alpha": 0.55, "linewidth": 0}
            ax.scatter(*points.T, **dots, label=_short(one.name))
            middle = [np.array([x]) for x in mine.mean(axis=0)]
            ax.scatter(*middle, **{**_MEAN, "color": COLOURS[k]})
        corners = {"t": "Clashes or worse", "l": "Standoff", "r": "Accommodation"}
        for label, words in corners.items():
            getattr(ax, f"set_{label}label")(words)
            axis = getattr(ax, f"{label}axis")
            axis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        ax.grid(True, linewidth=0.4)
        ax.legend(loc="upper left", bbox_to_anchor=(-0.12, 1.08), fontsize=7.5)
        return ax


def drivers(found: Sensitivity, ax: Axes | None = None, most: int = 12) -> Axes:
    """Draw the indices of a sensitivity analysis with their intervals; the dummy's marks the noise."""
    with style.look():
        ax = style.axes(ax, (7.0, 4.4))
        rows = found.indices.head(most)
        if "dummy" not in set(rows["name"]):
            rows = pd.concat([rows, found.indices[found.indices["name"] == "dummy"]])
        place = np.arange(len(rows))[::-1].astype(float)
        both = found.method == "sobol"
        columns = [
            ("ST", style.BLUE, "total (with interactions)"),
            ("S1", style.ORANGE, "alone (first order)"),
        ]
        if not both:
            names = {"morris": "mean absolute effect over the whole range", "delta": "delta", "pawn": "PAWN"}
            columns = [(found.main, style.BLUE, names[found.method])]
        for k, (name, colour, words) in enumerate(columns):
            y = place + (0.16 if both and k == 0 else -0.16 if both else 0)
            value = rows[name].to_numpy(np.float64)
            ax.barh(
                y, np.maximum(value, 0), height=0.3 if both else 0.5, color=colour, alpha=0.85, label=words
            )
            ax.hlines(y, rows[f"{name}_low"], rows[f"{name}_high"], color=style.BLACK, linewidth=1.2)
        called = ["dummy (does nothing)" if one == "dummy" else str(one) for one in rows["name"]]
        ax.set_yticks(place, [_short(one) for one in called])
        ax.tick_params(axis="y", length=0)
        ax.axvline(0, color=style.GREY, linewidth=0.8)
        ax.set_xlabel("index, with 95 % interval" if found.method != "morris" else f"effect ({found.unit})")
        ax.legend(loc="lower right", fontsize=8)
        return ax


def box(digest: Digest, found: Box, ax: Axes | None = None) -> Axes:
    """Draw cases by the two things a box asks most of, filled where they meet the condition, and the box."""
    from sim.analysis import of_study

    with style.look():
        ax = style.axes(ax, (6.0, 4.6))
        met, known = of_study.meets(digest.study, digest.where)
        table = digest.inputs
        numeric = [one for one in found.limits if not one.names]
        others = [str(one) for one in table if pd.api.types.is_numeric_dtype(table[one])]
        names = [one.name for one in numeric[:2]]
        names += [one for one in others if one not in names][: 2 - len(names)]
        if len(names) < 2:
            return style.empty(ax, "the box asks of alternatives alone: " + "; ".join(map(str, found.limits)))
        x, y = (table[one].to_numpy(np.float64) for one in names)
        shown = np.flatnonzero(known)
        shown = shown[:: max(len(shown) // 3000, 1)]
        for flag, look in ((False, {"facecolor": "none", "edgecolor": style.GREY, "linewidth": 0.6}),
                           (True, {"facecolor": style.VERMILION, "edgecolor": "none"})):  # fmt: skip
            mine = shown[met[shown] == flag]
            ax.scatter(x[mine], y[mine], s=14, alpha=0.75, **look)
        ends = []
        for one, values in zip(names, (x, y), strict=True):
            limit = next((limit for limit in numeric if limit.name == one), None)
            low = values.min() if limit is None or limit.low is None else limit.low
            high = values.max() if limit is None or limit.high is None else limit.high
            ends.append((low, high))
        (a, b), (c, d) = ends
        ax.add_patch(Rectangle((a, c), b - a, d - c, facecolor=style.ORANGE, alpha=0.15, zorder=0))
        ax.add_patch(Rectangle((a, c), b - a, d - c, fill=False, edgecolor=style.BLACK, linewidth=1.8))
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
        handles = [
            Line2D([], [], marker="o", linestyle="", color=style.VERMILION, label="case meets it"),
            Line2D(
                [],
                [],
                marker="o",
                linestyle="",
                markerfacecolor="none",
                color=style.GREY,
                label="case does not",
            ),
            Patch(facecolor="#FBE7C4", edgecolor=style.BLACK, label="box"),
        ]
        ax.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 1.12), ncols=3, fontsize=8)
        return ax


def peeling(found: Box, ax: Axes | None = None) -> Axes:
    """Draw the peeling trajectory of a box: what density costs in coverage."""
    with style.look():
        ax = style.axes(ax, (4.6, 4.6))
        steps = found.trajectory
        ax.plot(steps["coverage"], steps["density"], color=style.GREY, linewidth=1, zorder=1)
        dots = ax.scatter(steps["coverage"], steps["density"], c=steps["limits"], cmap=style.density(), s=26)
        dots.set_edgecolor(style.GREY)
        one = steps[steps["chosen"]].iloc[0]
        ax.plot(one["coverage"], one["density"], "o", markersize=13, fillstyle="none", color=style.VERMILION,
                markeredgewidth=2)  # fmt: skip
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


def tradeoff(found: Robustness, ax: Axes | None = None) -> Axes:
    """Draw policies by the first two goals, sized by the third; those that nothing beats are filled."""
    with style.look():
        ax = style.axes(ax, (7.0, 4.8))
        means = found.means()
        x, y, *rest = (means[str(goal.asked)].to_numpy(np.float64) for goal in found.goals)
        size = np.full(len(x), 90.0)
        if rest:
            span = np.ptp(rest[0])
            size = 50 + 170 * (rest[0] - rest[0].min()) / (span if span > 0 else 1)
        for front in (False, True):
            mine = found.pareto == front
            ax.scatter(x[mine], y[mine], s=size[mine], facecolor=style.BLUE if front else "none",
                       edgecolor=style.BLUE, alpha=0.8, linewidth=1.4)  # fmt: skip
        _named(ax, x, y, [_short(one, 30) for one in found.policies])
        first, second, *third = found.goals
        ax.set_xlabel(f"{first.asked.label}\n({'less' if first.better < 0 else 'more'} is better)")
        ax.set_ylabel(f"{second.asked.label} ({'less' if second.better < 0 else 'more'} is better)")
        if first.asked.unit == "share":
            ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.1f} %")
        ax.margins(0.18)
        words = "filled: nothing else is better in all three"
        if third:
            words += f"; size: {third[0].asked.label}"
        ax.set_title(words, fontsize=8.5, loc="left")
        return ax


def _named(ax: Axes, x: np.ndarray, y: np.ndarray, names: Sequence[str]) -> None:
    middle = float(np.mean(x))
    for a, b, name in zip(x, y, names, strict=True):
        side = 1 if a <= middle else -1
        ax.annotate(name, (a, b), (9 * side, 7), textcoords="offset points", fontsize=8,
                    ha="left" if side > 0 else "right")  # fmt: skip


def incidence(digest: Digest, column: str, ax: Axes | None = None) -> Axes:
    """Draw by setting of the levers in how many runs something has begun by each week."""
    with style.look():
        ax = style.axes(ax, (7.0, 4.2))
        table = digest.incidence(column)
        groups = list(dict.fromkeys(table["setting"]))[:MOST]
        if table["runs"].sum() == 0:
            return style.empty(ax, "no sound run")
        for k, one in enumerate(groups):
            rows = table[table["setting"] == one]
            colour, line = COLOURS[k % len(COLOURS)], LINES[(k // 2) % len(LINES)]
            ax.step(
                rows["week"], rows["share"], where="post", label=_short(one), color=colour, linestyle=line
            )
        ax.set_xlabel("week")
        ax.set_ylabel("share of runs")
        ax.set_ylim(0, None)
        ax.set_xlim(0, table["week"].max())
        style.percent(ax.yaxis)
        ax.legend(fontsize=8, loc="best")
        return ax
