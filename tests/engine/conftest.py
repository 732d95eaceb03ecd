"""What the tests of the engine share."""

from __future__ import annotations

import pytest

from sim.model.registry import Model, load


@pytest.fixture(scope="session")
def model() -> Model:
    return load()
