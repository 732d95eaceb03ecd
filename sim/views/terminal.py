"""What pages on a terminal are made of: consoles, tables, headings, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from rich import box
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sim.errors import visible

#: Width where the output is no terminal: a file or a pipe has no width of its own.
WIDTH_OF_A_FILE = 110


class _Plain(Console):
    """A console that colours texts after what would give a terminal orders in them is made visible."""

    def _render_buffer(self, buffer: Iterable[Segment]) -> str:
        return super()._render_buffer(
            one if one.control else Segment(visible(one.text), one.style) for one in buffer
        )


def console(file: IO[str] | None = None) -> Console:
    """Return a console for `file` (standard output where None), wide enough for tables in files."""
    target = sys.stdout if file is None else file
    target = getattr(target, "stream", target)  # what this console writes is fit for a terminal already
    width = None if target.isatty() else WIDTH_OF_A_FILE
    return _Plain(file=target, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def print_whole(page: RenderableType) -> None:
    """Print to standard output, as wide as it takes: numbers are never cut off."""
    made = console()
    made.width = max(made.width, made.measure(page, options=made.options.update(max_width=400)).maximum)
    made.print(page)


def table(title: str, *columns: str, right: Iterable[str] = (), wide: Iterable[str] = ()) -> Table:
    """Return an empty table; columns in `right` hold numbers, those in `wide` take the space left."""
    numbers, stretched = set(right), set(wide)
    made = Table(
        title=Text(title, style="bold") if title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        expand=False,
    )
    for name in columns:
        made.add_column(
            name,
            justify="right" if name in numbers else "left",
            overflow="fold",
            no_wrap=name not in stretched and len(columns) > 1,
        )
    return made


def heading(text: str) -> Text:
    """Return a line that opens a part of the output."""
    return Text(f"\n{text}", style="bold")


def facts() -> Table:
    """Return an empty grid of names and what they are."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    return grid


@contextmanager
def progress(total: int, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Show a progress bar on standard error while runs finish, where that is a terminal.

    Yields what takes the number of runs just finished, None where nothing is to be shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("running"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done: bar.advance(task, done)
