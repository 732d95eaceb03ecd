"""Processes that this package adds to the week, in their order."""

from panj_iran.processes.transit import transit

BEFORE_OPINION = (transit,)
