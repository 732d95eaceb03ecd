"""Domestic opinion: the claims by which news, words and hardship move citizens.

Citizens decide nothing; a rule here pushes everyone's opinion, or opinion in proportion to a trait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.dushanbe.rules import alive, beyond, neighbours
from sim.model.declare import clause, rule
from sim.model.maths import ramp, share
from sim.model.provenance import Record, constant, judgement, literature, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import World

PULL = judgement("no poll is published; opinion is taken to move over weeks and to saturate")
FORM = literature(
    "Friedkin and Johnsen", 1990, "influence with stubbornness in small groups; the form, not the size"
)
THRESHOLDS = literature(
    "Granovetter", 1978, "crowds differ by how their thresholds are spread, not by their mean alone; the form"
)

FELT = constant(
    0.7, "share", "fear that full tension makes beside that of deaths", judgement("deaths frighten more")
)


class OpinionParameters(Record):
    """Numbers of the population and of the rules that move it."""

    opinion_pace: float = parameter(
        0.1, "1/week", 0.05, 0.15, "pace at which opinion returns to anchor and circle", FORM, bounds=(0, 1)
    )
    peer_weight: float = parameter(
        0.6, "share", 0.3, 0.9, "weight of one's circle for the least stubborn", FORM, bounds=(0, 1)
    )
    stubbornness_mean: float = parameter(0.5, "share", 0.3, 0.7, "mean stubbornness of citizens", FORM)
    opinion_diversity: float = parameter(
        0.6, "share", 0.3, 0.9, "spread of citizens' anchors around the mean", PULL
    )
    solidarity_rest: float = parameter(
        0.45,
        "index",
        0.35,
        0.55,
        "solidarity that no crisis feeds",
        judgement("that of the years before, as in the storyline without a crisis"),
    )
    fear_rest: float = parameter(
        0.3,
        "index",
        0.2,
        0.4,
        "fear that no crisis feeds",
        judgement("that of the years before, as in the storyline without a crisis"),
    )
    crisis_anchor: float = parameter(
        0.0,
        "share",
        0.0,
        0.3,
        "part of the mood of August 2021 that has become conviction",
        judgement("images since Kabul fell (¶12): a crisis of weeks makes few convictions"),
    )
    exposure_mean: float = parameter(
        0.35,
        "share",
        0.2,
        0.5,
        "mean exposure to social media",
        judgement("about four in ten citizens were online; shares by use are not published"),
    )
    exposure_tail: float = parameter(
        1.0,
        "1",
        0.5,
        1.5,
        "heaviness of exposure's tail: 0 all alike, 1 exponential",
        judgement("use of social media is heavy-tailed everywhere it was measured"),
        bounds=(0, 3),
    )
    trust_mean: float = parameter(0.55, "share", 0.35, 0.75, "mean trust in state media", PULL)
    kin_mean: float = parameter(0.6, "share", 0.4, 0.8, "mean feeling of kinship with Afghan Tajiks", PULL)
    media_pull: float = parameter(
        0.10, "1/week", 0.04, 0.16, "pull of images and appeals on solidarity at full exposure", PULL
    )
    media_fear: float = parameter(0.06, "1/week", 0.02, 0.1, "the same on fear", PULL)
    contrast_gain: float = parameter(
        0.05,
        "1/week",
        0.02,
        0.08,
        "approval won by neighbours' dealings, times solidarity",
        judgement("criticism of the neighbours is no less popular (¶13): the size of that on Kabul"),
    )
    wear: float = parameter(0.03, "1/week", 0.01, 0.05, "approval worn down by hardship and fatigue", PULL)
    fatigue_growth: float = parameter(
        0.0012, "1/week", 0.0004, 0.002, "growth of fatigue in hard times", PULL
    )
    rhetoric_pull: float = parameter(
        0.03, "1/week", 0.01, 0.05, "pull of official words on solidarity at full trust", PULL
    )
    kin_pull: float = parameter(
        0.015, "1/week", 0.005, 0.025, "pull of violence against kin on solidarity", PULL
    )
    border_fear: float = parameter(
        0.05, "1/week", 0.02, 0.08, "pull of tension and blood on fear near the border", PULL
    )
    stir_mean: float = parameter(
        0.59,
        "index",
        0.53,
        0.65,
        "solidarity, with what else stirs, beyond which the middle citizen can be moved to take part",
        judgement("midway from the years before, when few were, to August 2021, when most were (¶12)"),
    )
    stir_spread: float = parameter(
        0.12,
        "index",
        0.08,
        0.2,
        "half the width of that threshold among citizens",
        judgement("at either end of that way a tenth to a fifth; spread evenly, as in Granovetter (1978)"),
    )
    instigators: float = parameter(
        0.1,
        "share",
        0.025,
        0.16,
        "citizens who wait for nobody's example",
        literature(
            "Valente",
            1996,
            "by Rogers's convention innovators are one in forty, with early adopters one in six",
        ),
        bounds=(0, 0.9),
    )
    circle_example: float = parameter(
        1.25,
        "1",
        1.0,
        1.6,
        "weight of one's circle taking part: at 1 the most cautious wait for all of it",
        literature(
            "Gonzalez-Bailon et al.",
            2011,
            "who joined Spain's protests online did so after anything from none to nearly all of those followed",
        ),
        bounds=(0, 6),
    )
    weariness: float = parameter(
        0.12,
        "index",
        0.05,
        0.2,
        "what somebody who always takes part must feel more to go on",
        literature(
            "Yasseri, Hale and Margetts", 2017, "petitions rise fast and decay; the form, not the size"
        ),
    )
    weariness_pace: float = parameter(
        0.15,
        "1/week",
        0.08,
        0.3,
        "pace at which taking part grows stale and is forgotten",
        judgement("campaigns last weeks to a few months"),
        bounds=(0, 1),
    )
    imprint: float = parameter(
        0.001,
        "1/week",
        0.0,
        0.002,
        "conviction that a week of taking part leaves, as a way from the own rest to full solidarity",
        literature("McAdam", 1989, "volunteers of 1964 held to their convictions for decades; the form"),
        bounds=(0, 1),
    )
    licence: float = parameter(
        0.15,
        "index",
        0.0,
        0.3,
        "what fully hard official words add to the feeling that moves to take part",
        literature(
            "Weiss",
            2013,
            "autocrats allow or stifle nationalist protest, which is costly to repress, China 1999 and 2001; the form",
        ),
    )
    moral_shock: float = parameter(
        0.15,
        "index",
        0.0,
        0.3,
        "the same of full violence in the north",
        literature(
            "Jasper and Poulsen",
            1995,
            "moral shocks bring people into protest whom nobody they know recruited; the form",
        ),
    )
    affront: float = parameter(
        0.2,
        "index",
        0.0,
        0.4,
        "the same of dealings that show after words that went overboard",
        literature(
            "Weiss",
            2013,
            "concessions cost more once people have been let out against them; the form",
        ),
    )
    appeal_pull: float = parameter(
        0.03, "1/week", 0.01, 0.05, "pull of appeals on solidarity at full exposure if all take part", PULL
    )


@rule(
    "O1",
    "exposure",
    paragraphs=(12,),
    concern="opinion",
    claim="Images and appeals raise solidarity in the exposed, then fade.",
    pushes={"solidarity_by_exposure": "+media_pull", "fear_by_exposure": "+media_fear"},
    rises_with=("media_salience",),
)
def exposure(world: World, p: Parameters) -> float:
    """What social media shows this week."""
    return world.media_salience


@clause("O1", pushes={"solidarity_by_exposure": "+appeal_pull"}, rises_with=("participation",))
def appeals(world: World, p: Parameters) -> float:
    """Appeals and petitions reach those who are exposed, the more the more take part."""
    return world.participation


@rule(
    "O2",
    "contrast",
    paragraphs=(13, 19),
    concern="opinion",
    claim="Neighbours' cooperation with the Taliban is unpopular and flatters the one who refuses, while Afghanistan is unsettled.",
    pushes={"approval_by_solidarity": "+contrast_gain"},
    rises_with=("russia_engagement", "china_engagement", "uzbekistan_engagement", "unsettled"),
    falls_with=("diplomacy",),
)
def contrast(world: World, p: Parameters) -> float:
    """Neighbours' dealings with Kabul, Tashkent's most of all, beyond Dushanbe's own."""
    dealings = neighbours(world.russia_engagement, world.china_engagement, world.uzbekistan_engagement)
    return beyond(dealings, world.diplomacy) * alive(world.unsettled, p)


@rule(
    "O3",
    "fatigue and hardship",
    paragraphs=(11,),
    concern="opinion",
    claim="A long rule and a poor economy wear approval down.",
    pushes={"approval_by_hardship": "-wear"},
    rises_with=("hardship", "fatigue"),
)
def weariness(world: World, p: Parameters) -> float:
    """Hardship and fatigue together, felt by each in proportion to his own hardship."""
    return 0.5 * (world.hardship + world.fatigue)


@clause("O3", pushes={"fatigue": "+fatigue_growth"}, rises_with=("hardship",))
def tiring(world: World, p: Parameters) -> float:
    """Hard times tire people of those who rule."""
    return world.hardship


@rule(
    "O4",
    "encouraged nationalism",
    paragraphs=(15,),
    concern="opinion",
    claim="Official rhetoric feeds kin-feeling in those who trust it, and lets those who feel it show it.",
    pushes={"solidarity_by_trust": "+rhetoric_pull"},
    rises_with=("rhetoric",),
)
def encouraged_nationalism(world: World, p: Parameters) -> float:
    """Hardness of the official word."""
    return world.rhetoric


@clause("O4", pushes={"stirring": "+licence"}, rises_with=("rhetoric",))
def encouragement(world: World, p: Parameters) -> float:
    """Whoever says what the government says risks nothing by it."""
    return world.rhetoric


@rule(
    "O5",
    "peer influence",
    paragraphs=(12,),
    concern="opinion",
    claim="Citizens follow their circles, as petitions and messages of support are passed on.",
    pushes={"peers": "+peer_weight"},
)
def peer_influence(world: World, p: Parameters) -> float:
    """The weight of circles is the same in every week (Friedkin and Johnsen 1990)."""
    return 1.0


@rule(
    "O6",
    "kin in danger",
    paragraphs=(12, 14, 15),
    concern="opinion",
    claim="Violence against Afghan Tajiks moves those who feel kin, an outrage brings people out, and danger at the border frightens those who live there.",
    pushes={"solidarity_by_kin": "+kin_pull"},
    rises_with=("violence_north",),
)
def kin_in_danger(world: World, p: Parameters) -> float:
    """Violence in the north."""
    return world.violence_north


@clause("O6", pushes={"stirring": "+moral_shock"}, rises_with=("violence_north",))
def outcry(world: World, p: Parameters) -> float:
    """Violence beyond what is usual, which is an outrage."""
    return ramp(world.violence_north, p.outrage, 1.0)


@clause("O6", pushes={"fear_by_border": "+border_fear"}, rises_with=("tension", "blood"))
def danger_next_door(world: World, p: Parameters) -> float:
    """Tension and recent deaths."""
    return share(FELT * world.tension + world.blood)


@rule(
    "O7",
    "joining in",
    paragraphs=(12,),
    concern="opinion",
    claim="Who feels strongly takes part once enough of his circle does, so that petitions and appeals come in waves.",
    pushes={"example": "+circle_example"},
    source=THRESHOLDS,
)
def joining(world: World, p: Parameters) -> float:
    """The circle's example weighs the same in every week; what varies is how many set it (Granovetter 1978)."""
    return 1.0
