"""The command `panj`: each command is one call of a public function, and the printing of it.

Imports of the model and of everything that is slow to load stand inside the commands.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import re
import signal
import sys
import warnings
from collections.abc import Sequence
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
    NOT_HELD,
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
    Seed,
    Settings,
    Threads,
    Weeks,
    integer,
    print_json,
)
from sim.cli.outlook import check_observations, observed
from sim.cli.page import page
from sim.cli.state import Branch, FromState, SaveState, Until, check_options, from_state, save_state
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
    gc.set_threshold(200_000, 20, 20)  # what libraries build as they load stays; searching it is slow
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


def _scenario(
    name: str,
    settings: list[str] | None,
    weeks: int | None,
    citizens: int | None,
    reading: str | None = None,
) -> Scenario:
    import sim

    spec = sim.load_scenario(name, tuple(settings or ()))
    given = {"weeks": weeks, "citizens": citizens, "reading": reading}
    changes = {key: value for key, value in given.items() if value is not None}
    return spec.replace(**changes) if changes else spec


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
    from sim.views.pages.run import run_page, run_record

    if driver not in ("ensemble", "mesa"):
        raise ScenarioError(f"--driver: expected ensemble or mesa, found {driver!r}")
    check_options(context, until, save, state, branch)
    spec = _scenario(scenario, settings, weeks, citizens, reading)
    if until is not None and save is not None:
        with terminal.progress(2 * runs, quiet or as_json) as tick:
            save_state(spec, save, force, as_json, tick, to=until, runs=runs, seed=seed, threads=threads)
        return
    name = scenario if state is None else f"{Path(scenario).stem} from {state.stem} {branch}"
    folder = out or Path("results") / folder_name(name, spec, seed)
    _claim(folder, force)
    with terminal.progress(2 * runs, quiet or as_json) as tick:
        if state is not None:
            result = from_state(state, spec, branch=branch, threads=threads, progress=tick)
        else:
            result = sim.run(spec, runs=runs, seed=seed, threads=threads, driver=driver, progress=tick)
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
        spec = _scenario(str(scenario), settings, weeks, citizens)
        story = sim.trace(spec, replicate=replicate, seed=seed)
    if as_json:
        print_json(story.record(week))
    else:
        story.show(week, full)


@app.command(
    epilog="Examples: panj claims · panj claims --reading sincere · panj claims --ablation --out worth"
)
def claims(
    runs: Annotated[int, integer("N", "Pairs of each experiment.", 2)] = 400,
    seed: Seed = 0,
    reading: Reading = None,
    readings: Annotated[
        bool, typer.Option("--readings", help="Verdicts under every reading of the article instead.")
    ] = False,
    ablation: Annotated[
        bool,
        typer.Option(
            "--ablation", help="What each rule and paragraph is worth for clashes and talks instead."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="With --ablation: a folder for its pictures and its table."),
    ] = None,
    threads: Threads = None,
    full: Annotated[
        bool, typer.Option("--full", help="Effects with intervals and what each claim rests on as well.")
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check the article's causal claims on the model: verdict, and with --full effects and rules.

    Ends with exit code 1 when a claim fails. With --json: a list of objects with id, paragraphs, claim,
    kind, effect, low, high, verdict, killers and more.
    """
    from sim.views.pages.claims import claims_command

    if readings + ablation + (reading is not None and readings) > 1:
        raise ScenarioError(
            "panj claims: --readings, --ablation and --reading with --readings exclude each other"
        )
    if out is not None and not ablation:
        raise ScenarioError("panj claims: --out is for the pictures of --ablation; add that, or drop --out")
    if not claims_command(runs, seed, reading, readings, ablation, out, threads, full, as_json, quiet):
        raise typer.Exit(NOT_HELD)


@app.command(epilog="Example: panj check my-storyline.yaml")
def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A file of a scenario, an experiment or observations, or a shipped name.",
            autocompletion=completion.FILE,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Check a file of a scenario, an experiment or observations: tell it back, or say what to mend and where.

    Notes name what is possible and may not be meant: a value outside its plausible range, a change that
    drifts back or that another actor can undo, an event that can never happen, a class that is left out by
    definition.
    """
    import sim
    from sim.views import experiment, storyline, terminal

    spec = sim.check(file)
    if isinstance(spec, sim.Observations):
        check_observations(file, spec, as_json)
        return
    study, told = (None, spec) if isinstance(spec, sim.Scenario) else (spec, spec.alone())
    if as_json:
        notes = [*([] if study is None else experiment.notes(study)), *storyline.notes(told)]
        print_json({"file": file, "ok": True, "title": spec.title, "hash": spec.hash, "notes": notes})
        return
    width = terminal.console().width
    print(f"{file}: OK (hash {spec.hash[:8]})\n")
    if study is not None:
        print(f"{experiment.page(study, width)}\n\nThe storyline\n")
    print(storyline.page(told, width))


@app.command(epilog="Examples: panj rules D5 · panj rules remittances · panj rules 'quiet accommodation'")
def rules(
    words: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|WORD]",
            help="One rule in full by its id, or all that has these words in its name or text, "
            "the class or term of that name among it.",
            autocompletion=completion.RULE,
        ),
    ] = None,
    world: Annotated[bool, typer.Option("--world", help="Variables of the world instead.")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="Parameters instead.")] = False,
    as_json: Json = False,
) -> None:
    """Show rules with their claims and sources, one in full, or find rules, numbers and words by any word.

    With --json: a list of the rules, objects with id, paragraphs, claim, actor, concern, actions, sign
    (+1 or -1 for each action) and parameters; of the variables or parameters with --world or --parameters.
    """
    from sim.model.registry import load
    from sim.views import terminal
    from sim.views.pages import rules

    if world and parameters:
        raise ScenarioError("panj rules: --world and --parameters each show something else; take one")
    model = load()
    whole = rules.Matches(
        list(model.rules.values()), list(model.world.values()), list(model.parameters.values())
    )
    one = {key.lower(): rule for key, rule in model.rules.items()}.get((words or "").lower())
    found = whole if words is None else rules.matching(model, words)
    if world or parameters:
        quantities = found.world if world else found.parameters
        if not quantities:
            kind = "variable" if world else "parameter"
            raise ScenarioError(
                f"panj rules: no {kind} has {words!r} in its name or text; leave the flag out"
            )
        if as_json:
            print_json([rules.quantity_record(one) for one in quantities])
        else:
            title = "Variables of the world" if world else "Parameters"
            terminal.show(rules.quantity_list(title, quantities))
    elif as_json:
        print_json([rules.rule_record(rule) for rule in ([one] if one else found.rules)])
    elif one is not None:
        terminal.show(rules.rule_page(model, one))
    elif words is not None:
        terminal.show(rules.matches_page(words, found))
    else:
        terminal.show(rules.rule_list(found.rules))


@app.command(epilog="Example: panj scenarios --json")
def scenarios(as_json: Json = False) -> None:
    """List the shipped storylines."""
    import sim
    from sim.views import terminal
    from sim.views.pages import rules

    rows = sim.scenarios()
    if as_json:
        print_json([{key: row[key] for key in ("name", "title", "question")} for row in rows])
    else:
        terminal.show(rules.scenario_list(rows))


@app.command(epilog="Example: panj schema scenario > scenario.schema.json")
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="scenario, experiment or reading", autocompletion=completion.SCHEMA
        ),
    ] = "scenario",
) -> None:
    """Print the JSON Schema by which editors complete and check a file.

    Name it in the first line of a YAML file: # yaml-language-server: $schema=./scenario.schema.json
    Editors then complete names, show unit, range and source on hover, and mark mistakes.
    """
    import sim

    print_json(sim.schema(kind))


app.registered_commands += [
    command for part in (answers, new, observed, studies, why, page) for command in part.registered_commands
]
app.add_typer(ledger)
panels.group(app)
