"""One visitor's page: what is set, what was computed for it, and what is shown of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import panel as pn

from sim.errors import PanjError, ScenarioError
from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.study.ensemble.blocks import charted
from sim.views.dashboard import computing, state, status, tables
from sim.views.dashboard.charts import Pictures
from sim.views.dashboard.computing import Question
from sim.views.dashboard.controls import Controls
from sim.views.dashboard.figures import Across, Figures
from sim.views.dashboard.library import Library
from sim.views.dashboard.looks import INNER, PAGE, Frame, button, drawing, fade, html, start, turn
from sim.views.dashboard.outlook_pane import OutlookPane
from sim.views.dashboard.run_pane import RunPane
from sim.views.dashboard.save_pane import SavePane
from sim.views.dashboard.state import Place
from sim.views.dashboard.stored_pane import StoredPane
from sim.views.finding import most
from sim.views.numbers import counted
from sim.views.plots import style

#: Answers a visitor's page remembers, so that going back is instant.
REMEMBERED = 8


class Session:
    """The page of one visitor; nothing of it is shared with another's."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.doc: Any = pn.state.curdoc
        self.place = Place()
        self.question: Question | None = None
        self.pin: Question | None = None
        self.generation = 0
        self.stopped = -1
        self.working = self.gone = False
        self.found: dict[Question, Figures] = {}
        self.spreads: dict[Question, Across] = {}
        self.shown: Figures | None = None
        self._drawn: tuple[Figures | None, Figures | None, Across | None] = (None, None, None)
        self._query = ""
        self.controls = Controls(
            library, lambda settings: self.set(replace(self.place, now=settings)), self._later
        )
        self.pictures = Pictures()
        self.run = RunPane(self._moved, self._later, lambda work: start(self.doc, work))
        self.stored = StoredPane(library, self._later, lambda work: start(self.doc, work))
        self.outlook = OutlookPane(library, self._later, lambda work: start(self.doc, work))
        self._make_status()
        self._make_rest()

    # Parts

    def _make_status(self) -> None:
        self.wrong, self.status = html(""), html("<p role=status>Computing…</p>")
        self.progress: Any = pn.indicators.Progress(
            value=0, max=100, sizing_mode="stretch_width", margin=(2, 10), height=10, visible=False
        )
        self.cancel: Any = button("Stop computing", visible=False)
        self.again: Any = button("Compute on", visible=False)
        self.pin_it: Any = button("Pin this answer", color="primary")
        self.unpin: Any = button("Unpin", visible=False)
        self.cancel.on_click(lambda _: self._stop())
        self.again.on_click(lambda _: self._go_on())
        self.pin_it.on_click(lambda _: self.set(replace(self.place, pin=self.place.now)))
        self.unpin.on_click(lambda _: self.set(replace(self.place, pin=None)))
        self.pinned = html("")
        self.status_view: Any = pn.Column(
            self.wrong,
            self.status,
            self.progress,
            pn.FlexBox(self.pin_it, self.unpin, self.cancel, self.again, sizing_mode="stretch_width"),
            self.pinned,
            sizing_mode="stretch_width",
            margin=0,
        )

    def _make_rest(self) -> None:
        self.finding, self.shares, self.measures, self.old = (html("") for _ in range(4))
        self.take = SavePane(self._file)
        meanings = {style.sentence(one.meaning.split(",")[0]): one.name for one in charted(load())}
        self.fans = []
        for place, fan in zip(("first", "second", "third", "fourth"), self.pictures.fans, strict=True):
            select: Any = pn.widgets.Select(
                label=f"Over time, {place} picture",
                options=meanings,
                value=fan.variable,
                stylesheets=[INNER],
                sizing_mode="stretch_width",
                margin=(2, 10),
            )
            select.param.watch(lambda event, fan=fan: self._other_fan(fan, event.new), "value")
            self.fans.append(pn.Column(select, drawing(fan.figure), sizing_mode="stretch_width", margin=0))
        self.classes = drawing(self.pictures.classes.figure)
        self.ladders = [drawing(ladder.figure) for ladder in self.pictures.ladders.values()]

    def page(self) -> Any:
        """Return the page."""
        made = Frame(PAGE, location=True)
        made.add_variable("title", "Panj")
        parts = {
            "controls": self.controls.view,
            "status": self.status_view,
            "old": self.old,
            "finding": self.finding,
            "classes": self.classes,
            "shares": self.shares,
            "measures": self.measures,
            "run": self.run.view,
            "country": self.run.country_view,
            "outlook": self.outlook.view,
            "stored": self.stored.view,
            "take": self.take.view,
        }
        for k, ladder in enumerate(self.ladders):
            parts[f"ladder{k}"] = ladder
        for k, fan in enumerate(self.fans):
            parts[f"fan{k}"] = fan
        for name, part in parts.items():
            made.add_panel(name, part)
        return made

    # What is set

    def open(self) -> None:
        """Begin where the address says, or at the beginning with a word on what was wrong with it."""
        location = pn.state.location
        query = (location.search if location is not None else "") or ""
        place, wrong = Place(), ""
        try:
            place = state.from_query(parse_qsl(query.removeprefix("?"), max_num_fields=200))
        except (PanjError, ValueError) as error:
            wrong = f"The address was not understood, so the page begins anew. {error}"
        if not self.set(place):
            wrong = f"The address asks for what cannot be, so the page begins anew. {self._why}"
            self.set(Place())
        elif self.question is not None and ("replicate=" in query or "week=" in query):
            self.run.follow(self.question, None)
            self.run.start(place.replicate, place.week)
        if wrong:
            self._tell_wrong(wrong)
        if location is not None:
            location.param.watch(self._moved_by_browser, "search")

    def set(self, place: Place) -> bool:
        """Set what is asked for, if it can be; say why not otherwise."""
        try:
            spec = state.scenario(place.now, self.library)
            base = state.base_values(place.now, self.library)
            pin = None
            if place.pin is not None:
                beside = replace(place.pin, seed=place.now.seed, runs=place.now.runs)
                pin = Question(state.scenario(beside, self.library), beside.seed, beside.runs)
                place = replace(place, pin=beside)
            file = state.yaml(place.now, self.library)
            command = state.command(place.now, self.library)
        except ScenarioError as error:
            self._why = str(error)
            self._tell_wrong(self._why)
            if self.question is not None:  # the widgets go back to what holds
                held, of = self.place.now, self.question.spec
                self._later(lambda: self.controls.show(held, of, state.base_values(held, self.library)))
            return False
        self.place, self.pin = place, pin
        self.question = Question(spec, place.now.seed, place.now.runs)
        self.controls.settings = place.now
        self._later(lambda: self._show_set(place, spec, base, pin, file, command))
        self.generation += 1
        if not self.working:
            self.working = True
            start(self.doc, self._work)
        return True

    def _show_set(
        self,
        place: Place,
        spec: Scenario,
        base: Mapping[str, float],
        pin: Question | None,
        file: str,
        command: str,
    ) -> None:
        self.controls.show(place.now, spec, base)
        if self.question is not None:
            self.outlook.follow(self.question)
        self.wrong.object = ""
        self.unpin.visible = pin is not None
        self.pinned.object = "" if place.pin is None or pin is None else status.pinned(place.pin, pin)
        self.take.show(file, state.file_name(place.now), command)
        self._mark_old()
        if self.run.question != self.question:
            self.run.mark_old()
        # Before the address: whoever sees that, sees no status of the answer before.
        self.status.object = f"<p role=status class=busy><b>{escape(spec.title)}</b>: computing…</p>"
        self._address()

    def _mark_old(self) -> None:
        """Say of figures that answer another question than the one that is set, and fade them."""
        one, asked = self.shown, self.question
        old = one is not None and asked is not None and not asked.is_of(one)
        self.old.object = status.outdated(one) if one is not None and old else ""
        fade([self.finding, self.classes, self.shares, self.measures, *self.ladders, *self.fans], old)

    def _tell_wrong(self, words: str) -> None:
        def show() -> None:
            self.wrong.object = f"<p role=alert>{escape(self.library.private(words))}</p>"

        self._later(show)

    def _address(self) -> None:
        self._query = state.to_query(self.place)
        location = pn.state.location
        if location is None:
            return
        if location.search != self._query:
            location.search = self._query
        self.take.link.value = (
            f"{location.protocol}//{location.hostname}:{location.port}{location.pathname}{self._query}"
        )

    def _moved_by_browser(self, event: Any) -> None:
        """Follow the browser's own steps back and forth."""
        if (event.new or "") == self._query:
            return
        try:
            place = state.from_query(parse_qsl((event.new or "").removeprefix("?"), max_num_fields=200))
        except (PanjError, ValueError) as error:
            self._tell_wrong(str(error))
            return
        if self.set(place):
            self.run.back_to(place.replicate, place.week)

    def _moved(self, replicate: int, week: int) -> None:
        self.place = replace(self.place, replicate=replicate, week=week)
        self._address()

    def _file(self) -> BytesIO:
        return BytesIO(state.yaml(self.place.now, self.library).encode())

    def _other_fan(self, fan: Any, variable: str) -> None:
        if variable in load().world and self.shown is not None:
            fan.variable = variable
            now = self.shown
            self._later(lambda: fan.show(now, self._beside(now)))

    # What is computed

    def _later(self, change: Callable[[], object]) -> None:
        """Change the page in its turn."""
        if not self.gone:
            turn(self.doc, change)

    def _stop(self) -> None:
        self.stopped = self.generation

    def _go_on(self) -> None:
        self.stopped = -1
        self.set(self.place)

    async def _work(self) -> None:
        """Answer the question that is set, and the next one if it has changed meanwhile."""
        done = -1
        try:
            while done != self.generation and not self.gone:
                done = self.generation
                asked, pin = self.question, self.pin
                assert asked is not None
                try:
                    await self._answer(done, asked, pin)
                except Exception as error:  # whatever it is, the visitor hears of it and the page lives on
                    words = f"This could not be computed: {error or type(error).__name__}"
                    self._tell_wrong(words)
        finally:
            self.working = False

    async def _answer(self, mine: int, asked: Question, pin: Question | None) -> None:
        for question in (asked, pin):
            if question is not None and question.look not in self.found:
                self._keep(question.look, await computing.look(question))
        for question in (asked, pin):
            if question is not None and question.settled_by_look:
                self._keep(question, self.found[question.look])
        if not all(one is None or one in self.found for one in (asked, pin)):
            self._later(lambda: self._show(asked, pin, look=True))
        for question in (pin, asked):
            if question is None or question in self.found:
                continue
            full = await self._refined(mine, question, question is asked)
            if full is None:
                return
            self._keep(question, full)
        self._later(lambda: self._show(asked, pin))
        if asked not in self.spreads:
            spread = await computing.across(
                asked,
                lambda done: self._later(lambda: self._progress(asked, done)),
                lambda: self._stale(mine),
            )
            if spread is None:
                return
            while len(self.spreads) >= REMEMBERED:
                self.spreads.pop(next(iter(self.spreads)))
            self.spreads[asked] = spread
        self._later(lambda: self._show(asked, pin))

    def _stale(self, mine: int) -> bool:
        return self.gone or self.generation != mine or self.stopped == mine

    async def _refined(self, mine: int, question: Question, is_now: bool) -> Figures | None:
        def progress(done: int) -> None:
            self._later(lambda: self._progress(question, done))

        def show(part: Figures) -> None:
            if is_now:
                self._later(lambda: self._draw(part, self._full_pin()))

        full = await computing.refine(question, progress, show, lambda: self._stale(mine))
        if full is None and self.stopped == mine:
            self._later(self._say_stopped)
        return full

    def _keep(self, question: Question, found: Figures) -> None:
        self.found.pop(question, None)
        self.found[question] = found
        while len(self.found) > REMEMBERED:
            self.found.pop(next(iter(self.found)))

    # What is shown

    def _full_pin(self) -> Figures | None:
        return None if self.pin is None else self.found.get(self.pin)

    def _beside(self, now: Figures) -> Figures | None:
        """Return what is pinned, as far along as what is shown."""
        if self.pin is None:
            return None
        full = now.spec.citizens != 0 or self.question is None or now is self.found.get(self.question)
        return self.found.get(self.pin if full and self.pin in self.found else self.pin.look)

    def _show(self, asked: Question, pin: Question | None, look: bool = False) -> None:
        overtaken = asked != self.question or pin != self.pin
        if overtaken:
            look = look or asked not in self.found
        one = self.found.get(asked.look if look else asked)
        two = None if pin is None else self.found.get(pin.look if look else pin)
        if one is None or (pin is not None and two is None):
            return
        spread = None if look else self.spreads.get(asked)
        self._draw(one, two, spread)
        if overtaken:  # a step on the way: the status goes on to say that the next one is computed
            return
        self.run.follow(asked, None if look else one)
        under_way = spread is None and self.stopped != self.generation
        self.progress.visible = under_way
        self.cancel.visible, self.again.visible = under_way, not under_way and spread is None
        changed = bool(self.place.now.changed)
        self.status.object = status.shown(one, asked, changed, look, spread is not None)

    def _draw(self, one: Figures, two: Figures | None, spread: Across | None = None) -> None:
        before, self._drawn = self._drawn, (one, two, spread)
        self.shown = one
        self._mark_old()
        # The sentence that the page of `panj run` and the report begin with, on the runs that are there.
        self.finding.object = f"<p class=finding>{escape(most(one.view if spread is None else spread))}</p>"
        far = None if spread is None else spread.shares
        self.pictures.classes.show(one, two, far)
        self.shares.object = tables.classes(one, two, far)
        if before[0] is one and before[1] is two:
            return  # the range across plausible parameters has come, and stands beside the classes alone
        self.pictures.over_time(one, two)
        self.measures.object = tables.measures(one, two)

    def _progress(self, question: Question, done: int) -> None:
        if question in (self.question, self.pin):
            self.progress.value = int(100 * done / question.runs)

    def _say_stopped(self) -> None:
        if self.stopped != self.generation:
            return
        self.progress.visible = False
        self.cancel.visible, self.again.visible = False, True
        runs = self.shown.runs if self.shown is not None else 0
        self.status.object = (
            f"<p role=status class=stopped>Computing was stopped; shown: {counted(runs, 'run')}.</p>"
        )

    def close(self) -> None:
        """Stop all that is under way for a visitor who has left."""
        self.gone = True
        self.found.clear()
        self.spreads.clear()
        self.run.close()
        self.outlook.close()
