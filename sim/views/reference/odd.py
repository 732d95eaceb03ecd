"""The ODD protocol with ODD+D: what the model is, written from registry, schemas and docstrings.

Grimm et al. 2020 for the seven elements, Müller et al. 2013 for human decisions. What a heading asks
is answered from what is declared; sentences that are written here say nothing that could drift, or are
filled from the code.
"""

from __future__ import annotations

from sim.analysis.article.declared import CLAIMS
from sim.engine import decisions, events, randomness
from sim.model import calibrated, population, week, world
from sim.model.glossary import CLASSES
from sim.model.outcomes import ESCALATION, RAPPROCHEMENT, first_reached, summarise
from sim.model.processes.start import begin
from sim.model.registry import load
from sim.model.world import REGIONS
from sim.scenario.schema import MOST_CITIZENS, MOST_WEEKS, Commitment, Event, Scenario
from sim.views.numbers import marks
from sim.views.reference import uses
from sim.views.reference import week as week_page
from sim.views.reference.citizens import laws_of_society, regions
from sim.views.reference.formula import signature
from sim.views.reference.laws import NOTATION, formulas, helpers
from sim.views.reference.markdown import code, default, exact, number, page, prose, said, source, table


def odd() -> str:
    """Return the whole protocol as one page of Markdown."""
    return page(
        "ODD protocol of Panj, with ODD+D",
        "Overview, design concepts and details of the model (Grimm et al. 2020), with the questions that ODD+D adds for "
        "human decisions (Müller et al. 2013). Written by `panj odd` from what the code declares.",
        *_purpose(),
        *_entities(),
        *_scheduling(),
        *_concepts(),
        *_start(),
        *_inputs(),
        *_submodels(),
    )


def _purpose() -> list[str]:
    return [
        "## 1 Purpose and patterns",
        "After August 2021, under which conditions does Dushanbe's hard line on the Taliban tip into armed escalation, "
        "under which does it slide into rapprochement, and what would change the odds? For policy analysts and "
        "computational social scientists. The answer is a distribution over paths under stated assumptions, never a "
        "forecast.",
        "Classes of paths, the first that fits names the path:",
        table(("class", "condition"), CLASSES.items()),
        "Patterns by which the model is judged are the causal claims of the article it is derived from, each run as a "
        "paired experiment (`panj claims`):",
        table(
            ("claim", "¶", "in words", "kind"), [(c.id, marks(c.paragraphs), c.claim, c.kind) for c in CLAIMS]
        ),
    ]


def _entities() -> list[str]:
    model = load()
    initial = Scenario.model_fields
    return [
        "## 2 Entities, state variables, and scales",
        f"**Agents.** States ({', '.join(map(str.capitalize, model.actors))}), and domestic opinion: a population "
        f"of {initial['citizens'].default} citizens by default, up to {MOST_CITIZENS:,}, or at 0 the average citizen of each region.",
        prose(population),
        f"A citizen has a region ({', '.join(REGIONS)}), the traits {code(population.TRAITS)} and the opinions "
        f"{code(population.OPINIONS)}, and follows {population.CIRCLE} others, of whom a share of {population.REWIRED} is "
        "drawn from the whole country.",
        f"**Scales.** One tick is a week; the default horizon is {initial['weeks'].default} weeks from "
        f"{initial['start'].default}, at most {MOST_WEEKS:,}. Space enters as regions of citizens and one border.",
        f"**Ladders.** Every week stands on two: escalation ({', '.join(ESCALATION)}) and rapprochement "
        f"({', '.join(RAPPROCHEMENT)}).",
        prose(world),
        table(
            ("variable", "meaning", "unit", "bounds", "owner", "perceived by"),
            [
                (
                    f"`{one.name}`",
                    one.meaning,
                    one.unit,
                    f"{number(one.low)} to {number(one.high)}",
                    one.owner or "–",
                    (", ".join(one.known_to) or "nobody") + (" (estimated)" if one.estimated else ""),
                )
                for one in model.world.values()
            ],
        ),
    ]


def _scheduling() -> list[str]:
    return [
        "## 3 Process overview and scheduling",
        prose(week),
        f"Phases of the code: {code(week.PHASES)}. Processes before opinion moves, in order: "
        f"{code(one.__name__ for one in load().before_opinion)}; after it: "
        f"{code(one.__name__ for one in load().after_opinion)}.",
    ]


def _concepts() -> list[str]:
    model = load()
    rivals = [one.id for one in model.rules.values() if one.rival_of]
    hidden = [one.name for one in model.world.values() if not one.known_to]
    estimated = [one.name for one in model.world.values() if one.estimated]
    concerns = {
        actor: dict.fromkeys(rule.concern for rule, _ in model.appraising(actor)) for actor in model.actors
    }
    return [
        "## 4 Design concepts",
        "### Theoretical and empirical background",
        f"{len(model.rules)} rules, each one claim of the article in our own words with its paragraphs; where a passage "
        f"can be read two ways, the other reading is a rival rule that is off unless a reading switches it on "
        f"({', '.join(rivals)}). States choose by quantal response, citizens move by social influence. "
        f"Grades of evidence of parameters: {_grades()}.",
        "### Individual decision-making",
        f"Each week a state appraises every option of every instrument and takes one with each. {said(decisions.Decision)} "
        f"{prose(decisions.Decision).partition(chr(10) * 2)[2]}",
        prose(decisions.chances),
        "Concerns by which they weigh:",
        table(("actor", "concerns"), [(actor, ", ".join(found)) for actor, found in concerns.items()]),
        "### Adaptation, objectives",
        "No actor optimises over a horizon: utility is what this week's perception gives. Citizens have no objectives; "
        "their opinions are pulled.",
        "### Learning",
        "Nobody learns: rules and weights do not change within a run. Habit and memory are variables of the world "
        f"({code(['words_memory', 'fighters_usual', 'troops_usual'])}).",
        "### Individual prediction",
        "None is explicit. Rules on expected costs stand for foresight (caution, cost of accommodation).",
        "### Individual sensing",
        "A state perceives its own record of last week's world. What is estimated comes with noise and late "
        f"(`perception_delay`): {code(estimated)}. Nobody perceives {code(hidden)}. A rule that reads what its actor "
        "cannot know does not load.",
        "### Interaction",
        "States meet only through the world: words, forces, contact, trade, people on the river. Contact takes two: the "
        "rung follows the lower readiness. Citizens follow their circles.",
        "### Collectives",
        "The Taliban's two wings share one decision, weighed by the pragmatists' share; citizens belong to regions whose "
        "means reach Dushanbe.",
        "### Heterogeneity",
        f"States differ in instruments, concerns and rules; citizens in {code(population.TRAITS)} and region.",
        "### Stochasticity",
        prose(randomness),
        f"Weekly draws of processes: {code(model.draws)}. Beside them, one Gumbel draw for each option, one normal draw for "
        "each estimate, one uniform draw for each event of a storyline.",
        "### Emergence",
        "Paths, ladders, opinion and debt follow from rules and processes. The thresholds of rungs, the order of classes "
        "and the outlook of Afghanistan (W4) are imposed.",
        "### Observation",
        "Every run leaves its outcomes and every change of rung; charted variables as quantiles by week: "
        f"{code(one.name for one in model.world.values() if one.chart)}. `panj explain` leaves every decision with all its "
        "products.",
    ]


def _grades() -> str:
    model = load()
    grades = [one.source.grade for one in model.parameters.values()]
    return ", ".join(f"{grades.count(g)} {g}" for g in ("article", "public", "literature", "judgement"))


def _start() -> list[str]:
    model = load()
    return [
        "## 5 Initialization",
        said(population.draw_society),
        "A scenario may set any value that is not computed; what it leaves out has the default. Studies draw from the "
        f"plausible range. {said(calibrated)}",
        table(
            ("variable", "at the start", "unit", "plausible", "source"),
            [
                (
                    f"`{one.name}`",
                    default(one),
                    one.unit,
                    f"{number(one.plausible[0])} to {number(one.plausible[1])}",
                    source(one.source),
                )
                for one in model.world.values()
                if not one.derived
            ],
            ("at the start",),
        ),
        "Computed from the first week on, 0 before, but for the means of opinion, which are those of the society, and for "
        "whole people:",
        formulas([("begin", begin)]),
        code(one.name for one in model.world.values() if one.derived) + ".",
        "Society:",
        regions(),
        formulas((name, one) for name, one in laws_of_society()),
    ]


def _inputs() -> list[str]:
    return [
        "## 6 Input data",
        "No time series drives a run. A storyline may hold events and commitments.",
        f"{prose(Event)}\n\n{prose(Commitment)}",
        prose(events).split("\n\nThese functions")[0],
    ]


def _submodels() -> list[str]:
    model = load()
    used = uses.of_parameters()
    parts = ["## 7 Submodels", "### Options"]
    parts.append(
        table(
            ("actor", "option", "what it is", "moves", "base", "¶"),
            [
                (
                    option.actor,
                    f"`{option.key}`",
                    option.meaning,
                    code(option.moves),
                    f"`{option.base}`",
                    marks(option.paragraphs),
                )
                for one in model.instruments
                for option in one.options[1:]
            ],
        )
    )
    parts += [
        formulas(
            (
                f"{option.actor} {option.key}" + ("" if function is option.function else ", open where"),
                function,
            )
            for one in model.instruments
            for option in one.options[1:]
            for function in (option.open_when, option.function)
            if function is not None
        ),
        "`hold`, on every instrument, leaves things as they are and has the standing utility `inertia`.",
        "### Rules",
        "An intensity times sizes: a push adds strength × weight × size × intensity to an option's utility, or strength × "
        "size × intensity to a drive.",
    ]
    rows = []
    for rule in model.rules.values():
        for clause in rule.clauses:
            pushed = ", ".join(
                f"`{one.target}` {'+' if one.sign > 0 else '−'}`{one.size}`" for one in clause.pushes
            )
            rows.append(
                (
                    rule.id,
                    marks(rule.paragraphs),
                    rule.claim,
                    f"`{clause.function.__name__}`: {said(clause.function)}",
                    code(clause.reads),
                    pushed,
                )
            )
    clauses = [
        (f"{rule.id} {one.function.__name__}", one.function)
        for rule in model.rules.values()
        for one in rule.clauses
    ]
    parts += [
        table(("rule", "¶", "claim", "clause", "reads", "pushes"), rows),
        NOTATION,
        formulas(clauses),
        "Perceiving:",
        *week_page.perceiving(),
        "Appraising and choosing:",
        *week_page.appraising(),
        *week_page.choosing(),
        "### Drives",
        table(
            ("drive", "meaning", "unit"), [(f"`{q.name}`", q.meaning, q.unit) for q in model.drives.values()]
        ),
        "### Processes",
        table(
            ("process", "what it does"),
            [(f"`{one.__name__}`", said(one)) for one in uses.processes()]
            + [("`opinion_week`", said(population.opinion_week))],
        ),
        formulas((one.__name__, one) for one in uses.processes()),
        "Functions in them:",
        formulas((signature(one), one) for one in helpers()),
        "Classes and outcomes:",
        formulas([("summarise", summarise), (signature(first_reached), first_reached)]),
        "Fading, each week:",
        *week_page.fading(),
        "### Parameters",
        table(
            ("parameter", "meaning", "unit", "default", "plausible", "used by", "source"),
            [
                (
                    f"`{one.name}`",
                    one.meaning,
                    one.unit,
                    default(one),
                    f"{number(one.plausible[0])} to {number(one.plausible[1])}",
                    "; ".join(used[one.name]) or "–",
                    source(one.source),
                )
                for one in model.parameters.values()
            ],
            ("default",),
        ),
        "### Constants",
        table(
            ("constant", "meaning", "unit", "value", "source"),
            [
                (f"`{name}`", one.meaning, one.unit, exact(float(one)), source(one.source))
                for name, one in model.constants.items()
            ],
            ("value",),
        ),
    ]
    return parts
