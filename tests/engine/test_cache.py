"""Compiled code is never believed when its source has changed, nor when its file is broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock

import sim
from sim.engine import cache, compiled
from sim.engine.ensemble import simulate
from tests.engine.pairs import planned

PACKAGE = Path(sim.__file__).parent
RULE = '    """Terrain does not change."""\n    return 1.0\n'
SCRIPT = """
import json, sys
import numpy as np
import sim
from sim.engine import cache
from sim.engine.ensemble import simulate
from sim.model.registry import load
from sim.scenario.plan import plan
from sim.scenario.schema import Scenario

block = simulate(plan(Scenario(title="t", weeks=40, citizens=0), load()), 0, np.arange(20))
print(json.dumps({
    "package": sim.__file__,
    "folder": str(cache.cache_folder()),
    "incidents": block.outcomes["incidents"].tolist(),
}))
"""


def incidents() -> list[float]:
    found: list[float] = simulate(planned(weeks=40), 0, np.arange(20)).outcomes["incidents"].tolist()
    return found


def test_an_edited_rule_is_never_answered_from_an_old_cache(tmp_path: Path) -> None:
    """One process that compiles everything anew."""
    before = incidents()
    shutil.copytree(PACKAGE, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    edited = tmp_path / "sim" / "model" / "processes" / "border.py"
    text = edited.read_text()
    assert text.count(RULE) == 1
    edited.write_text(text.replace(RULE, RULE.replace("1.0", "2.0 * 2.0 * 2.0 * 2.0")))
    # The old cache lies there, warm, under the name of the old source.
    home = tmp_path / "cache"
    shutil.copytree(cache.cache_folder(), home / cache.cache_folder().name)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PANJ_CACHE": str(home), "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert Path(told["package"]).is_relative_to(tmp_path)
    assert Path(told["folder"]).parent == home
    assert Path(told["folder"]).name != cache.cache_folder().name
    assert np.mean(told["incidents"]) > 2 * np.mean(before)


def test_any_edit_of_what_is_compiled_changes_the_key(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    key = cache.source_key(tmp_path / "sim")
    assert key == cache.source_key(PACKAGE)
    tried = 0
    for folder in ("model", "engine"):
        for path in sorted((tmp_path / "sim" / folder).rglob("*.py")):
            text = path.read_bytes()
            path.write_bytes(text + b"#")
            assert (cache.source_key(tmp_path / "sim") == key) == (path.name in cache.PLAIN), path
            path.write_bytes(text)
            tried += 1
    assert tried > 25
    (tmp_path / "sim" / "model" / "another.py").write_text("")
    assert cache.source_key(tmp_path / "sim") != key


# Broken files


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache folder of its own, with one small function compiled in it."""
    monkeypatch.setenv("PANJ_CACHE", str(tmp_path))
    cache.cache_folder.cache_clear()
    compiled.week.cache_clear()
    yield cache.cache_folder()
    cache.cache_folder.cache_clear()
    compiled.week.cache_clear()


TEXT = """
from sim.engine.compiler.kernels import kernel


@kernel
def double(x):
    return 2.0 * x
"""


def double(x: float) -> float:
    answer: float = cache.import_source("panj_test_double", TEXT).double(x)
    return answer


@pytest.mark.parametrize("content", [b"", b"garbage", None], ids=["empty", "garbage", "half"])
def test_a_broken_cache_file_is_mended(small: Path, content: bytes | None) -> None:
    assert double(3.0) == 6.0
    (path,) = small.glob("double-*.code")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if content is None else content)
    assert double(4.0) == 8.0
    assert path.read_bytes() == whole


def test_code_is_used_where_it_cannot_be_kept(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = cache.import_source("panj_test_double", TEXT)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    assert module.double(3.0) == 6.0
    assert not list(small.glob("*.code"))


def test_the_generated_file_is_written_whole_or_not_at_all(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        double(1.0)
    assert not (small / "panj_test_double.py").exists()


def test_a_generated_file_of_another_text_is_replaced(small: Path) -> None:
    assert double(3.0) == 6.0
    changed = cache.import_source("panj_test_double", TEXT.replace("2.0", "3.0"))
    assert changed.double(3.0) == 9.0


# Several processes at once


def test_one_compiles_and_the_others_wait(tmp_path: Path) -> None:
    """Each call has a lock of its own, as in processes of their own."""
    path, begun, go = tmp_path / "week.code", threading.Event(), threading.Event()
    made, taken = [], []

    def compiled_week() -> bytes:
        made.append(threading.current_thread().name)
        begun.set()
        go.wait(60)
        return b"machine code"

    def need() -> None:
        taken.append(cache.stored(path, compiled_week))

    threads = [threading.Thread(target=need) for _ in range(3)]
    threads[0].start()
    assert begun.wait(60)
    for one in threads[1:]:
        one.start()
    threads[1].join(0.3)  # what would not wait has begun to compile by then
    go.set()
    for one in threads:
        one.join(60)
    assert len(made) == 1
    assert taken == [b"machine code"] * 3


def test_who_died_while_compiling_holds_up_nobody(tmp_path: Path) -> None:
    path = tmp_path / "week.code"
    dies = "from sim.engine import cache; from pathlib import Path; import os, signal, sys\n"
    dies += "cache.stored(Path(sys.argv[1]), lambda: os.kill(os.getpid(), signal.SIGKILL))"
    done = subprocess.run([sys.executable, "-c", dies, str(path)], cwd=PACKAGE.parent, timeout=120)
    assert done.returncode == -9
    assert [one.name for one in tmp_path.iterdir()] == ["week.code.lock"]
    assert cache.stored(path, lambda: b"machine code") == b"machine code"
    assert cache.stored(path, pytest.fail) == b"machine code"


def test_who_hangs_while_compiling_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "PATIENCE", 0.1)
    with FileLock(tmp_path / "week.code.lock"):
        assert cache.stored(tmp_path / "week.code", lambda: b"machine code") == b"machine code"


# Where it lies


def test_an_unwritable_folder_falls_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("PANJ_CACHE", str(blocked / "below"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cache.cache_folder.cache_clear()
    try:
        folder = cache.cache_folder()
        assert folder.is_relative_to(tmp_path)
        assert not folder.is_relative_to(blocked)
        probe = folder / "probe"
        probe.write_text("written")
        # And where that is blocked as well, a folder of this process alone.
        shutil.rmtree(folder.parent)
        folder.parent.write_text("")
        cache.cache_folder.cache_clear()
        last = cache.cache_folder()
        assert last.is_dir()
        assert last.parent == tmp_path
    finally:
        cache.cache_folder.cache_clear()


def test_the_folder_is_named_by_the_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PANJ_CACHE", str(tmp_path))
    cache.cache_folder.cache_clear()
    try:
        assert cache.cache_folder() == tmp_path / cache.source_key()
        assert not list(cache.cache_folder().iterdir())
    finally:
        cache.cache_folder.cache_clear()
