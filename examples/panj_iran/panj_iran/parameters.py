"""Numbers of Iran's options, rules and process, each with its range and source."""

from __future__ import annotations

from sim.model.actors.readiness import NOW_AND_THEN, SELDOM, standing
from sim.model.provenance import Record, judgement, parameter

PACE = judgement("no figure exists; set so that ties move over months, wide range")
PULL = judgement("no figure exists; of the size of the other neighbours' pulls, wide range")


class Parameters(Record):
    """Numbers of Iran's."""

    iran_engage_base: float = standing(SELDOM, "of Iran's step towards Kabul")
    iran_cool_base: float = standing(SELDOM, "of Iran's step away from Kabul")
    iran_shelter_base: float = standing(SELDOM, "of Iran's sheltering the resistance")
    iran_counsel_base: float = standing(SELDOM, "of Iran's counselling talks")
    iran_road_base: float = standing(NOW_AND_THEN, "of Iran's opening the road")
    iran_step: float = parameter(
        0.08, "share", 0.04, 0.12, "share of the way that one step of Iran's takes", PACE
    )
    iran_shelter_fading: float = parameter(
        0.02, "1/week", 0.01, 0.04, "fading of shelter that is not renewed", PACE, bounds=(0, 1)
    )
    iran_counsel_fading: float = parameter(
        0.06, "1/week", 0.03, 0.1, "fading of counsel that is not repeated", PACE, bounds=(0, 1)
    )
    transit_pace: float = parameter(
        0.02, "1/week", 0.01, 0.04, "pace at which freight follows what is possible", PACE, bounds=(0, 1)
    )
    transit_noise: float = parameter(0.01, "share", 0.005, 0.02, "weekly noise of freight", PACE)
    iran_ties: float = parameter(
        1.6, "utility", 0.6, 2.6, "pull of border, water and trade on dealing with Kabul", PULL
    )
    iran_kin: float = parameter(1.2, "utility", 0.4, 2.0, "pull of violence in the north against it", PULL)
    iran_card: float = parameter(
        1.4, "utility", 0.5, 2.3, "pull of a standing resistance on sheltering it", PULL
    )
    iran_haven: float = parameter(
        0.008,
        "1/week",
        0.002,
        0.014,
        "what full shelter adds to the resistance",
        judgement("a tenth to a fifth of what an offensive takes: leaders and money, no arms"),
    )
    iran_calm: float = parameter(
        1.6, "utility", 0.6, 2.6, "pull of a tense border on counselling talks", PULL
    )
    iran_heard: float = parameter(
        0.8, "utility", 0.2, 1.4, "how much such counsel eases Dushanbe's contact", PULL
    )
    iran_freight: float = parameter(
        0.8, "utility", 0.2, 1.4, "pull of freight through Afghanistan on softer words and more trade", PULL
    )
