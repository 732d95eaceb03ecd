"""The three sentences at the head of a page about a sweep, built from its figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.answers import by_group, effects
from sim.analysis.answers.digest import RISK, Digest
from sim.analysis.deciding import cases as of_study
from sim.analysis.deciding.boxes import Fit
from sim.model.registry import load
from sim.views.report.parts import alike, between, span
from sim.views.text import percent

#: A table of more cases than this is no list to be read.
MOST_CASES = 100


def sentences(digest: Digest) -> list[str]:
    """Return what happens, what decides it, and what to do or under which conditions it tips."""
    if not len(digest.sound):
        if digest.study.condition is not None and not len(digest.runs):
            return [f"No run meets “{digest.study.condition}”, so there is no answer."]
        return ["Every run failed, so there is no answer; the outcomes say in 'failure' where and why."]
    return [_first(digest), _second(digest), _third(digest)]


def _first(digest: Digest) -> str:
    top = largest(digest.shares())
    total = float((digest.sound["path"].isin(RISK.names)).mean())
    of = f"{len(digest.sound):,} runs"
    if digest.study.condition is not None:
        of += f" in which {digest.study.condition}"
    return (
        f"Under these assumptions, {percent(total)} of {of} end in clashes or worse, "
        f"most often in {top['path']} ({_with(top)}){_from_case_to_case(digest)}."
    )


def _from_case_to_case(digest: Digest) -> str:
    risk = digest.risk
    drawn = np.repeat(of_study.apart(digest.study), len(digest.study.setup.settings)) & (risk.runs > 0)
    runs = risk.runs[drawn]
    low, high = by_group.between(digest, np.round(risk.value[drawn] * runs), runs)
    if not np.isfinite(low):
        return ""
    ends = f"between {percent(low)} and {percent(high)}"
    return f"; from case to case the share lies {ends} (90 % of {len(runs):,} cases, chance taken out)"


def clear_names(digest: Digest) -> list[str]:
    """Return the names of what varies that move the share of clashes or worse beyond chance."""
    if (apart := case_by_case(digest)) is None:
        return [] if digest.drivers is None else list(digest.drivers.clear)
    clear = set(apart.loc[(apart["low"] > 0) | (apart["high"] < 0), "group"])
    cases = [number for number, one in enumerate(digest.by("case")) if one.name in clear]
    first = digest.inputs.iloc[0]
    return [name for name in map(str, digest.inputs) if any(digest.inputs[name].iloc[cases] != first[name])]


def largest(table: pd.DataFrame) -> dict[str, Any]:
    """Return the row of the largest share."""
    found = max(table.to_dict("records"), key=lambda row: row["share"])
    return {str(key): value for key, value in found.items()}


def _with(row: dict[str, Any]) -> str:
    text = percent(float(row["share"]))
    return text if row["low"] != row["low"] else f"{text}, {span(row['low'], row['high']).text}"


def case_by_case(digest: Digest) -> pd.DataFrame | None:
    """Return what each case of a table adds to the first on the same draws, the largest change first.

    None where the cases are no table, or too many to be told one by one, or no two share their draws.
    """
    if digest.study.experiment.method != "cases" or len(digest.inputs) > MOST_CASES:
        return None
    found = effects.effects(digest, "case", digest.by("case"), [RISK])
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


def _named(name: str) -> str:
    known = {**load().parameters, **load().world}
    return f"{name} ({known[name].meaning})" if name in known else name


def _third(digest: Digest) -> str:
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
