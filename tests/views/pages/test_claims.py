"""What `panj claims` says, for readers and for machines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sim.analysis.article.claims import Claims, Held, claims
from sim.analysis.article.paired import FAILS, HOLDS
from sim.analysis.article.readings import claims_by_reading
from sim.model import calibrated
from sim.views.pages import claims as view

Panj = Callable[..., Any]


@pytest.fixture(scope="module")
def found() -> Claims:
    return claims(8, only=["K5", "K7", "K11"])


def printed(found: Claims, width: int = 110, colour: bool = False, full: bool = True) -> str:
    file = StringIO()
    console = Console(
        file=file, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(view.claims_page(found, full))
    return file.getvalue()


def with_verdict(found: Claims, claim_id: str, verdict: str) -> Claims:
    rows = []
    for row in found.rows:
        if row.id == claim_id:
            parts = tuple(one._replace(verdict=verdict) for one in row.parts)
            row = replace(row, verdict=verdict, parts=parts, turns=())
        rows.append(row)
    return replace(found, rows=tuple(rows))


def test_the_page_names_every_claim_with_kind_paragraphs_and_verdict(found: Claims) -> None:
    page = printed(found, width=160)
    for row in found.rows:
        line = next(line for line in page.splitlines() if line.startswith(f"{row.id}  "))
        assert f"¶{row.paragraphs[0]}" in line
        assert row.kind in line
        assert row.verdict in line
    assert "Under these assumptions" in page


def test_a_claim_that_holds_says_what_it_rests_on_and_one_that_does_not_what_it_would_take(
    found: Claims,
) -> None:
    assert "rests on" in printed(with_verdict(found, "K11", HOLDS))
    failing = printed(with_verdict(found, "K11", FAILS), width=200)
    assert f"for it to hold, {found['K11'].needs}" in failing


def test_the_page_says_how_widely_claims_hold_clause_by_clause(
    found: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = {"claims": {"K11": {}}, "points": 2000, "pairs": 32, "missing": 2, "effective": 310.4}
    monkeypatch.setattr(calibrated, "claims", lambda: stored)
    row = found["K7"]
    parts = tuple(one._replace(held=Held(0.6, 0.4)) for one in (row.parts[0], row.parts[0]))
    known = replace(found, rows=(replace(row, held=Held(0.55, 0.35), parts=parts),))
    page = " ".join(printed(known).split())
    assert (
        "holds at 55 % of the plausible region if only the figures are right, at 35 % if the article is"
        in page
    )
    assert "clause by clause 60 and 40 %, 60 and 40 %" in page
    assert "2,000 points, 32 pairs each" in page
    assert "worth 310 equal ones" in page
    monkeypatch.setattr(calibrated, "claims", dict)
    unknown = replace(found, rows=tuple(replace(row, held=Held()) for row in found.rows))
    assert "not judged since the last calibration" in " ".join(printed(unknown).split())


def test_a_failing_claim_is_red(found: Claims) -> None:
    red = "\x1b[1;31mfails"
    assert red in printed(with_verdict(found, "K11", FAILS), colour=True)
    held = found
    for row in found.rows:
        held = with_verdict(held, row.id, HOLDS)
    assert red not in printed(held, colour=True)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, found: Claims) -> Callable[[Claims], None]:
    def give(what: Claims) -> None:
        monkeypatch.setattr(view, "claims", lambda *_, **__: what)

    return give


def test_the_exit_code_says_whether_a_claim_fails(
    panj: Panj, quick: Callable[[Claims], None], found: Claims
) -> None:
    quick(with_verdict(found, "K11", FAILS))
    assert panj("claims").code == 1
    for row in found.rows:
        found = with_verdict(found, row.id, HOLDS)
    quick(found)
    assert panj("claims").code == 0


def test_the_record_for_machines(panj: Panj, quick: Callable[[Claims], None], found: Claims) -> None:
    quick(found)
    told = json.loads(panj("claims", "--json").out)
    assert [row["id"] for row in told] == ["K5", "K7", "K11"]
    assert {"id", "paragraphs", "claim", "effect", "low", "high", "verdict"} <= set(told[0])


def test_the_ablation_leaves_pictures_and_a_table(panj: Panj, tmp_path: Path) -> None:
    done = panj("claims", "--ablation", "--runs", 2, "--out", "worth")
    assert done.code == 0, done.err
    assert "¶18" in done.out
    left = {path.name for path in (tmp_path / "worth").iterdir()}
    assert left == {
        "ablation.json",
        *(f"tornado_{what}.{form}" for what in ("rules", "paragraphs") for form in ("png", "svg")),
    }
    table = json.loads((tmp_path / "worth" / "ablation.json").read_text())
    assert table["runs"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--out", "somewhere"), "--ablation"),
        (("--ablation", "--readings"), "exclude"),
        (("--readings", "--reading", "sincere"), "exclude"),
        (("--reading", "sincer"), "nearest: sincere"),
    ],
)
def test_options_that_do_not_fit_are_refused(panj: Panj, arguments: tuple[str, ...], said: str) -> None:
    refused = panj("claims", *arguments)
    assert refused.code == 2
    assert said in refused.err
    assert "Traceback" not in refused.err


def test_the_matrix_has_a_line_for_every_claim_and_names_the_readings() -> None:
    made = claims_by_reading(8, only=["K5", "K11"], names=["as_read", "weary"])
    file = StringIO()
    Console(file=file, width=110).print(view.matrix(made))
    page = file.getvalue()
    for row in made.record():
        line = next(line for line in page.splitlines() if line.split()[:1] == [row["id"]])
        assert row["standing"] in line
        assert row["claim"] in page
    assert "as_read" in page
    assert "weary" in page


def test_the_matrix_of_all_readings_fits_a_terminal_and_says_where_a_claim_does_not_hold() -> None:
    made = claims_by_reading(8, only=["K12", "K15"])
    file = StringIO()
    Console(file=file, width=80).print(view.matrix(made))
    lines = file.getvalue().splitlines()
    for row in made.record():
        first = next(k for k, line in enumerate(lines) if line.split()[:1] == [row["id"]])
        rest = " ".join(lines[first : first + 4])
        holding = [name for name, one in row["readings"].items() if one["verdict"] == "holds"]
        assert f" {len(holding)} " in lines[first]
        assert all(name in rest for name in row["readings"] if name not in holding)
