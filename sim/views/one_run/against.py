"""Two runs told apart: the first week in which a choice differs, and the first in which a ladder does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.analysis.one_run import reasons
from sim.analysis.one_run.weeks import LADDERS, day_of
from sim.model.outcomes import PATHS
from sim.views.numbers import FAINT, counted, number, percent
from sim.views.one_run import narrative
from sim.views.one_run.lines import BLANK, Line, pull

if TYPE_CHECKING:
    from sim.engine.decisions import Decision
    from sim.views.one_run.explain import Explanation

#: Chances of a choice in two runs that lie closer than this count as the same appraisal.
ALIKE = 0.01


def answer(one: Explanation, two: Explanation) -> tuple[list[Line], dict[str, Any]]:
    """Say where two runs part: values they start from, the first choice, the first rung, the ends."""
    lines = [
        Line(0, f"Run {one.which.name} against run {two.which.name}", True),
        Line(1, _randomness(one, two)),
    ]
    differ = _values(one, two)
    if differ:
        verb = "differs" if len(differ) == 1 else "differ"
        lines.append(Line(1, f"{counted(len(differ), 'value')} {verb} from the start, {_first(differ)}."))
    pair = _choice(one, two)
    data: dict[str, Any] = {"against": two.which.name, "values": dict(differ), "choice": None}
    if pair is None:
        lines.append(Line(1, "Every choice that both made is the same."))
    else:
        more, data["choice"] = _parted(one, two, *pair)
        lines += more
    week = _rung(one, two)
    data["rung"] = week
    if week is None:
        lines += [BLANK, Line(0, "The ladders never part.")]
    else:
        lines += [
            BLANK,
            Line(0, f"The ladders part in week {week}, from {day_of(one.model, week)}", True),
        ]
        for run in (one, two):
            lines.append(Line(1, f"Run {run.which.name}: {_rungs(run, week)}."))
            for turn in run.turns:
                if turn.week == week and turn.changes:
                    for change, movers in zip(turn.changes, turn.movers, strict=True):
                        lines.append(Line(2, str(change)))
                        for decision in movers:
                            lines += run.decision_lines(decision, 3, week)
    lines += [BLANK, Line(0, "Where they end", True)]
    for run in (one, two):
        lines.append(Line(1, f"Run {run.which.name}: {_end(run)}"))
    data["ends"] = {run.which.name: _path(run) for run in (one, two)}
    return lines, {"apart": data}


def _randomness(one: Explanation, two: Explanation) -> str:
    if one.which.replicate == two.which.replicate:
        return "Both are on the same randomness, so what differs comes from what they were given."
    return "They are on different randomness, so luck differs from the first week on."


def _values(one: Explanation, two: Explanation) -> list[tuple[str, list[float]]]:
    names = [*one.model.registry.parameters, *one.model.registry.world]
    left, right = (
        [*run.model.plan.parameters, *run.model.plan.world] if run.which.row is None else list(run.which.row)
        for run in (one, two)
    )
    return [(n, [float(a), float(b)]) for n, a, b in zip(names, left, right, strict=True) if a != b]


def _first(differ: list[tuple[str, list[float]]]) -> str:
    some = ", ".join(f"{name} {number(a)} against {number(b)}" for name, (a, b) in differ[:3])
    return f"among them {some}" if len(differ) > 3 else some


def _choice(one: Explanation, two: Explanation) -> tuple[Decision, Decision] | None:
    for a, b in zip(one.model.decisions, two.model.decisions, strict=False):
        if a.choice != b.choice:
            return a, b
    return None


def _parted(
    one: Explanation, two: Explanation, a: Decision, b: Decision
) -> tuple[list[Line], dict[str, Any]]:
    head = f"The first choice that differs: {narrative.titled(a.actor)}, {a.instrument}, week {a.week}"
    lines = [BLANK, Line(0, f"{head}, from {day_of(one.model, a.week)}", True)]
    for run, mine, other in ((one, a, b.choice), (two, b, a.choice)):
        causes = (
            f"{mine.choice} (chance {percent(mine.chance)}), where {other} had {percent(mine.chances[other])}"
        )
        lines.append(Line(1, f"Run {run.which.name}: {causes}."))
    rows = _appraised(a, b)
    if max(abs(a.chances[name] - b.chances[name]) for name in a.chances) < ALIKE:
        lines.append(Line(1, "The chances are the same to within a point: luck parted them."))
    else:
        causes = "; ".join(pull(*row) for row in rows[:3] if abs(row[1]) >= FAINT)
        which = f"Added to {b.choice} over {a.choice}, in run {two.which.name} less in run {one.which.name}"
        causes = causes or "no rule differs between these two options"
        lines.append(Line(1, f"The chances differ as well. {which}: {causes}."))
    return lines, {
        "week": a.week,
        "actor": a.actor,
        "instrument": a.instrument,
        "choices": [a.choice, b.choice],
        "chances": [dict(a.chances), dict(b.chances)],
        "rules": dict(rows),
    }


def _appraised(a: Decision, b: Decision) -> list[tuple[str, float]]:
    """Return how much more each rule says for the second run's choice over the first's in the second run."""
    sums: dict[str, float] = {}
    for decision, sign in ((b, 1.0), (a, -1.0)):
        for reason in reasons.reasons(decision, b.choice, a.choice):
            sums[reason.rule] = sums.get(reason.rule, 0.0) + sign * reason.push
    return sorted(((r, x) for r, x in sums.items() if x != 0.0), key=lambda one: -abs(one[1]))


def _rung(one: Explanation, two: Explanation) -> int | None:
    for week in range(min(one.model.week, two.model.week) + 1):
        a, b = one.model.past(week), two.model.past(week)
        if (a.escalation, a.rapprochement) != (b.escalation, b.rapprochement):
            return week
    return None


def _rungs(run: Explanation, week: int) -> str:
    now = run.model.past(week)
    return "; ".join(
        rungs[int(now[ladder])] if now[ladder] == now[ladder] else "failed"
        for ladder, rungs in LADDERS.items()
    )


def _path(run: Explanation) -> str | None:
    return PATHS[int(run.model.outcome.path)] if run.model.failure is None else None


def _end(run: Explanation) -> str:
    return " ".join(narrative.ending(run.model)[:1])
