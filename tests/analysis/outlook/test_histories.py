"""What the model itself made is found again: where a history ends, and the reading that it was made under."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.outlook.outlook import outlook
from sim.model.registry import load
from tests.analysis.outlook.histories import asked, history, observed, spec

#: By reading, what tells it from the others: a measure over the first year and a half, and its tolerance.
TELLING = {
    "from_above": [("solidarity_spread", "mean", 0.002), ("fear", "mean", 0.03)],
    "sincere": [("assistance_total", "rise", 150_000.0), ("spotlight", "mean", 0.03)],
}

#: What is ranked: a variable at the end, half a year after the last observation.
RANKED = ("approval", "tension", "refugees_hosted", "rhetoric")

HISTORIES, CLASSES = 50, 5


@pytest.mark.long
def test_ranks_of_what_came_are_uniform_over_histories_of_the_model() -> None:
    """Simulation-based calibration: fifty histories, ranks in five classes, chi-squared below its 99.9 %."""
    scenario = spec(78)
    wanted = [
        asked(scenario, 1, 26, 0.08, mean="approval"),
        asked(scenario, 27, 52, 0.08, mean="approval"),
        asked(scenario, 1, 26, 0.15, mean="tension"),
        asked(scenario, 27, 52, 0.15, mean="tension"),
        asked(scenario, 40, 52, 2500.0, mean="refugees_hosted"),
        asked(scenario, 40, 52, 0.3, mean="rhetoric"),
    ]
    columns = [list(load().world).index(name) for name in RANKED]
    counts = np.zeros((len(RANKED), CLASSES))
    for number in range(HISTORIES):
        truth = history(scenario, number)
        found = outlook(
            scenario, observed(truth, wanted, number), particles=600, seed=number, keep=RANKED
        ).after
        for place, name in enumerate(RANKED):
            ends = found.block.kept[:, -1, found.variables.index(name)]
            rank = float(found.weights @ (ends < truth.past[0, -1, columns[place]]))
            counts[place, min(int(rank * CLASSES), CLASSES - 1)] += 1
    expected = HISTORIES / CLASSES
    chi_squared = dict(zip(RANKED, ((counts - expected) ** 2 / expected).sum(axis=1), strict=True))
    assert all(one < 18.47 for one in chi_squared.values()), chi_squared


def test_a_reading_is_found_from_what_tells_it_apart() -> None:
    """Ten histories, five under each of two readings: the share of its own reading rises in nine at least."""
    risen = []
    for name, measures in TELLING.items():
        scenario = spec(78)
        wanted = [asked(scenario, 2, 78, tolerance, **{how: what}) for what, how, tolerance in measures]
        for number in range(5):
            truth = history(scenario.replace(reading=name), number)
            seen = observed(truth, wanted, number)
            found = outlook(scenario, seen, particles=1100, seed=number, readings=True)
            before, after, _ = found.readings[name]
            risen.append(after > before)
    assert sum(risen) >= 9
