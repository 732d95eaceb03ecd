"""What became of the plans or worlds that a search found: on fresh cases, in time, and by which rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.deciding.cases import answers
from sim.analysis.runs import view
from sim.engine.ensemble import Block, simulate
from sim.errors import ResultError
from sim.face import Face
from sim.model.declare import Rule
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.plan import Plan, plan
from sim.study import tables
from sim.study.experiment.search import Search
from sim.study.identity import other_runs
from sim.study.questions import Estimand, estimand
from sim.study.results.study import Study
from sim.study.search.judging import judged
from sim.study.search.record import Record, excess, key, of_study
from sim.study.search.search import front
from sim.study.search.spaces import LEVER, NOTHING, Candidate, at_once

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Resamples of an interval, and its seed.
RESAMPLES, SEED = 400, 20
#: Most runs of a plan by which it is told when it switches.
MOST_RUNS = 1000
#: Weeks of a bin of the map of pathways.
HALF_YEAR = 26
#: Pairs of runs by which a rule's part in a plan is told.
PAIRS = 400

#: What names a commitment of a plan in the map of pathways.
COMMITMENT = ("actor", "instrument", "option")
COLUMNS = (
    *("name", "goal", "searched", "promised", "value", "low", "high"),
    *("added", "added_low", "added_high", "reacting", "reacting_low", "reacting_high"),
)


@dataclass(frozen=True, eq=False)
class Confirmation(Face):
    """What a search's front came to on fresh cases and chance.

    search : how it was judged
    candidates : by name, in the order of the first goal
    table : a row a candidate and goal: `searched` (its value in the search) and `promised` (that against no
        plan there), `value` on fresh cases with `low` and `high`, `added` against no plan, and `reacting`
        against the same options from the start (NaN where it does not react); with 95 % intervals over cases
    failed : by name, why a candidate did not hold
    cases : fresh cases, or runs of a world
    """

    search: Search
    candidates: Mapping[str, Candidate]
    table: pd.DataFrame
    failed: Mapping[str, str]
    cases: int

    @property
    def held(self) -> list[str]:
        """Names of the candidates that held, the best in the first goal on fresh cases first."""
        first = self.table[self.table["goal"] == self.search.goals[0].question]
        gain = self.search.sign * self.search.goals[0].better * first["value"]
        names = first["name"].to_numpy()[np.argsort(-gain.to_numpy(), kind="stable")]
        return [str(one) for one in names if one not in self.failed]

    @property
    def scale(self) -> dict[str, float]:
        """What turns a change in each goal into differences that count, more being better."""
        return {one.question: one.better / one.least for one in self.search.goals}

    @property
    def leading(self) -> str | None:
        """The plan that adds most to a goal, in differences that count, of those that held."""
        rows = self.table[self.table["name"].isin(self.held)]
        if rows.empty or rows["added"].isna().all():
            return None
        worth = rows["added"].to_numpy(np.float64) * rows["goal"].map(self.scale).to_numpy(np.float64)
        return str(rows["name"].iloc[int(np.nanargmax(worth))])


def confirmation(study: Study) -> Confirmation | None:
    """Return what the front of a search came to, None where a study comes of no search.

    Raises
    ------
    ResultError
        No block of it is done, or the record of the search is damaged.
    """
    record = of_study(study.folder)
    if record is None:
        return None
    search = record.experiment.search
    assert search is not None
    candidates = front(record)
    asked = [estimand(one.question) for one in search.goals]
    bounds = [estimand(str(one.answer)) for one in search.limits]
    names, values = _values(study, candidates, [*asked, *bounds])
    best = _best(search, candidates, names, values)
    chance = np.random.default_rng(SEED)
    units = values.shape[1]
    draws = np.vstack([np.arange(units), chance.integers(0, units, (RESAMPLES, units))])
    counted = np.array([_judged(search, values[:, draw], best[:, draw]) for draw in draws])
    means = np.nanmean(values[len(asked) :], axis=1)
    rows = []
    tried = {one.key: one.judged for one in record.rows.values() if not one.failure}
    nothing = tried.get(key({}), (np.nan,) * len(asked))
    for name, candidate in candidates.items():
        column = names.index(name)
        before = tried[key(candidate)]
        other = _twin(study, candidate)
        for k, goal in enumerate(search.goals):
            rows.append(
                (
                    *(name, goal.question, before[k], before[k] - nothing[k]),
                    *_interval(counted[:, k, column]),
                    *_interval(_difference(counted[:, k], names, name, NOTHING)),
                    *_interval(_difference(counted[:, k], names, name, other)),
                )
            )
    failed = _failed(record, names, candidates, counted[0], means)
    return Confirmation(search, candidates, pd.DataFrame(rows, columns=list(COLUMNS)), failed, units)


def _values(
    study: Study, candidates: Mapping[str, Candidate], asked: list[Estimand]
) -> tuple[list[str], Floats]:
    """Return the names of what was run, and (questions, units, names) answers by what was drawn apart.

    A unit is a fresh case of the plans, or a draw of chance that the worlds share.
    """
    if study.experiment.table is None:
        names = list(study.experiment.levers[LEVER])
        found = answers(study, asked)
        return names, np.array([found[str(one)].value.reshape(-1, len(names)) for one in asked])
    runs = study.outcomes.sort_values(["replicate", "case"], kind="stable")
    weeks, worlds = study.setup.longest[0], len(candidates)
    shape = (-1, worlds)
    whole = runs.groupby("replicate")["case"].transform("size") == worlds
    return list(candidates), np.array([one.of(runs[whole], weeks).reshape(shape) for one in asked])


def _best(search: Search, candidates: Mapping[str, Candidate], names: list[str], values: Floats) -> Floats:
    """Return (goals, units) the best answer of plans that do not react, which regret is the distance from."""
    plain = [k for k, name in enumerate(names) if name not in candidates]
    signs = np.array([one.better for one in search.goals])[:, None, None]
    some = signs * values[: len(search.goals), :, plain or slice(None)]
    return np.asarray(signs[:, 0] * some.max(axis=2))


def _judged(search: Search, values: Floats, best: Floats) -> Floats:
    """Return (goals, names) what of the answers counts."""
    by = search.across.judged_by if search.plan is not None else "mean"
    return np.array(
        [
            [judged(values[k, :, n], goal.better, by, best[k]) for n in range(values.shape[2])]
            for k, goal in enumerate(search.goals)
        ]
    )


def _twin(study: Study, candidate: Candidate) -> str | None:
    """Return under which name a plan that reacts stands from the start; None where it does not react."""
    if study.experiment.table is not None or at_once(candidate) == candidate:
        return None
    plans = study.experiment.levers[LEVER]
    return next(name for name, one in plans.items() if one == at_once(candidate))


def _difference(values: Floats, names: list[str], one: str, other: str | None) -> Floats:
    if other is None or other not in names:
        return np.full(len(values), np.nan)
    return np.asarray(values[:, names.index(one)] - values[:, names.index(other)])


def _interval(resampled: Floats) -> tuple[float, float, float]:
    """Return an estimate, the first of its values, and the 95 % interval of the others."""
    if not np.isfinite(resampled).all():
        return float(resampled[0]), np.nan, np.nan
    low, high = np.quantile(resampled[1:], [0.025, 0.975])
    return float(resampled[0]), float(low), float(high)


def _failed(
    record: Record, names: list[str], candidates: Mapping[str, Candidate], values: Floats, means: Floats
) -> dict[str, str]:
    """Say which candidates miss a bound on fresh cases, or are beaten there, and by what."""
    search = record.experiment.search
    assert search is not None
    signs = search.sign * np.array([one.better for one in search.goals])
    gain, least = (signs[:, None] * values).T, np.array([one.least for one in search.goals])
    found: dict[str, str] = {}
    for name in candidates:
        k = names.index(name)
        over = excess(record.experiment, tuple(means[:, k].tolist()))
        if (over > 0).any():
            most = int(np.argmax(over))
            asked, mean = estimand(str(search.limits[most].answer)), means[most, k]
            amount = f"{100 * mean:.0f} %" if asked.unit == "share" else f"{mean:.3g}"
            found[name] = f"the {asked.label} is {amount}, beyond its bound"
            continue
        better = (gain >= gain[k]).all(axis=1) & (gain > gain[k] + least).any(axis=1)
        if better.any():
            found[name] = (
                f"{names[int(np.argmax(better))]} is at least as good in every goal and better in one"
            )
    return found


def pathways(study: Study) -> pd.DataFrame:
    """Return when each plan that reacts switched and where its runs ended; they are run again for it.

    Returns
    -------
    pandas.DataFrame
        `plan`, `actor`, `instrument`, `option`, `from_week` (first week of the half-year in which the
        commitment to it began; 0: never), `path`, `share` of the plan's runs, `runs`.

    Raises
    ------
    ResultError
        The study was made by another source.
    """
    if why := other_runs(study.identity):
        raise ResultError(f"when plans began is found by running again, and {why}; make the result anew")
    rows = []
    for name, candidate in study.experiment.levers.get(LEVER, {}).items():
        bound = candidate.get("commitments", ())
        if not any("when" in one for one in bound):
            continue
        settings, points = len(study.setup.settings), len(study.setup.base.values)
        some = np.arange(min(points, MOST_RUNS)) * settings + study.setup.settings.index((name,))
        each = max(1, min(study.experiment.replicates, MOST_RUNS // len(some)))
        case, turn = np.repeat(some, each), np.tile(np.arange(each), len(some))
        ran = list(_ran(study, case, turn))
        path = np.concatenate([block.outcomes["path"] for _, block, _ in ran])
        for one in bound:
            if "when" not in one:
                continue
            weeks = [block.began[:, ready.subjects.index(one["name"])] for _, block, ready in ran]
            began = np.concatenate(weeks)
            half = np.where(began > 0, (began - 1) // HALF_YEAR * HALF_YEAR + 1, 0)[np.isfinite(path)]
            ends = path[np.isfinite(path)].astype(np.int64)
            for week, code in product(np.unique(half), np.unique(ends)):
                share = float(((half == week) & (ends == code)).mean())
                commitment = (one["actor"], one["instrument"], one["insist"])
                rows.append((name, *commitment, int(week), PATHS[code], share, len(ends)))
    return pd.DataFrame(rows, columns=["plan", *COMMITMENT, "from_week", "path", "share", "runs"])


def _ran(study: Study, case: Ints, turn: Ints, off: Sequence[str] = ()) -> Iterator[tuple[Ints, Block, Plan]]:
    """Run cases of a study again, those of one plan together.

    Parameters
    ----------
    case, turn
        (runs,) numbers of cases, and which of their repetitions.
    off
        Strengths of rules that are set to 0, one alone in each run of a repetition of all runs; the first
        repetition has every rule.

    Yields
    ------
    tuple
        Places of the runs, what came of them, and their plan.
    """
    model, address = load(), study.setup.address(case, turn)
    places = {one: k for k, one in enumerate([*model.parameters, *model.world])}
    by_plan: dict[object, list[int]] = {}
    made = list(view(study).made(case.tolist()))
    for k, (number, _, _) in enumerate(made):
        by_plan.setdefault(number, []).append(k)
    for mine in by_plan.values():
        rows = np.tile([made[k][2] for k in mine], (len(off) + 1, 1))
        for k, name in enumerate(off, 1):
            rows[k * len(mine) : (k + 1) * len(mine), places[name]] = 0.0
        ready, again = plan(made[mine[0]][1], model), np.tile(address[mine], len(off) + 1)
        yield np.array(mine, np.int64), simulate(ready, study.experiment.seed, again, rows), ready


@dataclass(frozen=True)
class Working:
    """What a rule does for a plan: its effect with every rule, less its effect with this one off.

    share : of the plan's whole effect, over 1 where the rule alone would make more of it; low, high : 95 %,
        wide enough for all rules together
    """

    rule: Rule
    effect: float
    low: float
    high: float
    share: float


def working(study: Study, name: str, asked: Estimand) -> tuple[Working, ...]:
    """Return the rules without which a plan would do less or more, the weightiest first.

    Plan and no plan are run on the same cases and chance with every rule, then with each off in turn.

    Raises
    ------
    ResultError
        The study was made by another source.
    """
    from scipy.special import stdtrit

    if why := other_runs(study.identity):
        raise ResultError(f"what rules do for a plan is found by running again, and {why}; make it anew")
    rules, settings = list(load().rules.values()), study.setup.settings
    points = len(study.setup.base.values)
    place, turn = np.arange(PAIRS) % points, np.arange(PAIRS) // points % study.experiment.replicates
    values = np.empty((2, len(rules) + 1, PAIRS))
    for k, setting in enumerate((NOTHING, name)):
        case = place * len(settings) + settings.index((setting,))
        for mine, block, ready in _ran(study, case, turn, [one.strength for one in rules]):
            table = tables.outcomes(
                "defaults", np.zeros(len(block.outcomes), np.int64), block, list(load().world)
            )
            values[k][:, mine] = asked.of(table, ready.weeks).reshape(len(rules) + 1, -1)
    effects = values[1] - values[0]
    whole = float(np.nanmean(effects[0]))
    parts = effects[0] - effects[1:]
    half = stdtrit(PAIRS - 1, 1 - 0.025 / len(rules)) * np.nanstd(parts, axis=1, ddof=1) / np.sqrt(PAIRS)
    found = [
        Working(rule, mean, mean - width, mean + width, mean / whole if whole else np.nan)
        for rule, mean, width in zip(rules, np.nanmean(parts, axis=1).tolist(), half.tolist(), strict=True)
        if abs(mean) > width
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.effect)))
