"""Shares and their two kinds of uncertainty against known answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.answers import over_time, shares
from sim.analysis.answers.quantities import quantities
from sim.analysis.runs import DEFAULTS, Runs
from sim.analysis.statistics.intervals import wilson
from sim.model.outcomes import PATHS


def runs(weeks: int = 5, **columns: Any) -> Any:
    """Runs with these columns, each its own case unless told; others as in a quiet run."""
    n = max(len(values) for values in columns.values())
    table = {
        "case": [0] * n,
        "path": ["cold peace"] * n,
        "fits": [128] * n,
        "blood": [False] * n,
        "peak_escalation": [1] * n,
        "final_escalation": [1] * n,
        "peak_rapprochement": [0] * n,
        "final_rapprochement": [0] * n,
        "first_escalation_3": [None] * n,
        "first_rapprochement_3": [None] * n,
        "incidents": [0] * n,
        "clashes": [0] * n,
        "deaths": [0] * n,
        "refugees_hosted": [0.0] * n,
        "approval": [0.5] * n,
        "power_debt": [0.0] * n,
        "failure": [None] * n,
    }
    made = pd.DataFrame({**table, **columns})
    firsts = ["first_escalation_3", "first_rapprochement_3"]
    made = made.astype(dict.fromkeys(firsts, "Int64") | {"blood": "boolean", "failure": "string"})
    cases = int(made["case"].max()) + 1
    view = Runs(made.assign(replicate=np.arange(n)), pd.DataFrame(index=range(cases)), np.arange(cases))
    view.weeks = weeks
    return view


def by_path(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table by class."""
    return table.set_index("path")


# Shares


def test_shares_by_class_and_blood() -> None:
    paths = ["war", "war", "clashes", "cold peace", "cold peace"]
    table = by_path(shares.shares(runs(path=paths, blood=[True, True, True, False, True])))
    assert list(table.index) == list(shares.SHOWN)
    assert table["share"][list(PATHS)].sum() == pytest.approx(1)
    assert table.loc["war", ["share", "blood"]].tolist() == [0.4, 0.4]
    assert table.loc["cold peace", ["share", "blood"]].tolist() == [0.4, 0.2]
    assert table.loc["clashes or worse", ["share", "blood"]].tolist() == [0.6, 0.6]
    assert tuple(table.loc["war", ["low", "high"]]) == tuple(map(float, wilson(2, 5)))
    assert (table["group"] == DEFAULTS).all()


def test_failed_runs_are_left_out() -> None:
    failure = [None, "week 3: tension", None]
    table = by_path(shares.shares(runs(path=["war", None, "cold peace"], failure=failure)))
    assert table.loc["war", "share"] == 0.5
    assert (table["runs"] == 2).all()


def test_nothing_but_failures_gives_no_numbers() -> None:
    failed = runs(path=[None, None], failure=["week 1: x", "week 2: y"])
    for table in (shares.shares(failed), shares.orders(failed), shares.joint(failed)):
        assert table.empty
    assert over_time.incidence(failed, failed.groups(), "first_escalation_3").empty
    assert quantities(failed)["median"].isna().all()


def test_each_case_has_a_share_of_its_own() -> None:
    paths = ["war"] * 5 + ["cold peace"] * 5
    table = by_path(shares.shares(runs(case=[0] * 5 + [1] * 5, path=paths, blood=[True] * 5 + [False] * 5)))
    assert table.loc["war", "share"] == table.loc["war", "blood"] == 0.5
    assert table.loc["war", "case_high"] - table.loc["war", "case_low"] > 0.95
    assert table.loc["clashes", ["share", "case_low", "case_high"]].tolist() == [0, 0, 0]


# Other orders


def bits(*names: str) -> int:
    return sum(1 << PATHS.index(name) for name in (*names, "cold peace"))


def test_orders_name_every_class_and_end_with_what_always_fits() -> None:
    for order in shares.ORDERS.values():
        assert sorted(order) == sorted(PATHS)
        assert order[-1] == "cold peace"
    assert shares.ORDERS["worst first"] == PATHS


def test_the_first_that_fits_names_the_class() -> None:
    fits = [
        bits("war", "rapprochement"),
        bits("clashes", "armed standoff"),
        bits("fight and talk", "fighting"),
        bits(),
    ]
    named = {name: [PATHS[k] for k in shares.reorder(fits, order)] for name, order in shares.ORDERS.items()}
    assert named["worst first"] == ["war", "clashes", "fighting", "cold peace"]
    assert named["best first"] == ["rapprochement", "armed standoff", "fight and talk", "cold peace"]
    assert named["talk first"] == ["rapprochement", "clashes", "fight and talk", "cold peace"]


def test_shares_under_other_orders() -> None:
    rows = shares.orders(runs(fits=[bits("war", "rapprochement")] * 3 + [bits()]))
    table = rows.pivot(index="path", columns="order", values="share").loc[list(PATHS)]
    assert table.loc["war", "worst first"] == 0.75
    assert table.loc["rapprochement", "best first"] == 0.75
    assert (table.sum() == 1).all()


def test_an_order_that_forgets_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="names each"):
        shares.reorder([128], PATHS[1:])


# Ladders, quantities, first times


def test_the_joint_table() -> None:
    table = shares.joint(
        runs(peak_escalation=[3, 3, 5], peak_rapprochement=[2, 2, 0], final_escalation=[1, 1, 0])
    )
    peak, final = (shares.grid(table[table["rungs"] == when]) for when in ("peak", "final"))
    assert peak.shape == (6, 6)
    assert peak[3, 2] == pytest.approx(2 / 3)
    assert peak[5, 0] == pytest.approx(1 / 3)
    assert final[1, 0] == pytest.approx(2 / 3)
    assert peak.sum() == final.sum() == pytest.approx(1)


def test_quantities_speak_of_the_runs_that_have_them() -> None:
    rows = quantities(runs(first_escalation_3=[10, 20, 30, None], power_debt=[1e6, 2e6, 3e6, 4e6]))
    table = rows.set_index("name")
    assert table.loc["first_escalation_3", ["reached", "median"]].tolist() == [0.75, 20]
    assert table.loc["power_debt", ["reached", "median", "unit"]].tolist() == [1, 2.5, "million USD"]
    assert table.loc["first_rapprochement_3", "reached"] == 0
    assert np.isnan(table.loc["first_rapprochement_3", "median"])


def test_incidence_with_runs_censored_at_the_horizon() -> None:
    some = runs(first_escalation_3=[2, 2, 4, None])
    table = over_time.incidence(some, some.groups(), "first_escalation_3")
    assert table["share"].tolist() == [0, 0, 0.5, 0.5, 0.75, 0.75]
    assert table["waiting"].tolist() == [4, 4, 2, 2, 1, 1]
    assert (table["low"] <= table["share"]).all()
    assert (table["share"] <= table["high"]).all()


def test_occupancy_leaves_failed_runs_out() -> None:
    share = over_time.occupancy(np.array([[0, 1, 2], [0, 1, 1], [0, -1, -1]], np.int8))
    assert share[0].tolist() == [1, 0, 0]
    assert share[1].tolist() == [0, 1, 0.5]
    assert share.sum(axis=0).tolist() == [1, 1, 1]
