"""Words in one place: each class and rung has its sentence, and sentences speak of what there is."""

from __future__ import annotations

import re

from sim.model.glossary import CLASSES, ESCALATION_RUNGS, RAPPROCHEMENT_RUNGS, TERMS, words_used
from sim.model.outcomes import ESCALATION, PATHS, RAPPROCHEMENT
from sim.model.registry import load


def test_every_class_and_rung_has_a_sentence() -> None:
    assert tuple(CLASSES) == PATHS
    assert tuple(ESCALATION_RUNGS) == ESCALATION
    assert tuple(RAPPROCHEMENT_RUNGS) == RAPPROCHEMENT
    for sentence in (
        *CLASSES.values(),
        *ESCALATION_RUNGS.values(),
        *RAPPROCHEMENT_RUNGS.values(),
        *TERMS.values(),
    ):
        assert sentence.endswith(".")


def test_thresholds_named_in_sentences_are_parameters() -> None:
    text = " ".join((*ESCALATION_RUNGS.values(), *RAPPROCHEMENT_RUNGS.values()))
    assert set(re.findall(r"`(\w+)`", text)) <= set(load().parameters)


def test_words_are_found_in_a_text_whole_and_in_the_plural() -> None:
    used = words_used("Shares of cold peace under every reading; Monte Carlo error in the second column.")
    assert set(used) == {"cold peace", "share", "reading", "Monte Carlo error"}
    assert used["cold peace"] == CLASSES["cold peace"]
    assert words_used("Warm words, overruns and rereadings") == {}
