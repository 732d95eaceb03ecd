"""What pages on a terminal are made of: consoles, tables, headings, progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice, takewhile
from typing import IO

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from sim.errors import visible

#: Width where the output is no terminal: a file or a pipe has no width of its own.
WIDTH_OF_A_FILE = 110
#: Every page fits so many columns.
NARROWEST = 80


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


def show(page: RenderableType, brief: bool = False) -> None:
    """Print a page to standard output; a narrower terminal wraps its lines rather than lose numbers.

    Where `brief`, of a page that `page` laid out only its head and the first part with a table.
    """
    out = console()
    out.width = max(out.width, NARROWEST)
    out.print(_brief(page) if brief and isinstance(page, Group) else page)


def _brief(page: Group) -> Group:
    head = list(takewhile(lambda part: isinstance(part, Text), page.renderables))
    tables = (part for part in page.renderables if isinstance(part, Group) and _tabular(part))
    return Group(*head, *islice(tables, 1))


def _tabular(part: Group) -> bool:
    return any(isinstance(one, Table) for one in part.renderables)


def page(title: str, finding: str, *parts: RenderableType, question: str = "", more: str = "") -> Group:
    """Lay out a page: its title, what is asked, the finding in a sentence, parts, where to find the rest."""
    head = [Text(title, style="bold")]
    if question:
        head.append(Text(question, style="italic"))
    if finding:
        head.append(Text(f"\n{finding}"))
    return Group(*head, *parts, *([Text(f"\nMore: {more}", style="dim")] if more else []))


def section(title: str, *body: RenderableType, note: str = "") -> Group:
    """Lay out a part of a page: a heading, what stands under it, how to read it."""
    return Group(heading(title), *body, *([Text(note, style="dim")] if note else []))


def entry(name: str, facts: str, *lines: str | Text) -> Group:
    """Lay out one item of a list: a name with facts in one line, then indented lines."""
    head = Text.assemble((name, "bold"), f"  {facts}" if facts else "")
    return Group(head, *(Padding(one, (0, 0, 0, 4)) for one in lines if one))


def table(*columns: str, right: Iterable[str] = (), wide: Iterable[str] = ()) -> Table:
    """Return an empty table; columns in `right` hold numbers, those in `wide` wrap where space is short."""
    numbers, wrapped = set(right), set(wide)
    grid = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in columns:
        grid.add_column(
            name,
            justify="right" if name in numbers else "left",
            overflow="fold" if name in wrapped else "ellipsis",
            no_wrap=name not in wrapped,
        )
    return grid


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
def progress(
    total: int, quiet: bool, first: Callable[[], str] | None = None
) -> Iterator[Callable[[int], None] | None]:
    """Show a progress bar on standard error while runs finish, where that is a terminal.

    Yields what takes the number of runs just finished, None where nothing is to be shown.

    Parameters
    ----------
    first
        Returns what stands above the bar until the runs are done; not called where nothing is to be shown.
    """
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(TextColumn("running"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    task = bar.add_task("runs", total=total)
    with Live(bar, console=console(sys.stderr), transient=True) as live:
        if first is not None:
            live.update(Group(Text(first()), bar), refresh=True)
        yield lambda done: bar.advance(task, done)
