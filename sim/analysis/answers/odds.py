"""The odds across plausible parameters, twice: if only the article's figures are right, if the article is.

Both are of the same runs. First every case counts alike: all of them meet the figures of the autumn of
2021. Then a case counts by how surely the article's claims hold at it (see `sim.analysis.past.account`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.answers.digest import CORNERS
from sim.analysis.statistics.weights import LEAST, difference, effective, share
from sim.face import Face
from sim.model.outcomes import PATHS

if TYPE_CHECKING:
    from sim.study.results.result import Result

FIGURES = "the odds if only the article's figures are right"
ARTICLE = "the odds if the article is right"

BLOOD = "a deadly clash"


@dataclass(frozen=True)
class Odds(Face):
    """Shares of the classes, of the three ends they make up, and of runs with a deadly clash, under both.

    table : index: the classes, the ends and `a deadly clash`; columns `figures`, `article` and
        `difference` (article less figures), each with `_low` and `_high` at 95 %; NaN where unknown
    cases : cases with a run
    effective : how many equal cases those of the article are worth; NaN where nobody weighed them
    claims, missing : of so many claims no more than so many fail where the article is right
    note : why the article's column is empty, or nothing
    """

    table: pd.DataFrame
    cases: int
    effective: float
    claims: int
    missing: int
    note: str

    def record(self) -> dict[str, Any]:
        """Return it as plain data; numbers that do not exist are None."""
        rows = [
            {
                "path": name,
                **{key: float(value) if np.isfinite(value) else None for key, value in row.items()},
            }
            for name, row in self.table.to_dict("index").items()
        ]
        return {
            "figures": FIGURES,
            "article": ARTICLE,
            "cases": self.cases,
            "effective": self.effective if np.isfinite(self.effective) else None,
            "claims": self.claims,
            "missing": self.missing,
            "note": self.note,
            "odds": rows,
        }


def odds(result: Result) -> Odds | None:
    """Read a result's part across plausible parameters under both; None where it has none.

    Where the article's odds cannot be told, the note says why in plain words.
    """
    rows = result.part("plausible")
    rows = rows[rows["failure"].isna()]
    if rows.empty:
        return None
    case, where = np.unique(rows["case"].to_numpy(np.int64), return_inverse=True)
    codes = pd.Categorical(rows["path"], categories=PATHS).codes
    blood = np.bincount(where, rows["blood"].to_numpy(np.float64))
    classes = np.zeros((len(case), len(PATHS)))
    np.add.at(classes, (where, codes), 1.0)
    ends = [classes[:, [PATHS.index(one) for one in names]].sum(axis=1) for names in CORNERS.values()]
    hits = np.column_stack([classes, *ends, blood])
    runs = np.bincount(where).astype(np.float64)
    table = pd.DataFrame(index=pd.Index([*PATHS, *CORNERS, BLOOD], name="path"))
    _put(table, "figures", *(share(hits, runs, np.ones(len(case))) if len(case) > 1 else _nothing(hits)))
    known = result.weights
    weights = None if known is None else np.asarray(known.loc[case], np.float64)
    worth = float("nan") if weights is None else effective(weights)
    note = _note(result, weights, worth)
    if weights is None or note:
        _put(table, "article", *_nothing(hits))
        _put(table, "difference", *_nothing(hits))
    else:
        _put(table, "article", *share(hits, runs, weights))
        _put(table, "difference", *difference(hits, runs, weights))
    article = result.identity.get("article", {})
    return Odds(table, len(case), worth, article.get("claims", 0), article.get("missing", 0), note)


def _note(result: Result, weights: NDArray[np.float64] | None, worth: float) -> str:
    if weights is None:
        why = result.identity.get("article", {}).get("why", "the result is older than the weighing of claims")
        return f"Not known if the article is right: {why}."
    if worth < LEAST:
        more = (
            f"the {len(weights)} cases are worth {worth:.0f} where its claims hold, and {LEAST} are the least"
        )
        return f"Too few cases to say if the article is right: {more}; ask for more runs."
    return ""


def _put(table: pd.DataFrame, name: str, value: Any, low: Any, high: Any) -> None:
    table[name], table[f"{name}_low"], table[f"{name}_high"] = value, low, high


def _nothing(hits: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return (np.full(hits.shape[1], np.nan),) * 3
