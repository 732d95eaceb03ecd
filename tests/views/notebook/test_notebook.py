"""Faces of things in notebooks: what they say is so, and nothing in them is markup of others."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.analysis.answers.shares import shares
from sim.analysis.runs import DEFAULTS, PLAUSIBLE, view
from sim.model.outcomes import PATHS
from sim.views.numbers import percent


def test_a_scenario_shows_what_differs() -> None:
    crossing = {"variable": "tension", "above": 0.6, "delay": 2}
    path = {"path": {"2022-01-01": 5000}}
    bound = {"actor": "dushanbe", "instrument": "contact", "insist": "warm", "until": "2022-01-01"}
    spec = sim.load_scenario("thin_guarantee").replace(
        title="a & b",
        reading="sincere",
        parameters={"audience_cost": 2.5},
        commitments=[bound],
        events=[
            {"name": "one", "when": crossing, "change": {"troops": {"add": 5}}},
            {"name": "two", "hazard": 0.1, "lasts": 3, "change": {"troops_step": path}},
        ],
    )
    said = spec._repr_html_()
    parts = ["a &amp; b", "audience_cost", "2.5", "insist: warm", "2022-01-01", "reading sincere"]
    parts += [
        "once tension is above 0.6, 2 weeks later",
        "troops: add 5",
        "0.1 a week",
        "3 weeks",
        "a path of 1",
    ]
    for part in [*parts, spec.hash[:8]]:
        assert part in said


@pytest.mark.parametrize("plausible", [True, False])
def test_a_result_shows_shares_with_both_uncertainties(plausible: bool) -> None:
    spec = sim.load_scenario("baseline").replace(weeks=30, citizens=0)
    result = sim.run(spec, runs=40, seed=1, plausible=plausible)
    said = result._repr_html_()
    table = shares(view(result)).set_index(["group", "path"])
    for path in PATHS:
        assert f">{path}<" in said
        assert percent(table.loc[(DEFAULTS, path), "share"]) in said
    if plausible:
        ends = table.loc[(PLAUSIBLE, "cold peace"), ["case_low", "case_high"]]
        assert " to ".join(map(percent, ends)) in said
    assert repr(result) == "Result(40 runs a part of 'Baseline', seed 1)"


def test_a_sweep_shows_what_varies_and_how_far_it_is(tmp_path: Path) -> None:
    study = sim.sweep(
        {
            "panj": 1,
            "title": "two",
            "scenario": "baseline",
            "weeks": 5,
            "citizens": 0,
            "replicates": 2,
            "design": {"method": "grid"},
            "uncertainties": {"russian_guarantee": {"discrete": [0.2, 0.8]}},
        },
        tmp_path / "s",
    )
    said = study._repr_html_()
    for part in ("4 of 4 runs done", "2 cases × 2", "russian_guarantee", "discrete", "0 failed"):
        assert part in said


def test_rules_show_claims() -> None:
    said = sim.rules._repr_html_()  # type: ignore[attr-defined]
    assert said.count("<tr>") == len(sim.rules) + 1
    assert sim.rules["D5"].claim.split(":")[0] in said
