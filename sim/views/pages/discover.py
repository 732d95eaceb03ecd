"""What `panj discover` says: how often it happens, under which conditions, and how sure that is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.deciding import box_file, cases
from sim.analysis.deciding.boxes import Box, Fit
from sim.analysis.deciding.cases import Discovery
from sim.errors import ScenarioError
from sim.views import terminal
from sim.views.numbers import bare, counted
from sim.views.pages.sensitivity import chosen, under

#: Ends of the tree that the page shows.
MOST_LEAVES = 6


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
    answer = cases.discover(study, where, conditions=chosen(conditions, "condition"))
    written: list[Path] = []
    if out is not None:
        if given is not None:
            raise ScenarioError(
                "--out: fresh points and chance cannot be held to a condition on what came of them; "
                "leave --given out"
            )
        if not answer.boxes:
            raise ScenarioError(f"{folder}: no box to write; {answer.reason}")
        texts = box_file.texts(
            study.experiment, answer.boxes[0], answer.asked.text, out, str(folder), answer.conditions
        )
        written = box_file.write(texts, force)
    if as_json:
        record = answer.record() | {"written": [str(one) for one in written]}
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    terminal.show(discover_page(answer))
    for path in written:
        print(path)


def discover_page(answer: Discovery) -> RenderableType:
    """Return the boxes and the tree for a reader, the finding first."""
    overall = answer.overall
    left = [
        (answer.unknown, "have no valid run and count nowhere"),
        (answer.neighbours, "hardly differ from another one and do not count"),
    ]
    counts = " ".join(f"{counted(many, 'more case')} {words}." for many, words in left if many)
    parts = [_box(number, box) for number, box in enumerate(answer.boxes, 1)]
    parts += [_tree(answer)] if answer.tree else []
    words = "A box describes where it happens in this design; it is no cause by itself."
    return terminal.page(
        f"In which cases is {answer.asked.text}{under(answer.conditions)}?",
        finding(answer),
        Text(f"It holds in {overall.met:,} of {counted(overall.inside, 'case')}. {counts}".rstrip()),
        *parts,
        *([Text(f"\n{words}", style="dim")] if answer.boxes else []),
        more="-o FILE writes the first box as an experiment with fresh points." if answer.boxes else "",
    )


def finding(answer: Discovery) -> str:
    """Return the first sentence: the first box with how often it holds there and elsewhere."""
    share = f"{_dense(answer.overall)} of cases"
    if not answer.boxes:
        return f"{answer.reason[0].upper()}{answer.reason[1:]}; it holds in {share}."
    box = answer.boxes[0]
    there = box.fresh or box.fit
    return (
        f"It holds in {_dense(there)} of cases where {' and '.join(map(str, box.limits))}, against {share} "
        "altogether."
    )


def _box(number: int, box: Box) -> RenderableType:
    lines = [Text(f"  {one}", style="bold") for one in box.limits]
    inside = f"{_dense(box.fit)} of {box.fit.inside:,} cases inside"
    lines.append(Text(f"  {inside}; {bare(box.fit.coverage)} % of all cases in which it holds"))
    if box.fresh is not None:
        lines.append(
            Text(f"  on cases held back while it was drawn: {_dense(box.fresh)} of {box.fresh.inside:,}")
        )
    return terminal.section(f"Box {number}", *lines)


def _tree(answer: Discovery) -> RenderableType:
    how = (
        "counted on cases kept aside while it grew"
        if answer.tree[0].fresh
        else "no cases kept aside, too few"
    )
    heads = ("it holds in", "of cases")
    table = terminal.table(*heads, "where", wide=("where",), right=heads)
    for leaf in answer.tree[:MOST_LEAVES]:
        table.add_row(_dense(leaf.fit), f"{leaf.fit.inside:,}", str(leaf))
    return terminal.section(f"As a tree, densest ends first ({how})", table)


def _dense(one: Fit) -> str:
    low, high = (bare(end).replace("·", "0") for end in one.interval)
    return f"{bare(one.density).replace('·', '0')} % ({low} to {high} %)"
