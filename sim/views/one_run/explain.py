"""Why a run went as it went: its turning points, each led back to rules, parameters and paragraphs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType

from sim.analysis.one_run import turning_points
from sim.analysis.one_run.waiting import waiting
from sim.analysis.one_run.weeks import weeks
from sim.errors import ScenarioError, nearest
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario import arguments
from sim.study.results.names import Which, find, opened
from sim.views.numbers import counted
from sim.views.one_run import decision as decided
from sim.views.one_run import narrative
from sim.views.one_run import week as week_page
from sim.views.one_run.lines import BLANK, Line, html, pull_on, rendered, value
from sim.views.one_run.trace import plain
from sim.views.terminal import show

if TYPE_CHECKING:
    from sim.analysis.one_run.replay import Replay
    from sim.analysis.one_run.turning_points import Fired, TurningPoint
    from sim.analysis.one_run.weeks import Change
    from sim.engine.decisions import Decision
    from sim.study.results.result import Result
    from sim.study.results.study import Study

#: The week under which a decision has been told in full, by who decided when with what.
Before = dict[tuple[int, str, str], int]

#: Forces named behind what chance decided.
FORCES = 6

READ = (
    "This run was run again, to the same numbers, with every decision on record. A turning point is a "
    "week in which a ladder moved, an event fired, or a choice was made whose chance was under 2 %. For "
    "and against: what each rule added to the choice over the option named, in units of utility (1 makes "
    "an option 2.7 times as likely as the other), with the parameters behind it as in force that week, "
    "their grade, and the paragraphs of the article (– is judgement). 'Without it' switches the rule off "
    "in that week alone: how often, over all luck under which this choice was taken, another one would "
    "have been; it is left out where it is nothing, and so are strengths and weights of 1. Under a move "
    "of a ladder stands, of each instrument that moves what the rung hangs on, the last such decision, if "
    "it was that way. 'Nearest' says what came second under the luck of that week, and the least change "
    "of one rule's strength that turns it."
)


MORE = (
    "More: --full for every reason with its parameters and what would have turned the choice; --week N for "
    "one week; --why-not INSTRUMENT=OPTION; --against ID."
)


def explain(
    source: str | Path | Result | Study,
    run: str | int,
    *,
    week: int | None = None,
    actor: str | None = None,
    why_not: str | None = None,
    against: str | int | None = None,
) -> Explanation:
    """Run one stored run again and say why it went as it went.

    Parameters
    ----------
    source
        A result, a sweep, or the folder of one.
    run
        `CASE:REPLICATE`, as in the columns of `outcomes`; a number alone is that replicate of case 0.
    week
        One week in full instead of the turning points.
    actor
        Decisions of this actor alone.
    why_not
        `instrument=option`: answer for a choice that was not taken, in `week` or over the run.
    against
        Another run of the same folder: where the two part, and why.

    Raises
    ------
    ResultError
        There is no such result or run, or it cannot be run again to the same numbers.
    ScenarioError
        Week, actor or option is not one of this run.
    """
    from sim.analysis.one_run.replay import replay

    if why_not is not None and against is not None:
        raise ScenarioError("explain: --why-not and --against ask different things; take one")
    if against is not None and (week is not None or actor is not None):
        raise ScenarioError("explain: --against finds the week by itself; drop --week and --actor")
    actors = load().actors
    if actor is not None and actor not in actors:
        raise ScenarioError(
            f"explain: no actor {actor!r}{nearest(actor, actors)}; one of: {', '.join(actors)}"
        )
    held = opened(source)
    which = find(held, str(run))
    other = find(held, str(against)) if against is not None else None
    if other is not None and other.name == which.name:
        raise ScenarioError(f"explain: run {which.name} cannot part from itself; name another one")
    model = replay(which)
    last = model.week
    if week is not None and not 1 <= arguments.whole("week", week) <= last:
        raise ScenarioError(f"explain: week {week}: run {which.name} has the weeks 1 to {last}")
    explanation = Explanation(which, model, week, actor)
    if why_not is not None:
        from sim.views.one_run import why_not as view

        explanation = explanation.with_lines(*view.answer(explanation, why_not))
    if other is not None:
        from sim.views.one_run import against as apart

        explanation = explanation.with_lines(
            *apart.answer(explanation, Explanation(other, replay(other), None, None))
        )
    return explanation


class Explanation:
    """A stored run that was run again, and why it went as it went.

    `model` is the run itself with all its decisions, `turns` its turning points.
    """

    def __init__(
        self,
        which: Which,
        model: Replay,
        week: int | None,
        actor: str | None,
        answer: tuple[list[Line], dict[str, Any]] | None = None,
    ) -> None:
        self.which, self.model, self.week, self.actor = which, model, week, actor
        self.turns: list[TurningPoint] = turning_points.turning_points(model)
        self._answer = answer

    def with_lines(self, lines: list[Line], data: dict[str, Any]) -> Explanation:
        """Return the same run with an answer in place of its turning points."""
        return Explanation(self.which, self.model, self.week, self.actor, (lines, data))

    # Printing

    def show(self, full: bool = False) -> None:
        """Print the explanation; its turning points in short unless `full`."""
        page: list[RenderableType] = [rendered(self.lines(full))]
        if self.week is not None and self._answer is None:
            page += [week_page.appraisal(self.model, one) for one in self.decisions(self.week)]
        show(Group(*page))

    def lines(self, full: bool = True) -> list[Line]:
        """Return what is printed, line by line: turning points in full or with the strongest reasons."""
        page = [Line(0, f"{self.title}, run {self.which.name}", True), Line(0, self._identity()), BLANK]
        if self._answer is not None:
            return page + self._answer[0]
        if full or self.week is not None:
            page += [Line(0, "How to read this", True), Line(0, READ), BLANK]
        if self.week is not None:
            return page + self._week_lines(self.week)
        page += [Line(0, line) for line in narrative.ending(self.model)]
        page += [Line(0, narrative.idle(one)) for one in waiting(self.model)]
        before: Before = {}
        if not self.shown:
            page += [
                BLANK,
                Line(0, "No turning point: nothing moved a ladder, no event, no rare choice."),
            ]
        for turn in self.shown:
            page += [BLANK, *self._turn_lines(turn, before)] if full else self._brief(turn, before)
        return page if full else [*page, BLANK, Line(0, MORE)]

    def html(self) -> str:
        """Return the explanation as a piece of an HTML page, without style of its own."""
        return html(self.lines())

    def _repr_html_(self) -> str:
        return self.html()

    @property
    def title(self) -> str:
        """Title of the scenario."""
        return self.which.spec.title

    def _identity(self) -> str:
        plan = self.model.plan
        return (
            f"scenario {self.which.spec.hash[:8]} · {counted(plan.weeks, 'week')} from {plan.start} · "
            f"{counted(plan.citizens, 'citizen')} · seed {self.which.seed}, case {self.which.case}, "
            f"replicate {self.which.replicate}"
        )

    @property
    def shown(self) -> list[TurningPoint]:
        """The turning points, those alone in which the chosen actor has a part where there is one."""
        if self.actor is None:
            return self.turns
        return [turn for turn in self.turns if any(one.actor == self.actor for one in turn.decisions)]

    def decisions(self, week: int) -> list[Decision]:
        """Return the decisions of a week, of the chosen actor alone where there is one."""
        return [one for one in self.model.decisions if one.week == week and self.actor in (None, one.actor)]

    def _week_lines(self, week: int) -> list[Line]:
        this = weeks(self.model)[week - 1]
        lines = [Line(0, f"Week {week}, from {this.day}", True)]
        brought = narrative.brought(self.model, this)
        lines += [Line(1, one) for one in brought or ["No change of rung, no event, nothing at the border."]]
        for decision in self.decisions(week):
            lines += [BLANK, *self.decision_lines(decision)]
        return [*lines, BLANK, Line(0, "The tables behind these choices", True)]

    def _brief(self, turn: TurningPoint, before: Before) -> list[Line]:
        """Tell a turning point in short: events, moves of ladders, who moved them, the strongest reasons."""
        lines = [BLANK, Line(0, f"Week {turn.week}, from {turn.day}", True)]
        lines += [Line(1, f"Event: {narrative.event(self.model, one.name)}") for one in turn.fired]
        lines += [Line(1, words) for words in narrative.happenings(self.model, turn.week)]
        lines += [Line(1, narrative.move(self.model, change)) for change in turn.changes]
        for decision in turn.decisions:
            if self.actor in (None, decision.actor) and _key(decision) not in before:
                before[_key(decision)] = turn.week
                lines.append(Line(2, f"{decided.head(decision, turn.week)}: {decided.weighed(decision)}"))
        return lines

    def _turn_lines(self, turn: TurningPoint, before: Before) -> list[Line]:
        lines = [Line(0, f"Week {turn.week}, from {turn.day}", True)]
        for fired in turn.fired:
            lines.append(Line(1, f"Event: {narrative.event(self.model, fired.name)}", True))
            lines += [Line(2, self._moved(*one)) for one in fired.moved]
        lines += [Line(1, sentence) for sentence in narrative.happenings(self.model, turn.week)]
        for drive, forces in turn.forces:
            lines.append(Line(2, self._forced(drive, forces)))
        for change, movers in zip(turn.changes, turn.movers, strict=True):
            lines.append(Line(1, narrative.move(self.model, change), True))
            if not movers:
                lines.append(Line(2, self._unmoved(turn.week, change)))
            for decision in movers:
                if self.actor in (None, decision.actor):
                    lines += self._once(decision, turn.week, before)
        for decision in turn.rare:
            if self.actor in (None, decision.actor) and _key(decision) not in before:
                lines.append(Line(1, "A rare choice", True))
                lines += self._once(decision, turn.week, before)
        return lines

    def _once(self, decision: Decision, at: int, before: Before) -> list[Line]:
        """Tell of a decision in full the first time, and where that stands later on."""
        first = before.setdefault(_key(decision), at)
        if first == at:
            return self.decision_lines(decision, 2, at)
        return [Line(2, f"{decided.head(decision, at)}, as told of week {first}.")]

    def _moved(self, target: str, before: float, after: float) -> str:
        quantity = {**self.model.registry.world, **self.model.registry.parameters}[target]
        write = narrative.amount if target in self.model.registry.world else value
        name = target.replace("_", " ")
        return f"{name}: {write(quantity, before)} before, {write(quantity, after)} at its end"

    def _forced(self, drive: str, forces: tuple[Any, ...]) -> str:
        one = self.model.registry.drives[drive]
        reasons = "; ".join(pull_on(force) for force in forces[:FORCES])
        return f"Chance decided. Rules behind {drive} ({one.meaning}; {one.unit}): {reasons or 'none'}."

    def _unmoved(self, week: int, change: Change) -> str:
        if week == 1:
            return "The run starts there: a ladder is read from the first week on."
        if (change.ladder, max(change.before, change.after)) not in turning_points.HANGS_ON:
            return "No decision sets this rung: clashes, fighting and war do, and how long they are past."
        within = f"in {turning_points.BACK[change.ladder]} weeks"
        return (
            f"No instrument's last step {within} moved what it hangs on that way: it was earlier steps, "
            "fading, a process or an event."
        )

    def decision_lines(self, decision: Decision, indent: int = 1, at: int | None = None) -> list[Line]:
        """Say of one decision who chose what, how likely it was, what carried it, and what was nearest."""
        return decided.lines(self.model, decision, indent, at)

    # Data

    def record(self) -> dict[str, Any]:
        """Return the explanation as plain data."""
        out = self.model.outcome
        sound = self.model.failure is None
        entry: dict[str, Any] = {
            "run": self.which.name,
            "scenario": self.title,
            "hash": self.which.spec.hash,
            "seed": self.which.seed,
            "case": self.which.case,
            "replicate": self.which.replicate,
            "path": PATHS[int(out.path)] if sound else None,
            "failure": None if sound else self.model.failure._asdict(),  # type: ignore[union-attr]
        }
        if self._answer is not None:
            return entry | self._answer[1]
        if self.week is not None:
            rows = [decided.record(self.model, one) for one in self.decisions(self.week)]
            return entry | {"week": self.week, "decisions": rows}
        entry["waiting"] = [one.record() for one in waiting(self.model)]
        return entry | {"turns": [self._turn_record(one) for one in self.shown]}

    def _turn_record(self, turn: TurningPoint) -> dict[str, Any]:
        mine = [one for one in turn.decisions if self.actor in (None, one.actor)]
        return {
            "week": turn.week,
            "date": turn.day.isoformat(),
            "changes": [narrative.change_record(self.model, one) for one in turn.changes],
            "events": [self._event_record(one) for one in turn.fired],
            "happened": list(narrative.happenings(self.model, turn.week)),
            "forces": {
                drive: [{"rule": one.rule, "push": one.push} for one in forces]
                for drive, forces in turn.forces
            },
            "decisions": [decided.record(self.model, one) for one in mine],
        }

    def _event_record(self, fired: Fired) -> dict[str, Any]:
        because, source = narrative.event_reasons(self.model, fired.name)
        moved = {name: [plain(a), plain(b)] for name, a, b in fired.moved}
        return {"name": fired.name, "because": because, "source": source, "moved": moved}


def _key(decision: Decision) -> tuple[int, str, str]:
    return decision.week, decision.actor, decision.instrument
