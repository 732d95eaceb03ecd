"""What several commands share: options of the same name mean the same everywhere, and codes to leave with."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

DONE, NOT_HELD, WRONG_INPUT, SOME_FAILED, IO_FAILED, HELD = 0, 1, 2, 3, 74, 75
INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143


def print_json(data: Any) -> None:
    """Print data for machines, refusing what JSON has no word for."""
    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(data, ensure_ascii=plain, indent=2, allow_nan=False))


def complete_scenario(incomplete: str) -> list[str]:
    """Return the shipped storylines that begin so."""
    import sim

    return [row["name"] for row in sim.scenarios() if row["name"].startswith(incomplete)]


def complete_reading(incomplete: str) -> list[str]:
    """Return the readings that begin so."""
    from sim.scenario.catalogue import reading_names

    return [name for name in reading_names() if name.startswith(incomplete)]


def complete_rule(incomplete: str) -> list[str]:
    """Return the rules that begin so, in capitals or not."""
    import sim

    return [name for name in sim.rules if name.lower().startswith(incomplete.lower())]


def complete_experiment(incomplete: str) -> list[str]:
    """Return the shipped experiments that begin so."""
    from sim.scenario import catalogue

    return [name for name in catalogue.experiment_names() if name.startswith(incomplete)]


Name = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A shipped storyline or a YAML file.", autocompletion=complete_scenario
    ),
]
Seed = Annotated[
    int, typer.Option(metavar="N", help="Which stream of chance; 0 is one like any other.", min=0)
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter or initial value of its own; repeatable."),
]
Weeks = Annotated[
    int | None, typer.Option(metavar="N", help="Length in weeks, instead of the file's.", min=1)
]
Citizens = Annotated[
    int | None,
    typer.Option(metavar="N", help="Number of citizens, instead of the file's; 0 is the mean field.", min=0),
]
Reading = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A way to read the article, with its rival rules, instead of the file's.",
        autocompletion=complete_reading,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print data for machines instead of tables.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]
Threads = Annotated[int | None, typer.Option(metavar="N", help="Threads; default: all cores.", min=1)]
Given = Annotated[
    str | None,
    typer.Option(
        metavar="CONDITION",
        help="Only runs that meet it: 'first_escalation_3 < 60 and first_rapprochement_3 = never'.",
    ),
]
