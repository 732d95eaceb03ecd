"""Write a page whose figures are measured: storylines, lock-in, or the page in the README.

    python docs/pages.py storylines

Everything is run anew with the seed below; nothing is typed in.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import chi2_contingency

import sim
from sim.engine.ensemble import simulate
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.plan import plan

HERE = Path(__file__).parent
RUNS, SEED = 2000, 0
HEADLINES = (
    "baseline",
    "inclusive_cabinet",
    "thin_guarantee",
    "remittances_collapse",
    "resistance_backed",
    "null_model",
)
#: The page on citizens: storylines, runs of each, and how many citizens stand against the average one.
CROWDS = (
    "baseline",
    "inclusive_cabinet",
    "thin_guarantee",
    "resistance_backed",
    "uzbekistan_mediates",
    "massacre_north",
    "remittances_collapse",
    "citizens_offline",
    "wave_of_sympathy",
    "neighbours_recognise",
)
CROWD_RUNS, PEOPLE = 4000, 500
CROWD_YEAR, CROWD_END = 52, 208
WATCHED = ("rhetoric", "tension", "approval")
#: Why storylines that may move little do not move more; printed where they do.
REASONS = {
    "guarantee_renewed": "Moscow firms up its guarantee by itself (R1), and that discounts ordinary risk, never danger (D6)",
    "panjshir_crushed": "the resistance weighs little in Dushanbe (D9), and the violence of its fall offsets the calm after",
    "spotlight_fades": "attention is little by then and fades by itself, and popularity at home keeps words going (D1)",
    "remittances_collapse": "poverty pulls both ways: to hard words (D1), and to open markets (D14)",
    "massacre_north": "words are as hard as it is shown, and the mark that is left is small beside moods",
    "neighbours_recognise": "by then the neighbours' dealings are well on their way without it",
}
DATES = {"first clash": "first_escalation_3", "first talks": "first_rapprochement_3"}


class Course(NamedTuple):
    """What a storyline's runs come to: shares (%), means, restricted mean weeks; and the mean course by week."""

    row: dict[str, float]
    course: np.ndarray


@cache
def measured(name: str, weeks: int) -> Course:
    """Run so many weeks of a storyline."""
    spec = sim.load_scenario(name).replace(weeks=weeks)
    block = simulate(plan(spec, load()), SEED, np.arange(RUNS), keep=WATCHED)
    outcomes = block.outcomes
    row = {one: 100.0 * float((outcomes["path"] == k).mean()) for k, one in enumerate(PATHS)}
    row["blood"] = 100.0 * float(outcomes["blood"].mean())
    for column, one in enumerate(WATCHED):
        row[one] = float(block.kept[:, 1:, column].mean())
    for label, column in DATES.items():
        row[label] = float(np.fmin(np.nan_to_num(outcomes[column], nan=weeks), weeks).mean())
    return Course(row, block.kept.mean(axis=0))


def apart(name: str, weeks: int) -> float:
    """Return how far classes of runs of so many weeks lie from the baseline's (total variation, points)."""
    row, base = measured(name, weeks).row, measured("baseline", weeks).row
    return 0.5 * sum(abs(row[one] - base[one]) for one in PATHS)


def storylines() -> str:
    """Return the page of all storylines beside the baseline: at the end, and soon after they part from it."""
    end = sim.load_scenario("baseline").weeks
    base = measured("baseline", end)
    columns = [*PATHS, "blood", *WATCHED, *DATES]
    whole = [
        "| storyline | " + " | ".join(columns) + " | what it moves |",
        "| --- |" + " ---: |" * len(columns) + " --- |",
    ]
    soon = [
        "| storyline | parts in week | classes after 26 weeks | after 52 | at the end | words after 26 weeks | after 52 "
        "| at the end | first clash | first talks | moves |",
        "| --- |" + " ---: |" * 9 + " --- |",
    ]
    movers = 0
    names = [entry["name"] for entry in sim.scenarios()]
    for name in names:
        row, course = measured(name, end)
        changes = "" if name == "baseline" else moved(row, base.row) or "nothing beyond chance"
        cells = [f"{row[c]:.2f}" if c in WATCHED else f"{row[c]:.1f}" for c in columns]
        whole.append(f"| {name} | " + " | ".join(cells) + f" | {changes} |")
        if name == "baseline":
            continue
        week = parting(name)
        horizons = (min(week + 26, end), min(week + 52, end), end)
        classes = [apart(name, one) for one in horizons]
        words = [course[one, 0] - base.course[one, 0] for one in horizons]
        dates = [row[one] - base.row[one] for one in DATES]
        moves = max(classes) >= 8 or max(map(abs, dates)) >= 8
        movers += moves
        cells = [*(f"{one:.1f}" for one in classes), *(f"{one:+.2f}" for one in words)]
        cells += [f"{one:+.0f}" for one in dates]
        verdict = "yes" if moves else passing(name, course - base.course)
        soon.append(f"| {name} | {week} | " + " | ".join(cells) + f" | {verdict} |")
    return "\n".join(
        [
            "# What the storylines move",
            "",
            "<!-- written by docs/pages.py -->",
            "",
            f"{RUNS:,} runs each on the same randomness (seed {SEED}), at the defaults. Shares of classes and of runs with blood in %,",
            "means over all weeks of rhetoric, tension and approval (index), restricted mean weeks to the first clash and the first",
            "talks (the horizon where there were none). A difference of less than two points, of a hundredth of an index or of two",
            "weeks may be chance. Under these assumptions; read the range across plausible parameters as well.",
            "",
            "## Soon after, and at the end",
            "",
            "A storyline may move the months after its event and be forgotten. So each is also read 26 and 52 weeks after it parts from",
            "the baseline, as runs that end there: classes apart (total variation from the baseline's, points), words (difference of",
            "mean rhetoric in that week), and how much later (+) or earlier first talks and the first clash come. It moves something",
            "where classes lie eight points apart at one of the three, or a first date by eight weeks; else the last column says by how",
            "much its events moved what they change over the year after, what came of it, and why no more.",
            f"**{movers} of {len(names) - 1} move something.**",
            "",
            *soon,
            "",
            "## Over four years",
            "",
            *whole,
            "",
            "The question of each storyline: `panj scenarios`.",
            "",
        ]
    )


def parting(name: str) -> int:
    """Return the week in which a storyline parts from the baseline: that of its first event or commitment, else 0."""
    spec = sim.load_scenario(name)
    if spec.world or spec.parameters or spec.rules == "off":
        return 0
    days = [one.on for one in spec.events] + [one.from_ or spec.start for one in spec.commitments]
    return (min(days) - spec.start).days // 7


def moved(row: dict[str, float], base: dict[str, float]) -> str:
    """Say in words what differs from the baseline by more than the page's tolerance."""
    changes = []
    for name, value in row.items():
        tolerance = 0.01 if name in WATCHED else 2.0
        if abs(value - base[name]) > tolerance:
            changes.append(f"{name} {'+' if value > base[name] else '−'}")
    return ", ".join(changes)


def passing(name: str, gap: np.ndarray) -> str:
    """Say of a storyline that moves little how far its events move what they change, what came of it, and why no more."""
    column = int(np.abs(gap).max(axis=0).argmax())
    one = gap[:, column]
    peak = int(np.abs(one).argmax())
    after = np.flatnonzero(np.abs(one[peak:]) < 0.2 * abs(one[peak]))
    gone = f"four fifths of it gone by week {peak + after[0]}" if len(after) else "not gone by the end"
    most = f"{WATCHED[column]} by {one[peak]:+.2f} at most, in week {peak}, {gone}"
    return "; ".join(["no", *levers(name), most, *([REASONS[name]] if name in REASONS else [])])


def levers(name: str) -> list[str]:
    """Say by how much a storyline's events move the variables they change, on average over the year after."""
    model, spec = load(), sim.load_scenario(name)
    changed = tuple({one: None for event in spec.events for one in event.change if one in model.world})
    week = parting(name)

    def year(one: str) -> np.ndarray:
        ready = plan(sim.load_scenario(one).replace(weeks=week + 52), model)
        kept: np.ndarray = simulate(ready, SEED, np.arange(RUNS), keep=changed).kept
        return kept[:, week + 1 :].mean(axis=(0, 1))

    moves = zip(changed, year(name) - year("baseline"), strict=True)
    return [f"{one} by {by:+,.{2 if abs(by) < 100 else 0}f}" for one, by in moves]


def lock_in() -> str:
    """Return the page on whether the hard line locks in: every headline from two ends."""
    weeks = [0, 4, 13, 26, 52, 104, 208]
    lines = [
        "# Does the hard line lock in, or does it drift?",
        "",
        "<!-- written by docs/pages.py -->",
        "",
        "Each storyline was run from two ends, rhetoric and the memory of words starting at 0.05 and at 0.9,",
        f"{RUNS:,} runs each on the same randomness (seed {SEED}). If the line locked in, the ends would stay apart.",
        "First talks: restricted mean weeks.",
        "",
        "| storyline | start | "
        + " | ".join(f"week {w}" for w in weeks)
        + " | first talks | most frequent class |",
        "| --- | --- |" + " ---: |" * (len(weeks) + 1) + " --- |",
    ]
    words: dict[str, float] = {}
    shares: dict[str, float] = {}
    talks: dict[str, float] = {}
    for name in HEADLINES:
        low, high = (one_end(name, start, weeks) for start in (0.05, 0.9))
        for start, (rhetoric, share, first) in ((0.05, low), (0.9, high)):
            top = int(share.argmax())
            cells = " | ".join(f"{x:.2f}" for x in rhetoric)
            lines.append(
                f"| {name} | {start} | {cells} | {first:.0f} | {PATHS[top]} {100 * share[top]:.0f} % |"
            )
        words[name] = abs(low[0][-1] - high[0][-1])
        shares[name] = 100.0 * abs(low[1] - high[1]).max()
        talks[name] = high[2] - low[2]
    farthest, widest = max(words, key=words.__getitem__), max(shares, key=shares.__getitem__)
    verdict = "drifts" if words[farthest] < 0.05 else "locks in, at least in part,"
    soonest = min(talks.values()), max(talks.values())
    lines += [
        "",
        f"**Found:** under these assumptions the hard line {verdict} from either end. At the horizon the means of rhetoric",
        f"lie at most {words[farthest]:.3f} apart ({farthest}), and the share of no class differs by more than",
        f"{shares[widest]:.1f} points ({widest}). First talks come {soonest[0]:.0f} to {soonest[1]:.0f} weeks later (restricted",
        "mean) from the hard start than from the soft one. Memory of words and audience costs (D2) are in the model and",
        "are not enough to hold a line by themselves.",
        "",
    ]
    return "\n".join(lines)


def one_end(name: str, start: float, weeks: list[int]) -> tuple[np.ndarray, np.ndarray, float]:
    """Run a storyline from one start of rhetoric: mean rhetoric by week, shares of classes, weeks to talks."""
    spec = sim.load_scenario(name).replace(world={"rhetoric": start, "words_memory": start})
    block = simulate(plan(spec, load()), SEED, np.arange(RUNS), keep=("rhetoric",))
    share = np.bincount(block.outcomes["path"].astype(int), minlength=len(PATHS)) / RUNS
    first = np.nan_to_num(block.outcomes["first_rapprochement_3"], nan=spec.weeks).mean()
    return block.kept[:, weeks, 0].mean(axis=0), share, float(first)


def citizens() -> str:
    """Return the page on citizens with its tables measured anew: the street by week, and runs with and without them."""
    weeks = (4, 12, 26, 52, 104, 208)
    course = [
        "| storyline | who | " + " | ".join(f"week {week}" for week in weeks) + " |",
        "| --- | --- |" + " ---: |" * len(weeks),
    ]
    classes = [
        "| storyline | average errs on the street | words, first winter | first talks, weeks | classes apart after a year | chance "
        "| at the end | chance |",
        "| --- |" + " ---: |" * 7,
    ]
    beyond = {CROWD_YEAR: 0, CROWD_END: 0}
    for name in CROWDS:
        average, people = taking_part(name, 0, CROWD_END), taking_part(name, PEOPLE, CROWD_END)
        for label, one in (("average citizen", average), (f"{PEOPLE} citizens", people)):
            cells = " | ".join(f"{100 * one.course[week, 0]:.0f}" for week in weeks)
            course.append(f"| {name} | {label} | {cells} |")
        gap = average.course - people.course
        errs, words = 100 * np.abs(gap[1:, 0]).mean(), -gap[8:21, 1].mean()
        talks = people.talks.mean() - average.talks.mean()
        give = 1.96 * np.sqrt((people.talks.var() + average.talks.var()) / CROWD_RUNS)
        cells = f"{errs:.0f} | {words:+.3f} | {talks:+.1f} ± {give:.1f}"
        for end in beyond:
            pair = taking_part(name, 0, end), taking_part(name, PEOPLE, end)
            counts = np.stack([one.counts for one in pair])
            distance = 50 * float(np.abs(np.subtract(*counts)).sum()) / CROWD_RUNS
            chance = float(chi2_contingency(counts[:, counts.sum(axis=0) > 0]).pvalue)
            beyond[end] += chance < 0.01
            cells += f" | {distance:.1f} | {'< 0.001' if chance < 0.001 else f'{chance:.3f}'}"
        classes.append(f"| {name} | {cells} |")
    classes += [
        "",
        f"**Classes differ by more than chance (1 in 100) in {beyond[CROWD_YEAR]} of {len(CROWDS)} storylines that end after a year, "
        f"and in {beyond[CROWD_END]} after four.**",
    ]
    text = (HERE / "explanation" / "citizens.md").read_text(encoding="utf-8")
    for mark, lines in (("course", course), ("classes", classes)):
        head, rest = text.split(f"<!-- {mark} -->\n")
        text = (
            "\n".join([f"{head}<!-- {mark} -->", "", *lines, "", "<!-- end -->"])
            + rest.split("<!-- end -->", 1)[1]
        )
    return text


class Crowd(NamedTuple):
    """How often each class was reached, when first talks came (counting the horizon), and means by week.

    The means are of the share taking part and of rhetoric.
    """

    counts: np.ndarray
    talks: np.ndarray
    course: np.ndarray


@cache
def taking_part(name: str, people: int, weeks: int) -> Crowd:
    """Run so many weeks of a storyline with so many citizens, each number of them on chance of its own."""
    spec = sim.load_scenario(name).replace(citizens=people, weeks=weeks)
    kept = ("participation", "rhetoric")
    block = simulate(plan(spec, load()), SEED + people, np.arange(CROWD_RUNS), keep=kept)
    counts = np.bincount(block.outcomes["path"].astype(int), minlength=len(PATHS))
    talks = np.nan_to_num(block.outcomes[DATES["first talks"]], nan=weeks)
    return Crowd(counts, talks, block.kept.mean(axis=0))


def readme() -> None:
    """Put the printed page into the README and its picture beside it."""
    from sim.cli import main

    with tempfile.TemporaryDirectory() as folder:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            main(["run", "baseline", "--runs", "1000", "--seed", "0", "--out", f"{folder}/demo", "--quiet"])
        (HERE / "images").mkdir(exist_ok=True)
        for name in ("paths", "fan"):
            shutil.copy(f"{folder}/demo/{name}.png", HERE / "images" / f"{name}.png")
    page = said.getvalue().replace(f"{folder}/demo", "results/demo")
    path = HERE.parent / "README.md"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split("<!-- page:", 1)
    command, rest = rest.split("-->\n", 1)
    tail = rest.split("<!-- end of page -->", 1)[1]
    body = "\n".join(line.rstrip() for line in page.strip("\n").splitlines())
    path.write_text(
        f"{head}<!-- page:{command}-->\n```text\n{body}\n```\n<!-- end of page -->{tail}", encoding="utf-8"
    )


if __name__ == "__main__":
    pages = {"storylines": storylines, "lock-in": lock_in, "citizens": citizens}
    for name in sys.argv[1:]:
        if name in pages:
            (HERE / "explanation" / f"{name}.md").write_text(pages[name](), encoding="utf-8")
        elif name == "readme":
            readme()
        else:
            sys.exit(f"no page {name!r}; one of: {', '.join(pages)}, readme")
