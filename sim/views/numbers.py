"""How numbers are written, everywhere: on the terminal, in pages, in pictures, in notebooks."""

from __future__ import annotations

import math
from collections.abc import Iterable

#: Pushes smaller than this, which would be written as 0.00, are too faint to be named.
FAINT = 0.005


def percent(share: float) -> str:
    """Write a share so that a rare thing does not look like none; a dash where there is no number."""
    if not math.isfinite(share):
        return "–"
    if 0.0 < share < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:.1f} %" if 0.0 < share < 0.0995 else f"{100 * share:.0f} %"


def bare(share: float) -> str:
    """Write a share for a narrow cell, in per cent without the sign; a dot is none, a dash no number."""
    if not math.isfinite(share):
        return "–"
    return f"{100 * share:.1f}" if 0 < 100 * share < 9.95 else f"{100 * share:.0f}" if share else "·"


def span(low: float, high: float) -> str:
    """Write a range of shares; a range without width is one number."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "–"
    ends = [bare(end).replace("·", "0") for end in (low, high)]
    return f"{' – '.join(dict.fromkeys(ends))} %"


def extent(low: float, high: float) -> str:
    """Write a range across sets of values; a dash where none could be estimated that would show as one."""
    words = span(low, high)
    return words if " – " in words else "–"


def points(change: float) -> str:
    """Write a difference of shares in points of a hundred, with its sign."""
    if not math.isfinite(change):
        return "–"
    return f"{100 * change:+.1f}".replace("-", "−") if abs(change) >= 0.0005 else "0"


def signed(value: float, digits: int = 2) -> str:
    """Write a number with its sign, a true minus so that it is seen."""
    return f"{value:+.{digits}f}".replace("-", "−")


def figure(value: float) -> str:
    """Write a mean or a difference to about two digits; what is under 0.005 is 0."""
    size = abs(value)
    if not math.isfinite(value):
        return "–"
    if size < 0.005:
        return "0"
    return f"{value:,.{0 if size >= 9.95 else 1 if size >= 0.995 else 2}f}".replace("-", "−")


def added(value: float) -> str:
    """Write a difference to about two digits, with its sign."""
    return f"+{figure(value)}" if 0.005 <= value < math.inf else figure(value)


def change(mean: float, low: float, high: float, unit: str) -> str:
    """Write a difference with its interval; one of shares in points: +9.5 points (+7.5 to +11.5)."""
    factor, name = (100.0, "points") if unit in ("share", "flag") else (1.0, unit)
    middle, *ends = (added(factor * value) for value in (mean, low, high))
    named = "" if name in ("1", "index", "rung", "count") else f" {name}"
    return f"{middle}{named} ({' to '.join(ends)})"


def marks(paragraphs: Iterable[int]) -> str:
    """Write paragraph numbers as the article's readers know them."""
    return " ".join(f"¶{n}" for n in paragraphs) or "–"


def number(value: float) -> str:
    """Write a number of the model briefly, without losing what distinguishes it."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.4g}"


def counted(count: float, one: str, many: str | None = None) -> str:
    """Write so many things: 1 clash, 1,200 clashes."""
    return f"{count:,.0f} {one if round(count) == 1 else many or one + 's'}"
