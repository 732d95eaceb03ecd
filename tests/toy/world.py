"""The state of the invented world: the people and ladders of the package, and a river."""

from __future__ import annotations

import sim.model.world
from sim.model.provenance import Record, draw, state, tally
from sim.model.state.danger import Ladders, Opinion
from tests.toy.actors.north import WHY

ALL = ("everyone",)


class River(Record):
    """What is heard across the river, and what outcomes are counted from."""

    noise: float = state(
        0.5, "index", "loudness of the north", WHY, plausible=(0, 1), known_to=ALL, owner="north", chart=True
    )
    murmur: float = state(
        0.5,
        "index",
        "murmur of the south",
        WHY,
        plausible=(0.2, 0.8),
        known_to=ALL,
        estimated=True,
        owner="south",
        fades="calming",
    )
    incidents: float = tally("count", "quarrels so far")
    clashes: float = tally("count", "the same")
    deaths: float = tally("count", "dead so far")
    infiltrations: float = tally("count", "none: nobody steals across")
    infiltration_deaths: float = tally("count", "none")
    talks: float = tally("count", "none: they never talk")
    refugees_hosted: float = tally("persons", "nobody")
    power_owed: float = tally("USD", "nothing")


class World(Ladders, Opinion, River):
    """The state of one run at the end of a week."""


class Drives(sim.model.world.Drives):
    """The channels of the package; the river uses those of opinion."""


class Draws(Record):
    """One chance a week."""

    spark: float = draw("uniform", "whether there is a quarrel")
