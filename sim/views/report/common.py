"""What both kinds of page say: the rules behind it, its limits, how to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.deciding.box_file import scenario_text
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.views import text
from sim.views.report.parts import Part, Points, Section, Text, grid

if TYPE_CHECKING:
    from sim.study.results.result import Result

#: Title, question and sections of a page.
Made = tuple[str, str, list[Section]]

LIMITS = (
    "It is no forecast: shares are shares of runs under these assumptions, not odds of the world.",
    "Most values are judgement, not measurement; the grade of each stands in 'panj rules --parameters'.",
    "Events that no rule or storyline holds do not happen here; nor do actors that are not in the model.",
    "Intervals by chance shrink with more runs; the range across parameters and readings does not.",
    "What goes together over cases need not cause it; what a lever changes on the same draws, it does.",
)


def limits(*more: str) -> list[Part]:
    """Return what a page cannot say."""
    return [
        Points((*more, *LIMITS)),
        Text(
            "How the model fares against the article's own claims and against what happened later: "
            "panj claims, panj hindcast.",
            "note",
        ),
    ]


def only(condition: str | None) -> list[str]:
    """Return what a condition on runs does to a page, nothing where there is none."""
    if condition is None:
        return []
    return [
        f"Only runs in which {condition} are counted. That picks runs by what came of them: what sets them "
        "apart need not have caused it, and alternatives are no longer compared on the same draws."
    ]


def versions(identity: Mapping[str, Any]) -> tuple[str, str]:
    """Return the row that says what made a result."""
    return "Versions", ", ".join(f"{key} {value}" for key, value in identity["versions"].items())


def mattered(names: Sequence[str]) -> list[Part]:
    """Return the rules that use these values, with their claims and paragraphs."""
    model = load()
    rows = []
    for rule in model.rules.values():
        used = [one for one in names if one in rule.parameters or one in _reads(rule)]
        if used:
            rows.append((rule.id, text.marks(rule.paragraphs), rule.claim, ", ".join(used)))
    if not rows:
        return [
            Text(
                "No value stands out, so no rule does. What each rule and paragraph is worth: "
                "panj claims --ablation.",
                "note",
            )
        ]
    return [
        grid("Rules that use the values which move the answer most", ("rule", "¶", "claim", "values"), rows),
        Text(
            "What each rule and paragraph is worth when it is switched off: panj claims --ablation.", "note"
        ),
    ]


def _reads(rule: object) -> set[str]:
    found: set[str] = set()
    for clause in getattr(rule, "clauses", ()):
        found |= {*clause.rises_with, *clause.falls_with}
    return found


def reproduce(result: Result, folder: str) -> list[Part]:
    """Return the command that makes an ensemble again, and the storyline where it is not shipped."""
    spec = result.spec
    shipped = [name for name in catalogue.names() if load_scenario(name).hash == spec.hash]
    name = shipped[0] if shipped else "storyline.yaml"
    plausible = "" if result.identity["plausible"] else " (without its part across plausible parameters)"
    given = "" if result.condition is None else f" --given {result.condition!r}"
    parts: list[Part] = [
        Text(f"panj run {name} --runs {result.runs} --seed {result.seed}", "code"),
        Text(
            f"The same storyline (hash {spec.hash[:8]}), seed and version give the same tables{plausible}; "
            f"this page comes from them by: panj report {folder}{given}",
            "note",
        ),
    ]
    if not shipped:
        parts += [Text("storyline.yaml is this:", "note"), Text(scenario_text(spec), "code")]
    return parts
