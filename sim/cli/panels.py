"""The commands in the order in which somebody meets them, each with its purpose in a line."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer
from typer.models import CommandInfo, TyperInfo

#: Commands as the help page groups them, each with its purpose in a line.
PANELS = {
    "Make a storyline": {
        "new": "Write a file or package to begin with.",
        "scenarios": "List the storylines that come with Panj.",
        "rules": "Find rules, numbers and terms by any word.",
        "check": "Tell a file back in words, or say what to mend.",
        "schema": "Print the schema by which editors complete a file.",
    },
    "Run": {
        "run": "Run a storyline many times: where runs end.",
        "compare": "Run two storylines: what the second changes.",
        "tip": "Find what tips a storyline towards a class.",
        "dashboard": "Open the web page: change values and watch.",
    },
    "Ask why": {
        "explain": "Say why a stored run went as it went.",
        "trace": "Tell one run week by week.",
        "claims": "Check the article's causal claims on the model.",
        "hindcast": "Hold the model against what happened.",
        "outlook": "Say what may come, given what was observed.",
        "evidence": "Weigh the rules by what was observed.",
        "odd": "Write down the model by the ODD protocol.",
    },
    "Study": {
        "sweep": "Run an experiment; the same command resumes.",
        "status": "Say how far a sweep is, and whether it is sound.",
        "sensitivity": "Say which uncertainties decide an answer.",
        "calibrate": "Rule out assumptions by what was observed.",
        "discover": "Find the conditions under which something happens.",
        "ledger": "Keep dated questions and score them later.",
    },
    "Share": {
        "report": "Write a result as one HTML page.",
        "plot": "Draw the pictures of a result.",
        "export": "Write the tables of a result for other tools.",
        "pack": "Write a result as one file with checksums.",
        "unpack": "Open a packed result and check it.",
    },
}


Added = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="PATH",
        help="Rules to add: a YAML file, or the folder of a package, whose code is run; repeatable.",
    ),
]


def with_rules(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return a command that takes `--rules`, and adds them before it does anything else."""

    @functools.wraps(command)
    def adding(*arguments: Any, added: list[Path] | None = None, **keywords: Any) -> Any:
        if added:
            from sim.scenario.additions import add_rules

            add_rules(*added)
        return command(*arguments, **keywords)

    hints = {**get_type_hints(command, include_extras=True), "added": Added}
    own = [one.replace(annotation=hints[name]) for name, one in inspect.signature(command).parameters.items()]
    last = inspect.Parameter("added", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Added)
    vars(adding)["__signature__"] = inspect.Signature([*own, last])
    adding.__annotations__ = hints
    return adding


def group(app: typer.Typer) -> None:
    """Put every command into its panel of the help page, in the order of the panels; each takes `--rules`."""
    for command in app.registered_commands:
        assert command.callback is not None
        command.callback = with_rules(command.callback)
    order = [name for purposes in PANELS.values() for name in purposes]
    every: list[CommandInfo | TyperInfo] = [*app.registered_commands, *app.registered_groups]
    for one in every:
        for panel, purposes in PANELS.items():
            if (name := _name(one)) in purposes:
                one.rich_help_panel, one.short_help = panel, purposes[name]
    places = {name: place for place, name in enumerate(order)}
    app.registered_commands.sort(key=lambda one: places.get(_name(one), len(places)))


def _name(one: CommandInfo | TyperInfo) -> str:
    """Return the name by which a command or a group of commands is called."""
    if isinstance(one, TyperInfo):
        return str(one.typer_instance.info.name if one.typer_instance else one.name)
    return str(one.name or (one.callback.__name__ if one.callback else ""))
