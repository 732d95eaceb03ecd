"""Write the page on tipping: two ends, what keeps them apart, and whether a turn gives warning.

    python docs/tipping.py

Everything is run anew, mean field, with the seed below. About three minutes on two cores.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import sim
from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.study.ensemble.cases import plausible

Floats = NDArray[np.float64]

HERE = Path(__file__).parent
PAGE, PICTURE = HERE / "explanation" / "tipping.md", HERE / "images" / "basins.png"
SEED, POINTS, EACH, RUNS = 0, 200, 16, 400
KEPT = ("rhetoric", "ties", "rapprochement")
#: The two ends: soft words, in contact and with ties; hard words, without either.
SOFT = {"rhetoric": 0.05, "words_memory": 0.05, "ties": 0.7, "dushanbe_ready": 2.0, "taliban_ready": 2.0}
HARD = {"rhetoric": 0.9, "words_memory": 0.9, "ties": 0.05, "dushanbe_ready": 0.0, "taliban_ready": 1.0}
#: Words in both ends alone.
WORDS = ("rhetoric", "words_memory")
APART = 0.1
GRID = (0.05, 0.25, 0.45, 0.65, 0.85)
WINDOW = 26
LONG = 1040


def weekly(starts: list[dict[str, float]], rows: Floats, each: int, weeks: int = 208) -> Floats:
    """Run points from given starts on the same chance, (starts, points, each, weeks + 1, kept)."""
    model = load()
    ready = plan(sim.load_scenario("baseline").replace(citizens=0, weeks=weeks), model)
    places = {name: k for k, name in enumerate([*model.parameters, *model.world])}
    cases = np.repeat(rows[None], len(starts), axis=0)
    for number, start in enumerate(starts):
        for name, value in start.items():
            cases[number, :, places[name]] = value
    flat = cases.reshape(-1, cases.shape[-1])
    many = len(flat)
    block = simulate(
        ready, SEED, np.repeat(np.arange(each), many), flat, np.tile(np.arange(many), each), keep=KEPT
    )
    kept = block.kept.reshape(each, len(starts), len(rows), *block.kept.shape[1:])
    return np.moveaxis(kept, 0, 2)


def defaults() -> Floats:
    """Return the row of the defaults, (1, parameters + world)."""
    model = load()
    return np.array([[one.default for one in {**model.parameters, **model.world}.values()]])


def causes(gap: Floats, names: tuple[str, ...], values: Floats) -> list[tuple[str, float]]:
    """Return the six values whose ranks go most with the gap, with their correlations."""
    ranks = np.argsort(np.argsort(values, axis=0), axis=0).astype(float)
    mine = np.argsort(np.argsort(gap)).astype(float)
    found = [float(np.corrcoef(ranks[:, k], mine)[0, 1]) for k in range(len(names))]
    order = np.argsort(-np.abs(np.nan_to_num(found)))[:6]
    return [(names[k], found[k]) for k in order]


def turns(words: Floats) -> list[tuple[int, int]]:
    """Return run and week at which words that were hard for a year fall below .3, for good by a quarter's mean."""
    found = []
    for run, course in enumerate(words):
        slow = np.convolve(course, np.ones(13) / 13, mode="valid")  # slow[t] is the mean of weeks t to t + 12
        hard = np.flatnonzero(slow > 0.45)
        if not len(hard):
            continue
        soft = np.flatnonzero(slow[hard[0] :] < 0.3)
        if len(soft) and hard[0] + soft[0] > 2 * WINDOW:
            found.append((run, int(hard[0] + soft[0])))
    return found


def warning(words: Floats) -> tuple[int, dict[str, tuple[float, float]]]:
    """Compare the half year before a turn begins with the same weeks of runs that do not turn.

    Returns
    -------
    tuple
        How many runs turn; by sign, the difference to runs that do not turn and its standard error.
    """
    turned = turns(words)
    still = np.setdiff1d(np.arange(len(words)), [run for run, _ in turned])
    signs: dict[str, list[float]] = {"variance": [], "persistence": []}
    for run, week in turned:
        first = week - 13 - WINDOW
        if first < 0:
            continue
        mine = _signs(words[run : run + 1, first : first + WINDOW])
        others = _signs(words[still, first : first + WINDOW])
        for name in signs:
            signs[name].append(float(mine[name][0] - np.median(others[name])))
    return len(turned), {
        name: (float(np.mean(each)), float(np.std(each, ddof=1) / np.sqrt(len(each))))
        for name, each in signs.items()
        if len(each) > 2
    }


def _signs(words: Floats) -> dict[str, Floats]:
    """Return variance and persistence (lag-one autocorrelation) of words about their line, by run."""
    weeks = np.arange(words.shape[1]) - (words.shape[1] - 1) / 2
    slope = (words * weeks).sum(axis=1) / (weeks * weeks).sum()
    rest = words - words.mean(axis=1, keepdims=True) - slope[:, None] * weeks
    variance = rest.var(axis=1)
    lag = (rest[:, 1:] * rest[:, :-1]).mean(axis=1) / np.maximum(variance, 1e-12)
    return {"variance": variance, "persistence": lag}


def picture(ends: Floats, path: Path) -> None:
    """Draw where words stand after two and four years from a grid of starts; arrows show a year's way."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 5))
    for start in ends.mean(axis=2)[:, 0]:
        way = start[[0, 26, 52, 104, 156, 208]]
        soft = way[-1, 0] < 0.5 * (GRID[0] + GRID[-1])
        axes.plot(way[:, 0], way[:, 1], "-", color="0.7", lw=0.8, zorder=1)
        axes.plot(way[0, 0], way[0, 1], "o", ms=4, mfc="white", mec="0.4", zorder=2)
        axes.plot(way[-1, 0], way[-1, 1], "s" if soft else "^", ms=6, color="C0" if soft else "C3", zorder=3)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="hardness of words", ylabel="working ties")
    axes.set_title("Mean way of words and ties over four years, from 25 starts", fontsize=10)
    figure.text(0.01, 0.01, "open circle: start · filled: after 208 weeks · defaults, mean field", fontsize=8)
    figure.savefig(path, dpi=120, metadata={"Software": None})
    plt.close(figure)


def page() -> str:
    """Measure, draw the picture, and return the page."""
    model = load()
    spec = sim.load_scenario("baseline").replace(citizens=0)
    here = weekly([SOFT, HARD, {k: SOFT[k] for k in WORDS}, {k: HARD[k] for k in WORDS}], defaults(), RUNS)[
        :, 0
    ]
    design = plausible(spec, model, plan(spec, model), POINTS * 10, SEED)
    region = weekly([SOFT, HARD], design.rows[:POINTS], EACH)
    end = region[:, :, :, -1].mean(axis=2)
    gap, rungs = end[1, :, 0] - end[0, :, 0], end[0, :, 2] - end[1, :, 2]
    far = np.flatnonzero(gap > APART)
    late = weekly([SOFT, HARD], design.rows[far], EACH, LONG)[:, :, :, -1, 0].mean(axis=2)
    lasting = int((late[1] - late[0] > APART).sum())
    starts = [{"rhetoric": x, "words_memory": x, "ties": y} for x in GRID for y in GRID]
    picture(weekly(starts, defaults(), 60), PICTURE)
    turned, signs = warning(here[3, :, :, 0])
    weeks = (0, 26, 52, 104, 156, 208)
    labels = ("soft, in contact", "hard, without", "soft words alone", "hard words alone")
    lines = [
        "# Does it tip?",
        "",
        "<!-- written by docs/tipping.py -->",
        "",
        f"Two starts of the same world on the same chance ({RUNS} runs each, seed {SEED}, no citizens): words soft, a",
        "channel held and ties made; and words hard, with neither. Beside them the same two in words alone. If both",
        "came to the same place there would be one basin.",
        "",
        "| start | words at week " + " | ".join(map(str, weeks)) + " | rung at the end | ties at the end |",
        "| --- |" + " ---: |" * (len(weeks) + 2),
    ]
    for label, runs in zip(labels, here, strict=True):
        mean = runs.mean(axis=0)
        cells = [f"{mean[w, 0]:.2f}" for w in weeks] + [f"{mean[-1, 2]:.1f}", f"{mean[-1, 1]:.2f}"]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    lines += [
        "",
        "![Mean way of words and ties from 25 starts](../images/basins.png)",
        "",
        f"**Where.** At {POINTS} points of the plausible region, {EACH} runs each: words end more than {APART} apart at",
        f"{100 * (gap > APART).mean():.0f} % of the points, more than {2 * APART} at {100 * (gap > 2 * APART).mean():.0f} %; the rung ends more than",
        f"one apart at {100 * (rungs > 1).mean():.0f} %. The widest point has words {gap.max():.2f} apart. Of the {len(far)} points that are",
        f"more than {APART} apart after four years, {lasting} still are after twenty: {verdict(lasting)}",
        "",
        "**What keeps the ends apart.** The gap in words goes, by rank, most with: "
        + ", ".join(
            f"`{name}` {value:+.2f}" for name, value in causes(gap, design.names, design.values[:POINTS])
        )
        + ".",
        "Words forget their start within half a year: caution, memory and fading see to that. What remembers is what dealings",
        "have built (D16): ties are slow, they make hard words dear, and hard words that are remembered hold officials back",
        "(`line_binds`). Where ties grow slowly of themselves, the start shows for years.",
        "",
        f"**Early warning.** Of {RUNS} runs that start in hard words, {turned} turn: a quarter's mean of words falls from above",
        f".45 to below .3. In the {WINDOW} weeks before the quarter in which they turn, against runs that do not turn in the",
        "same weeks: "
        + (
            "; ".join(
                f"{name} of words about their trend {mean:+.4f} (standard error {error:.4f})"
                for name, (mean, error) in signs.items()
            )
            if signs
            else "too few to tell"
        )
        + ". "
        + reading(signs),
        "",
    ]
    return "\n".join(lines)


def verdict(lasting: int) -> str:
    """Say whether ends that stay apart for years are two basins or one that is slow."""
    return "two basins there." if lasting else "one basin everywhere, with a slow way into it."


def reading(signs: dict[str, tuple[float, float]]) -> str:
    """Say which signs are beyond chance."""
    rises = [name for name, (mean, error) in signs.items() if mean > 3 * error]
    if not rises:
        return "Neither rises beyond chance: words give no warning of their turn."
    return f"Beyond chance before a turn: more {' and '.join(rises)}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
