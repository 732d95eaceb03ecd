"""What `panj outlook` and `panj evidence` say."""

from __future__ import annotations

from datetime import timedelta

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.outlook.evidence import Evidence
from sim.analysis.outlook.outlook import FAMILIES, FIRSTS, Outlook
from sim.views import terminal

#: Rows that a page of 80 columns shows of a table; the record has all.
MOST = 12

LEARNED = "What was learned (mean and standard deviation, in shares of each range)"

#: What was foreseen worse than this is a surprise.
SURPRISE = 0.05


def outlook_page(found: Outlook) -> RenderableType:
    """Return the page of an outlook: what may come, what was foreseen, what was learned, what it rests on."""
    parts = [terminal.section("Where runs end", _classes(found))]
    if found.quarters:
        parts.append(terminal.section("What may come first, by quarter of a year", _quarters(found)))
    if found.steps:
        parts.append(terminal.section(_surprises(found), _foreseen(found)))
        parts.append(terminal.section(LEARNED, _learned(found)))
        if found.readings and found.tells:
            parts.append(terminal.section("Readings of the article", _readings(found)))
    return terminal.page(found.spec.title, finding(found), *parts, Text(f"\n{_rests(found)}", style="dim"))


def finding(found: Outlook) -> str:
    """Return the sentence that a reader may quote."""
    name, share = max(found.after.classes.items(), key=lambda one: one[1])
    told = f"From {found.today} on: most likely {name}, {share:.0%} (without the observations "
    told += f"{found.before.classes[name]:.0%})"
    if not found.steps:
        told = f"Nothing observed: most likely {name}, {share:.0%}"
    if found.quarters:
        ahead = (found.week + 1, found.spec.weeks)
        chances = [f"{what} {found.after.come(*rung, *ahead):.0%}" for what, rung in FIRSTS.items()]
        end = found.spec.start + timedelta(weeks=found.spec.weeks, days=-1)
        told += f"; chance by {end}, where it is not so already: {', '.join(chances)}"
    if found.steps and not found.tells:
        told += f". Not to be quoted: it rests on {found.ancestors} of the runs that it began with"
    return f"{told}."


def _classes(found: Outlook) -> RenderableType:
    made = terminal.table("class of the whole path", "with", "without", right=("with", "without"))
    without = found.before.classes
    for name, share in found.after.classes.items():
        made.add_row(name, f"{share:.1%}", f"{without[name]:.1%}")
    return made


def _quarters(found: Outlook) -> RenderableType:
    names = [one for what in FIRSTS for one in (what, "without")]
    made = terminal.table("from", *names, right=names)
    for first, last in found.quarters[:MOST]:
        begins = found.spec.start + timedelta(weeks=first - 1)
        chances = [
            f"{course.come(*rung, first, last):.0%}"
            for rung in FIRSTS.values()
            for course in (found.after, found.before)
        ]
        made.add_row(str(begins), *chances)
    return made


def _surprises(found: Outlook) -> str:
    odd = sum(one["chance"] < SURPRISE for one in found.foreseen)
    return f"How well it was foreseen: {odd} of {len(found.steps)} with a chance below {SURPRISE:.0%}"


def _foreseen(found: Outlook) -> RenderableType:
    """Return the least expected observations."""
    heads = ("before it was seen", "seen", "chance")
    made = terminal.table("observation", *heads, right=heads, wide=("observation",))
    for one in sorted(found.foreseen, key=lambda row: row["chance"])[:MOST]:
        band = f"{one['median']:.4g} [{one['low']:.4g}, {one['high']:.4g}]"
        seen = "" if one["seen"] is None else f"{one['seen']:.5g}"
        made.add_row(one["observation"], band, seen, f"{one['chance']:.1%}")
    return made


def _learned(found: Outlook) -> RenderableType:
    if not found.tells:
        return Text(
            f"Not told: all particles descend from {found.ancestors} of those at the start, so that chance "
            f"moved values and readings too (told from {FAMILIES} on)."
        )
    heads = ("before", "after")
    made = terminal.table("value", *heads, right=heads)
    for row in found.learned.head(MOST).itertuples():
        made.add_row(
            str(row.value), f"{row.mean_before:.2f} ± {row.sd_before:.2f}", f"{row.mean:.2f} ± {row.sd:.2f}"
        )
    return made


def _readings(found: Outlook) -> RenderableType:
    made = terminal.table("reading", "before", "after", right=("before", "after"))
    for name, (before, after) in found.readings.items():
        made.add_row(name, f"{before:.0%}", f"{after:.0%}")
    return made


def _rests(found: Outlook) -> str:
    return (
        f"It rests on {found.particles:,} particles worth {found.effective:,.0f} equal ones, descended from "
        f"{found.ancestors:,} at the start; children were chosen {found.generations} times; seed "
        f"{found.seed}. "
        "The chances are the model's, given its ranges and the tolerances of the observations."
    )


WHAT = (
    "The record speaks for a rule where it is more likely with it than without it, by more than a factor of "
    "3 and by more than twice the Monte Carlo error. It speaks of this model with its ranges: a rule that "
    "the record needs nowhere is not refuted by it, and a factor hangs on the tolerances of the observations."
)


def evidence_page(found: Evidence) -> RenderableType:
    """Return the page of evidence: what the record says of each rule, and how sure that is."""
    said = [one.verdict for one in found.weighed]
    head = (
        f"Of {len(said)} comparisons the record speaks for the rule in {said.count('for')}, against it in "
        f"{said.count('against')}, and in {said.count('not at all')} not at all."
    )
    heads = ("ln factor", "± MC")
    made = terminal.table(
        "rule",
        "¶",
        "against",
        *heads,
        "record says",
        "rests most on",
        right=heads,
        wide=("rests most on",),
    )
    for one in found.weighed:
        says = one.verdict
        rests = one.rests_on if one.verdict != "not at all" else ""
        if rests and one.without_it != one.verdict:
            rests += f" (without it: {one.without_it})"
        made.add_row(
            one.rule.id,
            " ".join(map(str, one.rule.paragraphs)),
            one.against,
            f"{one.mean:+.1f}",
            f"{one.error:.1f}",
            says,
            rests,
        )
    rests_on = (
        f"{found.observations.title}: {len(found.observations.observed)} observations, {found.particles:,} "
        f"particles, seeds {', '.join(map(str, found.seeds))}."
    )
    notes = [Text(f"\n{words}", style="dim") for words in (WHAT, rests_on)]
    return terminal.page("What the record says of each rule", head, Text(""), made, *notes)
