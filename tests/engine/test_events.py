"""What events mean, on a tiny invented world whose weeks can be worked out by hand.

The world has two variables, x and y, and one parameter, p. Rows of the expected tables are weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.engine.ensemble import simulate
from sim.engine.events import EventState, begin_events, end_events, move_bases, settle_events
from sim.engine.mesa_model import PolicyModel
from sim.model.population import blank_society
from sim.model.registry import Model
from sim.scenario.conditions import ABOVE, BELOW, Conditions
from sim.scenario.loading import load_scenario
from sim.scenario.plan import Events
from sim.scenario.plan import plan as make_plan
from tests.engine.pairs import planned

TARGETS = {"x": (0, 0), "y": (0, 1), "p": (1, 0)}
OPERATIONS = ("set", "add", "multiply", "path")


def events(*told: dict[str, Any]) -> Events:
    """Events by `on`, `when` (variable, direction, threshold, delay) or `hazard`, with `lasts`, changes."""
    heads, rows, weeks, values, nodes = [], [], [], [], []
    for number, one in enumerate(told):
        variable, direction, threshold, delay = one.get("when", ("y", 1, 0.0, 0))
        trigger = 0 if "on" in one else 1 if "when" in one else 2
        nodes.append(
            (ABOVE if direction > 0 else BELOW, TARGETS[variable][1], -1, threshold, threshold, 0, 1, 0, 0)
        )
        heads.append(
            (
                trigger,
                one.get("on", 0),
                number,
                delay,
                one.get("hazard", 0.0),
                one.get("lasts", 0),
            )
        )
        for target, operation in TARGETS.items():
            if target in one:
                name, value = one[target]
                start = len(weeks)
                if name == "path":
                    weeks += list(value)
                    values += list(value.values())
                    value = 0.0
                rows.append(
                    (
                        number,
                        *operation,
                        OPERATIONS.index(name),
                        value,
                        0.0,
                        1.0,
                        -1,
                        start,
                        len(weeks) - start,
                    )
                )
    head, row = list(zip(*heads, strict=True)), list(zip(*rows, strict=True))
    real = {4}, {4, 5, 6}
    columns = [np.array(one, float if i in real[0] else np.int64) for i, one in enumerate(head)]
    columns += [np.array(one, float if i in real[1] else np.int64) for i, one in enumerate(row)]
    of_nodes = zip(*nodes, strict=True) if nodes else [()] * 9
    tree = [np.array(one, float if i in (3, 4) else np.int64) for i, one in enumerate(of_nodes)]
    conditions = Conditions(*tree, np.zeros(0, np.int64))
    return Events(*columns, np.array(weeks, np.int64), np.array(values, float), conditions)


def nothing(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
    """Nothing moves and nothing fades."""


Step = Callable[[NDArray[np.float64], NDArray[np.float64], int], None]


def told(
    plan: Events,
    weeks: int,
    x: float = 0.1,
    y: float = 0.0,
    p: float = 0.5,
    drive: Step = nothing,
    move: Step = nothing,
    fade: Step = nothing,
    chance: Sequence[Sequence[float]] | None = None,
) -> tuple[list[float], list[float], list[float]]:
    """Run the tiny world as the drivers do: x and y at the end of each week from 0, and p as rules saw it."""
    rows = np.zeros((weeks + 1, 2))
    rows[0] = x, y
    world, par, nobody = rows[0].copy(), np.array([p]), blank_society(0)
    count = len(plan.trigger)
    until, due, armed = np.zeros(count, np.int64), np.zeros(count, np.int64), np.ones(count, np.int64)
    luck = np.ones((weeks + 1, count))
    if chance is not None:
        luck[1:] = chance
    spare = np.zeros(2)
    held, begun, nobody_sees = np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros((1, 2))
    events = EventState(
        plan,
        rows[0].copy(),
        spare,
        np.zeros(2, np.int8),
        np.array([p]),
        until,
        armed,
        due,
        held,
        begun,
        begun.copy(),
        nobody_sees,
        luck,
    )
    seen = [p]
    for week in range(1, weeks + 1):
        begin_events(week, events, rows[week - 1], None, world, par, nobody)
        seen.append(float(par[0]))
        drive(world, par, week)
        move_bases(move, events, world, spare, par, week)
        move(world, par, week)
        settle_events(events, world)
        fade(world, par, week)
        end_events(week, events, world, par)
        rows[week] = world
    return rows[:, 0].tolist(), rows[:, 1].tolist(), seen


def halve(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
    world[0] *= 0.5


def rise(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
    world[0] += 0.1


def near(expected: Sequence[float]) -> Any:
    return pytest.approx(list(expected), abs=1e-12)


# Impulses


@pytest.mark.parametrize(
    ("change", "after"), [(("add", 0.4), 0.5), (("set", 0.8), 0.8), (("multiply", 3.0), 0.3)]
)
def test_without_duration_an_event_is_an_impulse_and_stays(change: tuple[str, float], after: float) -> None:
    x, _, _ = told(events({"on": 3, "x": change}), 5)
    assert x == near([0.1, 0.1, 0.1, after, after, after])


def test_what_fades_goes_on_fading_from_an_impulse() -> None:
    x, _, _ = told(events({"on": 2, "x": ("add", 0.5)}), 4, x=0.4, fade=halve)
    assert x == near([0.4, 0.2, 0.35, 0.175, 0.0875])


def test_changes_stay_within_bounds() -> None:
    x, _, _ = told(events({"on": 1, "x": ("add", 5.0)}, {"on": 2, "x": ("add", -9.0)}), 2)
    assert x == near([0.1, 1.0, 0.0])


# Durations


def test_with_a_duration_the_change_lies_over_the_base_and_goes_away() -> None:
    x, _, _ = told(events({"on": 2, "lasts": 3, "x": ("add", 0.4)}), 6, x=0.2)
    assert x == near([0.2, 0.2, 0.6, 0.6, 0.6, 0.2, 0.2])


def test_fading_under_a_change_acts_on_the_base_and_drains_nothing() -> None:
    x, _, _ = told(events({"on": 1, "lasts": 4, "x": ("add", 0.1)}), 5, x=0.8, fade=halve)
    plain, _, _ = told(events({"on": 9, "x": ("add", 0.1)}), 5, x=0.8, fade=halve)
    assert plain == near([0.8, 0.4, 0.2, 0.1, 0.05, 0.025])
    assert x == near([0.8, 0.5, 0.3, 0.2, 0.15, 0.025])


@pytest.mark.parametrize("phase", ["move", "fade"])
def test_eight_weeks_of_more_news_leave_the_news_where_they_would_have_been(phase: str) -> None:
    def decay(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
        world[0] *= 0.9

    more, _, _ = told(events({"on": 1, "lasts": 8, "x": ("add", 0.4)}), 9, x=0.5, **{phase: decay})
    none, _, _ = told(events({"on": 99, "x": ("add", 0.4)}), 9, x=0.5, **{phase: decay})
    assert more[9] == pytest.approx(none[9], abs=1e-12)
    assert [a - b for a, b in zip(more[1:9], none[1:9], strict=True)] == near([0.4] * 8)


def test_a_base_moves_by_what_else_shows() -> None:
    def follow(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
        world[0] += 0.5 * (world[1] - world[0])

    raised = {"on": 1, "lasts": 2, "x": ("add", 0.1), "y": ("set", 0.8)}
    x, y, _ = told(events(raised), 3, x=0.0, y=0.0, move=follow)
    assert y == near([0.0, 0.8, 0.8, 0.0])
    assert x == near([0.0, 0.5, 0.7, 0.3])


def test_eight_weeks_of_outrage_are_not_paid_for_afterwards(model: Model) -> None:
    def violence(storyline: str) -> NDArray[np.float64]:
        plan = make_plan(load_scenario(storyline).replace(weeks=73, citizens=0), model)
        return simulate(plan, 0, np.arange(40), keep=("violence_north",)).kept[:, 22:, 0]

    more = violence("massacre_north").mean() - violence("baseline").mean()
    assert more == pytest.approx(8 * 0.4 / 52, abs=0.005)


def test_the_weeks_own_movement_goes_to_the_base() -> None:
    x, _, _ = told(events({"on": 2, "lasts": 2, "x": ("set", 0.9)}), 5, move=rise)
    assert x == near([0.1, 0.2, 0.9, 0.9, 0.5, 0.6])


def test_rules_see_the_effective_value() -> None:
    saw = []

    def look(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
        saw.append(float(world[0]))

    told(events({"on": 2, "lasts": 1, "x": ("set", 0.9)}), 3, drive=look)
    assert saw == near([0.1, 0.9, 0.1])


def test_an_impulse_under_a_change_shows_once_the_change_is_over() -> None:
    plan = events({"on": 1, "lasts": 4, "x": ("set", 0.9)}, {"on": 2, "x": ("add", 0.2)})
    x, _, _ = told(plan, 6)
    assert x == near([0.1, 0.9, 0.9, 0.9, 0.9, 0.3, 0.3])


# Overlap


def test_overlapping_changes_apply_in_the_files_order() -> None:
    add, double = {"on": 1, "lasts": 3, "x": ("add", 0.2)}, {"on": 2, "lasts": 2, "x": ("multiply", 2.0)}
    x, _, _ = told(events(add, double), 4)
    assert x == near([0.1, 0.3, 0.6, 0.6, 0.1])
    x, _, _ = told(events(double, add), 4)
    assert x == near([0.1, 0.3, 0.4, 0.4, 0.1])


def test_every_change_on_the_way_stays_within_bounds() -> None:
    plan = events({"on": 1, "lasts": 1, "x": ("add", 0.9)}, {"on": 1, "lasts": 1, "x": ("add", -0.5)})
    x, _, _ = told(plan, 2, x=0.4)
    assert x == near([0.4, 0.5, 0.4])


def test_the_last_of_two_settings_wins_while_both_last() -> None:
    plan = events({"on": 1, "lasts": 4, "x": ("set", 0.7)}, {"on": 2, "lasts": 2, "x": ("set", 0.3)})
    x, _, _ = told(plan, 5)
    assert x == near([0.1, 0.7, 0.3, 0.3, 0.7, 0.1])


def test_an_event_may_change_several_things_at_once() -> None:
    x, y, p = told(
        events({"on": 1, "lasts": 2, "x": ("add", 0.2), "y": ("set", 0.6), "p": ("multiply", 0.5)}), 3
    )
    assert x == near([0.1, 0.3, 0.3, 0.1])
    assert y == near([0.0, 0.6, 0.6, 0.0])
    assert p == near([0.5, 0.25, 0.25, 0.5])


# Parameters


def test_parameters_change_for_good_or_for_a_time() -> None:
    plan = events({"on": 2, "p": ("add", 0.2)}, {"on": 3, "lasts": 2, "p": ("multiply", 0.1)})
    _, _, p = told(plan, 6)
    assert p == near([0.5, 0.5, 0.7, 0.07, 0.07, 0.7, 0.7])


# Conditions


def tide(*levels: float) -> Step:
    def move(world: NDArray[np.float64], p: NDArray[np.float64], week: int) -> None:
        world[1] = levels[week - 1]

    return move


def test_a_condition_fires_on_its_rising_edge_and_arms_again() -> None:
    plan = events({"when": ("y", 1, 0.5, 0), "x": ("add", 0.1)})
    x, _, _ = told(plan, 6, y=0.4, move=tide(0.6, 0.7, 0.4, 0.6, 0.8, 0.9))
    assert x == near([0.1, 0.1, 0.2, 0.2, 0.2, 0.3, 0.3])


def test_a_condition_that_holds_at_the_start_fires_in_the_first_week() -> None:
    x, _, _ = told(events({"when": ("y", 1, 0.5, 0), "x": ("add", 0.1)}), 3, y=0.6)
    assert x == near([0.1, 0.2, 0.2, 0.2])


def test_the_threshold_itself_is_neither_above_nor_below() -> None:
    for direction in (1, -1):
        x, _, _ = told(events({"when": ("y", direction, 0.5, 0), "x": ("add", 0.1)}), 3, y=0.5)
        assert x == near([0.1] * 4)


def test_below_is_the_falling_edge() -> None:
    plan = events({"when": ("y", -1, 0.5, 0), "x": ("add", 0.1)})
    x, _, _ = told(plan, 4, y=0.6, move=tide(0.4, 0.3, 0.6, 0.4))
    assert x == near([0.1, 0.1, 0.2, 0.2, 0.2])


def test_a_delay_counts_from_the_edge_and_outlasts_the_condition() -> None:
    plan = events({"when": ("y", 1, 0.5, 2), "lasts": 1, "x": ("set", 0.9)})
    x, _, _ = told(plan, 6, y=0.4, move=tide(0.6, 0.4, 0.4, 0.4, 0.4, 0.4))
    assert x == near([0.1, 0.1, 0.1, 0.1, 0.9, 0.1, 0.1])


# Hazards


def test_a_repeated_hazard_starts_its_time_anew_and_does_not_stack() -> None:
    plan = events({"hazard": 0.5, "lasts": 3, "x": ("add", 0.2)})
    x, _, _ = told(plan, 8, chance=[[0.9], [0.1], [0.9], [0.1], [0.9], [0.9], [0.9], [0.9]])
    assert x == near([0.1, 0.1, 0.3, 0.3, 0.3, 0.3, 0.3, 0.1, 0.1])


def test_a_hazard_without_duration_strikes_every_time() -> None:
    x, _, _ = told(events({"hazard": 0.5, "x": ("add", 0.2)}), 4, chance=[[0.9], [0.1], [0.2], [0.5]])
    assert x == near([0.1, 0.1, 0.3, 0.5, 0.5])


@pytest.mark.parametrize(("hazard", "fired"), [(0.0, 0), (1.0, 4)])
def test_hazards_at_their_ends(hazard: float, fired: int) -> None:
    x, _, _ = told(
        events({"hazard": hazard, "x": ("add", 0.1)}), 4, chance=[[0.0], [0.3], [0.6], [1 - 2**-53]]
    )
    assert x[-1] == pytest.approx(0.1 + 0.1 * fired)


# Paths


def test_a_path_runs_straight_between_its_dates_and_stays_at_its_end() -> None:
    plan = events({"on": 2, "x": ("path", {2: 0.2, 4: 0.6, 6: 0.2})})
    x, _, _ = told(plan, 8)
    assert x == near([0.1, 0.1, 0.2, 0.4, 0.6, 0.4, 0.2, 0.2, 0.2])


def test_a_path_holds_its_first_value_before_its_first_date() -> None:
    x, _, _ = told(events({"on": 1, "x": ("path", {3: 0.5, 4: 0.7})}), 5)
    assert x == near([0.1, 0.5, 0.5, 0.5, 0.7, 0.7])


def test_after_a_path_the_model_takes_over_from_there() -> None:
    x, _, _ = told(events({"on": 1, "x": ("path", {1: 0.4, 2: 0.8})}), 4, fade=halve)
    assert x == near([0.1, 0.4, 0.8, 0.4, 0.2])


def test_a_path_with_a_duration_goes_back_to_the_base() -> None:
    x, _, _ = told(events({"on": 2, "lasts": 2, "x": ("path", {2: 0.5, 4: 0.9})}), 5)
    assert x == near([0.1, 0.1, 0.5, 0.7, 0.1, 0.1])


def test_a_parameter_may_follow_a_path() -> None:
    _, _, p = told(events({"on": 1, "p": ("path", {1: 0.2, 3: 0.6})}), 5)
    assert p == near([0.5, 0.2, 0.4, 0.6, 0.6, 0.6])


# In the model


def test_dates_fall_in_their_weeks(model: Model) -> None:
    """`pledged` is moved by nothing but events, so that the weeks show."""
    start = date(2021, 8, 16)
    told_events = [
        {
            "name": "first day of week 3",
            "on": start + timedelta(14),
            "lasts": 2,
            "change": {"pledged": {"set": 7.0}},
        },
        {"name": "last day of week 6", "on": start + timedelta(41), "change": {"pledged": {"multiply": 0.5}}},
    ]
    plan = planned(weeks=8, start=start, events=told_events)
    kept = simulate(plan, 0, np.array([0]), keep=("pledged",)).kept[0, :, 0]
    assert kept.tolist() == [1e5, 1e5, 1e5, 7.0, 7.0, 1e5, 5e4, 5e4, 5e4]
    mesa = PolicyModel(plan).run()
    assert mesa.trajectory["pledged"].tolist() == kept.tolist()
    assert mesa.fired == [(3, "first day of week 3"), (6, "last day of week 6")]


def test_a_change_of_a_mean_moves_every_citizen() -> None:
    shock = [{"name": "shock", "on": "2021-08-16", "change": {"fear": {"add": 0.5}}}]
    calm, shocked = (
        PolicyModel(planned(weeks=1, citizens=200)),
        PolicyModel(planned(weeks=1, citizens=200, events=shock)),
    )
    before = calm.space.people.opinion.copy()
    assert (shocked.space.people.opinion == before).all()
    seen = []

    class Watched(PolicyModel):
        def each(self, method: str) -> None:
            if method == "perceive":
                seen.append((self.space.people.opinion.copy(), float(self.world.fear)))
            super().each(method)

    Watched(planned(weeks=1, citizens=200, events=shock)).step()
    ((after, mean),) = seen
    assert after[:, 1] == pytest.approx(np.minimum(before[:, 1] + 0.5, 1.0), abs=1e-12)
    assert (after[:, [0, 2]] == before[:, [0, 2]]).all()
    assert (after[:, 1] == 1.0).any()
    assert mean == pytest.approx(after[:, 1].mean(), abs=1e-12)


def test_hazards_come_as_often_as_they_should(model: Model) -> None:
    plan = planned(weeks=50, events=[{"name": "e", "hazard": 0.2, "change": {"pledged": {"add": 1.0}}}])
    kept = simulate(plan, 0, np.arange(100), keep=("pledged",)).kept[:, -1, 0] - 1e5
    assert kept.mean() == pytest.approx(10.0, abs=4 * np.sqrt(50 * 0.2 * 0.8 / 100))
    assert kept.var() == pytest.approx(8.0, rel=0.6)


def test_two_events_have_luck_of_their_own(model: Model) -> None:
    def pledges(*names: str) -> list[float]:
        made = [
            {"name": one, "hazard": 0.3, "change": {"pledged": {"add": 1.0 if one == "a" else 1000.0}}}
            for one in names
        ]
        kept = (
            simulate(planned(weeks=30, events=made), 0, np.arange(20), keep=("pledged",)).kept[:, -1, 0] - 1e5
        )
        return kept.tolist()  # type: ignore[no-any-return]

    both, first, second = pledges("a", "b"), pledges("a"), pledges("b")
    assert both == [one + other for one, other in zip(first, second, strict=True)]
    assert pledges("b", "a") == both
    assert [one % 1000 for one in both] != [one // 1000 for one in both]
