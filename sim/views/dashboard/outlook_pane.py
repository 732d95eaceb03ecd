"""What may come given what was observed, beside what would be said without, of the storyline that is set."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import panel as pn

from sim.analysis.outlook.outlook import Outlook, outlook
from sim.errors import PanjError
from sim.scenario.schema import Scenario
from sim.views.dashboard.computing import OPENING, on
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, Later, Start, button, html
from sim.views.dashboard.tables import table
from sim.views.pages.outlook import finding, listings, rests

#: Enough for eight filters, and still an answer in seconds.
PARTICLES = 800

FIRST_WORDS = (
    f"<p class=dim>Cases of the plausible region are weighed by what was observed: {PARTICLES} particles "
    "with the average citizen, of the storyline as it is set. <code>panj outlook</code> takes more.</p>"
)


class OutlookPane:
    """Takes observations and says where runs end with and without them, or why nothing can be said."""

    def __init__(self, library: Library, later: Later, start: Start) -> None:
        self.library, self._later, self._start = library, later, start
        self.spec: Scenario | None = None
        #: Which request is the last: what an earlier one brings is dropped.
        self._request = 0
        self.which: Any = pn.widgets.Select(
            label="Observations",
            options={title: name for name, title in library.observations().items()},
            stylesheets=[INNER],
            margin=(4, 10),
            sizing_mode="stretch_width",
        )
        self.ask: Any = button("Weigh by what was observed")
        self.answer = html(FIRST_WORDS)
        self.view: Any = pn.Column(self.which, self.ask, self.answer, sizing_mode="stretch_width", margin=0)
        self.which.param.watch(lambda _: self._later(self._forget), "value")
        self.ask.on_click(lambda _: self._asked())

    def follow(self, spec: Scenario) -> None:
        """Take the storyline that is set; an answer about another one does not stay."""
        if spec != self.spec:
            self.spec = spec
            self._forget()

    def _forget(self) -> None:
        self._request += 1
        self.answer.object = FIRST_WORDS

    def _asked(self) -> None:
        if self.spec is None:
            return
        self._request += 1
        self._later(partial(self._show, self._request, "<p role=status>Weighing…</p>"))
        self._start(partial(self._weigh, self._request, self.spec.replace(citizens=0), str(self.which.value)))

    async def _weigh(self, request: int, spec: Scenario, name: str) -> None:
        """Make the outlook beside the page: it takes seconds, and others are served meanwhile."""
        try:
            seen = self.library.observed(name)
            words = told(await on(OPENING, partial(outlook, spec, seen, particles=PARTICLES)))
        except (PanjError, OSError) as error:
            words = f"<p role=alert>{escape(self.library.private(str(error)))}</p>"
        self._later(partial(self._show, request, words))

    def _show(self, request: int, words: str) -> None:
        if request == self._request:
            self.answer.object = words


def told(found: Outlook) -> str:
    """Return the sentence of an outlook, its classes with and without, and what it rests on, as HTML."""
    classes = next(listings(found))
    rows = [[escape(cell) for cell in row] for row in classes.rows]
    body = table(classes.heads, rows, caption=classes.title)
    return f"<p><b>{escape(finding(found))}</b></p>{body}<p class=dim>{escape(rests(found))}</p>"
