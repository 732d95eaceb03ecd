"""Digests of what the model yields, column by column, and the file that records them.

`python -m tests.known_figures` writes the file anew and says which columns moved.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np

from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.loading import load_scenario
from sim.scenario.plan import plan

FILE = Path(__file__).with_suffix(".json")

#: Scenario and citizens of the runs on record.
CASES = (("baseline", 0), ("baseline", 60), ("massacre_north", 0), ("null_model", 7))
RUNS, SEED = 24, 7
WEEKLY = ("tension", "approval")


def name(scenario: str, citizens: int) -> str:
    """Return what a case is called in the file."""
    return f"{scenario}, {citizens} citizens"


def digests(scenario: str, citizens: int) -> dict[str, str]:
    """Return the digest of every outcome, both ladders and some weekly values of 24 runs.

    The same on every version of Python and NumPy and on every processor.
    """
    ready = plan(load_scenario(scenario).replace(citizens=citizens), load())
    block = simulate(ready, SEED, np.arange(RUNS), keep=WEEKLY)
    columns = {one: block.outcomes[one] for one in block.outcomes.dtype.names}
    columns |= {f"weekly {one}": block.kept[:, :, k] for k, one in enumerate(WEEKLY)}
    columns |= {
        f"weekly {one}": block.ladders[:, :, k] for k, one in enumerate(("escalation", "rapprochement"))
    }
    return {one: _digest(np.asarray(values, np.float64)) for one, values in columns.items()}


def _digest(values: np.ndarray) -> str:
    bits = np.where(np.isnan(values), -1.0, values).tobytes()  # those of a NaN are the processor's
    return hashlib.blake2b(bits, digest_size=8).hexdigest()


def recorded() -> dict[str, dict[str, str]]:
    """Return the digests on record, by case and column."""
    found: dict[str, dict[str, str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> None:
    """Record the figures of today and say what moved."""
    before = recorded() if FILE.is_file() else {}
    made = {name(*case): digests(*case) for case in CASES}
    FILE.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    for case, columns in made.items():
        old = before.get(case, {})
        moved = [one for one, digest in columns.items() if old.get(one, digest) != digest]
        new = [one for one in columns if one not in old]
        print(f"{case}: moved {', '.join(moved) or 'nothing'}" + (f"; new {', '.join(new)}" if new else ""))


if __name__ == "__main__":
    main()
