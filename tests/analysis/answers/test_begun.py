"""When events with a condition and plans that react began, against runs told one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.answers.begun import begun
from sim.engine.mesa_model import PolicyModel
from sim.views.pages.run import run_page
from sim.views.terminal import console

TENSE = {"variable": "tension", "above": 0.5, "for": 2}
SPEC = sim.load_scenario("baseline").replace(
    weeks=60,
    citizens=0,
    commitments=[
        {
            "name": "go between",
            "actor": "uzbekistan",
            "instrument": "go_between",
            "insist": "mediate",
            "when": TENSE,
        },
        {"actor": "china", "instrument": "border", "insist": "fund"},
    ],
    events=[
        {
            "name": "aid stops",
            "when": {"after": "go between", "delay": 6},
            "change": {"assistance": {"set": 0}},
        },
        {"name": "dated", "on": "2021-09-06", "change": {"assistance": {"add": 1}}},
    ],
)


def test_shares_and_weeks_are_those_of_the_runs() -> None:
    table = begun(sim.run(SPEC, runs=12, plausible=False)).set_index("name")
    assert list(table.index) == ["aid stops", "go between"]
    models = [PolicyModel(SPEC, 0, k).run() for k in range(12)]
    starts = [[one.week for one in model.kept if one.begins][:1] for model in models]
    weeks = [one[0] for one in starts if one]
    assert len(weeks) > 0
    row = table.loc["go between"]
    assert (row["share"], row["first"]) == (len(weeks) / 12, np.median(weeks))
    assert row["low"] < row["share"] <= row["high"]
    events = [one.week for model in models for one in model.fired if one.name == "aid stops"]
    assert table.loc["aid stops", "share"] == pytest.approx(len(events) / 12)


def test_the_page_says_it_and_only_where_something_waits() -> None:
    for spec, said in ((SPEC, True), (sim.load_scenario("baseline").replace(weeks=20, citizens=0), False)):
        result = sim.run(spec, runs=4)
        made = console()
        with made.capture() as page:
            made.print(run_page(result, Path("x"), ()))
        assert ("What waited for a condition" in page.get()) is said
        assert ("go between" in page.get()) is said
