"""One run told week by week, or one week of it in full, with the arithmetic behind every choice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

import sim
from sim.analysis.one_run.weeks import Week, weeks
from sim.errors import ScenarioError
from sim.face import Face
from sim.model.outcomes import OUTCOMES, PATHS
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.views.numbers import marks
from sim.views.one_run import narrative
from sim.views.one_run import week as week_page
from sim.views.terminal import page, section, show

if TYPE_CHECKING:
    from sim.engine.decisions import Decision
    from sim.engine.mesa_model import PolicyModel

READ = (
    "One tick is a week. Every week each state perceives (noisily, late, never what is hidden from it), "
    "adds up what its rules say for and against each option, and takes with each instrument the option "
    "whose utility plus luck is largest; the chance is how often it would be taken under other luck (another "
    "option that was likelier stands in brackets, but for `hold`, which leaves things as they are). "
    "Told here are changes of rung on the two ladders, events, what happened at the border, and each "
    "option when it is taken for the first time in a year, with the rules that carried it: "
    "what each adds over holding still, in units of utility, its id and the paragraphs of the article "
    "behind it (– is judgement). An advantage of 1 over holding still makes an option 2.7 times as likely "
    f"as holding still. Every {narrative.QUARTER} weeks follow the state of things and how often each "
    "option was taken. "
    "A week in full, every option of every actor: --week. This is one run of many: what it shows could "
    "happen under these assumptions, and how often is for `panj run` to say."
)


MORE = (
    "--full for choices with their reasons, the state of things and the rules; --week N for one week "
    "with every option."
)


def trace(
    scenario: Scenario | str, replicate: int = 0, seed: int = 0, case: NDArray[np.float64] | None = None
) -> Story:
    """Run a scenario once with the Mesa driver and return its story.

    Parameters
    ----------
    scenario
        A scenario, or the name or path of one.
    replicate, seed
        Which run of the ensemble.
    case
        (parameters + world,) values of a design's point; None for the scenario's own.

    Raises
    ------
    ScenarioError
        The scenario, seed or replicate is wrong.
    """
    from sim.engine.mesa_model import PolicyModel

    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return Story(PolicyModel(spec, seed=seed, replicate=replicate, case=case).run())


class Story(Face):
    """A run that has ended, to be told.

    `model` is the run itself, a `PolicyModel` with its trajectory and its decisions.
    """

    def __init__(self, model: PolicyModel) -> None:
        self.model = model
        self.weeks = weeks(model)

    def _facts(self) -> list[tuple[str, object]]:
        """Return what a notebook shows of it."""
        return [("title", self._title()), ("run", self._identity()), ("end", narrative.ending(self.model))]

    def show(self, week: int | None = None, full: bool = False) -> None:
        """Print the story, or one week in full; choices, states and rules only where `full`.

        Raises
        ------
        ScenarioError
            The run has no such week.
        """
        if week is not None:
            show(week_page.page(self.model, self._week(week)))
        else:
            show(self.page(full))

    def page(self, full: bool = False) -> RenderableType:
        """Return the story: where it ends, what moved when; choices, states and rules where `full`."""
        first, *rest = narrative.ending(self.model)
        parts: list[RenderableType] = [Text(self._identity(), style="dim")]
        if full:
            parts.append(section("How to read this", Text(READ)))
        parts.append(section("The run", self._told(full)))
        parts.append(section("Where it ends", *map(Text, rest)))
        if full:
            parts.append(section("Rules named above", self._rules()))
        question = self.model.spec.question if self.model.spec is not None else ""
        return page(self._title(), first, *parts, question=question or "", more="" if full else MORE)

    def record(self, week: int | None = None) -> dict[str, Any]:
        """Return the story as plain data, of all weeks or of one in full.

        Every week has its number, day, rungs, changes, events, happenings, state and the decisions
        other than holding still. A single week has every decision, with what was perceived, options
        and cells.

        Raises
        ------
        ScenarioError
            The run has no such week.
        """
        rows = self.weeks if week is None else [self._week(week)]
        plan, spec = self.model.plan, self.model.spec
        return {
            "scenario": self._title(),
            "hash": spec.hash if spec is not None else None,
            "seed": self.model.seed,
            "replicate": self.model.replicate,
            "start": plan.start.isoformat(),
            "citizens": plan.citizens,
            "version": sim.__version__,
            "weeks": [self._week_record(one, in_full=week is not None) for one in rows],
            "outcome": self._outcome(),
        }

    def _week(self, week: int) -> Week:
        if not 1 <= week <= len(self.weeks):
            ended = "failed in" if self.model.failure is not None else "ends with"
            raise ScenarioError(f"week {week}: the run begins with week 1 and {ended} week {len(self.weeks)}")
        return self.weeks[week - 1]

    def _title(self) -> str:
        return self.model.spec.title if self.model.spec is not None else "A run"

    def _identity(self) -> str:
        model, spec = self.model, self.model.spec
        parts = [
            f"{model.plan.weeks} weeks from {model.plan.start}",
            f"{model.plan.citizens} citizens",
            f"seed {model.seed}",
            f"replicate {model.replicate}",
            f"panj {sim.__version__}",
        ]
        if spec is not None:
            parts.insert(0, f"scenario {spec.hash[:8]}")
        return " · ".join(parts)

    def _told(self, full: bool) -> Table:
        model = self.model
        grid = Table.grid(padding=(0, 1))
        for justify in ("right", "left"):
            grid.add_column(justify=justify, no_wrap=True)
        grid.add_column(overflow="fold")
        if full:
            grid.add_row("0", str(model.plan.start), Text(f"At the start: {narrative.state(model, 0)}."))
        since: list[Decision] = []
        for week in self.weeks:
            since += week.decisions
            strong = len(week.changes) + len(week.events)
            brought = narrative.brought(model, week)
            rows = [Text(sentence, style="bold" if k < strong else "") for k, sentence in enumerate(brought)]
            if full:
                rows += [_decided(model, decision) for decision in week.news]
            if full and week.number % narrative.QUARTER == 0 and model.failure is None:
                rows.append(Text(f"State: {narrative.state(model, week.number)}.", style="dim"))
                rows.append(Text(f"Taken in these weeks: {narrative.counted(since)}.", style="dim"))
                since = []
            for number, row in enumerate(rows):
                first = number == 0
                grid.add_row(str(week.number) if first else "", str(week.day) if first else "", row)
        return grid

    def _rules(self) -> Table:
        grid = Table.grid(padding=(0, 1))
        for _ in range(2):
            grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        decisions = [decision for week in self.weeks for decision in week.news]
        for rule in narrative.rules_named(self.model, decisions):
            grid.add_row(rule.id, marks(rule.paragraphs), Text(f"{rule.name}: {rule.claim}"))
        return grid

    def _week_record(self, week: Week, in_full: bool) -> dict[str, Any]:
        model = self.model
        now = model.past(week.number)
        chosen = week.decisions if in_full else [one for one in week.decisions if one.choice != "hold"]
        charted = [name for name, one in model.registry.world.items() if one.chart]
        return {
            "week": week.number,
            "date": week.day.isoformat(),
            "escalation": plain(now.escalation),
            "rapprochement": plain(now.rapprochement),
            "changes": [narrative.change_record(model, one) for one in week.changes],
            "events": [narrative.event(model, name) for name in week.events],
            "happened": list(narrative.happenings(model, week.number)),
            "decisions": [self._decision_record(one, in_full) for one in chosen],
            "state": {name: plain(now[name]) for name in (model.registry.world if in_full else charted)},
        }

    def _decision_record(self, decision: Decision, in_full: bool) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "actor": decision.actor,
            "instrument": decision.instrument,
            "choice": decision.choice,
            "chance": plain(decision.chance),
            "bound": decision.bound,
            "rules": [
                {"id": one.rule.id, "paragraphs": list(one.rule.paragraphs), "push": plain(one.push)}
                for one in narrative.pulls(self.model, decision)
            ],
        }
        if in_full:
            entry["perceived"] = {name: plain(value) for name, value in decision.perceived.items()}
            entry["options"] = {
                name: {
                    "base": plain(decision.bases[name]),
                    "utility": plain(decision.utilities[name]),
                    "chance": plain(decision.chances[name]),
                    "draw": plain(decision.draws[name]),
                    "open": decision.open[name],
                    "binding": ("avoided", "free", "insisted")[decision.binding[name]],
                }
                for name in decision.utilities
            }
            entry["cells"] = [
                {
                    key: plain(value) if isinstance(value, float) else value
                    for key, value in cell._asdict().items()
                }
                for cell in decision.cells
            ]
        return entry

    def _outcome(self) -> dict[str, Any]:
        model, out = self.model, self.model.outcome
        entry: dict[str, Any] = {name: plain(out[name]) for name in OUTCOMES}
        sound = model.failure is None
        entry["path"] = PATHS[int(out.path)] if sound else None
        entry["blood"] = bool(out.blood > 0.5) if sound else None
        entry["failure"] = None if model.failure is None else model.failure._asdict()
        return entry


def plain(value: float) -> float | int | None:
    """Return a number for JSON: whole ones as whole numbers, missing ones as None."""
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _decided(model: PolicyModel, decision: Decision) -> Text:
    line = Text(f"{narrative.titled(decision.actor)}, {decision.instrument}: ")
    line.append(decision.choice, style="bold")
    return line.append(f" – {narrative.because(model, decision)}.")
