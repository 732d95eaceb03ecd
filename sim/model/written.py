"""A rule that is written as data becomes a package of one rule, of the same form as those written as code.

How far a claim applies is said in a closed language: ramp, logistic, product, sum, largest, smallest, not.
Its text is turned into that of a function, so that nothing beyond this module tells such a rule from another.
"""

from __future__ import annotations

import hashlib
import json
import keyword
import linecache
import re
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from sim.model.declare import rule as declared
from sim.model.extension import Extension
from sim.model.maths import logistic, ramp
from sim.model.provenance import (
    Quantity,
    Record,
    Source,
    article,
    constant,
    judgement,
    literature,
    parameter,
    public,
)

#: What an intensity may be: of a variable, of others, or the opposite of another.
LEAVES, JOINS = ("ramp", "logistic"), ("product", "sum", "largest", "smallest")
FORMS = (*LEAVES, *JOINS, "not")
#: The numbers of a leaf: where a ramp begins and is full, where a logistic is one half and how wide it is.
NUMBERS = {"ramp": ("from", "to"), "logistic": ("middle", "width")}


def form(intensity: Mapping[str, Any]) -> str:
    """Return which of the forms an intensity has."""
    return next(one for one in FORMS if one in intensity)


def reads(intensity: Mapping[str, Any], rises: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield every variable that an intensity reads, and whether it rises with it."""
    kind = form(intensity)
    if kind in LEAVES:
        yield intensity[kind], rises
    elif kind == "not":
        yield from reads(intensity[kind], not rises)
    else:
        for one in intensity[kind]:
            yield from reads(one, rises)


def largest(intensity: Mapping[str, Any]) -> float:
    """Return what an intensity is at most; every one is at least 0."""
    kind = form(intensity)
    if kind not in JOINS:
        return 1.0
    parts = [largest(one) for one in intensity[kind]]
    if kind == "product":
        whole = 1.0
        for one in parts:
            whole *= one
        return whole
    return sum(parts) if kind == "sum" else max(parts) if kind == "largest" else min(parts)


def source(given: Mapping[str, Any]) -> Source:
    """Return the source of a rule from its data.

    Raises
    ------
    ModelError
        A part of it is empty.
    """
    if given["grade"] == "article":
        return article(*given["paragraphs"])
    if given["grade"] == "public":
        return public(given["publisher"], given["title"], given["date"])
    if given["grade"] == "literature":
        return literature(given["author"], given["year"], given["finding"])
    return judgement(given["because"])


def size_name(rule_id: str, target: str) -> str:
    """Name the parameter of a push's size, like `X1_contact_warm`."""
    return f"{rule_id}_{target.replace('.', '_')}"


def extension(
    rule: Mapping[str, Any], world: Mapping[str, Quantity], drives: Mapping[str, Quantity], carried: bool
) -> Extension:
    """Return a rule written as data as a package, ready to join.

    Parameters
    ----------
    rule
        As a file holds it, checked: id, name, claim, concern, source, intensity, pushes; actor and rival_of
        where given.
    world, drives
        Quantities of the model, for the units of what it reads and pushes.
    carried
        Whether a storyline carries it.

    Raises
    ------
    ModelError
        A number or source that the model refuses.
    """
    text = json.dumps(rule, sort_keys=True)
    digest = hashlib.blake2b(text.encode(), digest_size=10).hexdigest()
    package = f"panj_rule_{rule['id']}_{digest}"
    if package not in sys.modules:
        _write(package, rule, world, drives)
    return Extension(rule["id"], package, digest, carried)


class _Formula:
    """The text of an intensity, and the constants in it."""

    def __init__(self, rule: Mapping[str, Any], record: str, world: Mapping[str, Quantity]) -> None:
        self.rule, self.record, self.world = rule, record, world
        self.source = source(rule["source"])
        self.constants: dict[str, float] = {}

    def text(self, intensity: Mapping[str, Any]) -> str:
        """Write an intensity as Python."""
        kind = form(intensity)
        if kind in LEAVES:
            variable = intensity[kind]
            first, second = (self._number(kind, variable, one, intensity[one]) for one in NUMBERS[kind])
            if kind == "ramp":
                return f"ramp({self.record}.{variable}, {first}, {second})"
            return f"logistic(({self.record}.{variable} - {first}) / {second})"
        if kind == "not":
            return f"(1.0 - {self.text(intensity[kind])})"
        parts = [self.text(one) for one in intensity[kind]]
        if kind in ("product", "sum"):
            return f"({(' * ' if kind == 'product' else ' + ').join(parts)})"
        whole = parts.pop()
        for one in reversed(parts):
            whole = f"{'max' if kind == 'largest' else 'min'}({one}, {whole})"
        return whole

    def _number(self, kind: str, variable: str, which: str, value: float) -> str:
        name = f"{self.rule['id']}_{which.upper()}_{len(self.constants) // 2 + 1}"
        meaning = f"'{which}' of the {kind} of {variable} in rule {self.rule['id']}"
        self.constants[name] = constant(value, self.world[variable].unit, meaning, self.source)
        return name


def _write(
    package: str, rule: Mapping[str, Any], world: Mapping[str, Quantity], drives: Mapping[str, Quantity]
) -> None:
    actor = rule.get("actor")
    record = "world" if actor is None else "seen"
    formula = _Formula(rule, record, world)
    name = _function_name(rule)
    most = f"{largest(rule['intensity']):g}"
    text = (
        f"def {name}({record}, p):\n"
        f'    """How far the claim applies, 0 to {most}."""\n'
        f"    return {formula.text(rule['intensity'])}\n"
    )
    file = f"<rule {rule['id']} {package}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    module = ModuleType(f"{package}.processes.world" if actor is None else f"{package}.actors.{actor}")
    vars(module).update(ramp=ramp, logistic=logistic, **formula.constants)
    for one in (package, f"{package}.actors", f"{package}.processes"):
        parent = ModuleType(one)
        parent.__path__ = []
        sys.modules[one] = parent
    parameters = ModuleType(f"{package}.parameters")
    vars(parameters).update(Parameters=_sizes(rule, formula.source, drives))
    sys.modules |= {parameters.__name__: parameters, module.__name__: module}
    # The text is this module's own: names of the file reach it only after they were found in the model.
    exec(compile(text, file, "exec"), vars(module))
    risen = dict(reads(rule["intensity"]))
    declared(
        rule["id"],
        rule["name"],
        paragraphs=formula.source.paragraphs,
        claim=rule["claim"],
        concern=rule["concern"],
        pushes={
            target: f"{'-' if push['size'] < 0 else '+'}{size_name(rule['id'], target)}"
            for target, push in rule["pushes"].items()
        },
        rises_with=tuple(one for one, up in risen.items() if up),
        falls_with=tuple(one for one, up in risen.items() if not up),
        source=None if formula.source.grade == "article" else formula.source,
        rival_of=rule.get("rival_of"),
    )(getattr(module, name))


def _function_name(rule: Mapping[str, Any]) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", rule["name"].lower()).strip("_")
    sound = (
        name.isidentifier() and not keyword.iskeyword(name) and name not in ("ramp", "logistic", "max", "min")
    )
    return name if sound else f"rule_{rule['id'].lower()}"


def _sizes(rule: Mapping[str, Any], of_claim: Source, drives: Mapping[str, Quantity]) -> type[Record]:
    """Declare the size of every push, a positive number whose sign the push has."""
    told = (
        of_claim if of_claim.grade == "judgement" else judgement(f"how strongly is judged, from {of_claim}")
    )
    fields: dict[str, Any] = {}
    for target, push in rule["pushes"].items():
        low, high = sorted((abs(push["low"]), abs(push["high"])))
        fields[size_name(rule["id"], target)] = parameter(
            abs(push["size"]),
            "utility" if "." in target else drives[target].unit,
            low,
            high,
            f"pull of {rule['name']} on {target}",
            told,
        )
    return type("Parameters", (Record,), fields)
