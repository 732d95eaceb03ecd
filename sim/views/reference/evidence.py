"""The page on evidence: what the record says of each rule and reading, and what outlooks were worth in the past.

`python -m sim.views.reference.evidence` writes docs/explanation/evidence.md. Its words are in evidence.md beside
this module; every figure is computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from string import Template

from sim.analysis.article.declared import CLAIMS
from sim.analysis.outlook.evidence import AS_READ, Evidence, Factor, Weighed, evidence
from sim.analysis.outlook.rolling import Rolling, rolling
from sim.model import calibrated
from sim.scenario.loading import load_scenario
from sim.views.numbers import marks, percent
from sim.views.pages.evidence import fared, resting, verdicts
from sim.views.pages.hindcast import NAMES
from sim.views.reference.markdown import table

PAGE = Path("docs/explanation/evidence.md")
WORDS = Path(__file__).with_suffix(".md")

#: Particles and seeds of each comparison; particles of each outlook in the past.
PARTICLES, SEEDS, AHEAD = 300, 4, 800

HEADS = ("ln factor", "ranges halved", "the record speaks", "rests most on")


def page(weights: Evidence, past: Rolling) -> str:
    """Return the page."""
    words = {
        "finding": verdicts(weights),
        "observations": str(len(weights.observations.observed)),
        "particles": str(weights.particles),
        "seeds": str(len(weights.seeds)),
        "rules": rules(one for one in weights.weighed if one.question.name != AS_READ),
        "readings": readings(one for one in weights.weighed if one.question.name == AS_READ),
        "ahead_particles": str(past.particles),
        "fared": fared(past),
        "skill": skill(past),
        "worth": worth(past),
    }
    return Template(WORDS.read_text("utf-8")).substitute(words)


def rules(weighed: Iterable[Weighed]) -> str:
    """Return the table of rules."""
    rows = [
        (
            f"[{one.question.name}](../reference/rules.md)",
            marks(one.question.paragraphs),
            one.question.claim,
            says(one.question.name),
            one.question.against,
            *_record(one),
        )
        for one in weighed
    ]
    return table(("rule", "¶", "the article says", "the model says it", "against", *HEADS), rows)


def readings(weighed: Iterable[Weighed]) -> str:
    """Return the table of readings."""
    rows = [
        (one.question.against, marks(one.question.paragraphs), one.question.claim, *_record(one))
        for one in weighed
    ]
    return table(("against", "¶", "which says", *HEADS), rows)


def says(rule: str) -> str:
    """Return the checks that could rest on a rule, each with the share of the region at which it holds."""
    held = calibrated.claims().get("claims", {})
    mine = [one.id for one in CLAIMS if rule in one.rests_on and one.id in held]
    return ", ".join(f"{name} {percent(held[name]['figures'])}" for name in mine) or "no check"


def skill(past: Rolling) -> str:
    """Return the table of scores."""
    rows = [
        (
            NAMES[str(row.score)],
            row.rival,
            f"{row.outlook:.3f}",
            f"{row.of_rival:.3f}",
            f"{row.better} of {row.questions}",
        )
        for row in past.skill.itertuples()
    ]
    heads = ("mean score", "beside", "outlook", "the other", "better in")
    return table(heads, rows, right=("outlook", "the other"))


def worth(past: Rolling) -> str:
    """Return the sentence on how many filters each outlook rests on."""
    each = ", ".join(f"{number:.1f} at the end of {day:%B %Y}" for day, number in past.worth.items())
    return f"Of the independent filters of each outlook so many equal ones counted: {each}."


def _record(one: Weighed) -> tuple[str, ...]:
    halved = "" if one.halved is None else _factor(one.halved)
    return _factor(one.factor), halved, f"**{one.verdict}**", resting(one)


def _factor(one: Factor) -> str:
    return f"{one.mean:+.1f} ± {one.error:.1f}".replace("-", "−")


def main() -> None:
    """Write the page."""
    spec = load_scenario("baseline").replace(citizens=0)
    weights = evidence(spec, "record", particles=PARTICLES, repeats=SEEDS)
    PAGE.write_text(page(weights, rolling(spec, particles=AHEAD)), encoding="utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
