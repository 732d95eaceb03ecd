"""What a scenario is: its fields, how they are checked, and the hash that names it.

Types and keys are checked here; whether the names exist in the model and the values are possible
is checked in `sim.scenario.checks`. Both report everything they find at once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    WithJsonSchema,
)

from sim.scenario import checks, rules, values
from sim.scenario.faults import Fault, WrongScenarioError, from_pydantic, shown
from sim.scenario.rules import WrittenRule
from sim.scenario.strict import Strict, as_python, as_tuple, text_date

MOST_WEEKS = 2080
MOST_CITIZENS = 100_000


class Values(dict[str, float]):
    """Numbers by name that cannot be changed: a scenario is frozen through and through."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a scenario is frozen; make another with .replace(parameters={...}, world={...})")

    __setitem__ = __delitem__ = update = pop = popitem = clear = setdefault = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[Values], tuple[dict[str, float]]]:
        return type(self), (dict(self),)


def _day(value: Any) -> Any:
    if isinstance(value, str) or type(value) is not date:
        found = values.day(value)
        if found is None:
            raise ValueError(f"expected a date like 2022-03-07, found {shown(value)}")
        return found
    return value


def _weeks(value: Any) -> Any:
    if isinstance(value, str):
        match = re.fullmatch(r"(\d{1,6})(?: weeks?)?", value.strip(), re.ASCII)
        if match is None:
            raise ValueError(f"expected weeks, like 8 weeks or 8, found {shown(value)}")
        return int(match[1])
    return value


def _kind_of_rules(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else "switch"


def _kind_of_end(value: Any) -> str:
    return "when" if isinstance(value, Mapping | BaseModel) else "day"


#: How an editor knows a date, a number of weeks as text, and one line of a title.
DATE = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
DURATION = r"^0*(\d{1,3}|1\d{3}|20[0-7]\d|2080)( weeks?)?$"
LINE = r"^(?!\.{1,2}$)(?=.*\S)[^/\\<>\u0000-\u001f\u2028\u2029\u202a-\u202e]*$"

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DATE}),
]
Weeks = Annotated[
    int,
    BeforeValidator(_weeks),
    Field(ge=0, le=MOST_WEEKS),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MOST_WEEKS},
                {"type": "string", "pattern": DURATION},
            ]
        }
    ),
]
Parts = Annotated["tuple[When, ...] | None", BeforeValidator(as_tuple)]
End = Annotated[Annotated[Day, Tag("day")] | Annotated["When", Tag("when")], Discriminator(_kind_of_end)]
#: A switch for all rules, or rules of one's own.
Rules = Annotated[
    Annotated[Literal["on", "off"], Tag("switch")]
    | Annotated[tuple[WrittenRule, ...], BeforeValidator(as_tuple), Tag("list")],
    Discriminator(_kind_of_rules),
]
Numbers = Annotated[dict[str, float], AfterValidator(Values)]


class Source(Strict):
    """Where an event is taken from."""

    publisher: str = Field(max_length=500)
    title: str = Field(max_length=500)
    date: Annotated[
        str, BeforeValidator(text_date), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]})
    ] = Field(max_length=100)


class When(Strict):
    """A condition: of a variable, a rung or what came before, or of other conditions.

    An event happens as its condition becomes true, `delay` weeks later.
    """

    variable: str | None = Field(None, description="a variable of the world")
    rung: str | None = Field(None, description="a ladder, for the rung on it: escalation or rapprochement")
    above: float | None = Field(None, description="true while it is above this")
    below: float | None = Field(None, description="true while it is below this")
    between: Annotated[tuple[float, float] | None, BeforeValidator(as_tuple)] = Field(
        None, description="true while it lies between these two, ends included"
    )
    after: Annotated[str | None, BeforeValidator(text_date)] = Field(
        None,
        description="true from a date on, or from the week after an event or commitment of this name began",
    )
    all_: Parts = Field(None, alias="all", description="true while all of these are")
    any_: Parts = Field(None, alias="any", description="true while at least one of these is")
    not_: When | None = Field(None, alias="not", description="true while this is not")
    for_: Weeks | None = Field(None, alias="for", description="weeks in a row for which it must have held")
    delay: Weeks = Field(
        0, description="weeks between the condition and the event; beside 'after', weeks to wait"
    )


class Change(Strict):
    """What an event does to one variable or parameter: exactly one of the four.

    `path` is a series of dates with values, straight lines between them.
    """

    set: float | None = Field(None, description="the new value")
    add: float | None = Field(None, description="what is added to it")
    multiply: float | None = Field(None, description="the factor")
    path: dict[Day, float] | None = Field(
        None,
        description="values by date, straight lines between them",
        json_schema_extra={"minProperties": 1},
    )


class Event(Strict):
    """Something that happens: on a date, when the world is so, or with a chance a week.

    `lasts` is a number of weeks; 0 means that the change stays, left to the model from then on.
    """

    name: str = Field(
        description="what it is called; unique in the file",
        json_schema_extra={"maxLength": 100, "pattern": r"^[^\u0000-\u001f]+$"},
    )
    on: Day | None = Field(None, description="the day on which it happens")
    when: When | None = None
    hazard: float | None = Field(None, ge=0, le=1, description="chance a week")
    lasts: Weeks = Field(
        0, description="how long the change holds, like 8 weeks; without it, the change stays"
    )
    change: dict[str, Change] = Field(description="what changes, by name of a variable or parameter")
    because: str = Field("", max_length=2000, description="why, in a sentence")
    source: Source | None = None


class Commitment(Strict):
    """What an actor binds itself to with one instrument: options it avoids, or one it insists upon.

    With `when` it begins once the actor sees that a condition holds, and with a condition as `until` it ends
    so; what it looks at is its own record of the world, late and noisy where it only estimates.
    """

    name: str | None = Field(None, max_length=100, description="what it is called; needed to be spoken of")
    actor: str = Field(description="who binds itself")
    instrument: str = Field(description="one of its choices a week")
    avoid: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = Field(
        (), description="options it does not take"
    )
    insist: str | None = Field(None, description="the option it takes in every week in which it is open")
    from_: Day | None = Field(None, alias="from", description="first day; without it, from the start")
    until: End | None = Field(
        None, description="last day, or the condition that ends it; without it, to the end"
    )
    when: When | None = Field(None, description="the condition that begins it, from `from` on")
    again: bool = Field(False, description="whether it may begin anew after its condition has ended it")
    priority: int = Field(0, ge=-100, le=100, description="of two that contradict, the higher one is kept")
    because: str = Field("", max_length=2000, description="why, in a sentence")
    source: Source | None = None

    @property
    def reacts(self) -> bool:
        """Whether what happens in a run begins or ends it."""
        return self.when is not None or isinstance(self.until, When)


class Scenario(Strict):
    """A storyline, checked: start, horizon, initial world, parameters, events, commitments.

    `rules: off` switches every rule off, whatever the reading; `parameters` may switch some on again. A list
    of rules adds them to the model: they are on here, and off in every storyline that does not hold them.

    Raises
    ------
    ScenarioError
        Naming every fault at once: what was expected, what was found, which names exist.
    """

    panj: Literal[1] = Field(1, description="version of the format")
    title: str = Field(
        description="one line", json_schema_extra={"minLength": 1, "maxLength": 200, "pattern": LINE}
    )
    question: str = Field("", max_length=2000, description="the question this storyline answers")
    start: Day = Field(date(2021, 8, 16), description="first day of the first week; default 2021-08-16")
    weeks: int = Field(208, ge=1, le=MOST_WEEKS, description="horizon; default 208")
    citizens: int = Field(
        500,
        ge=0,
        le=MOST_CITIZENS,
        description="size of the population; 0 is the average citizen of each region; default 500",
    )
    reading: str | None = Field(None, description="a named set of rival rules")
    rules: Rules = Field(
        "on", description="off: every rule off, but for strengths set here; or a list of rules of one's own"
    )
    world: Numbers = Field(
        default_factory=Values, description="initial values; what is left out has its default"
    )
    parameters: Numbers = Field(
        default_factory=Values, description="values of parameters; what is left out has its default"
    )
    events: Annotated[tuple[Event, ...], BeforeValidator(as_tuple)] = ()
    commitments: Annotated[tuple[Commitment, ...], BeforeValidator(as_tuple)] = ()

    def __init__(self, /, **data: Any) -> None:
        data = as_python(data)
        given = plain(data)
        found: list[Fault] = rules.enter(given.get("rules"))
        try:
            super().__init__(**data)
        except ValidationError as error:
            told = {one.loc for one in found}
            found += [
                one for one in from_pydantic(error.errors(include_url=False), KEYS) if one.loc not in told
            ]
        taken = {one.loc for one in found}
        found += [one for one in checks.faults(given) if one.loc not in taken]
        if found:
            raise WrongScenarioError(found) from None

    def __hash__(self) -> int:
        return hash(self.hash)

    def _repr_html_(self) -> str:
        from sim.views.notebook.scenario import scenario_html

        return scenario_html(self)

    def replace(self, **changes: Any) -> Scenario:
        """Return another scenario in which some fields differ, checked anew.

        Parameters
        ----------
        **changes
            Fields by name. `world` and `parameters` are merged into what is there; any other field
            takes the place of the old one.

        Raises
        ------
        ScenarioError
            If a field is unknown or a value wrong.
        """
        data: dict[str, Any] = {name: getattr(self, name) for name in type(self).model_fields}
        for name in ("world", "parameters"):
            if isinstance(changes.get(name), Mapping):
                changes[name] = {**data[name], **changes[name]}
        return type(self)(**{**data, **changes})

    @property
    def own_rules(self) -> tuple[WrittenRule, ...]:
        """The rules that it adds to the model."""
        return self.rules if isinstance(self.rules, tuple) else ()

    @property
    def canonical(self) -> dict[str, Any]:
        """What names this scenario: plain data, names sorted, dates as text.

        It holds what a run needs and the title; question, reasons and sources tell about a run and
        change nothing in it, so they are left out. `Scenario(**spec.canonical)` gives it back.
        """
        data = self.model_dump(
            mode="json",
            by_alias=True,
            exclude_none=True,
            exclude={"question", "world", "parameters", "events", "commitments"},
        )
        if self.rules == "on":
            del data["rules"]
        elif self.own_rules:
            data["rules"].sort(key=lambda one: str(one["id"]))
        for name in ("world", "parameters"):
            # Adding zero makes 0.0 of -0.0, which is the same number and would have another hash.
            data[name] = {key: value + 0.0 for key, value in sorted(getattr(self, name).items())}
        data["commitments"] = [
            one.model_dump(
                mode="json",
                by_alias=True,
                exclude_none=True,
                exclude_defaults=True,
                exclude={"because", "source"},
            )
            for one in self.commitments
        ]
        data["events"] = [
            {
                **one.model_dump(
                    mode="json", by_alias=True, exclude_none=True, exclude={"because", "source", "change"}
                ),
                "change": {
                    target: change.model_dump(mode="json", exclude_none=True)
                    for target, change in sorted(one.change.items())
                },
            }
            for one in self.events
        ]
        return data

    @property
    def reasons(self) -> dict[str, Any]:
        """`because` and `source` of what has a name: told with a run, and no part of what names it."""
        named: list[Event | Commitment] = [*self.events, *(one for one in self.commitments if one.name)]
        said = {
            str(one.name): one.model_dump(
                mode="json", exclude_none=True, exclude_defaults=True, include={"because", "source"}
            )
            for one in named
        }
        return {name: told for name, told in said.items() if told}

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical form, 64 hexadecimal digits, the same in every process."""
        return hash_of(self.canonical)


def hash_of(canonical: Mapping[str, Any]) -> str:
    """Return the hash that names a scenario."""
    text = json.dumps(canonical, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


KEYS: dict[str, tuple[str, ...]] = {
    "scenario": (*Scenario.model_fields, "extends"),
    "event": tuple(Event.model_fields),
    "when": tuple(name.rstrip("_") for name in When.model_fields),
    "change": tuple(Change.model_fields),
    "commitment": tuple(name.rstrip("_") for name in Commitment.model_fields),
    "source": tuple(Source.model_fields),
    **rules.KEYS,
}


def with_reasons(canonical: Mapping[str, Any], reasons: Mapping[str, Any]) -> dict[str, Any]:
    """Return a canonical scenario with what is said of its events, as `Scenario` takes it."""
    told = {
        key: [{**one, **reasons.get(one.get("name"), {})} for one in canonical.get(key, ())]
        for key in ("events", "commitments")
    }
    return {**canonical, **told}


def plain(data: Any) -> Any:
    """Turn models inside given data into mappings, so that one check serves files and Python alike."""
    if isinstance(data, BaseModel):
        return data.model_dump(by_alias=True, exclude_none=True)
    if isinstance(data, Mapping):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    return data
