"""The odds if only the article's figures are right, and if the article is right, as a table of a page."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.answers.odds import ARTICLE, FIGURES, Odds
from sim.model.outcomes import PATHS
from sim.views import terminal
from sim.views.numbers import percent, span

HEADS = ("figures", "95 %", "article", "95 % ", "points", "95 %  ")


def section(odds: Odds) -> RenderableType:
    """Return the section of a page with both odds in short; where there is one only, why."""
    if odds.note:
        return Text(f"\n{odds.note}", style="dim")
    table = terminal.table("end", *HEADS, right=HEADS)
    for name, *cells in rows(odds):
        if name not in PATHS:
            table.add_row(name, *cells)
    return terminal.section("Two odds across plausible parameters", table, note=words(odds))


def columns(odds: Odds) -> tuple[str, ...]:
    """Return the heads of the columns; those of the article are left out where it has no odds."""
    return HEADS[:2] if odds.note else HEADS


def rows(odds: Odds) -> list[list[str]]:
    """Return one row of words a class or end: both shares and their difference, each with its interval."""
    return [
        [
            str(name),
            percent(row["figures"]),
            span(row["figures_low"], row["figures_high"]),
            percent(row["article"]),
            span(row["article_low"], row["article_high"]),
            _points(row["difference"]),
            _between(row["difference_low"], row["difference_high"]),
        ][: 1 + len(columns(odds))]
        for name, row in odds.table.to_dict("index").items()
    ]


def words(odds: Odds) -> str:
    """Say what the two odds are, and how many cases they rest on."""
    first = f"Figures: {FIGURES}; all {odds.cases} cases meet the autumn of 2021 and count alike."
    if odds.note:
        return f"{first} {odds.note}"
    return (
        f"{first} Article: {ARTICLE}; a case counts by how surely at most {odds.missing} of its "
        f"{odds.claims} claims fail there, which leaves the cases worth {odds.effective:.0f} equal ones. "
        "Points: the difference. Intervals are of means over cases, not of single cases."
    )


def _points(share: float, digits: int = 1) -> str:
    return f"{100 * share:+.{digits}f}".replace("-", "−") if share == share else "–"


def _between(low: float, high: float) -> str:
    return f"{_points(low, 0)} to {_points(high, 0)}" if low == low else "–"
