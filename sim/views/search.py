"""Looking for things by words of their names and texts."""

from __future__ import annotations


def holds(words: str, *texts: str) -> bool:
    """Say whether every one of some words stands in the texts, whatever its case; `_` is a space."""
    text = " ".join(texts).lower().replace("_", " ")
    return all(word in text for word in words.lower().replace("_", " ").split())
