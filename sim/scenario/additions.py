"""What a command adds to the model for as long as it runs: files of rules and packages, by their places."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from sim.errors import ModelError, ScenarioError
from sim.model import extension
from sim.model.registry import load
from sim.scenario import arguments, rules
from sim.scenario.checks import texts
from sim.scenario.faults import Fault, Loc, from_pydantic, in_rule
from sim.scenario.loading import flattened, message, versioned
from sim.scenario.yamltext import Node, read_file


def add_rules(*places: str | os.PathLike[str]) -> None:
    """Add rules to the model of this process: on in every storyline, and part of what a result is.

    Parameters
    ----------
    *places
        Each a YAML file of rules, or the folder of a package with rules, options, variables or actors, whose
        code is run. Their order changes nothing.

    Raises
    ------
    ScenarioError
        A place or a file of rules is wrong; names every fault with its line.
    ModelError
        A package declares something wrongly, or takes a name that is taken.
    """
    for one in places:
        place = Path(arguments.path(one, "a YAML file of rules or the folder of a package"))
        if place.is_file():
            _add_file(place)
        elif place.is_dir():
            _add_folder(place)
        else:
            raise ScenarioError(
                f"--rules {place}: expected a YAML file of rules or the folder of a package, found neither; "
                "'panj new rules NAME' and 'panj new package NAME' write templates"
            )


def _add_folder(folder: Path) -> None:
    added = extension.from_folder(folder)
    if extension.join(added):
        try:
            load()
        except ModelError:
            extension.leave(added)
            raise


def _add_file(path: Path) -> None:
    root = read_file(path, str(path), "a file of rules")
    versioned(root)
    places: dict[Loc, Node] = {}
    data = flattened(root, (), places)
    found = [Fault(loc, node.fault) for loc, node in places.items() if node.fault]
    found += [*texts({"title": data.get("title")}), *rules.faults(data.get("rules"))]
    if data.get("rules") == []:
        found.append(Fault(("rules",), "expected at least one rule, found an empty list"))
    try:
        file = rules.RulesFile(**data)
        found = found or rules.join(file.rules, carried=False)
    except ValidationError as error:
        found += from_pydantic(error.errors(include_url=False), rules.KEYS, _place)
    if found:
        raise ScenarioError(message(found, places, [root.file]))


def _place(loc: Loc) -> str:
    return in_rule(loc) if loc else "file of rules"
