"""Contact, the government in Kabul, and those outside."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, state, tally
from sim.model.state.knowing import ALL, BOTH, NOT_KABUL, D, T


class Contact(Record):
    """Contact between Dushanbe and Kabul."""

    dushanbe_ready: float = state(
        0,
        "rung",
        "step of political contact Dushanbe is ready for",
        judgement("no readiness for contact shows in August 2021 (¶2, ¶3)"),
        plausible=(0, 0),
        bounds=(0, 4),
        known_to=D,
        owner="dushanbe",
    )
    taliban_ready: float = state(
        1,
        "rung",
        "step of political contact Kabul is ready for",
        judgement("some in its ranks are willing (¶11)"),
        plausible=(1, 1),
        bounds=(0, 4),
        known_to=T,
        owner="taliban",
    )
    diplomacy: float = tally(
        "rung",
        "political contact, which shows: 0 none, 1 back-channel (hidden), 2 talks, 3 envoys, 4 recognition",
        bounds=(0, 4),
        known_to=ALL,
        chart=True,
    )
    contact_waited: float = tally(
        "1",
        "weeks both sides have been ready for the next step; negative, weeks this one has not been held",
        bounds=(-1000, 1000),
    )
    channel: float = state(
        0.1,
        "index",
        "openness of the back-channel",
        judgement("talks planned for the resistance never took place (¶5)"),
        plausible=(0.0, 0.25),
        fades="channel_fading",
        known_to=BOTH,
    )
    ties: float = state(
        0.15,
        "index",
        "practical dealings, never announced: contracts, customs, crossings, markets, bills, consuls",
        judgement("power and trade go on (¶10), little else"),
        plausible=(0.05, 0.25),
        known_to=BOTH,
        fades="ties_fading",
        chart=True,
    )
    mission: float = tally(
        "flag", "a mission of the fallen republic works for Kabul, which pays it", known_to=BOTH
    )


class Kabul(Record):
    """Kabul from the inside."""

    inclusiveness: float = state(
        0.15,
        "index",
        "how broad the government in Kabul is",
        judgement("not inclusive enough by Dushanbe's words (¶7); no index exists"),
        plausible=(0.05, 0.3),
        fades="cabinet_fading",
        rests="cabinet_rest",
        known_to=ALL,
        owner="taliban",
    )
    pragmatists: float = state(
        0.35,
        "share",
        "weight of those in the movement who want better relations",
        judgement("some of the ranks (¶11), fewer than half"),
        plausible=(0.2, 0.5),
        known_to=T,
    )
    ability_to_pay: float = state(
        0.15,
        "share",
        "share of the weekly power bill Kabul is able to pay",
        judgement("cannot pay at the moment (¶10)"),
        plausible=(0.05, 0.25),
        known_to=T,
    )


class Outsiders(Record):
    """Russia, China, Uzbekistan and the West."""

    russia_engagement: float = state(
        0.25,
        "index",
        "Russia's engagement with Kabul, recognition at the top",
        judgement("embassy kept open in August 2021; equal starts for all three"),
        plausible=(0.1, 0.4),
        fades="engagement_fading",
        known_to=ALL,
        owner="russia",
    )
    china_engagement: float = state(
        0.25,
        "index",
        "China's engagement with Kabul, recognition at the top",
        judgement("embassy kept open in August 2021; equal starts for all three"),
        plausible=(0.1, 0.4),
        fades="engagement_fading",
        known_to=ALL,
        owner="china",
    )
    uzbekistan_engagement: float = state(
        0.25,
        "index",
        "Uzbekistan's engagement with Kabul, recognition at the top",
        judgement("equal starts, so that a lead (¶13) is the model's and not put in"),
        plausible=(0.1, 0.4),
        fades="engagement_fading",
        known_to=ALL,
        owner="uzbekistan",
        chart=True,
    )
    russian_guarantee: float = state(
        0.75,
        "index",
        "how firmly Russia is seen to stand behind the border",
        judgement("troops in the country as a last resort (¶18); firmness has no measure"),
        plausible=(0.5, 0.95),
        fades="guarantee_fading",
        rests="guarantee_rest",
        known_to=NOT_KABUL,
        owner="russia",
        chart=True,
    )
    chinese_cooperation: float = state(
        0.35,
        "index",
        "China's military cooperation on the Tajik side",
        judgement("called close (¶18); depth has no measure"),
        plausible=(0.2, 0.6),
        fades="cooperation_fading",
        known_to=NOT_KABUL,
        owner="china",
    )
    russia_counsel: float = state(
        0.1,
        "index",
        "Russia's counsel of restraint to Dushanbe",
        judgement("none reported"),
        plausible=(0.0, 0.3),
        fades="counsel_fading",
        known_to=NOT_KABUL,
        owner="russia",
    )
    china_counsel: float = state(
        0.1,
        "index",
        "China's counsel of restraint to Dushanbe",
        judgement("none reported"),
        plausible=(0.0, 0.3),
        fades="counsel_fading",
        known_to=NOT_KABUL,
        owner="china",
    )
    mediation: float = state(
        0.0,
        "index",
        "Uzbekistan's good offices between Dushanbe and Kabul",
        judgement("none reported"),
        plausible=(0.0, 0.1),
        fades="mediation_fading",
        known_to=ALL,
        owner="uzbekistan",
    )
    minority_speech: float = state(
        0.2,
        "index",
        "Tashkent's words on the rights of Afghan Uzbeks",
        judgement("it talks of them (¶14), more quietly than Dushanbe"),
        plausible=(0.0, 0.4),
        fades="minority_fading",
        known_to=ALL,
        owner="uzbekistan",
    )
    spotlight: float = state(
        0.15,
        "index",
        "Western attention to Dushanbe's stand",
        judgement("the European tour came two months later (¶17)"),
        plausible=(0.0, 0.4),
        fades="spotlight_fading",
        known_to=ALL,
        chart=True,
    )
    assistance: float = state(
        300000,
        "USD/week",
        "Western assistance for border and refugees",
        judgement("discussed in October 2021 (¶17); order of magnitude of border-management grants"),
        plausible=(100000, 600000),
        known_to=ALL,
    )
    assistance_total: float = tally("USD", "Western assistance received so far")
