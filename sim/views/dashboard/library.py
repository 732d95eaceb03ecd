"""What lies in the folder the page was given: storylines and stored results, and nothing beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sim.errors import PanjError, ResultError, ScenarioError, nearest
from sim.scenario import catalogue
from sim.scenario.loading import load_scenario, scenarios
from sim.study.ensemble import store
from sim.study.observed.loading import load_observations, names
from sim.study.observed.schema import Observations

#: Folders below the given one in which results are looked for, and the most that are listed.
DEPTH, MOST = 3, 200


@dataclass(frozen=True)
class Library:
    """Shipped storylines, and those and the results of one folder.

    A visitor names what to open by one of the names that `storylines` and `results` list; a name
    that is not among them is refused before any file is touched.
    """

    folder: Path | None = None

    def storylines(self) -> dict[str, str]:
        """Return titles by name: shipped ones, then the folder's files."""
        rows = {row["name"]: row["title"] for row in scenarios()}
        for name in self._files():
            try:
                rows[name] = load_scenario(self._inside(name)).title
            except PanjError:
                continue
        return rows

    def _files(self) -> list[str]:
        if self.folder is None:
            return []
        try:
            found = sorted(one.name for one in self.folder.glob("*.yaml"))
        except OSError:
            return []
        return [name for name in found if name not in catalogue.names() and _within(self.folder, name)][:MOST]

    def storyline(self, name: str) -> str | Path:
        """Return what `load_scenario` takes for a name.

        Raises
        ------
        ScenarioError
            Neither a shipped storyline nor a file of the folder.
        """
        if self.is_shipped(name):
            return name
        known = self._files()
        if name not in known:
            near = nearest(name, [*catalogue.names(), *known])
            raise ScenarioError(f"no storyline {name[:80]!r} here{near}")
        return self._inside(name)

    def is_shipped(self, name: str) -> bool:
        """Say whether a storyline comes with the package."""
        return name in catalogue.names()

    def shown(self, name: str) -> str:
        """Return how a command names a storyline."""
        return name if self.is_shipped(name) or self.folder is None else str(self.folder / name)

    def private(self, words: str) -> str:
        """Return words without the folder's place on this machine, which is no visitor's business."""
        return words if self.folder is None else words.replace(str(self.folder.absolute()), "the folder")

    def observations(self) -> dict[str, str]:
        """Return titles of observations by name: shipped ones, then the folder's files."""
        rows = {name: load_observations(name).title for name in names()}
        for name in self._files():
            try:
                rows[name] = load_observations(self._inside(name)).title
            except PanjError:
                continue
        return rows

    def observed(self, name: str) -> Observations:
        """Return observations by one of the names that `observations` lists.

        Raises
        ------
        ScenarioError
            It lists no such name, or the file is wrong by now.
        """
        if name in names():
            return load_observations(name)
        if name not in self._files():
            raise ScenarioError(f"no observations {name[:80]!r} here{nearest(name, self.observations())}")
        return load_observations(self._inside(name))

    def results(self) -> dict[str, str]:
        """Return what the stored results are called, by their place in the folder (`.` is the folder)."""
        if self.folder is None:
            return {}
        rows: dict[str, str] = {}
        for name in _result_folders(self.folder):
            try:
                told = store.described(self.folder / name)
            except PanjError:
                continue
            part = told.get("experiment") if told.get("kind") == "sweep" else told.get("scenario")
            title = part.get("title") if isinstance(part, dict) else None
            rows[name] = f"{str(title)[:60]} – {name if name != '.' else self.folder.name}"
        return rows

    def result(self, name: str) -> Path:
        """Return the folder of a stored result.

        Raises
        ------
        ResultError
            It is not one that `results` lists.
        """
        if self.folder is None or name not in _result_folders(self.folder):
            raise ResultError(f"no stored result {name[:80]!r} in the folder this page was given")
        return self.folder / name

    def _inside(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / name


def _within(folder: Path, name: str) -> bool:
    """Whether a name leads to something in the folder, links followed."""
    return (folder / name).resolve().is_relative_to(folder.resolve())


def _result_folders(root: Path) -> list[str]:
    found: list[str] = []
    for here, folders, files in os.walk(root, followlinks=False):
        place = Path(here).relative_to(root)
        if store.NAME in files:
            name = place.as_posix()
            if all(_within(root, f"{name}/{one}") for one in files):
                found.append(name)
            folders.clear()
        elif len(place.parts) >= DEPTH:
            folders.clear()
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        if len(found) >= MOST:
            break
    return found[:MOST]
