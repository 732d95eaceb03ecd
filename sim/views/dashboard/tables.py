"""The numbers beside the pictures, as HTML that a screen reader can read; every word from outside escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from sim.analysis.answers import distributions
from sim.views.dashboard.figures import Figures, differences, elsewhere
from sim.views.pages.run import span
from sim.views.text import counted, percent


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = "", mark: int = -1, kind: str = ""
) -> str:
    """Return an HTML table; cells are HTML already, the first of a row names it, row `mark` stands out."""
    said = f"<caption>{escape(caption)}</caption>" if caption else ""
    name = escape(caption) or head[0]
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f"<tr{' class=mark' if k == mark else ''}><th scope=row>{row[0]}</th>"
        + "".join(f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for k, row in enumerate(rows)
    )
    inner = f"{said}<thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    # What scrolls sideways must take the focus, or the keyboard cannot scroll it.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">'
        f'<table class="{kind}">{inner}</table></div>'
    )


def classes(now: Figures, pin: Figures | None, spread: pd.DataFrame | None = None) -> str:
    """Return shares with both kinds of uncertainty, or the change against what is pinned."""
    if pin is None:
        here = by_name(now.shares)
        far = {} if spread is None else by_name(spread)
        rows = [
            [
                escape(name),
                span(far[name]["case_low"], far[name]["case_high"]) if name in far else "…",
                percent(row["share"]),
                span(row["low"], row["high"]),
                percent(row["blood"]),
            ]
            for name, row in here.items()
        ]
        words = (
            "Share of runs: its range across plausible parameters; here, with the interval of chance alone"
        )
        head = ["class", "5–95 % of cases", "here", "95 % interval", "with blood"]
        return table(head, rows, caption=words)
    rows = [
        [
            escape(name),
            percent(row["now"]),
            percent(row["pin"]),
            points(row["change"]),
            f"{points(row['low'])} to {points(row['high'])}",
        ]
        for name, row in by_name(differences(now, pin)).items()
    ]
    moved, of = elsewhere(now, pin)
    words = (
        f"Run by run on the same chance: {moved:,} of {counted(of, 'run')} end in another class than pinned"
    )
    return table(["class", "now", "pinned", "change", "95 % of pairs"], rows, caption=words)


def by_name(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return the rows of a table by their names."""
    return {str(name): {str(k): v for k, v in row.items()} for name, row in frame.to_dict("index").items()}


def points(change: float) -> str:
    """Write a difference of shares in points of a hundred, with its sign."""
    if not math.isfinite(change):
        return "–"
    return f"{100 * change:+.1f}".replace("-", "−") if abs(change) >= 0.0005 else "0"


def measures(now: Figures, pin: Figures | None) -> str:
    """Return median and 90 % range of the main outcomes."""
    found = [by_name(distributions.measures(one.outcomes)) for one in (now, pin) if one is not None]
    rows = [
        [escape(f"{row['label']}, {row['unit']}"), *(_middle(one[name]) for one in found)]
        for name, row in found[0].items()
    ]
    head = ["median (5–95 %) of runs that have it", "here", *(["pinned"] if pin is not None else [])]
    return table(head, rows, kind="wrap")


def _middle(row: Mapping[str, Any]) -> str:
    if not math.isfinite(row["median"]):
        return "never" if row["reached"] == 0 else "–"
    words = f"{_number(row['median'])} ({_number(row['low'])} – {_number(row['high'])})"
    return words if row["reached"] == 1 else f"{words}, in {percent(row['reached'])}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.2g}"
