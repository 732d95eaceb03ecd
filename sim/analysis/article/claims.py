"""The article's causal claims as checks: what came out, by which rule, and how widely it holds.

Each claim of `sim.analysis.article.declared` is run as a paired experiment on common random numbers. With it:

- *killers*: rules without which a claim that holds holds no longer and its effect shrinks to less
  than half (for a range: it is left). Where no rule does it alone, all it could rest on are switched
  off together.
- *held*: how surely claim and clauses hold over the plausible region, if only the article's figures are
  right and if the article is right, as calibration left it (`sim.analysis.past.account`).
- *turns*: for a claim whose effects are not what it asks, single parameters which at an end of their
  plausible range, and single rules which switched off or doubled, would make them so, judged alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.article.arms import Bench, Variant
from sim.analysis.article.declared import CLAIMS
from sim.analysis.article.paired import FAILS, HOLDS, Claim, Kind, Part, Verdict, worst
from sim.analysis.statistics.pairs import Effect, effect
from sim.errors import ScenarioError, nearest
from sim.face import Face
from sim.model import calibrated
from sim.scenario import arguments

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

#: Replicates on which single changes are tried for a claim that does not hold.
TRIED = 100


class Held(NamedTuple):
    """The share of the plausible region at which something holds, by what is right; NaN if unknown."""

    figures: float = float("nan")
    article: float = float("nan")


class Measured(NamedTuple):
    """One part of a claim as it came out."""

    part: Part
    effect: Effect
    smallest: float
    verdict: Verdict
    held: Held = Held()


class Turn(NamedTuple):
    """A single change and how far it brings a claim: 1 where it just holds."""

    name: str
    value: float
    default: float
    reach: float


@dataclass(frozen=True)
class Row:
    """What came of one claim.

    parts : every part with its effect; `effect`, `low`, `high` are those of the part that decides
    killers : rules without which it would not hold; `together` where only all of them at once do it
    weighs : what a rule contributes to the effect of the first part, with interval
    held : the share of the plausible region at which it holds
    turns : single changes under which it would hold, or the one that comes closest
    """

    id: str
    paragraphs: tuple[int, ...]
    claim: str
    kind: Kind
    verdict: Verdict
    parts: tuple[Measured, ...]
    killers: tuple[str, ...]
    together: bool
    weighs: Mapping[str, Effect]
    held: Held
    needs: str
    turns: tuple[Turn, ...]

    @property
    def decisive(self) -> Measured:
        """The part that decides: the first of those with the claim's verdict."""
        return next(one for one in self.parts if one.part.role != "finding" and one.verdict == self.verdict)

    @property
    def reversed(self) -> bool:
        """Whether an effect that the claim names surely runs the other way."""
        return any(one.part.role == "effect" and one.verdict == FAILS for one in self.parts)

    def record(self) -> dict[str, Any]:
        """Return the row as plain data; numbers that do not exist are None."""
        chief = self.decisive
        return {
            "id": self.id,
            "paragraphs": list(self.paragraphs),
            "claim": self.claim,
            "kind": self.kind,
            **_numbers(chief),
            "verdict": self.verdict,
            "parts": [
                {
                    "name": one.part.name,
                    "role": one.part.role,
                    **_numbers(one),
                    "verdict": one.verdict,
                    **_region(one.held),
                }
                for one in self.parts
            ],
            "killers": list(self.killers),
            "killers_together": self.together,
            "weighs": {
                rule: {"effect": _plain(found.mean), "low": _plain(found.low), "high": _plain(found.high)}
                for rule, found in self.weighs.items()
            },
            **_region(self.held),
            "needs": self.needs,
            "turns": [turn._asdict() for turn in self.turns],
        }


@dataclass(frozen=True)
class Claims(Face):
    """What came of the claims, with what determines it."""

    rows: tuple[Row, ...]
    runs: int
    seed: int
    reading: str | None

    def __getitem__(self, claim_id: str) -> Row:
        for row in self.rows:
            if row.id == claim_id:
                return row
        raise KeyError(claim_id)

    @property
    def failing(self) -> tuple[str, ...]:
        """Claims whose verdict is `fails`."""
        return tuple(row.id for row in self.rows if row.verdict == FAILS)

    def record(self) -> list[dict[str, Any]]:
        """Return one plain mapping a claim."""
        return [row.record() for row in self.rows]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a part: claim, kind, part, role, effect with interval, verdicts."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "id": row.id,
                    "kind": row.kind,
                    "claim_verdict": row.verdict,
                    "part": one.part.name,
                    "role": one.part.role,
                    **_numbers(one),
                    "verdict": one.verdict,
                }
                for row in self.rows
                for one in row.parts
            ]
        )

    def markdown(self) -> str:
        """Return the table of claims for a page of the documentation."""
        lines = [
            "| id | ¶ | claim | kind | verdict | deciding effect (95 %) | rests on | figures | article |",
            "|" + " --- |" * 9,
        ]
        for row in self.rows:
            one = row.decisive
            cells = (
                row.id,
                ", ".join(map(str, row.paragraphs)),
                row.claim,
                row.kind,
                f"**{row.verdict}**",
                f"{one.part.name}: {span(one)}",
                rests(row),
                *("–" if np.isnan(share) else f"{100 * share:.0f} %" for share in row.held),
            )
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def claims(
    runs: int = 400,
    seed: int = 0,
    *,
    reading: str | None = None,
    parameters: Mapping[str, float] | None = None,
    only: Sequence[str] | None = None,
    ablate: bool = True,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Claims:
    """Check the article's causal claims on the model.

    Parameters
    ----------
    runs
        Pairs of each experiment, at least 2; single rules are switched off on half as many.
    seed
        Which stream of chance.
    reading
        Name of a reading under which the model runs.
    parameters
        Values of parameters under which it runs, as in a scenario; strengths of rules among them.
    only
        Ids of the claims to check (default: all).
    ablate
        Whether to look for killers, and for what would turn a claim that does not hold.
    progress
        Called with 1 after each claim.

    Returns
    -------
    Claims
        The same for the same arguments, whatever the number of threads.

    Raises
    ------
    ScenarioError
        An argument is wrong, or a claim or reading does not exist.
    """
    known = {one.id: one for one in CLAIMS}
    only = None if only is None else arguments.names("only", only)
    for name in only or ():
        if name not in known:
            raise ScenarioError(f"no claim {name!r}{nearest(name, known)}; claims: {', '.join(known)}")
    runs, seed = arguments.runs(runs, 2), arguments.seed(seed)
    arguments.threads(threads)
    # The region was judged with the article as read and at its own values.
    judged = {} if reading is not None or parameters else calibrated.claims().get("claims", {})
    bench = Bench(reading, parameters, seed, threads)
    rows = []
    for claim in CLAIMS if only is None else [known[name] for name in only]:
        rows.append(check(bench, claim, runs, judged.get(claim.id, {}), ablate))
        if progress is not None:
            progress(1)
    return Claims(tuple(rows), runs, seed, reading)


def check(bench: Bench, claim: Claim, runs: int, judged: Mapping[str, Any], ablate: bool) -> Row:
    """Check one claim; see `claims`. `judged` is what calibration left of it, empty where nothing."""
    clauses = {one["clause"]: _held(one) for one in judged.get("clauses", ())}
    smallest = bench.smallest(claim.arms, claim.parts)
    rules = bench.on(claim.rests_on) if ablate else []
    off = [*([one] for one in rules), *([rules] if rules else [])]
    half = max(runs // 2, 2)
    variants = [
        Variant(bench.base, runs),
        *(Variant(bench.without(some), half) for some in off),
    ]
    values = bench.values(claim.arms, claim.parts, variants)
    measured = tuple(
        Measured(part, found, least, part.judge(found, least), clauses.get(part.name, Held()))
        for part, least, found in (
            (part, least, part.summarise(mine[0]))
            for part, least, mine in zip(claim.parts, smallest, values, strict=True)
        )
    )
    verdict = worst([one.verdict for one in measured if one.part.role != "finding"])
    here = [(one, mine[0]) for one, mine in zip(measured, values, strict=True)]
    killers: tuple[str, ...] = ()
    together = False
    if verdict == HOLDS and rules:
        removed = [
            any(killed(one, mine[1 + k]) for one, mine in zip(measured, values, strict=True))
            for k in range(len(off))
        ]
        killers = tuple(rule for rule, gone in zip(rules, removed, strict=False) if gone)
        together = not killers and removed[-1]
        killers = tuple(rules) if together else killers
    first = values[0]
    return Row(
        claim.id,
        claim.paragraphs,
        claim.claim,
        claim.kind,
        verdict,
        measured,
        killers,
        together,
        {
            rule: effect(first[0][:half] - first[1 + rules.index(rule)], claim.parts[0].direction)
            for rule in claim.weighs
            if rule in rules
        },
        _held(judged) if judged else Held(),
        claim.needs,
        turning(bench, claim, smallest, rules) if ablate and reach(here) < 1.0 else (),
    )


def killed(one: Measured, without: Floats) -> bool:
    """Say whether a part that holds no longer does without a rule, its effect less than half."""
    if one.part.role not in ("effect", "range") or one.verdict != HOLDS:
        return False
    found = one.part.summarise(without)
    if one.part.judge(found, one.smallest) == HOLDS:
        return False
    if one.part.role == "range":
        return not one.part.low <= found.mean <= one.part.high
    return one.part.direction * found.mean < 0.5 * one.part.direction * one.effect.mean


def reach(parts: Sequence[tuple[Measured, Floats]]) -> float:
    """Return how far pooled means clear what a claim asks, by its worst part: 1 where it just holds."""
    return min(
        one.part.margin(one.part.summarise(values).mean, one.smallest)
        for one, values in parts
        if one.part.role != "finding"
    )


def turning(bench: Bench, claim: Claim, smallest: Sequence[float], rules: Sequence[str]) -> tuple[Turn, ...]:
    """Try single changes on a claim that does not hold: the best three that turn it, or the closest miss."""
    model = bench.model
    tries: list[tuple[str, float]] = []
    for rule in (model.rules[one] for one in rules):
        for name in rule.parameters:
            ends = (0.0, 2.0) if name == rule.strength else model.parameters[name].plausible
            tries += [(name, end) for end in ends if end != bench.base[bench.places[name]]]
    tries = list(dict.fromkeys(tries))
    if not tries:
        return ()
    variants = [Variant(bench.with_values({name: value}), TRIED) for name, value in tries]
    parts = [part for part in claim.parts if part.role != "finding"]
    sizes = [least for part, least in zip(claim.parts, smallest, strict=True) if part.role != "finding"]
    values = bench.values(claim.arms, parts, variants)
    reached = [
        min(
            part.margin(part.summarise(mine[k]).mean, least)
            for part, least, mine in zip(parts, sizes, values, strict=True)
        )
        for k in range(len(tries))
    ]
    order = sorted(range(len(tries)), key=lambda k: (-reached[k], tries[k]))
    best = [k for k in order if reached[k] >= 1.0][:3] or order[:1]
    return tuple(
        Turn(tries[k][0], tries[k][1], float(bench.base[bench.places[tries[k][0]]]), float(reached[k]))
        for k in best
    )


def rests(row: Row) -> str:
    """Write which rules a claim that holds rests on."""
    if row.verdict != HOLDS:
        return "–"
    if not row.killers:
        return "no rule alone"
    return f"{' + '.join(row.killers)} together" if row.together else ", ".join(row.killers)


def span(one: Measured) -> str:
    """Write an effect with its unit and interval."""
    unit, found = one.part.unit, one.effect
    if one.part.scale == "share":
        signed = "" if one.part.role == "range" else "+"
        word = "%" if one.part.role == "range" else "points"
        low, mid, high = (f"{100 * x:{signed}.1f}" for x in (found.low, found.mean, found.high))
        return f"{mid} ({low} to {high}) {word}"
    low, mid, high = (figure(x, one.part.role != "range") for x in (found.low, found.mean, found.high))
    return f"{mid} ({low} to {high}) {unit}"


def figure(value: float, signed: bool) -> str:
    """Write a number with about three figures."""
    sign = "+" if signed else ""
    if abs(value) >= 1000:
        return f"{value:{sign},.0f}"
    return f"{value:{sign}.1f}" if abs(value) >= 10 else f"{value:{sign}.3f}"


def _held(judged: Mapping[str, Any]) -> Held:
    return Held(judged["figures"], judged["article"])


def _region(held: Held) -> dict[str, float | None]:
    return {"region_share": _plain(held.figures), "region_share_article": _plain(held.article)}


def _numbers(one: Measured) -> dict[str, Any]:
    found = one.effect
    numbers = {
        "effect": found.mean,
        "low": found.low,
        "high": found.high,
        "right": found.right,
        "ties": found.ties,
        "smallest": np.nan if one.part.role == "range" else one.smallest,
    }
    return {**{key: _plain(value) for key, value in numbers.items()}, "pairs": found.n, "unit": one.part.unit}


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def robustness(rows: Sequence[Row]) -> str:
    """Say how one claim stands between readings: robust, model-dependent or contested.

    Robust where it holds in every reading, contested where it is reversed in any; what holds in some
    and is reversed in none depends on the model. One that holds nowhere is none of the three.
    """
    if any(row.reversed for row in rows):
        return "contested"
    held = sum(row.verdict == HOLDS for row in rows)
    if held == len(rows):
        return "robust"
    return "model-dependent" if held else "holds in none"
