"""What `panj calibrate` says: what was to be met, how much of the ranges remains, what was learned."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from sim.analysis.past.calibration import SHRUNK
from sim.study.ensemble.points import Points
from sim.views import terminal
from sim.views.numbers import counted, number

#: Most judgements that are listed as learned.
MOST = 15

WHAT = (
    "missed by: median over the points that are left, in standard deviations of tolerance, discrepancy and "
    "chance; a point with one above 3 is ruled out. rules out: share of the last wave's points that it rules "
    "out alone."
)


def region_page(region: Points) -> RenderableType:
    """Return the page of a region: targets, waves, what was learned and what stays undetermined."""
    record, wave = region.told, region.told["waves"][-1]
    heads = ("mean", "missed by", "rules out")
    targets = terminal.table("observation", "wanted", *heads, right=heads, wide=("observation", "wanted"))
    for one in record["targets"]:
        targets.add_row(
            one["observation"],
            one["wanted"],
            number(float(f"{one['mean']:.3g}")),
            f"{one['missed_by']:.1f} sd",
            f"{one['ruled_out']:.0%}",
        )
    counts = ("wave", "points", "runs each", "not ruled out", "share of all ranges")
    waves = terminal.table(*counts, right=counts)
    for k, one in enumerate(record["waves"], start=1):
        waves.add_row(
            str(k),
            number(one["points"]),
            number(one["replicates"]),
            number(one["retained"]),
            f"{one['prior']:.2%}",
        )
    return terminal.page(
        f"What {record['observations']['title']} rules out",
        f"{wave['prior']:.1%} of the plausible ranges is left, {counted(len(region.cells), 'point')} of it "
        f"in the region, by {counted(len(record['targets']), 'observation')}.",
        terminal.section("Observations at the points that are left", targets, note=WHAT),
        terminal.section("Waves", waves),
        _learned(region),
        Text(
            f"\nregion {region.hash[:8]} of {record['scenario']['title']}, seed {record['seed']}", style="dim"
        ),
    )


def _learned(region: Points) -> RenderableType:
    spread = region.told["spread"]
    learned = sorted(
        (name for name in spread if spread[name]["ratio"] <= 1 - SHRUNK), key=lambda one: spread[one]["ratio"]
    )
    heads = ("spread left", "mean moved by")
    table = terminal.table("judgement", *heads, right=heads)
    for name in learned[:MOST]:
        one = spread[name]
        table.add_row(name, f"{one['ratio']:.0%}", f"{100 * one['shift']:+.0f} % of the range")
    rest = (
        f"{len(spread) - len(learned)} of {counted(len(spread), 'judgement')} stay undetermined: their "
        "spread shrank by less than a tenth."
    )
    if len(learned) > MOST:
        rest += f" Of the other {len(learned)} the {MOST} narrowest are listed."
    alone = Text("No judgement narrows by a tenth alone; the data bind combinations.")
    return terminal.section("What was learned", table if learned else alone, note=rest)
