"""What `panj compare` says: in what two files differ, what flips, by how much, when and why they part."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from sim import __version__
from sim.analysis.choosing.compare import Comparison, Contrast, compare
from sim.analysis.choosing.differences import KINDS, Difference
from sim.analysis.one_run.against import Parting, Turn
from sim.analysis.statistics.pairs import Effect
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.views import numbers, terminal
from sim.views.numbers import bare, percent, signed
from sim.views.terminal import progress

#: How many flips and turns the page shows; the record has all.
MOST = 8

#: Names of classes broken for narrow columns.
HYPHENATED = {
    "rapprochement": "rappro-\nchement",
    "quiet accommodation": "quiet\naccommo-\ndation",
    "armed standoff": "armed\nstand-\noff",
}


def compare_command(
    first: str,
    second: str,
    runs: int,
    seed: int,
    threads: int | None,
    out: Path | None,
    forms: Sequence[str],
    full: bool,
    brief: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Do what `panj compare` was asked for and print it."""
    from sim.views.plots.files import forms_named

    wanted = forms_named(forms)
    with progress(4 * runs, quiet or as_json) as tick:
        pairing = compare(first, second, runs=runs, seed=seed, threads=threads, progress=tick)
    written = [] if out is None else save(pairing, out, wanted)
    if as_json:
        print(json.dumps(pairing.record(), ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.show(compare_page(pairing, full), brief)
    for path in written:
        print(path)


def save(pairing: Comparison, folder: Path, forms: Sequence[str] = ("png", "svg")) -> list[Path]:
    """Write the pictures of flows and effects and their numbers into a folder, and return the paths."""
    from sim.views.plots import data
    from sim.views.plots.files import write_figure, write_text
    from sim.views.plots.sheets import compare as flows

    folder.mkdir(parents=True, exist_ok=True)
    tables = flows.numbers(pairing)
    files = []
    for kind, draw in (("flows", flows.figure), ("effects", flows.effects_figure)):
        figure = draw(pairing)
        files += [write_figure(figure, folder / f"{kind}.{form}") for form in forms]
        table, unit, interval = tables[kind]
        files.append(
            write_text(data.text(table, _about(pairing, kind, unit, interval)), folder / f"{kind}.csv")
        )
    return files


def _about(pairing: Comparison, kind: str, unit: str, interval: str) -> list[tuple[str, str]]:
    (first, second), (one, two) = pairing.names, pairing.specs
    return [
        ("picture", f"{kind} of {first} and {second}, the same draws in both"),
        ("unit", unit),
        ("n", f"{int(pairing.sound.sum())} pairs, {pairing.failed} left out because a run failed"),
        ("interval", interval),
        (
            "identity",
            f"scenarios {one.hash[:16]} and {two.hash[:16]}, seed {pairing.seed}, panj {__version__}",
        ),
        ("command", f"panj compare {first} {second} --runs {pairing.runs} --seed {pairing.seed} --out DIR"),
    ]


def compare_page(pairing: Comparison, full: bool = False) -> RenderableType:
    """Return the comparison for a reader: the finding, differences, effects; all flows where `full`."""
    one, two = pairing.names
    failed = f" {pairing.failed:,} pairs left out because a run failed." if pairing.failed else ""
    return terminal.page(
        f"{one}  →  {two}",
        finding(pairing),
        *_differences(pairing),
        _effects(pairing),
        _flips(pairing),
        *([_flows(pairing)] if full and pairing.sound.any() else []),
        terminal.section("When and why they part", *_parting(pairing)),
        Text(f"\nUnder the assumptions of these two files; not a forecast.{failed}", style="dim"),
        question=f"{pairing.specs[0].title}  →  {pairing.specs[1].title}",
        more="" if full else "--full for every flow from class to class; --out DIR for pictures.",
    )


def finding(pairing: Comparison) -> str:
    """Return the first sentence: which event and which class the second makes likelier or less likely."""
    if not pairing.sound.any():
        return "No pair in which both runs are valid."
    shares = [one for one in pairing.contrasts if one.unit == "share" and clear(_headline(one))]
    shares.sort(key=lambda one: -abs(_headline(one).mean))
    events = [one for one in shares if one.name not in PATHS][:1]
    classes = [one for one in shares if one.name in PATHS][:1]
    if not shares:
        return f"{pairing.names[1]} makes no event and no class likelier or less likely beyond chance."
    words = " and ".join(_likelier(one) for one in events + classes)
    return f"{pairing.names[1]} makes {words}."


def _headline(one: Contrast) -> Effect:
    """Return the change a page leads with: across plausible parameters where these were run."""
    return one.change if one.across is None else one.across.change


def _likelier(one: Contrast) -> str:
    verb = "likelier" if _headline(one).mean > 0 else "less likely"
    levels = f"{percent(one.first.mean)} → {percent(one.second.mean)} at the defaults"
    if (across := one.across) is not None:
        ends = f", 90 % of cases {_span(across.low, across.high, 100)}" if across.low < across.high else ""
        wide = f"{numbers.points(across.change.mean)} points across plausible parameters{ends}"
        levels = f"{wide}; {levels}"
    return f"{one.name.removesuffix(', ever')} {verb} ({levels})"


def _differences(pairing: Comparison) -> list[RenderableType]:
    if not pairing.differences:
        return [Text("\nThe two are the same once resolved: nothing differs but the names.")]
    blocks: list[RenderableType] = []
    for kind, title in KINDS.items():
        rows = [one for one in pairing.differences if one.kind == kind]
        if rows:
            blocks.append(terminal.section(title, *map(_difference, rows)))
    return blocks


def _difference(one: Difference) -> RenderableType:
    change = f"{one.first} → {one.second}" if one.first and one.second else one.second or f"not: {one.first}"
    source = Text(": ".join(filter(None, (one.grade, one.source))), style="dim")
    return terminal.entry(one.name, "", f"{change} {one.unit}".rstrip(), source)


def _flips(pairing: Comparison) -> RenderableType:
    share = pairing.flipped
    lines = [
        Padding(
            f"{one['from']} → {one['to']}: {numbers.counted(one['pairs'], 'pair')}, such as run "
            f"{one['example']}",
            (0, 0, 0, 2),
        )
        for one in pairing.flips()[:MOST]
    ]
    words = f"{bare(share.mean)} % of pairs end in another class ({bare(share.low)} to {bare(share.high)} %)."
    title = f"Which paths flip ({pairing.runs:,} pairs with the same random draws, seed {pairing.seed})"
    return terminal.section(title, Text(words), *lines)


def _flows(pairing: Comparison) -> RenderableType:
    flows = pairing.flows
    used = [k for k in range(len(PATHS)) if flows[k].any() or flows[:, k].any()]
    heads = [*(HYPHENATED.get(PATHS[k], PATHS[k].replace(" ", "\n")) for k in used), "all"]
    table = terminal.table("first \\ second", *heads, right=heads, wide=("first \\ second",))
    table.padding = (0, 0, 0, 0)
    for row in used:
        cells = [_cell(int(flows[row, column]), row == column) for column in used]
        table.add_row(PATHS[row], *cells, f"{int(flows[row].sum()):,}")
    table.add_row(
        "all", *(f"{int(flows[:, k].sum()):,}" for k in used), f"{int(flows.sum()):,}", style="bold"
    )
    return terminal.section("Pairs by class in the first (rows) and in the second (columns)", table)


def _cell(count: int, same: bool) -> Text:
    return Text("·" if count == 0 else f"{count:,}", style="dim" if same or count == 0 else "bold")


def _effects(pairing: Comparison) -> RenderableType:
    wide = any(one.across is not None for one in pairing.contrasts)
    heads = ["across parameters\n(90 % of cases)"] if wide else []
    heads += ["at the\ndefaults", "change\n(95 % interval)"]
    table = terminal.table("", *heads, right=heads, wide=("",))
    for one in pairing.contrasts:
        if not (one.unit == "share" and one.first.mean == one.second.mean == 0):
            table.add_row(*cells(one), style="dim" if faint(one) else None)
    note = "Shares in %, their changes in points. Faint: no change beyond chance (95 %) in any column."
    if wide:
        note += (
            " Across parameters: mean over cases, and what 90 % of them show without Monte Carlo noise (– "
            "where they are too few to estimate it); both scenarios meet the same values and random draws."
        )
    return terminal.section("What the second adds to the first, pair by pair", table, note=note)


def cells(one: Contrast) -> list[str]:
    """Return the cells of one row: name with unit, change across parameters, both levels, change."""
    factor = 100.0 if one.unit == "share" else 1.0
    unit = "" if one.unit in ("share", "count", "index", "week") else one.unit
    across = []
    if one.across is not None:
        across = [_interval(one.across.change.mean, one.across.low, one.across.high, factor)]
    levels = f"{numbers.figure(factor * one.first.mean)} → {numbers.figure(factor * one.second.mean)}"
    change = _interval(one.change.mean, one.change.low, one.change.high, factor)
    return [f"{one.name}, {unit}".rstrip(", "), *across, levels, change]


def _interval(mean: float, low: float, high: float, factor: float) -> str:
    return f"{numbers.added(factor * mean)} ({_span(low, high, factor)})"


def _span(low: float, high: float, factor: float) -> str:
    """Write a range; where it has no width none could be estimated."""
    return f"{numbers.added(factor * low)} to {numbers.added(factor * high)}" if low < high else "–"


def clear(change: Effect) -> bool:
    """Say whether an interval leaves out zero."""
    return change.low > 0 or change.high < 0


def faint(one: Contrast) -> bool:
    """Say whether a change is beyond chance neither at the defaults nor across plausible parameters."""
    return not (clear(one.change) or clear(_headline(one)))


def _parting(pairing: Comparison) -> list[RenderableType]:
    sound = pairing.parted[pairing.sound]
    apart = int((sound > 0).sum())
    if pairing.part is None or not apart:
        return [Text("No pair ever stands on different rungs.")]
    part = pairing.part
    lines = [f"{apart:,} of {len(sound):,} pairs stand on different rungs at some time."]
    if part.median is not None:
        lines[0] += f" The median pair parts in week {part.median} (run {part.replicate})."
    else:
        lines[0] += f" Fewer than half do; of those, the median parts in week {part.rungs_week}"
        lines[0] += f" (run {part.replicate})."
    blocks: list[RenderableType] = [Text(line) for line in lines]
    if part.turns:
        blocks.append(Text(f"In run {part.replicate}, until then, for the first time:"))
        blocks += [Padding(turn_words(one), (0, 0, 0, 2)) for one in part.turns[:MOST]]
    else:
        blocks.append(Text("No choice differs before the rungs do: chance and the border part them."))
    blocks += _tally(part)
    blocks.append(
        Text(
            f"See it yourself: panj trace {pairing.names[1]} --seed {pairing.seed} "
            f"--replicate {part.replicate}",
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
        " ".join([name, signed(push), *([numbers.marks(rules[name].paragraphs)] if name in rules else [])])
        for name, push in pushes
    )
    return f"{head} ({why or 'other things open or easy'})"


def _tally(part: Parting) -> list[RenderableType]:
    if not part.tally:
        return []
    rules = load().rules
    head = f"Rules that did most to turn choices, over {part.replayed} pairs around the median one:"
    lines: list[RenderableType] = []
    for name, count in list(part.tally.items())[:MOST]:
        claim = f": {rules[name].claim}" if name in rules else ""
        lines.append(Padding(f"{name} in {count}{claim}", (0, 0, 0, 2)))
    return [Text(head), *lines]
