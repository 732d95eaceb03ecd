"""Sheets of a sweep about when things happen, group by group: small multiples with shared axes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.analysis.answers import by_group
from sim.analysis.answers import effects as group_effects
from sim.analysis.answers.questions import Estimand
from sim.analysis.deciding import cases as of_study
from sim.errors import PanjError
from sim.study.tables import LADDERS
from sim.views.plots import groups as draw
from sim.views.plots import style
from sim.views.plots.sheet import (
    COLUMNS,
    MOST,
    Sheet,
    View,
    by_groups,
    inscribe,
    legend,
    multiples,
    nothing,
    share_axes,
    sure,
    titled,
)
from sim.views.plots.time import FIRSTS
from sim.views.text import counted

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest

#: Height of a row of paired differences, in inches.
ROW = 0.24


def start(digest: Digest) -> date:
    """Return the day a study's runs start; the first scenario's where they differ."""
    setup = digest.study.setup
    return setup.experiment.variant(setup.choices[0], setup.settings[0]).start


@by_groups("The two ladders over time", 8)
def ladders(digest: Digest, view: View) -> Sheet:
    """Draw both ladders over time: escalation above, rapprochement below."""
    table = by_group.ladders(digest, view.groups, of_study.weeks(digest.study))
    margins = (0.95, 1.8, 0.95, 1.15)
    figure, stacks = multiples(len(view.groups), (2.3, 1.45), margins, gaps=(0.3, 0.85), inner=0.2, parts=2)
    for number, (one, stack) in enumerate(zip(view.groups, stacks, strict=True)):
        rows = table[table["group"] == one.name]
        for ladder, ax in zip(LADDERS, stack, strict=True):
            draw.rungs(rows[rows["ladder"] == ladder], ladder, start(digest), ax)
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
    inscribe(figure, digest, view.title, note, view.more)
    return Sheet(figure, table, "share of runs on the rung", "none")


@by_groups("The course of things from case to case", 6)
def bands(digest: Digest, view: View) -> Sheet:
    """Draw quantile bands by case of the weekly values that are kept."""
    try:
        table = by_group.bands(digest, view.groups)
    except PanjError as error:
        return nothing(digest, view.title, str(error))
    variables = [str(one) for one in dict.fromkeys(table["variable"])][:6]
    if not variables:
        return nothing(digest, view.title, "no sound run")
    margins = (0.75, 0.3, 1.1, 1.15)
    figure, stacks = multiples(
        len(view.groups), (2.6, 1.7), margins, columns=3, parts=len(variables), inner=0.5
    )
    for number, (one, stack) in enumerate(zip(view.groups, stacks, strict=True)):
        for variable, ax in zip(variables, stack, strict=True):
            rows = table[(table["group"] == one.name) & (table["variable"] == variable)]
            draw.band(rows, variable, start(digest), ax)
            told = f"{variable}; {int(rows['cases'].max()):,} cases" if len(rows) else variable
            titled(ax, one.name if ax is stack[0] else "", told)
            if number % 3:
                ax.set_ylabel("")
    for part in range(len(variables)):
        share_axes([stack[part] for stack in stacks], x=False, columns=3)
    legend(figure, stacks[0][0].get_legend_handles_labels()[0])
    each = int(table["runs"].median())
    blue = f"Blue: medians of cases, so parameters, and what chance is left in one of {counted(each, 'run')}."
    inscribe(figure, digest, view.title, blue, "Dashed: chance within the middle case.", view.more)
    words = "q05 to q95: quantiles over cases of their medians; "
    words += "chance_low, chance_high: 90 % of the runs of the middle case"
    return Sheet(figure, table, "unit of the variable (panj rules --world)", words)


@by_groups("By when", MOST)
def incidence(digest: Digest, view: View) -> Sheet:
    """Draw by when clash and talks have come, and the paired differences in restricted mean time."""
    weeks = of_study.weeks(digest.study)
    tables = {column: by_group.incidence(digest, view.groups, column, weeks) for column, *_ in FIRSTS}
    asked = [Estimand("weeks", (column,)) for column in tables]
    effects = group_effects.effects(digest, view.by, view.groups, asked)
    more = ROW * effects["group"].nunique() + 1.5 if len(effects) else 0.0
    figure, cells = multiples(
        len(view.groups), (2.3, 1.75), (0.75, 0.35, 1.15, 1.25 + more), gaps=(0.3, 0.75)
    )
    panels = [ax for (ax,) in cells]
    first = view.groups[0].name
    for number, (one, ax) in enumerate(zip(view.groups, panels, strict=True)):
        rows = {column: table[table["setting"] == one.name] for column, table in tables.items()}
        against = {column: table[table["setting"] == first] for column, table in tables.items()}
        draw.curves(rows, start(digest), ax, against=against if number else None)
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
    if len(effects):
        _restricted(figure, effects, first)
    elif len(view.groups) > 1:
        note = "No two runs differ in this alone, so no difference is paired."
    never = f"Runs that never get there are censored at the horizon, week {weeks}."
    inscribe(figure, digest, view.title, f"Bands, pointwise {sure(digest)}.", never, note, view.more)
    frames = [table.assign(event=one[1]) for one, table in zip(FIRSTS, tables.values(), strict=True)]
    data = pd.concat([*frames, effects.rename(columns={"group": "setting"})], ignore_index=True)
    return Sheet(figure, data, "share of runs; effect: weeks", f"low, high: {sure(digest)}")


def _restricted(figure: Figure, effects: pd.DataFrame, first: str) -> None:
    """Draw below the curves what each group adds to the first in restricted mean time."""
    width, height = figure.get_size_inches()
    high = ROW * effects["group"].nunique() + 0.1
    names = 2.45
    wide = (width - names - 0.35 - 0.6) / 2
    for k, (column, words, colour, _) in enumerate(FIRSTS):
        ax = figure.add_axes(((names + k * (wide + 0.6)) / width, 1.4 / height, wide / width, high / height))
        draw.forest(effects[effects["question"] == f"weeks({column})"], ax, colour)
        ax.tick_params(labelleft=k == 0)
        ax.set_xlabel("weeks, restricted mean, 95 %")
        titled(ax, f"{style.sentence(words)}: later than {style.short(first, 20)}")
