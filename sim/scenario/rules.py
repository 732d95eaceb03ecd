"""Rules of one's own, as data in a storyline, a reading or a file of rules: their form and their checks.

A rule comes into force with the file that holds it. In every other storyline of the process it is off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from sim.errors import ModelError, nearest
from sim.model import extension, written
from sim.model.registry import Model, knows, load
from sim.scenario.checks import texts
from sim.scenario.faults import Fault, Loc, from_pydantic, in_rule, shown, unknown
from sim.scenario.strict import Strict, as_tuple, text_date
from sim.scenario.values import number

#: Most parts of one intensity, and how deep they may lie.
MOST_PARTS, DEEPEST = 40, 6

Parts = Annotated["tuple[Intensity, ...] | None", BeforeValidator(as_tuple)]

#: What each grade of source must say.
GRADES: dict[str, tuple[str, ...]] = {
    "article": ("paragraphs",),
    "public": ("publisher", "title", "date"),
    "literature": ("author", "year", "finding"),
    "judgement": ("because",),
}


class RuleSource(Strict):
    """Where a claim comes from, by its grade."""

    grade: Literal["article", "public", "literature", "judgement"] = Field(
        description="article: paragraphs; public: publisher, title, date; literature: author, year, finding; "
        "judgement: because"
    )
    because: str | None = Field(None, max_length=2000, description="judgement: why")
    paragraphs: Annotated[
        tuple[Annotated[int, Field(ge=1, le=19)], ...] | None, BeforeValidator(as_tuple)
    ] = Field(None, description="article: its paragraphs, 1 to 19")
    publisher: str | None = Field(None, max_length=500)
    title: str | None = Field(None, max_length=500)
    date: Annotated[str | None, BeforeValidator(text_date)] = Field(None, max_length=100)
    author: str | None = Field(None, max_length=500)
    year: int | None = Field(None, ge=1000, le=2100)
    finding: str | None = Field(None, max_length=2000)


class Intensity(Strict):
    """How far a claim applies, from 0 on: of one variable, or of other intensities."""

    ramp: str | None = Field(
        None, description="a variable: 0 up to `from`, 1 beyond `to`, a line between them"
    )
    logistic: str | None = Field(None, description="a variable: 1/2 at `middle`, an S as wide as `width`")
    from_: float | None = Field(None, alias="from", description="of a ramp: where it begins")
    to: float | None = Field(None, description="of a ramp: where it is full")
    middle: float | None = Field(None, description="of a logistic: where it is one half")
    width: float | None = Field(None, gt=0, description="of a logistic: how wide it is")
    product: Parts = Field(None, description="as far as all of these, multiplied")
    sum: Parts = Field(None, description="these together, added")
    largest: Parts = Field(None, description="the largest of these")
    smallest: Parts = Field(None, description="the smallest of these")
    not_: Intensity | None = Field(None, alias="not", description="1 less this")


class Push(Strict):
    """How strongly a rule pushes: its size with its sign, and the range that studies draw from."""

    size: float = Field(description="positive for, negative against")
    low: float = Field(description="lower end of the plausible range, with its sign")
    high: float = Field(description="upper end of it")


class WrittenRule(Strict):
    """A claim of one's own: when it applies, and what it pushes."""

    id: str = Field(
        description="letters and a number, like X1, that no other rule has",
        json_schema_extra={"pattern": "^[A-Z]+[0-9]+[a-z]*$"},
    )
    name: str = Field(min_length=1, max_length=100, description="what it is called")
    actor: str | None = Field(
        None, description="whose choices it enters; without it, it pushes processes of the world"
    )
    concern: str = Field(
        max_length=60,
        description="what it speaks to, like border security; small letters",
        json_schema_extra={"pattern": "^[a-z]+( [a-z]+)*$"},
    )
    claim: str = Field(min_length=1, max_length=2000, description="the claim, in a sentence")
    source: RuleSource
    rival_of: str | None = Field(None, description="the rule that it would take the place of")
    intensity: Intensity
    pushes: dict[str, Push] = Field(
        description="options (instrument.option) of the actor, or drives of the world",
        json_schema_extra={"minProperties": 1},
    )

    @property
    def strength(self) -> str:
        """Name of the parameter that scales it."""
        return f"strength_{self.id}"


class RulesFile(Strict):
    """A file of rules for `--rules`; it reads as a storyline too."""

    panj: Literal[1]
    title: str = Field(default="", max_length=200)
    rules: Annotated[tuple[WrittenRule, ...], BeforeValidator(as_tuple)]


#: The keys of each kind of mapping in a file of rules.
KEYS: dict[str, tuple[str, ...]] = {
    "file of rules": tuple(RulesFile.model_fields),
    "rule": tuple(WrittenRule.model_fields),
    "rule's source": tuple(RuleSource.model_fields),
    "intensity": tuple(name.rstrip("_") for name in Intensity.model_fields),
    "push": tuple(Push.model_fields),
}


def plain(rule: WrittenRule) -> dict[str, Any]:
    """Return a rule as a file holds it."""
    return rule.model_dump(mode="json", by_alias=True, exclude_none=True)


def enter(given: Any) -> list[Fault]:
    """Put the rules that a storyline or reading holds in force, all or none; return what is wrong with them.

    Parameters
    ----------
    given
        What stands under `rules`, as plain data; anything but a list holds none.
    """
    if not isinstance(given, list):
        return []
    try:
        file = RulesFile(panj=1, title="", rules=tuple(given))
    except ValidationError as error:
        found = from_pydantic(error.errors(include_url=False), KEYS, in_rule)
        taken = {one.loc for one in found}
        return found + [one for one in faults(given) if one.loc not in taken]
    return list(faults(given)) or join(file.rules, carried=True)


def join(rules: Iterable[WrittenRule], carried: bool) -> list[Fault]:
    """Put rules in force, all or none; return what the model itself has against them.

    Parameters
    ----------
    carried
        Whether a storyline carries them; otherwise they are on everywhere.
    """
    model, added = load(), list[extension.Extension]()
    found: list[Fault] = []
    for k, rule in enumerate(rules):
        data = plain(rule)
        found += _sense(("rules", k, "intensity"), data["intensity"])
        try:
            one = written.extension(data, model.world, model.drives, carried)
            if extension.join(one):
                added.append(one)
        except ModelError as error:
            found.append(Fault(("rules", k), str(error)))
    try:
        load()
    except ModelError as error:
        found.append(Fault(("rules",), str(error)))
    if found:
        _undo(added)
    return found


def _undo(added: Iterable[extension.Extension]) -> None:
    for one in added:
        extension.leave(one)


def faults(rules: Any) -> Iterator[Fault]:
    """Yield what is wrong with the meaning of rules given as plain data."""
    if not isinstance(rules, list):
        return
    yield from texts(rules, ("rules",))
    model = load()
    ids = [one.get("id") for one in rules if isinstance(one, Mapping)]
    own = {one.name for one in model.extensions}
    for k, rule in enumerate(rules):
        if isinstance(rule, Mapping):
            yield from _naming(("rules", k), rule, model, [*ids], own)
            yield from _source(("rules", k, "source"), rule.get("source"))
            yield from _pushes(("rules", k, "pushes"), rule, model)
            yield from _shape(("rules", k, "intensity"), rule.get("intensity"), rule.get("actor"), model)


def _naming(
    loc: Loc, rule: Mapping[str, Any], model: Model, ids: list[Any], own: set[str]
) -> Iterator[Fault]:
    name, concern, rival, actor = (rule.get(key) for key in ("id", "concern", "rival_of", "actor"))
    if isinstance(name, str):
        if not re.fullmatch(r"[A-Z]+\d+[a-z]*", name, re.ASCII):
            yield Fault((*loc, "id"), f"expected letters and a number, like X1 or X1r, found {shown(name)}")
        elif name in model.rules and name not in own:
            yield Fault(
                (*loc, "id"), f"{name} is a rule of the model ({model.rules[name].name}); choose another"
            )
        elif ids.count(name) > 1:
            yield Fault((*loc, "id"), f"{name} is given twice; choose another")
    if isinstance(concern, str) and not re.fullmatch(r"[a-z]+( [a-z]+)*", concern):
        known = sorted({one.concern for one in model.rules.values()})
        yield Fault(
            (*loc, "concern"),
            f"expected words in small letters, found {shown(concern)}{nearest(concern, known)}",
        )
    if isinstance(rival, str) and rival not in (*model.rules, *ids):
        yield Fault((*loc, "rival_of"), unknown("rule", rival, model.rules))
    if isinstance(actor, str) and actor not in model.actors:
        yield Fault((*loc, "actor"), unknown("actor", actor, model.actors))


def _source(loc: Loc, given: Any) -> Iterator[Fault]:
    grade = given.get("grade") if isinstance(given, Mapping) else None
    if grade not in GRADES:
        return
    for key in GRADES[grade]:
        if given.get(key) in (None, "", []) or (isinstance(given[key], str) and not given[key].strip()):
            yield Fault(loc, f"a source of grade {grade} needs '{key}'; add it")
    for key in given.keys() - {"grade", *GRADES[grade]}:
        yield Fault(
            (*loc, key), f"a source of grade {grade} has no '{key}'; it has {', '.join(GRADES[grade])}"
        )


def _pushes(loc: Loc, rule: Mapping[str, Any], model: Model) -> Iterator[Fault]:
    pushes, actor = rule.get("pushes"), rule.get("actor")
    if not isinstance(pushes, Mapping):
        return
    if not pushes:
        yield Fault(loc, "a rule that pushes nothing changes nothing; name an option or a drive")
    options = [opt.key for one in model.instruments if one.actor == actor for opt in one.options[1:]]
    for target, push in pushes.items():
        if actor is None and target not in model.drives:
            yield Fault(
                (*loc, target), f"{unknown('drive', target, model.drives)}; to push an option, add 'actor'"
            )
        elif actor in model.actors and target not in options:
            yield Fault((*loc, target), unknown(f"option of {actor}", target, options))
        if not isinstance(push, Mapping):
            continue
        size, low, high = (number(push.get(key)) for key in ("size", "low", "high"))
        if size is None or low is None or high is None:
            continue
        if not low <= size <= high or low == high:
            yield Fault(
                (*loc, target), f"expected low <= size <= high with a range, found {low}, {size}, {high}"
            )
        elif low < 0 < high or size == 0:
            yield Fault(
                (*loc, target),
                f"its range from {low} to {high} leaves open whether it pushes for or against; "
                "keep one sign, and write the other way as a rule of its own",
            )


def _shape(loc: Loc, given: Any, actor: Any, model: Model, depth: int = 1) -> Iterator[Fault]:
    """Yield what is wrong with the form of an intensity, and with what it reads."""
    if not isinstance(given, Mapping):
        return
    forms = [one for one in written.FORMS if one in given]
    if len(forms) != 1:
        said = " and ".join(forms) or "none"
        yield Fault(loc, f"expected exactly one of {', '.join(written.FORMS)}, found {said}")
        return
    (kind,) = forms
    wanted = written.NUMBERS.get(kind, ())
    for key in given.keys() - {kind, *wanted}:
        if key in ("from", "to", "middle", "width"):
            yield Fault((*loc, key), f"'{kind}' has no '{key}'; it belongs to {_owner(key)}")
    for key in wanted:
        if key not in given:
            yield Fault(loc, f"'{kind}' needs '{key}'; add it")
    if kind in written.LEAVES:
        yield from _leaf(loc, kind, given, actor, model)
    elif depth == DEEPEST:
        yield Fault(loc, f"expected at most {DEEPEST} levels of parts; split the rule")
    elif kind == "not":
        yield from _shape((*loc, "not"), given["not"], actor, model, depth + 1)
    elif isinstance(given[kind], list):
        if not 2 <= len(given[kind]) <= MOST_PARTS:
            yield Fault((*loc, kind), f"expected 2 to {MOST_PARTS} parts, found {len(given[kind])}")
        for k, one in enumerate(given[kind]):
            yield from _shape((*loc, kind, k), one, actor, model, depth + 1)


def _owner(key: str) -> str:
    return next(kind for kind, names in written.NUMBERS.items() if key in names)


def _leaf(loc: Loc, kind: str, given: Mapping[str, Any], actor: Any, model: Model) -> Iterator[Fault]:
    name = given[kind]
    quantity = model.world.get(name) if isinstance(name, str) else None
    if quantity is None:
        if isinstance(name, str):
            yield Fault((*loc, kind), unknown("variable of the world", name, model.world))
        return
    if actor in model.actors and not knows(actor, quantity):
        known = [one for one, q in model.world.items() if knows(actor, q)]
        yield Fault(
            (*loc, kind),
            f"{name} is hidden from {actor}, so no choice of it can follow from it{nearest(name, known)}",
        )
    first, second = (number(given.get(key)) for key in written.NUMBERS[kind])
    if kind == "ramp" and first is not None and second is not None:
        if first >= second:
            yield Fault(
                loc, f"expected 'from' below 'to', found {first} and {second}; what falls is 'not' of a ramp"
            )
        elif first >= quantity.high or second <= quantity.low:
            yield Fault(
                loc, f"{name} lies from {quantity.low:g} to {quantity.high:g}, so this ramp never changes"
            )
    for key, value in zip(written.NUMBERS[kind][: 2 if kind == "ramp" else 1], (first, second), strict=False):
        if value is not None and not quantity.low <= value <= quantity.high:
            yield Fault(
                (*loc, key),
                f"expected {quantity.low:g} to {quantity.high:g}, the bounds of {name}, found {value:g}",
            )


def _sense(loc: Loc, intensity: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a variable that works both ways, and what would fall below 0."""
    ways = list(written.reads(intensity))
    for name in sorted({one for one, up in ways if up} & {one for one, up in ways if not up}):
        yield Fault(
            loc, f"it both rises and falls with {name}, so the claim contradicts itself; write two rules"
        )
    yield from _negative(loc, intensity)


def _negative(loc: Loc, intensity: Mapping[str, Any]) -> Iterator[Fault]:
    kind = written.form(intensity)
    if kind == "not":
        most = written.largest(intensity["not"])
        if most > 1.0:
            yield Fault(
                (*loc, "not"),
                f"what is 1 less this must be at most 1, found a sum of up to {most:g}; use 'largest'",
            )
        yield from _negative((*loc, "not"), intensity["not"])
    elif kind in written.JOINS:
        for k, one in enumerate(intensity[kind]):
            yield from _negative((*loc, kind, k), one)
