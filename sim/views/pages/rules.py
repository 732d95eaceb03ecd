"""What `panj rules` and `panj scenarios` say: rules, quantities, storylines, for readers and for machines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from sim.errors import ScenarioError, nearest
from sim.model.declare import Clause, Rule
from sim.model.glossary import GLOSSARY
from sim.model.provenance import Quantity
from sim.model.registry import Model
from sim.views.numbers import counted, marks, number
from sim.views.one_run.lines import value
from sim.views.search import holds
from sim.views.terminal import entry, facts, page, section, table


class Matches(NamedTuple):
    """What of the model answers to some words; `words` are those of the glossary, with their sentences."""

    rules: list[Rule]
    world: list[Quantity]
    parameters: list[Quantity]
    words: dict[str, str] = {}  # noqa: RUF012  never changed


def matching(model: Model, words: str) -> Matches:
    """Return the rules, variables and parameters in whose name or text every one of some words stands.

    Words of the glossary are those whose name it is: a text in which it merely stands explains another. A
    name with an underscore is no word of a text: it is looked up, and only what bears it answers.

    Raises
    ------
    ScenarioError
        Nothing does, with the nearest names.
    """
    named = "_" in words and words in {**model.world, **model.parameters}
    world, parameters = (
        [
            one
            for one in table.values()
            if (one.name == words if named else holds(words, one.name, one.meaning, str(one.source)))
        ]
        for table in (model.world, model.parameters)
    )
    matches = Matches(
        [one for one in model.rules.values() if holds(words, *_texts(one))],
        world,
        parameters,
        {word: text for word, text in GLOSSARY.items() if holds(words, word)},
    )
    if not any(matches):
        known = [*model.rules, *model.world, *model.parameters, *GLOSSARY]
        raise ScenarioError(
            f"no rule, variable, parameter or term with {words!r} in its name or text"
            f"{nearest(words, known)}; all of them: panj rules, panj rules --world, panj rules --parameters"
        )
    return matches


def _texts(rule: Rule) -> Iterable[str]:
    yield from (rule.id, rule.name, rule.actor, rule.concern, rule.claim, *rule.actions, *rule.parameters)
    for clause in rule.clauses:
        yield from (*clause.rises_with, *clause.falls_with, clause.function.__doc__ or "")


def matches_page(words: str, matches: Matches) -> RenderableType:
    """Return what answers to some words: those of the glossary, rules, variables, parameters."""
    kinds = (
        ("Words", [entry(word, "", text) for word, text in matches.words.items()]),
        ("Rules", [rule_entry(one) for one in matches.rules]),
        ("Variables of the world", [quantity_entry(one) for one in matches.world]),
        ("Parameters", [quantity_entry(one) for one in matches.parameters]),
    )
    counts = (
        counted(len(matches.words), "word of the glossary", "words of the glossary"),
        counted(len(matches.rules), "rule"),
        counted(len(matches.world), "variable of the world", "variables of the world"),
        counted(len(matches.parameters), "parameter"),
    )
    return page(
        f"What of the model answers to “{words}”",
        f"{', '.join(counts)}.",
        *(section(title, *entries) for title, entries in kinds if entries),
        more="panj rules ID shows one rule in full; panj run SCENARIO --set NAME=VALUE changes a value.",
    )


def rule_list(rules: Iterable[Rule]) -> RenderableType:
    """Return all rules with the claims they encode."""
    entries = [rule_entry(one) for one in rules]
    return page(
        "The rules of the model",
        f"{len(entries)} rules, each one claim. Sources: ¶ of the article; – is judgement.",
        Text(""),
        *entries,
        more="panj rules ID shows one rule in full; panj rules WORD finds rules, variables and parameters.",
    )


def rule_entry(rule: Rule) -> RenderableType:
    """Return a rule in short: id, name, actor, paragraphs, claim."""
    name = f"{rule.name} (rival of {rule.rival_of})" if rule.rival_of else rule.name
    return entry(f"{rule.id}  {name}", f"{rule.actor}, {marks(rule.paragraphs)}", rule.claim)


def rule_page(model: Model, rule: Rule) -> RenderableType:
    """Return everything about one rule: claim, what it reads and pushes, parameters, sources."""
    grid = facts()
    grid.add_row("paragraphs", marks(rule.paragraphs))
    grid.add_row("actor", rule.actor)
    grid.add_row("concern", rule.concern)
    if rule.source is not None:
        grid.add_row("source", f"{rule.source.grade}: {rule.source}")
    if rule.rival_of:
        grid.add_row("rival of", f"{rule.rival_of}; off unless a reading or a strength switches it on")
    grid.add_row("strength", f"{rule.strength}: 1 as read, 0 off")
    return page(
        f"{rule.id}  {rule.name}",
        rule.claim,
        Padding(grid, (1, 0, 0, 2)),
        *map(_clause, rule.clauses),
        section("Parameters", *(quantity_entry(model.parameters[name]) for name in rule.parameters)),
    )


def _clause(clause: Clause) -> RenderableType:
    reader = f"as {clause.actor} perceives them" if clause.takes == "seen" else "as they are"
    lines = [" ".join((clause.function.__doc__ or "").split())]
    lines += [
        f"{verb} {', '.join(names)} ({reader})"
        for verb, names in (("rises with", clause.rises_with), ("falls with", clause.falls_with))
        if names
    ]
    pushes = table("pushes", "sign", "by")
    for push in clause.pushes:
        pushes.add_row(push.target, "+" if push.sign > 0 else "−", push.size)
    body: list[RenderableType] = [*filter(None, lines), pushes]
    return section(clause.function.__name__.replace("_", " "), *(Padding(one, (0, 0, 0, 2)) for one in body))


def quantity_list(title: str, quantities: Iterable[Quantity]) -> RenderableType:
    """Return quantities with value, unit, plausible range, meaning and source."""
    entries = [quantity_entry(one) for one in quantities]
    return page(
        title,
        f"{len(entries)} values: default and unit, plausible range, grade of the source; meaning, source.",
        Text(""),
        *entries,
        more="panj rules WORD finds rules, variables and parameters by any word of their name or text.",
    )


def quantity_entry(quantity: Quantity) -> RenderableType:
    """Return a quantity in short: value, unit, plausible range, grade; meaning; source."""
    low, high = (number(end).replace("-", "−") for end in quantity.plausible)
    range_ = "computed by the model" if quantity.derived else f"plausible {low} to {high}"
    moved = "" if quantity.declared is None else f"calibrated, declared as {number(quantity.declared)}"
    drift = f"drifts towards {quantity.rests or 0} by {quantity.fades} of the distance a week"
    return entry(
        quantity.name,
        f"{value(quantity, quantity.default)}; {range_}; {quantity.source.grade}",
        quantity.meaning,
        drift if quantity.fades else "",
        Text(str(quantity.source), style="dim"),
        Text(moved, style="dim"),
    )


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
        "declared": quantity.uncalibrated,
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
    """Return the shipped storylines."""
    storylines = list(rows)
    listing = table("name", "title", "question", wide=("title", "question"))
    for row in storylines:
        listing.add_row(row["name"], row["title"], row["question"])
    return page(
        "Storylines",
        f"{len(storylines)} storylines come with Panj, each one question.",
        Text(""),
        listing,
        more="panj check NAME tells one in words; panj run NAME runs it.",
    )
