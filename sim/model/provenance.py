"""What every number and every claim must carry, and the records they are collected in.

A quantity without unit, range, grade and reference does not load, nor does one with a name
that a NumPy record already uses for something else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar, get_args

import numpy as np

from sim.errors import ModelError

Grade = Literal["article", "public", "literature", "judgement"]
Kind = Literal["state", "parameter", "drive", "draw"]

#: Every unit a quantity may carry, with the hard bounds that come with it.
UNITS: dict[str, tuple[float, float]] = {
    "share": (0.0, 1.0),
    "index": (0.0, 1.0),
    "flag": (0.0, 1.0),
    "rung": (0.0, 5.0),
    "1": (-math.inf, math.inf),
    "utility": (-50.0, 50.0),
    "logit": (-50.0, 50.0),
    "1/week": (0.0, 50.0),
    "week": (0.0, 1e6),
    "count": (0.0, 1e12),
    "persons": (0.0, 1e9),
    "persons/week": (0.0, 1e9),
    "USD": (0.0, 1e13),
    "USD/week": (0.0, 1e12),
    "USD/GWh": (0.0, 1e9),
    "GWh/week": (0.0, 1e5),
}

_TAKEN = frozenset(name for name in dir(np.recarray) if not name.startswith("__")) | frozenset(
    name for name in dir(np.record) if not name.startswith("__")
)


@dataclass(frozen=True)
class Source:
    """Where a number comes from: its grade, the paragraphs or the published work behind it."""

    grade: Grade
    text: str
    paragraphs: tuple[int, ...] = ()

    def __str__(self) -> str:
        marks = " ".join(f"¶{n}" for n in self.paragraphs)
        return f"{marks}: {self.text}" if marks else self.text


def article(*paragraphs: int, text: str = "stated in the article") -> Source:
    """Grade `article`: the figure stands in these paragraphs (1 to 19)."""
    if not paragraphs or any(n not in range(1, 20) for n in paragraphs):
        raise ModelError(f"an article source needs paragraphs from 1 to 19, found {paragraphs}")
    return Source("article", text, paragraphs)


def public(publisher: str, title: str, date: str) -> Source:
    """Grade `public`: a published figure, by publisher, title and date."""
    return Source("public", _filled(f"{publisher}, {title}, {date}", publisher, title, date))


def literature(author: str, year: int, finding: str) -> Source:
    """Grade `literature`: an estimate from research, with what was measured on whom."""
    return Source("literature", _filled(f"{author} {year}: {finding}", author, finding))


def judgement(why: str) -> Source:
    """Grade `judgement`: no figure exists; says why this one was taken."""
    return Source("judgement", _filled(why, why))


def _filled(text: str, *parts: str) -> str:
    if not all(part.strip() for part in parts):
        raise ModelError(f"a source needs every one of its parts, found {text!r}")
    return text


@dataclass(frozen=True)
class Quantity:
    """One declared number: a state variable, parameter, drive or draw.

    `low` and `high` are hard bounds; `plausible` is the range that sweeps draw from;
    `spread` is its distribution there (`uniform` or `log-uniform`); `declared` is the default
    before calibration where calibration moved it.
    """

    name: str
    kind: Kind
    unit: str
    default: float
    low: float
    high: float
    meaning: str
    source: Source
    plausible: tuple[float, float]
    spread: str = "uniform"
    fades: str | None = None
    rests: str | None = None
    known_to: tuple[str, ...] = ()
    estimated: bool = False
    owner: str | None = None
    derived: bool = False
    chart: bool = False
    declared: float | None = None

    @property
    def uncalibrated(self) -> float:
        """The default as declared, whatever calibration made of it."""
        return self.default if self.declared is None else self.declared

    def __post_init__(self) -> None:
        where = f"{self.kind} {self.name!r}"
        if self.name in _TAKEN or not self.name.isidentifier():
            raise ModelError(f"{where}: a NumPy record already uses this name; choose another")
        if self.unit not in UNITS:
            raise ModelError(f"{where}: unknown unit {self.unit!r}; one of: {', '.join(UNITS)}")
        if not isinstance(self.source, Source) or self.source.grade not in get_args(Grade):
            raise ModelError(f"{where}: needs a source (article, public, literature, judgement)")
        if not self.meaning.strip():
            raise ModelError(f"{where}: needs a meaning")
        a, b = self.plausible
        if not (math.isfinite(a) and math.isfinite(b)):
            raise ModelError(f"{where}: needs a finite plausible range, found {self.plausible}")
        if not self.low <= a <= self.default <= b <= self.high:
            raise ModelError(
                f"{where}: expected low <= plausible low <= default <= plausible high <= high, "
                f"found {self.low} <= {a} <= {self.default} <= {b} <= {self.high}"
            )
        if self.spread == "log-uniform" and a <= 0:
            raise ModelError(f"{where}: a log-uniform range must lie above 0, found {self.plausible}")

    def __set_name__(self, owner: type, name: str) -> None:
        raise ModelError(f"{owner.__name__}.{name}: declare it with state(), parameter() or draw()")


@dataclass(frozen=True)
class _Declared:
    """A quantity before it knows its name."""

    kind: Kind
    fields: dict[str, Any]


def state(
    default: float,
    unit: str,
    meaning: str,
    source: Source | None = None,
    *,
    plausible: tuple[float, float] | None = None,
    bounds: tuple[float, float] | None = None,
    fades: str | None = None,
    rests: str | None = None,
    known_to: tuple[str, ...] = (),
    estimated: bool = False,
    owner: str | None = None,
    chart: bool = False,
) -> Any:
    """Declare a state variable with its initial value.

    `fades` names the parameter (1/week) by which it returns each week to `rests` (a parameter,
    or 0 where none is named); `rests` alone names what a process returns it to. `known_to` names the actors
    that perceive it (`everyone` for all); `estimated` makes that perception noisy and late. `owner` is the
    only actor whose options may move it. A `plausible` range is where studies draw its initial value from.
    """
    if source is None:
        raise ModelError(f"a state variable needs a source for its initial value: {meaning}")
    if plausible is None:
        raise ModelError(f"a state variable needs a plausible range for its initial value: {meaning}")
    low, high = bounds or UNITS.get(unit, (-math.inf, math.inf))
    return _Declared(
        "state",
        dict(
            unit=unit,
            default=float(default),
            low=low,
            high=high,
            meaning=meaning,
            source=source,
            plausible=plausible,
            fades=fades,
            rests=rests,
            known_to=known_to,
            estimated=estimated,
            owner=owner,
            chart=chart,
        ),
    )


def tally(
    unit: str,
    meaning: str,
    *,
    bounds: tuple[float, float] | None = None,
    known_to: tuple[str, ...] = (),
    estimated: bool = False,
    fades: str | None = None,
    chart: bool = False,
) -> Any:
    """Declare a variable that the model itself computes; no scenario sets it, it starts at zero."""
    low, high = bounds or UNITS.get(unit, (-math.inf, math.inf))
    return _Declared(
        "state",
        dict(
            unit=unit,
            default=0.0,
            low=low,
            high=high,
            meaning=meaning,
            source=judgement("zero by definition: computed by the model from the first week on"),
            plausible=(0.0, 0.0),
            known_to=known_to,
            estimated=estimated,
            fades=fades,
            chart=chart,
            derived=True,
        ),
    )


def parameter(
    default: float,
    unit: str,
    low: float,
    high: float,
    meaning: str,
    source: Source | None = None,
    *,
    bounds: tuple[float, float] | None = None,
    spread: str = "uniform",
) -> Any:
    """Declare a parameter; `low` and `high` are its plausible range, `bounds` what is possible."""
    if source is None:
        raise ModelError(f"a parameter needs a source: {meaning}")
    hard = bounds or UNITS.get(unit, (-math.inf, math.inf))
    return _Declared(
        "parameter",
        dict(
            unit=unit,
            default=float(default),
            low=hard[0],
            high=hard[1],
            meaning=meaning,
            source=source,
            plausible=(float(low), float(high)),
            spread=spread,
        ),
    )


class Constant(float):
    """A number of a form: certain by decision, the same in every run; a float like any other in arithmetic."""

    unit: str
    meaning: str
    source: Source


class Whole(int):
    """The same for a number of things, such as weeks of a window."""

    unit: str
    meaning: str
    source: Source


_N = TypeVar("_N", Constant, Whole)


def constant(value: float, unit: str, meaning: str, source: Source) -> Constant:
    """Declare a constant of a form, as a global of the module that uses it.

    Beyond 0, 1, 2 and 1/2 the functions of the model hold no other numbers. Where the number is in
    doubt it is no constant but a `parameter`.

    Raises
    ------
    ModelError
        An unknown unit, a value outside its bounds, no meaning or no source.
    """
    return _declared(Constant(value), unit, meaning, source)


def whole(value: int, unit: str, meaning: str, source: Source) -> Whole:
    """Declare a constant that counts; raises as `constant` does."""
    return _declared(Whole(value), unit, meaning, source)


def _declared(number: _N, unit: str, meaning: str, source: Source) -> _N:
    where = f"constant {number!r} ({meaning})"
    if unit not in UNITS:
        raise ModelError(f"{where}: unknown unit {unit!r}; one of: {', '.join(UNITS)}")
    if not UNITS[unit][0] <= number <= UNITS[unit][1]:
        raise ModelError(f"{where}: expected {UNITS[unit][0]} to {UNITS[unit][1]} for unit {unit!r}")
    if not meaning.strip() or not isinstance(source, Source):
        raise ModelError(f"{where}: needs a meaning and a source, why this value and no other")
    number.unit, number.meaning, number.source = unit, meaning, source
    return number


def drive(unit: str, meaning: str) -> Any:
    """Declare a channel through which rules push a process; zero at the start of each week."""
    return _Declared(
        "drive",
        dict(
            unit=unit,
            default=0.0,
            low=-math.inf,
            high=math.inf,
            meaning=meaning,
            source=judgement("summed from the rules each week"),
            plausible=(0.0, 0.0),
        ),
    )


def draw(law: Literal["uniform", "normal", "gumbel"], meaning: str) -> Any:
    """Declare a weekly draw of chance for a process, addressed by its name."""
    return _Declared(
        "draw",
        dict(
            unit="1",
            default=0.0,
            low=-math.inf,
            high=math.inf,
            meaning=meaning,
            source=judgement("chance"),
            plausible=(0.0, 0.0),
            spread=law,
        ),
    )


class Record:
    """A named set of quantities; every field is one float64 of a NumPy structured dtype.

    A subclass declares fields as class attributes; bases contribute theirs first. At run time
    the rules are handed `np.record` values (or compiled code's) of `dtype()`, never instances.
    """

    quantities: ClassVar[dict[str, Quantity]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found: dict[str, Quantity] = {}
        for base in reversed(cls.__mro__[1:]):
            for name, quantity in vars(base).get("quantities", {}).items():
                if name in found and found[name] is not quantity:
                    raise ModelError(f"{cls.__name__}: {name!r} is declared twice")
                found[name] = quantity
        for name, declared in list(vars(cls).items()):
            if isinstance(declared, _Declared):
                if name in found:
                    raise ModelError(f"{cls.__name__}: {name!r} is declared twice")
                found[name] = Quantity(name=name, kind=declared.kind, **declared.fields)
                delattr(cls, name)
            elif name.startswith("__"):
                continue  # Python's own, such as the line a class begins in
            elif isinstance(declared, int | float) and not isinstance(declared, bool):
                raise ModelError(
                    f"{cls.__name__}.{name} = {declared}: a bare number; declare it with "
                    "state(...), parameter(...) or draw(...), with unit, range and source"
                )
        for name in vars(cls).get("__annotations__", {}):
            if name not in found and not name.startswith("_"):
                raise ModelError(f"{cls.__name__}.{name}: declared without a value and source")
        cls.quantities = found


def dtype_of(quantities: dict[str, Quantity]) -> np.dtype[np.void]:
    """Build the structured dtype (all float64) of these quantities, in their order."""
    return np.dtype([(name, np.float64) for name in quantities])
