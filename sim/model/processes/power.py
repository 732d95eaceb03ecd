"""Power and trade: delivery, billing, payment, debt."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.maths import share
from sim.model.provenance import Record, judgement, parameter, public

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World


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
    ability_fading: float = parameter(
        0.004,
        "1/week",
        0.001,
        0.008,
        "return of ability to pay to its rest",
        judgement("reserves were frozen in August 2021; means that come have to be kept up"),
        bounds=(0, 1),
    )
    ability_rest: float = parameter(
        0.15, "share", 0.05, 0.25, "ability to pay that nothing feeds", judgement("that of the start")
    )
    will_share: float = parameter(
        0.3,
        "share",
        0.1,
        0.5,
        "part of a bill's payment that will decides and not ability",
        judgement("ability drives the debt (¶10), will comes second"),
    )
    ability_noise: float = parameter(
        0.005, "share", 0.002, 0.01, "weekly noise of ability to pay", judgement("small and without trend")
    )
    arrears_share: float = parameter(
        0.02,
        "share",
        0.0,
        0.05,
        "share of old debt paid in a week at full ability and will",
        judgement("old bills are settled over about a year once there are means"),
    )


def power(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Bill what is delivered in whole dollars; what is not paid is owed."""
    noise = p.ability_noise * draw.ability
    able = world.ability_to_pay + drive.ability * (1.0 - world.ability_to_pay)
    world.ability_to_pay = share(able + noise)
    bill = math.floor(world.power_supply * p.power_price)
    pays = share(world.ability_to_pay * (1.0 - p.will_share + p.will_share * world.payment_will))
    paid: float = math.floor(pays * bill)
    paid += math.floor(p.arrears_share * world.ability_to_pay * world.payment_will * world.power_owed)
    paid = min(paid, bill + world.power_owed)
    world.power_billed_total += bill
    world.power_paid_total += paid
    world.power_owed += bill - paid
    world.trade_total += math.floor(world.other_trade)
