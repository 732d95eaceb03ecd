"""Variables of Iran's, each with its start, who knows it and a source; and the chance in its process."""

from __future__ import annotations

from sim.model.provenance import Record, draw, judgement, public, state

NEIGHBOURS = ("iran", "dushanbe", "taliban")


class World(Record):
    """What Iran does and what comes of it."""

    iran_engagement: float = state(
        0.35,
        "index",
        "how closely Iran deals with Kabul",
        public("Reuters", "reports of Iran's embassy in Kabul staying open", "August 2021"),
        plausible=(0.2, 0.5),
        known_to=("everyone",),
        owner="iran",
        chart=True,
    )
    iran_shelter: float = state(
        0.2,
        "share",
        "shelter and a voice that Iran gives to leaders of the resistance",
        judgement("Tehran took in leaders and hosted talks with them, its border guards armed nobody openly"),
        plausible=(0.05, 0.35),
        fades="iran_shelter_fading",
        known_to=NEIGHBOURS,
        owner="iran",
        chart=True,
    )
    iran_counsel: float = state(
        0.0,
        "index",
        "how strongly Iran counsels Dushanbe to talk",
        judgement("no counsel is on record at the start"),
        plausible=(0.0, 0.2),
        fades="iran_counsel_fading",
        known_to=("iran", "dushanbe"),
        owner="iran",
        chart=True,
    )
    iran_road: float = state(
        0.1,
        "share",
        "how far Iran opens a road for trade with Tajikistan",
        judgement("ties between Tehran and Dushanbe were mending after years of quarrel"),
        plausible=(0.0, 0.2),
        known_to=("iran", "dushanbe"),
        owner="iran",
    )
    iran_transit: float = state(
        0.05,
        "share",
        "freight through Afghanistan between the two, of what is possible",
        judgement("little went this way in 2021"),
        plausible=(0.0, 0.1),
        known_to=("iran", "dushanbe"),
        chart=True,
    )


class Draws(Record):
    """Chance in the process of this package, addressed by its name."""

    iran_transit: float = draw("normal", "noise of freight between Iran and Tajikistan")
