"""The page about a sweep: its sections in their order, what was run, where runs end, how to make it again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.answers.digest import Digest
from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.experiment.loading import load_experiment
from sim.study.results.study import Study
from sim.views.plots import study as plots
from sim.views.report import answer, levers, reasons
from sim.views.report.common import Made, limits, mattered, only, versions
from sim.views.report.parts import Part, Section, Text, drawn, folded, grid, share, span
from sim.views.report.why import typical
from sim.views.text import percent


def sections(study: Study, folder: str, where: str | None = None) -> Made:
    """Return title, question and sections of a page about a sweep."""
    experiment = study.experiment
    again = Section("again", "How to make it again", _again(study, folder))
    if study.done == 0:
        words = "No block is done yet, so there is no answer; panj sweep carries on where it stopped."
        made = [
            Section("answer", "The answer", [Text(words, "answer")]),
            Section("run", "What was run", _run(study)),
            Section("limits", "What this cannot say", limits()),
            again,
        ]
        return experiment.title, experiment.question, made
    digest = Digest(study, where)
    made = [
        Section("answer", "The answer", [Text(words, "answer") for words in answer.sentences(digest)]),
        Section("run", "What was run", _run(study)),
        Section("paths", "Where runs end", _paths(digest)),
        Section("drivers", "What decides it", reasons.drivers(digest)),
        Section("boxes", "Under which conditions", reasons.boxes(digest, folder)),
        *levers.section(digest),
        Section("rules", "Rules and paragraphs that mattered", mattered(answer.clear_names(digest))),
        Section("stories", "Typical runs, told", typical(study, folder)),
        Section("limits", "What this cannot say", limits(*_gaps(study))),
        again,
    ]
    return experiment.title, experiment.question, made


def _gaps(study: Study) -> list[str]:
    words = only(study.condition)
    if not study.complete:
        words.append(
            f"The study is not complete: {study.done:,} of {study.runs:,} runs are done, and everything "
            "here is of those alone."
        )
    if study.failed:
        words.append(f"{study.failed:,} runs failed and count nowhere; 'failure' in the outcomes says why.")
    return words


def _run(study: Study) -> list[Part]:
    experiment = study.experiment
    told = study.identity
    size = f"{told['cases']:,} cases × {experiment.replicates:,} replicates"
    rows = [
        ("Experiment", f"{experiment.title} ({experiment.hash[:16]})"),
        ("Scenarios", ", ".join(f"{name} ({one.hash[:8]})" for name, one in experiment.scenarios.items())),
        ("Design", f"{experiment.method}: {size}, draws {experiment.draws}"),
        ("Done", f"{study.done:,} of {study.runs:,} runs" + ("" if study.complete else " – not complete")),
        ("Failed", f"{study.failed:,}"),
        ("Seed", str(experiment.seed)),
        versions(told),
    ]
    if study.condition is not None:
        rows.insert(4, ("Only runs where", study.condition))
    parts: list[Part] = [grid("What determines these numbers", ("what", "value"), rows)]
    if experiment.levers:
        named = [(lever, ", ".join(found)) for lever, found in experiment.levers.items()]
        parts.append(grid("Levers", ("lever", "alternatives"), named))
    if experiment.laws:
        known = {**load().parameters, **load().world}
        lines = [
            (
                name,
                f"{law.kind} [{', '.join(f'{one:g}' for one in law.numbers) or ', '.join(law.names)}]",
                known[name].unit if name in known else "",
                known[name].source.grade if name in known else "",
                known[name].meaning if name in known else "",
            )
            for name, law in experiment.laws.items()
        ]
        parts.append(folded(grid("What is uncertain", ("name", "law", "unit", "grade", "meaning"), lines)))
    return parts


def _paths(digest: Digest) -> list[Part]:
    if not len(digest.sound):
        return [Text("No sound run.", "note")]
    table = digest.shares()
    top = answer.largest(table)
    rows = [[r["path"], share(r["share"]), span(r["low"], r["high"])] for r in table.to_dict("records")]
    ends = np.nanmean(digest.corners, axis=0)
    return [
        drawn(
            lambda: plots.stacked(digest),
            _stacked_alt(digest.table("levers"), top),
            "Shares of classes, by setting of the levers where there are any (number of runs). The whisker "
            "is the 95 % interval of clashes or worse.",
        ),
        grid(
            f"Shares of classes over {len(digest.sound):,} runs; intervals resample what was drawn",
            ("class", "share", "95 %"),
            rows,
        ),
        drawn(
            lambda: plots.ternary(digest),
            f"Cases in a triangle of three ends; the mean case has {percent(ends[0])} clashes or worse, "
            f"{percent(ends[1])} standoff, {percent(ends[2])} accommodation.",
            "Each dot is one or more cases by the shares of their runs; crosses are means.",
        ),
        drawn(
            lambda: plots.incidence(digest, "first_escalation_3"),
            _incidence_alt(digest.incidence("first_escalation_3")),
            "By when the first armed clash has come.",
        ),
    ]


def _stacked_alt(groups: pd.DataFrame, top: dict[str, Any]) -> str:
    alt = f"Stacked bars of shares of classes; {top['path']} is the largest with {percent(top['share'])}."
    worse = groups[groups["path"] == "clashes or worse"].sort_values("share").to_dict("records")
    if len(worse) < 2:
        return alt
    return (
        f"{alt} Clashes or worse are rarest under {worse[0]['group']} ({percent(worse[0]['share'])}) and "
        f"most frequent under {worse[-1]['group']} ({percent(worse[-1]['share'])})."
    )


def _incidence_alt(table: pd.DataFrame) -> str:
    last = table[table["week"] == table["week"].max()].dropna(subset=["share"]).sort_values("share")
    words = "Share of runs that have had a first armed clash, by week, one line a setting of the levers"
    if last.empty:
        return f"{words}; there is no sound run."
    ends = [
        f"{percent(row['share'])} under {row['setting']}" for row in last.iloc[[0, -1]].to_dict("records")
    ]
    return f"{words}; by the end it is {' to '.join(dict.fromkeys(ends))}."


def _again(study: Study, folder: str) -> list[Part]:
    experiment = study.experiment
    shipped = [name for name in catalogue.experiment_names() if load_experiment(name).hash == experiment.hash]
    name = shipped[0] if shipped else "EXPERIMENT"
    words = f"The same file (hash {experiment.hash[:8]}) and version give the same tables"
    if not shipped:
        words = f"EXPERIMENT is the file of this study, as {folder}/result.json holds it. {words}"
    given = "" if study.condition is None else f" --given {study.condition!r}"
    return [
        Text(f"panj sweep {name} --out {folder}", "code"),
        Text(f"{words}; this page comes from them by: panj report {folder}{given}", "note"),
    ]
