"""What Iran's road means for Dushanbe's choices."""

from __future__ import annotations

from typing import Any

from sim.model.declare import rule
from sim.model.provenance import judgement


@rule(
    "I4",
    "a road through Kabul",
    paragraphs=(),
    concern="trade",
    claim="Freight to and from Iran runs through Afghanistan, so that a working road is worth softer words.",
    source=judgement("the road runs through Herat and Mazar; how much it weighs in Dushanbe nobody has said"),
    pushes={"words.soften": "+iran_freight", "trade.expand": "+iran_freight"},
    rises_with=("iran_transit",),
)
def road_through_kabul(seen: Any, p: Any) -> float:
    """How much runs that way."""
    return seen.iran_transit
