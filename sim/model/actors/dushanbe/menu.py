"""What Dushanbe can do each week: the options of its six instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.declare import option
from sim.model.maths import clip, share
from sim.model.processes.border import FULL_TROOPS
from sim.model.processes.contact import RECOGNISED
from sim.model.provenance import constant, judgement

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Seen, World

LEFT = constant(0.1, "share", "supply below which there is nothing left to cut", judgement("that of winter"))
NEARLY = constant(0.05, "share", "what is missing of supply that is restored at once", judgement("a detail"))
WITH_POWER = constant(
    0.4,
    "share",
    "of a cut of power, what other trade loses with it",
    judgement("crossings stay open to the rest"),
)


@option(
    "words.denounce", base="denounce_base", inverse="soften", moves=("rhetoric", "veiled"), paragraphs=(3,)
)
def denounce(world: World, p: Parameters) -> None:
    """Name and condemn Kabul's rulers."""
    world.rhetoric += p.word_step * (1.0 - world.rhetoric)
    world.veiled -= p.veil_step * world.veiled


@option("words.veil", base="veil_base", inverse="denounce", moves=("rhetoric", "veiled"), paragraphs=(7,))
def veil(world: World, p: Parameters) -> None:
    """Criticise in terms of inclusiveness, naming nobody."""
    world.rhetoric += p.word_step * p.veil_words * (p.veil_level - world.rhetoric)
    world.veiled += p.veil_step * (1.0 - world.veiled)


@option("words.soften", base="soften_base", inverse="denounce", moves=("rhetoric",), paragraphs=(19,))
def soften(world: World, p: Parameters) -> None:
    """Speak of neighbours and of stability."""
    world.rhetoric -= p.soften_step * world.rhetoric


@option("force.mobilise", base="mobilise_base", inverse="stand_down", moves=("troops",), paragraphs=(6,))
def mobilise(world: World, p: Parameters) -> None:
    """Send troops to the border, hold exercises and parades."""
    world.troops += p.troops_step * share((p.troops_most - world.troops) / FULL_TROOPS)


@option("force.stand_down", base="stand_down_base", inverse="mobilise", moves=("troops",))
def stand_down(world: World, p: Parameters) -> None:
    """Bring troops home."""
    world.troops -= p.troops_home * max(world.troops - p.troops_rest, 0.0)


@option(
    "resistance.back",
    base="back_base",
    inverse="drop",
    moves=("covert_support", "leaders_hosted"),
    paragraphs=(5,),
)
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
    """Readiness runs at most one step ahead of political contact."""
    return seen.dushanbe_ready <= seen.diplomacy and seen.dushanbe_ready < RECOGNISED


def may_cool(seen: Seen, p: Parameters) -> bool:
    """There is a step to go back on."""
    return seen.dushanbe_ready > 0.0


@option(
    "contact.warm",
    base="dushanbe_warm_base",
    inverse="cool",
    moves=("dushanbe_ready",),
    paragraphs=(19,),
    open_when=may_warm,
)
def warm(world: World, p: Parameters) -> None:
    """Become ready for one more step of political contact."""
    world.dushanbe_ready = clip(world.dushanbe_ready + 1.0, 0.0, RECOGNISED)


@option(
    "contact.cool", base="dushanbe_cool_base", inverse="warm", moves=("dushanbe_ready",), open_when=may_cool
)
def cool(world: World, p: Parameters) -> None:
    """Go back by one step of political contact."""
    world.dushanbe_ready = clip(world.dushanbe_ready - 1.0, 0.0, RECOGNISED)


def may_cut(seen: Seen, p: Parameters) -> bool:
    """There is still supply worth cutting."""
    return seen.power_supply > LEFT


def may_restore(seen: Seen, p: Parameters) -> bool:
    """Supply stands below contract."""
    return seen.power_supply < 1.0


@option("trade.expand", base="expand_base", inverse="cut", moves=("other_trade",), paragraphs=(10,))
def expand(world: World, p: Parameters) -> None:
    """Open markets and crossings further."""
    world.other_trade += p.trade_step * max(p.trade_most - world.other_trade, 0.0)


@option(
    "trade.cut",
    base="cut_base",
    inverse="restore",
    moves=("power_supply", "other_trade"),
    paragraphs=(10,),
    open_when=may_cut,
)
def cut(world: World, p: Parameters) -> None:
    """Cut power and trade."""
    world.power_supply -= p.cut_step * world.power_supply
    world.other_trade -= WITH_POWER * p.cut_step * world.other_trade


@option(
    "trade.restore",
    base="restore_base",
    inverse="cut",
    moves=("power_supply", "other_trade"),
    open_when=may_restore,
)
def restore(world: World, p: Parameters) -> None:
    """Restore what was cut."""
    missing = 1.0 - world.power_supply
    world.power_supply += missing if missing < NEARLY else p.restore_step * missing
    world.other_trade += p.restore_step * max(p.trade_rest - world.other_trade, 0.0)


@option("refugees.admit", base="admit_base", inverse="push_back", moves=("admission",), paragraphs=(4,))
def admit(world: World, p: Parameters) -> None:
    """Let more of those who come in."""
    world.admission += p.admit_step * (1.0 - world.admission)


@option("refugees.push_back", base="push_back_base", inverse="admit", moves=("admission",), paragraphs=(9,))
def push_back(world: World, p: Parameters) -> None:
    """Send more of them back."""
    world.admission -= p.push_back_step * world.admission
