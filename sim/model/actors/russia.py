"""Russia: guarantor at the border, and a hedger with Kabul."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.readiness import NOW_AND_THEN, SELDOM, standing
from sim.model.declare import clause, option, rule
from sim.model.maths import ramp, share
from sim.model.provenance import Record, constant, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

PULL = judgement("no figure exists; set so that outsiders move over months and not weeks, wide range")
PACE = judgement("no figure exists; outsiders' courses change within a season")

FORM = judgement("the form of a rule; its size is a parameter, and that is in doubt")
MILITANTS_USUAL = constant(0.3, "index", "militants whom outsiders have grown used to", FORM)
FEW_FIGHTERS = constant(3000, "persons", "fighters at the border that test nobody", FORM)
MANY_FIGHTERS = constant(15000, "persons", "fighters there that test it fully", FORM)
TENSE, VERY_TENSE = (
    constant(0.25, "index", "tension from which outsiders take notice", FORM),
    constant(0.75, "index", "tension at which they take most", FORM),
)
TESTED = constant(0.4, "share", "what full massing, or full tension, counts beside fighting", FORM)
QUIET_BORDER = constant(0.1, "index", "tension at which the border asks for nothing", FORM)


class RussiaParameters(Record):
    """Numbers of Russia's options and rules, and those all outsiders share."""

    reinforce_base: float = standing(NOW_AND_THEN, "of reinforcing the guarantee")
    thin_base: float = standing(SELDOM, "of thinning it out")
    outsider_engage_base: float = standing(SELDOM, "of a step towards Kabul, for every outsider")
    outsider_cool_base: float = standing(SELDOM, "of a step away from Kabul, for every outsider")
    counsel_base: float = standing(SELDOM, "of urging restraint, for every patron")

    reinforce_step: float = parameter(
        0.12, "share", 0.05, 0.2, "share of the way to a full guarantee one step takes", PACE
    )
    thin_step: float = parameter(0.10, "share", 0.04, 0.16, "share of its firmness one step takes off", PACE)
    engage_step: float = parameter(
        0.05, "share", 0.02, 0.08, "share of the way to recognition one step takes", PACE
    )
    disengage_step: float = parameter(
        0.10, "share", 0.04, 0.16, "share of engagement one step away takes off", PACE
    )
    counsel_step: float = parameter(
        0.3, "share", 0.15, 0.45, "share of the way to full pressure one week takes", PACE
    )
    guarantee_fading: float = parameter(
        0.01, "1/week", 0.002, 0.02, "return of the guarantee to its rest", PACE, bounds=(0, 1)
    )
    guarantee_rest: float = parameter(0.7, "index", 0.5, 0.9, "level of the guarantee in quiet times", PACE)
    engagement_fading: float = parameter(
        0.004, "1/week", 0.001, 0.008, "fading of engagement with Kabul", PACE, bounds=(0, 1)
    )
    counsel_fading: float = parameter(0.1, "1/week", 0.05, 0.2, "fading of counsel", PACE, bounds=(0, 1))

    test_reinforce: float = parameter(
        3.0, "utility", 1.5, 4.5, "pull of a tested border on reinforcing", PULL
    )
    calm_thin: float = parameter(0.6, "utility", 0.0, 1.2, "pull of a calm border on thinning out", PULL)
    hedging: float = parameter(1.6, "utility", 0.6, 2.6, "pull towards ties with Kabul", PULL)
    hedging_cool: float = parameter(1.5, "utility", 0.5, 2.5, "pull away when militants gain", PULL)
    restraining: float = parameter(2.4, "utility", 1.0, 3.8, "pull of danger on urging restraint", PULL)
    drug_stake: float = parameter(0.8, "utility", 0.2, 1.4, "pull of trafficking on reinforcing", PULL)
    drug_flow_gain: float = parameter(
        0.01, "1/week", 0.0, 0.02, "trafficking that disorder in the north feeds", PULL
    )


@option(
    "guarantee.reinforce",
    base="reinforce_base",
    inverse="thin",
    moves=("russian_guarantee",),
    paragraphs=(18,),
)
def reinforce(world: World, p: Parameters) -> None:
    """Send equipment, hold exercises, say that the border is covered."""
    world.russian_guarantee += p.reinforce_step * (1.0 - world.russian_guarantee)


@option("guarantee.thin", base="thin_base", inverse="reinforce", moves=("russian_guarantee",))
def thin(world: World, p: Parameters) -> None:
    """Move troops elsewhere."""
    world.russian_guarantee -= p.thin_step * world.russian_guarantee


@option(
    "kabul.engage", base="outsider_engage_base", inverse="cool", moves=("russia_engagement",), paragraphs=(2,)
)
def engage(world: World, p: Parameters) -> None:
    """Take a step towards Kabul."""
    world.russia_engagement += p.engage_step * (1.0 - world.russia_engagement)


@option("kabul.cool", base="outsider_cool_base", inverse="engage", moves=("russia_engagement",))
def cool(world: World, p: Parameters) -> None:
    """Take a step away from Kabul."""
    world.russia_engagement -= p.disengage_step * world.russia_engagement


@option("counsel.urge_restraint", base="counsel_base", inverse="fading", moves=("russia_counsel",))
def urge_restraint(world: World, p: Parameters) -> None:
    """Urge Dushanbe to show restraint."""
    world.russia_counsel += p.counsel_step * (1.0 - world.russia_counsel)


@rule(
    "R1",
    "last resort",
    paragraphs=(18,),
    concern="border and drug route",
    claim="Russia holds the line at the border, and reinforces when it is tested.",
    pushes={"guarantee.reinforce": "+test_reinforce"},
    rises_with=("heat", "fighters", "tension"),
)
def last_resort(seen: Seen, p: Parameters) -> float:
    """How far the border is tested: fighting, massing, tension."""
    massed = ramp(seen.fighters, FEW_FIGHTERS, MANY_FIGHTERS)
    return share(seen.heat + TESTED * (massed + ramp(seen.tension, TENSE, VERY_TENSE)))


@clause("R1", pushes={"guarantee.thin": "+calm_thin"}, falls_with=("tension",))
def calm(seen: Seen, p: Parameters) -> float:
    """A calm border asks for less."""
    return 1.0 - ramp(seen.tension, QUIET_BORDER, 0.5)


@rule(
    "R2",
    "hedge",
    paragraphs=(2,),
    concern="influence in Dushanbe and in Kabul",
    claim="Russia builds ties with Kabul at the same time.",
    pushes={"kabul.engage": "+hedging"},
    falls_with=("heat", "russia_engagement"),
)
def hedge(seen: Seen, p: Parameters) -> float:
    """Worth of a further step towards Kabul: less the closer the ties, and while the border burns."""
    return (1.0 - 0.5 * seen.russia_engagement) * (1.0 - share(seen.heat))


@rule(
    "R3",
    "price of the guarantee",
    paragraphs=(),
    concern="cost",
    claim="The guarantor urges restraint as danger nears.",
    source=judgement(
        "the article does not say it; guarantors commonly restrain clients they may have to fight for"
    ),
    pushes={"counsel.urge_restraint": "+restraining"},
    rises_with=("tension", "rhetoric"),
)
def price_of_guarantee(seen: Seen, p: Parameters) -> float:
    """Danger that a client's words add to."""
    return ramp(seen.tension, TENSE, VERY_TENSE) * (0.5 + 0.5 * seen.rhetoric)


@rule(
    "R4",
    "drug route",
    paragraphs=(1,),
    concern="border and drug route",
    claim="Trafficking towards Russia raises its stake in the border.",
    pushes={"guarantee.reinforce": "+drug_stake", "guarantee.thin": "-drug_stake"},
    rises_with=("drug_flow",),
)
def drug_route(seen: Seen, p: Parameters) -> float:
    """Trafficking as Moscow sees it."""
    return seen.drug_flow


@clause("R4", pushes={"drugs": "+drug_flow_gain"}, rises_with=("violence_north",))
def disorder_feeds_traffic(world: World, p: Parameters) -> float:
    """Disorder in the north opens routes."""
    return world.violence_north


@clause("R2", pushes={"kabul.cool": "+hedging_cool"}, rises_with=("militant_threat",))
def militants_estrange(seen: Seen, p: Parameters) -> float:
    """Militants whom Kabul does not rein in are a reason to step back."""
    return ramp(seen.militant_threat, MILITANTS_USUAL, 1.0)
