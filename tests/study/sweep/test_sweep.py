"""A sweep from end to end: resume, refusals, failures, shares; reading it; the commands."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.engine.ensemble import Block, simulate
from sim.errors import ResultError, ScenarioError
from sim.model.outcomes import PATHS
from sim.study.results.export import text
from sim.study.results.study import Study
from sim.study.sweep import blocks, place
from tests.faults.studies import Quick, content
from tests.study.sweeps import experiment

ONE = experiment()


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sim.sweep(ONE, tmp_path_factory.mktemp("sweep") / "study", threads=1)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[set[int]], list[int]]:
    """Let these replicates fail in week 5; returns the number of runs asked for since."""

    def install(chosen: set[int]) -> list[int]:
        asked: list[int] = []

        def broken(plan: Any, seed: int, which: Any, *arguments: Any, **options: Any) -> Block:
            asked.append(len(which))
            made = simulate(plan, seed, which, *arguments, **options)
            bad = np.isin(which, list(chosen))
            made.outcomes.view(np.float64).reshape(len(which), -1)[bad] = np.nan
            made.failure_week[bad] = 5
            made.ladders[bad, 5:] = -1
            return made

        monkeypatch.setattr(blocks, "simulate", broken)
        return asked

    return install


def test_it_is_complete(study: Study) -> None:
    assert study.complete
    assert study.done == study.runs == len(study.outcomes) == 8 * 2 * 3
    assert study.outcomes.columns[:3].tolist() == ["case", "replicate", "path"]
    assert set(study.outcomes["path"]) <= set(PATHS)
    assert study.identity["kind"] == "sweep"


def test_stored_columns_keep_their_kinds_as_in_an_ensemble(study: Study, result: sim.Result) -> None:
    ensemble = result.outcomes.drop(columns="part")
    assert study.outcomes.dtypes.equals(ensemble.dtypes)


def test_it_reads_the_same_from_its_folder(study: Study) -> None:
    again = sim.load_results(study.folder)
    assert isinstance(again, Study)
    pd.testing.assert_frame_equal(again.outcomes, study.outcomes)
    assert again.experiment.hash == study.experiment.hash


def test_a_second_call_runs_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(study.folder)
    monkeypatch.setattr(blocks.Setup, "run", None)
    sim.sweep(ONE, study.folder)
    assert content(study.folder) == before


def test_a_study_half_done_reads_as_a_smaller_one(tmp_path: Path) -> None:
    half = sim.sweep(ONE, tmp_path / "study", share="1/2", threads=1, disk=Quick())
    assert not half.complete
    assert 0 < len(half.outcomes) == half.done < half.runs
    assert half.to_xarray()["path"].notnull().sum() == half.done


def test_another_experiment_is_refused_and_says_why(study: Study) -> None:
    with pytest.raises(ResultError, match=r"experiment\.replicates: 3 there, 4 here"):
        sim.sweep({**ONE, "replicates": 4}, study.folder)


def test_other_code_is_refused_and_says_why(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "source_hash", lambda: "of tomorrow")
    with pytest.raises(ResultError, match='"of tomorrow" here'):
        sim.sweep(ONE, study.folder)


def test_force_starts_anew_and_keeps_the_old_one(tmp_path: Path) -> None:
    sim.sweep(ONE, tmp_path / "study", disk=Quick())
    before = content(tmp_path / "study")
    sim.sweep({**ONE, "seed": 3}, tmp_path / "study", force=True, disk=Quick())
    assert content(tmp_path / "study.old1") == before
    assert Study(tmp_path / "study").experiment.seed == 3


def test_folders_of_others_are_left_alone(tmp_path: Path, result: sim.Result) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultError, match="left alone"):
        sim.sweep(ONE, tmp_path, force=True)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]
    with pytest.raises(ResultError, match="a file"):
        sim.sweep(ONE, tmp_path / "thesis.txt")
    result.save(tmp_path / "ensemble")
    with pytest.raises(ResultError, match="an ensemble"):
        sim.sweep(ONE, tmp_path / "ensemble")


@pytest.mark.parametrize("share", ["0/2", "3/2", "1", "a/b", "1/0", "-1/2"])
def test_wrong_shares(share: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="K/N"):
        sim.sweep(ONE, tmp_path / "study", share=share)
    assert not (tmp_path / "study").exists()


def test_more_than_a_billion_runs_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="--yes"):
        sim.sweep(
            experiment(design={"method": "lhs", "size": 4096}, replicates=10**6, block=None),
            tmp_path / "study",
        )


# Failures


def test_failures_are_rows_and_only_they_are_tried_again(
    tmp_path: Path, study: Study, failing: Callable[[set[int]], list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing({2, 9})
    found = sim.sweep(ONE, tmp_path / "study", threads=1, disk=Quick())
    assert found.complete
    assert found.failed == found.outcomes["failure"].notna().sum() == 4
    assert set(found.outcomes.loc[found.outcomes["failure"].notna(), "replicate"]) == {2, 9}
    monkeypatch.undo()
    asked = failing(set())
    mended = sim.sweep(ONE, tmp_path / "study", threads=1, retry_failed=True, disk=Quick())
    assert sum(asked) == 4
    assert mended.failed == 0
    assert content(tmp_path / "study") == content(study.folder)


def test_failed_runs_keep_their_place_in_the_design(
    tmp_path: Path, failing: Callable[[set[int]], list[int]]
) -> None:
    failing({0, 1, 2, 3})
    one = experiment("saltelli", replicates=1, levers={})
    found = sim.sweep(one, tmp_path / "study", threads=1, disk=Quick())
    made = found.to_salib("clashes")
    assert len(made.Y) == 4 * 5
    assert np.isnan(made.Y).all()
    assert made.failed == 20


# Reading


def test_sql(study: Study) -> None:
    found = study.query("select path, count(*) as n from outcomes group by path order by n desc")
    assert found["n"].sum() == 48
    joined = study.query("select guarantee, avg(deaths) d from outcomes join design using (case) group by 1")
    assert set(joined["guarantee"]) == {"kept", "thinned"}
    with pytest.raises(ResultError, match="not understood"):
        study.query("select nothing from outcomes")
    with pytest.raises(ResultError, match="disabled"):
        study.query("select * from read_csv('/etc/hostname')")


def test_conditions(study: Study) -> None:
    condition = "first_escalation_1 < 15 and first_rapprochement_3 is null"
    found = study.given(condition)
    weeks = study.outcomes["first_escalation_1"]
    kept = (weeks < 15) & np.isinf(study.outcomes["first_rapprochement_3"])
    pd.testing.assert_frame_equal(found.outcomes, study.outcomes[kept].reset_index(drop=True))
    assert set(found.changes["replicate"]) <= set(found.outcomes["replicate"])
    both = found.given("guarantee = 'kept' and russian_guarantee > 0.5")
    assert len(both.outcomes) < len(found.outcomes)
    pd.testing.assert_frame_equal(sim.load_results(study.folder, condition).outcomes, found.outcomes)


@pytest.mark.parametrize(
    "condition", ["first_escalaton_3 < 20", "1=1) or (2=2", "clashes >", "", "drop table outcomes"]
)
def test_wrong_conditions(study: Study, condition: str) -> None:
    with pytest.raises(ResultError, match="expected a condition"):
        study.given(condition)


def named(tmp_path: Path, **levers: dict[str, Any]) -> Study:
    started = {name: {"uniform": [0.2, 0.8]} for name in ("approval", "blood")}
    made = experiment(levers=levers, uncertainties=started, replicates=2)
    return sim.sweep(made, tmp_path / "named", threads=1)


def test_the_text_of_a_condition_is_left_as_it_is(tmp_path: Path) -> None:
    ways = {"worst case": {}, "open end": {"world": {"solidarity": 0.9}}, "in case of, never": {}}
    study = named(tmp_path, line=ways)
    for way in ways:
        assert len(study.given(f"line = '{way}'").outcomes) == 8 * 2
    assert len(study.given("case < 6 and line <> 'open end'").outcomes) == 8
    assert len(study.given('"case" < 3 -- the first three').outcomes) == 6
    told = study.query("select case when line = 'open end' then 'x' else 'y' end as d, case from runs")
    assert told["d"].value_counts().to_dict() == {"y": 32, "x": 16}
    assert told["case"].nunique() == 24
    assert study.query("select 'in case of' as x")["x"].item() == "in case of"


@pytest.mark.parametrize(
    "name", ["failed", "repetition", "never", "Approval", "approval_at_start", "week", "Q05"]
)
def test_a_lever_has_no_name_that_tables_use(name: str) -> None:
    with pytest.raises(ScenarioError, match="already used for something else"):
        sim.load_experiment(experiment(levers={name: {"kept": {}}}))


def test_levers_that_capitals_alone_tell_apart_are_one_name() -> None:
    with pytest.raises(ScenarioError, match="'Line' is given already"):
        sim.load_experiment(experiment(levers={"line": {"kept": {}}, "Line": {"kept": {}}}))


def test_a_name_of_world_and_outcomes_means_the_outcome_beside_runs(tmp_path: Path) -> None:
    study = named(tmp_path, line={"kept": {}})
    early = study.given("approval_at_start < 0.5")
    design = study.design.set_index("case")
    assert (design.loc[early.outcomes["case"], "approval"] < 0.5).all()
    joined = study.query("select approval, approval_at_start from outcomes join design using (case)")
    assert not np.allclose(joined["approval"], joined["approval_at_start"])
    made = study.to_xarray()
    assert made["approval"].dims == ("case", "repetition")
    assert np.allclose(made["approval_at_start"], design["approval"])
    assert all(one.stat().st_size for one in sim.export(study.folder, "netcdf"))
    table = study.table()
    assert not table.columns.duplicated().any()
    for name in ("approval", "blood"):
        assert table[name].equals(study.outcomes[name])
        start = design[name].loc[table["case"]].to_numpy()
        assert np.allclose(table[f"{name}_at_start"], start)
        assert np.allclose(made[f"{name}_at_start"], design[name])
        experiments, outcomes = study.to_ema()
        assert np.allclose(experiments[name], start)
        assert not np.allclose(outcomes[name], start)


@pytest.mark.parametrize(
    "condition",
    [
        "random() < 0.5",
        "deaths < RANDOM() * 9",
        "now() > '2020-01-01'",
        "uuid() <> ''",
        "current_timestamp is null",
    ],
)
def test_what_changes_from_question_to_question_is_refused(study: Study, condition: str) -> None:
    for kind in (study, sim.load_results(study.folder)):
        with pytest.raises(ResultError, match="each time it is asked"):
            kind.given(condition)
    with pytest.raises(ResultError, match="each time it is asked"):
        study.query(f"select {condition} from outcomes")


def test_a_condition_that_no_run_meets_is_refused(panj: Any, study: Study) -> None:
    with pytest.raises(ResultError, match="none of 48 runs meets it"):
        study.given("deaths > 1e9")
    for command in ("export", "report", "plot"):
        told = panj(command, study.folder, "--given", "deaths > 1e9")
        assert told.code == 2
        assert "none of 48 runs meets it" in told.err
    with pytest.raises(ResultError, match="neither true nor false"):
        study.given("deaths")


def test_a_question_under_a_condition_is_of_the_runs_that_meet_it(study: Study) -> None:
    some = study.given("incidents > 0")
    assert some.query("select count(*) n from outcomes")["n"].item() == len(some.outcomes)
    assert some.query("select count(*) n from changes")["n"].item() == len(some.changes)
    assert some.query("select count(*) n from design")["n"].item() == len(study.design)


def test_salib_takes_it_in_the_designs_order(tmp_path: Path) -> None:
    from SALib.analyze import morris, sobol

    one = experiment(
        "saltelli", levers={}, design={"method": "saltelli", "size": 16}, replicates=4, block=None
    )
    study = sim.sweep(one, tmp_path / "saltelli", threads=1, disk=Quick())
    made = study.to_salib("approval")
    for case in (0, 7, 79):
        runs = study.outcomes[study.outcomes["case"] == case]
        assert np.isclose(made.Y[case], runs["approval"].mean())
    found = sobol.analyze(made.problem, made.Y, calc_second_order=False, seed=0)
    assert found["ST"].shape == (3,)
    study = sim.sweep(experiment("morris", levers={}), tmp_path / "morris", threads=1, disk=Quick())
    made = study.to_salib("armed standoff")
    assert np.isfinite(morris.analyze(made.problem, made.X, made.Y, seed=0)["mu_star"]).all()


def test_salib_needs_one_setting_and_every_case(study: Study, tmp_path: Path) -> None:
    assert len(study.to_salib("deaths", guarantee="kept").Y) == 8
    with pytest.raises(ResultError, match="which alternative of guarantee"):
        study.to_salib("deaths")
    with pytest.raises(ResultError, match="no lever"):
        study.to_salib("deaths", guarantee="sold")
    with pytest.raises(ResultError, match="nearest: deaths"):
        study.to_salib("death", guarantee="kept")
    part = sim.sweep(ONE, tmp_path / "part", share="1/9", disk=Quick())
    with pytest.raises(ResultError, match="not run yet"):
        part.to_salib("deaths", guarantee="kept")


def test_xarray(study: Study) -> None:
    made = study.to_xarray()
    assert dict(made.sizes) == {"case": 16, "repetition": 3}
    row = study.outcomes.iloc[20]
    place = made.sel(case=row["case"])
    (turn,) = np.flatnonzero(place["replicate"].to_numpy() == row["replicate"])
    assert float(place["approval"][turn]) == row["approval"]
    assert PATHS[int(place["path"][turn])] == row["path"]


def test_a_run_by_its_name(study: Study) -> None:
    row = study.outcomes.iloc[7]
    spec, replicate, values = study.run(f"{row['case']}:{row['replicate']}")
    model = sim.PolicyModel(spec, seed=0, replicate=replicate, case=values)
    model.run()
    assert model.space.records.out[0]["approval"] == row["approval"]
    for wrong in ("x", "1", "99:0", "0:1"):
        with pytest.raises(ResultError, match="run"):
            study.run(wrong)


def test_a_run_is_told_by_the_mesa_driver(panj: Any, study: Study) -> None:
    row = study.outcomes.iloc[11]
    shown = panj("trace", "--from", study.folder, "--run", f"{row['case']}:{row['replicate']}")
    assert shown.code == 0
    assert str(row["path"]) in shown.out
    assert panj("trace", "--from", study.folder).code == 2
    assert panj("trace").code == 2
    assert panj("trace", "baseline", "--from", study.folder, "--run", "0:0").code == 2
    assert panj("trace", "--from", study.folder, "--run", "0:0", "--seed", 3).code == 2


# Commands


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(json.dumps(ONE))
    return path


def test_the_command_and_its_page(panj: Any, file: Path, study: Study) -> None:
    shown = panj("sweep", file, "--out", "out", "--threads", 1)
    assert shown.code == 0
    for words in ("share of clashes or worse", "deadly clash", "48 of 48 runs", "not a forecast", "--full"):
        assert words in shown.out
    full = panj("sweep", file, "--out", "out", "--full")
    assert all(path in full.out for path in PATHS)
    assert content(Path("out")) == content(study.folder)
    told = json.loads(panj("sweep", file, "--out", "out", "--json").out)
    assert told["complete"] is True
    assert len(told["shares"]) == 16
    assert {one["outcome"] for one in told["contrasts"]} >= {"share(blood)", "mean(approval)"}


def test_a_dry_run_writes_nothing(panj: Any, file: Path) -> None:
    shown = panj("sweep", file, "--dry-run")
    assert shown.code == 0
    for words in ("48: 16 cases × 3 replicates", "by a sample of", "first case", "russian_guarantee ="):
        assert words in shown.out
    assert [one.name for one in Path().iterdir()] == ["mine.yaml"]
    assert "8 cases are too few to rank 3 uncertain values" in " ".join(shown.out.split())
    Path("many.yaml").write_text(json.dumps(ONE | {"design": {"method": "lhs", "size": 30}}))
    assert "too few to rank" not in panj("sweep", "many.yaml", "--dry-run").out
    Path("many.yaml").unlink()
    told = json.loads(panj("sweep", file, "--dry-run", "--json").out)
    assert told["runs"] == 48
    assert told["seconds"] > 0 < told["bytes"]


def test_exit_codes(panj: Any, file: Path, failing: Callable[[set[int]], list[int]]) -> None:
    assert panj("sweep", "nothing.yaml").code == 2
    failing({1})
    shown = panj("sweep", file, "--out", "out", "--threads", 1)
    assert shown.code == 3
    assert "--retry-failed" in shown.err
    assert panj("status", "out").code == 3
    assert panj("status", ".").code == 2
    with place.held(Path("out")):
        held = panj("sweep", file, "--out", "out")
    assert held.code == 75
    assert "process" in held.err


def test_progress_in_a_pipe_is_plain_lines(panj: Any, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.views.pages import sweep as sweeping

    monkeypatch.setattr(sweeping, "EVERY", 0.0)
    shown = panj("sweep", file, "--out", "out", "--threads", 1)
    assert "of 48 runs" in shown.err
    assert re.search(r"armed standoff \d+ % \(\d+ – \d+ %\)", shown.err)
    assert "\x1b" not in shown.err
    quiet = panj("sweep", file, "--out", "other", "--quiet")
    assert quiet.err == ""


def test_pictures_under_a_condition(panj: Any, study: Study, tmp_path: Path) -> None:
    every = panj("plot", study.folder, "--kind", "shares", "--out", tmp_path / "all", "--data")
    some = panj(
        "plot",
        study.folder,
        "--kind",
        "shares",
        "--out",
        tmp_path / "some",
        "--data",
        "--given",
        "incidents > 0",
    )
    assert every.code == some.code == 0
    (one,), (two,) = (list((tmp_path / name).glob("*.csv")) for name in ("all", "some"))
    assert one.read_text() != two.read_text()
    assert panj("plot", study.folder, "--given", "incidnts > 0").code == 2


@pytest.mark.parametrize("form", ["csv", "parquet", "netcdf"])
def test_export(panj: Any, study: Study, form: str) -> None:
    shown = panj("export", study.folder, "--format", form, "--out", "tables", "--given", "incidents > 0")
    assert shown.code == 0
    paths = [Path(line) for line in shown.out.split()]
    assert all(path.is_file() for path in paths)
    met = int((study.outcomes["incidents"] > 0).sum())
    assert 0 < met < 48
    if form == "csv":
        assert len(paths[0].read_text().splitlines()) == 1 + met
    elif form == "parquet":
        assert len(pd.read_parquet(paths[0])) == met
    else:
        import xarray as xr

        with xr.open_dataset(paths[0], engine="scipy") as made:
            assert int(made["path"].notnull().sum()) == met


def test_export_of_an_ensemble(result: sim.Result, tmp_path: Path) -> None:
    result.save(tmp_path / "ensemble")
    for form in ("csv", "parquet", "netcdf"):
        assert all(path.stat().st_size > 100 for path in sim.export(tmp_path / "ensemble", form))
    met = int(result.outcomes["blood"].sum())
    assert 0 < met < len(result.outcomes)
    some = sim.export(tmp_path / "ensemble", "csv", tmp_path / "some", given="blood")
    assert met in {len(pd.read_csv(path, comment="#")) for path in some if path.suffix == ".csv"}
    with pytest.raises(ResultError, match="nearest: csv"):
        sim.export(tmp_path / "ensemble", "cvs")


def test_no_cell_is_run_as_a_formula() -> None:
    frame = pd.DataFrame(
        {"=name": ["=1+1", "+x", "-x", "@x", "\tx", "plain", None], "n": [-1.5, 2, 3, 4, 5, 6, np.nan]}
    )
    lines = text(frame).splitlines()
    assert lines[0] == "'=name,n"
    assert lines[1:] == ["'=1+1,-1.5", "'+x,2.0", "'-x,3.0", "'@x,4.0", "'\tx,5.0", "plain,6.0", ","]
