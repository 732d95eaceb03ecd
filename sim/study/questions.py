"""What is asked of a case: the share of a class, the mean of a quantity, a restricted mean time.

A question is written like a formula, `share(clashes, war)`, `mean(deaths)`, `weeks(first_escalation_3)`,
and a condition compares such questions with numbers, `share(war) > 0.1 and mean(approval) < 0.5`.
They are read by the small grammar below, never evaluated as code.

    condition = term { ("and" | "or") term } | "not" term        ("and" binds tighter than "or")
    term      = "(" condition ")" | question sign number
    question  = "share" "(" class or flag {"," …} ")" | "mean" "(" column ")" | "weeks" "(" column ")"
    sign      = ">" | ">=" | "<" | "<="
    number    = a number, or one in per cent: 10 %
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ScenarioError, nearest
from sim.model.outcomes import OUTCOMES, PATHS
from sim.scenario.faults import shown
from sim.study.tables import FIRSTS, reached

Floats = NDArray[np.float64]

FUNCTIONS = ("share", "mean", "weeks")
#: Outcomes that are numbers; a class is none, and the bitmask of fitting classes means nothing averaged.
NUMBERS = tuple(name for name, one in OUTCOMES.items() if one.kind not in ("class", "classes"))
#: The classes that end in fighting of any kind.
WORSE = PATHS[: PATHS.index("clashes") + 1]
#: Outcomes that are or are not.
FLAGS = tuple(name for name, one in OUTCOMES.items() if one.event)


@dataclass(frozen=True)
class Estimand:
    """A question to a case, answered by a mean over its runs.

    function : `share` (of runs that end in one of the classes, or in which a flag is so or a rung is
        reached), `mean` (of a quantity), `weeks` (restricted mean time to a rung: runs that never
        reach it count the horizon)
    names : classes and flags, or the one column
    """

    function: str
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.function}({', '.join(self.names)})"

    @property
    def unit(self) -> str:
        """Unit of the answer."""
        if self.function == "share":
            return "share"
        if self.function == "weeks":
            return "week"
        one = OUTCOMES[self.names[0]]
        return "share" if one.kind == "flag" else one.unit

    @property
    def label(self) -> str:
        """The question in words."""
        if self.function == "share" and set(self.names) == set(WORSE):
            return "share of clashes or worse"
        if self.function == "share":
            return "share of " + " or ".join(
                one if one in PATHS else OUTCOMES[one].event for one in self.names
            )
        if self.function == "weeks":
            return f"weeks without {OUTCOMES[self.names[0]].event}"
        return f"mean {self.names[0].replace('_', ' ')}"

    @property
    def columns(self) -> list[str]:
        """The columns of outcomes it needs."""
        wanted = ["path"] if any(one in PATHS for one in self.names) and self.function == "share" else []
        return wanted + [one for one in self.names if not (self.function == "share" and one in PATHS)]

    def of(self, runs: pd.DataFrame, weeks: int) -> Floats:
        """Return one number a run, (R,): their mean over runs is the answer. NaN where a run failed."""
        failed = runs["failure"].notna().to_numpy()
        if self.function == "share":
            hit = np.zeros(len(runs), bool)
            classes = [one for one in self.names if one in PATHS]
            if classes:
                hit |= runs["path"].isin(classes).to_numpy()
            for one in self.names:
                if one == "blood":
                    hit |= runs[one].fillna(False).to_numpy(dtype=bool)
                elif one in FIRSTS:
                    hit |= reached(runs[one])
            values = hit.astype(np.float64)
        else:
            values = runs[self.names[0]].to_numpy(dtype=np.float64, na_value=np.nan)
            if self.function == "weeks":
                values = np.minimum(values, weeks)
        return np.where(failed, np.nan, values)


def estimand(text: str) -> Estimand:
    """Read a question; the name of a class or an outcome alone is its share or its mean.

    Raises
    ------
    ScenarioError
        Naming what is not understood, and what exists.
    """
    word = " ".join(text.split())
    if word in PATHS or word == "blood":
        return Estimand("share", (word,))
    if word in FIRSTS:
        return Estimand("weeks", (word,))
    if word in NUMBERS:
        return Estimand("mean", (word,))
    parser = _Parser(text)
    found = parser.question()
    parser.end()
    return found


@dataclass(frozen=True)
class Condition:
    """A condition on cases.

    estimands : the questions in it
    text : as it was written
    """

    text: str
    estimands: tuple[Estimand, ...]
    _holds: Callable[[Mapping[str, Floats]], NDArray[np.bool_]]

    def holds(self, answers: Mapping[str, Floats]) -> NDArray[np.bool_]:
        """Return (cases,) whether it holds, given the answers by the text of each question."""
        return self._holds(answers)


def condition(text: str) -> Condition:
    """Read a condition like `share(clashes, fighting, war) > 0.1`.

    Raises
    ------
    ScenarioError
        Saying where it stops being understood, and what may stand there.
    """
    if not isinstance(text, str):
        raise ScenarioError(f"expected a condition like 'share(war) > 0.1', found {shown(text)}")
    parser = _Parser(text)
    holds = parser.either()
    parser.end()
    return Condition(text.strip(), tuple(dict.fromkeys(parser.asked)), holds)


Test = Callable[[Mapping[str, Floats]], NDArray[np.bool_]]
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*%?"
_TOKEN = re.compile(rf"\s*(?:(>=|<=|>|<)|(\()|(\))|({_NUMBER})|([A-Za-z_]\w*))", re.ASCII)
MOST_TEXT = 500
MOST_DEPTH = 20


class _Parser:
    """Reads a condition from left to right; a step down the grammar is a method."""

    def __init__(self, text: str) -> None:
        if len(text) > MOST_TEXT:
            raise ScenarioError(f"a condition has at most {MOST_TEXT} characters, found {len(text)}")
        self.text, self.at, self.depth = text, 0, 0
        self.asked: list[Estimand] = []

    def wrong(self, expected: str) -> ScenarioError:
        rest = self.text[self.at :].strip()
        found = repr(rest[:30]) if rest else "the end"
        return ScenarioError(
            f"{self.text!r}: expected {expected}, found {found}; "
            "an example: share(clashes, fighting, war) > 0.1"
        )

    def take(self, kind: int, *wanted: str) -> str | None:
        """Take the next token if it is of a kind (a group of the pattern) and one of those wanted."""
        match = _TOKEN.match(self.text, self.at)
        if match is None or match[kind] is None or (wanted and match[kind].lower() not in wanted):
            return None
        self.at = match.end()
        return match[kind]

    def end(self) -> None:
        if self.text[self.at :].strip():
            raise self.wrong("'and', 'or' or the end")

    def either(self) -> Test:
        found = self.both()
        while self.take(5, "or"):
            found = _joined(found, self.both(), np.logical_or)
        return found

    def both(self) -> Test:
        found = self.term()
        while self.take(5, "and"):
            found = _joined(found, self.term(), np.logical_and)
        return found

    def term(self) -> Test:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise ScenarioError(f"{self.text[:60]!r}: nested more than {MOST_DEPTH} deep")
        try:
            if self.take(5, "not"):
                inner = self.term()
                return lambda answers: ~inner(answers)
            if self.take(2):
                inner = self.either()
                if not self.take(3):
                    raise self.wrong("')'")
                return inner
            return self.comparison()
        finally:
            self.depth -= 1

    def comparison(self) -> Test:
        asked = self.question()
        sign = self.take(1)
        if sign is None:
            raise self.wrong("one of > >= < <=")
        text = self.take(4)
        if text is None:
            raise self.wrong("a number")
        level = float(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
        compare = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}[sign]
        self.asked.append(asked)
        key = str(asked)
        return lambda answers: np.asarray(compare(answers[key], level))

    def question(self) -> Estimand:
        start = self.at
        function = self.take(5)
        if function is None or function not in FUNCTIONS:
            self.at = start
            near = nearest(function or "", FUNCTIONS)
            raise self.wrong(f"share(…), mean(…) or weeks(…){near if function else ''}")
        if not self.take(2):
            raise self.wrong("'('")
        close = self.text.find(")", self.at)
        if close < 0:
            raise self.wrong("')'")
        names = tuple(" ".join(one.split()) for one in self.text[self.at : close].split(","))
        self._known(function, names)
        self.at = close + 1
        return Estimand(function, names)

    def _known(self, function: str, names: Sequence[str]) -> None:
        choices = {"share": (*PATHS, *FLAGS), "mean": NUMBERS, "weeks": FIRSTS}[function]
        for one in names:
            if one not in choices:
                raise ScenarioError(
                    f"{self.text!r}: {function}({one}): no such "
                    f"{'class or flag' if function == 'share' else 'outcome'}{nearest(one, choices)}"
                )
        if function != "share" and len(names) != 1:
            raise ScenarioError(f"{self.text!r}: {function}(…) takes one outcome, found {len(names)}")


def _joined(a: Test, b: Test, how: Callable[..., NDArray[np.bool_]]) -> Test:
    return lambda answers: np.asarray(how(a(answers), b(answers)))


@dataclass(frozen=True)
class ByCase:
    """A question answered for each of a number of cases.

    value : (cases,) mean over sound runs, NaN where there is none
    runs, failed : (cases,) sound runs, and those that failed
    within : variance of one run within a case, pooled; NaN where no case has two runs
    """

    value: Floats
    runs: NDArray[np.int64]
    failed: NDArray[np.int64]
    within: float

    @property
    def seed_share(self) -> float:
        """Share of the variance of a single run that chance alone makes, cases held fixed; 0 to 1.

        The variance between cases is corrected for the noise of each case's mean.
        """
        good = self.runs > 0
        if good.sum() < 2 or not np.isfinite(self.within):
            return float("nan")
        noise = self.within * float(np.mean(1 / self.runs[good]))
        among = max(float(np.var(self.value[good], ddof=1)) - noise, 0.0)
        total = among + self.within
        return self.within / total if total > 0 else float("nan")


def by_case(values: Floats, case: NDArray[np.int64], cases: int) -> ByCase:
    """Average numbers of runs by case.

    Parameters
    ----------
    values
        (R,) one a run, NaN where it failed.
    case
        (R,) 0 to `cases` - 1.
    """
    good = np.isfinite(values)
    runs = np.bincount(case[good], minlength=cases)
    failed = np.bincount(case[~good], minlength=cases)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(case[good], values[good], minlength=cases) / runs
    freedom = int(np.maximum(runs - 1, 0).sum())
    around = float(np.sum((values[good] - mean[case[good]]) ** 2))
    return ByCase(mean, runs, failed, around / freedom if freedom else float("nan"))
