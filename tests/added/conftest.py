"""A model that is as shipped again after each test, whatever the test adds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sim.model import extension


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    yield
    for one in extension.in_force():
        extension.leave(one)
