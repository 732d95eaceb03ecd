"""What is added to a model from outside: packages of rules, options, variables, processes and actors.

An extension is a package laid out like `sim.model` itself. Any of these may be missing: modules in the
folders `actors` and `processes`; `ACTORS` in `actors/__init__.py`; `Parameters` in `parameters.py`; `World`,
`Drives` and `Draws` in `world.py`; `BEFORE_OPINION` and `AFTER_OPINION` in `week.py`. Extensions come into
force by name and in the order of their names, so that how a command lists them changes no number.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sim.errors import ModelError, PanjError

#: The group of entry points by which an installed package offers itself.
GROUP = "panj.models"

_IN_FORCE: dict[str, Extension] = {}
_CACHES: list[Any] = []

R = TypeVar("R")


@dataclass(frozen=True)
class Extension:
    """Something added to the model of this process.

    name : as people know it; package : where Python finds it; digest : hash of its source
    carried : whether a storyline carries it, so that it is off in every other storyline
    """

    name: str
    package: str
    digest: str
    carried: bool = False


def cached_in_force(function: Callable[..., R]) -> Any:
    """Keep what a function returns until another extension comes into force."""
    cached = functools.lru_cache(function)
    _CACHES.append(cached)
    return cached


def in_force() -> tuple[Extension, ...]:
    """Return the extensions of this process by name; what is installed is among them."""
    for one in _installed():
        if one.value not in {known.package for known in _IN_FORCE.values()}:
            join(_package(one.value, one.value))
    return tuple(one for _, one in sorted(_IN_FORCE.items()))


@functools.lru_cache(maxsize=1)
def _installed() -> tuple[Any, ...]:
    return tuple(entry_points(group=GROUP))


def join(extension: Extension) -> bool:
    """Put an extension in force for the rest of this process; say whether that changes anything.

    Raises
    ------
    ModelError
        Another one of the same name, but of other content, is in force.
    """
    known = _IN_FORCE.get(extension.name)
    if known is not None and known.digest != extension.digest:
        raise ModelError(
            f"{extension.name}: already in force here with other content; give one of the two another name, "
            "or begin a new process"
        )
    if known is not None and (extension.carried or not known.carried):
        return False
    _IN_FORCE[extension.name] = extension
    _forget()
    return True


def leave(extension: Extension) -> None:
    """Take an extension out of force again, as when the model refuses it."""
    _IN_FORCE.pop(extension.name, None)
    _forget()


def _forget() -> None:
    for cached in _CACHES:
        cached.cache_clear()


def named() -> dict[str, str]:
    """Return name and digest of every extension that changes all storylines: part of what a result is."""
    return {one.name: one.digest for one in in_force() if not one.carried}


def key() -> str:
    """Return one text for all that is in force, empty for nothing."""
    return "|".join(f"{one.name} {one.digest} {one.carried}" for one in in_force())


def from_folder(folder: Path) -> Extension:
    """Return the package of rules in a folder, ready to join; its code is run from then on.

    Parameters
    ----------
    folder
        A Python package, or the folder of a project that holds exactly one beside its tests.

    Raises
    ------
    ModelError
        It is no package, its name is taken by another, or its code fails.
    """
    inner = [one.parent for one in sorted(folder.glob("*/__init__.py")) if one.parent.name != "tests"]
    places = [folder] if (folder / "__init__.py").is_file() else inner
    if len(places) != 1:
        raise ModelError(
            f"{folder}: expected a package (a folder with __init__.py) or one folder that is, "
            f"found {len(places)}; 'panj new package NAME' writes one"
        )
    place = places[0].resolve()
    name = place.name
    if not name.isidentifier():
        raise ModelError(f"{folder}: expected the name of a package, like panj_iran, found {name!r}")
    origin = getattr(importlib.util.find_spec(name), "origin", None)
    if origin is not None and Path(origin).parent != place:
        raise ModelError(f"{folder}: Python has another package {name!r} already; rename this one")
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            name, place / "__init__.py", submodule_search_locations=[str(place)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        try:
            run(functools.partial(spec.loader.exec_module, sys.modules[name]), name)
        except ModelError:
            del sys.modules[name]
            raise
    return _package(name, name)


def _package(name: str, package: str) -> Extension:
    module = imported(package)
    if module is None:
        raise ModelError(
            f"extension {name}: Python finds no package {package!r}; install it again or remove it"
        )
    digest = hashlib.blake2b(digest_size=10)
    for folder in map(Path, module.__path__):
        for path in sorted(folder.rglob("*.py")):
            text = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + text + b"\0")
    return Extension(name, package, digest.hexdigest())


def imported(name: str) -> ModuleType | None:
    """Import a module, or return None where there is none of that name.

    Raises
    ------
    ModelError
        Its code fails: where, and with what.
    """

    def call() -> ModuleType | None:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
                return None
            raise

    return run(call, name)


def run(call: Callable[[], R], name: str) -> R:
    """Run what imports an extension's code; whatever goes wrong in it is told with its file and line."""
    try:
        return call()
    except PanjError:
        raise
    except SyntaxError as error:
        raise ModelError(f"{error.filename}, line {error.lineno}: {error.msg}") from None
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        raise ModelError(
            f"{name}: {type(error).__name__}: {error} ({place.filename}, line {place.lineno})"
        ) from None
