"""The north: it shouts where the south murmurs."""

from __future__ import annotations

from typing import Any

from sim.model.declare import option, rule
from sim.model.provenance import Record, judgement, parameter

WHY = judgement("invented")


class NorthParameters(Record):
    """Numbers of the north, and those that every actor shares."""

    inertia: float = parameter(0.0, "utility", -1, 1, "of leaving things as they are", WHY)
    perception_noise: float = parameter(0.1, "1", 0, 0.2, "noise of what is only estimated", WHY)
    perception_delay: float = parameter(2.0, "week", 0, 4, "delay of what is only estimated", WHY)
    shout_base: float = parameter(0.0, "utility", -1, 1, "of shouting", WHY)
    hush_base: float = parameter(0.0, "utility", -1, 1, "of keeping quiet", WHY)
    shout_step: float = parameter(0.25, "share", 0.1, 0.4, "of the way to full voice a week takes", WHY)
    retort: float = parameter(1.0, "utility", 0, 2, "pull of a murmur on shouting", WHY, bounds=(0, 5000))


@option("voice.shout", base="shout_base", inverse="hush", moves=("noise",))
def shout(world: Any, p: Any) -> None:
    """Be louder."""
    world.noise += p.shout_step * (1.0 - world.noise)


@option("voice.hush", base="hush_base", inverse="shout", moves=("noise",))
def hush(world: Any, p: Any) -> None:
    """Be quieter."""
    world.noise -= p.shout_step * world.noise


@rule(
    "N1",
    "retort",
    paragraphs=(),
    source=WHY,
    claim="who hears a murmur shouts",
    concern="pride",
    pushes={"voice.shout": "+retort"},
    rises_with=("murmur",),
)
def retort(seen: Any, p: Any) -> float:
    """As loud as the murmur."""
    return seen.murmur
