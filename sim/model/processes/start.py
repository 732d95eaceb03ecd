"""The start of a run: what is counted is counted whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.maths import pure

if TYPE_CHECKING:
    from sim.model.world import World


@pure
def begin(world: World) -> None:
    """Count whole people and dollars at the start: those who are there, and bills that are open."""
    world.refugees_before = math.floor(world.refugees_before)
    world.refugees_hosted = world.refugees_before
    world.refugees_reported = math.floor(world.refugees_reported)
    world.power_arrears = math.floor(world.power_arrears)
    world.power_owed = world.power_arrears
