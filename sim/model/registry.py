"""What is in the model: rules, options, instruments, actors, found by scanning a package and checked."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sim.errors import ModelError, nearest
from sim.model import calibrated, constants, signs
from sim.model.declare import DECLARED, Clause, Declarations, Instrument, Option, Rule
from sim.model.extension import Extension, cached_in_force, imported, in_force
from sim.model.fields import fields_read, fields_written
from sim.model.provenance import Constant, Quantity, Record, Whole, dtype_of, judgement

EVERYONE = "everyone"

#: The package in which `load()` looks.
PACKAGE = "sim.model"


Process = Callable[[Any, Any, Any, Any], None]


class Records(NamedTuple):
    """The four records of a model."""

    world: type[Record]
    parameters: type[Record]
    drives: type[Record]
    draws: type[Record]


@dataclass(frozen=True, eq=False)
class Model:
    """Everything the drivers need: what is declared in a package, in a fixed order."""

    package: str
    actors: tuple[str, ...]
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
    constants: dict[str, Constant | Whole]
    extensions: tuple[Extension, ...] = ()

    @property
    def before_opinion(self) -> tuple[Process, ...]:
        """Processes before the population moves, those of extensions last."""
        return self._processes("BEFORE_OPINION")

    @property
    def after_opinion(self) -> tuple[Process, ...]:
        """Processes after it; those of extensions come first, since the ladders close the week."""
        return self._processes("AFTER_OPINION")

    def _processes(self, name: str) -> tuple[Process, ...]:
        own = tuple(getattr(self.week, name))
        modules = [imported(f"{one.package}.week") for one in self.extensions]
        added = tuple(one for module in modules for one in getattr(module, name, ()))
        return (*own, *added) if name == "BEFORE_OPINION" else (*added, *own)

    @property
    def week(self) -> ModuleType:
        """The module that holds the order of the week."""
        return importlib.import_module(f"{self.package}.week")

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


@cached_in_force
def _load(package: str) -> Model:
    extensions = in_force()
    for one in (package, *(one.package for one in extensions)):
        for folder in ("actors", "processes"):
            parent = imported(f"{one}.{folder}")
            for info in pkgutil.walk_packages(getattr(parent, "__path__", ()), f"{one}.{folder}."):
                imported(info.name)
        constants.check(constants.functions(one))
    importlib.import_module(f"{package}.population")
    packages = (package, *(one.package for one in extensions))
    actors = [name for one in packages for name in _given(f"{one}.actors", "ACTORS", ())]
    if len(set(actors)) < len(actors):
        raise ModelError(f"actors {', '.join(actors)}: one is declared twice; rename it in one of {packages}")
    model = compose(
        package,
        tuple(actors),
        _declarations(packages),
        Records(
            *(
                _record(packages, module, name)
                for module, name in (
                    ("world", "World"),
                    ("parameters", "Parameters"),
                    ("world", "Drives"),
                    ("world", "Draws"),
                )
            )
        ),
        calibrated.defaults() if package == calibrated.__package__ else {},
        {name: one for here in packages for name, one in constants.declared(here).items()},
        extensions,
    )
    signs.check(_added(model), model.world, model.parameters)
    return model


def _added(model: Model) -> Iterator[tuple[Rule, Clause]]:
    """Yield the clauses that packages brought; those written as data have their signs by their form."""
    packages = (one.package for one in model.extensions)
    homes = tuple(f"{one}." for one in packages if getattr(imported(one), "__file__", None))
    for rule in model.rules.values():
        yield from ((rule, one) for one in rule.clauses if one.function.__module__.startswith(homes))


def load(package: str = "") -> Model:
    """Import every actor and process of a package and of the extensions in force, check them, return the whole.

    Without a name, that of `PACKAGE`.

    Raises
    ------
    ModelError
        Naming the rule, option or quantity that is declared wrongly, and the remedy.
    """
    model: Model = _load(package or PACKAGE)
    return model


def _given(module: str, name: str, otherwise: Any) -> Any:
    """Return what a module of an extension calls so, where there is such a module and such a name."""
    return getattr(imported(module), name, otherwise)


def _record(packages: tuple[str, ...], module: str, name: str) -> type[Record]:
    """Return the record of a model with what its extensions add, their fields last."""
    parts = [_given(f"{one}.{module}", name, None) for one in packages]
    whole: type[Record] = parts[0]
    for package, part in zip(packages[1:], parts[1:], strict=True):
        if part is not None:
            if twice := part.quantities.keys() & whole.quantities.keys():
                raise ModelError(f"{package}.{module}: {', '.join(sorted(twice))}: taken already; rename")
            whole = types.new_class(name, (part, whole))
    return whole


def _declarations(packages: tuple[str, ...]) -> Declarations:
    """Return what the packages declare, together; a rule or option that two declare is refused."""
    whole = Declarations()
    for package in packages:
        part = DECLARED[package]
        if twice := part.rules.keys() & whole.rules.keys():
            raise ModelError(f"{package}: rules {', '.join(sorted(twice))}: the ids are taken; choose others")
        whole.rules.update(part.rules)
        whole.clauses += part.clauses
        for actor, options in part.options.items():
            whole.options[actor] += options
    return whole


def compose(
    package: str,
    actors: tuple[str, ...],
    declared: Declarations,
    records: Records,
    defaults: Mapping[str, float],
    certain: dict[str, Constant | Whole],
    extensions: tuple[Extension, ...] = (),
) -> Model:
    """Put together and check what is declared; `defaults` are calibrated ones, by name, `certain` constants.

    Raises
    ------
    ModelError
        As `load`.
    """
    rules = {
        one.id: replace(one, clauses=[*one.clauses])
        for one in sorted(declared.rules.values(), key=lambda one: one.order)
    }
    for rule_id, one in declared.clauses:
        if rule_id not in rules:
            raise ModelError(f"a clause of {rule_id}: no such rule{nearest(rule_id, rules)}")
        rules[rule_id].clauses.append(one)
    off = {one.name for one in extensions if one.carried}
    parameters = dict(records.parameters.quantities)
    for one_rule in rules.values():
        name = one_rule.strength
        on = 0.0 if one_rule.rival_of or one_rule.id in off else 1.0
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
                    judgement(
                        "concerns count alike; a weight only rescales its rules, so it is a lever and not uncertain"
                    ),
                    (0.6, 1.4),
                )
    world = dict(records.world.quantities)
    _calibrate(defaults, parameters, world)
    instruments = tuple(
        _instrument(actor, name, declared.options[actor])
        for actor in actors
        for name in dict.fromkeys(one.instrument for one in declared.options[actor])
    )
    model = Model(
        package,
        actors,
        world,
        parameters,
        dict(records.drives.quantities),
        dict(records.draws.quantities),
        rules,
        instruments,
        dtype_of(world),
        dtype_of(parameters),
        dtype_of(records.drives.quantities),
        dtype_of(records.draws.quantities),
        certain,
        extensions,
    )
    _check(model)
    return model


def _calibrate(defaults: Mapping[str, float], *tables: dict[str, Quantity]) -> None:
    """Put calibrated defaults in the place of declared ones."""
    for name, value in defaults.items():
        found = next((table for table in tables if name in table), None)
        if found is None or not found[name].plausible[0] <= value <= found[name].plausible[1]:
            raise ModelError(
                f"calibrated default {name} = {value}: the model no longer declares it so; "
                "run 'make calibrate'"
            )
        found[name] = replace(found[name], default=value, declared=found[name].default)


def _instrument(actor: str, name: str, options: list[Option]) -> Instrument:
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
    chosen = [one for one in options if one.instrument == name]
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
