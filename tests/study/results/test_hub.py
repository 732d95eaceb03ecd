"""A result as forecast hubs take it, against what hubverse asks of model output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import ResultError
from sim.model.outcomes import PATHS
from sim.study.results import hub
from sim.study.results.study import Study
from tests.faults.studies import Quick
from tests.study.sweeps import experiment

#: What names one prediction; hubs refuse a second of the same name.
NAMES = ["origin_date", "target", "horizon", "target_end_date", "output_type", "output_type_id"]


@pytest.fixture(scope="module")
def files(result: sim.Result, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    place = tmp_path_factory.mktemp("hub")
    made = sim.export(result.save(place / "result"), "hub", place / "made")
    return {path.name: pd.read_csv(path, dtype={"output_type_id": str}) for path in made}


def test_a_file_is_named_by_its_round_and_its_model(files: dict[str, pd.DataFrame]) -> None:
    assert set(files) == {"2021-08-16-panj-defaults.csv", "2021-08-16-panj-plausible.csv"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d-[A-Za-z0-9_]+-[A-Za-z0-9_]+\.csv", name) for name in files)


def test_columns_types_and_names_are_those_of_model_output(files: dict[str, pd.DataFrame]) -> None:
    for table in files.values():
        assert table.columns.tolist() == [*NAMES, "value"]
        assert set(table["output_type"]) == {"pmf", "cdf", "quantile"}
        assert not table.isna().any(axis=None)
        assert np.isfinite(table["value"]).all()
        assert not table.duplicated(NAMES).any()
        end = pd.to_datetime(table["origin_date"]) + pd.to_timedelta(7 * table["horizon"], "D")
        assert (end == pd.to_datetime(table["target_end_date"])).all()
        assert (table["horizon"] > 0).all()


def test_each_distribution_is_one(files: dict[str, pd.DataFrame]) -> None:
    for table in files.values():
        for (kind, _, _), rows in table.groupby(["output_type", "target", "horizon"]):
            if kind == "pmf":
                assert rows["value"].ge(0).all()
                assert rows["value"].sum() == pytest.approx(1, abs=1e-9)
                continue
            at = rows["output_type_id"].astype(float)
            assert at.is_monotonic_increasing
            assert rows["value"].is_monotonic_increasing
            assert kind == "quantile" or rows["value"].between(0, 1).all()
            assert kind == "cdf" or at.between(0, 1).all()


def test_values_are_those_of_the_runs(files: dict[str, pd.DataFrame], result: sim.Result) -> None:
    weeks = result.spec.weeks
    for part in ("defaults", "plausible"):
        runs = result.part(part)
        keys = ["target", "horizon", "output_type_id"]
        table = files[f"2021-08-16-panj-{part}.csv"].set_index(keys)["value"].sort_index()
        shares = runs["path"].value_counts(normalize=True).reindex(PATHS, fill_value=0)
        assert np.allclose(table["path", weeks].loc[list(PATHS)], shares)
        assert table["blood", weeks, "yes"] == pytest.approx(runs["blood"].mean())
        assert table["deaths", weeks, "0.5"] == runs["deaths"].median()
        assert table["first_escalation_2", weeks, str(weeks)] == (runs["peak_escalation"] >= 2).mean()
        rungs = [table["final_rapprochement", weeks, str(rung)] for rung in range(6)]
        assert np.dot(range(6), rungs) == pytest.approx(runs["final_rapprochement"].mean())
        stored = result.quantiles.query("part == @part and variable == 'tension' and week == 3")
        assert table["weekly tension", 3, "0.95"] == pytest.approx(stored["q95"].item(), rel=1e-12)


def test_failed_runs_are_left_out(spec: sim.Scenario, failing: Callable[[Iterable[int]], None]) -> None:
    failing([0, 3])
    made = sim.run(spec, runs=8, seed=7, threads=1, plausible=False)
    sound = made.outcomes.dropna(subset="deaths")
    assert len(sound) == 6
    (table,) = hub.predictions(made).values()
    blood = table[(table["target"] == "blood") & (table["output_type_id"] == "yes")]
    assert blood["value"].item() == pytest.approx(sound["blood"].mean())
    failing(range(8))
    assert hub.predictions(sim.run(spec, runs=8, seed=7, threads=1, plausible=False)) == {}


def test_a_sweep_has_no_odds_to_give(tmp_path: Path) -> None:
    study: Study = sim.sweep(
        experiment(design={"method": "lhs", "size": 2}, block=None),
        tmp_path / "study",
        threads=1,
        disk=Quick(),
    )
    with pytest.raises(ResultError, match="panj run"):
        sim.export(study.folder, "hub")
    assert not (study.folder / "export").exists()
