"""Rival readings of passages that can be read two ways; off unless a reading switches them on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.dushanbe.risks import backing, peril
from sim.model.declare import clause, rule
from sim.model.maths import ramp

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World


@rule(
    "D1r",
    "conviction",
    paragraphs=(1, 3, 12),
    concern="standing",
    rival_of="D1",
    claim="The hard line is meant: it answers danger over the river and the plight of kin, whatever it earns at home.",
    pushes={
        "words.denounce": "+conviction_words",
        "words.soften": "-conviction_words",
        "contact.warm": "-conviction_contact",
    },
    rises_with=("violence_north", "militant_threat", "unsettled"),
)
def conviction(seen: Seen, p: Parameters) -> float:
    """What a government would fear and resent that counted no votes, 0 to 1."""
    return 0.5 * (seen.violence_north + 0.5 * (seen.militant_threat + seen.unsettled))


@rule(
    "D3r",
    "crisis wearies",
    paragraphs=(16,),
    concern="regime popularity",
    rival_of="D3",
    claim="A crisis that lasts does not rally the public but tires it further of alarms and of those who sound them.",
    pushes={"contact.warm": "+weary_contact"},
    rises_with=("fear", "fatigue"),
)
def tired_of_alarm(seen: Seen, p: Parameters) -> float:
    """Fear beyond what is usual, the more the more tired people are."""
    return ramp(seen.fear, p.fear_usual, 1.0) * (0.5 + 0.5 * seen.fatigue)


@clause("D3r", pushes={"approval_by_fear": "-weary_loss"}, rises_with=("fatigue",))
def wearying(world: World, p: Parameters) -> float:
    """The tired blame those who rule for what they fear."""
    return 0.5 + 0.5 * world.fatigue


@rule(
    "D6r",
    "restraining guarantor",
    paragraphs=(18,),
    concern="border security",
    rival_of="D6",
    claim="Firm backers hold their client back, since they would have to fight for it; the guarantee adds to caution.",
    pushes={
        "words.denounce": "-caution_words",
        "words.soften": "+caution_soft",
        "contact.warm": "+caution_contact",
        "force.mobilise": "-caution_force",
        "resistance.back": "-caution_force",
    },
    rises_with=("tension", "russian_guarantee", "chinese_cooperation"),
)
def restraining_guarantor(seen: Seen, p: Parameters) -> float:
    """The part that firm backers add to caution."""
    firm = backing(seen.russian_guarantee, seen.chinese_cooperation, p)
    return p.restraint * firm * (p.ordinary * seen.tension + peril(seen.tension, p))
