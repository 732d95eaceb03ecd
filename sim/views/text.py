"""Tables for a terminal: what is in the model, and what an ensemble found."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import IO, Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.errors import ScenarioError, nearest
from sim.model.declare import Clause, Rule
from sim.model.provenance import Quantity
from sim.model.registry import Model

#: Width where the output is no terminal: a file or a pipe has no width of its own.
WIDTH_OF_A_FILE = 110


def console(file: IO[str] | None = None) -> Console:
    """Return a console for `file` (standard output where None), wide enough for tables in files."""
    target = sys.stdout if file is None else file
    width = None if target.isatty() else WIDTH_OF_A_FILE
    return Console(file=target, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def print_whole(page: RenderableType) -> None:
    """Print to standard output, as wide as it takes: numbers are never cut off."""
    made = console()
    made.width = max(made.width, made.measure(page, options=made.options.update(max_width=400)).maximum)
    made.print(page)


def table(title: str, *columns: str, right: Iterable[str] = (), wide: Iterable[str] = ()) -> Table:
    """Return an empty table; columns in `right` hold numbers, those in `wide` take the space left."""
    numbers, stretched = set(right), set(wide)
    made = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        expand=False,
    )
    for name in columns:
        made.add_column(
            name,
            justify="right" if name in numbers else "left",
            overflow="fold",
            no_wrap=name not in stretched and len(columns) > 1,
        )
    return made


def heading(text: str) -> Text:
    """Return a line that opens a part of the output."""
    return Text(f"\n{text}", style="bold")


def marks(paragraphs: Iterable[int]) -> str:
    """Write paragraph numbers as the article's readers know them."""
    return " ".join(f"¶{n}" for n in paragraphs) or "–"


def number(value: float) -> str:
    """Write a number of the model briefly, without losing what distinguishes it."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


def counted(count: float, one: str, many: str | None = None) -> str:
    """Write so many things: 1 clash, 1,200 clashes."""
    return f"{count:,.0f} {one if round(count) == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """Write a share so that a rare thing does not look like none."""
    if share != share:
        return "–"
    if 0.0 < share < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:.1f} %" if 0.0 < share < 0.0995 else f"{100 * share:.0f} %"


def signed(sign: int) -> str:
    """Write a sign as + or − (a true minus, so that it is seen)."""
    return "+" if sign > 0 else "−"


# What is in the model


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
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold")
    facts.add_column(overflow="fold")
    facts.add_row("claim", rule.claim)
    facts.add_row("paragraphs", marks(rule.paragraphs))
    facts.add_row("actor", rule.actor)
    facts.add_row("concern", rule.concern)
    if rule.source is not None:
        facts.add_row("source", f"{rule.source.grade}: {rule.source}")
    if rule.rival_of:
        facts.add_row("rival of", f"{rule.rival_of}; off unless a reading or a strength switches it on")
    facts.add_row("strength", f"{rule.strength}: 1 as read, 0 off")
    parts: list[RenderableType] = [
        Text(f"{rule.id}  {rule.name}", style="bold"),
        Padding(facts, (0, 0, 0, 2)),
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
        pushes.add_row(push.target, signed(push.sign), push.size)
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
