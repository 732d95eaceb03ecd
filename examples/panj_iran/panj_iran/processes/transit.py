"""Freight between Iran and Tajikistan through Afghanistan."""

from __future__ import annotations

from typing import Any

from sim.model.maths import share, toward


def transit(world: Any, p: Any, drive: Any, draw: Any) -> None:
    """Freight grows where Tehran and Kabul deal with each other, the road is open and the country quiet."""
    goal = world.iran_engagement * world.iran_road * (1.0 - world.violence_north)
    moved = toward(world.iran_transit, goal, p.transit_pace)
    world.iran_transit = share(moved + p.transit_noise * draw.iran_transit)
