"""The sections of a page about a sweep."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.digest import RISK, Digest
from sim.analysis.discovery import Fit
from sim.analysis.indices import DUMMY
from sim.model.registry import load
from sim.scenario import catalogue
from sim.study.experiment_file import load_experiment
from sim.study.study import Study
from sim.views.plots import study as plots
from sim.views.report.common import limits, mattered
from sim.views.report.parts import (
    Part,
    Points,
    Section,
    Text,
    cell,
    drawn,
    figure,
    grid,
    percent,
    share,
    span,
)
from sim.views.report.why import typical

#: Uncertainties whose alternatives or quarters get a picture of their own, the strongest.
PICTURED = 2
MOST_ROWS = 40


def sections(study: Study, folder: str, where: str | None = None) -> tuple[str, str, list[Section]]:
    """Return title, question and sections of a page about a sweep."""
    experiment = study.experiment
    made: list[Section] = []
    if study.done == 0:
        words = "No block is done yet, so there is no answer; panj sweep carries on where it stopped."
        made.append(Section("answer", "The answer", [Text(words, "answer")]))
        made.append(Section("run", "What was run", _run(study)))
        made.append(Section("limits", "What this cannot say", limits()))
        made.append(Section("again", "How to make it again", _again(study, folder)))
        return experiment.title, experiment.question, made
    digest = Digest(study, where)
    made = [
        Section("run", "What was run", _run(study)),
        Section("paths", "Where runs end", _paths(digest)),
        Section("drivers", "What decides it", _drivers(digest)),
        Section("boxes", "Under which conditions", _boxes(digest)),
        Section("comparison", "What the levers change", _comparison(digest)),
        Section("rules", "Rules and paragraphs that mattered", mattered(_clear(digest))),
        Section("stories", "Typical runs, told", typical(study, folder)),
        Section("limits", "What this cannot say", limits(*_gaps(study))),
        Section("again", "How to make it again", _again(study, folder)),
    ]
    answer = Section("answer", "The answer", [Text(words, "answer") for words in _answer(digest)])
    return experiment.title, experiment.question, [answer, *made]


def _gaps(study: Study) -> list[str]:
    words = []
    if not study.complete:
        words.append(
            f"The study is not complete: {study.done:,} of {study.runs:,} runs are done, and everything "
            "here is of those alone."
        )
    if study.failed:
        words.append(f"{study.failed:,} runs failed and count nowhere; 'failure' in the outcomes says why.")
    return words


def _answer(digest: Digest) -> list[str]:
    if not len(digest.sound):
        return ["Every run failed, so there is no answer; the outcomes say in 'failure' where and why."]
    table = digest.shares()
    top = _largest(table)
    risk = digest.risk
    known = risk.value[risk.runs > 0]
    wide = np.quantile(known, [0.05, 0.95])
    total = float((digest.sound["path"].isin(RISK.names)).mean())
    first = (
        f"Under these assumptions, {percent(total)} of {len(digest.sound):,} runs end in clashes or worse, "
        f"most often in {top['path']} ({_with(top)}); from case to case the share lies between "
        f"{percent(float(wide[0]))} and {percent(float(wide[1]))} (90 % of {len(known):,} cases, "
        "chance within a case included)."
    )
    return [first, _second(digest), _third(digest)]


def _largest(table: pd.DataFrame) -> dict[str, Any]:
    """Return the row of the largest share."""
    found = max(table.to_dict("records"), key=lambda row: row["share"])
    return {str(key): value for key, value in found.items()}


def _with(row: dict[str, Any]) -> str:
    text = percent(float(row["share"]))
    return text if row["low"] != row["low"] else f"{text}, {span(row['low'], row['high']).text}"


def _second(digest: Digest) -> str:
    found = digest.drivers
    if found is None:
        return f"What decides that share cannot be told: {digest.notes['drivers']}."
    rows = found.indices
    above = _above(rows, found.main)
    chance = (
        f"; chance makes {percent(found.seed_share)} of the variance of a single run"
        if np.isfinite(found.seed_share)
        else ""
    )
    if above.empty:
        return (
            f"None of what varies stands out from a dummy that does nothing ({found.method} indices){chance}."
        )
    names = list(above["name"][:2])
    return f"What decides that share most is {' and then '.join(names)} ({found.method} indices){chance}."


def _above(rows: pd.DataFrame, main: str) -> pd.DataFrame:
    """Return the indices that rise above what the dummy shows."""
    floor = float(rows.loc[rows["name"] == DUMMY, f"{main}_high"].iloc[0])
    return rows[(rows["name"] != DUMMY) & (rows[f"{main}_low"] > max(floor, 0.0))]


def _third(digest: Digest) -> str:
    if (policies := digest.policies) is not None and len(policies.policies) > 1:
        index = policies.policies.index(policies.favourite)
        row = policies.tables[0].iloc[index]
        words = (
            f"Of the {len(policies.policies)} policies, {policies.favourite} has the least regret in clashes "
            f"or worse (at most {percent(float(row['regret']))} over {policies.worlds:,} worlds)"
        )
        clear = [one for one in policies.undone if one.chance < 0.05 / max(len(policies.undone), 1)]
        if clear:
            one = clear[0]
            words += f"; it loses where {one.name} is about {one.losing} rather than {one.winning}"
        return words + "."
    if digest.boxes:
        box = digest.boxes[0]
        return (
            f"Where {' and '.join(map(str, box.limits))}, {_fit(box.fresh or box.fit)} of cases meet "
            f"“{digest.where.text}”, against {_fit(digest.overall)} of all."
        )
    return (
        f"{_fit(digest.overall)} of cases meet “{digest.where.text}”; no box of conditions sets them apart."
    )


def _fit(one: Fit) -> str:
    low, high = one.interval
    return f"{percent(one.density)} ({span(low, high).text})"


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
        ("Versions", ", ".join(f"{k} {v}" for k, v in told["versions"].items())),
    ]
    parts: list[Part] = [grid("What determines these numbers", ("what", "value"), rows)]
    known = {**load().parameters, **load().world}
    if experiment.laws:
        lines = [
            (name, f"{law.kind} [{', '.join(map(str, law.names or law.numbers))}]",
             known[name].unit if name in known else "", known[name].source.grade if name in known else "")
            for name, law in list(experiment.laws.items())[:MOST_ROWS]
        ]  # fmt: skip
        more = len(experiment.laws) - MOST_ROWS
        caption = "What is uncertain" + (f" (the first {MOST_ROWS}; {more} more)" if more > 0 else "")
        parts.append(grid(caption, ("name", "law", "unit", "grade"), lines))
    if experiment.levers:
        named = [(lever, ", ".join(found)) for lever, found in experiment.levers.items()]
        parts.append(grid("Levers", ("lever", "alternatives"), named))
    return parts


def _paths(digest: Digest) -> list[Part]:
    if not len(digest.sound):
        return [Text("No sound run.", "note")]
    table = digest.shares()
    top = _largest(table)
    rows = [[r["path"], share(r["share"]), span(r["low"], r["high"])] for r in table.to_dict("records")]
    policies = digest.table("levers")
    worse = policies[policies["path"] == "clashes or worse"]
    alt = f"Stacked bars of shares of classes; {top['path']} is the largest with {percent(top['share'])}."
    if len(worse) > 1:
        ordered = sorted(worse.to_dict("records"), key=lambda row: row["share"])
        low, high = ordered[0], ordered[-1]
        alt += (
            f" Clashes or worse are rarest under {low['group']} ({percent(low['share'])}) and most frequent "
            f"under {high['group']} ({percent(high['share'])})."
        )
    ends = np.nanmean(digest.corners, axis=0)
    return [
        drawn(lambda: plots.stacked(digest), alt,
              "Shares of classes by setting of the levers (number of runs). The whisker is the 95 % interval "
              "of clashes or worse over cases."),
        grid(f"Shares of classes over {len(digest.sound):,} runs; intervals resample what was drawn",
             ("class", "share", "95 %"), rows),
        drawn(lambda: plots.ternary(digest),
              f"Cases in a triangle of three ends; the mean case has {percent(ends[0])} clashes or worse, "
              f"{percent(ends[1])} standoff, {percent(ends[2])} accommodation.",
              "Each dot is one or more cases by the shares of their runs; crosses are means."),
        drawn(lambda: plots.incidence(digest, "first_escalation_3"),
              "Share of runs that have had a first armed clash, by week, one line a setting of the levers.",
              "By when the first armed clash has come."),
    ]  # fmt: skip


def _names(digest: Digest) -> list[str]:
    if digest.drivers is None:
        return []
    rows = digest.drivers.indices
    return [one for one in rows["name"] if one != DUMMY][:6]


def _clear(digest: Digest) -> list[str]:
    found = digest.drivers
    return [] if found is None else [str(one) for one in _above(found.indices, found.main)["name"]]


def _drivers(digest: Digest) -> list[Part]:
    found = digest.drivers
    if found is None:
        return [Text(f"Cannot be told: {digest.notes['drivers']}.", "note")]
    known = {**load().parameters, **load().world}
    columns = {"sobol": ("ST", "S1"), "morris": ("mu_star",), "delta": ("delta",), "pawn": ("pawn",)}
    names = columns[found.method]
    head = ["name", *(one for name in names for one in (name, f"{name} 95 %")), "half", "grade", "meaning"]
    rows = []
    for row in found.indices.head(MOST_ROWS).to_dict("records"):
        cells: list[object] = [row["name"]]
        for name in names:
            cells += [cell(float(row[name])), span(row[f"{name}_low"], row[f"{name}_high"], figure)]
        one = known.get(row["name"])
        meaning = (
            one.meaning if one else "does nothing: what it shows is noise" if row["name"] == DUMMY else ""
        )
        cells += [cell(float(row[f"{found.main}_half"])), one.source.grade if one else "", meaning]
        rows.append(cells)
    top = found.indices[found.indices["name"] != DUMMY].iloc[0]
    settled = {
        True: "half the sample says the same: settled",
        False: "half the sample says otherwise: not settled, take a larger design",
        None: "too few cases to halve",
    }[found.settled]
    notes = [
        f"{found.groups:,} {'groups' if found.method in ('sobol', 'morris') else 'cases'}, "
        f"{found.dropped:,} dropped because a case has no sound run; {found.failed:,} runs failed.",
        settled[0].upper() + settled[1:] + ".",
    ]
    if found.weaker:
        notes.append(f"{found.weaker:,} weaker ones are left out.")
    if np.isfinite(found.seed_share):
        alone = percent(found.seed_share)
        notes.append(f"Chance within a case makes {alone} of the variance of a single run.")
    parts: list[Part] = [
        drawn(lambda: plots.drivers(found),
              f"Bars of {found.method} indices for the share of clashes or worse; the strongest is "
              f"{top['name']} with {figure(float(top[found.main]))}.",
              "Indices with 95 % intervals; what does not rise above the dummy may be noise."),
        grid(f"Indices of the share of clashes or worse by case ({found.method})", head, rows),
        Points(tuple(notes)),
    ]  # fmt: skip
    if len(found.pairs):
        pairs = [
            (f"{row['first']} with {row['second']}", cell(float(row["S2"])),
             span(row["S2_low"], row["S2_high"], figure))
            for row in found.pairs.head(10).to_dict("records")
        ]  # fmt: skip
        caption = "Second order: what two do together beyond each alone"
        parts.append(grid(caption, ("pair", "S2", "95 %"), pairs))
    for name in _names(digest)[:PICTURED]:
        if name not in digest.inputs:
            continue
        worse = digest.table(name)
        worse = worse[worse["path"] == "clashes or worse"]
        if worse.empty:
            continue
        ends = worse.iloc[[0, -1]]
        words = " to ".join(f"{percent(r['share'])} at {r['group']}" for r in ends.to_dict("records"))
        parts.append(
            drawn(lambda name=name: plots.stacked(digest, name),  # type: ignore[misc]
                  f"Shares of classes by {name}; clashes or worse go from {words}.",
                  f"Shares of classes by {name}, in quarters of its range or by its values.")
        )  # fmt: skip
    return parts


def _boxes(digest: Digest) -> list[Part]:
    parts: list[Part] = [
        Text(f"Cases in which {digest.where.text}: {digest.overall.met:,} of {digest.overall.inside:,}, "
             f"{_fit(digest.overall)}.")
    ]  # fmt: skip
    found = digest.boxes
    if not found:
        return [*parts, Text(digest.notes.get("boxes", ""), "note")]
    rows = []
    for number, one in enumerate(found, 1):
        fresh = "–" if one.fresh is None else _fit(one.fresh)
        rows.append((f"box {number}", " and ".join(map(str, one.limits)), share(one.fit.density),
                     span(*one.fit.interval), share(one.fit.coverage), one.fit.inside, fresh))  # fmt: skip
    first = found[0]
    words = " and ".join(map(str, first.limits))
    return [
        *parts,
        grid("Boxes (PRIM); density: of the cases inside; coverage: of all that meet it",
             ("box", "where", "density", "95 %", "coverage", "cases", "density on cases held back"), rows),
        drawn(lambda: plots.box(digest, first),
              f"Cases by two inputs; inside the box, {words}, {percent(first.fit.density)} meet the "
              f"condition, against {percent(digest.overall.density)} of all.", f"The first box: {words}."),
        drawn(lambda: plots.peeling(first),
              f"Peeling trajectory; the chosen box has density {percent(first.fit.density)} at coverage "
              f"{percent(first.fit.coverage)}.", "What density costs in coverage; darker: more limits."),
        Text("A box describes where it happens in this design; it is no cause by itself. As an experiment "
             "on fresh points: panj discover … -o box.yaml.", "note"),
    ]  # fmt: skip


def _comparison(digest: Digest) -> list[Part]:
    found = digest.policies
    if not digest.study.experiment.levers:
        return [Text("The experiment has no levers.", "note")]
    if found is None:
        return [Text(f"Cannot be told: {digest.notes['policies']}.", "note")]
    contrasts = [
        (f"{r['lever']}: {r['against']} → {r['alternative']}", r["outcome"], cell(float(r["effect"])),
         span(r["low"], r["high"], figure), cell(float(r["variance_ratio"])))
        for r in digest.contrasts.to_dict("records")[:MOST_ROWS]
    ]  # fmt: skip
    parts: list[Part] = [
        grid("What each alternative changes against the first, all else and the draws being equal",
             ("change", "outcome", "effect", "95 %", "worth × runs"), contrasts),
    ]  # fmt: skip
    best = [name for name, front in zip(found.policies, found.pareto, strict=True) if front]
    parts.append(
        drawn(lambda: plots.tradeoff(found),
              f"Policies by share of clashes or worse and approval; nothing beats {', '.join(best[:4])}.",
              "Trade-off between risk, approval and refugees helped: means over worlds.")
    )  # fmt: skip
    for goal, table in zip(found.goals, found.tables, strict=True):
        write = percent if goal.asked.unit == "share" else figure
        rows = [
            [name, *(_written(float(row[key]), write) for key in
                     ("mean", "worst", "regret", "regret_90", "hurwicz", "mean_variance")),
             share(row["satisficing"]), bool(front)]
            for name, front, row in zip(found.policies, found.pareto, table.to_dict("records"), strict=True)
        ]  # fmt: skip
        parts.append(
            grid(f"{goal.words} ({goal.asked.unit}), over {found.worlds:,} worlds",
                 ("policy", "mean", "worst", "largest regret", "90 % regret", "Hurwicz",
                  "mean less deviation", "good enough in", "on the front"), rows)
        )  # fmt: skip
    words = [
        f"Least regret in clashes or worse: {found.favourite}; "
        f"it is not the best in {percent(found.loses)} of worlds."
    ]
    words += [
        f"It loses rather where {one.name} is about {one.losing} than {one.winning} "
        f"(distance {one.distance:.2f}, p = {one.chance:.2g})."
        for one in found.undone[:3]
    ]
    if found.dropped:
        words.append(f"{found.dropped:,} worlds left out because a policy has no sound run there.")
    return [*parts, Points(tuple(words))]


def _written(value: float, write: object) -> object:
    return share(value) if write is percent else cell(value)


def _again(study: Study, folder: str) -> list[Part]:
    experiment = study.experiment
    shipped = [name for name in catalogue.experiment_names() if load_experiment(name).hash == experiment.hash]
    name = shipped[0] if shipped else "EXPERIMENT"
    words = f"The same file (hash {experiment.hash[:8]}) and version give the same tables"
    if not shipped:
        words = f"EXPERIMENT is the file of this study, as {folder}/result.json holds it. {words}"
    return [
        Text(f"panj sweep {name} --out {folder}", "code"),
        Text(f"{words}; this page comes from them by: panj report {folder}", "note"),
    ]
