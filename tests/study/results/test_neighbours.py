"""Results in the hands of other tools: EMA Workbench, SALib, xarray, Parquet, CSV."""

from __future__ import annotations

import inspect
import json
import re
import shutil
import subprocess
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

import sim
from sim.model.outcomes import OUTCOMES, PATHS
from sim.model.registry import load
from sim.study.columns import columns
from sim.study.results.export import netcdf
from sim.study.results.study import Study
from sim.study.tables import FIRSTS
from tests.faults.studies import Quick
from tests.study.sweeps import THINNED, experiment

xarray = pytest.importorskip("xarray")

LAST = experiment()["weeks"]
GUARANTEE = {"kept": {}, "thinned": THINNED}
CHOSEN = ", a condition or lever"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    made = experiment(design={"method": "lhs", "size": 32}, block=None)
    return sim.sweep(made, tmp_path_factory.mktemp("neighbours") / "study", threads=1, disk=Quick())


# EMA Workbench


def test_experiments_are_the_frame_of_ema(study: Study) -> None:
    experiments, outcomes = study.to_ema()
    varied = [*study.experiment.laws, *study.experiment.levers]
    assert experiments.columns.tolist() == [*varied, "scenario", "policy", "model"]
    index = experiments[["scenario", "policy", "model"]]
    assert all(isinstance(kind, pd.CategoricalDtype) for kind in index.dtypes)
    assert experiments["scenario"].cat.categories.dtype.kind == "i"
    assert not index.duplicated().any()
    assert experiments.groupby("scenario", observed=True)["russian_guarantee"].nunique().max() == 1
    assert len(experiments["scenario"].cat.categories) == 32 * 3
    assert all(values.dtype == np.float64 and np.isfinite(values).all() for values in outcomes.values())
    assert set(outcomes) == {*OUTCOMES, *(f"path: {one}" for one in PATHS)} - {"path", "fits"}
    shares = [outcomes[f"path: {one}"].mean() for one in PATHS]
    assert np.allclose(shares, [(study.outcomes["path"] == one).mean() for one in PATHS])


def test_a_first_week_that_never_came_is_later_than_any(study: Study) -> None:
    _, outcomes = study.to_ema()
    never = {name: np.isinf(study.outcomes[name].to_numpy()) for name in FIRSTS}
    assert any(one.any() for one in never.values())
    for name, rows in never.items():
        assert (outcomes[name][rows] == LAST + 1).all()
        assert (outcomes[name][~rows] <= LAST).all()


def test_a_name_that_ema_keeps_for_itself(tmp_path: Path) -> None:
    made = experiment(levers={"policy": GUARANTEE}, design={"method": "lhs", "size": 4}, block=None)
    experiments, _ = sim.sweep(made, tmp_path / "study", threads=1, disk=Quick()).to_ema()
    assert experiments["policy_varied"].astype(str).equals(experiments["policy"].astype(str))


def test_analyses_of_ema(study: Study, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("ema_workbench")
        from ema_workbench.analysis import (
            cart,
            clusterer,
            feature_scoring,
            pairs_plotting,
            prim,
            regional_sa,
        )

        experiments, outcomes = study.to_ema()
        approval = outcomes["approval"]
        low = approval < np.median(approval)
        varied = {*study.experiment.laws, *study.experiment.levers}
        # EMA 2.5 demands a threshold, EMA 3 has none.
        asked = {"threshold": 0.5} if "threshold" in inspect.signature(prim.Prim).parameters else {}
        box = prim.Prim(experiments, low, peel_alpha=0.1, **asked).find_box()
        assert set(box.box_lims[-1].columns) == varied | {"policy"}
        tree = cart.CART(experiments, low.astype(int), mass_min=0.1)
        tree.build_tree()
        assert tree.boxes
        scores = feature_scoring.get_feature_scores_all(experiments, outcomes)
        assert set(scores.columns) == set(outcomes)
        assert np.isfinite(scores.to_numpy(float)).all()
        assert regional_sa.plot_cdfs(experiments, low).axes
        few = {name: outcomes[name] for name in ("approval", "deaths")}
        assert pairs_plotting.pairs_scatter(experiments, few, group_by="policy", legend=False)
        plt.close("all")
        courses = _courses(tmp_path)
        alike = clusterer.apply_agglomerative_clustering(clusterer.calculate_cid(courses), 3)
        assert len(alike) == len(courses)
        assert len(set(alike)) == 3


def _courses(folder: Path) -> NDArray[np.float64]:
    """Return the weekly tension of some runs, a row each, as a clusterer takes it."""
    made = experiment(levers={}, block=None, trajectories={"variables": ["tension"], "keep": "full"})
    weekly = sim.sweep(made, folder / "weekly", threads=1, disk=Quick()).trajectories
    return weekly.pivot(index=["case", "replicate"], columns="week", values="tension").to_numpy(float)


# SALib


@pytest.mark.parametrize("method", ["saltelli", "morris"])
def test_salib_in_units_of_the_model_finds_what_it_finds_in_shares(method: str, tmp_path: Path) -> None:
    from SALib.analyze import morris, sobol

    made = experiment(
        method,
        levers={},
        block=None,
        uncertainties={
            "russian_guarantee": {"uniform": [0.2, 0.8]},
            "hardship_growth": {"log-uniform": [0.0001, 0.01]},
            "solidarity": {"discrete": [0.1, 0.5, 0.9]},
            "reading": ["as_read", "sincere"],
        },
    )
    study = sim.sweep(made, tmp_path / "study", threads=1, disk=Quick())
    taken, shares = study.to_salib("approval"), study.setup.base.shares
    low, high = np.array(taken.problem["bounds"]).T
    assert low.tolist() == [0.2, 0.0001, 0.1, 0]
    assert high.tolist() == [0.8, 0.01, 0.9, 1]
    assert (np.clip(taken.X, low, high) == taken.X).all()
    design = study.design["hardship_growth"].to_numpy()
    assert np.array_equal(taken.X[:, 1], design)
    unit = {**taken.problem, "bounds": [[0.0, 1.0]] * 4}
    if method == "morris":
        one, two = (
            morris.analyze(taken.problem, taken.X, taken.Y, seed=0),
            morris.analyze(unit, shares, taken.Y, seed=0),
        )
        assert one["mu_star"].tolist() == two["mu_star"].tolist()
        assert max(one["mu_star"]) > 0
    else:
        one, two = (sobol.analyze(p, taken.Y, calc_second_order=False, seed=0) for p in (taken.problem, unit))
        assert one["ST"].tolist() == two["ST"].tolist()


def test_a_column_goes_before_a_class_of_its_name(study: Study) -> None:
    runs = study.outcomes.join(study.design.set_index("case")["guarantee"], on="case")
    cases = runs[runs["guarantee"] == "kept"].groupby("case")
    assert np.allclose(study.to_salib("clashes", guarantee="kept").Y, cases["clashes"].mean())
    shares = cases["path"].agg(lambda one: (one == "clashes").mean())
    assert np.allclose(study.to_salib("path: clashes", guarantee="kept").Y, shares)


# xarray and NetCDF


@pytest.mark.parametrize("kind", ["study", "result"])
def test_a_netcdf_file_says_what_it_holds(
    kind: str, study: Study, result: sim.Result, tmp_path: Path
) -> None:
    source: Study | sim.Result = study if kind == "study" else result
    folder = study.folder if kind == "study" else result.save(tmp_path / "result")
    (path,) = sim.export(folder, "netcdf", tmp_path / "made")
    assert sim.export(folder, "netcdf", tmp_path / "again")[0].read_bytes() == path.read_bytes()
    with xarray.open_dataset(path, engine="scipy", mask_and_scale=False) as stored:
        assert stored.attrs["Conventions"] == "CF-1.8"
        assert stored.attrs["title"] == (study.experiment.title if kind == "study" else result.spec.title)
        assert "history" not in stored.attrs
        assert not [name for name, one in stored.variables.items() if not one.attrs.get("long_name")]
        assert not [name for name, one in stored.coords.items() if "_FillValue" in one.attrs]
        assert stored["first_escalation_3"].attrs["units"] == "week"
        assert stored["clashes"].dtype == stored["peak_escalation"].dtype == np.int32
        for name, names in {"path": PATHS, "blood": ("no", "yes"), "failed": ("no", "yes")}.items():
            flags = stored[name].attrs["flag_values"]
            assert stored[name].dtype == flags.dtype == np.int8
            meanings = [one.replace(" ", "_") for one in names]
            assert stored[name].attrs["flag_meanings"].split() == meanings
            assert len(flags) == len(names)
    with xarray.open_dataset(path, engine="scipy") as stored:
        made = source.to_xarray()
        assert set(stored.variables) == set(made.variables)
        for key, one in made.variables.items():
            assert np.array_equal(stored[key].astype(one.dtype), one, equal_nan=one.dtype.kind == "f"), key


def test_a_result_by_run_has_its_design_beside_it(result: sim.Result) -> None:
    made = result.to_xarray()
    outcomes = result.outcomes
    assert made["deaths"].dims == ("run",)
    assert np.array_equal(made["deaths"], outcomes["deaths"].to_numpy(float))
    assert [PATHS[int(code)] for code in made["path"]] == outcomes["path"].tolist()
    name = next(str(one) for one in result.design if one in made.coords and one != "case")
    design = result.design.set_index("case")[name]
    assert np.array_equal(made[name], design.loc[outcomes["case"]])
    assert len(made["deaths_at_defaults"]) == len(result.part("defaults"))
    some = result.given("blood and part = 'plausible'").to_xarray()
    assert some.sizes["run"] == int(outcomes["blood"].sum())


def test_what_a_file_cannot_count_it_holds_as_a_float(tmp_path: Path) -> None:
    made = xarray.Dataset({"replicate": ("run", np.array([0, 2**40]))}, attrs={"seed": 2**60})
    path = tmp_path / "made.nc"
    path.write_bytes(b"".join(netcdf([made])))
    with xarray.open_dataset(path, engine="scipy") as stored:
        assert stored["replicate"].to_numpy().tolist() == [0.0, 2.0**40]
        assert stored.attrs["seed"] == str(2**60)


# Tables


@pytest.mark.parametrize("kind", ["study", "result"])
def test_csv_has_a_dictionary_beside_it(kind: str, study: Study, result: sim.Result, tmp_path: Path) -> None:
    folder = study.folder if kind == "study" else result.save(tmp_path / "result")
    paths = {path.name: path for path in sim.export(folder, "csv", tmp_path / "made")}
    stored = [name for name in paths if name.endswith(".csv")]
    assert set(paths) == {*stored, *(f"{name}-metadata.json" for name in stored)}
    assert ("readings.csv" in stored) == (kind == "result")
    for name in stored:
        about = json.loads(paths[f"{name}-metadata.json"].read_text(encoding="utf-8"))
        assert about["url"] == name
        told = about["tableSchema"]["columns"]
        assert [one["titles"] for one in told] == paths[name].read_text(encoding="utf-8").splitlines()[
            0
        ].split(",")
        assert all(one["dc:description"] for one in told)
    about = json.loads(paths["outcomes.csv-metadata.json"].read_text(encoding="utf-8"))
    told = {one["name"]: one for one in about["tableSchema"]["columns"]}
    assert told["first_escalation_3"]["schema:unitText"] == "week"
    assert told["deaths"]["dc:description"] == OUTCOMES["deaths"].meaning
    kinds = {name: told[name]["datatype"] for name in ("deaths", "approval", "path", "blood")}
    truth = {"base": "boolean", "format": "TRUE|FALSE"}
    assert kinds == {"deaths": "integer", "approval": "number", "path": "string", "blood": truth}


def test_truth_in_csv_is_as_r_reads_it(study: Study, tmp_path: Path) -> None:
    path = sim.export(study.folder, "csv", tmp_path / "made")[0]
    assert set(pd.read_csv(path, dtype=str)["blood"]) <= {"TRUE", "FALSE"}
    assert pd.read_csv(path)["blood"].equals(study.outcomes["blood"].astype(bool))


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_the_lines_for_r_run(study: Study, tmp_path: Path) -> None:
    sim.export(study.folder, "csv", tmp_path / "tables")
    page = Path(__file__).parents[3] / "docs" / "how-to" / "other-tools.md"
    (lines,) = re.findall(r"```r\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    asked = "cat(nrow(both), class(runs$blood), mean(both$russian_guarantee), '\\n')"
    made = subprocess.run(
        ["Rscript", "-e", lines + asked], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    soon, rows, kind, mean = made.stdout.replace("[1]", "").split()
    assert float(soon) == pytest.approx((study.outcomes["first_escalation_3"] <= 20).mean(), rel=1e-6)
    assert (int(rows), kind) == (study.runs, "logical")
    assert float(mean) == pytest.approx(study.table()["russian_guarantee"].mean(), rel=1e-6)


def test_fields_of_parquet_say_what_they_hold(study: Study, tmp_path: Path) -> None:
    for path in sim.export(study.folder, "parquet", tmp_path / "made"):
        schema = pq.read_schema(path)
        assert all(schema.field(name).metadata[b"long_name"] for name in schema.names)
        pd.testing.assert_frame_equal(pd.read_parquet(path), getattr(study, path.stem))
    design = pq.read_schema(tmp_path / "made" / "design.parquet")
    outcomes = pq.read_schema(tmp_path / "made" / "outcomes.parquet")
    assert (
        design.field("hardship_growth").metadata[b"unit"].decode()
        == load().parameters["hardship_growth"].unit
    )
    assert outcomes.field("first_escalation_3").metadata[b"unit"] == b"week"


def test_stored_tables_say_what_they_hold(study: Study, result: sim.Result, tmp_path: Path) -> None:
    stored = [*study.folder.rglob("*.parquet"), *result.save(tmp_path / "result").glob("*.parquet")]
    assert {"outcomes.parquet", "readings.parquet", "design.parquet", "part-000000.parquet"} <= {
        path.name for path in stored
    }
    for path in stored:
        schema = pq.read_schema(path)
        assert all(schema.field(name).metadata[b"long_name"] for name in schema.names), path
        assert all(b"unit" in schema.field(name).metadata for name in schema.names), path


def test_levers_stand_beside_outcomes(study: Study) -> None:
    table = study.table()
    assert len(table) == study.runs
    assert table["deaths"].equals(study.outcomes["deaths"])
    design = study.design.set_index("case")
    for name in (*study.experiment.laws, *study.experiment.levers):
        assert table[name].tolist() == design.loc[study.outcomes["case"], name].tolist()


def test_every_column_but_a_lever_is_declared(study: Study, result: sim.Result, tmp_path: Path) -> None:
    kept = experiment(levers={}, trajectories={"variables": ["tension"], "keep": "quantiles"})
    weekly = sim.sweep(kept, tmp_path / "weekly", threads=1, disk=Quick()).trajectories
    of_study = {name: getattr(study, name) for name in ("outcomes", "changes", "design")}
    for name, table in {**result.tables, **of_study, "trajectories": weekly}.items():
        told = columns(name, list(table.columns))
        levers = {one for one, column in told.items() if column.meaning == f"alternative of {one}{CHOSEN}"}
        assert levers <= set(study.experiment.levers), name
    assert columns("design", ["guarantee"])["guarantee"].meaning == f"alternative of guarantee{CHOSEN}"
    world, outcome = (columns(name, ["approval"])["approval"].meaning for name in ("design", "outcomes"))
    assert outcome == OUTCOMES["approval"].meaning != world
