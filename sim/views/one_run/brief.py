"""Explanations in a table: what `panj explain --brief` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType

from sim.views import terminal
from sim.views.numbers import counted, percent
from sim.views.one_run import decision, narrative

if TYPE_CHECKING:
    from sim.analysis.one_run.turning_points import TurningPoint
    from sim.views.one_run.explain import Explanation
    from sim.views.one_run.typical import Stories


def stories_page(stories: Stories) -> RenderableType:
    """Return the classes of a study, the most frequent first, each with its share and its typical run."""
    often = sorted((one.of for one in stories), key=lambda one: -one.runs)
    table = terminal.table("class", "runs", "share", "typical run", right=("runs", "share", "typical run"))
    for one in often:
        table.add_row(one.path, f"{one.runs:,}", percent(one.runs / one.of), one.run)
    first = often[0]
    finding = f"Most frequent: {first.path}, in {first.runs:,} of {counted(first.of, 'run')}."
    return terminal.page(
        f"{stories.title}: typical stories", finding, terminal.section("One run for each class", table)
    )


def run_page(explanation: Explanation) -> RenderableType:
    """Return how a run ended and its turning points, a row each, without the reasons behind them."""
    table = terminal.table("week", "from", "what came", right=("week",), wide=("what came",))
    for turn in explanation.shown:
        table.add_row(str(turn.week), str(turn.day), "\n".join(_events(explanation, turn)))
    title = f"{explanation.title}, run {explanation.which.name}"
    body = terminal.section("Turning points", table if table.row_count else "None.")
    return terminal.page(title, narrative.ending(explanation.model)[0], body)


def _events(explanation: Explanation, turn: TurningPoint) -> list[str]:
    """Return what made a week a turning point, a line each."""
    rare = [one for one in turn.rare if explanation.actor in (None, one.actor)]
    return [
        *(f"Event: {one.name}" for one in turn.fired),
        *narrative.happenings(explanation.model, turn.week),
        *map(narrative.step, turn.changes),
        *(f"{decision.head(one)} (chance {percent(one.chance)})" for one in rare),
    ]
