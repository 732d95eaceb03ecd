"""What was simulated, in words and as the file that does it again, as a section of a page."""

from __future__ import annotations

from sim.analysis.deciding.box_file import experiment_text, scenario_text
from sim.analysis.runs import Stored
from sim.model.registry import load
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.study.experiment.experiment import Experiment
from sim.study.experiment.loading import load_experiment
from sim.study.results.result import Result
from sim.study.results.study import Study
from sim.views import experiment as words
from sim.views import storyline
from sim.views.numbers import counted
from sim.views.report.parts import Fold, Grid, Heading, Part, Points, Text, grid


def simulated(runs: Stored) -> list[Part]:
    """Return the storyline in words, what happens, what may be chosen, how much was run, and the files."""
    spec = runs.source.spec if isinstance(runs.source, Result) else runs.source.experiment.alone()
    parts: list[Part] = [Text(storyline.extent(spec)), *_storyline(spec)]
    if isinstance(runs.source, Study):
        experiment = runs.source.experiment
        for heading, named in (
            ("What happens", experiment.conditions),
            ("What may be chosen", experiment.levers),
        ):
            for name in named:
                parts.append(Heading(f"{heading}: {name.replace('_', ' ')}"))
                alternatives = words.alternatives(experiment, name)
                parts.append(
                    Points(tuple(f"{one}: {' '.join(sentences)}" for one, sentences in alternatives))
                )
        if experiment.levers:
            parts += [Heading("What is better"), Points(tuple(words.goals(experiment)))]
    parts.append(Text(" ".join(_amount(runs))))
    return [*parts, *_files(runs.source)]


def _storyline(spec: Scenario) -> list[Part]:
    sentences = [
        *storyline.settings(spec),
        *(storyline.event(one) for one in spec.events),
        *(storyline.commitment(one) for one in spec.commitments),
    ]
    return (
        [Points(tuple(sentences))]
        if sentences
        else [Text("Nothing is set and no event is told beyond what the model holds.")]
    )


def _amount(runs: Stored) -> list[str]:
    """Return how much was run, how much of it failed, and on which chance."""
    if isinstance(runs.source, Result):
        result = runs.source
        sentences = [f"{counted(result.runs, 'run')} at the defaults."]
        if len(result.design):
            sentences.append(
                f"{counted(result.runs, 'run')} across plausible parameters: "
                f"{counted(len(result.design), 'case')} draw {len(result.design.columns) - 1} values."
            )
    else:
        study = runs.source
        sentences = [words.extent(study.experiment), f"{study.done:,} of {study.runs:,} runs are done."]
        if (region := study.experiment.region) is not None:
            sentences.append(
                f"Each case takes {counted(len(region.names), 'value')} from one point of a region: "
                f"{words.region_words(region.named)}."
            )
    if runs.condition is not None:
        counts = ", ".join(f"{len(part.rows):,} {part.name}" for part in runs.parts(runs.groups(runs.whole)))
        sentences.append(f"Only runs where {runs.condition}: {counts}.")
    if runs.failed:
        sentences.append(f"{counted(runs.failed, 'run')} failed and count nowhere.")
    return [*sentences, f"Seed {runs.seed}."]


def _files(source: Result | Study) -> list[Part]:
    """Return the files that were run, everything in them, folded."""
    if isinstance(source, Result):
        return [Fold("The storyline as a file, merged", (Text(scenario_text(source.spec), "code"),))]
    experiment = source.experiment
    folds: list[Part] = [Fold("The experiment as a file", (Text(experiment_text(experiment), "code"),))]
    for name, spec in experiment.scenarios.items():
        folds.append(Fold(f"The storyline {name} as a file, merged", (Text(scenario_text(spec), "code"),)))
    return folds


def again(source: Result | Study, folder: str) -> list[Part]:
    """Return the commands that make a result and its page again."""
    name = _shipped(source)
    given = "" if source.condition is None else f" --given {source.condition!r}"
    if isinstance(source, Study):
        hashed, file = source.experiment.hash, name or "experiment.yaml"
        command = f"panj sweep {file} --out {folder}"
        if source.experiment.region is not None:
            command += " --region region.json"
    else:
        hashed, file = source.spec.hash, name or "storyline.yaml"
        command = f"panj run {file} --runs {source.runs} --seed {source.seed} --out {folder}"
    where = (
        ""
        if name
        else f"{file} is the file under “What was simulated”, and a storyline it names lies beside it. "
    )
    versions = ", ".join(f"{key} {value}" for key, value in source.identity["versions"].items())
    words = f"{where}The same file (hash {hashed[:16]}) and versions give the same tables: {versions}."
    if isinstance(source, Result) and not source.identity["plausible"]:
        words += " Here they lack the part across plausible parameters."
    return [Text(f"{command}\npanj report {folder}{given}", "code"), Text(words, "note")]


def uncertain(experiment: Experiment) -> Grid:
    """Return what is uncertain in a sweep, with its law."""
    known = {**load().parameters, **load().world}
    lines = []
    for name, law in experiment.laws.items():
        ends = ", ".join(f"{one:g}" for one in law.numbers) or ", ".join(law.names)
        kind = "points of the region in" if name in experiment.regional else law.kind
        one = known.get(name)
        about = ("", "", "") if one is None else (one.unit, one.source.grade, one.meaning)
        lines.append((name, f"{kind} [{ends}]", *about))
    return grid("Each uncertain value with its law", ("name", "law", "unit", "grade", "meaning"), lines)


def _shipped(source: Result | Study) -> str | None:
    """Return the name of the shipped scenario or experiment that a result is of."""
    if isinstance(source, Study):
        known = {load_experiment(name).hash: name for name in catalogue.experiment_names()}
        return known.get(source.experiment.hash)
    return {load_scenario(name).hash: name for name in catalogue.names()}.get(source.spec.hash)
