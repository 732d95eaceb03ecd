"""The order of the week, written once; the list below is the code.

1. begin: events become due, effective values are made from the base
2. perceive: each actor updates its own record
3. appraise: each actor values each option
4. choose: each actor takes one option with each instrument
5. act: what was chosen is done
6. drive: rules push the processes
7. processes before opinion
8. opinion: citizens move
9. processes after opinion, the ladders last
10. fade: what nobody feeds returns to its rest
11. end: the week is recorded and its bounds are checked

Steps 2 to 4 read the recorded past and write only the actor's own row, and an option moves only
what its actor owns, so the order of actors cannot matter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.model.outcomes import ladders, summarise
from sim.model.population import draw_society, opinion_week
from sim.model.processes.border import habituation, hostilities, incidents, tension
from sim.model.processes.contact import contact, dealings
from sim.model.processes.economy import economy
from sim.model.processes.media import attention, words
from sim.model.processes.mood import moods
from sim.model.processes.power import contracts, power
from sim.model.processes.refugees import refugees
from sim.model.processes.resistance import detection, militants, unrest, wings
from sim.model.processes.start import begin

Process = Callable[[Any, Any, Any, Any], None]

BEFORE_OPINION: tuple[Process, ...] = (
    words,
    unrest,
    detection,
    militants,
    wings,
    incidents,
    hostilities,
    refugees,
    contracts,
    power,
    economy,
    attention,
    moods,
    contact,
    dealings,
)

AFTER_OPINION: tuple[Process, ...] = (
    tension,
    habituation,
    ladders,
)

#: How a run begins, who its citizens are, how they move, and what is kept of it.
BEGIN, SOCIETY, OPINION, SUMMARY = begin, draw_society, opinion_week, summarise

PHASES = (
    "begin",
    "perceive",
    "appraise",
    "choose",
    "act",
    "drive",
    "processes",
    "opinion",
    "ladders",
    "fade",
    "end",
)
