"""What the tests of the model share: the registry, records, ranges, and points of the whole box."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.model.registry import Model, load

#: Worlds are drawn from here where a unit's own bounds are wider than anything that occurs.
RANGES: dict[str, tuple[float, float]] = {
    "troops": (0.0, 40000.0),
    "troops_usual": (0.0, 40000.0),
    "fighters": (0.0, 22000.0),
    "fighters_usual": (0.0, 22000.0),
    "refugee_capacity": (0.0, 60000.0),
    "refugees_hosted": (0.0, 90000.0),
    "power_contract": (0.0, 60.0),
    "power_delivered": (0.0, 200.0),
    "power_arrears": (0.0, 25.0e6),
    "instalment": (0.0, 2.0e6),
    "week_of_year": (0.0, 52.0),
    "power_owed": (0.0, 1.0e8),
    "other_trade": (0.0, 4.0e6),
    "assistance": (0.0, 3.0e6),
    "remittances": (0.0, 3.0),
    "output": (0.0, 5.0),
    "facing": (0.0, 10.0),
    "fighting_weeks": (0.0, 60.0),
    "since_clash": (0.0, 1000.0),
    "since_talks": (0.0, 1000.0),
    "contact_waited": (-8.0, 60.0),
}
#: Drawn whole, because the model keeps them whole.
WHOLE = {"rung", "flag", "count", "persons", "USD", "week"}
BROKEN = {"troops", "fighters", "troops_usual", "fighters_usual", "refugee_capacity"}


def places(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw `n` places between 0 and 1; a third of them at an edge, where trouble lives."""
    u = rng.random(n)
    edge = rng.random(n)
    u[edge < 0.17] = 0.0
    u[edge > 0.83] = 1.0
    return u


class Box:
    """Random points of the parameter box, random worlds, and what rules and chance make of them."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def extent(self, name: str) -> tuple[float, float]:
        """Range of worlds that a variable is drawn from."""
        quantity = self.model.world[name]
        high = quantity.high if quantity.high <= 1e3 else 50000.0
        return RANGES.get(name, (quantity.low, high))

    def at(self, name: str, u: float) -> float:
        """Value of a variable at the place `u` (0 to 1) of its range."""
        low, high = self.extent(name)
        value = low + u * (high - low)
        whole = self.model.world[name].unit in WHOLE and name not in BROKEN
        return float(math.floor(value + 0.5)) if whole else value

    def parameters(self, rng: np.random.Generator, **fixed: float) -> SimpleNamespace:
        u = places(rng, len(self.model.parameters))
        values = {
            name: q.plausible[0] + u[k] * (q.plausible[1] - q.plausible[0])
            for k, (name, q) in enumerate(self.model.parameters.items())
        }
        return SimpleNamespace(**{name: float(x) for name, x in values.items()} | fixed)

    def world(self, rng: np.random.Generator, **fixed: float) -> SimpleNamespace:
        u = places(rng, len(self.model.world))
        values = {name: self.at(name, float(u[k])) for k, name in enumerate(self.model.world)}
        return SimpleNamespace(**values | fixed)

    def drives(self, world: Any, p: Any) -> SimpleNamespace:
        """Sum the pushes of the rules, as a week of the model does."""
        drive = SimpleNamespace(**dict.fromkeys(self.model.drives, 0.0))
        for rule, part in self.model.driving():
            intensity = part.function(world, p)
            for push in part.pushes:
                size = getattr(p, rule.strength) * getattr(p, push.size) * intensity
                setattr(drive, push.target, getattr(drive, push.target) + push.sign * size)
        return drive

    def draws(self, rng: np.random.Generator) -> SimpleNamespace:
        laws = {name: q.spread for name, q in self.model.draws.items()}
        return SimpleNamespace(
            **{n: float(rng.random() if law == "uniform" else rng.normal()) for n, law in laws.items()}
        )

    def no_drive(self, **given: float) -> SimpleNamespace:
        assert given.keys() <= self.model.drives.keys()
        return SimpleNamespace(**dict.fromkeys(self.model.drives, 0.0) | given)

    def no_chance(self, **given: float) -> SimpleNamespace:
        """Draws by which nothing happens: uniforms just under 1, no noise."""
        assert given.keys() <= self.model.draws.keys()
        still = {n: 0.0 if q.spread == "normal" else 0.999999 for n, q in self.model.draws.items()}
        return SimpleNamespace(**still | given)


@pytest.fixture(scope="session")
def model() -> Model:
    return load()


@pytest.fixture(scope="session")
def box(model: Model) -> Box:
    return Box(model)


@pytest.fixture
def record(model: Model) -> Callable[..., Any]:
    """Make a NumPy record of zeros, as the drivers hold it, with the given fields set."""
    kinds: Mapping[str, Any] = {
        "world": model.world_dtype,
        "p": model.parameter_dtype,
        "drive": model.drive_dtype,
        "draw": model.draw_dtype,
    }

    def make(kind: str, **values: float) -> Any:
        one = np.zeros(1, kinds[kind]).view(np.recarray)[0]
        for name, value in values.items():
            assert name in kinds[kind].names, f"no {name!r} in {kind}"
            one[name] = value
        return one

    return make
