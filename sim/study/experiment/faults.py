"""What may be wrong with an experiment beyond the shape of its file, a function for each part of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sim.errors import ScenarioError, nearest
from sim.model.outcomes import OUTCOMES
from sim.scenario.faults import Fault, Loc, shown, unknown
from sim.study.columns import OWN
from sim.study.experiment.experiment import CHOICES, FROM_GRADES, SETTINGS
from sim.study.experiment.keys import ExperimentFile
from sim.study.experiment.laws import Law
from sim.study.questions import estimand
from sim.study.tables import at_start

#: Keys of a scenario that a condition or a lever may set.
PIECE_KEYS = (
    "start",
    "weeks",
    "citizens",
    "reading",
    "rules",
    "world",
    "parameters",
    "events",
    "commitments",
)
#: Names that tables use for other things.
TAKEN = (*OWN, *OUTCOMES, *map(at_start, OUTCOMES), "never")
#: Where a design needs or refuses each of its keys.
NEEDS = {
    **dict.fromkeys(("lhs", "sobol", "saltelli", "morris"), ("size",)),
    "cases": ("file",),
    "search": ("evaluations",),
}
TAKES = {
    "grid": ("levels",),
    "lhs": ("size",),
    "sobol": ("size",),
    "saltelli": ("size", "second_order"),
    "morris": ("size", "levels"),
    "cases": ("file",),
    "rules_off": (),
    "search": ("evaluations", "population", "seeds"),
}

#: Every key of a design but its method.
DESIGN_KEYS = tuple(dict.fromkeys(key for taken in TAKES.values() for key in taken))


def design(spec: ExperimentFile, data: Mapping[str, Any], laws: Mapping[str, Law]) -> Iterator[Fault]:
    """Yield what is wrong with the design: what its method needs, what it does not take."""
    method, loc = spec.design.method, ("design",)
    for key in DESIGN_KEYS:
        value = getattr(spec.design, key)
        if key in NEEDS.get(method, ()) and value is None:
            yield Fault(
                loc, f"expected {'' if key[-1] == 's' else 'a '}{key} for {method}, found none; add it"
            )
        elif value not in (None, False) and key not in TAKES[method]:
            yield Fault((*loc, key), f"{method} takes no {key}; leave it out")
    size = spec.design.size or 1
    if method in ("sobol", "saltelli") and size & (size - 1):
        lower = 1 << (size.bit_length() - 1)
        yield Fault(
            (*loc, "size"),
            f"expected a power of two for {method}, found {size}; take {lower} or {2 * lower}",
        )
    if method == "morris" and spec.design.levels is not None and spec.design.levels % 2:
        yield Fault((*loc, "levels"), f"expected an even number of levels, found {spec.design.levels}")
    if not laws and not data.get("uncertainties") and method not in ("cases", "rules_off", "search"):
        if method in ("saltelli", "morris", "sobol", "lhs") or not any(map(data.get, SETTINGS)):
            yield Fault(
                ("uncertainties",) if "uncertainties" in data else (),
                f"expected at least one uncertainty for {method}, found none",
            )
    if method == "grid":
        for name, law in laws.items():
            if law.continuous and not (law.levels or spec.design.levels):
                yield Fault(
                    ("uncertainties", name),
                    "expected levels for a range on a grid, found none; "
                    "add 'levels: 5' beside the range, or to the design for all",
                )
    else:
        for name, law in laws.items():
            if law.levels:
                yield Fault(
                    ("uncertainties", name, "levels"),
                    "levels beside a range are for a grid; leave it out",
                )
    if method == "morris" and len(laws) < 2:
        yield Fault(("uncertainties",), "expected at least two uncertainties for morris; take a grid for one")


def pieces(data: Mapping[str, Any]) -> Iterator[tuple[Loc, Any]]:
    """Yield every alternative of conditions and levers with its place, whatever it is."""
    for key in SETTINGS:
        named = data.get(key)
        for name, alternatives in named.items() if isinstance(named, Mapping) else ():
            for one, piece in alternatives.items() if isinstance(alternatives, Mapping) else ():
                yield (key, name, one), piece


def settings(data: Mapping[str, Any], laws: Mapping[str, Law], free: Collection[str]) -> Iterator[Fault]:
    """Yield what is wrong with conditions and levers: names that are taken, pieces that are none."""
    # Capitals tell no names apart in SQL.
    taken = {one.lower() for one in (*TAKEN, *free, *CHOICES, FROM_GRADES)}
    seen: set[str] = set()
    for key, word in zip(SETTINGS, ("condition", "lever"), strict=True):
        named = data.get(key)
        for name, alternatives in named.items() if isinstance(named, Mapping) else ():
            loc: Loc = (key, name)
            if name.lower() in taken:
                yield Fault(loc, f"the name {shown(name)} is already used for something else; take another")
            elif not name.isidentifier() or len(name) > 60:
                yield Fault(
                    loc, f"expected the name of a {word} in letters, digits and _, found {shown(name)}"
                )
            elif name.lower() in seen:
                yield Fault(loc, f"the name {shown(name)} is given already; give this {word} another one")
            seen.add(name.lower())
            if not isinstance(alternatives, Mapping) or not alternatives:
                yield Fault(
                    loc,
                    f"expected named alternatives, like {{thinned: {{events: […]}}, kept: {{}}}}, "
                    f"found {shown(alternatives) if not isinstance(alternatives, Mapping) else 'none'}",
                )
    for here, piece in pieces(data):
        name = str(here[-1])
        if not name.strip() or len(name) > 60 or not name.isprintable():
            yield Fault(here, "expected a name of 1 to 60 characters on one line")
        if not isinstance(piece, Mapping):
            yield Fault(here, f"expected a piece of scenario, {{}} for none, found {shown(piece)}")
            continue
        yield from _piece(here, piece, laws)


def _piece(loc: Loc, piece: Mapping[str, Any], laws: Mapping[str, Law]) -> Iterator[Fault]:
    word = str(loc[0]).removesuffix("s")
    for key, value in piece.items():
        if key not in PIECE_KEYS:
            near = nearest(str(key), PIECE_KEYS)
            yield Fault((*loc, key), f"unknown key {shown(key)} in a {word}{near}")
        if key in laws:
            yield Fault((*loc, key), f"{key!r} is uncertain and cannot be set by a {word} as well; drop one")
        for name in value if key in ("world", "parameters") and isinstance(value, Mapping) else ():
            if name in laws:
                yield Fault(
                    (*loc, key, name),
                    f"{name!r} is uncertain and cannot be set by a {word} as well; drop one",
                )


def search(spec: ExperimentFile, laws: Mapping[str, Law]) -> Iterator[Fault]:
    """Yield what is wrong with a search as a whole: what it needs, what has no meaning beside it."""
    if spec.design.method != "search":
        for key in ("plan", "across"):
            if getattr(spec, key) is not None:
                yield Fault((key,), f"{key} belongs to a search; leave it out, or take {{method: search}}")
        return
    if not spec.goals:
        yield Fault(("design", "method"), "expected goals to search by, found none; add 'goals:'")
    reasons = {
        "conditions": "search under one of them at a time, as part of the storyline",
        "levers": "what is chosen is what a search finds" if spec.plan else "put the plan into the storyline",
        "trajectories": "a search keeps no weekly values",
    }
    for key, reason in reasons.items():
        if getattr(spec, key):
            yield Fault((key,), f"a search takes no {key}: {reason}")
    if spec.draws == "independent":
        yield Fault(("draws",), "candidates are compared on the same chance; take grouped or shared")
    if spec.plan is None and not laws:
        yield Fault(("design", "method"), "expected a plan to look for, or uncertainties, found neither")
    if spec.plan is None and spec.across is not None:
        yield Fault(("across",), "a search for worlds takes each as it is; leave it out")


def goals(spec: ExperimentFile) -> Iterator[Fault]:
    """Yield goals that are no question, stand twice, or say both or neither of less and more."""
    stated = [one.minimise or one.maximise for one in spec.goals]
    for i, one in enumerate(spec.goals):
        asked = {key: getattr(one, key) for key in ("minimise", "maximise") if getattr(one, key) is not None}
        if len(asked) != 1:
            yield Fault(
                ("goals", i), f"expected minimise or maximise, found {' and '.join(asked) or 'neither'}"
            )
        for key, question in asked.items():
            try:
                estimand(question)
            except ScenarioError as error:
                yield Fault(("goals", i, key), str(error))
            if len(asked) == 1 and question in stated[:i]:
                yield Fault(
                    ("goals", i, key), f"expected each goal once, found {shown(question)} twice; drop one"
                )


def constraints(spec: ExperimentFile, laws: Mapping[str, Law]) -> Iterator[Fault]:
    """Yield what is wrong with the constraints."""
    if spec.constraints and spec.design.method == "saltelli":
        yield Fault(
            ("constraints",),
            "Saltelli's design needs inputs that vary independently, so it takes no constraints; "
            "take lhs or sobol",
        )
    for i, one in enumerate(spec.constraints):
        loc: Loc = ("constraints", i)
        for name in one.sum or ():
            if name in CHOICES or name not in laws:
                known = [known for known in laws if known not in CHOICES]
                yield Fault((*loc, "sum", name), unknown("uncertain number", name, known))
        if one.at_least is None and one.at_most is None:
            yield Fault(loc, "expected at_most, at_least or both, found neither")
        elif one.at_least is not None and one.at_most is not None and one.at_least > one.at_most:
            yield Fault(loc, f"expected at_least below at_most, found {one.at_least:g} and {one.at_most:g}")


def columns(spec: ExperimentFile, world: Collection[str]) -> Iterator[Fault]:
    """Yield outcomes and weekly values that do not exist or cannot be kept."""
    for i, name in enumerate(spec.outcomes or ()):
        if name not in OUTCOMES:
            yield Fault(("outcomes", i), unknown("outcome", name, OUTCOMES))
    yield from _doubles(("outcomes",), spec.outcomes or ())
    if spec.trajectories is not None:
        yield from _doubles(("trajectories", "variables"), spec.trajectories.variables)
        yield from _doubles(("trajectories", "cases"), spec.trajectories.cases or ())
        for i, name in enumerate(spec.trajectories.variables):
            if name not in world:
                loc: Loc = ("trajectories", "variables", i)
                yield Fault(loc, unknown("variable of the world", name, world))
        if spec.trajectories.keep == "quantiles" and spec.replicates > 20_000:
            yield Fault(
                ("trajectories", "keep"),
                f"expected at most 20000 replicates for quantiles of a case, found {spec.replicates}; "
                "take full",
            )


def _doubles(loc: Loc, values: Sequence[object]) -> Iterator[Fault]:
    seen: set[object] = set()
    for i, one in enumerate(values):
        if one in seen:
            yield Fault((*loc, i), f"expected each once, found {shown(one)} twice; drop one")
        seen.add(one)
