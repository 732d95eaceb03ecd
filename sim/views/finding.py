"""The first sentence of a page, the same in the terminal, in a report and in the documentation."""

from __future__ import annotations

from sim.analysis.answers.headline import Change, changes, headline
from sim.analysis.choosing.robustness import stated
from sim.analysis.deciding.cases import RISK
from sim.analysis.runs import DEFAULTS, Runs, Stored
from sim.study.questions import Estimand, estimand
from sim.study.results.study import Study
from sim.views.numbers import counted, extent, percent, points

#: What alternatives are told by beside the goals of the file, and by how many questions in all.
USUAL, MOST = (RISK, estimand("blood"), estimand("share(first_rapprochement_3)")), 4

#: How shares that stand side by side differ.
ENDS = (
    "Clashes or worse and accommodation are where a run ends, its last half-year; a deadly clash and "
    "official talks count whenever they come."
)


def findings(runs: Stored) -> list[str]:
    """Return the finding, behind it what is found given each other condition, and what the conditions do.

    Where alternatives are compared, it is the largest change that one makes to what the first goal asks, or
    to the share of clashes or worse; else the class that most runs end in.
    """
    asked = questions(runs)[0]
    return [change(one, asked) for one in (*compared(runs), *happening(runs))] or [most(runs)]


def compared(runs: Stored) -> list[Change]:
    """Return the largest change given each condition; empty where no alternatives are compared."""
    return changes(runs, questions(runs)[0]) if runs.compared and len(runs.sound) else []


def happening(runs: Stored) -> list[Change]:
    """Return the largest change that what happens makes by itself, given the first of each lever.

    Empty where nothing happens or nothing is chosen: then alternatives are compared already.
    """
    if not (runs.conditions and runs.levers and len(runs.sound)):
        return []
    first = runs.policies()[0].name
    return [one._replace(condition=first) for one in changes(runs, questions(runs)[0], "conditions")]


def questions(runs: Stored) -> list[Estimand]:
    """Return what alternatives are told by: every goal of the experiment, then what is usual."""
    goals = stated(runs.source.experiment) if isinstance(runs.source, Study) else ()
    return list(dict.fromkeys([*(one.asked for one in goals), *USUAL]))[:MOST]


def most(runs: Runs) -> str:
    """Return how most runs end, with the range of that share."""
    lead = headline(runs)
    if lead is None:
        return "No valid run."
    where, interval = f"across {counted(lead.cases, 'case')}", f"90 % of {counted(lead.cases, 'case')}"
    if runs.whole == "parts":
        where, interval = lead.group, "90 % of parameter sets"
    if not lead.across:
        where, interval = (
            (DEFAULTS if runs.whole == "parts" else "of the one case"),
            "Monte Carlo error, 95 %",
        )
    return (
        f"Most often runs end in {lead.path}: {percent(lead.share)} of them {where} "
        f"({interval}: {extent(lead.low, lead.high)})."
    )


def change(one: Change, asked: Estimand) -> str:
    """Return a change in a sentence."""
    given = f"Given {one.condition}, the" if one.condition else "The"
    before, after = level(one.before, asked), level(one.after, asked)
    first, other = (f"“{group.short}”" for group in (one.first, one.other))
    amount = size(one, asked)
    if one.clear:
        verb = "falls" if one.effect < 0 else "rises"
        return f"{given} {asked.label} {verb} from {before} with {first} to {after} with {other}: {amount}."
    some = "the other" if one.others == 1 else f"none of {one.others} others"
    verb = "does not change" if one.others == 1 else "changes"
    return (
        f"{given} {asked.label} is {before} with {first}, and {some} {verb} it beyond chance; "
        f"{other} by {amount}."
    )


def level(value: float, asked: Estimand) -> str:
    """Write an answer in its unit."""
    if asked.unit == "share":
        return percent(value)
    return f"{value:.3g}" if asked.unit in ("index", "1") else f"{value:.3g} {asked.unit}s"


def size(one: Change, asked: Estimand) -> str:
    """Write the size of a change with its interval."""
    if asked.unit == "share":
        return f"{points(one.effect)} points (95 %: {points(one.low)} to {points(one.high)})"
    unit = "" if asked.unit in ("index", "1") else f" {asked.unit}s"
    ends = " to ".join(f"{end:+.2g}".replace("-", "−") for end in (one.low, one.high))
    return f"{one.effect:+.2g}{unit} (95 %: {ends})".replace("-", "−")
