"""What several commands share: options of the same name mean the same everywhere, and codes to leave with."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import completion

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario

DONE, NOT_HELD, WRONG_INPUT, SOME_FAILED, IO_FAILED, HELD = 0, 1, 2, 3, 74, 75
INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143


def print_json(data: Any) -> None:
    """Print data for machines, refusing what JSON has no word for."""
    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    print(json.dumps(data, ensure_ascii=plain, indent=2, allow_nan=False))


def digits(low: int, high: int = 10**18 - 1) -> Callable[[str], int]:
    """Return what reads a whole number within bounds: digits alone, as in files."""

    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", str(text), re.ASCII) or not low <= int(text) <= high:
            most = f" to {high}" if high <= 65535 else " of at most 18 digits" if len(text) > 18 else ""
            raise typer.BadParameter(f"expected a whole number from {low}{most}, found {str(text)[:60]!r}")
        return int(text)

    return read


def integer(metavar: str, words: str, low: int, high: int = 10**18 - 1) -> Any:
    """Return an option that takes a whole number within bounds."""
    return typer.Option(metavar=metavar, help=words, parser=digits(low, high))


def within_reach(place: Path | None) -> Path | None:
    """Refuse a place where nothing can be written, before anything is computed for it.

    Raises
    ------
    OSError
        What stands above it is no folder, or may not be written to.
    """
    if place is not None:
        above = next(one for one in (place.absolute(), *place.absolute().parents) if os.path.lexists(one))
        if not above.is_dir():
            if above != place.absolute():
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
            above = above.parent
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
    return place


def scenario_with(
    name: str,
    settings: list[str] | None = None,
    weeks: int | None = None,
    citizens: int | None = None,
    reading: str | None = None,
) -> Scenario:
    """Load a scenario, with what the options of a command set in it."""
    import sim

    spec = sim.load_scenario(name, tuple(settings or ()))
    given = {"weeks": weeks, "citizens": citizens, "reading": reading}
    changes = {key: value for key, value in given.items() if value is not None}
    return spec.replace(**changes) if changes else spec


Name = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="A shipped storyline or a YAML file.", autocompletion=completion.SCENARIO
    ),
]
Seed = Annotated[int, integer("N", "Seed of the random numbers.", 0)]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="A parameter or initial value; repeatable. panj rules WORD finds names.",
        autocompletion=completion.SETTING,
    ),
]
Weeks = Annotated[int | None, integer("N", "Length in weeks, instead of the file's.", 1)]
Citizens = Annotated[
    int | None, integer("N", "Number of citizens, instead of the file's; 0 is an average citizen.", 0)
]
Reading = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A way to read the article, with its rival rules, instead of the file's.",
        autocompletion=completion.READING,
    ),
]
Region = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Draw cases from this region, which panj calibrate left."),
]
Json = Annotated[bool, typer.Option("--json", help="Print data for machines instead of tables.")]
Brief = Annotated[bool, typer.Option("--brief", help="The finding and the first table alone.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks.")]
Threads = Annotated[int | None, integer("N", "Threads; default: all cores.", 1)]
Given = Annotated[
    str | None,
    typer.Option(
        metavar="CONDITION",
        help="Only runs that meet it: 'first_escalation_3 < 60 and first_rapprochement_3 = never'.",
    ),
]
