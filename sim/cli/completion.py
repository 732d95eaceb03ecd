"""What a shell completes: the closed lists behind options and arguments.

Every list is made when it is asked for, so that nothing slow loads before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import typer


def listed(choices: Callable[[], Iterable[str]]) -> Callable[[str], list[str]]:
    """Return the completion from a closed list, in capitals or not; after a comma, of the next item."""

    def complete(incomplete: str) -> list[str]:
        head, comma, last = incomplete.rpartition(",")
        return [f"{head}{comma}{one}" for one in choices() if one.lower().startswith(last.lower())]

    return complete


def of_study(choices: Callable[[typer.Context], Iterable[str]]) -> Callable[[typer.Context, str], list[str]]:
    """Return the completion from what a study holds whose folder was typed before; nothing where none is."""

    def complete(ctx: typer.Context, incomplete: str) -> list[str]:
        from sim.errors import PanjError

        try:
            return listed(lambda: choices(ctx))(incomplete)
        except (PanjError, OSError, KeyError):
            return []

    return complete


def _scenarios() -> Iterable[str]:
    import sim

    return [row["name"] for row in sim.scenarios()]


def _readings() -> Iterable[str]:
    from sim.scenario.catalogue import reading_names

    return reading_names()


def _experiments() -> Iterable[str]:
    from sim.scenario.catalogue import experiment_names

    return experiment_names()


def _rules() -> Iterable[str]:
    import sim

    return sim.rules


def _quantities() -> Iterable[str]:
    from sim.model.registry import load

    model = load()
    return sorted(name for name, one in {**model.parameters, **model.world}.items() if not one.derived)


def _actors() -> Iterable[str]:
    from sim.model.registry import load

    return load().actors


def _options() -> Iterable[str]:
    from sim.model.registry import load

    options = [option for instrument in load().instruments for option in instrument.options]
    return dict.fromkeys(f"{one.instrument}={one.name}" for one in options)


def _classes() -> Iterable[str]:
    from sim.model.outcomes import PATHS

    return PATHS


def _kinds() -> Iterable[str]:
    from sim.views.plots import KINDS

    return KINDS


def _forms() -> Iterable[str]:
    from sim.views.plots.files import FORMS

    return FORMS


def _formats() -> Iterable[str]:
    from sim.study.results.export import FORMATS

    return FORMATS


def _methods() -> Iterable[str]:
    from sim.analysis.deciding.indices import MAIN

    return MAIN


def _varied(ctx: typer.Context) -> Iterable[str]:
    from sim.analysis.runs import view
    from sim.study.results.loading import load_results

    runs = view(load_results(ctx.params["folder"]))
    return dict.fromkeys([runs.whole, *(["conditions"] if runs.conditions else []), "case", *runs.cases])


def _levers(ctx: typer.Context) -> Iterable[str]:
    from sim.study.results.study import Study

    levers = Study(ctx.params["folder"]).experiment.levers
    return [f"{name}={one}" for name, pieces in levers.items() for one in pieces]


def _conditions(ctx: typer.Context) -> Iterable[str]:
    from sim.study.experiment.loading import load_experiment
    from sim.study.results.study import Study

    if "scenario" in ctx.params:
        conditions = load_experiment(ctx.params["scenario"]).conditions
    else:
        conditions = Study(ctx.params["folder"]).experiment.conditions
    return [f"{name}={one}" for name, pieces in conditions.items() for one in pieces]


ACTOR = listed(_actors)
CLASS = listed(_classes)
CONDITION = of_study(_conditions)
DRIVER = listed(lambda: ("ensemble", "mesa"))
EXPERIMENT = listed(_experiments)
FILE = listed(lambda: [*_scenarios(), *_experiments()])
FORM = listed(_forms)
FORMAT = listed(_formats)
KIND = listed(_kinds)
LEVER = of_study(_levers)
METHOD = listed(_methods)
OPTION = listed(_options)
QUANTITY = listed(_quantities)
NEW = listed(lambda: ("scenario", "experiment", "observations", "rules", "package"))
READING = listed(_readings)
RULE = listed(lambda: [*_rules(), *_quantities()])
SCENARIO = listed(_scenarios)
SCHEMA = listed(lambda: ("scenario", "experiment", "reading", "observations"))
SETTING = listed(lambda: [f"{name}=" for name in _quantities()])
VARIED = of_study(_varied)
YES = listed(lambda: ("yes", "no"))
