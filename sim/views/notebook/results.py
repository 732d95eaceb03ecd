"""Results and sweeps as pieces of an HTML page, for notebooks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sim.analysis.answers.shares import shares
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.face import table
from sim.model.outcomes import PATHS
from sim.views.notebook.scenario import scenario_html
from sim.views.numbers import percent

if TYPE_CHECKING:
    from sim.study.results.result import Result
    from sim.study.results.study import Study


def result_html(result: Result) -> str:
    """Return the scenario, and shares of classes with both kinds of uncertainty, the range first."""
    told = shares(view(result))
    here, there = (told[told["group"] == name].set_index("path") for name in (DEFAULTS, PLAUSIBLE))
    ends = dict(zip(there.index, there[["case_low", "case_high"]].to_numpy(), strict=True))
    rows = [
        (
            path,
            _span(*ends[path]) if path in ends else "–",
            percent(one["share"]),
            _span(one["low"], one["high"]),
            percent(one["blood"]),
        )
        for path, one in here.reindex(PATHS).iterrows()
    ]
    head = (
        "path",
        "across plausible parameters",
        "at the defaults",
        "Monte Carlo error (95 %)",
        "with a deadly clash",
    )
    facts = [f"{result.runs:,} runs of each part", f"seed {result.seed}", f"{result.failed} failed"]
    return (
        f'<section class="panj-result">{scenario_html(result.spec)}<p>{" · ".join(facts)}</p>'
        f"{table(head, rows)}<p>More runs narrow the Monte Carlo error alone.</p></section>"
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


def _span(low: float, high: float) -> str:
    return "–" if low != low else f"{percent(low)} to {percent(high)}"
