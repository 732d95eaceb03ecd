"""Reading files: what `extends` merges, what YAML means here, overrides from the command line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.loading import check, load_scenario

FULL = """\
panj: 1
title: Russia thins out its base
question: What holds the line?
extends: baseline
start: 2021-08-16
weeks: 208
citizens: 500
reading: as_read
world:
  russian_guarantee: 0.8
parameters:
  audience_cost: 0.35
events:
  - name: base thinned out
    on: 2022-03-07
    change: {russian_guarantee: {multiply: 0.5}}
    because: troops are needed elsewhere
    source: {publisher: A paper, title: A report, date: 2022-03}
  - name: massacre in the north
    when: {variable: tension, above: 0.6, delay: 2}
    lasts: 8 weeks
    change: {media_salience: {add: 0.4}}
  - name: mass-casualty attack
    hazard: 0.02
    change: {fear: {add: 0.2}}
  - name: a slow thaw
    on: 2022-01-03
    change:
      threat:
        path:
          2022-01-03: 0.3
          2022-06-06: 0
commitments:
  - actor: dushanbe
    instrument: resistance
    avoid: [back]
    from: 2022-01-03
  - actor: dushanbe
    instrument: contact
    insist: warm
    from: 2022-06-06
    until: 2022-08-29
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_every_part_of_the_format(here: Path) -> None:
    spec = check(write("full.yaml", FULL))
    assert spec.world == {"russian_guarantee": 0.8}
    assert spec.parameters == {"audience_cost": 0.35}
    assert [one.name for one in spec.events] == [
        "base thinned out",
        "massacre in the north",
        "mass-casualty attack",
        "a slow thaw",
    ]
    assert spec.events[0].source is not None
    assert spec.events[0].source.date == "2022-03"
    assert spec.events[1].lasts == 8
    assert spec.events[3].change["threat"].path == {date(2022, 1, 3): 0.3, date(2022, 6, 6): 0.0}
    assert spec.commitments[1].insist == "warm"


def test_check_and_load_agree_and_take_names_and_paths(here: Path) -> None:
    path = write("full.yaml", FULL)
    assert check(path) == load_scenario(path) == sim.load_scenario("full.yaml") == sim.check(str(path))
    assert sim.check("baseline") == sim.load_scenario("baseline")


def test_a_shipped_name_goes_before_a_file_of_that_name(here: Path) -> None:
    write("baseline", FULL)
    assert load_scenario("baseline").title == "Baseline"
    assert load_scenario("./baseline").title == "Russia thins out its base"
    assert load_scenario(Path("baseline")).title == "Russia thins out its base"


def test_plain_words_are_words(here: Path) -> None:
    text = (
        "panj: 1\ntitle: 'no'\nquestion: yes\nevents:\n- {name: off, hazard: 1, change: {fear: {add: 0}}}\n"
    )
    spec = check(write("mine.yaml", text))
    assert (spec.title, spec.question, spec.events[0].name) == ("no", "yes", "off")


def test_long_text_may_be_folded(here: Path) -> None:
    spec = check(write("mine.yaml", "panj: 1\ntitle: >-\n  a\n  b\nquestion: |\n  c\n  d\n"))
    assert (spec.title, spec.question) == ("a b", "c\nd\n")


# extends


def test_scalars_replace_and_values_merge_name_by_name(here: Path) -> None:
    write("base.yaml", FULL.replace("extends: baseline\n", ""))
    spec = check(
        write(
            "mine.yaml",
            "panj: 1\ntitle: Mine\nextends: base.yaml\nweeks: 60\n"
            "world: {fear: 0.3}\nparameters: {audience_cost: 1, backstop: 0.2}\n",
        )
    )
    assert (spec.title, spec.weeks, spec.question) == ("Mine", 60, "What holds the line?")
    assert spec.world == {"russian_guarantee": 0.8, "fear": 0.3}
    assert spec.parameters == {"audience_cost": 1.0, "backstop": 0.2}


def test_events_are_appended_and_one_of_the_same_name_replaces_in_its_place(here: Path) -> None:
    write("base.yaml", FULL)
    spec = check(
        write(
            "mine.yaml",
            "panj: 1\ntitle: Mine\nextends: base.yaml\nevents:\n"
            "- {name: massacre in the north, hazard: 0.5, change: {tension: {set: 1}}}\n"
            "- {name: new, hazard: 0.1, change: {tension: {set: 0}}}\n",
        )
    )
    assert [one.name for one in spec.events] == [
        "base thinned out",
        "massacre in the north",
        "mass-casualty attack",
        "a slow thaw",
        "new",
    ]
    assert (spec.events[1].hazard, spec.events[1].when, spec.events[1].lasts) == (0.5, None, 0)


def test_commitments_are_appended(here: Path) -> None:
    write("base.yaml", FULL)
    spec = check(
        write(
            "mine.yaml",
            "panj: 1\ntitle: Mine\nextends: base.yaml\ncommitments:\n"
            "- {actor: russia, instrument: kabul, insist: hold}\n",
        )
    )
    assert [one.actor for one in spec.commitments] == ["dushanbe", "dushanbe", "russia"]


def test_a_chain_of_files_in_folders(here: Path) -> None:
    write(
        "sub/c.yaml",
        "panj: 1\ntitle: C\nextends: baseline\nworld: {rhetoric: 0.1, fear: 0.1, tension: 0.1}\n",
    )
    write("sub/b.yaml", "panj: 1\ntitle: B\nextends: c.yaml\nworld: {fear: 0.2, tension: 0.2}\n")
    spec = check(write("a.yaml", "panj: 1\nextends: sub/b.yaml\nworld: {tension: 0.3}\n"))
    assert spec.title == "B"
    assert spec.world == {"rhetoric": 0.1, "fear": 0.2, "tension": 0.3}


def test_a_link_inside_the_folder_may_be_extended(here: Path) -> None:
    write("base.yaml", FULL)
    Path("link.yaml").symlink_to("base.yaml")
    assert check(write("mine.yaml", "panj: 1\ntitle: Mine\nextends: link.yaml\n")).world


def test_what_is_extended_leaves_no_trace_in_the_hash(here: Path) -> None:
    write("base.yaml", FULL)
    mine = check(write("mine.yaml", "panj: 1\nextends: base.yaml\n"))
    assert mine == check("base.yaml")
    assert mine.hash == check("base.yaml").hash


# Overrides


def test_overrides_reach_parameters_and_the_world() -> None:
    spec = load_scenario("baseline", ("audience_cost=0.2", "rhetoric=.75", "strength_D5=-1", "troops=1e4"))
    assert spec.parameters == {"audience_cost": 0.2, "strength_D5": -1.0}
    assert spec.world == {"rhetoric": 0.75, "troops": 10000.0}
    assert spec == load_scenario("baseline").replace(parameters=spec.parameters, world=spec.world)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("audience_cost", "expected NAME=VALUE"),
        ("audience_cots=1", "nearest: audience_cost"),
        ("=1", "unknown"),
        ("rhetoric=2", "from 0 to 1"),
        ("rhetoric=loud", "expected a finite number for rhetoric, found 'loud'"),
        ("rhetoric=", "expected a finite number"),
        ("rhetoric=true", "expected a finite number"),
        ("rhetoric=nan", "expected a finite number"),
        ("backstop=inf", "expected a finite number"),
        ("backstop=1e400", "expected a finite number"),
        ("backstop=" + "9" * 5000, "expected a finite number"),
        ("backstop=1_0", "expected a finite number"),
        ("backstop=0x10", "expected a finite number"),
        ("backstop=١", "expected a finite number"),
        ("clashes=3", "computed by the model"),
        ("weeks=10", "unknown parameter or variable 'weeks'"),
    ],
)
def test_wrong_overrides(setting: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("baseline", (setting,))
    message = str(caught.value)
    assert message.startswith("--set ")
    assert said in message
    assert len(message) < 400


def test_all_wrong_overrides_are_told_and_one_name_is_given_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("baseline", ("rhetoric=0.1", "rhetoric=0.2", "nothing_such=1"))
    rows = str(caught.value).splitlines()
    assert len(rows) == 2
    assert "rhetoric is given twice" in rows[0]
    assert "'nothing_such'" in rows[1]
