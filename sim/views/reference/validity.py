"""The page on validity: what was checked, what came out, what the model cannot say.

`python -m sim.views.reference.validity` writes docs/explanation/validity.md, and beside the report of a result
the few figures of it that every report quotes. The page's words are in validity.md beside this module; every
figure and table is computed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from string import Template
from typing import Any

from sim.analysis.answers.odds import odds
from sim.analysis.article.claims import Claims
from sim.analysis.article.paired import HOLDS
from sim.analysis.past.autumn import Target, load_targets
from sim.analysis.past.calibration import SHRUNK
from sim.analysis.past.hindcast import MODEL, SCORES, Hindcast, hindcast
from sim.model import calibrated
from sim.model.registry import load
from sim.scenario.catalogue import reading_names
from sim.views.numbers import marks, number
from sim.views.pages import hindcast as history
from sim.views.pages import odds as odds_page
from sim.views.pages.claims import region_words

PAGE = Path("docs/explanation/validity.md")
WORDS = Path(__file__).with_suffix(".md")
QUOTED = Path("sim/views/report/trust.json")
SEED = 0

#: Runs of the three parts: against history, pairs of claims, pairs under each reading.
RUNS = (1000, 400, 200)


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [list(head), *(list(row) for row in body)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)


def calibration() -> dict[str, str]:
    """Return what the page says of calibration, from what is stored and the file of targets."""
    record = calibrated.record()
    every = {**load().parameters, **load().world}
    spread, names = record["spread"], record["names"]
    open_names = sorted(name for name in names if spread[name]["ratio"] > 1 - SHRUNK)
    return {
        "varied": str(len(names)),
        "waves_count": str(len(record["waves"])),
        "cutoff": number(record["cutoff"]),
        "targets": rows(
            ("quantity", "target", "unit", "tolerance", "discrepancy", "¶", "at the defaults", "missed by"),
            (_target(one) for one in load_targets().targets),
        ),
        "waves": rows(
            ("wave", "points", "runs each", "not ruled out", "share of the prior retained"),
            (
                (
                    str(k),
                    number(one["points"]),
                    number(one["replicates"]),
                    number(one["retained"]),
                    f"{one['prior']:.1%}",
                )
                for k, one in enumerate(record["waves"], start=1)
            ),
        ),
        "undetermined_count": str(len(open_names)),
        "undetermined": ", ".join(f"`{name}`" for name in open_names),
        "determined": ", ".join(f"`{name}`" for name in spread if name not in open_names) or "none",
        "moved_count": str(len(record["defaults"])),
        "moved": rows(
            ("judgement", "declared", "calibrated", "plausible range", "spread left", "mean moved by"),
            (
                (
                    f"`{name}`",
                    _brief(every[name].uncalibrated),
                    _brief(value),
                    f"{number(every[name].plausible[0])} to {number(every[name].plausible[1])}",
                    f"{spread[name]['ratio']:.0%}",
                    f"{100 * spread[name]['shift']:+.0f} % of the range",
                )
                for name, value in record["defaults"].items()
            ),
        ),
    }


def _target(one: Target) -> tuple[str, ...]:
    at = calibrated.record()["at_defaults"][one.quantity]
    return (
        one.quantity.replace("_", " "),
        one.wanted,
        one.unit,
        number(one.tolerance),
        number(one.discrepancy),
        marks(one.paragraphs),
        _brief(at["mean"]),
        f"{at['implausibility']:.1f} sd",
    )


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def claims(results: Claims, pairs: int, pairs_by_reading: int) -> dict[str, str]:
    """Return what the page says of the article's claims, as read and under every reading."""
    from sim.analysis.article.readings import claims_by_reading

    return {
        "claim_runs": str(pairs),
        "claims": results.markdown(),
        "region": region_words(results),
        "clauses": rows(
            ("claim", "clause", "figures", "article"),
            (
                (row.id, one.part.name, *("–" if share != share else f"{share:.0%}" for share in one.held))
                for row in results.rows
                for one in row.parts
                if one.part.role != "finding"
            ),
        ),
        "reading_runs": str(pairs_by_reading),
        "readings": claims_by_reading(pairs_by_reading, SEED).markdown(),
    }


def two_odds(runs: int) -> str:
    """Return both odds of the baseline as a table, with the words on them."""
    import sim

    both = odds(sim.run("baseline", runs=runs, seed=SEED))
    assert both is not None  # a study of the baseline has a part across plausible parameters
    return f"{rows(('class', *odds_page.columns(both)), odds_page.rows(both))}\n\n{odds_page.words(both)}"


def against_history(here: Hindcast, runs: int) -> dict[str, str]:
    """Return what the page says of the model against what happened, as read and under every reading."""
    by_reading = []
    for name in reading_names():
        record = hindcast(runs, SEED, name)
        inside, of = record.coverage(0.9)
        means = (f"{record.mean(MODEL, score)[0]:.3f}" for score in SCORES)
        by_reading.append((name, *means, f"{inside} of {of}"))
    heads = ("reading", *(history.NAMES[score] for score in SCORES), "in the 90 % bands")
    return {
        "history_runs": number(runs),
        "history": history.markdown(here),
        "odds": two_odds(runs),
        "history_by_reading": rows(heads, by_reading),
    }


def quoted(results: Claims, past: Hindcast) -> dict[str, Any]:
    """Return the figures that every report quotes, as plain data."""
    inside, of = past.coverage(0.9)
    return {
        "claims": {
            "holding": sum(row.verdict == HOLDS for row in results.rows),
            "of": len(results.rows),
            "others": [f"{row.id} ({row.verdict})" for row in results.rows if row.verdict != HOLDS],
        },
        "history": {
            "inside": inside,
            "of": of,
            "checks": [
                {"name": one.name, "holds": one.holds, "found": one.found, "wanted": one.wanted}
                for one in past.checks
            ],
        },
    }


def page(results: Claims, past: Hindcast, runs: tuple[int, int, int] = RUNS) -> str:
    """Return the whole page; `runs` as in `RUNS`."""
    words = Template(WORDS.read_text(encoding="utf-8"))
    parts = calibration() | claims(results, runs[1], runs[2]) | against_history(past, runs[0])
    return words.substitute(parts)


def main() -> None:
    """Write the page and what reports quote of it."""
    from sim.analysis.article.claims import claims as check

    results, past = check(RUNS[1], SEED), hindcast(RUNS[0], SEED)
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(results, past), encoding="utf-8")
    QUOTED.write_text(
        json.dumps(quoted(results, past), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(PAGE, QUOTED)


if __name__ == "__main__":
    main()
