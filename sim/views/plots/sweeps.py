"""The pictures of a sweep as sheets with heading and note, each with the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.answers.digest import CORNERS, RISK
from sim.errors import PanjError
from sim.views.plots import sheets_of_ends, sheets_of_pairs, sheets_of_time, style
from sim.views.plots import study as plots
from sim.views.plots.sheet import (
    MOST,
    Draw,
    Sheet,
    blank,
    chosen,
    inscribe,
    multiples,
    named,
    nothing,
    sure,
)

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest


def _shares(digest: Digest, by: str | None) -> Sheet:
    name = named(digest, by)
    groups = len(digest.by(name))
    rows = min(groups, plots.MOST)
    figure, (ax,) = blank((9.6, 0.34 * rows + 3.0), (3.0, 0.3, 0.55, 2.0))
    plots.stacked(digest, name, ax)
    more = f"The first {rows} of {groups}." if groups > rows else ""
    inscribe(
        figure,
        digest,
        f"Where runs end by {name}",
        f"Whisker: clashes or worse, {sure(digest)}.",
        f"(n): runs. {more}",
    )
    return Sheet(figure, digest.table(name), "share of runs", f"low, high: {sure(digest)}")


def _ridges(digest: Digest, by: str | None) -> Sheet:
    name = named(digest, by)
    name = "levers" if name == "case" else name  # a ridge needs several cases
    groups = min(len(digest.by(name)), plots.MOST)
    figure, (ax,) = blank((8.4, max(0.42 * groups, 1.2) + 2.2), (2.6, 0.4, 0.55, 1.25))
    plots.ridges(digest, RISK, name, ax)
    if plots.smooth(digest):
        note = "Each ridge: how the share lies from case to case, chance taken out (beta-binomial)."
    elif digest.study.experiment.draws == "shared":
        note = "Smoothed histograms of cases; all share their draws, so chance moves them alike."
    else:
        note = "Smoothed histograms of cases of one run each: chance and parameters cannot be told apart."
    note += " Ticks are means; heights are not comparable."
    inscribe(figure, digest, f"Clashes or worse from case to case, by {name}", note)
    frames = []
    for one in digest.by(name):
        share, runs = digest.risk.value[one.cases], digest.risk.runs[one.cases]
        numbers = np.flatnonzero(one.cases)
        frames.append(pd.DataFrame({"group": one.name, "case": numbers, "share": share, "runs": runs}))
    return Sheet(figure, pd.concat(frames, ignore_index=True), "share of runs of a case", "none")


def _ternary(digest: Digest, by: str | None) -> Sheet:
    import mpltern  # noqa: F401 - registers the projection

    name = named(digest, by)
    groups, more = (digest.settings(), "") if name == "case" else chosen(digest, name, MOST)
    count = max(len(groups), 1)
    margins, gaps = (0.7, 0.7, 1.15, 1.5), (0.75, 1.0)
    figure, cells = multiples(count, (2.0, 1.75), margins, gaps=gaps, projection="ternary")
    for one, (ax,) in zip(groups, cells, strict=False):
        plots.ternary(digest, ax, [one])
        if count > 1:
            ax.set_title(style.short(one.name, 26), fontsize=9, loc="center", pad=20)
    if not groups:
        style.empty(cells[0][0], "no sound run")
    dots = "Each dot is one or more cases, larger where more, by the shares of their runs in per cent:"
    kinds = "chance within a case and parameters together. Crosses are means."
    inscribe(figure, digest, "Three ends", dots, kinds, more)
    frame = pd.DataFrame(digest.corners, columns=[one.replace(" ", "_") for one in CORNERS])
    frame.insert(0, "case", np.arange(len(frame)))
    return Sheet(figure, frame, "share of runs of a case", "none")


def _drivers(digest: Digest, by: str | None) -> Sheet:
    found = digest.drivers
    if found is None:
        return nothing(digest, "What decides clashes or worse", digest.notes["drivers"])
    figure, (ax,) = blank((8.4, 5.6), (2.6, 0.3, 0.55, 1.2))
    plots.drivers(found, ax)
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
    inscribe(figure, digest, "What decides clashes or worse", note, seed)
    unit = "index" if found.method != "morris" else found.unit
    return Sheet(figure, found.indices, unit, "95 %, bootstrap")


def _boxes(digest: Digest, by: str | None) -> Sheet:
    title = "Under which conditions"
    try:
        found, why = digest.boxes, digest.notes.get("boxes") or "no box"
    except PanjError as error:
        found, why = (), str(error)
    if not found:
        return nothing(digest, title, f"Asked: {digest.where.text}. {why}")
    figure, (left, right) = blank((11.4, 5.4), (2.1, 0.3, 0.95, 1.15), 2)
    plots.box(digest, found[0], left)
    plots.peeling(found[0], right)
    low, high = found[0].fit.interval
    inscribe(
        figure,
        digest,
        title,
        f"Asked: {digest.where.text}.",
        f"Box: {' and '.join(map(str, found[0].limits))}. Density {100 * found[0].fit.density:.0f} % "
        f"(95 % Wilson, over cases: {100 * low:.0f} to {100 * high:.0f} %).",
    )
    words = "none; the box's density has a Wilson interval"
    return Sheet(figure, found[0].trajectory, "share of cases", words)


def _tradeoff(digest: Digest, by: str | None) -> Sheet:
    found = digest.policies
    if found is None:
        return nothing(digest, "Which choice holds up", digest.notes["policies"])
    figure, (ax,) = blank((8.0, 5.8), (0.9, 0.4, 0.75, 1.25))
    plots.tradeoff(found, ax)
    inscribe(
        figure,
        digest,
        "Which choice holds up",
        f"Means over {found.worlds:,} worlds, the same and on the same chance for all; "
        f"least regret: {found.favourite}.",
    )
    frames = [
        table.assign(policy=found.policies, question=str(goal.asked), on_the_front=found.pareto)
        for goal, table in zip(found.goals, found.tables, strict=True)
    ]
    return Sheet(figure, pd.concat(frames, ignore_index=True), "unit of the question", "none")


#: Kinds of pictures of a sweep.
KINDS: dict[str, Draw] = {
    "paths": sheets_of_ends.paths,
    "shares": _shares,
    "sources": sheets_of_ends.sources,
    "orders": sheets_of_ends.orders,
    "joint": sheets_of_ends.joint,
    "ladders": sheets_of_time.ladders,
    "bands": sheets_of_time.bands,
    "incidence": sheets_of_time.incidence,
    "effects": sheets_of_pairs.effects,
    "flows": sheets_of_pairs.flows,
    "ridges": _ridges,
    "ternary": _ternary,
    "map": sheets_of_ends.grid_map,
    "drivers": _drivers,
    "boxes": _boxes,
    "tradeoff": _tradeoff,
    "null": sheets_of_ends.null_model,
}

#: What a kind needs of the experiment; without it, it is drawn only when asked for, and says why it is empty.
NEEDS: dict[str, Callable[[Digest], bool]] = {
    "bands": lambda digest: digest.study.experiment.trajectories is not None,
    "effects": lambda digest: named(digest, None) == "case" or bool(digest.study.experiment.levers),
    "flows": lambda digest: bool(digest.study.experiment.levers),
    "map": lambda digest: digest.study.experiment.method == "grid",
    "drivers": lambda digest: _varied(digest),
    "boxes": lambda digest: _varied(digest),
    "tradeoff": lambda digest: bool(digest.study.experiment.levers),
    "null": lambda digest: False,  # runs the model, so it is drawn only when asked for
}


def _varied(digest: Digest) -> bool:
    """Return whether values vary from case to case in a way that is more than a list of variants."""
    return bool(digest.study.experiment.laws) and named(digest, None) != "case"


def usual(digest: Digest) -> list[str]:
    """Return the kinds that are drawn unless others are asked for."""
    return [kind for kind in KINDS if kind not in NEEDS or NEEDS[kind](digest)]
