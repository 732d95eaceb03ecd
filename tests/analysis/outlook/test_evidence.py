"""What a record says of rules: on histories of the model's own, whose rules are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.outlook.evidence import Factor, Question, Weighed, evidence
from sim.errors import ScenarioError
from sim.views import terminal
from sim.views.pages.evidence import evidence_page
from tests.analysis.outlook.test_outlook import HOSTED, seen


@pytest.fixture(scope="module")
def spec() -> sim.Scenario:
    return sim.load_scenario("baseline").replace(weeks=30, citizens=0)


def test_a_rule_is_weighed_against_none_and_its_rival_on_the_same_chance(
    spec: sim.Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    found = evidence(spec, seen(HOSTED), rules=["D1"], particles=200, repeats=2)
    assert [one.question.against for one in found.weighed] == ["off", "D1r"]
    assert found.log_evidence.shape == (2,)
    for one in found.weighed:
        assert one.shares.shape == (2, 1)
        assert abs(one.factor.mean) < 3  # the same cases and draws: a count of refugees hardly tells
    record = json.loads(json.dumps(found.record()))
    assert record["claims"][0]["paragraphs"]
    console = terminal.console()
    console.width = 80
    console.print(evidence_page(found))
    page = capsys.readouterr().out
    assert max(map(len, page.rstrip().split("\n"))) <= 80
    assert page.splitlines()[2].startswith("Of 2 comparisons the record speaks for the claim in")


def test_the_record_speaks_for_a_rule_that_it_needs_and_of_others_not_at_all(spec: sim.Scenario) -> None:
    """How many are admitted, and how many come, decides the count of refugees; hard words do not."""
    found = evidence(spec, seen(HOSTED), rules=["D7", "D1"], particles=200, repeats=2)
    says = {(one.question.name, one.question.against): one for one in found.weighed}
    assert says["D7", "off"].verdict == "for"
    assert says["D7", "off"].halved is not None
    assert says["D7", "off"].rests_on == seen(HOSTED).observed[0].title
    assert says["D1", "off"].verdict == "not at all"
    assert says["D1", "off"].halved is None


def test_readings_are_weighed_against_the_article_as_read(spec: sim.Scenario) -> None:
    found = evidence(spec, seen(HOSTED), readings=["rally", "from_below"], particles=100, repeats=2)
    assert [(one.question.name, one.question.against) for one in found.weighed] == [
        ("as_read", "rally"),
        ("as_read", "from_below"),
    ]
    assert found.weighed[0].factor == (0.0, 0.0)  # it sets what the model takes anyway: the same runs
    assert found.weighed[1].factor.mean != 0


@pytest.mark.parametrize(
    ("factor", "verdict"),
    [
        ((2.0, 0.5), "for"),
        ((-2.0, 0.5), "against"),
        ((2.0, 1.1), "not at all"),
        ((1.0, 0.01), "not at all"),
        (Factor.of(np.array([np.inf, np.inf])), "for"),
        (Factor.of(np.array([np.inf, 0.5])), "not at all"),
        ((np.nan, np.nan), "not at all"),
    ],
)
def test_nothing_is_said_where_the_error_is_large_or_the_factor_small(
    factor: tuple[float, float], verdict: str
) -> None:
    assert Factor(*factor).verdict == verdict


def test_what_it_rests_on_and_whether_it_hangs_on_the_ranges(spec: sim.Scenario) -> None:
    asked = Question("D1", (1,), "a claim", "off", spec, {})
    shares = np.array([[3.0, 0.1], [3.2, -0.1]])
    one = Weighed(asked, shares, ("a count", "a word"))
    assert (one.verdict, one.rests_on, one.without_it.verdict) == ("for", "a count", "not at all")
    assert Weighed(asked, shares, ("a count", "a word"), Factor(2.0, 0.1)).verdict == "for"
    assert Weighed(asked, shares, ("a count", "a word"), Factor(0.5, 0.1)).verdict == "hangs on the ranges"


def test_wrong_arguments(spec: sim.Scenario) -> None:
    with pytest.raises(ScenarioError, match="rule 'D99' does not exist"):
        evidence(spec, seen(HOSTED), rules=["D99"], particles=100)
    with pytest.raises(ScenarioError, match="rule 'D1r' is off in this scenario"):
        evidence(spec, seen(HOSTED), rules=["D1r"], particles=100)
    with pytest.raises(ScenarioError, match="no reading 'rallly'; nearest: rally"):
        evidence(spec, seen(HOSTED), readings=["rallly"], particles=100)
    with pytest.raises(ScenarioError, match="has a reading of its own"):
        evidence(spec.replace(reading="rally"), seen(HOSTED), readings=["weary"], particles=100)
    with pytest.raises(ScenarioError, match="repeats: expected a whole number from 2"):
        evidence(spec, seen(HOSTED), repeats=1)


def test_the_command(panj: Callable[..., Any]) -> None:
    shown = panj(
        *("evidence", "--observed", "record", "--rule", "D1", "--particles", 100, "--repeats", 2),
        *("--citizens", 0, "--json"),
    )
    assert shown.code == 0, shown.err
    data = json.loads(shown.out)
    assert {row["against"] for row in data["claims"]} == {"off", "D1r"}
