"""What `panj evidence` and `panj hindcast --rolling` say."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.outlook.evidence import Evidence, Weighed
from sim.analysis.outlook.rolling import Rolling
from sim.views import terminal
from sim.views.numbers import counted
from sim.views.pages.hindcast import NAMES

PAST = (
    "In-sample: whoever changed the structure of the model had seen these years; but no answer that is "
    "scored was among what an outlook was given. Persistence: the last known answer to the same question "
    "goes on. Climatology: base rates of neighbouring states. Lower is better."
)


def rolling_page(rolling: Rolling) -> RenderableType:
    """Return the page of outlooks made in the past: their scores beside those of others."""
    heads = ("outlook", "the other", "better in")
    scores = terminal.table("mean score", "beside", *heads, right=heads)
    for row in rolling.skill.itertuples():
        scores.add_row(
            NAMES[str(row.score)],
            str(row.rival),
            f"{row.outlook:.3f}",
            f"{row.of_rival:.3f}",
            f"{row.better} of {row.questions}",
        )
    each = ", ".join(f"{day}: {worth:.1f}" for day, worth in rolling.worth.items())
    rests_on = (
        f"{rolling.particles:,} particles each, seed {rolling.seed}; equal filters that counted: {each}."
    )
    table = terminal.section("Mean scores, lower is better", scores)
    notes = [Text(f"\n{words}", style="dim") for words in (PAST, rests_on)]
    return terminal.page("Outlooks made in the past, and what came", fared(rolling), table, *notes)


def fared(rolling: Rolling) -> str:
    """Return the sentence that says by how many scores outlooks of the past did better than each rival."""
    ahead = [
        f"{name} by {int((block['outlook'] < block['of_rival']).sum())} of {len(block)}"
        for name, block in rolling.skill.groupby("rival", sort=False)
    ]
    return f"Outlooks from the end of each half-year do better than {', '.join(ahead)} mean scores."


WHAT = (
    "The record speaks for a claim where it is more likely with it than with what takes its place, by more "
    "than a factor of 3 and by more than twice the Monte Carlo error, and where every range is half as wide, "
    "too. It speaks of this model: a rule that the record needs nowhere is not refuted by it, and a factor "
    "hangs on the tolerances and discrepancies of the observations."
)


def evidence_page(weights: Evidence) -> RenderableType:
    """Return the page of evidence: what the record says of each claim, and how sure that is."""
    heads = ("ln factor", "± MC", "half")
    table = terminal.table(
        "claim", "¶", "against", *heads, "record says", "rests most on", right=heads, wide=("rests most on",)
    )
    for one in weights.weighed:
        table.add_row(
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
        f"{weights.observations.title}: {len(weights.observations.observed)} observations, "
        f"{weights.particles:,} particles, seeds {', '.join(map(str, weights.seeds))}. half: "
        "the factor with ranges half as wide."
    )
    notes = [Text(f"\n{words}", style="dim") for words in (WHAT, rests_on)]
    return terminal.page("What the record says of each claim", verdicts(weights), Text(""), table, *notes)


def verdicts(weights: Evidence) -> str:
    """Return the sentence that counts what the record says."""
    each = [one.verdict for one in weights.weighed]
    hanging = each.count("hangs on the ranges")
    return (
        f"Of {counted(len(each), 'comparison')} the record speaks for the claim in "
        f"{each.count('for')}, against it in {each.count('against')}, and in "
        f"{each.count('not at all')} not at all"
        + (f"; in {hanging} it hangs on how wide the ranges are." if hanging else ".")
    )


def resting(one: Weighed) -> str:
    """Return the observation that a verdict rests most on, and the verdict without it if another."""
    if one.factor.verdict == "not at all":
        return ""
    without = one.without_it.verdict
    return one.rests_on if without == one.factor.verdict else f"{one.rests_on} (without it: {without})"
