"""Pictures of results: `save` writes files, `KINDS` are what there is to draw."""

from sim.views.plots.saving import save
from sim.views.plots.sheets import KINDS

__all__ = ["KINDS", "save"]
