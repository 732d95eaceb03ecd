"""Numbers of Dushanbe's options and rules, each with unit, plausible range and source."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, literature, parameter, public

PULL = judgement("no figure exists; set so that the autumn of 2021 comes out as described, wide range")
PACE = judgement("no figure exists; a change of course shows within one to three months")
RIVAL = judgement(
    "the size of the claim it rivals, so that readings differ in what is claimed and not in strength"
)
BASE = judgement("how readily an option is taken without any reason for it; set on the autumn of 2021")


class DushanbeParameters(Record):
    """Numbers of Dushanbe's options and rules."""

    inertia: float = parameter(
        0.8, "utility", 0.4, 1.2, "standing utility of leaving things as they are", BASE
    )

    # options: standing utilities
    denounce_base: float = parameter(
        -1.5, "utility", -2.0, -1.0, "of naming and condemning Kabul's rulers", BASE
    )
    veil_base: float = parameter(-0.7, "utility", -1.2, -0.2, "of speaking of inclusiveness instead", BASE)
    soften_base: float = parameter(-1.3, "utility", -1.8, -0.8, "of softer words", BASE)
    mobilise_base: float = parameter(-3.0, "utility", -3.6, -2.4, "of sending troops", BASE)
    stand_down_base: float = parameter(-1.8, "utility", -2.4, -1.2, "of bringing troops home", BASE)
    back_base: float = parameter(-1.8, "utility", -2.4, -1.2, "of backing the resistance", BASE)
    drop_base: float = parameter(-2.0, "utility", -2.6, -1.4, "of dropping the resistance", BASE)
    dushanbe_warm_base: float = parameter(
        -2.5, "utility", -3.1, -1.9, "of Dushanbe's step towards contact", BASE
    )
    dushanbe_cool_base: float = parameter(-3.3, "utility", -3.9, -2.7, "of Dushanbe's step back", BASE)
    expand_base: float = parameter(-1.6, "utility", -2.2, -1.0, "of opening more trade", BASE)
    cut_base: float = parameter(-3.2, "utility", -3.8, -2.6, "of cutting power and trade", BASE)
    restore_base: float = parameter(-1.4, "utility", -2.0, -0.8, "of restoring what was cut", BASE)
    admit_base: float = parameter(-1.4, "utility", -2.0, -0.8, "of letting more refugees in", BASE)
    push_back_base: float = parameter(-1.6, "utility", -2.2, -1.0, "of sending more back", BASE)

    # options: what they do
    word_step: float = parameter(
        0.25, "share", 0.15, 0.35, "share of the way to full hardness one denunciation takes", PACE
    )
    veil_words: float = parameter(
        0.35, "share", 0.2, 0.5, "hardness of a veiled criticism against an open one", PACE
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
        "soldiers sent in one week of mobilising",
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
        2500000,
        "USD/week",
        1500000,
        4000000,
        "other trade at its most",
        judgement("about three times the level of 2021"),
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
    power_contract: float = parameter(
        24.2,
        "GWh/week",
        22,
        26,
        "weekly supply under contract",
        public("Barqi Tojik", "press conference on 2021: 1.257 TWh sold to Afghanistan", "January 2022"),
        bounds=(0.1, 60),
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

    # rules
    nationalist_words: float = parameter(2.9, "utility", 1.5, 4.3, "pull of popularity on hard words", PULL)
    nationalist_veil: float = parameter(1.3, "utility", 0.5, 2.1, "the same on veiled words", PULL)
    nationalist_gain: float = parameter(
        0.05, "1/week", 0.02, 0.08, "approval won by hard words, times solidarity", PULL
    )
    kin_floor: float = parameter(
        0.35, "index", 0.25, 0.45, "solidarity from which hard words win anything", PULL
    )
    kin_full: float = parameter(0.9, "index", 0.75, 1.0, "solidarity at which they win most", PULL)
    need_share: float = parameter(
        0.7, "share", 0.4, 0.9, "part of that gain that needs hardship or fatigue to make up for", PULL
    )
    audience_cost: float = parameter(
        3.4,
        "utility",
        1.6,
        5.2,
        "expected cost of visible dealings",
        literature(
            "Li and Chen",
            2021,
            "substantial disapproval of threats not carried out, survey of Chinese citizens; sign contested by Levy et al. 2015",
        ),
    )
    audience_words: float = parameter(0.8, "utility", 0.2, 1.4, "the same on softer words", PULL)
    audience_loss: float = parameter(
        0.05, "1/week", 0.01, 0.09, "approval lost by visible dealings, times solidarity", PULL
    )
    audience_floor: float = parameter(
        0.35, "share", 0.1, 0.6, "part of the cost that does not depend on earlier words", PULL
    )
    words_memory_pace: float = parameter(
        0.027,
        "1/week",
        0.015,
        0.05,
        "pace at which audiences remember and forget",
        judgement("half-life of about half a year"),
        bounds=(0, 1),
    )
    peace_force: float = parameter(
        0.8, "utility", 0.2, 1.4, "pull of protecting the peace on sending troops", PULL
    )
    peace_contact: float = parameter(
        0.5, "utility", 0.1, 0.9, "pull against contact while the crisis serves at home", PULL
    )
    peace_gain: float = parameter(
        0.04,
        "1/week",
        0.0,
        0.08,
        "approval won by fear while no blood is shed",
        literature(
            "Baker and Oneal",
            2001,
            "rallies small or none on average, United States; negative on average in 27 countries (JCR 2023)",
        ),
    )
    peace_loss: float = parameter(0.06, "1/week", 0.02, 0.1, "approval lost by fear when blood is shed", PULL)
    fear_usual: float = parameter(0.3, "index", 0.2, 0.4, "fear that is always there", PULL)
    spotlight_words: float = parameter(
        1.0, "utility", 0.3, 1.7, "pull of Western attention on hard words", PULL
    )
    spotlight_gain: float = parameter(0.05, "1/week", 0.02, 0.08, "attention earned by a lone stand", PULL)
    caution_words: float = parameter(3.0, "utility", 1.5, 4.5, "pull of danger against hard words", PULL)
    caution_soft: float = parameter(1.6, "utility", 0.6, 2.6, "pull of danger towards softer words", PULL)
    caution_contact: float = parameter(2.4, "utility", 1.0, 3.8, "pull of danger towards a channel", PULL)
    caution_force: float = parameter(
        1.0, "utility", 0.3, 1.7, "pull of danger against more troops and arms for others", PULL
    )
    danger: float = parameter(
        0.5, "index", 0.42, 0.58, "tension at which the expected cost of more is steepest", PULL
    )
    danger_width: float = parameter(
        0.07, "index", 0.04, 0.1, "how sharply it rises there", PULL, bounds=(0.01, 1)
    )
    counsel_weight: float = parameter(
        0.8, "1", 0.2, 1.4, "how much counsel of restraint adds to caution", PULL, bounds=(0, 10)
    )
    backstop: float = parameter(
        0.6,
        "1",
        0.2,
        0.9,
        "part of caution that firm backers take away",
        literature(
            "Benson",
            2011,
            "unconditional compellent pledges go with more initiation, deterrent ones with less targeting; dyads",
        ),
        bounds=(0, 10),
    )
    backstop_china: float = parameter(0.3, "share", 0.1, 0.5, "China's part in that beside Russia's", PULL)
    keep_down: float = parameter(
        2.0, "utility", 1.0, 3.0, "pull of full shelters on sending people back", PULL
    )
    keep_down_share: float = parameter(
        0.04,
        "share",
        0.0,
        0.1,
        "share of arrivals security services turn away beyond policy",
        judgement("thousands sent back (¶9); how many against policy is unknown"),
    )
    unreported: float = parameter(
        0.05,
        "share",
        0.0,
        0.3,
        "share of new arrivals that the reports leave out",
        judgement("accurate statistics are not published (¶9)"),
    )
    outside_help: float = parameter(
        0.08,
        "persons",
        0.02,
        0.2,
        "places built per thousand dollars of assistance",
        judgement(
            "camp construction at some 2,500 dollars a place, and a fifth of the aid spent on it; nothing was built in twenty years (¶8)"
        ),
        bounds=(0, 100),
    )
    lever: float = parameter(
        2.5, "utility", 1.5, 3.5, "worth of the revenue and the lever that power sales are", PULL
    )
    restoring: float = parameter(2.5, "utility", 1.5, 3.5, "pull to restore what was cut", PULL)
    deniable: float = parameter(
        1.6, "utility", 0.6, 2.6, "pull to back a resistance that is attacked and alive", PULL
    )
    exposed: float = parameter(1.8, "utility", 0.8, 2.8, "pull to drop it once detected", PULL)
    support_effect: float = parameter(
        0.03, "1/week", 0.01, 0.05, "strength the resistance gains from full support", PULL
    )
    detection_rate: float = parameter(
        0.06, "1/week", 0.02, 0.1, "chance a week that full support is detected", PULL
    )
    answer: float = parameter(
        5.4, "utility", 4.0, 6.8, "pull of newly massed fighters on sending troops", PULL
    )
    answer_full: float = parameter(
        4000, "persons", 2500, 5500, "new fighters at which the answer is strongest", PULL
    )
    force_cost: float = parameter(3.0, "utility", 2.0, 4.0, "pull of its cost on bringing troops home", PULL)
    guardian_words: float = parameter(
        1.2, "utility", 0.4, 2.0, "pull of violence against kin on hard words", PULL
    )
    guardian_soft: float = parameter(1.0, "utility", 0.3, 1.7, "the same against softer words", PULL)
    guardian_doors: float = parameter(0.8, "utility", 0.2, 1.4, "the same on letting people in", PULL)
    inclusive_contact: float = parameter(2.6, "utility", 1.2, 4.0, "pull of a broad cabinet on contact", PULL)
    inclusive_words: float = parameter(1.0, "utility", 0.3, 1.7, "the same on softer words", PULL)
    veil_pull: float = parameter(1.2, "utility", 0.4, 2.0, "pull of tension on veiled words", PULL)
    veil_shield: float = parameter(
        0.6, "share", 0.3, 0.9, "part of its sting that veiled speech takes away", PULL
    )
    purse_trade: float = parameter(1.4, "utility", 0.6, 2.2, "pull of a poor economy on trade", PULL)
    purse_contact: float = parameter(1.6, "utility", 0.8, 2.4, "pull of a poor economy on contact", PULL)
    purse_words: float = parameter(0.5, "utility", 0.1, 0.9, "pull of a poor economy on softer words", PULL)
    non_recognition: float = parameter(
        3.0, "utility", 1.5, 4.5, "pull against the top rungs of contact", PULL
    )
    non_recognition_cool: float = parameter(1.0, "utility", 0.3, 1.7, "pull back from those rungs", PULL)
    crisis_quiet: float = parameter(0.3, "index", 0.2, 0.4, "tension below which troops are not needed", PULL)

    # rival readings
    conviction_words: float = parameter(
        2.4, "utility", 1.2, 3.6, "pull of conviction on hard words, whatever they earn", RIVAL
    )
    conviction_contact: float = parameter(
        1.6, "utility", 0.6, 2.6, "pull of conviction against contact", RIVAL
    )
    weary_contact: float = parameter(
        0.8, "utility", 0.2, 1.4, "pull of a public tired of alarm towards contact", RIVAL
    )
    weary_loss: float = parameter(
        0.04,
        "1/week",
        0.0,
        0.08,
        "approval lost by a crisis that lasts, times fear",
        literature(
            "Journal of Conflict Resolution",
            2023,
            "rallies negative on average in 27 countries (doi 10.1177/00220027231171310)",
        ),
    )
    restraint: float = parameter(
        0.6,
        "1",
        0.2,
        0.9,
        "caution that firm backers add by holding their client back",
        literature("Benson", 2011, "deterrent pledges conditional on attack go with less targeting; dyads"),
        bounds=(0, 10),
    )
