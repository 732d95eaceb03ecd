"""The sections of a page about a result, an ensemble's or a sweep's; those that do not apply are left out."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sim.analysis.answers import over_time, shares
from sim.analysis.answers.digest import CORNERS, Digest
from sim.analysis.answers.odds import ARTICLE, FIGURES, odds
from sim.analysis.answers.quantities import quantities
from sim.analysis.groups import Group
from sim.model.outcomes import PATHS
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.views.numbers import percent
from sim.views.pages import odds as two_odds
from sim.views.plots.draw.course import FIRSTS
from sim.views.report import answer, choices, reasons, rules, search, simulated, trust
from sim.views.report.parts import Part, Points, Section, Text, cell, figure, folded, grid, share, span
from sim.views.report.typical import typical
from sim.views.report.words import vocabulary

#: Sections by their anchor: a title, and what makes the parts.
Chapters = dict[str, tuple[str, Callable[[], list[Part]]]]
#: Made last: its libraries take a hundred megabytes, which then do not stand beside what the others need.
LAST = "boxes"
#: Groups whose shares are told in a table; of more, the picture tells.
MOST_GROUPS = 12


def sections(digest: Digest, folder: str) -> list[Section]:
    """Return the sections of a page about a result: the answer and what it rests on, then appendices."""
    runs = digest.runs
    content: Chapters = {
        "answer": ("The answer", lambda: answer.answered(digest)),
        "run": ("What was simulated", lambda: simulated.simulated(runs)),
        "choices": ("What each alternative does", lambda: choices.choices(digest) if len(runs.sound) else []),
        "search": ("What the search found", lambda: search.search(digest) if len(runs.sound) else []),
        "drivers": ("What decides it", lambda: reasons.deciding(digest) if len(runs.sound) else []),
        "trust": ("How far to trust it", lambda: trust.trust(digest)),
        "again": ("How to make it again", lambda: simulated.again(digest.source, folder)),
    }
    appendices: Chapters = {
        "paths": ("Where runs end", lambda: _paths(digest)),
        "odds": ("Two odds", lambda: _odds(digest)),
        "time": ("The course of things", lambda: _time(digest)),
        "robustness": ("Which choice holds up", lambda: choices.robustness(digest)),
        "indices": (
            "What decides it, in full",
            lambda: reasons.drivers(digest) if reasons.ranked(digest) else [],
        ),
        "readings": ("How the article is read", lambda: _readings(digest)),
        "boxes": ("Where it happens", lambda: reasons.boxes(digest, folder) if runs.designed else []),
        "rules": ("Rules and paragraphs that mattered", lambda: rules.mattered(answer.clear_names(digest))),
        "stories": ("Typical runs, told", lambda: typical(digest, folder)),
        "uncertain": ("What is uncertain", lambda: _uncertain(digest)),
    }
    wanted = content | (appendices if len(runs.rows) else {})
    made = {name: wanted[name][1]() for name in sorted(wanted, key=lambda name: name == LAST)}
    whole = [Section(name, title, made[name], name in appendices) for name, (title, _) in wanted.items()]
    whole.append(Section("words", "Words", vocabulary(whole), True))
    return [one for one in whole if one.parts]


def _uncertain(digest: Digest) -> list[Part]:
    source = digest.source
    return (
        [simulated.uncertain(source.experiment)]
        if isinstance(source, Study) and source.experiment.laws
        else []
    )


# What came of it


def _paths(digest: Digest) -> list[Part]:
    runs = digest.runs
    groups = answer.told(digest, MOST_GROUPS)
    table = shares.shares(runs, groups)
    if table.empty:
        return [Text("No valid run.", "note")]
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
        # Where nothing is compared, this is the picture of the answer.
        *([answer.picture(digest, "paths", bars, answer.WHERE)] if runs.compared else []),
        folded(grid("Shares of classes, and how sure they are", head, rows), 36),
        folded(
            grid(
                "The same shares where classes are tried in another order (a run may fit several)",
                ("group", "class", *shares.ORDERS),
                ordered,
            ),
            20,
        ),
        answer.picture(
            digest, "joint", _joint_alt(digest, groups), "The two ladders together: a run may climb both."
        ),
    ]
    if runs.levers or runs.conditions:
        words = "Shares of classes, by alternative (number of runs); the whisker is clashes or worse."
        parts.append(answer.picture(digest, "shares", _by_group_alt(table), words))
    if runs.sample.sum() > 1:
        ends = np.nanmean(digest.corners[runs.sample], axis=0)
        three = ", ".join(f"{percent(share)} {name}" for name, share in zip(CORNERS, ends, strict=True))
        words = "Each dot is one or more cases by the shares of their runs; crosses are means."
        alt = f"Cases in a triangle of three ends; the mean case has {three}."
        parts.append(answer.picture(digest, "ternary", alt, words))
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
        return [Text("No valid run.", "note")]
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
        answer.picture(
            digest,
            "incidence",
            f"Share of runs with a first clash and with first talks, by week; by the end {'; '.join(ends)}.",
            "By when: the share of runs in which it has happened.",
        ),
        answer.picture(
            digest,
            "ladders",
            f"Shares of runs on each of 6 rungs of the two ladders, over {runs.weeks} weeks.",
            "The two ladders over time.",
        ),
    ]
    if runs.bands:
        alt = f"Median, half and nine tenths of {runs.bands} for weekly values over {runs.weeks} weeks."
        kind = {"runs": "fan", "cases": "bands"}[runs.bands]
        parts.append(
            answer.picture(digest, kind, alt, "The course of things; ¶ marks figures of the article.")
        )
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
    sentence = f"Between readings, the share of clashes or worse lies from {percent(low)} to {percent(high)}."
    return [
        grid("Shares under each reading of the article", ("reading", *shares.SHOWN), rows),
        Points((sentence,)),
    ]
