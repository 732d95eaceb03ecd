"""Power and trade: a new contract each year, delivery by the season, bills, payment, debt and its settlement."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.maths import exponential, pure, ramp, share
from sim.model.provenance import Record, constant, judgement, parameter, public

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

SALES = public(
    "Barqi Tojik, Asia-Plus, Sputnik",
    "sold to Afghanistan: 1,458 GWh in 2019, 1,257 in 2021, a contract for 1,500 in 2022, 1,600 in 2023",
    "2024-01-29, of years to 2023",
)
SEASON = public(
    "ANI, Asia-Plus",
    "400 MW from May to September; in the first quarter of 2022 up to 40 MW, yet 7.3 million USD, which are 70",
    "2022-04-20",
)
YEAR = constant(365.25 / 7, "week", "weeks of a year", judgement("the calendar"))
HIGH_WATER, LOW_WATER = (
    constant(120 / 7, "week", "week of the year in which the season of high water begins: 1 May", SEASON),
    constant(273 / 7, "week", "week of the year in which it ends: 30 September", SEASON),
)
FULL_MEANS = constant(
    0.9,
    "share",
    "ability from which bills are paid in full",
    judgement("short of all, which is never quite reached"),
)


class PowerParameters(Record):
    """Numbers of the power bill."""

    power_price: float = parameter(
        44790,
        "USD/GWh",
        40000,
        50000,
        "price of power sold to Afghanistan",
        public("Barqi Tojik", "press conference on 2021: 1.257 TWh for 56.3 million USD", "January 2022"),
    )
    contract_mean: float = parameter(
        27.5, "GWh/week", 24, 31, "power of a usual year's contract, mean week", SALES, bounds=(0.1, 60)
    )
    contract_spread: float = parameter(
        0.12,
        "1",
        0.08,
        0.18,
        "how much contracts differ from year to year, in logarithms",
        SALES,
        bounds=(0, 1),
    )
    winter_share: float = parameter(
        0.14, "share", 0.09, 0.19, "power of October to April against that of May to September", SEASON
    )
    ability_pace: float = parameter(
        0.02,
        "1/week",
        0.007,
        0.05,
        "pace at which Kabul's means return",
        judgement(
            "it cannot pay at the moment (¶10): half of what is missing is back in a quarter to two years"
        ),
        bounds=(0, 1),
    )
    ability_noise: float = parameter(
        0.005, "share", 0.002, 0.01, "weekly noise of ability to pay", judgement("small and without trend")
    )
    will_share: float = parameter(
        0.3,
        "share",
        0.1,
        0.5,
        "part of a bill's payment that will decides while means lack",
        judgement("ability drives the debt (¶10), will comes second"),
    )
    settlement: float = parameter(
        0.02,
        "1/week",
        0.006,
        0.05,
        "rate at which old bills are settled once new ones are paid in full",
        public(
            "Asia-Plus", "28 million USD stood open for a year and a half and were then repaid", "2023-08-10"
        ),
        bounds=(0, 5),
    )
    plan_longest: float = parameter(
        52,
        "week",
        26,
        104,
        "longest plan by which they are",
        judgement("at once or in instalments over a year or so; no terms are published"),
        bounds=(0, 1000),
    )


@pure
def season(week: float, p: Parameters) -> float:
    """Return deliveries in a week of the year over those of its mean week, which are 1 over the year."""
    high = LOW_WATER - HIGH_WATER
    summer = YEAR / (high + p.winter_share * (YEAR - high))
    return summer if HIGH_WATER <= week < LOW_WATER else p.winter_share * summer


def contracts(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """A week of the calendar; a new year brings a new contract."""
    world.week_of_year += 1.0
    if world.week_of_year >= YEAR:
        world.week_of_year -= YEAR
        world.power_contract = p.contract_mean * exponential(p.contract_spread * draw.contract)


def power(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Bill what is delivered in whole dollars; what is not paid is owed, and settled once means suffice.

    While means lack, Kabul pays its share of the week's bill or of a usual week's, whichever is more: in the
    months of low water, when bills are small, the rest goes into old ones.
    """
    pull = drive.ability + p.ability_pace
    able = world.ability_to_pay + pull * (1.0 - world.ability_to_pay)
    world.ability_to_pay = share(able + p.ability_noise * draw.ability)
    world.power_delivered = world.power_contract * world.power_supply * season(world.week_of_year, p)
    bill: float = math.floor(world.power_delivered * p.power_price)
    means = ramp(world.ability_to_pay, 0.0, FULL_MEANS)
    grudged = p.will_share * (1.0 - world.payment_will) * (1.0 - means)
    usual = min(world.power_contract * p.power_price, bill + world.power_owed)
    paid: float = math.floor(means * (1.0 - grudged) * max(bill, usual))
    if means >= 1.0:
        paid = bill
        if world.instalment <= 0.0 and draw.settlement < 1.0 - exponential(-p.settlement):
            weeks = 1.0 + math.floor(draw.plan * p.plan_longest)
            world.instalment = math.floor(world.power_owed / weeks) + 1.0
        paid += min(world.instalment, world.power_owed)
        if world.instalment >= world.power_owed:
            world.instalment = 0.0
    world.power_billed_total += bill
    world.power_paid_total += paid
    world.power_owed += bill - paid
    world.trade_total += math.floor(world.other_trade)
