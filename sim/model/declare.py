"""How the modules of actors and processes declare what they hold: rules, clauses, options.

A rule is an intensity (a pure function, never negative) and a row of pushes. Every push is one
product: strength x concern weight x size x intensity, with the declared sign; the table of those
products is the appraisal, and nothing is added beside it.
"""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sim.errors import ModelError
from sim.face import Face
from sim.model.fields import fields_read, parameters_read
from sim.model.maths import pure
from sim.model.provenance import Source

F = TypeVar("F", bound=Callable[..., Any])


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
class Rule(Face):
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


@dataclass
class Declarations:
    """What the modules of one package have declared, in the order in which they were imported."""

    rules: dict[str, Rule] = field(default_factory=dict)
    clauses: list[tuple[str, Clause]] = field(default_factory=list)
    options: defaultdict[str, list[Option]] = field(default_factory=lambda: defaultdict(list))


#: What each package has declared; a package is a world of its own.
DECLARED: defaultdict[str, Declarations] = defaultdict(Declarations)


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
    actor: str | None = None,
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
    rival_of
        Id of the rule that reads the same passage otherwise; a rival is off unless switched on.
    actor
        Whose appraisal it enters where that is not the actor of the module.

    Raises
    ------
    ModelError
        No claim, neither paragraphs nor source, an id used twice, a field read but not declared.
    """

    def decorate(function: F) -> F:
        if not re.fullmatch(r"[A-Z]+\d+[a-z]*", rule_id):
            raise ModelError(f"rule {rule_id!r}: an id is letters and a number, like D5 or D5r")
        place, home = _home(function)
        rules = DECLARED[place].rules
        if rule_id in rules:
            raise ModelError(f"rule {rule_id}: declared twice")
        if not claim.strip():
            raise ModelError(f"rule {rule_id}: a rule without a claim does not load")
        if not paragraphs and source is None:
            raise ModelError(f"rule {rule_id}: needs paragraphs of the article, or a judgement as source")
        if any(n not in range(1, 20) for n in paragraphs):
            raise ModelError(f"rule {rule_id}: paragraphs run from 1 to 19, found {paragraphs}")
        first = _clause(rule_id, function, pushes, rises_with, falls_with, actor)
        rules[rule_id] = Rule(rule_id, name, home, paragraphs, claim, concern, source, rival_of, [first])
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
        place, _ = _home(function)
        part = _clause(rule_id, function, pushes, rises_with, falls_with, actor)
        DECLARED[place].clauses.append((rule_id, part))
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
        place, actor = _home(function)
        if open_when is not None:
            pure(open_when)
        DECLARED[place].options[actor].append(
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


def _home(function: Callable[..., Any]) -> tuple[str, str]:
    """Return the package that a function belongs to, and the actor or process in whose module it stands."""
    match = re.fullmatch(r"(.+?)\.(?:actors|processes)\.(\w+)(?:\..+)?", function.__module__)
    if match is None:
        raise ModelError(
            f"{function.__module__}.{function.__name__}: rules and options stand in a module of the folders "
            "actors or processes"
        )
    return match[1], match[2]


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
        (actor or _home(function)[1]) if names[0] == "seen" else "",
    )
