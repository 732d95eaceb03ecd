"""Typical stories: for each class the run that stands for it, told as a dated narrative from its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.analysis.one_run.turning_points import option_of, turning_points
from sim.analysis.one_run.typical import Typical, typical
from sim.analysis.one_run.weeks import LADDERS, day_of
from sim.model.glossary import CLASSES
from sim.model.outcomes import ESCALATION, RAPPROCHEMENT
from sim.study.results.names import find, opened
from sim.study.results.result import Result
from sim.views.numbers import counted, percent
from sim.views.one_run import narrative
from sim.views.one_run.decision import weighed
from sim.views.one_run.lines import BLANK, Line, html, rendered
from sim.views.terminal import show

if TYPE_CHECKING:
    from sim.analysis.one_run.replay import Replay
    from sim.analysis.one_run.turning_points import TurningPoint
    from sim.analysis.one_run.weeks import Change
    from sim.engine.decisions import Decision
    from sim.study.results.study import Study

#: Words of what happened at the border that go with the upper rungs of escalation.
BORDER = ("clash", "dead", "ighting")

NAMES = {"taliban": "the Taliban"}

#: Sentences told of one chapter, beside its first and its last.
MOST = 7

#: Instruments whose first steps are told.
TOLD = ("words", "force", "contact", "resistance", "trade", "panjshir", "guarantee")

#: Sentences of a story in short.
BRIEFLY = 4

BRIEF = (
    "One run for each class, the most like all others that end so. In square brackets stand weeks of the "
    "run: panj explain DIR --run ID --week N shows them."
)
READ = (
    "For each class of paths, the run that lies nearest to all others that end in it, by its ladders week "
    "by week and by its counts and stocks at the end. In square brackets stand the weeks whose records "
    "bear a sentence out: panj explain DIR --run ID --week N shows them. A number with a sign is what a "
    "rule adds to the choice over what it is held against (holding still, or for holding still what came "
    "second), ¶ the paragraph of the article behind it. What happened here could happen under these "
    "assumptions; how often stands beside the title."
)


class Ref(NamedTuple):
    """A record behind a sentence: a week, and where it is a decision whose and with what."""

    week: int
    actor: str = ""
    instrument: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence with the records it rests on; the heavier, the sooner it is told."""

    text: str
    refs: tuple[Ref, ...]
    weight: float = 0.0

    def __str__(self) -> str:
        weeks = list(dict.fromkeys(one.week for one in self.refs))
        if len(weeks) > 2 and weeks == list(range(weeks[0], weeks[-1] + 1)):
            return f"{self.text} [{weeks[0]}–{weeks[-1]}]"
        return f"{self.text} [{', '.join(map(str, weeks))}]"


@dataclass(frozen=True)
class Candidate:
    """What may be told: when, how much it matters, and its sentence, given what was told before it."""

    week: int
    weight: float
    tell: Callable[[set[Ref]], Sentence | None]


@dataclass(frozen=True)
class Chapter:
    """A stretch of a story, usually a year."""

    title: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Told:
    """The story of one run that is typical of its class."""

    of: Typical
    chapters: tuple[Chapter, ...]
    model: Replay

    def lines(self, full: bool = True) -> list[Line]:
        """Return the story line by line; else what its class means and its heaviest sentences."""
        share = f"{self.of.runs:,} of {counted(self.of.of, 'run')} ({percent(self.of.runs / self.of.of)})"
        page = [Line(0, f"{self.of.path.capitalize()}: run {self.of.run}, typical of {share}", True)]
        if not full:
            every = [one for chapter in self.chapters for one in chapter.sentences]
            heaviest = sorted(every, key=lambda one: -one.weight)[:BRIEFLY]
            words = [CLASSES[self.of.path], *(str(one) for one in every if one in heaviest)]
            return [*page, *(Line(1, one) for one in words), BLANK]
        for chapter in self.chapters:
            page.append(Line(0, chapter.title, True))
            page += [Line(1, str(one)) for one in chapter.sentences]
        return [*page, BLANK]

    def record(self) -> dict[str, Any]:
        """Return the story as plain data."""
        return {
            **self.of._asdict(),
            "chapters": [
                {
                    "title": chapter.title,
                    "sentences": [
                        {"text": one.text, "records": [ref._asdict() for ref in one.refs]}
                        for one in chapter.sentences
                    ],
                }
                for chapter in self.chapters
            ],
        }


class Stories:
    """The typical stories of a study, in the order of the classes."""

    def __init__(self, title: str, told: list[Told]) -> None:
        self.title, self.told = title, told

    def __iter__(self) -> Iterator[Told]:
        return iter(self.told)

    def lines(self, full: bool = True) -> list[Line]:
        """Return the stories line by line, in full or in short."""
        head = [
            Line(0, f"{self.title}: typical stories", True),
            BLANK,
            Line(0, READ if full else BRIEF),
            BLANK,
        ]
        foot = [] if full else [Line(0, "More: --full for the whole stories; --run ID for one run.")]
        return head + [line for one in self.told for line in one.lines(full)] + foot

    def show(self, full: bool = False) -> None:
        """Print the stories, in short unless `full`."""
        show(rendered(self.lines(full)))

    def html(self) -> str:
        """Return the stories as a piece of an HTML page, without style of its own."""
        return html(self.lines())

    def _repr_html_(self) -> str:
        return self.html()

    def record(self) -> dict[str, Any]:
        """Return the stories as plain data; every sentence with the records it rests on."""
        return {"title": self.title, "stories": [one.record() for one in self.told]}


def stories(
    source: str | Path | Result | Study,
    most: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Stories:
    """Tell one typical run of each path class of a study.

    Parameters
    ----------
    source
        A result, a sweep, or the folder of one.
    most
        Tell only so many classes, the most frequent ones.
    progress
        Called with 1 after each story.

    Raises
    ------
    ResultError
        There is no such result, it was made by other source, or every run failed.
    """
    from sim.analysis.one_run.replay import replay

    held = opened(source)
    runs = typical(held)
    if most is not None:
        often = sorted(runs, key=lambda one: -one.runs)[:most]
        runs = [one for one in runs if one in often]
    tales = []
    for one in runs:
        model = replay(find(held, one.run))
        tales.append(Told(one, tuple(chapters(model)), model))
        if progress is not None:
            progress(1)
    title = held.spec.title if isinstance(held, Result) else held.experiment.title
    return Stories(title, tales)


def chapters(model: Replay) -> list[Chapter]:
    """Return the story of a run that has ended without failure: a chapter a calendar year, and the end."""
    days = [day_of(model, week) for week in range(1, model.week + 1)]
    candidates = [*_turns(model), *_first_steps(model)]
    before: set[Ref] = set()
    years = []
    for year in dict.fromkeys(day.year for day in days):
        weeks = [week for week, day in enumerate(days, 1) if day.year == year]
        mine = [one for one in candidates if one.week in weeks]
        chosen = sorted(mine, key=lambda one: (-one.weight, one.week))[:MOST]
        lines = []
        for one in sorted(chosen, key=lambda one: (one.week, -one.weight)):
            if (sentence := one.tell(before)) is not None:
                lines.append(replace(sentence, weight=one.weight))
        sentences = [_opening(model, weeks[0] - 1), *lines, _counts(model, weeks)]
        if len(mine) > len(chosen):
            left = [Ref(week) for week in sorted(one.week for one in mine if one not in chosen)]
            sentences.append(Sentence(f"Left out here: {counted(len(left), 'more turn')}.", tuple(left)))
        years.append(Chapter(str(year), tuple(sentences)))
    ends = tuple(Sentence(line, (Ref(model.week),)) for line in narrative.ending(model))
    return [*years, Chapter("Where it ends", ends)]


def spoken(day: date) -> str:
    """Write a day as prose does: 20 September 2021."""
    return f"{day.day} {day:%B} {day.year}"


def _opening(model: Replay, week: int) -> Sentence:
    now = model.past(week)
    when = "At the start" if week == 0 else "As the year begins"
    rungs = f"{ESCALATION[int(now.escalation)]} and {RAPPROCHEMENT[int(now.rapprochement)]}"
    numbers = f"rhetoric at {now.rhetoric:.2f}, tension at {now.tension:.2f}, approval at {now.approval:.2f}"
    return Sentence(f"{when} the ladders stand at {rungs}, with {numbers}.", (Ref(week),))


def _turns(model: Replay) -> list[Candidate]:
    """Return events, and moves of the ladders with what moved them."""
    reached: set[tuple[str, int]] = set()
    candidates = []
    for turn in turning_points(model):
        for fired in turn.fired:
            event = narrative.event(model, fired.name)
            words = f"In the week of {spoken(turn.day)} an event of the storyline comes due: {event}."
            candidates.append(Candidate(turn.week, 9.0, _always(Sentence(words, (Ref(turn.week),)))))
        for change, movers in zip(turn.changes, turn.movers, strict=True):
            new = (change.ladder, change.after) not in reached
            reached.add((change.ladder, change.after))
            if turn.week > 1:  # the start is told by the opening
                high = change.ladder == "rapprochement" or max(change.before, change.after) >= 3
                first = new and change.after > change.before
                candidates.append(
                    Candidate(
                        turn.week,
                        2.0 * new + (1.0 if high else 0.5),
                        partial(_told_change, model, turn, change, movers[:2], first),
                    )
                )
    return candidates


def _always(sentence: Sentence) -> Callable[[set[Ref]], Sentence]:
    return lambda before: sentence


def _told_change(
    model: Replay,
    turn: TurningPoint,
    change: Change,
    movers: tuple[Decision, ...],
    first: bool,
    before: set[Ref],
) -> Sentence:
    verb = "rises" if change.after > change.before else "falls back"
    what = "contact" if change.ladder == "rapprochement" else "escalation"
    words = f"In the week of {spoken(turn.day)} {what} {verb} to {LADDERS[change.ladder][change.after]}"
    words += " for the first time" if first else ""
    refs = [Ref(turn.week)]
    if change.ladder == "escalation" and max(change.before, change.after) >= 3:
        happenings = narrative.happenings(model, turn.week)
        happened = [one.rstrip(".") for one in happenings if any(word in one for word in BORDER)]
        if happened:
            words += f" ({'; '.join(one[0].lower() + one[1:] for one in happened)})"
    elif movers:
        words += ": " + "; ".join(_moved(model, one, turn.week, before) for one in movers)
        refs += [Ref(one.week, one.actor, one.instrument) for one in movers]
    return Sentence(f"{words}.", tuple(refs))


def _moved(model: Replay, decision: Decision, week: int, before: set[Ref]) -> str:
    """Say who chose what, how likely that was, and what carried it; only the first if told before."""
    option = option_of(model, decision, decision.choice)
    meaning = option.meaning.rstrip(".")
    who = NAMES.get(decision.actor, narrative.titled(decision.actor))
    ref = Ref(decision.week, decision.actor, decision.instrument)
    if ref in before:
        return f"{who} had chosen {decision.choice} in week {decision.week}"
    before.add(ref)
    when = "" if decision.week == week else f" in week {decision.week}"
    words = f"{who}{when} chose to {meaning[0].lower()}{meaning[1:]}"
    return f"{words} ({weighed(decision)})"


def _first_steps(model: Replay) -> list[Candidate]:
    """Return the first time that Dushanbe, Kabul or Moscow takes each option of the instruments told."""
    seen: set[tuple[str, str, str]] = set()
    candidates = []
    for decision in model.decisions:
        key = decision.actor, decision.instrument, decision.choice
        if decision.choice == "hold" or key in seen or decision.instrument not in TOLD:
            continue
        seen.add(key)
        if decision.actor in ("dushanbe", "taliban", "russia"):
            candidates.append(Candidate(decision.week, 0.8, partial(_told_step, model, decision)))
    return candidates


def _told_step(model: Replay, decision: Decision, before: set[Ref]) -> Sentence | None:
    ref = Ref(decision.week, decision.actor, decision.instrument)
    if ref in before:
        return None
    day = spoken(day_of(model, decision.week))
    words = _moved(model, decision, decision.week, before)
    return Sentence(f"In the week of {day}, for the first time, {words}.", (ref,))


def _counts(model: Replay, weeks: list[int]) -> Sentence:
    """Count what was chosen with words and contact in a chapter, and what happened at the border."""
    parts = []
    for actor in ("dushanbe", "taliban"):
        often = Counter(
            one.choice
            for one in model.decisions
            if one.actor == actor
            and one.instrument in ("words", "contact")
            and one.choice != "hold"
            and one.week in weeks
        )
        counts = ", ".join(f"{name} {n}" for name, n in sorted(often.items(), key=lambda x: (-x[1], x[0])))
        parts.append(f"{NAMES.get(actor, narrative.titled(actor))} {counts or 'held still'}")
    before, after = model.past(weeks[0] - 1), model.past(weeks[-1])
    border = ", ".join(
        counted(after[many] - before[many], one, many)
        for one, many in (("incident", "incidents"), ("clash", "clashes"), ("death", "deaths"))
    )
    text = f"In {_these(len(weeks))}, by words and contact: {'; '.join(parts)}; at the border {border}."
    return Sentence(text, tuple(map(Ref, weeks)))


def _these(weeks: int) -> str:
    return "this week" if weeks == 1 else f"these {weeks} weeks"


__all__ = ["Chapter", "Ref", "Sentence", "Stories", "Told", "chapters", "stories"]
