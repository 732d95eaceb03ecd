"""What `panj discover` says: how often it happens, under which conditions, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from sim.analysis.deciding import box_file, cases
from sim.analysis.deciding.boxes import Fit
from sim.analysis.deciding.cases import Discovery
from sim.errors import ScenarioError
from sim.views import terminal
from sim.views.numbers import bare
from sim.views.pages.sensitivity import chosen, under


def discover_command(
    folder: Path,
    where: str,
    given: str | None,
    conditions: Sequence[str],
    out: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Do what `panj discover` was asked for and print it."""
    study = cases.opened(folder, given)
    found = cases.discover(study, where, conditions=chosen(conditions, "condition"))
    written: list[Path] = []
    if out is not None:
        if given is not None:
            raise ScenarioError(
                "--out: fresh points and chance cannot be held to a condition on what came of them; "
                "leave --given out"
            )
        if not found.boxes:
            raise ScenarioError(f"{folder}: no box to write; {found.reason}")
        made = box_file.texts(
            study.experiment, found.boxes[0], found.asked.text, out, str(folder), found.conditions
        )
        written = box_file.write(made, force)
    if as_json:
        record = found.record() | {"written": [str(one) for one in written]}
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.console().print(discover_page(found))
    for path in written:
        print(path)


def discover_page(found: Discovery) -> RenderableType:
    """Return what was found for a reader."""
    overall, unknown = found.overall, found.unknown
    blocks: list[RenderableType] = [
        terminal.heading(f"In which cases is {found.asked.text}?{under(found.conditions)}"),
        Text(
            f"Of {overall.inside:,} cases, {overall.met:,} do: {_dense(overall)}."
            + (f" {unknown:,} cases have no sound run and count nowhere." if unknown else "")
            + (
                f" {found.neighbours:,} that hardly differ from one of them do not count."
                if found.neighbours
                else ""
            )
        ),
    ]
    if found.reason:
        blocks.append(Text(f"{found.reason[0].upper()}{found.reason[1:]}.", style="yellow"))
    for number, box in enumerate(found.boxes, 1):
        blocks.append(terminal.heading(f"Box {number}"))
        blocks += [Text(f"  {one}", style="bold") for one in box.limits]
        blocks.append(
            Text(
                f"  {_dense(box.fit)} of {box.fit.inside:,} cases inside; "
                f"holds {bare(box.fit.coverage)} % of all that do"
            )
        )
        if box.fresh is not None:
            blocks.append(
                Text(f"  on cases held back while it was drawn: {_dense(box.fresh)} of {box.fresh.inside:,}")
            )
    if found.tree:
        how = (
            "counted on cases kept aside while it was grown"
            if found.tree[0].fresh
            else "too few to keep any aside"
        )
        blocks.append(terminal.heading(f"As a tree, densest ends first ({how})"))
        made = terminal.table("", "cases that do", "95 %", "of", "where", wide=("where",), right=("of",))
        for leaf in found.tree[:6]:
            low, high = leaf.fit.interval
            made.add_row(
                f"{bare(leaf.fit.density)} %",
                f"{bare(low)} – {bare(high)} %".replace("·", "0"),
                f"{leaf.fit.inside:,}",
                str(leaf),
            )
        blocks.append(made)
    if found.boxes:
        words = "A box describes where it happens in this design; it is no cause by itself."
        blocks.append(Text(words, style="dim"))
    return Group(*blocks)


def _dense(one: Fit) -> str:
    low, high = (bare(end).replace("·", "0") for end in one.interval)
    return f"{bare(one.density).replace('·', '0')} % ({low} to {high} %)"
