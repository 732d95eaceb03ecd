"""Who decides: menus, rules and what each option does, one module an actor."""

#: Every actor with a menu, in the order in which a week asks them; the order changes no result.
ACTORS = ("dushanbe", "taliban", "russia", "china", "uzbekistan")
