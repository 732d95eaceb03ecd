"""Results and sweeps as pieces of an HTML page, for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sim.analysis.answers import distributions
from sim.scenario.html import scenario_html, table

if TYPE_CHECKING:
    from sim.study.results.result import Result
    from sim.study.results.study import Study


def result_html(result: Result) -> str:
    """Return the scenario, and shares of classes with both kinds of uncertainty, the range first."""
    shares = distributions.shares(result.part("defaults"))
    plausible = distributions.spread(result.part("plausible")) if len(result.design) else None
    rows = []
    for path in shares.index:
        one = shares.loc[path]
        ends = ("–",) if plausible is None else tuple(plausible.loc[path][["case_low", "case_high"]])
        by_chance = _span(one["low"], one["high"])
        rows.append((path, _span(*ends), _percent(one["share"]), by_chance, _percent(one["blood"])))
    head = ("path", "across plausible parameters", "at the defaults", "95 % by chance alone", "with blood")
    failed = int(result.outcomes["failure"].notna().sum())
    facts = [f"{result.runs:,} runs of each part", f"seed {result.seed}", f"{failed} failed"]
    return (
        f'<section class="panj-result">{scenario_html(result.spec)}<p>{" · ".join(facts)}</p>'
        f"{table(head, rows)}<p>Under these assumptions; more runs narrow what is chance alone.</p></section>"
    )


def study_html(study: Study) -> str:
    """Return what a sweep varies and how much of it is done."""
    experiment = study.experiment
    facts = [
        f"{study.done:,} of {study.runs:,} runs done",
        f"{study.failed} failed",
        f"{len(study.design):,} cases × {experiment.replicates}",
        f"seed {experiment.seed}",
        f"hash {experiment.hash[:8]}",
    ]
    varied = [(name, law.kind) for name, law in experiment.laws.items()]
    varied += [(name, ", ".join(one)) for name, one in experiment.levers.items()]
    return (
        f'<section class="panj-study"><strong>{escape(experiment.title)}</strong><p>{" · ".join(facts)}</p>'
        f"{table(('varies', 'how'), varied)}</section>"
    )


def _percent(share: float) -> str:
    return "–" if share != share else f"{100.0 * share:.1f} %"


def _span(*ends: float | str) -> str:
    return " to ".join(one if isinstance(one, str) else _percent(one) for one in ends)
