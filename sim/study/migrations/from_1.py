"""From format 1 to 2: never is infinite, the defaults lie apart, and two rungs of contact change places.

In format 1 a first week that never came was missing, as in a failed run, and the tables of an ensemble held
both parts. Official talks were rung 2 of rapprochement and working ties rung 3; since then it is the other
way round, so rungs are given the numbers that their names have now. Weekly values of the variable itself
keep theirs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

FIRSTS = tuple(f"first_{ladder}_{rung}" for ladder in ("escalation", "rapprochement") for rung in range(1, 6))
#: Rungs of rapprochement by what they were called; -1 is where a run failed.
RUNG = {-1: -1, 0: 0, 1: 1, 2: 3, 3: 2, 4: 4, 5: 5}


def tables(found: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables of format 1, outcomes and changes of the same runs, as those of format 2."""
    changes = _renumbered(found["changes"])
    outcomes = _ladder(_never(found["outcomes"]), changes)
    split = {"outcomes": outcomes, "changes": changes}
    if "part" in outcomes and (outcomes["part"] == "plausible").any():
        for name, frame in list(split.items()):
            own = frame["case"] == 0
            split[f"{name}_at_defaults"] = frame[own].reset_index(drop=True)
            split[name] = frame[~own].reset_index(drop=True)
    return {**found, **split}


def _never(outcomes: pd.DataFrame) -> pd.DataFrame:
    failed = outcomes["failure"].notna().to_numpy()
    made = {}
    for name in FIRSTS:
        week = outcomes[name].to_numpy(np.float64, na_value=np.nan)
        made[name] = pd.arrays.FloatingArray(np.where(np.isnan(week), np.inf, week), failed)
    return outcomes.assign(**made)


def _renumbered(changes: pd.DataFrame) -> pd.DataFrame:
    close = changes["ladder"] == "rapprochement"
    made = {
        name: changes[name].where(~close, changes[name].map(RUNG)).astype(changes[name].dtype)
        for name in ("from", "to")
    }
    return changes.assign(**made)


def _ladder(outcomes: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Return outcomes whose rungs of rapprochement are those that the renumbered changes come to."""
    moved = changes[changes["ladder"] == "rapprochement"]
    runs = pd.MultiIndex.from_frame(outcomes[["case", "replicate"]])
    sound = outcomes["failure"].isna().to_numpy()

    def by_run(rows: pd.DataFrame, column: str, how: str, otherwise: float) -> np.ndarray:
        found = rows.groupby(["case", "replicate"])[column].agg(how)
        return found.reindex(runs).fillna(otherwise).to_numpy(np.float64)

    peak = by_run(moved, "to", "max", 0.0)
    final = outcomes["final_rapprochement"].map(RUNG, na_action="ignore").astype("Int64")
    made = {
        "peak_rapprochement": pd.array(np.where(sound, np.maximum(peak, 0.0), np.nan)).astype("Int64"),
        "final_rapprochement": final,
    }
    for rung in range(1, 6):
        week = by_run(moved[moved["to"] >= rung], "week", "min", np.inf)
        made[f"first_rapprochement_{rung}"] = pd.arrays.FloatingArray(week, ~sound)
    return outcomes.assign(**made)
