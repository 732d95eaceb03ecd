"""The article's account in the region: how surely clauses hold, what points weigh, what is stored."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.article.declared import CLAIMS
from sim.analysis.article.measures import mean
from sim.analysis.article.paired import Part, between, contrast
from sim.analysis.past import account as judging
from sim.analysis.past import calibration
from sim.analysis.past.account import Account, Clause, account, content, holds, nearly_all
from sim.errors import ModelError
from sim.model import calibrated

RHETORIC = mean("rhetoric", "index", 1, 4)
RISE = contrast("a rise", "a", "b", RHETORIC, 1)
FALL = contrast("a fall", "a", "b", RHETORIC, -1)
NOTHING = contrast("nothing", "a", "b", RHETORIC, 1, "absent")
LEVEL = between("a level", "a", RHETORIC, 0.4, 0.6)
RARE = between("a share", "a", RHETORIC, high=0.02)

#: Two cheap claims: how hard words are, and troops that follow fighters.
CHEAP = tuple(one for one in CLAIMS if one.id in ("K1", "K4"))


def drawn(effects: np.ndarray, pairs: int, noise: float, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return effects[:, None] + noise * chance.standard_normal((len(effects), pairs))


@pytest.fixture(scope="module")
def judged() -> Account:
    return account(4, points=12, claims=CHEAP)


# How surely a clause holds


@pytest.mark.parametrize(
    ("part", "truth"),
    [
        (RISE, lambda x: x >= 0.1),
        (FALL, lambda x: x <= -0.1),
        (NOTHING, lambda x: np.abs(x) < 0.1),
        (LEVEL, lambda x: (x >= 0.4) & (x <= 0.6)),
    ],
)
def test_probabilities_are_calibrated_whatever_the_noise(part: Part, truth: object) -> None:
    """Among points at which a clause is said to hold with p, it holds at a share p of them."""
    chance = np.random.default_rng(3)
    effects = chance.normal(0.1, 0.3, 4000)
    sure = holds(Clause("K", part, 0.1), drawn(effects, 8, 0.6))
    holding = truth(effects)  # type: ignore[operator]
    assert sure.mean() == pytest.approx(holding.mean(), abs=0.02)
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 1.0)):
        some = (sure >= low) & (sure <= high)
        if some.sum() > 200:
            assert holding[some].mean() == pytest.approx(sure[some].mean(), abs=0.05)


def test_a_bare_mean_would_count_too_few_or_too_many() -> None:
    effects = np.full(2000, 0.12)
    values = drawn(effects, 8, 0.6)
    assert (values.mean(axis=1) >= 0.1).mean() < 0.6, "noise hides that all of them hold"
    assert holds(Clause("K", RISE, 0.1), values).mean() > 0.9


def test_without_noise_a_clause_holds_or_does_not() -> None:
    values = np.repeat([[0.05], [0.11], [0.5]], 6, axis=1)
    assert holds(Clause("K", RISE, 0.1), values) == pytest.approx([0.0, 1.0, 1.0])


def test_a_rare_event_in_few_runs_does_not_rule_a_point_out() -> None:
    chance = np.random.default_rng(5)
    rare = (chance.random((500, 24)) < 0.003).astype(float)
    assert holds(Clause("K", RARE, np.nan), rare).min() > 0.9
    often = rare.copy()
    often[:50] = (chance.random((50, 24)) < 0.5).astype(float)
    sure = holds(Clause("K", RARE, np.nan), often)
    assert sure[:50].max() < 0.05
    assert sure[50:].mean() > 0.8


def test_a_point_without_runs_that_count_is_as_the_others_are() -> None:
    values = drawn(np.random.default_rng(1).normal(0.2, 0.1, 300), 8, 0.1)
    values[0] = np.nan
    sure = holds(Clause("K", RISE, 0.1), values)
    assert sure[0] == pytest.approx(sure[1:].mean(), abs=0.1)
    assert not np.isnan(sure).any()


# What a point weighs


def test_a_point_weighs_the_chance_that_no_more_claims_fail() -> None:
    by_claim = np.random.default_rng(2).random((200, 4))
    missing, weights = nearly_all(by_claim)
    for row, weight in zip(by_claim[:20], weights, strict=False):
        exact = sum(
            float(np.prod([p if held else 1 - p for p, held in zip(row, case, strict=True)]))
            for case in product((0, 1), repeat=4)
            if case.count(0) <= missing
        )
        assert weight == pytest.approx(exact)


def test_as_few_claims_fail_as_leave_a_tenth_of_the_points() -> None:
    sure = np.ones((100, 5))
    assert nearly_all(sure) == (0, pytest.approx(np.ones(100)))
    sure[:, :2] = 0.0
    assert nearly_all(sure)[0] == 2
    sure = np.zeros((100, 5))
    sure[:5] = 1.0
    assert nearly_all(sure)[0] == 5, "five points of a hundred are too few to stand on"
    sure[5:12, 1:] = 1.0
    assert nearly_all(sure)[0] == 1


# What is stored


def test_claims_are_judged_clause_by_clause_on_the_region(judged: Account) -> None:
    names = [(claim.id, part.name) for claim in CHEAP for part in claim.parts if part.role != "finding"]
    assert [(one.claim, one.part.name) for one in judged.clauses] == names
    assert judged.probability.shape == (12, len(names))
    assert judged.by_claim[:, 0] == pytest.approx(judged.probability[:, :2].prod(axis=1))
    assert ((judged.probability >= 0) & (judged.probability <= 1)).all()
    assert judged.probability.std(axis=0).max() > 0.1


def test_the_same_account_has_the_same_bytes_on_any_number_of_threads(
    judged: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "CHUNK", 5)
    assert content(account(4, points=12, claims=CHEAP, threads=1)) == content(judged)
    assert content(account(4, seed=1, points=12, claims=CHEAP)) != content(judged)


def test_the_file_says_what_it_is_of_and_how_much_it_is_worth(judged: Account) -> None:
    record = json.loads(content(judged))
    weights = np.array(record["weights"]) / calibrated.FULL
    assert weights.max() == 1
    assert weights == pytest.approx(judged.weights / judged.weights.max(), abs=1e-4)
    assert record["effective"] == pytest.approx(weights.sum() ** 2 / (weights**2).sum(), abs=0.1)
    assert record["region"] == calibrated.record()["region"]
    assert list(record["claims"]) == ["K1", "K4"]
    for k, one in enumerate(record["claims"].values()):
        assert one["figures"] == pytest.approx(judged.by_claim[:, k].mean(), abs=1e-3)
        assert one["article"] == pytest.approx(np.average(judged.by_claim[:, k], weights=weights), abs=1e-3)


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The stored region in a folder of its own, without the claims' file."""
    for name in (calibrated.RECORD, calibrated.REGION):
        (tmp_path / name).write_bytes((calibrated.FOLDER / name).read_bytes())
    monkeypatch.setattr(calibrated, "FOLDER", tmp_path)
    calibrated.claims.cache_clear()
    yield tmp_path
    calibrated.claims.cache_clear()


def test_what_was_stored_is_what_is_read(elsewhere: Path, judged: Account) -> None:
    assert calibrated.weights() is None
    judging.write(judged, elsewhere)
    calibrated.claims.cache_clear()
    assert calibrated.weights() == pytest.approx(judged.weights / judged.weights.max(), abs=1e-4)


def test_an_account_of_another_region_is_none(elsewhere: Path, judged: Account) -> None:
    path = judging.write(judged, elsewhere)
    path.write_text(path.read_text().replace(judged.region, "0" * 20))
    calibrated.claims.cache_clear()
    assert calibrated.weights() is None
    path.write_text(path.read_text().replace('"panj_claims": 1', '"panj_claims": 2'))
    calibrated.claims.cache_clear()
    with pytest.raises(ModelError, match="make it anew with 'make calibrate'"):
        calibrated.claims()


def test_the_stored_account_is_of_the_stored_region_and_of_the_claims_as_declared() -> None:
    record, again = calibrated.claims(), "run 'make calibrate'"
    if not record:
        pytest.skip("the claims were not judged since the last calibration")
    assert len(record["weights"]) == record["points"] == len(calibrated.region()[1]), again
    declared = {claim.id: [part.name for part in claim.parts if part.role != "finding"] for claim in CLAIMS}
    stored = {name: [part["clause"] for part in one["clauses"]] for name, one in record["claims"].items()}
    assert stored == declared, again


def test_without_a_region_there_is_nothing_to_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibrated, "region", lambda: ((), np.empty((0, 0))))
    with pytest.raises(ModelError, match="run 'make calibrate' first"):
        account(4)
    monkeypatch.setattr(calibrated, "region", lambda: (("rhetorik",), np.full((3, 1), 0.5)))
    with pytest.raises(ModelError, match="holds 'rhetorik', which the model has not"):
        account(4)


def test_the_command_writes_the_account_where_it_is_asked_to(
    monkeypatch: pytest.MonkeyPatch, judged: Account, elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(judging, "account", lambda note: judged)
    monkeypatch.setattr(judging.write, "__defaults__", (elsewhere,))
    calibration.main(["--claims"])
    assert (elsewhere / calibrated.CLAIMS).read_bytes() == content(judged)
    assert calibrated.CLAIMS in capsys.readouterr().out
    with pytest.raises(SystemExit, match="expected nothing or --claims, found --claim"):
        calibration.main(["--claim"])
