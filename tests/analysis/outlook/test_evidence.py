"""What a record says of rules: on histories of the model's own, whose rules are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.outlook.evidence import Weighed, _verdict, evidence
from sim.errors import ScenarioError
from sim.views import terminal
from sim.views.pages.outlook import evidence_page
from tests.analysis.outlook.test_outlook import HOSTED, seen


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    return sim.load_scenario("baseline").replace(weeks=30, citizens=0)


def test_arms_and_pairs(spec: sim.Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    found = evidence(spec, seen(HOSTED), rules=["D1"], particles=200, repeats=2)
    assert [one.against for one in found.weighed] == ["off", "D1r"]
    assert found.log_evidence.shape == (2,)
    for one in found.weighed:
        assert one.shares.shape == (2, 1)
        assert one.log_factor == pytest.approx(one.shares.sum(axis=1))
        assert abs(one.mean) < 3  # the same cases and draws: a count of refugees hardly tells
    record = json.loads(json.dumps(found.record()))
    assert record["rules"][0]["paragraphs"]
    console = terminal.console()
    console.width = 80
    console.print(evidence_page(found))
    page = capsys.readouterr().out
    assert max(map(len, page.rstrip().split("\n"))) <= 80
    assert page.splitlines()[2].startswith("Of 2 comparisons the record speaks for the rule in")


def test_nothing_is_said_where_the_error_is_larger_or_the_factor_small() -> None:
    assert _verdict(2.0, 0.5) == "for"
    assert _verdict(-2.0, 0.5) == "against"
    assert _verdict(2.0, 1.1) == "not at all"
    assert _verdict(1.0, 0.01) == "not at all"
    assert _verdict(np.inf, np.nan) == "for"


def test_what_it_rests_on(spec: sim.Scenario) -> None:
    shares = np.array([[3.0, 0.1], [3.2, -0.1]])
    one = Weighed(sim.rules["D1"], "off", shares.sum(axis=1), shares, ("a count", "a word"))
    assert (one.verdict, one.rests_on, one.without_it) == ("for", "a count", "not at all")


def test_wrong_arguments(spec: sim.Scenario) -> None:
    with pytest.raises(ScenarioError, match="rule 'D99' does not exist"):
        evidence(spec, seen(HOSTED), rules=["D99"], particles=100)
    with pytest.raises(ScenarioError, match="rule 'D1r' is off in this scenario"):
        evidence(spec, seen(HOSTED), rules=["D1r"], particles=100)
    with pytest.raises(ScenarioError, match="repeats: expected a whole number from 2"):
        evidence(spec, seen(HOSTED), repeats=1)


def test_the_command(panj: Callable[..., Any]) -> None:
    shown = panj(
        *("evidence", "--observed", "record", "--rule", "D1", "--particles", 100, "--repeats", 2),
        *("--citizens", 0, "--json"),
    )
    assert shown.code == 0, shown.err
    data = json.loads(shown.out)
    assert {row["against"] for row in data["rules"]} == {"off", "D1r"}
