"""The three sentences at the head of a page, built from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.answers import effects
from sim.analysis.answers.digest import RISK, Digest
from sim.analysis.answers.shares import SHOWN, shares
from sim.analysis.deciding.boxes import Fit
from sim.analysis.deciding.correlates import Correlate
from sim.analysis.groups import Group
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.study.tables import reached
from sim.views.numbers import counted, percent, signed
from sim.views.report.parts import alike, between, span

#: A table of more cases than this is no list to be read.
MOST_CASES = 100


def sentences(digest: Digest) -> list[str]:
    """Return where runs end, what decides it, and what to do, when it tips, or what happens on the way."""
    runs = digest.runs
    if not len(runs.rows):
        if runs.condition is not None:
            return [f"No run meets “{runs.condition}”, so there is no answer."]
        return ["No block is done yet, so there is no answer; panj sweep carries on where it stopped."]
    if not len(runs.sound):
        return ["Every run failed, so there is no answer; the outcomes say in 'failure' where and why."]
    return [_first(digest), _second(digest), _third(digest)]


def told(digest: Digest, most: int) -> list[Group]:
    """Return the groups that a page tells apart: the usual ones, or all cases at once if these are many."""
    groups = digest.runs.groups()
    if len(groups) <= most:
        return groups
    return [Group("all cases", np.ones(len(digest.runs.cases), bool))]


def _first(digest: Digest) -> str:
    runs = digest.runs
    whole = runs.groups()[0] if runs.whole == "parts" else Group("", np.ones(len(runs.cases), bool))
    table = shares(runs, [whole])
    if table.empty:
        return "No run at the defaults is sound, so they give no answer; the tables below say what others do."
    first, second, *_ = (
        table[table["path"].isin(PATHS)].sort_values("share", ascending=False).to_dict("records")
    )
    risk = table[table["path"] == SHOWN[-1]].iloc[0].to_dict()
    which = f" {whole.name}" if whole.name else ""
    which += "" if runs.condition is None else f" in which {runs.condition}"
    also = f", {_with(second)} in {second['path']}" if second["share"] > 0 else ", and none anywhere else"
    return (
        f"Under these assumptions, {_with(first)} of {counted(first['runs'], 'run')}{which} end in "
        f"{first['path']}{also}; {_with(risk)} in clashes or worse{_from_case_to_case(digest)}."
    )


def _from_case_to_case(digest: Digest) -> str:
    risk = digest.risk
    drawn = digest.apart & (risk.runs > 0)
    many = risk.runs[drawn].astype(np.float64)
    ends = digest.runs.between(np.round(risk.value[drawn] * many), many)
    if not np.isfinite(ends.low):
        return ""
    words = f"between {percent(ends.low)} and {percent(ends.high)}"
    return f"; from case to case the share lies {words} (90 % of {len(many):,} cases, chance taken out)"


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


def largest(table: pd.DataFrame) -> dict[str, Any]:
    """Return the row of the largest share."""
    found = max(table.to_dict("records"), key=lambda row: row["share"])
    return {str(key): value for key, value in found.items()}


def _with(row: Mapping[Any, Any]) -> str:
    text = percent(float(row["share"]))
    return text if row["low"] != row["low"] else f"{text} ({span(row['low'], row['high']).text})"


def case_by_case(digest: Digest) -> pd.DataFrame | None:
    """Return what each case of a table adds to the first on the same draws, the largest change first.

    None where the cases are no table, or too many to be told one by one, or no two share their draws.
    """
    if not digest.runs.listed or len(digest.runs.cases) > MOST_CASES:
        return None
    found = effects.effects(digest.runs, "case", digest.runs.groups("case"), [RISK])
    return None if found.empty else found.sort_values("effect", key=lambda x: -x.abs(), kind="stable")


def _one_by_one(apart: pd.DataFrame) -> str:
    top = apart.iloc[0]
    low, high = (100 * float(top[end]) for end in ("low", "high"))
    write = alike(low, high)
    words = f"{write(100 * float(top['effect']))} points, {between(low, high, write)}"
    clear = int(((apart["low"] > 0) | (apart["high"] < 0)).sum())
    return (
        f"Of the {len(apart):,} cases, {top['group']} changes that share most against the first, on the same "
        f"draws ({words}); {clear:,} change it beyond chance, one at a time."
    )


def _second(digest: Digest) -> str:
    if digest.runs.whole == "parts":
        return _moved(digest.correlates)
    if (apart := case_by_case(digest)) is not None:
        return _one_by_one(apart)
    found = digest.drivers
    if found is None:
        return f"What decides that share cannot be told: {digest.notes['drivers']}."
    chance = (
        f"; chance makes {percent(found.seed_share)} of the variance of a single run"
        if np.isfinite(found.seed_share)
        else ""
    )
    if not found.clear:
        return (
            f"None of the {len(found.indices) - 1 + found.weaker} uncertainties stands out from a dummy that "
            f"does nothing ({found.method} indices){chance}."
        )
    names = " and then ".join(_named(name) for name in found.clear[:2])
    shaky = "; half the sample says otherwise, so a larger design may too" if found.settled is False else ""
    return f"What decides that share most is {names} ({found.method} indices){shaky}{chance}."


def _moved(moved: list[Correlate]) -> str:
    if not moved:
        return "What the assumptions leave open was not run, or too little of it to tell what decides it."
    if not moved[0].clear:
        return "No single uncertain value stands out as moving that share at this number of cases."
    top = moved[0]
    return (
        f"Of everything uncertain, {top.name} moves that share most "
        f"(rank correlation {signed(top.correlation)} over {top.cases:,} cases)."
    )


def _named(name: str) -> str:
    known = {**load().parameters, **load().world}
    return f"{name} ({known[name].meaning})" if name in known else name


def _third(digest: Digest) -> str:
    if not digest.runs.levers and not digest.runs.designed:
        rows = digest.runs.sound[digest.runs.sample[digest.runs.sound["case"].to_numpy()]]
        blood, talks = rows["blood"].mean(), reached(rows["first_rapprochement_3"]).mean()
        said = f"{percent(blood)} see a deadly clash at some time, {percent(talks)} official talks."
        return f"Of these runs, {said}"
    if (policies := digest.policies) is not None and len(policies.policies) > 1:
        index = policies.policies.index(policies.favourite)
        row = policies.tables[0].iloc[index]
        words = (
            f"Of the {len(policies.policies)} policies, {policies.favourite} has the least regret in clashes "
            f"or worse (at most {percent(float(row['regret']))} over {policies.worlds:,} worlds)"
        )
        if policies.clear:
            one = policies.clear[0]
            words += f"; it loses where {one.name} is about {one.losing} rather than {one.winning}"
        return words + "."
    if digest.boxes:
        box = digest.boxes[0]
        return (
            f"Where {' and '.join(map(str, box.limits))}, {dense(box.fresh or box.fit)} of cases meet "
            f"“{digest.where.text}”, against {dense(digest.overall)} of all."
        )
    return (
        f"{dense(digest.overall)} of cases meet “{digest.where.text}”; no box of conditions sets them apart."
    )


def dense(one: Fit) -> str:
    """Write a density with its interval."""
    low, high = one.interval
    return f"{percent(one.density)} ({span(low, high).text})"
