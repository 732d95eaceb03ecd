"""One week of one run in full: what each actor perceived, and the table behind each of its choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sim.analysis.one_run.weeks import Week
from sim.engine.decisions import AVOIDED, INSISTED
from sim.views.numbers import marks, percent, signed
from sim.views.one_run import narrative
from sim.views.terminal import heading, table

if TYPE_CHECKING:
    from sim.engine.decisions import Decision
    from sim.engine.mesa_model import PolicyModel

LEGEND = (
    "A column is an option, a row what speaks for or against it. A rule's entry is strength × weight of the "
    "concern × size of the push × intensity, summed over the rule's clauses; the utility is the sum of the "
    "column. The chance is that of quantal response over the options that are open. Taken is the open "
    "option with the largest utility and luck together (marked →). A dot: the rule does not touch the "
    "option; rules that are switched off are left out. Beside an estimate stands the truth of last week."
)


def page(model: PolicyModel, week: Week) -> RenderableType:
    """Return one week: what it brought, then every actor's perception and every choice as a table."""
    parts: list[RenderableType] = [
        Text(f"Week {week.number}, from {week.day}", style="bold"),
        Text(f"How to read: {LEGEND}"),
        heading("What the week brought"),
    ]
    brought = narrative.brought(model, week)
    parts += [Text(line) for line in brought or ["No change of rung, no event, nothing at the border."]]
    parts.append(Text(f"At its end: {narrative.state(model, week.number)}."))
    for actor in dict.fromkeys(one.actor for one in week.decisions):
        chosen = [one for one in week.decisions if one.actor == actor]
        parts.append(heading(f"{narrative.titled(actor)} perceives"))
        parts.append(Padding(perception(model, chosen[0]), (0, 0, 0, 2)))
        parts += [appraisal(model, one) for one in chosen]
    return Group(*parts)


def perception(model: PolicyModel, decision: Decision) -> RenderableType:
    """Return what an actor perceived; the true value of last week stands beside an estimate."""
    world, past = model.registry.world, model.past(decision.week - 1)
    entries = []
    for name, value in decision.perceived.items():
        entry = f"{name.replace('_', ' ')} {narrative.amount(world[name], value)}"
        if value != past[name]:
            entry += f" (true {narrative.amount(world[name], past[name])})"
        entries.append(Text(entry))
    return Columns(entries, padding=(0, 3), column_first=True)


def appraisal(model: PolicyModel, decision: Decision) -> RenderableType:
    """Return the table behind one choice: options side by side, rule by rule, then chance and luck."""
    options = list(decision.utilities)
    marked = [f"→ {name}" if name == decision.choice else name for name in options]
    rows = table(decision.instrument, "¶", *marked, right=marked)
    rows.add_row("base", "", *(narrative.minus(decision.bases[name]) for name in options))
    pushes = {name: decision.push(name) for name in options}
    for rule in model.registry.rules.values():
        if any(cell.rule == rule.id and cell.strength != 0.0 for cell in decision.cells):
            cells = (pushes[name].get(rule.id) for name in options)
            rows.add_row(
                f"{rule.id} {rule.name}",
                marks(rule.paragraphs),
                *("·" if push is None else signed(push) for push in cells),
            )
    rows.add_section()
    sums = [decision.utilities[name] + decision.draws[name] for name in options]
    rows.add_row("utility", "", *(narrative.minus(decision.utilities[name]) for name in options))
    rows.add_row("chance", "", *(percent(decision.chances[name]) for name in options))
    rows.add_row("luck", "", *(narrative.minus(decision.draws[name]) for name in options))
    rows.add_row("utility and luck", "", *map(narrative.minus, sums))
    notes = [_note(decision, name) for name in options]
    if any(notes):
        rows.add_row("", "", *notes)
    return Padding(rows, (0, 0, 0, 2))


def _note(decision: Decision, option: str) -> str:
    if not decision.open[option]:
        return "not open"
    if decision.binding[option] == AVOIDED:
        return "avoided"
    return "insisted upon" if decision.binding[option] == INSISTED else ""
