"""Varied values without effect, because something else decides the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sim.scenario.readings import reading
from sim.scenario.schema import Event, Scenario
from sim.scenario.values import week_of
from sim.study.experiment.experiment import CHOICES, Experiment


def overruled(experiment: Experiment) -> list[str]:
    """Say which varied values cannot do what they are varied for, a sentence each.

    An event that sets the same thing in the first week lies on top of it, from then on or for the whole run;
    among readings that are compared, a value that one of them sets is the same in all once it is varied.
    """
    varied = [name for name in experiment.laws if name not in CHOICES]
    found: dict[str, str] = {}
    for choice, setting in product(experiment.choices(), experiment.alternatives):
        spec = experiment.variant(choice, setting)
        for event in spec.events:
            for name in _set_at_once(event, spec):
                if name in varied:
                    place = " / ".join(one for one in (*choice, *setting) if one) or spec.title
                    found.setdefault(
                        name,
                        f"{name} is varied, but the event {event.name!r} sets it in the first week "
                        f"({place}), so what is drawn has no effect from then on; drop one of the two",
                    )
    if "reading" in experiment.laws:
        for one in experiment.laws["reading"].names:
            for name in reading(one).parameters:
                if name in varied:
                    found.setdefault(
                        name,
                        f"{name} is varied, and the reading {one!r} sets it, so in that respect all readings "
                        "are the same; drop one of the two",
                    )
    return list(found.values())


def unused(experiment: Experiment) -> list[str]:
    """Say which values of a storyline or its reading are never used because they are varied."""
    return list(dict.fromkeys(_unused(experiment)))


def _unused(experiment: Experiment) -> Iterator[str]:
    for title, spec in experiment.scenarios.items():
        read = reading(spec.reading).parameters if spec.reading is not None else {}
        for name, value in {**read, **spec.parameters, **spec.world}.items():
            if name in experiment.laws:
                yield f"{name} is varied, so the {value:g} of {title} is never used"


def _set_at_once(event: Event, spec: Scenario) -> Iterator[str]:
    """Yield what an event sets from the first week on, to stay or to the end."""
    if event.on is None or week_of(spec.start, event.on) > 1 or 0 < event.lasts < spec.weeks:
        return
    for name, change in event.change.items():
        first = min(change.path) if change.path else None
        if change.set is not None or (first is not None and week_of(spec.start, first) <= 1):
            yield name
