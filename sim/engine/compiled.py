"""The compiled week, loaded once for all that is in force, and the addresses of its draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engine import cache, codegen
from sim.engine.randomness import LAWS, purpose_hashes
from sim.model.extension import cached_in_force
from sim.model.population import SOCIETY_NOISE
from sim.model.registry import Model, load


@dataclass(frozen=True)
class Stream:
    """A block of draws: the purposes of its columns and the law of each."""

    hashes: NDArray[np.uint64]
    laws: NDArray[np.int64]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.hashes)


def stream(purposes: list[str], laws: list[str]) -> Stream:
    """Address a block of draws."""
    return Stream(purpose_hashes(purposes), np.array([LAWS[law] for law in laws], np.int64))


@dataclass(frozen=True)
class Streams:
    """Every address of one run: what is drawn weekly, and what its citizens are made of.

    The columns of `weekly` are the processes', the options', what each actor perceives with noise
    (`seen`, a slice an actor) and the events', in this order.
    """

    weekly: Stream
    process: slice
    choice: slice
    seen: tuple[slice, ...]
    event: slice
    society: Stream


@lru_cache(maxsize=64)
def streams(model: Model, event_names: tuple[str, ...]) -> Streams:
    """Name the purposes of every draw of a run."""
    purposes: list[str] = []
    laws: list[str] = []

    def columns(names: list[str], law: list[str]) -> slice:
        purposes.extend(names)
        laws.extend(law)
        return slice(len(purposes) - len(names), len(purposes))

    process = columns([f"process/{name}" for name in model.draws], [q.spread for q in model.draws.values()])
    options = [opt.purpose for one in model.instruments for opt in one.options]
    choice = columns(options, ["gumbel"] * len(options))
    seen = []
    for actor in model.actors:
        names = [f"perceive/{actor}/{q.name}" for q in codegen.estimates(model, actor)]
        seen.append(columns(names, ["normal"] * len(names)))
    event = columns([f"event/{name}" for name in event_names], ["uniform"] * len(event_names))
    society = stream([f"society/{j}" for j in range(SOCIETY_NOISE)], ["uniform"] * SOCIETY_NOISE)
    return Streams(stream(purposes, laws), process, choice, tuple(seen), event, society)


@cached_in_force
def week() -> Any:
    """Return the generated module with its compiled functions (`run_many`, `prepare`, ...)."""
    return cache.import_source("panj_week", codegen.source(load()))


def plain(phase: str) -> Callable[..., Any]:
    """Return a phase of the generated week as plain Python: the same text, not compiled."""
    function: Callable[..., Any] = getattr(week(), phase)
    return function
