"""What `panj status` says of a search that is not through."""

from __future__ import annotations

from typing import Any

from rich.console import RenderableType

from sim.study.search.record import Record
from sim.views.terminal import facts


def record_of(record: Record) -> dict[str, Any]:
    """Return how far a search is, for machines."""
    search = record.experiment.search
    assert search is not None
    return {
        "folder": str(record.folder.parent),
        "title": record.experiment.title,
        "hash": record.hash,
        "wanted": search.evaluations * search.seeds,
        "judged": sum(seed < search.seeds for seed, _ in record.rows),
        "failed": sum(bool(one.failure) for one in record.rows.values()),
        "complete": False,
    }


def status(record: Record) -> RenderableType:
    """Return how far a search is, for readers."""
    told = record_of(record)
    grid = facts()
    grid.add_row("search", f"{told['title']}, {told['hash'][:16]}")
    grid.add_row("judged", f"{told['judged']:,} of {told['wanted']:,} candidates")
    grid.add_row("failed", f"{told['failed']:,} candidates")
    grid.add_row("left", "the rest, and the front on fresh cases; the sweep's command carries on")
    return grid
