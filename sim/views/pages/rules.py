"""What `panj rules` and `panj scenarios` say: rules, quantities, storylines, for readers and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from sim.errors import ScenarioError, nearest
from sim.model.declare import Clause, Rule
from sim.model.provenance import Quantity
from sim.model.registry import Model
from sim.views.numbers import marks, number
from sim.views.terminal import facts, heading, table


def rule_list(rules: Iterable[Rule]) -> RenderableType:
    """Return the table of all rules with the claims they encode."""
    made = table("", "id", "¶", "actor", "rule", "claim", wide=("claim",))
    for rule in rules:
        name = f"{rule.name} (rival of {rule.rival_of})" if rule.rival_of else rule.name
        made.add_row(rule.id, marks(rule.paragraphs), rule.actor, name, rule.claim)
    return Group(made, Text("One rule in full: panj rules ID.  Sources: ¶ of the article; – is judgement."))


def rule_page(model: Model, rule_id: str) -> RenderableType:
    """Return everything about one rule: claim, what it reads and pushes, parameters, sources."""
    rule = find_rule(model, rule_id)
    grid = facts()
    grid.add_row("claim", rule.claim)
    grid.add_row("paragraphs", marks(rule.paragraphs))
    grid.add_row("actor", rule.actor)
    grid.add_row("concern", rule.concern)
    if rule.source is not None:
        grid.add_row("source", f"{rule.source.grade}: {rule.source}")
    if rule.rival_of:
        grid.add_row("rival of", f"{rule.rival_of}; off unless a reading or a strength switches it on")
    grid.add_row("strength", f"{rule.strength}: 1 as read, 0 off")
    parts: list[RenderableType] = [
        Text(f"{rule.id}  {rule.name}", style="bold"),
        Padding(grid, (0, 0, 0, 2)),
    ]
    parts += [_clause(rule, clause) for clause in rule.clauses]
    parts += [heading("Parameters"), quantity_list(model.parameters[name] for name in rule.parameters)]
    return Group(*parts)


def find_rule(model: Model, rule_id: str) -> Rule:
    """Return the rule with this id, in whatever case it was typed.

    Raises
    ------
    ScenarioError
        Where there is none, with the nearest ids.
    """
    for key, rule in model.rules.items():
        if key.lower() == rule_id.lower():
            return rule
    raise ScenarioError(f"no rule {rule_id!r}{nearest(rule_id, model.rules)}; all of them: panj rules")


def _clause(rule: Rule, clause: Clause) -> RenderableType:
    doc = " ".join((clause.function.__doc__ or "").split())
    reader = f"as {rule.actor} perceives them" if clause.takes == "seen" else "as they are"
    parts: list[RenderableType] = [heading(clause.function.__name__.replace("_", " "))]
    if doc:
        parts.append(Padding(Text(doc), (0, 0, 0, 2)))
    for verb, names in (("rises with", clause.rises_with), ("falls with", clause.falls_with)):
        if names:
            parts.append(Padding(Text(f"{verb} {', '.join(names)} ({reader})"), (0, 0, 0, 2)))
    pushes = table("", "pushes", "sign", "by")
    for push in clause.pushes:
        pushes.add_row(push.target, "+" if push.sign > 0 else "−", push.size)
    parts.append(Padding(pushes, (0, 0, 0, 2)))
    return Group(*parts)


def quantity_list(quantities: Iterable[Quantity]) -> RenderableType:
    """Return quantities with value, unit, plausible range, meaning and source."""
    made = table(
        "",
        "name",
        "default",
        "unit",
        "plausible",
        "grade",
        "meaning; source",
        right=("default", "plausible"),
        wide=("meaning; source",),
    )
    for quantity in quantities:
        low, high = quantity.plausible
        meaning = Text(quantity.meaning)
        meaning.append(f"\n{quantity.source}", style="dim")
        if quantity.declared is not None:
            meaning.append(f"\ncalibrated; declared as {number(quantity.declared)}", style="dim")
        made.add_row(
            quantity.name,
            number(quantity.default),
            quantity.unit,
            "computed" if quantity.derived else f"{number(low)} … {number(high)}",
            quantity.source.grade,
            meaning,
        )
    return made


def rule_record(rule: Rule) -> dict[str, Any]:
    """Return a rule as plain data, in the shape promised to machines."""
    return {
        "id": rule.id,
        "paragraphs": list(rule.paragraphs),
        "claim": rule.claim,
        "actor": rule.actor,
        "concern": rule.concern,
        "actions": list(rule.actions),
        "sign": dict(rule.actions),
        "parameters": list(rule.parameters),
        "name": rule.name,
        "rival_of": rule.rival_of,
    }


def quantity_record(quantity: Quantity) -> dict[str, Any]:
    """Return a quantity as plain data; bounds that are infinite are null."""
    return {
        "name": quantity.name,
        "default": quantity.default,
        "declared": quantity.default if quantity.declared is None else quantity.declared,
        "unit": quantity.unit,
        "low": _finite(quantity.low),
        "high": _finite(quantity.high),
        "plausible": list(quantity.plausible),
        "distribution": quantity.spread,
        "meaning": quantity.meaning,
        "grade": quantity.source.grade,
        "reference": str(quantity.source),
        "derived": quantity.derived,
        "known_to": list(quantity.known_to),
    }


def _finite(value: float) -> float | None:
    return value if abs(value) != float("inf") else None


def scenario_list(rows: Iterable[Mapping[str, str]]) -> RenderableType:
    """Return the table of shipped storylines."""
    made = table("", "name", "title", "question", wide=("title", "question"))
    for row in rows:
        made.add_row(row["name"], row["title"], row["question"])
    return made
