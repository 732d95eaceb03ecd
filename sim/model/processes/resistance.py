"""The north of Afghanistan: resistance, violence, detection, militants, how far it settles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.declare import rule
from sim.model.maths import exponential, share
from sim.model.provenance import Record, constant, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

SLOW = judgement("no index is published; set so that the north changes over a season")

FOUND = constant(0.6, "share", "how much one discovery adds to what Kabul holds against Dushanbe", SLOW)
MILITANTS_LEFT = constant(0.15, "index", "militants in a settled, quiet country", SLOW)
MILITANTS_UNREST = constant(0.3, "index", "militants whom full unrest adds", SLOW)
MILITANTS_VIOLENCE = constant(0.2, "index", "militants whom full violence adds", SLOW)
THREAT_USUAL = constant(0.4, "index", "militant threat to which the rate of attacks refers", SLOW)


class ResistanceParameters(Record):
    """Numbers of unrest in Afghanistan."""

    resistance_hold: float = parameter(
        0.02,
        "1/week",
        0.008,
        0.032,
        "recovery of a resistance in its mountains, out of what is left of it",
        judgement("the last territory not wholly taken (¶5): what is lost does not come back by itself"),
    )
    resistance_loss: float = parameter(
        0.07, "1/week", 0.04, 0.10, "strength lost under a full offensive", SLOW
    )
    resistance_attrition: float = parameter(
        0.2, "share", 0.1, 0.3, "part of that loss that goes on without an offensive", SLOW
    )
    violence_fading: float = parameter(0.075, "1/week", 0.04, 0.12, "fading of violence", SLOW, bounds=(0, 1))
    violence_floor: float = parameter(0.15, "index", 0.05, 0.25, "violence of an unsettled country", SLOW)
    violence_noise: float = parameter(0.02, "index", 0.01, 0.04, "weekly noise of violence", SLOW)
    settling_pace: float = parameter(
        0.006, "1/week", 0.003, 0.01, "settling of a country after a change of power", SLOW
    )
    unsettling_violence: float = parameter(0.008, "1/week", 0.003, 0.015, "unsettling by violence", SLOW)
    lingering: float = parameter(
        0.0045,
        "1/week",
        0.002,
        0.007,
        "settling that does not come about",
        judgement("assumption of the article (¶19) that it will not stabilise soon"),
    )
    detection_fading: float = parameter(
        0.05, "1/week", 0.03, 0.08, "fading of a detection from the quarrel", SLOW, bounds=(0, 1)
    )
    militant_pace: float = parameter(
        0.03, "1/week", 0.01, 0.05, "pace at which militants follow disorder", SLOW
    )
    militant_noise: float = parameter(0.02, "index", 0.01, 0.04, "weekly noise of the militant threat", SLOW)
    attack_rate: float = parameter(
        0.01,
        "1/week",
        0.004,
        0.02,
        "terrorist attacks a week at a usual threat",
        judgement("several in the few years before 2021 (¶1)"),
    )
    attack_deaths: float = parameter(
        0.1, "index", 0.05, 0.2, "how much an attack adds to recent deaths", SLOW
    )
    drug_pace: float = parameter(
        0.03, "1/week", 0.01, 0.05, "return of trafficking to usual", SLOW, bounds=(0, 1)
    )
    drug_noise: float = parameter(0.02, "index", 0.01, 0.04, "weekly noise of trafficking", SLOW)
    pragmatist_pace: float = parameter(
        0.015, "1/week", 0.005, 0.03, "return of the wings to their balance", SLOW, bounds=(0, 1)
    )
    pragmatist_rest: float = parameter(
        0.35, "share", 0.2, 0.5, "balance of the wings when nothing pushes", SLOW
    )
    pragmatist_noise: float = parameter(
        0.01, "share", 0.004, 0.02, "weekly noise of the wings' balance", SLOW
    )


@rule(
    "W4",
    "lingering instability",
    paragraphs=(19,),
    concern="settlement",
    claim="Afghanistan does not settle by itself within the horizon; an assumption, shown as one.",
    pushes={"settling": "+lingering"},
)
def lingering(world: World, p: Parameters) -> float:
    """What keeps settlement from coming about, week after week."""
    return 1.0


def unrest(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Violence, resistance and settlement move each other."""
    floor = p.violence_floor * world.unsettled
    moved = world.violence_north + drive.violence * (1.0 - world.violence_north)
    moved -= p.violence_fading * (world.violence_north - floor)
    world.violence_north = share(moved + p.violence_noise * draw.violence)
    grows = p.resistance_hold * world.unsettled * world.resistance
    gained = (grows + drive.resistance) * (1.0 - world.resistance)
    lost = p.resistance_loss * (p.resistance_attrition + world.offensive) * world.resistance
    world.resistance = share(world.resistance + gained - lost)
    fresh = (p.unsettling_violence * world.violence_north + drive.settling) * (1.0 - world.unsettled)
    calming = max(p.settling_pace - drive.settling, 0.0) * world.unsettled
    world.unsettled = share(world.unsettled + fresh - calming)


def detection(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Covert support is found out with some probability."""
    if draw.detection < 1.0 - exponential(-max(drive.detection, 0.0)):
        world.detected = share(world.detected + FOUND)


def militants(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Militants and traffickers follow disorder; attacks come of the former."""
    goal = MILITANTS_LEFT + MILITANTS_UNREST * world.unsettled + MILITANTS_VIOLENCE * world.violence_north
    moved = world.militant_threat + p.militant_pace * (goal - world.militant_threat)
    world.militant_threat = share(moved + p.militant_noise * draw.militants)
    flow = world.drug_flow + p.drug_pace * (0.5 - world.drug_flow) + drive.drugs * (1.0 - world.drug_flow)
    world.drug_flow = share(flow + p.drug_noise * draw.drugs)
    if draw.attack < 1.0 - exponential(-p.attack_rate * world.militant_threat / THREAT_USUAL):
        world.terror_attacks += 1.0
        world.blood = share(world.blood + p.attack_deaths)


def wings(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """The balance inside the movement returns, pushed by what its rules say."""
    pull = drive.pragmatists
    moved = (
        world.pragmatists + max(pull, 0.0) * (1.0 - world.pragmatists) + min(pull, 0.0) * world.pragmatists
    )
    moved += p.pragmatist_pace * (p.pragmatist_rest - world.pragmatists)
    world.pragmatists = share(moved + p.pragmatist_noise * draw.pragmatists)
