"""What an experiment is: cases to run, how often, on which draws; and the hash that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

from sim.face import Face
from sim.scenario.loading import checked
from sim.scenario.schema import Scenario, with_reasons
from sim.scenario.strict import as_python
from sim.scenario.yamltext import Node
from sim.study.ensemble.points import Points
from sim.study.experiment.keys import Draws, Method, TrajectoriesFile
from sim.study.experiment.laws import Law, law
from sim.study.experiment.search import GoalFile, Search

#: Uncertainties that choose among names.
CHOICES = ("scenario", "reading", "start")
FROM_GRADES = "from_grades"
#: Keys of named alternatives: what happens to whoever chooses, and what somebody chooses.
SETTINGS = ("conditions", "levers")
#: Most different scenarios that an experiment is made of.
MOST_VARIANTS = 4096


@dataclass(frozen=True)
class Constraint:
    """`low <= sum of weights times values <= high`."""

    weights: Mapping[str, float]
    low: float | None
    high: float | None

    def plain(self) -> dict[str, Any]:
        """Return it as a file says it."""
        ends = {"at_least": self.low, "at_most": self.high}
        return {"sum": dict(self.weights)} | {key: one for key, one in ends.items() if one is not None}


@dataclass(frozen=True)
class Table:
    """Cases given one by one: values by column, alternatives by their text, and their groups of draws."""

    columns: tuple[str, ...]
    rows: tuple[tuple[float | str, ...], ...]
    groups: tuple[int, ...]

    def laws(self) -> dict[str, Law]:
        """Return for each column what it takes, in order of appearance where it chooses among names."""
        made = {}
        for k, name in enumerate(self.columns):
            values = list(dict.fromkeys(row[k] for row in self.rows))
            made[name] = law(values if name in CHOICES else sorted(values, key=float), name in CHOICES)
        return made


@dataclass(frozen=True, eq=False)
class Experiment(Face):
    """An experiment, checked, with everything it needs inside: no file is read any more.

    Attributes
    ----------
    scenarios : the storylines, by name; one, unless `scenario` is uncertain
    laws : what varies, in order; `scenario`, `reading` and `start` choose among names
    conditions : what may happen to whoever chooses, by name: alternatives, each a piece of scenario
    levers : what somebody chooses, likewise
    goals : what the levers are judged by, the first the most important
    table : the cases where they are given one by one, else None
    block : runs of a block, None for a size that suits the scenario
    outcomes : columns that readings start from; every column is stored
    search : what is looked for, None where cases are laid out
    region : points from which cases take some of the values, one a base point; None where ranges say all
    """

    title: str
    question: str
    scenarios: Mapping[str, Scenario]
    method: Method
    size: int
    levels: int
    second_order: bool
    replicates: int
    seed: int
    draws: Draws
    laws: Mapping[str, Law]
    conditions: Mapping[str, Mapping[str, Any]]
    levers: Mapping[str, Mapping[str, Any]]
    goals: tuple[GoalFile, ...]
    constraints: tuple[Constraint, ...]
    table: Table | None
    weeks: int | None
    citizens: int | None
    outcomes: tuple[str, ...]
    trajectories: TrajectoriesFile | None
    block: int | None
    search: Search | None = None
    region: Points | None = None
    _variants: dict[tuple[str, ...], Scenario] = field(default_factory=dict, repr=False)

    @cached_property
    def canonical(self) -> dict[str, Any]:
        """What names this experiment: plain data from which `Experiment.of` makes it again."""
        made: dict[str, Any] = {
            "panj": 1,
            "title": self.title,
            "scenarios": {name: one.canonical for name, one in self.scenarios.items()},
            "weeks": self.weeks,
            "citizens": self.citizens,
            "design": {
                "method": self.method,
                "size": self.size,
                "levels": self.levels,
                "second_order": self.second_order,
            },
            "replicates": self.replicates,
            "seed": self.seed,
            "draws": self.draws,
            "levers": {name: dict(one) for name, one in self.levers.items()},
            "constraints": [one.plain() for one in self.constraints],
            "trajectories": None if self.trajectories is None else self.trajectories.model_dump(),
            "block": self.block,
        }
        # Left out where there are none, so that studies made before there were any keep their names.
        if self.conditions:
            made["conditions"] = {name: dict(one) for name, one in self.conditions.items()}
        if self.search is not None:
            made["search"] = self.search.plain
        if self.region is not None:
            made["region"] = self.region.plain
        if self.table is None:
            made["uncertainties"] = [[name, one.plain()] for name, one in self.laws.items()]
        else:
            made["table"] = [list(self.table.columns), *map(list, self.table.rows)]
            made["groups"] = list(self.table.groups)
        return made

    @cached_property
    def text(self) -> str:
        """The canonical form as text, which a worker anywhere can be sent."""
        return text_of(self.canonical)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits."""
        return hash_of(self.canonical)

    @classmethod
    def of(
        cls,
        canonical: Mapping[str, Any],
        question: str = "",
        outcomes: tuple[str, ...] = (),
        reasons: Mapping[str, Any] | None = None,
        goals: Sequence[Mapping[str, Any]] = (),
    ) -> Experiment:
        """Make the experiment that a canonical form names; the rest changes no run.

        Raises
        ------
        KeyError, TypeError, ValueError
            It is not one.
        """
        design, kept = canonical["design"], canonical["trajectories"]
        table = None
        if "table" in canonical:
            columns, *rows = canonical["table"]
            table = Table(tuple(columns), tuple(map(tuple, rows)), tuple(canonical["groups"]))
        return cls(
            title=canonical["title"],
            question=question,
            scenarios={
                name: Scenario(**with_reasons(one, (reasons or {}).get(name, {})))
                for name, one in canonical["scenarios"].items()
            },
            method=design["method"],
            size=design["size"],
            levels=design["levels"],
            second_order=design["second_order"],
            replicates=canonical["replicates"],
            seed=canonical["seed"],
            draws=canonical["draws"],
            laws=table.laws()
            if table is not None
            else {name: law(one, name in CHOICES) for name, one in canonical["uncertainties"]},
            conditions=canonical.get("conditions", {}),
            levers=canonical["levers"],
            goals=tuple(GoalFile(**one) for one in goals),
            constraints=tuple(
                Constraint(one["sum"], one.get("at_least"), one.get("at_most"))
                for one in canonical["constraints"]
            ),
            table=table,
            weeks=canonical["weeks"],
            citizens=canonical["citizens"],
            outcomes=tuple(outcomes),
            trajectories=None if kept is None else TrajectoriesFile(**kept),
            block=canonical["block"],
            search=Search.of(canonical["search"]) if "search" in canonical else None,
            region=Points.of(canonical["region"]) if "region" in canonical else None,
        )

    @property
    def regional(self) -> tuple[str, ...]:
        """What takes its values from the region's points rather than from a law of the file."""
        return () if self.region is None else self.region.names

    @property
    def pieces(self) -> dict[str, Mapping[str, Any]]:
        """Alternatives by condition, then by lever: what is chosen lies on top of what happens."""
        return {**self.conditions, **self.levers}

    @property
    def occasions(self) -> list[tuple[str, ...]]:
        """Every combination of the conditions' alternatives; one of nothing where there are none."""
        return list(product(*self.conditions.values()))

    @property
    def policies(self) -> list[tuple[str, ...]]:
        """Every combination of the levers' alternatives; one of nothing where there are none."""
        return list(product(*self.levers.values()))

    @property
    def alternatives(self) -> list[tuple[str, ...]]:
        """Every setting, each policy under the first occasion, then under the next."""
        return [(*occasion, *policy) for occasion in self.occasions for policy in self.policies]

    def choices(self) -> list[tuple[str, ...]]:
        """Return every combination of scenario, reading and start; what is not uncertain is empty."""
        names = [self.laws[one].names if one in self.laws else ("",) for one in CHOICES]
        return list(product(*names))

    def variant(self, choice: tuple[str, ...], setting: tuple[str, ...]) -> Scenario:
        """Return the scenario of one choice (scenario, reading, start) and one setting."""
        key = (*choice, *setting)
        if key not in self._variants:
            pieces = [named[one] for named, one in zip(self.pieces.values(), setting, strict=True)]
            self._variants[key] = self._laid(choice, pieces)
        return self._variants[key]

    def alone(self, setting: Mapping[str, str] | None = None) -> Scenario:
        """Return the first scenario under alternatives of some conditions or levers alone, or under none."""
        pieces = self.pieces
        return self._laid(("", "", ""), [pieces[name][one] for name, one in (setting or {}).items()])

    def _laid(self, choice: tuple[str, ...], pieces: Sequence[Mapping[str, Any]]) -> Scenario:
        """Return the scenario of a choice with pieces laid on it, the last uppermost."""
        base = self.scenarios[choice[0] or next(iter(self.scenarios))]
        chain = [node(with_reasons(base.canonical, base.reasons), "scenario")]
        laid = [node(piece, "setting") for piece in pieces]
        return checked(layers(chain, laid, choice, self.weeks, self.citizens))


def text_of(canonical: Mapping[str, Any]) -> str:
    """Return a canonical form as text; the order of its keys counts."""
    return json.dumps(canonical, sort_keys=False, separators=(",", ":"), allow_nan=False)


def hash_of(canonical: Mapping[str, Any]) -> str:
    """Return the hash that names an experiment."""
    return hashlib.sha256(text_of(canonical).encode()).hexdigest()


def layers(
    chain: list[Node],
    pieces: list[Node],
    choice: tuple[str, ...],
    weeks: int | None,
    citizens: int | None,
) -> list[Node]:
    """Return the nodes of one variant, uppermost first: settings, what is chosen, the scenario's own."""
    set_here = {
        "weeks": weeks,
        "citizens": citizens,
        "reading": choice[1] or None,
        "start": choice[2] or None,
    }
    chosen = node({key: one for key, one in set_here.items() if one is not None}, chain[0].file)
    return [*reversed(pieces), chosen, *chain]


def node(data: Any, file: str, line: int = 0) -> Node:
    """Return plain data as nodes, as if they stood in a file."""
    if isinstance(data, Mapping):
        return Node({str(key): node(one, file, line) for key, one in data.items()}, file, line)
    if isinstance(data, list | tuple):
        return Node([node(one, file, line) for one in data], file, line)
    return Node(as_python(data), file, line)


def plain(one: Node) -> Any:
    """Return nodes as plain data, dates as text."""
    if isinstance(one.value, dict):
        return {key: plain(inner) for key, inner in one.value.items()}
    if isinstance(one.value, list):
        return [plain(inner) for inner in one.value]
    return one.value.isoformat() if hasattr(one.value, "isoformat") else one.value
