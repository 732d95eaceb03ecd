"""Sheets about when things happen, group by group: small multiples with shared axes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.answers import baseline, over_time
from sim.analysis.answers.effects import effects
from sim.analysis.runs import Stored
from sim.errors import PanjError
from sim.model.registry import load
from sim.study.questions import Estimand
from sim.study.tables import LADDERS
from sim.views.numbers import counted
from sim.views.plots import style
from sim.views.plots.draw import course as draw
from sim.views.plots.draw.course import FIRSTS
from sim.views.plots.draw.pairs import forest
from sim.views.plots.sheets import findings
from sim.views.plots.sheets.sheet import (
    COLUMNS,
    MOST,
    InapplicableError,
    Sheet,
    View,
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

#: What the sheet of fans shows.
FANS = (
    "rhetoric",
    "tension",
    "approval",
    "solidarity",
    "refugees_reported",
    "refugees_hosted",
    "power_owed",
    "troops",
)
#: Height of a row of paired differences, in inches.
ROW = 0.24


@by_groups("The two ladders over time", 8)
def ladders_sheet(digest: Digest, view: View) -> Sheet:
    """Draw both ladders over time: escalation above, rapprochement below."""
    table = over_time.ladders(digest.runs, view.groups)
    margins = (0.95, 1.8, 0.95, 1.15)
    figure, stacks = multiples(len(view.groups), (2.3, 1.45), margins, gaps=(0.3, 0.95), inner=0.2, parts=2)
    marks, events = _events(digest.runs)
    for number, (one, stack) in enumerate(zip(view.groups, stacks, strict=True)):
        rows = table[table["group"] == one.name]
        for ladder, ax in zip(LADDERS, stack, strict=True):
            draw.rungs(rows[rows["ladder"] == ladder], ladder, digest.runs.start, ax)
            draw.events(ax, marks)
            ax.tick_params(labelleft=number % COLUMNS == 0)
            if number % COLUMNS == 0:
                ax.set_ylabel(f"{ladder}\nshare of runs")
        stack[0].tick_params(labelbottom=False)
        titled(stack[0], one.name, f"n = {int(rows['runs'].max()):,}")
    width = figure.get_size_inches()[0]
    for ladder, ax in zip(LADDERS, stacks[0], strict=True):
        figure.legend(
            handles=draw.rungs_key(ladder),
            title=ladder,
            alignment="left",
            fontsize=7.5,
            borderaxespad=0,
            loc="upper left",
            bbox_to_anchor=(1 - 1.7 / width, ax.get_position().y1),
        )
    note = "Shares by the end of each week over the runs of all cases: chance and parameters together."
    finding = findings.rungs(table)
    inscribe(figure, digest.runs, view.title, note, events, view.more, finding=finding)
    return Sheet(figure, table, "share of runs on the rung", "none", finding)


@by_groups("The course of things from case to case", 6)
def bands_sheet(digest: Digest, view: View) -> Sheet:
    """Draw quantile bands by case of the weekly values that are kept."""
    if digest.runs.bands == "runs":
        raise InapplicableError("weekly values by case are a sweep's; of an ensemble, see fan")
    try:
        table = over_time.bands(digest.runs, view.groups)
    except PanjError as error:
        raise InapplicableError(str(error)) from error
    variables = [str(one) for one in dict.fromkeys(table["variable"])][:6]
    if not variables:
        raise InapplicableError("no run is valid")
    margins = (0.75, 0.3, 1.1, 1.15)
    figure, stacks = multiples(
        len(view.groups), (2.6, 1.7), margins, columns=3, parts=len(variables), inner=0.5
    )
    for number, (one, stack) in enumerate(zip(view.groups, stacks, strict=True)):
        for variable, ax in zip(variables, stack, strict=True):
            rows = table[(table["group"] == one.name) & (table["variable"] == variable)]
            draw.band(rows, variable, digest.runs.start, ax)
            title = f"{variable}; {int(rows['cases'].max()):,} cases" if len(rows) else variable
            titled(ax, one.name if ax is stack[0] else "", title)
            if number % 3:
                ax.set_ylabel("")
    for part in range(len(variables)):
        share_axes([stack[part] for stack in stacks], x=False, columns=3)
    legend(figure, stacks[0][0].get_legend_handles_labels()[0])
    each = int(table["runs"].median())
    blue = f"Blue: medians of cases, so parameters, and what chance is left in one of {counted(each, 'run')}."
    rows = table[(table["group"] == view.groups[0].name) & (table["variable"] == variables[0])]
    finding = _course(rows, variables[0], "cases")
    dashed = "Dashed: chance within the middle case."
    inscribe(figure, digest.runs, view.title, blue, dashed, view.more, finding=finding)
    words = "q05 to q95: quantiles over cases of their medians; "
    words += "chance_low, chance_high: 90 % of the runs of the middle case"
    return Sheet(figure, table, "unit of the variable (panj rules --world)", words, finding)


def _course(rows: pd.DataFrame, variable: str, of: str) -> str:
    one = load().world[variable]
    scale, unit = draw.SCALED.get(one.unit, (1.0, one.unit))
    return findings.course(rows[rows["q50"].notna()], one, of, scale, unit)


@by_groups("The course of things", 2)
def fan_sheet(digest: Digest, view: View) -> Sheet:
    """Draw quantile bands over the runs of an ensemble, at the defaults and beside them."""
    if digest.runs.bands != "runs" or view.by != "parts":
        raise InapplicableError("weekly values over runs are an ensemble's; of a sweep, see bands")
    table = over_time.bands(digest.runs, view.groups)
    # Apart from the groups: a storyline is held against it, and not among what was asked.
    base = baseline.baseline(digest.runs)
    margins, gaps = (0.7, 0.2, 1.1, 1.05), (0.75, 0.65)
    variables = _watched(digest.runs, set(table["variable"]))
    figure, cells = multiples(len(variables), (4.5, 1.85), margins, columns=2, gaps=gaps)
    panels = [ax for (ax,) in cells]
    marks, events = _events(digest.runs)
    for variable, ax in zip(variables, panels, strict=True):
        rows = table[table["variable"] == variable]
        first, *others = (rows[rows["group"] == one.name] for one in view.groups)
        same = base[(base["variable"] == variable) & base["week"].isin(first["week"])] if len(base) else None
        draw.band(first, variable, digest.runs.start, ax, others[0] if others else None, same)
        draw.events(ax, marks)
        ax.set_title(style.sentence(load().world[variable].meaning.split(",")[0]))
    named = {label: one for ax in panels for one, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    legend(figure, named.values(), columns=5)
    most = int(table["runs"].max())
    words = (
        f"Bands rest on the first {counted(most, 'valid run')} of each part. Blue: runs at the defaults, "
        "which differ by chance. Dashed: runs across plausible parameters. One reading throughout."
    )
    if len(base):
        many = counted(int(base["runs"].max()), "run")
        words += f" Brown: {many} of the baseline at the defaults, on the same chance."
    rows = table[(table["group"] == view.groups[0].name) & (table["variable"] == variables[0])]
    finding = _course(rows, variables[0], "runs")
    inscribe(figure, digest.runs, view.title, words, events, finding=finding)
    table = pd.concat([table, base], ignore_index=True) if len(base) else table
    quantiles = "quantiles over runs, 5 to 95 %"
    return Sheet(figure, table, "unit of the variable (panj rules --world)", quantiles, finding)


def _watched(runs: Stored, columns: set[str]) -> list[str]:
    """Return what the sheet of fans shows: first what the storyline touches and weekly values are kept of."""
    spec = runs.what
    targets = {*spec.world, *spec.parameters, *(name for one in spec.events for name in one.change)}
    world = load().world
    touched = [name for name, one in world.items() if {name, one.rests} & targets and name in columns]
    return list(dict.fromkeys([*touched, *FANS]))[: len(FANS)]


def _events(runs: Stored) -> tuple[list[tuple[date, str]], str]:
    """Return the dated events of a storyline as marks, day and number, and what the numbers stand for."""
    dated = [one for one in getattr(runs.what, "events", ()) if one.on is not None]
    marks = [(one.on, str(k)) for k, one in enumerate(dated, 1)]
    names = ", ".join(f"{k} {one.name} ({one.on})" for k, one in enumerate(dated, 1))
    return marks, f"Events: {names}." if names else ""


@by_groups("By when", MOST)
def incidence_sheet(digest: Digest, view: View) -> Sheet:
    """Draw by when clash and talks have come, and the paired differences in average weeks until then."""
    tables = {column: over_time.incidence(digest.runs, view.groups, column) for column, *_ in FIRSTS}
    asked = [Estimand("weeks", (column,)) for column in tables]
    changes = effects(digest.runs, view.by, view.groups, asked)
    more = ROW * changes["group"].nunique() + 1.5 if len(changes) else 0.0
    figure, cells = multiples(len(view.groups), (2.3, 1.75), (0.75, 0.35, 1.15, 1.25 + more), gaps=(0.3, 1.0))
    panels = [ax for (ax,) in cells]
    marks, events = _events(digest.runs)
    first = view.groups[0].name
    for number, (one, ax) in enumerate(zip(view.groups, panels, strict=True)):
        rows = {column: table[table["group"] == one.name] for column, table in tables.items()}
        against = {column: table[table["group"] == first] for column, table in tables.items()}
        draw.curves(rows, digest.runs.start, ax, against=against if number else None)
        draw.events(ax, marks)
        clash, talks = (int(table["waiting"].iloc[-1]) for table in rows.values())
        titled(
            ax,
            one.name,
            f"n = {int(rows[asked[0].names[0]]['runs'].iloc[0]):,}; never: {clash:,} clash, {talks:,} talks",
        )
        if number % COLUMNS == 0:
            ax.set_ylabel("share of runs")
    share_axes(panels, x=False)
    handles = panels[0].get_legend_handles_labels()[0]
    if len(view.groups) > 1:
        handles.append(Line2D([], [], color=style.GREY, linewidth=0.9, label=first))
    legend(figure, handles)
    note = ""
    if len(changes):
        _later(figure, changes)
        note = f"Below: compared with {first}."
    elif len(view.groups) > 1 and view.by != "parts":
        note = "No two runs differ in this alone, so no difference is paired."
    never = f"Runs without such an event by the end, week {digest.runs.weeks}, count so many weeks."
    finding = findings.by_when([(one[1], table) for one, table in zip(FIRSTS, tables.values(), strict=True)])
    notes = (f"Bands, week by week: {sure(digest.runs)}.", never, note, events, view.more)
    inscribe(figure, digest.runs, view.title, *notes, finding=finding)
    frames = [table.assign(event=one[1]) for one, table in zip(FIRSTS, tables.values(), strict=True)]
    # pandas 2 warns of an empty table among those it joins.
    data = pd.concat([*frames, *([changes] if len(changes) else [])], ignore_index=True)
    words = f"low, high: {sure(digest.runs)}"
    return Sheet(figure, data, "share of runs; effect: weeks", words, finding)


def _later(figure: Figure, changes: pd.DataFrame) -> None:
    """Draw below the curves by how much each group is later than the first on average."""
    width, height = figure.get_size_inches()
    high = ROW * changes["group"].nunique() + 0.1
    names = style.names_room(list(changes["group"])) + 0.2
    wide = (width - names - 0.35 - 0.6) / 2
    for k, (column, words, colour, _) in enumerate(FIRSTS):
        ax = figure.add_axes(((names + k * (wide + 0.6)) / width, 1.4 / height, wide / width, high / height))
        forest(changes[changes["question"] == f"weeks({column})"], ax, colour)
        ax.tick_params(labelleft=k == 0)
        ax.set_xlabel("weeks later (+) or sooner (−)")
        titled(ax, f"Average weeks until the {words}")
