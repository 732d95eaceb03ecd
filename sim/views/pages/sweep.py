"""What `panj sweep` and `panj status` say: progress while it runs, the page afterwards, data for machines."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.analysis.answers.effects import contrasts
from sim.analysis.answers.shares import shares
from sim.analysis.groups import Group as Cases
from sim.analysis.runs import SAMPLED, view
from sim.analysis.statistics import intervals
from sim.model.outcomes import PATHS
from sim.views.numbers import percent, span
from sim.views.terminal import console, facts, heading, table

if TYPE_CHECKING:
    from sim.study.results.study import Study
    from sim.study.sweep.blocks import Setup
    from sim.study.sweep.estimate import Estimate

Ints = NDArray[np.int64]

#: Seconds between two lines where the progress goes to a file or pipe.
EVERY = 10.0
#: Levers with more alternatives than this are not told apart on the page.
MOST_SETTINGS = 12
#: With more, their intervals are left to the table of contrasts and to `--json`.
MOST_INTERVALS = 4


class Board:
    """A watch that shows how far a sweep is and what it says so far; see `sim.study.sweep.execute.Watch`."""

    def __init__(self, stream: Any = None) -> None:
        self.stream = stream or sys.stderr
        self.done = self.before = self.wanted = self.failed = 0
        self.part = 0
        self.begun = self.told = time.monotonic()
        self.lock = threading.Lock()
        self.live: Any = None

    def begin(self, setup: Setup, done: int, wanted: int) -> None:
        """Take note of the study."""
        self.setup = setup
        self.before, self.wanted = done, wanted
        self.shared = setup.experiment.draws == "shared"
        self.sampled = setup.experiment.method in SAMPLED
        self.by_group = np.zeros((setup.groups, len(PATHS)), np.int64)
        draws = setup.experiment.replicates if self.shared else 0
        self.by_draw = np.zeros((draws, len(PATHS)), np.int64)
        self.begun = self.told = time.monotonic()

    def runs(self, count: int) -> None:
        """Count runs of the present block."""
        with self.lock:
            self.part += count
        self._show()

    def block(self, case: Ints, replicate: Ints, path: NDArray[np.int8], fresh: bool) -> None:
        """Take the runs of a block into the shares."""
        good = path >= 0
        group = self.setup.base.group[case // len(self.setup.settings)]
        with self.lock:
            np.add.at(self.by_group, (group[good], path[good]), 1)
            if self.shared:
                np.add.at(self.by_draw, (replicate[good], path[good]), 1)
            self.failed += int((~good).sum())
            self.done += len(path)
            if fresh:
                self.part = max(self.part - len(path), 0)
        if fresh:
            self._show()

    # What is shown

    def shares(self) -> intervals.Interval:
        """Return the share of each class so far with its 95 % interval, by groups and draws alone."""
        counts = [self.by_group] if self.sampled or not self.shared else []
        counts += [self.by_draw] if self.shared else []
        tallies = []
        for one in counts:
            some = one[one.sum(axis=1) > 0].astype(np.float64)
            tallies.append((some, some.sum(axis=1), np.zeros(len(some), np.int64)))
        return intervals.score(tallies)

    def rate(self) -> float:
        """Return runs a second since this sweep began."""
        ran = self.done + self.part - self.before
        return max(ran, 0) / max(time.monotonic() - self.begun, 1e-9)

    def line(self) -> str:
        """Return the state in one line."""
        finished = min(self.done + self.part, self.wanted)
        rate = self.rate()
        left = (self.wanted - finished) / rate if rate > 0 else math.inf
        share, low, high = self.shares()
        top = [k for k in np.argsort(-np.nan_to_num(share)) if share[k] > 0][:3]
        said = ", ".join(f"{PATHS[k]} {percent(share[k])} ({span(low[k], high[k])})" for k in top)
        return (
            f"{finished:,} of {self.wanted:,} runs, {rate:,.0f} runs/s, {duration(left)} left, "
            f"{self.failed:,} failed{'; ' + said if said else ''}"
        )

    def table(self) -> RenderableType:
        """Return the state for a terminal."""
        finished = min(self.done + self.part, self.wanted)
        width = 40
        full = int(width * finished / max(self.wanted, 1))
        made = Table.grid(padding=(0, 2))
        share, low, high = self.shares()
        for k, name in enumerate(PATHS):
            if share[k] > 0:
                made.add_row(name, percent(share[k]), span(low[k], high[k]))
        bar = Text("━" * full, style="green") + Text("━" * (width - full), style="dim")
        return Group(bar, Text(self.line().split(";")[0]), made)

    def _show(self) -> None:
        now = time.monotonic()
        if self.live is not None:
            if now - self.told > 0.2:
                self.told = now
                self.live.update(self.table())
        elif now - self.told > EVERY:
            self.told = now
            print(f"panj: {self.line()}", file=self.stream, flush=True)


@contextmanager
def watching(quiet: bool) -> Iterator[Board | None]:
    """Show progress on standard error: a table that changes in a terminal, lines elsewhere."""
    if quiet:
        yield None
        return
    board = Board()
    if not sys.stderr.isatty():
        yield board
        return
    from rich.live import Live

    with Live(console=console(sys.stderr), transient=True, auto_refresh=True) as live:
        board.live = live
        yield board


def duration(seconds: float) -> str:
    """Write a time as people say it."""
    if not math.isfinite(seconds):
        return "unknown time"
    if seconds < 100:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172800 else f"{seconds / 86400:.1f} days"


def size(count: float) -> str:
    """Write a number of bytes as people say it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


# Before


def forecast_record(found: Estimate, folder: str) -> dict[str, Any]:
    """Return an estimate for machines."""
    return {
        "folder": folder,
        "cases": found.cases,
        "replicates": found.replicates,
        "runs": found.runs,
        "blocks": found.blocks,
        "seconds": round(found.seconds, 2),
        "bytes": found.size,
        "rejected": found.rejected,
        "example": found.example,
    }


def forecast(found: Estimate, folder: str) -> RenderableType:
    """Return an estimate for readers."""
    grid = facts()
    grid.add_row(
        "runs",
        f"{found.runs:,}: {found.cases:,} cases × {found.replicates:,} replicates, "
        f"in {found.blocks:,} blocks",
    )
    grid.add_row("time", f"about {duration(found.seconds)} here, by a sample of {found.sampled} runs")
    grid.add_row("disk", f"about {size(found.size)} in {folder}")
    if found.rejected:
        grid.add_row("constraints", f"turn down {percent(found.rejected)} of the points drawn")
    shown = [
        f"{name} = {one:.5g}" if isinstance(one, float) else f"{name} = {one}"
        for name, one in found.example.items()
    ]
    more = f", and {len(shown) - 12} more" if len(shown) > 12 else ""
    grid.add_row("first case", ", ".join([*shown[-2:], *shown[:10]] if more else shown) + more)
    return grid


# While and after


def sweep_record(study: Study, verify: bool = False) -> dict[str, Any]:
    """Return the state of a study for machines; with `verify`, what is damaged."""
    entries = study.entries.values()
    made: dict[str, Any] = {
        "folder": str(study.folder),
        "title": study.experiment.title,
        "hash": study.experiment.hash,
        "runs": study.runs,
        "done": study.done,
        "failed": study.failed,
        "missing": study.runs - study.done,
        "blocks": int(study.identity["blocks"]),
        "blocks_done": len(study.entries),
        "complete": study.complete,
        "seconds": round(sum(one.seconds for one in entries), 1),
        "bytes": sum(part.size for one in entries for part in one.parts.values()),
        "rate": _rate(study),
        "seconds_left": _left(study),
    }
    if verify:
        made |= {"damaged": study.damaged(), "faults": study.faults()}
    return made


def _rate(study: Study) -> float | None:
    spent = sum(one.seconds for one in study.entries.values())
    return round(study.done / spent, 1) if spent > 0 else None


def _left(study: Study) -> float | None:
    rate = _rate(study)
    return round((study.runs - study.done) / rate, 1) if rate else None


def status(study: Study, told: Mapping[str, Any]) -> RenderableType:
    """Return the state of a study, from its record, for readers."""
    grid = facts()
    grid.add_row("study", f"{study.experiment.title}, {told['hash'][:16]}, seed {study.experiment.seed}")
    grid.add_row(
        "done",
        f"{told['done']:,} of {told['runs']:,} runs, {told['blocks_done']:,} of "
        f"{told['blocks']:,} blocks, {size(told['bytes'])}",
    )
    grid.add_row("failed", f"{told['failed']:,} runs")
    if told["rate"]:
        grid.add_row("rate", f"{told['rate']:,.0f} runs/s a process")
    if not study.complete and told["seconds_left"] is not None:
        grid.add_row(
            "left", f"{told['missing']:,} runs, about {duration(told['seconds_left'])} in one process"
        )
    if "damaged" in told:
        said = "design, manifest and every part have their checksum"
        if damaged := told["damaged"]:
            blocks = ", ".join(str(one) for one in damaged[:12]) + (", …" if len(damaged) > 12 else "")
            said = f"{len(damaged):,} damaged blocks ({blocks}); the sweep's command runs them again"
        if damaged or not told["faults"]:
            grid.add_row("checked", said)
        for fault in told["faults"]:
            grid.add_row("damaged", fault)
    return grid


def sweep_page(study: Study) -> RenderableType:
    """Return what a study says: shares with intervals, contrasts of levers, how to go on."""
    experiment = study.experiment
    parts: list[RenderableType] = [Text(experiment.title, style="bold")]
    if experiment.question:
        parts.append(Text(experiment.question, style="italic"))
    if study.done > study.failed:
        parts += [_shares(study), *_contrasts(study)]
    parts += [Text(""), status(study, sweep_record(study))]
    return Group(*parts)


def _told(study: Study) -> list[Cases]:
    """Return the settings of the levers, or all cases at once where they are one or too many."""
    runs = view(study)
    groups = runs.groups(runs.whole)
    many = 1 < len(groups) <= MOST_SETTINGS
    return groups if many else [Cases("share", np.ones(len(runs.cases), bool))]


def _shares(study: Study) -> RenderableType:
    runs, groups = view(study), _told(study)
    by_path = dict(list(shares(runs, groups).groupby("path")))
    names = [one.name for one in groups]
    made = table("", "class", *names, right=names)
    for path in PATHS:
        rows = by_path[path].set_index("group").reindex(names).to_dict("records")
        cells = [percent(row["share"]) for row in rows]
        if len(groups) <= MOST_INTERVALS:
            cells = [
                f"{cell}  ({span(row['low'], row['high'])})" for cell, row in zip(cells, rows, strict=True)
            ]
        made.add_row(path, *cells)
    over = "cases and draws" if runs.sampled else "draws at these cases"
    return Group(
        heading("Where runs end (class), with 95 % intervals"),
        made,
        Text(
            f"Under these assumptions, not a forecast. Intervals allow for which {over} came up.", style="dim"
        ),
    )


def _contrasts(study: Study) -> Iterator[RenderableType]:
    if len(_told(study)) < 2:
        return
    rows = contrasts(view(study)).to_dict("records")
    if not rows:
        return
    right = ("effect", "95 %", "variance ratio")
    made = table("", "lever", "change", "outcome", *right, right=right)
    for row in rows:
        ratio = f"{row['variance_ratio']:.1f} ×" if math.isfinite(row["variance_ratio"]) else "–"
        ends = f"{row['low']:+.3g} – {row['high']:+.3g}" if math.isfinite(row["low"]) else "–"
        change = f"{row['against']} → {row['group']}"
        made.add_row(row["lever"], change, row["question"], f"{row['effect']:+.3g}", ends, ratio)
    yield Group(
        heading("What the levers change, on the same draws"),
        made,
        Text("Variance ratio: as many times the runs would independent draws have needed.", style="dim"),
    )


def result(study: Study) -> dict[str, Any]:
    """Return what the page says for machines."""
    made = sweep_record(study)
    if study.done > study.failed:
        rows, groups = shares(view(study), _told(study)), _told(study)
        rows = rows[rows["path"].isin(PATHS)].rename(columns={"group": "setting"})
        made["shares"] = _rows(rows if len(groups) > 1 else rows.drop(columns="setting"))
        named = {"group": "alternative", "question": "outcome"}
        made["contrasts"] = _rows(contrasts(view(study)).rename(columns=named))
    return made


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            str(key): (None if isinstance(one, float) and not math.isfinite(one) else one)
            for key, one in row.items()
        }
        for row in frame.to_dict("records")
    ]
