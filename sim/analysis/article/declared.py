"""The article's causal claims, each declared once: experiment, direction, what it could rest on.

Nothing here is tuned: sizes that matter are fixed by `sim.analysis.article.paired`, directions by the
article, and a claim that comes out wrong stays as it is. Hard words are measured by rhetoric, which
denouncing raises and softening lowers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.measures import (
    Measure,
    Runs,
    flag,
    happened,
    mean,
    most,
    on,
    until,
    until_above,
    weeks_above,
)
from sim.analysis.article.paired import Arm, Claim, between, contrast, contrast_of_two, lead
from sim.model.processes.contact import CHANNEL_OPEN, TALKING

AUTUMN = (3, 16)  #: weeks that hold 1 September and 30 November 2021
FALL_END, HORIZON = date(2021, 11, 1), 208
ALWAYS = {"on": date(2021, 8, 16), "lasts": HORIZON + 1}  #: an event that holds throughout

WAR = flag("interstate war at any time", lambda runs: runs.outcome("peak_escalation") > 4.5)
CLASH = happened("an armed clash at any time", "clashes")
CONTACT = until_above("first back-channel", "diplomacy", CHANNEL_OPEN)
TALKS = until("first official talks", "first_rapprochement_3")
#: Practical dealings make accommodation without anybody's condition met; what a condition opens is political.
CLOSER = flag("talks or more at the end", lambda runs: runs["diplomacy"][:, -1] >= TALKING, ("diplomacy",))


def _held(name: str, **levels: float) -> Mapping[str, Any]:
    """Return an event that holds variables at a level from the first week to the last."""
    return {"name": name, **ALWAYS, "change": {key: {"set": value} for key, value in levels.items()}}


def _supply(name: str, share: float, last: int) -> Measure:
    """Return whether Dushanbe never lets less than a share of the contract through up to a week."""

    def read(runs: Runs) -> NDArray[np.bool_]:
        return np.asarray(runs["power_supply"][:, 1 : last + 1].min(axis=1) >= share)

    return flag(name, read, ("power_supply",))


def _opens(name: str, week: int, within: int) -> Measure:
    """Return whether a channel opens in the weeks from `week` on, among runs with none before."""

    def read(runs: Runs) -> NDArray[np.float64]:
        step = runs["diplomacy"]
        opened = (step[:, week : week + within] >= CHANNEL_OPEN).any(axis=1)
        return np.where(step[:, week - 1] < CHANNEL_OPEN, opened.astype(float), np.nan)

    return flag(name, read, ("diplomacy",))


def _billed_less_paid(runs: Runs) -> NDArray[np.float64]:
    """Return the debt since August 2021 at the end of the autumn, older bills not among it."""
    billed, paid = (
        on(f"power_{name}_total", "million USD", FALL_END, factor=1e-6) for name in ("billed", "paid")
    )
    return billed.of(runs) - paid.of(runs)


_UNPAID = Measure(
    f"power billed since August and not paid on {FALL_END}",
    "million USD",
    "quantity",
    _billed_less_paid,
    ("power_billed_total", "power_paid_total"),
)
_HALF_PLEDGE = flag(
    "refugees ever at half the pledge",
    lambda runs: runs["refugees_reported"].max(axis=1) > 50_000,
    ("refugees_reported",),
)
_PULSE = {"name": "pulse", "on": FALL_END, "change": {"tension": {"add": 0.3}}}
_PULSE_WEEK = 12
_NOT_REINFORCED = ({"actor": "russia", "instrument": "guarantee", "avoid": ["reinforce"]},)
#: A border at which a clash in a tense week is about as likely as not.
_TENSE = {"clash_base": -2.0}
_BACK = {"actor": "dushanbe", "instrument": "resistance", "insist": "back"}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "K1",
        (7, 18),
        "Hard words in the autumn, yet war stays remote.",
        "fitted",
        {"baseline": Arm()},
        (
            between(
                "mean rhetoric of autumn 2021, above half its scale",
                "baseline",
                mean("rhetoric", "index", *AUTUMN),
                low=0.5,
            ),
            between("share of runs with interstate war, below 2 %", "baseline", WAR, high=0.02),
        ),
        ("D1", "D4", "D5", "D6", "D11", "D13", "D14", "W2"),
        "popularity, attention or kin would have to pull harder on words than caution holds back",
    ),
    Claim(
        "K2",
        (8, 9),
        "Reported refugees follow the two published counts, far below the pledge.",
        "fitted",
        {"baseline": Arm()},
        (
            between(
                "reported on 1 September 2021, within 20 % of 10,000",
                "baseline",
                on("refugees_reported", "persons", date(2021, 9, 1)),
                8_000,
                12_000,
            ),
            between(
                "reported on 15 October 2021, within 20 % of 15,000",
                "baseline",
                on("refugees_reported", "persons", date(2021, 10, 15)),
                12_000,
                18_000,
            ),
            between("runs that ever reach half the pledge, at most 1 %", "baseline", _HALF_PLEDGE, high=0.01),
        ),
        ("W3", "D7", "D11", "T3"),
        "the flow over the river would have to match the counts of early September and mid-October",
    ),
    Claim(
        "K3",
        (10,),
        "Power goes on being sold on credit, and the debt grows as it did.",
        "fitted",
        {"baseline": Arm()},
        (
            between(
                "runs without a stop of power before 1 November 2021, at least 95 %",
                "baseline",
                _supply("power above a tenth of the contract up to 1 November 2021", 0.1, 11),
                low=0.95,
            ),
            between(
                "runs with at least half the contract in every week, at least 95 %",
                "baseline",
                _supply("power at half the contract or more throughout", 0.5, HORIZON),
                low=0.95,
            ),
            between(
                "debt on 1 November 2021, 8 to 16 million USD",
                "baseline",
                _UNPAID,
                8.0,
                16.0,
            ),
        ),
        ("D8", "D14", "T4"),
        "cutting would have to be dearer to Dushanbe, or Kabul less able to pay",
    ),
    Claim(
        "K4",
        (6,),
        "Troops at the border answer fighters massed across it.",
        "fitted",
        {
            "baseline": Arm(weeks=20),
            "held": Arm(
                weeks=20, commitments=({"actor": "taliban", "instrument": "force", "avoid": ["mass"]},)
            ),
        },
        (
            between(
                "most troops in autumn 2021, within 20 % of 20,000",
                "baseline",
                most("troops", "persons", *AUTUMN),
                16_000,
                24_000,
            ),
            contrast(
                "most troops where fighters are held from massing",
                "baseline",
                "held",
                most("troops", "persons", *AUTUMN),
                -1,
            ),
        ),
        ("D10", "D3", "D5", "T1", "T4"),
        "troops would have to follow massed fighters more than fear at home and cost of force",
    ),
    Claim(
        "K5",
        (11, 16),
        "The crisis lifts the president's standing at home.",
        "emergent",
        {"calm": Arm("no_crisis", weeks=26), "crisis": Arm(weeks=26)},
        (
            contrast(
                "approval over 26 weeks, against the same runs without the crisis",
                "calm",
                "crisis",
                mean("approval", "index", 1, 26),
                1,
            ),
        ),
        ("D1", "D3", "O4", "O1", "O2", "O6", "D2"),
        "protection, applause and contrast would have to win more approval than contact and hardship cost",
        ("D1", "D3", "O4"),
    ),
    Claim(
        "K6",
        (11,),
        "A people less poor and less tired hears fewer hard words.",
        "emergent",
        {
            "baseline": Arm(weeks=104),
            "eased": Arm(
                weeks=104,
                times={"hardship": 0.5, "hardship_rest": 0.5, "fatigue": 0.5, "fatigue_growth": 0.5},
            ),
        },
        (
            contrast(
                "rhetoric over two years with hardship and fatigue halved",
                "baseline",
                "eased",
                mean("rhetoric", "index", 1, 104),
                -1,
            ),
        ),
        ("D1", "D14", "O3", "D3", "D10", "D5"),
        "the gain of hard words would have to hang more on hardship, or the purse count for less",
        ("D1", "D14"),
    ),
    Claim(
        "K7",
        (18,),
        "Without the Russian guarantee words soften, and a tense border turns worse.",
        "emergent",
        {
            "baseline": Arm(),
            "alone": Arm(
                world={"russian_guarantee": 0.0},
                parameters={"guarantee_rest": 0.0},
                commitments=_NOT_REINFORCED,
            ),
            # A dangerous moment, looked at for one week.
            "moment": Arm(weeks=1, parameters=_TENSE, world={"tension": 0.7}),
            "moment alone": Arm(
                weeks=1,
                parameters=_TENSE,
                world={"tension": 0.7, "russian_guarantee": 0.0},
                commitments=_NOT_REINFORCED,
            ),
        },
        (
            contrast(
                "rhetoric over two years without the guarantee",
                "baseline",
                "alone",
                mean("rhetoric", "index", 1, 104),
                -1,
            ),
            # Not the article's: softer words leave less danger that would call for a channel.
            contrast("first back-channel without the guarantee", "baseline", "alone", CONTACT, -1, "finding"),
            contrast(
                "a clash in a tense week, at the same tension, without the guarantee",
                "moment",
                "moment alone",
                CLASH,
                1,
            ),
            contrast(
                "realised danger: runs with a clash, without the guarantee",
                "baseline",
                "alone",
                CLASH,
                1,
                "finding",
            ),
        ),
        ("D5", "D6", "W2", "R1", "R3", "R4"),
        "the backstop would have to take more off caution, or tension come nearer to danger",
    ),
    Claim(
        "K8",
        (19,),
        "When tension jumps, a channel opens; caution is what opens it.",
        "emergent",
        {
            "baseline": Arm(weeks=20),
            "pulse": Arm(weeks=20, events=(_PULSE,)),
            "careless": Arm(weeks=20, parameters={"strength_D5": 0.0}),
            "careless pulse": Arm(weeks=20, parameters={"strength_D5": 0.0}, events=(_PULSE,)),
        },
        (
            contrast(
                "a channel within eight weeks of a pulse of tension, none before",
                "baseline",
                "pulse",
                _opens("a channel opens", _PULSE_WEEK, 8),
                1,
            ),
            contrast(
                "the same without caution: nothing",
                "careless",
                "careless pulse",
                _opens("a channel opens", _PULSE_WEEK, 8),
                1,
                "absent",
            ),
        ),
        ("D5", "D6", "R3", "D2", "D14", "U3"),
        "caution would have to outweigh the cost of contact at home, and Kabul be ready within weeks",
    ),
    Claim(
        "K9",
        (13,),
        "Tashkent deals with Kabul months before Dushanbe, and that flatters the one who refuses.",
        "emergent",
        {
            "equal": Arm(world={"uzbekistan_engagement": 0.0}),
            "baseline": Arm(),
            "raised": Arm(events=(_held("Tashkent close to Kabul", uzbekistan_engagement=0.95),)),
        },
        (
            # Halfway on either scale: official talks, where recognition is the fourth step.
            lead(
                "lead of Tashkent's talks over Dushanbe's from equal starts, at least two months",
                "equal",
                TALKS,
                until_above("Tashkent half the way to recognition", "uzbekistan_engagement", 0.5),
                8.0,
            ),
            contrast(
                "approval over two years with Tashkent close to Kabul",
                "baseline",
                "raised",
                mean("approval", "index", 1, 104),
                1,
            ),
        ),
        ("U1", "O2", "D2", "D15", "U2", "D14"),
        "the contrast would have to count for more in approval, or Tashkent step faster",
    ),
    Claim(
        "K10",
        (3, 7),
        "A broader cabinet in Kabul brings more and earlier rapprochement.",
        "emergent",
        {"baseline": Arm(), "broad": Arm("inclusive_cabinet")},
        (
            contrast("runs with talks or more at the end", "baseline", "broad", CLOSER, 1),
            contrast("first official talks", "baseline", "broad", TALKS, -1),
        ),
        ("D12", "D2", "D15", "T2", "U2"),
        "the stated condition would have to count for more against the cost of dealings at home",
    ),
    Claim(
        "K11",
        (5, 6),
        "Support for the resistance draws fighters to the border once it is detected.",
        "built in",
        {
            "undetected": Arm(weeks=52, parameters={"detection_rate": 0.0}, commitments=(_BACK,)),
            "detected": Arm(weeks=52, parameters={"detection_rate": 1.0}, commitments=(_BACK,)),
        },
        (
            contrast(
                "fighters at the border over a year, support detected",
                "undetected",
                "detected",
                mean("fighters", "persons", 1, 52),
                1,
            ),
        ),
        ("T1", "T4", "D9", "D10", "T2"),
        "detected support would have to count for more with Kabul beside words",
    ),
    Claim(
        "K12",
        (17,),
        "Western attention keeps hard words going.",
        "emergent",
        {
            "baseline": Arm(),
            "attended": Arm(events=({"name": "attention", **ALWAYS, "change": {"spotlight": {"add": 0.4}}},)),
        },
        (
            contrast(
                "weeks of rhetoric above half its scale, with more attention",
                "baseline",
                "attended",
                weeks_above("weeks above half the scale", "rhetoric", 0.5),
                1,
            ),
        ),
        ("D4", "D1", "D5", "D14", "D11"),
        "attention would have to weigh more beside caution and the purse",
    ),
    Claim(
        "K13",
        (12,),
        "With citizens off the telephone solidarity is lower and talks come earlier.",
        "emergent",
        {"baseline": Arm(citizens=200), "offline": Arm("citizens_offline", citizens=200)},
        (
            contrast(
                "solidarity over a year, citizens offline",
                "baseline",
                "offline",
                mean("solidarity", "index", 1, 52),
                -1,
            ),
            contrast("first official talks, citizens offline", "baseline", "offline", TALKS, -1),
        ),
        ("O1", "D2", "D1", "O5"),
        "images and appeals would have to reach more people, or move them for longer than they are shown",
    ),
    Claim(
        "K14",
        (14, 15),
        "Speaking for a minority binds Dushanbe's dealings more than Tashkent's.",
        "built in",
        {
            "mute": Arm(commitments=({"actor": "dushanbe", "instrument": "words", "insist": "hold"},)),
            "speaking": Arm(commitments=({"actor": "dushanbe", "instrument": "words", "insist": "veil"},)),
            "Tashkent mute": Arm(
                commitments=({"actor": "uzbekistan", "instrument": "minorities", "insist": "hold"},)
            ),
            "Tashkent speaking": Arm(
                commitments=({"actor": "uzbekistan", "instrument": "minorities", "insist": "speak"},)
            ),
        },
        (
            contrast_of_two(
                "fall in Dushanbe's dealings with Kabul less that in Tashkent's, recognition at 1",
                ("mute", "speaking", mean("diplomacy", "index", 1, HORIZON, factor=0.25)),
                ("Tashkent mute", "Tashkent speaking", mean("uzbekistan_engagement", "index", 1, HORIZON)),
                -1,
            ),
        ),
        ("D12", "U2", "D2", "D1", "O4", "T1", "D5"),
        "words of that kind would have to cost Dushanbe's dealings more, or Tashkent's less",
    ),
    Claim(
        "K15",
        (19,),
        "The premium in approval, which nobody measures, lasts while Afghanistan is unsettled, no longer.",
        "emergent",
        {
            "calm": Arm("no_crisis"),
            "unsettled": Arm(events=(_held("no settlement", unsettled=0.9),)),
            "settled": Arm(
                events=(
                    {
                        "name": "settlement",
                        "on": date(2022, 8, 15),
                        "lasts": HORIZON,
                        "change": {"unsettled": {"set": 0.05}},
                    },
                )
            ),
        },
        (
            contrast(
                "approval in years three and four where it stays unsettled, against no crisis",
                "calm",
                "unsettled",
                mean("approval", "index", 105, HORIZON),
                1,
            ),
            contrast(
                "approval in year four where it stays unsettled, against where it settles",
                "settled",
                "unsettled",
                mean("approval", "index", 157, HORIZON),
                1,
            ),
            contrast(
                "what is left of the premium in year four where it settles: nothing",
                "calm",
                "settled",
                mean("approval", "index", 157, HORIZON),
                1,
                "absent",
            ),
        ),
        ("D3", "O2", "O6", "D1", "D11", "O3", "T2"),
        "what feeds the premium would have to hang on unrest itself and not on neighbours' dealings or habit",
    ),
)
