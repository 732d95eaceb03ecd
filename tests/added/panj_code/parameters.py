"""Sizes of the rule's pushes."""

from __future__ import annotations

from sim.model.provenance import Record, judgement, parameter

WHY = judgement("no figure exists; a wide range")


class Parameters(Record):
    """Sizes of the rule's pushes."""

    counsel_warm: float = parameter(1.2, "utility", 0.4, 2.0, "pull on contact", WHY)
    counsel_words: float = parameter(0.8, "utility", 0.0, 1.5, "pull on words", WHY)
