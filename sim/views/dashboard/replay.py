"""One run to step through: every week with its decisions, the table behind each, and the citizens."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from sim.analysis.one_run.weeks import Week, weeks
from sim.engine.decisions import Decision
from sim.engine.mesa_model import PolicyModel
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.scenario.schema import Scenario
from sim.views.dashboard.tables import table
from sim.views.numbers import marks, percent, signed
from sim.views.one_run import narrative
from sim.views.one_run.week import LEGEND

#: Citizens whose opinions are kept week by week, and so drawn one by one.
DRAWN = 600


class Replay:
    """A run that has ended, week by week.

    weeks : as told, from 1
    opinions : float32 (weeks + 1, citizens, 3) of the first `DRAWN` citizens or fewer; region (citizens,)
    """

    def __init__(self, spec: Scenario, seed: int, replicate: int) -> None:
        self.spec, self.seed, self.replicate = spec, seed, replicate
        self.model = PolicyModel(spec, seed=seed, replicate=replicate)
        citizens = len(self.model.space.people.opinion)
        drawn = _spread(citizens)
        self.region: NDArray[np.int64] = self.model.space.people.region[drawn].copy()
        kept = [self.model.space.people.opinion[drawn].astype(np.float32)]
        while self.model.running:
            self.model.step()
            kept.append(self.model.space.people.opinion[drawn].astype(np.float32))
        self.opinions: NDArray[np.float32] = np.array(kept)
        self.weeks = weeks(self.model)

    def close(self) -> None:
        """Let go of the run; Mesa before 3.4.2 never lets go of a model that had agents by itself."""
        self.model.__dict__.clear()

    @property
    def last(self) -> int:
        """The last week that was simulated."""
        return len(self.weeks)

    def turns(self) -> list[int]:
        """Return the weeks in which a ladder moved or an event fired."""
        return [one.number for one in self.weeks if one.changes or one.events]

    def rungs(self, ladder: str) -> NDArray[np.float64]:
        """Return a ladder by week, from 0."""
        return np.array([self.model.past(week)[ladder] for week in range(self.last + 1)])

    def regional(self, opinion: str, week: int) -> list[float]:
        """Return an opinion's mean in each region, in the order of `sim.views.dashboard.map.REGIONS`."""
        now = self.model.past(week)
        names = ("dushanbe", "sughd", "khatlon", "republican", "badakhshan")
        return [float(now[f"{opinion}_{name}"]) for name in names]

    def extremes(self, opinion: str) -> tuple[float, float]:
        """Return the least and the most of an opinion's mean in any region and week; never the same."""
        means = np.array([self.regional(opinion, week) for week in range(self.last + 1)])
        low, high = float(np.nanmin(means)), float(np.nanmax(means))
        return (low, high) if high - low > 0.01 else (low - 0.005, high + 0.005)

    # As HTML

    def ending(self) -> str:
        """Return how the run ends."""
        sound = self.model.failure is None
        path = PATHS[int(self.model.outcome.path)] if sound else "failed"
        lines = "".join(f"<p>{escape(line)}</p>" for line in narrative.ending(self.model))
        return (
            f"<p>Run {self.replicate} of seed {self.seed} ends in <b>{escape(path)}</b>.</p>"
            f"<details><summary>How it ends</summary>{lines}</details>"
        )

    def week(self, number: int) -> str:
        """Return what a week brought and who chose what."""
        week = self.weeks[number - 1]
        now = self.model.past(number)
        rungs = "–"
        if np.isfinite(now.escalation):
            rungs = f"{ESCALATION[int(now.escalation)]}; {RAPPROCHEMENT[int(now.rapprochement)]}"
        brought = narrative.brought(self.model, week)
        items = "".join(f"<li>{escape(line)}</li>" for line in brought or ["No change of rung, no event."])
        rows = [
            [
                escape(f"{narrative.titled(one.actor)}, {one.instrument}"),
                f"<b>{escape(one.choice)}</b>",
                percent(one.chance),
                escape(_because(self.model, one)),
            ]
            for one in week.decisions
            if one.choice != "hold"
        ]
        still = ", ".join(
            f"{narrative.titled(one.actor)} {one.instrument} {percent(one.chance)}"
            for one in week.decisions
            if one.choice == "hold"
        )
        return (
            f"<h3>Week {number}, from {week.day}: {escape(rungs)}</h3><ul>{items}</ul>"
            f"<p class=dim>{escape(narrative.state(self.model, number))}.</p>"
            + table(
                ["who, with what", "choice", "chance", "why"],
                rows,
                caption="Choices of the week",
                kind="words",
            )
            + "<details><summary>Who held still, and how likely that was</summary>"
            + f"<p>{escape(still)}</p></details>"
        )

    def choices(self, number: int, actor: str) -> str:
        """Return the appraisal tables of an actor in a week, cell by cell."""
        chosen = [one for one in self.weeks[number - 1].decisions if one.actor == actor]
        if not chosen:
            return "<p>Nothing was decided in this week.</p>"
        legend = f"<details><summary>How to read these tables</summary><p>{escape(LEGEND)}</p></details>"
        return (
            legend
            + f"<div class=tables>{''.join(appraisal(self.model, one) for one in chosen)}</div>"
            + f"<details><summary>What {escape(narrative.titled(actor))} perceives</summary>"
            + f"<p>{escape(_perceived(self.model, chosen[0]))}</p></details>"
        )


def appraisal(model: PolicyModel, decision: Decision) -> str:
    """Return the table behind one choice: options side by side, rule by rule, then chance and luck."""
    options = list(decision.utilities)
    head = [
        "rule",
        "¶",
        *(f"→ {escape(name)}" if name == decision.choice else escape(name) for name in options),
    ]
    rows: list[list[str]] = [["base", "", *(narrative.minus(decision.bases[name]) for name in options)]]
    pushes = {name: decision.push(name) for name in options}
    for rule in model.registry.rules.values():
        if any(cell.rule == rule.id and cell.strength != 0.0 for cell in decision.cells):
            cells = [pushes[name].get(rule.id) for name in options]
            rows.append(
                [
                    f'<span title="{escape(rule.claim)}">{escape(rule.id)} {escape(rule.name)}</span>',
                    escape(marks(rule.paragraphs)),
                    *("·" if push is None else signed(push) for push in cells),
                ]
            )
    utility = len(rows)
    for words, values in (("utility", decision.utilities), ("luck", decision.draws)):
        rows.append([words, "", *(narrative.minus(values[name]) for name in options)])
    both = [decision.utilities[name] + decision.draws[name] for name in options]
    rows.append(["utility and luck", "", *map(narrative.minus, both)])
    rows.append(["chance", "", *(percent(decision.chances[name]) for name in options)])
    notes = [_note(decision, name) for name in options]
    if any(notes):
        rows.append(["not free", "", *notes])
    title = f"{narrative.titled(decision.actor)}, {decision.instrument}: {decision.choice}"
    return table(head, rows, caption=title, mark=utility)


def _note(decision: Decision, option: str) -> str:
    if not decision.open[option]:
        return "not open"
    return ("avoided", "", "insisted upon")[decision.binding[option]]


def _because(model: PolicyModel, decision: Decision) -> str:
    """Name the rules that carried a choice; the chance stands in a column of its own."""
    _, _, said = narrative.because(model, decision).partition("; ")
    return said or "bound by a commitment"


def _perceived(model: PolicyModel, decision: Decision) -> str:
    world, past = model.registry.world, model.past(decision.week - 1)
    parts = []
    for name, value in decision.perceived.items():
        said = f"{name.replace('_', ' ')} {narrative.amount(world[name], value)}"
        if value != past[name]:
            said += f" (true {narrative.amount(world[name], past[name])})"
        parts.append(said)
    return ", ".join(parts)


def _spread(citizens: int) -> NDArray[np.int64]:
    """Choose those that are drawn: all, or so many at equal distances, so that regions keep their shares."""
    if citizens <= DRAWN:
        return np.arange(citizens)
    return (np.arange(DRAWN) * citizens) // DRAWN


def actors(weeks: Sequence[Week]) -> list[str]:
    """Return who decides anything in these weeks."""
    return list(dict.fromkeys(one.actor for week in weeks for one in week.decisions))
