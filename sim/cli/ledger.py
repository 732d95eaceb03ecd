"""The commands that keep a ledger of dated questions; `sim.cli` takes them as a group."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import Json, digits, print_json
from sim.errors import ScenarioError

ledger = typer.Typer(
    name="ledger",
    help="Keep dated questions with the chance that was given before the day, and score them after it.",
    no_args_is_help=True,
)

File = Annotated[Path, typer.Option("--ledger", "-l", metavar="FILE", help="The ledger's file.")]
HERE = Path("ledger.jsonl")


@ledger.command(
    epilog="Example: panj ledger add results/baseline-1a2b3c4d-s0 'A clash that kills before July 2025' "
    "--due 2025-06-30 --where 'first_escalation_3 <= 202'"
)
def add(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The result folder that says how likely it is.")
    ],
    statement: Annotated[
        str, typer.Argument(metavar="STATEMENT", help="What will be true or false, in words.")
    ],
    due: Annotated[
        datetime, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The day on which it is settled.")
    ],
    where: Annotated[
        str, typer.Option(metavar="CONDITION", help="The statement as a condition on runs, as for --given.")
    ],
    path: File = HERE,
    as_json: Json = False,
) -> None:
    """Write down a question with the chance that a result gives it, before the day."""
    import sim
    from sim.study import ledger as book
    from sim.views import terminal
    from sim.views.pages import ledger as pages

    result = sim.load_results(folder)
    if not isinstance(result, sim.Result):
        raise ScenarioError(
            f"{folder}: expected the result of one scenario, found a sweep; run one with panj run"
        )
    question = book.add(path, statement, due.date(), where, result)
    after = book.read(path)
    if as_json:
        print_json(pages.record(after)["questions"][-1])
    else:
        terminal.show(pages.question_page(path, question, after.seal))


@ledger.command(epilog="Example: panj ledger answer 1 no --source 'UNAMA, quarterly report, 2025-07-30'")
def answer(
    number: Annotated[int, typer.Argument(metavar="NO", help="Which question.", parser=digits(0))],
    came: Annotated[
        str,
        typer.Argument(
            metavar="yes|no", help="Whether the statement was true.", autocompletion=completion.YES
        ),
    ],
    source: Annotated[str, typer.Option(metavar="TEXT", help="Who says so: publisher, title, date.")],
    path: File = HERE,
) -> None:
    """Enter what came of a question, with its source; it stays."""
    from sim.study import ledger as book

    if came not in ("yes", "no"):
        raise ScenarioError(f"expected yes or no, found {came!r}")
    entered = book.answer(path, number, came == "yes", source)
    print(f"Question {entered.number}: {came}. 'panj ledger score' counts it.")


@ledger.command("list", epilog="Example: panj ledger list --ledger ours.jsonl")
def list_questions(path: File = HERE, as_json: Json = False) -> None:
    """List the questions, their chances and what came of them."""
    from sim.study import ledger as book
    from sim.views import terminal
    from sim.views.pages import ledger as pages

    entries = book.read(path)
    if as_json:
        print_json(pages.record(entries))
    else:
        terminal.show(pages.ledger_page(entries, date.today()))


@ledger.command(epilog="Example: panj ledger score --out calibration.png")
def score(
    path: File = HERE,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="A picture of chances beside how often they came true."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Score the answered questions: Brier and log score beside a coin, and how chances came true."""
    from sim.analysis.past.foresight import ENOUGH, foresight
    from sim.study import ledger as book
    from sim.views import terminal
    from sim.views.pages import ledger as pages

    entries = book.read(path)
    scores = foresight(entries)
    if out is not None:
        from sim.views.plots.draw.foresight import sheet
        from sim.views.plots.files import forms_named, write_figure

        if scores.calibration.empty:
            raise ScenarioError(
                f"--out: expected {ENOUGH} answered questions for a picture, found {len(scores.answered)}"
            )
        forms_named([out.suffix[1:]])
        write_figure(sheet(scores), out)
    if as_json:
        print_json(pages.record(entries, scores))
    else:
        terminal.show(pages.scores_page(entries, scores))
