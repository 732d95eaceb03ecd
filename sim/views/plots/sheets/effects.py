"""Sheets about what one group adds to another on the same chance."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.answers.effects import ASKED, effects, flips
from sim.model.outcomes import PATHS
from sim.views.plots import style
from sim.views.plots.draw.pairs import alluvial, forest
from sim.views.plots.sheets import findings
from sim.views.plots.sheets.sheet import (
    InapplicableError,
    Sheet,
    View,
    blank,
    by_groups,
    inscribe,
    multiples,
    sure,
)

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest

#: How the axis of an effect is named, by the unit of the question.
UNITS = {"share": "percentage points", "week": "weeks"}


@by_groups("What it changes, all else and chance being equal", 60)
def effects_sheet(digest: Digest, view: View) -> Sheet:
    """Draw what each group adds to the first, pair by pair."""
    table = effects(digest.runs, view.by, view.groups)
    if not len(table):
        raise InapplicableError(_alone(view))
    asked = ASKED
    high = 0.21 * table["group"].nunique() + 0.25
    left = style.names_room([style.short(one, 48) for one in table["group"]]) + 0.3
    figure, panels = blank((left + 9.8, high + 2.3), (left, 0.3, 0.95, 1.35), len(asked), gap=0.3)
    for k, (question, ax) in enumerate(zip(asked, panels, strict=True)):
        forest(table[table["question"] == str(question)], ax)
        words = question.label.removeprefix("share of ").removeprefix("mean ")
        ax.set_title(textwrap.fill(style.sentence(words), 20), fontsize=9)
        ax.set_xlabel(UNITS.get(question.unit, question.unit))
        ax.tick_params(labelleft=k == 0)
    first = " or ".join(dict.fromkeys(table["against"]))
    note = f"Compared with {first}, {int(table['pairs'].min()):,} pairs each."
    bars = f"Bars: {sure(digest.runs)}; filled where they leave out zero."
    weeks = "Weeks: averages, where a run in which it never happens counts its whole length."
    finding = findings.effects(table, asked)
    inscribe(figure, digest.runs, view.title, note, bars, weeks, view.more, finding=finding)
    return Sheet(figure, table, "see the column unit", "low, high: 95 % of the paired difference", finding)


def _alone(view: View) -> str:
    if len(view.groups) < 2:
        return "nothing to compare: the experiment has no levers; name what varies with --by"
    return f"no two runs differ in {view.by} alone, so there are no pairs"


@by_groups("Which paths flip", 7)
def flows_sheet(digest: Digest, view: View) -> Sheet:
    """Draw which paths flip when one group's runs are made the other's."""
    flows = flips(digest.runs, view.by, view.groups)
    if not flows:
        raise InapplicableError(_alone(view))
    size = (5.2, 3.4)
    figure, cells = multiples(len(flows), size, (0.15, 0.15, 0.6, 1.05), gaps=(0.15, 0.1), columns=2)
    frames = []
    for (first, other, pairs), (ax,) in zip(flows, cells, strict=True):
        alluvial(pairs, (first, other), ax, room=0.85 if len(flows) > 1 else 0.7, least=0.01, size=8)
        row, column = np.indices(pairs.shape)
        frames.append(
            pd.DataFrame(
                {
                    "against": first,
                    "group": other,
                    "first": [PATHS[k] for k in row.ravel()],
                    "second": [PATHS[k] for k in column.ravel()],
                    "pairs": pairs.ravel(),
                }
            )
        )
    n = int(min(pairs.sum() for *_, pairs in flows))
    note = f"{n:,} pairs a panel, the same chance and values in both."
    bands = "Grey bands keep their class, coloured ones end in the class of their colour; under 1 % unnamed."
    finding = findings.flows(flows)
    inscribe(figure, digest.runs, view.title, note, bands, view.more, finding=finding)
    return Sheet(figure, pd.concat(frames, ignore_index=True), "pairs of runs", "none", finding)
