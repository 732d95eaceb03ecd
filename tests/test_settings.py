"""The command in settings that people have: consoles, pipes, homes, processors, folders that take nothing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.engine import processors
from sim.errors import ResultError, ScenarioError, nearest, visible

ROOT = Path(__file__).resolve().parents[1]
#: The window title, a cleared screen, a C1 order, text from right to left.
ORDERS = "\x1b]0;owned\x07 \x1b[2J \x9b2J \u202egpj.exe\u2066"


def panj_in(*arguments: str, where: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    known = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(command, capture_output=True, cwd=where, env=known, check=False)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp866", "latin-1"])
def test_consoles_of_other_encodings(encoding: str, tmp_path: Path) -> None:
    for command in (("rules", "D5"), ("check", "baseline"), ("schema",), ("rules", "--world", "--json")):
        ran = panj_in(*command, where=tmp_path, PYTHONIOENCODING=encoding)
        assert ran.returncode == 0, ran.stderr
        assert b"Traceback" not in ran.stderr
        if command[-1] in ("schema", "--json"):
            told = json.loads(ran.stdout.decode(encoding))
            assert "?" not in "".join(one["unit"] for one in told if isinstance(one, dict))


def test_a_reader_that_goes_away_and_no_output_at_all(tmp_path: Path) -> None:
    quoted = f"PYTHONPATH={ROOT} {sys.executable} -m sim"
    script = f"{quoted} schema | head -c 5 >/dev/null; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, cwd=tmp_path, check=False)
    assert (ran.returncode, ran.stderr) == (141, b"")
    ran = subprocess.run(["bash", "-c", f"{quoted} rules D5 >&-"], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.engine import cache

    def none(*_: Any) -> str:
        raise RuntimeError("could not determine the home directory for '~/.cache'")

    monkeypatch.delenv("PANJ_CACHE", raising=False)
    monkeypatch.setattr(cache.platformdirs, "user_cache_dir", none)
    monkeypatch.setattr(cache.tempfile, "gettempdir", lambda: str(tmp_path))
    cache.cache_folder.cache_clear()
    try:
        assert cache.cache_folder().is_relative_to(tmp_path)
    finally:
        cache.cache_folder.cache_clear()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="affinity as Linux has it")
def test_as_many_threads_as_processors_it_may_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors, "_QUOTA", tmp_path / "cpu.max")
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert processors.processors() == 1
    finally:
        os.sched_setaffinity(0, before)
    monkeypatch.setattr(processors.os, "sched_getaffinity", lambda _: set(range(8)))
    for told, count in (("max 100000", 8), ("150000 100000", 2), ("1000 100000", 1), ("nonsense", 8)):
        (tmp_path / "cpu.max").write_text(told)
        assert processors.processors() == count


def test_a_place_that_takes_nothing_is_told_with_a_remedy(
    panj: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.study.results import export

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied", "results/a/export")

    monkeypatch.setattr(export, "load_results", refuse)
    told = panj("export", "results/a")
    assert told.code == 74
    assert "name a place that can be written to with --out" in told.err


# Nobody's text gives a terminal orders


def test_visible() -> None:
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", visible(ORDERS))
    assert visible("a\nb\tc نوروز می‌شود 💥") == "a\nb\tc نوروز می‌شود 💥"
    orders = "\x9b\u202e"
    assert json.loads(f'"{visible(orders)}"') == orders
    for error in (ScenarioError, ResultError):
        assert "\x1b" not in str(error(f"unknown{nearest('baselin', ['baseline' + ORDERS])}"))


def test_no_text_of_a_file_reaches_the_terminal_as_it_is(panj: Callable[..., Any], tmp_path: Path) -> None:
    for place in ("question", "because", "publisher"):
        event: dict[str, Any] = {"name": "a", "on": "2021-09-06", "change": {"media_salience": {"set": 0.4}}}
        if place == "because":
            event["because"] = ORDERS
        if place == "publisher":
            event["source"] = {"publisher": ORDERS, "title": "t"}
        spec = {"panj": 1, "title": "t", "extends": "baseline", "events": [event]}
        if place == "question":
            spec["question"] = ORDERS
        (tmp_path / f"{place}.yaml").write_text(json.dumps(spec))
        told = panj("check", f"{place}.yaml")
        assert told.code == 2
        assert "without control characters" in told.err
    # A name beside the file, offered as the nearest one, and a received study that no check has seen.
    (tmp_path / f"mine{ORDERS.replace('/', '')}.yaml").write_text("")
    told = panj("check", "mine.yaml")
    assert told.code == 2
    assert "mine" in told.err
    assert not re.search("[\x1b\x07\x9b\u202e\u2066]", told.err)


def test_a_received_study_gives_no_orders(
    panj: Callable[..., Any], small_sweep: Path, tmp_path: Path
) -> None:
    import shutil

    from sim.study.ensemble import store
    from sim.study.experiment import experiment

    copy = shutil.copytree(small_sweep, tmp_path / "received")
    said = json.loads((copy / store.NAME).read_text())
    said["experiment"]["canonical"]["title"] = f"A study {ORDERS}"
    said["experiment"]["question"] = ORDERS
    said["experiment"]["hash"] = experiment.hash_of(said["experiment"]["canonical"])
    (copy / store.NAME).write_bytes(store.sealed(said))
    told = panj("status", copy)
    assert "A study \\u001b]0;owned" in told.out
    assert "\x1b" not in told.out + told.err
    assert "\u202e" not in told.out + told.err
