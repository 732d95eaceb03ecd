"""A share has one interval, in every place it is shown: page, record, report, picture's data, notebook."""

from __future__ import annotations

import html as plain
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

import sim
from sim.analysis.answers.digest import Digest
from sim.analysis.answers.shares import shares
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.model.outcomes import PATHS
from sim.study.results.study import Study
from sim.views import numbers
from sim.views.pages import run, sweep
from sim.views.plots import KINDS
from sim.views.report.page import html
from sim.views.report.parts import span

ENDS = ["share", "low", "high"]


def printed(page: object) -> str:
    """A page as a wide terminal shows it."""
    console = Console(width=300, record=True, file=None)
    with console.capture() as held:
        console.print(page)
    return held.get()


def shown(source: sim.Result | Study, kind: str) -> pd.DataFrame:
    """The numbers beside a picture, by group and class."""
    data = KINDS[kind](Digest(source), None).data
    if "order" in data:
        data = data[data["order"] == "worst first"]
    return data.set_index(["group", "path"])[ENDS]


def test_of_a_sweep(small_sweep: Path) -> None:
    study = Study(small_sweep)
    table = shares(view(study)).set_index(["group", "path"])[ENDS]
    record = pd.DataFrame(sweep.result(study)["shares"]).set_index(["setting", "path"])[ENDS]
    for kind in ("paths", "shares", "orders"):
        pd.testing.assert_frame_equal(shown(study, kind), table)
    page, report = printed(sweep.sweep_page(study, full=True)), html(study)
    for (group, path), row in table.iterrows():
        assert span(row["low"], row["high"]).text in report
        if path in PATHS:
            assert record.loc[(group, path)].to_list() == row.to_list()
            assert numbers.span(row["low"], row["high"]).removesuffix(" %") in page


@pytest.mark.parametrize("group", [DEFAULTS, PLAUSIBLE])
def test_of_an_ensemble(result: sim.Result, group: str) -> None:
    table = shares(view(result)).set_index(["group", "path"])[ENDS].loc[group]
    part = run.run_record(result, Path("here"), [])["defaults" if group == DEFAULTS else "plausible"]
    record = pd.DataFrame(part["paths"]).set_index("path")[ENDS]
    pd.testing.assert_frame_equal(record, table.loc[list(PATHS)])
    for kind in ("paths", "shares", "orders"):
        pd.testing.assert_frame_equal(shown(result, kind).loc[group], table)
    page, report, cell = printed(run.run_page(result, Path("here"), [])), html(result), result._repr_html_()
    for path in PATHS:
        low, high = table.loc[path, ["low", "high"]]
        assert span(low, high).text in report
        if group == DEFAULTS:
            assert numbers.span(low, high) in page
            assert f"{numbers.percent(low)} to {numbers.percent(high)}" in plain.unescape(cell)
