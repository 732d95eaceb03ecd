"""Why an option was not taken: in one week, or over a whole run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.one_run import reasons
from sim.analysis.one_run.turning_points import option_of
from sim.analysis.one_run.weeks import day_of
from sim.engine.decisions import AVOIDED
from sim.errors import ScenarioError, nearest
from sim.views.numbers import FAINT, counted, percent, signed
from sim.views.one_run import narrative
from sim.views.one_run.lines import BLANK, Line, pull

#: Rules named on either side.
NAMED = 3

if TYPE_CHECKING:
    from sim.engine.decisions import Decision
    from sim.views.one_run.explain import Explanation


def answer(run: Explanation, asked: str) -> tuple[list[Line], dict[str, Any]]:
    """Answer for `instrument=option` in the week that is asked about, or over the run.

    Raises
    ------
    ScenarioError
        There is no such option, or more than one actor has it and none is named.
    """
    actor, instrument, option = _option(run, asked)
    mine = [one for one in run.model.decisions if one.actor == actor and one.instrument == instrument]
    head = f"Why not {option}? {narrative.titled(actor)}, {instrument}"
    told: dict[str, Any] = {"actor": actor, "instrument": instrument, "option": option}
    if run.week is not None:
        decision = next(one for one in mine if one.week == run.week)
        lines, data = _one(run, decision, option)
        when = f"week {run.week}, from {day_of(run.model, run.week)}"
        return [Line(0, f"{head}, {when}", True), *lines], {"why_not": told | data}
    opened = [one for one in mine if option in reasons.free(one) and not one.bound]
    taken = [one.week for one in mine if one.choice == option]
    missed = [one for one in opened if one.choice != option]
    words = f"Free to be taken in {len(opened)} of {counted(len(mine), 'week')}, taken in {len(taken)}"
    if opened:
        words += f"; mean chance {percent(sum(one.chances[option] for one in opened) / len(opened))}"
    lines = [Line(0, f"{head}, over the run", True), Line(1, f"{words}.")]
    told |= {"weeks": len(mine), "free": len(opened), "taken": taken}
    if missed:
        sums: dict[str, float] = {}
        for one in missed:
            for reason in reasons.reasons(one, option, one.choice):
                sums[reason.rule] = sums.get(reason.rule, 0.0) + reason.push / len(missed)
        mean = f"mean of {counted(len(missed), 'week')} in which it was free and not taken"
        lines.append(Line(1, f"Over what was taken, {mean}:"))
        lines += _sides(sorted(sums.items(), key=lambda one: -abs(one[1])))
        closest = min(missed, key=lambda one: reasons.behind(one, option))
        more, data = _one(run, closest, option)
        day = day_of(run.model, closest.week)
        lines += [BLANK, Line(0, f"Closest in week {closest.week}, from {day}", True), *more]
        told |= {"mean": sums, "closest": data}
    return lines, {"why_not": told}


def _sides(rows: list[tuple[str, float]]) -> list[Line]:
    """Name the three strongest rules against an option and the three strongest for it."""
    lines = []
    for word, sign in (("against", -1.0), ("for", 1.0)):
        side = [one for one in rows if sign * one[1] >= FAINT][:NAMED]
        lines += [Line(2, f"{word}: {pull(*one)}") for one in side] or [Line(2, f"{word}: no rule")]
    return lines


def _option(run: Explanation, asked: str) -> tuple[str, str, str]:
    instrument, found, option = (part.strip() for part in asked.partition("="))
    if not found or not option:
        raise ScenarioError(f"--why-not {asked!r}: expected INSTRUMENT=OPTION, like contact=warm")
    every = [
        (one.actor, one.name, each.name)
        for one in run.model.registry.instruments
        for each in one.options
        if run.actor in (None, one.actor)
    ]
    fits = [one for one in every if one[1:] == (instrument, option)]
    if not fits:
        raise ScenarioError(
            f"--why-not {asked!r}: no such option"
            + nearest(f"{instrument}={option}", [f"{i}={o}" for _, i, o in every])
        )
    if len(fits) > 1:
        raise ScenarioError(
            f"--why-not {asked!r}: {' and '.join(one[0] for one in fits)} have it; name one with --actor"
        )
    return fits[0]


def _one(run: Explanation, decision: Decision, option: str) -> tuple[list[Line], dict[str, Any]]:
    data: dict[str, Any] = {"week": decision.week, "choice": decision.choice}
    if decision.choice == option:
        return [Line(1, f"It was taken, with a chance of {percent(decision.chance)}.")], data
    if not decision.open[option]:
        condition = option_of(run.model, decision, option).open_when
        words = " ".join((condition.__doc__ or "").split()) if condition is not None else ""
        return [Line(1, f"It was not open to the actor that week. The condition: {words}")], data | {
            "open": False
        }
    if decision.binding[option] == AVOIDED:
        return [Line(1, "A commitment of the storyline took it off the table.")], data | {"avoided": True}
    if decision.bound:
        return [Line(1, f"A commitment of the storyline insisted on {decision.choice}.")], data | {
            "bound": True
        }
    taken = decision.choice
    gap = decision.utilities[taken] - decision.utilities[option]
    luck = decision.draws[taken] - decision.draws[option]
    whole = round(gap, 2) + round(luck, 2)  # so that the two parts add up as written
    lines = [
        Line(
            1,
            f"Taken was {taken} (chance {percent(decision.chance)}); {option} had "
            f"{percent(decision.chances[option])}. It fell short by {whole:.2f}: "
            f"{signed(gap)} of utility, {signed(luck)} of luck.",
        )
    ]
    rows = reasons.reasons(decision, option, taken)
    base = decision.bases[option] - decision.bases[taken]
    lines.append(Line(2, f"standing utility of {option} over {taken}: {signed(base)}"))
    lines += _sides([(one.rule, one.push) for one in rows])
    tip = reasons.tip(decision, option)
    if tip is None:
        words = "No rule between nothing and four times its strength turns the choice to it by itself."
    else:
        rule = run.model.registry.rules[tip.rule]
        at = f"{rule.name} ({rule.id}) at {tip.times:.2f} times its strength"
        words = f"The least that turns the choice to it: {at}."
    lines.append(Line(2, words))
    return lines, data | {
        "chance": decision.chances[option],
        "utility_gap": gap,
        "luck_gap": luck,
        "base": base,
        "rules": [one._asdict() for one in rows],
        "tip": None if tip is None else tip._asdict(),
    }
