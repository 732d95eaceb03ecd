"""The storylines as they run: sound over twenty years, nothing running away, the quiet one quiet."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from sim.engine.ensemble import Block, simulate
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan

KEPT = ("rhetoric", "tension", "solidarity", "fear", "approval", "fatigue", "hardship", "show_of_force")


@lru_cache
def ran(name: str, weeks: int, citizens: int, runs: int) -> Block:
    spec = load_scenario(name).replace(weeks=weeks, citizens=citizens)
    return simulate(plan(spec, load()), 0, np.arange(runs), keep=KEPT)


def mean(block: Block, name: str, weeks: slice) -> float:
    return float(block.kept[:, weeks, KEPT.index(name)].mean())


@pytest.mark.parametrize("name", catalogue.names())
def test_twenty_years_are_sound_and_nothing_runs_away(name: str) -> None:
    block = ran(name, 1040, 0, 12)
    assert not block.failure_week.any()
    late = slice(520, None)
    for what in KEPT[:-1]:
        assert 0.02 < mean(block, what, late) < 0.95, what


@pytest.mark.parametrize("name", catalogue.names())
def test_no_show_of_force_lasts_for_ever(name: str) -> None:
    assert mean(ran(name, 1040, 0, 12), "show_of_force", slice(520, None)) < 0.95


def test_without_the_crisis_all_stays_quiet() -> None:
    quiet, crisis = ran("no_crisis", 208, 200, 40), ran("baseline", 208, 200, 40)
    autumn, always = slice(1, 27), slice(1, None)
    for weeks in (autumn, always):
        assert mean(quiet, "rhetoric", weeks) < 0.15
        assert mean(quiet, "tension", weeks) < 0.25
        assert mean(quiet, "show_of_force", weeks) < 0.05
        for what in KEPT[:5]:
            assert mean(quiet, what, weeks) < mean(crisis, what, weeks)
    assert 0.4 < mean(quiet, "approval", always) < 0.55


def test_the_null_model_moves_no_opinion() -> None:
    """Without rules the society's own is left: its rest, moods, marks. Without these nothing moves."""
    still = {"crisis_anchor": 1.0, "mood_noise": 0.0, "trauma": 0.0, "imprint": 0.0}
    spec = load_scenario("null_model").replace(weeks=104, citizens=0, parameters=still)
    block = simulate(plan(spec, load()), 0, np.arange(6), keep=KEPT)
    for what in ("solidarity", "fear", "approval"):
        start = load().world[what].default
        assert mean(block, what, slice(1, None)) == pytest.approx(start, abs=1e-9)
