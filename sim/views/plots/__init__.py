"""Pictures of an ensemble; every function returns a matplotlib Axes, `save` writes files."""

from sim.views.plots.gallery import KINDS
from sim.views.plots.saving import save
from sim.views.plots.shares import joint, paths
from sim.views.plots.time import fan, incidence, ladder

__all__ = ["KINDS", "fan", "incidence", "joint", "ladder", "paths", "save"]
