"""What the two sides say, what stands at the border, who fights inside Afghanistan."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, state, tally
from sim.model.state.knowing import ALL, BOTH, STATES, D, T


class Words(Record):
    """Words between Dushanbe and Kabul."""

    rhetoric: float = state(
        0.5,
        "index",
        "hardness of Dushanbe's public words on Kabul's rulers",
        judgement(
            "the July pledge (¶4) and daily speeches (¶3) put it at half its scale at the fall of Kabul"
        ),
        plausible=(0.3, 0.7),
        fades="words_fading",
        rests="words_rest",
        known_to=ALL,
        owner="dushanbe",
        chart=True,
    )
    veiled: float = state(
        0.5,
        "share",
        "share of the criticism that speaks of inclusiveness and names nobody",
        judgement("direct references are avoided (¶7), yet not always"),
        plausible=(0.2, 0.8),
        fades="veil_fading",
        rests="veil_rest",
        known_to=D,
        owner="dushanbe",
    )
    words_memory: float = state(
        0.3,
        "index",
        "what audiences remember of hard words, a slow mean of rhetoric",
        judgement("words hardened only over the summer of 2021"),
        plausible=(0.1, 0.5),
        known_to=D,
    )
    provocation: float = tally("index", "how much of Dushanbe's words Kabul takes as aimed at it", known_to=T)
    threat: float = state(
        0.1,
        "index",
        "threat in Kabul's words to Dushanbe",
        judgement("no threats reported in the first week"),
        plausible=(0.0, 0.3),
        fades="threat_fading",
        known_to=ALL,
        owner="taliban",
        chart=True,
    )
    courtship: float = state(
        0.2,
        "index",
        "courtship in Kabul's words to Dushanbe",
        judgement("assurances to neighbours in August 2021, none of them kept up"),
        plausible=(0.0, 0.4),
        fades="courtship_fading",
        known_to=ALL,
        owner="taliban",
    )


class Force(Record):
    """Forces on both banks of the river."""

    troops: float = state(
        8000,
        "persons",
        "Tajik soldiers at the Afghan border",
        judgement("border guards and garrisons before the 20,000 were sent (¶6); no strength is published"),
        plausible=(5000, 12000),
        fades="troops_fading",
        rests="troops_rest",
        known_to=ALL,
        owner="dushanbe",
        chart=True,
    )
    fighters: float = state(
        5500,
        "persons",
        "Taliban fighters massed near the border",
        judgement("districts on the river fell in July 2021; no count is published"),
        plausible=(3500, 7500),
        fades="fighters_fading",
        rests="fighters_rest",
        known_to=STATES,
        estimated=True,
        owner="taliban",
        chart=True,
    )
    fighters_usual: float = state(
        3000,
        "persons",
        "fighters Dushanbe has grown used to, a slow mean",
        judgement("fewer than there are now: they came in July 2021"),
        plausible=(2000, 5000),
        known_to=D,
    )
    troops_usual: float = state(
        8000,
        "persons",
        "troops Kabul has grown used to, a slow mean",
        judgement("equal to the troops there at the start"),
        plausible=(5000, 12000),
        known_to=T,
    )
    facing: float = tally("1", "troops against fighters, 1 at 20,000 against 8,000", bounds=(0, 100))


class Resistance(Record):
    """The resistance, and how settled Afghanistan is."""

    covert_support: float = state(
        0.25,
        "index",
        "arms, shelter and money for the resistance, denied by Dushanbe",
        judgement("rumours and reports only (¶2, ¶5)"),
        plausible=(0.0, 0.6),
        fades="support_fading",
        known_to=D,
        owner="dushanbe",
    )
    resistance: float = state(
        0.5,
        "index",
        "strength of the resistance around Panjshir",
        judgement("holds the last territory not wholly taken (¶5)"),
        plausible=(0.3, 0.7),
        known_to=ALL,
        estimated=True,
        chart=True,
    )
    detected: float = state(
        0.0,
        "index",
        "support for the resistance as Kabul has detected it, fading with time",
        judgement("nothing detected in the first week"),
        plausible=(0.0, 0.3),
        fades="detection_fading",
        known_to=BOTH,
    )
    leaders_hosted: float = state(
        0.5,
        "index",
        "leaders of the resistance sheltered in Tajikistan",
        judgement("two leaders were reported there (¶5); how many and how openly is unknown"),
        plausible=(0.0, 1.0),
        fades="shelter_fading",
        known_to=D,
        owner="dushanbe",
    )
    offensive: float = state(
        0.3,
        "index",
        "intensity of Kabul's operations against the resistance",
        judgement("Panjshir was surrounded in August 2021"),
        plausible=(0.1, 0.6),
        fades="offensive_fading",
        known_to=T,
        owner="taliban",
    )
    violence_north: float = state(
        0.4,
        "index",
        "violence against civilians in the Tajik-speaking north of Afghanistan",
        judgement("fighting had just ended in the provinces and went on in Panjshir (¶5)"),
        plausible=(0.2, 0.6),
        known_to=ALL,
        estimated=True,
        chart=True,
    )
    unsettled: float = state(
        0.9,
        "index",
        "how far Afghanistan is from settling",
        judgement("the week the republic fell; expected not to stabilise soon (¶19)"),
        plausible=(0.7, 1.0),
        known_to=ALL,
    )
