"""Pages on ladders, classes and outcomes, and the glossary."""

from __future__ import annotations

from sim.model import glossary, outcomes
from sim.model.outcomes import ESCALATION, OUTCOMES, RAPPROCHEMENT
from sim.views.reference.formula import signature
from sim.views.reference.laws import NOTATION, law
from sim.views.reference.markdown import page, said, table

ORDER = (
    "A run may fit several classes. The first that fits, in this order, names its path; `fits` keeps all of them, so that "
    "another order can be tried."
)


def classes() -> str:
    """Return the page of ladders, classes and outcomes."""
    return page(
        "Ladders, classes, outcomes",
        NOTATION,
        "## Escalation",
        _sentences(
            "rung", {f"{k} {name}": glossary.ESCALATION_RUNGS[name] for k, name in enumerate(ESCALATION)}
        ),
        "## Rapprochement",
        _sentences(
            "rung",
            {f"{k} {name}": glossary.RAPPROCHEMENT_RUNGS[name] for k, name in enumerate(RAPPROCHEMENT)},
        ),
        "## Laws of both",
        f"`ladders`, the last process of a week: {said(outcomes.ladders)}",
        law(outcomes.ladders),
        "## Classes",
        _sentences("class", glossary.CLASSES),
        ORDER,
        "## Outcomes",
        "`traj` is the recorded world by week, 0 the start; `out` the row of outcomes.",
        *(
            part
            for one in (outcomes.summarise, outcomes.first_reached)
            for part in (f"### {one.__name__}", f"`{signature(one)}`: {said(one)}", law(one))
        ),
        "### Columns",
        table(
            ("outcome", "kind", "unit", "what it holds"),
            [(f"`{one.name}`", one.kind, one.unit, one.meaning) for one in OUTCOMES.values()],
        ),
    )


def words() -> str:
    """Return the glossary."""
    return page(
        "Glossary",
        "## The eight classes",
        _sentences("class", glossary.CLASSES),
        ORDER,
        "## Rungs of escalation",
        _sentences("rung", glossary.ESCALATION_RUNGS),
        "## Rungs of rapprochement",
        _sentences("rung", glossary.RAPPROCHEMENT_RUNGS),
        "## Other words",
        _sentences("word", glossary.TERMS),
    )


def _sentences(head: str, sentences: dict[str, str]) -> str:
    return table((head, "what it is"), sentences.items())
