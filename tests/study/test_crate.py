"""A result packed, opened elsewhere, and believed only as far as its checksums go."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.errors import IncompleteWarning, ResultError
from sim.study import crate
from sim.study.results.study import Study
from tests.study.sweeps import experiment

rocrate = pytest.importorskip("rocrate", reason="crates need rocrate")


@pytest.fixture(scope="module")
def packed(result: sim.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crate")
    result.save(folder / "made")
    (folder / "made" / "paths.png").write_bytes(b"a picture")
    (folder / "made" / ".lock").write_bytes(b"")
    return sim.pack(folder / "made")


def test_an_ensemble_opens_elsewhere_and_nothing_differs(
    packed: Path, result: sim.Result, tmp_path: Path, panj: Callable[..., Any]
) -> None:
    told = panj("unpack", packed, "--out", "received")
    assert told.code == 0
    assert "nothing differs" in told.out
    received = sim.load_results(tmp_path / "received")
    pd.testing.assert_frame_equal(received.every_run, result.every_run)
    assert {one.name for one in (tmp_path / "received").iterdir()} >= {"paths.png", "result.json"}
    assert not (tmp_path / "received" / ".lock").exists()
    assert panj("unpack", packed, "--out", "received").code == 2  # what is there stays


def test_it_is_a_crate_that_the_library_reads(packed: Path, result: sim.Result, tmp_path: Path) -> None:
    from rocrate.rocrate import ROCrate

    with zipfile.ZipFile(packed) as file:
        file.extractall(tmp_path / "crate")
    read = ROCrate(tmp_path / "crate")
    assert read.name == result.spec.title
    assert read.license["name"] == "MIT"
    files = [one for one in read.get_entities() if one.type == "File"]
    assert len(files) == len([one for one in (tmp_path / "crate" / "result").rglob("*") if one.is_file()])
    assert all(len(one["sha256"]) == 64 for one in files)
    (action,) = (one for one in read.get_entities() if one.type == "CreateAction")
    assert any(one.startswith("numpy==") for one in action["instrument"]["softwareRequirements"])
    assert action["instrument"]["softwareVersion"] == sim.__version__


def test_the_command_makes_the_same_tables(packed: Path, result: sim.Result, tmp_path: Path) -> None:
    import os

    found = sim.unpack(packed, tmp_path / "result")
    line = found.command.replace("python", sys.executable, 1)
    root = str(Path(__file__).resolve().parents[2])
    subprocess.run(line, shell=True, cwd=tmp_path, check=True, env={**os.environ, "PYTHONPATH": root})
    again = sim.load_results(tmp_path / "again")
    assert isinstance(again, sim.Result)
    pd.testing.assert_frame_equal(again.every_run, result.every_run)


def test_a_sweep_is_packed_as_far_as_it_is_done(tmp_path: Path) -> None:
    study = sim.sweep(experiment(), tmp_path / "study", threads=1)
    (tmp_path / "study" / "outcomes" / "part-000001.parquet").unlink()
    with pytest.raises(ResultError, match="block 1 is damaged"):
        sim.pack(study.folder)
    lines = (tmp_path / "study" / "manifest.jsonl").read_bytes().splitlines()
    (tmp_path / "study" / "manifest.jsonl").write_bytes(
        b"\n".join(one for one in lines if b'"block":1,' not in one)
    )
    with pytest.warns(IncompleteWarning, match="42 of 48 runs"):
        file = sim.pack(study.folder, tmp_path / "part.zip")
    with pytest.warns(IncompleteWarning):
        found = sim.unpack(file)
    assert found.folder == tmp_path / "part"
    assert Study(found.folder).done == 42


def test_other_code_is_told(packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crate, "source_hash", lambda: "0" * 20)
    monkeypatch.setattr(crate, "versions", lambda: {"panj": "9", "python": "3.99.0"})
    said = " ".join(sim.unpack(packed, tmp_path / "received").differences)
    assert "3.99.0 is here" in said
    assert "other source made it" in said


def rewritten(packed: Path, place: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(place, "w") as new:
        for entry in old.infolist():
            name, content = change(entry.filename, old.read(entry))
            if name:
                new.writestr(name, content)
    return place


def elsewhere(name: str) -> Callable[[str, bytes], tuple[str, bytes]]:
    def change(entry: str, content: bytes) -> tuple[str, bytes]:
        old = "result/paths.png"
        text = content.replace(f'"{old}"'.encode(), json.dumps(name).encode())
        return (name, content) if entry == old else (entry, text)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda name, c: (name, c[:-1] + b"!" if name.endswith("paths.png") else c), "its checksum"),
        (lambda name, c: (name, c + b"more" if name.endswith("paths.png") else c), "its checksum"),
        (lambda name, c: ("" if name.endswith("paths.png") else name, c), "not there"),
        (lambda name, c: ("" if name == crate.METADATA else name, c), "expected a crate"),
        (elsewhere("../out.png"), "another place"),
        (elsewhere("/tmp/out.png"), "another place"),
        (elsewhere("result/../../out.png"), "another place"),
        (elsewhere("other/out.png"), "another place"),
    ],
)
def test_what_is_damaged_or_would_lie_elsewhere_leaves_nothing(
    packed: Path, tmp_path: Path, change: Callable[[str, bytes], tuple[str, bytes]], said: str
) -> None:
    file = rewritten(packed, tmp_path / "wrong.zip", change)
    with pytest.raises(ResultError, match=said):
        sim.unpack(file, tmp_path / "received")
    assert [one.name for one in tmp_path.iterdir()] == ["wrong.zip"]


def test_what_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no")
    with pytest.raises(ResultError, match="expected a zip file"):
        sim.unpack(tmp_path / "text.zip")
