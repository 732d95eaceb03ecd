"""Readings shipped as data: what they switch, and how claims stand between them."""

from __future__ import annotations

import pytest

import sim
from sim.analysis.bench import Bench
from sim.analysis.readings import Matrix, claims_by_reading, distinct, ordered, readings
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.catalogue import reading_names

#: The pairs of rival readings.
PAIRS = (("instrumental", "sincere"), ("embolden", "restrain"), ("rally", "weary"))


def test_three_pairs_are_shipped_with_passage_and_claim() -> None:
    shipped = {one.name: one for one in readings()}
    assert next(iter(shipped)) == "as_read"
    for name in (name for pair in PAIRS for name in pair):
        assert shipped[name].paragraphs
        assert shipped[name].claim.strip()
        assert shipped[name].parameters


@pytest.mark.parametrize("pair", PAIRS)
def test_rivals_of_a_pair_are_never_on_together(pair: tuple[str, str]) -> None:
    model = load()
    rivals = {one.id: one.rival_of for one in model.rules.values() if one.rival_of}
    switched = {}
    for name in pair:
        bench = Bench(name)
        switched[name] = set(bench.on([one for one in model.rules if one not in rivals]))
        for rival, rule in rivals.items():
            assert not {rival, rule} <= switched[name], f"{name} has both {rule} and its rival {rival} on"
    first, second = pair
    assert any(rival in switched[second] for rival in rivals)
    assert not any(rival in switched[first] for rival in rivals)


def test_every_rival_rule_is_on_in_some_reading() -> None:
    model = load()
    rivals = {one.id for one in model.rules.values() if one.rival_of}
    on = {rule for name in reading_names() for rule in Bench(name).on(list(model.rules)) if rule in rivals}
    assert on == rivals


def test_a_reading_changes_the_run_and_names_the_scenario() -> None:
    plain = sim.load_scenario("baseline").replace(weeks=26, citizens=0)
    sincere = plain.replace(reading="sincere")
    assert plain.hash != sincere.hash
    ends = [sim.run(one, runs=20, plausible=False).outcomes["approval"].tolist() for one in (plain, sincere)]
    assert ends[0] != ends[1]


def test_readings_that_come_to_the_same_model_are_run_once() -> None:
    same = distinct(["as_read", "rally", "weary"])
    assert same["rally"] == "as_read"
    assert same["weary"] == "weary"
    assert ordered(["weary", "as_read", "rally"]) == ["as_read", "rally", "weary"]


@pytest.fixture(scope="module")
def matrix() -> Matrix:
    return claims_by_reading(12, only=["K5", "K12"], names=["as_read", "rally", "sincere"])


def test_the_matrix_has_a_verdict_for_every_claim_and_reading(matrix: Matrix) -> None:
    record = matrix.record()
    assert [row["id"] for row in record] == ["K5", "K12"]
    for row in record:
        assert list(row["readings"]) == ["as_read", "rally", "sincere"]
        assert row["standing"] in ("robust", "model-dependent", "contested", "holds in none")
        assert row["readings"]["as_read"] == row["readings"]["rally"]
        assert row["readings"]["as_read"] != row["readings"]["sincere"]
    assert len(matrix.markdown().splitlines()) == 4


def test_an_unknown_reading_is_refused_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="sincere"):
        claims_by_reading(4, names=["sincer"], only=["K5"])
