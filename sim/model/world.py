"""Every state variable, once: initial value, unit, bounds, meaning, source, who perceives it.

Also the drives (channels through which rules push processes) and the weekly draws of processes.
"""

from __future__ import annotations

from sim.model.provenance import Record, article, draw, drive, judgement, public, state, tally

ALL = ("everyone",)
D = ("dushanbe",)
T = ("taliban",)
BOTH = ("dushanbe", "taliban")
NOT_KABUL = ("dushanbe", "russia", "china", "uzbekistan")

#: Regions in the order the population uses; names of their means end in these.
REGIONS = ("dushanbe", "sughd", "khatlon", "republican", "badakhshan")


class World(Record):
    """The state of one run at the end of a week."""

    # words
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

    # force
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
        4500,
        "persons",
        "Taliban fighters massed near the border",
        judgement("districts on the river fell in July 2021; no count is published"),
        plausible=(2500, 6500),
        fades="fighters_fading",
        rests="fighters_rest",
        known_to=BOTH + ("russia", "china", "uzbekistan"),
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

    # resistance
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

    # contact
    dushanbe_ready: float = state(
        0,
        "rung",
        "rung of contact Dushanbe is ready for",
        judgement("no readiness for contact shows in August 2021 (¶2, ¶3)"),
        plausible=(0, 0),
        known_to=D,
        owner="dushanbe",
    )
    taliban_ready: float = state(
        1,
        "rung",
        "rung of contact Kabul is ready for",
        judgement("some in its ranks are willing (¶11)"),
        plausible=(1, 1),
        known_to=T,
        owner="taliban",
    )
    contact_waited: float = tally(
        "1",
        "weeks both sides have been ready for the next rung; negative, weeks this one has not been held",
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
        "working ties: missions, crossings, markets, bills",
        judgement("power and trade go on (¶10), little else"),
        plausible=(0.05, 0.3),
        known_to=BOTH,
        fades="ties_fading",
        chart=True,
    )

    # Kabul
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
        fades="ability_fading",
        rests="ability_rest",
        known_to=T,
    )

    # outsiders
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

    # power and trade
    power_supply: float = state(
        24.2,
        "GWh/week",
        "electricity delivered to Afghanistan",
        public("Barqi Tojik", "press conference on 2021: 1.257 TWh sold to Afghanistan", "January 2022"),
        plausible=(22, 26),
        bounds=(0, 60),
        known_to=ALL,
        owner="dushanbe",
        chart=True,
    )
    power_billed_total: float = tally("USD", "value of the power delivered so far")
    power_paid_total: float = tally("USD", "payments for power so far")
    power_owed: float = tally(
        "USD", "power delivered and not paid since the start", known_to=BOTH, chart=True
    )
    payment_will: float = state(
        0.3,
        "share",
        "share of its ability that Kabul puts into the bill",
        judgement("debt grows while it says it will pay (¶10)"),
        plausible=(0.1, 0.5),
        fades="payment_fading",
        known_to=T,
        owner="taliban",
    )
    other_trade: float = state(
        750000,
        "USD/week",
        "trade with Afghanistan other than power",
        public(
            "Agency on Statistics of Tajikistan",
            "foreign trade in 2021, of which 1.5 % with Afghanistan (¶10) less power",
            "January 2022",
        ),
        plausible=(500000, 1000000),
        bounds=(0, 1e8),
        fades="trade_fading",
        rests="trade_rest",
        known_to=ALL,
        owner="dushanbe",
    )
    trade_total: float = tally("USD", "other trade so far")

    # refugees
    pledged: float = state(
        100000,
        "persons",
        "refugees Dushanbe has promised to take in",
        article(4, 8),
        plausible=(100000, 100000),
        known_to=ALL,
    )
    refugee_capacity: float = state(
        15000,
        "persons",
        "places for refugees",
        judgement("near the number reported in October (¶9); no infrastructure was ever built (¶8)"),
        plausible=(10000, 25000),
        known_to=D,
    )
    admission: float = state(
        0.25,
        "share",
        "share of those who attempt that is let in",
        judgement("about 5,000 more in six weeks of up to 600 attempts a day (¶9): more than one in five"),
        plausible=(0.15, 0.35),
        fades="admission_fading",
        rests="admission_rest",
        known_to=D,
        owner="dushanbe",
    )
    refugees_attempted: float = tally("persons", "people who came to the river so far")
    refugees_admitted: float = tally("persons", "people let in so far")
    refugees_turned_back: float = tally("persons", "people sent back so far")
    refugees_waiting: float = tally("persons", "people waiting at the border", known_to=D)
    refugees_left: float = tally("persons", "people who moved on so far")
    refugees_before: float = state(
        8300,
        "persons",
        "Afghan refugees in the country at the start",
        judgement("the count of early September (¶9) less about two weeks of admissions"),
        plausible=(7500, 9500),
    )
    refugees_hosted: float = tally("persons", "Afghan refugees in the country", known_to=D, chart=True)
    refugees_reported: float = state(
        8300,
        "persons",
        "refugees as officials report them",
        judgement("follows the security chief's counts of early September and October (¶9)"),
        plausible=(7500, 9500),
        known_to=ALL,
        chart=True,
    )

    # economy
    remittances: float = state(
        1.0,
        "1",
        "money sent home by migrants, 1 = the level of 2021",
        public("World Bank", "Migration and Development Brief 36: about a third of GDP", "May 2022"),
        plausible=(0.85, 1.15),
        bounds=(0, 3),
        known_to=ALL,
    )
    output: float = state(
        1.0,
        "1",
        "domestic output, 1 = the level of 2021",
        judgement("an index; only its movement matters"),
        plausible=(0.95, 1.05),
        bounds=(0, 5),
        known_to=ALL,
    )
    hardship: float = state(
        0.55,
        "index",
        "economic difficulty as households feel it",
        judgement("called economic difficulties (¶11); no weekly measure"),
        plausible=(0.35, 0.75),
        known_to=ALL,
        chart=True,
    )
    fatigue: float = state(
        0.45,
        "index",
        "tiredness of a rule of almost thirty years",
        judgement("called general fatigue (¶11); no poll is published"),
        plausible=(0.25, 0.65),
        known_to=D,
    )

    # news and danger
    media_salience: float = state(
        0.9,
        "index",
        "how much social media shows of Afghanistan",
        judgement("a flood of images and appeals since Kabul fell (¶12)"),
        plausible=(0.7, 1.0),
        fades="salience_decay",
        rests="salience_rest",
        known_to=ALL,
        chart=True,
    )
    militant_threat: float = state(
        0.4,
        "index",
        "militants near the Tajik border",
        judgement("numerous attacks in recent years (¶1)"),
        plausible=(0.2, 0.6),
        known_to=ALL,
        estimated=True,
    )
    drug_flow: float = state(
        0.5,
        "index",
        "trafficking over the border, 0.5 = usual",
        judgement("most of the traffic to Russia and Europe passes (¶1)"),
        plausible=(0.4, 0.6),
        known_to=ALL,
        estimated=True,
    )
    terror_attacks: float = tally("count", "terrorist attacks so far")
    tension: float = state(
        0.35,
        "index",
        "danger of the situation at the border, as nobody sees it exactly",
        judgement("alarm in mid-August before any troops were sent"),
        plausible=(0.2, 0.5),
        known_to=ALL,
        estimated=True,
        chart=True,
    )
    heat: float = state(
        0.0,
        "index",
        "recent fighting",
        judgement("none in the first week"),
        plausible=(0.0, 0.2),
        known_to=ALL,
    )
    blood: float = state(
        0.0,
        "index",
        "recent deaths at home",
        judgement("none in the first week"),
        plausible=(0.0, 0.1),
        fades="blood_fading",
        known_to=ALL,
    )
    fighting: float = tally("flag", "sustained fighting goes on")
    fighting_weeks: float = tally("week", "weeks of the present fighting")
    war: float = tally("flag", "interstate war goes on")
    since_clash: float = state(
        1000,
        "week",
        "weeks since the last clash",
        judgement("none remembered in the week of the start"),
        plausible=(1000, 1000),
    )
    since_talks: float = state(
        1000,
        "week",
        "weeks since the last talks",
        judgement("none remembered in the week of the start"),
        plausible=(1000, 1000),
    )
    incidents: float = tally("count", "border incidents so far", chart=True)
    clashes: float = tally("count", "armed clashes so far", chart=True)
    deaths: float = tally("count", "deaths in clashes and fighting so far", chart=True)
    talks: float = tally("count", "rounds of official talks so far")

    # domestic opinion: means of the population
    solidarity: float = state(
        0.6,
        "index",
        "support for a hard line in the name of Afghan Tajiks, mean of citizens",
        judgement("petitions and messages of support are everywhere (¶12); no poll is published"),
        plausible=(0.45, 0.75),
        known_to=D,
        estimated=True,
        chart=True,
    )
    fear: float = state(
        0.4,
        "index",
        "fear of what comes over the border, mean of citizens",
        judgement("the promise of peace is relevant again (¶16)"),
        plausible=(0.25, 0.55),
        known_to=D,
        estimated=True,
        chart=True,
    )
    approval: float = state(
        0.55,
        "index",
        "approval of the president, mean of citizens",
        judgement("worn by difficulty and fatigue before the crisis (¶11); no poll is published"),
        plausible=(0.4, 0.7),
        known_to=D,
        estimated=True,
        chart=True,
    )
    solidarity_spread: float = tally(
        "index", "standard deviation of solidarity among citizens", known_to=D, estimated=True
    )
    fear_spread: float = tally(
        "index", "standard deviation of fear among citizens", known_to=D, estimated=True
    )
    approval_spread: float = tally(
        "index", "standard deviation of approval among citizens", known_to=D, estimated=True
    )
    solidarity_dushanbe: float = tally(
        "index", "mean solidarity in the city of Dushanbe", known_to=D, estimated=True
    )
    solidarity_sughd: float = tally("index", "mean solidarity in Sughd", known_to=D, estimated=True)
    solidarity_khatlon: float = tally("index", "mean solidarity in Khatlon", known_to=D, estimated=True)
    solidarity_republican: float = tally(
        "index", "mean solidarity in the Districts of Republican Subordination", known_to=D, estimated=True
    )
    solidarity_badakhshan: float = tally(
        "index", "mean solidarity in Gorno-Badakhshan", known_to=D, estimated=True
    )
    fear_dushanbe: float = tally("index", "mean fear in the city of Dushanbe", known_to=D, estimated=True)
    fear_sughd: float = tally("index", "mean fear in Sughd", known_to=D, estimated=True)
    fear_khatlon: float = tally("index", "mean fear in Khatlon", known_to=D, estimated=True)
    fear_republican: float = tally(
        "index", "mean fear in the Districts of Republican Subordination", known_to=D, estimated=True
    )
    fear_badakhshan: float = tally("index", "mean fear in Gorno-Badakhshan", known_to=D, estimated=True)
    approval_dushanbe: float = tally(
        "index", "mean approval in the city of Dushanbe", known_to=D, estimated=True
    )
    approval_sughd: float = tally("index", "mean approval in Sughd", known_to=D, estimated=True)
    approval_khatlon: float = tally("index", "mean approval in Khatlon", known_to=D, estimated=True)
    approval_republican: float = tally(
        "index", "mean approval in the Districts of Republican Subordination", known_to=D, estimated=True
    )
    approval_badakhshan: float = tally(
        "index", "mean approval in Gorno-Badakhshan", known_to=D, estimated=True
    )

    # the two ladders
    war_of_words: float = tally("flag", "the war of words is on (with an exit below its entry)")
    show_of_force: float = tally("flag", "the show of force is on (with an exit below its entry)")
    escalation: float = tally("rung", "rung on the ladder of escalation", known_to=ALL, chart=True)
    rapprochement: float = tally("rung", "rung on the ladder of rapprochement", known_to=ALL, chart=True)


class Seen(World):
    """What one actor perceives; everything it cannot know is NaN, and a rule that reads it does not load."""


class Drives(Record):
    """Channels through which rules push processes; summed anew each week, never set elsewhere."""

    provocation: float = drive("index", "added to how Kabul takes Dushanbe's words")
    incident: float = drive("1/week", "rate of border incidents before the multipliers")
    clash: float = drive("logit", "added to the log-odds that an incident becomes a clash")
    combat: float = drive("logit", "added to the log-odds that a clash becomes sustained fighting")
    war: float = drive("logit", "added to the log-odds that a week of fighting becomes war")
    attempts: float = drive("persons/week", "people who come to the river because of violence")
    admission: float = drive("share", "added to the share that is let in")
    reporting: float = drive("share", "share of new arrivals that reports leave out")
    resistance: float = drive("1/week", "pull on the strength of the resistance")
    detection: float = drive("1/week", "rate at which support is detected")
    violence: float = drive("1/week", "pull on violence in the north")
    settling: float = drive("1/week", "pull on how unsettled Afghanistan is")
    pragmatists: float = drive("1/week", "pull on the pragmatists' weight")
    ability: float = drive("1/week", "pull on ability to pay")
    spotlight: float = drive("1/week", "pull on Western attention")
    fatigue: float = drive("1/week", "pull on fatigue")
    drugs: float = drive("1/week", "pull on trafficking")
    peers: float = drive("share", "weight of one's circle against one's anchor")
    solidarity_by_exposure: float = drive("1/week", "pull on solidarity, times a citizen's exposure")
    solidarity_by_trust: float = drive("1/week", "pull on solidarity, times a citizen's trust in state media")
    solidarity_by_kin: float = drive("1/week", "pull on solidarity, times a citizen's kin-feeling")
    fear_by_exposure: float = drive("1/week", "pull on fear, times a citizen's exposure")
    fear_by_border: float = drive("1/week", "pull on fear, times how near to the border a citizen lives")
    approval_all: float = drive("1/week", "pull on everyone's approval")
    approval_by_solidarity: float = drive("1/week", "pull on approval, times a citizen's solidarity")
    approval_by_fear: float = drive("1/week", "pull on approval, times a citizen's fear")
    approval_by_hardship: float = drive("1/week", "pull on approval, times a citizen's hardship")


class Draws(Record):
    """Chance in the processes: one addressed draw a week for each name."""

    incident: float = draw("uniform", "whether there is an incident")
    clash: float = draw("uniform", "whether an incident becomes a clash")
    dead: float = draw("uniform", "how many die in a clash")
    combat: float = draw("uniform", "whether a clash becomes sustained fighting")
    ceasefire: float = draw("uniform", "whether sustained fighting ends")
    war: float = draw("uniform", "whether fighting becomes war")
    peace: float = draw("uniform", "whether war ends")
    detection: float = draw("uniform", "whether support is detected")
    attack: float = draw("uniform", "whether there is a terrorist attack")
    tension: float = draw("normal", "noise of tension")
    attempts: float = draw("normal", "noise of the flow over the river")
    violence: float = draw("normal", "noise of violence in the north")
    remittances: float = draw("normal", "noise of remittances")
    output: float = draw("normal", "noise of output")
    militants: float = draw("normal", "noise of the militant threat")
    drugs: float = draw("normal", "noise of trafficking")
    pragmatists: float = draw("normal", "noise of the wings' balance")
    ability: float = draw("normal", "noise of Kabul's means")
    spotlight: float = draw("normal", "noise of Western attention")
