"""The Taliban: one leadership that two wings share, and what it can do each week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.readiness import HARDLY_EVER, NOW_AND_THEN, OFTEN, RARELY, SELDOM, standing
from sim.model.declare import clause, option, rule
from sim.model.maths import clip, ramp, share
from sim.model.processes.contact import RECOGNISED
from sim.model.provenance import Record, constant, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

PULL = judgement("no figure exists; set so that the autumn of 2021 comes out as described, wide range")
PACE = judgement("no figure exists; a change of course shows within one to three months")

FORM = judgement("the form of a rule; its size is a parameter, and that is in doubt")
PROVOKED = constant(0.8, "index", "provocation that counts in full", FORM)
OUTSIDERS = constant(3, "count", "outsiders who may deal with Kabul: Russia, China, Uzbekistan", FORM)
ENGAGED, IN_NEED = (
    constant(0.6, "share", "part of engagement from outside in what rewards the pragmatists", FORM),
    constant(0.4, "share", "part of need at home in it", FORM),
)
BY_WORDS, BY_SUPPORT = (
    constant(0.7, "share", "part of words in what argues against them", FORM),
    constant(0.3, "share", "part of detected support in it", FORM),
)
DEBT_FELT = constant(3.0e7, "USD", "debt for power at which dependence is felt in full", FORM)
MEANS_LOST = constant(0.7, "share", "part of the recovery of means that full unrest prevents", FORM)
MILITANTS, SMUGGLERS = (
    constant(0.6, "share", "part of militants in disorder at the river", FORM),
    constant(0.4, "share", "part of smugglers in it", FORM),
)


class TalibanParameters(Record):
    """Numbers of the Taliban's options and rules."""

    threaten_base: float = standing(NOW_AND_THEN, "of threatening Dushanbe")
    court_base: float = standing(OFTEN, "of courting Dushanbe")
    mass_base: float = standing(RARELY, "of sending fighters to the border")
    withdraw_base: float = standing(NOW_AND_THEN, "of withdrawing fighters")
    attack_base: float = standing(SELDOM, "of attacking Panjshir")
    include_base: float = standing(SELDOM, "of broadening the cabinet")
    narrow_base: float = standing(NOW_AND_THEN, "of narrowing the cabinet")
    taliban_warm_base: float = standing(NOW_AND_THEN, "of Kabul's step towards contact")
    taliban_cool_base: float = standing(HARDLY_EVER, "of Kabul's step back")
    pay_base: float = standing(OFTEN, "of paying the power bill")

    threat_step: float = parameter(
        0.35, "share", 0.2, 0.5, "share of the way to open threats one week takes", PACE
    )
    court_step: float = parameter(
        0.3, "share", 0.15, 0.45, "share of the way to full courtship one week takes", PACE
    )
    fighters_step: float = parameter(
        4500,
        "persons",
        3000,
        6000,
        "fighters sent in one week of massing, fewer the less room is left up to the most",
        PACE,
        bounds=(0, 100000),
    )
    fighters_most: float = parameter(
        16000, "persons", 10000, 22000, "fighters Kabul can keep on this border", PACE, bounds=(1000, 500000)
    )
    withdraw_step: float = parameter(
        0.25, "share", 0.1, 0.4, "share of the surplus withdrawn in a week", PACE
    )
    attack_step: float = parameter(
        0.35, "share", 0.2, 0.5, "share of the way to a full offensive one week takes", PACE
    )
    include_step: float = parameter(
        0.06, "share", 0.02, 0.1, "share of the way to a broad cabinet one reshuffle takes", PACE
    )
    narrow_step: float = parameter(0.1, "share", 0.05, 0.2, "share of its breadth one purge takes off", PACE)
    pay_step: float = parameter(
        0.25, "share", 0.1, 0.4, "share of the way to full willingness one week takes", PACE
    )

    threat_fading: float = parameter(0.15, "1/week", 0.08, 0.25, "fading of threats", PACE, bounds=(0, 1))
    courtship_fading: float = parameter(
        0.08, "1/week", 0.04, 0.15, "fading of courtship", PACE, bounds=(0, 1)
    )
    fighters_fading: float = parameter(
        0.025, "1/week", 0.01, 0.04, "return of fighters to their usual number", PACE, bounds=(0, 1)
    )
    fighters_rest: float = parameter(
        3000, "persons", 2000, 5000, "fighters near the border in quiet times", PACE, bounds=(0, 500000)
    )
    offensive_fading: float = parameter(
        0.12, "1/week", 0.06, 0.2, "fading of operations", PACE, bounds=(0, 1)
    )
    cabinet_fading: float = parameter(
        0.004, "1/week", 0.0, 0.01, "return of the cabinet to its rest", PACE, bounds=(0, 1)
    )
    cabinet_rest: float = parameter(0.15, "index", 0.05, 0.25, "breadth of a cabinet nobody pushes", PACE)
    payment_fading: float = parameter(
        0.05, "1/week", 0.02, 0.1, "fading of willingness to pay", PACE, bounds=(0, 1)
    )

    interference_threat: float = parameter(2.8, "utility", 1.4, 4.2, "pull of provocation on threats", PULL)
    interference_mass: float = parameter(6.0, "utility", 4.0, 8.0, "pull of provocation on massing", PULL)
    interference_contact: float = parameter(
        1.2, "utility", 0.4, 2.0, "pull of provocation against contact", PULL
    )
    detected_share: float = parameter(0.6, "share", 0.3, 0.9, "weight of detected support beside words", PULL)
    provocation_floor: float = parameter(0.15, "index", 0.05, 0.25, "provocation that is shrugged off", PULL)
    new_troops: float = parameter(4.0, "utility", 2.0, 6.0, "pull of newly sent troops on massing", PULL)
    new_troops_full: float = parameter(
        10000, "persons", 6000, 14000, "new troops at which that pull is strongest", PULL
    )
    kept_here: float = parameter(
        3.0,
        "utility",
        2.0,
        4.0,
        "pull of what they are missed for on withdrawing fighters",
        judgement(
            "forces cost Kabul no less than Dushanbe, and it cannot pay its bills (¶10): the size of `force_cost`"
        ),
    )
    habit: float = parameter(
        0.05, "1/week", 0.03, 0.08, "habituation to forces that stay", PACE, bounds=(0, 1)
    )
    wings_contact: float = parameter(2.4, "utility", 1.0, 3.8, "pragmatists' pull towards contact", PULL)
    wings_words: float = parameter(1.6, "utility", 0.6, 2.6, "pragmatists' pull towards courtship", PULL)
    wings_cabinet: float = parameter(
        0.8, "utility", 0.2, 1.4, "pragmatists' pull towards a broader cabinet", PULL
    )
    wings_force: float = parameter(1.0, "utility", 0.3, 1.7, "pragmatists' pull towards withdrawing", PULL)
    hardliners_words: float = parameter(0.6, "utility", 0.2, 1.0, "hardliners' pull towards threats", PULL)
    hardliners_contact: float = parameter(0.8, "utility", 0.2, 1.4, "hardliners' pull against contact", PULL)
    hardliners_cabinet: float = parameter(
        0.8, "utility", 0.2, 1.4, "hardliners' pull towards a narrower cabinet", PULL
    )
    wings_gain: float = parameter(
        0.010, "1/week", 0.004, 0.016, "weight pragmatists gain from engagement and need", PULL
    )
    wings_loss: float = parameter(
        0.012, "1/week", 0.005, 0.02, "weight pragmatists lose from provocation", PULL
    )
    last_pocket: float = parameter(2.2, "utility", 1.0, 3.4, "worth of taking the last pocket", PULL)
    inflaming: float = parameter(
        0.12, "1/week", 0.05, 0.2, "violence in the north from a full offensive", PULL
    )
    dependence: float = parameter(1.2, "utility", 0.4, 2.0, "restraint from power on credit", PULL)
    dependence_pay: float = parameter(1.6, "utility", 0.6, 2.6, "pull of dependence on paying", PULL)
    dependence_contact: float = parameter(0.6, "utility", 0.1, 1.1, "pull of dependence on contact", PULL)
    recovery: float = parameter(0.006, "1/week", 0.002, 0.012, "recovery of Kabul's ability to pay", PULL)
    unruly: float = parameter(
        0.03, "1/week", 0.01, 0.05, "deadly incidents a week that nobody ordered, at full disorder", PULL
    )


@option(
    "words.threaten", base="threaten_base", inverse="court", moves=("threat", "courtship"), paragraphs=(6,)
)
def threaten(world: World, p: Parameters) -> None:
    """Warn Dushanbe against interference."""
    world.threat += p.threat_step * (1.0 - world.threat)
    world.courtship -= p.court_step * world.courtship


@option("words.court", base="court_base", inverse="threaten", moves=("threat", "courtship"), paragraphs=(11,))
def court(world: World, p: Parameters) -> None:
    """Offer good neighbourhood."""
    world.courtship += p.court_step * (1.0 - world.courtship)
    world.threat -= p.court_step * world.threat


@option("force.mass", base="mass_base", inverse="withdraw", moves=("fighters",), paragraphs=(6,))
def mass(world: World, p: Parameters) -> None:
    """Send fighters to the Tajik border."""
    world.fighters += p.fighters_step * share(1.0 - world.fighters / p.fighters_most)


@option("force.withdraw", base="withdraw_base", inverse="mass", moves=("fighters",))
def withdraw(world: World, p: Parameters) -> None:
    """Withdraw fighters from the border."""
    world.fighters -= p.withdraw_step * max(world.fighters - p.fighters_rest, 0.0)


@option("panjshir.attack", base="attack_base", inverse="fading", moves=("offensive",), paragraphs=(5,))
def attack(world: World, p: Parameters) -> None:
    """Step up operations against the resistance."""
    world.offensive += p.attack_step * (1.0 - world.offensive)


@option("cabinet.include", base="include_base", inverse="narrow", moves=("inclusiveness",), paragraphs=(7,))
def include(world: World, p: Parameters) -> None:
    """Bring others into government."""
    world.inclusiveness += p.include_step * (1.0 - world.inclusiveness)


@option("cabinet.narrow", base="narrow_base", inverse="include", moves=("inclusiveness",))
def narrow(world: World, p: Parameters) -> None:
    """Push others out of government."""
    world.inclusiveness -= p.narrow_step * world.inclusiveness


def may_warm(seen: Seen, p: Parameters) -> bool:
    """Readiness runs at most one step ahead of political contact."""
    return seen.taliban_ready <= seen.diplomacy and seen.taliban_ready < RECOGNISED


def may_cool(seen: Seen, p: Parameters) -> bool:
    """There is a step to go back on."""
    return seen.taliban_ready > 0.0


@option(
    "contact.warm",
    base="taliban_warm_base",
    inverse="cool",
    moves=("taliban_ready",),
    paragraphs=(11,),
    open_when=may_warm,
)
def warm(world: World, p: Parameters) -> None:
    """Become ready for one more step of political contact."""
    world.taliban_ready = clip(world.taliban_ready + 1.0, 0.0, RECOGNISED)


@option(
    "contact.cool", base="taliban_cool_base", inverse="warm", moves=("taliban_ready",), open_when=may_cool
)
def cool(world: World, p: Parameters) -> None:
    """Go back by one step of political contact."""
    world.taliban_ready = clip(world.taliban_ready - 1.0, 0.0, RECOGNISED)


@option("power_bill.pay", base="pay_base", inverse="fading", moves=("payment_will",), paragraphs=(10,))
def pay(world: World, p: Parameters) -> None:
    """Put more of what there is into the power bill."""
    world.payment_will += p.pay_step * (1.0 - world.payment_will)


@rule(
    "T1",
    "no interference",
    paragraphs=(6,),
    concern="control of territory",
    claim="Sharp words and detected support draw threats and fighters to the border.",
    pushes={
        "words.threaten": "+interference_threat",
        "force.mass": "+interference_mass",
        "contact.warm": "-interference_contact",
        "contact.cool": "+interference_contact",
    },
    rises_with=("provocation", "detected"),
)
def no_interference(seen: Seen, p: Parameters) -> float:
    """Provocation beyond what is shrugged off, or support for the resistance once detected."""
    words = ramp(seen.provocation, p.provocation_floor, PROVOKED)
    return (1.0 - p.detected_share) * words + p.detected_share * seen.detected


@clause("T1", pushes={"force.mass": "+new_troops"}, rises_with=("troops",), falls_with=("troops_usual",))
def answer_in_kind(seen: Seen, p: Parameters) -> float:
    """Troops beyond the usual are answered with fighters."""
    return ramp(seen.troops - seen.troops_usual, 0.0, p.new_troops_full)


@clause("T1", pushes={"force.mass": "-kept_here", "force.withdraw": "+kept_here"}, rises_with=("fighters",))
def needed_elsewhere(seen: Seen, p: Parameters) -> float:
    """Fighters kept at this border are missing elsewhere, the more the more of them stay."""
    return ramp(seen.fighters, p.fighters_rest, p.fighters_most)


@rule(
    "T2",
    "two wings",
    paragraphs=(11,),
    concern="cohesion of the movement",
    claim="Part of the movement wants better relations; its weight grows with engagement and need, and falls with provocation.",
    pushes={
        "contact.warm": "+wings_contact",
        "words.court": "+wings_words",
        "cabinet.include": "+wings_cabinet",
        "force.withdraw": "+wings_force",
    },
    rises_with=("pragmatists",),
)
def pragmatic_wing(seen: Seen, p: Parameters) -> float:
    """The pragmatists' part of the mixed appraisal."""
    return seen.pragmatists


@clause(
    "T2",
    pushes={
        "words.threaten": "+hardliners_words",
        "contact.warm": "-hardliners_contact",
        "cabinet.narrow": "+hardliners_cabinet",
    },
    falls_with=("pragmatists",),
)
def hard_wing(seen: Seen, p: Parameters) -> float:
    """The hardliners' part of the mixed appraisal."""
    return 1.0 - seen.pragmatists


@clause(
    "T2",
    pushes={"pragmatists": "+wings_gain"},
    rises_with=("russia_engagement", "china_engagement", "uzbekistan_engagement"),
    falls_with=("ability_to_pay",),
)
def rewarded(world: World, p: Parameters) -> float:
    """Engagement from outside and need at home argue for the pragmatists."""
    engaged = (world.russia_engagement + world.china_engagement + world.uzbekistan_engagement) / OUTSIDERS
    return ENGAGED * engaged + IN_NEED * (1.0 - world.ability_to_pay)


@clause("T2", pushes={"pragmatists": "-wings_loss"}, rises_with=("provocation", "detected"))
def provoked(world: World, p: Parameters) -> float:
    """Provocation argues against them."""
    return share(BY_WORDS * world.provocation + BY_SUPPORT * world.detected)


@rule(
    "T3",
    "finish Panjshir",
    paragraphs=(5,),
    concern="control of territory",
    claim="The last pocket is worth taking; doing so inflames kin-feeling and sends people over the river.",
    pushes={"panjshir.attack": "+last_pocket"},
    rises_with=("resistance",),
)
def last_pocket(seen: Seen, p: Parameters) -> float:
    """What is left to take."""
    return seen.resistance


@clause("T3", pushes={"violence": "+inflaming"}, rises_with=("offensive",))
def inflames(world: World, p: Parameters) -> float:
    """Operations mean violence against civilians of the north."""
    return world.offensive


@rule(
    "T4",
    "dependence on power",
    paragraphs=(10,),
    concern="economy",
    claim="Electricity on credit restrains; ability to pay, not will, drives debt.",
    pushes={
        "words.threaten": "-dependence",
        "force.mass": "-dependence",
        "contact.warm": "+dependence_contact",
        "power_bill.pay": "+dependence_pay",
    },
    rises_with=("power_supply", "power_owed"),
)
def dependence(seen: Seen, p: Parameters) -> float:
    """Supply that could be cut, more so the more is owed."""
    return seen.power_supply * (0.5 + 0.5 * ramp(seen.power_owed, 0.0, DEBT_FELT))


@clause("T4", pushes={"ability": "+recovery"}, falls_with=("unsettled",))
def means(world: World, p: Parameters) -> float:
    """Ability to pay returns as Afghanistan settles, not by will."""
    return 1.0 - MEANS_LOST * world.unsettled


@rule(
    "T5",
    "unruly border",
    paragraphs=(1, 6),
    concern="control of territory",
    claim="Local commanders, militants and smugglers make incidents Kabul did not order.",
    pushes={"infiltration": "+unruly"},
    rises_with=("militant_threat", "drug_flow"),
    falls_with=("pragmatists",),
)
def unruly_border(world: World, p: Parameters) -> float:
    """Disorder at the river: militants, smugglers, and commanders no pragmatist reins in."""
    return (MILITANTS * world.militant_threat + SMUGGLERS * world.drug_flow) * (1.0 - 0.5 * world.pragmatists)
