"""What `panj claims` says: the table of claims, the matrix over readings, the worth of rules."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.analysis.article.ablation import Ablation, Worth
from sim.analysis.article.ablation import ablation as make_ablation
from sim.analysis.article.claims import Claims, Measured, Row, Turn, claims, figure, rests, span
from sim.analysis.article.declared import CLAIMS
from sim.analysis.article.paired import FAILS, HOLDS, SMALL, UNDECIDED
from sim.analysis.article.readings import Matrix, claims_by_reading
from sim.analysis.article.readings import readings as all_readings
from sim.model import calibrated
from sim.scenario.catalogue import reading_names
from sim.views import numbers, terminal
from sim.views.numbers import counted
from sim.views.terminal import progress

if TYPE_CHECKING:
    from sim.analysis.statistics.pairs import Effect

#: How a verdict is set: red where a claim fails.
STYLES: dict[str, str] = {HOLDS: "green", FAILS: "bold red", SMALL: "yellow", UNDECIDED: "yellow"}
STANDINGS = {"robust": "green", "model-dependent": "yellow", "contested": "bold red", "holds in none": "red"}

UNDER = "Under these assumptions, not about the world."

#: Verdicts short enough for a column of the table of readings.
SHORT: dict[str, str] = {HOLDS: "holds", FAILS: "fails", SMALL: "small", UNDECIDED: "open"}


def claims_command(
    runs: int,
    seed: int,
    reading: str | None,
    readings: bool,
    ablation: bool,
    out: Path | None,
    threads: int | None,
    full: bool,
    brief: bool,
    as_json: bool,
    quiet: bool,
) -> bool:
    """Do what `panj claims` was asked for, print it, and return whether no claim fails."""
    silent = quiet or as_json
    if ablation:
        with progress(2, silent) as tick:
            worth = make_ablation(runs, seed, reading=reading, threads=threads, progress=tick)
        written = [] if out is None else save_ablation(worth, out)
        _put(worth.record(), as_json, brief, lambda: ablation_page(worth, written))
        return True
    if readings:
        with progress(len(CLAIMS) * len(reading_names()), silent) as tick:
            table = claims_by_reading(runs, seed, threads=threads, progress=tick)
        _put(table.record(), as_json, brief, lambda: matrix(table))
        return not any(results.failing for results in table.by_reading.values())
    with progress(len(CLAIMS), silent) as tick:
        results = claims(runs, seed, reading=reading, threads=threads, progress=tick)
    _put(results.record(), as_json, brief, lambda: claims_page(results, full))
    return not results.failing


def _put(record: Any, as_json: bool, brief: bool, shown: Callable[[], RenderableType]) -> None:
    if as_json:
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        terminal.show(shown(), brief)


def save_ablation(ablation: Ablation, folder: Path) -> list[Path]:
    """Write the pictures of an ablation and its numbers into a folder, and return the paths."""
    from sim.views.plots.files import write_text
    from sim.views.plots.sheets import tornado

    pictures = tornado.save(ablation, folder)
    path = folder / "ablation.json"
    content = json.dumps(ablation.record(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    return [*pictures, write_text(content, path)]


def claims_page(results: Claims, full: bool = False) -> RenderableType:
    """Return the claims with their verdicts; what was measured and what they rest on where `full`."""
    reading = "as read" if results.reading is None else f"reading {results.reading}"
    shown = [_block(row, full) for row in results.rows]
    return terminal.page(
        f"The article's claims, {results.runs:,} pairs each, seed {results.seed}, {reading}",
        finding(results),
        _by_kind(results),
        terminal.section("Claims", *shown),
        Text(f"\n{_how()} {region_words(results)}" if full else f"\n{UNDER}", style="dim"),
        more="" if full else "--full for effects with intervals, what each claim rests on, how to read them.",
    )


def finding(results: Claims) -> str:
    """Return the first sentence: which claims hold, fail, are too small or undecided."""
    counts = {name: [row.id for row in results.rows if row.verdict == name] for name in STYLES}
    groups = [f"{name}: {', '.join(ids)}" for name, ids in counts.items() if ids]
    evidence = [row.id for row in results.rows if row.kind == "emergent" and row.verdict == HOLDS]
    return (
        f"{len(counts[HOLDS])} of {counted(len(results.rows), 'claim')} hold, {len(counts[FAILS])} fail "
        f"({'; '.join(groups)}). Only emergent claims count as evidence for the model; those that hold: "
        f"{', '.join(evidence) or 'none'}."
    )


def _by_kind(results: Claims) -> RenderableType:
    """Return which claims of each kind came to which verdict."""
    table = terminal.table("", *SHORT.values(), wide=SHORT.values())
    for kind in dict.fromkeys(row.kind for row in results.rows):
        cells = (
            Text(
                ", ".join(row.id for row in results.rows if (row.kind, row.verdict) == (kind, verdict)), style
            )
            for verdict, style in STYLES.items()
        )
        table.add_row(kind, *cells)
    return terminal.section("Verdicts", table, note="Small: too small to matter. Open: undecided.")


def _block(row: Row, full: bool) -> RenderableType:
    head = Text.assemble((f"{row.id}  ", "bold"), _verdict(row.verdict))
    head.append(f"  {numbers.marks(row.paragraphs)}, {row.kind}", style="dim")
    lines: list[RenderableType] = [head, Padding(row.claim, (0, 0, 0, 5))]
    if full:
        lines += [Padding(_part(row, one), (0, 0, 0, 7)) for one in row.parts]
        lines += [Padding(Text(note, style="dim"), (0, 0, 0, 7)) for note in _notes(row)]
    return Group(*lines)


def _part(row: Row, one: Measured) -> Text:
    """Write what was compared, its effect, how many pairs moved the right way, the verdict."""
    name = f"finding: {one.part.name}" if one.part.role == "finding" else one.part.name
    facts = [span(one), *([f"{right} the right way"] if (right := _right(one)) else [])]
    words = Text(f"{name}: {', '.join(facts)}")
    own = _own(row, one)
    return Text.assemble(words, ", ", own) if own.plain else words


def _own(row: Row, one: Measured) -> Text:
    """Write the verdict of a part where the claim has several; of a finding, which way it went."""
    if one.part.role == "finding":
        words = (
            {HOLDS: "rises", FAILS: "falls"} if one.part.direction > 0 else {HOLDS: "falls", FAILS: "rises"}
        )
        return Text(words.get(one.verdict, one.verdict), style="dim")
    if sum(other.part.role != "finding" for other in row.parts) == 1:
        return Text("")
    return _verdict(one.verdict, bold=False)


def _verdict(verdict: str, bold: bool = True) -> Text:
    return Text(verdict, style=STYLES[verdict] if bold else STYLES[verdict].replace("bold ", ""))


def _right(one: Measured) -> str:
    if one.part.role in ("range", "absent") or math.isnan(one.effect.right):
        return ""
    return f"{100 * one.effect.right:.0f} %"


def _notes(row: Row) -> list[str]:
    """Write what else is known of a claim, a line each."""
    lines = []
    for rule, effect in row.weighs.items():
        ends = f"{figure(effect.low, True)} to {figure(effect.high, True)}"
        lines.append(f"finding: {rule} adds {figure(effect.mean, True)} ({ends}) {row.parts[0].part.unit}")
    words = [f"rests on {rests(row)}"] if row.verdict == HOLDS else []
    if not math.isnan(row.held.figures):
        words.append(
            f"holds at {100 * row.held.figures:.0f} % of the plausible region if only the figures are right, "
            f"at {100 * row.held.article:.0f} % if the article is"
        )
        clauses = [one for one in row.parts if not math.isnan(one.held.figures)]
        if len(clauses) > 1:
            shares = (f"{100 * one.held.figures:.0f} and {100 * one.held.article:.0f} %" for one in clauses)
            words.append(f"clause by clause {', '.join(shares)}")
    if words:
        lines.append("; ".join(words))
    if row.verdict != HOLDS:
        lines.append(f"for it to hold, {row.needs}")
        lines += [_turns(row.turns)] if row.turns else []
    return lines


def _turns(turns: Sequence[Turn]) -> str:
    changes = ", ".join(f"{one.name} at {one.value:g} (here {one.default:g})" for one in turns)
    if turns[0].reach >= 1.0:
        return f"by itself enough, tried on few pairs: {changes}"
    return f"no single change tried is enough; the closest: {changes}"


def _how() -> str:
    return (
        f"{UNDER} Pairs meet the same random draws with and without the "
        "change; 'right way' is the share of the pairs that moved at all which moved as the claim says. A "
        "claim holds where the whole interval lies beyond the smallest effect that matters (five points of a "
        "share, four weeks of an average time, a tenth of a quantity's 5–95 % spread over the prior "
        "box), is too small where it lies within plus or minus that, fails where it lies on the wrong side. "
        "It rests on the rules without which it holds no longer and its effect is less than half."
    )


def region_words(results: Claims) -> str:
    """Say of which points the shares of the region are, or why there are none."""
    judged = calibrated.claims()
    if not judged:
        return "How widely claims hold was not judged since the last calibration (make calibrate)."
    if all(math.isnan(row.held.figures) for row in results.rows):
        return "How widely claims hold was judged with the article as read."
    return (
        f"Shares of the plausible region are of {judged['points']:,} points, {judged['pairs']} pairs each, "
        "noise allowed for; if the article is right a point counts by how surely at most "
        f"{judged['missing']} of {len(judged['claims'])} claims fail there, which leaves the points worth "
        f"{judged['effective']:,.0f} equal ones."
    )


def matrix(across: Matrix) -> RenderableType:
    """Return the standing of each claim, where it does not hold, and what the readings say."""
    names = list(across.by_reading)
    heads = ("standing", f"holds in, of {len(names)}")
    table = terminal.table("", *heads, "elsewhere", wide=("elsewhere",))
    first = next(iter(across.by_reading.values()))
    claims_ = []
    for row in first.rows:
        verdicts = {name: one[row.id].verdict for name, one in across.by_reading.items()}
        standing = across.standing[row.id]
        holding = sum(verdict == HOLDS for verdict in verdicts.values())
        table.add_row(row.id, Text(standing, style=STANDINGS[standing]), str(holding), _elsewhere(verdicts))
        claims_.append(terminal.entry(row.id, f"{row.claim} ({numbers.marks(row.paragraphs)}, {row.kind})"))
    readings_ = [
        terminal.entry(one.name, f"{one.claim} ({numbers.marks(one.paragraphs)})")
        for one in all_readings()
        if one.name in names
    ]
    note = (
        "Robust: holds in every reading. Model-dependent: holds in some, reversed in none. Contested: "
        "reversed in at least one. 'small' is too small to matter, 'open' undecided at this number of pairs."
    )
    counts = {name: sum(one == name for one in across.standing.values()) for name in STANDINGS}
    return terminal.page(
        f"The article's claims under each reading, {first.runs:,} pairs each, seed {first.seed}",
        f"Of {counted(len(first.rows), 'claim')}: {', '.join(f'{n} {name}' for name, n in counts.items())}.",
        terminal.section("Verdicts", table, note=note),
        terminal.section("Claims", *claims_),
        terminal.section("Readings", *readings_),
    )


def _elsewhere(verdicts: Mapping[str, str]) -> Text:
    """Say of a claim in which readings it does not hold, by verdict."""
    parts = []
    for verdict in (FAILS, SMALL, UNDECIDED):
        if names := [name for name, one in verdicts.items() if one == verdict]:
            parts.append(Text(f"{SHORT[verdict]}: {', '.join(names)}", style=STYLES[verdict]))
    return Text("; ").join(parts)


def ablation_page(ablation: Ablation, pictures: Sequence[Path]) -> RenderableType:
    """Return the tables of the ablation: paragraphs, rules, pairs that are more or less than their sum."""
    base, null = ablation.base, ablation.null.share
    words = (
        f"With every rule there is a clash in {_share(base['clashes'])} and there are talks in "
        f"{_share(base['talks'])} of runs; with no rule at all (the null model) in "
        f"{_share(null['clashes'])} and {_share(null['talks'])}."
    )
    note = (
        "Under these assumptions. Worth: with the rules less without, over pairs with the same random draws; "
        "positive for clashes means that the rules make them likelier. Odds ×: odds with by odds without."
    )
    drawn = [Text(f"\nPictures and tables: {', '.join(map(str, pictures))}")] if pictures else []
    return terminal.page(
        f"What is worth how much, {ablation.runs:,} pairs each, seed {ablation.seed}, "
        f"{ablation.reading or 'as read'}",
        words,
        terminal.section("By paragraph: every rule that cites it off at once", _worths(ablation.paragraphs)),
        terminal.section("By rule", _worths(ablation.rules), note=note),
        terminal.section("Pairs of the strongest rules that surely do not add up", _pairs(ablation.pairs)),
        *drawn,
    )


def _worths(worths: Sequence[Worth]) -> Table:
    heads = ("clashes,\npoints", "odds ×", "talks,\npoints", "odds × ", "talks,\nweeks")
    table = terminal.table("", *heads, right=heads, wide=("",))
    for one in worths:
        cites = "" if one.name.startswith("¶") else f" {numbers.marks(one.paragraphs)}"
        rules = f": {', '.join(one.rules)}" if one.name.startswith("¶") else ""
        table.add_row(
            f"{one.name}{rules}{cites}",
            _points(one.worth["clashes"]),
            f"{one.odds_ratio['clashes']:.2f}",
            _points(one.worth["talks"]),
            f"{one.odds_ratio['talks']:.2f}",
            _interval(one.worth["talks_week"], 1.0),
        )
    table.padding = (0, 0, 0, 0)
    return table


def _pairs(pairs: Sequence[Worth]) -> RenderableType:
    heads = ("clashes, points", "beyond the sum")
    table = terminal.table("pair", *heads, right=heads)
    for one in pairs:
        beyond = (one.beyond or {})["clashes"]
        if beyond.low > 0 or beyond.high < 0:
            table.add_row(one.name, _points(one.worth["clashes"]), _points(beyond))
    return table if table.row_count else Text("none")


def _share(one: Effect) -> str:
    return f"{100 * one.mean:.0f} % ({100 * one.low:.0f}–{100 * one.high:.0f})"


def _points(one: Effect) -> str:
    return _interval(one, 100.0)


def _interval(one: Effect, factor: float) -> str:
    mid, low, high = (f"{factor * value:+.0f}" for value in (one.mean, one.low, one.high))
    return f"{mid} ({low} to {high})"
