"""One stored run again, with the Mesa driver: the same bits, and every decision on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple

import numpy as np

from sim.engine.conditions import is_true
from sim.engine.decisions import AVOIDED, INSISTED
from sim.engine.mesa_model import PolicyModel
from sim.model.registry import load
from sim.study.results.names import Which, agree


class Force(NamedTuple):
    """What a rule adds to a drive in a week, in the drive's unit."""

    rule: str
    push: float


class Replay(PolicyModel):
    """A run that also keeps by week what explanations need.

    in_force : parameters by week; driven : by week the world that drives were taken from
    so : weeks in which the condition that begins an event or a commitment was true, by its number among them
    overruled : weeks in which a commitment held and another one stood over it, likewise
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        weeks = self.plan.weeks + 1
        self.in_force = np.zeros((weeks, len(self.registry.parameters)))
        self.in_force[0] = self.space.records.p_flat
        self.driven = np.zeros((weeks, len(self.registry.world)))
        self.so: dict[int, list[int]] = {}
        self.overruled: dict[int, list[int]] = {}

    def parameters_of(self, week: int) -> Any:
        """Return the parameters in force in a week (0: at the start), as a record."""
        return self.in_force.view(self.registry.parameter_dtype).view(np.recarray)[week, 0]

    def forces(self, week: int, drive: str) -> list[Force]:
        """Return what each rule added to a drive in a week, the strongest first."""
        world = self.driven.view(self.registry.world_dtype).view(np.recarray)[week, 0]
        p = self.parameters_of(week)
        sums: dict[str, float] = {}
        for rule, clause in self.registry.driving():
            for push in clause.pushes:
                if push.target == drive and p[rule.strength] != 0.0:
                    added = push.sign * float(p[rule.strength] * p[push.size] * clause.function(world, p))
                    sums[rule.id] = sums.get(rule.id, 0.0) + added
        return sorted((Force(*one) for one in sums.items() if one[1] != 0.0), key=lambda one: -abs(one.push))

    def _begin(self) -> None:
        super()._begin()
        state = self.space.events
        for number, root in enumerate(state.plan.root):
            if is_true(root, state.plan.conditions, state.held):
                self.so.setdefault(number, []).append(self.week)

    def _choose(self) -> None:
        super()._choose()
        state, allowed = self.space.commitments, self.space.choice.allowed[self.week]
        plan = state.plan
        for k, number in enumerate(plan.number.tolist()):
            if is_true(plan.begins[k], plan.conditions, state.held):
                self.so.setdefault(number, []).append(self.week)
            avoided = allowed[plan.avoid[k] == 1]
            stands = plan.insist[k] < 0 or allowed[plan.insist[k]] == INSISTED
            if state.holds[k] and not (stands and (avoided == AVOIDED).all()):
                self.overruled.setdefault(number, []).append(self.week)

    def _appraise(self) -> None:
        self.in_force[self.week] = self.space.records.p_flat
        super()._appraise()

    def _drive(self) -> None:
        self.driven[self.week] = self.space.records.world
        super()._drive()

    _PHASES: ClassVar[dict[str, Callable[[PolicyModel], None]]] = {
        **PolicyModel._PHASES,
        "begin": _begin,
        "choose": _choose,
        "appraise": _appraise,
        "drive": _drive,
    }


def replay(run: Which) -> Replay:
    """Run a stored run again, to its end.

    Raises
    ------
    ResultError
        It comes to something else than what is stored of it.
    """
    load()
    model = Replay(run.spec, seed=run.seed, replicate=run.replicate, case=run.row)
    model.run()
    agree(run, model.outcome)
    return model
