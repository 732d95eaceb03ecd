"""The last section of a page: the words of the glossary that it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.model.glossary import words_used
from sim.views.report.parts import Fold, Grid, Heading, Part, Picture, Points, Section, Text, folded, grid


def vocabulary(sections: Iterable[Section]) -> list[Part]:
    """Return the words that sections use in a sense of their own, with a sentence each."""
    used = words_used("\n".join(text for section in sections for text in read(section.parts)))
    return [
        folded(grid("Words that have a sense of their own here", ("word", "what it is"), [*used.items()]))
    ]


def read(parts: Iterable[Part]) -> Iterator[str]:
    """Yield every text that a reader meets in parts."""
    for part in parts:
        match part:
            case Text(words=words) | Heading(words=words):
                yield words
            case Points(items=items):
                yield from items
            case Picture(alt=alt, caption=caption):
                yield from (alt, caption)
            case Grid(caption=caption, head=head, rows=rows):
                yield from (caption, *head, *(one.text for row in rows for one in row))
            case Fold(words=words, parts=inner):
                yield words
                yield from read(inner)
