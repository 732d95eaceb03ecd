"""What decides an answer and under which conditions it tips, as sections of a page about a sweep."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sim.analysis.answers.digest import Digest
from sim.analysis.deciding.correlates import Correlate
from sim.analysis.deciding.indices import DUMMY, Sensitivity
from sim.errors import LibraryError
from sim.model.registry import load
from sim.views.numbers import percent, signed
from sim.views.pages import sensitivity as words
from sim.views.plots.draw import cases as draw
from sim.views.plots.draw.ends import stacked
from sim.views.report.answer import case_by_case, dense
from sim.views.report.parts import (
    Grid,
    Part,
    Points,
    Text,
    cell,
    drawn,
    estimate,
    figure,
    folded,
    grid,
    share,
    span,
)

#: Uncertainties whose alternatives or quarters get a picture of their own, the strongest.
PICTURED = 2
PAIRS = 10
#: Values that the answer's own section tells of what decides it.
FEW = 6


def deciding(digest: Digest) -> list[Part]:
    """Return given each condition what decides clashes or worse, the few strongest in a table."""
    if not ranked(digest):
        return drivers(digest)
    parts: list[Part] = []
    for one in digest.given:
        ranking = one.drivers
        given = f"Given {one.condition}: " if one.condition else ""
        if ranking is None:
            parts.append(Text(f"{given}cannot be told: {one.notes['drivers']}.", "note"))
        elif not ranking.clear:
            parts.append(Text(f"{given}nothing stands out. {' '.join(words.remarks(ranking))}", "note"))
        else:
            parts += [
                replace(_indices(ranking, FEW), caption=f"{given}{_indices(ranking, FEW).caption}"),
                Text(" ".join(words.remarks(ranking)), "note"),
            ]
    return parts


def ranked(digest: Digest) -> bool:
    """Return whether indices rank what is uncertain, rather than cases or correlations tell of it."""
    return digest.runs.whole != "parts" and case_by_case(digest) is None


def drivers(digest: Digest) -> list[Part]:
    """Return what decides the share of clashes or worse, with the dummy beside it; or case by case."""
    if (apart := case_by_case(digest)) is not None:
        return _one_by_one(digest, apart)
    if digest.runs.whole == "parts":
        return _correlates(digest.correlates)
    ranking = digest.drivers
    if ranking is None:
        return [Text(f"Cannot be told: {digest.notes['drivers']}.", "note")]
    parts: list[Part] = [
        drawn(
            lambda: draw.drivers(ranking),
            _drivers_alt(ranking),
            "Indices with 95 % intervals; what does not rise above the dummy may be noise.",
        ),
        folded(_indices(ranking)),
        Points(tuple(words.remarks(ranking))),
    ]
    pairs = [
        (f"{row['first']} with {row['second']}", *estimate(row["S2"], row["S2_low"], row["S2_high"]))
        for row in ranking.pairs.head(PAIRS).to_dict("records")
    ]
    if pairs:
        parts.append(
            grid("Second order: what two do together beyond each alone", ("pair", "S2", "95 %"), pairs)
        )
    for name in [one for one in ranking.clear if one in digest.runs.cases][:PICTURED]:
        parts += _pictured(digest, name)
    return parts


def _one_by_one(digest: Digest, apart: pd.DataFrame) -> list[Part]:
    shares = digest.shares("case")
    shares = shares[shares["path"] == "clashes or worse"].set_index("group")
    rows: list[list[object]] = [["as it is", _share_of(shares, "as it is"), "", "", ""]]
    for row in apart.to_dict("records"):
        cells = estimate(100 * row["effect"], 100 * row["low"], 100 * row["high"])
        clear = "clear" if row["low"] > 0 or row["high"] < 0 else "may be chance"
        rows.append([row["group"], _share_of(shares, row["group"]), *cells, clear])
    return [
        grid(
            f"Clashes or worse case by case, and what a case adds to the first, in points, on the same draws "
            f"({int(apart['pairs'].min()):,} pairs each)",
            ("case", "share", "change", "95 %", "verdict"),
            rows,
        ),
        Text("Of so many comparisons one in twenty leaves out zero by chance alone.", "note"),
    ]


def _share_of(shares: pd.DataFrame, name: str) -> object:
    return share(shares["share"].get(name, np.nan))


def _correlates(moved: list[Correlate]) -> list[Part]:
    """Return what goes with the share of clashes or worse over the cases of an ensemble."""
    if not moved:
        return [Text("Nothing was varied, or too few cases have a valid run to tell.", "note")]
    known = {**load().parameters, **load().world}
    rows = [
        (
            one.name,
            cell(round(one.correlation, 2)),
            span(one.low, one.high, signed),
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


def _drivers_alt(ranking: Sensitivity) -> str:
    top = ranking.indices[ranking.indices["name"] != DUMMY].iloc[0]
    clear = ", ".join(ranking.clear[:4]) or "none"
    return (
        f"Bars of {ranking.method} indices for the share of clashes or worse; the strongest is {top['name']} "
        f"with {figure(float(top[ranking.main]))}; above the dummy: {clear}."
    )


def _indices(ranking: Sensitivity, most: int | None = None) -> Grid:
    known = {**load().parameters, **load().world}
    head = ["name", *(one for name in ranking.columns for one in (name, f"{name} 95 %")), "half"]
    rows = []
    for row in ranking.indices.head(most or len(ranking.indices)).to_dict("records"):
        name = str(row["name"])
        cells: list[object] = []
        for one in ranking.columns:
            cells += estimate(row[one], row[f"{one}_low"], row[f"{one}_high"])
        half = cell(round(float(row[f"{ranking.main}_half"]), 4))
        verdict = "" if name == DUMMY else "clear" if name in ranking.clear else "may be noise"
        meaning = "does nothing: what it shows is noise" if name == DUMMY else ""
        grade = ""
        if name in known:
            meaning, grade = known[name].meaning, known[name].source.grade
        rows.append([name, *cells, half, verdict, grade, meaning])
    caption = f"Indices of the share of clashes or worse by case ({ranking.method})"
    return grid(caption, (*head, "verdict", "grade", "meaning"), rows)


def _pictured(digest: Digest, name: str) -> list[Part]:
    table = digest.shares(name)
    worse = table[table["path"] == "clashes or worse"]
    if worse.empty:
        return []
    ends = worse.iloc[[0, -1]].to_dict("records")
    shares = " to ".join(f"{percent(row['share'])} at {row['group']}" for row in ends)
    return [
        drawn(
            lambda: stacked(table),
            f"Shares of classes by {name}; clashes or worse go from {shares}.",
            f"Shares of classes by {name}, in quarters of its range or by its values.",
        )
    ]


def boxes(digest: Digest, folder: str) -> list[Part]:
    """Return the boxes of conditions that hold on cases kept aside, or why there are none."""
    try:
        overall = digest.overall
    except LibraryError as error:
        return [Text(f"Not looked for: {error}.", "note")]
    asked = f"Cases in which {digest.where.text}: {overall.met:,} of {overall.inside:,}, {dense(overall)}."
    if digest.discovery.neighbours:
        asked += (
            f" {digest.discovery.neighbours:,} cases that differ from one of these in a single value do not "
            "count: they would be no evidence of their own."
        )
    parts: list[Part] = [Text(asked)]
    areas = digest.boxes
    if not areas:
        reason = digest.discovery.reason
        return [*parts, Text(f"{reason[0].upper()}{reason[1:]}.", "note")]
    rows = [
        (
            f"box {number}",
            " and ".join(map(str, one.limits)),
            share(one.fit.density),
            span(*one.fit.interval),
            share(one.fit.coverage),
            one.fit.inside,
            "–" if one.fresh is None else dense(one.fresh),
        )
        for number, one in enumerate(areas, 1)
    ]
    first = areas[0]
    limits = " and ".join(map(str, first.limits))
    return [
        *parts,
        grid(
            "Boxes (PRIM); density: of the cases inside; coverage: of all that meet it",
            ("box", "where", "density", "95 %", "coverage", "cases", "density on cases kept aside"),
            rows,
        ),
        drawn(
            lambda: draw.box(digest, first),
            f"Cases by what the box limits; inside, where {limits}, {percent(first.fit.density)} meet the "
            f"condition, against {percent(overall.density)} of all.",
            f"The first box: {limits}.",
        ),
        drawn(
            lambda: draw.peeling(first),
            f"Peeling trajectory; the chosen box has density {percent(first.fit.density)} at coverage "
            f"{percent(first.fit.coverage)}.",
            "What density costs in coverage; darker: more limits.",
        ),
        Text(
            "A box describes where it happens in this design; it is no cause by itself. As an experiment "
            "on fresh points:",
            "note",
        ),
        Text(f'panj discover {folder} --where "{digest.where.text}" --out box.yaml', "code"),
    ]
