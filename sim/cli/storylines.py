"""Commands about what can be run: storylines, rules, files; `sim.cli` takes them among its own."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import Json, print_json
from sim.cli.outlook import check_observations
from sim.errors import ScenarioError

storylines = typer.Typer()


@storylines.command(epilog="Example: panj check my-storyline.yaml")
def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A file of a scenario, an experiment or observations, or a shipped name.",
            autocompletion=completion.FILE,
        ),
    ],
    as_json: Json = False,
) -> None:
    """Check a file of a scenario, an experiment or observations: tell it back, or say what to mend and where.

    Notes name what is possible and may not be meant: a value outside its plausible range, a change that
    drifts back or that another actor can undo, an event that can never happen, a class that is left out by
    definition, the question of another storyline.
    """
    import sim
    from sim.views import experiment, storyline, terminal

    spec = sim.check(file)
    if isinstance(spec, sim.Observations):
        check_observations(file, spec, as_json)
        return
    study, story = (None, spec) if isinstance(spec, sim.Scenario) else (spec, spec.alone())
    source = file if study is None else None
    if as_json:
        notes = [*([] if study is None else experiment.notes(study)), *storyline.notes(story, source)]
        print_json({"file": file, "ok": True, "title": spec.title, "hash": spec.hash, "notes": notes})
        return
    width = terminal.console().width
    print(f"{file}: OK (hash {spec.hash[:8]})\n")
    if study is not None:
        print(f"{experiment.page(study, width)}\n\nThe storyline\n")
    print(storyline.page(story, width, source))


@storylines.command(
    epilog="Examples: panj rules D5 · panj rules remittances · panj rules 'quiet accommodation'"
)
def rules(
    words: Annotated[
        str | None,
        typer.Argument(
            metavar="[ID|WORD]",
            help="One rule in full by its id, or all that has these words in its name or text, "
            "the class or term of that name among it.",
            autocompletion=completion.RULE,
        ),
    ] = None,
    world: Annotated[bool, typer.Option("--world", help="Variables of the world instead.")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="Parameters instead.")] = False,
    as_json: Json = False,
) -> None:
    """Show rules with their claims and sources, one in full, or find rules, numbers and words by any word.

    With --json: a list of the rules, objects with id, paragraphs, claim, actor, concern, actions, sign
    (+1 or -1 for each action) and parameters; of the variables or parameters with --world or --parameters.
    """
    from sim.model.registry import load
    from sim.views import terminal
    from sim.views.pages import rules

    if world and parameters:
        raise ScenarioError("panj rules: --world and --parameters each show something else; take one")
    model = load()
    whole = rules.Matches(
        list(model.rules.values()), list(model.world.values()), list(model.parameters.values())
    )
    one = {key.lower(): rule for key, rule in model.rules.items()}.get((words or "").lower())
    matches = whole if words is None else rules.matching(model, words)
    if world or parameters:
        quantities = matches.world if world else matches.parameters
        if not quantities:
            kind = "variable" if world else "parameter"
            raise ScenarioError(
                f"panj rules: no {kind} has {words!r} in its name or text; leave the flag out"
            )
        if as_json:
            print_json([rules.quantity_record(one) for one in quantities])
        else:
            title = "Variables of the world" if world else "Parameters"
            terminal.show(rules.quantity_list(title, quantities))
    elif as_json:
        print_json([rules.rule_record(rule) for rule in ([one] if one else matches.rules)])
    elif one is not None:
        terminal.show(rules.rule_page(model, one))
    elif words is not None:
        terminal.show(rules.matches_page(words, matches))
    else:
        terminal.show(rules.rule_list(matches.rules))


@storylines.command(epilog="Example: panj scenarios --json")
def scenarios(as_json: Json = False) -> None:
    """List the shipped storylines."""
    import sim
    from sim.views import terminal
    from sim.views.pages import rules

    rows = sim.scenarios()
    if as_json:
        print_json([{key: row[key] for key in ("name", "title", "question")} for row in rows])
    else:
        terminal.show(rules.scenario_list(rows))


@storylines.command(epilog="Example: panj schema scenario > scenario.schema.json")
def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="scenario, experiment, reading or observations",
            autocompletion=completion.SCHEMA,
        ),
    ] = "scenario",
) -> None:
    """Print the JSON Schema by which editors complete and check a file.

    Name it in the first line of a YAML file: # yaml-language-server: $schema=./scenario.schema.json
    Editors then complete names, show unit, range and source on hover, and mark mistakes.
    """
    import sim

    print_json(sim.schema(kind))
