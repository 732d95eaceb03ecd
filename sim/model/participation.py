"""Taking part: who signs petitions, appeals and passes messages of support on this week.

A citizen takes part when feeling passes a threshold of his own and enough of his circle already does
(Granovetter 1978). Both thresholds are spread evenly, so for an average citizen the share that takes
part is a product of two straight lines: that is the mean-field law, next to the individual one.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.maths import pure, ramp, share

if TYPE_CHECKING:
    from sim.model.parameters import Parameters


@pure
def stir(lot: float, p: Parameters) -> float:
    """Return the solidarity beyond which a citizen can be moved to take part; `lot` is uniform in [0, 1)."""
    return p.stir_mean + p.stir_spread * (2.0 * lot - 1.0)


@pure
def wait(lot: float, p: Parameters) -> float:
    """Return the example that a citizen waits for, 0 to 1: none where he goes first; `lot` is uniform in [0, 1)."""
    return max(lot - p.instigators, 0.0) / (1.0 - p.instigators)


@pure
def takes_part(feeling: float, stir: float, example: float, wait: float) -> float:
    """Return 1 for a citizen who takes part, 0 for one who does not."""
    return 1.0 if feeling > stir and example >= wait else 0.0


@pure
def share_taking_part(feeling: float, spread: float, example: float, p: Parameters) -> float:
    """Return the share of citizens about a mean feeling who take part: both thresholds integrated.

    `spread` is the half-width of feelings; a threshold less a feeling is as wide as both together.
    """
    width = math.sqrt(p.stir_spread * p.stir_spread + spread * spread)
    moved = ramp(feeling, p.stir_mean - width, p.stir_mean + width)
    return moved * (p.instigators + (1.0 - p.instigators) * share(example))


@pure
def convinced(conviction: float, part: float, p: Parameters) -> float:
    """Return what is left next week of having taken part, 0 to 1; forgotten as outrages are."""
    return share(conviction + p.imprint * part * (1.0 - conviction) - p.trauma_fading * conviction)
