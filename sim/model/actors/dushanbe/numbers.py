"""Numbers of Dushanbe's options, each with unit, plausible range and source."""

from __future__ import annotations

from sim.model.actors.readiness import HARDLY_EVER, NOW_AND_THEN, OFTEN, RARELY, SELDOM, standing
from sim.model.provenance import Record, judgement, parameter

PACE = judgement("no figure exists; a change of course shows within one to three months")


class DushanbeOptions(Record):
    """Numbers of Dushanbe's options."""

    inertia: float = parameter(
        0.0,
        "utility",
        -0.4,
        0.4,
        "standing utility of leaving things as they are",
        judgement("the zero of the scale: options' rates are stated against it; more or less moves them all"),
    )

    # options: standing utilities
    denounce_base: float = standing(SELDOM, "of naming and condemning Kabul's rulers")
    veil_base: float = standing(NOW_AND_THEN, "of speaking of inclusiveness instead")
    soften_base: float = standing(NOW_AND_THEN, "of softer words")
    mobilise_base: float = standing(HARDLY_EVER, "of sending troops")
    stand_down_base: float = standing(NOW_AND_THEN, "of bringing troops home")
    back_base: float = standing(NOW_AND_THEN, "of backing the resistance")
    drop_base: float = standing(NOW_AND_THEN, "of dropping the resistance")
    dushanbe_warm_base: float = standing(RARELY, "of Dushanbe's step towards contact")
    dushanbe_cool_base: float = standing(HARDLY_EVER, "of Dushanbe's step back")
    expand_base: float = standing(SELDOM, "of opening more trade")
    cut_base: float = standing(RARELY, "of cutting power and trade")
    restore_base: float = standing(OFTEN, "of restoring what was cut")
    admit_base: float = standing(OFTEN, "of letting more refugees in")
    push_back_base: float = standing(NOW_AND_THEN, "of sending more back")

    # options: what they do
    word_step: float = parameter(
        0.25, "share", 0.15, 0.35, "share of the way to full hardness one denunciation takes", PACE
    )
    veil_words: float = parameter(
        0.7, "share", 0.5, 0.9, "pace of a veiled criticism towards its level, an open one's at 1", PACE
    )
    veil_level: float = parameter(
        0.45,
        "index",
        0.35,
        0.55,
        "hardness of words that name nobody",
        judgement(
            "harsh, yet without direct reference (¶7); below `overboard`, which they are there to avoid (¶19)"
        ),
    )
    veil_step: float = parameter(
        0.3, "share", 0.15, 0.45, "share of the way to fully veiled speech one week takes", PACE
    )
    soften_step: float = parameter(
        0.325, "share", 0.2, 0.45, "share of its hardness that one softer week takes off", PACE
    )
    troops_step: float = parameter(
        8000,
        "persons",
        6000,
        10000,
        "soldiers sent in one week of mobilising, fewer the less room is left up to the most",
        judgement("the 20,000 (¶6) were reached within about two months"),
        bounds=(0, 100000),
    )
    troops_most: float = parameter(
        32000,
        "persons",
        25000,
        40000,
        "soldiers a weak army can keep at the border",
        judgement("the weakest army of the region (¶1); 20,000 was a great effort (¶6)"),
        bounds=(1000, 500000),
    )
    troops_home: float = parameter(
        0.15, "share", 0.05, 0.25, "share of the surplus brought home in a week", PACE
    )
    support_step: float = parameter(
        0.25, "share", 0.1, 0.4, "share of the way to full support one week takes", PACE
    )
    support_drop: float = parameter(0.4, "share", 0.2, 0.6, "share of the support dropped in a week", PACE)
    shelter_step: float = parameter(
        0.1, "share", 0.02, 0.2, "share of the way to full shelter of leaders", PACE
    )
    trade_step: float = parameter(
        0.06, "share", 0.02, 0.1, "share of the way to the most trade possible", PACE
    )
    trade_most: float = parameter(
        1500000,
        "USD/week",
        1100000,
        1900000,
        "other trade at its most",
        judgement("about twice the level of 2021"),
        bounds=(0, 100000000.0),
    )
    trade_rest: float = parameter(
        750000,
        "USD/week",
        500000,
        1000000,
        "other trade nobody pushes",
        judgement("the level of 2021"),
        bounds=(1, 100000000.0),
    )
    cut_step: float = parameter(0.5, "share", 0.25, 0.75, "share of power and trade one cut takes off", PACE)
    restore_step: float = parameter(
        0.5, "share", 0.25, 0.75, "share of what is missing one restoring week gives back", PACE
    )
    admit_step: float = parameter(
        0.08, "share", 0.03, 0.15, "share of the way to open doors one week takes", PACE
    )
    push_back_step: float = parameter(
        0.25, "share", 0.1, 0.4, "share of admissions one harder week takes off", PACE
    )

    # options: how they fade
    words_fading: float = parameter(
        0.04, "1/week", 0.02, 0.06, "return of rhetoric to its rest", PACE, bounds=(0, 1)
    )
    words_rest: float = parameter(0.15, "index", 0.05, 0.25, "rhetoric nobody feeds", PACE)
    veil_fading: float = parameter(
        0.03, "1/week", 0.01, 0.06, "return of veiled speech to its rest", PACE, bounds=(0, 1)
    )
    veil_rest: float = parameter(0.5, "share", 0.3, 0.7, "veiled share nobody feeds", PACE)
    troops_fading: float = parameter(
        0.02, "1/week", 0.01, 0.03, "return of troops to garrison strength", PACE, bounds=(0, 1)
    )
    troops_rest: float = parameter(
        8000,
        "persons",
        6000,
        10000,
        "troops at the border in quiet times",
        judgement("border guards and garrisons; no strength is published"),
        bounds=(0, 500000),
    )
    support_fading: float = parameter(
        0.03, "1/week", 0.01, 0.06, "support that runs out", PACE, bounds=(0, 1)
    )
    shelter_fading: float = parameter(0.004, "1/week", 0.0, 0.01, "leaders who move on", PACE, bounds=(0, 1))
    trade_fading: float = parameter(
        0.005, "1/week", 0.0, 0.01, "return of trade to its rest", PACE, bounds=(0, 1)
    )
    admission_fading: float = parameter(
        0.05, "1/week", 0.02, 0.1, "return of admissions to their rest", PACE, bounds=(0, 1)
    )
    admission_rest: float = parameter(
        0.27,
        "share",
        0.2,
        0.35,
        "share let in when nothing is decided",
        judgement("more than one attempt in five ended in a stay (¶9), with D7's discount on top"),
    )
