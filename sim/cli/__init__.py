"""The command `panj`: each command is one call of a public function, and the printing of it.

Imports of the model and of everything that is slow to load stand inside the commands.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import os
import re
import signal
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sim.cli import completion, panels, streams
from sim.cli.answers import answers
from sim.cli.ledger import ledger
from sim.cli.new import new
from sim.cli.options import (
    DONE,
    INTERRUPTED,
    IO_FAILED,
    SOME_FAILED,
    TERMINATED,
    UNREAD,
    WRONG_INPUT,
    Brief,
    Citizens,
    Json,
    Name,
    Quiet,
    Reading,
    Region,
    Seed,
    Settings,
    Threads,
    Weeks,
    integer,
    print_json,
    scenario_with,
    within_reach,
)
from sim.cli.outlook import observed
from sim.cli.page import page
from sim.cli.state import Branch, FromState, SaveState, Until, check_options, from_state, save_state
from sim.cli.storylines import storylines
from sim.cli.studies import studies
from sim.cli.why import why
from sim.errors import IncompleteWarning, PanjError, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

app = typer.Typer(
    name="panj",
    help="When does Dushanbe's hard line on the Taliban tip into escalation, when does it slide into "
    "rapprochement, and what changes the odds? Answers are distributions under stated assumptions.",
    epilog="Start with: panj run baseline",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave with its exit code; no foreseen error shows a traceback."""
    streams.prepare()
    signal.signal(signal.SIGTERM, _terminated)
    warnings.simplefilter("always", IncompleteWarning)
    warnings.showwarning = _warned
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no large matrices here, and its idle threads spin
    gc.set_threshold(500_000, 20, 20)  # what libraries build as they load stays; searching it is slow
    atexit.register(gc.freeze)  # nor is it worth a search, object by object, as the process ends
    try:
        app(args=None if arguments is None else list(arguments), prog_name="panj")
    except PanjError as error:
        _leave(str(error), WRONG_INPUT)
    except BrokenPipeError:
        _unread()
    except OSError as error:
        closed = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        hint = "; name a place that can be written to with --out or -o" if closed else ""
        _leave(f"reading or writing failed: {error}{hint}", IO_FAILED)
    except SystemExit:
        if type(sys.stdout).__name__.endswith("PacifyFlushWrapper"):  # typer's mark of a pipe nobody reads
            _unread()
        raise
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _leave("interrupted", INTERRUPTED)
    sys.exit(DONE)


def _warned(message: Warning | str, category: type[Warning], *place: Any, **_: Any) -> None:
    if issubclass(category, IncompleteWarning):
        print(f"panj: {message}", file=sys.stderr)
    else:
        _SHOW(message, category, *place)


_SHOW = warnings.showwarning


def _terminated(*_: object) -> NoReturn:
    raise SystemExit(TERMINATED)


def _unread() -> NoReturn:
    """Leave as other programs do whose reader has gone, without a word."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing is left to fail when the process ends
    sys.exit(UNREAD)


def _leave(message: str, code: int) -> NoReturn:
    print(f"panj: {message}", file=sys.stderr)
    sys.exit(code)


def _remark(message: str, quiet: bool = False) -> None:
    if not quiet:
        print(message, file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        import sim

        print(f"panj {sim.__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: panj run baseline --runs 200 --set audience_cost=0.2")
def run(
    context: typer.Context,
    scenario: Name,
    runs: Annotated[int, integer("N", "Runs at the defaults, and as many across the ranges.", 1)] = 1000,
    seed: Seed = 0,
    settings: Settings = None,
    reading: Reading = None,
    weeks: Weeks = None,
    citizens: Citizens = None,
    region: Region = None,
    driver: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="ensemble (compiled) or mesa (slow, the same numbers).",
            autocompletion=completion.DRIVER,
        ),
    ] = "ensemble",
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            callback=within_reach,
            help="Folder for the results; default: one under results/, named by scenario, hash and seed.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a result folder that exists.")] = False,
    plots: Annotated[bool, typer.Option("--plots/--no-plots", help="Draw pictures into the folder.")] = True,
    full: Annotated[
        bool, typer.Option("--full", help="All tables: deadly clashes, readings, ladders, other orders.")
    ] = False,
    brief: Brief = False,
    until: Until = None,
    save: SaveState = None,
    state: FromState = None,
    branch: Branch = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run an ensemble: the distribution over paths, first across plausible parameters, then at the defaults.

    The range across plausible parameters says what the assumptions leave open; the interval at the
    defaults only what more runs would settle. With --until and --save-state the runs stop on a day and are
    kept; --from-state goes on from there, under this scenario or another with the same past.
    """
    import sim
    from sim.views import terminal
    from sim.views.pages.run import FIRST, first_look, run_page, run_record

    if driver not in ("ensemble", "mesa"):
        raise ScenarioError(f"--driver: expected ensemble or mesa, found {driver!r}")
    check_options(context, until, save, state, branch)
    spec = scenario_with(scenario, settings, weeks, citizens, reading)
    if until is not None and save is not None:
        with terminal.progress(2 * runs, quiet or as_json) as tick:
            save_state(spec, save, force, as_json, tick, to=until, runs=runs, seed=seed, threads=threads)
        return
    name = scenario if state is None else f"{Path(scenario).stem} from {state.stem} {branch}"
    if region is not None:
        name = f"{Path(scenario).stem} in {region.stem}"
    folder = out or Path("results") / folder_name(name, spec, seed)
    _claim(folder, force)
    first = None
    if state is None and driver == "ensemble" and runs > FIRST:
        first = partial(first_look, spec, runs, seed, threads)
    with terminal.progress(2 * runs, quiet or as_json, first) as tick:
        if state is not None:
            result = from_state(state, spec, branch=branch, threads=threads, progress=tick)
        else:
            result = sim.run(
                spec, runs=runs, seed=seed, threads=threads, driver=driver, progress=tick, region=region
            )
    result.save(folder, force=force)
    pictures = _draw(result, folder) if plots else []
    if as_json:
        print_json(run_record(result, folder, pictures))
    else:
        terminal.show(run_page(result, folder, pictures, full), brief)
    failed = result.failed
    if failed:
        _remark(f"panj: {failed} runs failed; the column 'failure' of outcomes.parquet says where and why")
        raise typer.Exit(SOME_FAILED)


def folder_name(scenario: str, spec: Scenario, seed: int) -> str:
    """Return the name of a result folder, like `baseline-1a2b3c4d-s0`: of what was asked, hash and seed."""
    stem = re.sub(r"[^a-z0-9]+", "-", Path(scenario).stem.lower()).strip("-")[:40].strip("-")
    return f"{stem or 'scenario'}-{spec.hash[:8]}-s{seed}"


def _claim(folder: Path, force: bool) -> None:
    """Refuse, before anything runs, a folder whose content would be lost."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / "result.json").is_file():
        raise ScenarioError(
            f"{folder} exists and is no result folder, so it is left alone; name another one with --out"
        )
    if not force:
        raise ScenarioError(
            f"{folder} already holds a result; look at it with 'panj plot {folder}', "
            "replace it with --force, or name another folder with --out"
        )


def _draw(result: Any, folder: Path) -> list[Path]:
    from sim.views import plots

    return plots.save(result, folder)


@app.command(epilog="Example: panj trace baseline --replicate 17 --week 12")
def trace(
    scenario: Annotated[
        str | None,
        typer.Argument(
            metavar="[SCENARIO]",
            help="A shipped storyline or a YAML file; left out with --from.",
            autocompletion=completion.SCENARIO,
        ),
    ] = None,
    replicate: Annotated[int, integer("K", "Which run of the ensemble: its number.", 0)] = 0,
    seed: Seed = 0,
    settings: Settings = None,
    weeks: Weeks = None,
    citizens: Citizens = None,
    week: Annotated[
        int | None, integer("W", "One week in full: every choice with its table, cell by cell.", 1)
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--from", metavar="DIR", help="Replay a run of this result folder instead.")
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--run", metavar="ID", help="Which run of it: CASE:REPLICATE, as in outcomes."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Choices with their reasons, states, rules as well.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell one run week by week: events, clashes, moves of the ladders; with --full who chose what, and why.

    With --from and --run: that run of a stored result or sweep, also one that failed.
    """
    import sim
    from sim.study.results import names as which

    if (folder is None) != (name is None) or (folder is None) == (scenario is None):
        raise ScenarioError("panj trace: expected a scenario, or --from DIR with --run ID")
    if folder is not None and name is not None:
        if replicate or seed or settings or weeks or citizens is not None:
            raise ScenarioError("panj trace --from: the run is as it was made; leave other settings out")
        run = which.find(which.opened(folder), name)
        story = sim.trace(run.spec, run.replicate, run.seed, run.row)
        which.agree(run, story.model.outcome)
    else:
        spec = scenario_with(str(scenario), settings, weeks, citizens)
        story = sim.trace(spec, replicate=replicate, seed=seed)
    if as_json:
        print_json(story.record(week))
    else:
        story.show(week, full)


app.registered_commands += [
    command
    for part in (answers, new, observed, storylines, studies, why, page)
    for command in part.registered_commands
]
app.add_typer(ledger)
panels.group(app)
