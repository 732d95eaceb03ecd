"""Small experiments as data."""

from __future__ import annotations

from typing import Any

THINNED = {
    "events": [
        {"name": "base thinned out", "on": "2021-09-06", "change": {"russian_guarantee": {"multiply": 0.5}}}
    ]
}


def experiment(method: str = "lhs", **changes: Any) -> dict[str, Any]:
    """A small experiment of one method, with some keys in place of its own."""
    designs: dict[str, dict[str, Any]] = {
        "lhs": {"size": 8},
        "sobol": {"size": 8},
        "saltelli": {"size": 4},
        "morris": {"size": 3},
        "grid": {"levels": 3},
    }
    made: dict[str, Any] = {
        "panj": 1,
        "title": "Small",
        "weeks": 20,
        "citizens": 0,
        "design": {"method": method, **designs[method]},
        "replicates": 3,
        "block": 10,
        "uncertainties": {
            "russian_guarantee": {"uniform": [0, 1]},
            "hardship_growth": {"triangular": [0, 0.002, 0.01]},
            "reading": ["as_read", "sincere"],
        },
        "levers": {"guarantee": {"kept": {}, "thinned": THINNED}},
    }
    return {**made, **changes}
