"""The first page of the reference: what stands where, and every name from A to Z."""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.registry import load
from sim.views.reference import laws, uses
from sim.views.reference.markdown import page, said, table

PAGES = {
    "glossary.md": (
        "Glossary",
        "The eight classes, the rungs, and the words that have a sense of their own here.",
    ),
    "processes.md": (
        "The week",
        "What happens in which order: perception, choice, processes, fading, events, chance.",
    ),
    "rules.md": ("Rules", "Each claim at work: its formula, what it pushes, where it comes from."),
    "actors.md": ("Actors", "What each state perceives and can do, with the formula of every option."),
    "citizens.md": ("Citizens", "Regions, traits, anchors, circles, and how a week moves opinions."),
    "world.md": ("World", "Every variable, drive and draw."),
    "parameters.md": ("Parameters", "Every number in doubt, with its range and source; and the constants."),
    "functions.md": ("Functions", "The small functions that formulas use."),
    "classes.md": (
        "Ladders, classes, outcomes",
        "How a week gets its rungs, a run its class and its outcomes.",
    ),
    "example.md": (
        "One week, worked through",
        "Every draw, product and result of one week, to check a second implementation.",
    ),
    "matrix.md": ("Paragraphs and claims", "What rests on which paragraph of the article."),
    "formats.md": ("Formats", "What a storyline, an experiment and a result hold."),
    "commands.md": ("Commands", "Every command with its options."),
    "odd.md": ("ODD protocol", "The whole model on one page, after Grimm et al. 2020."),
}


def names() -> Iterator[tuple[str, str, str]]:
    """Yield each name of the model, what it is, and where it stands."""
    model = load()
    for kind, quantities, place in (
        ("variable", model.world, "world.md"),
        ("drive", model.drives, "world.md#drives"),
        ("draw", model.draws, "world.md#draws-of-chance"),
        ("parameter", model.parameters, "parameters.md"),
    ):
        yield from ((name, f"{kind}: {one.meaning}", place) for name, one in quantities.items())
    yield from (
        (name, f"constant: {one.meaning}", "parameters.md#constants") for name, one in model.constants.items()
    )
    for rule in model.rules.values():
        yield rule.id, f"rule: {rule.name}", f"rules.md#{rule.id.lower()}"
        yield from (
            (
                one.function.__name__,
                f"clause of {rule.id}: {said(one.function)}",
                f"rules.md#{rule.id.lower()}",
            )
            for one in rule.clauses
        )
    for instrument in model.instruments:
        for one in instrument.options[1:]:
            place = f"actors.md#{one.actor}-{one.key.replace('.', '')}"
            yield one.key, f"option of {one.actor}: {one.meaning}", place
    for process in uses.processes():
        yield process.__name__, f"process: {said(process)}", f"processes.md#{process.__name__}"
    for function in laws.helpers():
        yield function.__name__, f"function: {said(function)}", f"functions.md#{function.__name__}"


def index() -> str:
    """Return the first page."""
    return page(
        "Reference",
        "Written from the code; a test fails when a page is stale. From these pages alone the model can be written a second "
        "time: start with [the week](processes.md), check against [the worked week](example.md).",
        table(
            ("page", "what stands there"),
            [(f"[{title}]({file})", what) for file, (title, what) in PAGES.items()],
        ),
        "## Names from A to Z",
        table(
            ("name", "what it is"),
            [
                (f"[{name}]({place})", what)
                for name, what, place in sorted(names(), key=lambda one: (one[0].lower(), one))
            ],
        ),
    )
