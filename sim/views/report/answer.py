"""The answer at the head of a page: the finding first, its range, what decides it, one chart."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.analysis.answers import effects
from sim.analysis.answers.digest import RISK, Digest
from sim.analysis.answers.headline import Change
from sim.analysis.answers.shares import shares
from sim.analysis.deciding.boxes import Fit
from sim.analysis.deciding.correlates import Correlate
from sim.analysis.groups import Group
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.study.questions import Estimand
from sim.study.tables import reached
from sim.views.finding import compared, findings, questions
from sim.views.numbers import percent, signed
from sim.views.plots import KINDS, style
from sim.views.plots.draw.pairs import forest
from sim.views.plots.sheets.sheet import InapplicableError
from sim.views.report.parts import Part, Points, Text, alike, drawn, span

#: A table of more cases than this is no list to be read.
MOST_CASES = 100
#: Panels and rows of the chart of changes.
PANELS, ROWS = 3, 20
#: How the chart of changes is read.
CHANGES = (
    "What each alternative changes against the first given the same, on the same parameter sets and the same "
    "chance: means with 95 % intervals, filled where they leave out 0."
)
#: How the bars of classes are read.
WHERE = (
    "Where a run ends: its last 26 weeks. Grey: from case to case, without Monte Carlo noise. Whiskers: 95 %."
)


def answered(digest: Digest) -> list[Part]:
    """Return the answer: the finding, what is found given other conditions, ranges, causes, a chart."""
    runs = digest.runs
    if not len(runs.rows):
        return [
            Text(
                "No block is done yet, so there is no answer; panj sweep carries on where it stopped.",
                "answer",
            )
        ]
    if not len(runs.sound):
        words = "Every run failed, so there is no answer; the outcomes say in 'failure' where and why."
        return [Text(words, "answer")]
    contrasts = compared(runs)
    first, *others = findings(runs)
    given = next(
        (one for one in digest.given if contrasts and one.condition == contrasts[0].condition), digest
    )
    which = "" if runs.condition is None else f"Of the runs in which {runs.condition}: "
    parts: list[Part] = [Text(f"{which}{first}", "answer")]
    if others:
        parts.append(Points(tuple(others)))
    return [
        *parts,
        Text(f"{_ranges(digest, contrasts[0] if contrasts else None)} {_decides(given)}".strip()),
        chart(digest),
    ]


def told(digest: Digest, most: int) -> list[Group]:
    """Return the groups that a page tells apart: the usual ones, or the conditions if these are many."""
    groups = digest.runs.groups()
    if len(groups) <= most:
        return groups
    return [Group(one.name or "all cases", one.cases) for one in digest.runs.given()]


def chart(digest: Digest) -> Part:
    """Return the one picture of the answer: what alternatives change, or where runs end."""
    runs = digest.runs
    asked = questions(runs)[:PANELS]
    if runs.compared and len(table := _furthest(effects.effects(runs, runs.usual, runs.groups(), asked))):
        rows = table[table["question"] == str(asked[0])].to_dict("records")
        top = max(rows, key=lambda row: abs(float(row["effect"])))
        write = alike(float(top["low"]), float(top["high"]))
        alt = (
            f"Changes against the first alternative with 95 % intervals; the largest of {asked[0].label} is "
            f"{write(float(top['effect']))} ({asked[0].unit}), with {top['group']}."
        )
        return drawn(lambda: _forests(table, asked), alt, CHANGES)
    table = shares(runs)
    most_often = largest(table[table["path"].isin(PATHS)])
    alt = (
        f"Bars of the share of runs by class; {most_often['path']} is the largest with "
        f"{percent(most_often['share'])}."
    )
    return picture(digest, "paths", alt, WHERE)


def picture(digest: Digest, kind: str, alt: str, caption: str) -> Part:
    """Return a picture that leads with its finding, or why there is none."""
    try:
        sheet = KINDS[kind](digest, None)
    except InapplicableError as error:
        return Text(f"No picture here: {error}.", "note")
    return drawn(lambda: sheet.figure, f"{sheet.finding}. {alt}", caption)


def _furthest(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the alternatives with the largest effects on what is asked first."""
    first = table[table["question"] == table["question"].iloc[0]] if len(table) else table
    names = first.loc[first["effect"].abs().sort_values(ascending=False).index[:ROWS], "group"]
    return table[table["group"].isin(set(names))]


def _forests(table: pd.DataFrame, asked: Sequence[Estimand]) -> Figure:
    """Draw what alternatives change, a panel a question."""
    high = 0.24 * table["group"].nunique() + 0.25
    margins = (2.5, 0.25, 0.6, 0.6)
    figure, panels = style.sheet((8.6, high + 1.2), (1, len(asked)), margins=margins, gaps=(0.3, 0))
    for k, (question, ax) in enumerate(zip(asked, panels, strict=True)):
        forest(table[table["question"] == str(question)], ax)
        ax.set_title(textwrap.fill(style.sentence(question.label), 24), fontsize=9)
        ax.set_xlabel("percentage points" if question.unit == "share" else question.unit)
        ax.tick_params(labelleft=k == 0)
    return figure


def _ranges(digest: Digest, lead: Change | None) -> str:
    """Return how far the finding lies from one set of values to the next, and what else the runs see."""
    if lead is not None:
        asked = questions(digest.runs)[0]
        pairs = [(one, _from_case_to_case(digest, asked, one.cases)) for one in (lead.first, lead.other)]
        ends = " and ".join(f"{words} with “{one.short}”" for one, words in pairs if words)
        given = f"Given {lead.condition}, from" if lead.condition else "From"
        return (
            f"{given} one parameter set to the next the {asked.label} lies {ends} (90 % of sets)."
            if ends
            else ""
        )
    runs = digest.runs
    rows = runs.part(Group("", runs.sample)).rows
    risk, blood = rows["path"].isin(RISK.names).mean(), rows["blood"].mean()
    talks = reached(rows["first_rapprochement_3"]).mean()
    ends = _from_case_to_case(digest, RISK, runs.sample)
    return (
        f"{percent(risk)} end in clashes or worse{f' ({ends} in 90 % of parameter sets)' if ends else ''}, "
        f"{percent(blood)} see a deadly clash at some time, {percent(talks)} official talks."
    )


def _from_case_to_case(digest: Digest, asked: Estimand, cases: NDArray[np.bool_]) -> str:
    """Write where 90 % of cases lie without Monte Carlo noise; nothing where that cannot be told."""
    if asked.unit != "share":
        return ""
    table = digest.by_case(asked)
    apart = digest.apart & cases & (table.runs > 0)
    many = table.runs[apart].astype(np.float64)
    ends = digest.runs.between(np.round(table.value[apart] * many), many)
    # Ends that are one number say that nothing between cases could be told from chance, not that nothing is.
    return f"between {percent(ends.low)} and {percent(ends.high)}" if ends.low < ends.high else ""


def clear_names(digest: Digest) -> list[str]:
    """Return the names of what varies that move the share of clashes or worse beyond chance."""
    if digest.runs.whole == "parts":
        return [one.name for one in digest.correlates if one.clear]
    if (apart := case_by_case(digest)) is None:
        return [] if digest.drivers is None else list(digest.drivers.clear)
    clear = set(apart.loc[(apart["low"] > 0) | (apart["high"] < 0), "group"])
    cases = [number for number, one in enumerate(digest.runs.groups("case")) if one.name in clear]
    first = digest.runs.cases.iloc[0]
    return [
        name
        for name in map(str, digest.runs.cases)
        if any(digest.runs.cases[name].iloc[cases] != first[name])
    ]


def case_by_case(digest: Digest) -> pd.DataFrame | None:
    """Return what each case of a table adds to the first on the same draws, the largest change first.

    None where the cases are no table, or too many to be told one by one, or no two share their draws.
    """
    if not digest.runs.listed or len(digest.runs.cases) > MOST_CASES:
        return None
    table = effects.effects(digest.runs, "case", digest.runs.groups("case"), [RISK])
    return None if table.empty else table.sort_values("effect", key=lambda x: -x.abs(), kind="stable")


def _decides(digest: Digest) -> str:
    """Return what decides the share of clashes or worse, in a sentence."""
    if digest.runs.whole == "parts":
        return _moved(digest.correlates)
    if (apart := case_by_case(digest)) is not None:
        clear = int(((apart["low"] > 0) | (apart["high"] < 0)).sum())
        return f"Of the {len(apart):,} cases, {clear:,} change clashes or worse beyond chance, one at a time."
    ranking = digest.drivers
    if ranking is None:
        return f"What decides clashes or worse cannot be told: {digest.notes['drivers']}."
    given = f"Given {digest.condition}, " if digest.condition else ""
    chance = ""
    if np.isfinite(ranking.seed_share):
        chance = f"; chance makes {percent(ranking.seed_share)} of the variance of a single run"
    if not ranking.clear:
        many = len(ranking.indices) - 1 + ranking.weaker
        words = f"{given}none of {many} uncertain values stands out: {_few(digest)}"
        return f"{words[0].upper()}{words[1:]}{chance}."
    names = " and then ".join(_named(name) for name in ranking.clear[:2])
    shaky = "; half the sample says otherwise, so a larger design may too" if ranking.settled is False else ""
    words = f"{given}what decides clashes or worse most is {names} ({ranking.method} indices){shaky}{chance}"
    return f"{words[0].upper()}{words[1:]}."


def _few(digest: Digest) -> str:
    return f"too few parameter sets ({int(digest.drivers.groups):,}) to rank them" if digest.drivers else ""


def _moved(moved: list[Correlate]) -> str:
    if not moved:
        return "What the assumptions leave open was not run, or too little of it to tell what decides it."
    if not moved[0].clear:
        return "No single uncertain value stands out as moving clashes or worse at this number of cases."
    top = moved[0]
    return (
        f"Of everything uncertain, {_named(top.name)} moves clashes or worse most "
        f"(rank correlation {signed(top.correlation)} over {top.cases:,} cases)."
    )


def _named(name: str) -> str:
    known = {**load().parameters, **load().world}
    return f"{name} ({known[name].meaning})" if name in known else name


def dense(one: Fit) -> str:
    """Write a density with its interval."""
    low, high = one.interval
    return f"{percent(one.density)} ({span(low, high).text})"


def largest(table: pd.DataFrame) -> dict[str, Any]:
    """Return the row of the largest share."""
    most = max(table.to_dict("records"), key=lambda row: row["share"])
    return {str(key): value for key, value in most.items()}
