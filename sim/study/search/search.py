"""From an experiment that searches to the one that confirms what was found."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray

from sim.errors import PanjError, ResultError, ScenarioError
from sim.model.registry import load
from sim.scenario.schema import Scenario
from sim.study.experiment.experiment import CHOICES, Experiment
from sim.study.experiment.search import Search
from sim.study.files import DISK, Disk, put
from sim.study.questions import estimand
from sim.study.search.front import thinned
from sim.study.search.generator import Generator
from sim.study.search.judging import answers, judged
from sim.study.search.record import STORYLINES, Evaluation, Record, excess, key, opened
from sim.study.search.spaces import MOST, Candidate, Space, parts, simpler, space
from sim.study.sweep.execute import Interrupted, Stop, Watch

Floats = NDArray[np.float64]


def searched(
    experiment: Experiment,
    folder: Path,
    *,
    watch: Watch,
    stop: Stop,
    threads: int | None = None,
    disk: Disk = DISK,
) -> Experiment:
    """Search, or go on with a search, and return the experiment that confirms its front.

    Parameters
    ----------
    folder
        Where its evaluations stand; held by the caller.

    Raises
    ------
    ScenarioError
        No candidate meets the constraints, or the library for it is not installed.
    ResultError
        The folder holds another search.
    Interrupted
        Asked to stop; what was judged is safe.
    """
    search = experiment.search
    assert search is not None
    record = opened(folder, experiment, disk)
    judge = Judge(experiment, threads)
    for seed in range(0 if record.complete else search.seeds):
        _one(record, judge, search, seed, watch, stop)

    def tried(candidate: Candidate) -> Evaluation:
        if stop.signal:
            raise Interrupted(stop.signal, len(record.rows), len(record.rows) + 1, "candidates")
        number = sum(seed == search.seeds for seed, _ in record.rows)
        record.add(made := judge.evaluation(search.seeds, number, candidate))
        return made

    found = front(record, tried)
    confirming = space(experiment).confirmation(found)
    put(disk, _storylines(folder, confirming, found, disk))
    return confirming


def front(record: Record, evaluate: Callable[[Candidate], Evaluation] | None = None) -> dict[str, Candidate]:
    """Return what no other candidate beats, by name: A, B, …, the best in the first goal first.

    Each plan stands as simple as it can be without losing as much in any goal as counts.

    Parameters
    ----------
    evaluate
        Judges a simpler plan that no row is of; default: there is none that would have to be.

    Raises
    ------
    ScenarioError
        No candidate meets the constraints.
    """
    rows, gain, least = record.gain()
    if not np.isfinite(gain).all(axis=1).any():
        failures = [one.failure for one in rows if one.failure]
        why = f"the first failed: {failures[0]}" if len(failures) == len(rows) else "loosen them"
        raise ScenarioError(f"none of {len(rows):,} candidates meets the constraints; {why}")
    sizes = np.array([parts(one.candidate) for one in rows])
    known = {one.key: one for one in record.rows.values()}

    def look(candidate: Candidate) -> Evaluation | None:
        if (name := key(candidate)) not in known and evaluate is not None:
            known[name] = evaluate(candidate)
        return known.get(name)

    best = [rows[one] for one in thinned(gain, least, sizes, MOST)]
    simple = [_simplified(record, one, least, look) for one in best]
    # As they are read back, whose keys have another order, so that what confirms them has one name.
    chosen = [json.loads(one) for one in dict.fromkeys(map(key, simple))]
    word = "plan" if record.experiment.search and record.experiment.search.plan else "world"
    # That nothing is done is there beside every plan anyway.
    return {
        f"{word} {letter}": one for letter, one in zip(ascii_uppercase, filter(None, chosen), strict=False)
    }


def _simplified(
    record: Record, best: Evaluation, least: Floats, look: Callable[[Candidate], Evaluation | None]
) -> Candidate:
    """Take from a plan what can be taken while it loses less than counts in every goal."""
    worst = record.gains(best) - least
    plan = best.candidate
    while True:
        for one in simpler(plan):
            found = look(one)
            if found is not None and (record.gains(found) > worst).all():
                plan = one
                break
        else:
            return plan


class Judge:
    """Runs candidates on the same cases and chance, equal ones once."""

    def __init__(self, experiment: Experiment, threads: int | None) -> None:
        assert experiment.search is not None
        self.experiment, self.search, self.threads = experiment, experiment.search, threads
        self.space: Space = space(experiment)
        self.goals = [estimand(one.question) for one in self.search.goals]
        self.limits = [estimand(str(one.answer)) for one in self.search.limits]
        self.known: dict[str, Evaluation] = {}
        self.best: list[Floats | None] = [None] * len(self.goals)
        if self.search.across.judged_by == "regret":
            self.best = self._best()

    def _best(self) -> list[Floats | None]:
        """Return (cases,) the best answer of the plain plans to each goal."""
        plain = [self.space.candidate(one) for one in self.space.plain()]
        every = np.array([answers(self.space.cases(one), self.goals, self.threads) for one in plain])
        signs = [one.better for one in self.search.goals]
        return [sign * np.nanmax(sign * every[:, k], axis=0) for k, sign in enumerate(signs)]

    def evaluation(self, seed: int, number: int, candidate: Candidate) -> Evaluation:
        """Return a candidate judged; why not, where it could not be run."""
        made = Evaluation(seed, number, candidate, (), ())
        if (same := self.known.get(made.key)) is not None:
            return Evaluation(seed, number, candidate, same.judged, same.limits, same.failure)
        try:
            found = answers(self.space.cases(candidate), [*self.goals, *self.limits], self.threads)
        except PanjError as error:
            return Evaluation(seed, number, candidate, (), (), str(error)[:500])
        counted = tuple(
            judged(values, goal.better, self.search.across.judged_by, best)
            for values, goal, best in zip(found, self.search.goals, self.best, strict=False)
        )
        means = tuple(judged(values, 1, "mean") for values in found[len(self.goals) :])
        if not np.isfinite(counted + means).all():
            return Evaluation(seed, number, candidate, (), (), "every run of it failed")
        return Evaluation(seed, number, candidate, counted, means)


def _one(record: Record, judge: Judge, search: Search, seed: int, watch: Watch, stop: Stop) -> None:
    """Carry on the search of one seed to its end."""
    first = np.array(judge.space.plain())
    generator = Generator(first, len(judge.goals), len(judge.limits), search.population, seed)
    number = 0
    while number < search.evaluations:
        asked = generator.ask()
        if not len(asked):
            return
        told = []
        for genes in asked:
            candidate = judge.space.candidate(genes)
            one = record.rows.get((seed, number))
            if one is None:
                if stop.signal:
                    wanted = search.evaluations * search.seeds
                    raise Interrupted(stop.signal, len(record.rows), wanted, "candidates")
                one = judge.evaluation(seed, number, candidate)
                record.add(one)
                watch.evaluations(len(record.rows), search.evaluations * search.seeds)
            elif one.candidate != candidate:
                raise ResultError(
                    f"{record.folder}: evaluation {number} of seed {seed} is of another candidate than the "
                    "search would try; it was altered, so start anew with --force"
                )
            judge.known.setdefault(one.key, one)
            told.append(one)
            number += 1
            if number == search.evaluations:
                return
        signs = -search.sign * np.array([one.better for one in search.goals])
        costs = np.array([signs * np.array(one.judged or (np.nan,) * len(signs)) for one in told])
        bounds = [excess(judge.experiment, one.limits or (0.0,) * len(judge.limits)) for one in told]
        generator.tell(costs, np.array(bounds).reshape(len(told), -1))


def _storylines(
    folder: Path, confirming: Experiment, found: Mapping[str, Candidate], disk: Disk
) -> dict[Path, bytes]:
    """Return a storyline for each plan or world of a front, by its path."""
    place = folder / STORYLINES
    disk.make_folder(place)
    made = {}
    for name, candidate in found.items():
        spec = _world(confirming, candidate) if confirming.table else _plan(confirming, name)
        spec = spec.replace(title=f"{confirming.title}: {name}"[:200], question=confirming.question)
        made[place / f"{name.replace(' ', '-')}.yaml"] = _written(spec)
    return made


def _plan(confirming: Experiment, name: str) -> Scenario:
    return confirming.variant(confirming.choices()[0], (name,))


def _world(confirming: Experiment, candidate: Candidate) -> Scenario:
    choice = tuple(str(candidate.get(one, "")) for one in CHOICES)
    parameters = load().parameters
    values = {name: value for name, value in candidate.items() if name not in CHOICES}
    return confirming.variant(choice, ()).replace(
        parameters={name: value for name, value in values.items() if name in parameters},
        world={name: value for name, value in values.items() if name not in parameters},
    )


def _written(spec: Scenario) -> bytes:
    """Return a storyline as a file says it."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump({"panj": 1, "title": spec.title, "question": spec.question, **spec.canonical}, stream)
    return stream.getvalue()
