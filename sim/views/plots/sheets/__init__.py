"""Every kind of picture of a result, each a sheet with heading and note and the numbers behind it."""

from __future__ import annotations

from collections.abc import Callable

from sim.analysis.answers.digest import Digest
from sim.analysis.runs import Runs
from sim.views.plots.sheets import cases, course, effects, ends, search
from sim.views.plots.sheets.sheet import Draw, Sheet

#: What draws each kind.
KINDS: dict[str, Draw] = {
    "paths": ends.paths_sheet,
    "shares": cases.shares_sheet,
    "sources": ends.sources_sheet,
    "orders": ends.orders_sheet,
    "joint": ends.joint_sheet,
    "ladders": course.ladders_sheet,
    "fan": course.fan_sheet,
    "bands": course.bands_sheet,
    "incidence": course.incidence_sheet,
    "effects": effects.effects_sheet,
    "flows": effects.flows_sheet,
    "ridges": cases.ridges_sheet,
    "ternary": cases.ternary_sheet,
    "map": ends.map_sheet,
    "drivers": cases.drivers_sheet,
    "boxes": cases.boxes_sheet,
    "tradeoff": cases.tradeoff_sheet,
    "front": search.front_sheet,
    "pathways": search.pathways_sheet,
    "progress": search.progress_sheet,
    "null": ends.null_sheet,
}

#: Kinds that every result has; others are drawn unless asked for where what they need is there.
ALWAYS = ("paths", "joint", "ladders", "incidence")
NEEDS: dict[str, Callable[[Runs], bool]] = {
    **dict.fromkeys(("shares", "sources", "orders", "ridges", "ternary"), lambda runs: runs.whole != "parts"),
    "fan": lambda runs: runs.bands == "runs",
    "bands": lambda runs: runs.bands == "cases",
    "effects": lambda runs: runs.compared,
    "flows": lambda runs: runs.compared and runs.usual != "case",
    "map": lambda runs: len(runs.axes) == 2,
    "drivers": lambda runs: runs.designed,
    "boxes": lambda runs: runs.designed,
    "tradeoff": lambda runs: bool(runs.levers),
    **dict.fromkeys(("front", "pathways", "progress"), lambda runs: runs.searched),
}


def usual(runs: Runs) -> list[str]:
    """Return the kinds that are drawn unless others are asked for.

    Of an ensemble few, since every run of `panj run` draws them; the null model of neither, since it runs
    the model again.
    """
    return [kind for kind in KINDS if kind in ALWAYS or (kind in NEEDS and NEEDS[kind](runs))]


def sheet(digest: Digest, kind: str, by: str | None = None) -> Sheet:
    """Return a picture with the numbers behind it."""
    return KINDS[kind](digest, by)
