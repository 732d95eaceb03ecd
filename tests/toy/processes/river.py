"""The river: noise sparks quarrels and worries the people."""

from __future__ import annotations

from typing import Any

from sim.model.declare import rule
from sim.model.maths import pure
from sim.model.provenance import Record, parameter
from tests.toy.actors.north import WHY


class RiverParameters(Record):
    """Numbers of the river."""

    spark: float = parameter(0.1, "1/week", 0.05, 0.2, "chance of a quarrel a week at full noise", WHY)
    trauma_fading: float = parameter(0.01, "1/week", 0.0, 0.02, "forgetting of what marked the people", WHY)
    worry: float = parameter(0.05, "1/week", 0.0, 0.1, "approval lost a week at full noise", WHY)


@rule(
    "R1",
    "worry",
    paragraphs=(),
    source=WHY,
    claim="noise worries everyone",
    concern="calm",
    pushes={"approval_all": "-worry"},
    rises_with=("noise",),
)
def worried(world: Any, p: Any) -> float:
    """As loud as the noise."""
    return world.noise


@pure
def begin(world: Any) -> None:
    """Start with nobody across the river."""
    world.refugees_hosted = 0.0


def quarrel(world: Any, p: Any, drive: Any, draw: Any) -> None:
    """Let noise spark a quarrel with one dead."""
    sparked = 1.0 if draw.spark < p.spark * world.noise else 0.0
    world.incidents += sparked
    world.clashes += sparked
    world.deaths += sparked


def ladders(world: Any, p: Any, drive: Any, draw: Any) -> None:
    """Stand on the first rung of escalation above half of full noise, of rapprochement below."""
    world.escalation = 1.0 if world.noise > 0.5 else 0.0
    world.rapprochement = 1.0 - world.escalation
