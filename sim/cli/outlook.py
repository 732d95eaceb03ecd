"""Commands that begin with what was observed; `sim.cli` takes them among its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli import completion
from sim.cli.options import (
    NOT_HELD,
    Brief,
    Citizens,
    Json,
    Name,
    Quiet,
    Reading,
    Region,
    Seed,
    Threads,
    Weeks,
    integer,
    print_json,
    scenario_with,
    within_reach,
)

if TYPE_CHECKING:
    from sim.study.observed.schema import Observations

observed = typer.Typer()

Observed = Annotated[
    str, typer.Option(metavar="FILE", help="A file of observations, or 'record' for the shipped one.")
]


def check_observations(file: str, seen: Observations, as_json: bool) -> None:
    """Tell a file of observations back, in the order in which a filter meets them."""
    rows = sorted(seen.observed, key=lambda one: one.last)
    if as_json:
        print_json({"file": file, "ok": True, "title": seen.title, "observations": len(rows)})
        return
    print(f"{file}: OK\n\n{seen.title}: {len(rows)} observations to {rows[-1].last}\n")
    for one in rows:
        print(f"  {one.last}  {one.title}: {one.words}")


Particles = Annotated[int, integer("N", "Cases that run side by side.", 100)]


@observed.command(epilog="Example: panj outlook baseline --observed record --citizens 0")
def outlook(
    scenario: Name,
    file: Annotated[
        str | None,
        typer.Option(
            "--observed", metavar="FILE", help="A file of observations, or 'record' for the shipped one."
        ),
    ] = None,
    ahead: Annotated[
        int | None, integer("WEEKS", "Weeks after the last observation; default: to the end.", 0)
    ] = None,
    particles: Particles = 4000,
    seed: Seed = 0,
    readings: Annotated[
        bool, typer.Option("--readings", help="Let the reading of the article vary too.")
    ] = False,
    weeks: Weeks = None,
    citizens: Citizens = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", callback=within_reach, help="A folder for the picture of each variable observed."
        ),
    ] = None,
    region: Region = None,
    page: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", callback=within_reach, help="One page of HTML that says it all."
        ),
    ] = None,
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say what may come, given all that was observed: beside it what would be said without.

    Cases of the plausible region run side by side and count by how well they foresaw each observation. Where
    too few are left, nothing is said and the observation that did it is named.
    """
    import sim
    from sim.views import terminal
    from sim.views.pages.outlook import outlook_page
    from sim.views.plots.sheets import outlook as sheets
    from sim.views.report.outlook import report

    with terminal.progress(particles, quiet or as_json) as tick:
        found = sim.outlook(
            scenario_with(scenario, weeks=weeks, citizens=citizens),
            file,
            ahead=ahead,
            particles=particles,
            seed=seed,
            readings=readings,
            threads=threads,
            region=region,
            progress=tick,
        )
    drawn = [] if out is None else sheets.save(found, out)
    if page is not None:
        drawn.append(report(found, page))
    if as_json:
        print_json(found.record() | {"files": [str(one) for one in drawn]})
        return
    terminal.show(outlook_page(found))
    for path in drawn:
        print(path)


@observed.command(epilog="Example: panj calibrate baseline --targets targets.yaml -o region.json")
def calibrate(
    scenario: Name,
    targets: Annotated[
        str, typer.Option(metavar="FILE", help="A file of observations, or 'record' for the shipped one.")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", metavar="REGION", callback=within_reach, help="Where the region is written."
        ),
    ],
    points: Annotated[int, integer("N", "Points of each of three waves.", 100)] = 2048,
    seed: Seed = 0,
    weeks: Weeks = None,
    citizens: Citizens = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a region that exists.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rule out assumptions by what was observed, and leave the region that remains.

    Points of the plausible ranges are run; one whose runs lie more than three standard deviations from an
    observation is ruled out. panj run and panj outlook draw their cases from what remains with --region.
    """
    import sim
    from sim.errors import ScenarioError
    from sim.study.ensemble.region_file import save_points
    from sim.views import terminal
    from sim.views.pages.region import region_page

    if out.exists() and not force:
        raise ScenarioError(f"{out} exists; replace it with --force, or name another file with --out")
    if not out.absolute().parent.is_dir() or out.is_dir():
        raise ScenarioError(f"{out}: expected a file in a folder that exists; name another one with --out")
    found = sim.calibrate(
        scenario_with(scenario, weeks=weeks, citizens=citizens),
        targets,
        points=points,
        seed=seed,
        note=(lambda text: None) if quiet or as_json else (lambda text: print(text, file=sys.stderr)),
    )
    save_points(found, out)
    if as_json:
        print_json({**found.told, "region": found.hash, "points": len(found.cells), "file": str(out)})
        return
    terminal.show(region_page(found))
    print(out)


@observed.command(epilog="Example: panj evidence --observed record --rule D1 --rule D5")
def evidence(
    observed: Observed,
    scenario: Annotated[
        str,
        typer.Option(
            metavar="SCENARIO",
            help="A shipped storyline or a YAML file.",
            autocompletion=completion.SCENARIO,
        ),
    ] = "baseline",
    rule: Annotated[
        list[str] | None,
        typer.Option(
            "--rule",
            metavar="ID",
            help="Which; repeatable; default: all where no reading is named.",
            autocompletion=completion.RULE,
        ),
    ] = None,
    reading: Annotated[
        list[str] | None,
        typer.Option(
            "--reading",
            metavar="NAME",
            help="Another reading to set against the article as read; repeatable; default: all, if no rule.",
            autocompletion=completion.READING,
        ),
    ] = None,
    particles: Particles = 500,
    repeats: Annotated[int, integer("N", "Seeds, for the Monte Carlo error.", 2)] = 4,
    seed: Seed = 0,
    citizens: Citizens = None,
    threads: Threads = None,
    as_json: Json = False,
) -> None:
    """Say what a record says for or against each rule, and the article as read: against none, and others."""
    import sim
    from sim.views import terminal
    from sim.views.pages.evidence import evidence_page

    found = sim.evidence(
        scenario_with(scenario, citizens=citizens),
        observed,
        rules=rule,
        readings=reading,
        particles=particles,
        seed=seed,
        repeats=repeats,
        threads=threads,
    )
    if as_json:
        print_json(found.record())
    else:
        terminal.show(evidence_page(found))


@observed.command(epilog="Example: panj hindcast --runs 1000 --json")
def hindcast(
    runs: Annotated[int, integer("N", "Runs of each ensemble.", 10)] = 1000,
    seed: Seed = 0,
    reading: Reading = None,
    threads: Threads = None,
    full: Annotated[bool, typer.Option("--full", help="What every forecaster said as well.")] = False,
    rolling: Annotated[
        bool,
        typer.Option("--rolling", help="Outlooks at the end of each half-year instead, scored on the next."),
    ] = False,
    brief: Brief = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Hold the model against what happened after November 2021: a retrospective consistency check.

    Ends with exit code 1 when a check that was fixed beforehand does not hold. With --json: one object
    with questions (a list) and skill. With --rolling the runs are the particles of each outlook, and no
    check is fixed beforehand.
    """
    import sim
    from sim.views import terminal
    from sim.views.pages.evidence import rolling_page
    from sim.views.pages.hindcast import hindcast_page

    if rolling:
        spec = scenario_with("baseline", citizens=0, reading=reading)
        ahead = sim.rolling(spec, particles=runs, seed=seed, threads=threads)
        print_json(ahead.record()) if as_json else terminal.show(rolling_page(ahead), brief)
        return
    with terminal.progress(4 * runs, quiet or as_json) as tick:
        found = sim.hindcast(runs, seed, reading, threads=threads, progress=tick)
    if as_json:
        print_json(found.record())
    else:
        terminal.show(hindcast_page(found, full), brief)
    if not found.holds:
        raise typer.Exit(NOT_HELD)
