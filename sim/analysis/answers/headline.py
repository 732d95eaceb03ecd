"""What a page leads with: the class that most runs end in, or the largest change an alternative makes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.analysis.answers.effects import effects
from sim.analysis.answers.shares import shares
from sim.analysis.groups import Group
from sim.analysis.runs import DEFAULTS, Runs, Stored
from sim.model.outcomes import PATHS
from sim.study.questions import Estimand


class Headline(NamedTuple):
    """The class that most runs end in.

    group : of which runs; cases : of how many sets of values
    share : of these runs; low, high : 90 % of sets of values, or 95 % by chance where there is one set
    """

    path: str
    group: str
    cases: int
    share: float
    low: float
    high: float

    @property
    def across(self) -> bool:
        """Whether the range is that across sets of values."""
        return self.group != DEFAULTS and self.cases > 1


def headline(runs: Runs) -> Headline | None:
    """Return the headline of runs that are not told apart by alternatives; None where no run is valid.

    Of an ensemble it is that across plausible parameters where there are any.
    """
    groups = runs.groups() if runs.whole == "parts" else [Group("all cases", np.ones(len(runs.cases), bool))]
    for group in reversed(groups):
        table = shares(runs, [group])
        if len(table):
            row = max(
                table[table["path"].isin(PATHS)].to_dict("records"), key=lambda one: float(one["share"])
            )
            wide = row["group"] != DEFAULTS and row["cases"] > 1
            low, high = (float(row[end]) for end in (("case_low", "case_high") if wide else ("low", "high")))
            return Headline(row["path"], row["group"], int(row["cases"]), float(row["share"]), low, high)
    return None


class Change(NamedTuple):
    """The largest change of an answer that an alternative makes against the first, given a condition.

    before, after : the answer with the first alternative and with the other
    effect, low, high : the change over pairs of runs, and its 95 % interval
    others : how many alternatives there are beside the first
    """

    condition: str
    first: Group
    other: Group
    before: float
    after: float
    effect: float
    low: float
    high: float
    others: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def changes(runs: Stored, asked: Estimand, by: str | None = None) -> list[Change]:
    """Return the largest change given each condition; first where the first alternative differs most.

    Alternatives are told apart by what is usual, or by `conditions`: then by what these do where the first
    of each lever is chosen. A change whose interval leaves out zero goes before any that does not. Empty
    where no two runs are a pair.
    """
    groups = {one.name: one for one in runs.groups(by)}
    table = effects(runs, by or runs.usual, list(groups.values()), [asked])
    made = []
    for condition, rows in table.groupby("condition", sort=False):
        clear = (rows["low"] > 0) | (rows["high"] < 0)
        row = rows.assign(clear=clear, size=rows["effect"].abs()).sort_values(["clear", "size"]).iloc[-1]
        first, other = groups[row["against"]], groups[row["group"]]
        before, after = answer(runs, first, asked), answer(runs, other, asked)
        effect, low, high = (float(row[name]) for name in ("effect", "low", "high"))
        made.append(Change(str(condition), first, other, before, after, effect, low, high, len(rows)))
    if not made:
        return []
    usual = made[0].before
    return sorted(made, key=lambda one: -abs(one.before - usual))


def answer(runs: Stored, group: Group, asked: Estimand) -> float:
    """Return the answer to a question over the sound runs of a group."""
    return float(runs.part(group).answers(asked, runs.weeks).mean())
