"""How far to trust a page: the article's claims and the record in two lines, then what it cannot say."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from sim.analysis.answers.digest import Digest
from sim.views.numbers import counted
from sim.views.report.parts import Part, Points, Text

LIMITS = (
    "It is no forecast: shares are shares of runs under these assumptions, not odds of the world.",
    "Most values are judgement, not measurement; the grade of each stands in 'panj rules --parameters'.",
    "Events that no rule or storyline holds do not happen here; nor do actors that are not in the model.",
    "Monte Carlo error shrinks with more runs; the range across parameters and readings does not.",
    "What goes together over cases need not cause it; what a lever changes on the same chance, it does.",
)


def record() -> dict[str, Any]:
    """Return what checking the model came to; `python -m sim.views.reference.validity` writes it."""
    quoted: dict[str, Any] = json.loads(
        (files("sim.views.report") / "trust.json").read_text(encoding="utf-8")
    )
    return quoted


def trust(digest: Digest) -> list[Part]:
    """Return how the model fares, and what a page of these runs cannot say."""
    runs, words = digest.runs, []
    if runs.condition is not None:
        words.append(
            f"Only runs in which {runs.condition} are counted. That picks runs by what came of them: what "
            "sets them apart need not have caused it, and alternatives are no longer compared on the same "
            "chance."
        )
    elif len(runs.rows) < runs.total:
        words.append(
            f"The study is not complete: {len(runs.rows):,} of {runs.total:,} runs are done, and everything "
            "here is of those alone."
        )
    if runs.failed:
        words.append(
            f"{counted(runs.failed, 'run')} failed and count nowhere; 'failure' in the outcomes says why."
        )
    return [Points(tuple(checks())), Text("What this cannot say:"), Points((*words, *LIMITS))]


def checks() -> list[str]:
    """Return in a line each how the model fares by the article's claims and by the record."""
    claims, history = record()["claims"], record()["history"]
    rest = f"; not {', '.join(claims['others'])}" if claims["others"] else ""
    fails = [one for one in history["checks"] if not one["holds"]]
    verdict = (
        "; ".join(f"check “{one['name']}” fails: {one['found']}, wanted: {one['wanted']}" for one in fails)
        or "every check that was fixed beforehand holds"
    )
    return [
        f"The article's claims: {claims['holding']} of {claims['of']} hold in the model{rest} (panj claims).",
        f"What happened until the end of 2023: {history['inside']} of {history['of']} figures lie in the "
        f"model's 90 % bands; {verdict} (panj hindcast). Whoever built the model had seen that record, so "
        "this is no test.",
    ]
