"""What `panj discover` says: how often it happens, under which conditions, and how sure that is."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from sim.analysis import box_file, of_study
from sim.analysis.discovery import Box, Fit, Leaf, boxes, fit, tree
from sim.analysis.estimands import condition as read_condition
from sim.errors import ResultError, ScenarioError
from sim.study.loading import load_results
from sim.study.study import Study
from sim.views import text
from sim.views.summary import bare


def sweep_of(folder: Path) -> Study:
    """Return the sweep in a folder.

    Raises
    ------
    ResultError
        It holds an ensemble, or nothing.
    """
    found = load_results(folder)
    if not isinstance(found, Study):
        raise ResultError(
            f"{folder} holds an ensemble; this asks how an answer differs from case to case: panj sweep"
        )
    return found


def run(folder: Path, where: str, out: Path | None, force: bool, as_json: bool) -> None:
    """Do what `panj discover` was asked for and print it."""
    asked = read_condition(where)
    study = sweep_of(folder)
    table = of_study.inputs(study)
    met, known = of_study.meets(study, asked)
    table, met = table[known].reset_index(drop=True), met[known]
    overall = fit(met | True, met)
    reason = ""
    found: list[Box] = []
    leaves: list[Leaf] = []
    try:
        found = boxes(table, met, seed=study.experiment.seed)
        leaves = tree(table, met)
    except ResultError as error:
        reason = str(error)
    written: list[Path] = []
    if out is not None:
        if not found:
            raise ScenarioError(f"{folder}: no box to write; {reason or 'none is denser than all cases'}")
        made = box_file.texts(study.experiment, found[0], asked.text, out, str(folder))
        written = box_file.write(made, force)
    if as_json:
        record = {
            "condition": asked.text, "overall": overall.record(), "boxes": [one.record() for one in found],
            "tree": [{"limits": str(one), **one.fit.record()} for one in leaves],
            "reason": reason or None, "unknown": int((~known).sum()),
            "written": [str(one) for one in written],
        }  # fmt: skip
        print(json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False))
        return
    text.console().print(page(asked.text, overall, found, leaves, reason, int((~known).sum())))
    for path in written:
        print(path)


def page(
    condition: str, overall: Fit, found: list[Box], leaves: list[Leaf], reason: str, unknown: int
) -> RenderableType:
    """Return what was found for a reader."""
    blocks: list[RenderableType] = [
        text.heading(f"In which cases is {condition}?"),
        Text(
            f"Of {overall.inside:,} cases, {overall.met:,} do: {_dense(overall)}."
            + (f" {unknown:,} cases have no sound run and count nowhere." if unknown else "")
        ),
    ]
    if reason:
        return Group(*blocks, Text(reason, style="yellow"))
    if not found:
        blocks.append(Text("No box is denser than all cases together: nothing that varies decides it."))
    for number, box in enumerate(found, 1):
        blocks.append(text.heading(f"Box {number}"))
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
    if leaves:
        blocks.append(text.heading("The same as a tree, densest ends first"))
        made = text.table("", "cases that do", "95 %", "of", "where", wide=("where",), right=("of",))
        for leaf in leaves[:6]:
            low, high = leaf.fit.interval
            made.add_row(
                f"{bare(leaf.fit.density)} %", f"{bare(low)} – {bare(high)} %".replace("·", "0"),
                f"{leaf.fit.inside:,}", str(leaf),
            )  # fmt: skip
        blocks.append(made)
    blocks.append(
        Text("A box describes where it happens in this design; it is no cause by itself.", style="dim")
    )
    return Group(*blocks)


def _dense(one: Fit) -> str:
    low, high = (bare(end).replace("·", "0") for end in one.interval)
    return f"{bare(one.density).replace('·', '0')} % ({low} to {high} %)"
