"""Sheets about what a search found: its front, when plans switch, how far each seed came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.choosing.plans import Confirmation, confirmation, pathways
from sim.errors import ResultError
from sim.study.results.study import Study
from sim.study.search.record import Record, of_study
from sim.views.numbers import counted, span
from sim.views.plots.draw import search as draw
from sim.views.plots.sheets.sheet import (
    MOST,
    InapplicableError,
    Sheet,
    blank,
    inscribe,
    legend,
    multiples,
    titled,
)

if TYPE_CHECKING:
    from sim.analysis.answers.digest import Digest


def front_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw the first two goals against each other: what was tried, and the front on fresh cases."""
    study, record = _searched(digest)
    found = confirmation(study)
    assert found is not None
    if len(found.search.goals) < 2:
        raise InapplicableError("the search has one goal; between goals there is a trade-off")
    if found.table.empty:
        raise InapplicableError("nothing beats having no plan at all")
    figure, (ax,) = blank((8.0, 5.2), (0.95, 0.4, 0.35, 1.6))
    draw.tradeoff(found, record.table, ax)
    finding = _finding(found)
    inscribe(
        figure,
        digest.runs,
        "The front of the search",
        f"{counted(len(record.rows), 'candidate')} tried; bars: 95 % over fresh cases."
        + (" Pale points may lie beyond a bound." if found.search.limits else ""),
        finding=finding,
    )
    table = found.table.assign(held=found.table["name"].isin(found.held))
    return Sheet(figure, table, "unit of the goal", "low, high: 95 % over fresh cases", finding)


def pathways_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw when commitments that wait began, and where those runs ended."""
    study, _ = _searched(digest)
    try:
        table = pathways(study)
    except ResultError as error:
        raise InapplicableError(str(error)) from error
    branches = list(draw.branches(table))
    if not branches:
        raise InapplicableError("no plan that was found waits for anything")
    figure, panels = multiples(
        min(len(branches), MOST), (3.5, 1.9), (0.75, 0.3, 1.0, 1.0), columns=2, gaps=(0.4, 0.95)
    )
    last, start = int(table["from_week"].max()), digest.runs.start
    for (ax,), (plan, words, mine) in zip(panels, branches, strict=False):
        draw.pathway(mine, last, start, ax)
        titled(ax, f"{plan}: {words}")
    legend(figure, draw.ends(table), top=0.35)
    shares = np.array([draw.begun(mine) for *_, mine in branches])
    finding = f"Commitments that wait begin in {span(shares.min(), shares.max())} of runs"
    inscribe(
        figure,
        digest.runs,
        "When plans switch, and where their runs end",
        "In which half-year a commitment that waits began (never: it did not), and the class in which those "
        "runs ended, as shares of the plan's runs.",
        f"The first {MOST} of {len(branches)}." if len(branches) > MOST else "",
        finding=finding,
    )
    return Sheet(figure, table, "share of the plan's runs", "none", finding)


def progress_sheet(digest: Digest, by: str | None) -> Sheet:
    """Draw which share of the space of goals each seed has beaten by how many candidates."""
    _, record = _searched(digest)
    table = record.course()
    if table.empty:
        raise InapplicableError("no candidate meets the constraints")
    figure, (ax,) = blank((8.0, 4.0), (0.8, 0.4, 0.35, 1.15))
    draw.progress(table, ax)
    ends = table.groupby("seed")["hypervolume"].last()
    finding = (
        f"{counted(len(ends), 'search', 'searches')} beat {span(ends.min(), ends.max())} "
        "of the space of goals in the end"
    )
    inscribe(
        figure,
        digest.runs,
        "How far independent searches came",
        "Hypervolume: the share of the space between the worst and the best of all fronts. Where lines end "
        "level and close together, more candidates would find little more.",
        finding=finding,
    )
    return Sheet(figure, table, "share of the space of goals", "none", finding)


def _searched(digest: Digest) -> tuple[Study, Record]:
    """Return a study and the record of the search that it comes of."""
    study = digest.source
    record = of_study(study.folder) if isinstance(study, Study) else None
    if not isinstance(study, Study) or record is None:
        raise InapplicableError("it comes of no search; an experiment with 'design: {method: search}' does")
    if not study.done:
        raise InapplicableError("no run is done")
    return study, record


def _finding(found: Confirmation) -> str:
    word = "plan" if found.search.plan else "world"
    held = f"{len(found.held)} of {counted(len(found.candidates), word)} hold on fresh cases"
    return held if found.leading is None else f"{held}; {found.leading} adds most to a goal"
