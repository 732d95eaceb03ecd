"""What Iran may do, and why it does it."""

from __future__ import annotations

from typing import Any

from sim.model.declare import clause, option, rule
from sim.model.maths import ramp
from sim.model.provenance import constant, judgement, public

SCALE = judgement("the middle of the scale, as for the other neighbours")
TENSE = constant(0.4, "index", "tension from which Tehran counsels talks", SCALE)
VERY_TENSE = constant(0.8, "index", "tension at which it does so with all its voice", SCALE)


@option("kabul.engage", base="iran_engage_base", inverse="cool", moves=("iran_engagement",))
def engage(world: Any, p: Any) -> None:
    """Take a step towards Kabul."""
    world.iran_engagement += p.iran_step * (1.0 - world.iran_engagement)


@option("kabul.cool", base="iran_cool_base", inverse="engage", moves=("iran_engagement",))
def cool(world: Any, p: Any) -> None:
    """Take a step away from Kabul."""
    world.iran_engagement -= p.iran_step * world.iran_engagement


@option("resistance.shelter", base="iran_shelter_base", inverse="fading", moves=("iran_shelter",))
def shelter(world: Any, p: Any) -> None:
    """Give leaders of the resistance shelter and a voice."""
    world.iran_shelter += p.iran_step * (1.0 - world.iran_shelter)


@option("counsel.urge_talks", base="iran_counsel_base", inverse="fading", moves=("iran_counsel",))
def urge_talks(world: Any, p: Any) -> None:
    """Counsel Dushanbe to talk to Kabul."""
    world.iran_counsel += p.iran_step * (1.0 - world.iran_counsel)


@option("road.open", base="iran_road_base", inverse="close", moves=("iran_road",))
def open_road(world: Any, p: Any) -> None:
    """Open the road to Tajikistan further for trade."""
    world.iran_road += p.iran_step * (1.0 - world.iran_road)


@option("road.close", base="iran_cool_base", inverse="open", moves=("iran_road",))
def close_road(world: Any, p: Any) -> None:
    """Let the road fall out of use."""
    world.iran_road -= p.iran_step * world.iran_road


@rule(
    "I1",
    "a border that must work",
    paragraphs=(),
    concern="border and water",
    claim="Tehran deals with Kabul over border, water, refugees and trade, though it recognises nobody.",
    source=public(
        "Reuters", "report of the handover of the Afghan embassy in Tehran to Kabul's envoys", "2023-02-26"
    ),
    pushes={"kabul.engage": "+iran_ties"},
    falls_with=("iran_engagement",),
)
def border_that_must_work(seen: Any, p: Any) -> float:
    """Worth of a further step, less the closer the ties."""
    return 1.0 - 0.5 * seen.iran_engagement


@clause("I1", pushes={"kabul.cool": "+iran_kin"}, rises_with=("violence_north",))
def kin_under_fire(seen: Any, p: Any) -> float:
    """Violence against Persian-speakers and Shia is a reason to step back."""
    return seen.violence_north


@rule(
    "I2",
    "a card kept in hand",
    paragraphs=(),
    concern="leverage",
    claim="A resistance that stands is worth shelter to Tehran, the less so the closer it deals with Kabul.",
    source=public(
        "Al Jazeera",
        "report of talks between Kabul's envoys and leaders of the resistance in Tehran",
        "2022-01-10",
    ),
    pushes={"resistance.shelter": "+iran_card"},
    rises_with=("resistance", "violence_north"),
    falls_with=("iran_engagement",),
)
def card_in_hand(seen: Any, p: Any) -> float:
    """Return what a resistance is worth that stands, or whose people suffer."""
    return 0.5 * (seen.resistance + seen.violence_north) * (1.0 - seen.iran_engagement)


@clause("I2", pushes={"resistance": "+iran_haven"}, rises_with=("iran_shelter",))
def haven(world: Any, p: Any) -> float:
    """Shelter keeps a resistance in being."""
    return world.iran_shelter


@rule(
    "I3",
    "counsel of calm",
    paragraphs=(),
    concern="border and water",
    claim="Tehran has no use for a war on its other Persian-speaking neighbour's border and counsels talks.",
    source=judgement(
        "Iran called for talks among all sides throughout; what it told Dushanbe is not on record"
    ),
    pushes={"counsel.urge_talks": "+iran_calm"},
    rises_with=("tension", "iran_engagement"),
)
def counsel_of_calm(seen: Any, p: Any) -> float:
    """Return danger on the border, as far as ties with Kabul lend the counsel weight."""
    return ramp(seen.tension, TENSE, VERY_TENSE) * seen.iran_engagement


@clause("I3", actor="dushanbe", pushes={"contact.warm": "+iran_heard"}, rises_with=("iran_counsel",))
def counsel_heard(seen: Any, p: Any) -> float:
    """Return the counsel, heard from a neighbour of the same tongue."""
    return seen.iran_counsel
