"""The two ladders, and where a run ends: rungs with entry and exit, path classes, summaries."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from sim.errors import ModelError
from sim.model.fields import fields_read
from sim.model.maths import pure, ramp
from sim.model.processes.contact import CHANNEL_OPEN, ENVOYS, RECOGNISED
from sim.model.provenance import UNITS, Constant, Record, article, constant, judgement, parameter, whole

if TYPE_CHECKING:
    from sim.model.parameters import Parameters
    from sim.model.world import Draws, Drives, World

ESCALATION = (
    "calm",
    "war of words",
    "show of force",
    "armed clashes",
    "sustained fighting",
    "interstate war",
)
RAPPROCHEMENT = (
    "no contact",
    "back-channel",
    "working ties",
    "official talks",
    "normalisation",
    "recognition",
)

LADDERS = ("escalation", "rapprochement")

#: Path classes in the order in which they are tried; the first that fits names the path.
PATHS = (
    "war",
    "fighting",
    "fight and talk",
    "clashes",
    "rapprochement",
    "quiet accommodation",
    "armed standoff",
    "cold peace",
)

LAST = whole(26, "week", "weeks at the end of a run that decide its class", judgement("half a year"))


def ordered(ladder: tuple[str, ...]) -> tuple[Constant, ...]:
    """Number the rungs of a ladder from 0 on."""
    return tuple(
        constant(rung, "rung", name, judgement("place on the ladder")) for rung, name in enumerate(ladder)
    )


AT_REST, WORDS, SHOW, CLASHES, FIGHTING, WAR = ordered(ESCALATION)
NO_CONTACT, CHANNEL, TIES, TALKS, NORMAL, RECOGNITION = ordered(RAPPROCHEMENT)

TALKS_LAST = constant(
    26, "week", "weeks for which a round of talks keeps its rung", judgement("half a year, as for classes")
)
GARRISON, SENT = (
    constant(8000, "persons", "troops at the border that are no show", judgement("those before August 2021")),
    constant(20000, "persons", "troops that are all of a show", article(6, text="20,000 sent to the border")),
)
WATCH, MASSED = (
    constant(3000, "persons", "fighters at the border that are no show", judgement("those of quiet times")),
    constant(9000, "persons", "fighters that are all of a show", judgement("three times as many")),
)

RUNGS = judgement("a reading aid; entry lies above exit so that rungs do not flicker")


class LadderParameters(Record):
    """Thresholds of the two ladders."""

    words_enter: float = parameter(
        0.5, "index", 0.45, 0.55, "rhetoric above which it is a war of words", RUNGS
    )
    words_leave: float = parameter(
        0.35, "index", 0.3, 0.4, "rhetoric at or below which it ends, if threats have fallen too", RUNGS
    )
    threat_enter: float = parameter(0.55, "index", 0.5, 0.6, "threat above which it is a war of words", RUNGS)
    threat_leave: float = parameter(
        0.2, "index", 0.15, 0.25, "threat at or below which it ends, if words have softened too", RUNGS
    )
    show_enter: float = parameter(
        0.5,
        "index",
        0.45,
        0.55,
        "massing of both above which it is a show of force",
        RUNGS,
    )
    show_leave: float = parameter(
        0.3, "index", 0.25, 0.35, "massing of both at or below which it ends", RUNGS
    )
    clash_weeks: float = parameter(8, "week", 6, 12, "weeks for which a clash keeps the rung", RUNGS)
    fighting_weeks_enter: float = parameter(
        2, "week", 1, 3, "weeks of fighting from which it is sustained", RUNGS
    )
    technical_enter: float = parameter(
        0.3, "index", 0.26, 0.34, "ties from which there is technical contact", RUNGS
    )
    technical_leave: float = parameter(0.2, "index", 0.16, 0.24, "ties below which there is none", RUNGS)
    ties_enter: float = parameter(0.45, "index", 0.4, 0.5, "ties from which they are working ties", RUNGS)
    ties_leave: float = parameter(0.35, "index", 0.3, 0.4, "ties below which they are none", RUNGS)


def ladders(world: World, p: Parameters, drive: Drives, draw: Draws) -> None:
    """Set the rung of each ladder: the highest whose condition holds."""
    if world.rhetoric > p.words_enter or world.threat > p.threat_enter:
        world.war_of_words = 1.0
    elif world.rhetoric <= p.words_leave and world.threat <= p.threat_leave:
        world.war_of_words = 0.0
    massed = math.sqrt(ramp(world.troops, GARRISON, SENT) * ramp(world.fighters, WATCH, MASSED))
    if massed > p.show_enter:
        world.show_of_force = 1.0
    elif massed <= p.show_leave:
        world.show_of_force = 0.0
    if world.war > 0.5:
        world.escalation = WAR
    elif world.fighting > 0.5 and world.fighting_weeks >= p.fighting_weeks_enter:
        world.escalation = FIGHTING
    elif world.since_clash < p.clash_weeks:
        world.escalation = CLASHES
    elif world.show_of_force > 0.5:
        world.escalation = SHOW
    elif world.war_of_words > 0.5:
        world.escalation = WORDS
    else:
        world.escalation = AT_REST
    if world.ties >= p.technical_enter:
        world.technical_contact = 1.0
    elif world.ties < p.technical_leave:
        world.technical_contact = 0.0
    if world.ties >= p.ties_enter:
        world.working_ties = 1.0
    elif world.ties < p.ties_leave:
        world.working_ties = 0.0
    if world.diplomacy >= RECOGNISED:
        world.rapprochement = RECOGNITION
    elif world.diplomacy >= ENVOYS:
        world.rapprochement = NORMAL
    elif world.since_talks < TALKS_LAST:
        world.rapprochement = TALKS
    elif world.working_ties > 0.5:
        world.rapprochement = TIES
    elif world.diplomacy >= CHANNEL_OPEN or world.technical_contact > 0.5:
        world.rapprochement = CHANNEL
    else:
        world.rapprochement = NO_CONTACT


#: What a column of outcomes holds: one of `PATHS`, a bit for each of them, yes or no, a number, or the
#: week in which something first happens.
OutcomeKind = Literal["class", "classes", "flag", "whole", "real", "week"]

#: Where an outcome is reported beside the table of all: among the main outcomes of a page, between two
#: scenarios run in pairs, as an effect of levers, as an axis of the dashboard.
Place = Literal["page", "pairs", "levers", "axes"]


@dataclass(frozen=True)
class Outcome:
    """One declared column of the outcomes of a run.

    meaning : what it holds
    label : its heading where values stand under it
    event : what happens, where it is a flag or a first week ("an armed clash")
    shown, scale : unit in which people read it where that is not `unit`, and what divides it before
    places : where it is reported
    """

    name: str
    kind: OutcomeKind
    unit: str
    meaning: str
    label: str
    event: str = ""
    shown: str = ""
    scale: float = 1.0
    places: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        where = f"outcome {self.name!r}"
        for value, choices in (
            (self.unit, tuple(UNITS)),
            (self.kind, get_args(OutcomeKind)),
            *((place, get_args(Place)) for place in self.places),
        ):
            if value not in choices:
                raise ModelError(f"{where}: expected one of {', '.join(choices)}; found {value!r}")
        if not self.meaning.strip() or not self.label.strip():
            raise ModelError(f"{where}: needs a meaning and a label")
        if (self.kind in ("flag", "week")) != bool(self.event.strip()):
            raise ModelError(f"{where}: a flag and a first week name their event, and no other kind does")

    @property
    def counted(self) -> bool:
        """Whether it is a count or a stock: no class, flag, week or rung."""
        return self.kind in ("whole", "real") and self.unit != "rung"


def first_weeks(ladder: str, *events: str, **places: tuple[Place, ...]) -> Iterator[Outcome]:
    """Declare the first week on each rung of a ladder from 1 on, in words; `places` by rung (`_3`)."""
    for rung, event in enumerate(events, 1):
        yield Outcome(
            f"first_{ladder}_{rung}",
            "week",
            "week",
            f"first week on rung {rung} of {ladder} or above; infinite where never",
            f"first {event.removeprefix('a ').removeprefix('an ')}",
            event,
            places=places.get(f"_{rung}", ()),
        )


#: Every outcome by name, in the order of its column.
OUTCOMES: dict[str, Outcome] = {
    one.name: one
    for one in (
        Outcome("path", "class", "1", "class of the path", "class", places=("axes",)),
        Outcome(
            "fits",
            "classes",
            "1",
            "bit k is set where the condition of class k holds, so that their order can be changed",
            "classes that fit",
        ),
        Outcome(
            "blood",
            "flag",
            "flag",
            "whether there was ever a clash with dead",
            "blood",
            "a deadly clash",
            places=("pairs", "levers"),
        ),
        Outcome(
            "peak_escalation",
            "whole",
            "rung",
            "highest rung of escalation",
            "highest rung of escalation",
            places=("levers", "axes"),
        ),
        Outcome(
            "final_escalation", "whole", "rung", "last rung of escalation", "rung of escalation at the end"
        ),
        Outcome(
            "peak_rapprochement",
            "whole",
            "rung",
            "highest rung of rapprochement",
            "highest rung of rapprochement",
            places=("levers",),
        ),
        Outcome(
            "final_rapprochement",
            "whole",
            "rung",
            "last rung of rapprochement",
            "rung of rapprochement at the end",
            places=("axes",),
        ),
        *first_weeks(
            "escalation",
            "a war of words",
            "a show of force",
            "an armed clash",
            "sustained fighting",
            "interstate war",
            _3=("page", "pairs"),
        ),
        *first_weeks(
            "rapprochement",
            "a back-channel or technical contact",
            "working ties",
            "official talks",
            "normalisation",
            "recognition",
            _3=("page", "pairs"),
        ),
        Outcome(
            "incidents",
            "whole",
            "count",
            "border incidents of both kinds",
            "border incidents",
            places=("page", "pairs"),
        ),
        Outcome(
            "infiltrations",
            "whole",
            "count",
            "deadly incidents with smugglers or infiltrators",
            "deadly incidents with infiltrators",
        ),
        Outcome(
            "infiltration_deaths",
            "whole",
            "count",
            "deaths in incidents with smugglers or infiltrators",
            "deaths in incidents with infiltrators",
        ),
        Outcome(
            "clashes",
            "whole",
            "count",
            "clashes between forces of the two sides",
            "armed clashes",
            places=("page",),
        ),
        Outcome(
            "deaths",
            "whole",
            "count",
            "deaths in clashes, fighting and war between the two sides",
            "deaths",
            places=("page", "pairs", "axes"),
        ),
        Outcome(
            "refugees_hosted",
            "real",
            "persons",
            "persons hosted at the end",
            "refugees hosted at the end",
            places=("page", "pairs"),
        ),
        Outcome(
            "approval",
            "real",
            "index",
            "mean approval of the president at the end, 0 to 1",
            "approval at the end",
            places=("page", "pairs", "levers", "axes"),
        ),
        Outcome(
            "power_debt",
            "real",
            "USD",
            "power delivered and not paid at the end, in USD",
            "power debt at the end",
            shown="million USD",
            scale=1e6,
            places=("page", "pairs"),
        ),
    )
}
OUTCOME_DTYPE = np.dtype([(name, np.float64) for name in OUTCOMES])


def reported(place: Place) -> tuple[Outcome, ...]:
    """Return the outcomes that are reported at a place, in the order of their columns."""
    return tuple(one for one in OUTCOMES.values() if place in one.places)


@pure
def first_reached(traj: Any, ladder: int, rung: float) -> float:
    """Return the first week on or above a rung (ladder 0 escalation, 1 rapprochement), NaN if never."""
    for week in range(1, len(traj)):
        here = traj[week].escalation if ladder == 0 else traj[week].rapprochement
        if here >= rung:
            return float(week)
    return math.nan


@pure
def summarise(traj: Any, out: Any) -> None:
    """Reduce a trajectory (weeks + 1 world records) to one row of outcomes, in place.

    `fits` is a bitmask over `PATHS`: every class whose condition holds, so that the order in
    which classes are tried can be changed afterwards.
    """
    weeks = len(traj) - 1
    ever_war = fought = clashed = talked = quiet = normal = shows = 0
    peak_up = peak_in = dead = 0.0
    tail = min(LAST, weeks)
    for week in range(1, weeks + 1):
        up = traj[week].escalation
        close = traj[week].rapprochement
        peak_up = max(peak_up, up)
        peak_in = max(peak_in, close)
        if up >= WAR:
            ever_war = 1
        if week > weeks - tail:
            if up >= FIGHTING:
                fought = 1
            if traj[week].clashes > traj[week - 1].clashes or up >= CLASHES:
                clashed = 1
            if traj[week].talks > traj[week - 1].talks:
                talked = 1
            if close >= NORMAL:
                normal += 1
            if close >= TIES and up <= AT_REST:
                quiet += 1
            if up >= SHOW:
                shows += 1
    dead = traj[weeks].deaths
    most = 0.5 * tail
    holds = (
        ever_war,
        fought,
        clashed * talked,
        clashed * (1 - talked),
        1 if normal > most else 0,
        1 if quiet > most and normal <= most else 0,
        1 if shows > most else 0,
        1,
    )
    fits = path = 0
    bit = 1
    for one in range(len(holds)):
        if fits == 0:
            path = one
        fits += bit * holds[one]
        bit *= 2
    last = traj[weeks]
    out.path = float(path)
    out.fits = float(fits)
    out.blood = 1.0 if dead > 0.0 else 0.0
    out.peak_escalation = peak_up
    out.final_escalation = last.escalation
    out.peak_rapprochement = peak_in
    out.final_rapprochement = last.rapprochement
    out.first_escalation_1 = first_reached(traj, 0, WORDS)
    out.first_escalation_2 = first_reached(traj, 0, SHOW)
    out.first_escalation_3 = first_reached(traj, 0, CLASHES)
    out.first_escalation_4 = first_reached(traj, 0, FIGHTING)
    out.first_escalation_5 = first_reached(traj, 0, WAR)
    out.first_rapprochement_1 = first_reached(traj, 1, CHANNEL)
    out.first_rapprochement_2 = first_reached(traj, 1, TIES)
    out.first_rapprochement_3 = first_reached(traj, 1, TALKS)
    out.first_rapprochement_4 = first_reached(traj, 1, NORMAL)
    out.first_rapprochement_5 = first_reached(traj, 1, RECOGNITION)
    out.incidents = last.incidents
    out.infiltrations = last.infiltrations
    out.infiltration_deaths = last.infiltration_deaths
    out.clashes = last.clashes
    out.deaths = dead
    out.refugees_hosted = last.refugees_hosted
    out.approval = last.approval
    out.power_debt = last.power_owed


if astray := sorted(fields_read(summarise)["out"] ^ OUTCOMES.keys()):
    raise ModelError(f"outcomes {astray}: declared and not summarised, or summarised and not declared")
