"""What each rule is worth for the odds of clashes and of talks: every rule off in turn, pairs, paragraphs.

All cases run on the same randomness, so that a rule's worth is the mean over pairs of the outcome
with it less the outcome without it. Which paragraph of the article drives escalation is answered by
switching off at once all rules that cite it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.arms import Bench, Variant, layout
from sim.analysis.article.measures import Measure, flag, happened, until
from sim.analysis.article.paired import SMALLEST_DATE, SMALLEST_SHARE, Arm
from sim.analysis.statistics.pairs import Effect, effect, level
from sim.face import Face
from sim.scenario import arguments

Floats = NDArray[np.float64]

#: What the ablation looks at: by name, a measure of one run.
OUTCOMES: dict[str, Measure] = {
    "clashes": happened("a clash at any time", "clashes"),
    "talks": flag("official talks at any time", lambda runs: runs.outcome("first_rapprochement_3") > 0),
    "clashes_week": until("first clash, or the horizon", "first_escalation_3"),
    "talks_week": until("first official talks, or the horizon", "first_rapprochement_3"),
}

#: How many of the strongest rules are tried in pairs.
STRONGEST = 10


@dataclass(frozen=True)
class Worth:
    """What some rules together are worth.

    rules : switched off at once
    paragraphs : those they cite; for a paragraph, itself
    share : by outcome, the level without them
    worth : by outcome, with them less without: points of a share or weeks
    odds_ratio : odds of the outcome with them by those without, for the two shares (half a run is added
        to each side, so that none is infinite)
    beyond : for a pair, by outcome, its worth less the sum of the worths of the two
    """

    name: str
    rules: tuple[str, ...]
    paragraphs: tuple[int, ...]
    share: Mapping[str, Effect]
    worth: Mapping[str, Effect]
    odds_ratio: Mapping[str, float]
    beyond: Mapping[str, Effect] | None = None

    @property
    def strength(self) -> float:
        """Its largest worth, in units of the smallest that matters."""
        return max(abs(found.mean) / _smallest(name) for name, found in self.worth.items())

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        found: dict[str, Any] = {
            "name": self.name,
            "rules": list(self.rules),
            "paragraphs": list(self.paragraphs),
            "without": {key: one.mean for key, one in self.share.items()},
            "worth": {key: _triple(one) for key, one in self.worth.items()},
            "odds_ratio": dict(self.odds_ratio),
        }
        if self.beyond is not None:
            found["beyond"] = {key: _triple(one) for key, one in self.beyond.items()}
        return found


@dataclass(frozen=True)
class Ablation(Face):
    """The levels with all rules and with none, and what rules, paragraphs and pairs are worth."""

    base: Mapping[str, Effect]
    null: Worth
    rules: tuple[Worth, ...]
    paragraphs: tuple[Worth, ...]
    pairs: tuple[Worth, ...]
    runs: int
    seed: int
    reading: str | None

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "runs": self.runs,
            "seed": self.seed,
            "reading": self.reading,
            "base": {key: _triple(one) for key, one in self.base.items()},
            "null": self.null.record(),
            "rules": [one.record() for one in self.rules],
            "paragraphs": [one.record() for one in self.paragraphs],
            "pairs": [one.record() for one in self.pairs],
        }


def ablation(
    runs: int = 400,
    seed: int = 0,
    *,
    reading: str | None = None,
    parameters: Mapping[str, float] | None = None,
    weeks: int = 208,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Ablation:
    """Switch off every rule in turn, every paragraph's rules, and every pair of the strongest ten.

    Parameters
    ----------
    runs
        Pairs, at least 2.
    seed
        Which stream of chance.
    reading, parameters
        Under which the model runs.
    weeks
        Horizon; the population is the mean field.
    progress
        Called with 1 after each of the two rounds.

    Returns
    -------
    Ablation
        Rules and paragraphs by their worth for clashes, the largest first.

    Raises
    ------
    ScenarioError
        An argument is wrong.
    """
    runs, seed = arguments.runs(runs, 2), arguments.seed(seed)
    arguments.threads(threads)
    bench = Bench(reading, parameters, seed, threads)
    arm = Arm(weeks=weeks)
    known = bench.model.rules
    active = bench.on([one.id for one in known.values() if one.rival_of is None])
    cited = {n: tuple(one for one in active if n in known[one].paragraphs) for n in range(1, 20)}
    sets: dict[str, tuple[str, ...]] = {
        "null model": tuple(active),
        **{one: (one,) for one in active},
        **{f"¶{n}": rules for n, rules in cited.items() if rules},
    }
    values = _values(bench, arm, runs, sets)
    base = values.pop("")
    worths = {
        name: _worth(name, rules, _cites(name, rules, bench), base, values[name])
        for name, rules in sets.items()
    }
    singles = [worths[one] for one in active]
    if progress is not None:
        progress(1)
    strongest = [one.name for one in sorted(singles, key=lambda one: (-one.strength, one.name))[:STRONGEST]]
    couples = {f"{a} + {b}": (a, b) for a, b in combinations(sorted(strongest, key=active.index), 2)}
    paired = _values(bench, arm, runs, couples)
    pairs = []
    for name, (a, b) in couples.items():
        beyond = {
            key: effect(values[a][key] + values[b][key] - paired[name][key] - base[key]) for key in OUTCOMES
        }
        pairs.append(_worth(name, (a, b), _cites(name, (a, b), bench), base, paired[name], beyond))
    if progress is not None:
        progress(1)
    return Ablation(
        {key: level(found) for key, found in base.items()},
        worths["null model"],
        _ordered(singles),
        _ordered([worths[name] for name in worths if name.startswith("¶")]),
        _ordered(pairs),
        runs,
        seed,
        reading,
    )


def _values(
    bench: Bench, arm: Arm, runs: int, sets: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Floats]]:
    """Return by set of rules switched off ("" for none) and outcome the (runs,) values."""
    names = ["", *sets]
    variants = [Variant(bench.without(sets.get(name, ())), runs) for name in names]
    ran = bench.run(arm, variants, ())
    _, which = layout(variants)
    found = {key: measure(ran) for key, measure in OUTCOMES.items()}
    return {name: {key: values[which == k] for key, values in found.items()} for k, name in enumerate(names)}


def _worth(
    name: str,
    rules: Sequence[str],
    paragraphs: tuple[int, ...],
    base: Mapping[str, Floats],
    without: Mapping[str, Floats],
    beyond: Mapping[str, Effect] | None = None,
) -> Worth:
    ratios = {
        key: odds(base[key]) / odds(without[key]) for key, one in OUTCOMES.items() if one.scale == "share"
    }
    return Worth(
        name,
        tuple(rules),
        paragraphs,
        {key: level(without[key]) for key in OUTCOMES},
        {key: effect(base[key] - without[key]) for key in OUTCOMES},
        ratios,
        beyond,
    )


def odds(flags: Floats) -> float:
    """Return the odds of a flag, half a run added to each side (Haldane and Anscombe)."""
    good = flags[np.isfinite(flags)]
    return float((good.sum() + 0.5) / (len(good) - good.sum() + 0.5))


def _cites(name: str, rules: Sequence[str], bench: Bench) -> tuple[int, ...]:
    if name.startswith("¶"):
        return (int(name[1:]),)
    return tuple(sorted({n for one in rules for n in bench.model.rules[one].paragraphs}))


def _ordered(worths: Sequence[Worth]) -> tuple[Worth, ...]:
    return tuple(sorted(worths, key=lambda one: (-abs(one.worth["clashes"].mean), -one.strength, one.name)))


def _smallest(outcome: str) -> float:
    return SMALLEST_SHARE if OUTCOMES[outcome].scale == "share" else SMALLEST_DATE


def _triple(one: Effect) -> dict[str, float | None]:
    numbers = {"mean": one.mean, "low": one.low, "high": one.high}
    return {key: float(value) if np.isfinite(value) else None for key, value in numbers.items()}
