"""A run that is stopped on a day and goes on from a file: what `panj run` does with its options for that."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.options import integer, print_json, within_reach
from sim.errors import ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.study.results.result import Result

Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Stop with the week of this day; goes with --save-state."),
]
SaveState = Annotated[
    Path | None,
    typer.Option(
        "--save-state", metavar="FILE", callback=within_reach, help="Keep the runs as they then stand."
    ),
]
FromState = Annotated[
    Path | None,
    typer.Option("--from-state", metavar="FILE", help="Go on from such a file, under this scenario."),
]
Branch = Annotated[
    int, integer("N", "With --from-state: other chance from there on; 0 goes on with its own.", 0)
]


def check_options(
    context: typer.Context, until: str | None, save: Path | None, state: Path | None, branch: int
) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    ScenarioError
        Naming them.
    """
    if (until is None) != (save is None):
        raise ScenarioError("panj run: --until and --save-state go together; give both or neither")
    if state is None and branch:
        raise ScenarioError("panj run: --branch is for runs that go on; it needs --from-state FILE")
    settled = {
        "--from-state": ("until", "runs", "seed", "driver", "region") if state is not None else (),
        "--save-state": ("driver", "region") if save is not None else (),
    }
    for option, names in settled.items():
        for name in names:
            source = context.get_parameter_source(name)
            if source is not None and source.name == "COMMANDLINE":
                raise ScenarioError(f"panj run {option}: --{name} does not go with it; leave it out")


def save_state(spec: Scenario, path: Path, force: bool, as_json: bool, tick: Any, **options: Any) -> None:
    """Run a scenario up to a day, and leave the runs in a file.

    Raises
    ------
    ScenarioError
        The day is outside the scenario, or the file exists and `force` is not set.
    """
    import sim

    if path.exists() and not force:
        raise ScenarioError(f"{path} exists; replace it with --force, or name another file")
    state = sim.advance(spec, progress=tick, **options)
    state.save(path)
    if as_json:
        record = {"state": str(path), "date": state.date.isoformat(), "week": state.week, "runs": state.runs}
        print_json(record)
    else:
        print(
            f"{state.runs:,} runs a part stand at {state.date}, after week {state.week} of "
            f"{spec.weeks}: {path}\n"
            f"They go on with: panj run SCENARIO --from-state {path}"
        )


def from_state(path: Path, spec: Scenario, **options: Any) -> Result:
    """Let the runs of a file go on under a scenario."""
    import sim

    return sim.proceed(sim.Standing.read(path), spec, **options)
