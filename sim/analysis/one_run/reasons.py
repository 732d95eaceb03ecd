"""Why a choice fell as it did: rules for and against, and what would have turned it.

All of it is read off the record of one decision. Options compete by utility plus luck, so what a
change of utilities would have done under the same luck is arithmetic, and how often it would have
done so, over all luck that leads to the same choice, has a closed form.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sim.engine.decisions import AVOIDED, Decision
from sim.model.provenance import Quantity
from sim.model.registry import Model, load

#: A strength is looked for between nothing and so many times what it was.
MOST_TIMES = 4.0


class Reason(NamedTuple):
    """What a rule adds to an option over what it adds to another, in units of utility."""

    rule: str
    push: float


class Rival(NamedTuple):
    """An option that was not taken, and by how much utility plus luck it fell short."""

    option: str
    behind: float


class Without(NamedTuple):
    """A choice with one rule switched off in its week, everything before it and its luck the same.

    `choice` is what would have been taken; `changes` the share, over all luck under which the recorded
    choice was taken, in which another option would have been.
    """

    choice: str
    changes: float


class Tip(NamedTuple):
    """The smallest change of one rule's strength that turns a choice: to which option, at how many times."""

    rule: str
    times: float
    option: str


class Setting(NamedTuple):
    """The value of a parameter behind a reason, as in force that week."""

    name: str
    value: float
    quantity: Quantity


def free(decision: Decision) -> list[str]:
    """Return the options that could be taken: open and not avoided."""
    return [name for name in decision.utilities if decision.open[name] and decision.binding[name] != AVOIDED]


def rival(decision: Decision) -> Rival | None:
    """Return the option that came second by utility plus luck, or None where there was no choice."""
    if decision.bound:
        return None
    others = [name for name in free(decision) if name != decision.choice]
    return min(
        (Rival(name, behind(decision, name)) for name in others), key=lambda one: one.behind, default=None
    )


def behind(decision: Decision, option: str) -> float:
    """Return by how much utility plus luck an option fell short of the choice."""
    chosen = decision.utilities[decision.choice] + decision.draws[decision.choice]
    return chosen - (decision.utilities[option] + decision.draws[option])


def compared(decision: Decision) -> str | None:
    """Return what a choice is held against: holding still, or where that was chosen what came second."""
    if decision.choice != "hold" and "hold" in free(decision):
        return "hold"
    found = rival(decision)
    return found.option if found is not None else None


def reasons(decision: Decision, option: str, other: str) -> list[Reason]:
    """Return what each rule adds to an option over another, the strongest first; rules at 0 are left out."""
    order = load().rules
    found = [Reason(rule, push) for rule, push in decision.over(option, other).items() if push != 0.0]
    return sorted(found, key=lambda each: (-abs(each.push), order[each.rule].order))


def without(decision: Decision, rule: str) -> Without:
    """Return what switching a rule off in that week does to a choice."""
    if decision.bound:
        return Without(decision.choice, 0.0)
    names = free(decision)
    off = {name: decision.utilities[name] - decision.push(name).get(rule, 0.0) for name in names}
    choice = max(names, key=lambda name: off[name] + decision.draws[name])
    # The choice c is taken where luck leaves every j below: g_j - g_c < u_c - u_j. It is taken both with
    # and without the rule where that holds for the larger of the two differences; for Gumbel luck the
    # odds of either are a ratio of sums of exponentials (McFadden 1974).
    with_rule = {name: decision.utilities[name] - decision.utilities[decision.choice] for name in names}
    both = {name: max(with_rule[name], off[name] - off[decision.choice]) for name in names}
    stays = sum(map(math.exp, with_rule.values())) / sum(map(math.exp, both.values()))
    return Without(choice, max(1.0 - stays, 0.0))


def tip(decision: Decision, option: str | None = None) -> Tip | None:
    """Return the smallest change of one rule's strength, in that week alone, that turns the choice.

    Parameters
    ----------
    option
        What it is to be turned to; None for whatever is nearest.

    Returns
    -------
    Tip or None
        None where no strength from 0 to four times what it was turns it.
    """
    if decision.bound:
        return None
    names = free(decision)
    best: Tip | None = None
    for rule in dict.fromkeys(cell.rule for cell in decision.cells):
        pushes = {name: decision.push(name).get(rule, 0.0) for name in names}
        turned = _turned(decision, names, pushes, rule)
        for one in turned:
            if option is None or one.option == option:
                if best is None or abs(one.times - 1.0) < abs(best.times - 1.0):
                    best = one
                break
    return best


def _turned(decision: Decision, names: list[str], pushes: dict[str, float], rule: str) -> list[Tip]:
    """Return the strengths at which the choice passes from one option to another, nearest to 1 first."""
    found = []
    for upward in (True, False):
        here, times = decision.choice, 1.0
        while True:
            steps = []
            for name in names:
                slope = pushes[name] - pushes[here]
                if name == here or slope == 0.0 or (slope > 0.0) != upward:
                    continue
                gap = (decision.utilities[here] + decision.draws[here]) - (
                    decision.utilities[name] + decision.draws[name]
                )
                at = 1.0 + gap / slope
                if (at > times if upward else at < times) and 0.0 <= at <= MOST_TIMES:
                    steps.append((at, name))
            if not steps:
                break
            times, here = min(steps) if upward else max(steps)
            found.append(Tip(rule, times, here))
    return sorted(found, key=lambda one: abs(one.times - 1.0))


def settings(decision: Decision, rule: str, options: tuple[str, ...], values: object) -> list[Setting]:
    """Return the parameters behind what a rule says of these options: strength, weight, sizes, form.

    `values` is the record of parameters in force in that week.
    """
    model: Model = load()
    one = model.rules[rule]
    keys = {f"{decision.instrument}.{option}" for option in options}
    names = [one.strength]
    for clause in one.clauses:
        mine = [push.size for push in clause.pushes if clause.actor == decision.actor and push.target in keys]
        if mine:
            names += [model.weight(one, clause), *mine, *clause.parameters]
    return [
        Setting(name, float(values[name]), model.parameters[name])  # type: ignore[index]
        for name in dict.fromkeys(names)
    ]
