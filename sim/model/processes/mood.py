"""What moves opinion for no reason of the model's: moods that come and go, and the mark that outrages leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.model.maths import ramp, share
from sim.model.provenance import Record, judgement, literature, parameter

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

MARK = literature(
    "Lupu and Peisakhin",
    2017,
    "Crimean Tatars whose families suffered more identify more with their group, generations on; the form",
)


class MoodParameters(Record):
    """Numbers of moods and of memory."""

    mood_noise: float = parameter(
        0.004,
        "1/week",
        0.001,
        0.008,
        "weekly push on approval and on solidarity of events that nobody models",
        judgement("series of approval elsewhere move by a few points a quarter for reasons of their own"),
    )
    mood_lasting: float = parameter(
        0.9,
        "share",
        0.8,
        0.95,
        "part of such a push that is left after a week",
        judgement("its cause is talked of for about ten weeks"),
    )
    trauma: float = parameter(
        0.02, "1/week", 0.005, 0.04, "mark that a week of outrage leaves on those who feel kin", MARK
    )
    outrage: float = parameter(
        0.5, "index", 0.45, 0.6, "violence in the north from which it is an outrage and no longer usual", MARK
    )
    trauma_fading: float = parameter(
        0.005, "1/week", 0.002, 0.01, "pace at which the mark is forgotten", MARK, bounds=(0, 1)
    )


def moods(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Moods return to nothing (an autoregressive process each); outrage shifts what kin return to, for years."""
    world.mood_approval = p.mood_lasting * world.mood_approval + p.mood_noise * draw.mood_approval
    world.mood_solidarity = p.mood_lasting * world.mood_solidarity + p.mood_noise * draw.mood_solidarity
    struck = p.trauma * ramp(world.violence_north, p.outrage, 1.0)
    world.mark = share(world.mark + struck * (1.0 - world.mark))
