"""All parameters of the invented world."""

from sim.model.actors.opinion import OpinionParameters
from tests.toy.actors.north import NorthParameters
from tests.toy.actors.south import SouthParameters
from tests.toy.processes.river import RiverParameters


class Parameters(RiverParameters, OpinionParameters, SouthParameters, NorthParameters):
    """Those of the river and its banks, and of the package's population."""
