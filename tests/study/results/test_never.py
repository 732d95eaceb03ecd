"""A first week that never came: what people write without thinking about it is right, in every tool."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.model.outcomes import PATHS

#: Week by which a first clash is asked for.
SOON = 20


@pytest.fixture(scope="module")
def result() -> sim.Result:
    return sim.run(sim.load_scenario("baseline").replace(weeks=60, citizens=0), runs=120, seed=1)


@pytest.fixture(scope="module")
def folder(result: sim.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("never")
    result.save(place / "made")
    for form in ("csv", "parquet", "netcdf"):
        sim.export(place / "made", form, place / "tables")
    return place / "tables"


@pytest.fixture(scope="module")
def truth(result: sim.Result) -> dict[str, float]:
    """Counted from the changes of rung, which know nothing of first weeks."""
    up = result.changes[(result.changes["ladder"] == "escalation") & (result.changes["to"] >= 3)]
    first = up.groupby("replicate")["week"].min()
    soon, ever, runs = int((first <= SOON).sum()), len(first), len(result.outcomes)
    assert 0 < soon < ever < runs
    return {
        "soon": soon / runs,
        "later or never": 1 - soon / runs,
        "never": 1 - ever / runs,
        "ever": ever / runs,
        "rest": runs - soon,
        "mean of those": float(first.mean()),
    }


def test_pandas(result: sim.Result, truth: dict[str, float]) -> None:
    o = result.outcomes
    assert (o.first_escalation_3 <= SOON).mean() == pytest.approx(truth["soon"])
    assert (o.first_escalation_3 > SOON).mean() == pytest.approx(truth["later or never"])
    assert len(o[~(o.first_escalation_3 <= SOON)]) == truth["rest"]
    assert np.isinf(o.first_escalation_3).mean() == pytest.approx(truth["never"])
    assert o.first_escalation_3.mean() == np.inf
    assert o.first_escalation_3[o.first_escalation_3 < np.inf].mean() == pytest.approx(truth["mean of those"])
    assert o.first_escalation_3.isna().sum() == 0


@pytest.mark.parametrize("end", ["parquet", "csv"])
def test_pandas_reads_it_back(folder: Path, truth: dict[str, float], end: str) -> None:
    path = folder / f"outcomes.{end}"
    # By itself pandas 2 reads a number too large for a double as text.
    reader = {"engine": "pyarrow"} if pd.__version__ < "3" else {}
    o = pd.read_parquet(path) if end == "parquet" else pd.read_csv(path, **reader)
    assert (o.first_escalation_3 <= SOON).mean() == pytest.approx(truth["soon"])
    assert len(o[~(o.first_escalation_3 <= SOON)]) == truth["rest"]
    assert o.query(f"first_escalation_3 > {SOON}").shape[0] == truth["rest"]


@pytest.mark.parametrize("end", ["parquet", "csv"])
def test_duckdb(folder: Path, truth: dict[str, float], end: str) -> None:
    import duckdb

    def ask(what: str) -> float:
        ((found,),) = duckdb.sql(f"select {what} from '{folder / f'outcomes.{end}'}'").fetchall()
        return float(found)

    week = "first_escalation_3"
    assert ask(f"avg(({week} <= {SOON})::int)") == pytest.approx(truth["soon"])
    assert ask(f"avg(({week} > {SOON})::int)") == pytest.approx(truth["later or never"])
    assert ask(f"count(*) filter (where not {week} <= {SOON})") == truth["rest"]
    assert ask(f"avg(isinf({week})::int)") == pytest.approx(truth["never"])


@pytest.mark.parametrize("end", ["parquet", "csv"])
def test_polars(folder: Path, truth: dict[str, float], end: str) -> None:
    pl = pytest.importorskip("polars")
    o = getattr(pl, f"read_{end}")(folder / f"outcomes.{end}")
    week = pl.col("first_escalation_3")
    assert o.select((week <= SOON).mean()).item() == pytest.approx(truth["soon"])
    assert o.filter(~(week <= SOON)).height == truth["rest"]
    assert o.filter(week > SOON).height == truth["rest"]
    assert o.select(week.is_infinite().mean()).item() == pytest.approx(truth["never"])


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r(folder: Path, truth: dict[str, float]) -> None:
    script = (
        f"o <- read.csv('{folder / 'outcomes.csv'}'); w <- o$first_escalation_3; "
        f"cat(mean(w <= {SOON}), mean(w > {SOON}), nrow(o[!(w <= {SOON}), ]), mean(is.infinite(w)))"
    )
    said = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=True).stdout
    wanted = [truth[name] for name in ("soon", "later or never", "rest", "never")]
    assert [float(one) for one in said.split()] == pytest.approx(wanted, rel=1e-4)


def test_xarray(folder: Path, truth: dict[str, float]) -> None:
    import xarray as xr

    with xr.open_dataset(folder / "outcomes.nc", engine="scipy") as made:
        week = made["first_escalation_3"]
        assert float((week <= SOON).mean()) == pytest.approx(truth["soon"])
        assert float((week > SOON).mean()) == pytest.approx(truth["later or never"])


def test_conditions(result: sim.Result, truth: dict[str, float]) -> None:
    runs = len(result.outcomes)

    def share(condition: str) -> float:
        return len(result.given(condition).outcomes) / runs

    assert share(f"first_escalation_3 <= {SOON}") == pytest.approx(truth["soon"])
    assert share(f"not first_escalation_3 <= {SOON}") == pytest.approx(truth["later or never"])
    assert share("first_escalation_3 = never") == pytest.approx(truth["never"])
    assert share("first_escalation_3 < never") == pytest.approx(truth["ever"])
    # As conditions were written when never was a missing value.
    assert share("first_escalation_3 is null") == pytest.approx(truth["never"])
    assert share("first_escalation_3 is not null") == pytest.approx(truth["ever"])


def test_outcomes_are_of_one_population(result: sim.Result, folder: Path) -> None:
    from sim.analysis.answers.shares import shares as told
    from sim.analysis.runs import PLAUSIBLE, view

    page = told(view(result))
    shares = page[(page["group"] == PLAUSIBLE) & page["path"].isin(PATHS)].set_index("path")["share"]
    natural = result.outcomes.path.value_counts(normalize=True)
    assert natural.to_dict() == pytest.approx(shares.to_dict())
    asked = result.query("select path, count(*) / sum(count(*)) over () as share from outcomes group by path")
    assert asked.set_index("path")["share"].to_dict() == pytest.approx(shares[shares > 0].to_dict())
    for name, part in (("outcomes", "plausible"), ("outcomes_at_defaults", "defaults")):
        stored = pd.read_csv(folder / f"{name}.csv")
        assert set(stored["part"]) == {part}
        assert len(stored) == result.runs
    # In time, too: what is joined to outcomes is of the same runs.
    assert set(result.changes["case"]) <= set(result.outcomes["case"])
