"""Words in one place: each class and rung has its sentence, and sentences speak of what there is."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.model.glossary import CLASSES, ESCALATION_RUNGS, RAPPROCHEMENT_RUNGS, TERMS, words_used
from sim.model.outcomes import ESCALATION, LAST, OUTCOME_DTYPE, PATHS, RAPPROCHEMENT, summarise
from sim.model.registry import load

Weeks = NDArray[np.int64]


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


# What the sentences of classes say, read back as conditions on a run


def rung(name: str) -> int:
    ladder = ESCALATION if name in ESCALATION else RAPPROCHEMENT
    return ladder.index(name)


def condition(sentence: str) -> Callable[[Weeks, Weeks, Weeks, Weeks], bool]:
    """Read a sentence as a condition on rungs of escalation and of contact, clashes and talks by week."""
    if sentence == "None of the others.":
        return lambda up, close, clash, talks: True
    if sentence == "The two states were at war in some week of the run.":
        return lambda up, close, clash, talks: bool((up == rung("interstate war")).any())
    (last,) = {int(one) for one in re.findall(r"the last (\d+) weeks", sentence)}
    if match := re.fullmatch(r"(Sustained fighting) went on in some week of the last \d+ weeks\.", sentence):
        name = match[1].lower()
        return lambda up, close, clash, talks: bool((up[-last:] >= rung(name)).any())
    if match := re.fullmatch(r"A clash, or the rung of ([\w ]+) or higher, (.*)", sentence):
        least, wanted = rung(match[1]), "and a round of official talks" in match[2]
        assert wanted != ("and no round of official talks" in match[2])
        return lambda up, close, clash, talks: bool(
            (clash[-last:].any() or (up[-last:] >= least).any()) and talks[-last:].any() == wanted
        )
    if match := re.fullmatch(r"The rung of ([\w ]+) or higher in more than half of the last .*", sentence):
        least = rung(match[1])
        return lambda up, close, clash, talks: bool((up[-last:] >= least).sum() > last / 2)
    calm = r"Contact stood at ([\w ]+) or higher while escalation stood at (\w+), in more than half of (.*)"
    if match := re.fullmatch(calm, sentence):
        least, quiet = rung(match[1]), rung(match[2])
        rest = re.search(r"; (\w+) or recognition held in no more than half", match[3])
        assert rest is not None
        most = rung(rest[1])
        return lambda up, close, clash, talks: bool(
            ((close[-last:] >= least) & (up[-last:] == quiet)).sum() > last / 2
            and (close[-last:] >= most).sum() <= last / 2
        )
    match = re.fullmatch(r"Contact stood at (\w+) or recognition in more than half of .*", sentence)
    assert match is not None, sentence
    least = rung(match[1])
    return lambda up, close, clash, talks: bool((close[-last:] >= least).sum() > last / 2)


def stretches(highest: int) -> st.SearchStrategy[list[int]]:
    """Rungs that stay for a while, as they do in runs."""
    pieces = st.lists(st.tuples(st.integers(0, highest), st.integers(1, 16)), min_size=1, max_size=8)
    return pieces.map(lambda some: [value for value, weeks in some for _ in range(weeks)])


@given(stretches(5), stretches(5), st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_each_class_is_what_its_sentence_says(
    up: list[int], close: list[int], clashes: set[int], talks: set[int]
) -> None:
    weeks = max(len(up), len(close), LAST)
    rungs = [np.array(([0] * weeks + one)[-weeks:]) for one in (up, close)]
    events = [np.isin(np.arange(1, weeks + 1), list(one)) for one in (clashes, talks)]
    traj = np.zeros(weeks + 1, load().world_dtype).view(np.recarray)
    for name, values in zip(("escalation", "rapprochement"), rungs, strict=True):
        traj[name][1:] = values
    for name, happened in zip(("clashes", "talks"), events, strict=True):
        traj[name][1:] = np.cumsum(happened)
    out = np.zeros(1, OUTCOME_DTYPE).view(np.recarray)
    summarise(traj, out[0])
    fits = {name for bit, name in enumerate(PATHS) if int(out[0].fits) >> bit & 1}
    told = {name for name, sentence in CLASSES.items() if condition(sentence)(*rungs, *events)}
    assert fits == told
    assert PATHS[int(out[0].path)] == next(name for name in PATHS if name in told)
