"""Claims under every reading of the article: robust, model-dependent, contested."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.analysis.article.claims import Claims, claims, robustness
from sim.analysis.article.declared import CLAIMS
from sim.scenario.catalogue import reading_names
from sim.scenario.readings import Reading, reading


@dataclass(frozen=True)
class Matrix:
    """Verdicts by claim and reading.

    by_reading : what came of the claims under each reading, in the readings' order
    """

    by_reading: Mapping[str, Claims]

    @property
    def standing(self) -> dict[str, str]:
        """By claim: robust, model-dependent, contested, or holds in none."""
        first = next(iter(self.by_reading.values()))
        return {
            row.id: robustness([found[row.id] for found in self.by_reading.values()]) for row in first.rows
        }

    def record(self) -> list[dict[str, Any]]:
        """Return one plain mapping a claim: its verdict and deciding effect under each reading."""
        first = next(iter(self.by_reading.values()))
        rows = []
        for row in first.rows:
            cells = {}
            for name, found in self.by_reading.items():
                told = found[row.id].record()
                cells[name] = {key: told[key] for key in ("verdict", "effect", "low", "high", "unit")}
            rows.append(
                {
                    "id": row.id,
                    "paragraphs": list(row.paragraphs),
                    "claim": row.claim,
                    "standing": self.standing[row.id],
                    "readings": cells,
                }
            )
        return rows

    def markdown(self) -> str:
        """Return the matrix as a table for a page of the documentation."""
        names = list(self.by_reading)
        lines = [f"| id | claim | {' | '.join(names)} | standing |", "|" + " --- |" * (len(names) + 3)]
        for row in self.record():
            cells = [row["readings"][name]["verdict"] for name in names]
            lines.append(f"| {row['id']} | {row['claim']} | {' | '.join(cells)} | **{row['standing']}** |")
        return "\n".join(lines)


def distinct(names: Sequence[str]) -> dict[str, str]:
    """Return by reading the first of the readings that comes to the same model as it."""
    from sim.analysis.article.arms import Bench

    seen: dict[bytes, str] = {}
    return {name: seen.setdefault(Bench(name).base.tobytes(), name) for name in names}


def readings() -> tuple[Reading, ...]:
    """Return the shipped readings, as read first."""
    return tuple(reading(name) for name in ordered(reading_names()))


def ordered(names: Sequence[str]) -> list[str]:
    """Put the plain reading first."""
    return sorted(names, key=lambda name: (name != "as_read", name))


def claims_by_reading(
    runs: int = 400,
    seed: int = 0,
    *,
    names: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Matrix:
    """Check the claims under every reading, on the same randomness.

    Parameters
    ----------
    runs, seed, only, threads, progress
        As for `sim.analysis.article.claims.claims`.
    names
        Readings (default: all that are shipped). Readings that come to the same model run once.
    """
    chosen = ordered(reading_names()) if names is None else list(names)
    same = distinct(chosen)
    found: dict[str, Claims] = {}
    for name in chosen:
        if same[name] != name:
            found[name] = found[same[name]]
            if progress is not None:
                progress(len(only) if only is not None else len(CLAIMS))
            continue
        found[name] = claims(
            runs, seed, reading=name, only=only, ablate=False, threads=threads, progress=progress
        )
    return Matrix(found)
