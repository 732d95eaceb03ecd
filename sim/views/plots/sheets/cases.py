"""Sheets about how answers differ from case to case, what decides them and under which conditions."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.answers.digest import CORNERS
from sim.errors import PanjError
from sim.views.plots import style
from sim.views.plots.draw import cases as draw
from sim.views.plots.draw.ends import MOST as ROWS
from sim.views.plots.draw.ends import stacked
from sim.views.plots.sheets import findings
from sim.views.plots.sheets.sheet import (
    MOST,
    InapplicableError,
    Sheet,
    blank,
    chosen,
    inscribe,
    legend,
    multiples,
    pooled,
    sure,
)

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest


def shares_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw shares of classes as stacked bars, one a group."""
    name = digest.runs.named(by)
    table = digest.shares(name)
    groups = table["group"].nunique()
    if not groups:
        raise InapplicableError("no run is valid")
    rows = min(groups, ROWS)
    left = style.names_room([f"{style.short(one, 60)}  (0,000)" for one in table["group"].unique()]) + 0.3
    figure, (ax,) = blank((max(left + 5.6, 8.0), 0.34 * rows + 3.0), (left, 0.4, 0.55, 2.0))
    stacked(table, ax)
    finding = findings.worse(table)
    more = f"The first {rows} of {groups}." if groups > rows else ""
    inscribe(
        figure,
        digest.runs,
        f"Where runs end by {name}",
        f"Whisker: clashes or worse, {sure(digest.runs)}.",
        f"(n): runs. {pooled(digest.runs, name)} {more}",
        finding=finding,
    )
    return Sheet(figure, table, "share of runs", f"low, high: {sure(digest.runs)}", finding)


def ridges_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw how the share of clashes or worse lies over the cases of each group."""
    name = digest.runs.named(by)
    name = digest.runs.whole if name == "case" else name  # a ridge needs several cases
    valid = np.isfinite(digest.risk.value)
    groups = [one for one in digest.runs.groups(name) if (one.cases & valid).sum() > 1]
    if not groups:
        raise InapplicableError("no group has two cases with a valid run")
    rows = min(len(groups), ROWS)
    left = style.names_room([style.short(one.name, 48) for one in groups]) + 0.3
    figure, (ax,) = blank((left + 5.8, max(0.42 * rows, 1.2) + 2.2), (left, 0.4, 0.55, 1.25))
    draw.ridges(digest, groups, ax)
    if draw.smooth(digest):
        note = "Each ridge: how the share lies from case to case, after removing Monte Carlo noise."
    elif digest.runs.shared:
        note = "Smoothed histograms of cases; all share their draws, so chance moves them alike."
    else:
        note = "Smoothed histograms of cases of one run each: chance and parameters cannot be told apart."
    note += " Ticks are means; heights are not comparable."
    finding = findings.means([one.name for one in groups], [draw.mean(digest, one) for one in groups])
    inscribe(figure, digest.runs, f"Clashes or worse from case to case, by {name}", note, finding=finding)
    frames = []
    for one in groups:
        share, runs = digest.risk.value[one.cases], digest.risk.runs[one.cases]
        numbers = np.flatnonzero(one.cases)
        frames.append(pd.DataFrame({"group": one.name, "case": numbers, "share": share, "runs": runs}))
    return Sheet(figure, pd.concat(frames, ignore_index=True), "share of runs of a case", "none", finding)


def ternary_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw every case in the triangle of three ends."""
    import mpltern  # noqa: F401 - registers the projection

    name = digest.runs.named(by)
    groups, more = chosen(digest, name, MOST)
    count = len(groups)
    if not count:
        raise InapplicableError("no run is valid")
    margins, gaps = (0.7, 0.7, 1.15, 1.5), (0.75, 1.0)
    figure, cells = multiples(count, (2.0, 1.75), margins, gaps=gaps, projection="ternary")
    for one, (ax,) in zip(groups, cells, strict=False):
        draw.ternary(digest, one, ax)
        if count > 1:
            words = textwrap.wrap(style.short(one.name, 60), 28)
            ax.set_title("\n".join(words), fontsize=8, loc="center", pad=18, parse_math=False)
    mine = digest.corners[groups[0].cases & np.isfinite(digest.corners).all(axis=1)]
    finding = findings.corners(groups[0].name, mine.mean(axis=0), CORNERS)
    dots = "Each dot is one or more cases, larger where more, by the shares of their runs in per cent:"
    kinds = "chance within a case and parameters together. Crosses are means."
    inscribe(figure, digest.runs, "Three ends", dots, kinds, more, finding=finding)
    frame = pd.DataFrame(digest.corners, columns=[one.replace(" ", "_") for one in CORNERS])
    frame.insert(0, "case", np.arange(len(frame)))
    return Sheet(figure, frame, "share of runs of a case", "none", finding)


def drivers_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw what decides the share of clashes or worse."""
    ranking = digest.drivers
    if ranking is None:
        raise InapplicableError(digest.notes["drivers"])
    finding = findings.drivers(ranking)
    names = draw.driver_names(ranking)
    left = style.names_room([line for one in names for line in one.splitlines()], 7.5) + 0.3
    figure, (ax,) = blank((left + 5.6, 0.36 * len(names) + 2.6), (left, 0.3, 0.75, 1.35))
    draw.drivers(ranking, ax)
    legend(figure, ax.get_legend_handles_labels()[0])
    settled = {
        True: "Half the sample says the same.",
        False: "Half the sample says otherwise: not settled.",
        None: "",
    }[ranking.settled]
    what = "groups" if ranking.method in ("sobol", "morris") else "cases"
    note = f"Indices: {ranking.method}; {ranking.groups:,} {what}, {ranking.dropped:,} dropped. {settled}"
    seed = ""
    if np.isfinite(ranking.seed_share):
        part = f"{100 * ranking.seed_share:.0f} % of the variance of one run"
        seed = f"They share out what lies between cases; chance makes {part}."
    inscribe(
        figure, digest.runs, f"What decides clashes or worse{_given(digest)}", note, seed, finding=finding
    )
    unit = "index" if ranking.method != "morris" else ranking.unit
    return Sheet(figure, ranking.indices, unit, "95 %, bootstrap", finding)


def boxes_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw under which conditions cases meet what was asked."""
    title = f"Where it happens{_given(digest)}"
    try:
        boxes, why = digest.boxes, digest.notes.get("boxes") or "no box"
    except PanjError as error:
        boxes, why = (), str(error)
    if not boxes:
        raise InapplicableError(f"asked for {digest.where.text}: {why}")
    finding = findings.box(boxes[0], digest.discovery.overall)
    figure, (left, right) = blank((11.4, 5.4), (2.1, 0.3, 0.95, 1.15), 2)
    draw.box(digest, boxes[0], left)
    draw.peeling(boxes[0], right)
    low, high = boxes[0].fit.interval
    inscribe(
        figure,
        digest.runs,
        title,
        f"Asked: {digest.where.text}.",
        f"Box: {' and '.join(map(str, boxes[0].limits))}. Density {100 * boxes[0].fit.density:.0f} % "
        f"(Monte Carlo error over cases, 95 %: {100 * low:.0f} to {100 * high:.0f} %).",
        finding=finding,
    )
    words = "none; the box's density has a Wilson interval"
    return Sheet(figure, boxes[0].trajectory, "share of cases", words, finding)


def tradeoff_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw the policies by what they come to."""
    policies = digest.policies
    title = f"Which choice holds up{_given(digest)}"
    if policies is None:
        raise InapplicableError(digest.notes["policies"])
    if len(policies.goals) < 2:
        raise InapplicableError("the experiment states one goal; between goals there is a trade-off")
    finding = findings.policies(policies)
    goals = [f"with {goal.asked.label} (more is better)" for goal in policies.goals[2:3]]
    names = [*goals, *(f"00  {name}  00,000" for name in policies.policies)]
    right = style.names_room(names, 7.5) + 0.5
    figure, (ax,) = blank((0.9 + 5.4 + right, max(5.0, 0.21 * len(names) + 2.6)), (0.9, right, 0.75, 1.25))
    draw.tradeoff(policies, ax)
    inscribe(
        figure,
        digest.runs,
        title,
        f"Means over {policies.worlds:,} worlds, the same and on the same chance for all; "
        f"least regret: {policies.favourite}.",
        finding=finding,
    )
    frames = [
        table.assign(policy=policies.policies, question=str(goal.asked), on_the_front=policies.pareto)
        for goal, table in zip(policies.goals, policies.tables, strict=True)
    ]
    return Sheet(figure, pd.concat(frames, ignore_index=True), "unit of the question", "none", finding)


def _given(digest: Digest) -> str:
    """Return what an answer that stands under one condition is titled with; nothing where there are none."""
    return f", given {digest.condition}" if digest.conditions else ""
