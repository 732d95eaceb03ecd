"""What a file of observations says: each what was seen, when, how surely, and by whom it was published."""

from __future__ import annotations

from datetime import date
from math import hypot
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema

from sim.face import Face
from sim.scenario.faults import Loc, WrongScenarioError, from_pydantic, shown
from sim.scenario.schema import LINE, Day, Source, plain
from sim.scenario.strict import Strict, as_python, as_tuple
from sim.study.observed import checks
from sim.study.observed.checks import KINDS, TARGETS


def _names(value: Any) -> Any:
    """Take one name, or several that are added up."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"expected the name of a variable, or a list of names, found {shown(value)}")
    return tuple(value)


_NAMES = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
Names = Annotated[tuple[str, ...], BeforeValidator(_names), WithJsonSchema(_NAMES)]


class Span(Strict):
    """Days from a first to a last one."""

    from_: Day = Field(alias="from", description="first day")
    until: Day = Field(description="last day")


class Rung(Strict):
    """A rung of a ladder."""

    ladder: Literal["escalation", "rapprochement"]
    rung: int = Field(ge=1, le=5, description="from 1 to 5")


class Chosen(Strict):
    """A choice of an actor."""

    actor: str
    instrument: str
    option: str


class Observation(Strict):
    """One thing that was observed: a measure, a rung that was reached or not, or a choice.

    A day (`on`), or the time from one to another (`from`, `until`). The measures are of one variable, or of
    several added up: `value` in the week of a day; over a time `mean`, `total` (sum of weekly values), `rise`
    (of a running total), `least` and `most`. A measure `equals` a number within a `tolerance` (the standard
    deviation of its error), has a whole `count`, or lies `above`, `at_least` or `below` a number.
    `unreported` is the chance that a thing (one of a count, a rung, a choice) happened and was not reported.
    `discrepancy` is how far the model itself may be off: of a number the standard deviation, beside that of
    the observation; of anything else the chance that it is wrong about it.
    """

    name: str = Field("", description="what it is called on pages", max_length=100)
    on: Day | None = Field(None, description="the day")
    from_: Day | None = Field(None, alias="from", description="first day")
    until: Day | None = Field(None, description="last day")
    value: Names | None = Field(None, description="variables in the week of the day")
    mean: Names | None = Field(None, description="mean over the time")
    total: Names | None = Field(None, description="sum of weekly values over the time")
    rise: Names | None = Field(None, description="rise of a running total over the time")
    least: Names | None = Field(None, description="least weekly value in the time")
    most: Names | None = Field(None, description="greatest weekly value in the time")
    reached: Rung | None = Field(None, description="a rung at or above which the ladder was")
    not_: Rung | None = Field(None, alias="not", description="a rung that it stayed below")
    chose: Chosen | None = Field(None, description="an option that was taken in one week at least")
    less: float = Field(0.0, description="a level taken off the measure, before it is divided")
    relative_to: Span | None = Field(None, description="divide by the same measure over this time")
    equals: float | None = Field(None, description="the number that was published")
    tolerance: float | None = Field(None, gt=0, description="standard deviation of its error")
    count: int | None = Field(None, ge=0, le=10**12, description="how many were reported")
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    unreported: float = Field(0.0, ge=0, lt=1, description="chance that what happened went unreported")
    discrepancy: float = Field(
        0.0, ge=0, description="how far the model may be off: a standard deviation, or a chance"
    )
    source: Source
    because: str = Field("", max_length=2000, description="what is to be known about it")

    @property
    def kind(self) -> str:
        """Which of `KINDS` it is."""
        return next(name for name in KINDS if getattr(self, field(name)) is not None)

    @property
    def target(self) -> str:
        """Which of `TARGETS` is said of a measure; empty for a rung and a choice."""
        return next((name for name in TARGETS if getattr(self, name) is not None), "")

    @property
    def first(self) -> date:
        """The first day it is about."""
        day = self.on if self.on is not None else self.from_
        assert day is not None
        return day

    @property
    def last(self) -> date:
        """The last day it is about."""
        day = self.on if self.on is not None else self.until
        assert day is not None
        return day

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables it reads; none for a choice."""
        if self.kind == "chose":
            return ()
        given = getattr(self, field(self.kind))
        return (given.ladder,) if isinstance(given, Rung) else given

    @property
    def title(self) -> str:
        """Its name, or what it is about."""
        if self.name:
            return self.name
        when = f"on {self.on}" if self.on is not None else f"{self.first} to {self.last}"
        if self.chose is not None:
            return f"{self.chose.actor} chose {self.chose.instrument}.{self.chose.option}, {when}"
        return f"{self.kind} of {' and '.join(self.variables)}, {when}"

    @property
    def spread(self) -> float:
        """Standard deviation of a number: that of the observation and of the model together."""
        return hypot(self.tolerance or 0.0, self.discrepancy)

    @property
    def words(self) -> str:
        """What it says was seen, in words."""
        missed = f", {self.unreported:.0%} unreported" if self.unreported else ""
        if self.chose is not None:
            return f"{self.chose.actor} took {self.chose.instrument}.{self.chose.option}"
        if isinstance(rung := self.reached or self.not_, Rung):
            kept = "reached" if self.reached is not None else "never reached"
            return f"{rung.ladder} {kept} rung {rung.rung}{missed}"
        told = f"{self.kind} of {' and '.join(self.variables)}"
        if self.equals is not None:
            return f"{told} {self.equals:g} ± {self.tolerance:g}"
        return f"{told} {self.target.replace('_', ' ')} {getattr(self, self.target):g}{missed}"


def field(name: str) -> str:
    """Return the field of a key of the file."""
    return f"{name}_" if name in ("from", "not") else name


class Observations(Strict, Face):
    """A file of observations."""

    panj: Literal[1] = Field(1, description="version of the format")
    title: str = Field(
        description="one line", json_schema_extra={"minLength": 1, "maxLength": 200, "pattern": LINE}
    )
    observed: Annotated[tuple[Observation, ...], BeforeValidator(as_tuple)] = Field(
        description="what was observed, in any order"
    )

    def __init__(self, /, **data: Any) -> None:
        data, found = as_python(data), []
        try:
            super().__init__(**data)
        except ValidationError as error:
            found = from_pydantic(error.errors(include_url=False), KEYS, _place)
        taken = {one.loc for one in found}
        found += [one for one in checks.faults(plain(data)) if one.loc not in taken]
        if found:
            raise WrongScenarioError(found) from None


#: The keys that may stand in each kind of mapping, and which kind stands under a key.
KEYS = {
    "file of observations": tuple(Observations.model_fields),
    "observation": tuple(name.rstrip("_") for name in Observation.model_fields),
    "time": ("from", "until"),
    "rung": tuple(Rung.model_fields),
    "choice": tuple(Chosen.model_fields),
    "source": tuple(Source.model_fields),
}
PLACES = {"relative_to": "time", "reached": "rung", "not": "rung", "chose": "choice", "source": "source"}


def _place(loc: Loc) -> str:
    """Name the kind of mapping at a path."""
    if len(loc) < 2:
        return "file of observations"
    return next((PLACES[step] for step in loc if step in PLACES), "observation")
