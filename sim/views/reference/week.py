"""The page on the week: what happens in which order, each step with its formula."""

from __future__ import annotations

from sim.engine import codegen, conditions, events, randomness
from sim.engine.decisions import chances
from sim.model import week
from sim.model.fields import fields_read, fields_written
from sim.model.processes.start import begin
from sim.model.registry import load
from sim.scenario.values import week_of
from sim.views.reference.formula import signature
from sim.views.reference.laws import NOTATION, formulas, law
from sim.views.reference.markdown import code, exact, fence, number, page, prose, said, table

#: What moves events over the base, in the order in which a week calls it.
EVENTS = (
    events.begin_events,
    events.fires,
    events.strike,
    events.is_active,
    events.changed,
    events.path_value,
    events.settle_events,
    events.end_events,
)
#: What conditions and the plans that react come to.
CONDITIONS = (
    conditions.look,
    conditions.is_so,
    conditions.is_true,
    conditions.note,
    conditions.commit,
    conditions.keep,
)


def perceiving() -> list[str]:
    """Return how a state's record of the world comes about."""
    model = load()
    rows = []
    for actor in model.actors:
        for k, one in enumerate(codegen.estimates(model, actor)):
            span = codegen.estimate_span(one)
            bounds = f"{number(one.low)} to {number(one.high)}"
            rows.append((actor, f"`{one.name}`", exact(span), bounds, f"`perceive/{actor}/{one.name}`", k))
    return [
        "Each state has a record of its own. What it perceives exactly is the world as it was recorded at the end of the "
        "week before. What it estimates (and does not move itself) is late and noisy:",
        fence(
            "late ← max(week − 1 − ⌊perception_delay⌋, 0)\n"
            "seen ← clip(recorded[late] + perception_noise · span · z, low, high)"
        ),
        "`recorded[w]` is the world at the end of week w, 0 the start; z is a standard normal draw of the state, the "
        "variable and the week. The span is the plausible range of the initial value, 0.1 where there is none.",
        table(("state", "estimates", "span", "low to high", "draw", "column"), rows, ("span", "column")),
    ]


def appraising() -> list[str]:
    """Return how options get their utilities, which are open, and how one is taken."""
    return [
        "For each option of each instrument, over all clauses of rules that push it, in the order of the rules:",
        fence(
            "utility ← base\n"
            "for each clause, for each of its pushes on the option:\n"
            "    utility ← utility + sign · strength · weight · size · intensity"
        ),
        "The intensity is the clause's formula, on what the state perceives and on the parameters in force this week; "
        "strength is the rule's, weight that of its concern. `hold` has the base `inertia` and no pushes. Whether an option "
        "is open is judged on the same record.",
    ]


def choosing() -> list[str]:
    """Return how one option of an instrument is taken."""
    return [
        fence(
            "value ← −∞                  closed, or avoided by a commitment\n"
            "value ← ∞                   open, and insisted upon by a commitment\n"
            "value ← utility + luck      otherwise\n"
            "taken ← the option with the largest value, the first of equals (`hold` stands first)".replace(
                "`", ""
            )
        ),
        "Luck is a standard Gumbel draw of the option and the week, −ln(−ln(u)) with u uniform in (0, 1), so that options are "
        "taken with the chances of quantal response at temperature 1: exp(utility) of those that are open and not avoided, "
        "divided by their sum. Commitments bind in the order of the file: of two that speak of the same option and week the later "
        "holds, and within one what is insisted upon. All states choose before anything is done.",
        prose(chances),
    ]


def fading() -> list[str]:
    """Return how what nobody feeds returns to its rest."""
    model = load()
    rows = [
        (
            f"`{one.name}`",
            f"`{one.fades}` {exact(model.parameters[one.fades].default)}",
            f"`{one.rests}` {exact(model.parameters[one.rests].default)}" if one.rests else "0",
        )
        for one in model.world.values()
        if one.fades
    ]
    return [
        fence("x ← rest + (x − rest) · (1 − pace)"),
        table(("variable", "pace", "rest"), rows),
        "The ladders have been set before fading; what is recorded is the world after it.",
    ]


def happening() -> list[str]:
    """Return how events change the world and the parameters."""
    return [
        prose(events).split("\n\nThese functions")[0],
        "In the box, `op` is 0 for a value set, 1 added, 2 multiplied by, 3 a dated series; `trigger` 0 a date, 1 a condition, "
        "2 a hazard; `lasts` is 0 for an impulse. `base` lies under `world`, `p_base` under `p`; `until` is the last week in "
        "which an event holds; `active` and `started` go by variable; `change_low` and `change_high` are the bounds of what is "
        "changed. `week_of` is the week of a date, for events and for commitments.",
        formulas((signature(one), one) for one in (*EVENTS, week_of)),
        prose(conditions).split("\n\nThese functions")[0],
        "A node is `kind` 0 above, 1 below, 2 between, 3 from a week on, 4 after what began, 5 all, 6 any, 7 not. Plans are "
        "kept in the order of their priority.",
        formulas((signature(one), one) for one in CONDITIONS),
    ]


def chance() -> list[str]:
    """Return where draws come from."""
    model = load()
    return [
        prose(randomness),
        "Purposes are `process/NAME` for the draws of processes, `choice/STATE/INSTRUMENT/OPTION`, `perceive/STATE/VARIABLE`, "
        "`event/NAME` and `society/COLUMN`; the index is the week, for a society the citizen. Draws of processes: "
        + ", ".join(f"`{one.name}` ({one.spread})" for one in model.draws.values())
        + ".",
    ]


def processes() -> str:
    """Return the page of the week and of what nobody decides."""
    parts = []
    for function in (*load().before_opinion, None, *load().after_opinion):
        if function is None:
            parts += ["### opinion_week", "Citizens move: [their page](citizens.md)."]
            continue
        read = fields_read(function)
        parts += [
            f"### {function.__name__}",
            f"{said(function)} Writes {code(sorted(fields_written(function)))}; drives "
            f"{code(sorted(read.get('drive', ())))}; draws {code(sorted(read.get('draw', ())))}.",
            law(function),
        ]
    return page(
        "The week and its processes",
        prose(week),
        NOTATION,
        "## 0 The start",
        "Variables begin at their [values at the start](world.md), 0 where the model computes them. [Citizens are "
        "drawn](citizens.md#draw_society), which sets the means of opinion, and people are counted:",
        law(begin),
        "## 1 Events become due",
        "Parameters in force and the world are made from their bases; events that become due and those that last change "
        "them ([below](#events-over-the-base)). Without events nothing happens here.",
        "## 2 Perceive",
        *perceiving(),
        "## 3 Appraise",
        *appraising(),
        "## 4 Choose",
        *choosing(),
        "## 5 Act",
        "What was taken is done, in the order of [states and instruments](actors.md); `hold` does nothing.",
        "## 6 Drive",
        "Every drive begins at 0. In the order of [the rules](rules.md), each clause that pushes a drive adds",
        fence("drive ← drive + sign · strength · size · intensity"),
        "with its intensity on the world as it now is: after acting, before the processes.",
        "## 7 to 9 Processes, opinion, ladders",
        "One after the other, each on the world as the one before left it.",
        *parts,
        "## 10 Fade",
        *fading(),
        "## 11 Record",
        "A run in which a variable is then outside its [bounds](world.md), or not a number, has failed in that week.",
        "## Events over the base",
        *happening(),
        "## Chance",
        *chance(),
    )
