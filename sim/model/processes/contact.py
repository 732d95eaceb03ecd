"""Contact on two tracks: political steps that both sides hold, practical dealings that grow unannounced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.maths import exponential, pure, ramp, share, toward
from sim.model.provenance import Record, constant, judgement, parameter, public

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

STEPS = judgement(
    "no contact of this kind is on record week by week; channels take weeks, ties months, normalisation years"
)


#: Steps of political contact, which take both sides.
DIPLOMACY = ("none", "back-channel", "official talks", "envoys of Kabul's", "recognition")
CHANNEL_OPEN, TALKING, ENVOYS, RECOGNISED = (
    constant(step, "rung", f"step of political contact: {DIPLOMACY[step]}", judgement("order of the steps"))
    for step in range(1, len(DIPLOMACY))
)


HEAVY_DEBT = constant(
    3.3e7,
    "USD",
    "debt for power that is heavy",
    public("Trend", "what Afghanistan owed on 1 January 2022, the most that was reported", "2022-02-15"),
)


class ContactParameters(Record):
    """Numbers of how contact grows and fades."""

    dwell_channel: float = parameter(
        4, "week", 2, 8, "weeks both must be ready for a back-channel to open", STEPS, bounds=(0, 520)
    )
    dwell_talks: float = parameter(
        8, "week", 4, 16, "weeks both must be ready for official talks", STEPS, bounds=(0, 520)
    )
    dwell_normal: float = parameter(
        39, "week", 26, 52, "weeks both must be ready for envoys of Kabul's", STEPS, bounds=(0, 520)
    )
    dwell_recognition: float = parameter(
        52, "week", 39, 78, "weeks both must be ready for recognition", STEPS, bounds=(0, 520)
    )
    dwell_down: float = parameter(
        4,
        "week",
        2,
        8,
        "weeks after which a step that one side no longer holds is lost",
        STEPS,
        bounds=(0, 520),
    )
    patience_lost: float = parameter(
        0.1, "share", 0.0, 0.3, "share of the wait for a step that a week without readiness undoes", STEPS
    )
    talks_every: float = parameter(4, "week", 2, 8, "weeks between rounds of talks", STEPS, bounds=(1, 52))
    channel_growth: float = parameter(
        0.12, "1/week", 0.06, 0.2, "opening of the channel once both hold it", STEPS
    )
    channel_mediated: float = parameter(0.04, "1/week", 0.0, 0.08, "opening by a go-between", STEPS)
    channel_threat: float = parameter(0.1, "1/week", 0.04, 0.16, "closing by threats", STEPS)
    channel_fading: float = parameter(
        0.02, "1/week", 0.01, 0.04, "fading of the channel", STEPS, bounds=(0, 1)
    )
    ties_talks: float = parameter(
        0.05, "index", 0.02, 0.08, "ties added by a round of talks with a courting Kabul", STEPS
    )
    ties_trade: float = parameter(
        0.04,
        "1/week",
        0.016,
        0.064,
        "ties added by trade at its most, bills paid, at a border where officials can meet",
        judgement(
            "customs men, consuls and bills came one to two years after August 2021 while trade and power went on"
        ),
    )
    ties_unpaid: float = parameter(
        0.5, "share", 0.2, 0.8, "part of that growth which a heavy debt takes away", STEPS
    )
    line_binds: float = parameter(
        0.5,
        "share",
        0.0,
        1.0,
        "part of what officials at the river may do that full and lasting hard words forbid",
        judgement(
            "trade goes on whatever the words (¶10), markets and meetings need leave; nobody knows how much, so all to none"
        ),
    )
    ties_consul: float = parameter(
        0.004, "1/week", 0.001, 0.007, "ties added by a mission that works for Kabul", STEPS
    )
    ties_fading: float = parameter(
        0.0055,
        "1/week",
        0.002,
        0.009,
        "fading of ties",
        judgement("half of what nobody uses is gone in one and a half to six years"),
        bounds=(0, 1),
    )
    handover: float = parameter(
        0.008,
        "1/week",
        0.003,
        0.02,
        "rate at which an unpaid mission passes to Kabul, at full means and whatever Dushanbe does",
        public(
            "Eurasianet",
            "the consulate in Khorog paid by Kabul since about January 2023; 16 states took its staff by then",
            "2023-03-28",
        ),
    )


@pure
def dwell(step: float, p: Parameters) -> float:
    """Return the weeks of readiness it takes to climb to this step of political contact."""
    if step <= CHANNEL_OPEN:
        return p.dwell_channel
    if step <= TALKING:
        return p.dwell_talks
    if step <= ENVOYS:
        return p.dwell_normal
    return p.dwell_recognition


def contact(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Political contact takes two: it follows the lower readiness, with a dwell for each step."""
    step = world.diplomacy
    ready = min(world.dushanbe_ready, world.taliban_ready)
    if ready > step:
        world.contact_waited = max(world.contact_waited, 0.0) + 1.0
        if world.contact_waited >= dwell(step + 1.0, p):
            world.diplomacy = step + 1.0
            world.contact_waited = 0.0
    elif ready < step:
        world.contact_waited = min(world.contact_waited, 0.0) - 1.0
        if world.contact_waited <= -p.dwell_down:
            world.diplomacy = step - 1.0
            world.contact_waited = 0.0
    else:
        world.contact_waited = toward(world.contact_waited, 0.0, p.patience_lost)
    world.since_talks += 1.0
    if world.diplomacy >= TALKING and world.since_talks >= p.talks_every:
        world.talks += 1.0
        world.since_talks = 0.0
        world.ties = share(world.ties + 0.5 * p.ties_talks * (1.0 + world.courtship) * (1.0 - world.ties))
    opening = p.channel_growth * ramp(world.diplomacy, 0.0, 1.0) + p.channel_mediated * world.mediation
    moved = world.channel + opening * (1.0 - world.channel) - p.channel_threat * world.threat * world.channel
    world.channel = share(moved)


def dealings(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Practical dealings follow trade opened beyond what just goes on, paid bills and what officials may do.

    Officials meet at a quiet border, as far as the line lets them. A mission of the fallen republic passes to whoever pays it; neither government has to climb to that.
    """
    if draw.mission < 1.0 - exponential(-p.handover * world.ability_to_pay):
        world.mission = 1.0
    opened = world.power_supply * ramp(world.other_trade, p.trade_rest, p.trade_most)
    paid = 1.0 - p.ties_unpaid * ramp(world.power_owed, 0.0, HEAVY_DEBT)
    quiet = (1.0 - world.tension) * (1.0 - world.fighting) * (1.0 - p.line_binds * world.words_memory)
    grown = p.ties_trade * opened * paid * quiet + p.ties_consul * world.mission
    world.ties = share(world.ties + grown * (1.0 - world.ties))
