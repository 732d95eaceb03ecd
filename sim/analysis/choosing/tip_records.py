"""What tips a scenario, as records: changes of values, tips of one or two or of a commitment, all tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.face import Face
from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.study.questions import Estimand


@dataclass(frozen=True)
class Change:
    """A value moved from where the scenario has it.

    size : in ranges, positive upwards
    """

    name: str
    old: float
    new: float
    size: float
    unit: str
    paragraphs: tuple[int, ...]
    grade: str


@dataclass(frozen=True)
class Tip:
    """A change, or two together, that tips the scenario.

    changes : of values; empty for a commitment
    commitment : (actor, instrument, verb, option), None for values
    size : length of the change in ranges; 1 for a commitment, which has no range
    before, after : share of runs with what was asked, in the scenario and after the change
    low, high : Wilson 95 % interval of `after`, on runs the search has not seen
    """

    changes: tuple[Change, ...]
    commitment: tuple[str, str, str, str] | None
    size: float
    before: float
    after: float
    low: float
    high: float

    @property
    def paragraphs(self) -> tuple[int, ...]:
        """Paragraphs of the article that it concerns."""
        if self.commitment is not None:
            actor, instrument, _, option = self.commitment
            named = [one for one in load().instruments if (one.actor, one.name) == (actor, instrument)]
            return next((one.paragraphs for one in named[0].options if one.name == option), ())
        return tuple(sorted({n for one in self.changes for n in one.paragraphs}))

    @property
    def words(self) -> str:
        """The change in words."""
        if self.commitment is not None:
            actor, instrument, verb, option = self.commitment
            return f"{actor} {'insists on' if verb == 'insist' else 'avoids'} {option} ({instrument})"
        return " and ".join(f"{one.name} {one.old:.4g} → {one.new:.4g} {one.unit}" for one in self.changes)

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "words": self.words,
            "changes": [dict(vars(one)) for one in self.changes],
            "commitment": None if self.commitment is None else list(self.commitment),
            "size": self.size,
            "before": self.before,
            "after": self.after,
            "low": self.low,
            "high": self.high,
            "paragraphs": list(self.paragraphs),
        }

    def applied(self, spec: Scenario) -> Scenario:
        """Return the scenario with the change made."""
        model = load()
        if self.commitment is not None:
            actor, instrument, verb, option = self.commitment
            bound: dict[str, Any] = {"actor": actor, "instrument": instrument}
            bound |= {"insist": option} if verb == "insist" else {"avoid": [option]}
            return spec.replace(commitments=[*spec.canonical["commitments"], bound])
        values = {one.name: one.new for one in self.changes}
        return spec.replace(
            parameters={name: new for name, new in values.items() if name in model.parameters},
            world={name: new for name, new in values.items() if name in model.world},
        )


@dataclass(frozen=True)
class Tipping(Face):
    """What tips a scenario.

    asked : the question; goal : the share it must reach; None where the end must become the likeliest
    before : the share in the scenario
    singles, pairs, commitments : smallest first; commitments by their share
    nearest : where no value and no pair does it, those that come closest, at the ends of their ranges
    tried : values that were tried
    """

    spec: Scenario
    toward: str
    asked: Estimand
    goal: float | None
    before: float
    singles: tuple[Tip, ...]
    pairs: tuple[Tip, ...]
    commitments: tuple[Tip, ...]
    nearest: tuple[Tip, ...]
    tried: int
    runs: int
    seed: int

    def record(self) -> dict[str, Any]:
        """Return it as plain data."""
        kinds = {
            "singles": self.singles,
            "pairs": self.pairs,
            "commitments": self.commitments,
            "nearest": self.nearest,
        }
        return {
            "title": self.spec.title,
            "hash": self.spec.hash,
            "toward": self.toward,
            "goal": self.goal,
            "before": self.before,
            "tried": self.tried,
            "runs": self.runs,
            "seed": self.seed,
            **{name: [one.record() for one in found] for name, found in kinds.items()},
        }
