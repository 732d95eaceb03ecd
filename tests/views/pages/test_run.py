"""The page and the record of an ensemble: what comes first, what is named as what, and odd results."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import sim
from sim.analysis.runs import view
from sim.cli import folder_name
from sim.model.outcomes import ESCALATION, PATHS
from sim.views import numbers, terminal
from sim.views.finding import findings
from sim.views.pages import run


def printed(result: sim.Result, capsys: pytest.CaptureFixture[str], full: bool = False) -> str:
    capsys.readouterr()
    terminal.show(run.run_page(result, Path("results/here"), [Path("results/here/paths.png")], full))
    return capsys.readouterr().out


def test_the_page_leads_with_the_finding_and_the_range(
    result: sim.Result, capsys: pytest.CaptureFixture[str]
) -> None:
    page = printed(result, capsys)
    assert page.index("Most often runs end in") < page.index("parameter") < page.index("Monte Carlo")
    assert "not a forecast" in page
    for word in (*PATHS, "first armed clash", "--full"):
        assert word in page
    for word in (result.spec.hash[:16], "seed 2", sim.__version__, "results/here", result.spec.question):
        assert word in page


def test_the_first_sentence_is_that_of_the_tables(result: sim.Result) -> None:
    ends = result.outcomes["path"].astype(str).value_counts(normalize=True)
    (sentence,) = findings(view(result))
    assert sentence.startswith(f"Most often runs end in {ends.index[0]}: {numbers.percent(ends.iloc[0])}")


@pytest.mark.parametrize("full", [False, True])
def test_the_page_fits_eighty_columns_and_loses_nothing(
    result: sim.Result, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    monkeypatch.setattr(terminal, "WIDTH_OF_A_FILE", 80)
    page = printed(result, capsys, full)
    assert max(len(line.rstrip()) for line in page.splitlines()) <= 80
    assert "…" not in page
    if full:
        for word in (*ESCALATION, "deadly clash", "worst first", "best first", "talk first"):
            assert word in page
    else:
        assert len(page.splitlines()) <= 50


def test_odd_results_have_a_page_and_a_record(odd: sim.Result, capsys: pytest.CaptureFixture[str]) -> None:
    page = printed(odd, capsys)
    assert "nan" not in page.lower()
    assert odd.spec.title[:20] in page
    json.dumps(run.run_record(odd, Path("here"), []), allow_nan=False)


def test_a_record_is_plain_data(result: sim.Result) -> None:
    made = run.run_record(result, Path("here"), [Path("here/paths.png")])
    data = json.loads(json.dumps(made, allow_nan=False))
    assert data == made
    assert (data["seed"], data["runs"], data["hash"], data["folder"]) == (2, 60, result.spec.hash, "here")
    assert data["pictures"] == ["here/paths.png"]
    assert data["failed"] == 0
    for part in ("defaults", "plausible"):
        rows = data[part]["paths"]
        assert [row["path"] for row in rows] == list(PATHS)
        assert sum(row["share"] for row in rows) == pytest.approx(1)
        assert all(isinstance(row["runs"], int) for row in rows)
        assert sum(map(sum, data[part]["joint"]["peak"])) == pytest.approx(1)
    assert data["plausible"]["cases"] == len(result.design)
    assert data["plausible"]["varied"] == list(result.design.columns[1:])


def test_failures_are_counted(result: sim.Result) -> None:
    from dataclasses import replace

    assert result.failed == 0
    outcomes = result.every_run.copy()
    outcomes.loc[[0, 70], "failure"] = "week 3: tension left its bounds"
    broken = replace(result, every_run=outcomes)
    assert broken.failed == 2
    assert run.run_record(broken, Path("here"), [])["failed"] == 2


@pytest.mark.parametrize(
    ("given", "stem"),
    [
        ("baseline", "baseline"),
        ("thin_guarantee", "thin-guarantee"),
        ("some/where/My Storyline.yaml", "my-storyline"),
        ("../../etc/passwd", "passwd"),
        ("…", "scenario"),
        ("x" * 300 + ".yaml", "x" * 40),
    ],
)
def test_a_folder_is_named_safely(result: sim.Result, given: str, stem: str) -> None:
    assert folder_name(given, result.spec, 5) == f"{stem}-{result.spec.hash[:8]}-s5"


def test_no_progress_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.progress(10, quiet=False) as tick:
        assert tick is None
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with terminal.progress(10, quiet=False) as tick:
        assert tick is not None
        tick(4)
    with terminal.progress(10, quiet=True) as tick:
        assert tick is None
    assert capsys.readouterr().out == ""


def test_a_first_look_is_shown_above_the_bar_and_made_only_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made: list[str] = []

    def look() -> str:
        made.append("armed standoff 63 %")
        return made[-1]

    for quiet in (False, True):  # no terminal, then one that is to be left alone
        with terminal.progress(10, quiet, look):
            pass
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not made
    with terminal.progress(10, False, look) as tick:
        assert tick is not None
        tick(4)
    shown = capsys.readouterr()
    assert made[0] in shown.err
    assert "4/10" in shown.err
    assert shown.out == ""


def test_the_first_look_is_of_the_runs_that_a_longer_run_begins_with() -> None:
    spec = sim.load_scenario("baseline").replace(citizens=0)
    looked = run.first_look(spec, 130, 7, None)
    whole = sim.run(spec, runs=130, seed=7, plausible=False)
    ends = whole.outcomes["path"].astype(str).head(100).value_counts(normalize=True)
    assert looked.startswith("The first 100 of 130 runs at the defaults, with 95 % Monte Carlo error: ")
    assert f": {ends.index[0]} {numbers.percent(ends.iloc[0])} (" in looked
    for name in PATHS:
        assert (f" {name} {numbers.percent(ends.get(name, 0.0))} (" in looked) == (name in ends.index)


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.0, "0 %"),
        (0.0001, "under 0.1 %"),
        (0.001, "0.1 %"),
        (0.0949, "9.5 %"),
        (0.0996, "10 %"),
        (1.0, "100 %"),
        (float("nan"), "–"),
    ],
)
def test_shares_are_written_briefly(share: float, written: str) -> None:
    assert numbers.percent(share) == written


def test_ranges_are_written_briefly() -> None:
    assert numbers.span(0.0, 0.104) == "0 – 10 %"
    assert numbers.extent(0.0, 0.104) == "0 – 10 %"
    for ends in ((0.01, 0.01), (0.0098, 0.0102), (float("nan"), 0.2)):  # no range, or none that shows
        assert numbers.extent(*ends) == "–"
    assert numbers.span(0.3, 0.3) == "30 %"
    assert numbers.span(float("nan"), 0.3) == "–"
