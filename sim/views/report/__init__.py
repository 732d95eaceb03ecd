"""A result folder as one page of HTML, with everything in it and nothing fetched."""

from sim.views.report.page import report

__all__ = ["report"]
