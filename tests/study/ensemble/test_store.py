"""The result folder: whole or not at all, read back as it was, never believed when damaged."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

import sim
from sim.errors import ResultError
from sim.scenario.schema import hash_of
from sim.study import aside, identity
from sim.study.ensemble import store

TABLES = ("every_run", "every_change", "quantiles", "design", "readings")


@pytest.fixture
def folder(result: sim.Result, tmp_path: Path) -> Path:
    return result.save(tmp_path / "kept")


def test_a_folder_holds_what_was_promised(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == {
        "result.json",
        "outcomes.parquet",
        "changes.parquet",
        "outcomes_at_defaults.parquet",
        "changes_at_defaults.parquet",
        "trajectories.parquet",
        "design.parquet",
        "readings.parquet",
    }
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]


def test_saved_and_loaded_is_the_same(result: sim.Result, folder: Path) -> None:
    loaded = sim.load_results(folder)
    for name in TABLES:
        assert_frame_equal(getattr(loaded, name), getattr(result, name), check_exact=True)
    assert loaded.identity == result.identity
    assert loaded.spec == result.spec
    assert (loaded.ladders["plausible"] == result.ladders["plausible"]).all()


def test_one_part_alone_is_saved_and_loaded(spec: sim.Scenario, tmp_path: Path) -> None:
    alone = sim.run(spec, runs=3, plausible=False)
    loaded = sim.load_results(alone.save(tmp_path / "alone"))
    assert_frame_equal(loaded.design, alone.design)
    assert set(loaded.ladders) == {"defaults"}


def test_trajectories_of_a_loaded_result_are_the_same_runs(result: sim.Result, folder: Path) -> None:
    assert sim.load_results(folder).trajectories.identical(result.trajectories)


def test_trajectories_of_other_source_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "source_hash", lambda: "0" * 20)
    with pytest.raises(ResultError, match="other source"):
        _ = sim.load_results(folder).trajectories


def test_the_identity_says_what_determines_the_tables(result: sim.Result, folder: Path) -> None:
    said = json.loads((folder / "result.json").read_text())
    assert said["seed"] == 7
    assert said["runs"] == result.runs
    assert said["scenario"]["hash"] == result.spec.hash
    assert set(said["versions"]) == {"panj", "python", "numpy", "llvmlite"}
    assert str(folder.parent) not in json.dumps(said)


def test_the_same_study_writes_the_same_bytes(result: sim.Result, folder: Path, tmp_path: Path) -> None:
    again = sim.run(result.spec, runs=result.runs, seed=7, threads=2).save(tmp_path / "again")
    for file in store.FILES.values():
        assert (again / file).read_bytes() == (folder / file).read_bytes(), file


def test_another_result_is_replaced_only_with_force(result: sim.Result, folder: Path) -> None:
    other = sim.run(result.spec, runs=3)
    with pytest.raises(ResultError, match="force"):
        other.save(folder)
    assert sim.load_results(folder).runs == result.runs
    (folder / "paths.png").write_bytes(b"an old picture")
    other.save(folder, force=True)
    assert sim.load_results(folder).runs == 3
    assert not (folder / "paths.png").exists()
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_of_something_else_is_left_alone(result: sim.Result, tmp_path: Path, force: bool) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ResultError, match="left alone"):
        result.save(tmp_path, force=force)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(result: sim.Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultError, match="file"):
        result.save(tmp_path / "file", force=True)
    with pytest.raises(OSError):
        result.save(tmp_path / "file" / "below")


def test_an_empty_folder_is_taken(result: sim.Result, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result.save(tmp_path / "empty")
    assert sim.load_results(tmp_path / "empty").runs == result.runs


def test_what_fails_in_the_middle_leaves_nothing(
    result: sim.Result, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def full(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.write_bytes(content)

    monkeypatch.setattr(store, "_write", full)
    for place in (folder, folder.parent / "new"):
        written.clear()
        with pytest.raises(OSError, match="No space"):
            result.save(place, force=True)
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]
    assert sim.load_results(folder).runs == result.runs


def test_a_result_that_cannot_be_put_in_place_leaves_the_old_one(
    result: sim.Result, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aside, "exchange", lambda *_: False)  # as where two names cannot be swapped
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.suffix == ".tmp":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="Input/output"):
        result.save(folder, force=True)
    assert [path.name for path in folder.parent.iterdir()] == ["kept"]
    assert sim.load_results(folder).runs == result.runs


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_others_may_read_it_as_any_new_folder(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    assert folder.stat().st_mode == (tmp_path / "plain").stat().st_mode


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def shortened(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [flipped, shortened, gone])
@pytest.mark.parametrize("file", store.FILES.values())
def test_a_damaged_table_is_not_believed(folder: Path, file: str, damage: Callable[[Path], None]) -> None:
    damage(folder / file)
    with pytest.raises(ResultError, match=file):
        sim.load_results(folder)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "JSON"),
        (b"\xff\xfe\x00", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[1, 2]", "no result"),
        (b'{"title": "something else"}', "no result"),
        (b'{"panj_result": 99}', "format 99"),
        (b'{"panj_result": 1}', "seed"),
        (b'{"panj_result": 1, "seed": "0"}', "seed"),
        (b'{"panj_result": 2, "seed": 0}', "checksum"),
    ],
)
def test_a_wrong_result_json(folder: Path, content: bytes, said: str) -> None:
    (folder / "result.json").write_bytes(content)
    with pytest.raises(ResultError, match=said):
        sim.load_results(folder)


def test_no_folder_and_no_result(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="no such folder"):
        sim.load_results(tmp_path / "nowhere")
    with pytest.raises(ResultError, match="no result folder"):
        sim.load_results(tmp_path)


def test_a_scenario_that_is_not_the_one_of_the_hash(folder: Path) -> None:
    said = json.loads((folder / "result.json").read_text())
    said["scenario"]["canonical"]["weeks"] += 1
    (folder / "result.json").write_bytes(store.sealed(said))
    with pytest.raises(ResultError, match="hash"):
        _ = sim.load_results(folder).spec


def test_a_scenario_that_cannot_be_read(folder: Path) -> None:
    said = json.loads((folder / "result.json").read_text())
    said["scenario"]["canonical"]["weeks"] = "many"
    said["scenario"]["hash"] = hash_of(said["scenario"]["canonical"])
    (folder / "result.json").write_bytes(store.sealed(said))
    with pytest.raises(ResultError, match="cannot be read"):
        _ = sim.load_results(folder).spec


@pytest.mark.parametrize("change", [{"seed": 8}, {"runs": 20}, {"source": "0" * 20}, {"made": "yesterday"}])
def test_no_word_of_the_description_is_believed_without_its_checksum(
    folder: Path, change: dict[str, object]
) -> None:
    said = json.loads((folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps({**said, **change}))
    with pytest.raises(ResultError, match="checksum"):
        sim.load_results(folder)


@pytest.mark.parametrize("swaps", [True, False])
def test_a_kill_between_two_names_leaves_the_old_or_the_new(
    result: sim.Result, folder: Path, monkeypatch: pytest.MonkeyPatch, swaps: bool
) -> None:
    if not swaps:
        monkeypatch.setattr(aside, "exchange", lambda *_: False)
    # A kill stops the process: nothing after the last rename is done.
    monkeypatch.setattr(store.shutil, "rmtree", lambda *_, **__: None)
    monkeypatch.setattr(aside.shutil, "rmtree", lambda *_, **__: None)
    real, calls = Path.rename, []

    def rename(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    other = sim.run(result.spec, runs=3)
    with contextlib.suppress(KeyboardInterrupt):
        other.save(folder, force=True)
    monkeypatch.undo()
    assert sim.load_results(folder).runs == (3 if swaps else result.runs)
    other.save(folder, force=True)
    assert sim.load_results(folder).runs == 3
