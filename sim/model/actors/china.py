"""China: a partner on the Tajik side of the border, and an early, pragmatic one of Kabul."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.actors.readiness import SELDOM, standing
from sim.model.actors.russia import MILITANTS_USUAL, TENSE, VERY_TENSE
from sim.model.declare import clause, option, rule
from sim.model.maths import ramp
from sim.model.provenance import Record, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

PULL = judgement("no figure exists; set so that outsiders move over months and not weeks, wide range")


class ChinaParameters(Record):
    """Numbers of China's options and rules."""

    fund_base: float = standing(SELDOM, "of funding the border")
    fund_step: float = parameter(
        0.10, "share", 0.04, 0.16, "share of the way to full cooperation one step takes", PULL
    )
    cooperation_fading: float = parameter(
        0.008, "1/week", 0.002, 0.015, "fading of cooperation", PULL, bounds=(0, 1)
    )
    militants_fund: float = parameter(
        1.6, "utility", 0.6, 2.6, "pull of militants on funding the border", PULL
    )
    projects: float = parameter(1.6, "utility", 0.6, 2.6, "pull of projects on dealing with Kabul", PULL)
    projects_cool: float = parameter(
        1.2, "utility", 0.4, 2.0, "pull of attacks and militants against it", PULL
    )
    projects_counsel: float = parameter(
        1.2, "utility", 0.4, 2.0, "pull of danger to projects on urging restraint", PULL
    )


@option("border.fund", base="fund_base", inverse="fading", moves=("chinese_cooperation",), paragraphs=(18,))
def fund(world: World, p: Parameters) -> None:
    """Fund posts and train units on the Tajik side."""
    world.chinese_cooperation += p.fund_step * (1.0 - world.chinese_cooperation)


@option(
    "kabul.engage", base="outsider_engage_base", inverse="cool", moves=("china_engagement",), paragraphs=(2,)
)
def engage(world: World, p: Parameters) -> None:
    """Take a step towards Kabul."""
    world.china_engagement += p.engage_step * (1.0 - world.china_engagement)


@option("kabul.cool", base="outsider_cool_base", inverse="engage", moves=("china_engagement",))
def cool(world: World, p: Parameters) -> None:
    """Take a step away from Kabul."""
    world.china_engagement -= p.disengage_step * world.china_engagement


@option("counsel.urge_restraint", base="counsel_base", inverse="fading", moves=("china_counsel",))
def urge_restraint(world: World, p: Parameters) -> None:
    """Urge Dushanbe to show restraint."""
    world.china_counsel += p.counsel_step * (1.0 - world.china_counsel)


@rule(
    "C1",
    "border cooperation",
    paragraphs=(18,),
    concern="militant threat",
    claim="China funds and trains on the Tajik side of the border.",
    pushes={"border.fund": "+militants_fund"},
    rises_with=("militant_threat",),
)
def border_cooperation(seen: Seen, p: Parameters) -> float:
    """Militants as Beijing sees them."""
    return seen.militant_threat


@rule(
    "C2",
    "engagement",
    paragraphs=(2,),
    concern="projects",
    claim="China deals with Kabul early and pragmatically.",
    pushes={"kabul.engage": "+projects"},
    falls_with=("china_engagement",),
)
def pragmatic_engagement(seen: Seen, p: Parameters) -> float:
    """Worth of a further step, less the closer the ties."""
    return 1.0 - 0.5 * seen.china_engagement


@clause(
    "C2",
    pushes={"kabul.cool": "+projects_cool", "counsel.urge_restraint": "+projects_counsel"},
    rises_with=("militant_threat", "tension"),
)
def projects_at_risk(seen: Seen, p: Parameters) -> float:
    """Danger to projects and people."""
    return 0.5 * (ramp(seen.militant_threat, MILITANTS_USUAL, 1.0) + ramp(seen.tension, TENSE, VERY_TENSE))
