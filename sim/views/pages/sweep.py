"""What `panj sweep` and `panj status` say: progress while it runs, the page afterwards, data for machines."""

from __future__ import annotations

import math
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
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
from sim.analysis.runs import SAMPLED, Stored, view
from sim.analysis.statistics import intervals
from sim.model.outcomes import OUTCOMES, PATHS
from sim.study.questions import WORSE, Estimand, estimand
from sim.views.experiment import region_words
from sim.views.finding import ENDS, findings
from sim.views.numbers import change, percent, span
from sim.views.pages.sensitivity import PER_INPUT
from sim.views.terminal import console, entry, facts, page, section, table

if TYPE_CHECKING:
    from sim.study.results.study import Study
    from sim.study.sweep.blocks import Setup
    from sim.study.sweep.estimate import Estimate

Ints = NDArray[np.int64]

#: Seconds between two lines where the progress goes to a file or pipe.
EVERY = 10.0
#: More settings of the levers than this are pooled on the page.
MOST_SETTINGS = 40

#: What a page says of each setting of the levers, the first in its first sentence.
HEADLINES = {
    "clashes or worse": Estimand("share", WORSE),
    "accommodation": Estimand("share", ("rapprochement", "quiet accommodation")),
    "deadly clash": Estimand("share", ("blood",)),
}


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

    def evaluations(self, done: int, wanted: int) -> None:
        """Say how far a search is."""
        now = time.monotonic()
        if now - self.told < (0.2 if self.live is not None else EVERY):
            return
        self.told = now
        left = (wanted - done) * (now - self.begun) / max(done, 1)
        words = f"{done:,} of {wanted:,} candidates judged, about {duration(left)} left"
        if self.live is not None:
            self.live.update(Text(words))
        else:
            print(f"panj: {words}", file=self.stream, flush=True)

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
        words = Text("All runs so far, whatever their setting (95 % interval):", style="dim")
        return Group(bar, Text(self.line().split(";")[0]), words, made)

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
        "memory": found.memory,
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
    grid.add_row("memory", f"about {size(found.memory)} at most, with its page and its report")
    grid.add_row("disk", f"about {size(found.size)} in {folder}")
    if found.rejected:
        grid.add_row("constraints", f"turn down {percent(found.rejected)} of the points drawn")
    if found.points < PER_INPUT * found.varied:
        grid.add_row(
            "ranking",
            f"{found.points:,} cases are too few to rank {found.varied:,} uncertain values; that takes about "
            f"{PER_INPUT * found.varied:,} (panj sensitivity)",
        )
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
    if (region := study.experiment.region) is not None:
        grid.add_row("region", region_words(region.named))
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


def sweep_page(study: Study, full: bool = False) -> RenderableType:
    """Return what a study says: the finding, settings one by one, effects of levers; classes where `full`."""
    parts: list[RenderableType] = []
    first = "No valid run yet."
    if study.done > study.failed:
        runs, groups = view(study), _groups(study)
        first = " ".join(findings(runs))
        parts = [_settings(runs, groups), *_contrasts(runs)] if len(groups) > 1 else [_classes(runs, groups)]
        parts += [_classes_by_setting(runs, groups)] if full and len(groups) > 1 else []
    return page(
        study.experiment.title,
        first,
        *parts,
        section("The study", status(study, sweep_record(study))),
        question=study.experiment.question,
        more=f"panj report {study.folder}" + ("" if full or len(parts) < 2 else "; --full for every class"),
    )


def _groups(study: Study) -> list[Cases]:
    """Return the settings under each condition, or all cases at once where they are one or too many."""
    runs = view(study)
    groups = runs.groups(runs.whole)
    many = 1 < len(groups) <= MOST_SETTINGS
    return groups if many else [Cases("share", np.ones(len(runs.cases), bool))]


def _headlines(runs: Stored, groups: Sequence[Cases]) -> list[tuple[Cases, list[dict[Any, Any]]]]:
    """Return with each group the shares of what a page leads with, a record each; see `Part.shares`."""
    pairs = []
    for group in groups:
        for part in runs.parts([group]):
            hits = np.column_stack([part.answers(one, runs.weeks) for one in HEADLINES.values()])
            pairs.append((group, part.shares(hits).to_dict("records")))
    return pairs


def _settings(runs: Stored, groups: Sequence[Cases]) -> RenderableType:
    made = table("setting", *HEADLINES, right=HEADLINES, wide=("setting",))
    condition = ""
    for group, rows in _headlines(runs, groups):
        if group.condition != condition:
            made.add_row(Text(f"given {group.condition}:", style="bold"))
            condition = group.condition
        made.add_row(_policy(group.name, condition), *(_share(row) for row in rows))
    note = f"{_reading(runs)} {ENDS}"
    return section("Shares of runs by setting (95 % interval)", made, note=note)


def _policy(name: str, condition: str) -> str:
    """Return what is chosen in a group, of its name."""
    return name.removeprefix(f"{condition}: ")


def _share(row: Mapping[Any, Any]) -> str:
    return f"{percent(row['share'])} ({span(row['low'], row['high']).removesuffix(' %')})"


def _classes(runs: Stored, groups: Sequence[Cases]) -> RenderableType:
    made = table("", "share", "95 % interval", right=("share", "95 % interval"))
    for row in _by_class(runs, groups).to_dict("records"):
        made.add_row(row["path"], percent(row["share"]), span(row["low"], row["high"]))
    return section("Where runs end", made, note=_reading(runs))


def _classes_by_setting(runs: Stored, groups: Sequence[Cases]) -> RenderableType:
    rows = _by_class(runs, groups)
    entries = [
        entry(str(name), "", "; ".join(f"{row['path']} {_share(row)}" for row in mine.to_dict("records")))
        for name, mine in rows.groupby("group", sort=False)
    ]
    return section("Where runs end, by setting (%, 95 % interval)", *entries)


def _by_class(runs: Stored, groups: Sequence[Cases]) -> pd.DataFrame:
    rows = shares(runs, groups)
    return rows[rows["path"].isin(PATHS)]


def _reading(runs: Stored) -> str:
    over = "cases and draws" if runs.sampled else "draws at these cases"
    return f"Under these assumptions, not a forecast. Intervals allow for which {over} came up."


def _contrasts(runs: Stored) -> list[RenderableType]:
    """Return what each alternative of a lever changes, as far as its interval leaves out zero."""
    rows = contrasts(runs)
    if rows.empty:
        return []
    entries = []
    names = ["condition", "lever", "group"]
    for _, mine in rows.groupby(names, sort=False):
        condition, lever, name, against = map(str, mine[[*names, "against"]].iloc[0])
        words = [_effect(row) for row in mine.to_dict("records") if row["low"] > 0 or row["high"] < 0]
        words = [one for one in words if " 0 (" not in one]  # clear, and too small to be written
        given = f"instead of {_policy(against, condition)}" + (f", given {condition}" if condition else "")
        head = f"{lever}: {_policy(name, condition)}"
        entries.append(entry(head, given, "; ".join(words) or "nothing beyond chance"))
    return [section("What the levers change, on the same draws (95 % interval)", *entries)]


def _effect(row: Mapping[Any, Any]) -> str:
    outcome = OUTCOMES[estimand(row["question"]).names[0]]
    return f"{outcome.event or outcome.label} {change(row['effect'], row['low'], row['high'], row['unit'])}"


def result(study: Study) -> dict[str, Any]:
    """Return what the page says for machines."""
    made = sweep_record(study)
    if study.done > study.failed:
        rows, groups = shares(view(study), _groups(study)), _groups(study)
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
