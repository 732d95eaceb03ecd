"""Running the arms of an experiment under many variants, all on the same randomness.

A variant is a row of parameters and initial values (the defaults, a rule switched off, a point of a
region) with a number of replicates, 0, 1, 2, … unless it names another first one; an arm lays its own
changes over each row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.measures import Measure, Runs
from sim.analysis.article.paired import PART_OF_SPREAD, SMALLEST_DATE, SMALLEST_SHARE, Arm, Part
from sim.engine.ensemble import simulate
from sim.model.registry import Model, load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import Plan, plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import plausible, stretch

Floats = NDArray[np.float64]

#: The prior box on which spreads are taken: points, replicates of each, its own stream of chance.
BOX_POINTS, BOX_REPLICATES, BOX_SEED = 100, 4, 0


@dataclass(frozen=True)
class Variant:
    """A row of parameters and initial values, how many replicates it gets, and the number of the first."""

    row: Floats
    replicates: int
    first: int = 0


class Bench:
    """The baseline under a reading and given parameters, and what runs its variants."""

    def __init__(
        self,
        reading: str | None = None,
        parameters: Mapping[str, float] | None = None,
        seed: int = 0,
        threads: int | None = None,
    ) -> None:
        self.model: Model = load()
        base = load_scenario("baseline")
        self.spec: Scenario = base.replace(reading=reading, parameters=dict(parameters or {}))
        self.plan: Plan = plan(self.spec, self.model)
        self.seed, self.threads = seed, threads
        self.base: Floats = np.concatenate([self.plan.parameters, self.plan.world])
        self.places = {name: k for k, name in enumerate([*self.model.parameters, *self.model.world])}

    def with_values(self, values: Mapping[str, float], row: Floats | None = None) -> Floats:
        """Return a row (the base where None) with some values set."""
        made = (self.base if row is None else row).copy()
        for name, value in values.items():
            made[self.places[name]] = value
        return made

    def without(self, rules: Sequence[str]) -> Floats:
        """Return the base with rules switched off."""
        return self.with_values({f"strength_{one}": 0.0 for one in rules})

    def on(self, rules: Sequence[str]) -> list[str]:
        """Return those of the rules, and of their rivals, that are on."""
        known = self.model.rules
        rivals = [one.id for one in known.values() if one.rival_of in rules]
        return [one for one in [*rules, *rivals] if self.base[self.places[known[one].strength]] != 0.0]

    def at(self, names: Sequence[str], shares: Floats) -> Floats:
        """Return rows with values at (points, names) shares of their ranges, the rest as the base."""
        every = {**self.model.parameters, **self.model.world}
        rows = np.tile(self.base, (len(shares), 1))
        for column, name in enumerate(names):
            rows[:, self.places[name]] = stretch(every[name], shares[:, column])
        return rows

    def box(self) -> list[Floats]:
        """Return the points of the prior box: every uncertain value over its declared range."""
        runs = 10 * BOX_POINTS  # the study's own design gives ten runs to a point
        return list(plausible(self.spec, self.model, self.plan, runs, BOX_SEED, prior=True).rows)

    def arm_spec(self, arm: Arm) -> Scenario:
        """Return the scenario that an arm is."""
        ground = load_scenario(arm.storyline)
        return ground.replace(
            weeks=arm.weeks,
            citizens=arm.citizens,
            events=[*ground.events, *({**one} for one in arm.events)],
            commitments=[*ground.commitments, *({**one} for one in arm.commitments)],
        )

    def run(self, arm: Arm, variants: Sequence[Variant], keep: tuple[str, ...]) -> Runs:
        """Run an arm under every variant; runs of one replicate side by side, then by variant."""
        spec = self.arm_spec(arm)
        rows = np.array([one.row for one in variants])
        for name, factor in arm.times.items():
            rows[:, self.places[name]] *= factor
        # A storyline's own values are part of what is compared, so they lie over every point.
        for given in (spec.parameters, spec.world, arm.parameters, arm.world):
            for name, value in given.items():
                rows[:, self.places[name]] = value
        replicates, which = layout(variants)
        block = simulate(
            plan(spec, self.model), self.seed, replicates, rows, which, threads=self.threads, keep=keep
        )
        return Runs(block, keep, spec.start)

    def values(
        self, arms: Mapping[str, Arm], parts: Sequence[Part], variants: Sequence[Variant]
    ) -> list[list[Floats]]:
        """Return for each part, for each variant, its (replicates,) values."""
        used = dict.fromkeys(name for part in parts for name in part.arms)
        ran = {
            name: self.run(arms[name], variants, _kept(part for part in parts if name in part.arms))
            for name in used
        }
        _, which = layout(variants)
        found = [part.value(ran) for part in parts]
        return [[values[which == k] for k in range(len(variants))] for values in found]

    def smallest(self, arms: Mapping[str, Arm], parts: Sequence[Part]) -> list[float]:
        """Return the smallest effect that matters of each part."""
        wanted: dict[str, dict[str, Measure]] = {}
        for part in parts:
            if part.smallest is None and part.scale == "quantity" and part.yardstick is not None:
                name, measure = part.yardstick
                wanted.setdefault(name, {})[part.name] = measure
        found: dict[str, float] = {}
        variants = [Variant(row, BOX_REPLICATES) for row in self.box()] if wanted else []
        for name, measures in wanted.items():
            keep = tuple(dict.fromkeys(k for one in measures.values() for k in one.keep))
            runs = self.run(arms[name], variants, keep)
            _, which = layout(variants)
            for label, measure in measures.items():
                found[label] = PART_OF_SPREAD * spread(measure(runs), which)
        return [
            part.smallest
            if part.smallest is not None
            else found.get(part.name, SMALLEST_DATE if part.scale == "date" else SMALLEST_SHARE)
            for part in parts
        ]


def layout(variants: Sequence[Variant]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return replicate and variant of every run, those of one replicate side by side."""
    counts = np.array([one.replicates for one in variants])
    which = np.repeat(np.arange(len(variants)), counts)
    replicates = np.concatenate([one.first + np.arange(one.replicates) for one in variants])
    order = np.lexsort((which, replicates))
    return replicates[order], which[order]


def spread(values: Floats, which: NDArray[np.int64]) -> float:
    """Return how far apart the 5 % and the 95 % quantile of the means by point lie."""
    good = np.isfinite(values)
    count = np.bincount(which[good])
    total = np.bincount(which[good], values[good])
    low, high = np.quantile(total[count > 0] / count[count > 0], [0.05, 0.95])
    return float(high - low)


def _kept(parts: Iterable[Part]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for part in parts:
        names.update(dict.fromkeys(part.keep))
    return tuple(names)
