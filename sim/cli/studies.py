"""Commands of studies; `sim.cli` takes them among its own."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import (
    HELD,
    NOT_HELD,
    SOME_FAILED,
    Brief,
    Given,
    Json,
    Quiet,
    Region,
    integer,
    print_json,
    within_reach,
)
from sim.errors import HeldError

studies = typer.Typer()


@studies.command(epilog="Example: panj sweep guarantee_hardship --out results/grid")
def sweep(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT",
            help="A shipped experiment or a YAML file.",
            autocompletion=completion.EXPERIMENT,
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            callback=within_reach,
            help="Its folder; default: one under results/, named by its hash.",
        ),
    ] = None,
    threads: Annotated[int | None, integer("N", "Threads in this process; default: all cores.", 1)] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask scheduler, like tcp://10.0.0.1:8786; whoever reaches it can run code here.",
        ),
    ] = None,
    workers: Annotated[int | None, integer("N", "Start so many worker processes here instead.", 1)] = None,
    share: Annotated[
        str | None,
        typer.Option(metavar="K/N", help="Every N-th block only, for array jobs on a shared folder."),
    ] = None,
    goal: Annotated[
        list[str] | None,
        typer.Option(
            metavar="GOAL",
            help="Instead of the file's goals; repeatable: 'minimise share(clashes, war) least 0.02'.",
        ),
    ] = None,
    region: Region = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it comes to: runs, time, memory, disk, one case.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run failed runs again, and only those.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Start anew where another study is; that one is kept beside it.")
    ] = False,
    yes: Annotated[
        bool,
        typer.Option("--yes", help="Do run more than a billion runs, or what is varied without effect."),
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Every class for every setting of the levers.")
    ] = False,
    brief: Brief = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run what is missing of an experiment; stopped at any moment, the same command carries on.

    Ctrl-C once finishes the blocks at hand, twice stops at once; either way nothing done is lost.
    """
    import sim
    from sim.study.experiment.loading import load_experiment
    from sim.study.sweep import sweep as module
    from sim.study.sweep.estimate import expected
    from sim.study.sweep.execute import Interrupted
    from sim.views import terminal
    from sim.views.pages.sweep import forecast, forecast_record, result, sweep_page, watching

    loaded = load_experiment(experiment, goals=goal or (), region=region)
    folder = out or Path("results") / module.folder_name(experiment, loaded)
    if dry_run:
        found = expected(loaded, threads)
        if as_json:
            print_json(forecast_record(found, str(folder)))
        else:
            terminal.show(forecast(found, str(folder)))
        return
    try:
        with watching(quiet or as_json) as board:
            study = sim.sweep(
                loaded,
                folder,
                threads=threads,
                scheduler=scheduler,
                workers=workers,
                share=share,
                force=force,
                retry_failed=retry_failed,
                yes=yes,
                watch=board,
            )
    except Interrupted as stopped:
        # Impatience changes nothing any more, and must not turn an orderly end into a death by signal.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print(f"panj: {stopped}", file=sys.stderr)
        raise typer.Exit(stopped.code) from None
    except HeldError as error:
        print(f"panj: {error}", file=sys.stderr)
        raise typer.Exit(HELD) from None
    if as_json:
        print_json(result(study))
    else:
        terminal.show(sweep_page(study, full), brief)
    if study.failed:
        if not quiet:
            print(
                f"panj: {study.failed} runs failed; the column 'failure' says where and why, "
                "--retry-failed runs them again",
                file=sys.stderr,
            )
        raise typer.Exit(SOME_FAILED)


@studies.command(epilog="Example: panj status results/grid --verify")
def status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a sweep.")],
    verify: Annotated[bool, typer.Option("--verify", help="Compare the checksum of every part.")] = False,
    as_json: Json = False,
) -> None:
    """Say how far a sweep is: done, failed, missing, rate, time left; checksums with --verify.

    Ends with exit code 1 when something is damaged, 3 when runs failed.
    """
    from sim.study.results.study import Study
    from sim.study.search.record import of_study
    from sim.views import terminal
    from sim.views.pages import search as searching
    from sim.views.pages.sweep import status, sweep_record

    if (search := of_study(folder)) is not None and search.unconfirmed:
        if as_json:
            print_json(searching.record_of(search))
        else:
            terminal.show(searching.status(search))
        return
    study = Study(folder)
    record = sweep_record(study, verify)
    if as_json:
        print_json(record)
    else:
        terminal.show(status(study, record))
    if record.get("damaged") or record.get("faults"):
        raise typer.Exit(NOT_HELD)
    if study.failed:
        raise typer.Exit(SOME_FAILED)


@studies.command(epilog="Example: panj pack results/grid -o grid.zip")
def pack(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A result folder.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where to; default: DIR.zip.")
    ] = None,
) -> None:
    """Write a result as one file for others: an RO-Crate with checksums, licence, environment and command."""
    import sim

    print(sim.pack(folder, out))


@studies.command(epilog="Example: panj unpack grid.zip --out results/received")
def unpack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that panj pack wrote.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to; default: named as the file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open a packed result, check every byte of it, and say what differs here from where it was made."""
    import sim

    crate = sim.unpack(file, out)
    if as_json:
        print_json({**vars(crate), "folder": str(crate.folder)})
        return
    print(f"{crate.folder}: every file has its checksum")
    for one in crate.differences or ("nothing differs here from where it was made",):
        print(one)
    print(f"made anew, beside the folder named result, by: {crate.command}")


@studies.command(epilog="Example: panj export results/grid --format csv")
def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A result folder.")],
    form: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="csv, parquet, netcdf or hub.",
            autocompletion=completion.FORMAT,
        ),
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to; default: export/ in the result folder.")
    ] = None,
    given: Given = None,
) -> None:
    """Write the tables of a result for other tools; text that a spreadsheet would run is made harmless."""
    import sim

    for path in sim.export(folder, form, out, given):
        print(path)
