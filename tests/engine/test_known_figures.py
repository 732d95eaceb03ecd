"""Figures of today, to the last bit: they move with a change of the model, and with nothing else.

The same on every version of Python and NumPy and on every processor. A change that moves them says so under
"Changes results" in the changelog, and puts the new digests here.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan

#: Scenario, citizens, and the digest of 24 runs: outcomes, ladders, weekly tension and approval.
KNOWN = {
    ("baseline", 0): "2729fb4e353a6657",
    ("baseline", 60): "7973126199a362c3",
    ("massacre_north", 0): "12c3041fcf825aec",
    ("null_model", 7): "c32086ec599ffe02",
}


def digest(scenario: str, citizens: int) -> str:
    ready = plan(load_scenario(scenario).replace(citizens=citizens), load())
    block = simulate(ready, 7, np.arange(24), keep=("tension", "approval"))
    outcomes = block.outcomes.view(np.float64)
    found = hashlib.blake2b(digest_size=8)
    for array in (outcomes, block.kept, block.ladders.astype(np.float64)):
        found.update(np.where(np.isnan(array), -1.0, array).tobytes())  # bits of a NaN are the processor's
    return found.hexdigest()


@pytest.mark.parametrize(("scenario", "citizens"), list(KNOWN))
def test_figures_are_those_on_record(scenario: str, citizens: int) -> None:
    assert digest(scenario, citizens) == KNOWN[scenario, citizens], (
        'results moved: is that meant? Then say so under "Changes results" and record the new digest'
    )
