"""One family of errors: each names the culprit, the place, the choices and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PanjError(ValueError):
    """Base of everything this package raises on purpose."""


class ModelError(PanjError):
    """A rule, quantity or option is declared wrongly; raised while the model loads."""


class ScenarioError(PanjError):
    """A scenario, an override or an argument is wrong."""


class ResultError(PanjError):
    """A result folder cannot be read, or must not be overwritten."""


class HeldError(ResultError):
    """Another process holds the folder."""


def nearest(name: str, choices: Iterable[str], most: int = 3) -> str:
    """Say which known names lie nearest to `name`, as the tail of a message.

    Returns an empty string where nothing is known.
    """
    known = sorted(set(choices))
    close = difflib.get_close_matches(name, known, n=most, cutoff=0.5)
    if close:
        return "; nearest: " + ", ".join(close)
    if len(known) <= 12 and known:
        return "; one of: " + ", ".join(known)
    return ""
