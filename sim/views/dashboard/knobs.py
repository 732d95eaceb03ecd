"""The numbers a visitor turns first, by whose they are, each with its unit, grade and source.

Chosen by the rank correlation of 3,000 cases over all plausible ranges with the shares of runs that
see a clash or talks: the strongest of each actor, of the citizens, and of the border.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from html import escape

from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.views.one_run.narrative import titled

KNOBS: dict[str, tuple[str, ...]] = {
    "Dushanbe": (
        "audience_cost",
        "weight_dushanbe_regime_popularity",
        "weight_dushanbe_economy",
        "purse_trade",
        "dushanbe_warm_base",
        "dushanbe_cool_base",
        "caution_contact",
        "inclusive_contact",
        "denounce_base",
        "rhetoric",
    ),
    "Kabul": (
        "taliban_warm_base",
        "pragmatist_rest",
        "weight_taliban_control_of_territory",
        "wings_contact",
        "interference_mass",
        "inclusiveness",
        "fighters",
    ),
    "Russia": ("russian_guarantee", "guarantee_rest", "calm_thin", "test_reinforce"),
    "China": ("chinese_cooperation", "projects", "projects_counsel"),
    "Uzbekistan": ("first_mover", "go_between", "weight_uzbekistan_trade_and_transit", "mediation"),
    "Citizens": ("solidarity", "fear", "approval", "opinion_pace", "media_salience", "hardship_rest"),
    "Border and chance": (
        "clash_base",
        "clash_facing",
        "infiltration_base",
        "hard_border",
        "tension",
        "tension_words",
        "dwell_talks",
    ),
}

GRADES = {
    "article": "stands in the article",
    "public": "published figure",
    "literature": "estimate from research",
    "judgement": "judgement: no figure exists",
}


@dataclass(frozen=True)
class Dial:
    """The range a slider runs over: the plausible one, widened where the storyline lies outside it."""

    start: float
    end: float
    step: float

    def snapped(self, value: float) -> float:
        """Return a value that a reader can write down: no more digits than a step resolves."""
        digits = max(0, 1 - math.floor(math.log10(self.step))) if self.step > 0 else 6
        return round(float(value), digits) + 0.0


def dial(quantity: Quantity, base: float) -> Dial:
    """Return the range of a quantity's slider; a hundred steps of 1, 2 or 5 times a power of ten or so."""
    low, high = quantity.plausible
    low, high = min(low, base), max(high, base)
    if high <= low:  # the storyline's value is the only plausible one; let it move all the same
        room = 0.25 * abs(base) or 0.25
        low, high = max(quantity.low, base - room), min(quantity.high, base + room)
    rough = (high - low) / 100
    power = math.exp(math.log(10) * math.floor(math.log10(rough)))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return Dial(low, high, float(f"{step:.3g}"))


def quantity(name: str, model: Model | None = None) -> Quantity | None:
    """Return a number that may be set, None where there is none of the name."""
    model = model or load()
    found = model.parameters.get(name) or model.world.get(name)
    return None if found is None or found.derived else found


def settable() -> list[Quantity]:
    """Return every number that may be set: variables of the world at the start, and parameters."""
    model = load()
    return [one for one in (*model.world.values(), *model.parameters.values()) if not one.derived]


def addable() -> list[Quantity]:
    """Return every number that may be set and has no slider from the start."""
    shown = {name for names in KNOBS.values() for name in names}
    return [one for one in settable() if one.name not in shown]


def label(one: Quantity) -> str:
    """Return what stands above a slider, as HTML: meaning; unit, grade and source on hover or opened."""
    kind = "parameter" if one.kind == "parameter" else "value at the start"
    low, high = one.plausible
    grade, source = GRADES[one.source.grade], str(one.source)
    facts = f"{one.name}: {kind}, in {one.unit}; plausible {low:g} to {high:g}; {grade}. {source}"
    meaning = one.meaning[:1].upper() + one.meaning[1:]
    for actor in load().actors:
        meaning = re.sub(rf"\b{actor}\b", titled(actor), meaning)
    if meaning.startswith("Of "):  # "standing utility" is the heading of these in the model's tables
        meaning = f"Standing utility {one.meaning}"
    return (
        f'<details class="knob" title="{escape(facts)}"><summary>{escape(meaning)} '
        f'<span class="grade {one.source.grade}">{one.source.grade}</span></summary>'
        f"<p><b>{escape(one.name)}</b>, {kind}. Unit: {escape(one.unit)}. "
        f"Plausible: {low:g} to {high:g}. Grade: {grade}. {escape(source)}</p></details>"
    )
