"""Results outlive the version that made them, and nothing in a study is believed that was altered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import IncompleteWarning, ResultError
from sim.study import migrations
from sim.study.ensemble import store
from sim.study.migrations import from_1
from sim.study.results import names
from sim.study.results.study import Study
from sim.study.sweep import place
from tests.study.sweeps import experiment

ZOO = Path(__file__).parent / "zoo"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lasting") / "study"
    sim.sweep(experiment(), folder, threads=1)
    return folder


@pytest.fixture
def study(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "study"))


# Older formats


def test_every_format_has_its_animals_and_its_step() -> None:
    kept = {tuple(one.name.split("_")[1:3]) for one in ZOO.iterdir()}
    assert kept >= {(str(n), kind) for n in range(1, migrations.FORMAT) for kind in ("ensemble", "sweep")}
    assert set(migrations.STEPS) == set(range(1, migrations.FORMAT))


@pytest.mark.parametrize("animal", sorted(ZOO.glob("*_ensemble")), ids=lambda one: one.name)
def test_an_old_ensemble_is_read_as_a_new_one(animal: Path, tmp_path: Path) -> None:
    old = sim.load_results(animal)
    raw = pd.read_parquet(animal / "outcomes.parquet")
    assert set(old.outcomes["part"]) == {"plausible"}
    assert len(old.every_run) == len(raw) == 2 * old.runs
    never = raw.loc[raw["part"] == "plausible", "first_escalation_2"].isna().to_numpy()
    assert (np.isinf(old.outcomes["first_escalation_2"]) == never).all()
    assert set(migrations.OUTCOMES) <= set(old.outcomes)
    assert len(old.query("select * from outcomes where first_escalation_2 = never")) == never.sum()
    assert len(old.given("incidents >= 0").every_run) == len(raw)
    for form in ("csv", "parquet", "netcdf"):
        assert all(one.stat().st_size for one in sim.export(animal, form, tmp_path / form))
    with pytest.raises(ResultError, match="other source"):
        names.find(old, "0:1")


@pytest.mark.parametrize("animal", sorted(ZOO.glob("*_sweep")), ids=lambda one: one.name)
def test_an_old_sweep_is_read_as_a_new_one(animal: Path, tmp_path: Path, panj: Any) -> None:
    old = Study(animal)
    assert old.complete
    raw = pd.concat([pd.read_parquet(one) for one in sorted((animal / "outcomes").iterdir())])
    never = int(raw["first_escalation_2"].isna().sum())
    assert int(np.isinf(old.outcomes["first_escalation_2"]).sum()) == never
    assert old.query("select count(*) n from outcomes where first_escalation_2 = never")["n"].item() == never
    assert len(old.given("approval_at_start < 0.5").outcomes) > 0
    assert panj("status", animal, "--verify").code == 0
    assert panj("export", animal, "--out", tmp_path / "tables").code == 0
    assert panj("report", animal, "-o", tmp_path / "page.html").code == 0
    # It is read and not carried on: two formats in one folder would be nobody's.
    copy = shutil.copytree(animal, tmp_path / "old")
    told = panj("sweep", "clashes", "--out", copy)
    assert told.code == 2
    assert "format 1, which is read but not carried on" in told.err


def test_the_step_from_1_leaves_failed_runs_missing_and_parts_apart() -> None:
    week = pd.array([4, None, None], dtype="Int64")
    columns = dict.fromkeys(from_1.FIRSTS, week)
    outcomes = pd.DataFrame(
        {
            "case": [0, 0, 1],
            "part": ["defaults", "defaults", "plausible"],
            **columns,
            "failure": [None, "x", None],
        }
    )
    outcomes = outcomes.assign(replicate=[0, 1, 0], final_rapprochement=pd.array([0, None, 2], dtype="Int64"))
    # Talks in week 4, working ties in week 9, back to talks in week 12, as rungs were numbered then.
    steps = {"week": [2, 4, 9, 12], "from": [0, 0, 2, 3], "to": [1, 2, 3, 2]}
    changes = pd.DataFrame(
        {"case": [0, 1, 1, 1], "replicate": 0, "ladder": ["escalation", *["rapprochement"] * 3], **steps}
    )
    found = from_1.tables({"outcomes": outcomes, "changes": changes})
    assert found["outcomes"]["first_escalation_1"].tolist() == [np.inf]
    own = found["outcomes_at_defaults"]["first_escalation_1"]
    assert own[0] == 4
    assert own.isna().tolist() == [False, True]
    assert found["changes"]["to"].tolist() == [3, 2, 3]
    assert found["changes"]["from"].tolist() == [0, 3, 2]
    assert found["changes_at_defaults"]["to"].tolist() == [1]
    close = found["outcomes"].iloc[0]
    assert close[["peak_rapprochement", "final_rapprochement"]].tolist() == [3, 3]
    assert [close[f"first_rapprochement_{k}"] for k in range(1, 6)] == [4, 4, 4, np.inf, np.inf]


def test_a_later_format_is_refused(study: Path) -> None:
    said = json.loads((study / store.NAME).read_text()) | {"panj_result": migrations.FORMAT + 1}
    (study / store.NAME).write_bytes(store.sealed(said))
    with pytest.raises(ResultError, match="reads the formats 1 to"):
        Study(study)


def test_another_patch_of_python_carries_on_and_another_minor_does_not(study: Path) -> None:
    (study / "outcomes" / "part-000001.parquet").unlink()

    def as_by(version: str) -> None:
        said = json.loads((study / store.NAME).read_text())
        said["versions"]["python"] = version
        (study / store.NAME).write_bytes(store.sealed(said))

    minor = ".".join(said_version().split(".")[:2])
    as_by(f"{minor}.99")
    assert sim.sweep(experiment(), study, threads=1).complete
    as_by("3.99.0")
    with pytest.raises(ResultError, match="python"):
        sim.sweep(experiment(), study, threads=1)


def said_version() -> str:
    import platform

    return platform.python_version()


# Damage


def flip(path: Path, place: int, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


@pytest.mark.parametrize("name", [place.DESIGN, store.NAME])
def test_no_flipped_bit_changes_what_a_study_says(study: Path, made: Path, name: str) -> None:
    right, path = made / name, study / name
    truth = Study(made)
    chance = np.random.Generator(np.random.Philox(key=5))
    for _ in range(150):
        flip(path, int(chance.integers(path.stat().st_size)), int(chance.integers(8)))
        try:
            found = Study(study)
            pd.testing.assert_frame_equal(found.design, truth.design)
            assert {**found.identity, "checksum": ""} == {**truth.identity, "checksum": ""}
        except ResultError:
            pass
        shutil.copyfile(right, path)


def test_a_damaged_design_is_told_refused_and_mended(study: Path, panj: Any) -> None:
    flip(study / place.DESIGN, 2000, 0)
    told = panj("status", study, "--verify")
    assert told.code == 1
    assert place.DESIGN in told.out
    assert panj("export", study).code == 2
    assert sim.sweep(experiment(), study, threads=1).faults() == []
    assert panj("status", study, "--verify").code == 0


def test_a_flipped_bit_in_the_manifest_is_told_by_all_that_reads(study: Path, panj: Any) -> None:
    flip(study / "manifest.jsonl", 100, 0)
    told = panj("status", study, "--verify")
    assert told.code == 1
    assert "lines of the manifest that cannot be read: 1" in " ".join(told.out.split())
    for command in (["export", study], ["report", study, "-o", "page.html"], ["plot", study, "--out", "p"]):
        told = panj(*command)
        assert told.code == 0
        assert "38 of 48 runs are done (lines of its manifest that cannot be read: 1)" in told.err
    with pytest.warns(IncompleteWarning):
        assert len(Study(study).outcomes) == 38
    # Torn lines behind a block that was run again are no damage.
    assert sim.sweep(experiment(), study, threads=1).complete
    assert panj("status", study, "--verify").code == 0


def altered(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Alter the outcomes of an ensemble and give them a checksum, as a forger would."""
    content = store.parquet("outcomes", change(pd.read_parquet(folder / "outcomes.parquet")))
    (folder / "outcomes.parquet").write_bytes(content)
    said = json.loads((folder / store.NAME).read_text())
    said["tables"]["outcomes.parquet"]["blake2b"] = store.checksum(content)
    (folder / store.NAME).write_bytes(store.sealed(said))


def test_a_run_told_again_is_compared_with_its_row(result: sim.Result, tmp_path: Path, panj: Any) -> None:
    folder = result.save(tmp_path / "ensemble")
    assert panj("explain", folder, "--run", "1:3").code == 0
    altered(folder, lambda one: one.assign(incidents=one["incidents"] + 1))
    for command in (["explain", folder], ["trace", "--from", folder]):
        told = panj(*command, "--run", "1:3")
        assert told.code == 2
        assert "run again it is not the run that is stored (incidents:" in told.err


def test_a_run_of_a_sweep_is_compared_with_its_row(study: Path) -> None:
    found = Study(study)
    for row in (0, 17, 47):
        case, replicate = (int(found.outcomes.iloc[row][name]) for name in ("case", "replicate"))
        stored = found.row(case, replicate)
        assert stored is not None
        assert stored.equals(found.outcomes.iloc[row])


# Links


@pytest.mark.parametrize(
    "name", ["manifest.jsonl", ".lock.json", ".token", "outcomes", place.DESIGN, "export"]
)
def test_links_in_a_folder_of_somebody_else_are_not_followed(study: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "target"
    if name in ("outcomes", "export"):
        target.mkdir()
    else:
        target.write_text("mine")
    link = study / name
    shutil.rmtree(link) if link.is_dir() else link.unlink(missing_ok=True)
    link.symlink_to(target)
    for act in (
        lambda: sim.sweep(experiment(), study, threads=1),
        lambda: sim.sweep(experiment(seed=1), study, threads=1, force=True),
        lambda: sim.export(study, "csv"),
        lambda: Study(study).outcomes,
    ):
        with pytest.raises(ResultError, match="is a link"):
            act()
    assert list(target.iterdir()) == [] if target.is_dir() else target.read_text() == "mine"


def test_a_pipe_in_the_place_of_a_table_is_refused(study: Path) -> None:
    import os

    (study / place.DESIGN).unlink()
    os.mkfifo(study / place.DESIGN)
    with pytest.raises(ResultError, match="is a pipe"):
        sim.export(study, "csv")
    (study / place.DESIGN).unlink()


def test_a_sweep_put_aside_keeps_its_name_whole(study: Path) -> None:
    other = sim.sweep(experiment(seed=1), study, threads=1, force=True)
    assert other.complete
    kept = Study(study.with_name("study.old1"))
    assert kept.complete
    assert kept.faults() == kept.damaged() == []
    shutil.rmtree(study)
    with pytest.raises(ResultError, match=r"lies beside it in study\.old1"):
        Study(study)
