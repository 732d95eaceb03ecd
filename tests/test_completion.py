"""Help is grouped, and every option with a closed list completes from it."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_type_hints

import pytest
import typer

from sim.cli import app
from sim.cli.panels import PANELS
from sim.model.outcomes import PATHS
from sim.model.registry import load

#: What nobody can list beforehand: numbers, days, files, addresses, texts, and conditions in words.
OPEN = {
    *("N", "K", "W", "NO", "ID", "ID2", "K/N", "SHARE", "DATE", "TEXT", "STATEMENT"),
    *("DIR", "FILE", "PATH", "ADDRESS", "ORIGIN", "CONDITION", "QUESTION", "GOAL"),
}


def commands(group: typer.Typer, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every command by its words, with the function it calls."""
    for one in group.registered_commands:
        assert one.callback is not None
        yield f"{path} {one.name or one.callback.__name__}".strip(), one.callback
    for each in group.registered_groups:
        assert each.typer_instance is not None
        yield from commands(each.typer_instance, f"{path} {each.typer_instance.info.name}")


def parameters() -> Iterator[tuple[str, Any, Any]]:
    """Every option and argument: command and name, its type, what is declared of it."""
    for path, callback in commands(app):
        hints = get_type_hints(callback, include_extras=True)
        for name in inspect.signature(callback).parameters:
            hint = hints[name]
            for info in getattr(hint, "__metadata__", ()):
                yield f"{path} {name}", hint.__origin__, info


DECLARED = {name: (kind, info) for name, kind, info in parameters()}
WORDS = [name for name, (kind, _) in DECLARED.items() if kind in (str, str | None, list[str] | None)]


@pytest.mark.parametrize("name", WORDS)
def test_a_word_from_a_closed_list_completes(name: str) -> None:
    metavar, completion = DECLARED[name][1].metavar, DECLARED[name][1].autocompletion
    assert completion is not None or metavar in OPEN, (
        f"panj {name} ({metavar}) takes a word: complete it from sim.cli.completion, or name its metavar "
        "above where no list exists"
    )


def test_the_table_of_what_completes_is_not_empty() -> None:
    assert len(WORDS) > 30
    assert sum(DECLARED[name][1].autocompletion is not None for name in WORDS) > 15


def completed(name: str, incomplete: str, folder: Path | None = None) -> list[str]:
    complete = DECLARED[name][1].autocompletion
    if "ctx" in inspect.signature(complete).parameters:
        found: list[str] = complete(SimpleNamespace(params={"folder": folder} if folder else {}), incomplete)
        return found
    return list(complete(incomplete))


@pytest.mark.parametrize(
    ("name", "typed", "wanted"),
    [
        ("run scenario", "thin_", {"thin_guarantee"}),
        ("run driver", "m", {"mesa"}),
        ("run settings", "remittances_r", {"remittances_rest="}),
        ("run reading", "sinc", {"sincere"}),
        ("check file", "polic", {"policies"}),
        ("rules words", "d5", {"D5"}),
        ("rules words", "remitt", {"remittances", "remittances_rest"}),
        ("schema kind", "e", {"experiment"}),
        ("tip toward", "", set(PATHS)),
        ("explain actor", "", set(load().actors)),
        ("explain why_not", "contact=", {"contact=hold", "contact=warm"}),
        ("plot form", "png,s", {"png,svg"}),
        ("plot kind", "lad", {"ladders"}),
        ("export form", "net", {"netcdf"}),
        ("sensitivity method", "so", {"sobol"}),
        ("sensitivity lever", "", set()),
        ("ledger answer came", "", {"yes", "no"}),
    ],
)
def test_lists_are_those_of_the_model_and_the_files(name: str, typed: str, wanted: set[str]) -> None:
    found = completed(name, typed)
    assert wanted <= set(found)
    assert all(one.lower().startswith(typed.lower()) for one in found)


def test_alternatives_are_those_of_the_study(small_sweep: Path, tmp_path: Path) -> None:
    assert completed("sensitivity lever", "", small_sweep) == ["talks=free", "talks=warm"]
    assert {"levers", "case", "talks", "clash_base"} <= set(completed("plot by", "", small_sweep))
    assert completed("sensitivity condition", "", small_sweep) == []
    assert completed("plot by", "", tmp_path) == []


def test_a_shell_gets_them() -> None:
    asked = {
        "_PANJ_COMPLETE": "complete_bash",
        "COMP_WORDS": "panj run baseline --driver ",
        "COMP_CWORD": "4",
    }
    code = "from sim.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["ensemble", "mesa"], done.stderr


def test_every_command_has_its_panel_and_a_purpose_in_a_line(
    panj: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    listed = [name for purposes in PANELS.values() for name in purposes]
    named = {path.split()[0] for path, _ in commands(app)}
    assert set(listed) == named, "name each command in sim.cli.panels"
    page = panj("--help").out
    for panel, purposes in PANELS.items():
        assert panel in page
        for name, purpose in purposes.items():
            assert any(f" {name} " in line and purpose in line for line in page.splitlines()), name
