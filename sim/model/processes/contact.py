"""Contact: channel, talks, ties, and the rung both sides have reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.maths import pure, ramp, share, toward
from sim.model.provenance import Record, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

STEPS = judgement(
    "no contact of this kind is on record week by week; channels take weeks, ties months, normalisation years"
)


class ContactParameters(Record):
    """Numbers of how contact grows and fades."""

    dwell_channel: float = parameter(
        4, "week", 2, 8, "weeks both must be ready for a back-channel to open", STEPS, bounds=(0, 520)
    )
    dwell_talks: float = parameter(
        8, "week", 4, 16, "weeks both must be ready for official talks", STEPS, bounds=(0, 520)
    )
    dwell_ties: float = parameter(
        20, "week", 10, 30, "weeks both must be ready for working ties", STEPS, bounds=(0, 520)
    )
    dwell_normal: float = parameter(
        39, "week", 26, 52, "weeks both must be ready for normalisation", STEPS, bounds=(0, 520)
    )
    dwell_recognition: float = parameter(
        52, "week", 39, 78, "weeks both must be ready for recognition", STEPS, bounds=(0, 520)
    )
    dwell_down: float = parameter(
        4,
        "week",
        2,
        8,
        "weeks after which a rung that one side no longer holds is lost",
        STEPS,
        bounds=(0, 520),
    )
    patience_lost: float = parameter(
        0.1, "share", 0.0, 0.3, "share of the wait for a rung that a week without readiness undoes", STEPS
    )
    ties_enter: float = parameter(
        0.4, "index", 0.35, 0.45, "ties from which the third rung can be reached", STEPS
    )
    ties_leave: float = parameter(0.3, "index", 0.25, 0.35, "ties below which it is lost", STEPS)
    ties_normal: float = parameter(
        0.6, "index", 0.55, 0.65, "ties from which the fourth rung can be reached", STEPS
    )
    ties_normal_leave: float = parameter(0.5, "index", 0.45, 0.55, "ties below which it is lost", STEPS)
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
        0.08, "index", 0.04, 0.12, "ties added by a round of talks with a courting Kabul", STEPS
    )
    ties_trade: float = parameter(
        0.01, "1/week", 0.004, 0.016, "ties added by trade, power and paid bills, up to seven tenths", STEPS
    )
    ties_fading: float = parameter(0.004, "1/week", 0.001, 0.008, "fading of ties", STEPS, bounds=(0, 1))


@pure
def dwell(rung: float, p: Parameters) -> float:
    """Return the weeks of readiness it takes to climb to this rung."""
    if rung < 1.5:
        return p.dwell_channel
    if rung < 2.5:
        return p.dwell_talks
    if rung < 3.5:
        return p.dwell_ties
    if rung < 4.5:
        return p.dwell_normal
    return p.dwell_recognition


@pure
def borne(rung: float, ties: float, enter: bool, p: Parameters) -> bool:
    """Say whether ties bear a rung: entry thresholds lie above exit thresholds."""
    if rung > 3.5:
        return ties >= (p.ties_normal if enter else p.ties_normal_leave)
    if rung > 2.5:
        return ties >= (p.ties_enter if enter else p.ties_leave)
    return True


def contact(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Contact takes two: the rung follows the lower readiness, with a dwell per rung."""
    rung = world.rapprochement
    ready = min(world.dushanbe_ready, world.taliban_ready)
    if ready > rung and borne(rung + 1.0, world.ties, True, p):
        world.contact_waited = max(world.contact_waited, 0.0) + 1.0
        if world.contact_waited >= dwell(rung + 1.0, p):
            world.rapprochement = rung + 1.0
            world.contact_waited = 0.0
    elif ready < rung or not borne(rung, world.ties, False, p):
        world.contact_waited = min(world.contact_waited, 0.0) - 1.0
        if world.contact_waited <= -p.dwell_down:
            world.rapprochement = rung - 1.0
            world.contact_waited = 0.0
    else:
        world.contact_waited = toward(world.contact_waited, 0.0, p.patience_lost)
    world.since_talks += 1.0
    if world.rapprochement > 1.5 and world.since_talks >= p.talks_every:
        world.talks += 1.0
        world.since_talks = 0.0
        world.ties = share(world.ties + p.ties_talks * (0.3 + world.courtship) * (1.0 - world.ties))
    opening = p.channel_growth * ramp(world.rapprochement, 0.0, 1.0) + p.channel_mediated * world.mediation
    moved = world.channel + opening * (1.0 - world.channel) - p.channel_threat * world.threat * world.channel
    world.channel = share(moved)
    trading = ramp(world.other_trade, 0.5 * p.trade_rest, p.trade_most) * share(
        world.power_supply / p.power_contract
    )
    paid = 1.0 - 0.5 * ramp(world.power_owed, 0.0, 6.0e7)
    world.ties = share(world.ties + p.ties_trade * trading * paid * max(0.7 - world.ties, 0.0))
