"""Refugees: who comes to the river, who is let in, who moves on, and what is reported."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.declare import rule
from sim.model.maths import clip, exponential, ramp, share
from sim.model.provenance import Record, article, constant, judgement, parameter, public

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

FLOW = judgement("set on the two reported counts (¶9), below the ceiling of 600 attempts a day")


THOUSAND = constant(1000.0, "USD", "dollars for which places are counted", judgement("a unit"))
SHELTERS_LOST = constant(
    0.002, "1/week", "places that fall out of use", judgement("half of them in seven years without upkeep")
)


class RefugeeParameters(Record):
    """Numbers of the flow over the river."""

    attempts_base: float = parameter(
        60,
        "persons/week",
        20,
        150,
        "people who come in quiet weeks",
        public(
            "UNHCR",
            "Refugee Data Finder: 114 to 3,235 applications of Afghans a year in 2015-2020, of those who got in",
            "2021",
        ),
    )
    flight_people: float = parameter(
        40000,
        "persons",
        25000,
        80000,
        "people whom the fall of Kabul makes ready to flee this way",
        public(
            "UNHCR",
            "Refugee Data Finder: 6,372 new applications in 2021, at one in three to ten of those who come let in",
            "2022",
        ),
        bounds=(1000, 10000000),
    )
    flight_return: float = parameter(
        0.0008,
        "1/week",
        0.0,
        0.0016,
        "pace at which others become ready while the country is unsettled",
        public("UNHCR", "Refugee Data Finder: 329 new applications in 2022, 920 in 2023", "2023"),
    )
    attempts_most: float = parameter(
        4200, "persons/week", 4200, 4200, "people who come at most", article(9, text="up to 600 a day")
    )
    attempts_violence: float = parameter(
        12000, "persons/week", 8500, 15500, "people whom full violence adds while all are ready to flee", FLOW
    )
    attempts_noise: float = parameter(0.1, "1", 0.05, 0.2, "relative noise of the flow", FLOW)
    waiting_share: float = parameter(
        0.15, "share", 0.05, 0.3, "share of those at the river who wait into the next week", FLOW
    )
    moving_on: float = parameter(
        0.007,
        "1/week",
        0.004,
        0.012,
        "share of those hosted who move on in a week, to third countries above all",
        public(
            "UNHCR, Voice of America",
            "13,765 at the end of 2021 and 9,714 a year later; 968 left in five months of 2023, 922 to third countries",
            "2023",
        ),
        bounds=(0, 1),
    )
    crowding: float = parameter(2.0, "1", 0.5, 4.0, "how much twice too full shelters add to moving on", FLOW)


@rule(
    "W3",
    "flow over the river",
    paragraphs=(8, 9),
    concern="flight",
    claim="Attempts follow violence in the north, in a wave that spends itself; admission follows policy and capacity.",
    pushes={"attempts": "+attempts_violence"},
    rises_with=("violence_north",),
)
def flight(world: World, p: Parameters) -> float:
    """Violence in the north."""
    return world.violence_north


def refugees(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Move whole people between attempting, waiting, admitted, turned back, hosted and gone."""
    wanted = p.attempts_base + max(drive.attempts, 0.0) * world.flight
    came = math.floor(clip(wanted * exponential(p.attempts_noise * draw.attempts), 0.0, p.attempts_most))
    others = p.flight_return * world.unsettled * (1.0 - world.flight)
    world.flight = share(world.flight + others - max(came - p.attempts_base, 0.0) / p.flight_people)
    there = world.refugees_waiting + came
    waiting = math.floor(p.waiting_share * there)
    let_in = share(world.admission + drive.admission)
    room = max(2.0 * world.refugee_capacity - world.refugees_hosted, 0.0)
    admitted = math.floor(min(let_in * (there - waiting), room))
    world.refugees_attempted += came
    world.refugees_admitted += admitted
    world.refugees_turned_back += there - waiting - admitted
    world.refugees_waiting = waiting
    crowded = 1.0 + p.crowding * ramp(world.refugees_hosted / max(world.refugee_capacity, 1.0), 1.0, 2.0)
    leaving = share(p.moving_on * crowded)
    left = math.floor(leaving * world.refugees_hosted)
    world.refugees_left += left
    world.refugees_hosted += admitted - left
    shown = share(1.0 - drive.reporting)
    world.refugees_reported += math.floor(shown * admitted) - math.floor(leaving * world.refugees_reported)
    world.refugee_capacity += (
        p.outside_help * world.assistance / THOUSAND - SHELTERS_LOST * world.refugee_capacity
    )
