"""Screening: what moves an outcome stays uncertain, what does not is fixed, and chance passes for neither."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.analysis.past.screening import Settings, content, indices, screen
from sim.errors import ModelError
from sim.model import calibrated, registry, screened
from sim.model.registry import load
from sim.study.ensemble.cases import candidates, uncertain

BASES = 400


def halves(effects: np.ndarray, noise: float, seed: int = 3) -> np.ndarray:
    """Return means of a made-up outcome, sums of uniform values times effects, with chance in each half."""
    rng = np.random.default_rng(seed)
    k = len(effects)
    base, other = rng.random((BASES, k)), rng.random((BASES, k))
    points = np.repeat(base[:, None, :], k + 1, axis=1)
    points[:, np.arange(1, k + 1), np.arange(k)] = other
    exact = points @ effects
    return exact[:, None, :] + noise * rng.normal(size=(BASES, 2, k + 1))


def test_an_index_is_the_share_of_variance_and_holds_no_chance() -> None:
    """Of a sum of uniforms times 2, 1 and 0 the shares are 4/5, 1/5 and nothing, whatever the noise."""
    effects = np.array([2.0, 1.0, 0.0])
    variance = float((effects**2).sum() / 12)
    for noise in (0.0, 0.5):
        means = halves(effects, noise)
        steps = means[:, :, 1:] - means[:, :, :1]
        index, error = indices(steps[:, 0], steps[:, 1], variance)
        assert np.abs(index - [0.8, 0.2, 0.0]).max() < 4 * max(error.max(), 1e-12) + 0.02
        assert (error > 0).sum() == (2 if noise == 0.0 else 3)


def test_what_moves_something_is_kept_and_the_rest_is_fixed() -> None:
    found = content(
        Settings(bases=BASES),
        ("strong", "weak", "idle"),
        {
            "words": halves(np.array([2.0, 0.0, 0.0]), 0.3),
            "ties": halves(np.array([0.1, 1.0, 0.0]), 0.3, seed=4),
        },
    )
    assert found["moving"] == {"strong": "words", "weak": "ties"}
    assert found["fixed"] == ["idle"]
    rare = content(
        Settings(most=2),
        ("idle", "strong", "rare"),
        {"words": halves(np.array([0.5, 2.0, 0.0]), 0.1)},
        {"rare"},
    )
    assert rare["moving"] == {"strong": "words", "rare": "violence at the border"}
    only = content(Settings(most=1), ("a", "b"), {"words": halves(np.array([1.0, 2.0]), 0.1)})
    assert (list(only["moving"]), only["fixed"]) == (["b"], ["a"])


def test_the_model_is_screened_to_the_same_content_each_time() -> None:
    small = Settings(bases=3, replicates=2)
    found = screen(small)
    spec = sim.load_scenario("baseline")
    assert set(found["moving"]) | set(found["fixed"]) == set(candidates(spec, load()))
    assert json.dumps(found) == json.dumps(screen(small))


def test_screening_reads_nothing_of_what_calibration_makes_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    small = Settings(bases=3, replicates=2)
    assert any(one.declared is not None for one in load().parameters.values())
    found = screen(small)
    caches = calibrated.record, calibrated.region, calibrated.claims, registry._load
    monkeypatch.setattr(calibrated, "_ignored", True)
    for one in caches:
        one.cache_clear()
    try:
        assert all(one.declared is None for one in load().parameters.values())
        assert screen(small) == found
    finally:
        for one in caches:
            one.cache_clear()


def test_what_screening_fixed_stays_and_a_name_it_does_not_know_varies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, model = sim.load_scenario("baseline"), load()
    monkeypatch.setattr(screened, "FILE", tmp_path / "screened.json")
    screened.record.cache_clear()
    try:
        assert uncertain(spec, model) == candidates(spec, model)
        screened.FILE.write_text('{"panj_screening": 1, "fixed": ["backstop"], "moving": {}}')
        screened.record.cache_clear()
        assert set(candidates(spec, model)) - set(uncertain(spec, model)) == {"backstop"}
        screened.FILE.write_text('{"panj_screening": 0}')
        screened.record.cache_clear()
        with pytest.raises(ModelError, match="expected 'panj_screening' to be 1, found 0"):
            screened.fixed()
    finally:
        screened.record.cache_clear()
