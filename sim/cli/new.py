"""The command that writes a file or package to begin with; `sim.cli` takes it into its own list."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.errors import ScenarioError
from sim.study.files import DISK, put

new = typer.Typer()

#: What a template may be, and the command that checks it.
KINDS = {
    "scenario": "panj check {0}",
    "experiment": "panj check {0}",
    "observations": "panj check {0}",
    "rules": "panj rules X1 --rules {0}",
    "package": "panj rules X1 --rules {0}",
}


@new.command(name="new", epilog="Examples: panj new scenario my-storyline · panj new rules my-claim")
def write(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="scenario, experiment, observations, rules or package",
            autocompletion=completion.NEW,
        ),
    ],
    name: Annotated[
        str, typer.Argument(metavar="FILE", help="Name of the file, or of the package and its folder.")
    ],
) -> None:
    """Write a file to begin with, with comments that teach; it is right as it is.

    A scenario, an experiment, observations or rules are one YAML file in this folder; a package is a
    folder with rules as code, a storyline that turns on them, and a test.
    """
    if kind not in KINDS:
        raise ScenarioError(f"panj new: expected one of {', '.join(KINDS)}, found {kind!r}")
    if kind == "package":
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ScenarioError(f"panj new package: expected a name like panj_hunger, found {name!r}")
        place = Path(name)
    else:
        name = name.removesuffix(".yaml")
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
            raise ScenarioError(f"panj new {kind}: expected letters, digits, - and _, found {name!r}")
        place = Path(f"{name}.yaml")
    if place.exists():
        raise ScenarioError(f"{place} exists and is left alone; choose another name")
    template = files("sim.cli") / "templates" / (kind if kind == "package" else f"{kind}.yaml")
    texts = dict(_texts(template, place, name))
    for folder in {one.parent for one in texts}:
        folder.mkdir(parents=True, exist_ok=True)
    put(DISK, texts)
    print(f"{place}: written. Look at it, change it, and check it: {KINDS[kind].format(place)}")


def _texts(template: Traversable, place: Path, name: str) -> Iterator[tuple[Path, bytes]]:
    """Yield each file of a template by its place, with its name filled in."""
    if template.is_dir():
        for one in template.iterdir():
            yield from _texts(one, place / one.name.replace("NAME", name).removesuffix(".txt"), name)
    else:
        yield place, template.read_text(encoding="utf-8").replace("NAME", name).encode()
