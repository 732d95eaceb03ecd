"""What every test shares."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Pictures are drawn into files, whatever display the machine has.
os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "panj", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("panj")


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def panj(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Run the command in an empty folder and return what it did."""
    monkeypatch.chdir(tmp_path)
    from sim.cli import main

    def run(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = 0
        try:
            main([str(one) for one in arguments])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


def lines(text: str) -> Sequence[str]:
    return [line for line in text.splitlines() if line.strip()]
