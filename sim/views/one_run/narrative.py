"""What is worth telling of one run: turns of the ladders, events, incidents, decisions with their reasons."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.analysis.one_run.waiting import OVERRULED
from sim.analysis.one_run.weeks import LADDERS
from sim.model.glossary import CLASSES, WINDOW
from sim.model.outcomes import ESCALATION, LAST, PATHS, RAPPROCHEMENT
from sim.model.processes.contact import DIPLOMACY
from sim.model.provenance import Quantity
from sim.scenario import conditions
from sim.scenario.schema import Commitment, When
from sim.views.numbers import FAINT, marks, percent, signed
from sim.views.numbers import counted as number_of

if TYPE_CHECKING:
    from sim.analysis.one_run.waiting import Waiting
    from sim.analysis.one_run.weeks import Change, Week
    from sim.engine.decisions import Decision
    from sim.engine.mesa_model import Kept, PolicyModel
    from sim.model.declare import Rule

#: Weeks between two lines on the state of things.
QUARTER = 13
#: Rules named for a decision, and rules named against it.
FOR, AGAINST = 3, 1
#: Pushes below this share of the strongest hardly move a choice and are not named.
MINOR = 0.2

STATE = (
    "rhetoric",
    "threat",
    "tension",
    "troops",
    "fighters",
    "solidarity",
    "fear",
    "approval",
    "ties",
    "refugees_reported",
    "power_owed",
)


@dataclass(frozen=True)
class Pull:
    """What one rule adds to the utility of the chosen option, over what it adds to holding still."""

    rule: Rule
    push: float

    def __str__(self) -> str:
        return f"{self.rule.name} {signed(self.push)} ({self.rule.id}, {marks(self.rule.paragraphs)})"


def event(model: PolicyModel, name: str) -> str:
    """Return an event's name with the reason and the source that its file gives."""
    because, source = event_reasons(model, name)
    words = f"{name}: {because}" if because else name
    return f"{words} ({', '.join(source.values())})" if source else words


def event_reasons(model: PolicyModel, name: str) -> tuple[str, dict[str, str]]:
    """Return why an event happens and what that rests on (publisher, title, date), empty where not said."""
    reasons = model.spec.reasons.get(name, {}) if model.spec is not None else {}
    return reasons.get("because", ""), {key: str(value) for key, value in reasons.get("source", {}).items()}


def brought(model: PolicyModel, week: Week) -> list[str]:
    """Say what a week brought: moves of the ladders, events, what nobody decided."""
    moves = [move(model, one) for one in week.changes]
    events = [f"Event: {event(model, name)}" for name in week.events]
    return [*moves, *events, *happenings(model, week.number)]


def move(model: PolicyModel, change: Change) -> str:
    """Say a move of a ladder, with the numbers it hangs on."""
    return f"{step(change)} ({why(model, change)})"


def step(change: Change) -> str:
    """Say between which rungs a ladder moved."""
    rungs = LADDERS[change.ladder]
    return f"{change.ladder}: {rungs[change.before]} → {rungs[change.after]}"


def change_record(model: PolicyModel, change: Change) -> dict[str, Any]:
    """Return a move of a ladder as plain data."""
    rungs = {"ladder": change.ladder, "from": change.before, "to": change.after}
    return rungs | {"why": why(model, change)}


def why(model: PolicyModel, change: Change) -> str:
    """Say the numbers that a move of a ladder hangs on."""
    ladder, now = change.ladder, model.past(change.week)
    text = {name: amount(model.registry.world[name], now[name]) for name in model.registry.world}
    if ladder == "rapprochement":
        return (
            f"political contact: {DIPLOMACY[int(now.diplomacy)]} (Dushanbe ready for step "
            f"{text['dushanbe_ready']}, Kabul for {text['taliban_ready']}); ties {text['ties']}"
        )
    if now.war > 0.5:
        return "fighting has become war"
    if now.fighting > 0.5:
        return f"week {text['fighting_weeks']} of fighting"
    if now.escalation > 2.5:
        return f"last clash or fighting {_ago(now.since_clash)}"
    return (
        f"rhetoric {text['rhetoric']}, threat {text['threat']}; "
        f"{text['troops']} troops, {text['fighters']} fighters"
    )


def _ago(weeks: float) -> str:
    return "this week" if weeks < 0.5 else f"{number_of(weeks, 'week')} ago"


def plan_told(model: PolicyModel, change: Kept) -> str:
    """Say that a commitment begins or ends by what its actor sees."""
    plans = (
        []
        if model.spec is None
        else [
            one
            for one in model.spec.commitments
            if change.name in (one.name, None if one.name else one.instrument)
        ]
    )
    words = "begins" if change.begins else "ends"
    if not plans:
        return f"The plan {change.name!r} {words}."
    when = plans[0].when if change.begins else plans[0].until
    seen = f": {plans[0].actor} sees that {conditions.text(when)}" if isinstance(when, When) else ""
    return f"The plan {change.name!r} {words}{seen}."


def idle(one: Waiting) -> str:
    """Say why an event or a commitment never began, or what stood over it."""
    often = number_of(len(one.weeks), "week")
    if one.reason == OVERRULED:
        return f"{one.name!r} held, and did not count in {often}: {one.reason}."
    what = one.what
    assert what.when is not None
    seen = f"{titled(what.actor)} saw that " if isinstance(what, Commitment) else ""
    weeks = f" ({often}, from week {one.weeks[0]} on)" if one.weeks else ""
    return f"{one.name!r} never began: {one.reason}{weeks}: {seen}{conditions.text(what.when)}."


def happenings(model: PolicyModel, week: int) -> tuple[str, ...]:
    """Return what no choice tells: plans that begin or end, incidents, clashes, fighting, first talks."""
    if model.failure is not None and week >= model.failure.week:
        return ()
    sentences = [plan_told(model, one) for one in model.kept if one.week == week]
    before, after = model.past(week - 1), model.past(week)

    def more(name: str) -> int:
        return int(after[name] - before[name])

    dead = more("deaths")
    fighting = before.fighting > 0.5 or after.fighting > 0.5
    if more("infiltrations"):
        sentences.append(
            "A deadly incident with smugglers or infiltrators: "
            f"{number_of(more('infiltration_deaths'), 'death')}."
        )
    if more("clashes"):
        sentences.append("Forces of the two sides clash.")
    if after.fighting > 0.5 and before.fighting < 0.5:
        sentences.append("Fighting goes on along the border.")
    elif before.fighting > 0.5 and after.fighting < 0.5:
        sentences.append("The fighting ends.")
    if more("clashes") or fighting:
        sentences.append(f"{dead or 'No'} dead between the two sides this week.")
    if more("terror_attacks"):
        sentences.append("A terrorist attack.")
    if after.detected > before.detected:
        sentences.append("Kabul detects support for the resistance.")
    if more("talks") and before.talks == 0:
        sentences.append("First official talks.")
    return tuple(sentences)


def pulls(model: PolicyModel, decision: Decision) -> list[Pull]:
    """Return what each rule adds to the choice over holding still, the strongest first."""
    sums = decision.over(decision.choice, "hold")
    rows = [Pull(model.registry.rules[rule], push) for rule, push in sums.items()]
    return sorted(rows, key=lambda one: (-abs(one.push), one.rule.order))


def named(model: PolicyModel, decision: Decision) -> tuple[list[Pull], list[Pull]]:
    """Return the rules that carried a choice and those against it, as far as they are worth a name."""
    if decision.bound:
        return [], []
    rows = pulls(model, decision)
    least = max(FAINT, MINOR * abs(rows[0].push)) if rows else FAINT
    rows = [one for one in rows if abs(one.push) >= least]
    return [one for one in rows if one.push > 0][:FOR], [one for one in rows if one.push < 0][:AGAINST]


def because(model: PolicyModel, decision: Decision) -> str:
    """Say which rules carried a choice, which spoke against it, and how likely it was."""
    if decision.bound:
        return "bound by a commitment"
    carried, against = named(model, decision)
    likeliest = max(decision.chances, key=lambda name: decision.chances[name])
    text = f"chance {percent(decision.chance)}"
    if likeliest not in (decision.choice, "hold"):
        text += f" ({likeliest} {percent(decision.chances[likeliest])})"
    text += "; " + ("; ".join(map(str, carried)) if carried else "no rule of weight speaks for it")
    return text + ("; against: " + "; ".join(map(str, against)) if against else "")


def rules_named(model: PolicyModel, decisions: list[Decision]) -> list[Rule]:
    """Return the rules that `because` names for these decisions, in the registry's order."""
    ids = {pull.rule.id for one in decisions for side in named(model, one) for pull in side}
    return [rule for rule in model.registry.rules.values() if rule.id in ids]


def counted(decisions: list[Decision]) -> str:
    """Say how often each option was taken: `Dushanbe veil 6, denounce 3 · Taliban pay 5`."""
    parts = []
    for actor in dict.fromkeys(one.actor for one in decisions):
        often = Counter(one.choice for one in decisions if one.actor == actor and one.choice != "hold")
        if often:
            parts.append(f"{titled(actor)} " + ", ".join(f"{name} {n}" for name, n in often.most_common()))
    return " · ".join(parts) or "everybody held still"


def state(model: PolicyModel, week: int) -> str:
    """Say where things stand at the end of a week, in one line."""
    now, world = model.past(week), model.registry.world
    return ", ".join(f"{name.replace('_', ' ')} {amount(world[name], now[name])}" for name in STATE)


def ending(model: PolicyModel) -> list[str]:
    """Say where the run ends, and why its path is called what it is called."""
    if model.failure is not None:
        where = f"in week {model.failure.week} {model.failure.variable!r} left its bounds or is no number"
        return [f"The run failed: {where}. Nothing after that week counts."]
    out, last = model.outcome, model.past(model.week)
    path = PATHS[int(out.path)]
    tail = min(LAST, model.plan.weeks)
    also = [name for bit, name in enumerate(PATHS[:-1]) if int(out.fits) >> bit & 1 and name != path]
    text = {name: amount(model.registry.world[name], last[name]) for name in model.registry.world}
    meaning = CLASSES[path].replace(WINDOW, f"the last {number_of(tail, 'week')}")
    lines = [f"Path: {path}. {meaning}"]
    if also:
        lines.append(f"It would also fit, in another order of the classes: {', '.join(also)}.")
    lines.append(
        f"Last rungs: {_rungs(out.final_escalation, out.final_rapprochement)}. "
        f"Highest: {_rungs(out.peak_escalation, out.peak_rapprochement)}."
    )
    lines.append(
        f"{number_of(last.infiltrations, 'deadly incident')} with infiltrators, "
        f"{number_of(last.infiltration_deaths, 'death')} in them; "
        f"{number_of(last.clashes, 'clash', 'clashes')} between the two sides, "
        f"{number_of(last.deaths, 'death')}; {number_of(last.talks, 'round')} of talks; "
        f"{number_of(last.refugees_hosted, 'refugee')} hosted; "
        f"approval {text['approval']}; {text['power_owed']} of power unpaid."
    )
    return lines


def _rungs(escalation: float, rapprochement: float) -> str:
    return f"{ESCALATION[int(escalation)]}; {RAPPROCHEMENT[int(rapprochement)]}"


def amount(quantity: Quantity, value: float) -> str:
    """Write a value as its unit asks: whole persons and counts, millions of dollars, two decimals else."""
    if value != value:
        return "–"
    if quantity.unit.startswith("USD"):
        return f"{value / 1e6:,.2f} million {quantity.unit}"
    if quantity.unit in ("persons", "persons/week", "count", "week", "rung", "flag"):
        return f"{value:,.0f}"
    return f"{value:.2f}"


def minus(value: float) -> str:
    """Write a number to two decimals, with a true minus, so that it is seen."""
    return f"{value:.2f}".replace("-", "−")


def titled(actor: str) -> str:
    """Write an actor's name as a name."""
    return actor.capitalize()
