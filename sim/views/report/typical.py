"""The section of a page that tells typical runs, sentence by sentence from their records."""

from __future__ import annotations

from sim.analysis.answers.digest import Digest
from sim.errors import ResultError
from sim.views.numbers import percent
from sim.views.one_run.typical import stories
from sim.views.report.parts import Fold, Heading, Part, Points, Text

#: Classes told on a page: the most frequent ones, for a run is run again for each.
TOLD = 3
#: Of runs longer than this, in weeks, only the most frequent class is told.
LONG = 520


def typical(digest: Digest, folder: str) -> list[Part]:
    """Return the stories of the most frequent classes, or why there are none."""
    try:
        tales = stories(digest.source, most=TOLD if digest.runs.weeks <= LONG else 1)
    except ResultError as error:
        return [Text(f"No run is told here: {error}.", "note")]
    parts: list[Part] = [
        Text(
            "Of each of these classes, the run that lies nearest to all others that end in it. What happened "
            "in it could happen under these assumptions. Numbers in square brackets are weeks whose records "
            "bear a sentence out; with a sign, what a rule adds to a choice; ¶ is the paragraph behind it.",
        )
    ]
    for story in tales:
        often = f"{story.of.runs:,} runs ({percent(story.of.runs / story.of.of)})"
        inside: list[Part] = []
        for chapter in story.chapters:
            inside += [Heading(chapter.title, 4), Points(tuple(map(str, chapter.sentences)))]
        inside.append(Text(f"Why it went so: panj explain {folder} --run {story.of.run}", "note"))
        words = f"{story.of.path.capitalize()}: run {story.of.run}, typical of {often}"
        parts.append(Fold(words, tuple(inside), level=3))
    return parts
