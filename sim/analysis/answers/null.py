"""The null model beside the model: the same runs again with every rule off, all else as it was.

What the null model shows as well is the work of the border's processes, not of the article's claims.
Only some of the runs are made again, spread over the cases; the model's shares are those of the same
runs, so that both stand on the same values and the same chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers import by_group
from sim.analysis.statistics import intervals
from sim.model.registry import load
from sim.scenario.plan import Plan, plan
from sim.study.sweep.blocks import guarded

if TYPE_CHECKING:
    from sim.analysis.answers.by_group import Group
    from sim.analysis.answers.digest import Digest
    from sim.study.results.result import Result

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Most runs made again, without citizens and with them.
MOST, MOST_WITH_CITIZENS = 4000, 800
COLUMNS = ("group", "model", "path", "share", "low", "high", "change", "change_low", "change_high", "runs")


def of_result(result: Result) -> pd.DataFrame:
    """Return shares of classes of an ensemble and of its null model, at the defaults and plausibly.

    Returns
    -------
    pandas.DataFrame
        `group` (`at the defaults`, `across plausible parameters`), `model` (`model`, `null model`),
        `path`, `share`, `low`, `high` (95 %), `change` (null model less model, pair by pair) with
        `change_low`, `change_high`, `runs` (pairs in which neither failed).
    """
    ready = plan(result.spec, load())
    most = (MOST_WITH_CITIZENS if ready.citizens else MOST) // 2
    own = np.concatenate([ready.parameters, ready.world])
    frames = []
    for part, words in (("defaults", "at the defaults"), ("plausible", "across plausible parameters")):
        rows = result.part(part)
        rows = rows.iloc[np.unique(np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(int))]
        if rows.empty:
            continue
        case = rows["case"].to_numpy(np.int64)
        replicate = rows["replicate"].to_numpy(np.int64)
        points = own[None, :] if part == "defaults" else _drawn(result.design, own)
        which = np.zeros(len(case), np.int64) if part == "defaults" else case - 1
        code = _again(ready, result.seed, replicate, points, which)
        found = intervals.ways(
            case if part == "plausible" else replicate, replicate, sampled=True, shared=False
        )
        frames.append(_beside(words, by_group.codes(rows), code, found))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def of_study(digest: Digest, groups: Sequence[Group]) -> pd.DataFrame:
    """Return shares of classes of a sweep and of its null model, group by group; as `of_result`.

    Base points are taken evenly, each with all settings of the levers, at most `MOST` runs in all.
    """
    setup, runs = digest.study.setup, digest.runs
    most = MOST_WITH_CITIZENS if setup.longest[1] else MOST
    settings = len(setup.settings)
    points = setup.cases // settings
    turns = max(1, min(setup.experiment.replicates, most // (settings * min(points, 100))))
    chosen = np.unique(
        np.linspace(0, points - 1, max(1, min(points, most // (settings * turns)))).astype(int)
    )
    case = runs["case"].to_numpy(np.int64)
    turn = runs.groupby("case")["replicate"].rank(method="first").to_numpy(np.int64)
    rows = runs[np.isin(case // settings, chosen) & (turn <= turns)]
    case, replicate = rows["case"].to_numpy(np.int64), rows["replicate"].to_numpy(np.int64)
    code = np.full(len(rows), -1, np.int64)
    plans: dict[tuple[object, ...], list[int]] = {}
    made = {int(one): setup.ready(int(one)) for one in dict.fromkeys(case.tolist())}
    for number, one in enumerate(case.tolist()):
        plans.setdefault(made[one][0], []).append(number)
    for numbers in plans.values():
        mine = np.array(numbers, np.int64)
        known = list(dict.fromkeys(case[mine].tolist()))
        place = {one: k for k, one in enumerate(known)}
        which = np.array([place[one] for one in case[mine].tolist()], np.int64)
        values = np.array([made[one][1] for one in known])
        point, setting = divmod(known[0], settings)
        spec = setup.experiment.variant(setup.choices[setup.choice(point)], setup.settings[setting])
        code[mine] = _again(plan(spec, load()), setup.experiment.seed, replicate[mine], values, which)
    here = by_group.codes(rows)
    drawn = digest.study.design["group"].to_numpy(np.int64)[case]
    frames = []
    for group in groups:
        inside = group.cases[case]
        if inside.any():
            found = intervals.ways(drawn[inside], replicate[inside], **intervals.how(digest.study))
            frames.append(_beside(group.name, here[inside], code[inside], found))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(COLUMNS))


def _drawn(design: pd.DataFrame, own: Floats) -> Floats:
    """Return the rows of the cases of an ensemble, as the engine takes them."""
    model = load()
    place = {name: k for k, name in enumerate([*model.parameters, *model.world])}
    rows = np.tile(own, (len(design), 1))
    names = [str(name) for name in design if name != "case"]
    rows[:, [place[name] for name in names]] = design[names].to_numpy(np.float64)
    return rows


def _again(ready: Plan, seed: int, replicate: Ints, points: Floats, which: Ints) -> Ints:
    """Run with every rule off; return the class of each run, -1 where it failed."""
    model = load()
    strengths = {rule.strength for rule in model.rules.values()}
    quiet = np.array(points)
    quiet[:, [k for k, name in enumerate(model.parameters) if name in strengths]] = 0.0
    block, _ = guarded(ready, seed, replicate, quiet, which)
    path = np.nan_to_num(block.outcomes["path"], nan=-1.0).astype(np.int64)
    return np.where(block.failure_week > 0, -1, path)


def _beside(name: str, here: Ints, there: Ints, ways: Sequence[intervals.Way]) -> pd.DataFrame:
    good = (here >= 0) & (there >= 0)
    kept = [intervals.Way(way.unit[good], way.stratum) for way in ways]
    flags = [by_group.flags(code[good]) for code in (here, there)]
    change = intervals.student([intervals.tally(flags[1] - flags[0], way) for way in kept])
    frames = []
    for words, hits in zip(("model", "null model"), flags, strict=True):
        found = intervals.score([intervals.tally(hits, way) for way in kept])
        frames.append(
            pd.DataFrame(
                {
                    "group": name,
                    "model": words,
                    "path": by_group.SHOWN,
                    "share": found.value,
                    "low": found.low,
                    "high": found.high,
                    "change": change.value,
                    "change_low": change.low,
                    "change_high": change.high,
                    "runs": int(good.sum()),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)
