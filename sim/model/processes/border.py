"""The border: tension, incidents and their size, clash, sustained fighting, war."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.declare import rule
from sim.model.maths import clip, exponential, logarithm, logistic, pure, ramp, share, toward
from sim.model.provenance import Record, judgement, literature, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

FORM = judgement(
    "no series of incidents is published; set so that clashes and wars stay near base rates of neighbours"
)
RATE = literature(
    "Correlates of War",
    2014,
    "4.6 % of contiguous pairs a year use force, 0.14 % go to war, 1992-2014; 15.9-28.6 % soon after a dispute",
)
LENGTH = literature(
    "International Crisis Behavior", 2021, "crises since 1990 last 102 days at the median, middle half 28-227"
)


class BorderParameters(Record):
    """Numbers of tension and of what happens at the river."""

    tension_words: float = parameter(0.055, "1/week", 0.03, 0.08, "tension from provocation", FORM)
    tension_threat: float = parameter(0.08, "1/week", 0.04, 0.12, "tension from threats", FORM)
    tension_facing: float = parameter(
        0.05, "1/week", 0.02, 0.08, "tension from forces facing each other", FORM
    )
    tension_detected: float = parameter(0.05, "1/week", 0.02, 0.08, "tension from detected support", FORM)
    tension_militants: float = parameter(0.025, "1/week", 0.01, 0.04, "tension from militants", FORM)
    tension_heat: float = parameter(0.2, "1/week", 0.1, 0.3, "tension from recent fighting", FORM)
    tension_cooling: float = parameter(0.09, "1/week", 0.06, 0.12, "tension that fades by itself", FORM)
    cooling_channel: float = parameter(0.05, "1/week", 0.02, 0.08, "cooling by an open back-channel", FORM)
    cooling_talks: float = parameter(0.05, "1/week", 0.02, 0.08, "cooling by talks", FORM)
    cooling_ties: float = parameter(0.03, "1/week", 0.0, 0.06, "cooling by working ties", FORM)
    cooling_counsel: float = parameter(0.02, "1/week", 0.0, 0.04, "cooling by counsel of restraint", FORM)
    tension_noise: float = parameter(0.015, "index", 0.005, 0.03, "weekly noise of tension", FORM)
    incident_floor: float = parameter(
        0.015, "1/week", 0.005, 0.03, "incidents a week at any border of the kind", RATE
    )
    incident_facing: float = parameter(
        0.8, "1", 0.3, 1.3, "how much forces facing each other multiply incidents", FORM
    )
    incident_tension: float = parameter(1.5, "1", 0.8, 2.2, "how steeply incidents rise with tension", FORM)
    clash_base: float = parameter(
        -3.4, "logit", -4.0, -2.8, "log-odds that an incident becomes a clash", RATE
    )
    clash_tension: float = parameter(3.5, "1", 2.0, 5.0, "how steeply they rise with tension", FORM)
    clash_blood: float = parameter(0.8, "1", 0.2, 1.4, "how recent deaths raise them", FORM)
    clash_channel: float = parameter(0.8, "1", 0.2, 1.4, "how a channel lowers them", FORM)
    combat_base: float = parameter(
        -3.4, "logit", -4.2, -2.6, "log-odds that a clash becomes sustained fighting", RATE
    )
    combat_tension: float = parameter(2.5, "1", 1.0, 4.0, "how steeply they rise with tension", FORM)
    combat_heat: float = parameter(
        3.0, "1", 1.5, 4.5, "how a clash on the heels of another raises them", FORM
    )
    ceasefire_rate: float = parameter(0.06, "1/week", 0.03, 0.12, "rate at which fighting ends", LENGTH)
    war_base: float = parameter(
        -6.0, "logit", -6.8, -5.2, "log-odds that a week of fighting becomes war", RATE
    )
    war_tension: float = parameter(1.5, "1", 0.5, 2.5, "how steeply they rise with tension", FORM)
    war_end: float = parameter(0.02, "1/week", 0.01, 0.04, "rate at which war ends", FORM)
    deaths_clash: float = parameter(
        4.0, "count", 2.0, 8.0, "mean deaths of a clash", FORM, bounds=(0, 10000.0)
    )
    deaths_fighting: float = parameter(
        15.0, "count", 8.0, 30.0, "mean deaths a week of fighting", FORM, bounds=(0, 100000.0)
    )
    deaths_war: float = parameter(
        200.0, "count", 80.0, 400.0, "mean deaths a week of war", FORM, bounds=(0, 1000000.0)
    )
    heat_fading: float = parameter(0.2, "1/week", 0.1, 0.3, "fading of heat", FORM, bounds=(0, 1))
    heat_clash: float = parameter(0.45, "index", 0.3, 0.6, "heat of one clash", FORM)
    blood_fading: float = parameter(
        0.08, "1/week", 0.04, 0.15, "fading of recent deaths from mind", FORM, bounds=(0, 1)
    )
    hard_border: float = parameter(
        0.02,
        "1/week",
        0.005,
        0.035,
        "incidents that length and terrain add",
        judgement("about 1,350 km of mountains and river (¶1 for the terrain)"),
    )
    uneven_clash: float = parameter(1.0, "logit", 0.3, 1.7, "danger of an incident without a guarantor", FORM)
    uneven_war: float = parameter(
        1.6, "logit", 0.6, 2.6, "danger of fighting and war without a guarantor", FORM
    )


@rule(
    "W1",
    "hard border",
    paragraphs=(1,),
    concern="terrain",
    claim="Length and terrain make incidents likely whoever guards the border.",
    pushes={"incident": "+hard_border"},
)
def hard_border(world: World, p: Parameters) -> float:
    """Terrain does not change."""
    return 1.0


@rule(
    "W2",
    "uneven armies",
    paragraphs=(1,),
    concern="forces",
    claim="Fighting costs Dushanbe more, so an incident is more dangerous without a guarantor.",
    pushes={"clash": "+uneven_clash", "combat": "+uneven_war", "war": "+uneven_war"},
    falls_with=("russian_guarantee",),
)
def uneven_armies(world: World, p: Parameters) -> float:
    """What the guarantee leaves uncovered."""
    return 1.0 - world.russian_guarantee


@pure
def toll(mean: float, u: float) -> float:
    """Draw whole deaths from an exponential law of this mean."""
    return math.floor(-logarithm(1.0 - min(u, 1.0 - 1e-12)) * mean + 0.5)


def incidents(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Incident, clash, sustained fighting, war: each out of the one before."""
    world.since_clash += 1.0
    world.facing = min(math.sqrt(world.troops / 20000.0 * (world.fighters / 8000.0)), 100.0)
    rate = (p.incident_floor + max(drive.incident, 0.0)) * (1.0 + p.incident_facing * min(world.facing, 3.0))
    rate = rate * exponential(p.incident_tension * (world.tension - 0.3))
    clash = 0.0
    if draw.incident < 1.0 - exponential(-rate):
        world.incidents += 1.0
        odds = p.clash_base + p.clash_tension * (world.tension - 0.3) + drive.clash
        odds += p.clash_blood * world.blood - p.clash_channel * world.channel
        if draw.clash < logistic(odds):
            clash = 1.0
    if clash > 0.0:
        world.clashes += 1.0
        world.since_clash = 0.0
        hot = max(world.heat - 0.3, 0.0)
        odds = p.combat_base + p.combat_tension * (world.tension - 0.3) + p.combat_heat * hot + drive.combat
        if world.fighting < 0.5 and draw.combat < logistic(odds):
            world.fighting = 1.0
            world.fighting_weeks = 0.0
    hurt = 0.0
    if world.war > 0.5:
        hurt = toll(p.deaths_war, draw.dead)
        if draw.peace < 1.0 - exponential(-p.war_end):
            world.war = 0.0
    elif world.fighting > 0.5:
        hurt = toll(p.deaths_fighting, draw.dead)
        if draw.war < logistic(p.war_base + p.war_tension * (world.tension - 0.5) + drive.war):
            world.war = 1.0
    elif clash > 0.0:
        hurt = toll(p.deaths_clash, draw.dead)
    if world.fighting > 0.5:
        world.fighting_weeks += 1.0
        world.since_clash = 0.0
        counsel = 0.5 * (world.russia_counsel + world.china_counsel)
        ending = p.ceasefire_rate * (1.0 + 2.0 * counsel + world.channel)
        if world.war < 0.5 and draw.ceasefire < 1.0 - exponential(-ending):
            world.fighting = 0.0
            world.fighting_weeks = 0.0
    world.deaths += hurt
    if hurt > 0.0:
        world.blood = share(world.blood + 0.5 * (1.0 - exponential(-hurt / 5.0)))
    world.heat = share((1.0 - p.heat_fading) * world.heat + p.heat_clash * clash)
    if world.fighting > 0.5:
        world.heat = max(world.heat, 0.7)


def tension(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Pulled up by what provokes and threatens, down by fading and by everything that connects."""
    up = p.tension_words * world.provocation + p.tension_threat * world.threat
    up += p.tension_facing * min(world.facing, 1.5) + p.tension_detected * world.detected
    up += p.tension_militants * world.militant_threat + p.tension_heat * world.heat
    counsel = 0.5 * (world.russia_counsel + world.china_counsel)
    down = p.tension_cooling + p.cooling_channel * world.channel + p.cooling_ties * world.ties
    down += p.cooling_counsel * counsel + p.cooling_talks * ramp(world.diplomacy, 1.0, 2.0)
    moved = world.tension + up * (1.0 - world.tension) - down * world.tension
    world.tension = share(moved + p.tension_noise * draw.tension)


def habituation(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Both sides get used to forces that stay; numbers stay within what there is."""
    world.troops = clip(world.troops, 0.0, p.troops_most)
    world.fighters = clip(world.fighters, 0.0, p.fighters_most)
    world.fighters_usual = toward(world.fighters_usual, world.fighters, p.habit)
    world.troops_usual = toward(world.troops_usual, world.troops, p.habit)
