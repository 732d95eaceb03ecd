"""What `panj outlook` says, as sentences and tables; a page of HTML says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import isnan
from typing import NamedTuple

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.outlook.islands import FEWEST
from sim.analysis.outlook.outlook import FIRSTS, Outlook
from sim.views import terminal
from sim.views.numbers import counted

#: Rows that a page of 80 columns shows of a table; the record has all.
MOST = 12

#: A value has moved where its mean did by more than so many Monte Carlo errors.
SURE = 2

#: What was foreseen worse than this is a surprise.
SURPRISE = 0.05


class Listing(NamedTuple):
    """A table under its title: names in the first column, numbers in the others."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def outlook_page(found: Outlook) -> RenderableType:
    """Return the page of an outlook: what may come, what was foreseen, what was learned, what it rests on."""
    parts = [terminal.section(one.title, _table(one)) for one in listings(found)]
    return terminal.page(found.spec.title, finding(found), *parts, Text(f"\n{rests(found)}", style="dim"))


def finding(found: Outlook) -> str:
    """Return the sentence that a reader may quote."""
    name, share = max(found.after.classes.items(), key=lambda one: one[1])
    told = f"From {found.today} on: most likely {name}, {_with_error(share, found.errors[name])} "
    told += f"(without the observations {found.before.classes[name]:.0%})"
    if not found.steps:
        told = f"Nothing observed: most likely {name}, {share:.0%}"
    if found.quarters:
        ahead = (found.week + 1, found.spec.weeks)
        chances = [f"{what} {found.after.come(*rung, *ahead):.0%}" for what, rung in FIRSTS.items()]
        end = found.spec.start + timedelta(weeks=found.spec.weeks, days=-1)
        told += f"; chance by {end}, where it is not so already: {', '.join(chances)}"
    if found.steps and not found.speaks:
        told += f". Not to be quoted: the {len(found.islands.each)} independent filters are worth "
        told += f"{found.islands.worth:.1f} equal ones; below {FEWEST} chance may move it by any amount"
    return f"{told}."


def _with_error(share: float, error: float) -> str:
    """Return a share with its Monte Carlo standard error where that is known."""
    return f"{share:.0%}" if isnan(error) else f"{share:.0%} ± {100 * error:.0f}"


def listings(found: Outlook) -> Iterator[Listing]:
    """Yield the tables of an outlook, those that apply."""
    yield _classes(found)
    if found.quarters:
        yield _quarters(found)
    if found.steps:
        yield _foreseen(found)
        if found.speaks:
            yield _learned(found)
            if found.readings:
                yield _readings(found)


def rests(found: Outlook) -> str:
    """Return what an outlook rests on, in words."""
    islands = found.islands
    return (
        f"It rests on {found.particles:,} particles in {counted(len(islands.each), 'independent filter')} "
        f"worth {islands.worth:.1f} equal ones; they descend from {islands.ancestors:,} at the start; "
        f"children were chosen {counted(islands.generations, 'time')}; seed {found.seed}. "
        "± MC: what chance may move it by, one standard error. "
        "The chances are the model's, given its ranges and the tolerances of the observations."
    )


def _table(one: Listing) -> RenderableType:
    names, *numbers = one.heads
    made = terminal.table(*one.heads, right=numbers, wide=(names,))
    for row in one.rows:
        made.add_row(*row)
    return made


def _classes(found: Outlook) -> Listing:
    without, errors = found.before.classes, found.errors
    rows = [
        (name, f"{share:.1%}", "" if isnan(errors[name]) else f"{errors[name]:.1%}", f"{without[name]:.1%}")
        for name, share in found.after.classes.items()
    ]
    return Listing("Where runs end", ("class of the whole path", "with", "± MC", "without"), rows)


def _quarters(found: Outlook) -> Listing:
    rows = []
    for first, last in found.quarters[:MOST]:
        chances = (
            f"{course.come(*rung, first, last):.0%}"
            for rung in FIRSTS.values()
            for course in (found.after, found.before)
        )
        rows.append((str(found.spec.start + timedelta(weeks=first - 1)), *chances))
    heads = ("from", *(one for what in FIRSTS for one in (what, "without")))
    return Listing("What may come first, by quarter of a year", heads, rows)


def _foreseen(found: Outlook) -> Listing:
    """Return the least expected observations."""
    odd = sum(one["chance"] < SURPRISE for one in found.foreseen)
    rows = [
        (
            one["observation"],
            f"{_brief(one['median'])} [{_brief(one['low'])}, {_brief(one['high'])}]",
            "" if one["seen"] is None else _brief(one["seen"]),
            f"{one['chance']:.1%}",
        )
        for one in sorted(found.foreseen, key=lambda row: row["chance"])[:MOST]
    ]
    title = f"How well it was foreseen: {odd} of {len(found.steps)} with a chance below {SURPRISE:.0%}"
    return Listing(title, ("observation", "before it was seen", "seen", "chance"), rows)


def _brief(value: float) -> str:
    """Write a number with four figures, a count of thousands as such, millions as 3.324M."""
    if abs(value) >= 1e6:
        return f"{value / 1e6:.4g}M"
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def _learned(found: Outlook) -> Listing:
    """Return the values that moved beyond what chance would."""
    table = found.learned
    beyond = table[(table["mean"] - table["mean_before"]).abs() > SURE * table["error"]]
    rows = [
        (
            str(row.value),
            f"{row.mean_before:.2f} ± {row.sd_before:.2f}",
            f"{row.mean:.2f} ± {row.sd:.2f}",
            f"{row.error:.2f}",
        )
        for row in beyond.head(MOST).itertuples()
    ]
    title = "What was learned (mean and standard deviation, in shares of each range)"
    return Listing(title, ("value", "before", "after", "± MC"), rows)


def _readings(found: Outlook) -> Listing:
    rows = [
        (name, f"{before:.1%}", f"{after:.1%}", f"{error:.1%}")
        for name, (before, after, error) in found.readings.items()
    ]
    return Listing("Readings of the article", ("reading", "before", "after", "± MC"), rows)
