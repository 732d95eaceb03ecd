"""Commands that ask questions of scenarios and studies; `sim.cli` takes them among its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import (
    Brief,
    Given,
    Json,
    Quiet,
    Seed,
    Threads,
    integer,
    within_reach,
)
from sim.errors import ScenarioError

answers = typer.Typer()

Forms = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMS",
        help="Of png, svg, pdf; several with commas.",
        autocompletion=completion.FORM,
    ),
]


def named(given: str) -> list[str]:
    """Take apart what stands between commas."""
    return [one.strip() for one in given.split(",") if one.strip()]


@answers.command(epilog="Example: panj compare baseline thin_guarantee --runs 400")
def compare(
    first: Annotated[
        str,
        typer.Argument(metavar="A", help="A storyline or a YAML file.", autocompletion=completion.SCENARIO),
    ],
    second: Annotated[
        str, typer.Argument(metavar="B", help="Another one.", autocompletion=completion.SCENARIO)
    ],
    runs: Annotated[int, integer("N", "Pairs of runs.", 2)] = 1000,
    seed: Seed = 0,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            callback=within_reach,
            help="A folder for the pictures of flows and effects and their tables.",
        ),
    ] = None,
    form: Forms = "png,svg",
    full: Annotated[bool, typer.Option("--full", help="Every flow from class to class as well.")] = False,
    brief: Brief = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run two scenarios with the same random draws: what differs in the files, in the outcomes, and why.

    Effects are given across plausible parameters, then at the defaults.

    With --json: one object with differences, flows, flips, effects and the median run.
    """
    from sim.views.pages.compare import compare_command

    compare_command(first, second, runs, seed, threads, out, named(form), full, brief, as_json, quiet)


Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The result folder of a sweep.")]
Conditions = Annotated[
    list[str] | None,
    typer.Option(
        metavar="CONDITION=NAME",
        help="Given which alternative of a condition; repeatable; default: the first of each.",
        autocompletion=completion.CONDITION,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace files that exist.")]


@answers.command(
    epilog='Example: panj discover results/clashes --where "share(clashes, fighting, war) > 0.1" -o box.yaml'
)
def discover(
    folder: Folder,
    where: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help="A condition on cases, of share(class, …), mean(outcome) and weeks(first_…), "
            "compared with numbers and joined by and, or, not.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            callback=within_reach,
            help="Write the first box as an experiment file.",
        ),
    ] = None,
    given: Given = None,
    condition: Conditions = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Find the conditions under which it happens: boxes by PRIM, a tree by CART, how sure they are.

    Running the file that -o writes asks the same of fresh points and fresh chance.
    """
    from sim.views.pages.discover import discover_command

    discover_command(folder, where, given, condition or [], out, force, as_json)


@answers.command(
    epilog="Example: panj sensitivity results/clashes --estimand 'weeks(first_escalation_3)' --method pawn"
)
def sensitivity(
    folder: Folder,
    estimand: Annotated[
        str,
        typer.Option(
            metavar="QUESTION",
            help="What is asked of a case: share(class, …), mean(outcome) or weeks(first_…).",
        ),
    ] = "share(war, fighting, fight and talk, clashes)",
    method: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="sobol, morris, pawn or delta; default: what suits the design.",
            autocompletion=completion.METHOD,
        ),
    ] = None,
    lever: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LEVER=NAME",
            help="Under which alternative; repeatable; default: the first of each.",
            autocompletion=completion.LEVER,
        ),
    ] = None,
    condition: Conditions = None,
    full: Annotated[bool, typer.Option("--full", help="Every index, not only the clear ones.")] = False,
    brief: Brief = False,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print all indices as CSV.")] = False,
) -> None:
    """Say which uncertainties decide an answer, how sure that is, and what chance alone does.

    A dummy that does nothing stands in every table: what does not rise above it may be noise.
    """
    from sim.views.pages.sensitivity import sensitivity_command

    sensitivity_command(folder, estimand, method, lever or [], condition or [], full, brief, as_json, as_csv)


@answers.command(epilog="Example: panj report results/demo -o page.html")
def report(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A result folder, of panj run or panj sweep.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            callback=within_reach,
            help="The page; default: report.html in the folder.",
        ),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="For a sweep: what boxes are drawn for; default: clashes or worse in more than a tenth.",
        ),
    ] = None,
    given: Given = None,
) -> None:
    """Write one page of HTML with the answer, the pictures and how to make it again; it fetches nothing."""
    import sim

    print(sim.report(folder, out, where=where, given=given))


@answers.command(epilog="Example: panj tip baseline --toward clashes --above 20% --out tips")
def tip(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar="SCENARIO",
            help="A shipped storyline or a YAML file; an experiment for its scenario and conditions.",
            autocompletion=completion.FILE,
        ),
    ],
    toward: Annotated[
        str,
        typer.Option(
            metavar="CLASS",
            help="A class to end in; clashes is clashes or worse.",
            autocompletion=completion.CLASS,
        ),
    ],
    above: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Share of runs it must exceed; default: be the likeliest end."),
    ] = None,
    runs: Annotated[int, integer("N", "Runs of every world tried.", 10)] = 200,
    seed: Seed = 0,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="NAME",
            help="A value that may change; repeatable; default: all.",
            autocompletion=completion.QUANTITY,
        ),
    ] = None,
    levers_only: Annotated[
        bool, typer.Option("--levers-only", help="Try commitments alone, and no value.")
    ] = False,
    condition: Conditions = None,
    citizens: Annotated[
        int | None, integer("N", "Number of citizens, instead of the file's; 0 is quickest.", 0)
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", callback=within_reach, help="A folder for a storyline of each change found."
        ),
    ] = None,
    force: Force = False,
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Find what tips a scenario: one commitment of an actor, the smallest change of one value or of two."""
    from sim.views.pages.tip import goal_of, scenario_of, tip_command

    spec = scenario_of(scenario, condition or [])
    if citizens is not None:
        spec = spec.replace(citizens=citizens)
    goal = goal_of(above)
    tip_command(
        spec, scenario, toward, goal, runs, seed, only, levers_only, out, force, threads, as_json, quiet
    )


@answers.command(epilog="Example: panj plot results/demo --kind paths --kind fan --format pdf --data")
def plot(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Of panj run or of panj sweep.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Which picture; repeatable; default: those that suit. paths, joint, ladders, incidence, "
            "orders, null (the null model beside the model; runs it); of an ensemble also fan; of a sweep "
            "also shares, sources, bands, effects, flows, ridges, ternary, map, drivers, boxes, tradeoff; "
            "of a search also front, pathways, progress.",
            autocompletion=completion.KIND,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", callback=within_reach, help="Where to put them; default: the result folder."
        ),
    ] = None,
    form: Forms = "png,svg",
    data: Annotated[bool, typer.Option("--data", help="The numbers behind each as CSV beside it.")] = False,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Groups to show: levers (of a sweep), parts (of an ensemble), case, or what varies.",
            autocompletion=completion.VARIED,
        ),
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="CONDITION", help="For a sweep: what boxes are drawn for.")
    ] = None,
    given: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Only runs that meet it, like 'first_escalation_3 < 60'; pictures go into a folder given/.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Draw the pictures of a result folder, an ensemble's or a sweep's."""
    import sim
    from sim.views.plots import saving

    pictures = saving.save(
        sim.load_results(folder, given),
        out or (folder / "given" if given else folder),
        kind,
        forms=named(form),
        numbers=data,
        by=by,
        where=where,
        source=str(folder),
    )
    if not pictures:
        raise ScenarioError(f"{folder}: none of the usual pictures has anything to show; no run is valid yet")
    for path in pictures:
        print(path)
