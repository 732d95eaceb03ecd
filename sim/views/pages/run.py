"""What `panj run` says: the page for a reader, the record for a machine."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table

from sim.analysis.answers import shares
from sim.analysis.answers.begun import begun
from sim.analysis.answers.odds import odds
from sim.analysis.answers.quantities import quantities
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.model.outcomes import ESCALATION, PATHS
from sim.study.ensemble.run import run as ensemble
from sim.views import terminal
from sim.views.experiment import region_words
from sim.views.finding import most
from sim.views.numbers import bare, counted, extent, percent, span
from sim.views.pages import odds as two_odds

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.results.result import Result

#: What is said of the share of a class.
SHARES = (
    *("share", "low", "high", "case_low", "case_high", "reading_low", "reading_high"),
    *("blood", "blood_low", "blood_high", "runs"),
)
#: So many runs are done in a moment, and tell what the rest will say more exactly.
FIRST = 100
#: Rungs of rapprochement in words short enough for a narrow column.
BRIEF = (" none", " back", " ties", "talks", " norm", "recog")


# For machines


def run_record(result: Result, folder: Path, pictures: Sequence[Path]) -> dict[str, Any]:
    """Return what the page says as plain data; numbers that do not exist are None."""
    spec = result.spec
    answers = Answers(result)
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
        "failed": result.failed,
        "defaults": answers.record(DEFAULTS),
        "plausible": None,
    }
    if len(result.design):
        varied = {"cases": len(result.design), "varied": list(result.design.columns[1:])}
        made["plausible"] = varied | answers.record(PLAUSIBLE)
    both = odds(result)
    made["odds"] = None if both is None else both.record()
    made["readings"] = {
        "range": _rows(answers.readings.iloc[: len(PATHS)]),
        "shares": _rows(result.readings),
    }
    return made


class Answers:
    """What the page and the record say of an ensemble, a table an answer, each when it is first asked for."""

    def __init__(self, result: Result) -> None:
        self.runs = view(result)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """Shares of the classes; see `sim.analysis.answers.shares`."""
        return shares.shares(self.runs)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """Shares of the classes when they are tried in another order."""
        return shares.orders(self.runs)

    @cached_property
    def joint(self) -> pd.DataFrame:
        """Joint tables of the ladders."""
        return shares.joint(self.runs)

    @cached_property
    def quantities(self) -> pd.DataFrame:
        """Main outcomes."""
        return quantities(self.runs)

    @cached_property
    def readings(self) -> pd.DataFrame:
        """Lowest and highest share of each class across readings of the article."""
        return shares.between_readings(self.runs.readings)

    def about(self, group: str) -> pd.DataFrame:
        """Return the shares of the classes in a group by class; every class has its row, if of no number."""
        rows = self.shares[self.shares["group"] == group]
        if rows.empty:
            return pd.DataFrame(np.nan, index=pd.Index(PATHS, name="path"), columns=SHARES).assign(runs=0)
        return rows.set_index("path").loc[list(PATHS), list(SHARES)]

    def tables(self, group: str) -> dict[str, Any]:
        """Return the joint tables of a group, (6, 6) each, by the kind of rungs."""
        rows = self.joint[self.joint["group"] == group]
        nothing = np.full((6, 6), np.nan)
        return {
            when: shares.grid(rows[rows["rungs"] == when]) if len(rows) else nothing
            for when in ("peak", "final")
        }

    def ordered(self, group: str) -> pd.DataFrame:
        """Return the shares of the classes in a group, a column an order."""
        rows = self.orders[self.orders["group"] == group]
        if rows.empty:
            return pd.DataFrame(np.nan, index=list(PATHS), columns=list(shares.ORDERS))
        return rows.pivot(index="path", columns="order", values="share").loc[list(PATHS), list(shares.ORDERS)]

    def main(self, group: str) -> pd.DataFrame:
        """Return the main outcomes of a group."""
        return self.quantities[self.quantities["group"] == group].drop(columns="group")

    def record(self, group: str) -> dict[str, Any]:
        """Return all answers of a group as plain data."""
        main = self.main(group)
        joint = {
            when: [[_plain(x) for x in row] for row in table] for when, table in self.tables(group).items()
        }
        return {
            "sound": int(main["runs"].iloc[0]),
            "measures": _rows(main),
            "joint": joint,
            "paths": _rows(self.about(group).reset_index()),
            "orders": _rows(self.ordered(group).rename_axis("path").reset_index()),
        }


def by_name(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by their names."""
    return {str(name): {str(k): v for k, v in row.items()} for name, row in frame.to_dict("index").items()}


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): _plain(value) for key, value in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if isinstance(value, int) or hasattr(value, "bit_count") else number


# For readers


def run_page(result: Result, folder: Path, pictures: Sequence[Path], full: bool = False) -> RenderableType:
    """Return the page: the finding, classes, both odds, main outcomes, identity; all tables where `full`."""
    answers = Answers(result)
    group = PLAUSIBLE if len(result.design) else DEFAULTS
    parts = [_classes(result, answers)]
    both = odds(result)
    if both is not None:
        parts.append(two_odds.section(both))
    parts.append(_measures(answers, group))
    if any(one.when for one in result.spec.events) or any(one.reacts for one in result.spec.commitments):
        parts.append(_begun(result, group))
    if full:
        if group == PLAUSIBLE:
            parts.append(_measures(answers, DEFAULTS))
        parts += [_bloodshed(result, answers), *_ladders(answers), _orders(answers)]
    return terminal.page(
        result.spec.title,
        most(answers.runs),
        *parts,
        _identity(result, folder, pictures),
        question=result.spec.question or "",
        more=""
        if full
        else "--full for deadly clashes, readings, ladders, other orders; "
        "panj rules CLASS for what a class means.",
    )


def first_look(spec: Scenario, runs: int, seed: int, threads: int | None) -> str:
    """Return how the first hundred of so many runs at the defaults end, the class of most runs first."""
    answers = Answers(ensemble(spec, runs=FIRST, seed=seed, threads=threads, plausible=False))
    ends = answers.about(DEFAULTS).query("share > 0").sort_values("share", ascending=False)
    words = [
        f"{name} {percent(row['share'])} ({span(row['low'], row['high'])})" for name, row in ends.iterrows()
    ]
    return (
        f"The first {FIRST} of {runs:,} runs at the defaults, with 95 % Monte Carlo error: "
        f"{', '.join(words) or 'none is valid'}"
    )


def _classes(result: Result, answers: Answers) -> RenderableType:
    wide = len(result.design) > 0
    heads = ["mean across\nparameters", "parameter\nrange (90 %)"] if wide else []
    made = _numbers(*heads, "at the\ndefaults", "Monte Carlo\nerror (95 %)")
    here, there = (by_name(answers.about(group)) for group in (DEFAULTS, PLAUSIBLE))
    for name in PATHS:
        row, far = here[name], there[name]
        cells = [percent(far["share"]), extent(far["case_low"], far["case_high"])] if wide else []
        made.add_row(name, *cells, percent(row["share"]), span(row["low"], row["high"]))
    return terminal.section("Where runs end", made, note=_reading(result, answers))


def _reading(result: Result, answers: Answers) -> str:
    words = "Under these assumptions, not a forecast. "
    if len(result.design):
        words += (
            f"Parameter range: {counted(len(result.design), 'case')} draw "
            f"{len(result.design.columns) - 1} uncertain values anew; the range holds 90 % of their shares, "
            "without Monte Carlo noise; more runs do not narrow it; – where they are too few to estimate "
            "it. "
        )
    sound = int(answers.main(DEFAULTS)["runs"].iloc[0])
    return f"{words}At the defaults: {counted(sound, 'run')} that differ by chance."


def _begun(result: Result, group: str) -> RenderableType:
    """Return in what share of runs each event with a condition and each plan that reacts began, and when."""
    made = _numbers("began in", "Monte Carlo\nerror (95 %)", "first week\n(5–95 %)")
    table = begun(result)
    for row in table[table["group"] == group].to_dict("records"):
        first = f"{row['first']:.0f} ({row['early']:.0f} – {row['late']:.0f})" if row["share"] else "never"
        made.add_row(row["name"], percent(row["share"]), span(row["low"], row["high"]), first)
    return terminal.section(f"What waited for a condition, {group}", made)


def _bloodshed(result: Result, answers: Answers) -> RenderableType:
    """Return the share of each class with a deadly clash, and its range across readings of the article."""
    wide = len(result.design) > 0
    heads = ["deadly clash:\nparameters", "across\nreadings"] if wide else []
    made = _numbers(*heads, "deadly clash:\ndefaults")
    here, there = (by_name(answers.about(group)) for group in (DEFAULTS, PLAUSIBLE))
    read = by_name(answers.readings.set_index("path"))
    for name in PATHS:
        between = read.get(name, {"low": math.nan, "high": math.nan})
        cells = [percent(there[name]["blood"]), span(between["low"], between["high"])] if wide else []
        made.add_row(name, *cells, percent(here[name]["blood"]))
    note = ""
    if wide:
        most, ways = int(result.readings["runs"].max()), result.readings["reading"].nunique()
        note = (
            f"Lowest and highest share under {ways} readings, {counted(most, 'run')} each with the same "
            "random draws."
        )
    title = "Which of them with a deadly clash on the way; shares across readings of the article"
    return terminal.section(title, made, note=note)


def _ladders(answers: Answers) -> list[RenderableType]:
    """Return the joint table of the highest rungs, and that of the last week."""
    tables: list[RenderableType] = []
    for when, table in zip(
        ("highest rungs", "rungs in the last week"), answers.tables(DEFAULTS).values(), strict=True
    ):
        made = _numbers(*BRIEF)
        for rung in reversed(range(len(ESCALATION))):
            made.add_row(ESCALATION[rung], *(bare(share) for share in table[rung]))
        title = f"Escalation by rapprochement, {when}: % of runs at the defaults"
        tables.append(terminal.section(title, made))
    return tables


def _measures(answers: Answers, group: str) -> RenderableType:
    made = _numbers("median (5–95 %)", " ")
    for row in by_name(answers.main(group)).values():
        made.add_row(f"{row['label']}, {row['unit']}", *middle(row))
    return terminal.section(f"Main outcomes {group}, of the runs that have one", made)


def _orders(answers: Answers) -> RenderableType:
    table = answers.ordered(DEFAULTS)
    made = _numbers(*map(str, table))
    for path, row in table.iterrows():
        made.add_row(str(path), *map(percent, row))
    return terminal.section("Shares at the defaults when classes are tried in another order", made)


def _numbers(*heads: str) -> Table:
    """Return an empty table of rows by name and columns of numbers."""
    return terminal.table("", *heads, right=heads)


def _identity(result: Result, folder: Path, pictures: Sequence[Path]) -> RenderableType:
    spec, versions = result.spec, result.identity["versions"]
    failed = result.failed
    grid = terminal.facts()
    grid.add_row(
        "scenario", f"{spec.hash[:16]}, {spec.weeks} weeks from {spec.start}, {spec.citizens} citizens"
    )
    runs = f"{result.runs:,} at the defaults"
    if len(result.design):
        runs += f", {result.runs:,} across plausible parameters"
    grid.add_row("runs", f"{runs}; seed {result.seed}" + (f"; {failed:,} failed" if failed else ""))
    if region := result.identity.get("region"):
        grid.add_row("region", region_words(region))
    grid.add_row(
        "version",
        f"panj {versions['panj']}, numpy {versions['numpy']}, llvmlite {versions['llvmlite']}, "
        f"Python {versions['python']}",
    )
    if added := result.identity.get("extensions"):
        grid.add_row("added", ", ".join(added))
    grid.add_row("results", str(folder))
    grid.add_row("", _pictures(pictures))
    return Padding(grid, (1, 0, 0, 0))


def _pictures(pictures: Sequence[Path]) -> str:
    kinds = list(dict.fromkeys(path.stem for path in pictures))
    return f"tables; pictures: {', '.join(kinds)}" if kinds else "tables"


def middle(row: Mapping[str, Any]) -> list[str]:
    """Write median and range of an outcome, and in how many runs it came to be where not in all."""
    if not math.isfinite(row["median"]):
        return ["–", "never" if row["reached"] == 0 else ""]
    words = f"{_number(row['median'])} ({_number(row['low'])} – {_number(row['high'])})"
    return [words, "" if row["reached"] == 1 else f"in {percent(row['reached'])}"]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"
