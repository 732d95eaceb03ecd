"""How well the answered questions of a ledger were foreseen: proper scores, and calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.statistics.intervals import wilson
from sim.study.ledger import Ledger

#: Answered questions from which on chances are set beside how often they came true.
ENOUGH = 20
#: The chances that are set beside each other.
BINS = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])


class Foresight(NamedTuple):
    """Scores of the answered questions.

    answered : a row each: number, chance, true, brier, log
    brier, log : mean scores, lower is better; `coin` is what a chance of one half would have had
    calibration : a row a range of chances: lowest, highest, chance (mean), share (that came true) with
        low and high (95 %), questions; empty below `ENOUGH` answers
    """

    answered: pd.DataFrame
    brier: float
    log: float
    coin: tuple[float, float]
    calibration: pd.DataFrame


def foresight(ledger: Ledger) -> Foresight:
    """Score the questions that have an answer (Brier 1950; Good 1952)."""
    known = [one for one in ledger.questions if one.number in ledger.answers]
    chance = np.array([one.chance for one in known], np.float64)
    true = np.array([ledger.answers[one.number].true for one in known], bool)
    answered = pd.DataFrame(
        {
            "number": [one.number for one in known],
            "chance": chance,
            "true": true,
            "brier": (chance - true) ** 2,
            "log": -np.log(np.where(true, chance, 1 - chance)),
        }
    )
    means = answered[["brier", "log"]].mean()
    table = calibration(chance, true) if len(known) >= ENOUGH else calibration(chance[:0], true[:0])
    return Foresight(answered, float(means["brier"]), float(means["log"]), (0.25, float(np.log(2))), table)


def calibration(chance: NDArray[np.float64], true: NDArray[np.bool_]) -> pd.DataFrame:
    """Return how often what was held likely came true, by ranges of chance that hold any."""
    place = np.clip(np.digitize(chance, BINS) - 1, 0, len(BINS) - 2)
    count = np.bincount(place, minlength=len(BINS) - 1)
    hits = np.bincount(place, true, minlength=len(BINS) - 1)
    low, high = wilson(hits, count)
    with np.errstate(invalid="ignore"):
        mean, share = (np.bincount(place, chance, minlength=len(BINS) - 1) / count, hits / count)
    table = pd.DataFrame(
        {
            "lowest": BINS[:-1],
            "highest": BINS[1:],
            "chance": mean,
            "share": share,
            "low": low,
            "high": high,
            "questions": count,
        }
    )
    return table[count > 0].reset_index(drop=True)
