"""Refugees: who comes to the river, who is let in, who moves on, and what is reported."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.declare import rule
from sim.model.maths import clip, exponential, pure, ramp, share
from sim.model.provenance import Record, article, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

FLOW = judgement("set on the two reported counts (¶9), below the ceiling of 600 attempts a day")


class RefugeeParameters(Record):
    """Numbers of the flow over the river."""

    attempts_base: float = parameter(500, "persons/week", 200, 900, "people who come in quiet weeks", FLOW)
    attempts_most: float = parameter(
        4200, "persons/week", 4200, 4200, "people who come at most", article(9, text="up to 600 a day")
    )
    attempts_violence: float = parameter(
        7000, "persons/week", 5500, 8500, "people whom full violence adds", FLOW
    )
    attempts_noise: float = parameter(0.1, "1", 0.05, 0.2, "relative noise of the flow", FLOW)
    waiting_share: float = parameter(
        0.15, "share", 0.05, 0.3, "share of those at the river who wait into the next week", FLOW
    )
    moving_on: float = parameter(
        0.006, "1/week", 0.002, 0.02, "share of those hosted who move on in a week", FLOW, bounds=(0, 1)
    )
    crowding: float = parameter(2.0, "1", 0.5, 4.0, "how much twice too full shelters add to moving on", FLOW)


@rule(
    "W3",
    "flow over the river",
    paragraphs=(8, 9),
    concern="flight",
    claim="Attempts follow violence in the north; admission follows policy and capacity.",
    pushes={"attempts": "+attempts_violence"},
    rises_with=("violence_north",),
)
def flight(world: World, p: Parameters) -> float:
    """Violence in the north."""
    return world.violence_north


@pure
def begin(world: World) -> None:
    """Count whole people at the start: those who are there are those who were there before."""
    world.refugees_before = math.floor(world.refugees_before)
    world.refugees_hosted = world.refugees_before
    world.refugees_reported = math.floor(world.refugees_reported)


def refugees(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Move whole people between attempting, waiting, admitted, turned back, hosted and gone."""
    wanted = (p.attempts_base + max(drive.attempts, 0.0)) * exponential(p.attempts_noise * draw.attempts)
    came = math.floor(clip(wanted, 0.0, p.attempts_most))
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
    world.refugee_capacity += p.outside_help * world.assistance / 1000.0 - 0.002 * world.refugee_capacity
