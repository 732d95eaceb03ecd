"""The invented world through registry, generator, both drivers, store and answers, by commands a user has.

What is expected is worked out by hand or counted from the runs, so it moves with the machine and never with a
passage of the article. Each command is a process of its own, in which `load()` looks in `tests.toy`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
Toy = Callable[..., str]

LOUDER = """panj: 1
title: Louder
design: {method: grid, levels: 3}
replicates: 4
uncertainties:
  retort: {uniform: [0, 2]}
  worry: {uniform: [0, 0.1]}
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """Run a command of the invented world in one folder; its compiled week is kept there."""
    folder = tmp_path_factory.mktemp("toy")
    (folder / "louder.yaml").write_text(LOUDER)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PANJ_CACHE": str(folder / "cache")}

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tests.toy", *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_its_rules_are_its_own(toy: Toy) -> None:
    assert [one["id"] for one in json.loads(toy("rules", "--json"))] == ["N1", "R1", "S1"]


def test_both_drivers_agree_to_the_bit(toy: Toy) -> None:
    toy("agree")


def test_a_course_worked_out_by_hand(toy: Toy, tmp_path: Path) -> None:
    """A murmur worth a thousand makes the north shout every week: a quarter of the way to full voice."""
    toy("run", "loud", "--runs", "6", "--out", str(tmp_path / "loud"), "--no-plots", "--quiet")
    weekly = pd.read_parquet(tmp_path / "loud" / "trajectories.parquet")
    noise = weekly[(weekly["variable"] == "noise") & (weekly["part"] == "defaults")].set_index("week")
    expected = 1 - 0.8 * 0.75 ** np.arange(41)
    for column in ("q05", "q95", "mean"):
        assert noise[column].to_numpy() == pytest.approx(expected, abs=1e-12)
    changes = pd.read_parquet(tmp_path / "loud" / "changes_at_defaults.parquet")
    escalation = changes[changes["ladder"] == "escalation"]
    assert set(escalation["week"]) == {2}, "the first week in which noise is above a half"
    assert set(escalation["to"]) == {1}


def test_what_is_stored_is_what_the_answers_count(toy: Toy, tmp_path: Path) -> None:
    page = json.loads(toy("sweep", "louder.yaml", "--out", str(tmp_path / "sweep"), "--json", "--quiet"))
    again = json.loads(toy("sweep", "louder.yaml", "--out", str(tmp_path / "sweep"), "--json", "--quiet"))
    assert page["runs"] == page["done"] == again["done"] == 9 * 4
    assert again["shares"] == page["shares"]
    toy("export", str(tmp_path / "sweep"), "--out", str(tmp_path / "csv"))
    (file,) = (tmp_path / "csv").rglob("outcomes.csv")
    outcomes = pd.read_csv(file)
    for row in page["shares"]:
        assert row["share"] == pytest.approx((outcomes["path"] == row["path"]).mean())
        assert row["low"] <= row["share"] <= row["high"]
    assert (outcomes["deaths"] == outcomes["incidents"]).all()
    assert (outcomes["blood"] == (outcomes["deaths"] > 0)).all()


def test_two_storylines_in_pairs(toy: Toy) -> None:
    found: dict[str, Any] = json.loads(toy("compare", "baseline", "loud", "--runs", "20", "--json"))
    differ = {one["name"]: (one["first"], one["second"]) for one in found["differences"]}
    assert differ["retort"] == ("1", "1000")
    assert differ["noise"] == ("0.5", "0.2")
    assert "storm" in differ
