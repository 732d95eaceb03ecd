"""Sheets about where runs end, group by group: small multiples with shared axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from sim.analysis.answers import effects, null, shares
from sim.views.plots import style
from sim.views.plots.draw import ends as draw
from sim.views.plots.sheets import findings
from sim.views.plots.sheets.sheet import (
    MOST,
    InapplicableError,
    Sheet,
    View,
    blank,
    by_groups,
    inscribe,
    legend,
    multiples,
    share_axes,
    sure,
    titled,
)

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest

#: Size of a panel with a row a class, in inches.
CLASSES = (2.1, 2.7)
#: Between panels whose axes end at a tick, and below the names of two lines, in inches.
GAPS = (0.45, 0.95)


@by_groups("Where runs end, and how sure that is", MOST)
def paths_sheet(digest: Digest, view: View) -> Sheet:
    """Draw shares of classes with chance, parameters and readings apart."""
    table = shares.shares(digest.runs, view.groups)
    figure, cells = multiples(len(view.groups), CLASSES, (1.65, 0.35, 1.6, 1.0), gaps=GAPS)
    panels = [ax for (ax,) in cells]
    for one, ax in zip(view.groups, panels, strict=True):
        rows = table[table["group"] == one.name]
        draw.uncertainty(rows, ax)
        ax.set_xlim(0, None)
        ax.set_xlabel("share of runs")
        titled(ax, one.name, _counted(rows))
    share_axes(panels, whole=True)
    wide, read = (bool(table[name].notna().any()) for name in ("case_low", "reading_low"))
    legend(figure, draw.uncertainty_key(sure(digest.runs), wide, read), columns=2)
    finding = findings.ends(table)
    notes = (_cases(digest, table), _readings(digest), view.more)
    inscribe(figure, digest.runs, view.title, *notes, finding=finding)
    words = (
        f"low, high: {sure(digest.runs)}; case_low, case_high: 90 % of cases, after removing Monte Carlo "
        "noise; reading_low, reading_high: lowest and highest mean of one reading"
    )
    return Sheet(figure, table, "share of runs", words, finding)


def _counted(rows: pd.DataFrame) -> str:
    return f"n = {int(rows['runs'].max()):,}"


def _cases(digest: Digest, table: pd.DataFrame) -> str:
    if table["case_low"].isna().all():
        if table["cases"].max() < 2:
            return "Each panel is one case, so its whisker is Monte Carlo error alone."
        return "One run a case, so Monte Carlo error and parameters cannot be told apart."
    return (
        "Grey: cases drawn from the ranges." if digest.runs.sampled else "Grey: the cases that were laid out."
    )


def _readings(digest: Digest) -> str:
    read, _ = digest.runs.reads
    if "reading" in read:
        return "Readings are among what varies from case to case; orange are their means."
    if len(digest.runs.readings):
        return "Orange: at the defaults, each reading of the article run by itself."
    if read:
        return "Panels that differ by reading show what hangs on how the article is read."
    return "One reading of the article throughout."


def sources_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw what makes one run end otherwise than another."""
    table = effects.sources(digest.runs)
    if table["chance"].isna().all():
        why = "no case has two valid runs" if len(table) and table["runs"].max() else "no run is valid"
        raise InapplicableError(f"{why}, so chance cannot be told from the rest")
    finding = findings.sources(table)
    conditions = list(dict.fromkeys(table["condition"]))
    figure, cells = multiples(len(conditions), (5.5, 2.65), (1.7, 1.4, 0.95, 1.3), columns=1)
    for name, (ax,) in zip(conditions, cells, strict=True):
        draw.sources(table[table["condition"] == name], ax)
        if name:
            titled(ax, name)
    legend(figure, cells[0][0].get_legend_handles_labels()[0])
    inscribe(
        figure,
        digest.runs,
        "What explains where a run ends",
        "Parts of the variance of whether a run ends in a class; what parameters do together with others "
        "counts as theirs. More runs measure the parts better and make none smaller.",
        finding=finding,
    )
    return Sheet(figure, table, "share of the variance of one run", "none", finding)


@by_groups("Classes tried in another order", MOST)
def orders_sheet(digest: Digest, view: View) -> Sheet:
    """Draw how shares change when classes are tried in another order."""
    note = "A run may fit several classes; the first that fits, in each order, names it."
    return _dotted(digest, view, shares.orders(digest.runs, view.groups), "order", note)


@by_groups("The model and the null model", MOST)
def null_sheet(digest: Digest, view: View) -> Sheet:
    """Draw the model beside the null model, in which every rule is off."""
    note = "The same values and chance again with every rule off. What both show is not the rules' work."
    return _dotted(digest, view, null.null(digest.runs, view.groups), "model", note)


def _dotted(digest: Digest, view: View, table: pd.DataFrame, series: str, note: str) -> Sheet:
    names = list(dict.fromkeys(table["group"]))
    if not names:
        raise InapplicableError("no run is valid")
    figure, cells = multiples(len(names), CLASSES, (1.65, 0.35, 1.15, 1.0), gaps=GAPS)
    panels = [ax for (ax,) in cells]
    for one, ax in zip(names, panels, strict=True):
        rows = table[table["group"] == one]
        draw.dots(rows, series, ax)
        ax.set_xlim(0, None)
        ax.set_xlabel("share of runs")
        titled(ax, one, _counted(rows))
    share_axes(panels, whole=True)
    legend(figure, panels[0].get_legend_handles_labels()[0])
    finding = findings.moved(table, series)
    whiskers = f"Whiskers: {sure(digest.runs)}."
    inscribe(figure, digest.runs, view.title, note, whiskers, view.more, finding=finding)
    words = f"low, high: {sure(digest.runs)}"
    if series == "model":
        words += "; change_low, change_high: 95 % of null model less model, pair by pair"
    return Sheet(figure, table, "share of runs", words, finding)


@by_groups("The two ladders together", 8)
def joint_sheet(digest: Digest, view: View) -> Sheet:
    """Draw joint tables of the two ladders: of the highest rungs, and of those of the last week."""
    table = shares.joint(digest.runs, view.groups)
    alone = len(view.groups) == 1
    stacks: list[list[Axes]]
    # One group: the two kinds of rungs side by side and large; several: one above the other.
    if alone:
        figure, pair = blank((11.2, 5.5), (1.45, 0.2, 0.8, 1.3), 2, gap=1.5)
        stacks = [pair]
    else:
        margins = (1.35, 0.2, 0.9, 1.2)
        figure, stacks = multiples(len(view.groups), (2.35, 2.1), margins, gaps=(0.2, 0.8), parts=2)
    for number, (one, stack) in enumerate(zip(view.groups, stacks, strict=True)):
        rows = table[table["group"] == one.name]
        for part, (when, ax) in enumerate(zip(("peak", "final"), stack, strict=True)):
            draw.joint(rows[rows["rungs"] == when], ax, ranges=alone)
            words = {"peak": "highest rungs, at any time", "final": "in the last week"}[when]
            if alone:
                titled(ax, style.sentence(words))
                ax.set_xlabel("rung of rapprochement")
                ax.set_ylabel("rung of escalation")
                continue
            titled(ax, "" if part else one.name, words)
            ax.tick_params(labelleft=number % 4 == 0, labelbottom=part == 1 and number + 4 >= len(stacks))
            ax.tick_params(axis="x", labelsize=6.5)
    n = int(table["runs"].min())
    finding = findings.joint(table)
    inscribe(
        figure,
        digest.runs,
        view.title,
        f"Shares of runs; n = {n:,} a table{'' if alone else ' at least'}.",
        "Small figures: 90 % of cases in per cent, after removing Monte Carlo noise." if alone else "",
        "Colour follows the root of the share; rows are escalation, columns rapprochement.",
        view.more,
        finding=finding,
    )
    words = f"low, high: {sure(digest.runs)}; "
    words += "case_low, case_high: 90 % of cases, after removing Monte Carlo noise"
    return Sheet(figure, table, "share of runs", words, finding)


@by_groups("Clashes or worse over the grid", 6)
def map_sheet(digest: Digest, view: View) -> Sheet:
    """Draw clashes or worse over the first two axes of a grid, averaged over others."""
    names = list(digest.runs.axes)
    if len(names) < 2:
        raise InapplicableError("a map needs a design of method grid with two numbers that vary")
    frames = []
    for one in view.groups:
        mine = one.cases & (digest.risk.runs > 0)
        runs = digest.risk.runs[mine].astype(np.float64)
        table = digest.runs.cases.loc[mine, names].assign(hits=digest.risk.value[mine] * runs, runs=runs)
        table = table.groupby(names, as_index=False).sum()
        frames.append(table.assign(share=table.pop("hits") / table["runs"], group=one.name))
    data = pd.concat(frames, ignore_index=True)
    low, high = float(data["share"].min()), float(data["share"].max())
    figure, cells = multiples(len(view.groups), (2.5, 2.4), (0.9, 1.5, 0.9, 1.45), columns=3)
    panels = [ax for (ax,) in cells]
    for one, ax in zip(view.groups, panels, strict=True):
        wide = data[data["group"] == one.name].pivot(index=names[1], columns=names[0], values="share")
        mesh = ax.pcolormesh(
            wide.columns,
            wide.index,
            wide,
            cmap=style.density(),
            vmin=low,
            vmax=high,
            shading="nearest",
            rasterized=True,
        )
        ax.set_xlabel(names[0])
        ax.set_ylabel(names[1])
        titled(ax, one.name)
    finding = findings.over_grid(data, names[:2])
    share_axes(panels, columns=3)
    width, height = figure.get_size_inches()
    right = max(ax.get_position().x1 for ax in panels) * width
    bar = figure.add_axes(((right + 0.25) / width, 1.45 / height, 0.15 / width, 2.2 / height))
    colours = figure.colorbar(mesh, cax=bar, label="share of clashes or worse")
    style.percent(colours.ax.yaxis)
    each = int(data["runs"].min())
    noise = 196 * np.sqrt(max(high * (1 - high), 0.0) / max(each, 1))
    shared = (
        "Cells share their draws: neighbours differ by their values alone, and chance moves all together."
        if digest.runs.shared
        else "Neighbours differ by chance as well."
    )
    note = f"{each:,} runs a cell: the Monte Carlo error of each is about {noise:.0f} points."
    inscribe(figure, digest.runs, view.title, note, shared, view.more, finding=finding)
    return Sheet(figure, data, "share of runs of a cell", "none", finding)
