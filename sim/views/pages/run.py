"""What `panj run` says: the page for a reader, the record for a machine, the progress in between."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.analysis.answers import distributions
from sim.analysis.answers.odds import odds
from sim.model.outcomes import ESCALATION, PATHS
from sim.views import text
from sim.views.pages import odds as two_odds

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.results.result import Result

#: Width below which lines of the page wrap rather than lose numbers.
NARROWEST = 106

#: Rungs of rapprochement in words short enough for a narrow column.
BRIEF = (" none", " back", " ties", "talks", " norm", "recog")


def folder_name(scenario: str, spec: Scenario, seed: int) -> str:
    """Return the name of a result folder, like `baseline-1a2b3c4d-s0`: of what was asked, hash and seed."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(scenario).stem.lower()).strip("-")[:40].strip("-")
    return f"{stem or 'scenario'}-{spec.hash[:8]}-s{seed}"


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show a progress bar on standard error while runs finish, where that is a terminal.

    Yields what takes the number of runs just finished, None where nothing is to be shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = (TextColumn("running"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done: bar.advance(task, done)


def failures(result: Result) -> int:
    """Return how many runs failed, in both parts."""
    return int(result.outcomes["failure"].notna().sum())


# For machines


def record(result: Result, folder: Path, pictures: Sequence[Path]) -> dict[str, Any]:
    """Return what the page says as plain data; numbers that do not exist are None."""
    spec = result.spec
    defaults = result.part("defaults")
    made: dict[str, Any] = {
        "title": spec.title,
        "question": spec.question,
        "hash": spec.hash,
        "start": str(spec.start),
        "weeks": spec.weeks,
        "seed": result.seed,
        "runs": result.runs,
        "version": result.identity["versions"]["panj"],
        "folder": str(folder),
        "pictures": [str(path) for path in pictures],
        "failed": failures(result),
        "defaults": {
            **_part(defaults),
            "paths": _rows(distributions.shares(defaults), "path"),
            "orders": _rows(distributions.orders(defaults), "path"),
        },
        "plausible": None,
    }
    if len(result.design):
        plausible = result.part("plausible")
        made["plausible"] = {
            "cases": len(result.design),
            "varied": list(result.design.columns[1:]),
            **_part(plausible),
            "paths": _rows(distributions.spread(plausible), "path"),
            "orders": _rows(distributions.orders(plausible), "path"),
        }
    both = odds(result)
    made["odds"] = None if both is None else both.record()
    readings = distributions.between_readings(result.readings)
    made["readings"] = {
        "range": _rows(readings, "path"),
        "shares": [
            {key: _plain(value) for key, value in row.items()} for row in result.readings.to_dict("records")
        ],
    }
    return made


def _part(outcomes: pd.DataFrame) -> dict[str, Any]:
    return {
        "sound": len(distributions.sound(outcomes)),
        "measures": _rows(distributions.measures(outcomes), "name"),
        "joint": {
            when: [[_plain(x) for x in row] for row in distributions.joint(outcomes, when)]
            for when in ("peak", "final")
        },
    }


def _rows(table: pd.DataFrame, index: str) -> list[dict[str, Any]]:
    return [
        {index: str(name), **{str(key): _plain(value) for key, value in row.items()}}
        for name, row in table.to_dict("index").items()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if isinstance(value, int) or hasattr(value, "bit_count") else number


# For readers


def show(result: Result, folder: Path, pictures: Sequence[Path]) -> None:
    """Print the page: classes, ladders, main outcomes, other orders, identity, where everything is."""
    console = text.console()
    console.width = max(console.width, NARROWEST)
    console.print(page(result, folder, pictures))


def page(result: Result, folder: Path, pictures: Sequence[Path]) -> RenderableType:
    """Return the page."""
    parts: list[RenderableType] = [Text(result.spec.title, style="bold")]
    if result.spec.question:
        parts.append(Text(result.spec.question, style="italic"))
    parts.append(_classes(result))
    both = odds(result)
    if both is not None:
        parts.append(two_odds.section(both))
    parts += [_ladders(result), _measures(result), _orders(result)]
    parts.append(_identity(result, folder, pictures))
    return Group(*parts)


def _classes(result: Result) -> RenderableType:
    shares = distributions.shares(result.part("defaults"))
    wide = distributions.spread(result.part("plausible")) if len(result.design) else None
    made = _table("")
    made.padding = (0, 1, 0, 0)
    if wide is not None:
        names = ("across plausible\n5–95 % of cases", "\nmean", "\nwith blood", "between\nreadings", " ")
        _numbers(made, *names)
    _numbers(made, "at the\ndefaults", "chance alone:\n95 % Wilson", "\nwith blood")
    here, there = shares.to_dict("index"), {} if wide is None else wide.to_dict("index")
    read = distributions.between_readings(result.readings).to_dict("index")
    for name in PATHS:
        row, cells = here[name], []
        if name in there:
            far = there[name]
            cells = [
                span(far["case_low"], far["case_high"]),
                percent(far["share"]),
                percent(far["blood"]),
                span(read[name]["low"], read[name]["high"]) if name in read else "–",
                "",
            ]
        cells += [percent(row["share"]), span(row["low"], row["high"]), percent(row["blood"])]
        made.add_row(name, *cells)
    title = "Where runs end (class), and which of them with blood (a deadly clash on the way)"
    return Group(text.heading(title), made, Text(_reading(result), style="dim"))


def _reading(result: Result) -> str:
    words = "Under these assumptions, not a forecast. "
    if len(result.design):
        words += (
            f"Across plausible parameters: {_count(len(result.design), 'case')} draw "
            f"{len(result.design.columns) - 1} uncertain values anew; the range holds 90 % of their shares, "
            "chance within a case taken out (beta-binomial); more runs do not narrow it. "
        )
        most, ways = int(result.readings["runs"].max()), result.readings["reading"].nunique()
        words += (
            f"Between readings: the lowest and the highest share under {ways} ways to read the article, "
            f"{_count(most, 'run')} each on the same chance. "
        )
    sound = len(distributions.sound(result.part("defaults")))
    return f"{words}At the defaults: {_count(sound, 'run')} that differ by chance; more narrow the interval."


def _ladders(result: Result) -> RenderableType:
    peak, final = (distributions.joint(result.part("defaults"), when) for when in ("peak", "final"))
    made = _table("")
    made.padding = (0, 1, 0, 0)
    _numbers(made, *BRIEF, "    ", *BRIEF)
    for rung in reversed(range(len(ESCALATION))):
        cells = [bare(share) for share in peak[rung]], [bare(share) for share in final[rung]]
        made.add_row(ESCALATION[rung], *cells[0], "", *cells[1])
    title = "Ladders, escalation by rapprochement, % of runs at the defaults: highest rungs; in the last week"
    return Group(text.heading(title), made)


def _measures(result: Result) -> RenderableType:
    tables = [distributions.measures(result.part("defaults")).to_dict("index")]
    made = _table("")
    if len(result.design):
        tables.insert(0, distributions.measures(result.part("plausible")).to_dict("index"))
        _numbers(made, "across plausible", " ")
    _numbers(made, "at the defaults", " ")
    for name, row in tables[-1].items():
        cells = [cell for one in tables for cell in _middle(one[name])]
        made.add_row(f"{row['label']}, {row['unit']}", *cells)
    return Group(text.heading("Main outcomes: median (5–95 % of the runs that have one)"), made)


def _orders(result: Result) -> RenderableType:
    table = distributions.orders(result.part("defaults"))
    made = _table("class")
    _numbers(made, *(str(name) for name in table.columns))
    for path, row in table.to_dict("index").items():
        made.add_row(str(path), *(percent(share) for share in row.values()))
    return Group(text.heading("Shares at the defaults when classes are tried in another order"), made)


def _identity(result: Result, folder: Path, pictures: Sequence[Path]) -> RenderableType:
    spec, versions = result.spec, result.identity["versions"]
    failed = failures(result)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row(
        "scenario", f"{spec.hash[:16]}, {spec.weeks} weeks from {spec.start}, {spec.citizens} citizens"
    )
    runs = f"{result.runs:,} at the defaults"
    if len(result.design):
        runs += f", {result.runs:,} across plausible parameters"
    grid.add_row("runs", f"{runs}; seed {result.seed}" + (f"; {failed:,} failed" if failed else ""))
    grid.add_row(
        "version",
        f"panj {versions['panj']}, numpy {versions['numpy']}, numba {versions['numba']}, "
        f"Python {versions['python']}",
    )
    grid.add_row("results", f"{folder}{_pictures(pictures)}")
    return Padding(grid, (1, 0, 0, 0))


def _pictures(pictures: Sequence[Path]) -> str:
    kinds = list(dict.fromkeys(path.stem for path in pictures))
    return f"  (tables; pictures: {', '.join(kinds)})" if kinds else "  (tables)"


def _table(first: str) -> Table:
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
    made.add_column(first, no_wrap=True)
    return made


def _numbers(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)


def percent(share: float) -> str:
    """Write a share so that a rare thing does not look like none; a dot is none, a dash no number."""
    return f"{bare(share)} %" if math.isfinite(share) and share else bare(share)


def bare(share: float) -> str:
    """Write a share in per cent without the sign."""
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.1f}" if 0 < 100 * share < 9.95 else f"{100 * share:.0f}" if share else "·"


def span(low: float, high: float) -> str:
    """Write a range of shares; a range without width is one number."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    ends = [bare(end).replace("·", "0") for end in (low, high)]
    return f"{' – '.join(dict.fromkeys(ends))} %"


def _middle(row: Mapping[Hashable, Any]) -> list[str]:
    if not math.isfinite(row["median"]):
        return ["–", "never" if row["reached"] == 0 else ""]
    words = f"{_number(row['median'])} ({_number(row['low'])} – {_number(row['high'])})"
    return [words, "" if row["reached"] == 1 else f"in {percent(row['reached'])}"]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"


def _count(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
