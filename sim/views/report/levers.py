"""What the levers change, and which choice holds up, as a section of a page about a sweep."""

from __future__ import annotations

import numpy as np

from sim.analysis.answers import effects
from sim.analysis.answers.digest import Digest
from sim.analysis.choosing.robustness import Goal, Robustness
from sim.study.questions import estimand
from sim.views.numbers import percent
from sim.views.plots.draw.cases import tradeoff
from sim.views.report.parts import (
    Grid,
    Part,
    Points,
    Text,
    cell,
    drawn,
    estimate,
    folded,
    grid,
    share,
)


def comparison(digest: Digest) -> list[Part]:
    """Return what each alternative adds, and the policies judged by three goals."""
    found = digest.policies
    if found is None:
        return [Text(f"Cannot be told: {digest.notes['policies']}.", "note")]
    best = [name for name, front in zip(found.policies, found.pareto, strict=True) if front]
    several = [
        drawn(
            lambda: tradeoff(found),
            f"Policies by the first two goals; nothing beats {', '.join(best[:4])}.",
            "Trade-off between the goals: means over worlds.",
        )
        for _ in found.goals[1:2]
    ]
    return [
        folded(_effects(digest), 16),
        *several,
        *(_criteria(found, number) for number in range(len(found.goals))),
        Points(tuple(_said(digest, found))),
    ]


def _effects(digest: Digest) -> Grid:
    rows = [
        (
            row["group"],
            estimand(row["question"]).label,
            row["unit"],
            *estimate(row["effect"], row["low"], row["high"]),
            int(row["pairs"]),
        )
        for row in effects.effects(digest.runs, "levers", digest.runs.groups("levers")).to_dict("records")
    ]
    against = digest.runs.groups("levers")[0].name
    return grid(
        f"What each alternative adds to {against}, pair by pair, all else and the draws being equal",
        ("alternative", "outcome", "unit", "effect", "95 %", "pairs"),
        rows,
    )


def _criteria(found: Robustness, number: int) -> Grid:
    goal, table = found.goals[number], found.tables[number]
    rows = [
        [
            name,
            *(
                _written(goal, float(row[key]))
                for key in ("mean", "worst", "regret", "regret_90", "hurwicz", "mean_variance")
            ),
            share(row["satisficing"]),
            bool(front),
        ]
        for name, front, row in zip(found.policies, found.pareto, table.to_dict("records"), strict=True)
    ]
    label = goal.asked.label
    better = "more" if goal.better > 0 else "less"
    return grid(
        f"{label[0].upper()}{label[1:]} ({goal.asked.unit}; {better} is better), {found.worlds:,} worlds",
        (
            "policy",
            "mean",
            "worst",
            "largest regret",
            "90 % regret",
            "Hurwicz",
            "mean less deviation",
            "good enough in",
            "on the front",
        ),
        rows,
    )


def _written(goal: Goal, value: float) -> object:
    return share(value) if goal.asked.unit == "share" else cell(value)


def _said(digest: Digest, found: Robustness) -> list[str]:
    words = [
        f"Least regret in clashes or worse: {found.favourite}; "
        f"it is not the best in {percent(found.loses)} of worlds."
    ]
    words += [
        f"It loses rather where {one.name} is about {one.losing} than {one.winning} "
        f"(distance {one.distance:.2f}, p = {one.chance:.2g}).".replace("-", "−")
        for one in found.clear[:3]
    ]
    if not found.clear and found.undone:
        words.append(
            f"None of the {len(found.undone)} uncertainties sets those worlds apart from the others by more "
            "than chance would."
        )
    few = digest.risk.runs[digest.risk.runs > 0]
    if len(few):
        words.append(
            f"What a policy comes to in a world is a mean over {int(np.median(few)):,} runs, so worst cases "
            "and regrets hold chance too; more replicates make them smaller."
        )
    if found.dropped:
        words.append(f"{found.dropped:,} worlds left out because a policy has no sound run there.")
    return words
