"""Conditions and the plans they begin and end: worked out by hand, and in both drivers."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

import sim
from sim.engine.conditions import is_true, look
from sim.engine.mesa_model import PolicyModel
from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario.conditions import Layout, seen
from sim.scenario.plan import plan as make_plan
from sim.scenario.schema import Scenario, When
from tests.engine.pairs import bits, planned, run_both
from tests.engine.test_drivers_agree import assert_same

START = date(2021, 8, 16)
MODEL = load()
TENSION = list(MODEL.world).index("tension")
#: Tension at the end of each week from 0 on.
COURSE = (0.1, 0.6, 0.7, 0.2, 0.6, 0.6, 0.6, 0.1)


def told(when: dict[str, Any], begun: dict[int, int] | None = None) -> list[bool]:
    """Whether a condition holds in weeks 1 to 8, while tension runs its course and subject 0 began then."""
    layout = Layout(MODEL, START, ("subject",))
    root = layout.add(When(**when))
    conditions = layout.arrays()
    held, since = np.zeros(len(conditions.kind), np.int64), np.zeros(1, np.int64)
    nobody = np.zeros((1, len(MODEL.world)))
    answers = []
    for week in range(1, 9):
        last = np.zeros(len(MODEL.world))
        last[TENSION] = COURSE[week - 1]
        look(week, conditions, held, last, nobody, since)
        answers.append(is_true(root, conditions, held))
        since[0] = (begun or {}).get(week, since[0])
    return answers


def weeks(answers: list[bool]) -> list[int]:
    return [week for week, one in enumerate(answers, 1) if one]


HIGH = {"variable": "tension", "above": 0.5}
HIGHER = {"variable": "tension", "above": 0.65}


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (HIGH, [2, 3, 5, 6, 7]),
        ({"variable": "tension", "above": 0.6}, [3]),
        ({"variable": "tension", "below": 0.6}, [1, 4, 8]),
        ({"variable": "tension", "between": [0.2, 0.6]}, [2, 4, 5, 6, 7]),
        ({**HIGH, "for": 2}, [3, 6, 7]),
        ({**HIGH, "for": 3}, [7]),
        ({**HIGH, "for": 0}, [2, 3, 5, 6, 7]),
        ({"not": HIGH}, [1, 4, 8]),
        ({"not": {**HIGH, "for": 3}}, [1, 2, 3, 4, 5, 6, 8]),
        ({"all": [HIGH, {"variable": "tension", "below": 0.65}]}, [2, 5, 6, 7]),
        ({"all": [HIGH, {"variable": "tension", "below": 0.65}], "for": 2}, [6, 7]),
        (
            {"any": [{"variable": "tension", "above": 0.65}, {"variable": "tension", "below": 0.15}]},
            [1, 3, 8],
        ),
        (
            {"all": [{"any": [HIGH]}, {"not": {"all": [{"variable": "tension", "above": 0.65}]}}]},
            [2, 5, 6, 7],
        ),
        ({"after": "2021-09-06"}, [4, 5, 6, 7, 8]),
        ({"after": "2021-09-06", "delay": 2}, [6, 7, 8]),
        ({"rung": "escalation", "below": 1}, [1, 2, 3, 4, 5, 6, 7, 8]),
    ],
)
def test_when_a_condition_holds(when: dict[str, Any], expected: list[int]) -> None:
    assert weeks(told(when)) == expected


def test_what_began_is_waited_for_from_the_week_after() -> None:
    assert weeks(told({"after": "subject"}, {3: 3})) == [4, 5, 6, 7, 8]
    assert weeks(told({"after": "subject", "delay": 3}, {3: 3})) == [6, 7, 8]
    assert weeks(told({"after": "subject", "delay": 3}, {2: 2, 4: 4})) == [7, 8]
    assert weeks(told({"after": "subject"})) == []


# Plans


def bound(**fields: Any) -> dict[str, Any]:
    return {"actor": "dushanbe", "instrument": "words", **fields}


def chosen(spec: Scenario, instrument: str = "words") -> list[str]:
    """What Dushanbe took with an instrument, week by week."""
    model = PolicyModel(spec).run()
    return [one.choice for one in model.decisions if (one.actor, one.instrument) == ("dushanbe", instrument)]


ALWAYS = {"variable": "rhetoric", "between": [0, 1]}


def spec(*commitments: dict[str, Any], **fields: Any) -> Scenario:
    return Scenario(**{"title": "T", "weeks": 24, "citizens": 0, "commitments": list(commitments), **fields})


@pytest.mark.parametrize("to", [{"insist": "soften"}, {"avoid": ["denounce", "veil"]}])
def test_true_from_the_first_week_a_plan_is_the_commitment(to: dict[str, Any]) -> None:
    plain, reacting = (
        run_both(make_plan(spec(bound(**to, **more)), MODEL), 3, 1) for more in ({}, {"when": ALWAYS})
    )
    assert_same(reacting, MODEL)
    assert np.array_equal(plain.block.kept, reacting.block.kept)
    assert bits(plain.block.outcomes) == bits(reacting.block.outcomes)


def test_never_true_a_plan_changes_nothing() -> None:
    never = bound(insist="soften", when={"variable": "rhetoric", "above": 1})
    assert chosen(spec(never)) == chosen(spec())


def test_a_plan_begins_and_ends_and_begins_no_more() -> None:
    since, until = ({"after": str(START + timedelta(weeks=one))} for one in (5, 10))
    for again, last in ((False, 24), (True, 24)):
        took = chosen(spec(bound(name="a", insist="soften", when=since, until=until, again=again)))
        assert took[5:10] == ["soften"] * 5
        assert took[10:last] != ["soften"] * (last - 10)
        free = chosen(spec())
        assert took[:5] == free[:5]


def test_a_plan_begins_anew_where_it_may() -> None:
    tense = [
        {
            "name": f"tense {week}",
            "on": str(START + timedelta(weeks=week)),
            "lasts": 3,
            "change": {"tension": {"set": 1.0}},
        }
        for week in (4, 12)
    ]
    high, low = {"variable": "tension", "above": 0.95}, {"variable": "tension", "below": 0.9}
    plans = [bound(insist="soften", when=high, until=low, again=again) for again in (False, True)]
    once, anew = (chosen(spec(one, events=tense)) for one in plans)
    assert once[6] == anew[6] == "soften"
    model = PolicyModel(spec(plans[1], events=tense)).run()
    assert [one.week > 8 for one in model.kept if one.begins] == [False, True]
    model = PolicyModel(spec(plans[0], events=tense)).run()
    assert [one.week for one in model.kept if one.begins] == [
        one.week for one in model.kept if one.begins and one.week < 8
    ]


def test_of_two_that_contradict_the_higher_one_stands() -> None:
    soft, hard = (
        bound(insist="soften", when=ALWAYS),
        bound(insist="denounce", **{"from": str(START + timedelta(weeks=8))}),
    )
    with pytest.raises(ScenarioError, match="give one a higher 'priority'"):
        spec(soft, hard)
    for order in ((0, 1), (1, 0)):
        pair = [soft, {**hard, "priority": 1}]
        assert chosen(spec(*(pair[k] for k in order))) == ["soften"] * 8 + ["denounce"] * 16
    avoiding = bound(avoid=["soften"], priority=2, when=ALWAYS)
    assert "soften" not in chosen(spec(soft, avoiding))


def test_an_event_waits_for_a_plan_and_a_plan_for_an_event() -> None:
    plan = bound(name="soft words", insist="soften", when={"after": str(START + timedelta(weeks=4))})
    told = {
        "name": "answer",
        "when": {"after": "soft words", "delay": 3},
        "change": {"tension": {"add": 0.1}},
    }
    model = PolicyModel(spec(plan, events=[told])).run()
    assert [(one.week, one.name) for one in model.fired] == [(8, "answer")]
    follows = bound(insist="hold", instrument="force", name="no force", when={"after": "answer"})
    model = PolicyModel(spec(plan, follows, events=[told])).run()
    assert [(one.week, one.name, one.begins) for one in model.kept] == [
        (5, "soft words", True),
        (9, "no force", True),
    ]


def test_a_plan_sees_what_its_actor_perceives_and_not_the_world() -> None:
    hidden = next(q for q in MODEL.perceived("dushanbe") if q.estimated and q.owner != "dushanbe")
    plan = planned(commitments=[bound(insist="soften", when={"variable": hidden.name, "above": 0})])
    nodes = plan.commitments.conditions
    assert nodes.look.tolist() == [MODEL.actors.index("dushanbe")]
    own = planned(commitments=[bound(insist="soften", when={"variable": "rhetoric", "above": 0})])
    assert own.commitments.conditions.look.tolist() == [-1]


def test_what_an_actor_cannot_know_is_refused() -> None:
    unknown = next(name for name in MODEL.world if name not in seen(MODEL, "uzbekistan"))
    with pytest.raises(ScenarioError, match=rf"uzbekistan cannot know {unknown} .*a plan may look at"):
        spec(
            {
                "actor": "uzbekistan",
                "instrument": "kabul",
                "insist": "hold",
                "when": {"variable": unknown, "above": 0},
            }
        )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"when": {}}, "commitments[0].when: expected exactly one of variable, rung"),
        ({"when": {"variable": "rhetoric"}}, "expected exactly one of above, below, between, found none"),
        ({"when": {"variable": "rhetorik", "above": 0}}, "nearest: rhetoric"),
        ({"when": {"rung": "escalations", "above": 0}}, "nearest: escalation"),
        (
            {"when": {"variable": "rhetoric", "above": 7}},
            "[0].when.above: expected rhetoric from 0 to 1",
        ),
        ({"when": {"variable": "rhetoric", "between": [0.5, 0.2]}}, "two numbers that rise"),
        ({"when": {"variable": "rhetoric", "above": 0, "delay": 3}}, "expected a delay beside 'after'"),
        ({"when": {"after": "nobody"}}, "expected a date, for nothing else has a name"),
        ({"when": {"after": "2020-01-01"}}, "expected a date from 2021-08-16 on"),
        ({"when": {"all": []}}, "commitments[0].when.all: expected at least one condition"),
        (
            {"when": {"all": [{"not": {"after": "2022-01-01", "above": 2}}]}},
            "when.all[0].not.above: expected above beside",
        ),
        (
            {"until": {"any": [{"variabel": "rhetoric"}]}},
            "commitments[0].until.any[0].variabel: unknown key 'variabel' in when",
        ),
        ({"until": "soon"}, "commitments[0].until: expected a date like"),
        ({"again": True}, "expected 'when' and a condition as 'until' beside 'again'"),
        ({"priority": 1000}, "commitments[0].priority: expected at most 100"),
    ],
)
def test_a_wrong_condition_is_told_with_its_place(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as refused:
        spec(bound(insist="soften", **changed))
    assert message in str(refused.value)


def test_a_condition_without_end_is_refused() -> None:
    deep: dict[str, Any] = {"variable": "rhetoric", "above": 0}
    for _ in range(12):
        deep = {"not": deep}
    for when in (deep, {"all": [{"variable": "rhetoric", "above": 0}] * 70}):
        with pytest.raises(ScenarioError, match="expected a condition of at most 60 parts, 8 deep"):
            spec(bound(insist="soften", when=when))


def test_a_scenario_without_conditions_keeps_its_hash() -> None:
    told = Scenario(
        title="T",
        commitments=[{"actor": "china", "instrument": "border", "avoid": ["fund"], "until": "2022-01-01"}],
    )
    assert told.canonical["commitments"] == [
        {"actor": "china", "instrument": "border", "avoid": ["fund"], "until": "2022-01-01"}
    ]
    reacting = spec(
        bound(
            name="a",
            insist="soften",
            when={"all": [ALWAYS]},
            until={"after": "2022-01-01"},
            again=True,
            because="it is so",
        )
    )
    assert Scenario(**reacting.canonical).hash == reacting.hash
    assert "because" not in str(reacting.canonical)
    assert reacting.reasons == {"a": {"because": "it is so"}}


def test_a_run_goes_on_as_if_it_had_not_stopped_while_plans_stand() -> None:
    high = {"variable": "tension", "above": 0.3, "for": 3}
    plan = bound(name="a", insist="soften", when=high, until={**high, "above": 0.5}, again=True)
    told = {"name": "answer", "when": {"after": "a", "delay": 2}, "change": {"tension": {"add": 0.1}}}
    one = spec(plan, events=[told])
    whole = PolicyModel(one, 0, 1).run()
    assert whole.kept
    for week in (1, whole.kept[0].week - 1, whole.kept[0].week, whole.kept[0].week + 1, 20):
        model = PolicyModel(one, 0, 1)
        while model.week < week:
            model.step()
        rest = PolicyModel.restore(model.save()).run()
        assert bits(rest.outcome) == bits(whole.outcome)
        assert bits(rest.space.events.first) == bits(whole.space.events.first)
        assert rest.kept == [each for each in whole.kept if each.week > week]


def test_a_plan_joins_a_run_under_way_only_from_then_on() -> None:
    state = sim.advance(spec(), runs=4, to="2021-10-10")
    begins = {"variable": "rhetoric", "above": 0}
    with pytest.raises(ScenarioError, match="'a' might have begun before that date"):
        sim.proceed(state, spec(bound(name="a", insist="soften", when=begins)))
    later = bound(name="a", insist="soften", when=begins, **{"from": "2021-10-11"})
    assert sim.proceed(state, spec(later)).outcomes["failure"].isna().all()
