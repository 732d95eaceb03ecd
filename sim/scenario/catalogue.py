"""The shipped storylines and readings: inside the package once installed, beside it in a checkout."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sim.errors import ScenarioError, nearest


def folder() -> Path:
    """Return the folder of the shipped storylines.

    Raises
    ------
    ScenarioError
        If the installation lacks it.
    """
    package = Path(str(files("sim")))
    for place in (package / "_scenarios", package.parent / "scenarios"):
        if (place / "baseline.yaml").is_file():
            return place
    raise ScenarioError(
        f"expected the shipped storylines in {package / '_scenarios'}, found none; install again"
    )


def names() -> list[str]:
    """Return the names of the shipped storylines, the baseline first."""
    found = sorted(path.stem for path in folder().glob("*.yaml"))
    return sorted(found, key=lambda name: name != "baseline")


def path_of(name: str) -> Path:
    """Return the file of a shipped storyline.

    Raises
    ------
    ScenarioError
        If there is none of that name.
    """
    if name not in names():
        raise ScenarioError(
            f"no storyline {name!r} is shipped{nearest(name, names())}; 'panj scenarios' lists them"
        )
    return folder() / f"{name}.yaml"


def reading_names() -> list[str]:
    """Return the names of the shipped readings (named sets of rival rules)."""
    return sorted(path.stem for path in (folder() / "readings").glob("*.yaml"))


def experiment_folder() -> Path:
    """Return the folder of the shipped experiments.

    Raises
    ------
    ScenarioError
        If the installation lacks it.
    """
    package = Path(str(files("sim")))
    for place in (package / "_experiments", package.parent / "experiments"):
        if place.is_dir():
            return place
    raise ScenarioError(
        f"expected the shipped experiments in {package / '_experiments'}, found none; install again"
    )


def experiment_names() -> list[str]:
    """Return the names of the shipped experiments."""
    return sorted(path.stem for path in experiment_folder().glob("*.yaml"))
