"""The smallest change that tips a scenario: of one value, of two together, or of one commitment.

A change is measured in ranges: 1 is the whole plausible range of a value, 0.1 a tenth of it. All
worlds run on the same draws, so that the share of runs in which it happens is a function of the
change alone; where a straight way of change first reaches the goal is found by a root finder
(Chandrupatla's, of SciPy) on many ways at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.choosing.tip_records import Change, Tip, Tipping
from sim.analysis.statistics.intervals import wilson
from sim.engine.ensemble import simulate
from sim.errors import ResultError, ScenarioError, nearest
from sim.model.outcomes import PATHS
from sim.model.provenance import Quantity
from sim.model.registry import Model, load
from sim.scenario import arguments, values
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario
from sim.study.ensemble.cases import uncertain
from sim.study.questions import WORSE, Estimand

Floats = NDArray[np.float64]

#: A straight way of change: values by name, each with where it ends.
Way = tuple[tuple[str, float], ...]

#: How close to the edge a change is followed, in ranges.
PRECISION = 0.01
STEPS = 8
#: So many of the strongest values are tried in pairs.
STRONGEST = 6
#: Directions in which a pair is tried, as shares of each value's own way.
MIXES = ((1.0, 1.0), (1.0, 0.4), (0.4, 1.0))
#: Ends that stand for several classes.
GOALS: dict[str, tuple[str, ...]] = {"clashes": WORSE}


def tip(
    scenario: Scenario | str | Path,
    toward: str,
    *,
    above: float | None = None,
    runs: int = 200,
    seed: int = 0,
    only: Sequence[str] | None = None,
    levers_only: bool = False,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Tipping:
    """Find the smallest changes of a scenario that tip it.

    Parameters
    ----------
    toward
        A path class, or `clashes` for clashes or worse.
    above
        The share of runs that must end there; None: it must become the likeliest end.
    runs
        Runs of every world that is tried; what is found is checked on as many that the search has not
        seen.
    only
        Names of values that may change; default: all that are uncertain.
    levers_only
        Try commitments alone, and no value.

    Raises
    ------
    ScenarioError
        The scenario or an argument is wrong, or the scenario is beyond the goal already.
    ResultError
        Every run of the scenario fails.
    """
    if toward not in PATHS:
        raise ScenarioError(f"toward: no end {toward!r}{nearest(toward, PATHS)}; ends: {', '.join(PATHS)}")
    if above is not None and not 0 < (values.number(above) or 0) < 1:
        raise ScenarioError(f"above: expected a share between 0 and 1, found {above!r}")
    runs, seed = arguments.runs(runs, 10), arguments.seed(seed)
    arguments.threads(threads)
    if levers_only and only is not None:
        raise ScenarioError("levers_only: no value may change, so there is nothing for 'only' to name")
    spec = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    search = _Search(spec, GOALS.get(toward, (toward,)), above, runs, seed, threads, progress)
    known = {} if levers_only else search.choose(None if only is None else arguments.names("only", only))
    if search.beyond(search.start[None])[0] > 0:
        goal = "the likeliest end" if above is None else f"above {100 * above:g} %"
        raise ScenarioError(
            f"{toward} is {goal} already in this scenario ({100 * search.before:.0f} % of runs); "
            "name another end, or a share above that with --above"
        )
    singles, reach = search.singles(known)
    pairs = search.pairs(known, singles, reach)
    closest = [] if singles or pairs else search.closest(known, reach)
    return Tipping(
        spec,
        toward,
        Estimand("share", GOALS.get(toward, (toward,))),
        above,
        search.before,
        tuple(singles),
        tuple(pairs),
        tuple(search.commitments()),
        tuple(closest),
        len(known),
        runs,
        seed,
    )


class _Search:
    """Worlds of one scenario on one set of draws."""

    def __init__(
        self,
        spec: Scenario,
        ends: tuple[str, ...],
        above: float | None,
        runs: int,
        seed: int,
        threads: int | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        self.spec, self.model, self.above = spec, load(), above
        self.runs, self.seed, self.threads, self.progress = runs, seed, threads, progress
        self.ends = [PATHS.index(one) for one in ends]
        self.plan = plan(spec, self.model)
        self.start = np.concatenate([self.plan.parameters, self.plan.world])
        self.places = {name: k for k, name in enumerate([*self.model.parameters, *self.model.world])}
        now = self.shares(self.start[None])[0]
        if not now.any():
            raise ResultError(f"every run of {spec.title!r} fails as it stands: nothing can tip it")
        self.before = float(now[self.ends].sum())

    def choose(self, only: Sequence[str] | None) -> dict[str, Quantity]:
        """Return what may change."""
        known = uncertain(self.spec, self.model)
        if only is None:
            return known
        every = {**self.model.parameters, **self.model.world}
        for name in only:
            if (
                name not in every
                or every[name].derived
                or every[name].plausible[0] >= every[name].plausible[1]
            ):
                raise ScenarioError(f"only: no value {name!r} with a plausible range{nearest(name, known)}")
        return {name: every[name] for name in only}

    def shares(self, rows: Floats, fresh: bool = False, other: Any = None) -> Floats:
        """Return (worlds, 8) shares of classes over sound runs; all worlds meet the same draws."""
        replicates = np.arange(self.runs) + (self.runs if fresh else 0)
        made = np.zeros((len(rows), len(PATHS)))
        step = max(20_000 // self.runs, 1)
        for first in range(0, len(rows), step):
            part = rows[first : first + step]
            # Runs of one replicate stand side by side: they share their draws.
            which = np.tile(np.arange(len(part)), self.runs)
            block = simulate(
                other or self.plan,
                self.seed,
                np.repeat(replicates, len(part)),
                part,
                which,
                threads=self.threads,
                progress=self.progress,
            )
            path = np.nan_to_num(block.outcomes["path"], nan=-1.0).astype(np.int64)
            good = path >= 0
            flat = np.bincount(which[good] * len(PATHS) + path[good], minlength=len(part) * len(PATHS))
            counts = flat.reshape(len(part), len(PATHS)).astype(np.float64)
            made[first : first + step] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        return made

    def lead(self, shares: Floats) -> Floats:
        """Return (worlds,) by how much a share is beyond the goal: above 0 it has tipped."""
        mine = shares[:, self.ends].sum(axis=1)
        if self.above is not None:
            return np.asarray(mine - self.above)
        others = np.delete(shares, self.ends, axis=1).max(axis=1)
        return np.asarray(mine - others)

    def beyond(self, rows: Floats) -> Floats:
        """Return how far worlds are beyond the goal."""
        return self.lead(self.shares(rows))

    def rows(self, moves: Way, length: Floats) -> Floats:
        """Return worlds along a way: each value moved by its part of the way's end, times `length`."""
        made = np.tile(self.start, (len(length), 1))
        for name, end in moves:
            k = self.places[name]
            made[:, k] = self.start[k] + length * (end - self.start[k])
        return made

    def edges(self, ways: list[Way]) -> Floats:
        """Return (ways,) the shortest part of each way that has tipped, NaN where its end has not.

        A way's share need not rise evenly; what is found is an edge, and what lies just beyond has
        tipped.
        """
        from scipy.optimize import elementwise

        if not ways:
            return np.zeros(0)
        ends = self.beyond(np.concatenate([self.rows(way, np.ones(1)) for way in ways]))
        found = np.full(len(ways), np.nan)
        open_ways = np.flatnonzero(ends > 0)
        if not len(open_ways):
            return found

        def ahead(length: Floats, number: Floats) -> Floats:
            parts = zip(np.atleast_1d(length), np.atleast_1d(number), strict=True)
            worlds = np.concatenate([self.rows(ways[int(k)], np.array([x])) for x, k in parts])
            # A share is a step function: off zero, so that no flat piece is taken for a root.
            return np.asarray(self.beyond(worlds) - 1e-9).reshape(np.shape(length))

        made = elementwise.find_root(
            ahead,
            (np.zeros(len(open_ways)), np.ones(len(open_ways))),
            args=(open_ways.astype(np.float64),),
            tolerances={"xatol": PRECISION},
            maxiter=STEPS,
        )
        left, right = made.bracket
        f_left, _ = made.f_bracket
        found[open_ways] = np.where(f_left > 0, left, right)
        return found

    def singles(self, known: dict[str, Quantity]) -> tuple[list[Tip], dict[str, tuple[float, float]]]:
        """Return changes of one value, and where each value leads most: its better end, and how far."""
        ways: list[Way] = []
        for name, quantity in known.items():
            here = self.start[self.places[name]]
            for end in quantity.plausible:
                if abs(end - here) > 1e-12 * max(abs(quantity.plausible[1]), 1.0):
                    ways.append(((name, float(end)),))
        if not ways:
            return [], {}
        ends = self.beyond(np.concatenate([self.rows(way, np.ones(1)) for way in ways]))
        reach: dict[str, tuple[float, float]] = {}
        for way, gain in zip(ways, ends, strict=True):
            ((name, end),) = way
            if name not in reach or gain > reach[name][1]:
                reach[name] = end, float(gain)
        tipped = [k for k in range(len(ways)) if ends[k] > 0]
        parts = self.edges([ways[k] for k in tipped])
        found = [(ways[k], float(x)) for k, x in zip(tipped, parts, strict=True) if np.isfinite(x)]
        tips = self._checked(found, known)
        best: dict[str, Tip] = {}
        for one in sorted(tips, key=lambda one: one.size):
            best.setdefault(one.changes[0].name, one)
        return list(best.values()), reach

    def pairs(
        self, known: dict[str, Quantity], singles: list[Tip], reach: dict[str, tuple[float, float]]
    ) -> list[Tip]:
        """Return changes of two values that are shorter than either alone would have to be."""
        leading = sorted(reach, key=lambda name: (-reach[name][1], name))[:STRONGEST]
        alone = {one.changes[0].name: one.size for one in singles}
        ways: list[Way] = []
        for a, b in combinations(leading, 2):
            for mix in MIXES:
                ends = []
                for name, share in zip((a, b), mix, strict=True):
                    here = float(self.start[self.places[name]])
                    ends.append((name, here + share * (reach[name][0] - here)))
                ways.append(tuple(ends))
        parts = self.edges(ways)
        found = [(ways[k], float(parts[k])) for k in np.flatnonzero(np.isfinite(parts))]
        best: dict[tuple[str, ...], Tip] = {}
        for one in sorted(self._checked(found, known), key=lambda one: one.size):
            names = tuple(change.name for change in one.changes)
            if one.size < min(alone.get(name, np.inf) for name in names):
                best.setdefault(names, one)
        return list(best.values())

    def closest(self, known: dict[str, Quantity], reach: dict[str, tuple[float, float]]) -> list[Tip]:
        """Return the values, and pairs of the strongest, that lead furthest at the ends of their ranges."""
        now = float(self.beyond(self.start[None])[0])
        leading = sorted((one for one in reach if reach[one][1] > now), key=lambda one: (-reach[one][1], one))
        ways: list[Way] = [((name, reach[name][0]),) for name in leading[:STRONGEST]]
        ways += [(a[0], b[0]) for a, b in combinations(ways, 2)]
        tips = self._checked([(way, 1.0) for way in ways], known)
        return sorted(tips, key=lambda one: (-one.after, one.size))

    def _checked(self, found: list[tuple[Way, float]], known: dict[str, Quantity]) -> list[Tip]:
        """Run what was found on chance that the search has not seen, a little beyond the edge."""
        if not found:
            return []
        cites = _paragraphs(self.model)
        rows, made = [], []
        for way, part in found:
            changes = []
            row = self.start.copy()
            for name, end in way:
                k, one = self.places[name], known[name]
                new = _rounded(self.start[k], self.start[k] + part * (end - self.start[k]), one)
                row[k] = new
                span = one.plausible[1] - one.plausible[0]
                changes.append(
                    Change(
                        name,
                        float(self.start[k]),
                        new,
                        float((new - self.start[k]) / span),
                        one.unit,
                        cites.get(name, ()),
                        one.source.grade,
                    )
                )
            rows.append(row)
            made.append(tuple(changes))
        after = self.shares(np.array(rows), fresh=True)[:, self.ends].sum(axis=1)
        low, high = wilson(after * self.runs, self.runs)
        return [
            Tip(
                changes,
                None,
                float(np.sqrt(sum(one.size * one.size for one in changes))),
                self.before,
                float(after[k]),
                float(low[k]),
                float(high[k]),
            )
            for k, changes in enumerate(made)
        ]

    def commitments(self) -> list[Tip]:
        """Return single commitments from the start that tip the scenario, the surest first."""
        found = []
        for instrument in self.model.instruments:
            for option in instrument.options:
                for verb in ("insist", "avoid"):
                    if verb == "avoid" and option.name == "hold":
                        continue
                    bound = (instrument.actor, instrument.name, verb, option.name)
                    one = Tip((), bound, 1.0, self.before, np.nan, np.nan, np.nan)
                    try:
                        other = plan(one.applied(self.spec), self.model)
                    except ScenarioError:
                        continue  # the scenario's own commitments leave no room for it
                    if self.lead(self.shares(self.start[None], other=other))[0] <= 0:
                        continue
                    after = float(self.shares(self.start[None], True, other)[0, self.ends].sum())
                    low, high = wilson(after * self.runs, self.runs)
                    found.append(Tip((), bound, 1.0, self.before, after, float(low), float(high)))
        return sorted(found, key=lambda one: -one.after)


def _rounded(old: float, new: float, one: Quantity) -> float:
    """Return a value with four figures, away from where it came and within its plausible range."""
    if new == 0 or not np.isfinite(new):
        return float(new)
    digit = 10.0 ** (np.floor(np.log10(abs(new))) - 3)
    outward = np.ceil(new / digit) if new > old else np.floor(new / digit)
    return float(np.clip(float(f"{outward * digit:.4g}"), *one.plausible))


def _paragraphs(model: Model) -> dict[str, tuple[int, ...]]:
    """Return by parameter or variable the paragraphs of its source and of the rules that use it."""
    found: dict[str, set[int]] = {
        name: set(one.source.paragraphs) for name, one in {**model.parameters, **model.world}.items()
    }
    for rule in model.rules.values():
        used = {*rule.parameters}
        for clause in rule.clauses:
            used |= {*clause.rises_with, *clause.falls_with}
        for name in used:
            if name in found:
                found[name] |= set(rule.paragraphs)
    return {name: tuple(sorted(cited)) for name, cited in found.items()}
