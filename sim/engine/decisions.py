"""What a decision leaves behind: what was perceived, every product of the appraisal, chances, choice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sim.face import Face

#: What a commitment makes of an option, by the number in `Plan.allowed`.
AVOIDED, FREE, INSISTED = 0, 1, 2


class Cell(NamedTuple):
    """One product of an appraisal: `sign` x `strength` x `weight` x `size` x `intensity`.

    `clause` is the function behind it, `strength` the rule's, `weight` that of its concern.
    """

    rule: str
    option: str
    clause: str
    intensity: float
    strength: float
    weight: float
    size: float
    sign: int
    product: float


@dataclass(frozen=True)
class Decision(Face):
    """One choice of one actor with one instrument in one week.

    The mappings go by option: a utility is its base plus the products of its cells, in their order;
    a chance is that of quantal response; the choice is the largest of utility plus draw among the
    options that are open and not avoided. `binding` is 0 avoided, 1 free, 2 insisted upon.
    """

    week: int
    actor: str
    instrument: str
    perceived: Mapping[str, float]
    cells: tuple[Cell, ...]
    bases: Mapping[str, float]
    utilities: Mapping[str, float]
    chances: Mapping[str, float]
    draws: Mapping[str, float]
    open: Mapping[str, bool]
    binding: Mapping[str, int]
    choice: str

    @property
    def chance(self) -> float:
        """Probability of what was chosen, before the draw."""
        return self.chances[self.choice]

    @property
    def bound(self) -> bool:
        """Say whether a commitment left no choice."""
        return self.open[self.choice] and self.binding[self.choice] == INSISTED

    def push(self, option: str) -> dict[str, float]:
        """Return what each rule adds to an option's utility, its clauses together."""
        sums: dict[str, float] = {}
        for cell in self.cells:
            if cell.option == option:
                sums[cell.rule] = sums.get(cell.rule, 0.0) + cell.product
        return sums

    def over(self, option: str, other: str) -> dict[str, float]:
        """Return what each rule adds to an option's utility over what it adds to another's."""
        gain, loss = self.push(option), self.push(other)
        return {rule: gain.get(rule, 0.0) - loss.get(rule, 0.0) for rule in {**gain, **loss}}


def chances(
    utilities: Mapping[str, float], opened: Mapping[str, bool], binding: Mapping[str, int]
) -> dict[str, float]:
    """Return the probability of each option: quantal response at temperature 1 (McKelvey and Palfrey 1995).

    Only options that are open and not avoided can be chosen; the first open one that is insisted
    upon is certain.
    """
    insisted = [name for name in utilities if opened[name] and binding[name] == INSISTED]
    if insisted:
        return {name: 1.0 if name == insisted[0] else 0.0 for name in utilities}
    free = [name for name in utilities if opened[name] and binding[name] != AVOIDED]
    top = max(utilities[name] for name in free)
    odds = {name: math.exp(utilities[name] - top) for name in free}
    total = sum(odds.values())
    return {name: odds.get(name, 0.0) / total for name in utilities}
