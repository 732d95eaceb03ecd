"""From a file of observations to `Observations`: what may be wrong with it, and where."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sim.errors import ScenarioError, nearest
from sim.scenario import arguments, catalogue
from sim.scenario.faults import Fault, Loc, WrongScenarioError, shown
from sim.scenario.loading import flattened, message, versioned
from sim.scenario.yamltext import read_file
from sim.study.observed.schema import Observations


def load_observations(name_or_path: str | os.PathLike[str]) -> Observations:
    """Load shipped observations by name, or a YAML file by path.

    Raises
    ------
    ScenarioError
        Naming every fault (at most ten) with file and line.
    """
    path, name = _located(name_or_path)
    root = read_file(path, name, "a file of observations")
    versioned(root)
    places: dict[Loc, Any] = {}
    data = flattened(root, (), places)
    found = [Fault(loc, one.fault) for loc, one in places.items() if one.fault]
    try:
        seen = Observations(**data)
    except WrongScenarioError as error:
        taken = {one.loc for one in found}
        found += [one for one in error.faults if one.loc not in taken]
    if data.get("observed") == []:
        found.append(Fault(("observed",), "expected at least one observation, found an empty list"))
    if found:
        raise ScenarioError(message(found, places, [root.file]))
    return seen


def names() -> list[str]:
    """Return the names of the shipped observations."""
    return sorted(path.stem for path in (catalogue.folder() / "observed").glob("*.yaml"))


def is_observations(path: Path) -> bool:
    """Say whether a YAML file looks like observations rather than a storyline or an experiment."""
    try:
        return "observed" in read_file(path, path.name).value
    except (OSError, ValueError):
        return False


def _located(name_or_path: str | os.PathLike[str]) -> tuple[Path, str]:
    text = arguments.path(name_or_path, "the name of observations or the path of a file")
    if text in names():
        return catalogue.folder() / "observed" / f"{text}.yaml", f"{text}.yaml"
    if os.path.lexists(text):
        return Path(text), text if text.isprintable() else shown(text)
    raise ScenarioError(
        f"{text if text.isprintable() else shown(text)}: neither a file of observations nor shipped ones"
        f"{nearest(text, names())}; shipped: {', '.join(names())}"
    )
