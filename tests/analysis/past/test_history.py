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
from sim.analysis.past.hindcast import (
    ARTICLE,
    FORECASTERS,
    MODEL,
    SCORES,
    Asked,
    Hindcast,
    hindcast,
    interval_score,
    resampled,
)
from sim.analysis.past.history import After, Question, Reading, freeze, freezings, load_history, weeks_within
from sim.errors import ScenarioError
from sim.model import calibrated
from sim.model.outcomes import ESCALATION, OUTCOME_DTYPE, PATHS, ladders, summarise
from sim.model.registry import load
from sim.scenario.values import week_of
from sim.views.pages import hindcast as view
from sim.views.reference import validity

START = date(2021, 8, 16)


@pytest.fixture(scope="module")
def found() -> Hindcast:
    return hindcast(60, 1)


# The grid


def test_every_freezing_of_the_grid_left_a_trace_and_a_reason() -> None:
    log = freezings()
    assert str(log[0]["on"]) == "2026-11-24"
    assert log[0]["hash"] == "0bbb64735800f915da1b", "the first grid stays on record"
    assert [one["on"] for one in log] == sorted(one["on"] for one in log)
    assert all(len(one["why"].split()) > 5 for one in log)
    assert load_history().hash == log[-1]["hash"]
    assert load_history().freezings == len(log)


def copied(tmp_path: Path, old: str = "", new: str = "") -> Path:
    text = history.FILE.read_text()
    assert old in text
    path = tmp_path / "history.yaml"
    path.write_text(text.replace(old, new, 1))
    (tmp_path / "frozen.yaml").write_text(history.FILE.with_name("frozen.yaml").read_text())
    return path


def test_questions_cannot_move_silently(tmp_path: Path) -> None:
    path = copied(tmp_path, "answer: 734", "answer: 650")
    with pytest.raises(ScenarioError, match="not as they were frozen; restore the file, or freeze it"):
        load_history(path)
    before = freezings(path)
    with pytest.raises(ScenarioError, match="for a reason"):
        freeze("  ", path)
    freeze("half a year of power was\n counted: twice", path, date(2026, 12, 1))
    assert freezings(path)[:-1] == before
    assert freezings(path)[-1]["why"] == "half a year of power was counted: twice"
    grid = load_history(path)
    assert (grid.frozen, grid.freezings) == (date(2026, 12, 1), len(before) + 1)
    with pytest.raises(ScenarioError, match="nothing to do"):
        freeze("again", path)


def test_every_event_is_asked_in_every_quarter_or_counted_as_unanswered() -> None:
    grid = load_history()
    by_quarter = [one for one in grid.questions if one.kind != "quantity"]
    subjects = {one.subject for one in by_quarter}
    assert len(by_quarter) + grid.unanswered == 9 * len(subjects)
    assert len({one.id for one in grid.questions}) == len(grid.questions)
    answers = [one.answer for one in grid.questions if one.kind == "yes/no"]
    assert 0 < sum(answers) < len(answers) / 2, "non-events are asked as well"


def test_what_the_record_answers_is_asked() -> None:
    """Words, refugees at three year ends, debt at three dates, seasons, trade, remittances, both tracks."""
    grid = load_history()
    by = {one.id: one for one in grid.questions}
    assert [by[f"refugees_{year}"].answer for year in (2021, 2022, 2023)] == [13765, 9714, 8469]
    debts = ("debt_january_2022", "debt_august_2022", "debt_august_2023")
    assert [by[name].answer for name in debts] == [33e6, 28e6, 0]
    assert by["supply_january_2023"].answer < 0.2 * by["supply_august_2023"].answer
    assert by["words_2022"].answer == pytest.approx((22 - 53 / 6) / (35 - 53 / 6), abs=0.01)
    assert by["words_2023"].answer == pytest.approx((9 - 53 / 6) / (35 - 53 / 6), abs=0.01)
    assert by["hard_terms_2022"].answer == pytest.approx((2.4 - 1.6 / 6) / (2.6 - 1.6 / 6), abs=0.01)
    assert by["hard_terms_2023"].answer == pytest.approx((0 - 1.6 / 6) / (2.6 - 1.6 / 6), abs=0.01)
    assert by["remittances_2023"].answer == pytest.approx(5.7 / 2.9, abs=0.01)
    assert {by[f"rapprochement {quarter}"].answer for quarter in ("2021Q4", "2022Q4")} == {1}
    assert {"trade_2022", "trade_2023", "missions 2023Q1", "envoys 2023Q4", "talks 2022Q2"} <= set(by)


def test_every_answer_names_its_source_and_lies_in_the_time_asked_about() -> None:
    grid = load_history()
    for one in grid.questions:
        assert one.sources
        assert all(key in grid.sources for key in one.sources)
        assert history.KNOWN < one.first <= one.last <= grid.weeks
    assert grid.weeks == week_of(START, date(2023, 12, 31))
    assert all(len(source.split(", ")) >= 3 for source in grid.sources.values())
    used = {key for one in grid.questions for key in one.sources}
    assert used == set(grid.sources), "no source is cited for nothing"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("'yes': [2022Q2]", "'yes': []", "fire: expected each quarter once"),
        ("'yes': [2022Q2]", "'yes': [2022Q2, 2022Q3]", "fire: expected each quarter once"),
        ("sources: [register]", "sources: [regster]", "no source; nearest: register"),
        ("sources: [register]", "sources: []", "cites no source"),
        ("reads: [clashes]", "reads: [clahses]", "no world variable; nearest: clashes"),
        ("how: rise", "how: rice", "no way to read 'rice'; nearest: rise"),
        ("panj_history: 2", "panj_history: 3", "expected format 2, found 3"),
        (
            "date: 2023-12-28}",
            "date: 2024-12-28}",
            "contract_2024 is of 2024-12-28; nothing after 2023-12-31",
        ),
    ],
)
def test_a_wrong_grid_is_refused_and_not_frozen(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = copied(tmp_path, old, new)
    before = freezings(path)
    with pytest.raises(ScenarioError, match=says):
        freeze("a wrong grid", path)
    assert freezings(path) == before


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


def blank(*names: str, runs: int = 1, weeks: int = 124) -> After:
    return After(np.zeros((runs, weeks + 1, len(names))), names)


def put(run: After, name: str, first: int, value: Any, last: int | None = None) -> None:
    run[name][:, first : None if last is None else last + 1] = value


def test_what_happens_in_a_quarter_is_told_from_what_happened_before_and_after() -> None:
    run, read = blank("clashes"), Reading(("clashes",), "rise", yes="above")
    put(run, "clashes", 39, 1.0)
    assert [read(run, *q)[0] for q in ((34, 46), (39, 39), (40, 46), (21, 38))] == [1, 1, 0, 0]


def test_answers_are_read_as_the_grid_says() -> None:
    run = blank("stock", "flow")
    put(run, "flow", 0, np.arange(125.0))
    put(run, "stock", 0, 20.0)
    put(run, "stock", 50, 8.0, 50)
    stock = ("stock",)
    assert Reading(stock, "end")(run, 49, 50) == [8]
    assert Reading(stock, "sum", per=4)(run, 49, 50) == [7]
    assert Reading(stock, "mean")(run, 49, 50) == [14]
    assert Reading(stock, "least", of_start=True, yes="below", bound=0.5)(run, 49, 50) == [1]
    assert Reading(stock, "least", of_start=True, yes="below", bound=0.4)(run, 49, 50) == [0]
    assert Reading(stock, "most", yes="at_least", bound=20)(run, 49, 50) == [1]
    assert Reading(("stock", "flow"), "rise")(run, 60, 70) == [11]
    assert Reading(("stock", "flow"), "end")(run, 60, 70) == [90]
    fallen = Reading(("flow",), "mean", less=10, against=(30, 50))
    assert fallen(run, 20, 20) == pytest.approx([1 / 3])


def test_a_run_without_a_whole_to_compare_with_does_not_answer() -> None:
    run = blank("rhetoric", runs=2)
    put(run, "rhetoric", 0, np.array([[0.1], [0.35]]))
    question = next(one for one in load_history().questions if one.id == "words_2022")
    assert np.isnan(question.read(run, question.first, question.last)).tolist() == [True, False]
    assert question.answers(run) == pytest.approx([1.0])


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
    """What was published, as a trajectory to the end of 2023; forces after autumn are nobody's.

    Words go with the speeches in the United Nations: fewer in 2022, no hard term in 2023.
    """
    model, weeks = load(), load_history().weeks
    traj = np.zeros(weeks + 1, model.world_dtype)
    parameters = np.zeros(1, model.parameter_dtype)
    for name, one in model.parameters.items():
        parameters[name] = one.uncalibrated
    p = parameters.view(np.recarray)[0]
    for name, one in model.world.items():
        traj[name][0] = one.uncalibrated
    fire, contract = week_of(START, date(2022, 5, 15)), week_of(START, date(2021, 12, 26))
    consulate, settled = week_of(START, date(2023, 2, 1)), week_of(START, date(2023, 8, 11))
    rows = traj.view(np.recarray)
    vanj, darvoz = week_of(START, date(2023, 4, 26)), week_of(START, date(2023, 8, 30))
    for week in range(1, weeks + 1):
        traj[week] = traj[week - 1]
        now = rows[week]
        now.since_clash += 1
        now.since_talks += 1
        if week == fire:
            now.clashes, now.since_clash = 1, 0
        if week in (vanj, darvoz):
            now.infiltrations += 1
        autumn = week < week_of(START, date(2021, 12, 1))
        now.rhetoric = 0.6 if autumn else 0.45 if week < week_of(START, date(2023, 1, 1)) else 0.15
        now.troops, now.fighters = (20000, 8000) if week > 5 and autumn else (8000, 3000)
        now.mission = week >= consulate
        now.ties = 0.5 if week >= consulate else 0.32 if week >= contract else 0.15
        now.power_owed = 0 if week >= settled else 33e6 if week > 24 else 1e6 * week
        ladders(now, p, None, None)
    return traj


def test_the_dated_history_climbs_the_ladders_as_the_grid_says(typed: Any) -> None:
    reads = load_history().reads
    run = After(np.stack([typed[name] for name in reads], axis=1)[None].astype(np.float64), reads)
    asked = [
        one for one in load_history().questions if one.kind != "quantity" and one.subject != "power_stop"
    ]
    wrong = [one.id for one in asked if one.answers(run).tolist() != [one.answer]]
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
    assert out.first_rapprochement_1[0] == week_of(START, date(2021, 12, 26))
    assert out.first_rapprochement_2[0] == week_of(START, date(2023, 2, 1))
    assert math.isnan(out.first_rapprochement_3[0])
    assert math.isnan(out.first_escalation_4[0])


def test_up_to_the_fire_it_was_a_path_with_clashes(typed: Any) -> None:
    out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)
    summarise(typed[: week_of(START, date(2022, 9, 1))].view(np.recarray), out[0])
    assert PATHS[int(out.path[0])] == "clashes"


# Scores


def test_scores_are_what_their_formulas_say(found: Hindcast) -> None:
    for one in found.asked:
        for who in FORECASTERS:
            if who == ARTICLE and who not in found.used:
                assert not one.scores[who]
                continue
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
    assert set(found.used) - {ARTICLE} == {MODEL, "model at its defaults", "null model"}
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
    return Hindcast(load_history(), tuple(asked), 10, 0, None, {}, math.nan)


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
    [
        ((5,), "from 10 to 1,000,000, found 5"),
        ((20, -1), "seed: expected"),
        ((20, 0, "sinceer"), "nearest: sincere"),
    ],
)
def test_wrong_arguments_are_refused(arguments: tuple[Any, ...], says: str) -> None:
    with pytest.raises(ScenarioError, match=says):
        sim.hindcast(*arguments)


def test_the_interval_score_is_the_width_and_twenty_times_what_lies_outside() -> None:
    question = next(one for one in load_history().questions if one.id == "refugees_2022")
    values = np.arange(9000.0, 11000.0)
    assert interval_score(question, values) == pytest.approx(1800 / question.scale, rel=0.01)
    assert interval_score(question, values + 2000) == pytest.approx(
        (1800 + 20 * (11100 - question.answer)) / question.scale, rel=0.01
    )


def test_runs_count_as_often_as_their_weights_ask() -> None:
    chance = np.random.default_rng(0)
    weights = chance.random(500) ** 3
    count = np.bincount(resampled(weights), minlength=500)
    assert count.sum() == 500
    assert np.abs(count - 500 * weights / weights.sum()).max() <= 1
    assert resampled(np.ones(7)).tolist() == list(range(7))


def test_if_the_article_is_right_the_same_runs_are_weighed(monkeypatch: pytest.MonkeyPatch) -> None:
    _, points = calibrated.region()
    monkeypatch.setattr(calibrated, "weights", lambda: np.ones(len(points)))
    same = hindcast(200, 1)
    assert same.effective == pytest.approx(same.used[MODEL] / asking.per_case(200), rel=0.2)
    for one in same.asked:
        assert one.scores[ARTICLE] == one.scores[MODEL]
    assert math.isnan(hindcast(200, 1, "sincere").effective), "judged as read"
    few = np.zeros(len(points))
    few[:3] = 1.0
    monkeypatch.setattr(calibrated, "weights", lambda: few + 1e-9)
    refused = hindcast(60, 1)
    assert ARTICLE not in refused.used
    assert all(not one.scores[ARTICLE] for one in refused.asked)


# The page


def test_the_command_prints_the_page_and_leaves_with_what_the_checks_say(
    panj: Callable[..., Any], found: Hindcast
) -> None:
    done = panj("hindcast", "--runs", 60, "--seed", 1, "--quiet")
    assert done.code == (0 if found.holds else 1)
    assert (
        "In-sample: whoever changed the structure of the model had seen November 2021 to December 2023"
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
    assert text.startswith("In-sample:")
    refugees = next(one for one in found.asked if one.question.id == "refugees_2022")
    crps, interval = (f"{refugees.scores['model'][one]:.2f}" for one in ("crps", "interval"))
    assert f"| refugees 2022 | yes | CRPS / interval | {crps} / {interval} |" in text


def test_what_costs_most_is_named_with_its_share(found: Hindcast) -> None:
    lost = {"refugees_2022": 1.0, "refugees_2023": 3.0, "trade_2023": 4.0, "words_2022": 0.0}
    asked = tuple(
        replace(one, scores={"model": {"crps": lost[one.question.id]}}, diagnostic=True)
        for one in found.asked
        if one.question.id in lost
    )
    (line,) = [line for line in view.costs(replace(found, asked=asked)) if line.startswith("- CRPS")]
    assert line.startswith("- CRPS (4): trade 2023 50%, refugees 2023 38%, refugees 2022 12%, ")


def test_the_page_on_validity_shows_the_calibration_as_it_is_stored() -> None:
    page = (Path(__file__).parents[3] / "docs/explanation/validity.md").read_text(encoding="utf-8")
    for name, part in validity.calibration().items():
        assert part in page, f"{name} is stale: run 'make validity'"
    limits = validity.WORDS.read_text(encoding="utf-8").split("## What the model cannot say")[1]
    assert limits in page
    assert "$" not in "".join(line for line in page.splitlines() if not line.startswith("- "))
