"""The border: tension, incidents and their size, clash, sustained fighting, war."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.declare import rule
from sim.model.maths import clip, exponential, logarithm, logistic, pure, ramp, share, toward
from sim.model.provenance import Record, article, constant, judgement, literature, parameter, public

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
INFILTRATIONS = public(
    "Asia-Plus, AFP",
    "two infiltrators killed in Vanj and an officer in a drug operation in April 2023, three in Darvoz by "
    "September: one or two deadly incidents a year",
    "2023-09-07",
)
LENGTH = literature(
    "International Crisis Behavior", 2021, "crises since 1990 last 102 days at the median, middle half 28-227"
)


USUAL_TENSION = constant(
    0.3,
    "index",
    "tension to which slopes refer",
    judgement("between the start and calm; moves rates, no result"),
)
FULL_TROOPS, FULL_FIGHTERS = (
    constant(
        20000, "persons", "troops of a border fully manned", article(6, text="20,000 sent to the border")
    ),
    constant(
        8000, "persons", "fighters of a border fully manned", judgement("as many as the autumn's at most")
    ),
)
MOST_FACING, TENSE_FACING = (
    constant(3.0, "1", "facing beyond which nothing changes", judgement("three fully manned borders")),
    constant(
        1.5, "1", "facing beyond which tension is fed no more", judgement("half as much again as autumn")
    ),
)
YEAR_AFTER = constant(52, "week", "weeks in which a clash makes another likelier", RATE)
HEELS = constant(
    0.3, "index", "heat above which a clash is on the heels of another", judgement("two weeks after")
)
BURNING = constant(0.7, "index", "least heat while fighting goes on", judgement("above that of one clash"))
MOST_DEADLY = constant(
    1.0 - 1e-12, "share", "draw above which no more die", judgement("keeps the logarithm finite")
)
SHOCK = constant(
    5.0, "count", "deaths of which two thirds of the most is felt", judgement("a handful is news")
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
    infiltration_base: float = parameter(
        0.008,
        "1/week",
        0.003,
        0.015,
        "deadly incidents with smugglers or infiltrators at any border of the kind",
        INFILTRATIONS,
    )
    infiltration_dead: float = parameter(
        1.0,
        "count",
        0.5,
        1.5,
        "mean deaths of such an incident beyond the first",
        INFILTRATIONS,
        bounds=(0, 100),
    )
    spill: float = parameter(
        0.018, "share", 0.008, 0.03, "chance that such an incident draws in the forces of the two sides", FORM
    )
    clash_base: float = parameter(
        -7.0,
        "1",
        -7.6,
        -6.4,
        "logarithm of the weekly rate of clashes of the two forces at usual tension and an unmanned border",
        RATE,
        bounds=(-50, 5),
    )
    clash_facing: float = parameter(
        0.8, "1", 0.3, 1.3, "how much forces facing each other multiply clashes", FORM
    )
    clash_again: float = parameter(
        5.0, "1", 2.0, 8.0, "how much a clash multiplies the next, fading over a year", RATE
    )
    clash_tension: float = parameter(3.5, "1", 2.0, 5.0, "how steeply they rise with tension", FORM)
    clash_blood: float = parameter(0.8, "1", 0.2, 1.4, "how recent deaths raise them", FORM)
    clash_channel: float = parameter(0.8, "1", 0.2, 1.4, "how a channel lowers them", FORM)
    combat_base: float = parameter(
        -3.4, "logit", -4.2, -2.6, "log-odds that a clash becomes sustained fighting, at usual tension", RATE
    )
    combat_tension: float = parameter(2.5, "1", 1.0, 4.0, "how steeply they rise with tension", FORM)
    combat_heat: float = parameter(
        3.0, "1", 1.5, 4.5, "how a clash on the heels of another raises them", FORM
    )
    ceasefire_rate: float = parameter(
        0.06,
        "1/week",
        0.03,
        0.12,
        "rate at which fighting ends where nobody counsels restraint and no channel is open",
        LENGTH,
    )
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
    heat_infiltration: float = parameter(
        0.12, "index", 0.05, 0.2, "heat of one deadly incident with infiltrators", FORM
    )
    blood_infiltration: float = parameter(
        0.3,
        "share",
        0.1,
        0.5,
        "weight of a death by infiltrators beside one by the other side's forces",
        FORM,
    )
    blood_fading: float = parameter(
        0.08, "1/week", 0.04, 0.15, "fading of recent deaths from mind", FORM, bounds=(0, 1)
    )
    hard_border: float = parameter(
        0.01,
        "1/week",
        0.003,
        0.017,
        "deadly incidents with infiltrators that length and terrain add",
        judgement("about 1,350 km of mountains and river (¶1 for the terrain)"),
    )
    uneven_clash: float = parameter(1.0, "1", 0.3, 1.7, "clashes, in logarithms, without a guarantor", FORM)
    uneven_war: float = parameter(
        1.6, "logit", 0.6, 2.6, "danger of fighting and war without a guarantor", FORM
    )


@rule(
    "W1",
    "hard border",
    paragraphs=(1,),
    concern="terrain",
    claim="Length and terrain let smugglers and infiltrators through whoever guards the border.",
    pushes={"infiltration": "+hard_border"},
)
def hard_border(world: World, p: Parameters) -> float:
    """Terrain does not change."""
    return 1.0


@rule(
    "W2",
    "uneven armies",
    paragraphs=(1,),
    concern="forces",
    claim="Fighting costs Dushanbe more, so clashes and what follows are likelier without a guarantor.",
    pushes={"clash": "+uneven_clash", "combat": "+uneven_war", "war": "+uneven_war"},
    falls_with=("russian_guarantee",),
)
def uneven_armies(world: World, p: Parameters) -> float:
    """What the guarantee leaves uncovered."""
    return 1.0 - world.russian_guarantee


@pure
def toll(mean: float, u: float) -> float:
    """Draw whole deaths from an exponential law of this mean."""
    return math.floor(-logarithm(1.0 - min(u, MOST_DEADLY)) * mean + 0.5)


@pure
def happens(rate: float, u: float) -> bool:
    """Say whether something of this weekly rate happens in a week, by a uniform draw."""
    return u < 1.0 - exponential(-rate)


@pure
def shocked(blood: float, dead: float) -> float:
    """Return recent deaths as felt at home once so many more have died."""
    return share(blood + 0.5 * (1.0 - exponential(-dead / SHOCK)))


def incidents(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Two kinds: smugglers or infiltrators, and forces of the two sides; only the second climb on.

    A clash of the forces comes of itself or, seldom, of an incident of the first kind; sustained
    fighting comes of a clash, war of fighting.
    """
    world.since_clash += 1.0
    manned = math.sqrt(world.troops / FULL_TROOPS * (world.fighters / FULL_FIGHTERS))
    world.facing = min(manned, MOST_FACING)
    odds = p.clash_tension * (world.tension - USUAL_TENSION) + drive.clash
    tense = exponential(odds + p.clash_blood * world.blood - p.clash_channel * world.channel)
    again = 1.0 + p.clash_again * ramp(YEAR_AFTER - world.since_clash, 0.0, YEAR_AFTER)
    world.heat = share((1.0 - p.heat_fading) * world.heat)
    rate = exponential(p.clash_base) * (1.0 + p.clash_facing * world.facing) * again * tense
    clash = happens(rate, draw.clash)
    if happens(p.infiltration_base + max(drive.infiltration, 0.0), draw.infiltration):
        dead = 1.0 + toll(p.infiltration_dead, draw.infiltration_dead)
        world.infiltrations += 1.0
        world.infiltration_deaths += dead
        world.blood = shocked(world.blood, p.blood_infiltration * dead)
        world.heat = share(world.heat + p.heat_infiltration)
        clash = clash or happens(p.spill * tense, draw.spill)
    if clash:
        world.clashes += 1.0
        world.since_clash = 0.0
        odds = p.combat_base + p.combat_tension * (world.tension - USUAL_TENSION) + drive.combat
        odds += p.combat_heat * max(world.heat - HEELS, 0.0)
        if world.fighting < 0.5 and draw.combat < logistic(odds):
            world.fighting = 1.0
            world.fighting_weeks = 0.0
        world.heat = share(world.heat + p.heat_clash)
    world.incidents = world.infiltrations + world.clashes


def hostilities(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """What the forces of the two sides do to each other this week, and whether fighting or war ends."""
    hurt = 0.0
    if world.war > 0.5:
        hurt = toll(p.deaths_war, draw.dead)
        if happens(p.war_end, draw.peace):
            world.war = 0.0
    elif world.fighting > 0.5:
        hurt = toll(p.deaths_fighting, draw.dead)
        if draw.war < logistic(p.war_base + p.war_tension * (world.tension - 0.5) + drive.war):
            world.war = 1.0
    elif world.since_clash < 0.5:
        hurt = toll(p.deaths_clash, draw.dead)
    if world.fighting > 0.5:
        world.fighting_weeks += 1.0
        world.since_clash = 0.0
        counsel = 0.5 * (world.russia_counsel + world.china_counsel)
        ending = p.ceasefire_rate * (1.0 + 2.0 * counsel + world.channel)
        if world.war < 0.5 and happens(ending, draw.ceasefire):
            world.fighting = 0.0
            world.fighting_weeks = 0.0
    world.deaths += hurt
    world.blood = shocked(world.blood, hurt)
    if world.fighting > 0.5:
        world.heat = max(world.heat, BURNING)


def tension(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Pulled up by what provokes and threatens, down by fading and by everything that connects."""
    up = p.tension_words * world.provocation + p.tension_threat * world.threat
    up += p.tension_facing * min(world.facing, TENSE_FACING) + p.tension_detected * world.detected
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
