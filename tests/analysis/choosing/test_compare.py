"""Two scenarios side by side: what differs in the files, what flips, when and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.choosing.compare import NEVER, Across, Comparison, Contrast, compare
from sim.analysis.choosing.differences import differences
from sim.analysis.one_run.against import turns
from sim.analysis.statistics.pairs import Effect
from sim.engine.mesa_model import PolicyModel
from sim.errors import ScenarioError
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.views.pages import compare as view
from sim.views.plots.sheets import compare as flows

RUNS = 40


def small(name: str = "baseline", **changes: Any) -> sim.Scenario:
    return sim.load_scenario(name).replace(**{"weeks": 60, "citizens": 0, **changes})


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare(small(), small("thin_guarantee"), runs=RUNS, seed=3, replays=2)


# What differs


def test_the_same_scenario_differs_in_nothing() -> None:
    assert differences(small(), small(title="Another name", question="why?")) == ()


def test_what_both_come_to_is_no_difference() -> None:
    default = load().parameters["audience_cost"].default
    assert differences(small(), small(parameters={"audience_cost": default})) == ()


def test_a_reading_differs_by_the_parameters_it_sets() -> None:
    from sim.scenario.catalogue import reading_names
    from sim.scenario.readings import reading

    name = next(one for one in reading_names() if reading(one).parameters)
    told = differences(small(), small(reading=name))
    assert {one.kind for one in told} == {"assumption"}
    assert told[0].name == "reading"
    assert set(reading(name).parameters) >= {one.name for one in told[1:]}
    assert len(told) > 1


def test_assumptions_carry_unit_grade_and_source() -> None:
    other = small(parameters={"audience_cost": 0.1}, world={"russian_guarantee": 0.3})
    told = {one.name: one for one in differences(small(), other)}
    assert set(told) == {"audience_cost", "russian_guarantee"}
    known = load().parameters["audience_cost"]
    one = told["audience_cost"]
    assert (one.kind, one.second, one.unit, one.grade) == (
        "assumption",
        "0.1",
        known.unit,
        known.source.grade,
    )
    assert one.source == str(known.source)


def test_choices_stand_apart_from_what_happens(found: Comparison) -> None:
    kinds = {one.kind: one for one in found.differences}
    assert set(kinds) == {"event", "choice"}
    assert "russian_guarantee × 0.5" in kinds["event"].second
    assert kinds["choice"].name == "russia, guarantee"
    assert kinds["choice"].first == ""
    assert "avoids reinforce" in kinds["choice"].second


def test_a_file_is_resolved_before_it_is_compared(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("panj: 1\ntitle: A\nextends: baseline\nweeks: 50\n")
    (tmp_path / "b.yaml").write_text("panj: 1\ntitle: B\nextends: a.yaml\nparameters: {audience_cost: 0.1}\n")
    told = differences(*(sim.load_scenario(tmp_path / name) for name in ("a.yaml", "b.yaml")))
    assert [one.name for one in told] == ["audience_cost"]


def test_the_frame_is_told() -> None:
    told = differences(small(), small(start=date(2022, 1, 3), weeks=52, citizens=10))
    assert [one.name for one in told if one.kind == "frame"] == ["start", "weeks", "citizens"]


# What flips


def test_a_scenario_against_itself_flips_nothing() -> None:
    same = compare(small(), small(), runs=10)
    assert same.flows.sum() == 10
    assert np.array_equal(same.flows, np.diag(np.diag(same.flows)))
    assert (same.parted == NEVER).all()
    assert same.part is None
    assert all(one.change.mean == 0 for one in same.contrasts)


def test_flows_are_the_joint_table_of_both_ensembles(found: Comparison) -> None:
    both = [
        sim.run(spec, runs=RUNS, seed=3, plausible=False).outcomes["path"].cat.codes for spec in found.specs
    ]
    table = np.zeros((len(PATHS), len(PATHS)), int)
    np.add.at(table, tuple(np.asarray(one, int) for one in both), 1)
    assert np.array_equal(found.flows, table)
    assert sum(row["pairs"] for row in found.flips()) == table.sum() - np.trace(table)
    assert found.flipped.mean == pytest.approx(1 - np.trace(table) / RUNS)
    for row in found.flips():
        assert [PATHS[code] for code in found.paths[row["example"]]] == [row["from"], row["to"]]


def test_shares_of_classes_are_levels_and_their_change(found: Comparison) -> None:
    for k, name in enumerate(PATHS):
        one = found.contrasts[k]
        assert one.name == name
        assert one.second.mean - one.first.mean == pytest.approx(one.change.mean)
        assert one.first.mean == pytest.approx(found.flows[k].sum() / RUNS)
        assert one.change.low <= one.change.mean <= one.change.high


def test_a_certain_effect_is_found() -> None:
    treated = small(commitments=[{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}])
    forced = compare(small(), treated, runs=60, replays=0)
    talks = next(one for one in forced.contrasts if one.name == "weeks without official talks")
    assert talks.change.high < 0
    assert forced.part is None


def test_pairs_with_a_failed_run_count_nowhere(found: Comparison) -> None:
    from dataclasses import replace

    paths = found.paths.copy()
    paths[:5, 1] = -1
    broken = replace(found, paths=paths)
    assert broken.failed == 5
    assert broken.flows.sum() == RUNS - 5
    assert "5 pairs left out" in _printed(broken)
    nothing = replace(found, paths=np.full_like(paths, -1))
    assert "No pair in which both" in _printed(nothing)
    assert flows.flows(nothing).texts[0].get_text().startswith("no pair")


@pytest.mark.parametrize("wrong", [{"runs": 1}, {"runs": 2.5}, {"seed": -1}, {"seed": True}])
def test_a_wrong_argument_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ScenarioError, match=next(iter(wrong))):
        compare(small(), small(), **wrong)


def test_changes_across_parameters_are_those_of_both_ensembles(found: Comparison) -> None:
    share = []
    for spec in found.specs:
        runs = sim.run(spec, runs=RUNS, seed=3).every_run
        runs = runs[runs["case"] > 0]
        share.append((runs["path"] == "quiet accommodation").groupby(runs["case"]).mean())
    one = next(row for row in found.contrasts if row.name == "quiet accommodation")
    assert one.across is not None
    assert one.across.change.mean == pytest.approx((share[1] - share[0]).mean())
    assert one.across.change.n == len(share[0])
    without = compare(*found.specs, runs=4, replays=0, plausible=False)
    assert all(row.across is None for row in without.contrasts)
    assert "across plausible" not in _printed(without)


def test_the_first_sentence_names_the_largest_change_of_an_event_and_of_a_class() -> None:
    bound = [{"actor": "dushanbe", "instrument": "contact", "insist": "warm"}]
    forced = compare(small(), small(title="Warm", commitments=bound), runs=60, replays=0)
    talks = next(one for one in forced.contrasts if one.name == "official talks, ever")
    assert talks.across is not None
    sentence = view.finding(forced)
    assert sentence.startswith("Warm makes official talks likelier (")
    assert f"+{100 * talks.across.change.mean:.1f} points across plausible parameters" in sentence
    assert " and " in sentence
    same = compare(small(), small(), runs=10, replays=0)
    assert "beyond chance" in view.finding(same)


# When and why


def test_the_first_week_on_different_rungs_is_the_agents(found: Comparison) -> None:
    assert found.part is not None
    run = found.part.replicate
    tracks = [
        PolicyModel(spec, seed=3, replicate=run).run().trajectory[["escalation", "rapprochement"]].to_numpy()
        for spec in found.specs
    ]
    apart = np.flatnonzero((tracks[0] != tracks[1]).any(axis=1))
    assert apart[0] == found.parted[run] == found.part.rungs_week


def test_a_turned_choice_is_explained_by_its_rules() -> None:
    treated = small(parameters={"audience_cost": 2.0})
    run = next(k for k in range(20) if turns((small(), treated), 0, k, 60))
    first = turns((small(), treated), 0, run, 60)[0]
    assert first.bound == ""
    # What the rules and the options' own ease add must have been enough to turn the largest of the sums.
    decisions = []
    for spec in (small(), treated):
        model = PolicyModel(spec, seed=0, replicate=run)
        while model.week < first.week:
            model.step()
        decisions.append(
            next(
                one
                for one in model.decisions
                if (one.week, one.actor, one.instrument) == (first.week, first.actor, first.instrument)
            )
        )
    margin = [
        one.utilities[first.second]
        + one.draws[first.second]
        - one.utilities[first.first]
        - one.draws[first.first]
        for one in decisions
    ]
    assert margin[0] <= 0 <= margin[1]
    assert margin[1] - margin[0] == pytest.approx(sum(first.rules.values()) + first.base, abs=1e-9)
    assert first.leading is not None


def test_a_choice_that_a_commitment_turned_says_so() -> None:
    treated = small(commitments=[{"actor": "dushanbe", "instrument": "words", "insist": "soften"}])
    found = turns((small(), treated), 0, 0, 20)
    assert any("insisted upon in the second" in one.bound for one in found)
    assert all(one.leading is None for one in found if one.bound)


# What is said


def _printed(found: Comparison) -> str:
    from rich.console import Console

    console = Console(width=110, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(view.compare_page(found))
    return captured.get()


def test_the_page_tells_everything_once(found: Comparison) -> None:
    said = _printed(found)
    for word in (
        "Events",
        "Choices",
        "Which paths flip",
        "the second adds",
        "part in week",
        "not a forecast",
    ):
        assert word in said or word.replace("part in", "parts in") in said, word


def test_a_row_that_the_first_sentence_may_name_is_not_faint() -> None:
    clear, unclear = (Effect(0.1, low, 0.2, 0.5, 0.5, 100) for low in (0.05, -0.05))
    row = Contrast("an armed clash, ever", "share", clear, clear, unclear, Across(clear, np.nan, np.nan))
    assert not view.faint(row)
    assert not view.faint(replace(row, change=clear, across=Across(unclear, np.nan, np.nan)))
    assert view.faint(replace(row, across=Across(unclear, np.nan, np.nan)))
    assert view.faint(replace(row, across=None))


def test_titles_are_only_text(tmp_path: Path) -> None:
    odd = small(title="Odd &amp; [bold] $x^2$")
    found = compare(odd, small("thin_guarantee", title="=cmd()"), runs=4, replays=0)
    assert "Odd &amp; [bold] $x^2$" in _printed(found)
    made = view.save(found, tmp_path)
    assert {one.suffix for one in made} == {".png", ".svg", ".csv"}
    assert all(one.stat().st_size > 300 for one in made)


def test_the_numbers_beside_the_pictures(found: Comparison, tmp_path: Path) -> None:
    import pandas as pd

    made = view.save(found, tmp_path / "new")
    names = {f"{kind}.{form}" for kind in ("flows", "effects") for form in ("png", "svg", "csv")}
    assert {path.name for path in made} == names
    for kind in ("flows", "effects"):
        text = (tmp_path / "new" / f"{kind}.csv").read_text(encoding="utf-8")
        keys = [line[2:].split(": ")[0] for line in text.splitlines() if line.startswith("# ")]
        assert keys == ["picture", "unit", "n", "interval", "identity", "command"]
    flown = pd.read_csv(tmp_path / "new" / "flows.csv", comment="#")
    assert flown["pairs"].sum() == RUNS
    assert len(flown) == 64
    told = pd.read_csv(tmp_path / "new" / "effects.csv", comment="#").set_index("outcome")
    for one in found.contrasts:
        assert told.loc[one.name, "change"] == pytest.approx(one.change.mean)


def test_bands_of_the_picture_add_up(found: Comparison) -> None:
    ax = flows.flows(found)
    bands = [one for one in ax.patches if type(one).__name__ == "Polygon"]
    assert len(bands) == np.count_nonzero(found.flows)
    said = " ".join(one.get_text() for one in ax.texts)
    assert "Baseline" in said
    assert "%" in said


def test_the_command(panj: Callable[..., Any]) -> None:
    import json

    Path("a.yaml").write_text("panj: 1\ntitle: A\nextends: baseline\nweeks: 30\ncitizens: 0\n")
    Path("b.yaml").write_text("panj: 1\ntitle: B\nextends: a.yaml\nparameters: {audience_cost: 2}\n")
    told = panj("compare", "a.yaml", "b.yaml", "--runs", 6, "--json")
    assert told.code == 0
    record = json.loads(told.out)
    assert [one["name"] for one in record["differences"]] == ["audience_cost"]
    assert sum(map(sum, record["flows"])) == 6
    shown = panj("compare", "a.yaml", "b.yaml", "--runs", 6, "--out", "pictures")
    assert shown.code == 0
    assert "audience_cost" in shown.out
    assert Path("pictures/flows.png").is_file()
    paper = panj("compare", "a.yaml", "b.yaml", "--runs", 6, "--out", "paper", "--format", "pdf")
    assert paper.code == 0, paper.err
    assert {path.name for path in Path("paper").iterdir()} == {
        "flows.pdf",
        "flows.csv",
        "effects.pdf",
        "effects.csv",
    }
    refused = panj("compare", "a.yaml", "b.yaml", "--runs", 6, "--out", "none", "--format", "pfd")
    assert refused.code != 0
    assert "nearest: pdf" in refused.err
    assert not Path("none").exists()
    wrong = panj("compare", "a.yaml", "c.yaml")
    assert wrong.code == 2
    assert "c.yaml" in wrong.err
