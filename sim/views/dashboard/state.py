"""What a visitor has set: as a scenario, a file, a command, and an address that brings it back."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from sim.errors import ScenarioError
from sim.model.registry import load
from sim.scenario import checks
from sim.scenario.catalogue import reading_names
from sim.scenario.loading import load_scenario
from sim.scenario.schema import Scenario
from sim.scenario.values import typed
from sim.views.dashboard.library import Library

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Limits:
    """The most one visitor may ask for, so that there is something left for the next."""

    runs: int = 5000
    citizens: int = 2000
    weeks: int = 520
    changed: int = 60
    added: int = 20


LIMITS = Limits()

#: Characters that an added event or commitment may have in an address.
MOST_TEXT = 2000

#: Parts of a storyline that a visitor may add to.
ADDED = ("events", "commitments")

#: Runs of the first look, of the average citizen: well under a second.
QUICK = 300


@dataclass(frozen=True)
class Settings:
    """One question put to the model; equal settings have equal answers.

    `values` are parameters and initial values by name, where they differ from the storyline; `events` and
    `commitments` are added to the storyline's, each as JSON with the keys of a scenario file; `weeks` and
    `citizens` are the storyline's where they are None.
    """

    storyline: str = "baseline"
    reading: str | None = None
    values: tuple[tuple[str, float], ...] = ()
    weeks: int | None = None
    citizens: int | None = None
    runs: int = 1000
    seed: int = 0
    events: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()

    def with_value(self, name: str, value: float | None) -> Settings:
        """Return settings in which one number is another, or again the storyline's."""
        kept = {**dict(self.values), name: value}
        return replace(self, values=tuple(sorted((k, v) for k, v in kept.items() if v is not None)))

    @property
    def changed(self) -> list[str]:
        """What differs from the storyline: names of numbers, `events`, `commitments`."""
        return [name for name, _ in self.values] + [part for part in ADDED if getattr(self, part)]

    def added(self, part: str) -> list[dict[str, Any]]:
        """Return the events or commitments that are added, as a scenario file would hold them."""
        return [json.loads(one) for one in getattr(self, part)]

    def with_added(self, part: str, one: Mapping[str, Any]) -> Settings:
        """Return settings with one more of the events or commitments."""
        added: dict[str, Any] = {part: (*getattr(self, part), json.dumps(one, ensure_ascii=False))}
        return replace(self, **added)

    def without(self, part: str, number: int) -> Settings:
        """Return settings without the event or commitment of that number, from 0."""
        kept = getattr(self, part)
        left: dict[str, Any] = {part: (*kept[:number], *kept[number + 1 :])}
        return replace(self, **left)


@dataclass(frozen=True)
class Place:
    """Where a visitor stands: what is set, what is pinned beside it, which run is open at which week."""

    now: Settings = field(default_factory=Settings)
    pin: Settings | None = None
    replicate: int = 0
    week: int = 1


# A scenario


def scenario(settings: Settings, library: Library) -> Scenario:
    """Return the scenario that is set, checked.

    Raises
    ------
    ScenarioError
        A name is unknown, a value impossible, or more is asked for than this page gives.
    """
    _check(settings)
    spec = load_scenario(library.storyline(settings.storyline), _settings(settings))
    given = {"weeks": settings.weeks, "citizens": settings.citizens, "reading": settings.reading}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for part in ADDED:
        if getattr(settings, part):
            changes[part] = [*getattr(spec, part), *settings.added(part)]
    spec = spec.replace(**changes) if changes else spec
    # A file may not end before what it says happens, and what is set must make a right file.
    for fault in checks.too_late(spec.canonical):
        raise ScenarioError(f"weeks: {fault.text}")
    for what, most in (("weeks", LIMITS.weeks), ("citizens", LIMITS.citizens)):
        if getattr(spec, what) > most:
            raise ScenarioError(
                f"{what}: this page gives at most {most:,}, found {getattr(spec, what):,}; "
                "use 'panj run' for more"
            )
    return spec


def _check(settings: Settings) -> None:
    if not 1 <= settings.runs <= LIMITS.runs:
        raise ScenarioError(
            f"runs: this page gives from 1 to {LIMITS.runs:,}, found {settings.runs:,}; "
            "use 'panj run' for more"
        )
    if not 0 <= settings.seed < 2**53:
        raise ScenarioError(f"seed: expected a whole number from 0 to 2^53 - 1, found {settings.seed}")
    if len(settings.values) > LIMITS.changed:
        raise ScenarioError(
            f"expected at most {LIMITS.changed} numbers changed, found {len(settings.values)}"
        )
    for part in ADDED:
        if len(getattr(settings, part)) > LIMITS.added:
            raise ScenarioError(
                f"{part}: this page takes at most {LIMITS.added} beside the storyline's own, "
                f"found {len(getattr(settings, part))}"
            )
    if settings.reading is not None and settings.reading not in reading_names():
        raise ScenarioError(f"no reading {settings.reading!r}; one of: {', '.join(reading_names())}")


def _settings(settings: Settings) -> tuple[str, ...]:
    return tuple(f"{name}={value!r}" for name, value in settings.values)


def base_values(settings: Settings, library: Library) -> Mapping[str, float]:
    """Return every parameter and initial value as it would be had the visitor changed none."""
    from sim.scenario.plan import plan

    model = load()
    ready = plan(scenario(replace(settings, values=()), library), model)
    names = [*model.parameters, *model.world]
    numbers = [*ready.parameters.tolist(), *ready.world.tolist()]
    return dict(zip(names, numbers, strict=True))


# A command, a file


def command(settings: Settings, library: Library) -> str:
    """Return the command that prints the same figures; what is added it takes from the saved file."""
    if settings.events or settings.commitments:
        return shlex.join(["panj", "run", file_name(settings), *_size(settings)])
    parts = ["panj", "run", library.shown(settings.storyline), *_size(settings)]
    for one in _settings(settings):
        parts += ["--set", one]
    for name in ("reading", "weeks", "citizens"):
        if getattr(settings, name) is not None:
            parts += [f"--{name}", str(getattr(settings, name))]
    return shlex.join(parts)


def _size(settings: Settings) -> list[str]:
    return ["--runs", str(settings.runs), "--seed", str(settings.seed)]


def yaml(settings: Settings, library: Library) -> str:
    """Return a scenario file that says what is set; it extends the storyline."""
    spec = scenario(settings, library)
    changed = ", ".join(settings.changed) or settings.reading
    parent = settings.storyline
    lines = [
        f"# The figures of the page: {shlex.join(['panj', 'run', file_name(settings), *_size(settings)])}",
        *([] if library.is_shipped(parent) else [f"# This file belongs beside {parent}."]),
        "panj: 1",
        f"title: {json.dumps(_title(spec.title, changed), ensure_ascii=False)}",
        f"extends: {json.dumps(parent, ensure_ascii=False)}",
    ]
    if spec.question:
        lines.insert(-1, f"question: {json.dumps(spec.question, ensure_ascii=False)}")
    for name in ("reading", "weeks", "citizens"):
        if getattr(settings, name) is not None:
            lines.append(f"{name}: {getattr(settings, name)}")
    parameters = load().parameters
    for part, inside in (("parameters", True), ("world", False)):
        rows = [(name, value) for name, value in settings.values if (name in parameters) is inside]
        if rows:
            lines += [f"{part}:", *(f"  {name}: {value!r}" for name, value in rows)]
    for part in ADDED:
        if getattr(settings, part):
            lines += [f"{part}:", *(f"  - {one}" for one in getattr(settings, part))]
    return "\n".join(lines) + "\n"


def _title(title: str, changed: str | None) -> str:
    return f"{title}, changed: {changed}"[:200] if changed else f"{title}, from the page"


def file_name(settings: Settings) -> str:
    """Return what to call the file."""
    stem = re.sub(r"[^a-z0-9]+", "-", settings.storyline.removesuffix(".yaml").lower()).strip("-")
    return f"{stem or 'storyline'}-changed.yaml"


# An address


def to_query(place: Place) -> str:
    """Return the tail of an address, from the question mark on, empty where nothing is set."""
    pairs = _pairs(place.now)
    if place.pin is not None:
        pairs.append(("pin", _encoded(_pairs(place.pin)) or "storyline=baseline"))
    if place.replicate:
        pairs.append(("replicate", str(place.replicate)))
    if place.week != 1:
        pairs.append(("week", str(place.week)))
    return f"?{_encoded(pairs)}" if pairs else ""


def from_query(pairs: Pairs) -> Place:
    """Read an address back.

    Raises
    ------
    ScenarioError
        It holds something no address of this page would.
    """
    from urllib.parse import parse_qsl

    mine: list[tuple[str, str]] = []
    pin: Settings | None = None
    run = {"replicate": 0, "week": 1}
    for key, value in pairs:
        if key == "pin":
            pin = _read(parse_qsl(value, max_num_fields=200))
        elif key in run:
            run[key] = _whole(key, value)
        else:
            mine.append((key, value))
    return Place(_read(mine), pin, run["replicate"], run["week"])


def _encoded(pairs: Pairs) -> str:
    return urlencode(list(pairs), quote_via=quote, safe=":,")


def _pairs(settings: Settings) -> list[tuple[str, str]]:
    plain = Settings()
    pairs = [
        (name, str(getattr(settings, name)))
        for name in ("storyline", "reading", "weeks", "citizens", "runs", "seed")
        if getattr(settings, name) != getattr(plain, name)
    ]
    pairs += [("set", f"{name}:{value!r}") for name, value in settings.values]
    return pairs + [(part, one) for part in ADDED for one in getattr(settings, part)]


def _read(pairs: Pairs) -> Settings:
    given: dict[str, Any] = {}
    values: dict[str, float] = {}
    for key, value in pairs:
        if key in ("storyline", "reading"):
            given[key] = value
        elif key in ("weeks", "citizens", "runs", "seed"):
            given[key] = _whole(key, value)
        elif key in ADDED:
            given[key] = (*given.get(key, ()), _mapping(key, value))
        elif key == "set":
            name, sign, number = value.partition(":")
            known = typed(number)
            if not sign or known is None:
                raise ScenarioError(f"set in the address: expected NAME:NUMBER, found {value[:60]!r}")
            values[name] = known
        # Keys of others (a mail reader's tracking, say) are none of this page's business.
    return Settings(values=tuple(sorted(values.items())), **given)


def _mapping(key: str, value: str) -> str:
    """Return the JSON of one added event or commitment, written as this page writes it."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or len(value) > MOST_TEXT:
        raise ScenarioError(
            f"{key} in the address: expected a mapping in JSON of at most {MOST_TEXT:,} characters, "
            f"found {value[:60]!r}"
        )
    return json.dumps(found, ensure_ascii=False)


def _whole(key: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,15}", value, re.ASCII):
        raise ScenarioError(f"{key} in the address: expected a whole number, found {value[:60]!r}")
    return int(value)
