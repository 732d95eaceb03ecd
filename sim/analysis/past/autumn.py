"""The autumn of 2021 as calibration may see it: targets from one file, quantities that read a run.

A state "on a day" is that of the week which holds the day; on 1 November it is that of the last
whole week before. No later week is ever run here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ScenarioError, nearest
from sim.scenario.values import week_of

Floats = NDArray[np.float64]

FILE = Path(__file__).parent / "data" / "autumn_2021.yaml"
START, UNTIL = date(2021, 8, 16), date(2021, 11, 1)

#: Whole weeks before the end of what may be seen.
WEEKS = week_of(START, UNTIL) - 1


class Autumn:
    """Weekly values of some runs, by variable: (R, WEEKS + 1), the start in front."""

    #: World variables the quantities below read.
    READS = (
        "refugees_reported",
        "refugees_attempted",
        "power_billed_total",
        "power_paid_total",
        "power_supply",
        "other_trade",
        "troops",
        "fighters",
        "threat",
        "rhetoric",
        "veiled",
        "spotlight",
        "resistance",
        "clashes",
        "talks",
        "war",
    )

    def __init__(self, kept: Floats) -> None:
        self.kept = kept

    def __getitem__(self, name: str) -> Floats:
        weekly: Floats = self.kept[..., self.READS.index(name)]
        return weekly

    def on(self, name: str, day: date) -> Floats:
        """Return the state of a variable on a day, (R,)."""
        then: Floats = self[name][:, min(week_of(START, day), WEEKS)]
        return then


Quantity = Callable[[Autumn], Floats]
QUANTITIES: dict[str, Quantity] = {
    "reported_september": lambda run: run.on("refugees_reported", date(2021, 9, 1)),
    "reported_october": lambda run: run.on("refugees_reported", date(2021, 10, 15)),
    "attempts_busiest": lambda run: np.diff(run["refugees_attempted"]).max(axis=1) / 7,
    "power_debt": lambda run: run.on("power_billed_total", UNTIL) - run.on("power_paid_total", UNTIL),
    "supply_least": lambda run: _least(run["power_supply"]),
    "trade_least": lambda run: _least(run["other_trade"]),
    "troops_most": lambda run: run["troops"].max(axis=1),
    "fighters_rise": lambda run: run["fighters"].max(axis=1) / run["fighters"][:, 0],
    "threat_most": lambda run: run["threat"].max(axis=1),
    "rhetoric_mean": lambda run: run["rhetoric"][:, 1:].mean(axis=1),
    "veiled_mean": lambda run: run["veiled"][:, 1:].mean(axis=1),
    "spotlight_gain": lambda run: run.on("spotlight", date(2021, 10, 13)) - run["spotlight"][:, 0],
    "resistance_left": lambda run: run.on("resistance", UNTIL),
    "clashed": lambda run: _ever(run["clashes"]),
    "talked": lambda run: _ever(run["talks"]),
    "at_war": lambda run: _ever(run["war"]),
}


def _least(weekly: Floats) -> Floats:
    return np.asarray(weekly.min(axis=1) / weekly[:, 0])


def _ever(weekly: Floats) -> Floats:
    return np.asarray((weekly > 0).any(axis=1), np.float64)


@dataclass(frozen=True)
class Target:
    """What the mean of a quantity should be: anywhere from `low` to `high`, give or take.

    tolerance : standard deviation of the published figure
    discrepancy : standard deviation by which a right model may still miss it
    """

    quantity: str
    low: float
    high: float
    unit: str
    tolerance: float
    discrepancy: float
    paragraphs: tuple[int, ...]
    because: str

    def implausibility(self, mean: Floats, variance: Floats) -> Floats:
        """Return by how many standard deviations means lie outside, given their own variance.

        I² = (distance to the target)² / (tolerance² + discrepancy² + Monte Carlo variance).
        """
        away = np.maximum(np.maximum(self.low - mean, mean - self.high), 0.0)
        spread = self.tolerance * self.tolerance + self.discrepancy * self.discrepancy + variance
        return np.asarray(away / np.sqrt(spread))

    @property
    def wanted(self) -> str:
        """The target in words."""
        if self.low == self.high:
            return f"{self.low:,.10g}"
        if math.isinf(self.high):
            return f"at least {self.low:,.10g}"
        if math.isinf(self.low):
            return f"at most {self.high:,.10g}"
        return f"{self.low:,.10g} to {self.high:,.10g}"


@dataclass(frozen=True)
class Targets:
    """All targets of the file, the cutoff above which a point is ruled out, and the file's hash."""

    targets: tuple[Target, ...]
    cutoff: float
    hash: str


def load_targets(path: Path = FILE) -> Targets:
    """Read the file of targets.

    Raises
    ------
    ScenarioError
        It asks for something unknown, or holds a date after the window.
    """
    from ruamel.yaml import YAML

    text = path.read_bytes().replace(b"\r\n", b"\n")
    data = YAML(typ="safe", pure=True).load(text.decode())
    if (data["panj_targets"], data["from"], data["until"]) != (1, START, UNTIL):
        raise ScenarioError(f"{path}: expected format 1 and the window {START} to {UNTIL}")
    late = [day for day in _dates(data) if day > UNTIL]
    if late:
        raise ScenarioError(f"{path}: calibration sees nothing after {UNTIL}, found {late[0]}")
    found = tuple(_target(one, path) for one in data["targets"])
    return Targets(found, float(data["cutoff"]), hashlib.blake2b(text, digest_size=10).hexdigest())


def _target(one: dict[str, Any], path: Path) -> Target:
    name = one["quantity"]
    if name not in QUANTITIES:
        raise ScenarioError(f"{path}: no quantity {name!r}{nearest(name, QUANTITIES)}")
    low, high = one.get("within", [one.get("at_least", -math.inf), one.get("at_most", math.inf)])
    if "at" in one:
        low = high = one["at"]
    if low > high or (math.isinf(low) and math.isinf(high)):
        raise ScenarioError(f"{path}: {name}: expected one of at, within, at_least, at_most, in order")
    return Target(
        name,
        float(low),
        float(high),
        one["unit"],
        float(one["tolerance"]),
        float(one["discrepancy"]),
        tuple(one["paragraphs"]),
        one["because"],
    )


def _dates(data: Any) -> list[date]:
    if isinstance(data, dict):
        return [day for value in data.values() for day in _dates(value)]
    if isinstance(data, list):
        return [day for value in data for day in _dates(value)]
    return [data] if isinstance(data, date) else []
