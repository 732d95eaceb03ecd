"""Who perceives a variable."""

from sim.model.actors import ACTORS

ALL = ("everyone",)
D = ("dushanbe",)
T = ("taliban",)
BOTH = ("dushanbe", "taliban")
STATES = ACTORS
NOT_KABUL = tuple(one for one in ACTORS if one != "taliban")
