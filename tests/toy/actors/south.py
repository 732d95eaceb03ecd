"""The south: it murmurs where the north shouts."""

from __future__ import annotations

from typing import Any

from sim.model.declare import option, rule
from sim.model.provenance import Record, parameter
from tests.toy.actors.north import WHY


class SouthParameters(Record):
    """Numbers of the south."""

    speak_base: float = parameter(0.0, "utility", -1, 1, "of murmuring", WHY)
    speak_step: float = parameter(0.2, "share", 0.1, 0.3, "of the way to a full murmur a week takes", WHY)
    calming: float = parameter(0.05, "1/week", 0.02, 0.08, "fading of a murmur", WHY, bounds=(0, 1))
    echo: float = parameter(1.0, "utility", 0, 2, "pull of noise on murmuring", WHY)


def may_speak(seen: Any, p: Any) -> bool:
    """Not into silence."""
    return seen.noise > 0.0


@option("talk.speak", base="speak_base", inverse="fading", moves=("murmur",), open_when=may_speak)
def speak(world: Any, p: Any) -> None:
    """Murmur more."""
    world.murmur += p.speak_step * (1.0 - world.murmur)


@rule(
    "S1",
    "echo",
    paragraphs=(),
    source=WHY,
    claim="noise begets murmurs",
    concern="pride",
    pushes={"talk.speak": "+echo"},
    rises_with=("noise",),
)
def echo(seen: Any, p: Any) -> float:
    """As loud as the noise."""
    return seen.noise
