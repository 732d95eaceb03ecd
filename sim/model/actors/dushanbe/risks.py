"""What Dushanbe weighs of danger, force, refugees and money, and what its deeds set off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.declare import clause, rule
from sim.model.maths import logistic, pure, ramp, share
from sim.model.provenance import constant, judgement

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World


FORM = judgement("the form of a rule; its size is a parameter, and that is in doubt")
OVERFULL = constant(1.5, "1", "refugees against capacity at which shelters are as full as can be", FORM)
ALIVE_ALONE = constant(0.3, "share", "worth of backing a resistance that is not attacked", FORM)
SHELTER = constant(0.2, "share", "part of sheltered leaders in what support does, arms have the rest", FORM)
THREATENED = constant(0.3, "share", "what full threats add to newly massed fighters", FORM)
RICH = constant(0.4, "share", "burden of a large force where nobody is poor", FORM)
EXCUSED = constant(0.7, "share", "part of that burden which tension excuses", FORM)
ALARM_LOW = constant(0.1, "index", "tension below which nobody minds his words", FORM)
ALARM_HIGH = constant(0.7, "index", "tension at which everybody does", FORM)
BILLS = constant(0.1, "share", "weight of bills to be settled beside hardship", FORM)
BILLS_FULL = constant(4.0e7, "USD", "bills at which that weight is full", FORM)


@pure
def peril(tension: float, p: Parameters) -> float:
    """Return how near tension is to danger, 0 to 1: logistic around `danger`."""
    return logistic((tension - p.danger) / p.danger_width)


@pure
def backing(russian_guarantee: float, chinese_cooperation: float, p: Parameters) -> float:
    """Return how firm backers are, 0 to 1: the Russian guarantee first, Chinese cooperation beside it."""
    return (1.0 - p.backstop_china) * russian_guarantee + p.backstop_china * chinese_cooperation


@rule(
    "D5",
    "caution",
    paragraphs=(7, 18, 19),
    concern="border security",
    claim="Tension is a risk at any height, and near danger the cost of more of it rises steeply: words soften, a channel opens.",
    pushes={
        "words.denounce": "-caution_words",
        "words.soften": "+caution_soft",
        "contact.warm": "+caution_contact",
        "force.mobilise": "-caution_force",
        "resistance.back": "-caution_force",
    },
    rises_with=("tension", "russia_counsel", "china_counsel"),
)
def caution(seen: Seen, p: Parameters) -> float:
    """Expected cost of more tension: ordinary risk and danger, sharpened by counsel of restraint."""
    counsel = 0.5 * (seen.russia_counsel + seen.china_counsel)
    return (p.ordinary * seen.tension + peril(seen.tension, p)) * (1.0 + p.counsel_weight * counsel)


@rule(
    "D6",
    "backstop",
    paragraphs=(18, 19),
    concern="border security",
    claim="The Russian guarantee and Chinese cooperation discount the cost of ordinary risk, never that of danger itself.",
    pushes={
        "words.denounce": "+caution_words",
        "words.soften": "-caution_soft",
        "contact.warm": "-caution_contact",
        "force.mobilise": "+caution_force",
        "resistance.back": "+caution_force",
    },
    rises_with=("tension", "russian_guarantee", "chinese_cooperation"),
)
def backstop_discount(seen: Seen, p: Parameters) -> float:
    """The part of ordinary risk that firm backers take away; near danger the way back stays open."""
    firm = backing(seen.russian_guarantee, seen.chinese_cooperation, p)
    return p.backstop * firm * p.ordinary * seen.tension


@rule(
    "D7",
    "words, not deeds",
    paragraphs=(8, 9),
    concern="border security",
    claim="Pledges are carried out only to a small fraction; capacity waits for outside help; security services keep numbers down; figures are withheld.",
    pushes={"refugees.push_back": "+keep_down", "refugees.admit": "-keep_down"},
    rises_with=("refugees_hosted",),
    falls_with=("refugee_capacity",),
)
def full_shelters(seen: Seen, p: Parameters) -> float:
    """How full the shelters are, 0 at half of capacity, 1 at one and a half times."""
    return ramp(seen.refugees_hosted / max(seen.refugee_capacity, 1.0), 0.5, OVERFULL)


@clause("D7", pushes={"admission": "-keep_down_share", "reporting": "+unreported"})
def quiet_deportation(world: World, p: Parameters) -> float:
    """Security services turn people away beyond policy, and reports leave people out."""
    return 1.0


@rule(
    "D8",
    "keep trading",
    paragraphs=(10,),
    concern="economy",
    claim="Power flows on credit whatever the words; cutting it costs revenue and a lever, for little.",
    pushes={"trade.cut": "-lever"},
    rises_with=("power_supply",),
)
def keep_trading(seen: Seen, p: Parameters) -> float:
    """What a cut would lose: the share of the contract still delivered."""
    return seen.power_supply


@clause("D8", pushes={"trade.restore": "+restoring"}, falls_with=("power_supply",))
def lost_revenue(seen: Seen, p: Parameters) -> float:
    """What restoring would bring back."""
    return 1.0 - seen.power_supply


@rule(
    "D9",
    "deniable support",
    paragraphs=(5,),
    concern="standing",
    claim="Support and shelter for the resistance raise its strength, are denied, and are detected with some probability.",
    pushes={"resistance.back": "+deniable"},
    rises_with=("violence_north", "resistance"),
)
def deniable_support(seen: Seen, p: Parameters) -> float:
    """Worth backing: alive and under attack."""
    return seen.resistance * (ALIVE_ALONE + (1.0 - ALIVE_ALONE) * seen.violence_north)


@clause("D9", pushes={"resistance.drop": "+exposed", "resistance.back": "-exposed"}, rises_with=("detected",))
def exposure_of_support(seen: Seen, p: Parameters) -> float:
    """Denial wears thin once support is detected."""
    return seen.detected


@clause(
    "D9",
    pushes={"resistance": "+support_effect", "detection": "+detection_rate"},
    rises_with=("covert_support", "leaders_hosted"),
)
def support_at_work(world: World, p: Parameters) -> float:
    """Support strengthens the resistance and can be detected."""
    return (1.0 - SHELTER) * world.covert_support + SHELTER * world.leaders_hosted


@rule(
    "D10",
    "show of force",
    paragraphs=(1, 6),
    concern="border security",
    claim="Fighters massing are answered with troops and parades, up to what a weak army has; force costs money.",
    pushes={"force.mobilise": "+answer"},
    rises_with=("fighters", "threat"),
    falls_with=("fighters_usual",),
)
def show_of_force(seen: Seen, p: Parameters) -> float:
    """Fighters beyond the usual, with threats on top: the answer is to what is new."""
    return share(ramp(seen.fighters - seen.fighters_usual, 0.0, p.answer_full) + THREATENED * seen.threat)


@clause(
    "D10",
    pushes={"force.stand_down": "+force_cost", "force.mobilise": "-force_cost"},
    rises_with=("troops", "hardship"),
    falls_with=("tension",),
)
def cost_of_force(seen: Seen, p: Parameters) -> float:
    """A large force in quiet or poor times is a burden."""
    surplus = ramp(seen.troops, p.troops_rest, p.troops_most)
    poor = RICH + (1.0 - RICH) * seen.hardship
    return surplus * poor * (1.0 - EXCUSED * ramp(seen.tension, p.crisis_quiet, 1.0))


@rule(
    "D13",
    "veiled words",
    paragraphs=(7,),
    concern="border security",
    claim="Speaking of inclusiveness instead of naming the Taliban provokes less and keeps the exit open, and earns less at home.",
    pushes={"words.veil": "+veil_pull"},
    rises_with=("tension",),
)
def prudence(seen: Seen, p: Parameters) -> float:
    """The worth of provoking less grows with tension."""
    return ramp(seen.tension, ALARM_LOW, ALARM_HIGH)


@clause("D13", pushes={"provocation": "-veil_shield"}, rises_with=("rhetoric", "veiled"))
def sting_taken(world: World, p: Parameters) -> float:
    """The part of hard words that names nobody."""
    return world.rhetoric * world.veiled


@rule(
    "D14",
    "purse",
    paragraphs=(10, 11),
    concern="economy",
    claim="Economic difficulty is a pull towards trade; towards agreements that show it is none, since they cost at home.",
    pushes={"trade.expand": "+purse_trade", "trade.cut": "-purse_trade"},
    rises_with=("hardship", "power_owed"),
)
def purse(seen: Seen, p: Parameters) -> float:
    """Hardship, with a little weight on bills to be settled."""
    return share((1.0 - BILLS) * seen.hardship + BILLS * ramp(seen.power_owed, 0.0, BILLS_FULL))
