"""What `panj tip` says: the smallest changes, what they concern, and the storylines to run."""

from __future__ import annotations

import json
import re
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sim.analysis.choosing.tip import tip
from sim.analysis.choosing.tip_records import Tip, Tipping
from sim.analysis.deciding import box_file
from sim.errors import ScenarioError
from sim.scenario.schema import Scenario
from sim.views import numbers, terminal
from sim.views.numbers import bare
from sim.views.terminal import progress

#: Changes of a kind that are shown and written; the record has all.
MOST = 5


def tip_command(
    spec: Scenario,
    name: str,
    toward: str,
    above: float | None,
    runs: int,
    seed: int,
    only: list[str] | None,
    out: Path | None,
    force: bool,
    threads: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Do what `panj tip` was asked for, write the storylines, and print it."""
    with progress(0, quiet or as_json) as tick:
        found = tip(
            spec, toward, above=above, runs=runs, seed=seed, only=only, threads=threads, progress=tick
        )
    written = box_file.write(files(found, name, out), force) if out is not None else []
    if as_json:
        record = found.record() | {"written": [str(one) for one in written]}
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.console().print(tip_page(found))
    for path in written:
        print(path)


def files(found: Tipping, name: str, folder: Path) -> dict[Path, str]:
    """Return a storyline for each change that is shown, by its path."""
    made: dict[Path, str] = {}
    goal = (
        "the likeliest end" if found.goal is None else f"the end of more than {100 * found.goal:g} % of runs"
    )
    for kind, tips in (
        ("one", found.singles),
        ("two", found.pairs),
        ("commitment", found.commitments),
        ("near", found.nearest),
    ):
        for number, one in enumerate(tips[:MOST], 1):
            changed = one.applied(found.spec)
            words = re.sub(r"[/\\<>]", " ", one.words.replace("→", "to"))
            changed = changed.replace(
                title=f"Tipped: {words}"[:180], question=f"Does this make {found.toward} {goal}?"
            )
            head = "".join(
                f"# {' '.join(line.split())}\n"
                for line in (
                    f"{found.spec.title}, changed: {one.words}",
                    f"{found.toward} from {100 * one.before:.1f} % of runs to {100 * one.after:.1f} % "
                    f"({100 * one.low:.1f} to {100 * one.high:.1f} %)",
                    f"concerns {numbers.marks(one.paragraphs).replace('–', 'no paragraph')}; "
                    f"found by panj tip {name} --toward {found.toward!r}",
                )
            )
            made[folder / f"tip-{kind}-{number}.yaml"] = box_file.scenario_text(changed, head)
    return made


def tip_page(found: Tipping) -> RenderableType:
    """Return what was found for a reader."""
    goal = "the likeliest end" if found.goal is None else f"more than {100 * found.goal:g} % of runs"
    blocks: list[RenderableType] = [
        terminal.heading(f"What tips {found.spec.title} towards {found.toward}?"),
        Text(
            f"Now {bare(found.before).replace('·', '0')} % of runs; the goal is {goal}. {found.tried} values "
            f"were tried over their plausible ranges, {found.runs:,} runs a world on the same chance, "
            f"seed {found.seed}."
        ),
        terminal.heading("One value alone, smallest change first"),
        _table(found.singles)
        if found.singles
        else Text("No value alone does it within its plausible range."),
        terminal.heading("Two values together, shorter than either alone"),
        _table(found.pairs) if found.pairs else Text("No pair of the strongest values is shorter."),
        *_closest(found),
        terminal.heading("One commitment from the start"),
        _table(found.commitments) if found.commitments else Text("No single commitment does it."),
        Text(
            "\nSize: 1 is the whole plausible range. The share after is from chance that the search has not "
            "seen, so it may fall short of the goal where the edge is close.",
            style="dim",
        ),
    ]
    return Group(*blocks)


def _closest(found: Tipping) -> list[RenderableType]:
    if not found.nearest:
        return []
    return [terminal.heading("What comes closest, at the ends of plausible ranges"), _table(found.nearest)]


def _table(tips: tuple[Tip, ...]) -> Table:
    made = terminal.table(
        "", "change", "size", "share after", "95 %", "¶", wide=("change", "¶"), right=("size",)
    )
    for one in tips[:MOST]:
        size = f"{one.size:.2f}" if one.changes else "–"
        made.add_row(
            one.words,
            size,
            f"{bare(one.after)} %",
            f"{bare(one.low)} – {bare(one.high)} %".replace("·", "0"),
            numbers.marks(one.paragraphs),
        )
    return made


def goal_of(given: str | None) -> float | None:
    """Read the share that --above asks for, as a number or in per cent.

    Raises
    ------
    ScenarioError
        It is neither.
    """
    if given is None:
        return None
    match = re.fullmatch(r"\s*(\d*\.?\d+)\s*(%?)\s*", given, re.ASCII)
    if match is None:
        raise ScenarioError(f"--above: expected a share like 0.3 or 30%, found {given!r}")
    return float(match[1]) / (100 if match[2] else 1)
