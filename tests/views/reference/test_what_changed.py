"""The page on what changed: the record on both versions, the same scales, words as they are kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.past.history import load_history
from sim.views.reference import what_changed
from sim.views.reference.what_changed import (
    PANELS,
    QUANTILES,
    at,
    before,
    fans,
    make,
    marks,
    picture,
    score,
    table,
)


@pytest.fixture(scope="module")
def now() -> object:
    return fans(40)


def test_both_versions_are_told_of_the_same_weeks_and_quantities(now: object) -> None:
    first = before()
    assert list(first.columns) == list(now.columns)
    assert (first["quantity"] == now["quantity"]).all()
    assert (first["week"] == now["week"]).all()
    assert first["week"].max() == load_history().weeks
    for fan in (first, now):
        assert (np.diff(fan[list(QUANTILES)].to_numpy(), axis=1) >= 0).all()
        words = fan[(fan["quantity"] == "words") & fan["week"].between(3, 7)]
        assert words["q50"].mean() == pytest.approx(1.0, abs=0.05), "a share of that of September 2021"


def test_the_record_stands_on_both_pictures(now: object) -> None:
    tops = dict.fromkeys(PANELS, 50_000.0)
    for fan in (before(), now):
        figure = picture(fan, "A version", tops)
        for ax, (quantity, questions) in zip(figure.axes, marks().items(), strict=True):
            points = [line for line in ax.lines if line.get_marker() in ("x", "+")]
            answers = [one.answer / PANELS[quantity].scale for one in questions]
            assert [float(line.get_ydata()[0]) for line in points] == pytest.approx(answers)
            assert ax.get_ylim()[1] == 50_000


def test_the_table_says_what_lies_in_the_bands() -> None:
    first = before()
    wide = first.assign(q05=-1e9, q95=1e9)
    assert table(wide, first).count("| in |") + table(first, wide).count("| in |") >= 20
    assert score(wide, first).startswith("First version: 10 of 10 in the 90% bands")
    row = at(first, "debt", marks()["debt"][-1])
    assert row["q05"] > 0, "the first version still owed"
    assert "**out**" in table(first, first)


def test_one_call_makes_the_page_with_its_pictures(tmp_path: Path) -> None:
    paths = make(tmp_path, 40)
    assert [path.name for path in paths] == [
        "what-changed.md",
        "what-changed-before.png",
        "what-changed-now.png",
    ]
    assert all(path.stat().st_size > 1000 for path in paths)
    again = [path.read_bytes() for path in make(tmp_path, 40)]
    assert again == [path.read_bytes() for path in paths]
    assert "$" not in paths[0].read_text()


def test_the_shipped_page_has_the_words_as_they_are_kept() -> None:
    page = (Path(what_changed.__file__).parents[3] / what_changed.PAGE).read_text(encoding="utf-8")
    words = what_changed.WORDS.read_text(encoding="utf-8").split("## What was wrong")[1]
    assert words in page, "run 'make derived'"
