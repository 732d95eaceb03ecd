"""Any order of starting, killing, damaging and meddling ends with the tables of the uninterrupted study."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sim.errors import HeldError, ResultError
from sim.study.results.study import Study
from sim.study.sweep import place
from sim.study.sweep.sweep import sweep
from tests.faults.studies import BLOCKS, EXPERIMENT, Cached, Quick, content


class Killed(BaseException):
    """The process is no more."""


class Dying(Quick):
    """The process dies at the N-th operation, in the middle of it, and does nothing afterwards."""

    def __init__(self, number: int) -> None:
        self.left = number

    def _step(self) -> bool:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return self.left == 0

    def create(self, path: Path) -> int:
        self._step()
        return super().create(path)

    def write(self, handle: int, content: bytes) -> None:
        if self._step():
            super().write(handle, content[: len(content) * 2 // 3])
            raise Killed
        super().write(handle, content)

    def flush(self, handle: int) -> None:
        self._step()

    def rename(self, source: Path, target: Path) -> None:
        self._step()
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self._step()
        super().remove(path)


class Machine(RuleBasedStateMachine):
    """A folder and what may happen to it."""

    right: dict[str, bytes]

    @initialize()
    def begin(self) -> None:
        self.root = Path(tempfile.mkdtemp())
        self.study = self.root / "study"

    @rule(operations=st.integers(1, 60))
    def start_and_be_killed(self, operations: int) -> None:
        with contextlib.suppress(Killed):
            sweep(EXPERIMENT, self.study, disk=Dying(operations))

    @rule()
    def run_to_the_end(self) -> None:
        sweep(EXPERIMENT, self.study, disk=Quick())
        assert content(self.study) == self.right

    @precondition(lambda self: (self.study / "result.json").exists())
    @rule(
        block=st.integers(0, BLOCKS - 1),
        table=st.sampled_from(["outcomes", "changes"]),
        place=st.floats(0, 0.999),
        how=st.sampled_from(["flip", "cut", "zero", "gone"]),
    )
    def damage(self, block: int, table: str, place: float, how: str) -> None:
        path = self.study / table / f"part-{block:06d}.parquet"
        if not path.exists():
            return
        held = bytearray(path.read_bytes())
        at = int(place * len(held))
        if how == "flip" and held:
            held[at] ^= 0x10
        elif how == "zero":
            held[at:] = bytes(len(held) - at)
        path.write_bytes(held[:at] if how == "cut" else held)
        if how == "gone":
            path.unlink()

    @precondition(lambda self: (self.study / "manifest.jsonl").exists())
    @rule(cut=st.integers(1, 400))
    def tear_the_manifest(self, cut: int) -> None:
        path = self.study / "manifest.jsonl"
        os.truncate(path, max(path.stat().st_size - cut, 0))

    @precondition(lambda self: (self.study / "result.json").exists())
    @rule()
    def another_writer_comes(self) -> None:
        with place.held(self.study), pytest.raises(HeldError):
            sweep(EXPERIMENT, self.study, disk=Quick())

    @precondition(lambda self: (self.study / "result.json").exists())
    @rule(change=st.sampled_from([{"seed": 5}, {"replicates": 5}, {"weeks": 21}]))
    def the_experiment_is_edited(self, change: dict[str, int]) -> None:
        (key,) = change
        with pytest.raises(ResultError, match=key):
            sweep({**EXPERIMENT, **change}, self.study, disk=Quick())

    @precondition(lambda self: (self.study / "result.json").exists())
    @rule()
    def somebody_looks(self) -> None:
        study = Study(self.study)
        assert study.done <= study.runs
        if not study.damaged() and study.entries:
            assert not study.outcomes[["case", "replicate"]].duplicated().any()

    def teardown(self) -> None:
        if hasattr(self, "study"):
            self.run_to_the_end()
            shutil.rmtree(self.root)


def test_any_order_of_things(cached: Cached, right: dict[str, bytes]) -> None:
    Machine.right = right
    Machine.TestCase.settings = settings(
        max_examples=25,
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    Machine.TestCase("runTest").runTest()


@pytest.mark.long
def test_any_order_of_things_at_length(cached: Cached, right: dict[str, bytes]) -> None:
    Machine.right = right
    Machine.TestCase.settings = settings(
        max_examples=500, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    Machine.TestCase("runTest").runTest()
