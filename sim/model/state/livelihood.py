"""Power, trade, refugees and the economy."""

from __future__ import annotations

from sim.model.provenance import Record, article, judgement, public, state, tally
from sim.model.state.knowing import ALL, BOTH, D, T


class Trade(Record):
    """Power and other trade."""

    week_of_year: float = state(
        32,
        "week",
        "week of the year, from 0; a scenario starts in that of its date",
        public("calendar", "16 August", "2021"),
        plausible=(32, 32),
        bounds=(0, 53),
    )
    power_supply: float = state(
        1.0,
        "share",
        "share of the contracted power that Dushanbe lets through",
        article(10, text="still being supplied"),
        plausible=(1.0, 1.0),
        known_to=ALL,
        owner="dushanbe",
    )
    power_contract: float = state(
        24.2,
        "GWh/week",
        "power under the contract of the year, mean week",
        public("Barqi Tojik", "press conference on 2021: 1.257 TWh sold to Afghanistan", "January 2022"),
        plausible=(22, 26),
        bounds=(0, 1000),
        known_to=ALL,
    )
    power_delivered: float = tally(
        "GWh/week", "power delivered this week, by contract, season and what is let through", chart=True
    )
    power_arrears: float = state(
        12.5e6,
        "USD",
        "bills from before the start that are still open",
        judgement(
            "the 33 million owed on 1 January 2022 (Trend) are more than the 11 million and the autumn's bills; "
            "none to all of the rest"
        ),
        plausible=(0, 25e6),
    )
    power_billed_total: float = tally("USD", "value of the power delivered so far")
    power_paid_total: float = tally("USD", "payments for power so far")
    power_owed: float = tally(
        "USD", "power delivered and not paid, older bills among it", known_to=BOTH, chart=True
    )
    instalment: float = tally("USD/week", "what Kabul pays of old bills once they are settled")
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


class Refugees(Record):
    """Refugees."""

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
    flight: float = state(
        1.0,
        "share",
        "part of those ready to flee this way who have not yet tried",
        judgement("the wave had just begun"),
        plausible=(0.9, 1.0),
    )
    refugees_attempted: float = tally("persons", "people who came to the river so far")
    refugees_admitted: float = tally("persons", "people let in so far")
    refugees_turned_back: float = tally("persons", "people sent back so far")
    refugees_waiting: float = tally("persons", "people waiting at the border", known_to=D)
    refugees_left: float = tally("persons", "people who moved on so far, nearly all to third countries")
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


class Economy(Record):
    """The economy at home."""

    remittances: float = state(
        1.0,
        "1",
        "money sent home by migrants, 1 = the level of 2021",
        public("World Bank", "Migration and Development Brief 36: about a third of GDP", "May 2022"),
        plausible=(0.85, 1.15),
        bounds=(0, 3),
        rests="remittances_rest",
        known_to=ALL,
        chart=True,
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
