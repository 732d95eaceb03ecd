"""All parameters in one record; each stands in the module of the actor or process that uses it."""

from __future__ import annotations

from sim.model.actors.china import ChinaParameters
from sim.model.actors.dushanbe.numbers import DushanbeOptions
from sim.model.actors.dushanbe.sizes import DushanbeSizes
from sim.model.actors.opinion import OpinionParameters
from sim.model.actors.russia import RussiaParameters
from sim.model.actors.taliban import TalibanParameters
from sim.model.actors.uzbekistan import UzbekistanParameters
from sim.model.outcomes import LadderParameters
from sim.model.processes.border import BorderParameters
from sim.model.processes.contact import ContactParameters
from sim.model.processes.economy import EconomyParameters
from sim.model.processes.media import MediaParameters
from sim.model.processes.mood import MoodParameters
from sim.model.processes.power import PowerParameters
from sim.model.processes.refugees import RefugeeParameters
from sim.model.processes.resistance import ResistanceParameters


class Parameters(
    LadderParameters,
    ContactParameters,
    MediaParameters,
    MoodParameters,
    EconomyParameters,
    ResistanceParameters,
    PowerParameters,
    RefugeeParameters,
    BorderParameters,
    OpinionParameters,
    UzbekistanParameters,
    ChinaParameters,
    RussiaParameters,
    TalibanParameters,
    DushanbeOptions,
    DushanbeSizes,
):
    """Every parameter of the model; strengths and concern weights are added from the registry."""
