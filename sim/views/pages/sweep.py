"""What `panj sweep` and `panj status` say: progress while it runs, the page afterwards, data for machines."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.analysis.statistics import intervals
from sim.model.outcomes import PATHS
from sim.views import text
from sim.views.pages.run import percent, span

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
        self.sampled = setup.experiment.method in intervals.SAMPLED
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

    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the share of each class so far and the half-width of its 95 % interval.

        Variances are those of sums over what was drawn independently (linearised; both ways where
        chance is shared), which a moment suffices for; the page afterwards resamples.
        """
        total = self.by_group.sum()
        if total == 0:
            return np.full(len(PATHS), np.nan), np.full(len(PATHS), np.nan)
        share = self.by_group.sum(axis=0) / total
        variance = np.zeros(len(PATHS))
        if self.sampled or not self.shared:
            variance += _clustered(self.by_group, share, total)
        if self.shared:
            variance += _clustered(self.by_draw, share, total)
            if self.sampled:
                variance -= share * (1 - share) / total
        return share, 1.96 * np.sqrt(np.maximum(variance, share * (1 - share) / total))

    def rate(self) -> float:
        """Return runs a second since this sweep began."""
        ran = self.done + self.part - self.before
        return max(ran, 0) / max(time.monotonic() - self.begun, 1e-9)

    def line(self) -> str:
        """Return the state in one line."""
        finished = min(self.done + self.part, self.wanted)
        rate = self.rate()
        left = (self.wanted - finished) / rate if rate > 0 else math.inf
        share, half = self.shares()
        top = [k for k in np.argsort(-np.nan_to_num(share)) if share[k] > 0][:3]
        said = ", ".join(f"{PATHS[k]} {100 * share[k]:.1f} ± {100 * half[k]:.1f} %" for k in top)
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
        share, half = self.shares()
        for k, name in enumerate(PATHS):
            if share[k] > 0:
                made.add_row(name, percent(float(share[k])), f"± {100 * half[k]:.1f}")
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


def _clustered(counts: Ints, share: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    size = counts.sum(axis=1)
    counts, size = counts[size > 0], size[size > 0]
    if len(counts) < 2:
        return np.full(len(share), np.inf)
    off = counts - share * size[:, None]
    found: NDArray[np.float64] = (off**2).sum(axis=0) * len(counts) / (len(counts) - 1) / total**2
    return found


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

    with Live(console=Console(file=sys.stderr), transient=True, auto_refresh=True) as live:
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
    grid = _facts()
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


def record(study: Study, damaged: list[int] | None = None) -> dict[str, Any]:
    """Return the state of a study for machines."""
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
    if damaged is not None:
        made["damaged"] = damaged
    return made


def _rate(study: Study) -> float | None:
    spent = sum(one.seconds for one in study.entries.values())
    return round(study.done / spent, 1) if spent > 0 else None


def _left(study: Study) -> float | None:
    rate = _rate(study)
    return round((study.runs - study.done) / rate, 1) if rate else None


def status(study: Study, damaged: list[int] | None = None) -> RenderableType:
    """Return the state of a study for readers."""
    grid = _facts()
    told = record(study, damaged)
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
    if damaged is not None:
        said = "every part has its checksum"
        if damaged:
            blocks = ", ".join(str(one) for one in damaged[:12]) + (", …" if len(damaged) > 12 else "")
            said = f"{len(damaged):,} damaged blocks ({blocks}); the sweep's command runs them again"
        grid.add_row("checked", said)
    return grid


def page(study: Study) -> RenderableType:
    """Return what a study says: shares with intervals, contrasts of levers, how to go on."""
    experiment = study.experiment
    parts: list[RenderableType] = [Text(experiment.title, style="bold")]
    if experiment.question:
        parts.append(Text(experiment.question, style="italic"))
    if study.done > study.failed:
        parts += [_shares(study), *_contrasts(study)]
    parts += [Text(""), status(study)]
    return Group(*parts)


def _settings(study: Study) -> list[str]:
    levers = list(study.experiment.levers)
    return levers if 1 < len(study.experiment.alternatives) <= MOST_SETTINGS else []


def _shares(study: Study) -> RenderableType:
    found = intervals.shares(study, _settings(study))
    settings = list(dict.fromkeys(found["setting"])) if "setting" in found else ["share"]
    made = text.table("", "class", *settings, right=settings)
    for name in PATHS:
        rows = found[found["path"] == name].to_dict("records")
        cells = [percent(float(row["share"])) for row in rows]
        if len(settings) <= MOST_INTERVALS:
            cells = [
                f"{cell}  ({span(row['low'], row['high'])})" for cell, row in zip(cells, rows, strict=True)
            ]
        made.add_row(name, *cells)
    over = "cases and draws" if study.experiment.method in intervals.SAMPLED else "draws at these cases"
    return Group(
        text.heading("Where runs end (class), with 95 % intervals"),
        made,
        Text(f"Under these assumptions, not a forecast. Intervals resample {over}.", style="dim"),
    )


def _contrasts(study: Study) -> Iterator[RenderableType]:
    if not study.experiment.levers or not _settings(study):
        return
    found = intervals.contrasts(study)
    if found.empty:
        return
    made = text.table(
        "",
        "lever",
        "change",
        "outcome",
        "effect",
        "95 %",
        "variance ratio",
        right=("effect", "95 %", "variance ratio"),
    )
    for row in found.to_dict("records"):
        ratio = f"{row['variance_ratio']:.1f} ×" if math.isfinite(row["variance_ratio"]) else "–"
        ends = f"{row['low']:+.3g} – {row['high']:+.3g}" if math.isfinite(row["low"]) else "–"
        change = f"{row['against']} → {row['alternative']}"
        made.add_row(row["lever"], change, row["outcome"], f"{row['effect']:+.3g}", ends, ratio)
    yield Group(
        text.heading("What the levers change, on the same draws"),
        made,
        Text("Variance ratio: as many times the runs would independent draws have needed.", style="dim"),
    )


def result(study: Study) -> dict[str, Any]:
    """Return what the page says for machines."""
    made = record(study)
    if study.done > study.failed:
        made["shares"] = _rows(intervals.shares(study, _settings(study)))
        made["contrasts"] = _rows(intervals.contrasts(study)) if study.experiment.levers else []
    return made


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [
        {
            key: (None if isinstance(one, float) and not math.isfinite(one) else one)
            for key, one in row.items()
        }
        for row in frame.to_dict("records")
    ]


def _facts() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    return grid
