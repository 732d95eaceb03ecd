"""Write the tables of decision 10: what the model does with each of its changes, and each of its rules, taken out.

    python docs/changes.py [PAIRS]

Everything is run anew, mean field, on the same chance; nothing is typed in but the switches. About ten minutes
on two cores.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import sim
from sim.analysis.article.claims import claims
from sim.engine.ensemble import simulate
from sim.model.outcomes import PATHS
from sim.model.registry import load
from sim.scenario.plan import plan

PAGE = Path(__file__).parent / "decisions" / "0010-the-world-put-right.md"
PAIRS, RUNS, SEED = 100, 200, 0

#: Each change with the values that take it out.
SWITCHES: dict[str, dict[str, float]] = {
    "nothing: the model as it is": {},
    "A ordinary risk (¶18, ¶19)": {"ordinary": 0.0},
    "C lasts while unsettled (¶16, ¶19)": {"lasting": 0.0},
    "D rests at what went before (¶12)": {"crisis_anchor": 1.0},
    "E the mantra tires (¶16)": {"tiring": 0.0},
    "F overboard, hidden channel (¶19, ¶11)": {"audience_floor": 1.0, "hidden": 1.0},
    "G what dealings built is at stake (¶7, ¶10, ¶19)": {"strength_D16": 0.0},
    "H standing apart, seen by Dushanbe (¶13, ¶18)": {"strength_D17": 0.0},
    "I spotlight as second motive (¶17)": {"spotlight_words": 1.0},
    "J moods and bursts of news (¶12)": {"mood_noise": 0.0, "news_rate": 0.0},
    "M veiled words have a level (¶7)": {"veil_level": 1.0},
    "Y nobody scolds for no reason (¶3, ¶16)": {
        "denounce_base": -1.73,
        "veil_base": -1.73,
        "nationalist_words": 4.5,
        "spotlight_words": 2.2,
    },
    "Z forces cost Kabul, too (¶6, ¶10)": {"kept_here": 0.0},
    "O images fade to little (¶12)": {"salience_rest": 0.15, "salience_violence": 0.03},
    "T outrages leave a mark (¶12)": {"trauma": 0.0},
}

#: Claims whose effects stand in the table, by the part that decides them.
SHOWN = ("K6", "K7", "K8", "K9", "K10", "K12", "K13", "K14", "K15")

#: Storylines whose distance from the baseline is averaged.
STORYLINES = (
    "citizens_offline",
    "guarantee_renewed",
    "inclusive_cabinet",
    "massacre_north",
    "neighbours_recognise",
    "panjshir_crushed",
    "remittances_collapse",
    "resistance_backed",
    "spotlight_fades",
    "thin_guarantee",
    "uzbekistan_mediates",
)
KEPT = ("rhetoric", "solidarity", "approval", "rapprochement")
SOFT = {"rhetoric": 0.05, "words_memory": 0.05, "ties": 0.7, "dushanbe_ready": 2, "taliban_ready": 2}
HARD = {"rhetoric": 0.9, "words_memory": 0.9, "ties": 0.05}


@dataclass(frozen=True)
class Course:
    """Shares of classes, (paths,); weekly values, (runs, weeks + 1, kept); first talks, (runs,)."""

    shares: np.ndarray
    weekly: np.ndarray
    talks: np.ndarray


def course(storyline: str, off: Mapping[str, float], world: Mapping[str, float] | None = None) -> Course:
    """Run a storyline without a change."""
    spec = sim.load_scenario(storyline)
    spec = spec.replace(parameters={**off, **spec.parameters}, world={**spec.world, **(world or {})})
    block = simulate(plan(spec.replace(citizens=0), load()), SEED, np.arange(RUNS), keep=KEPT)
    shares = np.bincount(block.outcomes["path"].astype(int), minlength=len(PATHS)) / RUNS
    first = np.nan_to_num(block.outcomes["first_rapprochement_3"], nan=spec.weeks)
    return Course(shares, block.kept, first)


def row(off: Mapping[str, float], pairs: int) -> list[str]:
    """Return the cells of one row."""
    cells = []
    for claim in claims(pairs, SEED, parameters=off, only=SHOWN, ablate=False).rows:
        one = claim.decisive
        mark = "" if claim.verdict == "holds" else "°"
        cells.append(f"{one.effect.mean:+.3g}{mark}")
    base = course("baseline", off)
    words = base.weekly[:, :, 0]
    cells.append(" / ".join(f"{words[:, week].mean():.2f}" for week in (11, 104, 208)))
    cells.append(" / ".join(f"{base.weekly[:, -1, k].std():.3f}" for k in range(3)))
    cells.append(f"{base.talks.mean():.0f}")
    soft, hard = course("baseline", off, SOFT), course("baseline", off, HARD)
    apart = [(hard.weekly[:, -1, k] - soft.weekly[:, -1, k]).mean() for k in (0, 3)]
    cells.append(f"{apart[0]:+.2f} / {-apart[1]:.1f}")
    moved = [50.0 * np.abs(course(name, off).shares - base.shares).sum() for name in STORYLINES]
    cells.append(f"{np.mean(moved):.1f}")
    return cells


def table(pairs: int = PAIRS) -> str:
    """Measure every row and return the table with its reading aid."""
    head = [*SHOWN, "words, weeks 11 / 104 / 208", "spread of words / solidarity / approval", "first talks"]
    head += ["ends apart, words / rungs", "storylines move"]
    lines = [f"| without | {' | '.join(head)} |", "| --- |" + " ---: |" * len(head)]
    for name, off in SWITCHES.items():
        lines.append(f"| {name} | {' | '.join(row(off, pairs))} |")
        print(lines[-1], flush=True)
    lines += [
        "",
        f"{pairs} pairs a claim, {RUNS} runs else, seed {SEED}, no citizens. A claim's number is the effect of the part that",
        "decides it; ° the claim does not hold. Words: mean rhetoric. Spread: standard deviation between runs at the end.",
        "First talks: restricted mean weeks. Ends apart: started soft, in contact and with ties, against hard and without,",
        "at week 208. Storylines move: mean total variation of classes from the baseline, in points, over "
        f"{len(STORYLINES)} storylines.",
    ]
    return "\n".join(lines)


def rules() -> str:
    """Switch each rule off by itself on the same chance and return the table of what that moves."""
    base = watched({})
    rows = []
    for rule in load().rules.values():
        if rule.rival_of:
            continue
        off = watched({rule.strength: 0.0})
        shift = 50.0 * np.abs(off[0] - base[0]).sum()
        gap = off[1] - base[1]
        error = gap.std(axis=0, ddof=1) / np.sqrt(RUNS)
        size = gap.mean(axis=0) / np.maximum(base[1].std(axis=0), 1e-12)
        sure = np.abs(gap.mean(axis=0)) > 3.0 * np.maximum(error, 1e-12)
        size = np.where(sure, size, 0.0)
        most = int(np.abs(size).argmax())
        told = f"{WATCHED[most]} {size[most]:+.2f}" if size[most] else "nothing beyond chance"
        politics = any(size[k] for k, name in enumerate(WATCHED) if name not in CONSEQUENCES)
        rows.append(
            (
                float(np.abs(size).max()),
                f"| {rule.id} {rule.name} | {shift:.1f} | {told} | {'yes' if politics else '**no**'} |",
            )
        )
    lines = [
        "| without | classes, points | moves most, in its spreads between runs | politics |",
        "| --- | ---: | --- | --- |",
    ]
    lines += [line for _, line in sorted(rows, key=lambda row: -row[0])]
    lines += [
        "",
        f"{RUNS} runs each on the same chance. Means over four years: words, solidarity, approval, fear, tension, troops, ties,",
        "diplomacy, neighbours' engagement; and counts of clashes and of incidents, refugees, debt. Beyond chance: three",
        "standard errors of the pairs. Politics: something else moves than refugees, debt and trade.",
    ]
    return "\n".join(lines)


#: What a rule may move, and what of it is a consequence that reaches nobody.
WATCHED = (
    "rhetoric", "solidarity", "approval", "fear", "tension", "troops", "fighters", "ties", "diplomacy",
    "uzbekistan_engagement", "resistance", "violence_north", "spotlight", "clashes", "incidents", "deaths",
    "refugees_hosted", "power_owed", "other_trade",
)  # fmt: skip
CONSEQUENCES = ("refugees_hosted", "power_owed", "other_trade")


def watched(off: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """Run the baseline with values changed: shares of classes, and means over the run, (runs, watched)."""
    spec = sim.load_scenario("baseline").replace(citizens=0, parameters=dict(off))
    block = simulate(plan(spec, load()), SEED, np.arange(RUNS), keep=WATCHED)
    return np.bincount(block.outcomes["path"].astype(int), minlength=len(PATHS)) / RUNS, block.kept.mean(
        axis=1
    )


def put(text: str, mark: str, part: str) -> str:
    """Return a page with the part between its marks replaced."""
    head, rest = text.split(f"<!-- {mark} written by docs/changes.py -->", 1)
    tail = rest.split(f"<!-- end of {mark} -->", 1)[1]
    return f"{head}<!-- {mark} written by docs/changes.py -->\n\n{part}\n\n<!-- end of {mark} -->{tail}"


def write(pairs: int = PAIRS) -> None:
    """Put both tables into the decision's page."""
    for mark, part in (("rules", rules()), ("changes", table(pairs))):
        PAGE.write_text(put(PAGE.read_text(encoding="utf-8"), mark, part), encoding="utf-8")


if __name__ == "__main__":
    write(int(sys.argv[1]) if len(sys.argv) > 1 else PAIRS)
