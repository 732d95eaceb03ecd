"""A rule of Dushanbe's."""

from __future__ import annotations

from typing import Any

from sim.model.declare import rule
from sim.model.maths import ramp
from sim.model.provenance import constant, judgement

WHY = judgement("no figure exists; a wide range")
TENSE = constant(0.3, "index", "tension at which counsel begins", WHY)
VERY_TENSE = constant(0.7, "index", "tension at which it is full", WHY)
TALKING = constant(3.0, "rung", "rung from which there is nothing left to counsel", WHY)


@rule(
    "X1",
    "Tehran counsels calm",
    paragraphs=(),
    concern="patrons",
    claim="Tehran urges talks while the border is tense and contact thin.",
    source=WHY,
    pushes={"contact.warm": "+counsel_warm", "words.denounce": "-counsel_words"},
    rises_with=("tension",),
    falls_with=("rapprochement",),
)
def counsel(seen: Any, p: Any) -> float:
    """How much there is to counsel, 0 to 1."""
    return ramp(seen.tension, TENSE, VERY_TENSE) * (1.0 - ramp(seen.rapprochement, 0.0, TALKING))
