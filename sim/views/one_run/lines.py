"""Lines of an explanation, and how its numbers are written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from sim.model.provenance import Quantity
from sim.model.registry import load
from sim.views.numbers import marks, number, percent
from sim.views.one_run.narrative import Pull


@dataclass(frozen=True)
class Line:
    """One line of an explanation: how far it is set in, its words, whether it opens something."""

    indent: int
    text: str
    strong: bool = False


BLANK = Line(0, "")


def rendered(lines: Iterable[Line]) -> Group:
    """Return lines as a terminal prints them."""
    return Group(
        *(
            Padding(Text(one.text, style="bold" if one.strong else ""), (0, 0, 0, 2 * one.indent))
            for one in lines
        )
    )


def html(lines: Iterable[Line]) -> str:
    """Return lines as a piece of an HTML page that brings no style of its own."""
    rows = []
    for line in lines:
        if line.text:
            text = f"<strong>{escape(line.text)}</strong>" if line.strong else escape(line.text)
            rows.append(f'<p style="margin:0.15em 0 0 {1.2 * line.indent:.1f}em">{text}</p>')
    return '<section class="panj-explanation">' + "\n".join(rows) + "</section>"


def pull(rule: str, push: float) -> str:
    """Write what a rule adds: `purse +0.94 (D14, ¶10 ¶11)`."""
    return str(Pull(load().rules[rule], push))


def chance(share: float) -> str:
    """Write the chance of a choice; a rare one never so that it seems to be none."""
    # Cut off rather than rounded: what is told for a chance under 2 % does not read 2.0 %.
    return f"{math.floor(1e4 * share) / 100:.2f} %" if 0.0005 <= share < 0.02 else percent(share)


def value(quantity: Quantity, given: float) -> str:
    """Write a parameter's value with its unit, where the unit says something."""
    bare = quantity.unit in ("1", "utility", "share", "index", "logit")
    return number(given).replace("-", "−") + ("" if bare else f" {quantity.unit}")


def pull_on(force: tuple[str, float]) -> str:
    """Write what a rule adds to a drive, small as that may be: `hard border +0.02 (W1, ¶1)`."""
    rule = load().rules[force[0]]
    size = ("+" if force[1] >= 0.0 else "−") + f"{abs(force[1]):.3g}"
    return f"{rule.name} {size} ({rule.id}, {marks(rule.paragraphs)})"
