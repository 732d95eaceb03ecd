"""Which choice holds up: policies judged across everything uncertain, not at one best guess.

A policy is one setting of the levers; a world is one base point of the design, under one alternative of each
condition. The payoff table has a row a policy and a column a world, each cell an answer (a share, a mean)
over the runs of that case. What is better, the experiment's file says, or whoever asks; nobody else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.deciding import cases
from sim.errors import ResultError, ScenarioError
from sim.face import Face
from sim.study.experiment.experiment import Experiment
from sim.study.questions import Estimand, estimand
from sim.study.search.front import pareto

if TYPE_CHECKING:
    from sim.study.results.study import Study

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: How much weight Hurwicz' criterion gives the best case.
OPTIMISM = 0.5
#: How many deviations mean-variance takes off the mean.
AVERSION = 1.0


@dataclass(frozen=True)
class Goal:
    """What is wanted of a policy.

    asked : the question whose answer counts
    better : +1 where more is better, -1 where less is
    enough : the level from which an answer is good enough, None for the median over all cases
    """

    asked: Estimand
    better: int
    enough: float | None = None

    @property
    def words(self) -> str:
        """The goal in words."""
        return f"{'more' if self.better > 0 else 'less'}: {self.asked.label}"


def stated(experiment: Experiment) -> tuple[Goal, ...]:
    """Return the goals that an experiment's file states."""
    return tuple(
        Goal(estimand(one.minimise or one.maximise or ""), -1 if one.minimise else +1, one.enough)
        for one in experiment.goals
    )


def judge(payoff: Floats, better: int, enough: float) -> pd.DataFrame:
    """Judge policies by four criteria across worlds.

    Parameters
    ----------
    payoff
        (policies, worlds); worlds in which any policy has no answer (NaN) are left out.
    better
        +1 where more is better, -1 where less is.
    enough
        The level from which an answer is good enough.

    Returns
    -------
    pandas.DataFrame
        A row a policy: `mean`, `worst`, `best`, `regret` (largest over worlds: how much worse than the
        best policy of the same world), `regret_90` (its 90 % quantile), `satisficing` (share of worlds
        with an answer good enough), `hurwicz` (the middle of best and worst), `mean_variance` (mean less
        one deviation, on the bad side), and `rank_…` of the criteria, 1 the best; equals share a rank.

    Raises
    ------
    ResultError
        No world in which every policy has an answer.
    """
    values = np.asarray(payoff, np.float64)
    values = values[:, np.isfinite(values).all(axis=0)]
    if values.size == 0:
        raise ResultError("no case in which every alternative has a sound run: nothing to compare them by")
    gain = better * values
    regret = gain.max(axis=0) - gain
    worst, best = gain.min(axis=1), gain.max(axis=1)
    spread = gain.std(axis=1, ddof=1) if gain.shape[1] > 1 else np.zeros(len(gain))
    made = pd.DataFrame(
        {
            "mean": values.mean(axis=1),
            "worst": better * worst,
            "best": better * best,
            "regret": regret.max(axis=1),
            "regret_90": np.quantile(regret, 0.9, axis=1),
            "satisficing": (gain >= better * enough).mean(axis=1),
            "hurwicz": better * (OPTIMISM * best + (1 - OPTIMISM) * worst),
            "mean_variance": better * (gain.mean(axis=1) - AVERSION * spread),
        }
    )
    good = {"regret": -1, "satisficing": 1, "hurwicz": better, "mean_variance": better}
    for name, sign in good.items():
        made[f"rank_{name}"] = (-sign * made[name]).round(12).rank(method="min").astype(int)
    return made


@dataclass(frozen=True)
class Undoing:
    """What sets the worlds in which a policy loses apart from those in which it does not.

    name : the uncertainty
    distance : largest difference of its two distributions (Kolmogorov–Smirnov; for alternatives, half
        the summed difference of shares), 0 to 1
    chance : how likely so large a distance is where there is none
    losing, winning : its median, or its most frequent alternative, in either kind of world
    """

    name: str
    distance: float
    chance: float
    losing: str
    winning: str


def undone_by(worlds: pd.DataFrame, loses: Flags) -> list[Undoing]:
    """Return which uncertainties part the worlds in which a policy loses from the others, strongest first.

    Empty where it always loses or never does.
    """
    from scipy.stats import chi2_contingency, ks_2samp

    if loses.all() or not loses.any():
        return []
    found = []
    for name in worlds:
        lost, won = worlds[name][loses], worlds[name][~loses]
        if pd.api.types.is_numeric_dtype(worlds[name]):
            test = ks_2samp(lost.to_numpy(np.float64), won.to_numpy(np.float64))
            ends = f"{float(lost.median()):.3g}", f"{float(won.median()):.3g}"
            found.append(Undoing(str(name), float(test.statistic), float(test.pvalue), *ends))
            continue
        table = pd.crosstab(worlds[name].astype(str), loses).to_numpy(np.float64)
        if len(table) < 2:
            continue
        shares = table / table.sum(axis=0)
        distance = float(np.abs(shares[:, 0] - shares[:, 1]).sum() / 2)
        names = sorted(worlds[name].astype(str).unique())
        won_most, lost_most = (names[int(shares[:, k].argmax())] for k in (0, 1))
        p = float(chi2_contingency(table).pvalue)
        found.append(Undoing(str(name), distance, p, lost_most, won_most))
    return sorted(found, key=lambda one: (-one.distance, one.name))


@dataclass(frozen=True, eq=False)
class Robustness(Face):
    """Policies of a study, judged under one alternative of each condition.

    conditions : these alternatives
    policies : the alternatives of the levers, joined
    goals : what they were judged by
    tables : by goal, the criteria (see `judge`), in the policies' order
    pareto : (policies,) whether a policy is on the front of the goals' means
    favourite : by the first goal, the policy of the least regret
    undone : what sets the worlds in which the favourite is not the best apart
    loses : share of worlds in which it is not
    worlds, dropped : worlds judged by, and those left out because a policy has no sound run there
    """

    conditions: Mapping[str, str]
    policies: tuple[str, ...]
    goals: tuple[Goal, ...]
    tables: tuple[pd.DataFrame, ...]
    pareto: Flags
    favourite: str
    undone: tuple[Undoing, ...]
    loses: float
    worlds: int
    dropped: int

    @property
    def clear(self) -> tuple[Undoing, ...]:
        """What sets the losing worlds apart beyond what the strongest of as many idle values would show."""
        return tuple(one for one in self.undone if one.chance < 0.05 / len(self.undone))

    def means(self) -> pd.DataFrame:
        """Return the mean of every goal's answer (columns, by question) by policy, and `pareto`."""
        made = pd.DataFrame(
            {str(goal.asked): table["mean"] for goal, table in zip(self.goals, self.tables, strict=True)}
        )
        made.index = pd.Index(self.policies, name="policy")
        return made.assign(pareto=self.pareto)

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        goals = []
        for goal, table in zip(self.goals, self.tables, strict=True):
            rows = zip(self.policies, self.pareto, table.to_dict("records"), strict=True)
            policies = [
                {"policy": name, "pareto": bool(front), **{str(k): float(v) for k, v in row.items()}}
                for name, front, row in rows
            ]
            goals.append({"question": str(goal.asked), "better": goal.better, "policies": policies})
        return {
            "conditions": dict(self.conditions),
            "worlds": self.worlds,
            "dropped": self.dropped,
            "favourite": self.favourite,
            "loses": self.loses,
            "undone_by": [dict(vars(one)) for one in self.undone],
            "goals": goals,
        }


def robustness(
    study: Study | str | Path,
    goals: Sequence[Goal] | None = None,
    conditions: Mapping[str, str] | None = None,
) -> Robustness:
    """Judge the settings of the levers of a sweep, or of the one in a folder, across its base points.

    Parameters
    ----------
    goals
        What is wanted, the most important first; default: what the experiment's file states.
    conditions
        The alternative of each condition; the first of each where not given.

    Raises
    ------
    ScenarioError
        The experiment has no levers, nobody says what is better, or a condition has no such alternative.
    ResultError
        No base point at which every setting has a sound run.
    """
    study = cases.opened(study)
    levers = study.experiment.levers
    if not levers:
        raise ScenarioError("the experiment has no levers, so there are no policies to compare")
    goals = stated(study.experiment) if goals is None else goals
    if not goals:
        raise ScenarioError(
            "the experiment does not say what is better; add 'goals: [{minimise: \"share(war, clashes)\"}]'"
        )
    happens = cases.alternatives(study.experiment.conditions, conditions, "condition")
    occasions, policies = study.experiment.occasions, study.experiment.policies
    here = occasions.index(tuple(happens.values()))
    found = cases.answers(study, [goal.asked for goal in goals])
    shape = (-1, len(occasions), len(policies))
    payoffs = [found[str(goal.asked)].value.reshape(shape)[:, here].T for goal in goals]
    known = np.isfinite(payoffs).all(axis=(0, 1))
    if not known.any():
        raise ResultError("no base point at which every setting of the levers has a sound run")
    tables = []
    for goal, payoff in zip(goals, payoffs, strict=True):
        mine = payoff[:, known]
        enough = float(np.median(mine)) if goal.enough is None else goal.enough
        tables.append(judge(mine, goal.better, enough))
    first = goals[0].better * payoffs[0][:, known]
    order = tables[0].assign(bad=-goals[0].better * tables[0]["mean"])
    chosen = int(order.sort_values(["regret", "regret_90", "bad"], kind="stable").index[0])
    loses = first[chosen] < first.max(axis=0) - 1e-12
    inputs = cases.inputs(study).drop(columns=list(study.experiment.pieces))
    apart = known & cases.apart(study)
    undone = undone_by(inputs.iloc[:: len(study.setup.settings)][apart], loses[apart[known]])
    means = np.column_stack([table["mean"] for table in tables])
    names = tuple(" / ".join(one) for one in policies)
    return Robustness(
        happens,
        names,
        tuple(goals),
        tuple(tables),
        pareto(means, [goal.better for goal in goals]),
        names[chosen],
        tuple(undone),
        float(loses.mean()),
        int(known.sum()),
        int((~known).sum()),
    )
