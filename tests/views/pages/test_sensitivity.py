"""What `panj sensitivity` prints: indices with intervals, the dummy, chance, what was dropped."""

from __future__ import annotations

import io
import json
import re
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.analysis.deciding.indices import Sensitivity
from sim.views.pages.sensitivity import remarks, sensitivity_page


@pytest.fixture(scope="module")
def found(small_saltelli: Path) -> Sensitivity:
    return sim.sensitivity(small_saltelli, resamples=50)


def printed(found: Sensitivity, full: bool = True) -> str:
    console = Console(file=io.StringIO(), width=140, highlight=False)
    console.print(sensitivity_page(found, full))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def test_the_page_has_every_index_with_its_interval_and_the_dummy(found: Sensitivity) -> None:
    said = printed(found)
    for name in ("clash_base", "russian_guarantee", "dummy"):
        assert name in said
    for head in ("ST (95 %)", "S1 (95 %)", "half"):
        assert head in said
    top = found.indices.iloc[0]
    assert f"{top['ST']:.2g}" in said
    assert f"{top['ST_low']:.2g}".replace("-", "−") in said
    assert "16 groups count, 0 dropped" in said
    assert "Chance within a case makes" in said


def test_what_is_dropped_failed_and_unsettled_is_said(found: Sensitivity) -> None:
    worse = replace(found, dropped=3, failed=7, settled=False)
    said = " ".join(remarks(worse))
    assert "3 dropped because a case has no valid run; 7 runs failed" in said
    assert "not settled, take a larger design" in said
    assert "cannot be said" in " ".join(remarks(replace(found, settled=None)))


def test_nothing_above_the_dummy_is_said_in_so_many_words(found: Sensitivity) -> None:
    rows = found.indices.copy()
    rows["ST_low"] = -1.0
    flat = replace(found, indices=rows)
    assert flat.clear == ()
    assert "no index means anything" in printed(flat)
    assert "may be noise" in printed(flat)
    assert "Nothing stands out of 2 inputs" in printed(flat, full=False)
    assert "may be noise" not in printed(flat, full=False)
    assert "settled." not in printed(replace(flat, settled=True))


def test_the_first_sentence_names_what_is_clear(found: Sensitivity) -> None:
    top = found.indices["name"].iloc[0]
    floor = found.indices.loc[found.indices["name"] == "dummy", "ST_high"].iloc[0]
    rows = found.indices.assign(ST_low=[floor + 1 if name == top else -1.0 for name in found.indices["name"]])
    clear = replace(found, indices=rows)
    assert f"{top} decides it most." in printed(clear, full=False)


def test_the_dummy_is_shown_however_many_stand_above_it(found: Sensitivity) -> None:
    many = pd.concat(
        [found.indices.iloc[[0]].assign(name=f"x{k}") for k in range(40)] + [found.indices], ignore_index=True
    )
    said = printed(replace(found, indices=many.sort_values("ST", ascending=False, ignore_index=True)))
    assert "dummy" in said
    assert "weaker ones not shown" in said


def test_the_command(panj: Callable[..., Any], small_saltelli: Path, small_sweep: Path) -> None:
    told = panj("sensitivity", small_saltelli, "--json")
    assert told.code == 0, told.err
    record = json.loads(told.out)
    assert record["method"] == "sobol"
    assert {row["name"] for row in record["indices"]} == {"russian_guarantee", "clash_base", "dummy"}
    look = warnings.formatwarning
    told = panj(
        "sensitivity",
        small_saltelli,
        "--estimand",
        "weeks(first_escalation_3)",
        "--method",
        "delta",
        "--full",
    )
    assert "(unit: week)" in told.out
    assert "Borgonovo" in told.out
    assert told.err == ""
    assert warnings.formatwarning is look
    told = panj("sensitivity", small_sweep, "--lever", "talks=warm", "--csv")
    table = pd.read_csv(io.StringIO(told.out), comment="#")
    assert {"name", "pawn", "pawn_low", "pawn_high", "pawn_half"} == set(table.columns)
    assert np.isfinite(table["pawn"]).all()
    assert "# command: panj sensitivity" in told.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "--csv"], "take one"),
        (["--lever", "talks"], "expected LEVER=ALTERNATIVE"),
        (["--method", "sobl"], "nearest|allows"),
        (["--estimand", "mean(deths)"], "nearest: deaths"),
    ],
)
def test_what_is_wrong_is_named(
    panj: Callable[..., Any], small_sweep: Path, options: list[str], said: str
) -> None:
    told = panj("sensitivity", small_sweep, *options)
    assert told.code == 2
    assert re.search(said, told.err)
    assert told.out == ""
