"""What uses a parameter, what moves a variable: read off the source, not kept by hand."""

from __future__ import annotations

from sim.model import population
from sim.model.constants import constants_held, functions
from sim.model.extension import cached_in_force
from sim.model.fields import fields_written, parameters_read
from sim.model.parameters import Parameters
from sim.model.registry import Model, Process, load


def processes() -> tuple[Process, ...]:
    """Return every process of the week, those of extensions too, in its order."""
    model = load()
    return (*model.before_opinion, *model.after_opinion)


@cached_in_force
def of_parameters() -> dict[str, list[str]]:
    """Return for each parameter the rules, options, processes and variables that use it."""
    model = load()
    uses: dict[str, list[str]] = {name: [] for name in model.parameters}

    def add(name: str, user: str) -> None:
        if user not in uses[name]:
            uses[name].append(user)

    for rule in model.rules.values():
        for name in rule.parameters:
            add(name, f"rule {rule.id}")
        for clause in rule.clauses:
            if clause.takes == "seen":
                add(model.weight(rule, clause), f"rule {rule.id}")
    for instrument in model.instruments:
        for option in instrument.options:
            user = f"option {option.key} of {option.actor}" if option.name != "hold" else "hold, everywhere"
            add(option.base, user)
            for part in (option.function, option.open_when):
                for name in sorted(parameters_read(part)) if part is not None else ():
                    add(name, user)
    for process in processes():
        for name in sorted(parameters_read(process)):
            add(name, f"process {process.__name__}")
    for function in (population.draw_society, population.opinion_week):
        for name in sorted(parameters_read(function)):
            add(name, "opinion")
    for variable in model.world.values():
        for word, pace in (("fading", variable.fades), ("rest", variable.rests)):
            if pace is not None:
                add(pace, f"{word} of {variable.name}")
    for name in model.parameters:
        if name.startswith("perception"):
            add(name, "perceiving")
    return uses


@cached_in_force
def of_constants() -> dict[str, list[str]]:
    """Return for each constant the functions whose bodies hold it."""
    uses: dict[str, list[str]] = {name: [] for name in load().constants}
    for function in functions("sim.model"):
        for name in constants_held(function):
            uses[name].append(function.__name__)
    return uses


@cached_in_force
def of_variables() -> dict[str, list[str]]:
    """Return for each variable the options and processes that write it."""
    model = load()
    uses: dict[str, list[str]] = {name: [] for name in model.world}
    for instrument in model.instruments:
        for option in instrument.options:
            for name in option.moves:
                uses[name].append(f"option {option.key} of {option.actor}")
    for process in processes():
        for name in sorted(fields_written(process)):
            uses[name].append(f"process {process.__name__}")
    for name, variable in model.world.items():
        if variable.fades is not None:
            uses[name].append("fading")
    for name in model.world:
        if name.split("_")[0] in (*population.OPINIONS, "participation", "street") and not uses[name]:
            uses[name].append("opinion")
    return uses


def groups(model: Model) -> list[tuple[str, list[str]]]:
    """Return parameters by the record that declares them, in the order of the modules; then strengths, weights."""
    uses: list[tuple[str, list[str]]] = []
    taken: set[str] = set()
    for record in reversed(Parameters.__mro__[1:-2]):
        names = [name for name in getattr(record, "quantities", {}) if name not in taken]
        taken.update(names)
        if names:
            uses.append((" ".join((record.__doc__ or record.__name__).split()).rstrip("."), names))
    rest = [name for name in model.parameters if name not in taken]
    uses.append(("Strengths of rules", [name for name in rest if name.startswith("strength_")]))
    uses.append(("Weights of concerns", [name for name in rest if name.startswith("weight_")]))
    return uses
