"""The page of an outlook: what it begins with, what it holds, and that it asks for nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.analysis.outlook.outlook import Outlook, outlook
from sim.views.pages.outlook import finding
from sim.views.report.outlook import report, sections
from tests.analysis.outlook.test_outlook import HOSTED, seen


@pytest.fixture(scope="module")
def one() -> Outlook:
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=0)
    return outlook(spec, seen(HOSTED), particles=300, seed=2)


def test_the_page_begins_with_the_finding_and_holds_everything(one: Outlook, tmp_path: Path) -> None:
    page = report(one, tmp_path / "folder" / "page.html").read_text("utf-8")
    assert finding(one) in page
    assert page.count("<img") == 1 + len(one.after.variables)
    assert "http://" not in page
    assert "https://" not in page
    for words in ("class of the whole path", "How well it was foreseen", "descend from", "12,000"):
        assert words in page
    assert [part.id for part in sections(one)][:2] == ["answer", "table-1"]
    assert "(nobody, 2023)" in page


def test_without_observations_there_is_nothing_of_them(tmp_path: Path) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=20, citizens=0)
    found = outlook(spec, particles=100)
    assert "observed" not in {part.id for part in sections(found)}


def test_the_command_writes_it(panj: Callable[..., Any]) -> None:
    short = ("--citizens", 0, "--weeks", 20, "--particles", 100)
    shown = panj("outlook", "baseline", *short, "--report", "page.html")
    assert shown.code == 0, shown.err
    assert "page.html" in shown.out
    assert Path("page.html").read_text("utf-8").startswith("<!doctype html>")
