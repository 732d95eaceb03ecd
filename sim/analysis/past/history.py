"""What happened after 1 November 2021: a frozen grid of questions, and where a run answers them.

Nothing in the model, in calibration or in studies imports this module or reads its file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError, nearest
from sim.model.processes.contact import ENVOYS, RECOGNISED
from sim.scenario.plan import week_of

Floats = NDArray[np.float64]
Kind = Literal["yes/no", "rung", "quantity"]

FILE = Path(__file__).parent / "data" / "history.yaml"
START = date(2021, 8, 16)

#: The last whole week before the questions begin.
KNOWN = week_of(START, date(2021, 11, 1)) - 1


def weeks_within(first: date, last: date) -> tuple[int, int]:
    """Return the first and last week whose Thursday lies from one day to another, as calendars count."""
    thursday = START + timedelta(days=3)
    begin = -(-(first - thursday).days // 7) + 1
    end = (last - thursday).days // 7 + 1
    return max(begin, 1), end


class After:
    """Weekly values of some runs, by variable: (R, weeks + 1), the start in front."""

    #: World variables that the questions read.
    READS = (
        "clashes",
        "deaths",
        "talks",
        "power_supply",
        "rapprochement",
        "diplomacy",
        "mission",
        "escalation",
        "war",
        "power_owed",
        "power_paid_total",
        "power_billed_total",
        "trade_total",
        "refugees_hosted",
    )

    def __init__(self, kept: Floats) -> None:
        self.kept = kept

    def __getitem__(self, name: str) -> Floats:
        weekly: Floats = self.kept[..., self.READS.index(name)]
        return weekly

    def during(self, name: str, first: int, last: int) -> Floats:
        """Return by how much a running total rose in weeks `first` to `last`, (R,)."""
        rise: Floats = self[name][:, last] - self[name][:, first - 1]
        return rise


Read = Callable[[After, int, int], NDArray[Any]]

#: What a run says to each question, from its first and last week.
EVENTS: dict[str, Read] = {
    "fire": lambda run, first, last: run.during("clashes", first, last) > 0,
    "deadly": lambda run, first, last: run.during("deaths", first, last) > 0,
    "talks": lambda run, first, last: run.during("talks", first, last) > 0,
    "power_stop": lambda run, first, last: np.asarray(
        (run["power_supply"][:, first : last + 1] < 0.5 * run["power_supply"][:, :1]).any(axis=1)
    ),
    "missions": lambda run, first, last: np.asarray(run["mission"][:, last] > 0.5),
    "envoys": lambda run, first, last: np.asarray(run["diplomacy"][:, last] >= ENVOYS),
    "recognition": lambda run, first, last: np.asarray(run["diplomacy"][:, last] >= RECOGNISED),
    "war": lambda run, first, last: np.asarray((run["war"][:, first : last + 1] > 0.5).any(axis=1)),
}
RUNGS: dict[str, Read] = {
    "escalation": lambda run, first, last: run["escalation"][:, last],
    "rapprochement": lambda run, first, last: run["rapprochement"][:, last],
}
QUANTITIES: dict[str, Read] = {
    "debt_january_2022": lambda run, first, last: run["power_owed"][:, last],
    "paid_january_2022": lambda run, first, last: run.during("power_paid_total", first, last),
    "supplied_first_half_2022": lambda run, first, last: run["power_supply"][:, first : last + 1].sum(axis=1),
    "supply_july_2022": lambda run, first, last: run["power_supply"][:, last] / 7,
    "debt_august_2022": lambda run, first, last: run["power_owed"][:, last],
    "refugees_august_2022": lambda run, first, last: run["refugees_hosted"][:, last],
    "trade_2022": lambda run, first, last: (
        run.during("trade_total", first, last) + run.during("power_billed_total", first, last)
    ),
    "debt_august_2023": lambda run, first, last: run["power_owed"][:, last],
}

#: Rung of each ladder at the end of the autumn, for persistence: a show of force, no contact.
RUNGS_OF_AUTUMN = {"escalation": 2, "rapprochement": 0}


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

    def read(self, run: After) -> Floats:
        """Return each run's answer, (R,)."""
        by = {"yes/no": EVENTS, "rung": RUNGS, "quantity": QUANTITIES}[self.kind]
        return np.asarray(by[self.subject](run, self.first, self.last), np.float64)

    def right(self, answers: Floats) -> NDArray[np.bool_]:
        """Say which answers are right: equal, or for a number as near as the file asks."""
        return np.asarray(np.abs(answers - self.answer) <= self.near)


@dataclass(frozen=True)
class History:
    """The grid: questions, how many have no published answer, sources, checks, and the file's hash."""

    questions: tuple[Question, ...]
    unanswered: int
    sources: dict[str, str]
    checks: dict[str, Any]
    diagnostic: float
    frozen: date
    hash: str
    weeks: int = field(default=0)


def load_history(path: Path = FILE) -> History:
    """Read the grid of questions.

    Raises
    ------
    ScenarioError
        A quarter is missing or answered twice, or something named does not exist.
    """
    from ruamel.yaml import YAML

    text = path.read_bytes().replace(b"\r\n", b"\n")
    data = YAML(typ="safe", pure=True).load(text.decode())
    if data["panj_history"] != 1:
        raise ScenarioError(f"{path}: expected format 1, found {data['panj_history']!r}")
    sources = {
        key: f"{one['publisher']}, {one['title']}, {one['date']}" for key, one in data["sources"].items()
    }
    quarters: dict[str, list[date]] = data["quarters"]
    questions: list[Question] = []
    unanswered = 0
    for name, one in data["events"].items():
        _known(path, name, EVENTS, one["sources"], sources)
        _whole(path, name, quarters, [*one.get("yes", []), *one.get("no", []), *one["unanswered"]])
        unanswered += len(one["unanswered"])
        for quarter in quarters:
            given = next((word for word in ("yes", "no") if quarter in one.get(word, [])), None)
            if given is not None:
                first, last = weeks_within(*quarters[quarter])
                questions.append(
                    Question(
                        f"{name} {quarter}",
                        "yes/no",
                        name,
                        one["question"],
                        first,
                        last,
                        float(given == "yes"),
                        tuple(one["sources"]),
                        given in one["silence"],
                        one["note"],
                        _base_rate(name, quarters[quarter], data["climatology"]),
                    )
                )
    for name, one in data["rungs"].items():
        _known(path, name, RUNGS, one["sources"], sources)
        _whole(path, name, quarters, [*one["answers"], *one["unanswered"]])
        unanswered += len(one["unanswered"])
        for quarter, rung in one["answers"].items():
            first, last = weeks_within(*quarters[quarter])
            questions.append(
                Question(
                    f"{name} {quarter}",
                    "rung",
                    name,
                    f"Rung of {name} at the end of the quarter",
                    first,
                    last,
                    float(rung),
                    tuple(one["sources"]),
                    False,
                    one["note"],
                    persistence=float(RUNGS_OF_AUTUMN[name]),
                )
            )
    for name, one in data["quantities"].items():
        _known(path, name, QUANTITIES, one["sources"], sources)
        on = week_of(START, one["on"])
        first, last = weeks_within(one["from"], one["on"]) if "from" in one else (on, on)
        questions.append(
            Question(
                name,
                "quantity",
                name,
                one["question"],
                first,
                last,
                float(one["answer"]),
                tuple(one["sources"]),
                False,
                one.get("note", ""),
                persistence=float(one["persistence"]),
                unit=one["unit"],
                scale=float(one["scale"]),
                near=float(one["near"]),
            )
        )
    return History(
        tuple(questions),
        unanswered,
        sources,
        data["checks"],
        float(data["diagnostic"]),
        data["frozen"],
        hashlib.blake2b(text, digest_size=10).hexdigest(),
        max(one.last for one in questions),
    )


def _known(path: Path, name: str, among: dict[str, Read], cited: list[str], sources: dict[str, str]) -> None:
    if name not in among:
        raise ScenarioError(f"{path}: no run answers {name!r}{nearest(name, among)}")
    if not cited:
        raise ScenarioError(f"{path}: {name} cites no source")
    for key in cited:
        if key not in sources:
            raise ScenarioError(f"{path}: {name} cites {key!r}, which is no source{nearest(key, sources)}")


def _whole(path: Path, name: str, quarters: dict[str, list[date]], listed: list[str]) -> None:
    """Demand every quarter once, answered or not: no question may be dropped in silence."""
    if sorted(listed) != sorted(quarters):
        raise ScenarioError(
            f"{path}: {name}: expected each quarter once among yes, no, answers and unanswered, "
            f"found {', '.join(sorted(listed))}"
        )


def _base_rate(name: str, quarter: list[date], rates: dict[str, Any]) -> float:
    """Return the climatology of neighbouring states: the yearly rate, for the days of the quarter."""
    given = {"fire": rates["fire_given_onset"], "war": rates["war_given_onset"]}.get(name)
    if given is None:
        return float("nan")
    onset = rates["onset_a_year"]
    yearly = onset["first year"] if quarter[1] < date(2023, 1, 1) else onset["second to fifth"]
    days = (quarter[1] - quarter[0]).days + 1
    return float(1 - (1 - yearly * given) ** (days / 365))
