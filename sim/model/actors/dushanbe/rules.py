"""What hard words and dealings are worth to Dushanbe at home and in standing, and what they set off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.declare import clause, rule
from sim.model.maths import logistic, pure, ramp, share
from sim.model.processes.contact import CHANNEL_OPEN, ENVOYS, RECOGNISED
from sim.model.provenance import literature

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World


@pure
def need(hardship: float, fatigue: float) -> float:
    """Return what there is to make up for at home, 0 to 1: economic difficulty and a tiring rule alike."""
    return 0.5 * (hardship + fatigue)


@pure
def committed(words_memory: float, p: Parameters) -> float:
    """Return how far remembered words close the way back, 0 to 1: steeply where they went overboard."""
    gone = logistic((words_memory - p.overboard) / p.overboard_width)
    return p.audience_floor + (1.0 - p.audience_floor) * gone


@pure
def alive(unsettled: float, p: Parameters) -> float:
    """Return how much of what the crisis earns is left, 0 to 1: all of it while Afghanistan is unsettled."""
    return 1.0 - p.lasting * (1.0 - ramp(unsettled, p.settled, p.unsettled_full))


@pure
def fresh(media_salience: float, p: Parameters) -> float:
    """Return how fresh hard words sound, 0 to 1: a mantra tires unless news makes it relevant again."""
    return 1.0 - p.tiring * (1.0 - media_salience)


@pure
def stirred(solidarity: float, participation: float, capital: float, p: Parameters) -> float:
    """Return citizens' solidarity as government takes it, 0 to 1: from their views and from the street.

    The street counts as a country and once more where government sits.
    """
    street = ramp(0.5 * (participation + capital), 0.0, p.street_full)
    return solidarity + p.street_share * (street - solidarity)


@pure
def neighbours(russia: float, china: float, uzbekistan: float) -> float:
    """Return how far neighbours deal with Kabul, 0 to 1: Tashkent's part is half, as the first to go."""
    return 0.5 * (uzbekistan + 0.5 * (russia + china))


@pure
def beyond(dealings: float, diplomacy: float) -> float:
    """Return neighbours' dealings beyond Dushanbe's own political contact, 0 to 1."""
    return share(dealings - ramp(diplomacy, 0.0, RECOGNISED))


@pure
def untroubled(blood: float, p: Parameters) -> float:
    """Return how far the promise of peace is kept, 0 to 1: nothing is left of it once enough blood is shed."""
    return 1.0 - ramp(blood, 0.0, p.blood_broken)


@rule(
    "D1",
    "nationalist card",
    paragraphs=(11, 12, 15, 16),
    concern="regime popularity",
    claim="Hard words win popularity where citizens feel kin and there is hardship and fatigue to make up for, until the news moves on or Afghanistan settles.",
    pushes={
        "words.denounce": "+nationalist_words",
        "words.veil": "+nationalist_veil",
        "words.soften": "-nationalist_veil",
    },
    rises_with=(
        "solidarity",
        "participation",
        "participation_dushanbe",
        "hardship",
        "fatigue",
        "unsettled",
        "media_salience",
    ),
)
def nationalist_card(seen: Seen, p: Parameters) -> float:
    """Expected gain of hard words, 0 to 1: kin-feeling times need, as far as words are fresh and the crisis lives."""
    heard = fresh(seen.media_salience, p) * alive(seen.unsettled, p)
    kin = stirred(seen.solidarity, seen.participation, seen.participation_dushanbe, p)
    return ramp(kin, p.kin_floor, p.kin_full) * need(seen.hardship, seen.fatigue) * heard


@clause(
    "D1",
    pushes={"approval_by_solidarity": "+nationalist_gain"},
    rises_with=("rhetoric", "unsettled", "media_salience"),
)
def applause(world: World, p: Parameters) -> float:
    """Citizens who feel kin reward hard words, as far as these are fresh and the crisis lives."""
    return world.rhetoric * fresh(world.media_salience, p) * alive(world.unsettled, p)


@rule(
    "D2",
    "cost of accommodation",
    paragraphs=(11, 19),
    concern="regime popularity",
    claim="Dealings that show cost popularity in proportion to solidarity, steeply so after words that went overboard; a hidden channel costs little.",
    pushes={"contact.warm": "-audience_cost"},
    rises_with=("solidarity", "participation", "participation_dushanbe", "words_memory", "diplomacy"),
)
def accommodation_cost(seen: Seen, p: Parameters) -> float:
    """Expected audience cost (Fearon 1994) of one step closer, 0 to 1; the first step hardly shows."""
    shows = p.hidden + (1.0 - p.hidden) * ramp(seen.diplomacy, 0.0, 1.0)
    kin = stirred(seen.solidarity, seen.participation, seen.participation_dushanbe, p)
    return kin * committed(seen.words_memory, p) * shows


@clause(
    "D2",
    pushes={"words.soften": "-audience_words"},
    rises_with=("solidarity", "participation", "participation_dushanbe", "words_memory"),
)
def words_eaten(seen: Seen, p: Parameters) -> float:
    """Softer words after hard ones are heard as a climb-down, too."""
    kin = stirred(seen.solidarity, seen.participation, seen.participation_dushanbe, p)
    return kin * committed(seen.words_memory, p)


@clause(
    "D2",
    pushes={"approval_by_solidarity": "-audience_loss", "stirring": "+affront"},
    rises_with=("diplomacy", "words_memory"),
)
def disappointment(world: World, p: Parameters) -> float:
    """Citizens punish contact that shows and come out against it, steeply so after words that went overboard."""
    return ramp(world.diplomacy, CHANNEL_OPEN, ENVOYS) * committed(world.words_memory, p)


@rule(
    "D3",
    "peaceful sky",
    paragraphs=(16, 19),
    concern="regime popularity",
    claim="Felt threat makes the promise of peace valuable while no blood is shed at home and Afghanistan stays unsettled.",
    pushes={"force.mobilise": "+peace_force", "contact.warm": "-peace_contact"},
    rises_with=("fear", "fear_khatlon", "fear_badakhshan", "unsettled"),
    falls_with=("blood",),
)
def peaceful_sky(seen: Seen, p: Parameters) -> float:
    """Worth of being seen as protector: fear, of the border regions above all, while there is no blood."""
    border = 0.5 * (seen.fear_khatlon + seen.fear_badakhshan)
    felt = ramp(0.5 * (seen.fear + border), p.fear_usual, 1.0)
    return felt * untroubled(seen.blood, p) * alive(seen.unsettled, p)


@clause("D3", pushes={"approval_by_fear": "+peace_gain"}, rises_with=("unsettled",), falls_with=("blood",))
def protector(world: World, p: Parameters) -> float:
    """Fear lifts approval as long as nobody dies at home and the crisis lives."""
    return untroubled(world.blood, p) * alive(world.unsettled, p)


@clause("D3", pushes={"approval_all": "-peace_gain"}, rises_with=("unsettled",), falls_with=("blood",))
def usual_fear(world: World, p: Parameters) -> float:
    """Fear that is always there lifts nobody: what it would add is taken off again."""
    return p.fear_usual * untroubled(world.blood, p) * alive(world.unsettled, p)


@clause("D3", pushes={"approval_by_fear": "-peace_loss"}, rises_with=("blood",))
def broken_promise(world: World, p: Parameters) -> float:
    """Fear turns against the one who promised peace once more than enough blood is shed."""
    return share(world.blood / p.blood_broken - 1.0)


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
    aid = seen.assistance / p.assistance_most
    return share((1.0 - p.spotlight_aid) * seen.spotlight + p.spotlight_aid * aid)


@clause(
    "D4",
    pushes={"spotlight": "+spotlight_gain"},
    rises_with=("rhetoric", "media_salience"),
    falls_with=("diplomacy",),
)
def lone_stand(world: World, p: Parameters) -> float:
    """Attention goes to hard words that stand alone while the world looks at Afghanistan."""
    return world.rhetoric * world.media_salience * (1.0 - ramp(world.diplomacy, 0.0, RECOGNISED))


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
    paragraphs=(3, 7, 14),
    concern="standing",
    claim="A broader cabinet lets Dushanbe accommodate without losing face; a narrow one costs face whoever has asked for a broad one.",
    pushes={"contact.warm": "+inclusive_contact", "words.soften": "+inclusive_words"},
    rises_with=("inclusiveness",),
)
def face_saved(seen: Seen, p: Parameters) -> float:
    """How far the stated condition is met."""
    return seen.inclusiveness


@clause(
    "D12",
    pushes={"contact.warm": "-inclusive_contact"},
    rises_with=("words_memory",),
    falls_with=("inclusiveness",),
)
def face_lost(seen: Seen, p: Parameters) -> float:
    """How far a condition that was stated aloud is not met: fully stated in words as hard as those that name nobody."""
    asked = ramp(seen.words_memory, p.words_rest, p.veil_level)
    return asked * (1.0 - seen.inclusiveness)


@rule(
    "D15",
    "non-recognition",
    paragraphs=(3,),
    concern="standing",
    claim="No government formed by oppression is to be recognised, so the top rungs of contact are the dearest.",
    pushes={"contact.warm": "-non_recognition", "contact.cool": "+non_recognition_cool"},
    rises_with=("diplomacy",),
)
def non_recognition(seen: Seen, p: Parameters) -> float:
    """Nothing up to talks, full at the step to recognition."""
    return ramp(seen.diplomacy, CHANNEL_OPEN, ENVOYS)


@rule(
    "D16",
    "exit kept open",
    paragraphs=(7, 10, 19),
    concern="economy",
    claim="Whoever has contact and ties to lose spares Kabul words and is slow to step back: what dealings have built is at stake.",
    pushes={
        "words.denounce": "-stake_words",
        "words.soften": "+stake_soft",
        "contact.cool": "-stake_contact",
    },
    rises_with=("diplomacy", "ties"),
    source=literature(
        "Oneal and Russett", 1997, "dyads that trade more fight less, 1950-1985; the form, not the size"
    ),
)
def at_stake(seen: Seen, p: Parameters) -> float:
    """What hard words could break, 0 to 1: working ties before all, and the contact that was reached."""
    built = ramp(seen.ties, p.ties_least, p.ties_full)
    return (1.0 - p.stake_ties) * ramp(seen.diplomacy, 0.0, ENVOYS) + p.stake_ties * built


@rule(
    "D17",
    "standing apart",
    paragraphs=(13, 18),
    concern="regime popularity",
    claim="While the neighbours deal with Kabul there is popularity to be won by taking a few more risks than they do.",
    pushes={"words.denounce": "+apart_words", "contact.warm": "-apart_contact"},
    rises_with=(
        "solidarity",
        "participation",
        "participation_dushanbe",
        "russia_engagement",
        "china_engagement",
        "uzbekistan_engagement",
        "unsettled",
    ),
    falls_with=("diplomacy",),
)
def standing_apart(seen: Seen, p: Parameters) -> float:
    """What refusing earns, 0 to 1: neighbours' dealings beyond Dushanbe's own, in the eyes of those who feel kin."""
    dealings = neighbours(seen.russia_engagement, seen.china_engagement, seen.uzbekistan_engagement)
    kin = stirred(seen.solidarity, seen.participation, seen.participation_dushanbe, p)
    return kin * beyond(dealings, seen.diplomacy) * alive(seen.unsettled, p)
