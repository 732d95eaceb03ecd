"""What each rule is worth: outcomes without it beside those with all rules and with none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

import sim
from sim.model.registry import load
from sim.views.numbers import counted
from sim.views.plots import style
from sim.views.plots.files import write_figure as write

if TYPE_CHECKING:
    from sim.analysis.article.ablation import Ablation, Worth

#: Panels: outcome, heading.
PANELS = (("clashes", "A clash at any time"), ("talks", "Official talks at any time"))

#: Rules drawn: those worth most, by their largest worth.
MOST = 20


def tornado(
    ablation: Ablation, outcome: str = "clashes", what: str = "rules", ax: Axes | None = None
) -> Axes:
    """Draw the share of runs with an outcome when each rule is off, from the share with all rules on.

    Parameters
    ----------
    outcome
        `clashes` or `talks`.
    what
        `rules`, or `paragraphs`: every rule that cites it off at once.
    """
    with style.look():
        ax = style.axes(ax, (7.0, 6.0))
        worths = chosen(ablation.rules if what == "rules" else ablation.paragraphs, outcome)
        base = ablation.base[outcome].mean
        place = np.arange(len(worths))[::-1].astype(float)
        ends = np.array([base - one.worth[outcome].mean for one in worths])
        lows = np.clip([base - one.worth[outcome].high for one in worths], 0.0, 1.0)
        highs = np.clip([base - one.worth[outcome].low for one in worths], 0.0, 1.0)
        colours = [style.VERMILION if end > base else style.BLUE for end in ends]
        ax.barh(place, ends - base, left=base, height=0.62, color=colours, alpha=0.55, linewidth=0)
        ax.hlines(place, lows, highs, color=style.BLACK, linewidth=1.1)
        ax.plot(lows, place, "|", highs, place, "|", color=style.BLACK, markersize=5)
        ax.axvline(base, color=style.BLACK, linewidth=1.0)
        ax.axvline(ablation.null.share[outcome].mean, color=style.GREY, linewidth=1.2, linestyle=(0, (4, 2)))
        ax.set_yticks(place, [_label(one, what) for one in worths])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(-0.7, len(worths) - 0.3)
        reached = np.array([*lows, *highs, base, ablation.null.share[outcome].mean])
        room = 0.03 * max(float(np.ptp(reached)), 0.1)
        ax.set_xlim(max(0.0, reached.min() - room), min(1.0, reached.max() + room))
        style.percent(ax.xaxis)
        ax.grid(axis="x")
        ax.set_xlabel("share of runs without the " + ("rule" if what == "rules" else "rules that cite it"))
        ax.set_title(dict(PANELS)[outcome])
        return ax


def chosen(worths: Sequence[Worth], outcome: str) -> list[Worth]:
    """Return those drawn: the strongest, ordered by what they are worth for this outcome."""
    strongest = sorted(worths, key=lambda one: (-one.strength, one.name))[:MOST]
    return sorted(strongest, key=lambda one: (-abs(one.worth[outcome].mean), one.name))


def _label(one: Worth, what: str) -> str:
    if what == "rules":
        return f"{load().rules[one.name].name}  {one.name}"
    return f"{one.name}  ({', '.join(one.rules)})"


def figure(ablation: Ablation, what: str = "rules") -> Figure:
    """Make the picture: clashes and talks side by side, with a legend and a note."""
    with style.look():
        left = 2.3 if what == "rules" else 2.6
        sheet, panels = style.sheet(
            (12.5, 6.8), (1, 2), margins=(left, 0.3, 0.75, 1.35), gaps=(left + 0.2, 0.0)
        )
        for ax, (outcome, _) in zip(panels, PANELS, strict=True):
            tornado(ablation, outcome, what, ax)
        width, height = sheet.get_size_inches()
        reading = "as read" if ablation.reading is None else f"reading {ablation.reading}"
        title = f"What each {'rule' if what == 'rules' else 'paragraph'} is worth – Baseline, {reading}"
        sheet.text(0.12 / width, 1 - 0.12 / height, title, va="top", fontsize=11, fontweight="bold")
        sheet.legend(
            handles=_legend("it is off" if what == "rules" else "its rules are off"),
            loc="lower center",
            bbox_to_anchor=(0.5, 0.42 / height),
            ncols=5,
        )
        number = f"; the {MOST} strongest" if what == "rules" else ""
        note = (
            f"{counted(ablation.runs, 'run')} a case on the same randomness, mean-field opinion{number}. "
            f"Seed {ablation.seed}, panj {sim.__version__}. "
            "Under the assumptions of this model; not a forecast."
        )
        sheet.text(0.12 / width, 0.1 / height, note, va="bottom", fontsize=7.5, color="#555555")
        return sheet


def _legend(off: str) -> list[Artist]:
    return [
        Patch(facecolor=style.VERMILION, alpha=0.55, label=f"more often once {off}"),
        Patch(facecolor=style.BLUE, alpha=0.55, label=f"less often once {off}"),
        Line2D([], [], color=style.BLACK, marker="|", linewidth=1.1, label="95 % interval from the pairs"),
        Line2D([], [], color=style.BLACK, linewidth=1.0, label="all rules on"),
        Line2D([], [], color=style.GREY, linewidth=1.2, linestyle=(0, (4, 2)), label="null model: none on"),
    ]


def save(ablation: Ablation, folder: str | Path) -> list[Path]:
    """Write both pictures into a folder, each as PNG and SVG, and return the paths.

    Raises
    ------
    OSError
        Writing failed.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    files = []
    for what in ("rules", "paragraphs"):
        with style.look():
            drawn = figure(ablation, what)
            files += [write(drawn, place / f"tornado_{what}.{form}") for form in ("png", "svg")]
    return files
