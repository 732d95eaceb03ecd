"""What the cases of an ensemble hold, as the engine takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.model.registry import load
from sim.scenario.plan import plan

if TYPE_CHECKING:
    from sim.study.results.result import Result


def values(result: Result) -> NDArray[np.float64]:
    """Return (cases, parameters + world) what each case of an ensemble holds; case 0, the defaults."""
    model = load()
    own = plan(result.spec, model)
    rows = np.tile(np.concatenate([own.parameters, own.world]), (len(result.design) + 1, 1))
    places = {name: k for k, name in enumerate([*model.parameters, *model.world])}
    drawn = result.design.drop(columns="case")
    rows[1:, [places[str(name)] for name in drawn]] = drawn.to_numpy(np.float64)
    return rows
