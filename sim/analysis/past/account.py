"""The article's account at points of the region: how surely each claim holds there, and what a point weighs.

Calibration leaves points that meet the autumn's figures. At each of them every claim of the article is
run as the paired experiment that it is, on few pairs. A clause (a comparison that decides) then holds
with a probability: the effect at a point is taken as normal, between points as much as within, so that
what few pairs blur is drawn towards the mean over the region (empirical Bayes; Efron and Morris 1975).
Shares that must lie in a range are taken as beta-binomial. A claim holds as surely as all its clauses
together. A point weighs the probability that at most so many of all claims fail at it; so many is the
smallest number that leaves the weights worth a tenth of the points.

`python -m sim.analysis.past.calibration --claims` writes it beside the region.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.arms import Bench, Variant, layout
from sim.analysis.article.declared import CLAIMS
from sim.analysis.article.measures import Runs
from sim.analysis.article.paired import Arm, Claim, Part
from sim.analysis.statistics.intervals import between_cases
from sim.analysis.statistics.weights import effective
from sim.errors import ModelError
from sim.model import calibrated
from sim.study.files import DISK, put

Floats = NDArray[np.float64]
Note = Callable[[str], None]

#: Pairs of each experiment at each point.
PAIRS = 32

#: The weights are to be worth at least this share of the points.
WORTH = 0.1

#: Points run at once: weekly values of all arms are held for them.
CHUNK = 64

#: So many pairs the variance over all points counts beside a point's own, which few pairs leave uncertain.
POOLED = 4


class Clause(NamedTuple):
    """A comparison that decides a claim: which claim, which part, the smallest effect that matters."""

    claim: str
    part: Part
    smallest: float


@dataclass(frozen=True)
class Account:
    """How surely the article's claims hold over the region.

    clauses : those that decide, in the claims' order
    probability : (points, clauses) that each holds
    claims : ids of the claims
    by_claim : (points, claims) that all clauses of a claim hold
    missing : how many claims may fail at a point
    weights : (points,) probability that no more do
    region : hash of the points
    """

    clauses: tuple[Clause, ...]
    probability: Floats
    claims: tuple[str, ...]
    by_claim: Floats
    missing: int
    weights: Floats
    pairs: int
    seed: int
    region: str


def account(
    pairs: int = PAIRS,
    seed: int = 0,
    *,
    points: int | None = None,
    claims: Sequence[Claim] = CLAIMS,
    threads: int | None = None,
    note: Note = lambda text: None,
) -> Account:
    """Judge every claim at every point of the stored region.

    Parameters
    ----------
    pairs
        Pairs of each experiment at each point, at least 2.
    points
        Only the first so many (default: all).
    note
        Told how far it is, for people.

    Raises
    ------
    ModelError
        No region is stored, or one of another model.
    """
    names, shares = calibrated.region()
    if not names:
        raise ModelError("no region is stored for the claims to be judged in; run 'make calibrate' first")
    bench = Bench(seed=seed, threads=threads)
    if gone := [name for name in names if name not in bench.places]:
        raise ModelError(
            f"the stored region holds {gone[0]!r}, which the model has not; run 'make calibrate' first"
        )
    rows = bench.at(names, shares[:points])
    clauses = tuple(
        Clause(claim.id, part, least)
        for claim in claims
        for part, least in zip(claim.parts, bench.smallest(claim.arms, claim.parts), strict=True)
        if part.role != "finding"
    )
    # Chance of its own at each point: a replicate that all share would blur all of them alike.
    variants = [Variant(row, pairs, first=pairs * number) for number, row in enumerate(rows)]
    chunks = []
    for first in range(0, len(rows), CHUNK):
        chunks.append(_values(bench, claims, variants[first : first + CHUNK]))
        note(f"claims judged at {min(first + CHUNK, len(rows))} of {len(rows)} points")
    values = np.concatenate(chunks, axis=1)
    probability = np.column_stack([holds(one, mine) for one, mine in zip(clauses, values, strict=True)])
    ids = tuple(claim.id for claim in claims)
    by_claim = np.column_stack(
        [probability[:, [one.claim == name for one in clauses]].prod(axis=1) for name in ids]
    )
    missing, weights = nearly_all(by_claim)
    region = calibrated.record()["region"]
    return Account(clauses, probability, ids, by_claim, missing, weights, pairs, seed, region)


def _values(bench: Bench, claims: Sequence[Claim], variants: Sequence[Variant]) -> Floats:
    """Run the arms of all claims, those that several share once, and return (clauses, points, pairs)."""
    parts = [(claim, part) for claim in claims for part in claim.parts if part.role != "finding"]
    keep: list[tuple[Arm, dict[str, None]]] = []
    place: dict[tuple[str, str], int] = {}
    for claim, part in parts:
        for name in part.arms:
            arm = claim.arms[name]
            number = next((k for k, (known, _) in enumerate(keep) if known == arm), len(keep))
            if number == len(keep):
                keep.append((arm, {}))
            keep[number][1].update(dict.fromkeys(part.keep))
            place[claim.id, name] = number
    ran: list[Runs] = [bench.run(arm, variants, tuple(names)) for arm, names in keep]
    replicates, which = layout(variants)
    starts = np.array([one.first for one in variants])
    values = np.empty((len(parts), len(variants), variants[0].replicates))
    for number, (claim, part) in enumerate(parts):
        arms = {name: ran[place[claim.id, name]] for name in part.arms}
        values[number, which, replicates - starts[which]] = part.value(arms)
    return values


def holds(clause: Clause, values: Floats) -> Floats:
    """Return how surely a clause holds at each point, (points,), from (points, pairs) values.

    A point without two values that count is as the region is on average.
    """
    part = clause.part
    good = np.isfinite(values)
    counted = values[good]
    if part.role == "range" and np.isin(counted, (0.0, 1.0)).all():
        return _share_within(np.where(good, values, 0.0).sum(axis=1), good.sum(axis=1), part.low, part.high)
    mean, deviation = _shrunk(values, good)
    if part.role == "range":
        return _above(part.low, mean, deviation) - _above(part.high, mean, deviation)
    if part.role == "absent":
        return _above(-clause.smallest, mean, deviation) - _above(clause.smallest, mean, deviation)
    return _above(clause.smallest, part.direction * mean, deviation)


def _shrunk(values: Floats, good: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of what the effect at each point is, given all points."""
    number = good.sum(axis=1)
    known = number >= 2
    if not known.any():
        return np.zeros(len(values)), np.full(len(values), np.inf)
    safe = np.maximum(number, 1)
    mean = np.where(good, values, 0.0).sum(axis=1) / safe
    squares = (np.where(good, values - mean[:, None], 0.0) ** 2).sum(axis=1)
    pooled = squares[known].sum() / (number[known] - 1).sum()
    noise = (squares + POOLED * pooled) / (np.maximum(number - 1, 0) + POOLED) / safe
    middle = mean[known].mean()
    between = max(float(mean[known].var(ddof=1) - noise[known].mean()), 0.0) if known.sum() > 1 else np.inf
    with np.errstate(invalid="ignore", divide="ignore"):
        kept = np.where(known, 1.0 / (1.0 + noise / between), 0.0) if between > 0 else np.zeros(len(mean))
        spread = np.where(known, kept * noise, between)
    return middle + kept * (mean - middle), np.sqrt(spread)


def _above(bound: float, mean: Floats, deviation: Floats) -> Floats:
    """Return how surely a normal quantity lies at or above a bound; one without spread does or does not."""
    from scipy.special import ndtr

    with np.errstate(invalid="ignore", divide="ignore"):
        away = np.where(deviation > 0, (mean - bound) / deviation, np.where(mean >= bound, np.inf, -np.inf))
    return np.asarray(ndtr(away))


def _share_within(hits: Floats, runs: NDArray[np.int64], low: float, high: float) -> Floats:
    """Return how surely a share lies within bounds at each point, beta-binomial over the points."""
    from scipy.special import betainc

    mean, deviation = float(hits.sum() / runs.sum()), between_cases(hits, runs).deviation
    if not deviation > 0:
        return np.full(len(hits), float(low <= mean <= high))
    strength = mean * (1 - mean) / (deviation * deviation) - 1
    a, b = mean * strength + hits, (1 - mean) * strength + runs - hits
    return np.asarray(betainc(a, b, min(max(high, 0.0), 1.0)) - betainc(a, b, min(max(low, 0.0), 1.0)))


def nearly_all(by_claim: Floats) -> tuple[int, Floats]:
    """Return how many claims may fail, and by point the probability that no more do.

    The smallest number that leaves the weights worth a tenth of the points; all of them where none does.

    Parameters
    ----------
    by_claim
        (points, claims) probabilities, taken as independent at a point.
    """
    points, claims = by_claim.shape
    failing = np.zeros((points, claims + 1))
    failing[:, 0] = 1.0
    for column in by_claim.T:
        moved = failing * column[:, None]
        moved[:, 1:] += failing[:, :-1] * (1.0 - column[:, None])
        failing = moved
    at_most = np.cumsum(failing, axis=1)
    missing = next(k for k in range(claims + 1) if k == claims or effective(at_most[:, k]) >= WORTH * points)
    return missing, at_most[:, missing]


def content(judged: Account) -> bytes:
    """Return the file's content, the same bytes for the same account.

    Weights are whole numbers, in 65,535ths of the largest: no last bit of a logarithm shows in them.
    """
    whole = np.round(judged.weights / judged.weights.max() * calibrated.FULL).astype(int)
    kept = whole / calibrated.FULL

    def shares(column: Floats) -> dict[str, float]:
        return {
            "figures": round(float(column.mean()), 4),
            "article": round(float((column * kept).sum() / kept.sum()), 4),
        }

    record: dict[str, Any] = {
        "panj_claims": calibrated.FORMAT,
        "region": judged.region,
        "pairs": judged.pairs,
        "seed": judged.seed,
        "claims": {
            name: {
                **shares(judged.by_claim[:, k]),
                "clauses": [
                    {"clause": one.part.name, **shares(judged.probability[:, column])}
                    for column, one in enumerate(judged.clauses)
                    if one.claim == name
                ],
            }
            for k, name in enumerate(judged.claims)
        },
        "missing": judged.missing,
        "points": len(whole),
        "effective": round(effective(kept), 1),
        "hash": hashlib.blake2b(whole.astype("<u2").tobytes(), digest_size=10).hexdigest(),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)[:-2]
    return f'{text},\n "weights": {json.dumps(whole.tolist())}\n}}\n'.encode()


def write(judged: Account, folder: Path = calibrated.FOLDER) -> Path:
    """Write the file, whole or not at all."""
    path = folder / calibrated.CLAIMS
    put(DISK, {path: content(judged)})
    return path
