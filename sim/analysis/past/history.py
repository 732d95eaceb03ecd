"""What happened after 1 November 2021: a frozen grid of questions, each with how a run answers it.

Nothing in the model, in calibration or in studies imports this module or reads its files. The grid is read
only as it was frozen; `python -m sim.analysis.past.history "why"` freezes it anew and leaves a trace.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError, nearest
from sim.model.registry import load
from sim.scenario.values import week_of
from sim.study.files import DISK, put

Floats = NDArray[np.float64]
Kind = Literal["yes/no", "rung", "quantity"]

FILE = Path(__file__).parent / "data" / "history.yaml"
START = date(2021, 8, 16)

#: The last whole week before the questions begin, and the last day that anything is asked about.
KNOWN = week_of(START, date(2021, 11, 1)) - 1
LAST = date(2023, 12, 31)

#: What a run must have had none of by then to agree with the autumn.
NONE_BEFORE = ("clashes", "talks")


def weeks_within(first: date, last: date) -> tuple[int, int]:
    """Return the first and last week whose Thursday lies from one day to another, as calendars count."""
    thursday = START + timedelta(days=3)
    begin = -(-(first - thursday).days // 7) + 1
    end = (last - thursday).days // 7 + 1
    return max(begin, 1), end


class After:
    """Weekly values of some runs, by variable: (R, weeks + 1), the start in front."""

    def __init__(self, kept: Floats, names: Sequence[str]) -> None:
        self.kept, self.names = kept, tuple(names)

    def __len__(self) -> int:
        return len(self.kept)

    def __getitem__(self, name: str) -> Floats:
        weekly: Floats = self.kept[..., self.names.index(name)]
        return weekly

    def some(self, which: NDArray[Any]) -> After:
        """Return some of the runs, by number or by flag."""
        return After(self.kept[which], self.names)


#: What is made of weekly values from a first to a last week, each (R,).
HOW: dict[str, Callable[[Floats, int, int], Floats]] = {
    "rise": lambda weekly, first, last: weekly[:, last] - weekly[:, first - 1],
    "end": lambda weekly, first, last: weekly[:, last],
    "sum": lambda weekly, first, last: weekly[:, first : last + 1].sum(axis=1),
    "mean": lambda weekly, first, last: weekly[:, first : last + 1].mean(axis=1),
    "least": lambda weekly, first, last: weekly[:, first : last + 1].min(axis=1),
    "most": lambda weekly, first, last: weekly[:, first : last + 1].max(axis=1),
}

#: When the answer is yes.
YES: dict[str, Callable[[Floats, float], NDArray[np.bool_]]] = {
    "above": lambda values, bound: values > bound,
    "at_least": lambda values, bound: values >= bound,
    "below": lambda values, bound: values < bound,
}


class Reading(NamedTuple):
    """How a run answers: see the head of the file of questions."""

    reads: tuple[str, ...]
    how: str
    per: float = 1.0
    less: float = 0.0
    of_start: bool = False
    against: tuple[int, int] | None = None
    yes: str = ""
    bound: float = 0.0

    def __call__(self, run: After, first: int, last: int) -> Floats:
        """Return each run's answer about these weeks, (R,); NaN where it is a share of nothing."""
        weekly = np.sum([run[name] for name in self.reads], axis=0)
        value = HOW[self.how](weekly, first, last) / self.per - self.less
        whole = np.ones(len(weekly))
        if self.of_start:
            whole = weekly[:, 0]
        elif self.against is not None:
            whole = HOW[self.how](weekly, *self.against) / self.per - self.less
        value = np.divide(value, whole, out=np.full(len(weekly), np.nan), where=whole > 0)
        return np.asarray(YES[self.yes](value, self.bound), np.float64) if self.yes else value


@dataclass(frozen=True)
class Question:
    """One question with its published answer.

    first, last : weeks it is about
    answer : 1 or 0 for yes or no, a rung from 0 to 5, or a number
    silence : the answer rests on no report of the thing, not on a report that it did not happen
    climatology : probability of yes from base rates, NaN where they say nothing
    persistence : what the autumn of 2021 would say if it went on
    """

    id: str
    kind: Kind
    subject: str
    text: str
    read: Reading
    first: int
    last: int
    answer: float
    sources: tuple[str, ...]
    silence: bool = False
    note: str = ""
    climatology: float = float("nan")
    persistence: float = 0.0
    unit: str = ""
    scale: float = 1.0
    near: float = 0.0

    def answers(self, run: After) -> Floats:
        """Return each run's answer, (R,), those of runs that have none left out."""
        found = self.read(run, self.first, self.last)
        return found[np.isfinite(found)]

    def right(self, answers: Floats) -> NDArray[np.bool_]:
        """Say which answers are right: equal, or for a number as near as the file asks."""
        return np.asarray(np.abs(answers - self.answer) <= self.near)


@dataclass(frozen=True)
class History:
    """The grid: questions, how many have no published answer, sources, checks, how it was frozen.

    frozen, hash : when the grid was frozen as it is, and its hash; freezings : how often
    """

    questions: tuple[Question, ...]
    unanswered: int
    sources: Mapping[str, str]
    checks: Mapping[str, Any]
    diagnostic: float
    frozen: date
    hash: str
    freezings: int
    weeks: int = field(default=0)

    @property
    def reads(self) -> tuple[str, ...]:
        """World variables that are read, those that must agree with the autumn in front."""
        return tuple(
            dict.fromkeys([*NONE_BEFORE, *(name for one in self.questions for name in one.read.reads)])
        )


def load_history(path: Path = FILE) -> History:
    """Read the grid of questions.

    Raises
    ------
    ScenarioError
        It is not as it was frozen, a quarter is missing or answered twice, or a name does not exist.
    """
    text, data = read_grid(path)
    log = freezings(path)
    if not log or log[-1]["hash"] != _hash(text):
        raise ScenarioError(
            f"{path}: the questions are not as they were frozen; restore the file, or freeze it with "
            "'python -m sim.analysis.past.history WHY', which keeps a trace"
        )
    return _grid(path, data, log)


def freezings(path: Path = FILE) -> list[dict[str, Any]]:
    """Return every freezing of a grid: `on` which day, its `hash`, and `why`."""
    beside = path.with_name("frozen.yaml")
    return list(_yaml(beside.read_bytes())["freezings"]) if beside.is_file() else []


def freeze(why: str, path: Path = FILE, day: date | None = None) -> Path:
    """Freeze the grid as it is, for a reason, and return the file that says so.

    Raises
    ------
    ScenarioError
        There is no reason, the grid is frozen as it is, or it cannot be read.
    """
    text, data = read_grid(path)
    log = freezings(path)
    if not why.strip():
        raise ScenarioError("a grid is frozen for a reason: expected some words, found none")
    if log and log[-1]["hash"] == _hash(text):
        raise ScenarioError(f"{path}: frozen as it is on {log[-1]['on']}; nothing to do")
    log.append({"on": day or datetime.now(UTC).date(), "hash": _hash(text), "why": " ".join(why.split())})
    _grid(path, data, log)
    head = "# Every freezing of history.yaml, the last in force; written by sim.analysis.past.history.\n"
    lines = [
        f"  - on: {one['on']}\n    hash: '{one['hash']}'\n    why: >-\n      {one['why']}\n" for one in log
    ]
    beside = path.with_name("frozen.yaml")
    put(DISK, {beside: (f"{head}freezings:\n" + "".join(lines)).encode()})
    return beside


def read_grid(path: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the text of the grid and what it says, frozen or not."""
    text = path.read_bytes().replace(b"\r\n", b"\n")
    data = _yaml(text)
    if data["panj_history"] != 2:
        raise ScenarioError(f"{path}: expected format 2, found {data['panj_history']!r}")
    return text, data


def _yaml(text: bytes) -> dict[str, Any]:
    from ruamel.yaml import YAML

    found: dict[str, Any] = YAML(typ="safe", pure=True).load(text.decode())
    return found


def _hash(text: bytes) -> str:
    return hashlib.blake2b(text, digest_size=10).hexdigest()


def _grid(path: Path, data: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> History:
    sources = {key: _source(path, key, one) for key, one in data["sources"].items()}
    quarters: dict[str, list[date]] = data["quarters"]
    questions: list[Question] = []
    unanswered = 0
    for name, one in {**data["events"], **data["rungs"]}.items():
        by_quarter = {
            **{quarter: float(given == "yes") for given in ("yes", "no") for quarter in one.get(given, ())}
        }
        by_quarter |= one.get("answers", {})
        listed = [*one.get("yes", ()), *one.get("no", ()), *one.get("answers", ()), *one["unanswered"]]
        _whole(path, name, quarters, listed)
        unanswered += len(one["unanswered"])
        kind: Kind = "rung" if name in data["rungs"] else "yes/no"
        for quarter in (quarter for quarter in quarters if quarter in by_quarter):
            answer = float(by_quarter[quarter])
            questions.append(
                Question(
                    f"{name} {quarter}",
                    kind,
                    name,
                    one.get("question", f"Rung of {name} at the end of the quarter"),
                    _reading(path, name, one),
                    *weeks_within(*quarters[quarter]),
                    answer,
                    _cited(path, name, one, sources),
                    ("yes" if answer else "no") in one.get("silence", ()),
                    one["note"],
                    _base_rate(one.get("base"), quarters[quarter], data["climatology"]),
                    float(one.get("persistence", 0)),
                )
            )
    for name, one in data["quantities"].items():
        on = week_of(START, one["on"])
        first, last = weeks_within(one["from"], one["on"]) if "from" in one else (on, on)
        questions.append(
            Question(
                name,
                "quantity",
                name,
                one["question"],
                _reading(path, name, one),
                first,
                last,
                float(one["answer"]),
                _cited(path, name, one, sources),
                False,
                one.get("note", ""),
                persistence=float(one["persistence"]),
                unit=one["unit"],
                scale=float(one["scale"]),
                near=float(one["near"]),
            )
        )
    weeks = max(one.last for one in questions)
    last_log = log[-1]
    return History(
        tuple(questions),
        unanswered,
        sources,
        data["checks"],
        float(data["diagnostic"]),
        last_log["on"],
        last_log["hash"],
        len(log),
        weeks,
    )


def _source(path: Path, key: str, one: Mapping[str, Any]) -> str:
    year = int(str(one["date"])[:4])
    if year > LAST.year and one.get("covers") != LAST.year:
        raise ScenarioError(
            f"{path}: {key} is of {one['date']}; nothing after {LAST} is read, nor what is about it"
        )
    return f"{one['publisher']}, {one.get('title') or one['about']}, {one['date']}"


def _reading(path: Path, name: str, one: Mapping[str, Any]) -> Reading:
    world = load().world
    for variable in one["reads"]:
        if variable not in world:
            raise ScenarioError(
                f"{path}: {name} reads {variable!r}, which is no world variable{nearest(variable, world)}"
            )
    if one["how"] not in HOW:
        raise ScenarioError(f"{path}: {name}: no way to read {one['how']!r}{nearest(one['how'], HOW)}")
    against = weeks_within(*one["against"]) if "against" in one else None
    yes = next((word for word in YES if word in one), "")
    return Reading(
        tuple(one["reads"]),
        one["how"],
        float(one.get("per", 1)),
        float(one.get("less", 0)),
        bool(one.get("of_start", False)),
        against,
        yes,
        float(one.get(yes, 0)),
    )


def _cited(path: Path, name: str, one: Mapping[str, Any], sources: Mapping[str, str]) -> tuple[str, ...]:
    if not one["sources"]:
        raise ScenarioError(f"{path}: {name} cites no source")
    for key in one["sources"]:
        if key not in sources:
            raise ScenarioError(f"{path}: {name} cites {key!r}, which is no source{nearest(key, sources)}")
    return tuple(one["sources"])


def _whole(path: Path, name: str, quarters: Mapping[str, list[date]], listed: Sequence[str]) -> None:
    """Demand every quarter once, answered or not: no question may be dropped in silence."""
    if sorted(listed) != sorted(quarters):
        raise ScenarioError(
            f"{path}: {name}: expected each quarter once among yes, no, answers and unanswered, "
            f"found {', '.join(sorted(listed))}"
        )


def _base_rate(given: str | None, quarter: Sequence[date], rates: Mapping[str, Any]) -> float:
    """Return the climatology of neighbouring states: the yearly rate, for the days of the quarter."""
    if given is None:
        return float("nan")
    onset = rates["onset_a_year"]
    yearly = onset["first year"] if quarter[1] < date(2023, 1, 1) else onset["second to fifth"]
    days = (quarter[1] - quarter[0]).days + 1
    return float(1 - (1 - yearly * rates[given]) ** (days / 365))


def main(arguments: Sequence[str]) -> None:
    """Freeze the grid as it is; the words given say why."""
    print(freeze(" ".join(arguments)))


if __name__ == "__main__":
    main(sys.argv[1:])
