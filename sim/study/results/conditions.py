"""Conditions on runs, in SQL: which runs of a result meet one, and why one is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import ResultError, nearest

if TYPE_CHECKING:
    from sim.study.results.result import Result

_SQL = ("and", "or", "not", "is", "null", "in", "between", "like", "true", "false")


def quoted(sql: str) -> str:
    """Let the column `case` be written without quotes, unless SQL's own `case … end` is in use."""
    if re.search(r"\bend\b", sql, re.IGNORECASE):
        return sql
    return re.sub(r"(?<![\"\w])case(?![\"\w])", '"case"', sql)


def said(error: Exception) -> str:
    """Return what the database says of a question, in one line."""
    return str(error).splitlines()[0]


def check(connection: Any, condition: str, source: str, known: Iterable[str]) -> None:
    """Refuse a condition that does not stand by itself, before anything is read.

    Parameters
    ----------
    connection
        To a database that holds `source`.
    source
        What the condition is about, as it stands behind `from`.
    known
        Columns it may name.

    Raises
    ------
    ResultError
        Saying what is not understood, with the nearest name.
    """
    import duckdb

    try:
        connection.execute(f"select ({quoted(condition)}) from {source} limit 0")
        connection.execute(f"select 1 from {source} where {quoted(condition)} limit 0")
    except duckdb.Error as error:
        names = list(known)
        words = re.findall(r"[a-z_][a-z0-9_]*", condition)
        strange = [one for one in words if one not in (*names, *_SQL)]
        near = nearest(strange[0], names) if strange else ""
        raise ResultError(
            f"--given {condition!r}: expected a condition on the columns of outcomes, like "
            f"'first_escalation_3 < 60 and first_rapprochement_3 is null'; {said(error)}{near}"
        ) from None


def given(result: Result, condition: str) -> Result:
    """Return an ensemble of the runs that meet a condition, with the weekly values of those.

    Values that vary across plausible parameters may be named; at the defaults they are the scenario's.
    The runs under other readings are none of these, so that table is empty.

    Raises
    ------
    ResultError
        The condition is not understood, or no run meets it.
    """
    import duckdb

    from sim.study.ensemble.readings import none

    runs = _with_values(result)
    with duckdb.connect(":memory:") as connection:
        connection.register("runs", runs)
        # The table above is all that a condition may reach.
        connection.execute("set enable_external_access=false; set lock_configuration=true")
        check(connection, condition, "runs", runs.columns)
        asked = f'select "case", replicate from runs where ({quoted(condition)})'
        try:
            met = pd.MultiIndex.from_frame(connection.execute(asked).df())
        except duckdb.Error as error:
            raise ResultError(f"--given {condition!r}: {said(error)}") from None
    if not len(met):
        raise ResultError(f"--given {condition!r}: none of {len(runs):,} runs meets it")
    tables: dict[str, Any] = {
        name: frame[pd.MultiIndex.from_frame(frame[["case", "replicate"]]).isin(met)].reset_index(drop=True)
        for name, frame in (("outcomes", result.outcomes), ("changes", result.changes))
    }
    both = condition if result.condition is None else f"({result.condition}) and ({condition})"
    quantiles, kept = _weekly(result, tables["outcomes"])
    return replace(
        result, **tables, quantiles=quantiles, readings=none(), condition=both, _spec=result.spec, _kept=kept
    )


def _weekly(result: Result, outcomes: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.float64] | None]:
    """Return the quantiles of these runs by week, and the weekly values of those at the defaults.

    They are run again; by other source they might be other runs, so then there are none.
    """
    from sim.model.registry import load
    from sim.study import tables
    from sim.study.ensemble.blocks import KEPT, charted, weekly
    from sim.study.identity import source_hash

    same = result.identity["source"] == source_hash()
    charts = charted(load())
    values: dict[str, NDArray[np.float64]] = {}
    for part in tables.PARTS if result.identity["plausible"] else tables.PARTS[:1]:
        mine = outcomes.loc[outcomes["part"] == part, "replicate"].to_numpy()
        values[part] = (
            weekly(result.spec, runs=result.runs, seed=result.seed, part=part)[mine[mine < KEPT]]
            if same
            else np.zeros((0, result.spec.weeks + 1, len(charts)))
        )
    frames = [tables.quantiles(part, kept, charts) for part, kept in values.items()]
    return pd.concat(frames, ignore_index=True), values["defaults"] if same else None


def _with_values(result: Result) -> pd.DataFrame:
    """Return the outcomes with what varies from case to case beside them; of one name, the outcome counts."""
    from sim.model.registry import load
    from sim.scenario.plan import plan

    names = [one for one in result.design.columns if one != "case"]
    model = load()
    ready = plan(result.spec, model)
    own = dict(zip([*model.parameters, *model.world], [*ready.parameters, *ready.world], strict=True))
    design = pd.concat(
        [pd.DataFrame({"case": [0], **{name: [float(own[name])] for name in names}}), result.design],
        ignore_index=True,
    )
    return result.outcomes.astype({"path": "string", "part": "string"}).merge(
        design, on="case", how="left", suffixes=("", "_at_first")
    )
