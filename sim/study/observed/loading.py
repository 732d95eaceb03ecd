"""From a file of observations to `Observations`: what may be wrong with it, and where."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import ScenarioError, nearest
from sim.model.registry import load
from sim.scenario import catalogue, values
from sim.scenario.faults import Fault, Loc, from_pydantic, shown, unknown
from sim.scenario.loading import flattened, message, versioned
from sim.scenario.schema import Source
from sim.scenario.yamltext import read_file
from sim.study.observed.schema import (
    KINDS,
    MEASURES,
    TARGETS,
    Chosen,
    Observation,
    Observations,
    Rung,
)

KEYS = {
    "file of observations": tuple(Observations.model_fields),
    "observation": tuple(name.rstrip("_") for name in Observation.model_fields),
    "time": ("from", "until"),
    "rung": tuple(Rung.model_fields),
    "choice": tuple(Chosen.model_fields),
    "source": tuple(Source.model_fields),
}
PLACES = {"relative_to": "time", "reached": "rung", "not": "rung", "chose": "choice", "source": "source"}


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
    made: Observations | None = None
    try:
        made = Observations(**data)
    except ValidationError as error:
        found += from_pydantic(error.errors(include_url=False), KEYS, _place)
    taken = {one.loc for one in found}
    listed = data.get("observed")
    for number, one in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(one, Mapping):
            found += [fault for fault in _faults(one, ("observed", number)) if fault.loc not in taken]
    if isinstance(listed, list) and not listed:
        found.append(Fault(("observed",), "expected at least one observation, found an empty list"))
    if made is None or found:
        raise ScenarioError(message(found, places, [root.file]))
    return made


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
    text = os.fspath(name_or_path)
    if text in names():
        return catalogue.folder() / "observed" / f"{text}.yaml", f"{text}.yaml"
    if text and "\0" not in text and os.path.lexists(text):
        return Path(text), text if text.isprintable() else shown(text)
    raise ScenarioError(
        f"{text if text.isprintable() else shown(text)}: neither a file of observations nor shipped ones"
        f"{nearest(text, names())}; shipped: {', '.join(names())}"
    )


def _place(loc: Loc) -> str:
    """Name the kind of mapping at a path."""
    if len(loc) < 2:
        return "file of observations"
    return next((PLACES[step] for step in loc if step in PLACES), "observation")


def _faults(one: Mapping[str, Any], loc: Loc) -> Iterator[Fault]:
    """Yield what is wrong with an observation beyond types: keys that go together, names, dates in order."""
    kinds, targets = ([key for key in keys if one.get(key) is not None] for keys in (KINDS, TARGETS))
    if len(kinds) != 1:
        said = " and ".join(kinds) or "none"
        yield Fault(loc, f"expected one of {', '.join(KINDS)}, found {said}")
        return
    (kind,) = kinds
    measured = kind in MEASURES
    if len(targets) != measured:
        said = " and ".join(targets) or "none"
        wanted = f"one of {', '.join(TARGETS)}" if measured else f"no number beside '{kind}'"
        yield Fault(loc, f"expected {wanted}, found {said}")
    if ("tolerance" in one) != ("equals" in one):
        yield Fault(loc, "'equals' and 'tolerance' go together; add the other one")
    for key in ("relative_to", "less"):
        if key in one and not measured:
            yield Fault((*loc, key), f"'{key}' is for measures, not for '{kind}'; leave it out")
    if "unreported" in one and not (kind == "not" or {"count", "below"} & set(targets)):
        yield Fault(
            (*loc, "unreported"),
            "a thing goes unreported where it is not seen: beside 'not', 'count' or 'below'; leave it out",
        )
    wrong = one.get("discrepancy")
    if wrong is not None and "count" in one:
        yield Fault(
            (*loc, "discrepancy"),
            "'discrepancy' is not for a 'count', of which 'unreported' says how sure it is; leave it out",
        )
    elif isinstance(wrong, int | float) and "equals" not in one and wrong >= 0.5:
        yield Fault(
            (*loc, "discrepancy"), f"expected a chance below 0.5 that the model is wrong, found {wrong:g}"
        )
    yield from _times(one, loc, kind)
    if measured:
        yield from _known(one[kind], (*loc, kind))
    elif kind == "chose" and isinstance(one[kind], Mapping):
        yield from _choice(one[kind], (*loc, kind))


def _times(one: Mapping[str, Any], loc: Loc, kind: str) -> Iterator[Fault]:
    day = "on" in one
    if day == ("from" in one or "until" in one) or ("from" in one) != ("until" in one):
        yield Fault(loc, "expected a day ('on'), or a time ('from' and 'until')")
        return
    if kind == "value" and not day:
        yield Fault(loc, "'value' is of a day; give 'on', or ask for 'mean' over the time")
    spans = [(one, loc), (one.get("relative_to"), (*loc, "relative_to"))]
    for span, where in spans:
        if isinstance(span, Mapping) and "from" in span:
            first, last = values.day(span.get("from")), values.day(span.get("until"))
            if first is not None and last is not None and first > last:
                yield Fault((*where, "until"), f"expected a day from {first} on, found {last}")


def _known(given: Any, loc: Loc) -> Iterator[Fault]:
    world = load().world
    for name in given if isinstance(given, list) else [given]:
        if name not in world:
            yield Fault(loc, unknown("variable", name, world))


def _choice(given: Mapping[str, Any], loc: Loc) -> Iterator[Fault]:
    instruments = load().instruments
    of_actor = [one for one in instruments if one.actor == given.get("actor")]
    if "actor" in given and not of_actor:
        yield Fault((*loc, "actor"), unknown("actor", given["actor"], {one.actor for one in instruments}))
    named = [one for one in of_actor if one.name == given.get("instrument")]
    if of_actor and "instrument" in given and not named:
        known = [one.name for one in of_actor]
        yield Fault((*loc, "instrument"), unknown("instrument", given["instrument"], known))
    options = [option.name for one in named for option in one.options]
    if named and "option" in given and given["option"] not in options:
        yield Fault((*loc, "option"), unknown("option", given["option"], options))
