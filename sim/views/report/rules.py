"""The rules behind an answer, with their claims and paragraphs, as a section of a page."""

from __future__ import annotations

from collections.abc import Sequence

from sim.model.registry import load
from sim.views.numbers import marks
from sim.views.report.parts import Part, Text, grid


def mattered(names: Sequence[str]) -> list[Part]:
    """Return the rules that use these values, with their claims and paragraphs."""
    model = load()
    rows = []
    for rule in model.rules.values():
        used = [one for one in names if one in rule.parameters or one in _reads(rule)]
        if used:
            rows.append((rule.id, marks(rule.paragraphs), rule.claim, ", ".join(used)))
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
    names: set[str] = set()
    for clause in getattr(rule, "clauses", ()):
        names |= {*clause.rises_with, *clause.falls_with}
    return names
