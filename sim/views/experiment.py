"""An experiment told back in words: what happens, what may be chosen, what is wanted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.overruled import overruled, unused
from sim.study.experiment.search import Search
from sim.study.questions import estimand
from sim.views import storyline
from sim.views.numbers import counted

#: What an alternative is said to do that sets nothing.
NOTHING = "nothing beyond the storyline"


def page(experiment: Experiment, width: int) -> str:
    """Return the experiment as `panj check` prints it, before its storyline."""
    blocks = [experiment.title]
    if experiment.question:
        blocks.append(textwrap.fill(experiment.question, width))
    blocks.append(textwrap.fill(extent(experiment), width))
    for heading, named in (("Conditions", experiment.conditions), ("Levers", experiment.levers)):
        blocks += [f"{heading}: {name}\n{_listed(alternatives(experiment, name), width)}" for name in named]
    if experiment.levers or experiment.search:
        blocks.append(f"Goals\n{_listed([('', goals(experiment))], width)}")
    if remarks := list(notes(experiment)):
        blocks.append(f"Notes\n{_listed([('', remarks)], width)}")
    return "\n\n".join(blocks)


def extent(experiment: Experiment) -> str:
    """Return how cases are laid out, and how often each is run."""
    many = counted(len(experiment.laws), "uncertain value")
    if experiment.search is not None:
        return _search(experiment, experiment.search, many)
    settings = len(experiment.alternatives)
    each = f", {settings} settings of each point" if settings > 1 else ""
    return f"Design {experiment.method}: {many}{each}, {counted(experiment.replicates, 'run')} a case."


def region_words(named: Mapping[str, Any]) -> str:
    """Write which region cases come from, of what a result says of it."""
    title = named["observations"]["title"]
    return f"{named['hash'][:8]}, {counted(named['points'], 'point')}, calibrated on: {title}"


def _search(experiment: Experiment, search: Search, many: str) -> str:
    """Return what is looked for, on which cases, and how long."""
    tried = f"{counted(search.evaluations, 'candidate')} from each of {counted(search.seeds, 'seed')}"
    runs = counted(experiment.replicates, "run")
    if search.plan is None:
        return f"Looks for the worlds that do worst by the goals: {many}, {tried}, {runs} of each."
    whose = " and ".join(one.capitalize() for one in search.plan.actors)
    sights = ", ".join(search.plan.when)
    seen = f"once it sees {sights} above or below a level, or from the start" if sights else "from the start"
    judged = {"mean": "mean", "worst tenth": "mean of the worst tenth", "regret": "regret of the worst tenth"}
    by = judged[search.across.judged_by]
    return (
        f"Looks for a plan of {whose}, who may insist on {', '.join(search.plan.may)}, {seen}: {tried}, each "
        f"judged by the {by} over {counted(experiment.size or 1, 'case')} of {many}, {runs} a case; "
        f"confirmed on {counted(search.confirmed, 'fresh case')}."
    )


def alternatives(experiment: Experiment, name: str) -> list[tuple[str, list[str]]]:
    """Return the alternatives of a condition or lever, each with sentences on what it adds."""
    base = experiment.alone()
    return [
        (one, additions(base, experiment.alone({name: one})) or [f"{NOTHING}."])
        for one in experiment.pieces[name]
    ]


def additions(base: Scenario, spec: Scenario) -> list[str]:
    """Return what a storyline holds beyond the one that it is laid on, a sentence each."""
    before = {**base.world, **base.parameters}
    frame = [
        f"{name} is {getattr(spec, name)} instead of {getattr(base, name)}."
        for name in ("start", "weeks", "citizens", "reading", "rules")
        if getattr(spec, name) != getattr(base, name) and not (name == "rules" and spec.own_rules)
    ]
    new = spec.replace(
        world={name: value for name, value in spec.world.items() if before.get(name) != value},
        parameters={name: value for name, value in spec.parameters.items() if before.get(name) != value},
    )
    return [
        *frame,
        *storyline.settings(new),
        *(storyline.own_rule(one) for one in spec.own_rules if one not in base.own_rules),
        *(storyline.event(one) for one in spec.events if one not in base.events),
        *(storyline.commitment(one) for one in spec.commitments if one not in base.commitments),
    ]


def goals(experiment: Experiment) -> list[str]:
    """Return what the levers are judged by; that they are not where the file states nothing."""
    if not experiment.goals:
        return ["None is stated: levers are compared, and none is called better."]
    words = []
    for one in experiment.goals:
        asked = estimand(one.minimise or one.maximise or "")
        level = "the median over all cases" if one.enough is None else f"{one.enough:g}"
        counts = f"what counts: {one.least:g}" if experiment.search else f"good enough: {level}"
        words.append(f"{'Less' if one.minimise else 'More'} is better: {asked.label}; {counts}.")
    for limit in experiment.search.limits if experiment.search else ():
        ends = {"at least": limit.at_least, "at most": limit.at_most}
        bounds = " and ".join(f"{word} {end:g}" for word, end in ends.items() if end is not None)
        words.append(f"A bound: {estimand(str(limit.answer)).label} {bounds}.")
    return words


def notes(experiment: Experiment) -> Iterator[str]:
    """Yield what may not be meant: values without effect, and what each alternative brings in."""
    yield from (f"{one}." for one in (*overruled(experiment), *unused(experiment)))
    model = load()
    for name, quantity in {**model.world, **model.parameters}.items():
        low, high = experiment.laws[name].span if name in experiment.laws else quantity.plausible
        if away := storyline.outside(quantity, low, high):
            yield f"{name} is drawn from {low:g} to {high:g}, {away}."
    alone = set(storyline.notes(experiment.alone()))
    for name, named in experiment.pieces.items():
        for one in named:
            for words in storyline.notes(experiment.alone({name: one})):
                if words not in alone:
                    yield f"{name}, {one}: {words}"


def _listed(named: list[tuple[str, list[str]]], width: int) -> str:
    lines = []
    for name, sentences in named:
        for number, sentence in enumerate(sentences):
            first = f"{name}: " if name and not number else ""
            lines.append(
                textwrap.fill(
                    f"{first}{sentence}",
                    width,
                    initial_indent="    " if name and number else "  - ",
                    subsequent_indent="    ",
                )
            )
    return "\n".join(lines)
