"""Words and news: provocation, the memory of words, salience, Western attention and what it brings."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.maths import exponential, share, toward
from sim.model.provenance import Record, judgement, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

NEWS = judgement("no series is published; attention to a crisis halves within weeks to months")


class MediaParameters(Record):
    """Numbers of attention and of what actors see."""

    perception_noise: float = parameter(
        0.1, "share", 0.03, 0.2, "noise of an estimate, as a share of its plausible range", NEWS
    )
    perception_delay: float = parameter(
        1.0, "week", 0.0, 3.0, "weeks by which estimates lag", NEWS, bounds=(0, 12)
    )
    salience_decay: float = parameter(0.095, "1/week", 0.06, 0.14, "decay of salience", NEWS, bounds=(0, 1))
    salience_rest: float = parameter(
        0.08,
        "index",
        0.0,
        0.16,
        "salience that stays",
        judgement("images come in a flood (¶12) and floods run off; what stays is little"),
    )
    salience_violence: float = parameter(
        0.015, "1/week", 0.0, 0.03, "salience that violence in the north feeds week by week", NEWS
    )
    news_rate: float = parameter(
        0.06,
        "1/week",
        0.0,
        0.12,
        "events a week that are widely shown, at full violence and unrest",
        judgement("images of Afghanistan come in bursts (¶12): one in some months"),
    )
    news_size: float = parameter(
        0.6, "index", 0.3, 0.9, "salience that the most widely shown of them adds", NEWS
    )
    salience_blood: float = parameter(0.1, "1/week", 0.0, 0.2, "salience that deaths at home feed", NEWS)
    spotlight_fading: float = parameter(
        0.04, "1/week", 0.02, 0.08, "fading of Western attention", NEWS, bounds=(0, 1)
    )
    spotlight_noise: float = parameter(0.015, "index", 0.005, 0.03, "weekly noise of Western attention", NEWS)
    assistance_most: float = parameter(
        1500000, "USD/week", 500000, 3000000, "assistance at full attention", NEWS, bounds=(1000, 1e12)
    )
    assistance_pace: float = parameter(
        0.02, "1/week", 0.01, 0.04, "pace at which assistance follows attention", NEWS, bounds=(0, 1)
    )


def words(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """What Kabul takes as aimed at it, and what audiences remember."""
    world.provocation = share(world.rhetoric + drive.provocation)
    world.words_memory = toward(world.words_memory, world.rhetoric, p.words_memory_pace)


def attention(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Salience is fed by blood, violence and bursts of news; Western attention saturates; aid follows it slowly."""
    fed = p.salience_violence * world.violence_north + p.salience_blood * world.blood
    if draw.news < 1.0 - exponential(-p.news_rate * 0.5 * (world.violence_north + world.unsettled)):
        fed += p.news_size * draw.impact
    world.media_salience = share(world.media_salience + fed * (1.0 - world.media_salience))
    seen = world.spotlight + max(drive.spotlight, 0.0) * (1.0 - world.spotlight)
    world.spotlight = share(seen + p.spotlight_noise * draw.spotlight)
    goal = p.assistance_most * world.spotlight
    world.assistance = max(toward(world.assistance, goal, p.assistance_pace), 0.0)
    world.assistance_total += math.floor(world.assistance)
