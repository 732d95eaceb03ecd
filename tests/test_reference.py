"""Pages that are written from the code are not stale, say everything, and nothing that is not in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.cli.reference import pages, stale, write
from sim.model import population, week
from sim.model.actors import ACTORS
from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.views.reference import citizens, formats, index, uses
from sim.views.reference.formula import formula
from sim.views.reference.markdown import exact

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return pages()


def test_no_page_is_stale() -> None:
    assert stale(REFERENCE) == [], "run: make reference"


def test_a_stale_missing_or_left_over_page_would_be_seen(tmp_path: Path) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "rules.md").write_text("another")
    (tmp_path / "odd.md").unlink()
    (tmp_path / "old.md").write_text("")
    assert stale(tmp_path) == ["rules.md", "odd.md", "old.md"]


def names(text: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", text))


def test_odd_names_every_rule_parameter_variable_and_process(made: dict[str, str]) -> None:
    model, page = load(), made["odd.md"]
    said = names(page)
    for one in model.rules.values():
        assert f"| {one.id} |" in page
        assert one.claim in page
    for known in (model.parameters, model.world, model.drives, model.draws):
        assert set(known) <= said
    assert {one.__name__ for one in uses.processes()} <= said
    assert {option.key for one in model.instruments for option in one.options[1:]} <= said
    assert {clause.function.__name__ for one in model.rules.values() for clause in one.clauses} <= said
    for n in range(1, 8):
        assert re.search(rf"^## {n} ", page, re.MULTILINE)
    for heading in (
        "Individual decision-making",
        "Learning",
        "Individual sensing",
        "Individual prediction",
        "Interaction",
        "Collectives",
        "Heterogeneity",
        "Stochasticity",
        "Observation",
        "Theoretical and empirical background",
    ):
        assert f"### {heading}" in page


def test_odd_names_nothing_that_is_not_in_the_code(made: dict[str, str]) -> None:
    model = load()
    known = {
        *model.parameters,
        *model.world,
        *model.drives,
        *model.draws,
        *week.PHASES,
        *population.TRAITS,
        *population.OPINIONS,
        *(one.__name__ for one in uses.processes()),
        *model.constants,
        *(name for name, _ in citizens.laws_of_society()),
        *(name.partition("[")[0] for name in vars(population) if name.startswith("REGION_")),
        *(f"perceive/{actor}/{name}" for actor in ACTORS for name in model.world),
        "hold",
        *(option.key for one in model.instruments for option in one.options),
        *(clause.function.__name__ for one in model.rules.values() for clause in one.clauses),
    }
    strange = {
        one
        for one in names(made["odd.md"])
        if one not in known and not one.startswith(("panj ", "make ", "python "))
    }
    assert strange == {
        *("←", "=", "drive.name", "draw.name", "recorded[w]"),  # the notation
        *("binding", "lasts", "until", "when", "world"),  # fields that quoted docstrings speak of
    }


def test_every_parameter_is_used_and_says_by_what() -> None:
    used = uses.of_parameters()
    assert set(used) == set(load().parameters)
    assert [name for name, users in used.items() if not users] == []
    assert "rule D2" in used["audience_cost"]
    assert "option words.denounce of dushanbe" in used["word_step"]
    assert "process tension" in used["tension_cooling"]


def test_every_variable_is_moved_unless_it_is_given() -> None:
    unmoved = {name for name, movers in uses.of_variables().items() if not movers}
    assert unmoved == {"pledged", "power_arrears", "refugees_before"}


def test_the_index_leads_to_every_page_and_every_name(made: dict[str, str]) -> None:
    page, model = made["index.md"], load()
    assert {*index.PAGES, "index.md"} == set(made)
    for name in (
        *model.world,
        *model.drives,
        *model.draws,
        *model.parameters,
        *model.constants,
        *model.rules,
    ):
        assert f"[{name}](" in page


def test_every_law_is_on_its_page(made: dict[str, str]) -> None:
    model = load()
    for rule in model.rules.values():
        part = made["rules.md"].split(f"\n## {rule.id}\n")[1].split("\n## ")[0]
        for clause in rule.clauses:
            assert f"```text\n{formula(clause.function)}\n```" in part
            for name in clause.parameters:
                assert f"`{name}` {exact(model.parameters[name].default)}" in part
    for instrument in model.instruments:
        for option in instrument.options[1:]:
            part = made["actors.md"].split(f"\n### {option.actor}: {option.key}\n")[1].split("\n### ")[0]
            for function in (option.function, option.open_when):
                assert function is None or f"```text\n{formula(function)}\n```" in part
    for process in (*week.BEFORE_OPINION, *week.AFTER_OPINION):
        assert f"```text\n{formula(process)}\n```" in made["processes.md"]


def test_parameters_are_on_their_page_once(made: dict[str, str]) -> None:
    for name in load().parameters:
        assert made["parameters.md"].count(f"\n| `{name}` |") == 1


def test_the_matrix_has_every_paragraph_rule_claim_and_reading(made: dict[str, str]) -> None:
    page = made["matrix.md"]
    rows = {int(n): row for n, row in re.findall(r"^\| ¶(\d+) \|(.*)$", page, re.MULTILINE)}
    assert list(rows) == list(range(1, 20))
    for one in load().rules.values():
        for n in one.paragraphs:
            assert f"[{one.id}](rules.md#{one.id.lower()})" in rows[n]
    for n, row in rows.items():
        bare = row.split("|")[0].strip() == "–"
        assert bare == all(n not in one.paragraphs for one in load().rules.values())
    assert all(f"| {name} |" in page for name in reading_names())


def test_every_command_and_option_is_described(made: dict[str, str], panj: Callable[..., Any]) -> None:
    page = made["commands.md"]
    commands = re.findall(r"^## panj (.*)$", page, re.MULTILINE)
    listed = re.findall(r"^│ ([a-z]+)  ", panj("--help").out, re.MULTILINE)
    assert set(listed) <= set(commands)
    assert len(commands) > 8
    for command in commands:
        for flag in re.findall(r"(--[a-z-]+)", panj(command, "--help").out):
            assert flag == "--help" or f"`{flag}`" in page or flag in page


def test_columns_of_a_result_are_described(made: dict[str, str]) -> None:
    result = sim.run(sim.load_scenario("baseline").replace(weeks=3, citizens=0), runs=2)
    assert set(result.outcomes.columns) <= names(made["formats.md"])
    assert set(formats.TABLES) == set(result.tables)


def test_the_command_prints_and_writes_the_protocol(made: dict[str, str], panj: Callable[..., Any]) -> None:
    assert panj("odd").out == made["odd.md"]
    assert panj("odd", "--out", "odd.md").code == 0
    assert Path("odd.md").read_text(encoding="utf-8") == made["odd.md"]
    assert panj("odd", "--out", "no/such/folder/odd.md").code == 74
