"""What may come given what was observed, beside what would be said without, of what is set on the page."""

from __future__ import annotations

import asyncio
from functools import partial
from html import escape
from typing import Any

import panel as pn

from sim.analysis.outlook import outlook as analysis
from sim.analysis.outlook.outlook import Outlook
from sim.errors import PanjError
from sim.views.dashboard.computing import WEIGHING, Question, on
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, Start, html
from sim.views.dashboard.tables import table
from sim.views.pages.outlook import Listing, finding, listings, rests

#: Fewest and most particles; as many as runs are set in between, so that an answer takes seconds.
FEWEST, MOST = 100, 1000

FIRST_WORDS = (
    "<p class=dim>Choose observations, and cases of the plausible region are weighed by them: as many as "
    f"runs are set, from {FEWEST} to {MOST:,}, with the average citizen. <code>panj outlook</code> takes "
    "more.</p>"
)


class OutlookPane:
    """Says where runs end with the observations chosen and without them, or why nothing can be said.

    It follows what is set; a request is overtaken by the next one, and what it brings is dropped.
    """

    def __init__(self, library: Library, later: Later, start: Start) -> None:
        self.library, self._later, self._start = library, later, start
        self.question: Question | None = None
        self._request = 0
        self.which: Any = pn.widgets.Select(
            label="Observations",
            options={"": "", **{title: name for name, title in library.observations().items()}},
            value="",
            stylesheets=[INNER],
            margin=(4, 10),
            sizing_mode="stretch_width",
        )
        self.answer = html(FIRST_WORDS)
        self.view: Any = pn.Column(self.which, self.answer, sizing_mode="stretch_width", margin=0)
        self.which.param.watch(lambda _: self._ask(), "value")

    def follow(self, question: Question) -> None:
        """Take what is set: what is shown is about it alone."""
        if question != self.question:
            self.question = question
            self._ask()

    def close(self) -> None:
        """Begin nothing more for a visitor who has left."""
        self._request += 1

    def _ask(self) -> None:
        """Begin to answer by the observations that are chosen, if any are."""
        self._request += 1
        name = str(self.which.value or "")
        if name and self.question is not None:
            self._say(self._request, "<p role=status>Weighing cases by what was observed…</p>")
            self._start(partial(self._weigh, self._request, self.question, name))
        else:
            self._say(self._request, FIRST_WORDS)

    async def _weigh(self, request: int, question: Question, name: str) -> None:
        """Make the outlook beside the page: it takes seconds, and others are served meanwhile."""
        loop = asyncio.get_running_loop()
        particles = min(max(question.runs, FEWEST), MOST)
        done = 0

        def progress(more: int) -> None:
            nonlocal done
            done += more
            words = f"<p role=status>Weighing cases by what was observed: {done:,} of {particles:,}…</p>"
            loop.call_soon_threadsafe(self._say, request, words)

        def work() -> str:
            if request != self._request:
                return ""
            spec, seen = question.spec.replace(citizens=0), self.library.observed(name)
            return page(
                analysis.outlook(spec, seen, particles=particles, seed=question.seed, progress=progress)
            )

        try:
            words = await on(WEIGHING, work)
        except (PanjError, OSError) as error:
            words = f"<p role=alert>{escape(self.library.private(str(error)))}</p>"
        self._say(request, words)

    def _say(self, request: int, words: str) -> None:
        """Show words in their turn, unless the request that they answer is overtaken by then."""

        def show() -> None:
            if request == self._request:
                self.answer.object = words

        self._later(show)


def page(outlook: Outlook) -> str:
    """Return what `panj outlook` says as HTML: the sentence and the classes, the other tables folded."""
    classes, *others = listings(outlook)
    folded = "".join(
        f"<details><summary>{escape(one.title)}</summary>{_table(one)}</details>" for one in others
    )
    return (
        f"<p class=finding>{escape(finding(outlook))}</p>{_table(classes, classes.title)}{folded}"
        f"<p class=dim>{escape(rests(outlook))}</p>"
    )


def _table(one: Listing, caption: str = "") -> str:
    return table(one.heads, [[escape(cell) for cell in row] for row in one.rows], caption=caption)
