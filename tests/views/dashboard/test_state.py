"""Settings as an address, a file, a command: each brings the same scenario back."""

from __future__ import annotations

import shlex
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.catalogue import names, reading_names
from sim.views.dashboard import knobs, state
from sim.views.dashboard.library import Library
from sim.views.dashboard.state import LIMITS, Place, Settings

LIBRARY = Library()


@st.composite
def places(draw: st.DrawFn) -> Place:
    def one() -> Settings:
        model = load()
        settable = [q for q in {**model.parameters, **model.world}.values() if not q.derived]
        some = draw(st.lists(st.sampled_from(settable), max_size=5, unique_by=lambda q: q.name))
        values = {q.name: draw(st.floats(*q.plausible, allow_subnormal=False)) for q in some}
        event = {
            "name": draw(st.sampled_from(["a shock", "ein $ehr {langer} Name: 'x' \" #"])),
            "on": "2022-03-07",
            "lasts": draw(st.integers(0, 9)),
            "change": {"russian_guarantee": {"multiply": draw(st.floats(0.2, 1.5))}},
        }
        bound = {"actor": "dushanbe", "instrument": "words", "avoid": ["veil"], "from": "2022-05-02"}
        added = Settings()
        added = added.with_added("events", event) if draw(st.booleans()) else added
        added = added.with_added("commitments", bound) if draw(st.booleans()) else added
        return Settings(
            draw(st.sampled_from(names())),
            draw(st.none() | st.sampled_from(reading_names())),
            tuple(sorted(values.items())),
            draw(st.none() | st.integers(210, LIMITS.weeks)),
            draw(st.none() | st.integers(0, LIMITS.citizens)),
            draw(st.integers(1, LIMITS.runs)),
            draw(st.integers(0, 10**6)),
            added.events,
            added.commitments,
        )

    return Place(
        one(), one() if draw(st.booleans()) else None, draw(st.integers(0, 99)), draw(st.integers(1, 99))
    )


@given(places())
@settings(max_examples=150)
def test_an_address_brings_the_place_back(place: Place) -> None:
    query = state.to_query(place)
    assert query == "" or query.startswith("?")
    assert state.from_query(parse_qsl(query.removeprefix("?"))) == place


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved") / "saved.yaml"


@given(place=places())
@settings(max_examples=60)
def test_the_file_holds_the_scenario_that_is_set(place: Place, file: Path) -> None:
    spec = state.scenario(place.now, LIBRARY)
    file.write_text(state.yaml(place.now, LIBRARY), encoding="utf-8")
    assert sim.check(file).replace(title=spec.title) == spec


@given(place=places())
@settings(max_examples=60)
def test_the_command_asks_for_the_scenario_that_is_set(place: Place) -> None:
    words = shlex.split(state.command(place.now, LIBRARY))
    if place.now.events or place.now.commitments:  # only the file can hold them
        assert words[:3] == ["panj", "run", state.file_name(place.now)]
        assert words[3:] == ["--runs", str(place.now.runs), "--seed", str(place.now.seed)]
        return
    assert words[:3] == ["panj", "run", place.now.storyline]
    given = list(zip(words[3::2], words[4::2], strict=True))
    spec = sim.load_scenario(words[2], [value for name, value in given if name == "--set"])
    changes = {name[2:]: value for name, value in given if name in ("--weeks", "--citizens", "--reading")}
    spec = spec.replace(
        **{name: value if name == "reading" else int(value) for name, value in changes.items()}
    )
    assert spec == state.scenario(place.now, LIBRARY)
    assert ("--runs", str(place.now.runs)) in given
    assert ("--seed", str(place.now.seed)) in given


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("weeks=x", "weeks in the address"),
        ("runs=-1", "runs in the address"),
        ("set=fear", "NAME:NUMBER"),
        ("set=fear:nan", "NAME:NUMBER"),
        ("set=fear:1e999999", "fear"),
        ("set=fear:1.2.3", "expected NAME:NUMBER"),
        ("events=nonsense", "events in the address: expected a mapping in JSON"),
        ("events=[1]", "expected a mapping"),
        ('events={"name":"x"}', "change"),
        ('events={"name":"x","on":"2021-09-06","change":{"fear":{"set":NaN}}}', "fear"),
        ('commitments={"actor":"iran"}', "iran"),
        ("pin=weeks%3Dx", "weeks in the address"),
    ],
)
def test_a_wrong_address_is_refused(query: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        state.scenario(state.from_query(parse_qsl(query)).now, LIBRARY)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Settings("deals_quietly", weeks=1), "weeks: expected a date up to 2021-08-22"),
        (Settings(runs=LIMITS.runs + 1), "runs: this page gives"),
        (Settings(runs=0), "runs"),
        (Settings(citizens=LIMITS.citizens + 1), "citizens: this page gives at most"),
        (Settings(weeks=LIMITS.weeks + 1), "weeks: this page gives at most"),
        (Settings(seed=2**53), "seed"),
        (Settings(storyline="nowhere"), "no storyline 'nowhere'"),
        (Settings(reading="no"), "no reading 'no'"),
        (Settings(values=(("audience_cots", 1.0),)), "audience_cost"),
        (Settings(values=(("fear", 7.0),)), "fear"),
        (Settings(values=(("clashes", 1.0),)), "clashes"),
        (Settings(events=("{}",) * (LIMITS.added + 1)), "events: this page takes at most"),
        (Settings(values=tuple((f"n{k}", 0.0) for k in range(LIMITS.changed + 1))), "at most"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: Settings, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        state.scenario(asked, LIBRARY)


def test_keys_of_others_are_no_business_of_the_page() -> None:
    assert state.from_query([("utm_source", "mail"), ("seed", "4")]).now.seed == 4


def test_a_folder_of_ones_own_extends_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("panj: 1\ntitle: Mine\nextends: baseline\nweeks: 40\n")
    (tmp_path / "broken.yaml").write_text("panj: 1\n")
    library = Library(tmp_path)
    assert library.storylines()["mine.yaml"] == "Mine"
    assert "broken.yaml" not in library.storylines()
    asked = Settings(storyline="mine.yaml", values=(("fear", 0.5),))
    (tmp_path / "saved.yaml").write_text(state.yaml(asked, library))
    spec = sim.check(tmp_path / "saved.yaml")
    assert spec.weeks == 40
    assert spec.world == {"fear": 0.5}


def test_every_knob_is_a_number_that_may_be_set_and_says_what_it_is() -> None:
    shown = [name for group in knobs.KNOBS.values() for name in group]
    assert len(shown) == len(set(shown)) > 30
    for name in shown:
        one = knobs.quantity(name)
        assert one is not None, name
        words = knobs.label(one)
        assert one.unit in words
        assert one.source.grade in words
        assert f"{one.plausible[0]:g} to {one.plausible[1]:g}" in words
    model = load()
    every = {name for name, q in {**model.parameters, **model.world}.items() if not q.derived}
    assert set(shown) | {one.name for one in knobs.addable()} == every
    assert knobs.quantity("clashes") is None


@pytest.mark.parametrize("base", [-0.5, 0.0, 0.3, 12.0])
def test_a_dial_holds_the_storylines_value_and_moves(base: float) -> None:
    model = load()
    for name in [name for group in knobs.KNOBS.values() for name in group]:
        one = {**model.parameters, **model.world}[name]
        dial = knobs.dial(one, min(max(base, one.low), one.high))
        assert dial.start <= one.plausible[0] < one.plausible[1] <= dial.end
        assert dial.start <= min(max(base, one.low), one.high) <= dial.end
        assert 0 < dial.step <= (dial.end - dial.start) / 20
        assert dial.snapped(dial.start + dial.step) > dial.start
