"""The model against history: the frozen grid, what runs say to it, the scores, the page."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.past import hindcast as asking
from sim.analysis.past import history
from sim.analysis.past.hindcast import FORECASTERS, MODEL, SCORES, Asked, Hindcast, hindcast
from sim.analysis.past.history import After, Question, load_history, weeks_within
from sim.errors import ScenarioError
from sim.model.outcomes import ESCALATION, OUTCOME_DTYPE, PATHS, ladders, summarise
from sim.model.registry import load
from sim.scenario.plan import week_of
from sim.views.pages import hindcast as view
from sim.views.reference import validity

#: Changing the grid is changing the exam: it takes a new date in the file and a line in the changelog.
FROZEN = (date(2026, 11, 26), "1895291334b5b3884d76")
START = date(2021, 8, 16)


@pytest.fixture(scope="module")
def found() -> Hindcast:
    return hindcast(60, 1)


# The grid


def test_the_grid_is_as_it_was_frozen() -> None:
    grid = load_history()
    assert (grid.frozen, grid.hash) == FROZEN


def test_every_event_is_asked_in_every_quarter_or_counted_as_unanswered() -> None:
    grid = load_history()
    quarters, events, ladders_asked = 9, len(history.EVENTS), len(history.RUNGS)
    by_quarter = [one for one in grid.questions if one.kind != "quantity"]
    assert len(by_quarter) + grid.unanswered == quarters * (events + ladders_asked)
    assert {one.subject for one in grid.questions} == {*history.EVENTS, *history.RUNGS, *history.QUANTITIES}
    assert len({one.id for one in grid.questions}) == len(grid.questions)
    answers = [one.answer for one in grid.questions if one.kind == "yes/no"]
    assert 0 < sum(answers) < len(answers) / 2, "non-events are asked as well"


def test_every_answer_names_its_source_and_lies_in_the_time_asked_about() -> None:
    grid = load_history()
    for one in grid.questions:
        assert one.sources
        assert all(key in grid.sources for key in one.sources)
        assert history.KNOWN < one.first <= one.last <= grid.weeks
    assert grid.weeks == week_of(START, date(2023, 12, 31))
    assert all(len(source.split(", ")) >= 3 for source in grid.sources.values())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("'yes': [2022Q2]", "'yes': []", "fire: expected each quarter once"),
        ("'yes': [2022Q2]", "'yes': [2022Q2, 2022Q3]", "fire: expected each quarter once"),
        ("sources: [debt_january]", "sources: [dept_january]", "no source; nearest: debt_january"),
        ("sources: [debt_january]", "sources: []", "cites no source"),
        ("  deadly:", "  deathly:", "no run answers 'deathly'; nearest: deadly"),
        ("panj_history: 1", "panj_history: 2", "expected format 1, found 2"),
    ],
)
def test_a_wrong_grid_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = history.FILE.read_text()
    assert old in text
    path = tmp_path / "history.yaml"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ScenarioError, match=says):
        load_history(path)


def test_a_week_belongs_to_the_time_its_thursday_lies_in() -> None:
    assert weeks_within(date(2021, 11, 1), date(2021, 12, 31)) == (12, 20)
    assert weeks_within(date(2022, 1, 1), date(2022, 1, 31)) == (21, 24)
    first, last = weeks_within(date(2022, 1, 1), date(2022, 12, 31))
    assert last - first + 1 == 52
    assert (
        weeks_within(date(2022, 1, 1), date(2022, 3, 31))[1] + 1
        == weeks_within(date(2022, 4, 1), date(2022, 6, 30))[0]
    )


# What runs say


def blank(runs: int = 1, weeks: int = 124) -> After:
    return After(np.zeros((runs, weeks + 1, len(After.READS))))


def put(run: After, name: str, first: int, value: float, last: int | None = None) -> None:
    run.kept[:, first : None if last is None else last + 1, After.READS.index(name)] = value


def says(subject: str, run: After, first: int, last: int) -> float:
    by = {**history.EVENTS, **history.RUNGS, **history.QUANTITIES}
    return float(by[subject](run, first, last)[0])


@pytest.mark.parametrize(
    ("subject", "variable"), [("fire", "clashes"), ("deadly", "deaths"), ("talks", "talks")]
)
def test_what_happens_in_a_quarter_is_told_from_what_happened_before_and_after(
    subject: str, variable: str
) -> None:
    run = blank()
    put(run, variable, 39, 1.0)
    assert says(subject, run, 34, 46) == 1
    assert says(subject, run, 39, 39) == 1
    assert says(subject, run, 40, 46) == 0
    assert says(subject, run, 21, 38) == 0


def test_rungs_and_stops_are_read_where_the_question_stands() -> None:
    run = blank()
    put(run, "power_supply", 0, 24.0)
    put(run, "power_supply", 50, 11.9, 50)
    put(run, "rapprochement", 80, 2.0)
    put(run, "mission", 80, 1.0)
    put(run, "diplomacy", 90, 3.0, 95)
    put(run, "war", 60, 1.0, 61)
    assert [says("power_stop", run, *q) for q in ((40, 49), (48, 55), (51, 60))] == [0, 1, 0]
    assert [says("missions", run, 70, q) for q in (79, 80, 92, 100)] == [0, 1, 1, 1]
    assert [says("envoys", run, 70, q) for q in (80, 92, 96)] == [0, 1, 0]
    assert says("recognition", run, 70, 92) == 0
    assert says("rapprochement", run, 70, 92) == 2
    assert [says("war", run, *q) for q in ((50, 59), (50, 60), (61, 70), (62, 70))] == [0, 1, 1, 0]


def test_quantities_are_stocks_at_the_end_or_what_flowed_in_between() -> None:
    run = blank()
    weeks = np.arange(125.0)
    for name, each in (("power_paid_total", 2.0), ("power_billed_total", 5.0), ("trade_total", 7.0)):
        run.kept[0, :, After.READS.index(name)] = each * weeks
    put(run, "power_supply", 0, 21.0)
    put(run, "power_owed", 10, 3e6)
    assert says("paid_january_2022", run, 21, 24) == 8
    assert says("trade_2022", run, 21, 72) == 52 * 12
    assert says("supplied_first_half_2022", run, 21, 46) == 26 * 21
    assert says("supply_july_2022", run, 47, 47) == 3
    assert says("debt_august_2023", run, 104, 104) == 3e6


def test_base_rates_are_yearly_rates_for_the_days_of_a_quarter() -> None:
    asked = {one.id: one for one in load_history().questions}
    fire = asked["fire 2022Q2"].climatology
    assert fire == pytest.approx(1 - (1 - 0.286 * 0.67) ** (91 / 365))
    assert asked["fire 2023Q1"].climatology == pytest.approx(1 - (1 - 0.159 * 0.67) ** (90 / 365))
    assert asked["war 2022Q2"].climatology == pytest.approx(1 - (1 - 0.286 * 0.03) ** (91 / 365))
    assert math.isnan(asked["talks 2022Q2"].climatology)


# The dated history, typed in


@pytest.fixture(scope="module")
def typed() -> np.ndarray[Any, np.dtype[np.void]]:
    """What was published, as a trajectory to the end of 2023; words and forces after autumn are nobody's."""
    model, weeks = load(), load_history().weeks
    traj = np.zeros(weeks + 1, model.world_dtype)
    parameters = np.zeros(1, model.parameter_dtype)
    for name, one in model.parameters.items():
        parameters[name] = one.default if one.declared is None else one.declared
    p = parameters.view(np.recarray)[0]
    for name, one in model.world.items():
        traj[name][0] = one.default if one.declared is None else one.declared
    fire, talks = week_of(START, date(2022, 5, 15)), week_of(START, date(2023, 4, 7))
    consulate, settled = week_of(START, date(2023, 2, 1)), week_of(START, date(2023, 8, 11))
    rows = traj.view(np.recarray)
    for week in range(1, weeks + 1):
        traj[week] = traj[week - 1]
        now = rows[week]
        now.since_clash += 1
        now.since_talks += 1
        if week == fire:
            now.clashes, now.since_clash = 1, 0
        if week == talks:
            now.talks, now.since_talks = 1, -1
        autumn = week < week_of(START, date(2021, 12, 1))
        now.rhetoric = 0.6 if autumn else 0.45
        now.troops, now.fighters = (20000, 8000) if week > 5 and autumn else (8000, 3000)
        now.mission, now.ties = (1, 0.5) if week >= consulate else (0, 0.15)
        now.power_owed = 0 if week >= settled else 33e6 if week > 24 else 1e6 * week
        ladders(now, p, None, None)
    return traj


def test_the_dated_history_climbs_the_ladders_as_the_grid_says(typed: Any) -> None:
    kept = np.stack([typed[name] for name in After.READS], axis=1)[None]
    run = After(kept.astype(np.float64))
    asked = [
        one for one in load_history().questions if one.kind != "quantity" and one.subject != "power_stop"
    ]
    wrong = [one.id for one in asked if one.read(run)[0] != one.answer]
    assert not wrong
    up = typed["escalation"]
    assert ESCALATION[int(up[week_of(START, date(2021, 10, 1))])] == "show of force"
    assert up.max() == 3
    assert [int(up[week_of(START, day)]) for day in (date(2022, 5, 8), date(2022, 7, 20))] == [1, 1]


def test_the_dated_history_ends_as_quiet_accommodation_without_blood(typed: Any) -> None:
    out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)
    summarise(typed.view(np.recarray), out[0])
    assert PATHS[int(out.path[0])] == "quiet accommodation"
    assert out.blood[0] == 0
    assert out.first_escalation_3[0] == week_of(START, date(2022, 5, 15)) == 39
    assert out.first_rapprochement_2[0] == week_of(START, date(2023, 2, 1))
    assert out.first_rapprochement_3[0] == week_of(START, date(2023, 4, 7))
    assert math.isnan(out.first_escalation_4[0])


def test_up_to_the_fire_it_was_a_path_with_clashes(typed: Any) -> None:
    out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)
    summarise(typed[: week_of(START, date(2022, 9, 1))].view(np.recarray), out[0])
    assert PATHS[int(out.path[0])] == "clashes"


# Scores


def test_scores_are_what_their_formulas_say(found: Hindcast) -> None:
    for one in found.asked:
        for who in FORECASTERS:
            said, scores = one.said[who], one.scores[who]
            if one.question.kind == "yes/no" and not math.isnan(said):
                assert scores["brier"] == pytest.approx((said - one.question.answer) ** 2)
                right = said if one.question.answer else 1 - said
                assert scores["log"] == pytest.approx(-math.log(min(max(right, 0.01), 0.99)))
            elif one.question.kind == "rung" and who == "even coin":
                steps = np.arange(1, 7) / 6 - (np.arange(6) >= one.question.answer)
                assert scores["rps"] == pytest.approx((steps**2).sum())
            elif one.question.kind == "quantity" and who == "persistence":
                missed = abs(one.question.persistence - one.question.answer)
                assert scores["crps"] == pytest.approx(missed / one.question.scale)
            assert set(scores) <= set(SCORES)


def test_the_score_of_an_ensemble_is_its_distance_less_half_its_spread() -> None:
    question = next(one for one in load_history().questions if one.kind == "quantity")
    values = np.random.default_rng(0).normal(30e6, 5e6, 80)
    said, scores = asking._quantity(question, {MODEL: values})
    spread = np.abs(values[:, None] - values[None, :]).mean() / 2
    assert scores[MODEL]["crps"] * question.scale == pytest.approx(
        np.abs(values - question.answer).mean() - spread
    )
    assert said[MODEL] == np.median(values)


def test_runs_at_odds_with_the_autumn_are_left_out(found: Hindcast) -> None:
    assert set(found.used) == {MODEL, "model at its defaults", "null model"}
    assert all(40 < number <= 60 for number in found.used.values())


def test_questions_nearly_everybody_gets_right_are_marked(found: Hindcast) -> None:
    for one in found.asked:
        assert one.diagnostic == (one.right <= 0.8)
    assert not any(one.diagnostic for one in found.asked if one.question.subject == "war")
    assert any(one.diagnostic for one in found.asked)
    assert len(found.of("brier", diagnostic=True)) < len(found.of("brier"))


def fake(inside: int, of: int, brier: float) -> Hindcast:
    """A hindcast with this many answers in the bands and this score on diagnostic questions."""
    base = load_history().questions
    number = next(one for one in base if one.kind == "quantity")
    event = next(one for one in base if one.kind == "yes/no")

    def one(question: Question, scores: dict[str, float], within: dict[float, bool]) -> Asked:
        return Asked(question, {}, {who: dict(scores) for who in FORECASTERS}, within, None, 0.0, True)

    asked = [one(number, {"crps": 1.0}, {0.5: k < inside, 0.9: k < inside}) for k in range(of)]
    asked.append(one(event, {"brier": brier, "log": 1.0}, {}))
    return Hindcast(load_history(), tuple(asked), 10, 0, None, {})


@pytest.mark.parametrize(
    ("inside", "of", "brier", "holds"),
    [
        (9, 10, 0.1, [True, True]),
        (6, 10, 0.1, [True, True]),
        (5, 10, 0.1, [False, True]),
        (10, 10, 0.26, [True, False]),
        (0, 10, 0.9, [False, False]),
    ],
)
def test_checks_are_those_fixed_beforehand(inside: int, of: int, brier: float, holds: list[bool]) -> None:
    made = fake(inside, of, brier)
    assert [one.holds for one in made.checks] == holds
    assert made.holds == all(holds)
    assert made.coverage(0.9) == (inside, of)


def test_a_baseline_that_does_better_is_named() -> None:
    made = fake(9, 10, 0.1)
    better = [
        replace(one, scores=one.scores | {"persistence": {k: v / 2 for k, v in one.scores[MODEL].items()}})
        for one in made.asked
    ]
    assert replace(made, asked=tuple(better)).worse() == [
        ("persistence", "brier"),
        ("persistence", "log"),
        ("persistence", "crps"),
    ]
    assert made.worse() == []


def test_the_same_seed_gives_the_same_answers_and_a_reading_others(found: Hindcast) -> None:
    again = hindcast(60, 1, threads=1)
    assert again.record() == found.record()
    other = hindcast(60, 1, "sincere")
    assert other.record()["questions"] != found.record()["questions"]
    assert other.record()["skill"]["reading"] == "sincere"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((5,), "from 10, found 5"), ((20, -1), "seed: expected"), ((20, 0, "sinceer"), "nearest: sincere")],
)
def test_wrong_arguments_are_refused(arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        sim.hindcast(*arguments)


# The page


def test_the_command_prints_the_page_and_leaves_with_what_the_checks_say(
    panj: Callable[..., Any], found: Hindcast
) -> None:
    done = panj("hindcast", "--runs", 60, "--seed", 1, "--quiet")
    assert done.code == (0 if found.holds else 1)
    assert (
        "retrospective consistency check, since whoever designed the structure knew the outcome"
        in " ".join(done.out.split())
    )
    for who in FORECASTERS:
        assert who in done.out
    for check in found.checks:
        verdict = "holds" if check.holds else "does not hold"
        assert f"Check '{check.name}' {verdict}" in done.out
    assert done.err == ""


def test_for_machines_there_are_questions_and_skill(panj: Callable[..., Any], found: Hindcast) -> None:
    done = panj("hindcast", "--runs", 60, "--seed", 1, "--json")
    data = json.loads(done.out)
    assert list(data) == ["questions", "skill"]
    assert data == json.loads(json.dumps(found.record()))
    assert len(data["questions"]) == len(found.asked)
    assert {"id", "answer", "sources", "said", "scores", "diagnostic"} <= set(data["questions"][0])
    assert {"forecasters", "coverage", "checks", "model_worse_than"} <= set(data["skill"])
    assert set(data["skill"]["forecasters"]) == set(FORECASTERS)


def test_markdown_and_terminal_say_the_same(found: Hindcast) -> None:
    text = view.markdown(found)
    for line, _ in view._findings(found):
        assert f"- {line}" in text
    tables = [line for line in text.splitlines() if line.startswith("|")]
    assert len(tables) > 30
    assert sum(line.startswith("| model |") for line in tables) == 2


def test_the_page_on_validity_shows_the_calibration_as_it_is_stored() -> None:
    page = (Path(sim.__file__).parents[1] / "docs/explanation/validity.md").read_text(encoding="utf-8")
    for name, part in validity.calibration().items():
        assert part in page, f"{name} is stale: run 'make validity'"
    limits = validity.WORDS.read_text(encoding="utf-8").split("## What the model cannot say")[1]
    assert limits in page
    assert "$" not in "".join(line for line in page.splitlines() if not line.startswith("- "))
