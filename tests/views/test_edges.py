"""Studies at the edges (empty, one run, nothing but failures, one path) and titles that mean harm."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.ensemble import Block, simulate
from sim.study.sweep import blocks

SCRIPT, FORMULA = "<script>alert(1)</script>", "=cmd()"
HARM: dict[str, Any] = {
    "panj": 1,
    "title": FORMULA,
    "question": f"{FORMULA} {SCRIPT}",
    "scenario": "baseline",
    "weeks": 1,
    "citizens": 0,
    "design": {"method": "lhs", "size": 30},
    "replicates": 2,
    "uncertainties": {"russian_guarantee": {"uniform": [0, 1]}, "hardship": {"uniform": [0.3, 0.7]}},
    "levers": {"line": {FORMULA: {}, SCRIPT: {"parameters": {"audience_cost": 2}}}},
    "goals": [{"minimise": "share(war, fighting, fight and talk, clashes)"}],
}
EDGES = ("empty", "one run", "one path", "all failed")
WHERE = "share(war, fighting, fight and talk, clashes) > 0.6"


def broken(plan: Any, seed: int, which: Any, *arguments: Any, **options: Any) -> Block:
    """Runs as ever, said to have failed in week 1."""
    block = simulate(plan, seed, which, *arguments, **options)
    block.outcomes.view(np.float64)[:] = np.nan
    block.failure_week[:] = 1
    block.failure_variable[:] = 0
    return block


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("edges")
    made = {name: root / name.replace(" ", "_") for name in EDGES}
    sim.sweep(HARM, made["one path"], threads=1)
    one = {**HARM, "replicates": 1, "design": {"method": "grid", "levels": 2}, "levers": {}}
    sim.sweep({**one, "uncertainties": {"tension": [0.5]}}, made["one run"], threads=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "simulate", broken)
        sim.sweep(HARM, made["all failed"], threads=1)
    shutil.copytree(made["one path"], made["empty"])
    (made["empty"] / "manifest.jsonl").write_text("")
    return made


def sound(told: Any, *codes: int) -> str:
    """What a command said, which is no traceback."""
    assert told.code in codes, told.err
    assert "Traceback" not in told.out + told.err
    return str(told.out)


def tame(path: Path) -> None:
    """Assert that no cell of a CSV would be run by a spreadsheet."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    for row in csv.reader(lines):
        for cell in row:
            assert not cell.startswith(("=", "@")), (path.name, cell)


@pytest.mark.parametrize("edge", EDGES)
def test_a_page(panj: Callable[..., Any], folders: dict[str, Path], edge: str) -> None:
    sound(panj("report", folders[edge], "-o", "page.html"), 0)
    text = Path("page.html").read_text(encoding="utf-8")
    assert "<script>alert" not in text
    assert text.count("<script>") == 1
    plain = re.sub(r"data:image[^\"]*", "", text)
    assert "nan" not in plain.lower().replace("finance", "")
    said = {
        "empty": "No block is done yet",
        "one run": "100 % of them of the one case",
        "one path": "does not change it beyond chance",
        "all failed": "Every run failed",
    }
    assert said[edge] in plain


@pytest.mark.parametrize("edge", EDGES)
def test_pictures_with_their_numbers(panj: Callable[..., Any], folders: dict[str, Path], edge: str) -> None:
    told = panj("plot", folders[edge], "--data", "--format", "svg", "--out", "pictures")
    if edge in ("empty", "all failed"):
        sound(told, 2)
        assert "none of the usual pictures has anything to show" in told.err
        return
    sound(told, 0)
    tables = list(Path("pictures").glob("*.csv"))
    assert tables
    for path in tables:
        tame(path)
    for path in Path("pictures").glob("*.svg"):
        assert "<script>alert" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("edge", EDGES)
def test_conditions_and_indices(panj: Callable[..., Any], folders: dict[str, Path], edge: str) -> None:
    found = panj("discover", folders[edge], "--where", WHERE)
    asked = panj("sensitivity", folders[edge])
    if edge == "empty":
        for told in (found, asked):
            sound(told, 2)
            assert "no block is done yet" in told.err
        return
    assert re.search(r"(\d+) of \1 cases|0 of \d+ cases", sound(found, 0)), found.out
    none_written = panj("discover", folders[edge], "--where", WHERE, "-o", "box.yaml")
    sound(none_written, 2)
    assert "no box to write" in none_written.err
    assert not Path("box.yaml").exists()
    if edge == "one path":
        # Nothing differs, so nothing decides: every index is that of the dummy, none.
        assert "Nothing rises above the dummy" in sound(asked, 0)
    else:
        sound(asked, 2)
        assert re.search("twenty at least|nothing is uncertain", asked.err), asked.err


@pytest.mark.parametrize("edge", EDGES)
def test_tables_for_other_tools(panj: Callable[..., Any], folders: dict[str, Path], edge: str) -> None:
    told = panj("export", folders[edge], "--out", "tables")
    sound(told, *((2,) if edge == "empty" else (0,)))
    for path in Path("tables").glob("*.csv"):
        tame(path)


def test_indices_as_csv_are_tame(panj: Callable[..., Any], folders: dict[str, Path]) -> None:
    told = panj("sensitivity", folders["one path"], "--csv")
    Path("indices.csv").write_text(sound(told, 0), encoding="utf-8")
    tame(Path("indices.csv"))
    assert "# sensitivity: pawn of share(" in told.out


@pytest.mark.parametrize("edge", ["one path", "all failed"])
def test_policies_judged(folders: dict[str, Path], edge: str) -> None:
    if edge == "all failed":
        with pytest.raises(sim.errors.ResultError, match="no base point at which every setting"):
            sim.robustness(folders[edge])
        return
    found = sim.robustness(folders[edge])
    assert found.loses == 0
    assert found.undone == ()
    assert found.tables[0]["regret"].eq(0).all()


def test_two_scenarios_at_the_edges(panj: Callable[..., Any]) -> None:
    head = f"panj: 1\ntitle: '{FORMULA}'\nquestion: '{SCRIPT}'\nextends: baseline\nweeks: 2\ncitizens: 0\n"
    Path("a.yaml").write_text(head)
    Path("b.yaml").write_text(head + "parameters: {audience_cost: 2}\n")
    out = sound(panj("compare", "a.yaml", "b.yaml", "--runs", 2, "--out", "flows"), 0)
    assert "0 % of pairs end in another class" in out.replace("·", "0")
    tame(Path("flows/flows.csv"))
    assert "<script>alert" not in Path("flows/flows.svg").read_text(encoding="utf-8")
    told = panj("tip", "a.yaml", "--toward", "war", "--runs", 10, "--only", "tension", "--out", "tips")
    assert "No value alone does it" in sound(told, 0)


def test_two_scenarios_of_nothing_but_failures(
    panj: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.analysis.choosing import compare as comparison
    from sim.analysis.choosing import tip as tipping

    Path("a.yaml").write_text("panj: 1\ntitle: A\nextends: baseline\nweeks: 3\ncitizens: 0\n")
    monkeypatch.setattr(comparison, "simulate", broken)
    told = panj("compare", "a.yaml", "baseline", "--runs", 3)
    assert "No pair in which both runs are valid" in sound(told, 0)
    monkeypatch.setattr(tipping, "simulate", broken)
    told = panj("tip", "a.yaml", "--toward", "clashes", "--above", "10%", "--runs", 10, "--only", "tension")
    sound(told, 2)
    assert "every run" in told.err
