"""Stepping through one run: its ladders, a week in full, the tables behind the choices, the map."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import panel as pn
from bokeh.events import Tap
from bokeh.models import ColumnDataSource, HoverTool, Range1d, Span

from sim.errors import PanjError
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.model.population import OPINIONS
from sim.views.dashboard.charts import INK, RUNGS, describe, legend_below, plain
from sim.views.dashboard.computing import REPLAYS, Question, on
from sim.views.dashboard.figures import Figures, typical
from sim.views.dashboard.looks import INNER, Later, Start, button, drawing, fade, html
from sim.views.dashboard.map import Map
from sim.views.dashboard.replay import Replay, actors
from sim.views.one_run.narrative import titled
from sim.views.plots import style

#: What the list of classes says before one is chosen.
CHOOSE = "– choose a class –"


class RunPane:
    """One run of the question that is set; `moved` is called as its number or the week changes."""

    def __init__(self, moved: Callable[[int, int], None], later: Later, start: Start) -> None:
        self._moved, self._later, self._start = moved, later, start
        self.run: Replay | None = None
        self.question: Question | None = None
        self.figures: Figures | None = None
        self.path = ""
        self.wanted: tuple[Question, int] | None = None
        self.busy = self.gone = self._quiet = False
        small = {"stylesheets": [INNER], "margin": (4, 10)}
        self.replicate: Any = pn.widgets.IntInput(label="Run number", value=0, start=0, width=120, **small)
        self.like: Any = pn.widgets.Select(
            label="A typical run of",
            options={CHOOSE: "", **{style.sentence(name): name for name in PATHS}},
            value="",
            width=260,
            **small,
        )
        self.open: Any = button("Step through this run", color="primary")
        self.back, self.ahead = button("◀ Week before"), button("Week after ▶")
        self.turn: Any = button("Next turning of a ladder")
        self.week: Any = pn.widgets.IntSlider(
            label="Week", start=1, end=2, value=1, sizing_mode="stretch_width", **small
        )
        self.actor: Any = pn.widgets.Select(label="Tables of", options=["dushanbe"], width=200, **small)
        self.opinion: Any = pn.widgets.Select(
            label="Opinion on the map", options=list(OPINIONS), width=200, **small
        )
        self.said = html("<p class=dim>A run is replayed agent by agent, with every decision recorded.</p>")
        self.told, self.choices = html(""), html("")
        self.rungs = ColumnDataSource({name: [] for name in ("week", *RUNGS, "up", "close")})
        self.now: Any = Span(location=1, dimension="height", line_color=INK, line_dash="dashed")
        self.chart = self._chart()
        self.map = Map()
        self.body: Any = pn.Column(
            pn.FlexBox(self.back, self.ahead, self.turn, sizing_mode="stretch_width"),
            self.week,
            drawing(self.chart),
            self.told,
            self.actor,
            self.choices,
            sizing_mode="stretch_width",
            margin=0,
            visible=False,
        )
        self.country: Any = pn.Column(
            self.opinion,
            drawing(self.map.figure),
            sizing_mode="stretch_width",
            margin=0,
            visible=False,
        )
        self.view: Any = pn.Column(
            pn.FlexBox(self.like, self.replicate, self.open, align_items="end"),
            self.said,
            self.body,
            sizing_mode="stretch_width",
            margin=0,
        )
        self.country_said = html("<p class=dim>Step through a run, and its citizens stand here.</p>")
        self.country_view: Any = pn.Column(
            self.country_said, self.country, sizing_mode="stretch_width", margin=0
        )
        self.like.param.watch(self._asked_like, "value")
        self.open.on_click(lambda _: self.ask(self.replicate.value))
        self.back.on_click(lambda _: self.go(self.week.value - 1))
        self.ahead.on_click(lambda _: self.go(self.week.value + 1))
        self.turn.on_click(lambda _: self._next_turn())
        self.week.param.watch(self._slid, "value")
        for widget in (self.actor, self.opinion):
            widget.param.watch(lambda _: self._later(self._show), "value")
        self.chart.on_event(Tap, lambda event: self.go(round(event.x)))

    def _chart(self) -> Any:
        made = plain(
            height=190,
            y_range=Range1d(-0.2, 5.2),
            x_range=Range1d(0, 1),
            title="Rungs of this run; a tap goes to a week",
        )
        made.xaxis.axis_label, made.yaxis.axis_label = "week", "rung"
        made.yaxis.ticker = list(range(6))
        up = made.step(
            "week", "escalation", source=self.rungs, mode="after", color=style.VERMILION, line_width=2
        )
        close = made.step(
            "week",
            "rapprochement",
            source=self.rungs,
            mode="after",
            color=style.BLUE,
            line_width=2,
            line_dash="dashed",
        )
        shown = [("week", "@week"), ("escalation", "@up"), ("rapprochement", "@close")]
        made.add_tools(HoverTool(renderers=[up], tooltips=shown, mode="vline"))
        made.add_layout(self.now)
        legend_below(made, [("escalation", [up]), ("rapprochement", [close])], 2)
        return made

    # What a visitor does

    def ask(self, replicate: Any) -> None:
        """Replay a run of the question that is set."""
        if self.question is None:
            return
        if not isinstance(replicate, int) or not 0 <= replicate < 2**53:
            replicate = 0
        self.wanted = (self.question, replicate)
        if not self.busy:
            self.busy = True
            self._later(lambda: self._say("<p role=status>Replaying the run…</p>"))
            self._start(self._replay)

    def _asked_like(self, event: Any) -> None:
        """Replay the typical run of a class, once all runs are there to choose it from."""
        self.path = event.new
        if self.figures is not None:
            self._find(self.figures)
        elif event.new:
            self._later(lambda: self._say("<p role=status>It is chosen as soon as all runs are done…</p>"))

    def _find(self, figures: Figures) -> None:
        path, self.path = self.path, ""
        if not path:
            return
        if not (figures.outcomes["path"] == path).any():
            none = f"<p role=status>No run of these ends in {escape(path)}.</p>"
            self._later(lambda: self._say(none))
            return

        async def choose() -> None:
            replicate = await on(REPLAYS, typical, figures, path)
            self._later(lambda: self._choose(replicate))

        self._start(choose)

    def _choose(self, replicate: int) -> None:
        self.replicate.value = replicate
        self.ask(replicate)

    def follow(self, question: Question, figures: Figures | None) -> None:
        """Take note of another question, and of its figures once all its runs are done.

        A run that is open is replayed for the question.
        """
        stale = self.question != question
        self.question, self.figures = question, figures
        if figures is not None:
            self._find(figures)
        if stale and (self.run is not None or self.busy):
            self.ask(self.replicate.value)

    def start(self, replicate: int, week: int) -> None:
        """Open a run at a week, as an address asks for it."""
        self._later(lambda: self._stand_at(replicate, week))
        self.ask(replicate)

    def _stand_at(self, replicate: int, week: int) -> None:
        self._quiet = True
        self.replicate.value = replicate
        self.week.param.update(end=max(week, 2), value=week)
        self._quiet = False

    def go(self, week: int) -> None:
        """Go to a week of the run."""
        if self.run is not None:
            self._later(lambda: self._go(int(week)))

    def _go(self, week: int) -> None:
        if self.run is not None:
            self.week.value = min(max(week, 1), self.run.last)

    def back_to(self, replicate: int, week: int) -> None:
        """Follow the browser back to a run and week, where a run is open."""
        if self.run is None:
            return
        if self.run.replicate != replicate:
            self.start(replicate, week)
        else:
            self.go(week)

    def _next_turn(self) -> None:
        if self.run is not None:
            ahead = [week for week in self.run.turns() if week > self.week.value]
            self.go(ahead[0] if ahead else self.run.last)

    def _slid(self, _: Any) -> None:
        if not self._quiet and self.run is not None:
            self._later(self._stepped)

    def _stepped(self) -> None:
        if self.run is not None:
            self._show()
            self._moved(self.run.replicate, self.week.value)

    # What happens

    async def _replay(self) -> None:
        try:
            while not self.gone and self.wanted is not None:
                question, replicate = self.wanted
                try:
                    run: Replay = await on(REPLAYS, Replay, question.spec, question.seed, replicate)
                except PanjError as error:
                    words = f"<p role=alert>{escape(str(error))}</p>"
                    self._later(lambda words=words: self._say(words))  # type: ignore[misc]
                    break
                if self.wanted == (question, replicate):
                    self.wanted = None
                self._later(lambda run=run: self._take(run))  # type: ignore[misc]
        finally:
            self.busy = False

    def _say(self, words: str) -> None:
        self.said.object = words

    def _take(self, run: Replay) -> None:
        old, self.run = self.run, run
        fade([self.body, self.country], False)
        if old is not None:
            old.close()
        if self.gone:
            run.close()
            return
        weeks = np.arange(run.last + 1)
        rungs = {name: run.rungs(name) for name in RUNGS}
        named = {
            column: [RUNGS[name][int(rung)] if np.isfinite(rung) else "–" for rung in rungs[name]]
            for column, name in (("up", "escalation"), ("close", "rapprochement"))
        }
        self.rungs.data = {"week": weeks, **rungs, **named}
        self.chart.x_range.end = run.last
        up, close = (np.nanmax(self.rungs.data[name]) for name in ("escalation", "rapprochement"))
        describe(
            self.chart,
            f"Rungs of this run week by week. Escalation reaches {ESCALATION[int(up)]}, rapprochement "
            f"{RAPPROCHEMENT[int(close)]}. The slider and the buttons above go to a week.",
        )
        self._quiet = True
        self.week.param.update(end=max(run.last, 2), value=min(self.week.value, run.last))
        self._quiet = False
        self.actor.options = {titled(name): name for name in actors(run.weeks)}
        self.said.object = run.ending()
        self.country_said.object = ""
        self.body.visible = self.country.visible = True
        self._show()
        self._moved(run.replicate, self.week.value)

    def _show(self) -> None:
        run = self.run
        if run is None:
            return
        week = min(max(int(self.week.value), 1), run.last)
        self.now.location = week
        self.told.object = run.week(week)
        self.choices.object = run.choices(week, str(self.actor.value))
        opinion = self.opinion.value if self.opinion.value in OPINIONS else OPINIONS[0]
        self.map.show(run, week, opinion)

    def mark_old(self) -> None:
        """Show a run that is open as one of the question before."""
        if self.run is not None:
            fade([self.body, self.country], True)
            self._say(
                "<p role=status>This run is of what was set before; it is replayed for the new settings.</p>"
            )

    def close(self) -> None:
        """Let go of everything, as the visitor has left."""
        self.gone = True
        if self.run is not None:
            self.run.close()
            self.run = None
