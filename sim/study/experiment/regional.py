"""Values that cases take from points of a region, each case from one, in the place of laws of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sim.model.provenance import Quantity
from sim.scenario import catalogue
from sim.scenario.faults import Fault
from sim.scenario.readings import reading
from sim.scenario.schema import Scenario
from sim.study.ensemble.points import Points
from sim.study.experiment.faults import pieces
from sim.study.experiment.keys import ExperimentFile
from sim.study.experiment.laws import Law, of_quantity

#: Designs whose cases may come from a region.
METHODS = ("lhs", "sobol", "search")


def stated(scenarios: Iterable[Scenario], data: Mapping[str, Any], readings: Iterable[str] = ()) -> set[str]:
    """Return what a storyline, a reading, a condition or a lever sets.

    Parameters
    ----------
    data
        What the file says, whatever its pieces are.
    readings
        Those that the experiment varies.
    """
    found: set[str] = set()
    used = set(readings)
    for spec in scenarios:
        found |= {*spec.parameters, *spec.world}
        used |= {spec.reading} if spec.reading is not None else set()
    for _, piece in pieces(data):
        for key in ("parameters", "world"):
            inside = piece.get(key) if isinstance(piece, Mapping) else None
            found |= set(inside) if isinstance(inside, Mapping) else set()
    for name in used & set(catalogue.reading_names()):
        found |= set(reading(name).parameters)
    return found


def laws(region: Points, free: Mapping[str, Quantity], fixed: Collection[str]) -> dict[str, Law]:
    """Return the law over its plausible range of everything that cases take from a region.

    Parameters
    ----------
    free
        What may be set, by name.
    fixed
        What is set or has a law of its own in the file.
    """
    return {name: of_quantity(free[name]) for name in region.names if name in free and name not in fixed}


def faults(spec: ExperimentFile, names: Collection[str]) -> Iterator[Fault]:
    """Yield why cases cannot come from a region; `names` are the values that would."""
    method = spec.design.method
    if method not in METHODS or (method == "search" and spec.plan is None):
        found = "a search for worlds" if method == "search" else method
        yield Fault(
            ("design",),
            f"expected {', '.join(METHODS[:-1])} or a search for a plan where cases come from a region, one "
            f"point each, found {found}; take one of them, or leave the region out",
        )
    elif not names:
        yield Fault(
            (), "all that the region holds is set or has a law of its own; leave those out, or the region"
        )
