"""The claims as checks: declared once, computed, the same each time, and able to fail.

No test here says what a verdict on the shipped model is: that is for the page to tell.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.article.arms import Bench, Variant, layout
from sim.analysis.article.claims import Claims, Row, check, claims, robustness
from sim.analysis.article.declared import CLAIMS
from sim.analysis.article.measures import mean
from sim.analysis.article.paired import FAILS, HOLDS, SMALL, VERDICTS, Arm, Claim, between, contrast
from sim.errors import ScenarioError
from sim.model import calibrated
from sim.model.registry import load

BY_ID = {one.id: one for one in CLAIMS}


def test_all_fifteen_are_declared_with_what_they_need() -> None:
    assert [one.id for one in CLAIMS] == [f"K{n}" for n in range(1, 16)]
    model = load()
    for one in CLAIMS:
        assert one.paragraphs
        assert all(1 <= n <= 19 for n in one.paragraphs)
        assert one.claim.strip()
        assert one.needs.strip()
        assert one.kind in ("fitted", "built in", "emergent")
        assert any(part.role != "finding" for part in one.parts)
        assert {name for part in one.parts for name in part.arms} == set(one.arms)
        assert set(one.rests_on) <= set(model.rules)
        assert set(one.weighs) <= set(one.rests_on)
        assert all(part.direction in (-1, 1) for part in one.parts)


def test_part_names_tell_parts_of_a_claim_apart() -> None:
    for one in CLAIMS:
        names = [part.name for part in one.parts]
        assert len(set(names)) == len(names)


@pytest.fixture(scope="module")
def small() -> Claims:
    return claims(12, only=["K5", "K7", "K11"])


def test_what_comes_of_a_claim_is_whole(small: Claims) -> None:
    assert [row.id for row in small.rows] == ["K5", "K7", "K11"]
    for row in small.rows:
        assert row.verdict in VERDICTS
        assert row.decisive.verdict == row.verdict
        for one in row.parts:
            assert one.smallest > 0
            assert one.effect.low <= one.effect.mean <= one.effect.high
            assert one.verdict == one.part.judge(one.effect, one.smallest)
    assert set(small["K5"].weighs) == set(BY_ID["K5"].weighs)
    assert {one.part.role for one in small["K7"].parts} == {"effect", "finding"}


def test_shapes_for_machines(small: Claims) -> None:
    record = json.loads(json.dumps(small.record(), allow_nan=False))
    assert {"id", "paragraphs", "claim", "kind", "effect", "low", "high", "verdict", "killers"} <= set(
        record[0]
    )
    assert len(small.frame) == sum(len(row.parts) for row in small.rows)
    lines = small.markdown().splitlines()
    assert len(lines) == 2 + len(small.rows)
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_the_same_call_gives_the_same_numbers_on_any_number_of_threads(small: Claims) -> None:
    again = claims(12, only=["K11", "K5", "K11"], threads=1)
    assert [row.id for row in again.rows] == ["K11", "K5"]
    for row in again.rows:
        assert json.dumps(row.record()) == json.dumps(small[row.id].record())


def test_another_seed_gives_other_numbers(small: Claims) -> None:
    other = claims(12, seed=1, only=["K11"], ablate=False)
    assert other["K11"].decisive.effect != small["K11"].decisive.effect


def test_how_widely_claims_hold_is_what_calibration_left(monkeypatch: pytest.MonkeyPatch) -> None:
    part = BY_ID["K11"].parts[0].name
    stored = {
        "K11": {"figures": 0.9, "article": 0.8, "clauses": [{"clause": part, "figures": 0.7, "article": 0.6}]}
    }
    monkeypatch.setattr(calibrated, "claims", lambda: {"claims": stored})
    row = claims(2, only=["K11"], ablate=False)["K11"]
    assert row.held == (0.9, 0.8)
    assert row.parts[0].held == (0.7, 0.6)
    assert row.record()["region_share"] == 0.9
    assert row.record()["parts"][0]["region_share_article"] == 0.6
    for other in ({"reading": "sincere"}, {"parameters": {"strength_D1": 0.5}}):
        assert np.isnan(claims(2, only=["K11"], ablate=False, **other)["K11"].held).all(), "judged as read"
    monkeypatch.setattr(calibrated, "claims", dict)
    assert claims(2, only=["K11"], ablate=False)["K11"].record()["region_share"] is None


#: Claim, and the rules whose sign turned round makes it fail; together where one alone is outweighed, with
#: an option taken more readily where hardly anybody takes it, so that there is something to fall.
TURNED = {
    "K1": {"strength_D1": -1.0},
    "K3": {"strength_D8": -1.0},
    "K5": {"strength_D1": -1.0, "strength_D3": -1.0, "strength_O2": -1.0},
    "K6": {"strength_D1": -2.0, "strength_D14": 0.0},  # turned at once its strength it is as small as it was
    "K10": {"strength_D12": -1.0, "dushanbe_warm_base": -3.5},
    "K11": {"strength_T1": -1.0, "mass_base": -1.0},
    "K12": {"strength_D4": -1.0},
    "K13": {"strength_O1": -1.0},
    "K4": {"strength_D10": -1.0},
}


@pytest.mark.parametrize("claim_id", TURNED)
def test_a_rule_with_its_sign_turned_round_makes_the_claim_fail(claim_id: str) -> None:
    plain, turned = (
        claims(60, parameters=values, only=[claim_id], ablate=False)[claim_id]
        for values in ({}, TURNED[claim_id])
    )
    assert turned.verdict == FAILS
    broken = [
        one.part.margin(after.effect.mean, after.smallest) < one.part.margin(one.effect.mean, one.smallest)
        for one, after in zip(plain.parts, turned.parts, strict=True)
        if after.verdict == FAILS and after.part.role != "finding"
    ]
    assert any(broken), "turning the rule round is what made it fail"


MEASURE = mean("rhetoric", "index", 1, 15)


def planted(direction: int, **more: object) -> Claim:
    """A claim with one arm in which the spotlight burns; only rules on words can carry it."""
    bright = {"name": "light", "on": "2021-08-16", "lasts": 20, "change": {"spotlight": {"set": 1.0}}}
    dark = {"name": "dark", "on": "2021-08-16", "lasts": 20, "change": {"spotlight": {"set": 0.0}}}
    made = Claim(
        "P1",
        (17,),
        "Words follow the light.",
        "built in",
        {"dark": Arm(weeks=15, events=(dark,)), "bright": Arm(weeks=15, events=(bright,))},
        (contrast("rhetoric in the light", "dark", "bright", MEASURE, direction),),
        ("T3", "D4", "W4"),
        "words would have to follow the light",
    )
    return replace(made, **more)


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench()


def test_the_killer_of_a_planted_claim_is_found(bench: Bench) -> None:
    row = check(bench, planted(1), 60, {}, True)
    assert row.verdict == HOLDS
    assert row.killers == ("D4",)
    assert not row.together
    assert row.turns == ()


def test_a_planted_claim_the_other_way_round_fails_and_says_what_would_turn_it(bench: Bench) -> None:
    row = check(bench, planted(-1), 60, {}, True)
    assert row.verdict == FAILS
    assert row.reversed
    assert row.killers == ()
    assert row.turns
    assert all(turn.reach < 1.0 for turn in row.turns[1:])


def test_rules_that_carry_a_claim_only_together_are_named_together(bench: Bench) -> None:
    rules = ("D1", "D4", "D11", "D13")
    claim = planted(1)
    rows = [*(bench.without([one]) for one in rules), bench.without(rules)]
    part = between("rhetoric", "bright", MEASURE)
    levels = bench.values(claim.arms, [part], [Variant(row, 40) for row in rows])[0]
    *single, none = [values.mean() for values in levels]
    bound = (min(single) + none) / 2  # what any three of them reach, and none of them does not
    assert none < bound < min(single)
    wanted = replace(claim, parts=(replace(part, low=bound),), rests_on=rules)
    row = check(bench, wanted, 80, {}, True)
    assert row.verdict == HOLDS
    assert row.together
    assert row.killers == rules


def test_what_a_rule_contributes_is_the_effect_with_it_less_without(bench: Bench) -> None:
    row = check(bench, planted(1, weighs=("D4", "T3")), 60, {}, True)
    assert row.weighs["D4"].mean == pytest.approx(row.decisive.effect.mean, rel=0.2)
    assert abs(row.weighs["T3"].mean) < 0.2 * row.weighs["D4"].mean


def test_the_smallest_effect_follows_the_scale(bench: Bench) -> None:
    claim = BY_ID["K10"]
    assert bench.smallest(claim.arms, claim.parts) == [0.05, 4.0]
    quantity = planted(1)
    size = bench.smallest(quantity.arms, quantity.parts)[0]
    assert 0.001 < size < 0.1


def test_an_arm_lies_over_the_case(bench: Bench) -> None:
    arm = Arm(weeks=1, parameters={"words_rest": 0.25}, world={"rhetoric": 0.8}, times={"hardship": 0.5})
    row = bench.with_values({"words_rest": 0.05, "hardship": 0.6})
    runs = bench.run(arm, [Variant(row, 3)], ("rhetoric", "hardship"))
    assert (runs["rhetoric"][:, 0] == 0.8).all()
    assert runs["hardship"][:, 0] == pytest.approx(0.3)


def test_runs_of_one_replicate_stand_side_by_side() -> None:
    row = np.zeros(1)
    replicates, which = layout([Variant(row, 3), Variant(row, 1), Variant(row, 2)])
    assert replicates.tolist() == [0, 0, 0, 1, 1, 2]
    assert which.tolist() == [0, 1, 2, 0, 2, 0]


def test_wrong_arguments_are_refused_with_the_choices() -> None:
    with pytest.raises(ScenarioError, match="no claim 'K99'"):
        claims(only=["K99"])
    with pytest.raises(ScenarioError, match="whole number from 2"):
        claims(runs=1)
    with pytest.raises(ScenarioError, match="unknown reading 'nonsense'"):
        claims(reading="nonsense")


def with_verdict(row: Row, verdict: str, reversal: bool = False) -> Row:
    part = row.parts[0]._replace(verdict=FAILS if reversal else verdict)
    return replace(row, verdict=verdict, parts=(part,))


def test_robust_model_dependent_contested(small: Claims) -> None:
    row = small["K11"]
    holds, small_one = with_verdict(row, HOLDS), with_verdict(row, SMALL)
    turned = with_verdict(row, FAILS, reversal=True)
    assert robustness([holds, holds]) == "robust"
    assert robustness([holds, small_one]) == "model-dependent"
    assert robustness([holds, turned]) == "contested"
    assert robustness([small_one, small_one]) == "holds in none"
