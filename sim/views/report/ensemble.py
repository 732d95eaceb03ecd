"""The sections of a page about one scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.answers import distributions
from sim.analysis.answers.odds import ARTICLE, FIGURES, odds
from sim.analysis.answers.questions import WORSE
from sim.analysis.deciding.correlates import Correlate, correlates
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.study.results.result import Result
from sim.views.pages import odds as two_odds
from sim.views.plots import gallery
from sim.views.report.common import Made, limits, mattered, only, reproduce, versions
from sim.views.report.parts import (
    Part,
    Points,
    Section,
    Text,
    cell,
    drawn,
    figure,
    grid,
    share,
    span,
)
from sim.views.report.why import typical
from sim.views.text import percent

PARTS = {"defaults": "at the defaults", "plausible": "across plausible parameters"}


def sections(result: Result, folder: str) -> Made:
    """Return title, question and sections of a page about an ensemble."""
    spec = result.spec
    defaults, plausible = result.part("defaults"), result.part("plausible")
    moved = correlates(result)
    clear = [one.name for one in moved if one.clear]
    failed = int(result.outcomes["failure"].notna().sum())
    return (
        spec.title,
        spec.question,
        [
            Section("answer", "The answer", _answer(result, defaults, plausible, moved)),
            Section("run", "What was run", _run(result, failed)),
            Section("paths", "Where runs end", _paths(result, defaults, plausible)),
            Section("odds", "Two odds", _odds(result)),
            Section("time", "The course of things", _time(result, defaults)),
            Section("drivers", "What moves it", _drivers(result, moved)),
            Section("readings", "How the article is read", _readings(result)),
            Section("rules", "Rules and paragraphs that mattered", mattered(clear)),
            Section("stories", "Typical runs, told", typical(result, folder)),
            Section("limits", "What this cannot say", limits(*only(result.condition))),
            Section("again", "How to make it again", reproduce(result, folder)),
        ],
    )


def _answer(
    result: Result, defaults: pd.DataFrame, plausible: pd.DataFrame, moved: list[Correlate]
) -> list[Part]:
    sound = distributions.sound(defaults)
    if not len(defaults):
        return [Text(f"No run at the defaults meets “{result.condition}”, so they give no answer.", "answer")]
    if not len(sound):
        return [
            Text(
                "Every run at the defaults failed, so there is no answer; the table of outcomes "
                "says in its column 'failure' where and why.",
                "answer",
            )
        ]
    table = distributions.shares(defaults)
    order = table.sort_values("share", ascending=False, kind="stable")
    first, second = order.iloc[0], order.iloc[1]
    which = "" if result.condition is None else f" in which {result.condition}"
    one = f"Under these assumptions, {_share(first)} of {len(sound):,} runs{which} end in {order.index[0]}"
    one += f", {_share(second)} in {order.index[1]}." if second["share"] > 0 else ", and none anywhere else."
    two = _risk(defaults, "At the defaults, ")
    rows = distributions.sound(plausible)
    if len(rows):
        bad = rows["path"].isin(WORSE)
        counted = bad.groupby(rows["case"]).agg(["sum", "size"])
        wide = distributions.between_cases(counted["sum"].to_numpy(), counted["size"].to_numpy())
        if np.isfinite(wide.case_low):
            two = two[:-1] + (
                f"; across plausible parameters the share lies between {percent(wide.case_low)} and "
                f"{percent(wide.case_high)} (90 % of cases)."
            )
    if moved and moved[0].clear:
        top = moved[0]
        three = (
            f"Of everything uncertain, {top.name} moves that share most "
            f"(rank correlation {top.correlation:+.2f} over {top.cases:,} cases)."
        ).replace("-", "−")
    elif moved:
        three = "No single uncertain value stands out as moving that share at this number of cases."
    else:
        three = "What the assumptions leave open was not run, so only chance is in these intervals."
    return [Text(words, "answer") for words in (one, two, three)]


def _share(row: pd.Series[Any]) -> str:
    return f"{percent(row['share'])} ({span(row['low'], row['high']).text})"


def _risk(defaults: pd.DataFrame, lead: str) -> str:
    rows = distributions.sound(defaults)
    n = len(rows)
    bad, blood = int(rows["path"].isin(WORSE).sum()), int(rows["blood"].sum())
    talks = int(rows["first_rapprochement_3"].notna().sum())
    low, high = (float(one) for one in distributions.wilson(bad, n))
    return (
        f"{lead}{percent(bad / n)} of runs ({span(low, high).text} by chance) end in clashes or worse, "
        f"{percent(blood / n)} see a deadly clash at some time, {percent(talks / n)} official talks."
    )


def _run(result: Result, failed: int) -> list[Part]:
    spec = result.spec
    own = ", ".join(f"{k} = {v:g}" for k, v in {**spec.world, **spec.parameters}.items())
    rows = [
        ("Scenario", f"{spec.title} ({spec.hash[:16]})"),
        ("Start and length", f"{spec.start}, {spec.weeks} weeks, {spec.citizens:,} citizens"),
        (
            "Runs",
            f"{result.runs:,} at the defaults"
            + (
                f", {result.runs:,} across plausible parameters ({len(result.design):,} cases)"
                if len(result.design)
                else ""
            ),
        ),
        ("Seed", str(result.seed)),
        ("Reading", spec.reading or "as read"),
        *([("Rules", "every rule off")] if spec.rules == "off" else []),
        ("Set by the scenario", own or "nothing beyond the defaults"),
        ("Events", ", ".join(one.name for one in spec.events) or "none"),
        ("Commitments", ", ".join(f"{one.actor}: {one.instrument}" for one in spec.commitments) or "none"),
        ("Failed runs", f"{failed:,}" + ("; they count nowhere" if failed else "")),
        versions(result.identity),
    ]
    if result.condition is not None:
        counts = (f"{len(result.part(part)):,} {words}" for part, words in PARTS.items())
        rows.insert(3, ("Only runs where", f"{result.condition}: {', '.join(counts)}"))
    return [grid("What determines these numbers", ("what", "value"), rows)]


def _paths(result: Result, defaults: pd.DataFrame, plausible: pd.DataFrame) -> list[Part]:
    table = distributions.shares(defaults)
    wide = distributions.spread(plausible) if len(result.design) else None
    n = len(distributions.sound(defaults))
    rows = []
    for name in PATHS:
        row = table.loc[name]
        cells: list[object] = [name, share(row["share"]), span(row["low"], row["high"]), share(row["blood"])]
        if wide is not None:
            one = wide.loc[name]
            cells += [share(one["share"]), span(one["case_low"], one["case_high"])]
        rows.append(cells)
    head = ["class", "share", "95 % by chance", "of it with blood"]
    head += ["mean over cases", "90 % of cases"] if wide is not None else []
    top = table["share"].idxmax() if n else None
    alt = (
        f"Bars of the share of runs by class; {top} is the largest with {percent(table['share'].max())}."
        if top
        else "No run to show: there is no sound run at the defaults."
    )
    parts: list[Part] = [
        drawn(
            lambda: gallery.KINDS["paths"](result),
            alt,
            "Where a run ends: its last 26 weeks. Light bars: the range across plausible parameters. "
            "Whiskers: chance alone.",
        ),
        grid(f"Shares of classes; {n:,} runs at the defaults", head, rows),
    ]
    orders = distributions.orders(defaults)
    if n:
        parts.append(
            grid(
                "The same shares where classes are tried in another order (a run may fit several)",
                ("class", *orders.columns),
                [[name, *(share(value) for value in orders.loc[name])] for name in PATHS],
            )
        )
        parts.append(
            drawn(
                lambda: gallery.KINDS["joint"](result),
                _joint_alt(defaults),
                "The two ladders together: a run may climb both.",
            )
        )
    return parts


def _odds(result: Result) -> list[Part]:
    both = odds(result)
    if both is None:
        return [Text("Nothing was run across plausible parameters, so there are no two odds.", "note")]
    return [
        grid(
            f"{FIGURES[0].upper()}{FIGURES[1:]}, and {ARTICLE}",
            ("class", *two_odds.columns(both)),
            two_odds.rows(both),
        ),
        Text(two_odds.words(both), "note"),
    ]


def _joint_alt(defaults: pd.DataFrame) -> str:
    table = distributions.joint(defaults, "peak")
    up, close = np.unravel_index(int(np.nanargmax(table)), table.shape)
    return (
        "Joint tables of the highest and last rungs of escalation and rapprochement; the fullest cell of the "
        f"highest rungs is escalation {up} with rapprochement {close}, {percent(float(table.max()))} of runs."
    )


def _time(result: Result, defaults: pd.DataFrame) -> list[Part]:
    sound = distributions.sound(defaults)
    if not len(sound):
        return [Text("No sound run at the defaults.", "note")]
    clash = sound["first_escalation_3"].notna().mean()
    talks = sound["first_rapprochement_3"].notna().mean()
    rows = [
        (
            one["label"],
            one["unit"],
            share(one["reached"]),
            cell(float(one["median"])),
            span(one["low"], one["high"], figure),
        )
        for one in distributions.measures(defaults).to_dict("records")
    ]
    return [
        drawn(
            lambda: gallery.KINDS["incidence"](result),
            f"Share of runs that have had a first clash, rising to {percent(float(clash))} by the end, and "
            f"first talks, rising to {percent(float(talks))}.",
            "By when: runs without the event are censored at the horizon.",
        ),
        drawn(
            lambda: gallery.KINDS["ladders"](result),
            "Shares of runs on each rung of the two ladders, week by week.",
            "The two ladders over time.",
        ),
        drawn(
            lambda: gallery.KINDS["fan"](result),
            "Median, half and nine tenths of runs for eight variables over time.",
            "The course of things; ¶ marks figures of the article.",
        ),
        grid(
            f"Main outcomes over {len(sound):,} runs at the defaults",
            ("outcome", "unit", "reached in", "median", "90 % of runs"),
            rows,
        ),
    ]


def _drivers(result: Result, moved: list[Correlate]) -> list[Part]:
    if not moved:
        return [Text("Nothing was varied, or too few cases have a sound run to tell.", "note")]
    known = {**load().parameters, **load().world}
    rows = [
        (
            one.name,
            cell(round(one.correlation, 2)),
            span(one.low, one.high, lambda x: f"{x:+.2f}"),
            "clear" if one.clear else "may be chance",
            known[one.name].source.grade,
            known[one.name].meaning,
        )
        for one in moved[:15]
    ]
    return [
        grid(
            f"Rank correlation with the share of clashes or worse, over {moved[0].cases:,} cases; clear: "
            f"beyond what the strongest of {len(moved)} idle values would show once in twenty studies",
            ("uncertain value", "correlation", "95 %", "verdict", "grade", "meaning"),
            rows,
        ),
        Text("A first look, no decomposition of variance: for that, sweep a saltelli design.", "note"),
    ]


def _readings(result: Result) -> list[Part]:
    if result.readings.empty:
        return [Text("No other reading was run.", "note")]
    wide = result.readings.pivot(index="reading", columns="path", values="share")[list(PATHS)]
    worse = wide[list(WORSE)].sum(axis=1, min_count=1)
    rows = [[name, share(float(worse[name])), *(share(x) for x in wide.loc[name])] for name in wide.index]
    runs = int(result.readings["runs"].max())
    return [
        grid(
            f"Shares under each reading of the article, {runs:,} runs each on the same chance",
            ("reading", "clashes or worse", *PATHS),
            rows,
        ),
        Points(
            (
                f"Between readings, the share of clashes or worse lies from {percent(float(worse.min()))} to "
                f"{percent(float(worse.max()))}.",
            )
        ),
    ]
