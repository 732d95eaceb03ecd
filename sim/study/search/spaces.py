"""What is searched: plans of an actor, or worlds; each candidate is decoded from genes between 0 and 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.model.outcomes import LADDERS
from sim.model.registry import load
from sim.study.experiment.designs import base, text
from sim.study.experiment.experiment import Experiment, Table
from sim.study.experiment.search import options, ranges
from sim.study.sweep.blocks import Setup

Floats = NDArray[np.float64]
Candidate = dict[str, Any]

#: Levels at which a plan may react, evenly spread over a variable's range; of a ladder, its rungs.
LEVELS = 20
#: How far a variable must fall back, in shares of its range, until a plan that reacts ends; None: never.
RETURNS = (None, 0.1, 0.25)
#: Genes of one instrument: which option, which variable and side, which level, how it ends.
PER_INSTRUMENT = 4
#: Most plans or worlds that are confirmed; where the front has more, smaller differences count as none.
MOST = 12
#: The lever under which plans stand, and its alternative without one.
LEVER, NOTHING = "plan", "no plan"


class Space(Protocol):
    """What a search looks through.

    genes : numbers that make a candidate
    """

    genes: int

    def plain(self) -> list[Floats]:
        """Return the genes of candidates that every search begins with."""

    def candidate(self, genes: Floats) -> Candidate:
        """Decode (genes,) in [0, 1]."""

    def cases(self, candidate: Candidate) -> Setup:
        """Return the cases on which a candidate is judged, ready to run."""

    def confirmation(self, names: Mapping[str, Candidate]) -> Experiment:
        """Return the experiment that runs candidates again, by name, on fresh cases and chance."""


def space(experiment: Experiment) -> Space:
    """Return what an experiment searches."""
    assert experiment.search is not None
    return Worlds(experiment) if experiment.search.plan is None else Plans(experiment)


class Plans:
    """Plans: for each instrument, an option that is insisted upon, from the start or as things are seen."""

    def __init__(self, experiment: Experiment) -> None:
        search = experiment.search
        assert search is not None
        assert search.plan is not None
        self.experiment, self.search, model = experiment, search, load()
        self.options = options(search.plan, model)
        self.sights = [(name, *ends) for name, ends in ranges(search.plan, model).items()]
        self.genes = PER_INSTRUMENT * len(self.options)
        self.points = base(self._under({"candidate": {}}, experiment.size, experiment.seed))

    def plain(self) -> list[Floats]:
        """Return no plan, then every option alone from the start."""
        found = [np.zeros(self.genes)]
        for k, names in enumerate(self.options.values()):
            for number in range(len(names)):
                one = np.zeros(self.genes)
                one[PER_INSTRUMENT * k] = (number + 1.5) / (len(names) + 1)
                found.append(one)
        return found

    def candidate(self, genes: Floats) -> Candidate:
        """Return the commitments of a plan as a piece of storyline; what changes nothing is left out."""
        bound = []
        for k, ((actor, instrument), names) in enumerate(self.options.items()):
            option, sight, level, ending = genes[PER_INSTRUMENT * k : PER_INSTRUMENT * (k + 1)]
            chosen = _place(option, len(names) + 1)
            if chosen:
                name = names[chosen - 1]
                one = {"name": f"{actor}: {instrument}.{name}", "actor": actor, "instrument": instrument}
                one |= {"insist": name}
                bound.append(one | self._reaction(sight, level, ending))
        return {"commitments": bound} if bound else {}

    def _reaction(self, sight: float, level: float, ending: float) -> Candidate:
        """Return when a commitment begins and ends; from the start to the end where it does not react."""
        number = _place(sight, 1 + 2 * len(self.sights))
        if not number:
            return {}
        name, low, high = self.sights[(number - 1) // 2]
        rising = number % 2 == 1
        if name in LADDERS:
            # Above rung 1 is rung 2 and higher, below rung 2 is rung 1 and lower.
            rungs = np.arange(low, high) + (0 if rising else 1)
            at, back = float(rungs[_place(level, len(rungs))]), 1.0
        else:
            at = float(f"{low + (high - low) * (1 + _place(level, LEVELS - 1)) / LEVELS:.4g}")
            back = high - low
        share = RETURNS[_place(ending, len(RETURNS))]
        begins = {"variable": name, "above" if rising else "below": at}
        if share is None:
            return {"when": begins}
        if name not in LADDERS:
            back = share * back
        end = float(f"{at - back if rising else at + back:.4g}")
        if not low < end < high:
            return {"when": begins}
        until = {"variable": name, "below" if rising else "above": end, "for": 4}
        return {"when": begins, "until": until, "again": True}

    def cases(self, candidate: Candidate) -> Setup:
        """Return the cases of a plan, the same points and draws for every one."""
        experiment = self._under({"candidate": candidate}, self.experiment.size, self.experiment.seed)
        return Setup(experiment, self.points)

    def confirmation(self, names: Mapping[str, Candidate]) -> Experiment:
        """Return no plan, the plans and each that reacts from the start as well, on fresh cases."""
        plans = {NOTHING: {}, **names}
        plain = [self.candidate(one) for one in self.plain()[1:]]
        judged = plain if self.search.across.judged_by == "regret" else []
        for other in (*map(at_once, names.values()), *judged):
            if other not in plans.values():
                words = f"{spoken(other)} at once"
                # Options of two instruments may have one name, and long names are cut.
                plans[words if words not in plans else f"{words}, {len(plans)}"] = other
        return self._under(plans, self.search.confirmed, self.experiment.seed + 1)

    def _under(self, plans: Mapping[str, Candidate], cases: int, seed: int) -> Experiment:
        return replace(
            self.experiment,
            method="lhs" if self.experiment.laws else "grid",
            size=cases,
            seed=seed,
            levers={LEVER: plans},
            search=None,
            _variants={},
        )


class Worlds:
    """Worlds: a value of everything uncertain."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment, self.laws = experiment, experiment.laws
        self.genes = len(self.laws)

    def plain(self) -> list[Floats]:
        """Return the world in the middle of everything."""
        return [np.full(self.genes, 0.5)]

    def candidate(self, genes: Floats) -> Candidate:
        """Return the values of a world by name, rounded so that they can be written down."""
        found: Candidate = {}
        for share, (name, law) in zip(genes, self.laws.items(), strict=True):
            value = text(law, float(law.quantile(np.array([share]))[0]))
            found[name] = value if isinstance(value, str) else float(f"{value:.4g}")
        return found

    def cases(self, candidate: Candidate) -> Setup:
        """Return the one case that a world is."""
        return Setup(self._table([candidate], self.experiment.seed))

    def confirmation(self, names: Mapping[str, Candidate]) -> Experiment:
        """Return the worlds side by side, on fresh chance."""
        return self._table(list(names.values()), self.experiment.seed + 1)

    def _table(self, worlds: list[Candidate], seed: int) -> Experiment:
        columns = tuple(self.laws)
        table = Table(
            columns, tuple(tuple(one[name] for name in columns) for one in worlds), (0,) * len(worlds)
        )
        return replace(
            self.experiment,
            method="cases",
            size=0,
            seed=seed,
            laws=table.laws(),
            table=table,
            search=None,
            _variants={},
        )


def at_once(plan: Candidate) -> Candidate:
    """Return a plan as it is where nothing begins or ends it."""
    keys = ("name", "actor", "instrument", "insist")
    bound = [{key: one[key] for key in keys} for one in plan.get("commitments", ())]
    return {"commitments": bound} if bound else {}


def parts(candidate: Candidate) -> int:
    """Return of how many commitments and conditions a plan is made; 0 for a world."""
    bound = candidate.get("commitments", ())
    return sum(1 + ("when" in one) + ("until" in one) for one in bound)


def simpler(plan: Candidate) -> Iterator[Candidate]:
    """Yield a plan without one of its commitments, its beginnings or its ends, one after the other."""
    bound = plan.get("commitments", [])
    for k in range(len(bound)):
        rest = bound[:k] + bound[k + 1 :]
        yield {"commitments": rest} if rest else {}
    for gone in (("when", "until", "again"), ("until", "again")):
        for k, one in enumerate(bound):
            if gone[0] in one:
                less = {name: value for name, value in one.items() if name not in gone}
                yield {"commitments": [*bound[:k], less, *bound[k + 1 :]]}


def spoken(plan: Candidate) -> str:
    """Return the options of a plan in words, short enough for the name of an alternative."""
    return " + ".join(one["insist"].replace("_", " ") for one in plan["commitments"])[:50]


def _place(share: float, number: int) -> int:
    """Return which of a number of equal slices a share in [0, 1] lies in."""
    return min(int(share * number), number - 1)
