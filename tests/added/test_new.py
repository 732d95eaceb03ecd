"""What `panj new` writes is right as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from tests.conftest import Outcome

ROOT = Path(sim.__file__).parent.parent


@pytest.mark.parametrize("kind", ["scenario", "experiment", "observations"])
def test_a_file_passes_the_check_as_it_is(kind: str, panj: Callable[..., Outcome]) -> None:
    told = panj("new", kind, "my-own")
    assert told.code == 0
    assert "panj check my-own.yaml" in told.out
    checked = panj("check", "my-own.yaml", "--json")
    assert checked.code == 0, checked.err
    assert '"ok": true' in checked.out
    assert '"notes": []' in checked.out or kind != "scenario"


def test_rules_pass_as_a_storyline_and_as_rules(panj: Callable[..., Outcome]) -> None:
    assert panj("new", "rules", "my-claim.yaml").code == 0
    assert panj("rules", "X1", "--rules", "my-claim.yaml").code == 0
    assert panj("check", "my-claim.yaml").code == 0


def test_a_package_passes_with_its_case_file_and_its_test(
    panj: Callable[..., Outcome], tmp_path: Path
) -> None:
    assert panj("new", "package", "panj_hunger").code == 0
    folder = tmp_path / "panj_hunger"
    assert panj("check", folder / "case.yaml", "--rules", folder).code == 0
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in found.stdout, found.stdout + found.stderr
    assert not [one for one in folder.rglob("*") if "NAME" in one.name or one.suffix == ".txt"]


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        (
            "novel",
            "mine",
            "expected one of scenario, experiment, observations, rules, package, found 'novel'",
        ),
        ("package", "my-rules", "expected a name like panj_hunger"),
        ("scenario", "../mine", "expected letters, digits, - and _"),
    ],
)
def test_a_wrong_kind_or_name_is_refused(
    kind: str, name: str, text: str, panj: Callable[..., Outcome], tmp_path: Path
) -> None:
    refused = panj("new", kind, name)
    assert refused.code == 2
    assert text in refused.err
    assert not list(tmp_path.iterdir())


def test_what_exists_is_left_alone(panj: Callable[..., Outcome], tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    assert panj("new", "scenario", "mine").code == 2
    assert (tmp_path / "mine.yaml").read_text() == "mine"
