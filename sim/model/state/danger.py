"""News and danger, opinion at home, and the two ladders."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, state, tally
from sim.model.state.knowing import ALL, D


class Danger(Record):
    """News of Afghanistan, and danger at the border."""

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
        "recent violence at the border",
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
    incidents: float = tally("count", "border incidents of both kinds so far", chart=True)
    infiltrations: float = tally(
        "count", "deadly incidents with smugglers or infiltrators so far", chart=True
    )
    infiltration_deaths: float = tally("count", "deaths in them so far", chart=True)
    clashes: float = tally("count", "clashes between forces of the two sides so far", chart=True)
    deaths: float = tally("count", "deaths in clashes, fighting and war so far", chart=True)
    talks: float = tally("count", "rounds of official talks so far")


class Opinion(Record):
    """Domestic opinion: means of the population."""

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
    participation: float = tally(
        "share",
        "share of citizens who sign, appeal or pass messages of support on this week",
        known_to=D,
        chart=True,
    )
    street_memory: float = tally("share", "taking part as it is remembered, which makes it stale")
    participation_dushanbe: float = tally("share", "the same in the city of Dushanbe", known_to=D)
    participation_sughd: float = tally("share", "the same in Sughd", known_to=D)
    participation_khatlon: float = tally("share", "the same in Khatlon", known_to=D)
    participation_republican: float = tally(
        "share", "the same in the Districts of Republican Subordination", known_to=D
    )
    participation_badakhshan: float = tally("share", "the same in Gorno-Badakhshan", known_to=D)
    mood_approval: float = tally(
        "1/week", "push on approval of events at home that nobody models", bounds=(-1, 1)
    )
    mood_solidarity: float = tally("1/week", "the same push on solidarity", bounds=(-1, 1))
    mark: float = tally(
        "index",
        "how far outrages since the start have moved what those who feel kin return to",
        fades="trauma_fading",
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


class Ladders(Record):
    """The two ladders."""

    technical_contact: float = tally("flag", "technical contact holds (with an exit below its entry)")
    working_ties: float = tally("flag", "working ties hold (with an exit below their entry)")
    war_of_words: float = tally("flag", "the war of words is on (with an exit below its entry)")
    show_of_force: float = tally("flag", "the show of force is on (with an exit below its entry)")
    escalation: float = tally("rung", "rung on the ladder of escalation", known_to=ALL, chart=True)
    rapprochement: float = tally("rung", "rung on the ladder of rapprochement", known_to=ALL, chart=True)
