"""The numbers behind a picture as CSV, with a header that says what they are."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.answers import by_group, distributions, null
from sim.analysis.statistics import intervals
from sim.model.outcomes import ESCALATION, RAPPROCHEMENT

if TYPE_CHECKING:
    from sim.study.results.result import Result


def text(frame: pd.DataFrame, about: Sequence[tuple[str, str]]) -> str:
    """Return a table as CSV under lines of `# key: value`.

    A cell that a spreadsheet would take for a formula is led by an apostrophe.
    """
    sink = io.StringIO()
    for key, value in about:
        sink.write(f"# {key}: {' '.join(value.split())}\n")
    plain = frame.copy()
    for name in plain:
        if not pd.api.types.is_numeric_dtype(plain[name]):
            plain[name] = plain[name].astype(object).where(plain[name].notna(), "").map(str).map(_tame)
    plain.to_csv(sink, index=False, lineterminator="\n", float_format="%.10g")
    return sink.getvalue()


def _tame(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def of_ensemble(result: Result, kind: str) -> tuple[pd.DataFrame, str, str]:
    """Return the numbers behind a picture of an ensemble, their unit, and what the intervals are."""
    defaults = result.part("defaults")
    if kind == "paths":
        table = distributions.shares(defaults).reset_index().assign(part="defaults")
        frames = [table]
        if len(result.design):
            wide = distributions.spread(result.part("plausible")).reset_index().assign(part="plausible")
            frames.append(wide)
        words = "low, high: 95 % Wilson at the defaults, of the pooled share where plausible; "
        words += "case_low, case_high: 5 and 95 % of cases"
        return pd.concat(frames, ignore_index=True), "share of runs", words
    if kind == "orders":
        return orders(result), "share of runs", "low, high: 95 % Wilson; runs of a case counted as alike"
    if kind == "null":
        words = "low, high: 95 %; change_low, change_high: 95 % of null model less model, pair by pair"
        return null.of_result(result), "share of runs", words
    if kind == "joint":
        return _joint(defaults), "share of runs", "low, high: 95 % Wilson"
    if kind == "ladders":
        frames = []
        for which, name in enumerate(("escalation", "rapprochement")):
            shares = distributions.occupancy(result.ladders["defaults"][:, :, which])
            frame = pd.DataFrame(shares.T, columns=[f"rung_{rung}" for rung in range(6)])
            frame.insert(0, "week", np.arange(len(frame)))
            frame.insert(0, "ladder", name)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True), "share of runs on the rung", "none"
    if kind == "fan":
        return (
            result.quantiles.copy(),
            "unit of the variable (panj rules --world)",
            "quantiles over runs, 5 to 95 %",
        )
    frames = []
    for part in ("defaults", "plausible") if len(result.design) else ("defaults",):
        for name, column in (("clash", "first_escalation_3"), ("talks", "first_rapprochement_3")):
            frame = distributions.incidence(result.part(part), column, result.spec.weeks).reset_index()
            if part == "plausible":
                frame[["low", "high"]] = np.nan  # runs of a case are alike, so theirs would be too narrow
            frames.append(frame.assign(event=name, part=part))
    words = "low, high: pointwise 95 % Wilson at the defaults"
    return pd.concat(frames, ignore_index=True), "share of runs", words


def _joint(defaults: pd.DataFrame) -> pd.DataFrame:
    n = len(distributions.sound(defaults))
    rows = [
        (when, ESCALATION[up], RAPPROCHEMENT[close], share)
        for when in ("peak", "final")
        for (up, close), share in np.ndenumerate(distributions.joint(defaults, when))
    ]
    table = pd.DataFrame(rows, columns=["rungs", "escalation", "rapprochement", "share"])
    low, high = distributions.wilson(table["share"] * n, np.full(len(table), n))
    return table.assign(low=low, high=high, runs=n)


def orders(result: Result) -> pd.DataFrame:
    """Return shares of classes tried in each order: `group` (the part), `order`, `path`, `share` …."""
    frames = []
    for part, words in (("defaults", "at the defaults"), ("plausible", "across plausible parameters")):
        rows = distributions.sound(result.part(part))
        unit = rows["case" if part == "plausible" else "replicate"].to_numpy(np.int64)
        ways = intervals.ways(unit, rows["replicate"].to_numpy(np.int64), sampled=True, shared=False)
        for name, order in distributions.ORDERS.items():
            code = distributions.reorder(rows["fits"].to_numpy(np.int64), order)
            found = intervals.score([intervals.tally(by_group.flags(code), way) for way in ways])
            frames.append(
                pd.DataFrame(
                    {
                        "group": words,
                        "order": name,
                        "path": by_group.SHOWN,
                        "share": found.value,
                        "low": found.low,
                        "high": found.high,
                        "runs": len(rows),
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)
