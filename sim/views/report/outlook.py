"""One page of HTML about an outlook: what may come, how well it was foreseen, what was learned."""

from __future__ import annotations

from pathlib import Path

from sim.analysis.outlook.outlook import Outlook
from sim.model.registry import load
from sim.views.numbers import counted
from sim.views.pages.outlook import Listing, finding, listings, rests
from sim.views.plots import style
from sim.views.plots.draw import outlook as draw
from sim.views.plots.files import write_text
from sim.views.report.page import render
from sim.views.report.parts import Part, Picture, Points, Section, Text, drawn, grid
from sim.views.report.words import vocabulary

FAN = (
    "Line: median. Area: 90 % of particles by weight, grey without the observations. Points: what was "
    "counted, two tolerances to either side. Right of the dotted line lies what is ahead."
)


def report(found: Outlook, path: Path) -> Path:
    """Write an outlook as one page of HTML, nothing fetched, and return where.

    Raises
    ------
    OSError
        Writing failed; what was there before is still there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(render(found.spec.title, found.spec.question, sections(found)), path)


def sections(found: Outlook) -> list[Section]:
    """Return the sections of the page; those without anything to say are left out."""
    first, *others = listings(found)
    made = [
        Section(
            "answer", "What may come", [Text(finding(found), "answer"), _classes(found), _grid(found, first)]
        ),
        *(Section(f"table-{place}", one.title, [_grid(found, one)]) for place, one in enumerate(others, 1)),
        Section("time", "The course of things", [_fan(found, name) for name in found.after.variables]),
        Section("trust", "What it rests on", [Text(rests(found))]),
        Section("observed", "What was observed", _observed(found)),
    ]
    made.append(Section("words", "Words", vocabulary(made), True))
    return [one for one in made if one.parts]


def _grid(found: Outlook, one: Listing) -> Part:
    return grid(counted(found.particles, "particle"), one.heads, one.rows)


def _classes(found: Outlook) -> Picture:
    return drawn(
        lambda: draw.classes(found),
        finding(found),
        "Bars: two Monte Carlo errors to either side. Grey: without.",
    )


def _fan(found: Outlook, variable: str) -> Picture:
    return drawn(lambda: draw.fan(found, variable), style.sentence(load().world[variable].meaning), FAN)


def _observed(found: Outlook) -> list[Part]:
    told = [
        f"{one.title}: {one.words} ({one.source.publisher}, {one.source.date})"
        for one in (step.observation for step in found.steps)
    ]
    return [Points(tuple(told))] if told else []
