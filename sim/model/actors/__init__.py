"""Who decides: menus, rules and what each option does, one module an actor."""
