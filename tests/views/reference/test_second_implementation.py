"""The model written a second time, by a machine and from its pages alone, gives the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sim
from sim.cli.reference import pages
from sim.engine.ensemble import simulate
from sim.model import maths
from sim.model.outcomes import OUTCOMES
from sim.model.registry import load
from sim.scenario.plan import plan
from tests.views.reference.second import Second

SEED = 3


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def astray(written: dict[str, str], replicate: int, citizens: int, weeks: int) -> list[tuple[Any, ...]]:
    """Return the first numbers in which the second implementation differs from the first, outcomes last."""
    model = load()
    spec = sim.load_scenario("baseline").replace(citizens=citizens, weeks=weeks)
    first = simulate(plan(spec, model), SEED, np.array([replicate]), keep=tuple(model.world))
    second = Second(written, SEED, replicate, weeks, citizens, exp=maths.exponential, ln=maths.logarithm)
    ours = np.array([[week[name] for name in model.world] for week in second.run()])
    assert ours.shape == first.kept[0].shape
    differing = np.argwhere(ours != first.kept[0])
    found = [(week, list(model.world)[k], ours[week, k], first.kept[0][week, k]) for week, k in differing]
    outcomes = {name: float(first.outcomes[name][0]) for name in OUTCOMES}
    found += [
        ("end", name, second.outcomes[name], expected)
        for name, expected in outcomes.items()
        if not np.array_equal(second.outcomes[name], expected, equal_nan=True)
    ]
    return found[:5]


@pytest.mark.parametrize(
    ("replicate", "citizens", "weeks"), [(0, 0, 60), (1, 0, 60), (2, 60, 20), (3, 500, 4)]
)
def test_the_pages_alone_give_the_same_world_bit_for_bit(
    written: dict[str, str], replicate: int, citizens: int, weeks: int
) -> None:
    assert astray(written, replicate, citizens, weeks) == []


def test_a_wrong_number_on_a_page_would_be_seen(written: dict[str, str]) -> None:
    other = written["processes.md"].replace(
        "moved ← moved + pragmatist_pace", "moved ← moved + 2 · pragmatist_pace"
    )
    assert other != written["processes.md"]
    assert astray(written | {"processes.md": other}, 0, 0, 3)[0][1] == "pragmatists"
