"""Sizes of Dushanbe's rules and of their rival readings, each with unit, plausible range and source."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, literature, parameter

PULL = judgement("no figure exists; set so that the autumn of 2021 comes out as described, wide range")
RESTATED = judgement(
    "no figure exists; larger than other pulls, since need, tiring and settlement each take a share of it"
)
RIVAL = judgement(
    "the size of the claim it rivals, so that readings differ in what is claimed and not in strength"
)


class DushanbeSizes(Record):
    """Sizes of Dushanbe's rules."""

    nationalist_words: float = parameter(
        12.0, "utility", 8.0, 16.0, "pull of popularity on hard words", RESTATED
    )
    nationalist_veil: float = parameter(2.0, "utility", 1.0, 3.0, "the same on veiled words", RESTATED)
    nationalist_gain: float = parameter(
        0.05, "1/week", 0.02, 0.08, "approval won by hard words, times solidarity", PULL
    )
    kin_floor: float = parameter(
        0.35, "index", 0.25, 0.45, "solidarity from which hard words win anything", PULL
    )
    kin_full: float = parameter(0.9, "index", 0.75, 1.0, "solidarity at which they win most", PULL)
    street_share: float = parameter(
        0.4,
        "share",
        0.2,
        0.6,
        "weight of the street against views that nobody polls, where government judges how citizens feel",
        literature(
            "Kuran",
            1989,
            "where speaking is risky views stay hidden, so what is done in public is what counts; the form",
        ),
    )
    street_full: float = parameter(
        0.5,
        "share",
        0.35,
        0.65,
        "share of citizens taking part at which the street says most",
        literature(
            "Lohmann",
            1994,
            "Leipzig 1989-91: turnout tells what no poll does, less where it is cheap; signing is, hence half",
        ),
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
    tiring: float = parameter(
        0.7,
        "share",
        0.5,
        0.9,
        "part of their gain that hard words lose where nothing is in the news",
        literature("Downs", 1972, "interest in a lasting problem declines unless events revive it; the form"),
    )
    lasting: float = parameter(
        0.9,
        "share",
        0.7,
        1.0,
        "part of what the crisis earns that goes where Afghanistan settles",
        judgement("it may fuel the regime while Afghanistan does not stabilise (¶19): all of it, or nearly"),
    )
    settled: float = parameter(0.1, "index", 0.05, 0.2, "unrest at which the crisis earns nothing more", PULL)
    unsettled_full: float = parameter(
        0.7, "index", 0.6, 0.8, "unrest from which it earns as much as ever", PULL
    )
    hidden: float = parameter(
        0.3,
        "share",
        0.1,
        0.5,
        "part of the cost of dealings that a back-channel has, which hardly shows",
        literature("Fearon", 1994, "audience costs fall on what is seen; the form, not the size"),
    )
    overboard: float = parameter(
        0.5,
        "index",
        0.4,
        0.6,
        "remembered hardness of words at which the way back closes fastest",
        judgement("half the scale is harsh; going overboard (¶19) lies beyond it"),
    )
    overboard_width: float = parameter(
        0.06, "index", 0.03, 0.09, "how sharply it closes there", PULL, bounds=(0.01, 1)
    )
    audience_words: float = parameter(1.6, "utility", 0.6, 2.6, "the same on softer words", PULL)
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
    blood_broken: float = parameter(
        0.4,
        "index",
        0.3,
        0.5,
        "recent deaths at which the promise of peace is broken",
        PULL,
        bounds=(0.01, 1),
    )
    spotlight_words: float = parameter(
        5.5,
        "utility",
        3.0,
        8.0,
        "pull of Western attention on hard words",
        judgement("named beside support at home (¶17): a motive of like size"),
    )
    spotlight_aid: float = parameter(
        0.2, "share", 0.1, 0.3, "weight in it of the aid that follows attention", PULL
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
    ordinary: float = parameter(
        1.0,
        "1",
        0.4,
        1.6,
        "weight of ordinary risk, in proportion to tension, beside that of danger",
        judgement("risks are weighed in ordinary weeks (¶18) as well as near danger (¶19): of like weight"),
        bounds=(0, 10),
    )
    counsel_weight: float = parameter(
        0.8, "1", 0.2, 1.4, "how much counsel of restraint adds to caution", PULL, bounds=(0, 10)
    )
    backstop: float = parameter(
        0.8,
        "1",
        0.5,
        1.1,
        "part of the cost of ordinary risk that firm backers take away",
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
        8.0, "utility", 6.0, 10.0, "pull of newly massed fighters on sending troops", PULL
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
    purse_trade: float = parameter(2.2, "utility", 1.2, 3.2, "pull of a poor economy on trade", PULL)
    non_recognition: float = parameter(
        3.0, "utility", 1.5, 4.5, "pull against the top rungs of contact", PULL
    )
    non_recognition_cool: float = parameter(1.0, "utility", 0.3, 1.7, "pull back from those rungs", PULL)
    stake_words: float = parameter(
        2.0, "utility", 0.8, 3.2, "pull of dealings that could be lost against hard words", PULL
    )
    stake_contact: float = parameter(1.4, "utility", 0.4, 2.4, "the same against stepping back", PULL)
    stake_soft: float = parameter(1.2, "utility", 0.4, 2.0, "the same towards softer words", PULL)
    stake_ties: float = parameter(
        0.7, "share", 0.5, 0.9, "weight of working ties in what is at stake, the rung's beside it", PULL
    )
    ties_least: float = parameter(
        0.3, "index", 0.2, 0.4, "working ties that power on credit and little trade make, no loss", PULL
    )
    ties_full: float = parameter(0.7, "index", 0.6, 0.8, "working ties at which most is at stake", PULL)
    apart_words: float = parameter(
        3.0,
        "utility",
        1.5,
        4.5,
        "pull of standing apart from the neighbours on hard words",
        judgement(
            "no less popular than hard words themselves (¶13), and less of it is left to win: half of them and less"
        ),
    )
    apart_contact: float = parameter(0.8, "utility", 0.2, 1.4, "the same against contact", PULL)
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
