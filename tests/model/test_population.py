"""Domestic opinion: who the citizens are, how influence settles, how large populations compare."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model import population
from sim.model.averages import means
from sim.model.participation import share_taking_part
from sim.model.population import (
    CIRCLE,
    OPINIONS,
    REGION_BORDER,
    REGION_EXPOSURE,
    REGION_SHARES,
    REWIRED,
    SOCIETY_NOISE,
    blank_society,
    draw_society,
    opinion_week,
    region_of,
    shift_opinion,
)
from sim.model.world import REGIONS

DRIVES = (
    "solidarity_by_exposure",
    "solidarity_by_trust",
    "solidarity_by_kin",
    "fear_by_exposure",
    "fear_by_border",
    "approval_all",
    "approval_by_solidarity",
    "approval_by_fear",
    "approval_by_hardship",
    "peers",
    "example",
    "stirring",
)

#: A citizenry of numbers stated here, whatever the defaults are.
NUMBERS = {
    "exposure_mean": 0.35,
    "exposure_tail": 1.0,
    "trust_mean": 0.55,
    "kin_mean": 0.6,
    "stubbornness_mean": 0.5,
    "opinion_diversity": 0.6,
    "opinion_pace": 0.1,
    "solidarity_rest": 0.45,
    "fear_rest": 0.3,
    "crisis_anchor": 1.0,
    "stir_mean": 0.54,
    "stir_spread": 0.12,
    "instigators": 0.1,
    "weariness": 0.12,
    "weariness_pace": 0.15,
    "imprint": 0.0,
    "trauma_fading": 0.005,
}
#: Nothing moves opinion for reasons of its own, and no outrage has left a mark.
QUIET = {"mood_approval": 0.0, "mood_solidarity": 0.0, "mark": 0.0, "street_memory": 0.0}
#: Pulls of an ordinary week, all of them at once.
ORDINARY = {
    "solidarity_by_exposure": 0.05,
    "solidarity_by_trust": 0.02,
    "solidarity_by_kin": 0.005,
    "fear_by_exposure": 0.03,
    "fear_by_border": 0.02,
    "approval_by_solidarity": 0.03,
    "approval_by_fear": 0.03,
    "approval_by_hardship": -0.04,
    "peers": 0.6,
}


def pulls(**given: float) -> SimpleNamespace:
    assert given.keys() <= set(DRIVES)
    return SimpleNamespace(**dict.fromkeys(DRIVES, 0.0) | given)


@dataclass
class Society:
    """One society and the world that holds its means."""

    citizens: int
    p: Any
    world: Any
    people: population.Society

    def __getattr__(self, array: str) -> np.ndarray:
        """Return an array of the society by its name."""
        return getattr(self.people, array)

    def week(self, drive: Any) -> None:
        """Move everyone by one week, with the model's own function."""
        self.people.sums[:] = np.nan
        opinion_week(self.world, self.p, drive, self.people)

    def week_by_algebra(self, drive: Any) -> None:
        """Do the same with whole arrays: an independent statement of the law, and fast for many citizens."""
        x, t = self.opinion, self.traits
        circle = (
            x[self.circles].mean(axis=1) if self.circles.shape[1] else np.tile(self.weights @ x, (len(x), 1))
        )
        stubborn = t[:, 4:5]
        border = np.array(REGION_BORDER)[self.region]
        pull = np.column_stack(
            [
                drive.solidarity_by_exposure * t[:, 0]
                + drive.solidarity_by_trust * t[:, 1]
                + drive.solidarity_by_kin * t[:, 2],
                drive.fear_by_exposure * t[:, 0] + drive.fear_by_border * border,
                drive.approval_all
                + drive.approval_by_solidarity * x[:, 0]
                + drive.approval_by_fear * x[:, 1]
                + drive.approval_by_hardship * t[:, 3],
            ]
        )
        led = stubborn * (self.anchor - x) + (1.0 - stubborn) * min(max(drive.peers, 0.0), 1.0) * (circle - x)
        moved = x + self.p.opinion_pace * led + np.maximum(pull, 0.0) * (1.0 - x) + np.minimum(pull, 0.0) * x
        self.opinion[:] = np.clip(moved, 0.0, 1.0)

    def mean(self) -> np.ndarray:
        return np.asarray(self.weights @ self.opinion)


def society(
    citizens: int, seed: int = 0, start: tuple[float, float, float] = (0.6, 0.4, 0.55), **numbers: float
) -> Society:
    assert numbers.keys() <= NUMBERS.keys()
    p = SimpleNamespace(**NUMBERS | numbers)
    world = SimpleNamespace(**dict(zip(OPINIONS, start, strict=True)) | QUIET)
    people = blank_society(citizens)
    noise = np.random.default_rng(seed).random((len(people.opinion), SOCIETY_NOISE))
    draw_society(world, p, people, noise)
    return Society(citizens, p, world, people)


@pytest.fixture(scope="module")
def large() -> Callable[[], Society]:
    """Draw 20,000 citizens once; each test gets a fresh copy of what it may change."""
    drawn = society(20000, seed=5)

    def copy() -> Society:
        flat = drawn.flat.copy()
        people = drawn.people._replace(
            flat=flat, mood=flat.view(drawn.mood.dtype).view(np.recarray), conviction=drawn.conviction.copy()
        )
        return Society(drawn.citizens, drawn.p, SimpleNamespace(**vars(drawn.world)), people)

    return copy


# who they are ----------------------------------------------------------------------------------


@pytest.mark.parametrize("citizens", [100, 500, 2000, 20000])
def test_regions_stand_in_their_published_shares(citizens: int) -> None:
    assert math.fsum(REGION_SHARES) == pytest.approx(1.0, abs=1e-12)
    places = [region_of(i, citizens) for i in range(citizens)]
    assert places == sorted(places), "neighbours stand side by side"
    for region, share in enumerate(REGION_SHARES):
        assert abs(places.count(region) - share * citizens) <= 1.0


def test_the_mean_field_is_one_citizen_a_region_with_its_weight() -> None:
    field = society(0)
    assert list(field.region) == [0, 1, 2, 3, 4]
    assert tuple(field.weights) == REGION_SHARES
    assert field.circles.shape == (5, 0)
    assert np.allclose(field.traits[:, 0], 0.35 * np.array(REGION_EXPOSURE))
    assert np.ptp(field.anchor, axis=0).max() == 0.0


@pytest.mark.parametrize("start", [(0.6, 0.4, 0.55), (0.05, 0.95, 0.5), (0.0, 1.0, 0.3)])
def test_a_society_starts_at_the_means_it_was_asked_for(start: tuple[float, float, float]) -> None:
    for citizens, seed in [(0, 0), (300, 0), *((7, seed) for seed in range(20))]:
        made = society(citizens, seed=seed, start=start, opinion_diversity=1.0)
        assert np.allclose(made.mean(), start, atol=1e-12)
        assert (made.opinion == made.anchor).all()
        assert made.weights.sum() == pytest.approx(1.0)
        assert (made.world.solidarity, made.world.fear, made.world.approval) == pytest.approx(
            start, abs=1e-12
        )


def test_diversity_spreads_anchors_and_none_of_it_leaves_them_alike() -> None:
    assert np.ptp(society(300, opinion_diversity=0.0).anchor, axis=0).max() < 1e-12
    narrow, wide = society(300, opinion_diversity=0.3), society(300, opinion_diversity=0.9)
    assert np.allclose(wide.anchor.std(axis=0), 3.0 * narrow.anchor.std(axis=0))
    assert wide.world.solidarity_spread == pytest.approx(wide.opinion[:, 0].std())


def test_exposure_is_heavy_tailed_as_an_exponential_law(large: Callable[[], Society]) -> None:
    made = large()
    scale = 0.35 * np.array(REGION_EXPOSURE)[made.region]
    lot = made.traits[:, 0] / scale
    free = lot[scale < 0.4]
    for least in (0.5, 1.0, 2.0):
        expected = math.exp(-least)
        error = math.sqrt(expected * (1.0 - expected) / len(free))
        assert abs((free > least).mean() - expected) <= 4.0 * error
    top = np.sort(made.traits[:, 0])[-len(lot) // 10 :].sum() / made.traits[:, 0].sum()
    assert top > 0.25, "a tenth of them see more than a quarter of what is seen"
    assert np.ptp(society(300, exposure_tail=0.0).traits[:, 0]) <= 0.35 * (1.6 - 0.8) + 1e-12


def test_traits_keep_their_range_and_their_mean(large: Callable[[], Society]) -> None:
    traits = large().traits
    assert traits[:, [0, 1, 2, 4]].min() >= 0.0
    assert traits[:, [0, 1, 2, 4]].max() <= 1.0
    assert traits[:, 3].min() >= 0.0
    for column, (mean, width) in {1: (0.55, 0.5), 2: (0.6, 0.5), 4: (0.5, 0.6)}.items():
        error = width / math.sqrt(12.0 * len(traits))
        assert abs(traits[:, column].mean() - mean) <= 4.0 * error


def test_circles_are_a_small_world() -> None:
    n = 500
    circles = society(n, seed=2).circles
    assert circles.shape == (n, CIRCLE)
    assert circles.min() >= 0
    assert circles.max() < n
    ahead = (circles - np.arange(n)[:, None]) % n
    near = np.minimum(ahead, n - ahead)
    beside = np.isin(near, [1, 2, 3]).mean()
    expected = 1.0 - REWIRED * (1.0 - 6.0 / n)
    assert abs(beside - expected) <= 4.0 * math.sqrt(expected * (1.0 - expected) / circles.size)
    graph = nx.Graph([(i, int(j)) for i in range(n) for j in circles[i] if i != j])
    random_clustering = 2.0 * graph.number_of_edges() / n / n
    assert nx.average_clustering(graph) > 10.0 * random_clustering
    assert nx.average_shortest_path_length(graph) < 0.25 * n / (2.0 * CIRCLE), (
        "far shorter than round the ring"
    )


def test_hardly_anyone_follows_himself(large: Callable[[], Society]) -> None:
    """A tie that is made anew may point back at its owner: by law once in ten populations' worth of ties."""
    circles = large().circles
    own = (circles == np.arange(len(circles))[:, None]).sum()
    assert own <= CIRCLE * REWIRED + 4.0 * math.sqrt(CIRCLE * REWIRED)


@pytest.mark.parametrize("citizens", [1, 2, 3, 7, 40])
def test_the_smallest_populations_work(citizens: int) -> None:
    made = society(citizens)
    for _ in range(20):
        made.week(pulls(**ORDINARY))
    assert np.isfinite(made.opinion).all()
    present = set(made.region.tolist())
    for region, name in enumerate(REGIONS):
        if region not in present:
            assert getattr(made.world, f"fear_{name}") == made.world.fear, "the country's where nobody lives"


def test_the_same_noise_makes_the_same_society_and_the_same_weeks() -> None:
    one, two, other = society(80, seed=3), society(80, seed=3), society(80, seed=4)
    for made in (one, two, other):
        for _ in range(10):
            made.week(pulls(**ORDINARY))
    assert (one.opinion == two.opinion).all()
    assert (one.opinion != other.opinion).any()
    assert vars(one.world) == vars(two.world)


# how opinion moves -----------------------------------------------------------------------------


@pytest.mark.parametrize("citizens", [0, 120])
def test_a_week_is_what_the_algebra_says(citizens: int) -> None:
    one, two = society(citizens, seed=6), society(citizens, seed=6)
    drive = pulls(**ORDINARY | {"solidarity_by_kin": -0.01, "fear_by_border": 0.01, "approval_all": -0.02})
    for _ in range(12):
        one.week(drive)
        two.week_by_algebra(drive)
    assert np.abs(one.opinion - one.anchor).max() > 0.05, "something moved"
    assert np.allclose(one.opinion, two.opinion, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("peers", [0.3, 0.9])
def test_without_news_opinions_settle_where_friedkin_and_johnsen_say(peers: float) -> None:
    """At rest (S + (I - S) w) x = S a + (I - S) w M x, for stubbornness S, circles M, anchors a."""
    made = society(90, seed=7, opinion_pace=1.0)
    made.opinion[:] = np.random.default_rng(8).random(made.opinion.shape)
    for _ in range(160):
        made.week(pulls(peers=peers))
    n = len(made.opinion)
    circle = np.zeros((n, n))
    for i in range(n):
        for j in made.circles[i]:
            circle[i, j] += 1.0 / CIRCLE
    stubborn = np.diag(made.traits[:, 4])
    rest = np.eye(n) - stubborn
    fixed = np.linalg.solve(stubborn + peers * rest - peers * rest @ circle, stubborn @ made.anchor)
    assert np.allclose(made.opinion, fixed, rtol=0.0, atol=1e-9)
    assert made.opinion.std(axis=0).max() < made.anchor.std(axis=0).max(), "circles draw opinions together"


def test_without_news_and_circles_everyone_stays_and_so_do_the_means() -> None:
    made = society(60, seed=9)
    before = dict(vars(made.world))
    for _ in range(30):
        made.week(pulls())
    assert (made.opinion == made.anchor).all()
    assert made.world.street_memory > 0.0, "nobody sets an example, but some take part all the same"
    assert vars(made.world) == before | {"street_memory": made.world.street_memory}


def test_without_news_a_displaced_opinion_returns_to_its_anchor_at_its_pace() -> None:
    made = society(60, seed=9, opinion_pace=0.1)
    made.opinion[:] = made.anchor + 0.05
    made.week(pulls())
    expected = 0.05 * (1.0 - 0.1 * made.traits[:, 4])
    assert np.allclose((made.opinion - made.anchor)[:, 0], expected)


def test_the_mean_field_keeps_its_means_without_news() -> None:
    made = society(0)
    before = made.mean()
    for _ in range(50):
        made.week(pulls(peers=0.6))
    assert np.allclose(made.mean(), before, atol=1e-12)


@pytest.mark.parametrize(
    ("drive", "opinion", "trait"),
    [
        ("solidarity_by_exposure", 0, 0),
        ("solidarity_by_trust", 0, 1),
        ("solidarity_by_kin", 0, 2),
        ("fear_by_exposure", 1, 0),
        ("approval_by_hardship", 2, 3),
    ],
)
def test_a_pull_moves_its_opinion_by_its_trait_and_no_other(drive: str, opinion: int, trait: int) -> None:
    for size in (0.04, -0.04):
        made = society(50, seed=10)
        made.week(pulls(**{drive: size}))
        moved = made.opinion - made.anchor
        room = 1.0 - made.anchor[:, opinion] if size > 0.0 else made.anchor[:, opinion]
        assert np.allclose(moved[:, opinion], size * made.traits[:, trait] * room)
        assert np.abs(np.delete(moved, opinion, axis=1)).max() == 0.0


def test_fear_by_border_falls_where_the_border_is() -> None:
    made = society(200, seed=10)
    made.week(pulls(fear_by_border=0.05))
    moved = made.opinion[:, 1] - made.anchor[:, 1]
    expected = 0.05 * np.array(REGION_BORDER)[made.region] * (1.0 - made.anchor[:, 1])
    assert np.allclose(moved, expected)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    citizens=st.sampled_from([0, 1, 6, 30]),
    scale=st.sampled_from([0.1, 1.0, 30.0]),
)
def test_opinions_stay_between_nought_and_one_whatever_pulls(seed: int, citizens: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    made = society(citizens, seed=seed, start=tuple(rng.random(3)), opinion_pace=float(rng.random()))
    for _ in range(6):
        made.week(pulls(**dict(zip(DRIVES, scale * rng.normal(size=len(DRIVES)), strict=True))))
        assert made.opinion.min() >= 0.0
        assert made.opinion.max() <= 1.0
        assert np.allclose([made.world.solidarity, made.world.fear, made.world.approval], made.mean())
        for name in OPINIONS:
            assert 0.0 <= getattr(made.world, f"{name}_spread") <= 0.5 + 1e-9
            for region in REGIONS:
                assert 0.0 <= getattr(made.world, f"{name}_{region}") <= 1.0


def test_regional_means_and_spreads_are_those_of_the_citizens() -> None:
    made = society(400, seed=11)
    for _ in range(8):
        made.week(pulls(**ORDINARY))
    for j, name in enumerate(OPINIONS):
        assert getattr(made.world, f"{name}_spread") == pytest.approx(made.opinion[:, j].std(), abs=1e-9)
        for region, where in enumerate(REGIONS):
            local = made.opinion[made.region == region, j].mean()
            assert getattr(made.world, f"{name}_{where}") == pytest.approx(local, abs=1e-12)


def test_an_event_on_a_mean_moves_every_citizen_within_bounds() -> None:
    made = society(100, seed=12)
    before = made.opinion.copy()
    shift_opinion(made.people, 1, 0.2)
    means(made.world, made.people)
    assert np.allclose(made.opinion[:, 1], np.minimum(before[:, 1] + 0.2, 1.0))
    assert (made.opinion[:, [0, 2]] == before[:, [0, 2]]).all()
    shift_opinion(made.people, 1, -2.0)
    assert made.opinion[:, 1].max() == 0.0


# many citizens against none --------------------------------------------------------------------


def gap(citizens: Society, weeks: int = 52, **drive: float) -> np.ndarray:
    """How far means of a population lie from those of the mean field after a year of the same pulls."""
    p = {name: getattr(citizens.p, name) for name in NUMBERS}
    field = society(0, **p)
    for _ in range(weeks):
        citizens.week_by_algebra(pulls(**drive))
        field.week_by_algebra(pulls(**drive))
    assert np.abs(field.mean() - society(0, **p).mean()).max() > (0.05 if drive.keys() - {"peers"} else -1.0)
    return np.asarray(citizens.mean() - field.mean())


def test_many_citizens_without_news_are_the_mean_field(large: Callable[[], Society]) -> None:
    """Stubbornness is drawn apart from anchors, so only chance is left: 0.2 / sqrt(20,000) and less."""
    assert np.abs(gap(large(), peers=0.6)).max() < 0.002


def test_many_citizens_alike_in_exposure_are_close_to_the_mean_field() -> None:
    """What is left is second order: pulls that meet stubborn and easy citizens unlike."""
    assert np.abs(gap(society(20000, seed=5, exposure_tail=0.0), **ORDINARY)).max() < 0.01


def test_few_citizens_are_further_off_than_many() -> None:
    few = [np.abs(gap(society(30, seed=s, exposure_tail=0.0), **ORDINARY)).max() for s in range(12)]
    assert np.mean(few) > 3.0 * np.abs(gap(society(20000, seed=5, exposure_tail=0.0), **ORDINARY)).max()


def test_a_heavy_tail_keeps_many_citizens_from_the_mean_field(large: Callable[[], Society]) -> None:
    """Exposure ends at one, so the tail is cut: of a scale c, c (1 - exp(-1 / c)) is left of the mean.

    The mean field knows no tail, keeps the whole, and shows more solidarity for the same news: a difference
    of the two forms that no number of citizens removes.
    """
    made = large()
    scale = 0.35 * np.array(REGION_EXPOSURE)
    left = np.array(REGION_SHARES) @ (scale * (1.0 - np.exp(-1.0 / scale)))
    whole = np.array(REGION_SHARES) @ scale
    error = made.traits[:, 0].std() / math.sqrt(len(made.traits))
    assert abs(made.traits[:, 0].mean() - left) <= 4.0 * error
    assert society(0).weights @ society(0).traits[:, 0] == pytest.approx(whole)
    assert whole - left > 0.015
    flood = ORDINARY | {"solidarity_by_exposure": 0.1, "fear_by_exposure": 0.06}
    gaps = [gap(society(20000, seed=5, exposure_tail=tail), **flood) for tail in (0.0, 0.5, 1.0, 1.5)]
    assert np.abs(gaps[0]).max() < 0.005, "alike, they are close under the same flood of images"
    for lighter, heavier in itertools.pairwise(gaps):
        assert (heavier < lighter).all(), "the heavier the tail, the less all of them move"
    assert gaps[2][:2].max() < -0.01


# what a crisis leaves ---------------------------------------------------------------------------


@pytest.mark.parametrize("citizens", [0, 120])
def test_a_crisis_lifts_opinion_over_what_it_rests_at(citizens: int) -> None:
    """Solidarity .6 over a rest of .45, fear .4 over .3; approval and a calm start rest where they are."""
    kept, passing = society(citizens, crisis_anchor=1.0), society(citizens, crisis_anchor=0.2)
    gap = kept.weights @ (kept.anchor - passing.anchor)
    assert gap == pytest.approx([0.8 * (0.6 - 0.45), 0.8 * (0.4 - 0.3), 0.0], abs=1e-9)
    assert passing.opinion == pytest.approx(kept.opinion)
    calm = society(citizens, start=(0.4, 0.25, 0.5), crisis_anchor=0.0)
    assert calm.anchor == pytest.approx(calm.opinion)


@pytest.mark.parametrize("citizens", [0, 120])
def test_a_mood_moves_everyone_and_a_mark_moves_what_kin_return_to(citizens: int) -> None:
    pulled, still = society(citizens), society(citizens)
    pulled.world.mood_approval, pulled.world.mood_solidarity = -0.02, 0.03
    for one in (pulled, still):
        one.week(pulls())
    x = society(citizens).opinion
    assert pulled.opinion - still.opinion == pytest.approx(
        np.column_stack([0.03 * (1 - x[:, 0]), 0 * x[:, 1], -0.02 * x[:, 2]])
    )
    marked, still = society(citizens), society(citizens)
    marked.world.mark = 0.1
    for one in (marked, still):
        one.week(pulls())
    step = 0.1 * marked.traits[:, 4] * 0.1 * marked.traits[:, 2] * (1 - marked.anchor[:, 0])
    assert marked.opinion[:, 0] - still.opinion[:, 0] == pytest.approx(step)
    assert marked.opinion[:, 1:] == pytest.approx(still.opinion[:, 1:])


# taking part ------------------------------------------------------------------------------------


def marched(made: Society, weeks: int, **drive: float) -> list[float]:
    """Shares that take part, week by week."""
    path = [float(made.weights @ made.mood.part)]
    for _ in range(weeks):
        made.week(pulls(peers=0.6, **drive))
        path.append(made.world.participation)
    return path


def test_who_takes_part_feels_enough_and_has_the_example_he_waits_for() -> None:
    made = society(400, seed=3)
    before, memory = made.mood.part.copy(), made.world.street_memory
    made.week(pulls(**ORDINARY, example=1.25))
    circle = before[made.circles].mean(axis=1)
    stirred = made.opinion[:, 0] - 0.12 * memory > made.traits[:, 6]
    assert (made.mood.part == stirred * (1.25 * circle >= made.traits[:, 7])).all()
    assert 0.0 < made.mood.part.mean() < 1.0


def test_thresholds_are_spread_as_declared(large: Callable[[], Society]) -> None:
    made = large()
    stir, wait = made.traits[:, 6], made.traits[:, 7]
    assert (stir.min(), stir.max()) == pytest.approx((0.42, 0.66), abs=1e-3)
    assert stir.mean() == pytest.approx(0.54, abs=0.002)
    assert (wait == 0.0).mean() == pytest.approx(0.1, abs=0.01)
    assert wait[wait > 0.0].mean() == pytest.approx(0.5, abs=0.01)
    assert wait.max() < 1.0


def test_without_an_example_only_instigators_take_part() -> None:
    made = society(400, seed=4, start=(0.9, 0.4, 0.55))
    assert marched(made, 10)[-1] == pytest.approx((made.traits[:, 7] == 0.0).mean(), abs=0.02)


def test_a_wave_spreads_along_the_network_from_where_it_began() -> None:
    """All feel enough, nobody begins but a few neighbours: each week those who follow somebody join."""
    made = society(600, seed=5, start=(0.95, 0.4, 0.55), instigators=0.0, weariness=0.0)
    made.people.traits[:, 6] = 0.0
    made.people.traits[:, 7] = 1.0 / 6.0
    made.mood.part = 0.0
    made.mood.part[300:306] = 1.0
    reached = {int(i) for i in np.flatnonzero(made.mood.part)}
    followers = [{int(i) for i in np.flatnonzero((made.circles == j).any(axis=1))} for j in range(600)]
    for _ in range(4):
        expected = {i for j in reached for i in followers[j]}
        made.week(pulls(example=1.0))
        reached = {int(i) for i in np.flatnonzero(made.mood.part)}
        assert reached == expected
    assert 50 < len(reached) < 600


def test_waves_come_and_die_and_leave_a_mark() -> None:
    """A flood of images for twelve weeks, then none: participation rises and falls back, conviction stays."""
    made = society(500, seed=6, start=(0.45, 0.3, 0.55), imprint=0.004)
    calm = marched(made, 10, example=1.25)[-1]
    flood = marched(made, 12, example=1.25, solidarity_by_exposure=0.2, solidarity_by_kin=0.05)
    ebb = marched(made, 60, example=1.25)
    assert max(flood) > 0.2 + calm
    assert ebb[-1] < 0.1 + calm
    convinced = made.conviction
    assert convinced.mean() > 0.005
    assert np.corrcoef(convinced, made.traits[:, 6])[0, 1] < -0.2, "those whom little moves took part more"


def test_what_is_remembered_makes_taking_part_stale() -> None:
    fresh, stale = society(500, seed=7), society(500, seed=7)
    stale.world.street_memory = 1.0
    assert marched(stale, 1, example=1.25)[1] < marched(fresh, 1, example=1.25)[1]
    made = society(0)
    made.world.street_memory = 0.5
    made.week(pulls())
    assert made.world.street_memory == pytest.approx(0.5 + 0.15 * (made.world.participation - 0.5))


def test_what_stirs_counts_as_much_as_what_is_felt() -> None:
    """An outrage, leave from above or an affront: the same as thresholds lower by so much."""
    made, eager = society(400, seed=3), society(400, seed=3)
    eager.people.traits[:, 6] -= 0.1
    assert marched(made, 6, example=1.25, stirring=0.1) == pytest.approx(marched(eager, 6, example=1.25))
    field, keen = society(0), society(0, stir_mean=0.44)
    assert marched(field, 6, example=1.25, stirring=0.1)[1:] == pytest.approx(
        marched(keen, 6, example=1.25)[1:], abs=0.02
    )
    for one in (made, field):
        assert one.world.participation > marched(society(one.citizens, seed=3), 6, example=1.25)[-1] + 0.1


def test_the_share_of_the_average_citizen_integrates_both_thresholds() -> None:
    """Against a million citizens drawn with the same laws and the same example."""
    rng = np.random.default_rng(8)
    p = SimpleNamespace(**NUMBERS)
    gap = p.stir_mean + p.stir_spread * (2.0 * rng.random(1_000_000) - 1.0)
    wait = np.maximum(rng.random(1_000_000) - p.instigators, 0.0) / (1.0 - p.instigators)
    for feeling, example in ((0.45, 0.1), (0.54, 0.0), (0.6, 0.5), (0.7, 1.5)):
        drawn = ((feeling > gap) & (example >= wait)).mean()
        assert share_taking_part(feeling, 0.0, example, p) == pytest.approx(drawn, abs=0.002)


def test_the_mean_field_of_taking_part_errs_as_the_page_says() -> None:
    """Good while a part of citizens is moved, too high where nearly all are: circles hold out."""

    def year(start: float, news: float) -> np.ndarray:
        people, field = society(3000, seed=5, start=(start, 0.4, 0.55)), society(0, start=(start, 0.4, 0.55))
        return np.array([marched(one, 52, example=1.25, solidarity_by_kin=news) for one in (people, field)])

    for start, news in ((0.5, 0.0), (0.5, 0.02), (0.6, 0.0), (0.6, 0.01)):
        many, field = year(start, news)
        assert np.abs(many - field).max() < 0.04
    many, field = year(0.6, 0.04)
    assert (field - many)[26:].min() > 0.2
    assert many.max() < 0.55


@pytest.mark.parametrize("citizens", [0, 1, 7, 300])
def test_shares_by_region_are_those_of_the_citizens(citizens: int) -> None:
    made = society(citizens, seed=9)
    marched(made, 8, example=1.25)
    assert made.world.participation == pytest.approx(made.weights @ made.mood.part)
    for region, where in enumerate(REGIONS):
        here = made.mood.part[made.region == region]
        expected = here.mean() if len(here) else made.world.participation
        assert getattr(made.world, f"participation_{where}") == pytest.approx(expected)
