"""Sheets about how answers differ from case to case, what decides them and under which conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.answers.digest import CORNERS
from sim.errors import PanjError
from sim.views.plots import style
from sim.views.plots.draw import cases as draw
from sim.views.plots.draw.ends import MOST as ROWS
from sim.views.plots.draw.ends import stacked
from sim.views.plots.sheets.sheet import MOST, Sheet, blank, chosen, inscribe, multiples, nothing, sure

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest


def shares_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw shares of classes as stacked bars, one a group."""
    name = digest.runs.named(by)
    table = digest.shares(name)
    groups = table["group"].nunique()
    rows = max(min(groups, ROWS), 1)
    figure, (ax,) = blank((9.6, 0.34 * rows + 3.0), (3.0, 0.3, 0.55, 2.0))
    stacked(table, ax)
    more = f"The first {rows} of {groups}." if groups > rows else ""
    inscribe(
        figure,
        digest.runs,
        f"Where runs end by {name}",
        f"Whisker: clashes or worse, {sure(digest.runs)}.",
        f"(n): runs. {more}",
    )
    return Sheet(figure, table, "share of runs", f"low, high: {sure(digest.runs)}")


def ridges_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw how the share of clashes or worse lies over the cases of each group."""
    name = digest.runs.named(by)
    name = digest.runs.whole if name == "case" else name  # a ridge needs several cases
    groups = [one for one in digest.runs.groups(name) if one.cases.sum() > 1]
    rows = min(len(groups), ROWS)
    figure, (ax,) = blank((8.4, max(0.42 * rows, 1.2) + 2.2), (2.6, 0.4, 0.55, 1.25))
    draw.ridges(digest, groups, ax)
    if draw.smooth(digest):
        note = "Each ridge: how the share lies from case to case, chance taken out (beta-binomial)."
    elif digest.runs.shared:
        note = "Smoothed histograms of cases; all share their draws, so chance moves them alike."
    else:
        note = "Smoothed histograms of cases of one run each: chance and parameters cannot be told apart."
    note += " Ticks are means; heights are not comparable."
    inscribe(figure, digest.runs, f"Clashes or worse from case to case, by {name}", note)
    frames = []
    for one in groups:
        share, runs = digest.risk.value[one.cases], digest.risk.runs[one.cases]
        numbers = np.flatnonzero(one.cases)
        frames.append(pd.DataFrame({"group": one.name, "case": numbers, "share": share, "runs": runs}))
    table = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["group", "case"])
    return Sheet(figure, table, "share of runs of a case", "none")


def ternary_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw every case in the triangle of three ends."""
    import mpltern  # noqa: F401 - registers the projection

    name = digest.runs.named(by)
    groups, more = chosen(digest, name, MOST)
    count = max(len(groups), 1)
    margins, gaps = (0.7, 0.7, 1.15, 1.5), (0.75, 1.0)
    figure, cells = multiples(count, (2.0, 1.75), margins, gaps=gaps, projection="ternary")
    for one, (ax,) in zip(groups, cells, strict=False):
        draw.ternary(digest, one, ax)
        if count > 1:
            ax.set_title(style.short(one.name, 26), fontsize=9, loc="center", pad=20)
    if not groups:
        style.empty(cells[0][0], "no sound run")
    dots = "Each dot is one or more cases, larger where more, by the shares of their runs in per cent:"
    kinds = "chance within a case and parameters together. Crosses are means."
    inscribe(figure, digest.runs, "Three ends", dots, kinds, more)
    frame = pd.DataFrame(digest.corners, columns=[one.replace(" ", "_") for one in CORNERS])
    frame.insert(0, "case", np.arange(len(frame)))
    return Sheet(figure, frame, "share of runs of a case", "none")


def drivers_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw what decides the share of clashes or worse."""
    found = digest.drivers
    if found is None:
        return nothing(digest, "What decides clashes or worse", digest.notes["drivers"])
    figure, (ax,) = blank((8.4, 5.6), (2.6, 0.3, 0.55, 1.2))
    draw.drivers(found, ax)
    settled = {
        True: "Half the sample says the same.",
        False: "Half the sample says otherwise: not settled.",
        None: "",
    }[found.settled]
    what = "groups" if found.method in ("sobol", "morris") else "cases"
    note = f"Indices: {found.method}; {found.groups:,} {what}, {found.dropped:,} dropped. {settled}"
    seed = ""
    if np.isfinite(found.seed_share):
        part = f"{100 * found.seed_share:.0f} % of the variance of one run"
        seed = f"They share out what lies between cases; chance makes {part}."
    inscribe(figure, digest.runs, f"What decides clashes or worse{_given(digest)}", note, seed)
    unit = "index" if found.method != "morris" else found.unit
    return Sheet(figure, found.indices, unit, "95 %, bootstrap")


def boxes_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw under which conditions cases meet what was asked."""
    title = f"Where it happens{_given(digest)}"
    try:
        found, why = digest.boxes, digest.notes.get("boxes") or "no box"
    except PanjError as error:
        found, why = (), str(error)
    if not found:
        return nothing(digest, title, f"Asked: {digest.where.text}. {why}")
    figure, (left, right) = blank((11.4, 5.4), (2.1, 0.3, 0.95, 1.15), 2)
    draw.box(digest, found[0], left)
    draw.peeling(found[0], right)
    low, high = found[0].fit.interval
    inscribe(
        figure,
        digest.runs,
        title,
        f"Asked: {digest.where.text}.",
        f"Box: {' and '.join(map(str, found[0].limits))}. Density {100 * found[0].fit.density:.0f} % "
        f"(95 % Wilson, over cases: {100 * low:.0f} to {100 * high:.0f} %).",
    )
    words = "none; the box's density has a Wilson interval"
    return Sheet(figure, found[0].trajectory, "share of cases", words)


def tradeoff_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw the policies by what they come to."""
    found = digest.policies
    title = f"Which choice holds up{_given(digest)}"
    if found is None:
        return nothing(digest, title, digest.notes["policies"])
    if len(found.goals) < 2:
        return nothing(digest, title, "the experiment states one goal; between goals there is a trade-off")
    figure, (ax,) = blank((8.0, 5.8), (0.9, 0.4, 0.75, 1.25))
    draw.tradeoff(found, ax)
    inscribe(
        figure,
        digest.runs,
        title,
        f"Means over {found.worlds:,} worlds, the same and on the same chance for all; "
        f"least regret: {found.favourite}.",
    )
    frames = [
        table.assign(policy=found.policies, question=str(goal.asked), on_the_front=found.pareto)
        for goal, table in zip(found.goals, found.tables, strict=True)
    ]
    return Sheet(figure, pd.concat(frames, ignore_index=True), "unit of the question", "none")


def _given(digest: Digest) -> str:
    """Return what an answer that stands under one condition is titled with; nothing where there are none."""
    return f", given {digest.condition}" if digest.conditions else ""
