"""One family of errors: each names the culprit, the place, the choices and the remedy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def visible(text: str) -> str:
    """Return a text with what would give a terminal orders written out: controls and marks of direction."""
    return text if text.isprintable() else _HIDDEN.sub(lambda one: f"\\u{ord(one[0]):04x}", text)


#: Control characters but for tab and line break, marks of direction, halves of characters.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class PanjError(ValueError):
    """Base of everything this package raises on purpose; texts of others in its message are made visible."""

    def __str__(self) -> str:
        return visible(super().__str__())


class ModelError(PanjError):
    """A rule, quantity or option is declared wrongly; raised while the model loads."""


class ScenarioError(PanjError):
    """A scenario, an override or an argument is wrong."""


class LibraryError(ScenarioError):
    """What was asked for needs a library of an extra that is not installed."""


class ResultError(PanjError):
    """A result folder cannot be read, or must not be overwritten."""


class HeldError(ResultError):
    """Another process holds the folder."""


class IncompleteWarning(UserWarning):
    """A study is read before all of its runs are done, or after some were lost."""


def nearest(name: object, choices: Iterable[str], most: int = 3) -> str:
    """Say which known names lie nearest to `name`, as the tail of a message.

    Returns an empty string where nothing is known.
    """
    known = sorted(set(choices))
    close = difflib.get_close_matches(str(name), known, n=most, cutoff=0.5)
    if close:
        return "; nearest: " + ", ".join(close)
    if len(known) <= 12 and known:
        return "; one of: " + ", ".join(known)
    return ""
