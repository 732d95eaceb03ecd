"""What is in the model: rules, options, instruments, actors, found by scanning the packages.

A rule is an intensity (a pure function, never negative) and a row of pushes. Every push is one
product: strength x concern weight x size x intensity, with the declared sign; the table of those
products is the appraisal, and nothing is added beside it.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal, TypeVar

import numpy as np

from sim.errors import ModelError, nearest
from sim.model import calibrated
from sim.model.maths import pure
from sim.model.provenance import Quantity, Source, dtype_of, judgement
from sim.model.reading import fields_read, fields_written, parameters_read

F = TypeVar("F", bound=Callable[..., Any])

ACTORS = ("dushanbe", "taliban", "russia", "china", "uzbekistan")
EVERYONE = "everyone"


@dataclass(frozen=True)
class Push:
    """One loading of a clause: the option or drive it pushes, its sign, the parameter of its size."""

    target: str
    sign: int
    size: str


@dataclass(frozen=True)
class Clause:
    """An intensity with its pushes. `takes` is `seen` for an actor's rule, `world` for a process.

    `actor` is the one whose appraisal it enters; empty for a process.
    """

    function: Callable[[Any, Any], float]
    takes: Literal["seen", "world"]
    pushes: tuple[Push, ...]
    rises_with: tuple[str, ...]
    falls_with: tuple[str, ...]
    reads: tuple[str, ...]
    parameters: tuple[str, ...]
    actor: str


@dataclass
class Rule:
    """One claim of the article (or a rival reading, or a judgement), with all that it does."""

    id: str
    name: str
    actor: str
    paragraphs: tuple[int, ...]
    claim: str
    concern: str
    source: Source | None
    rival_of: str | None = None
    clauses: list[Clause] = field(default_factory=list)

    @property
    def strength(self) -> str:
        """Name of the parameter that scales the rule: 1 as read, 0 off."""
        return f"strength_{self.id}"

    @property
    def actions(self) -> dict[str, int]:
        """What the rule pushes, with sign."""
        return {push.target: push.sign for clause in self.clauses for push in clause.pushes}

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every parameter the rule uses, its strength first."""
        names = [self.strength]
        for clause in self.clauses:
            names += [push.size for push in clause.pushes] + list(clause.parameters)
        return tuple(dict.fromkeys(names))

    @property
    def order(self) -> tuple[str, int, str]:
        """Place in the registry: by letter, then number, then rival suffix."""
        match = re.fullmatch(r"([A-Z]+)(\d+)([a-z]*)", self.id)
        assert match is not None
        return match[1], int(match[2]), match[3]


@dataclass(frozen=True)
class Option:
    """One thing an actor may do with an instrument in a week."""

    name: str
    instrument: str
    actor: str
    base: str
    function: Callable[[Any, Any], None] | None
    open_when: Callable[[Any, Any], bool] | None
    inverse: str
    moves: tuple[str, ...]
    paragraphs: tuple[int, ...]
    meaning: str

    @property
    def key(self) -> str:
        """`instrument.option`, unique within the actor."""
        return f"{self.instrument}.{self.name}"

    @property
    def purpose(self) -> str:
        """Address of the option's Gumbel draw."""
        return f"choice/{self.actor}/{self.instrument}/{self.name}"


@dataclass(frozen=True)
class Instrument:
    """One choice a week: `hold` first, then the options in the order they are declared."""

    name: str
    actor: str
    options: tuple[Option, ...]


_rules: dict[str, Rule] = {}
_options: dict[str, list[Option]] = {}
_more: list[tuple[str, Clause]] = []


def rule(
    rule_id: str,
    name: str,
    *,
    paragraphs: tuple[int, ...],
    claim: str,
    concern: str,
    pushes: Mapping[str, str],
    rises_with: tuple[str, ...] = (),
    falls_with: tuple[str, ...] = (),
    source: Source | None = None,
    rival_of: str | None = None,
) -> Callable[[F], F]:
    """Register a rule: an intensity and the row of its pushes.

    Parameters
    ----------
    pushes
        Target (`instrument.option` of the actor, or a drive) to `+size` or `-size`, where `size`
        names the parameter that scales the push.
    rises_with, falls_with
        Every variable the function reads, by the direction in which it moves the intensity.
    source
        Required where the article makes no such claim (`paragraphs=()`), graded `judgement`.

    Raises
    ------
    ModelError
        No claim, neither paragraphs nor source, an id used twice, a field read but not declared.
    """

    def decorate(function: F) -> F:
        if not re.fullmatch(r"[A-Z]+\d+[a-z]*", rule_id):
            raise ModelError(f"rule {rule_id!r}: an id is letters and a number, like D5 or D5r")
        if rule_id in _rules:
            raise ModelError(f"rule {rule_id}: declared twice")
        if not claim.strip():
            raise ModelError(f"rule {rule_id}: a rule without a claim does not load")
        if not paragraphs and source is None:
            raise ModelError(f"rule {rule_id}: needs paragraphs of the article, or a judgement as source")
        if any(n not in range(1, 20) for n in paragraphs):
            raise ModelError(f"rule {rule_id}: paragraphs run from 1 to 19, found {paragraphs}")
        first = _clause(rule_id, function, pushes, rises_with, falls_with)
        _rules[rule_id] = Rule(
            rule_id, name, _home(function), paragraphs, claim, concern, source, rival_of, [first]
        )
        return function

    return decorate


def clause(
    rule_id: str,
    *,
    pushes: Mapping[str, str],
    rises_with: tuple[str, ...] = (),
    falls_with: tuple[str, ...] = (),
    actor: str | None = None,
) -> Callable[[F], F]:
    """Register a further clause of a rule: the same claim at work in another place.

    `actor` names whose appraisal it enters where that is not the actor of the module.
    """

    def decorate(function: F) -> F:
        _more.append((rule_id, _clause(rule_id, function, pushes, rises_with, falls_with, actor)))
        return function

    return decorate


def option(
    key: str,
    *,
    base: str,
    inverse: str,
    moves: tuple[str, ...],
    paragraphs: tuple[int, ...] = (),
    open_when: Callable[[Any, Any], bool] | None = None,
) -> Callable[[F], F]:
    """Register an option `instrument.option` of the actor in whose module it stands.

    `base` names the parameter of its standing utility, `inverse` the option (or the fading) that
    undoes it, `moves` the variables its function writes, which the actor must own.
    """

    def decorate(function: F) -> F:
        instrument, _, name = key.partition(".")
        actor = _home(function)
        if open_when is not None:
            pure(open_when)
        _options.setdefault(actor, []).append(
            Option(
                name,
                instrument,
                actor,
                base,
                pure(function),
                open_when,
                inverse,
                moves,
                paragraphs,
                inspect.cleandoc(function.__doc__ or ""),
            )
        )
        return function

    return decorate


def _home(function: Callable[..., Any]) -> str:
    """Name the actor or process in whose module, or package of modules, a function stands."""
    parts = function.__module__.split(".")
    for folder in ("actors", "processes"):
        if folder in parts[:-1]:
            return parts[parts.index(folder) + 1]
    return parts[-1]


def _clause(
    rule_id: str,
    function: Callable[[Any, Any], float],
    pushes: Mapping[str, str],
    rises_with: tuple[str, ...],
    falls_with: tuple[str, ...],
    actor: str | None = None,
) -> Clause:
    names = list(inspect.signature(function).parameters)
    if len(names) != 2 or names[0] not in ("seen", "world") or names[1] != "p":
        raise ModelError(f"rule {rule_id}: its function takes (seen, p) or (world, p), found {names}")
    read = fields_read(function)
    declared = set(rises_with) | set(falls_with)
    if read[names[0]] != declared:
        raise ModelError(
            f"rule {rule_id}: reads {sorted(read[names[0]])} but declares {sorted(declared)} "
            "in rises_with and falls_with; the two must agree"
        )
    if not pushes:
        raise ModelError(f"rule {rule_id}: pushes nothing; name an option or a drive")
    row = []
    for target, size in pushes.items():
        if size[:1] not in ("+", "-"):
            raise ModelError(f"rule {rule_id}: push on {target!r} needs a sign, like '+{size}'")
        row.append(Push(target, 1 if size[0] == "+" else -1, size[1:]))
    pure(function)
    return Clause(
        function,
        "seen" if names[0] == "seen" else "world",
        tuple(row),
        rises_with,
        falls_with,
        tuple(sorted(read[names[0]])),
        tuple(sorted(parameters_read(function))),
        (actor or _home(function)) if names[0] == "seen" else "",
    )


@dataclass(frozen=True)
class Model:
    """Everything the drivers need: what is declared, in a fixed order."""

    world: dict[str, Quantity]
    parameters: dict[str, Quantity]
    drives: dict[str, Quantity]
    draws: dict[str, Quantity]
    rules: dict[str, Rule]
    instruments: tuple[Instrument, ...]
    world_dtype: np.dtype[np.void]
    parameter_dtype: np.dtype[np.void]
    drive_dtype: np.dtype[np.void]
    draw_dtype: np.dtype[np.void]

    def instruments_of(self, actor: str) -> tuple[Instrument, ...]:
        """Return the actor's instruments, in the order they are declared."""
        return tuple(one for one in self.instruments if one.actor == actor)

    def appraising(self, actor: str) -> list[tuple[Rule, Clause]]:
        """Return the clauses by which an actor appraises its options, in registry order."""
        return [
            (rule, clause) for rule in self.rules.values() for clause in rule.clauses if clause.actor == actor
        ]

    def driving(self) -> list[tuple[Rule, Clause]]:
        """Return the clauses that push processes, in registry order."""
        return [
            (rule, clause)
            for rule in self.rules.values()
            for clause in rule.clauses
            if clause.takes == "world"
        ]

    def weight(self, rule: Rule, part: Clause) -> str:
        """Name of the parameter by which the appraising actor weighs the concern a rule speaks to."""
        return concern_weight(rule, part)

    def perceived(self, actor: str) -> tuple[Quantity, ...]:
        """Return the variables in an actor's record: those it may know and somewhere reads."""
        read: set[str] = set()
        for _, one in self.appraising(actor):
            read.update(one.reads)
        for instrument in self.instruments_of(actor):
            for opt in instrument.options:
                if opt.open_when is not None:
                    names = list(inspect.signature(opt.open_when).parameters)
                    read.update(fields_read(opt.open_when)[names[0]])
        return tuple(q for name, q in self.world.items() if name in read)


def concern_weight(rule: Rule, part: Clause) -> str:
    """Name of the parameter by which the appraising actor weighs the concern a rule speaks to."""
    return f"weight_{part.actor}_{rule.concern.replace(' ', '_')}"


def knows(actor: str, quantity: Quantity) -> bool:
    """Say whether a quantity can be in the actor's record at all."""
    return EVERYONE in quantity.known_to or actor in quantity.known_to


@lru_cache(maxsize=1)
def load() -> Model:
    """Import every actor and process, check what they declare and return it.

    Raises
    ------
    ModelError
        Naming the rule, option or quantity that is declared wrongly, and the remedy.
    """
    for package in ("sim.model.actors", "sim.model.processes"):
        found = importlib.import_module(package)
        for info in pkgutil.walk_packages(found.__path__, f"{package}."):
            importlib.import_module(info.name)
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

    for rule_id, one in _more:
        if rule_id not in _rules:
            raise ModelError(f"a clause of {rule_id}: no such rule{nearest(rule_id, _rules)}")
        if one not in _rules[rule_id].clauses:
            _rules[rule_id].clauses.append(one)
    rules = {one.id: one for one in sorted(_rules.values(), key=lambda one: one.order)}
    parameters = dict(Parameters.quantities)
    for one_rule in rules.values():
        name = one_rule.strength
        on = 0.0 if one_rule.rival_of else 1.0
        parameters[name] = Quantity(
            name,
            "parameter",
            "1",
            on,
            -4.0,
            4.0,
            f"strength of {one_rule.id} ({one_rule.name})",
            judgement("1 takes the claim as read, 0 switches it off, other values are for sweeps"),
            (0.0, 1.0),
        )
    for one_rule in rules.values():
        for part in one_rule.clauses:
            if part.takes == "seen" and (name := concern_weight(one_rule, part)) not in parameters:
                parameters[name] = Quantity(
                    name,
                    "parameter",
                    "1",
                    1.0,
                    0.0,
                    10.0,
                    f"weight of {one_rule.concern} among the concerns of {part.actor}",
                    judgement("concerns start equal; no figure ranks them"),
                    (0.6, 1.4),
                )
    world = dict(World.quantities)
    _calibrate(parameters, world)
    instruments = tuple(
        _instrument(actor, name)
        for actor in ACTORS
        for name in dict.fromkeys(one.instrument for one in _options.get(actor, []))
    )
    model = Model(
        world,
        parameters,
        dict(Drives.quantities),
        dict(Draws.quantities),
        rules,
        instruments,
        dtype_of(World.quantities),
        dtype_of(parameters),
        dtype_of(Drives.quantities),
        dtype_of(Draws.quantities),
    )
    _check(model)
    return model


def _calibrate(*tables: dict[str, Quantity]) -> None:
    """Put calibrated defaults in the place of declared ones."""
    for name, value in calibrated.defaults().items():
        found = next((table for table in tables if name in table), None)
        if found is None or not found[name].plausible[0] <= value <= found[name].plausible[1]:
            raise ModelError(
                f"calibrated default {name} = {value}: the model no longer declares it so; "
                "run 'make calibrate'"
            )
        found[name] = replace(found[name], default=value, declared=found[name].default)


def _instrument(actor: str, name: str) -> Instrument:
    hold = Option(
        "hold",
        name,
        actor,
        "inertia",
        None,
        None,
        "hold",
        (),
        (),
        "Leave things as they are this week.",
    )
    chosen = [one for one in _options[actor] if one.instrument == name]
    return Instrument(name, actor, (hold, *chosen))


def _check(model: Model) -> None:
    options: dict[tuple[str, str], Option] = {}
    for opt in (opt for one in model.instruments for opt in one.options):
        if (opt.actor, opt.key) in options:
            raise ModelError(f"option {opt.key} of {opt.actor}: declared twice")
        options[opt.actor, opt.key] = opt
    for (actor, key), opt in options.items():
        if opt.base not in model.parameters:
            raise ModelError(f"option {key} of {actor}: no parameter {opt.base!r} for its base")
        written = fields_written(opt.function) if opt.function else set()
        read = fields_read(opt.function)["world"] if opt.function else set()
        unknown = sorted((read | written | set(opt.moves)) - set(model.world))
        if unknown:
            raise ModelError(
                f"option {key} of {actor}: no variable {unknown}{nearest(unknown[0], model.world)}"
            )
        for moved in opt.moves:
            owner = model.world[moved].owner
            if owner != actor:
                raise ModelError(f"option {key} of {actor} moves {moved!r}, which {owner or 'nobody'} owns")
        if written != set(opt.moves):
            raise ModelError(
                f"option {key} of {actor}: writes {sorted(written)} but declares moves {sorted(opt.moves)}; "
                "the two must agree"
            )
        if opt.open_when is not None:
            for name in sorted(next(iter(fields_read(opt.open_when).values()))):
                if name not in model.world or not knows(actor, model.world[name]):
                    raise ModelError(
                        f"option {key} of {actor}: {actor} cannot know {name!r}, which its condition reads"
                    )
        undone = opt.inverse
        if undone == "fading" and not any(model.world[moved].fades for moved in opt.moves):
            raise ModelError(
                f"option {key} of {actor}: no fading of {', '.join(opt.moves)}; name an option as its inverse"
            )
        if undone not in ("hold", "fading") and (actor, f"{opt.instrument}.{undone}") not in options:
            raise ModelError(f"option {key} of {actor}: its inverse {undone!r} is no option")
    for one in model.rules.values():
        if one.rival_of is not None and one.rival_of not in model.rules:
            raise ModelError(
                f"rule {one.id}: rival of {one.rival_of}, no such rule{nearest(one.rival_of, model.rules)}"
            )
        for part in one.clauses:
            _check_clause(model, one, part, options)
    for quantity in model.world.values():
        for pace in (quantity.fades, quantity.rests):
            if pace is not None and pace not in model.parameters:
                raise ModelError(f"variable {quantity.name!r}: no parameter {pace!r}")


def _check_clause(model: Model, one: Rule, part: Clause, options: Mapping[Any, Option]) -> None:
    for name in (*part.parameters, *(push.size for push in part.pushes)):
        if name not in model.parameters:
            raise ModelError(f"rule {one.id}: no parameter {name!r}{nearest(name, model.parameters)}")
    for name in part.reads:
        if name not in model.world:
            raise ModelError(f"rule {one.id}: no variable {name!r}{nearest(name, model.world)}")
        if part.takes == "seen" and not knows(part.actor, model.world[name]):
            raise ModelError(f"rule {one.id}: {part.actor} cannot know {name!r}; it is hidden from it")
    for push in part.pushes:
        if part.takes == "seen" and (part.actor, push.target) not in options:
            raise ModelError(f"rule {one.id}: {part.actor} has no option {push.target!r}")
        if part.takes == "world" and push.target not in model.drives:
            raise ModelError(f"rule {one.id}: no drive {push.target!r}{nearest(push.target, model.drives)}")
