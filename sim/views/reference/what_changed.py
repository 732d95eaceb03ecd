"""The page on what changed and why: the first version and the model now, each against the record.

`python -m sim.views.reference.what_changed` writes docs/explanation/what-changed.md and its two pictures. Its
words are in what_changed.md beside this module. before.csv holds what `fans` returns of the first version
(commit 59c2c66, 2,000 runs across plausible parameters, seed 0), computed there once.
"""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from sim.analysis.past.hindcast import WIDE, interval_score
from sim.analysis.past.history import START, Question, load_history
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.study import tables
from sim.study.ensemble.blocks import charted, weekly
from sim.views.plots import style
from sim.views.plots.files import write_figure
from sim.views.reference.markdown import table as grid

PAGE = Path("docs/explanation/what-changed.md")
PICTURES = Path("docs/images")
WORDS = Path(__file__).with_suffix(".md")
BEFORE = Path(__file__).with_name("before.csv")
RUNS, SEED = 2000, 0
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


class Panel(NamedTuple):
    """A quantity of the fans: variable, what it is called, its unit, what divides it, questions that mark it."""

    variable: str
    title: str
    unit: str
    scale: float
    questions: tuple[str, ...]


PANELS = {
    "words": Panel(
        "rhetoric",
        "Hard words, September 2021 = 1",
        "share",
        1.0,
        ("words_2022", "hard_terms_2022", "words_2023", "hard_terms_2023"),
    ),
    "refugees": Panel(
        "refugees_hosted",
        "Afghan refugees",
        "persons",
        1.0,
        ("refugees_2021", "refugees_2022", "refugees_2023"),
    ),
    "debt": Panel(
        "power_owed",
        "Debt for power",
        "million USD",
        1e6,
        ("debt_january_2022", "debt_august_2022", "debt_august_2023"),
    ),
}


def fans(runs: int = RUNS) -> pd.DataFrame:
    """Return quantiles of the baseline across plausible parameters, by quantity and week to the end of 2023.

    Words are their excess over what went before the crisis, as a share of that of September 2021.
    """
    history = load_history()
    courses = weekly(
        load_scenario("baseline").replace(weeks=history.weeks), runs=runs, seed=SEED, part="plausible"
    )
    names = [one.name for one in charted(load())]
    words = next(one for one in history.questions if one.id == "words_2022").read
    frames = []
    for quantity, panel in PANELS.items():
        values = courses[:, :, names.index(panel.variable)] / panel.scale
        if quantity == "words" and words.against is not None:
            first, last = words.against
            values = values - words.less
            values = values / values[:, first : last + 1].mean(axis=1, keepdims=True)
        levels = np.nanquantile(values, list(QUANTILES.values()), axis=0)
        frame = pd.DataFrame(dict(zip(QUANTILES, levels, strict=True)))
        frame.insert(0, "week", np.arange(len(frame)))
        frame.insert(0, "quantity", quantity)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def before() -> pd.DataFrame:
    """Return the same of the first version, as it was computed there."""
    return pd.read_csv(BEFORE)


def marks() -> dict[str, list[Question]]:
    """Return the questions of the record by quantity."""
    by = {one.id: one for one in load_history().questions}
    return {quantity: [by[name] for name in panel.questions] for quantity, panel in PANELS.items()}


def at(fan: pd.DataFrame, quantity: str, question: Question) -> pd.Series[float]:
    """Return the quantiles of a quantity in the middle of the weeks that a question is about."""
    week = (question.first + question.last) // 2
    row: pd.Series[float] = fan[(fan["quantity"] == quantity) & (fan["week"] == week)].iloc[0]
    return row


def picture(fan: pd.DataFrame, title: str, tops: dict[str, float]) -> Figure:
    """Draw the fans of the three quantities with the record on them, up to the given heights."""
    with style.look():
        figure, axes = style.sheet((9.6, 3.7), (1, 3), margins=(0.6, 0.2, 0.7, 0.98), gaps=(0.85, 0.0))
        for ax, (quantity, panel) in zip(axes, PANELS.items(), strict=True):
            rows = fan[fan["quantity"] == quantity]
            when = tables.dates(START, int(rows["week"].max()))
            level: dict[str, NDArray[np.float64]] = {name: rows[name].to_numpy() for name in QUANTILES}
            ax.fill_between(when, level["q05"], level["q95"], color="#CFE3F1", linewidth=0)
            ax.fill_between(when, level["q25"], level["q75"], color="#7FB5DA", linewidth=0)
            ax.plot(when, level["q50"], color="#04365C")
            for one in marks()[quantity]:
                sign = "+" if one.id.startswith("hard") else "x"
                day = when[(one.first + one.last) // 2]
                ax.plot(
                    day, one.answer / panel.scale, sign, color=style.VERMILION, ms=8, mew=2, clip_on=False
                )
            ax.set_ylim(-0.2 if quantity == "words" else 0.0, tops[quantity])
            style.calendar(ax, when)
            ax.grid(axis="y")
            ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
            ax.set_ylabel(panel.unit)
            ax.set_title(panel.title, fontsize=9)
        style.caption(
            figure,
            title,
            "Words, refugees, debt for power.",
            "Median, 50 % and 90 % of runs across plausible parameters; marks are the record (words: × by share of the "
            "speech, + by hard terms). In-sample: whoever changed the model had seen these years.",
        )
    return figure


def table(first: pd.DataFrame, now: pd.DataFrame) -> str:
    """Return the record beside both versions, with what of it lies in their 90 % bands."""
    rows = []
    for quantity, questions in marks().items():
        panel = PANELS[quantity]
        for one in questions:
            cells = [one.id.replace("_", " "), panel.unit, _brief(one.answer / panel.scale)]
            for fan in (first, now):
                row = at(fan, quantity, one)
                inside = row["q05"] <= one.answer / panel.scale <= row["q95"]
                low, mid, high = (_brief(row[name]) for name in ("q05", "q50", "q95"))
                cells += [f"{mid} [{low} to {high}]", "in" if inside else "**out**"]
            rows.append(cells)
    head = (
        "question",
        "unit",
        "record",
        "first version, median [90 %]",
        "record",
        "now, median [90 %]",
        "record",
    )
    return grid(head, rows)


def score(first: pd.DataFrame, now: pd.DataFrame) -> str:
    """Return in words how many marks lie in the bands of both versions, and their interval scores."""
    scores = []
    for fan in (first, now):
        ends = [
            (one, np.asarray(at(fan, quantity, one)[["q05", "q95"]] * PANELS[quantity].scale, np.float64))
            for quantity, questions in marks().items()
            for one in questions
        ]
        inside = sum(low <= one.answer <= high for one, (low, high) in ends)
        mean = float(np.mean([interval_score(one, band) for one, band in ends]))
        scores.append(f"{inside} of {len(ends)} in the {WIDE:.0%} bands, mean interval score {mean:.2f}")
    return f"First version: {scores[0]}. Now: {scores[1]} (lower is better; width and misses over the questions' scales)."


def _brief(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def make(root: Path = Path(), runs: int = RUNS) -> list[Path]:
    """Write the page and its two pictures below a folder, and return them."""
    for folder in (PAGE.parent, PICTURES):
        (root / folder).mkdir(parents=True, exist_ok=True)
    first, now = before(), fans(runs)
    both = pd.concat([first, now])
    tops = {name: 1.05 * float(both.loc[both["quantity"] == name, "q95"].max()) for name in PANELS}
    pictures = [
        write_figure(picture(fan, title, tops), root / PICTURES / f"what-changed-{name}.png")
        for name, title, fan in (("before", "The first version", first), ("now", "The model now", now))
    ]
    words = Template(WORDS.read_text(encoding="utf-8"))
    text = words.substitute(runs=f"{runs:,}", table=table(first, now), score=score(first, now))
    path = root / PAGE
    path.write_text(text, encoding="utf-8")
    return [path, *pictures]


def main() -> None:
    """Write the page."""
    for path in make():
        print(path)


if __name__ == "__main__":
    main()
