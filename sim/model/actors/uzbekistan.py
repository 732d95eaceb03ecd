"""Uzbekistan: first to talk, concerned for a minority it does not call its own, a go-between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.readiness import OFTEN, SELDOM, standing
from sim.model.actors.russia import MILITANTS_USUAL, TENSE, VERY_TENSE
from sim.model.declare import clause, option, rule
from sim.model.maths import ramp
from sim.model.provenance import Record, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

PULL = judgement("no figure exists; set so that Tashkent leads by months from equal starts, wide range")


class UzbekistanParameters(Record):
    """Numbers of Uzbekistan's options and rules."""

    speak_base: float = standing(OFTEN, "of speaking for Afghan Uzbeks")
    mediate_base: float = standing(SELDOM, "of mediating")
    speak_step: float = parameter(
        0.25, "share", 0.1, 0.4, "share of the way to full voice one week takes", PULL
    )
    mediate_step: float = parameter(
        0.2, "share", 0.1, 0.3, "share of the way to full good offices one week takes", PULL
    )
    minority_fading: float = parameter(0.06, "1/week", 0.03, 0.1, "fading of such words", PULL, bounds=(0, 1))
    mediation_fading: float = parameter(
        0.06, "1/week", 0.03, 0.1, "fading of good offices", PULL, bounds=(0, 1)
    )
    first_mover: float = parameter(
        2.8, "utility", 1.4, 4.2, "pull of trade and transit on dealing with Kabul", PULL
    )
    border_risk: float = parameter(1.2, "utility", 0.4, 2.0, "pull of militants away from Kabul", PULL)
    minority_pull: float = parameter(
        1.2, "utility", 0.4, 2.0, "pull of violence on speaking for a minority", PULL
    )
    minority_bind: float = parameter(
        0.2, "utility", 0.0, 0.4, "how little such words bind its dealings", PULL
    )
    go_between: float = parameter(2.0, "utility", 0.8, 3.2, "pull of a dangerous border on mediating", PULL)
    mediated_contact: float = parameter(
        1.4, "utility", 0.4, 2.4, "how much its channel eases Dushanbe's contact", PULL
    )


@option(
    "kabul.engage",
    base="outsider_engage_base",
    inverse="cool",
    moves=("uzbekistan_engagement",),
    paragraphs=(13,),
)
def engage(world: World, p: Parameters) -> None:
    """Take a step towards Kabul."""
    world.uzbekistan_engagement += p.engage_step * (1.0 - world.uzbekistan_engagement)


@option("kabul.cool", base="outsider_cool_base", inverse="engage", moves=("uzbekistan_engagement",))
def cool(world: World, p: Parameters) -> None:
    """Take a step away from Kabul."""
    world.uzbekistan_engagement -= p.disengage_step * world.uzbekistan_engagement


@option("minorities.speak", base="speak_base", inverse="fading", moves=("minority_speech",), paragraphs=(14,))
def speak(world: World, p: Parameters) -> None:
    """Speak of inclusiveness and the rights of Afghan Uzbeks."""
    world.minority_speech += p.speak_step * (1.0 - world.minority_speech)


@option("go_between.mediate", base="mediate_base", inverse="fading", moves=("mediation",), paragraphs=(13,))
def mediate(world: World, p: Parameters) -> None:
    """Carry messages between Dushanbe and Kabul."""
    world.mediation += p.mediate_step * (1.0 - world.mediation)


@rule(
    "U1",
    "first mover",
    paragraphs=(2, 13),
    concern="trade and transit",
    claim="Tashkent talks to Kabul first and openly.",
    pushes={"kabul.engage": "+first_mover"},
    falls_with=("uzbekistan_engagement",),
)
def first_mover(seen: Seen, p: Parameters) -> float:
    """Worth of a further step, less the closer the ties."""
    return 1.0 - 0.5 * seen.uzbekistan_engagement


@clause("U1", pushes={"kabul.cool": "+border_risk"}, rises_with=("militant_threat",))
def militants_estrange(seen: Seen, p: Parameters) -> float:
    """Militants whom Kabul does not rein in are a reason to step back."""
    return ramp(seen.militant_threat, MILITANTS_USUAL, 1.0)


@rule(
    "U2",
    "minorities without kinship",
    paragraphs=(14,),
    concern="standing",
    claim="It speaks for Afghan Uzbeks as Afghan nationals, so that speaking costs it little and binds it little.",
    pushes={"minorities.speak": "+minority_pull"},
    rises_with=("violence_north",),
    falls_with=("inclusiveness",),
)
def minority_voice(seen: Seen, p: Parameters) -> float:
    """Violence in the north under a government that is not broad."""
    return seen.violence_north * (1.0 - seen.inclusiveness)


@clause("U2", pushes={"kabul.engage": "-minority_bind"}, rises_with=("minority_speech",))
def weak_bond(seen: Seen, p: Parameters) -> float:
    """Words that bind a little all the same."""
    return seen.minority_speech


@rule(
    "U3",
    "go-between",
    paragraphs=(13,),
    concern="border security",
    claim="Its channel to Kabul lowers the cost of contact for Dushanbe.",
    source=judgement("the article says that Tashkent talks to Kabul (¶13), not that it mediates"),
    pushes={"go_between.mediate": "+go_between"},
    rises_with=("tension", "uzbekistan_engagement"),
)
def go_between(seen: Seen, p: Parameters) -> float:
    """A dangerous border beside a channel that works."""
    return ramp(seen.tension, TENSE, VERY_TENSE) * seen.uzbekistan_engagement


@clause("U3", actor="dushanbe", pushes={"contact.warm": "+mediated_contact"}, rises_with=("mediation",))
def eased_contact(seen: Seen, p: Parameters) -> float:
    """What a go-between takes off each step."""
    return seen.mediation
