"""The sections of a page about a result, an ensemble's or a sweep's; those that do not apply are left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sim.analysis.answers import over_time, shares
from sim.analysis.answers.digest import CORNERS, Digest
from sim.analysis.answers.odds import ARTICLE, FIGURES, odds
from sim.analysis.answers.quantities import quantities
from sim.analysis.deciding.box_file import scenario_text
from sim.analysis.groups import Group
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.study.experiment.loading import load_experiment
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.views.numbers import percent
from sim.views.pages import odds as two_odds
from sim.views.plots import KINDS
from sim.views.plots.draw.course import FIRSTS
from sim.views.report import answer, levers, reasons, rules
from sim.views.report.parts import Part, Points, Section, Text, cell, drawn, figure, folded, grid, share, span
from sim.views.report.typical import typical
from sim.views.report.words import vocabulary

LIMITS = (
    "It is no forecast: shares are shares of runs under these assumptions, not odds of the world.",
    "Most values are judgement, not measurement; the grade of each stands in 'panj rules --parameters'.",
    "Events that no rule or storyline holds do not happen here; nor do actors that are not in the model.",
    "Intervals by chance shrink with more runs; the range across parameters and readings does not.",
    "What goes together over cases need not cause it; what a lever changes on the same draws, it does.",
)
#: Sections by their anchor: a title, and what makes the parts.
Chapters = dict[str, tuple[str, Callable[[], list[Part]]]]
#: Groups whose shares are told in a table; of more, the picture tells.
MOST_GROUPS = 12


def sections(digest: Digest, folder: str) -> list[Section]:
    """Return the sections of a page about a result."""
    runs = digest.runs
    frame: Chapters = {
        "answer": ("The answer", lambda: [Text(words, "answer") for words in answer.sentences(digest)]),
        "run": ("What was run", lambda: _run(digest)),
    }
    content: Chapters = {
        "paths": ("Where runs end", lambda: _paths(digest)),
        "odds": ("Two odds", lambda: _odds(digest)),
        "time": ("The course of things", lambda: _time(digest)),
        "drivers": ("What decides it", lambda: reasons.drivers(digest)),
        "readings": ("How the article is read", lambda: _readings(digest)),
        "boxes": ("Under which conditions", lambda: reasons.boxes(digest, folder) if runs.designed else []),
        "comparison": ("What the levers change", lambda: levers.comparison(digest) if runs.levers else []),
        "rules": ("Rules and paragraphs that mattered", lambda: rules.mattered(answer.clear_names(digest))),
        "stories": ("Typical runs, told", lambda: typical(digest, folder)),
    }
    end: Chapters = {
        "limits": ("What this cannot say", lambda: _limits(digest)),
        "again": ("How to make it again", lambda: _again(digest, folder)),
    }
    chosen = frame | (content if len(runs.rows) else {}) | end
    made = [Section(name, title, parts()) for name, (title, parts) in chosen.items()]
    made.append(Section("words", "Words", vocabulary(made)))
    return [one for one in made if one.parts]


def _picture(digest: Digest, kind: str, alt: str, caption: str) -> Part:
    return drawn(lambda: KINDS[kind](digest, None).figure, alt, caption)


def _limits(digest: Digest) -> list[Part]:
    runs, words = digest.runs, []
    if runs.condition is not None:
        words.append(
            f"Only runs in which {runs.condition} are counted. That picks runs by what came of them: what "
            "sets them apart need not have caused it, and alternatives are no longer compared on the same "
            "draws."
        )
    elif len(runs.rows) < runs.total:
        words.append(
            f"The study is not complete: {len(runs.rows):,} of {runs.total:,} runs are done, and everything "
            "here is of those alone."
        )
    if runs.failed:
        words.append(f"{runs.failed:,} runs failed and count nowhere; 'failure' in the outcomes says why.")
    more = "How the model fares against the article's own claims and against what happened later: "
    return [Points((*words, *LIMITS)), Text(f"{more}panj claims, panj hindcast.", "note")]


# What was run


def _run(digest: Digest) -> list[Part]:
    runs = digest.runs
    facts = _of_ensemble(runs.source) if isinstance(runs.source, Result) else _of_sweep(runs.source)
    if runs.condition is not None:
        counts = ", ".join(f"{len(part.rows):,} {part.name}" for part in runs.parts(runs.groups(runs.whole)))
        facts.append(("Only runs where", f"{runs.condition}: {counts}"))
    facts += [
        ("Failed runs", f"{runs.failed:,}" + ("; they count nowhere" if runs.failed else "")),
        ("Seed", str(runs.seed)),
        ("Versions", ", ".join(f"{key} {value}" for key, value in runs.source.identity["versions"].items())),
    ]
    parts: list[Part] = [grid("What determines these numbers", ("what", "value"), facts)]
    if runs.levers:
        named = [(lever, ", ".join(one)) for lever, one in runs.levers.items()]
        parts.append(grid("Levers", ("lever", "alternatives"), named))
    if isinstance(runs.source, Study) and runs.source.experiment.laws:
        known = {**load().parameters, **load().world}
        lines = []
        for name, law in runs.source.experiment.laws.items():
            ends = ", ".join(f"{one:g}" for one in law.numbers) or ", ".join(law.names)
            one = known.get(name)
            about = ("", "", "") if one is None else (one.unit, one.source.grade, one.meaning)
            lines.append((name, f"{law.kind} [{ends}]", *about))
        parts.append(folded(grid("What is uncertain", ("name", "law", "unit", "grade", "meaning"), lines)))
    return parts


def _of_ensemble(result: Result) -> list[tuple[str, str]]:
    spec = result.spec
    own = ", ".join(f"{name} = {value:g}" for name, value in {**spec.world, **spec.parameters}.items())
    many = f"{result.runs:,} at the defaults"
    if len(result.design):
        many += f", {result.runs:,} across plausible parameters ({len(result.design):,} cases)"
    return [
        ("Scenario", f"{spec.title} ({spec.hash[:16]})"),
        ("Start and length", f"{spec.start}, {spec.weeks} weeks, {spec.citizens:,} citizens"),
        ("Runs", many),
        ("Reading", spec.reading or "as read"),
        *([("Rules", "every rule off")] if spec.rules == "off" else []),
        ("Set by the scenario", own or "nothing beyond the defaults"),
        ("Events", ", ".join(one.name for one in spec.events) or "none"),
        ("Commitments", ", ".join(f"{one.actor}: {one.instrument}" for one in spec.commitments) or "none"),
    ]


def _of_sweep(study: Study) -> list[tuple[str, str]]:
    experiment = study.experiment
    size = f"{study.identity['cases']:,} cases × {experiment.replicates:,} replicates"
    return [
        ("Experiment", f"{experiment.title} ({experiment.hash[:16]})"),
        ("Scenarios", ", ".join(f"{name} ({one.hash[:8]})" for name, one in experiment.scenarios.items())),
        ("Design", f"{experiment.method}: {size}, draws {experiment.draws}"),
        ("Done", f"{study.done:,} of {study.runs:,} runs" + ("" if study.complete else " – not complete")),
    ]


# What came of it


def _paths(digest: Digest) -> list[Part]:
    runs = digest.runs
    groups = answer.told(digest, MOST_GROUPS)
    table = shares.shares(runs, groups)
    if table.empty:
        return [Text("No sound run.", "note")]
    top = answer.largest(table)
    head = (
        "group",
        "class",
        "share",
        "95 %",
        "90 % of cases",
        "between readings",
        "of it with a deadly clash",
        "runs",
    )
    rows = [
        (
            row["group"],
            row["path"],
            share(row["share"]),
            *(span(row[f"{one}low"], row[f"{one}high"]) for one in ("", "case_", "reading_")),
            share(row["blood"]),
            int(row["runs"]),
        )
        for row in table.to_dict("records")
    ]
    wide = shares.orders(runs, groups).pivot(index=["group", "path"], columns="order", values="share")
    ordered = [(*key, *map(share, wide.loc[key, list(shares.ORDERS)])) for key in _keys(table)]
    bars = f"Bars of the share of runs by class; {top['path']} is the largest with {percent(top['share'])}."
    parts = [
        _picture(
            digest,
            "paths",
            bars,
            "Where a run ends: its last 26 weeks. Grey: from case to case, chance taken out. Whiskers: 95 %.",
        ),
        folded(grid("Shares of classes, and how sure they are", head, rows), 36),
        folded(
            grid(
                "The same shares where classes are tried in another order (a run may fit several)",
                ("group", "class", *shares.ORDERS),
                ordered,
            ),
            20,
        ),
        _picture(
            digest, "joint", _joint_alt(digest, groups), "The two ladders together: a run may climb both."
        ),
    ]
    if runs.levers:
        words = (
            "Shares of classes, by setting of the levers (number of runs); the whisker is clashes or worse."
        )
        parts.append(_picture(digest, "shares", _by_group_alt(table), words))
    if runs.sample.sum() > 1:
        ends = np.nanmean(digest.corners[runs.sample], axis=0)
        three = ", ".join(f"{percent(share)} {name}" for name, share in zip(CORNERS, ends, strict=True))
        words = "Each dot is one or more cases by the shares of their runs; crosses are means."
        alt = f"Cases in a triangle of three ends; the mean case has {three}."
        parts.append(_picture(digest, "ternary", alt, words))
    return parts


def _odds(digest: Digest) -> list[Part]:
    both = odds(digest.source) if isinstance(digest.source, Result) else None
    if both is None:
        return []
    title = f"{FIGURES[0].upper()}{FIGURES[1:]}, and {ARTICLE}"
    table = grid(title, ("class", *two_odds.columns(both)), two_odds.rows(both))
    return [table, Text(two_odds.words(both), "note")]


def _keys(table: pd.DataFrame) -> list[tuple[str, str]]:
    return [(row["group"], row["path"]) for row in table.to_dict("records") if row["path"] in PATHS]


def _joint_alt(digest: Digest, groups: list[Group]) -> str:
    table = shares.joint(digest.runs, groups)
    peak = shares.grid(table[table["rungs"] == "peak"].head(36))
    up, close = np.unravel_index(int(np.nanargmax(peak)), peak.shape)
    return (
        "Joint tables of the highest and last rungs of escalation and rapprochement; the fullest cell of the "
        f"highest rungs is escalation {up} with rapprochement {close}, {percent(float(peak.max()))} of runs."
    )


def _by_group_alt(table: pd.DataFrame) -> str:
    worse = table[table["path"] == shares.SHOWN[-1]].sort_values("share").to_dict("records")
    return (
        f"Stacked bars of shares of classes. Clashes or worse are rarest under {worse[0]['group']} "
        f"({percent(worse[0]['share'])}) and most frequent under {worse[-1]['group']} "
        f"({percent(worse[-1]['share'])})."
    )


def _time(digest: Digest) -> list[Part]:
    runs, groups = digest.runs, answer.told(digest, MOST_GROUPS)
    if not len(runs.sound):
        return [Text("No sound run.", "note")]
    ends = []
    for column, words, *_ in FIRSTS:
        last = over_time.incidence(runs, groups, column).query("week == @runs.weeks")
        each = (f"{percent(row['share'])} {row['group']}" for row in last.to_dict("records"))
        ends.append(f"{words} in {', '.join(each)}")
    rows = [
        (
            row["group"],
            f"{row['label']}, {row['unit']}",
            share(row["reached"]),
            cell(float(row["median"])),
            span(row["low"], row["high"], figure),
        )
        for row in quantities(runs, groups).to_dict("records")
        if row["runs"]
    ]
    head = ("group", "outcome", "reached in", "median", "90 % of runs")
    parts = [
        _picture(
            digest,
            "incidence",
            f"Share of runs with a first clash and with first talks, by week; by the end {'; '.join(ends)}.",
            "By when: runs without the event are censored at the horizon.",
        ),
        _picture(
            digest,
            "ladders",
            f"Shares of runs on each of 6 rungs of the two ladders, over {runs.weeks} weeks.",
            "The two ladders over time.",
        ),
    ]
    if runs.bands:
        alt = f"Median, half and nine tenths of {runs.bands} for weekly values over {runs.weeks} weeks."
        kind = {"runs": "fan", "cases": "bands"}[runs.bands]
        parts.append(_picture(digest, kind, alt, "The course of things; ¶ marks figures of the article."))
    return [*parts, folded(grid("Main outcomes", head, rows), 20)]


def _readings(digest: Digest) -> list[Part]:
    wide = shares.under_readings(digest.runs.readings)
    if wide.empty and "reading" in digest.runs.cases:
        table = digest.shares("reading")
        wide = table.pivot(index="group", columns="path", values="share")
    if wide.empty:
        return []
    rows = [[name, *map(share, wide.loc[name, list(shares.SHOWN)])] for name in wide.index]
    low, high = (float(one) for one in (wide[shares.SHOWN[-1]].min(), wide[shares.SHOWN[-1]].max()))
    said = f"Between readings, the share of clashes or worse lies from {percent(low)} to {percent(high)}."
    return [
        grid("Shares under each reading of the article", ("reading", *shares.SHOWN), rows),
        Points((said,)),
    ]


# How to make it again


def _again(digest: Digest, folder: str) -> list[Part]:
    source = digest.source
    name = _shipped(source)
    given = "" if source.condition is None else f" --given {source.condition!r}"
    after = f"this page comes from them by: panj report {folder}{given}"
    if isinstance(source, Study):
        mine = "" if name else f"EXPERIMENT is the file of this study, as {folder}/result.json holds it. "
        words = f"{mine}The same file (hash {source.experiment.hash[:8]}) and version give the same tables"
        command = f"panj sweep {name or 'EXPERIMENT'} --out {folder}"
        return [Text(command, "code"), Text(f"{words}; {after}", "note")]
    plausible = "" if source.identity["plausible"] else " (without its part across plausible parameters)"
    words = (
        f"The same storyline (hash {source.spec.hash[:8]}), seed and version give the same tables{plausible}"
    )
    command = f"panj run {name or 'storyline.yaml'} --runs {source.runs} --seed {source.seed}"
    parts: list[Part] = [Text(command, "code"), Text(f"{words}; {after}", "note")]
    if name:
        return parts
    return [*parts, Text("storyline.yaml is this:", "note"), Text(scenario_text(source.spec), "code")]


def _shipped(source: Result | Study) -> str | None:
    """Return the name of the shipped scenario or experiment that a result is of."""
    if isinstance(source, Study):
        known = {load_experiment(name).hash: name for name in catalogue.experiment_names()}
        return known.get(source.experiment.hash)
    return {load_scenario(name).hash: name for name in catalogue.names()}.get(source.spec.hash)
