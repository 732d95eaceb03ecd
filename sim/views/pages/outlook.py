"""What `panj outlook` and `panj evidence` say."""

from __future__ import annotations

from datetime import timedelta
from math import isnan

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.outlook.evidence import Evidence, Weighed
from sim.analysis.outlook.islands import FEWEST
from sim.analysis.outlook.outlook import FIRSTS, Outlook
from sim.analysis.outlook.rolling import Rolling
from sim.views import terminal
from sim.views.numbers import counted
from sim.views.pages.hindcast import NAMES

#: Rows that a page of 80 columns shows of a table; the record has all.
MOST = 12

LEARNED = "What was learned (mean and standard deviation, in shares of each range)"

#: A value has moved where its mean did by more than so many Monte Carlo errors.
SURE = 2

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
        if found.readings and found.speaks:
            parts.append(terminal.section("Readings of the article", _readings(found)))
    return terminal.page(found.spec.title, finding(found), *parts, Text(f"\n{_rests(found)}", style="dim"))


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


def _classes(found: Outlook) -> RenderableType:
    heads = ("with", "± MC", "without")
    made = terminal.table("class of the whole path", *heads, right=heads)
    without, errors = found.before.classes, found.errors
    for name, share in found.after.classes.items():
        error = "" if isnan(errors[name]) else f"{errors[name]:.1%}"
        made.add_row(name, f"{share:.1%}", error, f"{without[name]:.1%}")
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
    if not found.speaks:
        return Text("Not told: too few of the independent filters count to tell it from chance.")
    table = found.learned
    beyond = table[~((table["mean"] - table["mean_before"]).abs() < SURE * table["error"])]
    heads = ("before", "after", "± MC")
    made = terminal.table("value", *heads, right=heads)
    for row in beyond.head(MOST).itertuples():
        made.add_row(
            str(row.value),
            f"{row.mean_before:.2f} ± {row.sd_before:.2f}",
            f"{row.mean:.2f} ± {row.sd:.2f}",
            f"{row.error:.2f}",
        )
    return made


def _readings(found: Outlook) -> RenderableType:
    heads = ("before", "after", "± MC")
    made = terminal.table("reading", *heads, right=heads)
    for name, (before, after, error) in found.readings.items():
        made.add_row(name, f"{before:.1%}", f"{after:.1%}", f"{error:.1%}")
    return made


def _rests(found: Outlook) -> str:
    islands = found.islands
    return (
        f"It rests on {found.particles:,} particles in {counted(len(islands.each), 'independent filter')} "
        f"worth {islands.worth:.1f} equal ones; they descend from {islands.ancestors:,} at the start; "
        f"children were chosen {counted(islands.generations, 'time')}; seed {found.seed}. "
        "± MC: what chance may move it by, one standard error. "
        "The chances are the model's, given its ranges and the tolerances of the observations."
    )


PAST = (
    "In-sample: whoever changed the structure of the model had seen these years; but no answer that is "
    "scored was among what an outlook was given. Persistence: the last known answer to the same question "
    "goes on. Climatology: base rates of neighbouring states. Lower is better."
)


def rolling_page(found: Rolling) -> RenderableType:
    """Return the page of outlooks made in the past: their scores beside those of others."""
    heads = ("outlook", "the other", "better in")
    made = terminal.table("mean score", "beside", *heads, right=heads)
    for row in found.skill.itertuples():
        made.add_row(
            NAMES[str(row.score)],
            str(row.rival),
            f"{row.outlook:.3f}",
            f"{row.of_rival:.3f}",
            f"{row.better} of {row.questions}",
        )
    each = ", ".join(f"{day}: {worth:.1f}" for day, worth in found.worth.items())
    rests_on = f"{found.particles:,} particles each, seed {found.seed}; equal filters that counted: {each}."
    notes = [Text(f"\n{words}", style="dim") for words in (PAST, rests_on)]
    return terminal.page("Outlooks made in the past, and what came", fared(found), Text(""), made, *notes)


def fared(found: Rolling) -> str:
    """Return the sentence that says by how many scores outlooks of the past did better than each rival."""
    ahead = [
        f"{name} by {int((block['outlook'] < block['of_rival']).sum())} of {len(block)}"
        for name, block in found.skill.groupby("rival", sort=False)
    ]
    return f"Outlooks from the end of each half-year do better than {', '.join(ahead)} mean scores."


WHAT = (
    "The record speaks for a claim where it is more likely with it than with what takes its place, by more "
    "than a factor of 3 and by more than twice the Monte Carlo error, and where every range is half as wide, "
    "too. It speaks of this model: a rule that the record needs nowhere is not refuted by it, and a factor "
    "hangs on the tolerances and discrepancies of the observations."
)


def evidence_page(found: Evidence) -> RenderableType:
    """Return the page of evidence: what the record says of each claim, and how sure that is."""
    heads = ("ln factor", "± MC", "half")
    made = terminal.table(
        "claim", "¶", "against", *heads, "record says", "rests most on", right=heads, wide=("rests most on",)
    )
    for one in found.weighed:
        made.add_row(
            one.question.name,
            " ".join(map(str, one.question.paragraphs)),
            one.question.against,
            f"{one.factor.mean:+.1f}",
            f"{one.factor.error:.1f}",
            "" if one.halved is None else f"{one.halved.mean:+.1f}",
            one.verdict,
            resting(one),
        )
    rests_on = (
        f"{found.observations.title}: {len(found.observations.observed)} observations, {found.particles:,} "
        f"particles, seeds {', '.join(map(str, found.seeds))}. half: the factor with ranges half as wide."
    )
    notes = [Text(f"\n{words}", style="dim") for words in (WHAT, rests_on)]
    return terminal.page("What the record says of each claim", verdicts(found), Text(""), made, *notes)


def verdicts(found: Evidence) -> str:
    """Return the sentence that counts what the record says."""
    said = [one.verdict for one in found.weighed]
    hanging = said.count("hangs on the ranges")
    return (
        f"Of {counted(len(said), 'comparison')} the record speaks for the claim in {said.count('for')}, "
        f"against it in {said.count('against')}, and in {said.count('not at all')} not at all"
        + (f"; in {hanging} it hangs on how wide the ranges are." if hanging else ".")
    )


def resting(one: Weighed) -> str:
    """Return the observation that a verdict rests most on, and the verdict without it if another."""
    if one.factor.verdict == "not at all":
        return ""
    without = one.without_it.verdict
    return one.rests_on if without == one.factor.verdict else f"{one.rests_on} (without it: {without})"
