"""What `panj compare` says: in what two files differ, what flips, by how much, when and why they part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim import __version__
from sim.analysis.choosing.compare import Comparison, Contrast, compare
from sim.analysis.choosing.differences import KINDS
from sim.analysis.one_run.against import Parting, Turn
from sim.analysis.statistics.pairs import Effect
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.views import numbers, terminal
from sim.views.numbers import bare
from sim.views.terminal import progress

#: How many flips and turns the page shows; the record has all.
MOST = 8


def compare_command(
    first: str,
    second: str,
    runs: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    forms: Sequence[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Do what `panj compare` was asked for and print it."""
    from sim.views.plots.files import forms_named

    wanted = forms_named(forms)
    with progress(2 * runs, quiet or as_json) as tick:
        found = compare(first, second, runs=runs, seed=seed, threads=threads, progress=tick)
    written = [] if out is None else save(found, out, wanted)
    if as_json:
        print(json.dumps(found.record(), ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.console().print(compare_page(found))
    for path in written:
        print(path)


def save(found: Comparison, folder: Path, forms: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write the pictures of flows and effects and their numbers into a folder, and return the paths."""
    from sim.views.plots import data
    from sim.views.plots.files import write_figure, write_text
    from sim.views.plots.sheets import compare as flows

    folder.mkdir(parents=True, exist_ok=True)
    tables = flows.numbers(found)
    made = []
    for kind, draw in (("flows", flows.figure), ("effects", flows.effects_figure)):
        figure = draw(found)
        made += [write_figure(figure, folder / f"{kind}.{form}") for form in forms]
        table, unit, interval = tables[kind]
        made.append(write_text(data.text(table, _about(found, kind, unit, interval)), folder / f"{kind}.csv"))
    return made


def _about(found: Comparison, kind: str, unit: str, interval: str) -> list[tuple[str, str]]:
    (first, second), (one, two) = found.names, found.specs
    return [
        ("picture", f"{kind} of {first} and {second}, the same draws in both"),
        ("unit", unit),
        ("n", f"{int(found.sound.sum())} pairs, {found.failed} left out because a run failed"),
        ("interval", interval),
        ("identity", f"scenarios {one.hash[:16]} and {two.hash[:16]}, seed {found.seed}, panj {__version__}"),
        ("command", f"panj compare {first} {second} --runs {found.runs} --seed {found.seed} --out DIR"),
    ]


def compare_page(found: Comparison) -> RenderableType:
    """Return the whole comparison for a reader."""
    one, two = found.names
    blocks: list[RenderableType] = [
        terminal.heading(f"{one}  →  {two}"),
        Text(f"{found.specs[0].title}  →  {found.specs[1].title}", style="dim"),
        *_differences(found),
        terminal.heading(f"Which paths flip ({found.runs:,} pairs on the same chance, seed {found.seed})"),
        *_flows(found),
        terminal.heading("Effects: what the second adds to the first, pair by pair (95 % intervals)"),
        _effects(found),
        terminal.heading("When and why they part"),
        *_parting(found),
    ]
    if found.failed:
        blocks.append(Text(f"\n{found.failed:,} pairs left out because a run failed.", style="yellow"))
    blocks.append(
        Text("\nUnder the assumptions of these two files; not a forecast.", style="dim"),
    )
    return Group(*blocks)


def _differences(found: Comparison) -> list[RenderableType]:
    if not found.differences:
        return [terminal.heading("The two are the same once resolved: nothing differs but the names.")]
    blocks: list[RenderableType] = []
    for kind, title in KINDS.items():
        rows = [one for one in found.differences if one.kind == kind]
        if not rows:
            continue
        blocks.append(terminal.heading(title))
        wide = ("first", "second", "source")
        made = terminal.table("", "what", "first", "second", "unit", "grade", "source", wide=wide)
        for one in rows:
            made.add_row(
                one.name, one.first or "–", one.second or "–", one.unit, one.grade, _brief(one.source)
            )
        blocks.append(made)
    return blocks


def _brief(words: str, most: int = 90) -> str:
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _flows(found: Comparison) -> list[RenderableType]:
    flows, sound = found.flows, int(found.sound.sum())
    if not sound:
        return [Text("No pair in which both runs are sound.")]
    used = [k for k in range(len(PATHS)) if flows[k].any() or flows[:, k].any()]
    columns = [PATHS[k].replace(" ", "\n") for k in used]
    made = terminal.table("", "first \\ second", *columns, "all", right=(*columns, "all"))
    for row in used:
        cells = [_cell(int(flows[row, column]), row == column) for column in used]
        made.add_row(PATHS[row], *cells, f"{int(flows[row].sum()):,}")
    made.add_row("all", *(f"{int(flows[:, k].sum()):,}" for k in used), f"{sound:,}", style="bold")
    share = found.flipped
    words = f"{bare(share.mean)} % of pairs end in another class ({bare(share.low)} to {bare(share.high)} %)."
    lines = [
        f"{one['from']} → {one['to']}: {numbers.counted(one['pairs'], 'pair')}, such as run {one['example']}"
        for one in found.flips()[:MOST]
    ]
    return [made, Text(words), *(Text(f"  {line}") for line in lines)]


def _cell(count: int, same: bool) -> Text:
    return Text("·" if count == 0 else f"{count:,}", style="dim" if same or count == 0 else "bold")


def _effects(found: Comparison) -> Table:
    made = terminal.table(
        "",
        "",
        "first",
        "second",
        "change",
        "interval",
        "unit",
        right=("first", "second", "change", "interval"),
    )
    for one in found.contrasts:
        if one.unit == "share" and one.first.mean == one.second.mean == 0:
            continue
        made.add_row(*cells(one), style=None if clear(one.change) else "dim")
    return made


def cells(one: Contrast) -> list[str]:
    """Return the cells of one row: name, both levels, change, interval, unit."""
    factor, unit = (100.0, "%; points") if one.unit == "share" else (1.0, one.unit)
    low, high = (_signed(factor * end) for end in (one.change.low, one.change.high))
    return [
        one.name,
        _figure(factor * one.first.mean),
        _figure(factor * one.second.mean),
        _signed(factor * one.change.mean),
        f"{low} … {high}",
        unit,
    ]


def clear(change: Effect) -> bool:
    """Say whether an interval leaves out zero."""
    return change.low > 0 or change.high < 0


def _figure(value: float) -> str:
    if value != value:
        return "–"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 or not size else f"{value:.1g}"


def _signed(value: float) -> str:
    if value != value or abs(value) == float("inf"):
        return "–"
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + _figure(abs(value))


def _parting(found: Comparison) -> list[RenderableType]:
    sound = found.parted[found.sound]
    apart = int((sound > 0).sum())
    if found.part is None or not apart:
        return [Text("No pair ever stands on different rungs.")]
    part = found.part
    lines = [f"{apart:,} of {len(sound):,} pairs stand on different rungs at some time."]
    if part.median is not None:
        lines[0] += f" The median pair parts in week {part.median} (run {part.replicate})."
    else:
        lines[0] += f" Fewer than half do; of those, the median parts in week {part.rungs_week}"
        lines[0] += f" (run {part.replicate})."
    blocks: list[RenderableType] = [Text(line) for line in lines]
    if part.turns:
        blocks.append(Text(f"In run {part.replicate}, until then, for the first time:"))
        blocks += [Text(f"  {turn_words(one)}") for one in part.turns[:MOST]]
    else:
        blocks.append(Text("No choice differs before the rungs do: chance and the border part them."))
    blocks += _tally(part)
    blocks.append(
        Text(
            f"See it yourself: panj trace {found.names[1]} --seed {found.seed} --replicate {part.replicate}",
            style="dim",
        )
    )
    return blocks


def turn_words(one: Turn) -> str:
    """Write a choice that turned, and what turned it."""
    head = f"week {one.week}: {one.actor}, {one.instrument}: {one.second} instead of {one.first}"
    if one.bound:
        return f"{head} ({one.bound})"
    rules = load().rules
    pushes = [(name, push) for name, push in one.rules.items() if abs(push) >= 0.0005][:3]
    why = ", ".join(
        f"{name} {_signed(push)} {numbers.marks(rules[name].paragraphs) if name in rules else ''}".rstrip()
        for name, push in pushes
    )
    return f"{head} ({why or 'other things open or easy'})"


def _tally(part: Parting) -> list[RenderableType]:
    if not part.tally:
        return []
    rules = load().rules
    head = f"Rules that did most to turn choices, over {part.replayed} pairs around the median one:"
    lines = []
    for name, count in list(part.tally.items())[:MOST]:
        claim = f": {rules[name].claim}" if name in rules else ""
        lines.append(Text(f"  {name} in {count}{claim}"))
    return [Text(head), *lines]
