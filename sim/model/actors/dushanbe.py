"""Dushanbe: what it can do each week, and the claims by which it weighs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.maths import clip, logistic, pure, ramp, share
from sim.model.provenance import Record, judgement, literature, parameter, public
from sim.model.registry import clause, option, rule

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

PULL = judgement("no figure exists; set so that the autumn of 2021 comes out as described, wide range")
PACE = judgement("no figure exists; a change of course shows within one to three months")
BASE = judgement("how readily an option is taken without any reason for it; set on the autumn of 2021")


class DushanbeParameters(Record):
    """Numbers of Dushanbe's options and rules."""

    inertia: float = parameter(0.8, "utility", 0.4, 1.2, "standing utility of leaving things as they are", BASE)

    # options: standing utilities
    denounce_base: float = parameter(-1.5, "utility", -2.0, -1.0, "of naming and condemning Kabul's rulers", BASE)
    veil_base: float = parameter(-0.7, "utility", -1.2, -0.2, "of speaking of inclusiveness instead", BASE)
    soften_base: float = parameter(-1.3, "utility", -1.8, -0.8, "of softer words", BASE)
    mobilise_base: float = parameter(-3.2, "utility", -3.8, -2.6, "of sending troops", BASE)
    stand_down_base: float = parameter(-1.8, "utility", -2.4, -1.2, "of bringing troops home", BASE)
    back_base: float = parameter(-1.8, "utility", -2.4, -1.2, "of backing the resistance", BASE)
    drop_base: float = parameter(-2.0, "utility", -2.6, -1.4, "of dropping the resistance", BASE)
    dushanbe_warm_base: float = parameter(-2.2, "utility", -2.8, -1.6, "of Dushanbe's step towards contact", BASE)
    dushanbe_cool_base: float = parameter(-2.6, "utility", -3.2, -2.0, "of Dushanbe's step back", BASE)
    expand_base: float = parameter(-1.6, "utility", -2.2, -1.0, "of opening more trade", BASE)
    cut_base: float = parameter(-3.2, "utility", -3.8, -2.6, "of cutting power and trade", BASE)
    restore_base: float = parameter(-1.4, "utility", -2.0, -0.8, "of restoring what was cut", BASE)
    admit_base: float = parameter(-1.4, "utility", -2.0, -0.8, "of letting more refugees in", BASE)
    push_back_base: float = parameter(-1.6, "utility", -2.2, -1.0, "of sending more back", BASE)

    # options: what they do
    word_step: float = parameter(0.25, "share", 0.15, 0.35, "share of the way to full hardness one denunciation takes", PACE)
    veil_words: float = parameter(0.35, "share", 0.2, 0.5, "hardness of a veiled criticism against an open one", PACE)
    veil_step: float = parameter(0.3, "share", 0.15, 0.45, "share of the way to fully veiled speech one week takes", PACE)
    soften_step: float = parameter(0.325, "share", 0.2, 0.45, "share of its hardness that one softer week takes off", PACE)
    troops_step: float = parameter(8000, "persons", 6000, 10000, "soldiers sent in one week of mobilising",
                                   judgement("the 20,000 (¶6) were reached within about two months"))
    troops_most: float = parameter(32000, "persons", 25000, 40000, "soldiers a weak army can keep at the border",
                                   judgement("the weakest army of the region (¶1); 20,000 was a great effort (¶6)"))
    troops_home: float = parameter(0.15, "share", 0.05, 0.25, "share of the surplus brought home in a week", PACE)
    support_step: float = parameter(0.25, "share", 0.1, 0.4, "share of the way to full support one week takes", PACE)
    support_drop: float = parameter(0.4, "share", 0.2, 0.6, "share of the support dropped in a week", PACE)
    shelter_step: float = parameter(0.1, "share", 0.02, 0.2, "share of the way to full shelter of leaders", PACE)
    trade_step: float = parameter(0.06, "share", 0.02, 0.1, "share of the way to the most trade possible", PACE)
    trade_most: float = parameter(2500000, "USD/week", 1500000, 4000000, "other trade at its most",
                                  judgement("about three times the level of 2021"))
    trade_rest: float = parameter(750000, "USD/week", 500000, 1000000, "other trade nobody pushes",
                                  judgement("the level of 2021"))
    cut_step: float = parameter(0.5, "share", 0.25, 0.75, "share of power and trade one cut takes off", PACE)
    restore_step: float = parameter(0.5, "share", 0.25, 0.75, "share of what is missing one restoring week gives back", PACE)
    power_contract: float = parameter(24.2, "GWh/week", 22, 26, "weekly supply under contract",
                                      public("Barqi Tojik", "press conference on 2021: 1.257 TWh sold to Afghanistan", "January 2022"))
    admit_step: float = parameter(0.08, "share", 0.03, 0.15, "share of the way to open doors one week takes", PACE)
    push_back_step: float = parameter(0.25, "share", 0.1, 0.4, "share of admissions one harder week takes off", PACE)

    # options: how they fade
    words_fading: float = parameter(0.04, "1/week", 0.02, 0.06, "return of rhetoric to its rest", PACE, bounds=(0, 1))
    words_rest: float = parameter(0.15, "index", 0.05, 0.25, "rhetoric nobody feeds", PACE)
    veil_fading: float = parameter(0.03, "1/week", 0.01, 0.06, "return of veiled speech to its rest", PACE, bounds=(0, 1))
    veil_rest: float = parameter(0.5, "share", 0.3, 0.7, "veiled share nobody feeds", PACE)
    troops_fading: float = parameter(0.02, "1/week", 0.01, 0.03, "return of troops to garrison strength", PACE, bounds=(0, 1))
    troops_rest: float = parameter(8000, "persons", 6000, 10000, "troops at the border in quiet times",
                                   judgement("border guards and garrisons; no strength is published"))
    support_fading: float = parameter(0.03, "1/week", 0.01, 0.06, "support that runs out", PACE, bounds=(0, 1))
    shelter_fading: float = parameter(0.004, "1/week", 0.0, 0.01, "leaders who move on", PACE, bounds=(0, 1))
    trade_fading: float = parameter(0.005, "1/week", 0.0, 0.01, "return of trade to its rest", PACE, bounds=(0, 1))
    admission_fading: float = parameter(0.05, "1/week", 0.02, 0.1, "return of admissions to their rest", PACE, bounds=(0, 1))
    admission_rest: float = parameter(0.27, "share", 0.2, 0.35, "share let in when nothing is decided",
                                      judgement("more than one attempt in five ended in a stay (¶9), with D7's discount on top"))

    # rules
    nationalist_words: float = parameter(2.2, "utility", 1.0, 3.4, "pull of popularity on hard words", PULL)
    nationalist_veil: float = parameter(1.0, "utility", 0.3, 1.7, "the same on veiled words", PULL)
    nationalist_gain: float = parameter(0.05, "1/week", 0.02, 0.08, "approval won by hard words, times solidarity", PULL)
    kin_floor: float = parameter(0.4, "index", 0.3, 0.5, "solidarity from which hard words win anything", PULL)
    kin_full: float = parameter(0.75, "index", 0.65, 0.9, "solidarity at which they win most", PULL)
    need_share: float = parameter(0.7, "share", 0.4, 0.9, "part of that gain that needs hardship or fatigue to make up for", PULL)
    audience_cost: float = parameter(2.6, "utility", 1.0, 4.2, "expected cost of visible dealings",
                                     literature("Li and Chen", 2021, "substantial disapproval of threats not carried out, survey of Chinese citizens; sign contested by Levy et al. 2015"))
    audience_words: float = parameter(0.8, "utility", 0.2, 1.4, "the same on softer words", PULL)
    audience_loss: float = parameter(0.05, "1/week", 0.01, 0.09, "approval lost by visible dealings, times solidarity", PULL)
    audience_floor: float = parameter(0.35, "share", 0.1, 0.6, "part of the cost that does not depend on earlier words", PULL)
    words_memory_pace: float = parameter(0.027, "1/week", 0.015, 0.05, "pace at which audiences remember and forget",
                                         judgement("half-life of about half a year"), bounds=(0, 1))
    peace_force: float = parameter(0.8, "utility", 0.2, 1.4, "pull of protecting the peace on sending troops", PULL)
    peace_contact: float = parameter(0.5, "utility", 0.1, 0.9, "pull against contact while the crisis serves at home", PULL)
    peace_gain: float = parameter(0.04, "1/week", 0.0, 0.08, "approval won by fear while no blood is shed",
                                  literature("Baker and Oneal", 2001, "rallies small or none on average, United States; negative on average in 27 countries (JCR 2023)"))
    peace_loss: float = parameter(0.06, "1/week", 0.02, 0.1, "approval lost by fear when blood is shed", PULL)
    fear_usual: float = parameter(0.3, "index", 0.2, 0.4, "fear that is always there", PULL)
    spotlight_words: float = parameter(1.0, "utility", 0.3, 1.7, "pull of Western attention on hard words", PULL)
    spotlight_gain: float = parameter(0.05, "1/week", 0.02, 0.08, "attention earned by a lone stand", PULL)
    caution_words: float = parameter(3.0, "utility", 1.5, 4.5, "pull of danger against hard words", PULL)
    caution_soft: float = parameter(1.6, "utility", 0.6, 2.6, "pull of danger towards softer words", PULL)
    caution_contact: float = parameter(2.4, "utility", 1.0, 3.8, "pull of danger towards a channel", PULL)
    caution_force: float = parameter(1.0, "utility", 0.3, 1.7, "pull of danger against more troops and arms for others", PULL)
    danger: float = parameter(0.5, "index", 0.42, 0.58, "tension at which the expected cost of more is steepest", PULL)
    danger_width: float = parameter(0.07, "index", 0.04, 0.1, "how sharply it rises there", PULL, bounds=(0.01, 1))
    counsel_weight: float = parameter(0.8, "1", 0.2, 1.4, "how much counsel of restraint adds to caution", PULL)
    backstop: float = parameter(0.6, "1", 0.2, 0.9, "part of caution that firm backers take away",
                                literature("Benson", 2011, "unconditional compellent pledges go with more initiation, deterrent ones with less targeting; dyads"))
    backstop_china: float = parameter(0.3, "share", 0.1, 0.5, "China's part in that beside Russia's", PULL)
    keep_down: float = parameter(2.0, "utility", 1.0, 3.0, "pull of full shelters on sending people back", PULL)
    keep_down_share: float = parameter(0.04, "share", 0.0, 0.1, "share of arrivals security services turn away beyond policy",
                                       judgement("thousands sent back (¶9); how many against policy is unknown"))
    unreported: float = parameter(0.05, "share", 0.0, 0.3, "share of new arrivals that the reports leave out",
                                  judgement("accurate statistics are not published (¶9)"))
    outside_help: float = parameter(0.4, "persons", 0.1, 1.0, "places built per thousand dollars of assistance",
                                    judgement("camp construction at about 2,500 dollars a place"))
    lever: float = parameter(2.5, "utility", 1.5, 3.5, "worth of the revenue and the lever that power sales are", PULL)
    restoring: float = parameter(2.5, "utility", 1.5, 3.5, "pull to restore what was cut", PULL)
    deniable: float = parameter(1.6, "utility", 0.6, 2.6, "pull to back a resistance that is attacked and alive", PULL)
    exposed: float = parameter(1.8, "utility", 0.8, 2.8, "pull to drop it once detected", PULL)
    support_effect: float = parameter(0.03, "1/week", 0.01, 0.05, "strength the resistance gains from full support", PULL)
    detection_rate: float = parameter(0.06, "1/week", 0.02, 0.1, "chance a week that full support is detected", PULL)
    answer: float = parameter(5.4, "utility", 4.0, 6.8, "pull of newly massed fighters on sending troops", PULL)
    answer_full: float = parameter(4000, "persons", 2500, 5500, "new fighters at which the answer is strongest", PULL)
    force_cost: float = parameter(3.0, "utility", 2.0, 4.0, "pull of its cost on bringing troops home", PULL)
    guardian_words: float = parameter(1.2, "utility", 0.4, 2.0, "pull of violence against kin on hard words", PULL)
    guardian_soft: float = parameter(1.0, "utility", 0.3, 1.7, "the same against softer words", PULL)
    guardian_doors: float = parameter(0.8, "utility", 0.2, 1.4, "the same on letting people in", PULL)
    inclusive_contact: float = parameter(2.6, "utility", 1.2, 4.0, "pull of a broad cabinet on contact", PULL)
    inclusive_words: float = parameter(1.0, "utility", 0.3, 1.7, "the same on softer words", PULL)
    veil_pull: float = parameter(1.2, "utility", 0.4, 2.0, "pull of tension on veiled words", PULL)
    veil_shield: float = parameter(0.6, "share", 0.3, 0.9, "part of its sting that veiled speech takes away", PULL)
    purse_trade: float = parameter(1.4, "utility", 0.6, 2.2, "pull of a poor economy on trade", PULL)
    purse_contact: float = parameter(1.6, "utility", 0.8, 2.4, "pull of a poor economy on contact", PULL)
    purse_words: float = parameter(0.5, "utility", 0.1, 0.9, "pull of a poor economy on softer words", PULL)
    non_recognition: float = parameter(3.0, "utility", 1.5, 4.5, "pull against the top rungs of contact", PULL)
    non_recognition_cool: float = parameter(1.0, "utility", 0.3, 1.7, "pull back from those rungs", PULL)
    crisis_quiet: float = parameter(0.3, "index", 0.2, 0.4, "tension below which troops are not needed", PULL)


# options ----------------------------------------------------------------------------------------


@option("words.denounce", base="denounce_base", inverse="soften", moves=("rhetoric", "veiled"), paragraphs=(3,))
def denounce(world: World, p: Parameters) -> None:
    """Name and condemn Kabul's rulers."""
    world.rhetoric += p.word_step * (1.0 - world.rhetoric)
    world.veiled -= p.veil_step * world.veiled


@option("words.veil", base="veil_base", inverse="denounce", moves=("rhetoric", "veiled"), paragraphs=(7,))
def veil(world: World, p: Parameters) -> None:
    """Criticise in terms of inclusiveness, naming nobody."""
    world.rhetoric += p.word_step * p.veil_words * (1.0 - world.rhetoric)
    world.veiled += p.veil_step * (1.0 - world.veiled)


@option("words.soften", base="soften_base", inverse="denounce", moves=("rhetoric",), paragraphs=(19,))
def soften(world: World, p: Parameters) -> None:
    """Speak of neighbours and of stability."""
    world.rhetoric -= p.soften_step * world.rhetoric


@option("force.mobilise", base="mobilise_base", inverse="stand_down", moves=("troops",), paragraphs=(6,))
def mobilise(world: World, p: Parameters) -> None:
    """Send troops to the border, hold exercises and parades."""
    world.troops += p.troops_step * share((p.troops_most - world.troops) / 20000.0)


@option("force.stand_down", base="stand_down_base", inverse="mobilise", moves=("troops",))
def stand_down(world: World, p: Parameters) -> None:
    """Bring troops home."""
    world.troops -= p.troops_home * max(world.troops - p.troops_rest, 0.0)


@option("resistance.back", base="back_base", inverse="drop", moves=("covert_support", "leaders_hosted"), paragraphs=(5,))
def back(world: World, p: Parameters) -> None:
    """Shelter, arm and finance the resistance, and deny it."""
    world.covert_support += p.support_step * (1.0 - world.covert_support)
    world.leaders_hosted += p.shelter_step * (1.0 - world.leaders_hosted)


@option("resistance.drop", base="drop_base", inverse="back", moves=("covert_support", "leaders_hosted"))
def drop(world: World, p: Parameters) -> None:
    """End support and ask leaders to leave."""
    world.covert_support -= p.support_drop * world.covert_support
    world.leaders_hosted -= p.support_drop * world.leaders_hosted


def may_warm(seen: Seen, p: Parameters) -> bool:
    """Readiness runs at most one rung ahead of contact."""
    return seen.dushanbe_ready <= seen.rapprochement and seen.dushanbe_ready < 5.0


def may_cool(seen: Seen, p: Parameters) -> bool:
    """There is a rung to step back from."""
    return seen.dushanbe_ready > 0.0


@option("contact.warm", base="dushanbe_warm_base", inverse="cool", moves=("dushanbe_ready",), paragraphs=(19,), open_when=may_warm)
def warm(world: World, p: Parameters) -> None:
    """Become ready for one more rung of contact."""
    world.dushanbe_ready = clip(world.dushanbe_ready + 1.0, 0.0, 5.0)


@option("contact.cool", base="dushanbe_cool_base", inverse="warm", moves=("dushanbe_ready",), open_when=may_cool)
def cool(world: World, p: Parameters) -> None:
    """Step back by one rung of contact."""
    world.dushanbe_ready = clip(world.dushanbe_ready - 1.0, 0.0, 5.0)


def may_cut(seen: Seen, p: Parameters) -> bool:
    """There is still supply worth cutting."""
    return seen.power_supply > 0.1 * p.power_contract


def may_restore(seen: Seen, p: Parameters) -> bool:
    """Supply stands below contract."""
    return seen.power_supply < 0.95 * p.power_contract


@option("trade.expand", base="expand_base", inverse="cut", moves=("other_trade",), paragraphs=(10,))
def expand(world: World, p: Parameters) -> None:
    """Open markets and crossings further."""
    world.other_trade += p.trade_step * max(p.trade_most - world.other_trade, 0.0)


@option("trade.cut", base="cut_base", inverse="restore", moves=("power_supply", "other_trade"), paragraphs=(10,), open_when=may_cut)
def cut(world: World, p: Parameters) -> None:
    """Cut power and trade."""
    world.power_supply -= p.cut_step * world.power_supply
    world.other_trade -= 0.4 * p.cut_step * world.other_trade


@option("trade.restore", base="restore_base", inverse="cut", moves=("power_supply", "other_trade"), open_when=may_restore)
def restore(world: World, p: Parameters) -> None:
    """Restore what was cut."""
    world.power_supply += p.restore_step * max(p.power_contract - world.power_supply, 0.0)
    world.other_trade += p.restore_step * max(p.trade_rest - world.other_trade, 0.0)


@option("refugees.admit", base="admit_base", inverse="push_back", moves=("admission",), paragraphs=(4,))
def admit(world: World, p: Parameters) -> None:
    """Let more of those who come in."""
    world.admission += p.admit_step * (1.0 - world.admission)


@option("refugees.push_back", base="push_back_base", inverse="admit", moves=("admission",), paragraphs=(9,))
def push_back(world: World, p: Parameters) -> None:
    """Send more of them back."""
    world.admission -= p.push_back_step * world.admission


# rules ------------------------------------------------------------------------------------------


@pure
def need(hardship: float, fatigue: float, p: Parameters) -> float:
    """Return what there is to make up for at home, 0 to 1."""
    return (1.0 - p.need_share) + p.need_share * 0.5 * (hardship + fatigue)


@pure
def peril(tension: float, p: Parameters) -> float:
    """Return how near tension is to danger, 0 to 1: logistic around `danger`."""
    return logistic((tension - p.danger) / p.danger_width)


@rule(
    "D1", "nationalist card", paragraphs=(11, 15), concern="regime popularity",
    claim="Hard words win popularity, the more so the more citizens feel kin and the more hardship and fatigue there is to make up for.",
    pushes={"words.denounce": "+nationalist_words", "words.veil": "+nationalist_veil", "words.soften": "-nationalist_veil"},
    rises_with=("solidarity", "hardship", "fatigue"),
)  # fmt: skip
def nationalist_card(seen: Seen, p: Parameters) -> float:
    """Expected gain of hard words, 0 to 1: a ramp in solidarity times what is to be made up for."""
    return ramp(seen.solidarity, p.kin_floor, p.kin_full) * need(seen.hardship, seen.fatigue, p)


@clause("D1", pushes={"approval_by_solidarity": "+nationalist_gain"}, rises_with=("rhetoric",))
def applause(world: World, p: Parameters) -> float:
    """Citizens who feel kin reward hard words."""
    return world.rhetoric


@rule(
    "D2", "cost of accommodation", paragraphs=(11,), concern="regime popularity",
    claim="Visible dealings with Kabul cost popularity in proportion to solidarity and to how hard the words were before.",
    pushes={"contact.warm": "-audience_cost", "words.soften": "-audience_words"},
    rises_with=("solidarity", "words_memory"),
)  # fmt: skip
def accommodation_cost(seen: Seen, p: Parameters) -> float:
    """Expected audience cost (Fearon 1994), 0 to 1."""
    return seen.solidarity * (p.audience_floor + (1.0 - p.audience_floor) * seen.words_memory)


@clause("D2", pushes={"approval_by_solidarity": "-audience_loss"}, rises_with=("rapprochement", "words_memory"))
def disappointment(world: World, p: Parameters) -> float:
    """Citizens punish contact that shows, the more the harder the words they remember."""
    shown = ramp(world.rapprochement, 1.0, 4.0)
    return shown * (p.audience_floor + (1.0 - p.audience_floor) * world.words_memory)


@rule(
    "D3", "peaceful sky", paragraphs=(16,), concern="regime popularity",
    claim="Felt threat makes the promise of peace valuable while no blood is shed at home.",
    pushes={"force.mobilise": "+peace_force", "contact.warm": "-peace_contact"},
    rises_with=("fear", "fear_khatlon", "fear_badakhshan"), falls_with=("blood",),
)  # fmt: skip
def peaceful_sky(seen: Seen, p: Parameters) -> float:
    """Worth of being seen as protector: fear, of the border regions above all, while there is no blood."""
    border = 0.5 * (seen.fear_khatlon + seen.fear_badakhshan)
    return ramp(0.5 * (seen.fear + border), p.fear_usual, 1.0) * (1.0 - share(2.5 * seen.blood))


@clause("D3", pushes={"approval_by_fear": "+peace_gain"}, falls_with=("blood",))
def protector(world: World, p: Parameters) -> float:
    """Fear lifts approval as long as nobody dies at home."""
    return share(1.0 - 2.5 * world.blood)


@clause("D3", pushes={"approval_by_fear": "-peace_loss"}, rises_with=("blood",))
def broken_promise(world: World, p: Parameters) -> float:
    """Fear turns against the one who promised peace once blood is shed."""
    return share(2.5 * world.blood - 1.0)


@rule(
    "D4", "spotlight", paragraphs=(17,), concern="standing",
    claim="A lone principled stand earns invitations and aid from the West; attention fades and saturates.",
    pushes={"words.denounce": "+spotlight_words", "words.veil": "+spotlight_words"},
    rises_with=("spotlight", "assistance"),
)  # fmt: skip
def spotlight_reward(seen: Seen, p: Parameters) -> float:
    """Attention now, with a little weight on the aid that follows."""
    return share(0.8 * seen.spotlight + 0.2 * seen.assistance / 1.0e6)


@clause("D4", pushes={"spotlight": "+spotlight_gain"}, rises_with=("rhetoric", "media_salience"), falls_with=("rapprochement",))
def lone_stand(world: World, p: Parameters) -> float:
    """Attention goes to hard words that stand alone while the world looks at Afghanistan."""
    return world.rhetoric * world.media_salience * (1.0 - ramp(world.rapprochement, 0.0, 5.0))


@rule(
    "D5", "caution", paragraphs=(7, 18, 19), concern="border security",
    claim="The nearer tension is to danger, the steeper the expected cost of more of it: words soften, a channel opens.",
    pushes={"words.denounce": "-caution_words", "words.soften": "+caution_soft", "contact.warm": "+caution_contact",
            "force.mobilise": "-caution_force", "resistance.back": "-caution_force"},
    rises_with=("tension", "russia_counsel", "china_counsel"),
)  # fmt: skip
def caution(seen: Seen, p: Parameters) -> float:
    """Expected cost of more tension, sharpened by counsel of restraint; 0 to 1 + counsel_weight."""
    counsel = 0.5 * (seen.russia_counsel + seen.china_counsel)
    return peril(seen.tension, p) * (1.0 + p.counsel_weight * counsel)


@rule(
    "D6", "backstop", paragraphs=(18,), concern="patrons",
    claim="The Russian guarantee and Chinese cooperation discount the cost of risk.",
    pushes={"words.denounce": "+caution_words", "words.soften": "-caution_soft", "contact.warm": "-caution_contact",
            "force.mobilise": "+caution_force", "resistance.back": "+caution_force"},
    rises_with=("tension", "russian_guarantee", "chinese_cooperation"),
)  # fmt: skip
def backstop_discount(seen: Seen, p: Parameters) -> float:
    """The part of caution that firm backers take away."""
    firm = (1.0 - p.backstop_china) * seen.russian_guarantee + p.backstop_china * seen.chinese_cooperation
    return p.backstop * firm * peril(seen.tension, p)


@rule(
    "D7", "words, not deeds", paragraphs=(8, 9), concern="border security",
    claim="Pledges are carried out only to a small fraction; capacity waits for outside help; security services keep numbers down; figures are withheld.",
    pushes={"refugees.push_back": "+keep_down", "refugees.admit": "-keep_down"},
    rises_with=("refugees_hosted",), falls_with=("refugee_capacity",),
)  # fmt: skip
def full_shelters(seen: Seen, p: Parameters) -> float:
    """How full the shelters are, 0 at half of capacity, 1 at one and a half times."""
    return ramp(seen.refugees_hosted / max(seen.refugee_capacity, 1.0), 0.5, 1.5)


@clause("D7", pushes={"admission": "-keep_down_share", "reporting": "+unreported"})
def quiet_deportation(world: World, p: Parameters) -> float:
    """Security services turn people away beyond policy, and reports leave people out."""
    return 1.0


@rule(
    "D8", "keep trading", paragraphs=(10,), concern="economy",
    claim="Power flows on credit whatever the words; cutting it costs revenue and a lever, for little.",
    pushes={"trade.cut": "-lever"}, rises_with=("power_supply",),
)  # fmt: skip
def keep_trading(seen: Seen, p: Parameters) -> float:
    """What a cut would lose: the share of the contract still delivered."""
    return share(seen.power_supply / p.power_contract)


@clause("D8", pushes={"trade.restore": "+restoring"}, falls_with=("power_supply",))
def lost_revenue(seen: Seen, p: Parameters) -> float:
    """What restoring would bring back."""
    return share(1.0 - seen.power_supply / p.power_contract)


@rule(
    "D9", "deniable support", paragraphs=(5,), concern="standing",
    claim="Support and shelter for the resistance raise its strength, are denied, and are detected with some probability.",
    pushes={"resistance.back": "+deniable"}, rises_with=("violence_north", "resistance"),
)  # fmt: skip
def deniable_support(seen: Seen, p: Parameters) -> float:
    """Worth backing: alive and under attack."""
    return seen.resistance * (0.3 + 0.7 * seen.violence_north)


@clause("D9", pushes={"resistance.drop": "+exposed", "resistance.back": "-exposed"}, rises_with=("detected",))
def exposure_of_support(seen: Seen, p: Parameters) -> float:
    """Denial wears thin once support is detected."""
    return seen.detected


@clause("D9", pushes={"resistance": "+support_effect", "detection": "+detection_rate"}, rises_with=("covert_support", "leaders_hosted"))
def support_at_work(world: World, p: Parameters) -> float:
    """Support strengthens the resistance and can be detected."""
    return 0.8 * world.covert_support + 0.2 * world.leaders_hosted


@rule(
    "D10", "show of force", paragraphs=(1, 6), concern="border security",
    claim="Fighters massing are answered with troops and parades, up to what a weak army has; force costs money.",
    pushes={"force.mobilise": "+answer"},
    rises_with=("fighters", "threat"), falls_with=("fighters_usual",),
)  # fmt: skip
def show_of_force(seen: Seen, p: Parameters) -> float:
    """Fighters beyond the usual, with threats on top: the answer is to what is new."""
    return share(ramp(seen.fighters - seen.fighters_usual, 0.0, p.answer_full) + 0.3 * seen.threat)


@clause("D10", pushes={"force.stand_down": "+force_cost", "force.mobilise": "-force_cost"}, rises_with=("troops", "hardship"), falls_with=("tension",))
def cost_of_force(seen: Seen, p: Parameters) -> float:
    """A large force in quiet or poor times is a burden."""
    surplus = ramp(seen.troops, p.troops_rest, p.troops_most)
    return surplus * (0.4 + 0.6 * seen.hardship) * (1.0 - 0.7 * ramp(seen.tension, p.crisis_quiet, 1.0))


@rule(
    "D11", "guardian of all Tajiks", paragraphs=(3, 4, 15), concern="standing",
    claim="Violence against Afghan Tajiks raises the price of silence.",
    pushes={"words.denounce": "+guardian_words", "words.soften": "-guardian_soft", "refugees.admit": "+guardian_doors"},
    rises_with=("violence_north",),
)  # fmt: skip
def guardian(seen: Seen, p: Parameters) -> float:
    """Violence in the north as Dushanbe sees it."""
    return seen.violence_north


@rule(
    "D12", "inclusiveness condition", paragraphs=(3, 7), concern="standing",
    claim="A broader cabinet lets Dushanbe accommodate without losing face.",
    pushes={"contact.warm": "+inclusive_contact", "words.soften": "+inclusive_words"},
    rises_with=("inclusiveness",),
)  # fmt: skip
def face_saved(seen: Seen, p: Parameters) -> float:
    """How far the stated condition is met."""
    return seen.inclusiveness


@rule(
    "D13", "veiled words", paragraphs=(7,), concern="border security",
    claim="Speaking of inclusiveness instead of naming the Taliban provokes less and keeps the exit open, and earns less at home.",
    pushes={"words.veil": "+veil_pull"}, rises_with=("tension",),
)  # fmt: skip
def prudence(seen: Seen, p: Parameters) -> float:
    """The worth of provoking less grows with tension."""
    return ramp(seen.tension, 0.1, 0.7)


@clause("D13", pushes={"provocation": "-veil_shield"}, rises_with=("rhetoric", "veiled"))
def sting_taken(world: World, p: Parameters) -> float:
    """The part of hard words that names nobody."""
    return world.rhetoric * world.veiled


@rule(
    "D14", "purse", paragraphs=(10, 11), concern="economy",
    claim="Economic difficulty is a pull towards trade and contact.",
    pushes={"trade.expand": "+purse_trade", "contact.warm": "+purse_contact", "words.soften": "+purse_words", "trade.cut": "-purse_trade"},
    rises_with=("hardship", "power_owed"),
)  # fmt: skip
def purse(seen: Seen, p: Parameters) -> float:
    """Hardship, with a little weight on bills to be settled."""
    return share(0.9 * seen.hardship + 0.1 * ramp(seen.power_owed, 0.0, 4.0e7))


@rule(
    "D15", "non-recognition", paragraphs=(3,), concern="standing",
    claim="No government formed by oppression is to be recognised, so the top rungs of contact are the dearest.",
    pushes={"contact.warm": "-non_recognition", "contact.cool": "+non_recognition_cool"},
    rises_with=("rapprochement",),
)  # fmt: skip
def non_recognition(seen: Seen, p: Parameters) -> float:
    """Nothing up to talks, full at the step to recognition."""
    return ramp(seen.rapprochement, 1.5, 4.0)
