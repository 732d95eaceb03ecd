"""Readings shipped as data: what they switch, and how claims stand between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.answers.shares import between_readings, shares
from sim.analysis.article.arms import Bench
from sim.analysis.article.readings import Matrix, claims_by_reading, distinct, ordered, readings
from sim.analysis.runs import view
from sim.engine.ensemble import simulate
from sim.errors import ScenarioError
from sim.model.actors.dushanbe.rules import applause
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.scenario.plan import plan

#: The pairs of readings that rival rules part.
PAIRS = (("instrumental", "sincere"), ("embolden", "restrain"), ("rally", "weary"))


def test_the_pairs_are_shipped_with_passage_and_claim() -> None:
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


def planned(name: str) -> Any:
    """Return the numbers a run takes under a reading, by name."""
    model = load()
    numbers = plan(sim.load_scenario("baseline").replace(reading=name), model).parameters
    return SimpleNamespace(**dict(zip(model.parameters, numbers, strict=True)))


def test_fuel_that_goes_with_the_news_or_lasts_while_there_is_unrest() -> None:
    def earned(name: str, **state: float) -> float:
        return applause(SimpleNamespace(rhetoric=1.0, words_memory=1.0, **state), planned(name))

    assert earned("few_years", unsettled=0.0, media_salience=1.0) == 1.0
    assert earned("few_years", unsettled=1.0, media_salience=0.0) == 0.0
    assert earned("while_unsettled", unsettled=0.0, media_salience=1.0) == 0.0
    assert earned("while_unsettled", unsettled=1.0, media_salience=0.0) == 1.0


def test_a_public_that_is_led_and_one_that_leads() -> None:
    """Without images one loses nothing, the other solidarity; without official words the reverse."""

    def solidarity(name: str, **parameters: float) -> float:
        spec = sim.load_scenario("baseline").replace(
            weeks=60, citizens=0, reading=name, parameters=parameters
        )
        return float(simulate(plan(spec, load()), 0, np.arange(30), keep=("solidarity",)).kept[:, 1:].mean())

    silence = {"media_pull": 0.0, "appeal_pull": 0.0}
    mute = {"rhetoric_pull": 0.0, "licence": 0.0}
    assert solidarity("from_above", **silence) == solidarity("from_above")
    assert solidarity("from_above", **mute) < solidarity("from_above") - 0.01
    assert solidarity("from_below", **mute) == solidarity("from_below")
    assert solidarity("from_below", **silence) < solidarity("from_below") - 0.01


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


def test_a_study_tells_how_far_its_shares_move_between_readings() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=0)
    result = sim.run(spec, runs=20)
    table = result.readings
    assert set(table["reading"]) == set(reading_names())
    assert table.groupby("reading")["share"].sum().to_numpy() == pytest.approx(1.0)
    assert (table["blood"] <= table["share"]).all()
    assert (table["runs"] == 20).all()
    plain = table[table["reading"] == "as_read"].set_index("path")
    rally = table[table["reading"] == "rally"].set_index("path")
    assert (plain[["share", "blood"]] == rally[["share", "blood"]]).all(axis=None)
    wide = between_readings(table).set_index("path").loc[list(PATHS)]
    assert (wide["low"] <= plain["share"]).all()
    assert (plain["share"] <= wide["high"]).all()
    assert (wide["low"] < wide["high"]).any()


def test_as_read_is_the_study_at_its_defaults() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=40, citizens=20)
    result = sim.run(spec, runs=20)
    table = result.readings
    plain = table[table["reading"] == "as_read"].set_index("path")["share"]
    own = shares(view(result), view(result).groups()[:1]).set_index("path")["share"]
    assert (plain == own[plain.index]).all()


def test_a_scenarios_own_strengths_lie_over_every_reading() -> None:
    spec = sim.load_scenario("null_model").replace(weeks=20, citizens=0)
    table = sim.run(spec, runs=10).readings
    wide = between_readings(table)
    assert (wide["low"] == wide["high"]).all()


def test_a_study_of_one_part_has_no_readings() -> None:
    spec = sim.load_scenario("baseline").replace(weeks=4, citizens=0)
    table = sim.run(spec, runs=2, plausible=False).readings
    assert list(table.columns) == ["reading", "path", "runs", "share", "blood"]
    assert table.empty
    assert between_readings(table).empty


def test_the_headline_shows_the_range_between_readings(panj: Callable[..., Any]) -> None:
    common = (
        "run",
        "baseline",
        "--runs",
        8,
        "--weeks",
        30,
        "--citizens",
        0,
        "--no-plots",
        "--reading",
        "weary",
    )
    page = panj(*common, "--full", "--out", "one")
    assert page.code == 0, page.err
    assert "readings" in page.out
    told = json.loads(panj(*common, "--out", "two", "--json").out)
    assert len(told["readings"]["range"]) == 8
    assert {row["reading"] for row in told["readings"]["shares"]} == set(reading_names())


def test_the_command_runs_under_a_reading(panj: Callable[..., Any]) -> None:
    common = ("run", "baseline", "--runs", 8, "--weeks", 30, "--citizens", 0, "--no-plots", "--json")
    plain = json.loads(panj(*common, "--out", "one").out)
    weary = json.loads(panj(*common, "--out", "two", "--reading", "weary").out)
    assert plain["hash"] != weary["hash"]
    refused = panj(*common, "--out", "three", "--reading", "weery")
    assert refused.code == 2
    assert "weary" in refused.err
