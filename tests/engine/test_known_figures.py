"""Figures of today, to the last bit: they move with a change of the model, and with nothing else.

A change that moves them says so under "Changes results" in the changelog; `make derived` records them anew.
A column that is new has nothing on record yet, so it moves nothing.
"""

from __future__ import annotations

import pytest

from tests.known_figures import CASES, digests, name, recorded


@pytest.mark.parametrize("case", CASES, ids=lambda case: name(*case))
def test_figures_are_those_on_record(case: tuple[str, int]) -> None:
    found, known = digests(*case), recorded()[name(*case)]
    assert known.keys() <= found.keys()
    moved = [column for column, digest in known.items() if found[column] != digest]
    assert not moved, "results moved: is that meant? Then say so in the changelog and run 'make derived'"


def test_a_column_is_known_by_its_own_digest() -> None:
    known = recorded()["baseline, 0 citizens"]
    assert {"path", "deaths", "weekly approval", "weekly escalation"} <= known.keys()
    assert len(set(known.values())) > len(known) / 2
