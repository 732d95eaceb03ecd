"""The numbers beside the pictures, as HTML that a screen reader can read; every word from outside escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from sim.analysis.answers.quantities import quantities
from sim.model.glossary import CLASSES
from sim.views.dashboard.figures import Figures, differences, elsewhere
from sim.views.numbers import counted, extent, percent, points, span
from sim.views.pages.run import by_name, middle


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
                _class(name),
                extent(far[name]["case_low"], far[name]["case_high"]) if name in far else "…",
                percent(row["share"]),
                span(row["low"], row["high"]),
                percent(row["blood"]),
            ]
            for name, row in here.items()
        ]
        words = (
            "Share of runs: 90 % range across plausible parameters; here, with its Monte Carlo error (95 %)"
        )
        head = ["class", "parameters", "here", "error", "deadly clash"]
        return table(head, rows, caption=words)
    rows = [
        [
            _class(name),
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


def _class(name: str) -> str:
    """Return the name of a class with what it means on hover."""
    return f'<span title="{escape(CLASSES[name])}">{escape(name)}</span>'


def measures(now: Figures, pin: Figures | None) -> str:
    """Return median and 90 % range of the main outcomes."""
    found = [quantities(one.view).to_dict("records") for one in (now, pin) if one is not None]
    rows = [
        [
            escape(f"{both[0]['label']}, {both[0]['unit']}"),
            *(", ".join(filter(None, middle(one))) for one in both),
        ]
        for both in zip(*found, strict=True)
    ]
    head = ["median (5–95 %) of runs that have it", "here", *(["pinned"] if pin is not None else [])]
    return table(head, rows, kind="wrap")
