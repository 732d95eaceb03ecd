"""The claims by which Dushanbe weighs its options, and what its words and deeds set off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.declare import clause, rule
from sim.model.maths import logistic, pure, ramp, share

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World


@pure
def need(hardship: float, fatigue: float, approval: float, p: Parameters) -> float:
    """Return what there is to make up for at home, 0 to 1: hardship, fatigue, approval that is missing."""
    felt = 0.3 * hardship + 0.3 * fatigue + 0.4 * (1.0 - approval)
    return (1.0 - p.need_share) + p.need_share * felt


@pure
def peril(tension: float, p: Parameters) -> float:
    """Return how near tension is to danger, 0 to 1: logistic around `danger`."""
    return logistic((tension - p.danger) / p.danger_width)


@rule(
    "D1",
    "nationalist card",
    paragraphs=(11, 15),
    concern="regime popularity",
    claim="Hard words win popularity, the more so the more citizens feel kin and the more hardship and fatigue there is to make up for.",
    pushes={
        "words.denounce": "+nationalist_words",
        "words.veil": "+nationalist_veil",
        "words.soften": "-nationalist_veil",
    },
    rises_with=("solidarity", "hardship", "fatigue"),
    falls_with=("approval",),
)
def nationalist_card(seen: Seen, p: Parameters) -> float:
    """Expected gain of hard words, 0 to 1: a ramp in solidarity times what is to be made up for."""
    return ramp(seen.solidarity, p.kin_floor, p.kin_full) * need(
        seen.hardship, seen.fatigue, seen.approval, p
    )


@clause("D1", pushes={"approval_by_solidarity": "+nationalist_gain"}, rises_with=("rhetoric",))
def applause(world: World, p: Parameters) -> float:
    """Citizens who feel kin reward hard words."""
    return world.rhetoric


@rule(
    "D2",
    "cost of accommodation",
    paragraphs=(11,),
    concern="regime popularity",
    claim="Visible dealings with Kabul cost popularity in proportion to solidarity and to how hard the words were before.",
    pushes={"contact.warm": "-audience_cost", "words.soften": "-audience_words"},
    rises_with=("solidarity", "words_memory"),
)
def accommodation_cost(seen: Seen, p: Parameters) -> float:
    """Expected audience cost (Fearon 1994), 0 to 1."""
    return seen.solidarity * (p.audience_floor + (1.0 - p.audience_floor) * seen.words_memory)


@clause(
    "D2", pushes={"approval_by_solidarity": "-audience_loss"}, rises_with=("rapprochement", "words_memory")
)
def disappointment(world: World, p: Parameters) -> float:
    """Citizens punish contact that shows, the more the harder the words they remember."""
    shown = ramp(world.rapprochement, 1.0, 4.0)
    return shown * (p.audience_floor + (1.0 - p.audience_floor) * world.words_memory)


@rule(
    "D3",
    "peaceful sky",
    paragraphs=(16,),
    concern="regime popularity",
    claim="Felt threat makes the promise of peace valuable while no blood is shed at home.",
    pushes={"force.mobilise": "+peace_force", "contact.warm": "-peace_contact"},
    rises_with=("fear", "fear_khatlon", "fear_badakhshan"),
    falls_with=("blood",),
)
def peaceful_sky(seen: Seen, p: Parameters) -> float:
    """Worth of being seen as protector: fear, of the border regions above all, while there is no blood."""
    border = 0.5 * (seen.fear_khatlon + seen.fear_badakhshan)
    return ramp(0.5 * (seen.fear + border), p.fear_usual, 1.0) * (1.0 - share(2.5 * seen.blood))


@clause("D3", pushes={"approval_by_fear": "+peace_gain"}, falls_with=("blood",))
def protector(world: World, p: Parameters) -> float:
    """Fear lifts approval as long as nobody dies at home."""
    return share(1.0 - 2.5 * world.blood)


@clause("D3", pushes={"approval_all": "-peace_gain"}, falls_with=("blood",))
def usual_fear(world: World, p: Parameters) -> float:
    """Fear that is always there lifts nobody: what it would add is taken off again."""
    return p.fear_usual * share(1.0 - 2.5 * world.blood)


@clause("D3", pushes={"approval_by_fear": "-peace_loss"}, rises_with=("blood",))
def broken_promise(world: World, p: Parameters) -> float:
    """Fear turns against the one who promised peace once blood is shed."""
    return share(2.5 * world.blood - 1.0)


@rule(
    "D4",
    "spotlight",
    paragraphs=(17,),
    concern="standing",
    claim="A lone principled stand earns invitations and aid from the West; attention fades and saturates.",
    pushes={"words.denounce": "+spotlight_words", "words.veil": "+spotlight_words"},
    rises_with=("spotlight", "assistance"),
)
def spotlight_reward(seen: Seen, p: Parameters) -> float:
    """Attention now, with a little weight on the aid that follows."""
    return share(0.8 * seen.spotlight + 0.2 * seen.assistance / 1.0e6)


@clause(
    "D4",
    pushes={"spotlight": "+spotlight_gain"},
    rises_with=("rhetoric", "media_salience"),
    falls_with=("rapprochement",),
)
def lone_stand(world: World, p: Parameters) -> float:
    """Attention goes to hard words that stand alone while the world looks at Afghanistan."""
    return world.rhetoric * world.media_salience * (1.0 - ramp(world.rapprochement, 0.0, 5.0))


@rule(
    "D5",
    "caution",
    paragraphs=(7, 18, 19),
    concern="border security",
    claim="The nearer tension is to danger, the steeper the expected cost of more of it: words soften, a channel opens.",
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
    """Expected cost of more tension, sharpened by counsel of restraint; 0 to 1 + counsel_weight."""
    counsel = 0.5 * (seen.russia_counsel + seen.china_counsel)
    return peril(seen.tension, p) * (1.0 + p.counsel_weight * counsel)


@rule(
    "D6",
    "backstop",
    paragraphs=(18,),
    concern="border security",
    claim="The Russian guarantee and Chinese cooperation discount the cost of risk.",
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
    """The part of caution that firm backers take away."""
    firm = (1.0 - p.backstop_china) * seen.russian_guarantee + p.backstop_china * seen.chinese_cooperation
    return p.backstop * firm * peril(seen.tension, p)


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
    return ramp(seen.refugees_hosted / max(seen.refugee_capacity, 1.0), 0.5, 1.5)


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
    return share(seen.power_supply / p.power_contract)


@clause("D8", pushes={"trade.restore": "+restoring"}, falls_with=("power_supply",))
def lost_revenue(seen: Seen, p: Parameters) -> float:
    """What restoring would bring back."""
    return share(1.0 - seen.power_supply / p.power_contract)


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
    return seen.resistance * (0.3 + 0.7 * seen.violence_north)


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
    return 0.8 * world.covert_support + 0.2 * world.leaders_hosted


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
    return share(ramp(seen.fighters - seen.fighters_usual, 0.0, p.answer_full) + 0.3 * seen.threat)


@clause(
    "D10",
    pushes={"force.stand_down": "+force_cost", "force.mobilise": "-force_cost"},
    rises_with=("troops", "hardship"),
    falls_with=("tension",),
)
def cost_of_force(seen: Seen, p: Parameters) -> float:
    """A large force in quiet or poor times is a burden."""
    surplus = ramp(seen.troops, p.troops_rest, p.troops_most)
    return surplus * (0.4 + 0.6 * seen.hardship) * (1.0 - 0.7 * ramp(seen.tension, p.crisis_quiet, 1.0))


@rule(
    "D11",
    "guardian of all Tajiks",
    paragraphs=(3, 4, 15),
    concern="standing",
    claim="Violence against Afghan Tajiks raises the price of silence.",
    pushes={
        "words.denounce": "+guardian_words",
        "words.soften": "-guardian_soft",
        "refugees.admit": "+guardian_doors",
    },
    rises_with=("violence_north",),
)
def guardian(seen: Seen, p: Parameters) -> float:
    """Violence in the north as Dushanbe sees it."""
    return seen.violence_north


@rule(
    "D12",
    "inclusiveness condition",
    paragraphs=(3, 7),
    concern="standing",
    claim="A broader cabinet lets Dushanbe accommodate without losing face.",
    pushes={"contact.warm": "+inclusive_contact", "words.soften": "+inclusive_words"},
    rises_with=("inclusiveness",),
)
def face_saved(seen: Seen, p: Parameters) -> float:
    """How far the stated condition is met."""
    return seen.inclusiveness


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
    return ramp(seen.tension, 0.1, 0.7)


@clause("D13", pushes={"provocation": "-veil_shield"}, rises_with=("rhetoric", "veiled"))
def sting_taken(world: World, p: Parameters) -> float:
    """The part of hard words that names nobody."""
    return world.rhetoric * world.veiled


@rule(
    "D14",
    "purse",
    paragraphs=(10, 11),
    concern="economy",
    claim="Economic difficulty is a pull towards trade and contact.",
    pushes={
        "trade.expand": "+purse_trade",
        "contact.warm": "+purse_contact",
        "words.soften": "+purse_words",
        "trade.cut": "-purse_trade",
    },
    rises_with=("hardship", "power_owed"),
)
def purse(seen: Seen, p: Parameters) -> float:
    """Hardship, with a little weight on bills to be settled."""
    return share(0.9 * seen.hardship + 0.1 * ramp(seen.power_owed, 0.0, 4.0e7))


@rule(
    "D15",
    "non-recognition",
    paragraphs=(3,),
    concern="standing",
    claim="No government formed by oppression is to be recognised, so the top rungs of contact are the dearest.",
    pushes={"contact.warm": "-non_recognition", "contact.cool": "+non_recognition_cool"},
    rises_with=("rapprochement",),
)
def non_recognition(seen: Seen, p: Parameters) -> float:
    """Nothing up to talks, full at the step to recognition."""
    return ramp(seen.rapprochement, 1.5, 4.0)
