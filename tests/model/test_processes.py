"""Processes: ledgers to the unit, bounds, the order of violence, contact, hazards by their law."""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.maths import logistic
from sim.model.outcomes import ladders
from sim.model.population import SOCIETY_NOISE, blank_society, draw_society, opinion_week
from sim.model.processes.border import hostilities, toll
from sim.model.processes.border import incidents as draw_incidents
from sim.model.processes.contact import contact, dealings, dwell
from sim.model.processes.media import attention
from sim.model.processes.mood import moods
from sim.model.processes.power import contracts, power
from sim.model.processes.refugees import refugees
from sim.model.processes.resistance import detection, militants, unrest
from sim.model.processes.start import begin
from sim.model.registry import Model
from sim.model.week import AFTER_OPINION, BEFORE_OPINION

PROCESSES = (*BEFORE_OPINION, *AFTER_OPINION)
seeds = st.integers(0, 2**32 - 1)
NOBODY = {f"refugees_{n}": 0.0 for n in ("hosted", "attempted", "admitted", "turned_back", "waiting", "left")}


def whole(x: float) -> bool:
    return x == math.floor(x)


# ledgers --------------------------------------------------------------------------------------


def refugees_balance(world: Any, before: float) -> None:
    """Nobody comes from nowhere, nobody is lost, nobody is half a person."""
    assert world.refugees_attempted == (
        world.refugees_admitted + world.refugees_turned_back + world.refugees_waiting
    )
    assert world.refugees_hosted == math.floor(before) + world.refugees_admitted - world.refugees_left
    for name, value in vars(world).items():
        if name.startswith("refugees_") and name != "refugees_before":
            assert value >= 0.0, name
            assert whole(value), name


@settings(max_examples=40)
@given(seed=seeds)
def test_every_refugee_is_accounted_for(box: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = box.parameters(rng)
    world = box.world(rng, refugees_before=float(rng.integers(0, 20000)) + rng.choice([0.0, 0.5]))
    vars(world).update(NOBODY)
    begin(world)
    for _ in range(60):
        world.admission, world.violence_north = rng.random(2)
        refugees(world, p, box.drives(world, p), box.draws(rng))
        refugees_balance(world, world.refugees_before)
        assert world.refugees_turned_back + world.refugees_admitted <= world.refugees_attempted
        assert world.refugee_capacity >= 0.0


def test_a_refugee_too_many_would_be_seen() -> None:
    world = SimpleNamespace(**NOBODY | {"refugees_hosted": 8300.0})
    refugees_balance(world, 8300.9)
    world.refugees_hosted += 1.0
    with pytest.raises(AssertionError):
        refugees_balance(world, 8300.9)


def test_those_who_come_are_split_as_stated(box: Any) -> None:
    """1,000 come, 100 wait; of 900 a quarter less four hundredths is let in, 189; the rest goes back."""
    rng = np.random.default_rng(0)
    p = box.parameters(rng, attempts_base=500.0, waiting_share=0.1, moving_on=0.01, crowding=2.0)
    world = box.world(rng, admission=0.25, refugee_capacity=15000.0, refugees_before=8000.0, flight=1.0)
    vars(world).update(NOBODY)
    begin(world)
    drive = box.no_drive(attempts=500.0, admission=-0.04, reporting=0.1)
    world.refugees_reported = 8000.0
    refugees(world, p, drive, box.no_chance())
    got = [getattr(world, f"refugees_{n}") for n in ("attempted", "waiting", "admitted", "turned_back")]
    assert got == [1000.0, 100.0, 189.0, 711.0]
    assert world.refugees_left == 80.0, "one in a hundred of 8,000 in shelters that are not full"
    assert world.refugees_hosted == 8109.0
    assert world.refugees_reported == 8000.0 + 170.0 - 80.0, "nine in ten of the new ones are reported"


def test_no_more_come_than_the_ceiling_and_no_more_stay_than_room(box: Any) -> None:
    rng = np.random.default_rng(1)
    p = box.parameters(rng, attempts_most=4200.0, waiting_share=0.0, moving_on=0.0)
    world = box.world(rng, admission=1.0, refugee_capacity=1000.0, refugees_before=1900.0, flight=1.0)
    vars(world).update(NOBODY)
    begin(world)
    refugees(world, p, box.no_drive(attempts=1e6), box.no_chance())
    assert (world.refugees_attempted, world.refugees_admitted, world.refugees_hosted) == (
        4200.0,
        100.0,
        2000.0,
    )


def test_those_who_left_do_not_come_back_of_themselves(box: Any) -> None:
    rng = np.random.default_rng(2)
    p = box.parameters(rng, attempts_base=0.0, moving_on=1.0)
    world = box.world(rng, refugees_before=5000.0, admission=0.0)
    vars(world).update(NOBODY)
    begin(world)
    for _ in range(3):
        refugees(world, p, box.no_drive(), box.no_chance())
        refugees_balance(world, 5000.0)


def test_a_wave_spends_itself_and_others_become_ready_slowly(box: Any) -> None:
    """3,000 of 60,000 come on top of the 60 of quiet weeks: a twentieth is spent for good."""
    rng = np.random.default_rng(2)
    p = box.parameters(
        rng, attempts_base=60.0, attempts_most=4200.0, flight_people=60000.0, flight_return=0.002
    )
    world = box.world(rng, flight=1.0, unsettled=0.9, refugees_before=8000.0)
    vars(world).update(NOBODY)
    begin(world)
    refugees(world, p, box.no_drive(attempts=3000.0), box.no_chance())
    assert (world.refugees_attempted, world.flight) == (3060.0, 0.95)
    came = []
    for _ in range(200):
        before = world.refugees_attempted
        refugees(world, p, box.no_drive(attempts=3000.0), box.no_chance())
        came.append(world.refugees_attempted - before)
    assert came[0] == 2910.0
    assert came[:40] == sorted(came[:40], reverse=True)
    assert came[-1] < 300.0, "what is left is those who become ready and the quiet few"


@settings(max_examples=40)
@given(seed=seeds)
def test_every_dollar_of_power_is_paid_or_owed(box: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, world = box.parameters(rng), box.world(rng)
    totals = ("power_billed_total", "power_paid_total", "power_owed", "trade_total")
    vars(world).update(dict.fromkeys(totals, 0.0) | NOBODY)
    world.power_arrears, world.instalment = 25e6 * rng.random(), 0.0
    begin(world)
    for _ in range(120):
        world.power_supply, world.payment_will = rng.random(2)
        before = world.power_billed_total
        power(world, p, box.no_drive(ability=rng.normal() * 0.2), box.draws(rng))
        assert world.power_billed_total - before == math.floor(world.power_delivered * p.power_price)
        assert world.power_arrears + world.power_billed_total == world.power_paid_total + world.power_owed
        for name in totals:
            assert getattr(world, name) >= 0.0, name
            assert whole(getattr(world, name)), name
        assert 0.0 <= world.ability_to_pay <= 1.0


def supplier(box: Any, **given: float) -> tuple[SimpleNamespace, SimpleNamespace]:
    """Build a world in which power is sold at 45,000 dollars a GWh, and its parameters."""
    rng = np.random.default_rng(3)
    fixed = {"power_price": 45000.0, "will_share": 0.7, "ability_pace": 0.0, "winter_share": 0.1}
    p = box.parameters(rng, **fixed | {"settlement": 0.1, "plan_longest": 52.0})
    start = {"power_supply": 1.0, "power_contract": 20.0, "week_of_year": 30.0, "instalment": 0.0}
    start |= {
        "power_billed_total": 7e6,
        "power_paid_total": 0.0,
        "power_owed": 7e6,
        "payment_will": 4.0 / 7.0,
    }
    return p, box.world(rng, **start | given)


def test_a_bill_is_split_as_stated_while_means_lack(box: Any) -> None:
    """Half of full means, less 0.7 x 3/7 x 1/2 of it grudged: 0.425 of the bill, nothing of old debt."""
    p, world = supplier(box, ability_to_pay=0.45)
    power(world, p, box.no_drive(), box.no_chance(settlement=0.0))
    bill = world.power_billed_total - 7e6
    assert bill == math.floor(world.power_delivered * 45000.0) > 0.0
    assert world.power_paid_total == pytest.approx(0.425 * bill, abs=1.0)
    assert world.power_owed == 7e6 + bill - world.power_paid_total


def test_in_months_of_low_water_what_a_usual_bill_would_take_goes_into_old_ones(box: Any) -> None:
    """0.425 of 20 GWh at 45,000 dollars, more than the week's bill; never more than is owed in all."""
    p, world = supplier(box, ability_to_pay=0.45, week_of_year=2.0)
    power(world, p, box.no_drive(), box.no_chance())
    bill = world.power_billed_total - 7e6
    assert world.power_paid_total == pytest.approx(0.425 * 20.0 * 45000.0, abs=1.0)
    assert world.power_paid_total > bill
    p, world = supplier(box, ability_to_pay=0.45, week_of_year=2.0, power_owed=0.0)
    power(world, p, box.no_drive(), box.no_chance())
    assert 0.0 < world.power_paid_total < world.power_billed_total - 7e6


@pytest.mark.parametrize(("luck", "weeks"), [(0.0, 1), (0.02, 2), (0.5, 27), (0.999, 52)])
def test_old_bills_are_settled_at_once_or_by_a_plan_once_means_suffice(
    luck: float, weeks: int, box: Any
) -> None:
    p, world = supplier(box, ability_to_pay=0.95)
    for _ in range(20):
        power(world, p, box.no_drive(), box.no_chance())
    assert world.power_owed == 7e6, "new bills are paid in full, old ones wait for an agreement"
    power(world, p, box.no_drive(), box.no_chance(settlement=0.0, plan=luck))
    left = [world.power_owed]
    while left[-1] > 0.0 and len(left) < 100:
        power(world, p, box.no_drive(), box.no_chance())
        left.append(world.power_owed)
    assert len(left) == weeks
    assert world.instalment == 0.0


def test_old_bills_are_settled_at_their_rate(box: Any) -> None:
    p, _ = supplier(box)
    found = share_of(
        lambda: supplier(box, ability_to_pay=0.95)[1],
        lambda w, luck: power(w, p, box.no_drive(), luck),
        lambda w: w.power_owed < 7e6,
        box,
        11,
    )
    agrees(found, 1.0 - math.exp(-0.1))


def test_nine_tenths_of_the_years_power_come_in_the_season_of_high_water(box: Any) -> None:
    p, world = supplier(box, week_of_year=51.0, ability_to_pay=0.0)
    p.contract_mean, p.contract_spread = 30.0, 0.1
    months, amounts = [], []
    for _ in range(52):
        contracts(world, p, box.no_drive(), box.no_chance(contract=1.0))
        power(world, p, box.no_drive(), box.no_chance())
        months.append((world.week_of_year, world.power_delivered))
        amounts.append(world.power_contract)
    assert amounts[0] == 20.0, "the old contract runs to the end of its year"
    assert amounts[1:] == [pytest.approx(30.0 * math.exp(0.1))] * 51, "a new one holds for a year"
    summer = [gwh for week, gwh in months[1:] if 17.2 <= week < 39.0]
    winter = [gwh for week, gwh in months[1:] if not 17.2 <= week < 39.0]
    assert winter == [pytest.approx(0.1 * summer[0])] * len(winter)
    assert sum(summer) / (sum(summer) + sum(winter)) == pytest.approx(0.88, abs=0.01)
    assert sum(summer) + sum(winter) == pytest.approx(amounts[1] * 51, rel=0.03)


# bounds ---------------------------------------------------------------------------------------


def broken(model: Model, world: Any) -> list[str]:
    return [n for n, q in model.world.items() if not q.low <= getattr(world, n) <= q.high]


@pytest.mark.parametrize("process", PROCESSES, ids=[one.__name__ for one in PROCESSES])
def test_a_process_keeps_within_bounds(process: Any, model: Model, box: Any) -> None:
    rng = np.random.default_rng(5)
    moved: set[str] = set()
    for _ in range(250):
        world, p = box.world(rng), box.parameters(rng)
        assert not broken(model, world)
        before = dict(vars(world))
        process(world, p, box.drives(world, p), box.draws(rng))
        assert not broken(model, world)
        moved |= {name for name, value in vars(world).items() if value != before[name]}
    assert moved, "a process that moves nothing is none"
    owned = {name for name in moved if model.world[name].owner is not None}
    assert owned <= {"troops", "fighters"}, "what an actor owns is moved by its options and by fading"


class Wanderer:
    """The model without anyone's reasons: every week each actor takes an open option at random."""

    def __init__(self, box: Any, seed: int) -> None:
        self.box, self.rng = box, np.random.default_rng(seed)
        rng, model = self.rng, box.model
        self.p = box.parameters(rng)
        start = {
            n: q.plausible[0] + rng.random() * (q.plausible[1] - q.plausible[0])
            for n, q in model.world.items()
        }
        self.world = SimpleNamespace(**start | {"refugees_reported": 8300.0})
        self.people = blank_society(0)
        draw_society(self.world, self.p, self.people, np.zeros((len(self.people.opinion), SOCIETY_NOISE)))
        begin(self.world)

    def week(self) -> None:
        world, p, model = self.world, self.p, self.box.model
        taken = []
        for one in model.instruments:
            free = [o for o in one.options if o.open_when is None or o.open_when(world, p)]
            taken.append(free[self.rng.integers(len(free))])
        for opt in taken:
            if opt.function is not None:
                opt.function(world, p)
        drive, draw = self.box.drives(world, p), self.box.draws(self.rng)
        for process in BEFORE_OPINION:
            process(world, p, drive, draw)
        opinion_week(world, p, drive, self.people)
        for process in AFTER_OPINION:
            process(world, p, drive, draw)
        for q in model.world.values():
            if q.fades is not None:
                rest = getattr(p, q.rests) if q.rests else 0.0
                value = rest + (getattr(world, q.name) - rest) * (1.0 - getattr(p, q.fades))
                setattr(world, q.name, value)


@pytest.mark.parametrize("seed", range(16))
def test_whatever_actors_do_ledgers_hold_and_nothing_leaves_its_bounds(
    box: Any, model: Model, seed: int
) -> None:
    walk = Wanderer(box, seed)
    world = walk.world
    last = dict(vars(world))
    for _ in range(80):
        walk.week()
        assert not broken(model, world)
        refugees_balance(world, world.refugees_before)
        owed = world.power_arrears + world.power_billed_total - world.power_paid_total
        assert world.power_owed == owed
        counts = ("incidents", "infiltrations", "infiltration_deaths", "clashes", "deaths", "talks")
        for name in (*counts, "terror_attacks"):
            assert whole(getattr(world, name)), name
            assert getattr(world, name) >= last[name], name
        assert world.incidents == world.infiltrations + world.clashes
        assert world.infiltrations - last["infiltrations"] <= 1.0
        assert world.clashes - last["clashes"] <= 1.0
        assert world.infiltration_deaths >= world.infiltrations, "an incident of that kind is a deadly one"
        assert world.war <= world.fighting
        assert abs(world.diplomacy - last["diplomacy"]) <= 1.0
        assert world.mission >= last["mission"]
        last = dict(vars(world))


def incidents(world: Any, p: Any, drive: Any, luck: Any) -> None:
    """A week at the border: what happens, and what the forces of the two sides do."""
    draw_incidents(world, p, drive, luck)
    hostilities(world, p, drive, luck)


# clash, fighting, war --------------------------------------------------------------------------


def border(**given: float) -> SimpleNamespace:
    """Build the state of a border on which nothing has happened yet."""
    names = (
        "incidents",
        "infiltrations",
        "infiltration_deaths",
        "clashes",
        "deaths",
        "blood",
        "heat",
        "fighting",
        "fighting_weeks",
        "war",
        "channel",
        "facing",
        "russia_counsel",
        "china_counsel",
    )
    quiet = dict.fromkeys(names, 0.0)
    quiet |= {"tension": 0.3, "troops": 20000.0, "fighters": 8000.0, "since_clash": 1000.0}
    return SimpleNamespace(**quiet | given)


@pytest.fixture
def middle(model: Model) -> Callable[..., SimpleNamespace]:
    """Make parameters in the middle of their ranges, with the given ones set."""

    def make(**given: float) -> SimpleNamespace:
        assert given.keys() <= model.parameters.keys()
        values = {n: 0.5 * (q.plausible[0] + q.plausible[1]) for n, q in model.parameters.items()}
        return SimpleNamespace(**values | given)

    return make


ALL = {"clash": 0.0, "combat": 0.0, "war": 0.0, "dead": 0.9}


def test_violence_climbs_in_order_and_only_where_each_step_is_drawn(middle: Any, box: Any) -> None:
    p, drive = middle(), box.no_drive()
    steps = [
        ({"clash": 0.9999}, (0, 0, 0)),
        ({"combat": 0.9999}, (1, 0, 0)),
        ({"war": 0.9999}, (1, 1, 0)),
        ({}, (1, 1, 1)),
    ]
    for luck, expected in steps:
        world = border()
        incidents(world, p, drive, box.no_chance(**ALL | luck))
        assert (world.clashes, world.fighting, world.war) == expected
        assert (world.deaths > 0) == (world.clashes > 0)
        assert (world.since_clash == 0.0) == (world.clashes > 0)
        assert (world.heat > 0.0) == (world.clashes > 0)
        assert (world.infiltrations, world.incidents) == (0.0, world.clashes)


def test_infiltrators_kill_and_alarm_and_seldom_draw_in_the_forces(middle: Any, box: Any) -> None:
    """Two deaths at a weight of 0.3 are felt as 0.6 of the other kind; the ladder is not climbed."""
    p, drive = middle(blood_infiltration=0.3, heat_infiltration=0.12, infiltration_dead=1.0), box.no_drive()
    luck = {"infiltration": 0.0, "infiltration_dead": 0.5}
    world = border()
    incidents(world, p, drive, box.no_chance(**luck))
    assert (world.infiltrations, world.infiltration_deaths, world.clashes, world.deaths) == (1, 2, 0, 0)
    assert (world.incidents, world.since_clash, world.heat) == (1.0, 1001.0, 0.12)
    assert world.blood == pytest.approx(0.5 * (1.0 - math.exp(-0.6 / 5.0)))
    drawn_in = border()
    incidents(drawn_in, p, drive, box.no_chance(**luck, spill=0.0, dead=0.9))
    assert (drawn_in.infiltrations, drawn_in.clashes, drawn_in.incidents) == (1.0, 1.0, 2.0)
    assert drawn_in.deaths > 0.0 == drawn_in.since_clash
    assert drawn_in.infiltration_deaths == 2.0


def test_without_fighting_there_is_no_war_and_without_a_clash_no_fighting(middle: Any, box: Any) -> None:
    p, drive = middle(), box.no_drive(combat=50.0, war=50.0)
    world = border()
    for _ in range(20):
        incidents(world, p, drive, box.no_chance(**ALL | {"clash": 0.9999}))
    assert (world.fighting, world.war, world.deaths, world.blood) == (0.0, 0.0, 0.0, 0.0)


def test_fighting_kills_each_week_until_it_ends(middle: Any, box: Any) -> None:
    p, drive = middle(), box.no_drive()
    world = border(fighting=1.0)
    for week in range(1, 6):
        before = world.deaths
        incidents(world, p, drive, box.no_chance(dead=0.5))
        assert world.deaths > before
        assert (world.fighting, world.fighting_weeks) == (1.0, float(week))
        assert world.heat >= 0.7
        assert world.since_clash == 0.0, "fighting is a clash that goes on"
    incidents(world, p, drive, box.no_chance(dead=0.5, ceasefire=0.0))
    assert (world.fighting, world.fighting_weeks) == (0.0, 0.0)
    after = world.deaths
    incidents(world, p, drive, box.no_chance(dead=0.5))
    assert world.deaths == after


def test_counsel_and_a_channel_shorten_fighting(middle: Any, box: Any) -> None:
    p, drive = middle(ceasefire_rate=0.1), box.no_drive()
    luck = box.no_chance(ceasefire=1.0 - math.exp(-0.15))
    plain, helped = (
        border(fighting=1.0),
        border(fighting=1.0, russia_counsel=0.5, china_counsel=0.5, channel=0.5),
    )
    incidents(plain, p, drive, luck)
    incidents(helped, p, drive, luck)
    assert (plain.fighting, helped.fighting) == (1.0, 0.0)


# hazards ---------------------------------------------------------------------------------------

WEEKS = 6000


def share_of(
    make: Callable[[], Any],
    week: Callable[[Any, Any], None],
    happened: Callable[[Any], bool],
    box: Any,
    seed: int,
) -> float:
    """Play the same week again and again with fresh chance; return how often it happened."""
    rng = np.random.default_rng(seed)
    names = [n for n, q in box.model.draws.items() if q.spread == "uniform"]
    luck = box.no_chance()
    count = 0
    for u in rng.random((WEEKS, len(names))):
        vars(luck).update(zip(names, u.tolist(), strict=True))
        world = make()
        week(world, luck)
        count += happened(world)
    return count / WEEKS


def agrees(found: float, chance: float) -> None:
    """Two-sided: within four standard errors of the binomial law, which one seed in 16,000 leaves."""
    assert 0.0 < chance < 1.0
    assert abs(found - chance) <= 4.0 * math.sqrt(chance * (1.0 - chance) / WEEKS)


@pytest.mark.parametrize(("push", "seed"), [(0.02, 1), (0.2, 2)])
def test_infiltrations_come_at_their_rate_whatever_the_tension(
    push: float, seed: int, middle: Any, box: Any
) -> None:
    p, drive = middle(infiltration_base=0.03), box.no_drive(infiltration=push)
    found = share_of(
        lambda: border(tension=1.0),
        lambda w, luck: incidents(w, p, drive, luck),
        lambda w: w.infiltrations > 0,
        box,
        seed,
    )
    agrees(found, 1.0 - math.exp(-(0.03 + push)))


@pytest.mark.parametrize(
    ("tension", "troops", "since", "seed"), [(0.3, 0.0, 1000.0, 3), (0.6, 20000.0, 25.0, 4)]
)
def test_clashes_come_at_their_rate_and_more_after_another(
    tension: float, troops: float, since: float, seed: int, middle: Any, box: Any
) -> None:
    """Half a year after a clash half of what a clash adds to the rate of the next is left."""
    p = middle(
        clash_base=-3.0,
        clash_facing=0.8,
        clash_again=4.0,
        clash_tension=2.0,
        clash_blood=0.5,
        clash_channel=1.0,
    )
    rate = math.exp(-3.0 + 2.0 * (tension - 0.3) + 0.3 + 0.5 * 0.4 - 1.0 * 0.2)
    rate *= 1.0 + 0.8 * math.sqrt(troops / 20000.0)
    rate *= 3.0 if since < 52.0 else 1.0
    drive = box.no_drive(infiltration=-1.0, clash=0.3)
    found = share_of(
        lambda: border(tension=tension, troops=troops, since_clash=since, blood=0.4, channel=0.2),
        lambda w, luck: incidents(w, p, drive, luck),
        lambda w: w.clashes > 0,
        box,
        seed,
    )
    infiltrated = 1.0 - math.exp(-p.infiltration_base)
    spilt = p.spill * math.exp(2.0 * (tension - 0.3) + 0.3 - 0.2)
    assert infiltrated * spilt < 0.002, "what infiltrators add is below what this can see"
    agrees(found, 1.0 - math.exp(-rate))


def test_fighting_comes_of_clashes_by_its_odds(middle: Any, box: Any) -> None:
    p = middle(combat_base=-0.5, combat_tension=1.0, combat_heat=2.0, heat_fading=0.0)
    drive = box.no_drive(infiltration=-1.0, clash=50.0, combat=0.2)
    combat = logistic(-0.5 + 1.0 * 0.3 + 2.0 * (0.6 - 0.3) + 0.2)

    def week(world: Any, luck: Any) -> None:
        luck.war, luck.ceasefire, luck.infiltration = 0.999999, 0.999999, 0.999999
        incidents(world, p, drive, luck)

    agrees(share_of(lambda: border(tension=0.6, heat=0.6), week, lambda w: w.fighting > 0, box, 5), combat)


def test_war_breaks_out_and_fighting_ends_by_their_law(middle: Any, box: Any) -> None:
    p = middle(war_base=-3.0, war_tension=2.0, ceasefire_rate=0.08)
    drive = box.no_drive(infiltration=-1.0, war=0.4)
    war = logistic(-3.0 + 2.0 * (0.7 - 0.5) + 0.4)
    over = 1.0 - math.exp(-0.08 * (1.0 + 2.0 * 0.3 + 0.5))

    def make() -> Any:
        return border(tension=0.7, fighting=1.0, channel=0.5, russia_counsel=0.2, china_counsel=0.4)

    def week(world: Any, luck: Any) -> None:
        incidents(world, p, drive, luck)

    agrees(share_of(make, week, lambda w: w.war > 0, box, 6), war)
    agrees(share_of(make, week, lambda w: w.fighting < 1, box, 7), over * (1.0 - war))


def test_war_ends_by_its_law(middle: Any, box: Any) -> None:
    p, drive = middle(war_end=0.03), box.no_drive()
    found = share_of(
        lambda: border(fighting=1.0, war=1.0),
        lambda w, luck: incidents(w, p, drive, luck),
        lambda w: w.war < 1,
        box,
        8,
    )
    agrees(found, 1.0 - math.exp(-0.03))


def test_detection_and_attacks_come_at_their_rate(middle: Any, box: Any) -> None:
    p, drive = middle(attack_rate=0.02, militant_pace=0.0), box.no_drive(detection=0.05)
    found = share_of(
        lambda: SimpleNamespace(detected=0.0),
        lambda w, luck: detection(w, p, drive, luck),
        lambda w: w.detected > 0,
        box,
        9,
    )
    agrees(found, 1.0 - math.exp(-0.05))

    def make() -> Any:
        return SimpleNamespace(
            militant_threat=0.8,
            unsettled=0.5,
            violence_north=0.5,
            drug_flow=0.5,
            terror_attacks=0.0,
            blood=0.0,
        )

    found = share_of(
        make, lambda w, luck: militants(w, p, drive, luck), lambda w: w.terror_attacks > 0, box, 10
    )
    agrees(found, 1.0 - math.exp(-0.02 * 2.0))


@pytest.mark.parametrize("mean", [2.0, 15.0, 200.0])
def test_deaths_are_whole_and_follow_a_rounded_exponential_law(mean: float) -> None:
    """Rounding keeps the tail sums at (k - 1/2) / mean, whose total is 1 / (2 sinh(1 / (2 mean)))."""
    n = 20000
    drawn = np.array([toll(mean, u) for u in np.random.default_rng(12).random(n).tolist()])
    assert (drawn == np.floor(drawn)).all()
    assert drawn.min() == 0.0
    tails = np.exp(-(np.arange(1, 40 * int(mean) + 1) - 0.5) / mean)
    expected = 1.0 / (2.0 * math.sinh(0.5 / mean))
    assert tails.sum() == pytest.approx(expected, rel=1e-9)
    variance = ((2.0 * np.arange(1, len(tails) + 1) - 1.0) * tails).sum() - expected * expected
    assert abs(drawn.mean() - expected) <= 4.0 * math.sqrt(variance / n)
    assert math.isfinite(toll(mean, 1.0))


# contact ---------------------------------------------------------------------------------------


def meeting(**given: float) -> SimpleNamespace:
    """Build two sides that have no contact, with trade and power as under contract."""
    names = (
        "diplomacy",
        "contact_waited",
        "dushanbe_ready",
        "taliban_ready",
        "talks",
        "channel",
        "threat",
        "mediation",
        "mission",
        "ability_to_pay",
        "power_owed",
        "courtship",
        "tension",
        "fighting",
        "words_memory",
    )
    start = dict.fromkeys(names, 0.0) | {"ties": 0.15, "since_talks": 1000.0}
    return SimpleNamespace(**start | {"other_trade": 1.125e6, "power_supply": 1.0} | given)


def weeks_until(world: Any, step: float, p: Any, box: Any, most: int = 200) -> int:
    for week in range(1, most + 1):
        contact(world, p, box.no_drive(), box.no_chance())
        if world.diplomacy == step:
            return week
    return -1


def test_contact_takes_two(middle: Any, box: Any) -> None:
    p = middle()
    for one_sided in ({"dushanbe_ready": 4.0}, {"taliban_ready": 4.0}):
        assert weeks_until(meeting(**one_sided), 1.0, p, box) == -1
    both = meeting(dushanbe_ready=1.0, taliban_ready=4.0)
    assert weeks_until(both, 1.0, p, box) == math.ceil(p.dwell_channel)
    assert weeks_until(both, 2.0, p, box) == -1, "the lower readiness holds"


def test_each_step_is_reached_in_turn_with_its_dwell_whatever_the_ties(middle: Any, box: Any) -> None:
    p = middle(dwell_channel=3.0, dwell_talks=5.0, dwell_normal=11.0, dwell_recognition=13.0)
    assert [dwell(float(step), p) for step in range(1, 5)] == [3.0, 5.0, 11.0, 13.0]
    for ties in (0.0, 0.9):
        world = meeting(dushanbe_ready=4.0, taliban_ready=4.0, ties=ties)
        seen = []
        for _ in range(32):
            contact(world, p, box.no_drive(), box.no_chance())
            seen.append(world.diplomacy)
        changes = [week for week in range(1, 32) if seen[week] != seen[week - 1]]
        assert [week + 1 for week in changes] == [3, 8, 19, 32]
        assert seen[-1] == 4.0


def test_a_step_is_lost_once_either_side_lets_go_for_its_dwell(middle: Any, box: Any) -> None:
    p = middle(dwell_down=4.0)
    for letting_go in ("dushanbe_ready", "taliban_ready"):
        world = meeting(diplomacy=2.0, dushanbe_ready=2.0, taliban_ready=2.0)
        setattr(world, letting_go, 0.0)
        assert weeks_until(world, 1.0, p, box) == 4
        assert weeks_until(world, 0.0, p, box) == 4
        assert weeks_until(world, -1.0, p, box) == -1


@settings(max_examples=60)
@given(seed=seeds)
def test_contact_climbs_only_where_both_hold_and_one_step_at_a_time(box: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = box.parameters(rng, dwell_channel=2.0, dwell_talks=3.0, dwell_normal=4.0, dwell_recognition=4.0)
    world = meeting()
    changed = 0
    for week in range(1, 80):
        for name in ("dushanbe_ready", "taliban_ready"):
            if rng.random() < 0.25:
                step = float(rng.integers(-1, 2))
                setattr(world, name, min(max(getattr(world, name) + step, 0.0), 4.0))
        world.threat, world.mediation, world.courtship = rng.random(3)
        before, talked = world.diplomacy, world.talks
        ready = min(world.dushanbe_ready, world.taliban_ready)
        contact(world, p, box.no_drive(), box.no_chance())
        step = world.diplomacy - before
        assert step in (-1.0, 0.0, 1.0)
        assert step <= 0.0 or ready > before
        assert step >= 0.0 or ready < before
        if step:
            assert week - changed >= (dwell(world.diplomacy, p) if step > 0.0 else math.ceil(p.dwell_down))
            changed = week
        assert world.talks in (talked, talked + 1.0)
        assert world.talks == talked or world.diplomacy >= 2.0
        assert 0.0 <= world.channel <= 1.0
        assert 0.0 <= world.ties <= 1.0


def ties_after(weeks: int, p: Any, box: Any, **given: float) -> float:
    world = meeting(**{"ability_to_pay": 0.0, **given})
    for _ in range(weeks):
        dealings(world, p, box.no_drive(), box.no_chance())
    return float(world.ties)


def test_practical_dealings_grow_without_anyone_being_ready(middle: Any, box: Any) -> None:
    """A year of trade opened halfway, no debt and a quiet border: 0.02 x 0.5 of what is missing."""
    p = middle(ties_trade=0.02, trade_rest=7.5e5, trade_most=1.5e6)
    assert ties_after(52, p, box) == pytest.approx(1.0 - 0.85 * (1.0 - 0.02 * 0.5) ** 52)


def test_trade_and_power_that_just_go_on_build_nothing(middle: Any, box: Any) -> None:
    p = middle(trade_rest=7.5e5)
    assert ties_after(52, p, box, other_trade=7.5e5) == 0.15


@pytest.mark.parametrize(
    "worse",
    [
        {"other_trade": 0.0},
        {"power_supply": 0.0},
        {"power_owed": 3e7},
        {"tension": 0.5},
        {"fighting": 1.0},
        {"words_memory": 0.5},
    ],
)
def test_practical_dealings_hang_on_trade_payment_a_quiet_border_and_the_line(
    worse: dict[str, float], middle: Any, box: Any
) -> None:
    p = middle()
    assert ties_after(52, p, box, **worse) < ties_after(52, p, box)


def test_a_mission_passes_to_who_can_pay_it_and_adds_to_ties(middle: Any, box: Any) -> None:
    p = middle(handover=0.01)
    chance = 1.0 - math.exp(-0.01 * 0.5)
    for luck, passed in ((0.99 * chance, 1.0), (1.01 * chance, 0.0)):
        world = meeting(ability_to_pay=0.5)
        dealings(world, p, box.no_drive(), box.no_chance(mission=luck))
        assert world.mission == passed
    poor = meeting(ability_to_pay=0.0)
    dealings(poor, p, box.no_drive(), box.no_chance(mission=0.0))
    assert poor.mission == 0.0
    assert ties_after(52, p, box, mission=1.0) > ties_after(52, p, box)


# the ladder of escalation -----------------------------------------------------------------------


def calm(**given: float) -> SimpleNamespace:
    names = (
        "rhetoric",
        "threat",
        "troops",
        "fighters",
        "war",
        "fighting",
        "fighting_weeks",
        "war_of_words",
        "show_of_force",
        "escalation",
        "diplomacy",
        "ties",
        "technical_contact",
        "working_ties",
        "rapprochement",
    )
    return SimpleNamespace(
        **dict.fromkeys(names, 0.0) | {"since_clash": 1000.0, "since_talks": 1000.0} | given
    )


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        ({}, 0.0),
        ({"rhetoric": 0.6}, 1.0),
        ({"threat": 0.7}, 1.0),
        ({"troops": 20000.0, "fighters": 9000.0}, 2.0),
        ({"troops": 40000.0, "fighters": 2000.0, "rhetoric": 0.9}, 1.0),
        ({"since_clash": 0.0}, 3.0),
        ({"since_clash": 5.0, "rhetoric": 0.9}, 3.0),
        ({"fighting": 1.0, "fighting_weeks": 1.0, "since_clash": 0.0}, 3.0),
        ({"fighting": 1.0, "fighting_weeks": 2.0, "since_clash": 0.0}, 4.0),
        ({"fighting": 1.0, "fighting_weeks": 9.0, "since_clash": 0.0, "war": 1.0}, 5.0),
    ],
)
def test_the_highest_rung_that_holds_is_the_rung(
    given: dict[str, float], rung: float, middle: Any, box: Any
) -> None:
    p = middle(words_enter=0.5, threat_enter=0.55, clash_weeks=8.0, fighting_weeks_enter=2.0)
    world = calm(**given)
    ladders(world, p, box.no_drive(), box.no_chance())
    assert world.escalation == rung


@pytest.mark.parametrize(
    ("given", "rung"),
    [
        ({}, 0.0),
        ({"diplomacy": 1.0}, 1.0),
        ({"ties": 0.35}, 1.0),
        ({"ties": 0.5}, 2.0),
        ({"ties": 0.5, "diplomacy": 1.0}, 2.0),
        ({"since_talks": 25.0}, 3.0),
        ({"since_talks": 25.0, "ties": 0.5, "diplomacy": 2.0}, 3.0),
        ({"since_talks": 26.0, "ties": 0.5}, 2.0),
        ({"since_talks": 26.0}, 0.0),
        ({"diplomacy": 3.0}, 4.0),
        ({"diplomacy": 4.0, "ties": 0.5, "since_talks": 0.0}, 5.0),
    ],
)
def test_the_rung_of_rapprochement_is_the_highest_that_holds_on_either_track(
    given: dict[str, float], rung: float, middle: Any, box: Any
) -> None:
    world = calm(**given)
    ladders(world, middle(technical_enter=0.3, ties_enter=0.45), box.no_drive(), box.no_chance())
    assert world.rapprochement == rung


def test_a_clash_holds_its_rung_for_its_weeks(middle: Any, box: Any) -> None:
    p = middle(clash_weeks=8.0)
    held = []
    for since in range(12):
        world = calm(since_clash=float(since))
        ladders(world, p, box.no_drive(), box.no_chance())
        held.append(world.escalation == 3.0)
    assert held == [True] * 8 + [False] * 4


@pytest.mark.parametrize(
    ("flag", "low", "between", "high"),
    [
        ("war_of_words", {"rhetoric": 0.34}, [{"rhetoric": 0.36}, {"rhetoric": 0.49}], {"rhetoric": 0.51}),
        ("war_of_words", {"threat": 0.19}, [{"threat": 0.21}, {"threat": 0.54}], {"threat": 0.56}),
        (
            "show_of_force",
            {"troops": 11000.0, "fighters": 5000.0},
            [{"troops": 12500.0, "fighters": 5000.0}, {"troops": 13500.0, "fighters": 6000.0}],
            {"troops": 15000.0, "fighters": 7000.0},
        ),
        ("technical_contact", {"ties": 0.19}, [{"ties": 0.21}, {"ties": 0.29}], {"ties": 0.31}),
        ("working_ties", {"ties": 0.34}, [{"ties": 0.36}, {"ties": 0.44}], {"ties": 0.46}),
    ],
    ids=["rhetoric", "threat", "show of force", "technical contact", "working ties"],
)
def test_a_rung_does_not_flicker_between_its_thresholds(
    flag: str, low: Any, between: Any, high: Any, middle: Any, box: Any
) -> None:
    p = middle(
        words_enter=0.5,
        words_leave=0.35,
        threat_enter=0.55,
        threat_leave=0.2,
        show_enter=0.5,
        show_leave=0.3,
        technical_enter=0.3,
        technical_leave=0.2,
        ties_enter=0.45,
        ties_leave=0.35,
    )
    world = calm()

    def look(state: dict[str, float]) -> float:
        vars(world).update(state)
        ladders(world, p, box.no_drive(), box.no_chance())
        return float(getattr(world, flag))

    assert look(low) == 0.0
    assert [look(between[week % 2]) for week in range(20)] == [0.0] * 20
    assert look(high) == 1.0
    assert [look(between[week % 2]) for week in range(20)] == [1.0] * 20
    assert look(low) == 0.0


def test_entry_lies_above_exit_over_the_whole_box(model: Model) -> None:
    pairs = [
        ("words_enter", "words_leave"),
        ("threat_enter", "threat_leave"),
        ("show_enter", "show_leave"),
        ("ties_enter", "ties_leave"),
        ("technical_enter", "technical_leave"),
    ]
    for enter, leave in pairs:
        assert model.parameters[enter].plausible[0] >= model.parameters[leave].plausible[1]


def test_records_and_plain_objects_give_the_same_bits(model: Model, box: Any, record: Any) -> None:
    """The processes run on NumPy records in the drivers and on plain objects here."""
    rng = np.random.default_rng(21)
    for _ in range(20):
        world, p, draw = box.world(rng), box.parameters(rng), box.draws(rng)
        drive = box.drives(world, p)
        kept = record("world", **vars(world))
        same = [record("p", **vars(p)), record("drive", **vars(drive)), record("draw", **vars(draw))]
        for process in PROCESSES:
            process(world, p, drive, draw)
            process(kept, *same)
        assert [float(getattr(kept, name)) for name in model.world] == list(vars(world).values())


# what passes and what stays ---------------------------------------------------------------------


def test_moods_pass_and_are_as_wide_as_their_noise_says(box: Any) -> None:
    rng = np.random.default_rng(5)
    p = box.parameters(rng, mood_noise=0.01, mood_lasting=0.9)
    world = box.world(rng, mood_approval=0.0, mood_solidarity=0.0, violence_north=0.0, mark=0.0)
    moods(world, p, box.no_drive(), box.no_chance(mood_approval=2.0, mood_solidarity=-1.0))
    assert (world.mood_approval, world.mood_solidarity) == (0.02, -0.01)
    moods(world, p, box.no_drive(), box.no_chance())
    assert (world.mood_approval, world.mood_solidarity) == pytest.approx((0.018, -0.009))
    path = []
    for _ in range(20000):
        moods(world, p, box.no_drive(), box.draws(rng))
        path.append(world.mood_approval)
    assert np.std(path) == pytest.approx(0.01 / math.sqrt(1 - 0.81), rel=0.1)
    assert world.mark == 0.0


def test_an_outrage_leaves_a_mark_and_usual_violence_none(box: Any) -> None:
    rng = np.random.default_rng(6)
    p = box.parameters(rng, trauma=0.02, outrage=0.5)
    world = box.world(rng, violence_north=0.45, mark=0.1)
    moods(world, p, box.no_drive(), box.no_chance())
    assert world.mark == 0.1
    world.violence_north = 0.75
    moods(world, p, box.no_drive(), box.no_chance())
    assert world.mark == pytest.approx(0.1 + 0.02 * 0.5 * 0.9)


def test_a_burst_of_news_comes_as_often_as_violence_and_unrest_have_it(box: Any) -> None:
    rng = np.random.default_rng(7)
    p = box.parameters(rng, news_rate=0.2, news_size=0.5, salience_violence=0.0, salience_blood=0.0)
    world = box.world(rng, violence_north=0.4, unsettled=0.6)
    just = 1.0 - math.exp(-0.2 * 0.5)
    for chance, salience in ((just - 1e-6, 0.2 + 0.5 * 0.5 * 0.8), (just + 1e-6, 0.2)):
        world.media_salience = 0.2
        attention(world, p, box.no_drive(), box.no_chance(news=chance, impact=0.5))
        assert world.media_salience == pytest.approx(salience)


def test_a_lost_pocket_does_not_come_back_of_itself(box: Any) -> None:
    """Recovery is in proportion to what is left, and nothing comes from nothing."""
    rng = np.random.default_rng(8)
    p = box.parameters(rng, resistance_hold=0.02, resistance_loss=0.0)
    for left, gain in ((0.0, 0.0), (0.5, 0.02 * 0.8 * 0.5 * 0.5), (0.25, 0.02 * 0.8 * 0.25 * 0.75)):
        world = box.world(rng, resistance=left, unsettled=0.8)
        unrest(world, p, box.no_drive(), box.no_chance())
        assert world.resistance == pytest.approx(left + gain)
