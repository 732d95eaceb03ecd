"""Who perceives a variable."""

ALL = ("everyone",)
D = ("dushanbe",)
T = ("taliban",)
BOTH = ("dushanbe", "taliban")
NOT_KABUL = ("dushanbe", "russia", "china", "uzbekistan")
