"""What the documents show is run: Python blocks, storylines, and every command they name exists."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sim

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^    |`)panj ([a-z]+)([^`\n#]*)", re.MULTILINE)


def blocks(language: str, opening: str = "") -> list[Any]:
    return [
        pytest.param(block, id=f"{page.name}-{number}")
        for page in PAGES
        for number, (kind, block) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
        if kind == language and block.lstrip("# ").startswith(opening)
    ]


@pytest.mark.parametrize("block", blocks("python", "import sim"))
def test_python_in_documents_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "document", "exec"), {})


@pytest.mark.parametrize("block", [one for one in blocks("yaml") if "extends:" in one.values[0]])
def test_storylines_in_documents_are_right(block: str, tmp_path: Path) -> None:
    path = tmp_path / "storyline.yaml"
    path.write_text(block, encoding="utf-8")
    spec = sim.check(str(path))
    assert sim.run(spec.replace(citizens=0), runs=2, plausible=False).outcomes.failure.isna().all()


def test_there_is_something_to_check() -> None:
    assert len(blocks("python", "import sim")) >= 1
    assert len(blocks("yaml")) >= 2


def test_commands_in_documents_exist(panj: Callable[..., Any]) -> None:
    said = panj("--help").out
    named = {match[1] for page in PAGES for match in COMMAND.finditer(page.read_text(encoding="utf-8"))}
    assert len(named) > 5
    for command in sorted(named):
        assert re.search(rf"\b{command}\b", said), f"panj {command} stands in a document and is no command"


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert not broken
