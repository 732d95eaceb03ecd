"""Commands that say why, and that write down what the model is; `sim.cli` takes them among its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import (
    NOT_HELD,
    Brief,
    Json,
    Quiet,
    Reading,
    Seed,
    Threads,
    integer,
    print_json,
    within_reach,
)
from sim.errors import ScenarioError

why = typer.Typer()


@why.command(
    epilog="Examples: panj explain results/demo · panj explain results/demo --run 3 · panj explain "
    "results/demo --run 3 --actor dushanbe --why-not contact=warm · panj explain results/demo --run 3 "
    "--against 5:47"
)
def explain(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A result folder, of panj run or panj sweep.")
    ],
    run: Annotated[
        str | None,
        typer.Option(
            "--run",
            metavar="ID",
            help="CASE:REPLICATE, as in outcomes; a number alone is that replicate of case 0 (the defaults). "
            "Without it: one typical run of each class.",
        ),
    ] = None,
    week: Annotated[int | None, integer("W", "One week in full instead of the turning points.", 0)] = None,
    actor: Annotated[
        str | None,
        typer.Option(metavar="A", help="One actor alone, such as dushanbe.", autocompletion=completion.ACTOR),
    ] = None,
    why_not: Annotated[
        str | None,
        typer.Option(
            metavar="INSTRUMENT=OPTION",
            help="Why this was not taken, in --week or over the run.",
            autocompletion=completion.OPTION,
        ),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(metavar="ID2", help="Another run of the folder: where the two part, and why."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Whole stories, or every reason with its parameters.")
    ] = False,
    brief: Brief = False,
    as_json: Json = False,
) -> None:
    """Say why a stored run went as it went: turning points, rules for and against, paragraphs.

    The run is run again to the same numbers, with every decision on record. Without --run: the stories of
    typical runs, one for each class of paths.
    """
    import sim
    from sim.views import terminal
    from sim.views.one_run.brief import run_page, stories_page

    if brief and (week, why_not, against) != (None, None, None):
        raise ScenarioError(
            "panj explain: --brief lists turning points; drop it beside --week, --why-not or --against"
        )
    if run is None:
        if (week, actor, why_not, against) != (None, None, None, None):
            raise ScenarioError("panj explain: --week, --actor, --why-not and --against go with --run ID")
        tales = sim.stories(folder)
        if as_json:
            print_json(tales.record())
        elif brief:
            terminal.show(stories_page(tales))
        else:
            tales.show(full)
        return
    explanation = sim.explain(folder, run, week=week, actor=actor, why_not=why_not, against=against)
    if as_json:
        print_json(explanation.record())
    elif brief:
        terminal.show(run_page(explanation))
    else:
        explanation.show(full)


@why.command(
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
        typer.Option(
            metavar="DIR",
            callback=within_reach,
            help="With --ablation: a folder for its pictures and its table.",
        ),
    ] = None,
    threads: Threads = None,
    full: Annotated[
        bool, typer.Option("--full", help="Effects with intervals and what each claim rests on as well.")
    ] = False,
    brief: Brief = False,
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
    if not claims_command(runs, seed, reading, readings, ablation, out, threads, full, brief, as_json, quiet):
        raise typer.Exit(NOT_HELD)


@why.command(epilog="Example: panj odd --out ODD.md")
def odd(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write it there instead of printing it."),
    ] = None,
) -> None:
    """Write down the model by the ODD protocol, with ODD+D for human decisions, from the code itself."""
    from sim.study.files import DISK, put
    from sim.views.reference.odd import odd as page

    if out is None:
        print(page(), end="")
    else:
        put(DISK, {out: page().encode()})
