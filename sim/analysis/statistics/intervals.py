"""Shares and contrasts of a sweep with intervals that know which runs share their draws.

A sweep is no heap of independent runs: runs of one base point share their values, and runs of one
replicate may share their chance. The interval of a share therefore comes from a bootstrap over what
was drawn independently: groups of cases where these were drawn at random, replicates where chance is
shared by all (both at once: crossed, after Owen 2007), replicates within each group where the cases
were chosen rather than drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers import distributions
from sim.model.outcomes import PATHS, reported

if TYPE_CHECKING:
    from sim.study.results.study import Study

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Resamples of a bootstrap.
RESAMPLES = 1000
#: Runs above which fewer resamples do, since each looks at every run.
MANY = 200_000
#: Designs whose base points are a sample of the ranges, rather than points somebody chose.
SAMPLED = ("lhs", "sobol", "saltelli", "morris")
#: Outcomes by which contrasts are reported.
CONTRASTED = tuple(one.name for one in reported("levers"))


class Interval(NamedTuple):
    """Estimates with their 95 % intervals; NaN where nothing can be said."""

    value: Floats
    low: Floats
    high: Floats


def interval(
    hits: Floats, group: Ints, replicate: Ints, *, sampled: bool, shared: bool, seed: int = 0
) -> Interval:
    """Return means over runs with bootstrap intervals.

    Parameters
    ----------
    hits
        (runs, quantities) of what is averaged, one row a sound run.
    group
        (runs,) which group of cases each run belongs to.
    replicate
        (runs,) which draws of chance it was on.
    sampled
        Whether groups are a random sample of the ranges; else they are fixed, and the interval is
        about chance alone.
    shared
        Whether every group was run on the same draws.
    """
    runs, width = hits.shape
    nothing = np.full(width, np.nan)
    if runs == 0:
        return Interval(nothing, nothing, nothing)
    value = hits.mean(axis=0)
    g, groups = _dense(group)
    r, replicates = _dense(replicate)
    chance = np.random.Generator(np.random.Philox(key=[seed, 0x696E7465]))
    resamples = RESAMPLES if runs <= MANY else RESAMPLES // 4
    if sampled and not shared:
        found, units = _one_way(hits, g, groups, resamples, chance), groups
    elif sampled:
        found, units = _crossed(hits, g, groups, r, replicates, resamples, chance), min(groups, replicates)
    elif shared:
        found, units = _one_way(hits, r, replicates, resamples, chance), replicates
    else:
        found, units = _within(hits, g, groups, r, resamples, chance)
    if units < 2:
        return Interval(value, nothing, nothing)
    from scipy.stats import t

    # A bootstrap of few units is too narrow: its variance lacks the factor n / (n - 1), its tails are normal.
    wide = np.sqrt(units / (units - 1)) * t.ppf(0.975, units - 1) / 1.959963984540054
    ends = np.quantile(found, [0.025, 0.975], axis=0)
    low, high = (value + wide * (end - value) for end in ends)
    return Interval(value, low, high)


def _dense(numbers: Ints) -> tuple[Ints, int]:
    known, place = np.unique(numbers, return_inverse=True)
    return place.astype(np.int64), len(known)


def _weights(units: int, resamples: int, chance: np.random.Generator) -> Floats:
    return chance.multinomial(units, np.full(units, 1 / units), size=resamples).astype(np.float64)


def _sums(values: Floats, unit: Ints, units: int) -> Floats:
    columns = [np.bincount(unit, values[:, k], minlength=units) for k in range(values.shape[1])]
    return np.column_stack([*columns, np.bincount(unit, minlength=units).astype(np.float64)])


def _one_way(hits: Floats, unit: Ints, units: int, resamples: int, chance: np.random.Generator) -> Floats:
    sums = _sums(hits, unit, units)
    totals = np.array([_weights(units, 1, chance)[0] @ sums for _ in range(resamples)])
    return np.asarray(totals[:, :-1] / totals[:, -1:])


def _crossed(
    hits: Floats, g: Ints, groups: int, r: Ints, replicates: int, resamples: int, chance: np.random.Generator
) -> Floats:
    cells = _sums(hits, g * replicates + r, groups * replicates).reshape(groups, replicates, -1)
    found = np.empty((resamples, hits.shape[1]))
    for k in range(resamples):
        rows, columns = _weights(groups, 1, chance)[0], _weights(replicates, 1, chance)[0]
        total = columns @ np.tensordot(rows, cells, axes=1)
        found[k] = total[:-1] / total[-1] if total[-1] else np.nan
    return found


def _within(
    hits: Floats, g: Ints, groups: int, r: Ints, resamples: int, chance: np.random.Generator
) -> tuple[Floats, int]:
    """Resample the draws of each group among themselves; a group's runs on one draw stay together."""
    draw, draws = _dense(g * (int(r.max()) + 1) + r)
    owner = np.zeros(draws, np.int64)
    owner[draw] = g
    sums = _sums(hits, draw, draws)
    order = np.argsort(owner, kind="stable")
    sums, owner = sums[order], owner[order]
    size = np.bincount(owner, minlength=groups)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    made = np.empty((resamples, sums.shape[1]))
    for k in range(resamples):
        chosen = first[owner] + (chance.random(draws) * size[owner]).astype(np.int64)
        made[k] = sums[chosen].sum(axis=0)
    smallest = int(size.min())
    return made[:, :-1] / made[:, -1:], smallest if groups == 1 or smallest < 2 else groups * (
        smallest - 1
    ) + 1


# Without resampling, so quick enough for a value a week


class Way(NamedTuple):
    """A way in which runs hang together.

    unit : (runs,) which of the things drawn independently a run belongs to
    stratum : (units,) within what they were drawn; one number throughout where everything was
    """

    unit: Ints
    stratum: Ints


def ways(group: Ints, replicate: Ints, *, sampled: bool, shared: bool) -> list[Way]:
    """Return the ways in which the runs of a study hang together; arguments as of `interval`."""
    g, groups = _dense(group)
    r, replicates = _dense(replicate)
    by_group, by_draw = Way(g, np.zeros(groups, np.int64)), Way(r, np.zeros(replicates, np.int64))
    if sampled:
        return [by_group, by_draw] if shared else [by_group]
    if shared:
        return [by_draw]
    draw, draws = _dense(g * max(replicates, 1) + r)
    owner = np.zeros(draws, np.int64)
    owner[draw] = g
    alone = bool((np.bincount(owner, minlength=groups) < 2).any())
    return [by_group if alone else Way(draw, owner)]


Tally = tuple[Floats, Floats, Ints]


def tally(hits: Floats, way: Way) -> Tally:
    """Add up (runs, quantities) of what is averaged by the units of a way.

    Returns
    -------
    tuple
        (units, quantities) sums, (units,) runs, (units,) stratum of each unit; units with runs alone.
    """
    sums = _sums(hits, way.unit, len(way.stratum))
    some = sums[:, -1] > 0
    return sums[some, :-1], sums[some, -1], way.stratum[some]


def score(tallies: Sequence[Tally]) -> Interval:
    """Return shares with Wilson intervals of as many runs as the runs are worth that hang together.

    The runs that independent ones would need for a share's variance are put into Wilson's interval,
    fewer by what few units leave open in the tails (after Korn and Graubard 1998). Where every run
    agrees there is no variance, and each unit counts as one run.

    Parameters
    ----------
    tallies
        One for each way in which runs hang together; their variances add up.

    Returns
    -------
    Interval
        Of (quantities,); ends are NaN where there are fewer than two units.
    """
    share, variance, freedom = _linearised(tallies)
    nothing = np.full(len(share), np.nan)
    if freedom < 1:
        return Interval(share, nothing, nothing)
    units = min(len(size) for _, size, _ in tallies)
    with np.errstate(invalid="ignore", divide="ignore"):
        worth = np.where(variance > 0, share * (1 - share) / variance, units)
    worth = np.minimum(worth, tallies[0][1].sum()) * (distributions.Z95 / _tail(freedom)) ** 2
    return Interval(share, *distributions.wilson(share * worth, worth))


def student(tallies: Sequence[Tally]) -> Interval:
    """Return means with Student's intervals; arguments as of `score`."""
    mean, variance, freedom = _linearised(tallies)
    half = _tail(freedom) * np.sqrt(variance) if freedom >= 1 else np.full(len(mean), np.nan)
    return Interval(mean, mean - half, mean + half)


def _tail(freedom: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _linearised(tallies: Sequence[Tally]) -> tuple[Floats, Floats, float]:
    """Return means, their variances by how far units lie apart within strata, degrees of freedom."""
    sums, runs, _ = tallies[0]
    total, width = float(runs.sum()), sums.shape[1]
    if total == 0:
        return np.full(width, np.nan), np.full(width, np.nan), 0.0
    mean = sums.sum(axis=0) / total
    variance, freedom = np.zeros(width), np.inf
    for mine, size, stratum in tallies:
        number, strata = _dense(stratum)
        apart = mine - mean * size[:, None]
        many = np.bincount(number, minlength=strata).astype(np.float64)
        middle = np.column_stack([np.bincount(number, apart[:, k], strata) for k in range(width)])
        apart = apart - (middle / many[:, None])[number]
        factor = np.where(many > 1, many / np.maximum(many - 1, 1), 0.0)[number, None]
        variance += (factor * apart * apart).sum(axis=0) / (total * total)
        freedom = min(freedom, len(size) - strata)
    return mean, variance, freedom


# Of a study


def how(study: Study) -> dict[str, bool]:
    """Return whether a study's cases are a sample, and whether all share their draws."""
    return {"sampled": study.experiment.method in SAMPLED, "shared": study.experiment.draws == "shared"}


def shares(study: Study, levers: Sequence[str] = ()) -> pd.DataFrame:
    """Return the share of each path class, for each setting of these levers.

    Returns
    -------
    pandas.DataFrame
        One row a setting and class: the levers, `path`, `share`, `low`, `high`, `runs`.
    """
    runs = study.outcomes[study.outcomes["failure"].isna()]
    design = study.design.set_index("case")
    case = runs["case"].to_numpy(np.int64)
    group = design["group"].to_numpy(np.int64)[case]
    code = runs["path"].cat.set_categories(list(PATHS)).cat.codes.to_numpy(np.int64)
    settings = design[list(levers)].astype(str).agg(" / ".join, axis=1).to_numpy() if levers else None
    frames = []
    for one in dict.fromkeys(settings) if settings is not None else [None]:
        mine = np.ones(len(runs), bool) if settings is None else settings[case] == one
        hits = (code[mine, None] == np.arange(len(PATHS))).astype(np.float64)
        found = interval(
            hits,
            group[mine],
            runs["replicate"].to_numpy(np.int64)[mine],
            sampled=study.experiment.method in SAMPLED,
            shared=study.experiment.draws == "shared",
            seed=study.experiment.seed,
        )
        low, high = np.clip(found.low, 0, 1), np.clip(found.high, 0, 1)
        # Resampling what never occurred never makes it occur: there, as many independent draws bound it.
        units = _units(study, group[mine], runs["replicate"].to_numpy(np.int64)[mine])
        bounds = distributions.wilson(np.array([0.0, units]), np.full(2, float(units)))
        high = np.where(found.value == 0, bounds[1][0], high)
        low = np.where(found.value == 1, bounds[0][1], low)
        frame = pd.DataFrame(
            {"path": PATHS, "share": found.value, "low": low, "high": high, "runs": int(mine.sum())}
        )
        if one is not None:
            frame.insert(0, "setting", one)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _units(study: Study, group: Ints, replicate: Ints) -> int:
    """Return how many independent draws stand behind a study's shares."""
    sampled, shared = study.experiment.method in SAMPLED, study.experiment.draws == "shared"
    groups, draws = len(np.unique(group)), len(np.unique(replicate))
    return min(groups, draws) if sampled and shared else groups if sampled else draws


def contrasts(study: Study, outcomes: Sequence[str] = CONTRASTED) -> pd.DataFrame:
    """Compare each alternative of each lever with the first, all else and the draws being equal.

    Returns
    -------
    pandas.DataFrame
        `lever`, `alternative`, `against`, `outcome`, `effect` with `low` and `high`, and
        `variance_ratio`: how many times as many runs independent draws would have needed for the
        same precision at each case (NaN where draws are independent or a case has one run).
    """
    experiment = study.experiment
    rows = []
    for lever, alternatives in experiment.levers.items():
        others = [one for one in experiment.levers if one != lever]
        wide = study.outcomes.merge(study.design[["case", "base", "group", *experiment.levers]], on="case")
        # Counted before failed runs are left out, or what follows a gap would meet another draw.
        turn = wide.groupby("case")["replicate"].rank(method="first").astype(np.int64)
        wide = wide.assign(
            turn=turn, setting=wide[others].astype(str).agg(" ".join, axis=1) if others else ""
        )[wide["failure"].isna()]
        keys = ["base", "setting", "turn"]
        sides = {one: wide[wide[lever] == one].set_index(keys) for one in alternatives}
        first, *rest = alternatives
        for other in rest:
            for name in outcomes:
                pair = sides[other].add_suffix("_a").join(sides[first].add_suffix("_b"), how="inner")
                a, b = (pair[f"{name}{side}"].to_numpy(np.float64) for side in ("_a", "_b"))
                found = interval(
                    (a - b)[:, None],
                    pair["group_a"].to_numpy(np.int64),
                    pair["replicate_a"].to_numpy(np.int64),
                    sampled=experiment.method in SAMPLED,
                    shared=experiment.draws == "shared",
                    seed=experiment.seed,
                )
                ratio = np.nan if experiment.draws == "independent" else gain(a, b, _cells(pair))
                rows.append((lever, other, first, name, found.value[0], found.low[0], found.high[0], ratio))
    columns = ["lever", "alternative", "against", "outcome", "effect", "low", "high", "variance_ratio"]
    return pd.DataFrame(rows, columns=columns)


def _cells(pair: pd.DataFrame) -> Ints:
    return np.asarray(pair.reset_index().groupby(["base", "setting"]).ngroup(), np.int64)


def gain(a: Floats, b: Floats, cell: Ints) -> float:
    """Return the variance of a difference on independent draws, over that of the paired difference.

    Variances are those within a cell (one case against its neighbour), pooled over cells.
    """
    apart = _spread(a, cell) + _spread(b, cell)
    together = _spread(a - b, cell)
    return float(apart / together) if together > 0 else np.nan


def _spread(values: Floats, cell: Ints) -> float:
    count = np.bincount(cell)
    mean = np.bincount(cell, values) / np.maximum(count, 1)
    freedom = int((count[count > 0] - 1).sum())
    return float(np.sum((values - mean[cell]) ** 2) / freedom) if freedom > 0 else np.nan
