"""Explanations: the run is the stored one, and nothing is said that its records do not bear out."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

import sim
from sim.analysis.one_run import reasons, waiting
from sim.analysis.one_run import turning_points as turns
from sim.analysis.one_run.replay import replay
from sim.errors import ResultError, ScenarioError
from sim.model.outcomes import OUTCOMES, PATHS
from sim.model.registry import load
from sim.study.ensemble import store
from sim.study.results import names
from sim.views.numbers import counted
from sim.views.one_run import against as apart
from sim.views.one_run import brief, narrative
from sim.views.one_run.explain import Explanation, explain
from sim.views.one_run.lines import Line, chance, html

WEEKS = 70
EVENTS = [
    {
        "name": "base closed",
        "on": "2021-11-15",
        "change": {"russian_guarantee": {"multiply": 0.3}},
        "because": "the troops are called home",
        "source": {"publisher": "A Paper", "title": "A headline", "date": "2021-11-14"},
    },
    {
        "name": "poor winter",
        "on": "2021-12-06",
        "lasts": "10 weeks",
        "change": {"audience_cost": {"multiply": 0.5}},
    },
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = sim.load_scenario("baseline").replace(
        weeks=WEEKS, citizens=20, events=EVENTS, parameters={"hard_border": 0.3, "clash_base": -3.0}
    )
    place = tmp_path_factory.mktemp("result") / "r"
    sim.run(spec, runs=30, seed=4).save(place)
    return place


@pytest.fixture(scope="module")
def result(folder: Path) -> Any:
    return sim.load_results(folder)


@pytest.fixture(scope="module")
def told(result: Any) -> Explanation:
    return explain(result, 3)


def text(explanation: Explanation) -> str:
    return "\n".join(line.text for line in explanation.lines())


def decided(model: Any, week: int, actor: str, instrument: str) -> Any:
    return next(
        one for one in model.decisions if (one.week, one.actor, one.instrument) == (week, actor, instrument)
    )


def shown(explanation: Explanation, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    explanation.show(full=True)
    return capsys.readouterr().out


# The run is the stored one


@pytest.mark.parametrize("name", ["0:3", "2:7", "29", "0/0"])
def test_the_run_that_is_explained_is_the_stored_one(result: Any, name: str) -> None:
    found = explain(result, name)
    stored = found.which.stored
    for column in OUTCOMES:
        now, then = found.model.outcome[column], stored[column]
        if column == "path":
            assert PATHS[int(now)] == then
        elif now != now:
            assert then == np.inf
        else:
            assert float(now) == float(then)


def test_a_plausible_run_is_run_at_the_values_of_its_case(result: Any) -> None:
    found = explain(result, "2:7")
    case = result.design.set_index("case").loc[2]
    p = found.model.parameters_of(1)
    assert all(p[name] == case[name] for name in case.index if name in found.model.registry.parameters)


def test_a_run_of_a_sweep_is_explained(tmp_path: Path) -> None:
    study = sim.sweep(
        {
            "panj": 1,
            "title": "two guarantees",
            "scenario": "massacre_north",
            "weeks": 24,
            "citizens": 0,
            "replicates": 2,
            "design": {"method": "grid"},
            "uncertainties": {"russian_guarantee": {"discrete": [0.2, 0.8]}},
        },
        tmp_path / "s",
    )
    row = study.outcomes.iloc[-1]
    found = explain(tmp_path / "s", f"{row['case']}:{row['replicate']}")
    assert found.model.past(0).russian_guarantee == 0.8
    assert PATHS[int(found.model.outcome.path)] == row["path"]
    assert found.model.outcome.approval == row["approval"]
    event = next(one for turn in found.turns for one in turn.fired)
    because, _ = narrative.event_reasons(found.model, event.name)
    assert because == "killings of Afghan Tajiks are filmed and shared for weeks"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("99", "case 0 has the replicates 0 to 29"),
        ("9:3", "no case 9"),
        ("2:0", "case 2 has the replicates 5 to 9"),
        ("x", "a run is named CASE:REPLICATE"),
        ("-1", "CASE:REPLICATE"),
        ("1:2:3", "CASE:REPLICATE"),
    ],
)
def test_a_run_that_is_not_there_says_which_are(result: Any, name: str, said: str) -> None:
    with pytest.raises(ResultError, match=said):
        explain(result, name)


def test_a_result_of_other_source_is_not_explained(result: Any) -> None:
    from dataclasses import replace

    other = replace(result, identity={**result.identity, "source": "0123456789"})
    with pytest.raises(ResultError, match="made by other source"):
        explain(other, 3)


# Turning points


def test_every_move_event_and_rare_choice_is_a_turning_point(told: Explanation) -> None:
    model, table = told.model, told.model.trajectory
    by_week = {one.week: one for one in told.turns}
    for week in range(1, WEEKS + 1):
        now, before = table.loc[week], table.loc[week - 1]
        moves = {ladder for ladder in narrative.LADDERS if now[ladder] != before[ladder]}
        rare = [d for d in model.decisions if d.week == week and d.chance < turns.RARE and not d.bound]
        fired = [one.name for one in model.fired if one.week == week]
        turn = by_week.get(week)
        assert (turn is not None) == bool(moves or rare or fired)
        if turn is not None:
            assert {one.ladder for one in turn.changes} == moves
            assert list(turn.rare) == rare
            assert [one.name for one in turn.fired] == fired
    assert sum(bool(one.changes) for one in told.turns) > 2


def ends_of(model: Any, actor: str, instrument: str, variables: tuple[str, ...], weeks: range) -> list[Any]:
    return [
        turns.ends(model, one, variables)
        for one in model.decisions
        if (one.actor, one.instrument) == (actor, instrument) and one.week in weeks
    ]


@pytest.mark.parametrize("replicate", [7, 8, 11, 17])
def test_movers_are_the_last_steps_and_went_that_way(result: Any, replicate: int) -> None:
    found = explain(result, replicate)
    model, checked = found.model, 0
    for turn in found.turns:
        for change, movers in zip(turn.changes, turn.movers, strict=True):
            rung, upward = max(change.before, change.after), change.after > change.before
            variables = turns.HANGS_ON.get((change.ladder, rung), ())
            steps = change.ladder == "rapprochement" and rung in turns.STEP_OF
            level = turns.STEP_OF[rung] if steps else rung
            for one in movers:
                assert 0 <= turn.week - one.week <= turns.BACK[change.ladder]
                before, after = turns.ends(model, one, variables)
                assert (after > before) if upward else (after < before)
                later = ends_of(
                    model, one.actor, one.instrument, variables, range(one.week + 1, turn.week + 1)
                )
                checked += 1
                if not steps:
                    assert all(before == after for before, after in later)
                    continue
                crossed = turns.ends(model, one, variables)
                assert min(crossed) < level <= max(crossed)
                assert not any(min(each) < level <= max(each) for each in later)
                ready = model.past(turn.week)[f"{one.actor}_ready"]
                assert ready >= level if upward else ready < level
            if steps and not upward:
                late = [name for name in variables if model.past(turn.week)[name] < level]
                assert {f"{one.actor}_ready" for one in movers} == set(late)
    assert checked > 2


def test_an_event_says_what_it_moved(told: Explanation) -> None:
    fired = {one.name: one for turn in told.turns for one in turn.fired}
    ((name, before, after),) = fired["base closed"].moved
    week = next(one.week for one in told.model.fired if one.name == "base closed")
    assert name == "russian_guarantee"
    assert before == told.model.past(week - 1).russian_guarantee
    assert after == told.model.past(week).russian_guarantee < 0.5 * before
    ((name, before, after),) = fired["poor winter"].moved
    assert (name, after) == ("audience_cost", 0.5 * before)
    assert "Event: base closed" in text(told)


def test_what_rules_add_to_the_odds_is_what_drives_were(told: Explanation) -> None:
    """The last week's drives are still in the model: each is the sum of what rules are said to add."""
    model = told.model
    for drive in ("infiltration", "clash", "combat", "war", "detection"):
        assert sum(one.push for one in model.forces(model.week, drive)) == pytest.approx(model.drive[drive])


# What is said of a decision


def test_no_number_is_said_that_the_record_does_not_bear_out(result: Any) -> None:
    """Ten runs: every rule, size, chance and alternative in print is that of the decision it stands under."""
    checked = 0
    for replicate in range(10):
        found = explain(result, replicate)
        for decision in (one for turn in found.turns for one in turn.decisions):
            if decision.bound:
                continue
            other = reasons.compared(decision)
            lines = [line.text for line in found.decision_lines(decision)]
            assert lines[0].startswith(
                f"{narrative.titled(decision.actor)}, {decision.instrument}: {decision.choice}"
            )
            assert lines[0].endswith(f"; over {other}:")
            share = float(re.search(r"chance (?:under )?([\d.]+) %", lines[0])[1])  # type: ignore[index]
            assert share == pytest.approx(100 * decision.chance, abs=0.51)
            pushes = {o: decision.push(o) for o in decision.utilities}
            for line in lines[1:]:
                match = re.match(r"(for|against): .* ([+−])([\d.]+) \(([A-Z]\d+r?), ([^)]*)\)", line)
                if match is None:
                    continue
                size = float(match[3]) * (1 if match[2] == "+" else -1)
                true = pushes[decision.choice].get(match[4], 0.0) - pushes[str(other)].get(match[4], 0.0)
                assert size == pytest.approx(true, abs=0.0051)
                assert (size > 0) == (match[1] == "for")
                assert (
                    match[5] == " ".join(f"¶{n}" for n in sim.rules[match[4]].paragraphs) or match[5] == "–"
                )
                checked += 1
            near = reasons.rival(decision)
            assert near is not None
            behind = "under 0.01" if near.behind < 0.005 else f"{near.behind:.2f}"
            assert lines[-1].startswith(f"Nearest: {near.option}, {behind} behind")
    assert checked > 200


def test_parameters_are_those_in_force_that_week(told: Explanation) -> None:
    model = told.model
    before = model.plan.parameters[list(model.registry.parameters).index("audience_cost")]
    for week, times in ((10, 1.0), (20, 0.5)):
        decision = decided(model, week, "dushanbe", "contact")
        rows = reasons.settings(decision, "D2", ("warm", "hold"), model.parameters_of(week))
        found = next(one for one in rows if one.name == "audience_cost")
        assert found.value == times * before
        assert found.quantity.source.grade == "literature"


def test_one_week_and_one_actor(result: Any, capsys: pytest.CaptureFixture[str]) -> None:
    page = shown(explain(result, 3, week=13, actor="taliban"), capsys)
    assert "Week 13" in page
    assert "Taliban, words:" in page
    assert "Dushanbe" not in page
    assert "utility and luck" in page
    assert max(map(len, page.splitlines())) <= 110
    mine = explain(result, 3, actor="china")
    assert all(any(d.actor == "china" for d in one.decisions) for one in mine.shown)


# Why not


def test_why_not_in_a_week(result: Any) -> None:
    found = explain(result, 3, week=13, actor="dushanbe", why_not="words=soften")
    data = found.record()["why_not"]
    decision = decided(found.model, 13, "dushanbe", "words")
    assert data["choice"] == decision.choice != "soften"
    assert data["chance"] == decision.chances["soften"]
    assert data["utility_gap"] + data["luck_gap"] == pytest.approx(reasons.behind(decision, "soften"))
    gap = sum(one["push"] for one in data["rules"]) + data["base"]
    assert gap == pytest.approx(-data["utility_gap"])
    tip = data["tip"]
    if tip is not None:
        assert tip["option"] == "soften"


def test_why_not_over_the_run(result: Any) -> None:
    data = explain(result, 3, why_not="trade=cut").record()["why_not"]
    decisions = [d for d in explain(result, 3).model.decisions if d.instrument == "trade"]
    assert data["weeks"] == len(decisions) == WEEKS
    assert data["taken"] == [d.week for d in decisions if d.choice == "cut"]
    assert data["free"] == sum(d.open["cut"] for d in decisions)
    assert data["mean"]["D8"] < 0
    missed = [d for d in decisions if d.choice != "cut"]
    assert data["closest"]["week"] == min(missed, key=lambda d: reasons.behind(d, "cut")).week


def test_why_not_of_what_was_not_open_names_the_condition(result: Any) -> None:
    said = text(explain(result, 3, week=1, actor="dushanbe", why_not="contact=cool"))
    assert "not open" in said
    assert "There is a step to go back on" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"why_not": "contact=warm"}, "dushanbe and taliban have it"),
        ({"why_not": "contact=wram", "actor": "dushanbe"}, "nearest: contact=warm"),
        ({"why_not": "contact"}, "expected INSTRUMENT=OPTION"),
        ({"actor": "kabul"}, "one of: china, dushanbe"),
        ({"week": 0}, "the weeks 1 to 70"),
        ({"week": 71}, "the weeks 1 to 70"),
        ({"against": "0:3"}, "cannot part from itself"),
        ({"against": "4", "week": 3}, "drop --week"),
        ({"against": "4", "why_not": "trade=cut"}, "take one"),
    ],
)
def test_what_cannot_be_asked_says_what_can(result: Any, options: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        explain(result, 3, **options)


# Two runs


def test_two_runs_part_where_their_choices_first_differ(result: Any) -> None:
    data = explain(result, 3, against=5).record()["apart"]
    one, two = (explain(result, k).model for k in (3, 5))
    pair = next((a, b) for a, b in zip(one.decisions, two.decisions, strict=True) if a.choice != b.choice)
    assert data["choice"]["week"] == pair[0].week
    assert data["choice"]["choices"] == [pair[0].choice, pair[1].choice]
    assert data["values"] == {}
    rungs = [m.trajectory[list(narrative.LADDERS)] for m in (one, two)]
    assert data["rung"] == (rungs[0] != rungs[1]).any(axis=1).idxmax()
    assert data["ends"] == {"0:3": PATHS[int(one.outcome.path)], "0:5": PATHS[int(two.outcome.path)]}


def test_runs_of_two_cases_name_what_differs(result: Any) -> None:
    data = explain(result, "1:1", against="0:1").record()["apart"]
    assert len(data["values"]) > 100
    assert "same randomness" in text(explain(result, "1:1", against="0:1"))


def test_a_failed_run_is_explained_to_where_it_got(failing: Any) -> None:
    spec, name, week = failing.spec, f"1:{failing.replicate}", failing.week
    run = names.Which(name, spec, 0, failing.replicate, failing.row)
    found = Explanation(run, replay(run), None, None)
    assert f"The run failed: in week {week}" in text(found)
    data = json.loads(json.dumps(found.record(), allow_nan=False))
    assert data["failure"] == {"week": week, "variable": "power_contract"}
    assert data["path"] is None
    sound = names.Which(f"0:{failing.replicate}", spec, 0, failing.replicate, None)
    parted = apart.answer(Explanation(sound, replay(sound), None, None), found)[1]["apart"]
    assert parted["ends"][name] is None
    assert parted["values"] == {"contract_mean": [load().parameters["contract_mean"].default, 1e5]}


# Reasons of events, and words


def test_an_event_is_told_with_its_reason_and_source_from_the_stored_result(told: Explanation) -> None:
    assert "Event: base closed: the troops are called home (A Paper, A headline, 2021-11-14)" in text(told)
    events = {one["name"]: one for turn in told.record()["turns"] for one in turn["events"]}
    assert events["base closed"]["because"] == "the troops are called home"
    assert events["base closed"]["source"]["date"] == "2021-11-14"
    assert events["poor winter"]["because"] == ""
    assert events["poor winter"]["source"] == {}


def test_a_result_that_keeps_no_reasons_is_read_all_the_same(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "old"
    shutil.copytree(folder, copy)
    known = json.loads((copy / "result.json").read_text())
    del known["scenario"]["reasons"]
    (copy / "result.json").write_bytes(store.sealed(known))
    found = sim.load_results(copy).spec
    assert found.hash == known["scenario"]["hash"]
    assert found.reasons == {}


def test_a_decision_is_told_in_full_once_and_nothing_is_said_of_1_clashes(result: Any) -> None:
    again = 0
    for run in range(30):
        lines = [one.text for one in explain(result, run).lines()]
        for at, line in enumerate(lines):
            assert not re.search(r"(?<![\d.,])1 (incidents|clashes|deaths|rounds|weeks|refugees)\b", line)
            match = re.fullmatch(r"(.*?)(?: \(week (\d+)\))?, as told of week (\d+)\.", line)
            if match:
                again += 1
                first = next(k for k, one in enumerate(lines) if one.startswith(f"Week {match[3]}, from"))
                assert any(one.startswith(match[1]) and "chance" in one for one in lines[first:at])
    assert again


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 clashes"), (1, "1 clash"), (2, "2 clashes"), (1234, "1,234 clashes")]
)
def test_one_is_singular(count: int, said: str) -> None:
    assert counted(count, "clash", "clashes") == said


@pytest.mark.parametrize(
    ("share", "said"), [(0.01996, "1.99 %"), (0.00345, "0.34 %"), (0.02, "2.0 %"), (0.0001, "under 0.1 %")]
)
def test_a_chance_under_two_percent_reads_as_one(share: float, said: str) -> None:
    assert chance(share) == said


# On the command line


def test_the_command_says_the_same_as_python(
    folder: Path, told: Explanation, panj: Callable[..., Any]
) -> None:
    data = json.loads(panj("explain", folder, "--run", "3", "--json").out)
    assert data == json.loads(json.dumps(told.record()))
    assert data["path"] == PATHS[int(told.model.outcome.path)]
    assert panj("explain", folder, "--run", "x").code == 2
    page = panj("explain", folder, "--run", "0/3").out
    assert page.startswith("Baseline, run 0:3")
    assert max(map(len, page.splitlines())) <= 110


def test_html_is_escaped(told: Explanation) -> None:
    assert told._repr_html_() == html(told.lines())
    page = html([Line(1, "<b>&", True)])
    assert "&lt;b&gt;&amp;" in page
    assert "<b>" not in page


def test_what_never_began_is_said_with_the_reason(tmp_path: Path) -> None:
    """Of each: the condition that never came, the day too late or too early, the end, the higher priority."""
    (instrument,) = [one for one in load().instruments if one.actor == "uzbekistan"][:1]
    option = instrument.options[-1].name
    always, never = {"rung": "escalation", "between": [0, 5]}, {"variable": "rhetoric", "above": 0.99}
    plan = {"actor": "uzbekistan", "instrument": instrument.name}
    late = {"after": "2021-11-01"}
    spec = sim.load_scenario("baseline").replace(
        weeks=20,
        citizens=0,
        events=[
            {"name": "uproar", "when": never, "change": {"hardship": {"add": 0.1}}},
            {"name": "slow", "when": {**late, "delay": 30}, "change": {"hardship": {"add": 0.1}}},
        ],
        commitments=[
            {**plan, "name": "quiet", "insist": option, "when": never},
            {**plan, "name": "too late", "insist": option, "when": late, "until": "2021-10-01"},
            {**plan, "name": "never at once", "insist": option, "when": always, "until": always},
            {**plan, "name": "low", "insist": option, "when": late},
            {**plan, "name": "high", "avoid": [option], "when": late, "priority": 1},
        ],
    )
    result = sim.run(spec, runs=1, seed=0, plausible=False)
    found = explain(result, 0)
    rows = {one["name"]: (one["reason"], len(one["weeks"])) for one in found.record()["waiting"]}
    assert rows == {
        "uproar": (waiting.NEVER, 0),
        "slow": (waiting.NEVER, 0),
        "quiet": (waiting.NEVER, 0),
        "too late": (waiting.LATE, 9),
        "never at once": (waiting.ENDED, 20),
        "low": (waiting.OVERRULED, 9),
    }
    words = [line.text for line in found.lines(full=False)]
    assert f"'quiet' never began: {waiting.NEVER}: Uzbekistan saw that rhetoric is above 0.99." in words


def test_a_brief_explanation_has_the_turning_points_of_the_chosen_actor_alone(folder: Path) -> None:
    table = brief.run_page(explain(folder, 0, actor="taliban"))
    console = Console(file=io.StringIO(), width=120)
    console.print(table)
    told = console.file.getvalue()  # type: ignore[attr-defined]
    shown = explain(folder, 0, actor="taliban").shown
    assert re.findall(r"^ *(\d+)  \d{4}-", told, re.M) == [str(one.week) for one in shown]
    assert 0 < len(shown) < len(explain(folder, 0).turns)
    rare = [one for turn in shown for one in turn.rare if one.actor != "taliban"]
    assert not [one for one in rare if f"{one.instrument}: {one.choice}" in told]
